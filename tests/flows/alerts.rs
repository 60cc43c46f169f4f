//! Troubles in the admin chat: told once when they begin, once when they are over, each with what to do and a button.

use serde_json::json;
use sheetdesk::operator::StatusReport;
use simulator::telegram::{Fault, FaultKind};

use crate::play::{PATIENCE, Play, hears};

const BEGUN: &str = "не удалось разобрать, она отложена";
const OVER: &str = "Отложенных записей больше нет";

fn times(play: &Play, words: &str) -> usize {
    let messages = play.operator.messages();
    messages
        .iter()
        .filter(|message| message.content.text.contains(words))
        .count()
}

#[tokio::test]
async fn a_trouble_is_told_once_when_it_begins_and_once_when_it_is_over() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__HEALTH", "* * * * * *");
    let service = play.testbed.open().await.expect("it starts");
    play.registers().await;
    let update = json!({"message": {"message_id": 1, "text": "без чата"}});
    play.testbed.telegram.update(update).expect("an update");
    let told = hears(&play.operator, BEGUN).await;
    assert!(
        told.content.text.contains("/quarantine"),
        "it says what to do: {}",
        told.content.text
    );

    play.operator
        .press(told.message_id, "check:again")
        .expect("there is a button");
    play.operator
        .await_message(
            |message| {
                message.message_id.0 > told.message_id.0 && message.content.text.contains(BEGUN)
            },
            PATIENCE,
        )
        .await
        .expect("it is still so");
    assert_eq!(
        times(&play, BEGUN),
        2,
        "once by itself, once by the button, however many checks there were"
    );

    play.operator.write("/quarantine drop all");
    hears(&play.operator, OVER).await;
    play.operator.write("/check");
    hears(&play.operator, "Проверили: всё в порядке.").await;
    assert_eq!((times(&play, BEGUN), times(&play, OVER)), (2, 1));
    play.ends(service).await;
}

#[tokio::test]
async fn a_sign_of_life_says_what_was_carried_and_makes_no_sound() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__HEARTBEAT", "* * * * * *");
    let service = play.testbed.open().await.expect("it starts");
    play.registers().await;
    play.opens_appeal().await;
    let beat = hears(
        &play.operator,
        "Работаем 0 ч. За сутки: сообщений – 1, ответов – 0.",
    )
    .await;
    assert!(beat.silent, "it may be night: {beat:?}");
    let greeting = play
        .marina
        .messages()
        .into_iter()
        .next()
        .expect("she was answered");
    assert!(!greeting.silent, "whoever asks wants to hear the answer");
    play.ends(service).await;
}

/// What the service says of itself within moments of its start, with this setting, and what the operator hears.
async fn told_at_the_start(
    setting: (&str, &str),
    fault: Option<Fault>,
    words: &str,
    says: fn(&StatusReport) -> Option<&str>,
) {
    let mut play = Play::set().await;
    play.testbed.configure(setting.0, setting.1);
    if let Some(fault) = fault {
        play.testbed.telegram.fault(fault);
    }
    let service = play.testbed.open().await.expect("it starts");
    let known = |status: &StatusReport| says(status).is_some_and(|said| said.contains(words));
    let status = play
        .testbed
        .status_where("the trouble is known", known, PATIENCE);
    status.await.expect("it is");
    play.ends(service).await;
}

#[tokio::test]
async fn a_service_that_nobody_can_reach_says_so_at_once() {
    let webhook: fn(&StatusReport) -> Option<&str> = |status| status.telegram.webhook.as_deref();
    told_at_the_start(
        ("HTTP__PUBLIC_URL", ""),
        None,
        "http.public_url не задан",
        webhook,
    )
    .await;
    let refusal = r#"{"ok":false,"error_code":400,"description":"Bad Request: bad webhook: IP address 10.0.0.1 is reserved"}"#;
    told_at_the_start(
        ("APPEALS__GRACE", "0"),
        Some(Fault::next(u32::MAX, FaultKind::answer(400, refusal)).of("setWebhook")),
        "IP address 10.0.0.1 is reserved",
        webhook,
    )
    .await;
}

#[tokio::test]
async fn chats_that_take_nothing_are_known_before_there_is_anything_to_tell_them() {
    told_at_the_start(
        ("STAFF__CHAT", "-100555"),
        None,
        "такого чата нет",
        |status| status.telegram.staff_chat.as_deref(),
    )
    .await;
    told_at_the_start(
        ("TELEGRAM__ADMIN_CHAT", "700099999"),
        None,
        "такого чата нет",
        |status| status.telegram.admin_chat.as_deref(),
    )
    .await;
}

#[tokio::test]
async fn the_operator_hears_of_both_without_waiting_for_a_check() {
    let mut play = Play::set().await;
    play.testbed.configure("STAFF__CHAT", "-100555");
    play.testbed.configure("HTTP__PUBLIC_URL", "");
    let service = play.testbed.open().await.expect("it starts");
    hears(
        &play.operator,
        "Сообщения до нас не доходят: вебхук не задан",
    )
    .await;
    hears(&play.operator, "Писать в чат специалистов не получается").await;
    play.ends(service).await;
}
