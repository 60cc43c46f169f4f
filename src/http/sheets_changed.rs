//! `POST /sheets/changed`: a sheet's script says that somebody typed.
//!
//! Invariant: a call is only a hint to read sooner; lost, repeated or wrong, it changes nothing but the moment of the next read.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    body,
    problem::Problem,
    router::RouterState,
    signature::{SignedHeaders, SigningKey},
    slots::mark_known,
};
use crate::domain::ids::SpreadsheetId;

/// Something was edited here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Nudge {
    /// The spreadsheet.
    pub spreadsheet_id: SpreadsheetId,
    /// The tab, by its name as people see it.
    pub tab: String,
}

/// Whether a nudge concerns us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// One of our tabs: it will be looked at.
    Known,
    /// Not a tab of ours; scripts are copied along with spreadsheets, so this is no fault.
    Unknown,
}

/// What the callback needs.
pub struct SheetsIntake {
    /// The key that the scripts sign with.
    pub key: SigningKey,
    /// The wall clock.
    pub now: fn() -> Timestamp,
    /// Passes a nudge on; must return at once.
    pub nudge: Arc<dyn Fn(Nudge) -> Resolved + Send + Sync>,
}

/// Callbacks by what became of them.
pub(super) const CALLBACKS: &str = "sheetdesk_callbacks_total";

/// Bytes of a body, which is read before its signature can be checked: an id and a tab's name, of 100 letters at most.
const LIMIT: usize = 4 * 1024;
/// How long a stranger may take over them.
pub(super) const TIME: Duration = Duration::from_secs(2);

/// The route. The content type is not checked: the signature already authenticates the body.
pub(super) async fn receive(
    State(intake): State<Arc<RouterState>>,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let outcome = pass_on(&intake.sheets, request).await;
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

async fn pass_on(sheets: &SheetsIntake, request: Request) -> Result<Resolved, Problem> {
    let (head, body) = request.into_parts();
    let refused = |error| {
        tracing::debug!(reason = %error, "a sheet's call was refused");
        Problem::Unsigned
    };
    // What the head alone gives away is refused before the body is read.
    let signed = SignedHeaders::read(&head.headers).map_err(refused)?;
    signed.is_fresh((sheets.now)()).map_err(refused)?;
    let raw = body::whole(body, LIMIT).await?;
    signed.signs(&raw, &sheets.key).map_err(refused)?;
    mark_known(&head.extensions);
    Ok((sheets.nudge)(body::object(&raw)?))
}
