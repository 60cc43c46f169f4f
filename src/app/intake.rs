//! Stored updates into events, and a count of what is not served (yet).
//!
//! Invariant: a label of a metric is one of our own words, never text from outside.

use crate::{
    domain::{
        event::{Event, Update},
        message::Content,
    },
    journal::Undecodable,
    telegram,
};

/// Updates and messages that were declined or passed over, by kind.
const UNSERVED: &str = "sheetdesk_unserved_total";

/// Kinds that are told apart; Telegram adds new ones, which count as `other`.
const KINDS: [&str; 14] = [
    "channel_post",
    "chat_member",
    "checklist",
    "dice",
    "edited_channel_post",
    "game",
    "inline_query",
    "message_reaction",
    "paid_media",
    "pinned_message",
    "poll_answer",
    "rich_message",
    "story",
    "web_app_data",
];

/// Decodes a stored update.
///
/// # Errors
/// When it is of a kind that we serve and cannot be understood.
pub(super) fn interpret(raw: &[u8]) -> Result<Event, Undecodable> {
    let event = telegram::decode::decode(raw)?;
    if let Event::Update(update) = &event {
        count(update);
    }
    Ok(event)
}

fn count(update: &Update) {
    let kind = match update {
        Update::Unserved(kind) => kind,
        Update::Message(message) => match &message.content {
            Content::Other(kind) | Content::Service(kind) | Content::Described { kind, .. } => kind,
            Content::Text(_)
            | Content::Contact { .. }
            | Content::File(..)
            | Content::Place { .. }
            | Content::Poll { .. } => return,
        },
        Update::Edited(_)
        | Update::Group { .. }
        | Update::Moved { .. }
        | Update::Replied { .. }
        | Update::Pressed { .. }
        | Update::Membership { .. } => return,
    };
    let known = KINDS.into_iter().find(|known| known == kind);
    let label = known.unwrap_or("other");
    metrics::counter!(UNSERVED, "kind" => label).increment(1);
}
