//! Messages of ours that are changed or taken away.
//!
//! Invariant: what stands there as wanted already is done.

use super::*;

#[tokio::test]
async fn a_message_that_is_gone_is_as_good_as_deleted() {
    let delete = message(MessageForm::Delete(MessageId(5)));
    for (words, done) in [
        ("Bad Request: message to delete not found", true),
        ("Bad Request: message can't be deleted", false),
    ] {
        let fake = Fake::start(move |_| refused(400, words)).await;
        let ended = send(&fake.client(), &delete, None).await;
        assert_eq!(ended.is_ok(), done, "{words}");
        assert_eq!(methods(&fake), ["deleteMessage"]);
        assert_eq!(fake.calls()[0].body["message_id"], 5);
    }
}

#[tokio::test]
async fn words_beneath_what_went_out_as_a_link_stand_before_its_address() {
    let none = "Bad Request: there is no caption in the message to edit";
    let fake = Fake::start(move |call| {
        if call.method == "editMessageCaption" {
            refused(400, none)
        } else {
            sent(call)
        }
    })
    .await;
    let page = MessageForm::Caption(MessageId(5), "https://a.example/page".into());
    assert!(send(&fake.client(), &message(page), None).await.is_ok());
    assert_eq!(methods(&fake), ["editMessageCaption", "editMessageText"]);
    let words = fake.calls()[1].body["text"].as_str().unwrap().to_owned();
    assert!(words.ends_with("\n\nhttps://a.example/page"), "{words}");
}

#[tokio::test]
async fn a_message_is_copied_with_what_is_beneath_it_or_with_other_words_or_none() {
    let (chat, source) = (ChatId(-77), MessageId(9));
    let reply = json!({"message_id": 5, "allow_sending_without_reply": true});
    for (form, text, rest) in [
        (MessageForm::Copy(chat, source), "", json!({})),
        (
            MessageForm::Captioned(chat, source),
            "",
            json!({"caption": "", "parse_mode": "HTML"}),
        ),
        (
            MessageForm::Captioned(chat, source),
            "1 < 2",
            json!({"caption": "1 &lt; 2", "parse_mode": "HTML"}),
        ),
    ] {
        let fake = Fake::start(|_| ok(&json!({"message_id": 6}))).await;
        let copy = Send {
            text: Html::escape(text),
            reply_to: Some(MessageId(5)),
            ..message(form)
        };
        let ended = send(&fake.client(), &copy, None)
            .await
            .expect("it is taken");
        assert_eq!(ended.message, MessageId(6));
        let mut body =
            json!({"chat_id": 42, "from_chat_id": -77, "message_id": 9, "reply_parameters": reply});
        let fields = body.as_object_mut().unwrap();
        fields.extend(rest.as_object().unwrap().clone());
        assert_eq!(fake.calls()[0].body, body);
    }
}

#[tokio::test]
async fn a_topic_is_known_by_the_message_that_made_it_and_turned_once() {
    let fake = Fake::start(|call| match call.method.as_str() {
        "createForumTopic" => {
            ok(&json!({"message_thread_id": 9, "name": "1 < 2", "icon_color": 1}))
        }
        "closeForumTopic" => refused(400, "Bad Request: TOPIC_NOT_MODIFIED"),
        _ => refused(400, "Bad Request: TOPIC_ID_INVALID"),
    })
    .await;
    let (client, topic) = (fake.client(), MessageId(9));
    let made = send(&client, &message(MessageForm::Topic), None).await;
    assert_eq!(made.unwrap().message, topic);
    let closed = send(&client, &message(MessageForm::CloseTopic(topic)), None).await;
    assert!(closed.is_ok());
    let reopened = send(&client, &message(MessageForm::ReopenTopic(topic)), None).await;
    assert!(matches!(reopened, Err(SendError::Call(_))), "{reopened:?}");
    let bodies: Vec<_> = fake.calls().into_iter().map(|call| call.body).collect();
    let turned = json!({"chat_id": 42, "message_thread_id": 9});
    assert_eq!(
        bodies,
        [
            json!({"chat_id": 42, "name": "1 < 2"}),
            turned.clone(),
            turned
        ]
    );
}

#[tokio::test]
async fn what_was_meant_for_a_topic_does_not_stay_beside_it() {
    for (landed, is_taken) in [(Some(9), true), (None, false), (Some(4), false)] {
        let fake = Fake::start(move |call| match call.method.as_str() {
            "deleteMessage" => ok(&true.into()),
            _ => ok(&json!({"message_id": 17, "message_thread_id": landed})),
        })
        .await;
        let words = Send {
            topic: Some(MessageId(9)),
            ..message(MessageForm::Message)
        };
        let ended = send(&fake.client(), &words, None).await;
        assert_eq!(ended.is_ok(), is_taken, "{landed:?}: {ended:?}");
        assert_eq!(fake.calls()[0].body["message_thread_id"], 9);
        let gone = "Telegram refused (400): Bad Request: message thread not found";
        match ended {
            Ok(sent) => assert_eq!(sent.topic, words.topic),
            Err(SendError::Call(error)) => {
                assert_eq!(error.to_string(), gone);
                assert_eq!(
                    fake.calls()[1].body,
                    json!({"chat_id": 42, "message_id": 17})
                );
            }
            Err(SendError::File(why)) => panic!("{why:?}"),
        }
    }
}
