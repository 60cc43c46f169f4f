//! What the trail tells of this stand-in: what people do, what the bot takes, what it says.
//! Invariant: only what concerns people is marked; settings, polls that find nothing and downloads are not.

use axum::http::StatusCode;
use serde_json::Value;

use super::attachment::FileKind;
use super::faults::FaultKind;
use super::html::Parsed;
use super::ids::ChatId;
use super::method::Method;
use super::params::Params;
use super::updates::Lane;
use crate::trail::{Mark, Side, Way, What};
use crate::weather::{self, Strike};

/// Every kind of file, those first in which others stand as well.
const KINDS: [FileKind; 8] = [
    FileKind::Animation,
    FileKind::Photo,
    FileKind::Document,
    FileKind::Voice,
    FileKind::Video,
    FileKind::VideoNote,
    FileKind::Audio,
    FileKind::Sticker,
];

/// What a call of the bot is about.
#[derive(Debug, Default)]
pub(super) struct Gist {
    pub(super) chat: Option<ChatId>,
    text: String,
    uploads: usize,
}

impl Gist {
    pub(super) fn of(params: &Params) -> Self {
        let text = |name| params.text(name).ok().flatten();
        let is_html = text("parse_mode").is_some_and(|mode| mode.eq_ignore_ascii_case("html"));
        let read = |source: &str| match Parsed::html(source) {
            Ok(parsed) if is_html => parsed.text,
            Ok(_) | Err(_) => source.to_owned(),
        };
        Self {
            chat: params.integer("chat_id").ok().flatten().map(ChatId),
            text: text("text")
                .or_else(|| text("caption"))
                .or_else(|| text("name"))
                .map(read)
                .or_else(|| reaction(params))
                .unwrap_or_default(),
            uploads: params.uploads(),
        }
    }

    /// The mark of a call that ended so.
    pub(super) fn mark(
        &self,
        method: &str,
        fault: Option<&FaultKind>,
        status: StatusCode,
    ) -> Option<Mark> {
        let what = Method::named(method).ok()?.what(self.uploads > 0)?;
        let mark = Mark::new(Side::Telegram, Way::Out, what, &self.text);
        let (ok, note) = outcome(fault, status);
        Some(mark.chat(self.chat.map(|chat| chat.0)).noted(ok, note))
    }
}

/// The first reaction that a call sets.
fn reaction(params: &Params) -> Option<String> {
    let reactions = params.structure("reaction").ok().flatten()?;
    reactions[0]["emoji"].as_str().map(str::to_owned)
}

/// Whether a call went well, and what happened to it.
fn outcome(fault: Option<&FaultKind>, status: StatusCode) -> (bool, Option<String>) {
    match fault {
        Some(FaultKind::CutBefore) => (false, Some("cut".to_owned())),
        Some(FaultKind::CutAfter | FaultKind::CutMidway) => (false, Some("answer lost".to_owned())),
        Some(FaultKind::Delay { milliseconds }) if status.is_success() => (
            true,
            Some(format!("late {} s", milliseconds.div_ceil(1000))),
        ),
        Some(_) | None if status.is_success() => (true, None),
        Some(_) | None => (false, Some(status.as_u16().to_string())),
    }
}

/// What the weather makes of a call.
pub(super) fn fault(strike: Strike) -> FaultKind {
    match strike {
        Strike::Cut => FaultKind::CutBefore,
        Strike::Late => FaultKind::delay(weather::LATE),
        Strike::TooMany => FaultKind::TooMany {
            retry_after: weather::RETRY_AFTER.into(),
        },
        Strike::Lost => FaultKind::CutAfter,
    }
}

/// A person has done something.
pub(super) fn update(kind: &str, body: &Value, chat: Option<ChatId>) -> Mark {
    let text = said(kind, body);
    let mark = Mark::new(Side::Telegram, Way::In, What::Update, &text);
    mark.chat(chat.map(|chat| chat.0))
}

/// The bot has taken an update, or why it has not.
pub(super) fn delivered(lane: Lane, update: &str, trouble: Option<String>) -> Mark {
    let update: Value = serde_json::from_str(update).unwrap_or_default();
    let mut parts = update.as_object().into_iter().flatten();
    let text = parts
        .find(|(_, body)| body.is_object())
        .map(|(kind, body)| said(kind, body))
        .unwrap_or_default();
    Mark::new(Side::Telegram, Way::In, What::Delivered, &text)
        .chat(lane.map(|chat| chat.0))
        .noted(trouble.is_none(), trouble)
}

/// What an update says, or what it is.
fn said(kind: &str, body: &Value) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let contact = || body["contact"]["phone_number"].as_str();
    if let Some(text) = text("text").or_else(|| text("caption")) {
        return text.to_owned();
    }
    if let Some(text) = text("data").or_else(contact) {
        return text.to_owned();
    }
    if let Some(status) = body["new_chat_member"]["status"].as_str() {
        return status.to_owned();
    }
    match file_kind(body) {
        Some(kind) => kind.field().to_owned(),
        None => kind.to_owned(),
    }
}

/// What kind of file a message carries.
pub(super) fn file_kind(message: &Value) -> Option<FileKind> {
    KINDS
        .into_iter()
        .find(|kind| message.get(kind.field()).is_some())
}
