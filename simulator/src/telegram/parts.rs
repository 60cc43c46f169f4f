//! What a message of a person carries: a text, a contact, a place, a file, a poll.
//! Invariant: each part has every field that the Bot API says is always there.

use serde_json::{Map, Value, json};

use super::attachment::{Attachment, FileKind};
use super::files::Files;
use super::ids::{ChatId, MessageId, Profile};
use super::state::State;

/// Where a forwarded message comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody whose account may be shown.
    User(Profile),
    /// Somebody who hides his account: a name alone.
    Hidden(String),
    /// A post of a channel.
    Channel {
        /// The channel.
        id: ChatId,
        /// Its title.
        title: String,
        /// The post.
        message: MessageId,
    },
}

impl Origin {
    /// The Bot API's `MessageOrigin` object.
    pub(super) fn about(&self, date: i64) -> Value {
        match self {
            Self::User(profile) => {
                json!({ "type": "user", "date": date, "sender_user": profile.user() })
            }
            Self::Hidden(name) => {
                json!({ "type": "hidden_user", "date": date, "sender_user_name": name })
            }
            Self::Channel { id, title, message } => json!({
                "type": "channel",
                "date": date,
                "chat": { "id": id, "type": "channel", "title": title },
                "message_id": message,
            }),
        }
    }
}

/// The message part of a text; a leading command gets its entity, as in the apps.
pub(super) fn text(text: &str) -> Map<String, Value> {
    let mut part = one("text", json!(text));
    if let Some(entities) = command(text) {
        part.insert("entities".into(), entities);
    }
    part
}

/// The entities of a text that begins with a command.
pub(super) fn command(text: &str) -> Option<Value> {
    let command = text
        .split_whitespace()
        .next()
        .filter(|_| text.starts_with('/'))?;
    let length = command.encode_utf16().count();
    Some(json!([{ "type": "bot_command", "offset": 0, "length": length }]))
}

/// The message part of a shared contact.
pub(super) fn contact(
    phone_number: &str,
    first_name: &str,
    owner: Option<ChatId>,
) -> Map<String, Value> {
    let mut contact = json!({ "phone_number": phone_number, "first_name": first_name });
    if let Some(owner) = owner {
        contact["user_id"] = json!(owner);
    }
    one("contact", contact)
}

/// The message part of a point on the map.
pub(super) fn location(latitude: f64, longitude: f64) -> Map<String, Value> {
    one(
        "location",
        json!({ "latitude": latitude, "longitude": longitude }),
    )
}

/// The message part of a named place; the location stands beside it, as with the real server.
pub(super) fn venue(
    latitude: f64,
    longitude: f64,
    title: &str,
    address: &str,
) -> Map<String, Value> {
    let mut part = location(latitude, longitude);
    let venue = json!({ "location": part["location"], "title": title, "address": address });
    part.insert("venue".into(), venue);
    part
}

/// The message part of a poll that nobody has answered yet.
pub(super) fn poll(id: &str, question: &str, options: &[&str]) -> Map<String, Value> {
    let option = |(number, text)| json!({ "persistent_id": format!("{number}"), "text": text, "voter_count": 0 });
    let options: Vec<Value> = options.iter().enumerate().map(option).collect();
    let poll = json!({
        "id": id,
        "question": question,
        "options": options,
        "total_voter_count": 0,
        "is_closed": false,
        "is_anonymous": true,
        "type": "regular",
        "allows_multiple_answers": false,
        "allows_revoting": true,
        "members_only": false,
    });
    one("poll", poll)
}

/// The message part of a file, which is kept on the server.
pub(super) fn file(attachment: Attachment, files: &mut Files) -> Map<String, Value> {
    let caption = attachment.caption;
    let kind = attachment.kind;
    let stored = files.add(
        kind,
        attachment.name,
        attachment.mime,
        Some(&attachment.held),
    );
    let mut part = one(kind.field(), stored.about());
    if kind == FileKind::Animation {
        // So that bots find it that have not heard of animations (Bot API, `Message`).
        let document = stored.as_document();
        part.insert("document".into(), document);
    }
    if let Some(caption) = caption.filter(|caption| !caption.is_empty()) {
        part.insert("caption".into(), json!(caption));
    }
    part
}

/// The message parts of several files that are sent at once; more than one are joined by a `media_group_id`.
pub(super) fn files(attachments: Vec<Attachment>, state: &mut State) -> Vec<Map<String, Value>> {
    let album = (attachments.len() > 1).then(|| format!("1{:016}", state.next_message.0));
    let part = |attachment| {
        let mut part = file(attachment, &mut state.files);
        if let Some(album) = &album {
            part.insert("media_group_id".into(), json!(album));
        }
        part
    };
    attachments.into_iter().map(part).collect()
}

fn one(name: &str, value: Value) -> Map<String, Value> {
    let mut part = Map::new();
    part.insert(name.into(), value);
    part
}
