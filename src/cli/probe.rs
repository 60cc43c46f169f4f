//! `probe`: one request to the service of this machine, for HEALTHCHECK and scripts.
//!
//! Invariant: it needs no secret: a broken secret must not make a running service look dead.

use std::{
    net::IpAddr, net::Ipv4Addr, net::Ipv6Addr, net::SocketAddr, path::Path, process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;

use super::Failure;
use crate::config::Local;

/// An orchestrator's own time-out is 1 s by default; a live service answers in a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn probe(config: Option<&Path>, ready: bool) -> Result<ExitCode, Failure> {
    let address = reachable(
        Local::load(config, std::env::vars())
            .map_err(Failure::Settings)?
            .listen,
    );
    let path = if ready { "readyz" } else { "livez" };
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .no_proxy()
        .build()?;
    let response = client
        .get(format!("http://{address}/{path}"))
        .send()
        .await
        .with_context(|| format!("nothing answers on {address}"))?;
    let (status, body) = (response.status(), response.text().await.unwrap_or_default());
    if !status.is_success() {
        return Err(anyhow::anyhow!("{status}: {body}").into());
    }
    println!("{body}");
    Ok(ExitCode::SUCCESS)
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
