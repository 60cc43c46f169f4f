//! What the bot has said, as people and tests see it.
//! Invariant: a message keeps everything it ever said; an edit adds, it does not replace.

use axum::body::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::attachment::FileKind;
use super::html::Parsed;
use super::ids::{MessageId, UpdateId};

/// A message that the bot has sent, as it stands now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SentMessage {
    /// Its number.
    pub message_id: MessageId,
    /// When it was sent.
    pub at: Timestamp,
    /// The message that it replies to.
    pub reply_to: Option<MessageId>,
    /// The topic in which it stands.
    pub topic: Option<MessageId>,
    /// It came without a sound.
    pub silent: bool,
    /// What it says now.
    #[serde(flatten)]
    pub content: Content,
    /// What it said before each edit, oldest first.
    pub earlier: Vec<Content>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Content {
    /// The text that people see, mark-up stripped.
    pub text: String,
    /// The text as the bot sent it.
    pub html: String,
    /// `MessageEntity` objects.
    pub entities: Vec<Value>,
    /// The keyboard that came with it.
    pub reply_markup: Option<Value>,
    /// The file; what stands above is its caption then.
    pub media: Option<SentFile>,
}

/// A file that the bot has sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SentFile {
    /// What it was sent as.
    pub kind: FileKind,
    /// The id under which it can be sent again.
    pub file_id: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its type, if anybody said it.
    pub mime: Option<String>,
    /// Its bytes counted; unknown for an address, which the stand-in never reads.
    pub size: Option<u64>,
    /// How the bot gave it.
    pub source: FileSource,
    /// Its bytes, if they are kept.
    #[serde(skip)]
    pub bytes: Option<Bytes>,
    /// The Bot API's object for it.
    #[serde(skip)]
    pub(super) about: Value,
    /// The `document` that stands beside an animation (Bot API, `Message`).
    #[serde(skip)]
    pub(super) as_document: Option<Value>,
}

/// How the bot gave a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileSource {
    /// As one that is on the server already.
    FileId,
    /// As an address to fetch it from.
    Url(String),
    /// In the call itself.
    Upload,
}

/// The bot's answer to a pressed button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ButtonAnswer {
    /// The update that told the bot of the press.
    pub update_id: UpdateId,
    /// The notification; empty if there is nothing to show.
    pub text: String,
    /// Whether it is shown as an alert.
    pub show_alert: bool,
}

impl Content {
    pub(super) fn new(parsed: Parsed, html: &str, reply_markup: Option<Value>) -> Self {
        Self {
            text: parsed.text,
            html: html.to_owned(),
            entities: parsed.entities,
            reply_markup,
            media: None,
        }
    }
}
