//! What a message holds and what it is in.
//!
//! Invariant: words are never lost to what is beside them: a file, a quote or an origin that cannot be read is as good as absent.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

use super::{Fields, Sender, words};
use crate::{
    domain::{
        ids::MessageId,
        message::{Attachment, Content, Context, FileKind, Reply},
        text::Text,
    },
    journal::Undecodable,
};

/// Names under which a message carries a file, most telling first: an animation is also a `document` (Bot API: `Message`).
const FILES: [(&str, FileKind, &str); 8] = [
    ("animation", FileKind::Animation, "video/mp4"),
    ("audio", FileKind::Audio, "audio/mpeg"),
    ("sticker", FileKind::Sticker, "image/webp"),
    ("video", FileKind::Video, "video/mp4"),
    ("video_note", FileKind::VideoNote, "video/mp4"),
    ("voice", FileKind::Voice, "audio/ogg"),
    ("live_photo", FileKind::Video, "video/mp4"),
    ("document", FileKind::Document, "application/octet-stream"),
];

/// Content that somebody sent and that cannot be in a sheet.
const OTHERS: [&str; 10] = [
    "checklist",
    "dice",
    "game",
    "gift",
    "giveaway",
    "invoice",
    "paid_media",
    "rich_message",
    "story",
    "web_app_data",
];

/// The fields around the content of a message (Bot API: `Message`); anything else may be content of a kind that is new.
const ENVELOPE: [&str; 12] = [
    "business_connection_id",
    "chat",
    "external_reply",
    "forward_origin",
    "from",
    "quote",
    "reply_markup",
    "reply_to_checklist_task_id",
    "reply_to_message",
    "reply_to_story",
    "sender_chat",
    "via_bot",
];

/// What Telegram itself says in a private chat (Bot API: "service message").
const SERVICE: [&str; 19] = [
    "boost_added",
    "chat_background_set",
    "chat_shared",
    "checklist_tasks_added",
    "checklist_tasks_done",
    "connected_website",
    "direct_message_price_changed",
    "gift_upgrade_sent",
    "giveaway_winners",
    "managed_bot_created",
    "message_auto_delete_timer_changed",
    "paid_message_price_changed",
    "passport_data",
    "pinned_message",
    "refunded_payment",
    "successful_payment",
    "unique_gift",
    "users_shared",
    "write_access_allowed",
];

/// The parts of Telegram's file types that we pass on.
#[derive(Deserialize)]
struct Remote {
    file_id: String,
    file_unique_id: Option<String>,
    file_name: Option<String>,
    mime_type: Option<String>,
    file_size: Option<u64>,
    title: Option<String>,
    performer: Option<String>,
    emoji: Option<String>,
    #[serde(default)]
    is_animated: bool,
    #[serde(default)]
    is_video: bool,
}

#[derive(Deserialize)]
struct Location {
    latitude: f64,
    longitude: f64,
}

#[derive(Deserialize)]
struct Venue {
    location: Location,
    title: String,
    address: String,
}

#[derive(Deserialize)]
struct Poll {
    question: String,
    options: Vec<PollOption>,
}

#[derive(Deserialize)]
struct PollOption {
    text: String,
}

/// The part of `Contact` that we pass on; nothing in it is always there.
#[derive(Deserialize)]
struct Contact {
    phone_number: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    user_id: Option<i64>,
}

/// The part of `MessageOrigin` that names somebody, whichever kind it is.
#[derive(Deserialize)]
struct Origin {
    sender_user: Option<Named>,
    sender_user_name: Option<String>,
    sender_chat: Option<Named>,
    chat: Option<Named>,
}

/// A user or a chat by its name; who has deleted his account has none.
#[derive(Deserialize)]
struct Named {
    title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

/// The part of a replied message, or of a `TextQuote`, that is quoted.
#[derive(Deserialize)]
struct Quoted {
    message_id: Option<i64>,
    text: Option<String>,
    caption: Option<String>,
}

/// What a message holds.
pub(super) fn content(fields: &Fields<'_>, from: Option<&Sender>) -> Result<Content, Undecodable> {
    if let Some(text) = fields.optional::<String>("text")? {
        let entities: Option<Value> = fields.readable("entities");
        let text = words::with_addresses(&text, entities.as_ref());
        return Ok(Content::Text(Text(text)));
    }
    Ok(contact(fields, from)
        .or_else(|| file(fields))
        .or_else(|| place(fields))
        .or_else(|| poll(fields))
        .unwrap_or_else(|| otherwise(fields)))
}

fn contact(fields: &Fields<'_>, from: Option<&Sender>) -> Option<Content> {
    let contact: Contact = fields.readable("contact")?;
    let own = from.is_some_and(|from| contact.user_id == Some(from.id));
    Some(Content::Contact {
        name: Text(full_name(contact.first_name, contact.last_name)),
        phone: Text(contact.phone_number.unwrap_or_default()),
        own,
    })
}

/// The words beneath whatever a message holds.
fn caption(fields: &Fields<'_>) -> Text {
    let caption: String = fields.readable("caption").unwrap_or_default();
    let entities: Option<Value> = fields.readable("caption_entities");
    Text(words::with_addresses(&caption, entities.as_ref()))
}

/// What a message is in.
pub(super) fn context(fields: &Fields<'_>) -> Context {
    Context {
        reply: reply(fields),
        forwarded: forwarded(fields),
        album: fields.readable("media_group_id"),
    }
}

fn file(fields: &Fields<'_>) -> Option<Content> {
    let caption = caption(fields);
    if let Some(sizes) = fields.readable::<Vec<Remote>>("photo") {
        // The sizes of one picture; the last is the largest (Bot API: `PhotoSize`).
        let largest = sizes.into_iter().max_by_key(|size| size.file_size)?;
        let photo = attachment(largest, FileKind::Photo, "image/jpeg");
        return Some(Content::File(photo, caption));
    }
    let (kind, remote, media_type) = FILES.iter().find_map(|(name, kind, media_type)| {
        Some((*kind, fields.readable::<Remote>(name)?, *media_type))
    })?;
    Some(Content::File(attachment(remote, kind, media_type), caption))
}

fn attachment(remote: Remote, kind: FileKind, usual: &str) -> Attachment {
    let song = match (remote.performer, remote.title) {
        (Some(performer), Some(title)) => Some(format!("{performer} – {title}")),
        (performer, title) => title.or(performer),
    };
    let usual = match kind {
        FileKind::Sticker if remote.is_video => "video/webm",
        FileKind::Sticker if remote.is_animated => "application/gzip",
        FileKind::Sticker
        | FileKind::Photo
        | FileKind::Video
        | FileKind::Animation
        | FileKind::Audio
        | FileKind::Voice
        | FileKind::VideoNote
        | FileKind::Document => usual,
    };
    Attachment {
        kind,
        remote: remote.file_id,
        unique: remote.file_unique_id,
        name: remote.file_name.or(song).or(remote.emoji).map(Text),
        media_type: Some(remote.mime_type.unwrap_or_else(|| usual.to_owned())),
        size: remote.file_size,
    }
}

fn place(fields: &Fields<'_>) -> Option<Content> {
    if let Some(venue) = fields.readable::<Venue>("venue") {
        return Some(Content::Place {
            position: position(&venue.location),
            name: Text(format!("{}, {}", venue.title, venue.address)),
        });
    }
    let location: Location = fields.readable("location")?;
    Some(Content::Place {
        position: position(&location),
        name: Text::default(),
    })
}

fn position(location: &Location) -> Text {
    let mut text = String::new();
    // Six decimals are a tenth of a metre.
    let _ = write!(text, "{:.6},{:.6}", location.latitude, location.longitude);
    Text(text)
}

fn poll(fields: &Fields<'_>) -> Option<Content> {
    let poll: Poll = fields.readable("poll")?;
    let options = poll.options.into_iter();
    Some(Content::Poll {
        question: Text(poll.question),
        options: options.map(|option| Text(option.text)).collect(),
    })
}

/// A kind that we don't serve: its words are kept.
fn otherwise(fields: &Fields<'_>) -> Content {
    let present = |names: &[&'static str]| {
        let mut names = names.iter().copied();
        names.find(|name| fields.map.contains_key(*name))
    };
    if let Some(name) = present(&SERVICE) {
        return Content::Service(name.to_owned());
    }
    let files = FILES.map(|(name, _, _)| name);
    let known = present(&OTHERS)
        .or_else(|| present(&["photo", "venue", "location", "poll", "contact"]))
        .or_else(|| present(&files));
    let kind = known.unwrap_or("unknown").to_owned();
    let all = fields.map.keys().map(String::as_str);
    let content: Vec<&str> = match known {
        Some(known) => vec![known],
        None => all.filter(|name| !ENVELOPE.contains(name)).collect(),
    };
    let inside = content
        .into_iter()
        .filter_map(|name| fields.readable::<Value>(name));
    let mut lines: Vec<String> = inside.flat_map(|value| words::of_content(&value)).collect();
    lines.push(caption(fields).0);
    let words = Text(lines.join("\n").trim().to_owned());
    match words.is_blank() {
        true => Content::Other(kind),
        false => Content::Described { kind, words },
    }
}

fn reply(fields: &Fields<'_>) -> Option<Reply> {
    let replied: Option<Quoted> = fields.readable("reply_to_message");
    let quote: Option<Quoted> = fields.readable("quote");
    let message = replied.as_ref().and_then(|replied| replied.message_id);
    let message = message.map(MessageId);
    let quoted = quote.and_then(|quote| quote.text);
    let words = quoted.or_else(|| replied.and_then(|it| it.text.or(it.caption)));
    if message.is_none() && words.is_none() {
        return None;
    }
    Some(Reply {
        message,
        quote: Text(words.unwrap_or_default()),
    })
}

/// Whose words were passed on; nobody's name is an empty one, since they are not the sender's in any case.
fn forwarded(fields: &Fields<'_>) -> Option<Text> {
    let origin = fields.map.get("forward_origin");
    origin.filter(|origin| origin.get() != "null")?;
    let Some(origin) = fields.readable::<Origin>("forward_origin") else {
        return Some(Text::default());
    };
    let titled = |named: Named| {
        let name = || full_name(named.first_name, named.last_name);
        named.title.unwrap_or_else(name)
    };
    let names = [
        origin.sender_user.map(titled),
        origin.sender_user_name,
        origin.sender_chat.map(titled),
        origin.chat.map(titled),
    ];
    let mut names = names.into_iter().flatten().map(Text);
    let name = names.find(|name| !name.is_blank());
    Some(name.unwrap_or_default())
}

fn full_name(first: Option<String>, last: Option<String>) -> String {
    let parts = [first, last].into_iter().flatten();
    let parts = parts.filter(|part| !part.trim().is_empty());
    parts.collect::<Vec<_>>().join(" ")
}
