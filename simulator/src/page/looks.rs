//! What one phone and one tab show, and the files that are sent.
//! Invariant: a look changes nothing, and a file is never served as anything that a browser would run.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::launch::encoded;
use super::server::Shared;
use crate::telegram::ChatId;

/// `GET /api/chats/{id}`.
pub(super) async fn chat(State(shared): State<Arc<Shared>>, Path(id): Path<ChatId>) -> Response {
    found(shared.options.telegram.chat_seen(id))
}

/// `GET /api/tabs/{title}`.
pub(super) async fn tab(State(shared): State<Arc<Shared>>, Path(title): Path<String>) -> Response {
    let options = &shared.options;
    let book = options.sheets.copy(&options.workbook);
    found(book.and_then(|book| book.tab_seen(&title).ok()))
}

/// `GET /api/files/{id}`.
pub(super) async fn file(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let Some((name, mime, body)) = shared.options.telegram.file_seen(&id) else {
        return found(None);
    };
    let shown = if mime == "application/octet-stream" {
        "attachment"
    } else {
        "inline"
    };
    let name = encoded(name.as_deref().unwrap_or("file"));
    let head = [
        (header::CONTENT_TYPE, mime.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("{shown}; filename*=UTF-8''{name}"),
        ),
        (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
    ];
    (head, body).into_response()
}

fn found(seen: Option<Value>) -> Response {
    match seen {
        Some(seen) => Json(seen).into_response(),
        None => {
            let words = json!({ "error": "there is nothing such here" });
            (StatusCode::NOT_FOUND, Json(words)).into_response()
        }
    }
}
