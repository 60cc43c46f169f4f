//! Groups: the bot is added, hears, speaks and is removed.
//! Invariant: the bot can say nothing where it is not, and hears nothing there either.

use serde_json::{Value, json};
use simulator::telegram::{ChatId, Limits, Profile, TelegramOptions};

use crate::support::{Bot, unhurried};

#[tokio::test]
async fn a_group_takes_the_bot_in_and_throws_it_out() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    for (id, kind, gone) in [
        (-5, "group", "left"),
        (-1_001_234_567_890, "supergroup", "kicked"),
    ] {
        let group = bot.telegram.group(id, "Коллеги");
        let say = json!({"chat_id": id, "text": "всем привет"});
        assert_eq!(group.write(&anna, "без бота"), None);
        assert_eq!(
            bot.refused(400, "sendMessage", say.clone()).await,
            "Bad Request: chat not found"
        );
        let first = group.add_bot(&anna).unwrap();
        assert_eq!(group.add_bot(&anna), None);
        let heard = group
            .write(&anna, "/start@sheetdesk_stand_in_bot сейчас")
            .unwrap();
        bot.done("sendMessage", say.clone()).await;
        let ours = group.messages()[0].message_id;
        group.reply(&anna, ours, "и вам").unwrap();
        assert!(group.remove_bot(&anna).is_some());
        assert_eq!(group.remove_bot(&anna), None);
        let words = bot.refused(403, "sendMessage", say).await;
        assert_eq!(
            words,
            format!("Forbidden: bot was kicked from the {kind} chat")
        );
        let updates = bot.done("getUpdates", json!({"offset": first.0})).await;
        let chat = json!({"id": id, "type": kind, "title": "Коллеги"});
        let status =
            |at: usize, which: &str| updates[at]["my_chat_member"][which]["status"].clone();
        assert_eq!(
            (status(0, "old_chat_member"), status(0, "new_chat_member")),
            (json!("left"), json!("member"))
        );
        assert_eq!(updates[0]["my_chat_member"]["chat"], chat);
        assert_eq!(
            updates[1]["message"]["new_chat_members"][0]["is_bot"],
            json!(true)
        );
        assert_eq!(
            (&updates[2]["update_id"], &updates[2]["message"]["chat"]),
            (&json!(heard.0), &chat)
        );
        assert_eq!(
            updates[2]["message"]["entities"],
            json!([{"type": "bot_command", "offset": 0, "length": 29}])
        );
        assert_eq!(updates[2]["message"]["from"]["id"], json!(101));
        assert_eq!(
            updates[3]["message"]["reply_to_message"]["text"],
            json!("всем привет")
        );
        assert_eq!(status(4, "new_chat_member"), json!(gone));
    }
}

#[tokio::test]
async fn buttons_and_reactions_in_a_group() {
    let bot = Bot::start(unhurried()).await;
    let boris = bot.telegram.person(Profile::new(102, "Борис"));
    let group = bot.telegram.group(-5, "Коллеги");
    group.add_bot(&bot.anna());
    let said = group.write(&boris, "вопрос").unwrap();
    let message = group.message_of(said).unwrap();
    let markup = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]});
    bot.done(
        "sendMessage",
        json!({"chat_id": -5, "text": "a", "reply_markup": markup}),
    )
    .await;
    group
        .press(&boris, group.messages()[0].message_id, "yes")
        .unwrap();
    let react = json!({"chat_id": -5, "message_id": message, "reaction": [{"type": "emoji", "emoji": "👍"}]});
    bot.done("setMessageReaction", react).await;
    assert_eq!(group.reactions(message), ["👍"]);
    let last: Value =
        bot.done("getUpdates", json!({"offset": -1})).await[0]["callback_query"].take();
    assert_eq!(
        (&last["from"]["id"], &last["message"]["chat"]["id"]),
        (&json!(102), &json!(-5))
    );
    bot.done(
        "answerCallbackQuery",
        json!({"callback_query_id": last["id"]}),
    )
    .await;
    assert_eq!(boris.button_answers().len(), 1);
}

#[tokio::test]
async fn a_group_gets_twenty_messages_a_minute() {
    let limits = Limits {
        group_per_minute: Limits::default().group_per_minute,
        ..Limits::off()
    };
    let bot = Bot::start(TelegramOptions {
        limits,
        ..unhurried()
    })
    .await;
    bot.telegram.group(-5, "Коллеги").add_bot(&bot.anna());
    for _ in 0..20 {
        bot.done("sendMessage", json!({"chat_id": -5, "text": "a"}))
            .await;
    }
    bot.refused(429, "sendMessage", json!({"chat_id": -5, "text": "a"}))
        .await;
}

#[tokio::test]
async fn files_answers_and_groups_over_http() {
    let bot = Bot::start(unhurried()).await;
    bot.anna();
    let post = async |path: &str, body: Value| bot.post(path, body).await;
    let file = json!({"kind": "document", "name": "a.txt", "mime": "text/plain", "base64": "YWJj", "caption": "файл"});
    assert_eq!(post("/sim/people/101/file", file).await.0, 200);
    let size = json!({"kind": "video_note", "name": "a", "size": 30_000_000});
    assert_eq!(post("/sim/people/101/file", size).await.0, 200);
    let broken = json!({"kind": "voice", "name": "a", "base64": "?"});
    assert_eq!(post("/sim/people/101/file", broken).await.0, 400);
    assert_eq!(
        post(
            "/sim/people/101/reply",
            json!({"message_id": 1, "text": "к файлу"})
        )
        .await
        .0,
        200
    );
    assert_eq!(
        post(
            "/sim/people/101/edit",
            json!({"message_id": 1, "text": "стало"})
        )
        .await
        .0,
        200
    );
    assert_eq!(
        post(
            "/sim/people/101/edit",
            json!({"message_id": 9, "text": "?"})
        )
        .await
        .0,
        404
    );
    assert_eq!(
        post("/sim/groups", json!({"id": -5, "title": "Коллеги"}))
            .await
            .0,
        201
    );
    for (act, body) in [
        ("add", json!({"by": 101})),
        ("write", json!({"from": 101, "text": "привет"})),
        ("remove", json!({"by": 101})),
    ] {
        assert!(
            post(&format!("/sim/groups/-5/{act}"), body).await.1["update_id"].is_i64(),
            "{act}"
        );
    }
    let react =
        json!({"chat_id": 101, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "👍"}]});
    bot.done("setMessageReaction", react).await;
    assert_eq!(bot.get("/sim/chats/101/reactions/1").await.1, json!(["👍"]));
    let updates = bot.done("getUpdates", json!({})).await;
    assert_eq!(updates[0]["message"]["document"]["file_size"], json!(3));
    assert_eq!(bot.download("documents/file_0.txt").await.1, b"abc");
    assert_eq!(
        updates[1]["message"]["video_note"]["file_size"],
        json!(30_000_000)
    );
    assert_eq!(
        updates[2]["message"]["reply_to_message"]["caption"],
        json!("файл")
    );
    assert_eq!(updates[3]["edited_message"]["caption"], json!("стало"));
    assert_eq!(bot.telegram.messages(ChatId(-5)), []);
}
