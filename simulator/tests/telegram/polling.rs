//! `getUpdates`: waiting, confirming, and what ends a poll.
//! Invariant: no update is lost between a webhook and polls, whichever way the bot changes over.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::clock::Moment;
use simulator::telegram::{Fault, FaultKind, Profile};

use crate::support::{Bot, FINE, Hook, SOON, unhurried};

fn texts(updates: &Value) -> Vec<&str> {
    let updates = updates.as_array().expect("an array").iter();
    updates
        .map(|update| update["message"]["text"].as_str().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn an_offset_confirms_what_lies_below_it() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let boris = bot.telegram.person(Profile::new(102, "Борис"));
    let first = anna.write("A1");
    boris.write("B1");
    anna.write("A2");
    for _ in 0..2 {
        let all = bot.done("getUpdates", json!({})).await;
        assert_eq!(texts(&all), ["A1", "B1", "A2"], "nothing is confirmed yet");
    }
    let one = bot
        .done("getUpdates", json!({"limit": 1, "offset": 0}))
        .await;
    assert_eq!(
        (texts(&one), &one[0]["update_id"]),
        (vec!["A1"], &json!(first.0))
    );
    let rest = bot.done("getUpdates", json!({"offset": first.0 + 1})).await;
    assert_eq!(texts(&rest), ["B1", "A2"]);
    assert_eq!(
        (
            bot.telegram.pending_updates(),
            bot.telegram.calls().delivered
        ),
        (2, 1)
    );
    let last = bot.done("getUpdates", json!({"offset": -1})).await;
    assert_eq!(texts(&last), ["A2"], "all before the last one is forgotten");
    assert_eq!(
        bot.done("getUpdates", json!({"offset": first.0 + 3})).await,
        json!([])
    );
    bot.telegram.await_idle(SOON).await.unwrap();
    assert_eq!(
        bot.done("getUpdates", json!({"offset": -5})).await,
        json!([])
    );
}

#[tokio::test]
async fn a_poll_waits_for_what_comes() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let began = Moment::now().steady;
    assert_eq!(
        bot.done("getUpdates", json!({"timeout": 1})).await,
        json!([])
    );
    assert!(Moment::now().steady - began >= Duration::from_secs(1));
    let poll = bot.done("getUpdates", json!({"timeout": 30}));
    let act = async {
        bot.await_calls("getUpdates", 2).await;
        anna.write("hello")
    };
    let (found, _) = tokio::join!(poll, act);
    assert_eq!(texts(&found), ["hello"]);
}

#[tokio::test]
async fn kinds_are_chosen_by_the_poll_too() {
    let bot = Bot::start(unhurried()).await;
    let only = json!({"allowed_updates": ["callback_query"]});
    bot.done("getUpdates", only).await;
    bot.anna().write("hello");
    assert_eq!(bot.telegram.pending_updates(), 0);
    bot.done("getUpdates", json!({"allowed_updates": []})).await;
    bot.anna().write("hello");
    assert_eq!(bot.telegram.pending_updates(), 1);
}

#[tokio::test]
async fn the_older_of_two_polls_is_ended() {
    let bot = Bot::start(unhurried()).await;
    let older = bot.refused(409, "getUpdates", json!({"timeout": 30}));
    let younger = async {
        bot.await_calls("getUpdates", 1).await;
        let younger = bot.done("getUpdates", json!({"timeout": 30}));
        let write = async {
            bot.await_calls("getUpdates", 2).await;
            bot.anna().write("hello");
        };
        tokio::join!(younger, write).0
    };
    let (words, found) = tokio::join!(older, younger);
    assert_eq!(
        words,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    );
    assert_eq!(texts(&found), ["hello"]);
}

#[tokio::test]
async fn a_webhook_and_polls_exclude_one_another() {
    let bot = Bot::start(unhurried()).await;
    let hook = Hook::start(|_, _| FINE).await;
    let poll = bot.refused(409, "getUpdates", json!({"timeout": 30}));
    let set = async {
        bot.await_calls("getUpdates", 1).await;
        bot.done("setWebhook", json!({"url": hook.url})).await
    };
    let (words, _) = tokio::join!(poll, set);
    assert_eq!(words, "Conflict: terminated by setWebhook request");
    let words = bot.refused(409, "getUpdates", json!({})).await;
    assert_eq!(
        words,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    );
    bot.done("deleteWebhook", json!({})).await;
    let first = bot.anna().write("one");
    bot.anna().write("two");
    assert_eq!(
        texts(&bot.done("getUpdates", json!({})).await),
        ["one", "two"]
    );
    assert_eq!(
        texts(&bot.done("getUpdates", json!({"offset": first.0 + 1})).await),
        ["two"]
    );
    bot.done("setWebhook", json!({"url": hook.url})).await;
    bot.telegram.await_idle(SOON).await.unwrap();
    let seen = hook.seen();
    assert_eq!(
        (seen.len(), &seen[0].update["message"]["text"]),
        (1, &json!("two"))
    );
}

#[tokio::test]
async fn polls_meet_misfortune_and_end_with_the_stand_in() {
    let bot = Bot::start(unhurried()).await;
    bot.anna().write("hello");
    bot.telegram
        .fault(Fault::next(1, FaultKind::CutAfter).of("getUpdates"));
    bot.telegram
        .fault(Fault::next(1, FaultKind::answer(502, "<html>")).of("getUpdates"));
    assert!(bot.try_call("getUpdates", json!({})).await.is_err());
    assert_eq!(
        bot.try_call("getUpdates", json!({}))
            .await
            .unwrap()
            .status(),
        502
    );
    let found = bot.done("getUpdates", json!({})).await;
    assert_eq!(
        texts(&found),
        ["hello"],
        "the lost answer confirmed nothing"
    );
    let next = found[0]["update_id"].as_i64().unwrap() + 1;
    let poll = bot.try_call("getUpdates", json!({"timeout": 50, "offset": next}));
    let stop = async {
        bot.await_calls("getUpdates", 4).await;
        bot.telegram.clone().stop().await;
    };
    let (poll, ()) = tokio::join!(poll, stop);
    assert!(
        poll.is_err(),
        "the stand-in is gone, and the connection with it"
    );
}
