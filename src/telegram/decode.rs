//! A raw update into an event.
//!
//! Invariant: only fields that we act on are read, so that whatever Telegram adds later (a kind of chat, of content, of
//! forwarding) cannot make a person's message unreadable. Reasons name fields and never quote what is in them.

mod content;
mod words;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::value::RawValue;

use super::{button, lossy_json::to_lossy_json};
use crate::{
    domain::{
        event::{Event, Update},
        ids::{CallbackId, ChatId, MessageId},
        message::{Colleague, Message},
        session::Locale,
        text::Text,
    },
    journal::Undecodable,
};

/// Decodes the body of a webhook call, or one element of `getUpdates` (Bot API: `Update`).
///
/// # Errors
/// When it is no JSON object, or an update of a kind that we serve lacks what it must have.
pub fn decode(raw: &[u8]) -> Result<Event, Undecodable> {
    let text = to_lossy_json(raw);
    let envelope: BTreeMap<String, &RawValue> =
        serde_json::from_str(&text).map_err(|_| Undecodable::NoObject("update".to_owned()))?;
    let update = if let Some(body) = envelope.get("message") {
        message(&Fields::of("message", body)?)?
    } else if let Some(body) = envelope.get(CHANGED) {
        message(&Fields::of(CHANGED, body)?)?
    } else if let Some(body) = envelope.get("callback_query") {
        pressed(&Fields::of("callback_query", body)?)?
    } else if let Some(body) = envelope.get("my_chat_member") {
        membership(&Fields::of("my_chat_member", body)?)?
    } else {
        // The Bot API promises at most one field beside `update_id`; none at all is legal.
        let kind = envelope.keys().find(|key| *key != "update_id");
        Update::Unserved(kind.map_or_else(|| "empty".to_owned(), |kind| word(kind)))
    };
    Ok(Event::Update(update))
}

/// The kind of update under which a changed message comes.
const CHANGED: &str = "edited_message";

/// The longest word of Telegram's that is passed on.
const WORD_LIMIT: usize = 40;

/// The part of `Chat` by which a private chat is told; `type` stays text, since Telegram may add values.
#[derive(Deserialize)]
struct Chat {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
}

/// The part of `User` that we act on.
#[derive(Deserialize)]
struct Sender {
    id: i64,
    #[serde(default)]
    first_name: String,
    last_name: Option<String>,
    language_code: Option<String>,
}

/// The part of a replied message that tells who wrote it.
#[derive(Deserialize)]
struct Replied {
    from: Author,
    sender_chat: Option<IgnoredAny>,
}

/// The part of `User` that tells a bot.
#[derive(Deserialize)]
struct Author {
    is_bot: bool,
}

/// The part of `ChatMember` that tells of a block.
#[derive(Deserialize)]
struct Member {
    status: String,
    can_send_messages: Option<bool>,
}

/// The part of `MaybeInaccessibleMessage` that says where a button was pressed.
#[derive(Deserialize)]
struct Place {
    chat: Chat,
    message_id: Option<i64>,
}

/// A message that was written, or one that was changed since.
fn message(fields: &Fields<'_>) -> Result<Update, Undecodable> {
    let chat: Chat = fields.required("chat")?;
    let from: Option<Sender> = fields.readable("from");
    let locale = locale(from.as_ref());
    let changed = fields.path == CHANGED;
    let Some(id) = private(&chat) else {
        if let Some(to) = fields.readable("migrate_to_chat_id") {
            let (from, to) = (ChatId(chat.id), ChatId(to));
            return Ok(Update::Moved { from, to });
        }
        if chat.is_group()
            && let Some(replied) = replied(fields, &chat, from.as_ref())
        {
            return Ok(replied);
        }
        if changed || !chat.is_group() {
            return Ok(elsewhere(fields.path, &chat));
        }
        let own = !fields.map.contains_key("forward_origin");
        let text = fields.readable("text").map(Text);
        // What holds no words says none; it is no sign that the bot may write there.
        let said = Some(text.filter(|_| own).unwrap_or_default());
        let chat = ChatId(chat.id);
        return Ok(Update::Group { chat, said, locale });
    };
    let message = written(fields, id, from.as_ref())?;
    Ok(match changed {
        true => Update::Edited(message),
        false => Update::Message(message),
    })
}

/// What a message says, wherever it is.
fn written(
    fields: &Fields<'_>,
    chat: ChatId,
    from: Option<&Sender>,
) -> Result<Message, Undecodable> {
    let written: i64 = fields.required("date")?;
    let edited: Option<i64> = fields.optional("edit_date")?;
    let changed = fields.path == CHANGED;
    let seconds = edited.filter(|_| changed).unwrap_or(written);
    Ok(Message {
        chat,
        message: MessageId(fields.required("message_id")?),
        at: Timestamp::from_second(seconds).map_err(|_| fields.unreadable("date"))?,
        locale: locale(from),
        content: content::content(fields, from)?,
        context: content::context(fields),
    })
}

/// A reply of a person's in a group, as far as it can be read; whatever else is said there is no answer to anything. In a topic that is also what
/// replies to nothing: Telegram shows it as a reply to the message that made the topic.
fn replied(fields: &Fields<'_>, chat: &Chat, from: Option<&Sender>) -> Option<Update> {
    let mut message = written(fields, ChatId(chat.id), from).ok()?;
    let reply = message.context.reply.as_mut()?;
    let to = reply.message?;
    let replied: Option<Replied> = fields.readable("reply_to_message");
    if !replied.is_some_and(|replied| replied.is_bot_s()) {
        // What colleagues write of an appeal among themselves is no message of it.
        reply.quote = Text::default();
    }
    let in_topic = fields.readable("is_topic_message") == Some(true);
    if in_topic && fields.readable("message_thread_id") == Some(to.0) {
        return None;
    }
    Some(Update::Replied {
        message,
        by: colleague(from?),
        changed: fields.path == CHANGED,
    })
}

fn pressed(fields: &Fields<'_>) -> Result<Update, Undecodable> {
    let from: Sender = fields.required("from")?;
    let (chat, message) = match fields.optional::<Place>("message")? {
        Some(Place { chat, message_id }) => {
            // In a private chat only its owner can press.
            let own = private(&chat) == Some(ChatId(from.id));
            if !own && !chat.is_group() {
                return Ok(elsewhere(fields.path, &chat));
            }
            (ChatId(chat.id), message_id.map(MessageId))
        }
        // A message sent by way of inline mode, which we don't offer.
        None if fields.map.contains_key("inline_message_id") => {
            return Ok(Update::Unserved("callback_query:inline".to_owned()));
        }
        // Telegram leaves out a message that it has forgotten. Ours are in private chats, whose id is the person's.
        None => (ChatId(from.id), None),
    };
    let data: Option<String> = fields.optional("data")?;
    Ok(Update::Pressed {
        chat,
        callback: CallbackId(fields.required("id")?),
        message,
        button: data.as_deref().and_then(button::from_wire),
        by: chat.is_group().then(|| colleague(&from)),
        locale: locale(Some(&from)),
    })
}

fn membership(fields: &Fields<'_>) -> Result<Update, Undecodable> {
    let chat: Chat = fields.required("chat")?;
    let from: Option<Sender> = fields.readable("from");
    let Some(id) = private(&chat) else {
        let member: Option<Member> = fields.readable("new_chat_member");
        let taken_in = member.is_some_and(|member| match member.status.as_str() {
            "member" | "administrator" => true,
            "restricted" => member.can_send_messages == Some(true),
            _ => false,
        });
        if !chat.is_group() || !taken_in {
            return Ok(elsewhere(fields.path, &chat));
        }
        return Ok(Update::Group {
            chat: ChatId(chat.id),
            said: None,
            locale: locale(from.as_ref()),
        });
    };
    let member: Member = fields.required("new_chat_member")?;
    Ok(Update::Membership {
        chat: id,
        blocked: member.status == "kicked",
        locale: locale(from.as_ref()),
    })
}

impl Replied {
    /// Whether a bot wrote it, and nobody who shows himself as the chat.
    fn is_bot_s(&self) -> bool {
        self.from.is_bot && self.sender_chat.is_none()
    }
}

impl Chat {
    fn is_group(&self) -> bool {
        matches!(self.kind.as_str(), "group" | "supergroup")
    }
}

fn private(chat: &Chat) -> Option<ChatId> {
    (chat.kind == "private").then_some(ChatId(chat.id))
}

fn elsewhere(kind: &str, chat: &Chat) -> Update {
    Update::Unserved(format!("{kind}:{}", word(&chat.kind)))
}

fn colleague(from: &Sender) -> Colleague {
    let last = from.last_name.as_deref().unwrap_or_default();
    Colleague {
        account: ChatId(from.id),
        name: Text(format!("{} {last}", from.first_name).trim().to_owned()),
    }
}

fn locale(from: Option<&Sender>) -> Locale {
    Locale::of_tag(from.and_then(|from| from.language_code.as_deref()))
}

/// A word of Telegram's protocol, which may become a metric's label: anything that does not look like one is not passed on.
fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let is_word = (1..=WORD_LIMIT).contains(&text.len()) && text.bytes().all(is_plain);
    if is_word { text } else { "unknown" }.to_owned()
}

/// The fields of one JSON object, each read when it is asked for.
struct Fields<'a> {
    path: &'static str,
    map: BTreeMap<String, &'a RawValue>,
}

impl<'a> Fields<'a> {
    fn of(path: &'static str, body: &'a RawValue) -> Result<Self, Undecodable> {
        match serde_json::from_str(body.get()) {
            Ok(map) => Ok(Self { path, map }),
            Err(_) => Err(Undecodable::NoObject(path.to_owned())),
        }
    }

    fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, Undecodable> {
        self.optional(name)?
            .ok_or_else(|| Undecodable::Missing(format!("{}.{name}", self.path)))
    }

    fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Undecodable> {
        match self.map.get(name) {
            Some(value) => serde_json::from_str(value.get()).map_err(|_| self.unreadable(name)),
            None => Ok(None),
        }
    }

    /// The field, where it is there and can be read: for what may be missed.
    fn readable<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = self.map.get(name)?;
        serde_json::from_str(value.get()).ok()
    }

    fn unreadable(&self, name: &str) -> Undecodable {
        Undecodable::Unlike(format!("{}.{name}", self.path))
    }
}

#[cfg(test)]
mod tests;
