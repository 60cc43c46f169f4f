//! Topics of a forum: made by the bot, written in, closed, deleted.
//! Invariant: where the bot may not manage topics it makes none, and writes into none that is closed.

use serde_json::{Value, json};
use simulator::telegram::{Group, MessageId, Person};

use crate::support::{Bot, unhurried};

const FORUM: i64 = -1_001_234;

async fn forum() -> (Bot, Group, Person) {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let group = bot.telegram.group(FORUM, "Коллеги");
    group.add_bot(&anna);
    group.becomes_forum();
    group.lets_manage_topics(&anna, true);
    (bot, group, anna)
}

fn named(name: &str) -> Value {
    json!({"chat_id": FORUM, "name": name})
}

fn said(topic: MessageId, text: &str) -> Value {
    json!({"chat_id": FORUM, "message_thread_id": topic, "text": text})
}

fn turned(topic: MessageId) -> Value {
    json!({"chat_id": FORUM, "message_thread_id": topic})
}

async fn made(bot: &Bot) -> MessageId {
    let topic = bot.done("createForumTopic", named("№ 1")).await;
    assert_eq!(topic["name"], "№ 1");
    MessageId(topic["message_thread_id"].as_i64().expect("a number"))
}

#[tokio::test]
async fn only_a_forum_gives_topics_and_only_to_who_manages_them() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let group = bot.telegram.group(FORUM, "Коллеги");
    group.add_bot(&anna);
    let why = bot.refused(400, "createForumTopic", named("№ 1")).await;
    assert_eq!(why, "Bad Request: the chat is not a forum");
    group.becomes_forum();
    let why = bot.refused(400, "createForumTopic", named("№ 1")).await;
    assert_eq!(why, "Bad Request: not enough rights to create a topic");
    let told = group.lets_manage_topics(&anna, true);
    let updates = bot.done("getUpdates", json!({"offset": told.0})).await;
    let member = &updates[0]["my_chat_member"];
    assert_eq!(member["new_chat_member"]["can_manage_topics"], json!(true));
    assert_eq!(member["chat"]["is_forum"], json!(true));
    let why = bot.refused(400, "createForumTopic", named(" ")).await;
    assert_eq!(why, "Bad Request: title must be non-empty");
    bot.refused(501, "createForumTopic", named(&"я".repeat(129)))
        .await;
    made(&bot).await;
}

#[tokio::test]
async fn what_is_written_plainly_in_a_topic_answers_the_message_that_made_it() {
    let (bot, group, anna) = forum().await;
    let topic = made(&bot).await;
    let ours = bot.done("sendMessage", said(topic, "вопрос")).await;
    assert_eq!(
        (&ours["message_thread_id"], &ours["is_topic_message"]),
        (&json!(topic), &json!(true))
    );
    let ours = MessageId(ours["message_id"].as_i64().unwrap());
    let first = group.write_in(topic, &anna, "между нами").unwrap();
    group.reply(&anna, ours, "ответ").unwrap();
    let updates = bot.done("getUpdates", json!({"offset": first.0})).await;
    let (plain, reply) = (&updates[0]["message"], &updates[1]["message"]);
    for message in [plain, reply] {
        assert_eq!(message["is_topic_message"], json!(true));
        assert_eq!(message["message_thread_id"], json!(topic));
    }
    let made = &plain["reply_to_message"];
    assert_eq!(made["message_id"], json!(topic));
    assert_eq!(made["forum_topic_created"]["name"], json!("№ 1"));
    assert_eq!(reply["reply_to_message"]["message_id"], json!(ours));
    let answer = json!({"chat_id": FORUM, "text": "a", "reply_parameters": {"message_id": ours}});
    let answer = bot.done("sendMessage", answer).await;
    assert_eq!(answer["message_thread_id"], json!(topic));
    let other = made_by(&bot, "№ 2").await;
    let strange = json!({"chat_id": FORUM, "message_thread_id": other, "text": "a", "reply_parameters": {"message_id": ours}});
    let why = bot.refused(400, "sendMessage", strange).await;
    assert_eq!(why, "Bad Request: message to be replied not found");
}

async fn made_by(bot: &Bot, name: &str) -> Value {
    bot.done("createForumTopic", named(name)).await["message_thread_id"].take()
}

#[tokio::test]
async fn a_topic_is_closed_and_opened_once() {
    let (bot, group, anna) = forum().await;
    let topic = made(&bot).await;
    let same = "Bad Request: TOPIC_NOT_MODIFIED";
    assert_eq!(
        bot.refused(400, "reopenForumTopic", turned(topic)).await,
        same
    );
    bot.done("closeForumTopic", turned(topic)).await;
    assert_eq!(
        bot.refused(400, "closeForumTopic", turned(topic)).await,
        same
    );
    assert_eq!(group.write_in(topic, &anna, "закрыто"), None);
    bot.done("sendMessage", said(topic, "администратору можно"))
        .await;
    group.lets_manage_topics(&anna, false);
    let why = bot.refused(400, "sendMessage", said(topic, "a")).await;
    assert_eq!(why, "Bad Request: TOPIC_CLOSED");
    bot.done("reopenForumTopic", turned(topic)).await;
    bot.done("sendMessage", said(topic, "a")).await;
    assert!(group.write_in(topic, &anna, "открыто").is_some());
}

#[tokio::test]
async fn a_deleted_topic_takes_all_with_it_and_its_messages_land_in_the_chat() {
    let (bot, group, anna) = forum().await;
    let topic = made(&bot).await;
    bot.done("sendMessage", said(topic, "вопрос")).await;
    group.delete_topic(topic);
    assert_eq!(group.messages(), []);
    assert_eq!(group.write_in(topic, &anna, "где?"), None);
    let landed = bot.done("sendMessage", said(topic, "a")).await;
    assert_eq!(landed.get("message_thread_id"), None);
    let why = bot.refused(400, "closeForumTopic", turned(topic)).await;
    assert_eq!(why, "Bad Request: TOPIC_ID_INVALID");
    let never = MessageId(999_999);
    let why = bot.refused(400, "sendMessage", said(never, "a")).await;
    assert_eq!(why, "Bad Request: message thread not found");
}
