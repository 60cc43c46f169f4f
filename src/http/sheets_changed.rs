//! `POST /sheets/changed`: a sheet's script says that somebody typed.
//!
//! Invariant: a call is only a hint to read sooner; lost, repeated or wrong, it changes nothing but the moment of the next read.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{
    backend::{Backend, Resolved, RouterState},
    body,
    problem::Problem,
    signature::SignedHeaders,
    slots::mark_known,
};

/// Callbacks by what became of them.
pub(super) const CALLBACKS: &str = "sheetdesk_callbacks_total";

/// Bytes of a body, which is read before its signature can be checked: an id and a tab's name, of 100 letters at most.
const LIMIT: usize = 4 * 1024;
/// How long a stranger may take over them.
pub(super) const TIME: Duration = Duration::from_secs(2);

/// The route. The content type is not checked: the signature already authenticates the body.
pub(super) async fn receive<B: Backend>(
    State(state): State<Arc<RouterState<B>>>,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let outcome = pass_on(&state, request).await;
    let result = match &outcome {
        Ok(Resolved::Known) => "nudged",
        Ok(Resolved::Unknown) => "unknown",
        Err(problem) => problem.code(),
    };
    metrics::counter!(CALLBACKS, "result" => result).increment(1);
    outcome.map(|resolved| {
        (
            StatusCode::ACCEPTED,
            Json(json!({"known": resolved == Resolved::Known})),
        )
    })
}

async fn pass_on<B: Backend>(
    state: &RouterState<B>,
    request: Request,
) -> Result<Resolved, Problem> {
    let (head, body) = request.into_parts();
    let refused = |error| {
        tracing::debug!(reason = %error, "a sheet's call was refused");
        Problem::Unsigned
    };
    // What the head alone gives away is refused before the body is read.
    let signed = SignedHeaders::read(&head.headers).map_err(refused)?;
    signed.is_fresh(state.backend.now()).map_err(refused)?;
    let raw = body::whole(body, LIMIT).await?;
    signed.signs(&raw, &state.access.sheets).map_err(refused)?;
    mark_known(&head.extensions);
    Ok(state.backend.nudge(&body::object(&raw)?))
}
