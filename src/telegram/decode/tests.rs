//! Updates as Telegram writes them, and what each is to us.
//!
//! Invariant: an update here is whole JSON, as it comes over the wire.

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
