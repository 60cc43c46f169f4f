//! The webhook's registration and the updates that wait for it.
//! Invariant: of each chat one update is under way at most, and it leaves the queue only when taken.
//! Source: the server's behaviour (order per chat, retries), Bot API `setWebhook` and `WebhookInfo`.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::ids::{ChatId, UpdateId};
use super::params::Params;
use super::refusal::Refusal;
use crate::clock::Moment;

/// `max_connections` where the bot names none (Bot API, `setWebhook`).
const DEFAULT_CONNECTIONS: usize = 40;
/// The bounds of `max_connections` (Bot API, `setWebhook`).
const CONNECTIONS: std::ops::RangeInclusive<i64> = 1..=100;
/// The longest secret (Bot API, `setWebhook`).
const SECRET_BYTES: usize = 256;
/// Ports that Telegram delivers to (Bot API, "Notes" of `setWebhook`).
const PORTS: [u16; 4] = [80, 88, 443, 8443];
/// Kinds that come only if asked for by name (Bot API, `allowed_updates`).
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

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
    pub(super) lane: Lane,
    pub(super) update_id: UpdateId,
    pub(super) body: String,
    pub(super) url: Url,
    pub(super) secret: Option<String>,
}

/// Updates of one lane keep their order; lanes run beside one another.
pub(super) type Lane = Option<ChatId>;

/// Why the webhook did not take an update.
#[derive(Debug)]
pub(super) struct Failure {
    /// In the words of `last_error_message`.
    pub(super) message: String,
    /// The wait that the webhook asked for.
    pub(super) retry_after: Option<Duration>,
}

#[derive(Debug, Default)]
struct Queue {
    updates: VecDeque<(UpdateId, String)>,
    under_way: bool,
    failures: usize,
    not_before: Option<Instant>,
}

/// The registration and the queues.
#[derive(Debug)]
pub(super) struct Webhook {
    registration: Option<Registration>,
    /// Empty: all kinds but those of [`NOT_BY_DEFAULT`].
    allowed: Vec<String>,
    lanes: BTreeMap<Lane, Queue>,
    under_way: usize,
    last_error: Option<(Timestamp, String)>,
    /// Waits after the first, second … failure; the last one repeats.
    retry: Vec<Duration>,
}

impl Webhook {
    pub(super) fn new(retry: Vec<Duration>) -> Self {
        Self {
            registration: None,
            allowed: Vec::new(),
            lanes: BTreeMap::new(),
            under_way: 0,
            last_error: None,
            retry,
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
        if let Some(allowed) = params.structure("allowed_updates")? {
            self.allowed = serde_json::from_value(allowed).map_err(|_| Refusal::Malformed("can't parse allowed updates list".into()))?;
        }
        if params.flag("drop_pending_updates") {
            self.drop_pending();
        }
        let had = self.registration.is_some();
        let has = registration.is_some();
        self.registration = registration;
        self.last_error = None;
        for queue in self.lanes.values_mut() {
            queue.failures = 0;
            queue.not_before = None;
        }
        Ok(match (had, has) {
            (_, true) => "Webhook was set",
            (true, false) => "Webhook was deleted",
            (false, false) => "Webhook is already deleted",
        })
    }

    /// The Bot API's `WebhookInfo`.
    pub(super) fn info(&self) -> Value {
        let url = self.registration.as_ref().map(|r| r.url.as_str());
        let mut info = json!({
            "url": url.unwrap_or_default(),
            "has_custom_certificate": false,
            "pending_update_count": self.pending(),
        });
        if let Some(registration) = &self.registration {
            info["max_connections"] = json!(registration.connections);
        }
        if !self.allowed.is_empty() {
            info["allowed_updates"] = json!(self.allowed);
        }
        if let Some((at, message)) = &self.last_error {
            info["last_error_date"] = json!(at.as_second());
            info["last_error_message"] = json!(message);
        }
        info
    }

    /// Puts an update at the end of its lane, if the bot wants its kind.
    pub(super) fn queue(&mut self, id: UpdateId, kind: &str, update: &Value, lane: Lane) {
        let wanted = match self.allowed.as_slice() {
            [] => !NOT_BY_DEFAULT.contains(&kind),
            allowed => allowed.iter().any(|name| name == kind),
        };
        if wanted {
            let queue = self.lanes.entry(lane).or_default();
            queue.updates.push_back((id, update.to_string()));
        }
    }

    /// Updates not yet taken, those under way included.
    pub(super) fn pending(&self) -> usize {
        self.lanes.values().map(|queue| queue.updates.len()).sum()
    }

    /// Whether nothing waits and nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.pending() == 0 && self.under_way == 0
    }

    /// Takes what may be sent now, oldest first, and says when the next retry is due.
    pub(super) fn depart(&mut self, now: Instant) -> (Vec<Post>, Option<Instant>) {
        let Some(registration) = self.registration.clone() else {
            return (Vec::new(), None);
        };
        let mut ready: Vec<(UpdateId, Lane)> = Vec::new();
        let mut next: Option<Instant> = None;
        for (lane, queue) in &self.lanes {
            let Some((id, _)) = queue.updates.front().filter(|_| !queue.under_way) else {
                continue;
            };
            match queue.not_before {
                Some(at) if at > now => next = Some(next.map_or(at, |next| next.min(at))),
                Some(_) | None => ready.push((*id, *lane)),
            }
        }
        ready.sort();
        ready.truncate(registration.connections.saturating_sub(self.under_way));
        let posts = ready.into_iter().filter_map(|(_, lane)| self.post(lane, &registration)).collect();
        (posts, next)
    }

    /// Notes what became of an update that was under way.
    pub(super) fn landed(&mut self, post: &Post, outcome: Result<(), Failure>, now: Moment) {
        self.under_way -= 1;
        let Some(queue) = self.lanes.get_mut(&post.lane) else {
            return;
        };
        queue.under_way = false;
        match outcome {
            Ok(()) => {
                if queue.updates.front().is_some_and(|(id, _)| *id == post.update_id) {
                    queue.updates.pop_front();
                }
                queue.failures = 0;
                queue.not_before = None;
            }
            Err(failure) => {
                let step = queue.failures.min(self.retry.len().saturating_sub(1));
                let planned = self.retry.get(step).copied().unwrap_or_default();
                queue.failures += 1;
                queue.not_before = Some(now.steady + failure.retry_after.unwrap_or(planned));
                self.last_error = Some((now.wall, failure.message));
            }
        }
        if queue.updates.is_empty() {
            self.lanes.remove(&post.lane);
        }
    }

    fn post(&mut self, lane: Lane, registration: &Registration) -> Option<Post> {
        let queue = self.lanes.get_mut(&lane)?;
        let (update_id, body) = queue.updates.front()?.clone();
        queue.under_way = true;
        self.under_way += 1;
        Some(Post {
            lane,
            update_id,
            body,
            url: registration.url.clone(),
            secret: registration.secret.clone(),
        })
    }

    fn drop_pending(&mut self) {
        for queue in self.lanes.values_mut() {
            queue.updates.clear();
        }
        self.lanes.retain(|_, queue| queue.under_way);
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
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn secret(params: &Params) -> Result<Option<String>, Refusal> {
    let Some(secret) = params.text("secret_token")?.filter(|secret| !secret.is_empty()) else {
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
