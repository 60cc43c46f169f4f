//! Deliveries: order, retries, the secret, what is left out.
//! Invariant: an update that the webhook did not take comes again, unchanged, before any later one of its chat.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::telegram::{Profile, TelegramOptions};

use crate::support::{Bot, FINE, Hook, Reply, SOON, Seen, unhurried};

const BROKEN: Reply = Reply {
    status: 500,
    retry_after: None,
};

fn text(seen: &Seen) -> String {
    seen.update["message"]["text"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn registrations_are_checked_as_the_server_checks_them() {
    let bot = Bot::start(unhurried()).await;
    let set = |url: &str, secret: &str| json!({"url": url, "secret_token": secret});
    for (params, words) in [
        (
            set("https://x.test/", "пароль"),
            "Bad Request: secret token contains unallowed characters",
        ),
        (
            set("http://x.test/", "s"),
            "Bad Request: bad webhook: HTTPS url must be provided for webhook",
        ),
        (
            set("https://x.test:8080/", "s"),
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
    ] {
        assert_eq!(bot.refused(400, "setWebhook", params).await, words);
    }
    let long = "s".repeat(257);
    bot.refused(400, "setWebhook", set("https://x.test/", &long))
        .await;
    assert_eq!(
        bot.done("getWebhookInfo", json!({})).await["url"],
        json!("")
    );
    let mut params = set("https://x.test/hook", &"s".repeat(256));
    params["max_connections"] = json!(1000);
    params["allowed_updates"] = json!(["message"]);
    let (_, body) = bot.call("setWebhook", params).await;
    assert_eq!(
        body,
        json!({"ok": true, "result": true, "description": "Webhook was set"})
    );
    let info = bot.done("getWebhookInfo", json!({})).await;
    assert_eq!(
        info,
        json!({"url": "https://x.test/hook", "has_custom_certificate": false, "pending_update_count": 0, "max_connections": 100, "allowed_updates": ["message"]})
    );
    let (_, body) = bot.call("deleteWebhook", json!({})).await;
    assert_eq!(body["description"], json!("Webhook was deleted"));
}

#[tokio::test]
async fn a_refused_update_holds_back_its_chat_alone() {
    let bot = Bot::start(unhurried()).await;
    let hook = Hook::start(|update, before| {
        let stubborn = update["message"]["text"] == "A1" && before < 3;
        if stubborn { BROKEN } else { FINE }
    })
    .await;
    let anna = bot.anna();
    let boris = bot.telegram.person(Profile::new(102, "Борис"));
    let first = anna.write("A1");
    anna.write("A2");
    boris.write("B1");
    boris.write("B2");
    assert_eq!(bot.telegram.pending_updates(), 4);
    bot.done(
        "setWebhook",
        json!({"url": hook.url, "secret_token": "se-cret_1"}),
    )
    .await;
    bot.telegram.await_idle(SOON).await.unwrap();
    let seen = hook.seen();
    let of = |letter: &str| -> Vec<String> {
        seen.iter()
            .map(text)
            .filter(|text| text.starts_with(letter))
            .collect()
    };
    assert_eq!(of("A"), ["A1", "A1", "A1", "A1", "A2"]);
    assert_eq!(of("B"), ["B1", "B2"]);
    let place = |wanted: &str| seen.iter().rposition(|seen| text(seen) == wanted).unwrap();
    assert!(place("B2") < place("A1"), "the other chat did not wait");
    assert!(
        seen.iter()
            .all(|seen| seen.secret.as_deref() == Some("se-cret_1"))
    );
    let repeats: Vec<&Seen> = seen.iter().filter(|seen| text(seen) == "A1").collect();
    assert!(
        repeats
            .iter()
            .all(|seen| seen.id() == first.0 && seen.update == repeats[0].update)
    );
    let calls = bot.telegram.calls();
    assert_eq!((calls.delivered, calls.undelivered), (4, 3));
    let info = bot.done("getWebhookInfo", json!({})).await;
    assert_eq!(info["pending_update_count"], json!(0));
    assert_eq!(
        info["last_error_message"],
        json!("Wrong response from the webhook: 500 Internal Server Error")
    );
    assert!(info["last_error_date"].is_i64());
}

#[tokio::test]
async fn a_webhook_that_asks_for_time_gets_it() {
    let bot = Bot::start(TelegramOptions {
        webhook_retry: vec![Duration::ZERO],
        ..unhurried()
    })
    .await;
    let busy = Reply {
        status: 503,
        retry_after: Some(1),
    };
    let hook = Hook::start(move |_, before| if before == 0 { busy } else { FINE }).await;
    bot.done("setWebhook", json!({"url": hook.url})).await;
    bot.anna().write("hello");
    let seen = hook.await_seen(2).await;
    let waited = seen[1].at.steady - seen[0].at.steady;
    assert!(waited >= Duration::from_millis(900), "{waited:?}");
    assert_eq!(seen[0].secret, None);
    bot.telegram.await_idle(SOON).await.unwrap();
}

#[tokio::test]
async fn an_unreachable_webhook_loses_nothing() {
    let bot = Bot::start(unhurried()).await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    bot.done("setWebhook", json!({"url": format!("http://{nowhere}/")}))
        .await;
    bot.anna().write("hello");
    let timed_out = bot
        .telegram
        .await_idle(Duration::from_millis(100))
        .await
        .unwrap_err();
    assert!(timed_out.seen.contains("Connection refused"), "{timed_out}");
    let hook = Hook::start(|_, _| FINE).await;
    bot.done("setWebhook", json!({"url": hook.url})).await;
    bot.telegram.await_idle(SOON).await.unwrap();
    assert_eq!(hook.seen().len(), 1);
}

#[tokio::test]
async fn chats_run_side_by_side_up_to_max_connections() {
    let bot = Bot::start(unhurried()).await;
    let hook = Hook::start(|_, _| FINE).await;
    hook.closed.send_replace(true);
    bot.done("setWebhook", json!({"url": hook.url, "max_connections": 2}))
        .await;
    for id in 1..=4 {
        bot.telegram
            .person(Profile::new(id, "Партнёр"))
            .write("hello");
    }
    hook.await_seen(2).await;
    hook.closed.send_replace(false);
    bot.telegram.await_idle(SOON).await.unwrap();
    assert_eq!(hook.crowd().into_iter().max(), Some(2));
    let mut chats: Vec<Value> = hook
        .seen()
        .iter()
        .map(|s| s.update["message"]["chat"]["id"].clone())
        .collect();
    chats.sort_by_key(Value::as_i64);
    assert_eq!(chats, [json!(1), json!(2), json!(3), json!(4)]);
}

#[tokio::test]
async fn kinds_that_nobody_asked_for_stay_out() {
    let bot = Bot::start(unhurried()).await;
    let reaction = json!({"message_reaction": {"chat": {"id": 5, "type": "private"}}});
    bot.telegram.update(reaction.clone()).unwrap();
    assert_eq!(bot.telegram.pending_updates(), 0);
    bot.anna().write("hello");
    assert_eq!(bot.telegram.pending_updates(), 1);
    let only =
        json!({"url": "", "allowed_updates": ["message_reaction"], "drop_pending_updates": true});
    bot.done("setWebhook", only).await;
    assert_eq!(bot.telegram.pending_updates(), 0);
    bot.anna().write("hello");
    bot.telegram.update(reaction).unwrap();
    assert_eq!(bot.telegram.pending_updates(), 1);
    bot.done("deleteWebhook", json!({"drop_pending_updates": true}))
        .await;
    assert_eq!(bot.telegram.pending_updates(), 0);
}
