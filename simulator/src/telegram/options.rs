//! How the stand-in is set up.
//! Invariant: the defaults are the real server's, as far as anybody outside knows them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::ids::UpdateId;
use super::limits::Limits;

/// How long the server waits for the webhook's answer (observed in the server's source: 60 s).
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a pressed button may be answered. Telegram publishes no number; this is ours.
const QUERY_LIFETIME: Duration = Duration::from_secs(60);

/// How the stand-in is set up.
#[derive(Clone, Debug)]
pub struct TelegramOptions {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The bot's token, `<bot id>:<anything>`.
    pub token: String,
    /// Flood limits.
    pub limits: Limits,
    /// Waits before the second, third … delivery of an update; the last one repeats.
    pub webhook_retry: Vec<Duration>,
    /// How long the webhook may take to answer.
    pub webhook_timeout: Duration,
    /// How long a pressed button may be answered.
    pub query_lifetime: Duration,
    /// The number of the first update; by default the Unix time, so that a stand-in started
    /// again beside a service that remembers never repeats a number.
    pub first_update: Option<UpdateId>,
    /// How many calls, and how many updates, are kept for a look afterwards; none by default.
    pub record: usize,
}

impl Default for TelegramOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: "7000000001:stand-in-token-for-loopback-only".into(),
            limits: Limits::default(),
            webhook_retry: [0, 2, 4, 8, 16, 32, 64].map(Duration::from_secs).into(),
            webhook_timeout: WEBHOOK_TIMEOUT,
            query_lifetime: QUERY_LIFETIME,
            first_update: None,
            record: 0,
        }
    }
}
