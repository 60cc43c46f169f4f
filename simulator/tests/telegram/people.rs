//! What people do, as the bot's webhook sees it, and the same over `/sim`.
//! Invariant: every act becomes one update with the fields that the Bot API documents.

use serde_json::{Map, Value, json};
use simulator::telegram::{ActError, ChatId, MessageId};

use crate::support::{Bot, FINE, Hook, SOON, unhurried};

async fn stage() -> (Bot, Hook) {
    let bot = Bot::start(unhurried()).await;
    let hook = Hook::start(|_, _| FINE).await;
    bot.done("setWebhook", json!({"url": hook.url})).await;
    (bot, hook)
}

async fn updates(bot: &Bot, hook: &Hook) -> Vec<Value> {
    bot.telegram.await_idle(SOON).await.expect("idle");
    hook.seen().into_iter().map(|seen| seen.update).collect()
}

#[tokio::test]
async fn texts_contacts_and_other_kinds() {
    let (bot, hook) = stage().await;
    let anna = bot.anna();
    let first = anna.write("/start now");
    anna.share_contact("+79123456789");
    anna.share_foreign_contact("89000000000", "Борис", Some(ChatId(102)));
    anna.share_foreign_contact("89000000000", "Мама", None);
    let mut sticker = Map::new();
    sticker.insert("sticker".into(), json!({"file_id": "f"}));
    anna.send(sticker);
    let updates = updates(&bot, &hook).await;
    let mut message = updates[0]["message"].clone();
    assert!(message["date"].take().is_i64());
    let who = json!({"id": 101, "is_bot": false, "first_name": "Анна", "username": "anna", "language_code": "ru"});
    assert_eq!(
        message,
        json!({
            "message_id": 1, "date": null, "text": "/start now", "from": who,
            "chat": {"id": 101, "type": "private", "first_name": "Анна", "username": "anna"},
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        })
    );
    let owner = |at: usize| updates[at]["message"]["contact"]["user_id"].as_i64();
    assert_eq!((owner(1), owner(2), owner(3)), (Some(101), Some(102), None));
    assert_eq!(updates[4]["message"]["sticker"], json!({"file_id": "f"}));
    let ids: Vec<i64> = updates
        .iter()
        .filter_map(|u| u["update_id"].as_i64())
        .collect();
    assert_eq!(ids, (first.0..first.0 + 5).collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_pressed_button_comes_with_its_message_and_is_answered() {
    let (bot, hook) = stage().await;
    let anna = bot.anna();
    let markup = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]});
    let params = json!({"chat_id": 101, "text": "<b>Точно?</b>", "parse_mode": "html", "reply_markup": markup});
    let sent = bot.done("sendMessage", params).await;
    let question = anna
        .await_message(|m| m.content.text == "Точно?", SOON)
        .await
        .unwrap();
    let missing = anna.press(question.message_id, "no").unwrap_err();
    assert!(matches!(missing, ActError::NoSuchButton { .. }));
    assert!(anna.press(MessageId(999), "yes").is_err());
    let update = anna.press(question.message_id, "yes").unwrap();
    let query = updates(&bot, &hook).await[0]["callback_query"].clone();
    assert_eq!((&query["data"], &query["message"]), (&json!("yes"), &sent));
    assert_eq!(query["message"]["entities"][0]["type"], json!("bold"));
    let answer = json!({"callback_query_id": query["id"], "text": "Принято", "show_alert": true});
    bot.done("answerCallbackQuery", answer).await;
    let answers = anna.button_answers();
    assert_eq!((answers.len(), answers[0].update_id), (1, update));
    assert_eq!(
        (answers[0].text.as_str(), answers[0].show_alert),
        ("Принято", true)
    );
    let edit = json!({"chat_id": 101, "message_id": question.message_id, "text": "Точно?"});
    bot.done("editMessageText", edit).await;
    assert!(
        anna.press(question.message_id, "yes").is_err(),
        "the edit took the button away"
    );
}

#[tokio::test]
async fn blocking_and_unblocking_tell_the_bot() {
    let (bot, hook) = stage().await;
    let anna = bot.anna();
    assert!(anna.block().is_some());
    assert_eq!(anna.block(), None);
    anna.write("я передумала");
    assert_eq!(anna.unblock(), None);
    let updates = updates(&bot, &hook).await;
    let change = |at: usize| {
        let member = &updates[at]["my_chat_member"];
        (
            member["old_chat_member"]["status"].clone(),
            member["new_chat_member"]["status"].clone(),
        )
    };
    assert_eq!(change(0), (json!("member"), json!("kicked")));
    assert_eq!(change(1), (json!("kicked"), json!("member")));
    assert_eq!(
        updates[0]["my_chat_member"]["new_chat_member"]["until_date"],
        json!(0)
    );
    assert_eq!(updates[0]["my_chat_member"]["from"]["id"], json!(101));
    assert_eq!(updates[2]["message"]["text"], json!("я передумала"));
}

#[tokio::test]
async fn raw_updates_keep_their_number_and_introduce_their_chat() {
    let (bot, hook) = stage().await;
    let raw = json!({"update_id": 5, "channel_post": {"chat": {"id": -100, "type": "channel"}, "text": "x"}});
    for _ in 0..2 {
        assert_eq!(bot.telegram.update(raw.clone()).unwrap().0, 5);
    }
    assert_eq!(
        bot.telegram.update(json!({"x": 1})),
        Err(ActError::NotAnUpdate)
    );
    assert_eq!(updates(&bot, &hook).await, [raw.clone(), raw]);
    bot.done("sendMessage", json!({"chat_id": "-100", "text": "a"}))
        .await;
    assert_eq!(bot.telegram.messages(ChatId(-100)).len(), 1);
}

#[tokio::test]
async fn commands_are_kept_by_scope_and_language() {
    let bot = Bot::start(unhurried()).await;
    let commands = json!([{"command": "start", "description": "Начать"}]);
    for language in ["", "ru", "ru"] {
        let params = json!({"commands": commands, "language_code": language});
        bot.done("setMyCommands", params).await;
    }
    assert_eq!(bot.telegram.commands().len(), 2);
    assert_eq!(bot.telegram.commands()[1].commands, commands);
    let bad = json!({"commands": [{"command": "Старт", "description": "x"}]});
    let words = bot.refused(400, "setMyCommands", bad).await;
    assert_eq!(words, "Bad Request: BOT_COMMAND_INVALID");
}

#[tokio::test]
async fn the_same_over_http() {
    let (bot, hook) = stage().await;
    let boris = json!({"id": 102, "first_name": "Борис", "known": true});
    assert_eq!(bot.post("/sim/people", boris).await.0, 201);
    let markup = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]});
    let params = json!({"chat_id": 102, "text": "a", "reply_markup": markup});
    bot.done("sendMessage", params).await;
    let (_, messages) = bot.get("/sim/chats/102/messages").await;
    assert_eq!(
        (&messages[0]["text"], &messages[0]["earlier"]),
        (&json!("a"), &json!([]))
    );
    let press = json!({"message_id": messages[0]["message_id"], "data": "yes"});
    let (status, first) = bot.post("/sim/people/102/press", press).await;
    assert_eq!(status, 200);
    for (act, body) in [
        ("write", json!({"text": "привет"})),
        ("contact", json!({"phone_number": "8900"})),
        ("contact", json!({"phone_number": "8900", "owner": null})),
        ("send", json!({"voice": {"file_id": "f"}})),
        ("block", Value::Null),
        ("unblock", Value::Null),
    ] {
        let (status, answer) = bot.post(&format!("/sim/people/102/{act}"), body).await;
        assert_eq!(status, 200, "{act}: {answer}");
        assert!(
            answer["update_id"].as_i64() > first["update_id"].as_i64(),
            "{act}"
        );
    }
    let updates = updates(&bot, &hook).await;
    assert_eq!(updates.len(), 7);
    assert_eq!(updates[2]["message"]["contact"]["user_id"], json!(102));
    assert_eq!(updates[3]["message"]["contact"].get("user_id"), None);
    assert_eq!(bot.get("/sim/updates").await, (200, json!({"pending": 0})));
    assert_eq!(bot.get("/sim/calls").await.1["delivered"], json!(7));
    assert_eq!(
        bot.post("/sim/people/9/write", json!({"text": "a"}))
            .await
            .0,
        404
    );
    let press = json!({"message_id": 1, "data": "no"});
    assert_eq!(bot.post("/sim/people/102/press", press).await.0, 409);
    bot.post("/sim/people/102/deactivate", Value::Null).await;
    bot.refused(403, "sendMessage", json!({"chat_id": 102, "text": "a"}))
        .await;
    let fault = json!({"kind": "too_many", "retry_after": 9});
    assert_eq!(bot.post("/sim/faults", fault).await.0, 201);
    let words = bot.refused(429, "getMe", json!({})).await;
    assert_eq!(words, "Too Many Requests: retry after 9");
}
