//! A chat that goes on: answers, edits, forwards, reactions.
//! Invariant: what was said earlier stands in what refers to it, one step deep.

use serde_json::{Value, json};
use simulator::telegram::{ActError, Attachment, ChatId, MessageId, Origin, Profile, REACTIONS};

use crate::support::{Bot, unhurried};

async fn messages(bot: &Bot, kind: &str) -> Vec<Value> {
    let updates = bot.done("getUpdates", json!({})).await;
    let updates = updates.as_array().expect("an array").iter();
    updates
        .filter_map(|update| update.get(kind).cloned())
        .collect()
}

#[tokio::test]
async fn answers_carry_what_they_answer() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let question = anna.message_of(anna.write("вопрос")).unwrap();
    let params =
        json!({"chat_id": 101, "text": "ответ", "reply_parameters": {"message_id": question}});
    let sent = bot.done("sendMessage", params).await;
    assert_eq!(sent["reply_to_message"]["text"], json!("вопрос"));
    let answer = anna.messages()[0].message_id;
    let thanks = anna.reply(answer, "спасибо").unwrap();
    anna.reply(anna.message_of(thanks).unwrap(), "ещё раз")
        .unwrap();
    assert_eq!(
        anna.reply(MessageId(99), "кому?"),
        Err(ActError::NoSuchMessage(MessageId(99)))
    );
    let messages = messages(&bot, "message").await;
    let answered = |at: usize| &messages[at]["reply_to_message"];
    assert_eq!(
        (&answered(1)["text"], &answered(1)["from"]["is_bot"]),
        (&json!("ответ"), &json!(true))
    );
    assert_eq!(
        (&answered(2)["text"], answered(2).get("reply_to_message")),
        (&json!("спасибо"), None)
    );
    assert_eq!(
        anna.message_of(thanks).map(|id| json!(id)),
        Some(messages[1]["message_id"].clone())
    );
}

#[tokio::test]
async fn people_change_their_words() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let text = anna.message_of(anna.write("/start")).unwrap();
    let photo = anna.send_file(Attachment::photo(b"JFIF".as_slice()).caption("было"));
    let photo = anna.message_of(photo).unwrap();
    anna.edit(text, "привет").unwrap();
    anna.edit(photo, "стало").unwrap();
    bot.done("sendMessage", json!({"chat_id": 101, "text": "a"}))
        .await;
    let ours = anna.messages()[0].message_id;
    assert_eq!(anna.edit(ours, "чужое"), Err(ActError::NoSuchMessage(ours)));
    let edited = messages(&bot, "edited_message").await;
    assert_eq!(
        (&edited[0]["message_id"], &edited[0]["text"]),
        (&json!(text), &json!("привет"))
    );
    assert_eq!(
        (edited[0].get("entities"), edited[0]["edit_date"].is_i64()),
        (None, true)
    );
    assert_eq!(
        (&edited[1]["caption"], edited[1]["photo"].is_array()),
        (&json!("стало"), true)
    );
    let params = json!({"chat_id": 101, "text": "a", "reply_parameters": {"message_id": text}});
    assert_eq!(
        bot.done("sendMessage", params).await["reply_to_message"]["text"],
        json!("привет")
    );
}

#[tokio::test]
async fn forwards_places_and_polls() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    anna.forward(&Origin::User(Profile::new(102, "Борис")), "чужие слова");
    anna.forward(&Origin::Hidden("Некто".into()), "тайные слова");
    let channel = Origin::Channel {
        id: ChatId(-1001),
        title: "Новости".into(),
        message: MessageId(5),
    };
    anna.forward(&channel, "новость");
    anna.send_location(55.75, 37.62);
    anna.send_venue(55.75, 37.62, "Кафе", "ул. Мира, 1");
    anna.send_poll("Когда?", &["Сегодня", "Завтра"]);
    let messages = messages(&bot, "message").await;
    assert_eq!(
        messages[0]["forward_origin"]["sender_user"]["id"],
        json!(102)
    );
    assert_eq!(
        messages[1]["forward_origin"]["sender_user_name"],
        json!("Некто")
    );
    assert_eq!(
        messages[2]["forward_origin"]["chat"]["title"],
        json!("Новости")
    );
    assert_eq!(
        messages[3]["location"],
        json!({"latitude": 55.75, "longitude": 37.62})
    );
    assert_eq!(
        (&messages[4]["venue"]["title"], &messages[4]["location"]),
        (&json!("Кафе"), &messages[3]["location"])
    );
    assert_eq!(messages[5]["poll"]["options"][1]["text"], json!("Завтра"));
}

#[tokio::test]
async fn the_bot_reacts_with_one_listed_emoji() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let message = anna.message_of(anna.write("вопрос")).unwrap();
    let react = |message: MessageId, reaction: Value| json!({"chat_id": 101, "message_id": message, "reaction": reaction});
    let emoji = |emoji: &str| json!({"type": "emoji", "emoji": emoji});
    for (params, words) in [
        (
            react(message, json!([emoji("✅")])),
            "Bad Request: REACTION_INVALID",
        ),
        (
            react(message, json!([{"type": "paid"}])),
            "Bad Request: REACTION_INVALID",
        ),
        (
            react(message, json!([emoji("👍"), emoji("👎")])),
            "Bad Request: REACTIONS_TOO_MANY",
        ),
        (
            react(MessageId(99), json!([emoji("👍")])),
            "Bad Request: message to react not found",
        ),
        (
            json!({"chat_id": 101}),
            "Bad Request: message to react not found",
        ),
        (
            json!({"chat_id": 9, "message_id": 1}),
            "Bad Request: chat not found",
        ),
    ] {
        assert_eq!(bot.refused(400, "setMessageReaction", params).await, words);
    }
    for known in REACTIONS {
        bot.done("setMessageReaction", react(message, json!([emoji(known)])))
            .await;
        assert_eq!(anna.reactions(message), [known]);
    }
    // Some clients send JSON text in JSON.
    bot.done(
        "setMessageReaction",
        react(message, json!(json!([emoji("👀")]).to_string())),
    )
    .await;
    assert_eq!(anna.reactions(message), ["👀"]);
    bot.done("setMessageReaction", react(message, json!([])))
        .await;
    assert!(anna.reactions(message).is_empty());
    anna.block();
    let words = bot
        .refused(403, "setMessageReaction", react(message, json!([])))
        .await;
    assert_eq!(words, "Forbidden: bot was blocked by the user");
}

#[tokio::test]
async fn keyboards_go_away_and_messages_too() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let markup = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "yes"}]]});
    let photo =
        json!({"chat_id": 101, "photo": "https://example.org/p.jpg", "reply_markup": markup});
    let sent = bot.done("sendPhoto", photo).await;
    let edit = json!({"chat_id": 101, "message_id": sent["message_id"]});
    let edited = bot.done("editMessageReplyMarkup", edit.clone()).await;
    assert_eq!(
        (edited.get("reply_markup"), &edited["photo"]),
        (None, &sent["photo"])
    );
    let words = bot
        .refused(400, "editMessageReplyMarkup", edit.clone())
        .await;
    assert!(
        words.starts_with("Bad Request: message is not modified: "),
        "{words}"
    );
    assert_eq!(anna.messages()[0].earlier[0].reply_markup, Some(markup));
    bot.done(
        "sendChatAction",
        json!({"chat_id": 101, "action": "typing"}),
    )
    .await;
    let words = bot
        .refused(
            400,
            "sendChatAction",
            json!({"chat_id": 101, "action": "dancing"}),
        )
        .await;
    assert_eq!(words, "Bad Request: wrong parameter action in request");
    bot.done("deleteMessage", edit.clone()).await;
    assert!(anna.messages().is_empty());
    let words = bot.refused(400, "deleteMessage", edit).await;
    assert_eq!(words, "Bad Request: message to delete not found");
}

#[tokio::test]
async fn a_message_is_copied_with_its_file_and_nobody_s_name() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let group = bot.telegram.group(-5, "Коллеги");
    group.add_bot(&anna);
    bot.done(
        "sendMessage",
        json!({"chat_id": -5, "text": "вот что пишут"}),
    )
    .await;
    let head = group.messages()[0].message_id;
    let text = anna.message_of(anna.write("вопрос")).unwrap();
    let photo = anna.send_file(Attachment::photo(b"JFIF".as_slice()).caption("вот"));
    let photo = anna.message_of(photo).unwrap();
    let place = anna.message_of(anna.send_location(55.75, 37.0)).unwrap();
    let copy = |message: MessageId, more: Value| {
        let mut params = json!({"chat_id": -5, "from_chat_id": 101, "message_id": message});
        let fields = params.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        params
    };
    let answer = bot.done("copyMessage", copy(text, json!({}))).await;
    let reply = json!({"reply_parameters": {"message_id": head}});
    bot.done("copyMessage", copy(photo, reply)).await;
    let other = json!({"caption": "<b>иначе</b>", "parse_mode": "HTML"});
    bot.done("copyMessage", copy(photo, other)).await;
    let sent = group.messages();
    assert_eq!(answer, json!({"message_id": sent[1].message_id}));
    let seen = sent[1..].iter().map(|message| {
        let file = message.content.media.as_ref().map(|file| file.kind.field());
        (message.content.text.as_str(), file, message.reply_to)
    });
    let expected = [
        ("вопрос", None, None),
        ("вот", Some("photo"), Some(head)),
        ("иначе", Some("photo"), None),
    ];
    assert_eq!(seen.collect::<Vec<_>>(), expected);
    for (message, words) in [
        (MessageId(99), "message to copy not found"),
        (place, "message can't be copied"),
    ] {
        let refused = bot
            .refused(400, "copyMessage", copy(message, json!({})))
            .await;
        assert_eq!(refused, format!("Bad Request: {words}"));
    }
}
