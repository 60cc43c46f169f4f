//! Each refusal and each limit, in Telegram's own words.
//! Invariant: a refused call leaves nothing behind in the chat.

use std::time::Duration;

use serde_json::json;
use simulator::telegram::{Limits, Profile, TelegramOptions};

use crate::support::{Bot, unhurried};

#[tokio::test]
async fn strangers_and_unknown_methods_are_refused() {
    let bot = Bot::start(unhurried()).await;
    let address = format!("{}/bot1:wrong/getMe", bot.telegram.url());
    let response = bot.raw().get(address).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.json::<serde_json::Value>().await.unwrap(),
        json!({"ok": false, "error_code": 401, "description": "Unauthorized"})
    );
    let words = bot.refused(501, "sendDice", json!({})).await;
    assert!(words.contains("sendDice"), "{words}");
    let words = bot.refused(501, "getMe", json!({"verbose": 1})).await;
    assert!(words.contains("verbose"), "{words}");
    assert_eq!(
        bot.done("getMe", json!({})).await["id"],
        json!(7_000_000_001_i64)
    );
}

#[tokio::test]
async fn parameters_come_in_the_query_or_as_a_form_too() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let address = bot.method("sendMessage?chat_id=101&text=a+%26+b");
    assert_eq!(bot.raw().get(address).send().await.unwrap().status(), 200);
    let markup = r#"{"inline_keyboard":[[{"text":"OK","callback_data":"ok"}]]}"#;
    let form = format!("chat_id=101&text=%3Cb%3Ec%3C%2Fb%3E&parse_mode=HTML&reply_markup={markup}");
    let request = bot.raw().post(bot.method("sendmessage")).body(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let texts: Vec<String> = anna
        .messages()
        .into_iter()
        .map(|m| m.content.text)
        .collect();
    assert_eq!(texts, ["a & b", "c"]);
    assert!(anna.press(anna.messages()[1].message_id, "ok").is_ok());
}

#[tokio::test]
async fn chats_and_people_that_can_not_be_written_to() {
    let bot = Bot::start(unhurried()).await;
    let stranger = bot.telegram.person(Profile::new(7, "Незнакомец"));
    let to = |chat: i64| json!({"chat_id": chat, "text": "hello"});
    for chat in [7, 8] {
        let words = bot.refused(400, "sendMessage", to(chat)).await;
        assert_eq!(words, "Bad Request: chat not found");
    }
    let words = bot
        .refused(400, "sendMessage", json!({"text": "hello"}))
        .await;
    assert_eq!(words, "Bad Request: chat_id is empty");
    stranger.write("/start");
    bot.done("sendMessage", to(7)).await;
    stranger.block();
    let words = bot.refused(403, "sendMessage", to(7)).await;
    assert_eq!(words, "Forbidden: bot was blocked by the user");
    stranger.unblock();
    bot.done("sendMessage", to(7)).await;
    stranger.deactivate();
    let words = bot.refused(403, "sendMessage", to(7)).await;
    assert_eq!(words, "Forbidden: user is deactivated");
    assert_eq!(stranger.messages().len(), 2);
}

#[tokio::test]
async fn texts_that_can_not_be_sent() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let say = |text: &str, mode: &str| json!({"chat_id": 101, "text": text, "parse_mode": mode});
    for (text, mode, words) in [
        ("", "", "Bad Request: message text is empty"),
        (" \n", "", "Bad Request: message text is empty"),
        ("<b> </b>", "HTML", "Bad Request: message text is empty"),
        ("*a*", "Markup", "Bad Request: unsupported parse_mode"),
        (
            "<b>a",
            "HTML",
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
    ] {
        assert_eq!(
            bot.refused(400, "sendMessage", say(text, mode)).await,
            words
        );
    }
    // A face is two UTF-16 units; mark-up and references do not count.
    let longest = format!("<b>{}</b>&amp;&lt;", "😀".repeat(2047));
    let too_long = "я".repeat(4097);
    let words = bot.refused(400, "sendMessage", say(&too_long, "")).await;
    assert_eq!(words, "Bad Request: message is too long");
    assert!(anna.messages().is_empty());
    bot.done("sendMessage", say(&longest, "HTML")).await;
    assert_eq!(anna.messages()[0].content.text.encode_utf16().count(), 4096);
    assert_eq!(anna.messages()[0].content.html, longest);
}

#[tokio::test]
async fn keyboards_and_replies_that_can_not_be_shown() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let with = |markup| json!({"chat_id": 101, "text": "a", "reply_markup": markup});
    let inline = |button| with(json!({"inline_keyboard": [[button]]}));
    let data = |bytes: usize| inline(json!({"text": "x", "callback_data": "я".repeat(bytes / 2)}));
    for (params, words) in [
        (data(66), "Bad Request: BUTTON_DATA_INVALID"),
        (data(0), "Bad Request: BUTTON_DATA_INVALID"),
        (
            inline(json!({"text": "x", "url": "nowhere"})),
            "Bad Request: BUTTON_URL_INVALID",
        ),
        (
            inline(json!({"text": "x"})),
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            with(json!({"remove_keyboard": false})),
            "Bad Request: object expected as reply markup",
        ),
        (
            with(json!([])),
            "Bad Request: object expected as reply markup",
        ),
        (
            json!({"chat_id": 101, "text": "a", "reply_parameters": {"message_id": 999}}),
            "Bad Request: message to be replied not found",
        ),
    ] {
        assert_eq!(bot.refused(400, "sendMessage", params).await, words);
    }
    assert!(anna.messages().is_empty());
    bot.done("sendMessage", data(64)).await;
    let contact = json!({"keyboard": [[{"text": "Номер", "request_contact": true}], ["Отмена"]]});
    bot.done("sendMessage", with(contact)).await;
    bot.done("sendMessage", with(json!({"remove_keyboard": true})))
        .await;
    let first = anna.messages()[0].message_id;
    let reply = json!({"chat_id": 101, "text": "a", "reply_parameters": {"message_id": first}});
    bot.done("sendMessage", reply).await;
    assert_eq!(anna.messages()[3].reply_to, Some(first));
    let orphan = json!({"message_id": 999, "allow_sending_without_reply": true});
    let reply = json!({"chat_id": 101, "text": "a", "reply_parameters": orphan});
    bot.done("sendMessage", reply).await;
    assert_eq!(anna.messages()[4].reply_to, None);
}

#[tokio::test]
async fn edits_that_can_not_be_made() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let sent = bot
        .done("sendMessage", json!({"chat_id": 101, "text": "one"}))
        .await;
    let id = sent["message_id"].as_i64().unwrap();
    let edit = |id: i64, text: &str| json!({"chat_id": 101, "message_id": id, "text": text});
    let words = bot
        .refused(400, "editMessageText", edit(id + 1, "two"))
        .await;
    assert_eq!(words, "Bad Request: message to edit not found");
    let words = bot.refused(400, "editMessageText", edit(id, " one ")).await;
    assert!(
        words.starts_with("Bad Request: message is not modified: "),
        "{words}"
    );
    let edited = bot.done("editMessageText", edit(id, "two")).await;
    assert!(edited["edit_date"].is_i64());
    let message = &anna.messages()[0];
    assert_eq!(
        (
            message.content.text.as_str(),
            message.earlier[0].text.as_str()
        ),
        ("two", "one")
    );
    anna.block();
    let words = bot.refused(403, "editMessageText", edit(id, "three")).await;
    assert_eq!(words, "Forbidden: bot was blocked by the user");
}

#[tokio::test]
async fn a_button_waits_for_its_answer_so_long_only() {
    let lifetime = Duration::from_millis(50);
    let bot = Bot::start(TelegramOptions {
        query_lifetime: lifetime,
        ..unhurried()
    })
    .await;
    let anna = bot.anna();
    let markup = json!({"inline_keyboard": [[{"text": "OK", "callback_data": "ok"}]]});
    let params = json!({"chat_id": 101, "text": "a", "reply_markup": markup});
    bot.done("sendMessage", params).await;
    let update = anna.press(anna.messages()[0].message_id, "ok").unwrap();
    let answer = json!({"callback_query_id": update.0.to_string(), "text": "done"});
    tokio::time::sleep(lifetime).await;
    for params in [answer, json!({"callback_query_id": "0"})] {
        let words = bot.refused(400, "answerCallbackQuery", params).await;
        assert_eq!(
            words,
            "Bad Request: query is too old and response timeout expired or query id is invalid"
        );
    }
    assert!(anna.button_answers().is_empty());
}

#[tokio::test]
async fn a_second_message_within_a_second_is_too_many() {
    let limits = Limits {
        flood_wait: Duration::from_millis(1100),
        ..Limits::default()
    };
    let bot = Bot::start(TelegramOptions {
        limits,
        ..unhurried()
    })
    .await;
    let anna = bot.anna();
    bot.telegram
        .person(Profile::new(102, "Борис"))
        .has_met_bot();
    let to = |chat: i64| json!({"chat_id": chat, "text": "hello"});
    bot.done("sendMessage", to(101)).await;
    let (status, body) = bot.call("sendMessage", to(101)).await;
    assert_eq!(status, 429);
    assert_eq!(
        body,
        json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 2", "parameters": {"retry_after": 2}})
    );
    let words = bot.refused(429, "sendMessage", to(102)).await;
    assert!(
        words.starts_with("Too Many Requests: retry after "),
        "{words}"
    );
    bot.done("getMe", json!({})).await;
    assert_eq!(bot.telegram.calls().too_many, 2);
    tokio::time::sleep(limits.flood_wait).await;
    bot.done("sendMessage", to(101)).await;
    assert_eq!(anna.messages().len(), 2);
}

#[tokio::test]
async fn the_overall_limit_counts_all_chats_and_can_be_lifted() {
    let bot = Bot::start(TelegramOptions::default()).await;
    for id in 1..=32 {
        bot.telegram
            .person(Profile::new(id, "Партнёр"))
            .has_met_bot();
    }
    let mut accepted = 0;
    for id in 1..=31 {
        let (status, _) = bot
            .call("sendMessage", json!({"chat_id": id, "text": "a"}))
            .await;
        accepted += u32::from(status == 200);
    }
    assert_eq!((accepted, bot.telegram.calls().too_many), (30, 1));
    bot.telegram.limit(Limits::off());
    let words = bot
        .refused(429, "sendMessage", json!({"chat_id": 32, "text": "a"}))
        .await;
    assert!(
        words.starts_with("Too Many Requests"),
        "a running wait goes on: {words}"
    );
}
