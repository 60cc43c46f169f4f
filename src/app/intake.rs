//! Stored updates into events, and a count of what is not served (yet).
//!
//! Invariant: a label of a metric is one of our own words, never text from outside.

use crate::{
    domain::event::{Content, Event, Update},
    journal::Undecodable,
    telegram::decode::decode,
};

/// Updates and messages that were declined or passed over, by kind.
const UNSERVED: &str = "sheetdesk_unserved_total";

/// Kinds that are told apart; Telegram adds new ones, which count as `other`.
const KINDS: [&str; 20] = [
    "animation",
    "audio",
    "contact",
    "dice",
    "document",
    "edited_message",
    "channel_post",
    "message:group",
    "location",
    "message_reaction",
    "photo",
    "poll",
    "sticker",
    "story",
    "venue",
    "video",
    "video_note",
    "voice",
    "web_app_data",
    "checklist",
];

/// Decodes a stored update.
///
/// # Errors
/// When it is of a kind that we serve and cannot be understood.
pub(super) fn interpret(raw: &[u8]) -> Result<Event, Undecodable> {
    let event = decode(raw)?;
    if let Event::Update(update) = &event {
        count(update);
    }
    Ok(event)
}

fn count(update: &Update) {
    let kind = match update {
        Update::Unserved(kind) => kind,
        Update::Message(message) => match &message.content {
            Content::Other(kind) => kind,
            Content::Text(_) | Content::Contact { .. } => return,
        },
        Update::Pressed { .. } | Update::Membership { .. } => return,
    };
    let label = KINDS.into_iter().find(|known| known == kind).unwrap_or("other");
    metrics::counter!(UNSERVED, "kind" => label).increment(1);
}
