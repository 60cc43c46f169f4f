//! What orchestrators and operators see: probes, status, the webhook's registration.

use serde_json::Value;

use crate::play::{PATIENCE, Play};

#[tokio::test]
async fn probes_tell_life_and_readiness() {
    let (play, service) = Play::open().await;
    play.settled().await;
    let ready = |status: &sheetdesk::operator::StatusReport| {
        status
            .links
            .values()
            .all(|health| *health == sheetdesk::health::Health::Ok)
    };
    play.testbed
        .status_where("both services answer", ready, PATIENCE)
        .await
        .expect("they do");
    for (path, status, body) in [
        ("livez", 200, r#"{"status":"ok"}"#),
        ("healthz", 200, r#"{"status":"ok"}"#),
        (
            "readyz",
            200,
            r#"{"parts":{"journal":"ok","sheets":"ok","telegram":"ok"},"status":"ready"}"#,
        ),
        ("nowhere", 404, ""),
    ] {
        let response = reqwest::get(format!("http://{}/{path}", play.testbed.address()))
            .await
            .expect("the service answers");
        assert_eq!(response.status().as_u16(), status, "{path}");
        let said = response.json::<Value>().await.expect("it is JSON");
        if !body.is_empty() {
            assert_eq!(
                said,
                serde_json::from_str::<Value>(body).expect("it is JSON"),
                "{path}"
            );
        }
    }
    play.ends(service).await;
}

#[tokio::test]
async fn the_webhook_is_registered_once_and_commands_in_both_languages() {
    let (play, service) = Play::open().await;
    play.marina.write("/start");
    play.hears("Здравствуйте!").await;
    let languages: Vec<_> = play
        .testbed
        .telegram
        .commands()
        .into_iter()
        .map(|set| set.language_code)
        .collect();
    assert_eq!(languages.len(), 2, "{languages:?}");
    let calls = |method: &str| play.testbed.telegram.calls().of(method);
    assert_eq!(calls("setWebhook"), 1);
    service.stop().await;
    let service = play.start().await;
    play.testbed
        .status_where("it runs", |_| true, PATIENCE)
        .await
        .expect("it runs");
    play.marina.write("/help");
    play.settled().await;
    assert_eq!(
        calls("setWebhook"),
        1,
        "what is as we want it is left alone"
    );
    play.ends(service).await;
}

#[tokio::test]
async fn what_cannot_stand_in_a_sheet_is_declined_politely() {
    let (play, service) = Play::registered().await;
    let dice = serde_json::json!({"dice": {"emoji": "🎲", "value": 3}});
    play.marina
        .send(dice.as_object().expect("an object").clone());
    play.hears("Такое сообщение специалисту не передать").await;
    play.ends(service).await;
}

#[tokio::test]
async fn the_admin_address_tells_the_metrics() {
    let (play, service) = Play::registered().await;
    play.marina.send(
        serde_json::json!({"dice": {"emoji": "🎲", "value": 3}})
            .as_object()
            .expect("an object")
            .clone(),
    );
    play.hears("Такое сообщение специалисту не передать").await;
    let admin = play
        .testbed
        .variables()
        .iter()
        .find(|(name, _)| name == "SHEETDESK_HTTP__ADMIN_LISTEN")
        .expect("it is set");
    let text = reqwest::get(format!("http://{}/metrics", admin.1))
        .await
        .expect("it answers")
        .text()
        .await
        .expect("a text");
    for line in [
        r#"sheetdesk_updates_total{result="stored"}"#,
        r#"sheetdesk_unserved_total{kind="dice"}"#,
        r#"sheetdesk_ack_seconds_count"#,
        r#"sheetdesk_sends_total{lane="talk",outcome="delivered"}"#,
        r#"sheetdesk_sheets_calls_total{kind="write",outcome="ok"}"#,
        r#"sheetdesk_outbox_messages{lane="announcement"} 0"#,
        r#"sheetdesk_tab_usable{tab="promotions"} 1"#,
        r#"sheetdesk_link_up{link="telegram"} 1"#,
        r#"sheetdesk_loop_up{loop="outbox"} 1"#,
        r#"sheetdesk_partners{state="registered"} 3"#,
        r#"sheetdesk_broadcast_partners{state="waiting"} 0"#,
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    play.ends(service).await;
}

#[tokio::test]
async fn an_update_that_cannot_be_understood_is_set_aside_and_the_chat_goes_on() {
    let (play, service) = Play::registered().await;
    play.testbed
        .telegram
        .update(serde_json::json!({"message": {"message_id": "not a number", "date": 0, "chat": {"id": 700_001_042, "type": "private"}}}))
        .expect("an update");
    play.marina.write("Дальше идёт жизнь");
    play.hears("Приняли").await;
    let status = play.settled().await;
    assert_eq!(status.inbox.quarantined, 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_redelivered_update_changes_nothing() {
    let (play, service) = Play::registered().await;
    let update = serde_json::json!({"update_id": 77, "message": {"message_id": 5, "date": 1_700_000_000,
        "chat": {"id": 700_001_042, "type": "private", "first_name": "Марина"},
        "from": {"id": 700_001_042, "is_bot": false, "first_name": "Марина"}, "text": "Ровно один раз"}});
    for _ in 0..3 {
        play.testbed
            .telegram
            .update(update.clone())
            .expect("an update");
    }
    play.hears("Приняли").await;
    play.settled().await;
    assert_eq!(
        play.testbed
            .appeal_cell(2, "текст_обращений")
            .matches("Ровно один раз")
            .count(),
        1
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_second_owner_of_the_journal_is_refused_in_words() {
    let (play, service) = Play::open().await;
    let mut other = sheetdesk::testbed::Testbed::set(Default::default(), Default::default())
        .await
        .expect("a testbed");
    other.configure("DATA_DIR", &play.testbed.data_dir().display().to_string());
    let refused = other.open().await.err().expect("two owners").to_string();
    assert!(
        refused.contains("another Sheetdesk is already working"),
        "{refused}"
    );
    play.ends(service).await;
}
