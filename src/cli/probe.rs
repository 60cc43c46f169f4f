//! `probe`: one request to the service of this machine, for HEALTHCHECK and scripts.
//!
//! Invariant: it needs no secret: a broken secret must not make a running service look dead.

use std::{
    error::Error, iter, net::IpAddr, net::Ipv4Addr, net::Ipv6Addr, net::SocketAddr, path::Path,
    process::ExitCode, time::Duration,
};

use super::{Failure, words::Words};
use crate::{
    config::Local,
    domain::wording::{FaultNote, cause},
};

/// An orchestrator's own time-out is 1 s by default; a live service answers in a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn probe(config: Option<&Path>, ready: bool) -> Result<ExitCode, Failure> {
    let local = Local::load(config, std::env::vars()).map_err(Failure::Settings)?;
    let (words, address) = (&Words::of(local.language), reachable(local.listen));
    let path = if ready { "readyz" } else { "livez" };
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .no_proxy()
        .build()?;
    let sent = client.get(format!("http://{address}/{path}")).send();
    let response = sent.await.map_err(|error| {
        words.failure(FaultNote::NothingAnswers {
            address: &address.to_string(),
            cause: &cause(chain(&error)),
        })
    })?;
    let (status, body) = (response.status(), response.text().await.unwrap_or_default());
    if !status.is_success() {
        return Err(Failure::Told(format!("{status}: {body}")));
    }
    println!("{body}");
    Ok(ExitCode::SUCCESS)
}

/// An error with what has caused it.
fn chain(error: &dyn Error) -> String {
    let causes = iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |words, cause| {
        format!("{words}: {cause}")
    })
}

/// "Every address" is no address to connect to.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
