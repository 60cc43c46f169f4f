//! What the machine itself brings along: its clock, its disk, its time zone, and whether anybody answers at the public address.
//!
//! Invariant: nothing stays behind on the disk; a neighbour that does not answer is a note, never a fault.

use std::{error::Error as _, path::Path, time::Duration};

use jiff::Timestamp;

use super::{Finding, fine, note, wrong};
use crate::{
    accept_loop, clock,
    config::{BaseUrl, Settings},
    domain::wording::{CheckLabel, CheckNote, Saying, cause},
    http::Server,
    journal,
};

/// A clock further off than this breaks signatures and Google's tokens.
const OFF: i64 = 60;
/// Less room than this will not last: the journal of a busy year has some hundred megabytes.
const ROOM: u64 = 500_000_000;
/// How long a neighbour may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time zone, and where the journal lies.
pub(super) fn local(settings: &Settings, findings: &mut Vec<Finding>) {
    let now = clock::now().to_zoned(settings.time_zone.clone());
    let name = settings.time_zone.iana_name().unwrap_or("UTC").to_owned();
    let zone = CheckNote::Zone {
        name: &name,
        time: &now.strftime("%H:%M").to_string(),
    };
    findings.push(fine(CheckLabel::TimeZone, zone));
    findings.push(disk(&settings.data_dir));
    let exposed = journal::exposed(&settings.data_dir);
    findings.extend(exposed.map(|words| note(CheckLabel::Privacy, &words)));
    findings.extend(descriptors(settings.http.max_connections));
}

/// Whether the addresses of the settings are to be had; only where no service of ours has them.
pub(super) async fn ports(settings: &Settings) -> Vec<Finding> {
    let http = &settings.http;
    let mut findings = Vec::new();
    for (setting, address) in [
        ("http.listen", http.listen),
        ("http.admin_listen", http.admin_listen),
    ] {
        let Err(error) = Server::bind(address).await else {
            continue;
        };
        let words = error.source().map(ToString::to_string);
        let words = CheckNote::PortTaken {
            address: &address.to_string(),
            cause: &cause(words.unwrap_or_default()),
            setting,
        };
        findings.push(wrong(CheckLabel::Ports, &Saying::of(words)));
    }
    if findings.is_empty() {
        let (public, admin) = (&http.listen.to_string(), &http.admin_listen.to_string());
        findings.push(fine(
            CheckLabel::Ports,
            CheckNote::PortsFree { public, admin },
        ));
    }
    findings
}

/// The clock by Telegram's, and the public address.
pub(super) async fn around(settings: &Settings, findings: &mut Vec<Finding>) {
    let Ok(client) = reqwest::Client::builder().timeout(PATIENCE).build() else {
        return;
    };
    findings.extend(clock_by(&client, settings.telegram.api_url.as_str()).await);
    if let Some(url) = &settings.http.public_url {
        findings.push(public_address(&client, url).await);
    }
}

fn disk(directory: &Path) -> Finding {
    let place = &directory.display().to_string();
    // Before the first start the directory need not be there yet.
    let there = directory.ancestors().find(|parent| parent.exists());
    let there = there.unwrap_or(directory);
    if let Err(error) = tempfile::tempfile_in(there) {
        let cause = &cause(error);
        return wrong(CheckLabel::Disk, CheckNote::NotWritable { place, cause });
    }
    match rustix::fs::statvfs(there) {
        Ok(stat) => {
            let left = stat.f_bavail.saturating_mul(stat.f_frsize);
            let free = left / 1_000_000;
            if left < ROOM {
                note(CheckLabel::Disk, CheckNote::LittleRoom { place, free })
            } else {
                fine(CheckLabel::Disk, CheckNote::Room { place, free })
            }
        }
        Err(_) => fine(CheckLabel::Disk, CheckNote::SomeRoom(place)),
    }
}

/// Whether the system's limit of open files, as it is for this command, is enough for the connections.
fn descriptors(wanted: usize) -> Option<Finding> {
    let places = accept_loop::affordable(wanted);
    let few = CheckNote::FewFiles { places, wanted };
    (places < wanted).then(|| note(CheckLabel::OpenFiles, few))
}

/// Every HTTP answer tells the time; none, and there is nothing to compare with.
async fn clock_by(client: &reqwest::Client, url: &str) -> Option<Finding> {
    let answer = client.get(url).send().await.ok()?;
    let date = answer.headers().get(reqwest::header::DATE)?.to_str().ok()?;
    let told = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    let off = difference(clock::now(), told);
    let about = CheckLabel::Clock;
    Some(if off > OFF {
        wrong(about, CheckNote::ClockFast(off))
    } else if off < -OFF {
        wrong(about, CheckNote::ClockSlow(-off))
    } else {
        fine(about, CheckNote::ClockRight)
    })
}

fn difference(ours: Timestamp, theirs: Timestamp) -> i64 {
    ours.duration_since(theirs).as_secs()
}

async fn public_address(client: &reqwest::Client, url: &BaseUrl) -> Finding {
    let address = &format!("{}/livez", url.as_str().trim_end_matches('/'));
    let about = CheckLabel::Address;
    match client.get(address).send().await {
        Ok(answer) if answer.status().is_success() => {
            fine(about, CheckNote::AddressAnswers(address))
        }
        Ok(answer) => {
            let status = answer.status().as_u16();
            note(about, CheckNote::AddressRefuses { address, status })
        }
        Err(_) => note(about, CheckNote::AddressSilent(address)),
    }
}
