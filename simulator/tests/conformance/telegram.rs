//! Telegram's stand-in against the Bot API's description.
//! Invariant: every method and every act of a person is exercised, and nothing of it is amiss.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use simulator::conformance;
use simulator::telegram::{
    Attachment, ChatId, FileKind, Limits, MessageId, Origin, Person, Profile, REACTIONS, Telegram,
    TelegramOptions,
};

use crate::support::{Caller, bot_api, none};

async fn stage() -> (Telegram, Caller) {
    let options = TelegramOptions {
        limits: Limits::off(),
        record: 1000,
        ..TelegramOptions::default()
    };
    let telegram = Telegram::start(options).await.expect("loopback is there");
    let caller = Caller::new(&telegram);
    (telegram, caller)
}

/// Everything that people do.
fn live(telegram: &Telegram, anna: &Person) {
    let text = anna
        .message_of(anna.write("/start сейчас"))
        .expect("it was written");
    anna.share_contact("+79000000000");
    anna.share_foreign_contact("+79000000001", "Мама", None);
    anna.share_foreign_contact("+79000000002", "Борис", Some(ChatId(102)));
    for kind in [
        FileKind::Photo,
        FileKind::Document,
        FileKind::Voice,
        FileKind::Video,
        FileKind::VideoNote,
        FileKind::Audio,
        FileKind::Sticker,
        FileKind::Animation,
    ] {
        anna.send_file(Attachment::new(kind, "a.bin", "x/y", b"abc".as_slice()));
        anna.send_file(Attachment::of_size(kind, "a.bin", "x/y", 30 << 20).caption("/big"));
    }
    anna.send_album(vec![
        Attachment::photo(b"a".as_slice()).caption("два"),
        Attachment::photo(b"b".as_slice()),
    ]);
    anna.send_location(55.75, 37.0);
    anna.send_venue(55.75, 37.62, "Кафе", "ул. Мира, 1");
    anna.send_poll("Когда?", &["Сегодня", "Завтра"]);
    anna.forward(&Origin::User(Profile::new(102, "Борис")), "чужое");
    anna.forward(&Origin::Hidden("Некто".into()), "тайное");
    let channel = Origin::Channel {
        id: ChatId(-1001),
        title: "Новости".into(),
        message: MessageId(5),
    };
    anna.forward(&channel, "новость");
    anna.reply(text, "ответ").expect("the message is there");
    anna.edit(text, "/stop").expect("the message is there");
    anna.block();
    anna.unblock();
    for id in [-5, -1_001_234] {
        let group = telegram.group(id, "Коллеги");
        group.add_bot(anna);
        group.write(anna, "/start@sheetdesk_stand_in_bot");
        group.remove_bot(anna);
        group.add_bot(anna);
    }
    let forum = telegram.group(-1_001_234, "Коллеги");
    forum.becomes_forum();
    forum.lets_manage_topics(anna, true);
}

/// A topic is made, written into by both sides, closed and opened again.
async fn discuss(telegram: &Telegram, caller: &Caller, anna: &Person) {
    let forum = -1_001_234;
    let made = json!({"chat_id": forum, "name": "№ 1 · Анна"});
    let topic = caller.call("createForumTopic", made).await["message_thread_id"].clone();
    let inside = json!({"chat_id": forum, "message_thread_id": topic, "text": "a"});
    let ours = caller.call("sendMessage", inside).await["message_id"].as_i64();
    let forum = telegram.group(forum, "Коллеги");
    let topic = MessageId(topic.as_i64().expect("a number"));
    forum.write_in(topic, anna, "плоско").expect("it is open");
    let ours = MessageId(ours.expect("a number"));
    forum.reply(anna, ours, "в ответ").expect("it is there");
    let turn = json!({"chat_id": forum.id(), "message_thread_id": topic});
    caller.call("closeForumTopic", turn.clone()).await;
    caller.call("reopenForumTopic", turn).await;
    forum.lets_manage_topics(anna, false);
}

/// Everything that a bot can call, rightly and wrongly.
async fn work(caller: &Caller, anna: &Person) {
    let inline = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}, {"text": "Сайт", "url": "https://a.b"}]]});
    let asked = json!({"chat_id": 101, "text": "<b>Точно?</b> 😀", "parse_mode": "HTML", "reply_markup": inline});
    let question = caller.call("sendMessage", asked).await["message_id"].clone();
    let keyboard = json!({"keyboard": [["Отмена", {"text": "Номер", "request_contact": true}]], "resize_keyboard": true});
    let reply = json!({"message_id": question, "allow_sending_without_reply": true});
    let params = json!({"chat_id": 101, "text": "a", "reply_markup": keyboard, "reply_parameters": reply.clone()});
    caller.call("sendMessage", params).await;
    let params = json!({"chat_id": -5, "text": "a", "reply_markup": {"remove_keyboard": true}});
    caller.call("sendMessage", params).await;
    let params = json!({"chat_id": 101, "text": "a", "reply_markup": {"force_reply": true}});
    caller.call("sendMessage", params).await;
    anna.press(MessageId(question.as_i64().expect("a number")), "yes")
        .expect("the button is there");
    let updates = caller
        .call(
            "getUpdates",
            json!({"limit": 100, "timeout": 1, "allowed_updates": []}),
        )
        .await;
    let query = updates
        .as_array()
        .into_iter()
        .flatten()
        .find_map(|update| update.get("callback_query"));
    let params = json!({"callback_query_id": query.expect("it was pressed")["id"], "text": "Да", "show_alert": true});
    caller.call("answerCallbackQuery", params).await;
    let edit = |method: &'static str, more: Value| {
        let mut params = json!({"chat_id": 101, "message_id": question});
        params
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        caller.call(method, params)
    };
    edit(
        "editMessageText",
        json!({"text": "Точно.", "reply_markup": {"inline_keyboard": []}}),
    )
    .await;
    edit("editMessageText", json!({"text": "Точно."})).await;
    edit("editMessageReplyMarkup", json!({"reply_markup": inline})).await;
    edit(
        "setMessageReaction",
        json!({"reaction": [{"type": "emoji", "emoji": "👍"}], "is_big": true}),
    )
    .await;
    edit("setMessageReaction", json!({"reaction": []})).await;
    let copy = json!({"chat_id": -5, "from_chat_id": 101, "message_id": question, "reply_parameters": reply});
    caller.call("copyMessage", copy).await;
    edit("deleteMessage", json!({})).await;
    edit("deleteMessage", json!({})).await;
}

/// Files, given in each of the three ways, and a form without one.
async fn send_files(caller: &Caller) {
    let inline = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]});
    for (method, field, name) in [
        ("sendPhoto", "photo", "p.jpg"),
        ("sendDocument", "document", "d"),
        ("sendVideo", "video", "v.mp4"),
        ("sendAnimation", "animation", "a.gif"),
    ] {
        let mut params = json!({"chat_id": 101, "caption": "<i>подпись</i>", "parse_mode": "HTML", "reply_markup": inline});
        params[field] = json!(format!("https://example.org/{name}"));
        let sent = caller.call(method, params.clone()).await[field].clone();
        params[field] = sent["file_id"]
            .as_str()
            .map_or_else(|| sent[0]["file_id"].clone(), Value::from);
        caller.call(method, params.clone()).await;
        caller
            .call("getFile", json!({"file_id": params[field]}))
            .await;
        let part = |head: &str, body: &str| {
            format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
        };
        let file = part(&format!("name=\"{field}\"; filename=\"{name}\""), "bytes");
        let chat =
            part("name=\"chat_id\"", "101") + &part("name=\"reply_markup\"", &inline.to_string());
        let form = format!("{chat}{file}--x--\r\n");
        caller
            .form(method, "multipart/form-data; boundary=x", form)
            .await;
    }
    let form =
        "chat_id=101&text=a&disable_notification=true&reply_markup=%7B%22force_reply%22%3Atrue%7D";
    caller
        .form("sendMessage", "application/x-www-form-urlencoded", form)
        .await;
}

async fn settle(caller: &Caller) {
    let commands = json!([{"command": "start", "description": "Начать"}]);
    for (method, params) in [
        ("getMe", json!({})),
        (
            "setMyCommands",
            json!({"commands": commands, "scope": {"type": "all_private_chats"}, "language_code": "ru"}),
        ),
        (
            "sendChatAction",
            json!({"chat_id": 101, "action": "typing"}),
        ),
        (
            "setWebhook",
            json!({"url": "http://127.0.0.1:1/", "secret_token": "s", "allowed_updates": ["message"], "max_connections": 1}),
        ),
        ("getUpdates", json!({})),
        ("getWebhookInfo", json!({})),
        ("deleteWebhook", json!({"drop_pending_updates": true})),
        ("getWebhookInfo", json!({})),
        ("getFile", json!({"file_id": "nonsense"})),
        ("sendMessage", json!({"chat_id": 9, "text": "a"})),
    ] {
        caller.call(method, params).await;
    }
}

#[tokio::test]
async fn every_answer_and_every_update_keeps_to_the_description() {
    let Some(api) = bot_api() else { return };
    let (telegram, caller) = stage().await;
    let anna = telegram.person(Profile::new(101, "Анна").username("anna").language("ru"));
    live(&telegram, &anna);
    work(&caller, &anna).await;
    discuss(&telegram, &caller, &anna).await;
    send_files(&caller).await;
    settle(&caller).await;
    none(&conformance::telegram(&api, &telegram));
    let exchanges = telegram.exchanges();
    let methods: BTreeSet<String> = exchanges
        .iter()
        .map(|exchange| exchange.method.clone())
        .collect();
    assert_eq!(methods.len(), 22, "{methods:?}");
    let wrong: Vec<&Value> = exchanges
        .iter()
        .filter(|e| e.status >= 400)
        .map(|e| &e.body)
        .collect();
    assert_eq!(wrong.len(), 5, "{wrong:?}");
    assert!(telegram.emitted().len() > 40);
}

#[tokio::test]
async fn what_a_bot_does_wrong_is_seen() {
    let Some(api) = bot_api() else { return };
    let (telegram, caller) = stage().await;
    telegram.person(Profile::new(101, "Анна")).has_met_bot();
    caller
        .call(
            "sendMessage",
            json!({"chat_id": 101, "text": "a", "disable_notification": "true"}),
        )
        .await;
    let found = conformance::telegram(&api, &telegram);
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        ["sendMessage.disable_notification: expected Boolean, found \"true\""]
    );
}

#[tokio::test]
async fn a_limit_is_refused_as_described() {
    let Some(api) = bot_api() else { return };
    let options = TelegramOptions {
        record: 10,
        ..TelegramOptions::default()
    };
    let telegram = Telegram::start(options).await.expect("loopback is there");
    let caller = Caller::new(&telegram);
    telegram.person(Profile::new(101, "Анна")).has_met_bot();
    for _ in 0..2 {
        caller
            .call("sendMessage", json!({"chat_id": 101, "text": "a"}))
            .await;
    }
    assert_eq!(telegram.exchanges()[1].status, 429);
    none(&conformance::telegram(&api, &telegram));
}

#[test]
fn the_list_of_reactions_is_that_of_the_description() {
    let Some(api) = bot_api() else { return };
    assert_eq!(
        api.words("ReactionTypeEmoji", "emoji").expect("a list"),
        REACTIONS
    );
}
