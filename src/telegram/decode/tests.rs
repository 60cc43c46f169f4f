//! Updates as Telegram writes them, and what each is to us.
//!
//! Invariant: an update here is whole JSON, as it comes over the wire.

use serde_json::{Value, json};

use super::*;
use crate::domain::{
    effect::Button,
    ids::{AppealId, Seq},
    message::{Attachment, Content, Context, FileKind, Reply},
};

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
    // A forward of a kind that nobody knows yet must not be in the way of its text; but the words are somebody else's.
    let body =
        private_message(&json!({"text": "Добрый день", "forward_origin": {"type": "hologram"}}));
    let forwarded = Context {
        forwarded: Some(Text::default()),
        ..Context::default()
    };
    let message = Message {
        chat: ChatId(42),
        message: MessageId(5),
        at: Timestamp::from_second(DATE).unwrap(),
        locale: Locale::En,
        content: Content::Text(Text::from("Добрый день")),
        context: forwarded,
    };
    assert_eq!(
        decoded("message", &body),
        Ok(Event::Update(Update::Message(message)))
    );
}

#[test]
fn a_sender_who_cannot_be_read_does_not_keep_his_words_back() {
    for from in [
        json!({"id": 42}),
        json!({"id": "?"}),
        json!(null),
        json!("?"),
    ] {
        let text = content_of(&json!({"text": "Добрый день", "from": from}));
        assert_eq!(text, Content::Text(Text::from("Добрый день")), "{from}");
    }
}

#[test]
fn a_contact_is_own_only_with_the_sender_s_id() {
    for (user, own) in [(json!(42), true), (json!(43), false), (Value::Null, false)] {
        let contact =
            json!({"contact": {"phone_number": "79123456789", "first_name": "В", "user_id": user}});
        let (phone, name) = (Text::from("79123456789"), Text::from("В"));
        assert_eq!(
            content_of(&contact),
            Content::Contact { phone, own, name },
            "{contact}"
        );
    }
}

#[test]
fn files_are_told_apart_and_know_their_names() {
    let file = |kind, name: Option<&str>, media_type: &str, size, caption: &str| {
        let attachment = Attachment {
            kind,
            remote: "F".to_owned(),
            unique: None,
            name: name.map(Text::from),
            media_type: Some(media_type.to_owned()),
            size,
        };
        Content::File(attachment, Text::from(caption))
    };
    let small = json!({"file_id": "small", "file_unique_id": "s", "width": 1, "height": 1, "file_size": 10});
    let large = json!({"file_id": "F", "width": 9, "height": 9, "file_size": 99});
    for (extra, content) in [
        (
            json!({"photo": [small, large], "caption": "вот"}),
            file(FileKind::Photo, None, "image/jpeg", Some(99), "вот"),
        ),
        (
            json!({"document": {"file_id": "F", "file_name": "a.pdf", "mime_type": "application/pdf", "file_size": 7}}),
            file(
                FileKind::Document,
                Some("a.pdf"),
                "application/pdf",
                Some(7),
                "",
            ),
        ),
        (
            json!({"document": {"file_id": "D"}, "animation": {"file_id": "F", "mime_type": "video/mp4"}}),
            file(FileKind::Animation, None, "video/mp4", None, ""),
        ),
        (
            json!({"voice": {"file_id": "F", "duration": 3}}),
            file(FileKind::Voice, None, "audio/ogg", None, ""),
        ),
        (
            json!({"video_note": {"file_id": "F"}}),
            file(FileKind::VideoNote, None, "video/mp4", None, ""),
        ),
        (
            json!({"video": {"file_id": "F", "mime_type": "video/quicktime"}}),
            file(FileKind::Video, None, "video/quicktime", None, ""),
        ),
        (
            json!({"audio": {"file_id": "F", "performer": "Хор", "title": "Гимн"}}),
            file(FileKind::Audio, Some("Хор – Гимн"), "audio/mpeg", None, ""),
        ),
        (
            json!({"sticker": {"file_id": "F", "emoji": "👍", "is_video": true}}),
            file(FileKind::Sticker, Some("👍"), "video/webm", None, ""),
        ),
    ] {
        assert_eq!(content_of(&extra), content, "{extra}");
    }
}

#[test]
fn places_and_polls_are_read() {
    let spot = json!({"latitude": 55.751_244, "longitude": 37.618_423_4});
    let position = Text::from("55.751244,37.618423");
    let bare = Content::Place {
        position: position.clone(),
        name: Text::default(),
    };
    assert_eq!(content_of(&json!({"location": spot})), bare);
    let venue = json!({"location": spot, "venue": {"location": spot, "title": "Склад", "address": "Лесная, 5"}});
    let name = Text::from("Склад, Лесная, 5");
    assert_eq!(content_of(&venue), Content::Place { position, name });
    let poll = json!({"poll": {"id": "1", "question": "Когда?", "options": [{"text": "Сегодня", "voter_count": 0}, {"text": "Завтра"}]}});
    let options = vec![Text::from("Сегодня"), Text::from("Завтра")];
    assert_eq!(
        content_of(&poll),
        Content::Poll {
            question: Text::from("Когда?"),
            options
        }
    );
}

#[test]
fn other_content_goes_by_telegram_s_name() {
    for (extra, name) in [
        (json!({"photo": []}), "photo"),
        (json!({"photo": [], "caption": "\u{200b}"}), "photo"),
        (json!({"contact": "?"}), "contact"),
        (json!({"location": {}, "venue": {}}), "venue"),
        (json!({"voice": {}}), "voice"),
        (json!({"dice": {"emoji": "🎲", "value": 3}}), "dice"),
        (json!({"hologram": {}}), "unknown"),
        (json!({}), "unknown"),
    ] {
        assert_eq!(content_of(&extra), Content::Other(name.to_owned()));
    }
    assert_eq!(
        content_of(&json!({"pinned_message": {}})),
        Content::Service("pinned_message".to_owned())
    );
}

#[test]
fn the_words_of_what_we_do_not_serve_are_kept() {
    let linked =
        json!([{"type": "text_link", "offset": 0, "length": 3, "url": "https://a.example"}]);
    for (extra, kind, words) in [
        (json!({"photo": [], "caption": "вот"}), "photo", "вот"),
        (
            json!({"paid_media": {"star_count": 5, "paid_media": []}, "caption": "тут", "caption_entities": linked}),
            "paid_media",
            "тут (https://a.example)",
        ),
        (
            json!({"checklist": {"title": "Заказ", "tasks": [{"id": 1, "text": "Лампы"}, {"id": 2, "text": "Провод"}]}}),
            "checklist",
            "Заказ\nЛампы\nПровод",
        ),
        (
            json!({"gift": {"gift": {"id": "1", "sticker": {"emoji": "🎁"}}, "text": "Спасибо"}}),
            "gift",
            "Спасибо",
        ),
        (
            json!({"hologram": {"text": "Я здесь"}, "via_bot": {"title": "нет"}}),
            "unknown",
            "Я здесь",
        ),
        (
            json!({"voice": {}, "caption": "слышно?"}),
            "voice",
            "слышно?",
        ),
    ] {
        let described = Content::Described {
            kind: kind.to_owned(),
            words: Text::from(words),
        };
        assert_eq!(content_of(&extra), described, "{extra}");
    }
}

#[test]
fn linked_words_bear_their_addresses_in_texts_and_captions() {
    let entities =
        json!([{"type": "text_link", "offset": 2, "length": 3, "url": "https://a.example"}]);
    let text = content_of(&json!({"text": "😀тут", "entities": entities}));
    assert_eq!(text, Content::Text(Text::from("😀тут (https://a.example)")));
    let beneath = content_of(
        &json!({"voice": {"file_id": "F"}, "caption": "😀тут", "caption_entities": entities}),
    );
    let Content::File(_, caption) = beneath else {
        panic!("{beneath:?}")
    };
    assert_eq!(caption, Text::from("😀тут (https://a.example)"));
}

#[test]
fn a_contact_may_lack_anything() {
    for (contact, name, phone) in [
        (json!({"first_name": "Иван", "last_name": ""}), "Иван", ""),
        (
            json!({"phone_number": "+79001112233", "first_name": ""}),
            "",
            "+79001112233",
        ),
        (json!({"last_name": "Ли"}), "Ли", ""),
    ] {
        let (name, phone) = (Text::from(name), Text::from(phone));
        let expected = Content::Contact {
            phone,
            own: false,
            name,
        };
        assert_eq!(
            content_of(&json!({"contact": contact})),
            expected,
            "{contact}"
        );
    }
}

#[test]
fn a_message_knows_what_it_stands_in() {
    let context_of = |extra: &Value| match decoded("message", &private_message(extra)) {
        Ok(Event::Update(Update::Message(message))) => message.context,
        other => panic!("{extra}: {other:?}"),
    };
    let replied = json!({"message_id": 3, "date": 0, "chat": {"id": 42, "type": "private"}, "caption": "под фото"});
    let reply = |message: Option<i64>, quote: &str| Context {
        reply: Some(Reply {
            message: message.map(MessageId),
            quote: Text::from(quote),
        }),
        ..Context::default()
    };
    let forwarded = |from: &str| Context {
        forwarded: Some(Text::from(from)),
        ..Context::default()
    };
    for (extra, context) in [
        (
            json!({"text": "да", "reply_to_message": replied}),
            reply(Some(3), "под фото"),
        ),
        (
            json!({"text": "да", "reply_to_message": replied, "quote": {"text": "фото", "position": 4}}),
            reply(Some(3), "фото"),
        ),
        (
            json!({"text": "да", "quote": {"text": "чужое", "position": 0}}),
            reply(None, "чужое"),
        ),
        (
            json!({"text": "да", "reply_to_message": "?"}),
            Context::default(),
        ),
        (
            json!({"text": "да", "forward_origin": {"type": "user", "date": 0, "sender_user": {"id": 1, "is_bot": false, "first_name": "Иван", "last_name": "Ли"}}}),
            forwarded("Иван Ли"),
        ),
        (
            json!({"text": "да", "forward_origin": {"type": "hidden_user", "date": 0, "sender_user_name": "Некто"}}),
            forwarded("Некто"),
        ),
        (
            json!({"text": "да", "forward_origin": {"type": "channel", "date": 0, "chat": {"id": -1, "type": "channel", "title": "Новости"}}}),
            forwarded("Новости"),
        ),
        // Whoever has deleted his account has no name.
        (
            json!({"text": "да", "forward_origin": {"type": "user", "date": 0, "sender_user": {"id": 1, "is_bot": false, "first_name": ""}}}),
            forwarded(""),
        ),
        (
            json!({"text": "да", "forward_origin": {"type": "hidden_user", "date": 0, "sender_user_name": ""}}),
            forwarded(""),
        ),
        (
            json!({"text": "да", "media_group_id": "77"}),
            Context {
                album: Some("77".to_owned()),
                ..Context::default()
            },
        ),
    ] {
        assert_eq!(context_of(&extra), context, "{extra}");
    }
}

#[test]
fn a_changed_message_is_told_apart_and_bears_the_moment_of_its_change() {
    let body = private_message(&json!({"text": "исправлено", "edit_date": DATE + 60}));
    let Ok(Event::Update(Update::Edited(message))) = decoded("edited_message", &body) else {
        panic!("not an edit");
    };
    assert_eq!(message.at, Timestamp::from_second(DATE + 60).unwrap());
}

#[test]
fn a_group_is_told_apart_from_a_channel() {
    let place = |kind: &str| json!({"id": -7, "type": kind, "title": "Т"});
    let from = json!({"id": 42, "is_bot": false, "first_name": "В", "language_code": "en"});
    let group = |said: Option<&str>| {
        Ok(Event::Update(Update::Group {
            chat: ChatId(-7),
            said: said.map(Text::from),
            locale: Locale::En,
        }))
    };
    let said = |kind| json!({"message_id": 1, "date": DATE, "chat": place(kind), "from": from, "text": "привет"});
    assert_eq!(
        decoded("message", &said("supergroup")),
        group(Some("привет"))
    );
    let mut passed_on = said("group");
    passed_on["forward_origin"] =
        json!({"type": "hidden_user", "date": DATE, "sender_user_name": "Б"});
    assert_eq!(
        decoded("message", &passed_on),
        group(Some("")),
        "somebody else's words"
    );
    let photo =
        json!({"message_id": 1, "date": DATE, "chat": place("group"), "from": from, "photo": []});
    assert_eq!(decoded("message", &photo), group(Some("")));
    assert_eq!(
        decoded("edited_message", &said("group")),
        unserved("edited_message:group")
    );
    let moved = |kind, status: &str| json!({"chat": place(kind), "from": from, "date": DATE, "new_chat_member": {"user": from, "status": status}});
    assert_eq!(
        decoded("my_chat_member", &moved("group", "member")),
        group(None)
    );
    assert_eq!(
        decoded("my_chat_member", &moved("group", "left")),
        unserved("my_chat_member:group")
    );
    for (may_write, expected) in [
        (true, group(None)),
        (false, unserved("my_chat_member:supergroup")),
    ] {
        let mut restricted = moved("supergroup", "restricted");
        restricted["new_chat_member"]["can_send_messages"] = may_write.into();
        assert_eq!(decoded("my_chat_member", &restricted), expected);
    }
    assert_eq!(
        decoded("my_chat_member", &moved("channel", "administrator")),
        unserved("my_chat_member:channel")
    );
    assert_eq!(
        decoded("channel_post", &said("channel")),
        unserved("channel_post")
    );
}

#[test]
fn a_pressed_button_knows_its_chat() {
    let from = json!({"id": 42, "is_bot": false, "first_name": "В"});
    let place = json!({"message_id": 1, "date": 0, "chat": {"id": 42, "type": "private"}});
    let pressed = |message: Option<i64>, button| {
        Ok(Event::Update(Update::Pressed {
            chat: ChatId(42),
            callback: CallbackId("9".to_owned()),
            message: message.map(MessageId),
            button,
            by: None,
            locale: Locale::Ru,
        }))
    };
    for (body, expected) in [
        (
            json!({"id": "9", "from": from, "message": place, "data": "kept:send"}),
            pressed(Some(1), Some(Button::SendKept)),
        ),
        (
            json!({"id": "9", "from": from, "data": "kept:drop"}),
            pressed(None, Some(Button::DropKept)),
        ),
        (
            json!({"id": "9", "from": from, "message": place, "data": "old"}),
            pressed(Some(1), None),
        ),
        (
            json!({"id": "9", "from": from, "message": place}),
            pressed(Some(1), None),
        ),
        (
            json!({"id": "9", "from": from, "inline_message_id": "x", "data": "kept:send"}),
            unserved("callback_query:inline"),
        ),
        (
            json!({"id": "9", "from": from, "message": {"chat": {"id": -1, "type": "channel"}}}),
            unserved("callback_query:channel"),
        ),
        (
            json!({"id": "9", "from": from, "message": {"chat": {"id": 1, "type": "private"}}, "data": "check:again"}),
            unserved("callback_query:private"),
        ),
    ] {
        assert_eq!(decoded("callback_query", &body), expected, "{body}");
    }
    let in_group = json!({"id": "9", "from": from, "message": {"chat": {"id": -1, "type": "supergroup"}}, "data": "check:again"});
    let chat = |event| match event {
        Ok(Event::Update(Update::Pressed { chat, .. })) => Some(chat),
        _ => None,
    };
    assert_eq!(chat(decoded("callback_query", &in_group)), Some(ChatId(-1)));
}

#[test]
fn a_block_and_a_return_are_memberships() {
    for (status, blocked) in [("kicked", true), ("member", false), ("restricted", false)] {
        let body =
            json!({"chat": {"id": 42, "type": "private"}, "new_chat_member": {"status": status}});
        let chat = ChatId(42);
        let locale = Locale::Ru;
        let membership = Update::Membership {
            chat,
            blocked,
            locale,
        };
        assert_eq!(
            decoded("my_chat_member", &body),
            Ok(Event::Update(membership)),
            "{status}"
        );
    }
}

#[test]
fn what_is_not_served_is_named_and_no_error() {
    let group = json!({"message_id": 1, "chat": {"id": -5, "type": "group"}, "text": "?"});
    let future = json!({"chat": {"id": 5, "type": "Комната"}});
    for (kind, body, word) in [
        ("message", &future, "message:unknown"),
        ("my_chat_member", &group, "my_chat_member:group"),
        ("edited_message", &group, "edited_message:group"),
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
        (
            "message",
            json!("секрет"),
            Undecodable::NoObject("message".into()),
        ),
        (
            "message",
            json!({"text": "секрет"}),
            Undecodable::Missing("message.chat".into()),
        ),
        (
            "message",
            private_message(&json!({"date": "секрет"})),
            Undecodable::Unlike("message.date".into()),
        ),
        (
            "message",
            private_message(&json!({"date": i64::MAX})),
            Undecodable::Unlike("message.date".into()),
        ),
        (
            "message",
            private_message(&json!({"text": 5})),
            Undecodable::Unlike("message.text".into()),
        ),
        (
            "callback_query",
            json!({"id": "1"}),
            Undecodable::Missing("callback_query.from".into()),
        ),
    ] {
        assert_eq!(decoded(kind, &body), Err(reason), "{body}");
    }
    for raw in ["", "[]", "null", "{\"update_id\": 1"] {
        assert_eq!(
            decode(raw.as_bytes()),
            Err(Undecodable::NoObject("update".to_owned())),
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
    assert!(
        served > 50,
        "the collection holds private messages, but only {served} were served"
    );
}

#[test]
fn a_group_that_becomes_a_supergroup_says_under_which_id() {
    let raw =
        br#"{"update_id":1,"message":{"message_id":1,"date":0,"chat":{"id":-5,"type":"group","title":"A"},"migrate_to_chat_id":-1005}}"#;
    let (from, to) = (ChatId(-5), ChatId(-1005));
    assert_eq!(decode(raw), Ok(Event::Update(Update::Moved { from, to })));
}

#[test]
fn what_is_written_plainly_in_a_topic_is_no_reply() {
    let place = json!({"id": -7, "type": "supergroup", "title": "Т", "is_forum": true});
    let from = json!({"id": 42, "is_bot": false, "first_name": "Ирина"});
    let made = json!({"message_id": 5, "date": DATE, "chat": place, "forum_topic_created": {"name": "№ 41", "icon_color": 1}});
    let body = |more: Value| {
        let mut body = json!({
            "message_id": 9, "date": DATE, "chat": place, "from": from, "text": "да",
            "message_thread_id": 5, "reply_to_message": made,
        });
        let fields = body.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        body
    };
    let is_reply = |body: &Value| {
        matches!(
            decoded("message", body),
            Ok(Event::Update(Update::Replied { .. }))
        )
    };
    let plain = body(json!({"is_topic_message": true}));
    let group = Update::Group {
        chat: ChatId(-7),
        said: Some("да".into()),
        locale: Locale::Ru,
    };
    assert_eq!(decoded("message", &plain), Ok(Event::Update(group)));
    assert_eq!(
        decoded("edited_message", &plain),
        unserved("edited_message:supergroup")
    );
    let ours = json!({"message_id": 6, "date": DATE, "chat": place, "text": "№ 41 · Анна"});
    let reply = body(json!({"is_topic_message": true, "reply_to_message": ours}));
    assert!(is_reply(&reply));
    // Without topics a thread goes by the first message that was replied to.
    assert!(is_reply(&body(json!({}))));
}

#[test]
fn a_colleague_s_message_names_no_appeal() {
    let place = json!({"id": -7, "type": "supergroup", "title": "Т"});
    let from = json!({"id": 42, "is_bot": false, "first_name": "Ирина"});
    let anonymous = json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group"});
    for (more, quoted) in [
        (
            json!({"from": {"id": 1, "is_bot": true, "first_name": "Бот"}}),
            "№ 41 уже решали",
        ),
        (json!({"from": from}), ""),
        (json!({"from": anonymous, "sender_chat": place}), ""),
        (json!({}), ""),
    ] {
        let mut replied =
            json!({"message_id": 5, "date": DATE, "chat": place, "text": "№ 41 уже решали"});
        let fields = replied.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        let body = json!({"message_id": 9, "date": DATE, "chat": place, "from": from, "text": "да", "reply_to_message": replied});
        let Ok(Event::Update(Update::Replied { message, .. })) = decoded("message", &body) else {
            panic!("a reply");
        };
        let reply = message.context.reply.expect("what it replies to");
        let expected = (Some(MessageId(5)), quoted);
        assert_eq!((reply.message, reply.quote.as_str()), expected, "{more}");
    }
}

#[test]
fn a_reply_in_a_group_names_its_author_and_what_it_replies_to() {
    let place = json!({"id": -7, "type": "supergroup", "title": "Т"});
    let from = json!({"id": 42, "is_bot": false, "first_name": "Ирина", "last_name": "Иванова"});
    let bot = json!({"id": 1, "is_bot": true, "first_name": "Бот"});
    let replied =
        json!({"message_id": 5, "date": DATE, "chat": place, "from": bot, "text": "№ 41 · Анна"});
    let body = |more: Value| {
        let mut body = json!({"message_id": 9, "date": DATE, "chat": place, "from": from, "reply_to_message": replied});
        let fields = body.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        body
    };
    for (kind, more, is_changed) in [
        ("message", json!({"text": "ответ"}), false),
        (
            "edited_message",
            json!({"text": "ответ", "edit_date": DATE + 9}),
            true,
        ),
    ] {
        let Ok(Event::Update(Update::Replied {
            message,
            by,
            changed,
        })) = decoded(kind, &body(more))
        else {
            panic!("a reply");
        };
        assert_eq!(
            (by.account, by.name.as_str()),
            (ChatId(42), "Ирина Иванова")
        );
        assert_eq!(
            (message.chat, message.message, changed),
            (ChatId(-7), MessageId(9), is_changed)
        );
        assert_eq!(message.content, Content::Text("ответ".into()));
        let reply = message.context.reply.expect("what it replies to");
        assert_eq!(
            (reply.message, reply.quote.as_str()),
            (Some(MessageId(5)), "№ 41 · Анна")
        );
    }
    let press = json!({"id": "9", "from": from, "message": {"chat": place, "message_id": 5}, "data": "take:12"});
    let Ok(Event::Update(Update::Pressed { by, button, .. })) = decoded("callback_query", &press)
    else {
        panic!("a press");
    };
    assert_eq!(by.map(|by| by.name), Some("Ирина Иванова".into()));
    assert_eq!(button, Some(Button::Take(AppealId::first(Seq(12)))));
}
