//! Updates that are asked for, where nobody can call us.

use sheetdesk::{app::Ended, testbed::Service};
use simulator::telegram::{Fault, FaultKind, Person};

use crate::play::{PATIENCE, Play, hears};

/// The service asks for updates; no webhook is set.
async fn open() -> (Play, Service) {
    let mut play = Play::set().await;
    play.testbed.configure("TELEGRAM__MODE", "polling");
    let service = play.start().await;
    (play, service)
}

#[tokio::test]
async fn an_appeal_and_its_answer_need_no_public_address() {
    let (play, service) = open().await;
    play.registers().await;
    play.opens_appeal().await;
    play.types(2, "специалист_ответ", "Отправили").await;
    play.hears("Отправили").await;
    play.ends(service).await;
}

#[tokio::test]
async fn what_was_stored_before_a_stop_is_not_done_twice_and_what_came_meanwhile_is_done() {
    let (play, service) = open().await;
    play.registers().await;
    play.opens_appeal().await;
    assert_eq!(service.stop().await, Ended::Stopped);
    play.marina.write("Пока вас не было");
    let service = play.start().await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Пока вас не было")
    })
    .await;
    play.settled().await;
    assert_eq!(
        play.testbed
            .appeal_cell(2, "текст_обращений")
            .lines()
            .count(),
        2
    );
    assert_eq!(play.heard("Приняли, обращение"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_webhook_that_is_set_is_one_alert_and_never_taken_away() {
    let mut play = Play::set().await;
    let service = play.start().await;
    play.registers().await;
    assert_eq!(service.stop().await, Ended::Stopped);
    play.testbed.configure("TELEGRAM__MODE", "polling");
    let service = play.start().await;
    hears(&play.operator, "у бота включён вебхук").await;
    assert_eq!(
        play.testbed.telegram.calls().by_method.get("deleteWebhook"),
        None
    );
    assert_eq!(service.stop().await, Ended::Stopped);
}

#[tokio::test]
async fn an_outage_of_telegram_s_is_outlived() {
    let (play, service) = open().await;
    play.registers().await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::CutMidway).of("getUpdates"));
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::answer(502, "<html>Bad Gateway</html>")).of("getUpdates"));
    play.opens_appeal().await;
    play.ends(service).await;
}

/// A forwarded message whose keyboard carries bytes that are no text, and half of a surrogate pair.
fn forwarded(marina: &Person, message: i64) -> serde_json::Value {
    let id = marina.id();
    serde_json::json!({"message": {
        "message_id": message, "date": 1_790_000_000, "chat": {"id": id, "type": "private"},
        "from": {"id": id, "is_bot": false, "first_name": "Марина"},
        "text": "Не работает ◊ касса",
        "reply_markup": {"inline_keyboard": [[{"text": "Открыть", "callback_data": "◊"}]]},
    }})
}

/// Bytes that are no text, and half of a surrogate pair, are taken in this mode.
async fn what_is_no_text_is_taken(mode: &str) {
    let mut play = Play::set().await;
    play.testbed.configure("TELEGRAM__MODE", mode);
    let service = play.start().await;
    play.registers().await;
    play.testbed.telegram.garble("◊", b"\xff\xc3\x28");
    play.testbed
        .telegram
        .update(forwarded(&play.marina, 900_001))
        .expect("an update");
    play.shows(2, "текст_обращений", |text| {
        text.contains("Не работает \u{FFFD}") && text.contains(" касса")
    })
    .await;
    play.testbed.telegram.garble("◊", br"\ud83d");
    play.testbed
        .telegram
        .update(forwarded(&play.marina, 900_002))
        .expect("an update");
    play.marina.write("И ещё одно");
    let text = play
        .shows(2, "текст_обращений", |text| {
            text.contains("И ещё одно")
        })
        .await;
    assert_eq!(text.matches(" касса").count(), 2, "{text}");
    play.ends(service).await;
}

#[tokio::test]
async fn bytes_that_are_no_text_stop_nobody_and_the_words_around_them_are_kept() {
    what_is_no_text_is_taken("polling").await;
}

#[tokio::test]
async fn bytes_that_are_no_text_block_no_chat_of_the_webhook_s() {
    what_is_no_text_is_taken("webhook").await;
}

#[tokio::test]
async fn an_update_that_cannot_be_read_is_set_aside_alone_and_status_says_so() {
    for mode in ["polling", "webhook"] {
        let mut play = Play::set().await;
        play.testbed.configure("TELEGRAM__MODE", mode);
        let service = play.start().await;
        play.registers().await;
        let broken = serde_json::json!({"message": {"message_id": "?", "chat": {"id": play.marina.id(), "type": "private"}, "date": 1}});
        play.testbed.telegram.update(broken).expect("an update");
        play.opens_appeal().await;
        let aside = |status: &sheetdesk::operator::StatusReport| status.inbox.quarantined == 1;
        play.testbed
            .status_where("it is set aside", aside, PATIENCE)
            .await
            .expect("it is told");
        assert_eq!(service.stop().await, Ended::Stopped);
    }
}

#[tokio::test]
async fn what_bears_no_id_and_what_is_no_json_is_set_aside_as_well() {
    let (play, service) = open().await;
    play.registers().await;
    let body = r#"{"ok":true,"result":["?",{"update_id":5,"message":01}]}"#;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::answer(200, body)).of("getUpdates"));
    play.opens_appeal().await;
    let aside = |status: &sheetdesk::operator::StatusReport| status.inbox.quarantined == 2;
    play.testbed
        .status_where("both are set aside", aside, PATIENCE)
        .await
        .expect("it is told");
    assert_eq!(service.stop().await, Ended::Stopped);
}
