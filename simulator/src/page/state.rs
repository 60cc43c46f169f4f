//! `GET /api/state`: who is there, what the weather is, what has become of all that was written.
//! Invariant: everything in it is asked of the stand-ins at that moment.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::server::Shared;

pub(super) async fn state(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(of(&shared))
}

/// The state as the page shows it.
pub(super) fn of(shared: &Shared) -> Value {
    let options = &shared.options;
    json!({
        "backstage": options.backstage.state(),
        "urls": { "telegram": options.telegram.url(), "sheets": options.sheets.url() },
    })
}
