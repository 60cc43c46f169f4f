//! `POST /telegram/webhook`: Telegram's updates, from the wire into the journal.
//!
//! Invariant: 200 means that the update is on the disk; what an update says is not this file's business.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde::{Deserialize, de::IgnoredAny};

use super::{body, problem::Problem, router::RouterState, slots::mark_known};
use crate::{
    clock,
    journal::{Accepted, DedupKey, Journal, StoreError},
    secret::Secret,
};

/// Stores a raw update; resolves after the fsync.
pub type Accept =
    Arc<dyn Fn(DedupKey, Bytes) -> BoxFuture<'static, Result<Accepted, StoreError>> + Send + Sync>;

/// The journal as the place where updates are stored.
#[must_use]
pub fn accept_into(journal: Journal) -> Accept {
    Arc::new(move |key, raw| {
        let journal = journal.clone();
        Box::pin(async move { journal.accept(key, raw).await })
    })
}

/// What the webhook needs; absent in polling mode.
pub struct TelegramIntake {
    /// Our bot's id: updates are counted per bot.
    pub bot: i64,
    /// What `setWebhook` was given as `secret_token`.
    pub secret: Secret,
    /// Where updates are stored.
    pub accept: Accept,
    /// The id of an update that is not JSON, where it states one.
    pub id_of_broken: fn(&[u8]) -> Option<i64>,
}

/// Updates by what became of them.
pub(super) const UPDATES: &str = "sheetdesk_updates_total";

/// The route. Without a [`TelegramIntake`] there is no such address.
pub(super) async fn receive(
    State(intake): State<Arc<RouterState>>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let telegram = intake.telegram.as_ref().ok_or(Problem::NotFound)?;
    let began = clock::monotonic();
    let outcome = store(telegram, request).await;
    metrics::histogram!("sheetdesk_ack_seconds").record(began.elapsed());
    let result = match &outcome {
        Ok(Accepted::Stored(_)) => "stored",
        Ok(Accepted::Duplicate) => "duplicate",
        Err(problem) => problem.code(),
    };
    metrics::counter!(UPDATES, "result" => result).increment(1);
    outcome.map(|_| StatusCode::OK)
}

/// Bot API, `setWebhook`: sent with every update.
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// All that must be right before an update is stored; what else is in it is decided, or quarantined, later.
#[derive(Deserialize)]
struct Envelope {
    update_id: i64,
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

async fn store(telegram: &TelegramIntake, request: Request) -> Result<Accepted, Problem> {
    let (head, body) = request.into_parts();
    // The secret comes before everything else: a stranger learns nothing, and makes us read nothing.
    let secret = head.headers.get(SECRET_HEADER).ok_or(Problem::Unsigned)?;
    if !telegram.secret.matches(secret.as_bytes()) {
        return Err(Problem::Unsigned);
    }
    mark_known(&head.extensions);
    if !body::is_json(&head.headers) {
        return Err(Problem::WrongType);
    }
    let raw = body::whole(body, body::LIMIT).await?;
    // A forwarded button may carry bytes that are no text. It is stored as it came and converted when it is decided.
    let text = String::from_utf8_lossy(&raw);
    let update_id = match body::object(text.as_bytes()) {
        Ok(Envelope { update_id }) => update_id,
        // One that Telegram has garbled would hold up its chat until it is taken; deciding sets it aside.
        Err(problem) => (telegram.id_of_broken)(&raw)
            .filter(|_| !is_json(&text))
            .ok_or(problem)?,
    };
    let key = DedupKey {
        bot: telegram.bot,
        update: update_id,
    };
    (telegram.accept)(key, raw).await.map_err(|error| {
        // Telegram repeats it every second: the counter and /readyz shout, the log need not.
        tracing::debug!(%error, update.id = update_id, "an update was not stored; Telegram will send it again");
        Problem::NotStored
    })
}
