//! What the machine itself brings along: its clock, its disk, its time zone, and whether anybody answers at the public address.
//!
//! Invariant: nothing stays behind on the disk; a neighbour that does not answer is a note, never a fault.

use std::{path::Path, time::Duration};

use jiff::Timestamp;

use super::{Finding, fine, note, wrong};
use crate::{
    accept_loop, clock,
    config::{BaseUrl, Settings},
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
    findings.push(fine(
        "time zone",
        format!("{name}, where it is {} now", now.strftime("%H:%M")),
    ));
    findings.push(disk(&settings.data_dir));
    findings.extend(journal::exposed(&settings.data_dir).map(|words| note("privacy", words)));
    findings.extend(descriptors(settings.http.max_connections));
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
    let place = directory.display();
    // Before the first start the directory need not be there yet.
    let there = directory.ancestors().find(|parent| parent.exists());
    let there = there.unwrap_or(directory);
    if let Err(error) = tempfile::tempfile_in(there) {
        return wrong(
            "disk",
            format!(
                "nothing can be written in {place}: {error}. Give the service's user the right to, or name another by SHEETDESK_DATA_DIR"
            ),
        );
    }
    match rustix::fs::statvfs(there) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let words = format!("{place} can be written, {} MB are free", free / 1_000_000);
            if free < ROOM {
                note("disk", format!("{words}; 500 MB should be"))
            } else {
                fine("disk", words)
            }
        }
        Err(_) => fine("disk", format!("{place} can be written")),
    }
}

/// Whether the system's limit of open files, as it is for this command, is enough for the connections.
fn descriptors(wanted: usize) -> Option<Finding> {
    let places = accept_loop::affordable(wanted);
    (places < wanted).then(|| {
        note(
            "open files",
            format!(
                "their limit leaves room for {places} connections of the {wanted} in http.max_connections; raise it (LimitNOFILE=, ulimit -n)"
            ),
        )
    })
}

/// Every HTTP answer tells the time; none, and there is nothing to compare with.
async fn clock_by(client: &reqwest::Client, url: &str) -> Option<Finding> {
    let answer = client.get(url).send().await.ok()?;
    let date = answer.headers().get(reqwest::header::DATE)?.to_str().ok()?;
    let told = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    let off = difference(clock::now(), told);
    Some(if off.abs() > OFF {
        let words = if off > 0 { "fast" } else { "slow" };
        wrong(
            "clock",
            format!(
                "this machine's clock is {} s {words}: signatures and Google's tokens will be refused. Switch time synchronization on (timedatectl set-ntp true)",
                off.abs()
            ),
        )
    } else {
        fine("clock", "right, compared with Telegram's")
    })
}

fn difference(ours: Timestamp, theirs: Timestamp) -> i64 {
    ours.duration_since(theirs).as_secs()
}

async fn public_address(client: &reqwest::Client, url: &BaseUrl) -> Finding {
    let address = format!("{}/livez", url.as_str().trim_end_matches('/'));
    match client.get(&address).send().await {
        Ok(answer) if answer.status().is_success() => fine("address", format!("{address} answers")),
        Ok(answer) => note(
            "address",
            format!(
                "{address} answers {}: is the proxy in front of the service, and does it pass this path on?",
                answer.status().as_u16()
            ),
        ),
        Err(_) => note(
            "address",
            format!(
                "nobody answers at {address}; that is right while the service is not running. If it runs: do name, proxy and certificate lead here?"
            ),
        ),
    }
}
