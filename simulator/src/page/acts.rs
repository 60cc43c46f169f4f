//! The switches: what goes wrong, and what stands behind the stand-ins.
//! Invariant: a switch that is not named stays as it is, and one that is not known is refused.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::server::Shared;
use super::state;
use crate::weather::Weather;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switches {
    telegram: Option<Weather>,
    sheets: Option<Weather>,
    sorting: Option<bool>,
}

/// `PUT /api/weather`.
pub(super) async fn weather(
    State(shared): State<Arc<Shared>>,
    Json(switches): Json<Switches>,
) -> StatusCode {
    let options = &shared.options;
    // What was wrong until now counts as such until now.
    state::look_at_the_sky(&shared);
    if let Some(weather) = switches.telegram {
        options.telegram.weather(weather);
    }
    if let Some(weather) = switches.sheets {
        options.sheets.weather(weather);
    }
    if let Some(on) = switches.sorting {
        options.sheets.sort_under_writes(on);
    }
    StatusCode::NO_CONTENT
}

/// `POST /api/backstage/{name}`.
pub(super) async fn backstage(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let body = match body.is_empty() {
        true => Ok(Value::Null),
        false => serde_json::from_slice(&body),
    };
    let Ok(body) = body else {
        return refused(StatusCode::BAD_REQUEST, "the body is not JSON");
    };
    match shared.options.backstage.act(&name, body).await {
        Ok(answer) => Json(answer).into_response(),
        Err(words) => refused(StatusCode::CONFLICT, &words),
    }
}

fn refused(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}
