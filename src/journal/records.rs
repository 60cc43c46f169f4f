//! Records as they lie in the file: tagged, versioned JSON, `{"v":1,"appeal":{…}}`.
//!
//! Invariant: what the first version wrote is readable for ever; `tests/fixtures/journal-v1` holds one of each kind.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    DedupKey, Intent, Interpret, Undecodable,
    error::{Result, TableError},
    keys::Order,
};
use crate::domain::{
    alerts::Alerts,
    appeal::{Appeal, Line},
    broadcast::{Announced, Broadcast},
    effect::{OutboxEntry, Wake},
    event::{Event, Misplaced},
    files::StoredFile,
    message::Post,
    partner::Partner,
    promotion::Promotion,
    session::{Group, Session},
    tab::TabState,
    template::Templates,
};

/// The version that is written; those up to it are read.
pub(super) const VERSION: u32 = 1;

/// Something that has a record of its own.
pub(super) trait StoredRecord: Serialize + DeserializeOwned {
    /// Its name in the record, for ever.
    const TAG: &'static str;
}

/// A record of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Incoming {
    /// When it was stored.
    pub(super) at: Timestamp,
    /// The key by which it is deduplicated, if it can come twice.
    pub(super) key: Option<DedupKey>,
    /// What it is.
    pub(super) body: Body,
}

/// What an incoming record holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Body {
    /// A raw update that is text, as any JSON is.
    Raw(String),
    /// A raw update that is not even text, in base64.
    Bytes(String),
    /// An event of our own.
    Event(Box<Event>),
}

/// A record set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Quarantined {
    /// When.
    pub(super) at: Timestamp,
    /// Why, for people.
    pub(super) reason: String,
    /// What it held, where that can still be read.
    pub(super) body: Option<Body>,
}

/// A message and its place among others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct QueuedMessage {
    /// The message.
    pub(super) entry: OutboxEntry,
    /// Its place.
    pub(super) order: Order,
}

/// A durable timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Timer {
    /// When.
    pub(super) at: Timestamp,
    /// What for.
    pub(super) wake: Wake,
}

impl Body {
    /// What it means, or why nobody can tell.
    pub(super) fn event(self, interpret: &Interpret) -> Result<Event, Undecodable> {
        match self {
            Self::Event(event) => Ok(*event),
            Self::Raw(text) => interpret(text.as_bytes()),
            Self::Bytes(encoded) => {
                let raw = STANDARD
                    .decode(encoded)
                    .map_err(|error| Undecodable::Damaged(error.to_string()))?;
                interpret(&raw)
            }
        }
    }

    /// Keeps raw bytes as they came.
    pub(super) fn of_raw(raw: &[u8]) -> Self {
        match std::str::from_utf8(raw) {
            Ok(text) => Self::Raw(text.to_owned()),
            Err(_) => Self::Bytes(STANDARD.encode(raw)),
        }
    }
}

/// All that stands where it should not in a spreadsheet.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct AllMisplaced(pub(super) Vec<Misplaced>);

macro_rules! stored {
    ($($record:ty = $tag:literal,)*) => {
        $(impl StoredRecord for $record {
            const TAG: &'static str = $tag;
        })*
    };
}

stored! {
    Incoming = "inbox",
    Quarantined = "quarantined",
    QueuedMessage = "message",
    Timer = "timer",
    Intent = "intent",
    AllMisplaced = "misplaced",
    Partner = "partner",
    Session = "session",
    Appeal = "appeal",
    Line = "line",
    TabState = "tab",
    StoredFile = "file",
    Post = "post",
    Group = "group",
    Broadcast = "broadcast",
    Announced = "announced",
    Alerts = "alerts",
    Templates = "templates",
    Promotion = "promotion",
}

/// The record's bytes.
pub(super) fn encode<R: StoredRecord>(record: &R) -> Result<Vec<u8>> {
    let mut bytes = format!("{{\"v\":{VERSION},\"{}\":", R::TAG).into_bytes();
    serde_json::to_writer(&mut bytes, record).map_err(unreadable::<R>)?;
    bytes.push(b'}');
    Ok(bytes)
}

/// The record in these bytes; fields that it does not know are passed over.
pub(super) fn decode<R: StoredRecord>(bytes: &[u8]) -> Result<R> {
    match as_encoded::<R>(bytes).map(serde_json::from_slice) {
        Some(Ok(record)) => Ok(record),
        // Whoever wrote it in another way is read field by field, and what is wrong is told by its place in the whole.
        Some(Err(_)) | None => decode_parts(bytes),
    }
}

/// The record itself, where it stands as [`encode`] writes it.
fn as_encoded<R: StoredRecord>(bytes: &[u8]) -> Option<&[u8]> {
    let (prefix, suffix) = (b"{\"v\":1,\"", b"\":");
    let tagged = bytes
        .strip_prefix(prefix)?
        .strip_prefix(R::TAG.as_bytes())?;
    tagged.strip_prefix(suffix)?.strip_suffix(b"}")
}

fn decode_parts<R: StoredRecord>(bytes: &[u8]) -> Result<R> {
    let parts: BTreeMap<&str, &RawValue> =
        serde_json::from_slice(bytes).map_err(unreadable::<R>)?;
    let part = |name: &str| {
        let missing = || TableError::Record(format!("{}: `{name}` is missing", R::TAG));
        parts.get(name).ok_or_else(missing)
    };
    let version: u32 = serde_json::from_str(part("v")?.get()).map_err(unreadable::<R>)?;
    if version > VERSION {
        let newer = format!("written by a newer Sheetdesk (version {version})");
        return Err(TableError::Record(format!("{}: {newer}", R::TAG)));
    }
    serde_json::from_str(part(R::TAG)?.get()).map_err(unreadable::<R>)
}

/// Names the kind and the place; the parser's own words could quote a person's text.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn unreadable<R: StoredRecord>(error: serde_json::Error) -> TableError {
    let (kind, column) = (error.classify(), error.column());
    TableError::Record(format!("{}: {kind:?} at column {column}", R::TAG))
}
