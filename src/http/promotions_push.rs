//! `POST /webhook/promotions`: the predecessor's script says that a promotion was published.
//!
//! Invariant: a call is only a hint to read sooner; whatever its body says is not believed. Without a secret in the settings there is
//! no such address.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
};
use serde_json::{Value, json};

use super::{
    backend::{Backend, RouterState},
    body,
    problem::Problem,
    slots::mark_known,
};

/// The predecessor's header.
const SECRET_HEADER: &str = "x-webhook-secret";

/// The route. The script looks for 200 and these very words.
pub(super) async fn receive<B: Backend>(
    State(state): State<Arc<RouterState<B>>>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let expected = state.access.promotions.as_ref().ok_or(Problem::NotFound)?;
    let (head, body) = request.into_parts();
    let secret = head.headers.get(SECRET_HEADER).ok_or(Problem::Unsigned)?;
    if !expected.matches(secret.as_bytes()) {
        return Err(Problem::Unsigned);
    }
    mark_known(&head.extensions);
    let raw = body::whole(body, body::LIMIT).await?;
    let _: Value = body::object(&raw)?;
    state.backend.nudge_promotions();
    Ok(Json(json!({"status": "success"})))
}
