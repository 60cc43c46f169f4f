//! Updates that are asked for, where nobody can call us.

use sheetdesk::{app::Ended, stage::Service};
use simulator::telegram::{Fault, FaultKind};

use crate::play::{Play, hears};

/// The service asks for updates; no webhook is set.
async fn open() -> (Play, Service) {
    let mut play = Play::set().await;
    play.stage.configure("TELEGRAM__MODE", "polling");
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
    play.shows(2, "текст_обращений", |text| text.contains("Пока вас не было")).await;
    play.settled().await;
    assert_eq!(play.stage.appeal_cell(2, "текст_обращений").lines().count(), 2);
    assert_eq!(play.heard("Приняли, обращение"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_webhook_that_is_set_is_one_alert_and_never_taken_away() {
    let mut play = Play::set().await;
    let service = play.start().await;
    play.registers().await;
    assert_eq!(service.stop().await, Ended::Stopped);
    play.stage.configure("TELEGRAM__MODE", "polling");
    let service = play.start().await;
    hears(&play.operator, "у бота включён вебхук").await;
    assert_eq!(play.stage.telegram.calls().by_method.get("deleteWebhook"), None);
    assert_eq!(service.stop().await, Ended::Stopped);
}

#[tokio::test]
async fn an_outage_of_telegram_s_is_outlived() {
    let (play, service) = open().await;
    play.registers().await;
    play.stage.telegram.fault(Fault::next(1, FaultKind::CutMidway).of("getUpdates"));
    play.stage
        .telegram
        .fault(Fault::next(1, FaultKind::answer(502, "<html>Bad Gateway</html>")).of("getUpdates"));
    play.opens_appeal().await;
    play.ends(service).await;
}
