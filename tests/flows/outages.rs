//! Being cut off is normal: Telegram or Google away, slow, refusing; the disk; a stop in the middle.

use std::time::Duration;

use sheetdesk::{app::Ended, health::Health};
use simulator::{
    sheets::{CallKind, Fault as SheetsFault, Side, Trouble},
    telegram::{Fault, FaultKind},
};

use crate::play::{PATIENCE, Play};

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_not_written_twice() {
    for trouble in [
        Trouble::CutAfter,
        Trouble::CutBefore,
        Trouble::HtmlError,
        Trouble::Unavailable,
    ] {
        let (play, service) = Play::registered().await;
        play.testbed
            .sheets
            .fault(SheetsFault::once(CallKind::Write, trouble.clone()));
        play.marina.write("Один вопрос");
        play.hears("Приняли, обращение № 2").await;
        play.shows(2, "текст_обращений", |text| {
            text.contains("Один вопрос")
        })
        .await;
        play.settled().await;
        let rows = play
            .testbed
            .sheets
            .with(sheetdesk::testbed::BOOK, |book| {
                book.table(sheetdesk::testbed::APPEALS)
            })
            .expect("the tab");
        let same = rows
            .iter()
            .filter(|row| row.iter().any(|cell| cell.contains("Один вопрос")))
            .count();
        assert_eq!(same, 1, "{trouble:?}");
        play.ends(service).await;
    }
}

#[tokio::test]
async fn while_google_is_down_appeals_are_taken_and_written_later() {
    let (play, service) = Play::registered().await;
    play.testbed.sheets.fault(SheetsFault {
        kind: CallKind::Any,
        times: 1000,
        trouble: Trouble::Unavailable,
    });
    play.marina.write("В бурю");
    play.hears("Приняли, обращение № 2").await;
    let down = |status: &sheetdesk::operator::StatusReport| {
        status.links.get("sheets") == Some(&Health::Down)
    };
    play.testbed
        .status_where("Sheets counts as down", down, PATIENCE)
        .await
        .expect("it is noticed");
    play.testbed.sheets.clear_faults();
    play.shows(2, "текст_обращений", |text| {
        text.contains("В бурю")
    })
    .await;
    play.ends(service).await;
}

#[tokio::test]
async fn while_telegram_is_down_answers_wait_and_say_so() {
    let (play, service) = Play::with_appeal().await;
    let body =
        serde_json::json!({"ok": false, "error_code": 500, "description": "Internal Server Error"});
    play.testbed.telegram.fault(Fault::next(
        1000,
        FaultKind::Answer {
            status: 500,
            body: body.to_string(),
        },
    ));
    play.types(2, "специалист_ответ", "Когда-нибудь").await;
    play.shows(2, "Доставка", |text| text.starts_with("ждёт"))
        .await;
    play.testbed.telegram.clear_faults();
    play.hears("Когда-нибудь").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_stop_with_work_in_hand_takes_less_than_two_seconds_and_loses_nothing() {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::Hold).of("sendMessage"));
    play.types(2, "специалист_ответ", "В пути").await;
    play.testbed
        .telegram
        .await_held(1, PATIENCE)
        .await
        .expect("the send is in hand");
    let asked = sheetdesk::clock::monotonic();
    assert_eq!(
        service.stop().await,
        Ended::Forced,
        "the send in hand had to be dropped"
    );
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    play.testbed.telegram.release();
    let service = play.start().await;
    play.shows(2, "Доставка", |text| {
        text.ends_with("возможно дважды")
    })
    .await;
    assert!(play.heard("В пути") <= 2);
    play.ends(service).await;
}

#[tokio::test]
async fn an_idle_service_stops_at_once() {
    let (play, service) = Play::open().await;
    play.settled().await;
    let asked = sheetdesk::clock::monotonic();
    assert_eq!(service.stop().await, Ended::Stopped);
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "{:?}",
        asked.elapsed()
    );
}

#[tokio::test]
async fn a_tab_that_is_gone_is_reported_and_mended_by_itself() {
    let (play, service) = Play::with_appeal().await;
    let rename = |from: &'static str, to: &'static str| {
        play.testbed
            .sheets
            .with(sheetdesk::testbed::BOOK, move |book| {
                book.rename_tab(from, to)
            })
    };
    rename("обращения", "обращения (копия)").expect("renamed");
    play.testbed
        .callback("обращения")
        .await
        .expect("the callback is taken");
    crate::play::hears(&play.operator, "В таблице нет листа «обращения»").await;
    rename("обращения (копия)", "обращения").expect("renamed back");
    play.testbed
        .callback("обращения")
        .await
        .expect("the callback is taken");
    crate::play::hears(&play.operator, "Лист «обращения» снова в порядке").await;
    play.marina.write("Теперь всё хорошо?");
    play.ends(service).await;
}

#[tokio::test]
async fn a_bad_gateway_before_telegram_costs_patience_and_no_message() {
    let (play, service) = Play::with_appeal().await;
    let gateway = FaultKind::Answer {
        status: 502,
        body: "<html>Bad Gateway</html>".to_owned(),
    };
    play.testbed
        .telegram
        .fault(Fault::next(1, gateway).of("sendMessage"));
    play.types(2, "специалист_ответ", "Сквозь шлюз").await;
    play.hears("Сквозь шлюз").await;
    play.shows(2, "Доставка", |text| {
        text.ends_with("возможно дважды")
    })
    .await;
    play.settled().await;
    assert_eq!(play.heard("Сквозь шлюз"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn with_a_new_journal_a_bound_partner_is_known_again_after_the_first_look() {
    let (play, service) = Play::registered().await;
    service.stop().await;
    std::fs::remove_dir_all(play.testbed.data_dir()).expect("a journal begun anew");
    let hold = play.testbed.sheets.hold(CallKind::Read, Side::Before);
    let service = play.start().await;
    hold.arrived().await;
    play.marina.write("Слышно ли меня?");
    play.hears("Ответим совсем скоро").await;
    hold.release();
    play.hears("Приняли").await;
    play.ends(service).await;
}
