//! A raw update into an event.
//!
//! Invariant: only fields that we act on are read, so that whatever Telegram adds later (a kind of chat, of content, of
//! forwarding) cannot make a person's message unreadable. Reasons name fields and never quote what stands in them.

use std::collections::BTreeMap;

use frankenstein::types::{Contact, User};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::button;
use crate::{
    domain::{
        event::{Content, Event, Message, Update},
        ids::{CallbackId, ChatId, MessageId},
        session::Locale,
        text::Text,
    },
    journal::Undecodable,
};

/// Decodes the body of a webhook call, or one element of `getUpdates` (Bot API: `Update`).
///
/// # Errors
/// When it is no JSON object, or an update of a kind that we serve lacks what it must have; with a reason for people.
pub fn decode(raw: &[u8]) -> Result<Event, Undecodable> {
    let envelope: BTreeMap<String, &RawValue> =
        serde_json::from_slice(raw).map_err(|_| Undecodable("the update is no JSON object".to_owned()))?;
    let update = if let Some(body) = envelope.get("message") {
        message(&Fields::of("message", body)?)?
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

/// Names under which a message carries something else than text, most telling first: an animation is also a `document`,
/// a venue also a `location` (Bot API: `Message`).
const CONTENT: &[&str] = &[
    "animation",
    "audio",
    "live_photo",
    "paid_media",
    "photo",
    "sticker",
    "story",
    "video",
    "video_note",
    "voice",
    "document",
    "checklist",
    "dice",
    "game",
    "poll",
    "venue",
    "location",
    "rich_message",
    "invoice",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "giveaway",
    "giveaway_winners",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "web_app_data",
    "pinned_message",
    "message_auto_delete_timer_changed",
    "chat_background_set",
];

/// The longest word of Telegram's that is passed on.
const WORD_LIMIT: usize = 40;

/// The part of `Chat` by which a private chat is told; `type` stays text, since Telegram may add values.
#[derive(Deserialize)]
struct Chat {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
}

/// The part of `ChatMember` that tells of a block.
#[derive(Deserialize)]
struct Member {
    status: String,
}

/// The part of `MaybeInaccessibleMessage` that says where a button was pressed.
#[derive(Deserialize)]
struct Place {
    chat: Chat,
}

fn message(fields: &Fields<'_>) -> Result<Update, Undecodable> {
    let chat: Chat = fields.required("chat")?;
    let Some(id) = private(&chat) else {
        return Ok(elsewhere(fields.path, &chat));
    };
    let from: Option<User> = fields.optional("from")?;
    let seconds: i64 = fields.required("date")?;
    Ok(Update::Message(Message {
        chat: id,
        message: MessageId(fields.required("message_id")?),
        at: Timestamp::from_second(seconds).map_err(|_| fields.unreadable("date"))?,
        locale: locale(from.as_ref()),
        content: content(fields, from.as_ref())?,
    }))
}

fn content(fields: &Fields<'_>, from: Option<&User>) -> Result<Content, Undecodable> {
    if let Some(text) = fields.optional("text")? {
        return Ok(Content::Text(Text(text)));
    }
    if let Some(contact) = fields.optional::<Contact>("contact")? {
        let own = from.is_some_and(|from| contact.user_id == Some(from.id));
        return Ok(Content::Contact {
            phone: Text(contact.phone_number),
            own,
        });
    }
    let known = CONTENT.iter().find(|name| fields.map.contains_key(**name));
    Ok(Content::Other((*known.unwrap_or(&"unknown")).to_owned()))
}

fn pressed(fields: &Fields<'_>) -> Result<Update, Undecodable> {
    let from: User = fields.required("from")?;
    let chat = match fields.optional::<Place>("message")? {
        Some(Place { chat }) => match private(&chat) {
            Some(id) => id,
            None => return Ok(elsewhere(fields.path, &chat)),
        },
        // A message sent by way of inline mode, which we don't offer.
        None if fields.map.contains_key("inline_message_id") => return Ok(Update::Unserved("callback_query:inline".to_owned())),
        // Telegram leaves out a message that it has forgotten. Ours stand in private chats, whose id is the person's.
        None => ChatId(i64::try_from(from.id).map_err(|_| fields.unreadable("from"))?),
    };
    let data: Option<String> = fields.optional("data")?;
    Ok(Update::Pressed {
        chat,
        callback: CallbackId(fields.required("id")?),
        button: data.as_deref().and_then(button::from_wire),
        locale: locale(Some(&from)),
    })
}

fn membership(fields: &Fields<'_>) -> Result<Update, Undecodable> {
    let chat: Chat = fields.required("chat")?;
    let Some(id) = private(&chat) else {
        return Ok(elsewhere(fields.path, &chat));
    };
    let from: Option<User> = fields.optional("from")?;
    let member: Member = fields.required("new_chat_member")?;
    Ok(Update::Membership {
        chat: id,
        blocked: member.status == "kicked",
        locale: locale(from.as_ref()),
    })
}

fn private(chat: &Chat) -> Option<ChatId> {
    (chat.kind == "private").then_some(ChatId(chat.id))
}

fn elsewhere(kind: &str, chat: &Chat) -> Update {
    Update::Unserved(format!("{kind}:{}", word(&chat.kind)))
}

fn locale(from: Option<&User>) -> Locale {
    Locale::of_tag(from.and_then(|from| from.language_code.as_deref()))
}

/// A word of Telegram's protocol, which may become a metric's label: anything that does not look like one is not passed on.
fn word(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain && (1..=WORD_LIMIT).contains(&text.len()) {
        text.to_owned()
    } else {
        "unknown".to_owned()
    }
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
            Err(_) => Err(Undecodable(format!("{path} is no JSON object"))),
        }
    }

    fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, Undecodable> {
        self.optional(name)?
            .ok_or_else(|| Undecodable(format!("{}.{name} is missing", self.path)))
    }

    fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Undecodable> {
        match self.map.get(name) {
            Some(value) => serde_json::from_str(value.get()).map_err(|_| self.unreadable(name)),
            None => Ok(None),
        }
    }

    fn unreadable(&self, name: &str) -> Undecodable {
        Undecodable(format!("{}.{name} is not what the Bot API says", self.path))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::effect::Button;

    /// Friday, 1 September 2023, 12:00 UTC.
    const DATE: i64 = 1_693_569_600;

    fn decoded(kind: &str, body: &Value) -> Result<Event, Undecodable> {
        decode(json!({"update_id": 7, kind: body}).to_string().as_bytes())
    }

    fn private_message(extra: &Value) -> Value {
        let mut message = json!({
            "message_id": 5, "date": DATE, "chat": {"id": 42, "type": "private", "first_name": "Вера"},
            "from": {"id": 42, "is_bot": false, "first_name": "Вера", "language_code": "en-GB"},
        });
        let into = message.as_object_mut().unwrap();
        into.extend(extra.as_object().unwrap().clone());
        message
    }

    fn content_of(extra: &Value) -> Content {
        match decoded("message", &private_message(extra)) {
            Ok(Event::Update(Update::Message(message))) => message.content,
            other => panic!("{extra}: {other:?}"),
        }
    }

    fn unserved(word: &str) -> Result<Event, Undecodable> {
        Ok(Event::Update(Update::Unserved(word.to_owned())))
    }

    #[test]
    fn a_private_text_is_a_message() {
        // A forward of a kind that nobody knows yet must not stand in the way of its text.
        let body = private_message(&json!({"text": "Добрый день", "forward_origin": {"type": "hologram"}}));
        let message = Message {
            chat: ChatId(42),
            message: MessageId(5),
            at: Timestamp::from_second(DATE).unwrap(),
            locale: Locale::En,
            content: Content::Text(Text::from("Добрый день")),
        };
        assert_eq!(decoded("message", &body), Ok(Event::Update(Update::Message(message))));
    }

    #[test]
    fn a_contact_is_own_only_with_the_sender_s_id() {
        for (user, own) in [(json!(42), true), (json!(43), false), (Value::Null, false)] {
            let contact = json!({"contact": {"phone_number": "79123456789", "first_name": "В", "user_id": user}});
            let phone = Text::from("79123456789");
            assert_eq!(content_of(&contact), Content::Contact { phone, own }, "{contact}");
        }
    }

    #[test]
    fn other_content_goes_by_telegram_s_name() {
        for (extra, name) in [
            (json!({"photo": [], "caption": "вот"}), "photo"),
            (json!({"document": {}, "animation": {}}), "animation"),
            (json!({"location": {}, "venue": {}}), "venue"),
            (json!({"voice": {}}), "voice"),
            (json!({"hologram": {}}), "unknown"),
            (json!({}), "unknown"),
        ] {
            assert_eq!(content_of(&extra), Content::Other(name.to_owned()));
        }
    }

    #[test]
    fn a_pressed_button_knows_its_chat() {
        let from = json!({"id": 42, "is_bot": false, "first_name": "В"});
        let place = json!({"message_id": 1, "date": 0, "chat": {"id": 42, "type": "private"}});
        let event = |button| {
            Ok(Event::Update(Update::Pressed {
                chat: ChatId(42),
                callback: CallbackId("9".to_owned()),
                button,
                locale: Locale::Ru,
            }))
        };
        for (body, expected) in [
            (
                json!({"id": "9", "from": from, "message": place, "data": "kept:send"}),
                event(Some(Button::SendKept)),
            ),
            (json!({"id": "9", "from": from, "data": "kept:drop"}), event(Some(Button::DropKept))),
            (json!({"id": "9", "from": from, "message": place, "data": "old"}), event(None)),
            (json!({"id": "9", "from": from, "message": place}), event(None)),
            (
                json!({"id": "9", "from": from, "inline_message_id": "x", "data": "kept:send"}),
                unserved("callback_query:inline"),
            ),
            (
                json!({"id": "9", "from": from, "message": {"chat": {"id": -1, "type": "group"}}}),
                unserved("callback_query:group"),
            ),
        ] {
            assert_eq!(decoded("callback_query", &body), expected, "{body}");
        }
    }

    #[test]
    fn a_block_and_a_return_are_memberships() {
        for (status, blocked) in [("kicked", true), ("member", false), ("restricted", false)] {
            let body = json!({"chat": {"id": 42, "type": "private"}, "new_chat_member": {"status": status}});
            let chat = ChatId(42);
            let locale = Locale::Ru;
            let membership = Update::Membership { chat, blocked, locale };
            assert_eq!(decoded("my_chat_member", &body), Ok(Event::Update(membership)), "{status}");
        }
    }

    #[test]
    fn what_is_not_served_is_named_and_no_error() {
        let group = json!({"message_id": 1, "chat": {"id": -5, "type": "group"}, "text": "?"});
        let future = json!({"chat": {"id": 5, "type": "Комната"}});
        for (kind, body, word) in [
            ("message", &group, "message:group"),
            ("message", &future, "message:unknown"),
            ("my_chat_member", &group, "my_chat_member:group"),
            ("edited_message", &group, "edited_message"),
            ("poll", &json!(1), "poll"),
            ("Что-то новое", &json!({}), "unknown"),
            ("update_id", &json!(7), "empty"),
        ] {
            assert_eq!(decoded(kind, body), unserved(word), "{kind}");
        }
    }

    #[test]
    fn a_broken_update_says_what_is_broken_and_quotes_nothing() {
        for (kind, body, reason) in [
            ("message", json!("секрет"), "message is no JSON object"),
            ("message", json!({"text": "секрет"}), "message.chat is missing"),
            (
                "message",
                private_message(&json!({"date": "секрет"})),
                "message.date is not what the Bot API says",
            ),
            (
                "message",
                private_message(&json!({"date": i64::MAX})),
                "message.date is not what the Bot API says",
            ),
            (
                "message",
                private_message(&json!({"text": 5})),
                "message.text is not what the Bot API says",
            ),
            ("callback_query", json!({"id": "1"}), "callback_query.from is missing"),
        ] {
            assert_eq!(decoded(kind, &body), Err(Undecodable(reason.to_owned())), "{body}");
        }
        for raw in ["", "[]", "null", "{\"update_id\": 1"] {
            assert_eq!(
                decode(raw.as_bytes()),
                Err(Undecodable("the update is no JSON object".to_owned())),
                "{raw}"
            );
        }
    }

    /// Whatever the crate's full types can read, we can read; what it refuses must at least not make us panic.
    #[test]
    fn every_collected_update_decodes_where_it_is_whole() {
        let Some(lines) = super::super::fixture("updates.jsonl") else {
            return;
        };
        let mut served = 0;
        for line in lines.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let update = &record["update"];
            let event = decode(update.to_string().as_bytes());
            let whole = serde_json::from_value::<frankenstein::updates::Update>(update.clone()).is_ok();
            assert!(event.is_ok() || !whole, "{event:?} from {update}");
            served += usize::from(matches!(
                event,
                Ok(Event::Update(
                    Update::Message(_) | Update::Pressed { .. } | Update::Membership { .. }
                ))
            ));
        }
        assert!(served > 50, "the collection holds private messages, but only {served} were served");
    }
}
