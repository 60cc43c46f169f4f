//! The webhook's registration, and what goes there.
//! Invariant: a registration that Telegram would refuse never takes effect, not even in part.
//! Source: Bot API `setWebhook` and `WebhookInfo`.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::params::Params;
use super::refusal::Refusal;
use super::updates::{Departure, Updates};
use crate::clock::Moment;

/// `max_connections` where the bot names none (Bot API, `setWebhook`).
const DEFAULT_CONNECTIONS: usize = 40;
/// The bounds of `max_connections` (Bot API, `setWebhook`).
const CONNECTIONS: std::ops::RangeInclusive<i64> = 1..=100;
/// The longest secret (Bot API, `setWebhook`).
const SECRET_BYTES: usize = 256;
/// Ports that Telegram delivers to (Bot API, "Notes" of `setWebhook`).
const PORTS: [u16; 4] = [80, 88, 443, 8443];

/// Where updates go.
#[derive(Clone, Debug)]
struct Registration {
    url: Url,
    secret: Option<String>,
    connections: usize,
}

/// An update on its way to the webhook.
#[derive(Clone, Debug)]
pub(super) struct Post {
    pub(super) departure: Departure,
    pub(super) url: Url,
    pub(super) secret: Option<String>,
}

/// Why the webhook did not take an update.
#[derive(Debug)]
pub(super) struct Failure {
    /// In the words of `last_error_message`.
    pub(super) message: String,
    /// The wait that the webhook asked for.
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    /// In a word: the status, or that the connection broke.
    pub(super) fn note(&self) -> String {
        let mut words = self.message.split(' ');
        let status = words.find(|word| word.len() == 3 && word.parse::<u16>().is_ok());
        status.unwrap_or("cut").to_owned()
    }
}

/// The registration and the updates that it is for.
#[derive(Debug)]
pub(super) struct Webhook {
    registration: Option<Registration>,
    pub(super) updates: Updates,
    last_error: Option<(Timestamp, String)>,
}

impl Webhook {
    pub(super) fn new(retry: Vec<Duration>) -> Self {
        Self {
            registration: None,
            updates: Updates::new(retry),
            last_error: None,
        }
    }

    /// `setWebhook`; returns the server's remark.
    pub(super) fn set(&mut self, params: &Params) -> Result<&'static str, Refusal> {
        let url = params.text("url")?.unwrap_or_default().trim();
        let registration = match url {
            "" => None,
            url => Some(Registration {
                url: target(url)?,
                secret: secret(params)?,
                connections: connections(params)?,
            }),
        };
        self.updates.allow(params)?;
        if params.flag("drop_pending_updates") {
            self.updates.drop_pending();
        }
        let had = self.registration.is_some();
        let has = registration.is_some();
        self.registration = registration;
        self.last_error = None;
        self.updates.forgive();
        Ok(match (had, has) {
            (_, true) => "Webhook was set",
            (true, false) => "Webhook was deleted",
            (false, false) => "Webhook is already deleted",
        })
    }

    /// Whether a webhook is set.
    pub(super) fn is_set(&self) -> bool {
        self.registration.is_some()
    }

    /// The Bot API's `WebhookInfo`.
    pub(super) fn info(&self) -> Value {
        let url = self.registration.as_ref().map(|r| r.url.as_str());
        let mut info = json!({
            "url": url.unwrap_or_default(),
            "has_custom_certificate": false,
            "pending_update_count": self.updates.pending(),
        });
        if let Some(registration) = &self.registration {
            info["max_connections"] = json!(registration.connections);
        }
        if !self.updates.allowed().is_empty() {
            info["allowed_updates"] = json!(self.updates.allowed());
        }
        if let Some((at, message)) = &self.last_error {
            info["last_error_date"] = json!(at.as_second());
            info["last_error_message"] = json!(message);
        }
        info
    }

    /// Takes what may be sent now, oldest first, and says when the next retry is due.
    pub(super) fn depart(&mut self, now: Instant) -> (Vec<Post>, Option<Instant>) {
        let Some(registration) = &self.registration else {
            return (Vec::new(), None);
        };
        let (departures, next) = self.updates.depart(registration.connections, now);
        let post = |departure| Post {
            departure,
            url: registration.url.clone(),
            secret: registration.secret.clone(),
        };
        (departures.into_iter().map(post).collect(), next)
    }

    /// Notes what became of an update that was under way.
    pub(super) fn landed(&mut self, post: &Post, outcome: Result<(), Failure>, now: Moment) {
        let outcome = outcome.map_err(|failure| {
            self.last_error = Some((now.wall, failure.message));
            failure.retry_after
        });
        self.updates.landed(&post.departure, outcome, now.steady);
    }
}

/// The address, if Telegram would deliver there. Plain HTTP and any port are taken on
/// loopback: the one deliberate difference from the real server.
fn target(url: &str) -> Result<Url, Refusal> {
    let url = Url::parse(url).map_err(|_| Refusal::WebhookHttps)?;
    if is_loopback(&url) && matches!(url.scheme(), "http" | "https") {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(Refusal::WebhookHttps);
    }
    let port = url.port_or_known_default().unwrap_or_default();
    if PORTS.contains(&port) {
        Ok(url)
    } else {
        Err(Refusal::WebhookPort)
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn secret(params: &Params) -> Result<Option<String>, Refusal> {
    let Some(secret) = params
        .text("secret_token")?
        .filter(|secret| !secret.is_empty())
    else {
        return Ok(None);
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if secret.len() > SECRET_BYTES {
        return Err(Refusal::Malformed("secret token is too long".into()));
    }
    if !secret.bytes().all(plain) {
        return Err(Refusal::SecretToken);
    }
    Ok(Some(secret.to_owned()))
}

/// The server forces the number into its bounds instead of refusing it.
fn connections(params: &Params) -> Result<usize, Refusal> {
    let Some(asked) = params.integer("max_connections")? else {
        return Ok(DEFAULT_CONNECTIONS);
    };
    let bounded = asked.clamp(*CONNECTIONS.start(), *CONNECTIONS.end());
    Ok(usize::try_from(bounded).unwrap_or(DEFAULT_CONNECTIONS))
}
