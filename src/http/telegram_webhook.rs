//! `POST /telegram/webhook`: Telegram's updates, from the wire into the journal.
//!
//! Invariant: 200 means that the update is on the disk; what an update says is not this file's business.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    backend::{Backend, RouterState, WebhookAccess},
    body,
    problem::Problem,
    slots::mark_known,
};
use crate::{
    clock,
    journal::{Accepted, DedupKey},
};

/// Updates by what became of them.
pub(super) const UPDATES: &str = "sheetdesk_updates_total";

/// The route. Without [`WebhookAccess`] there is no such address.
pub(super) async fn receive<B: Backend>(
    State(state): State<Arc<RouterState<B>>>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let access = state.access.telegram.as_ref().ok_or(Problem::NotFound)?;
    let began = clock::monotonic();
    let outcome = store(access, state.backend.as_ref(), request).await;
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

async fn store(
    access: &WebhookAccess,
    backend: &impl Backend,
    request: Request,
) -> Result<Accepted, Problem> {
    let (head, body) = request.into_parts();
    // The secret comes before everything else: a stranger learns nothing, and makes us read nothing.
    let secret = head.headers.get(SECRET_HEADER).ok_or(Problem::Unsigned)?;
    if !access.secret.matches(secret.as_bytes()) {
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
        Err(problem) => backend
            .id_of_broken(&raw)
            .filter(|_| !is_json(&text))
            .ok_or(problem)?,
    };
    let key = DedupKey {
        bot: access.bot,
        update: update_id,
    };
    backend.accept(key, raw).await.map_err(|error| {
        // Telegram repeats it every second: the counter and /readyz shout, the log need not.
        tracing::debug!(%error, update.id = update_id, "an update was not stored; Telegram will send it again");
        Problem::NotStored
    })
}
