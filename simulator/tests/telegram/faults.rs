//! Scripted misfortune, as the bot meets it.
//! Invariant: what a fault says about the chat is true: cut before leaves nothing, cut after leaves the message.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::clock::Moment;
use simulator::telegram::{Fault, FaultKind};

use crate::support::{Bot, SOON, unhurried};

fn hello() -> Value {
    json!({"chat_id": 101, "text": "hello"})
}

#[tokio::test]
async fn cuts_lose_the_call_or_only_its_answer() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    bot.telegram
        .fault(Fault::next(1, FaultKind::CutBefore).of("sendMessage"));
    bot.telegram
        .fault(Fault::next(1, FaultKind::CutAfter).of("sendMessage"));
    bot.done("getMe", json!({})).await;
    for left in [0, 1] {
        let error = bot.try_call("sendMessage", hello()).await.unwrap_err();
        assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
        assert_eq!(anna.messages().len(), left);
    }
    bot.done("sendMessage", hello()).await;
    assert_eq!(bot.telegram.calls().by_method["sendMessage"], 3);
}

#[tokio::test]
async fn scripted_answers_replace_the_call() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let page = "<html>Bad Gateway</html>";
    bot.telegram
        .fault(Fault::next(2, FaultKind::answer(502, page)));
    bot.telegram
        .fault(Fault::next(1, FaultKind::TooMany { retry_after: 35 }));
    bot.telegram
        .fault(Fault::next(9, FaultKind::answer(500, "{}")));
    for _ in 0..2 {
        let response = bot.try_call("sendMessage", hello()).await.unwrap();
        assert_eq!(response.status(), 502);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert_eq!(response.text().await.unwrap(), page);
    }
    let (_, body) = bot.call("sendMessage", hello()).await;
    assert_eq!(body["parameters"]["retry_after"], json!(35));
    assert_eq!(bot.call("sendMessage", hello()).await, (500, json!({})));
    bot.telegram.clear_faults();
    assert!(anna.messages().is_empty());
    bot.done("sendMessage", hello()).await;
    assert_eq!(bot.telegram.calls().too_many, 1);
}

#[tokio::test]
async fn delayed_and_held_calls_are_carried_out_in_the_end() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let late = Duration::from_millis(60);
    bot.telegram.fault(Fault::next(1, FaultKind::delay(late)));
    bot.telegram.fault(Fault::next(1, FaultKind::Hold));
    let began = Moment::now().steady;
    bot.done("sendMessage", hello()).await;
    assert!(Moment::now().steady - began >= late);
    let held = bot.done("sendMessage", json!({"chat_id": 101, "text": "held"}));
    let release = async {
        bot.telegram.await_held(1, SOON).await.unwrap();
        assert_eq!(anna.messages().len(), 1);
        bot.telegram.release();
        anna.await_message(|m| m.content.text == "held", SOON)
            .await
            .unwrap()
    };
    let (answer, message) = tokio::join!(held, release);
    assert_eq!(answer["message_id"], json!(message.message_id));
}

#[tokio::test]
async fn a_call_lands_even_if_the_client_has_given_up() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    bot.telegram.fault(Fault::next(1, FaultKind::Hold));
    let call = bot.raw().post(bot.method("sendMessage")).json(&hello());
    let impatient = tokio::spawn(call.send());
    assert_eq!(bot.telegram.await_held(1, SOON).await, Ok(()));
    impatient.abort();
    assert!(impatient.await.unwrap_err().is_cancelled());
    bot.telegram.release();
    anna.await_message(|m| m.content.text == "hello", SOON)
        .await
        .unwrap();
    let other = anna.await_message(|m| m.content.text == "other", Duration::from_millis(1));
    assert!(other.await.unwrap_err().seen.contains("hello"));
}

#[tokio::test]
async fn a_stopped_stand_in_refuses_connections() {
    let bot = Bot::start(unhurried()).await;
    bot.done("getMe", json!({})).await;
    bot.telegram.clone().stop().await;
    let error = bot.try_call("getMe", json!({})).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}
