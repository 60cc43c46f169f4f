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
