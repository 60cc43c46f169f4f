//! Answers: from a cell into the chat, whatever happens on the way.

use std::time::Duration;

use sheetdesk::{
    app::Ended,
    clock,
    health::Health,
    operator::StatusReport,
    testbed::{APPEALS, BOOK},
};
use simulator::{
    sheets::{CallKind, Side, Visit},
    telegram::{Fault, FaultKind},
};

use crate::play::{PATIENCE, Play, hears};

#[tokio::test]
async fn an_answer_reaches_the_partner_and_moves_into_the_history() {
    let (play, service) = Play::with_appeal().await;
    play.types(2, "специалист_ответ", "Отчёт отправили <почтой> & факсом")
        .await;
    let heard = play.hears("Отчёт отправили").await;
    assert!(
        heard
            .content
            .text
            .ends_with("Отчёт отправили <почтой> & факсом"),
        "{}",
        heard.content.text
    );
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.shows(2, "Доставка", |text| {
        text.starts_with("доставлено ")
    })
    .await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "В работе");
    let history = play.testbed.appeal_cell(2, "текст_обращений");
    assert!(
        history
            .lines()
            .next()
            .is_some_and(|line| line.ends_with("Специалист: Отчёт отправили <почтой> & факсом")),
        "{history}"
    );
    assert_eq!(play.heard("Отчёт отправили"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn without_a_callback_the_schedule_finds_the_answer() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__APPEALS", "* * * * * *");
    let service = play.start().await;
    play.marina.write(simulator::sheets::TOUR_PARTNER.code);
    play.marina.share_contact("79123456789");
    play.hears("Готово").await;
    play.marina.write("Вопрос");
    play.shows(2, "текст_обращений", |text| {
        text.contains("Вопрос")
    })
    .await;
    play.testbed
        .type_in(2, "специалист_ответ", "Найдено по расписанию")
        .expect("there is such a cell");
    play.hears("Найдено по расписанию").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_long_answer_with_line_breaks_arrives_in_parts_and_in_order() {
    let (play, service) = Play::with_appeal().await;
    let long = (0..900)
        .map(|n| format!("строка {n}"))
        .collect::<Vec<_>>()
        .join("\n");
    play.types(2, "специалист_ответ", &long).await;
    play.hears("строка 899").await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.settled().await;
    let texts: Vec<_> = play
        .marina
        .messages()
        .into_iter()
        .map(|message| message.content.text)
        .collect();
    let joined = texts
        .iter()
        .skip_while(|text| !text.starts_with("Ответ на обращение"))
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(joined, format!("Ответ на обращение № 2\n\n{long}"));
    play.ends(service).await;
}

#[tokio::test]
async fn what_a_specialist_types_over_an_answer_in_flight_is_not_swallowed() {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::Hold).of("sendMessage"));
    play.types(2, "специалист_ответ", "Первый ответ").await;
    play.testbed
        .telegram
        .await_held(1, PATIENCE)
        .await
        .expect("the send is in hand");
    play.types(2, "специалист_ответ", "Второй ответ").await;
    play.testbed.telegram.release();
    play.hears("Второй ответ").await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.settled().await;
    assert_eq!(
        (play.heard("Первый ответ"), play.heard("Второй ответ")),
        (1, 1)
    );
    play.ends(service).await;
}

#[tokio::test]
async fn what_is_typed_between_the_look_and_the_clear_stays() {
    let (play, service) = Play::with_appeal().await;
    play.testbed.sheets.visit(
        BOOK,
        Visit::BeforeWrite(Box::new(|book| {
            let address = book
                .address(APPEALS, ("№", "2"), "специалист_ответ")
                .expect("the cell is there");
            book.type_in(APPEALS, &address, "Дополнение")
                .expect("typed");
        })),
    );
    play.types(2, "специалист_ответ", "Выслали вчера").await;
    play.hears("Выслали вчера").await;
    play.hears("Дополнение").await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.settled().await;
    assert_eq!(play.heard("Дополнение"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_partner_who_blocked_the_bot_gets_his_answer_when_he_is_back() {
    let (play, service) = Play::with_appeal().await;
    play.marina.block();
    play.settled().await;
    play.types(2, "специалист_ответ", "Ответ для отсутствующей")
        .await;
    play.shows(2, "Доставка", |text| {
        text.starts_with("заблокировал бота")
    })
    .await;
    assert_eq!(
        play.testbed.appeal_cell(2, "специалист_ответ"),
        "Ответ для отсутствующей"
    );
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "Новое");
    play.marina.unblock();
    play.hears("Ответ для отсутствующей").await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_lost_response_is_resent_once_and_the_row_admits_it() {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::CutAfter).of("sendMessage"));
    play.types(2, "специалист_ответ", "Может быть дважды").await;
    play.shows(2, "Доставка", |text| {
        text.ends_with("возможно дважды")
    })
    .await;
    play.settled().await;
    assert_eq!(play.heard("Может быть дважды"), 2);
    play.ends(service).await;
}

#[tokio::test]
async fn telegrams_429_is_remembered_over_a_restart() {
    let (play, service) = Play::with_appeal().await;
    let patience = Duration::from_secs(4);
    let refusal = FaultKind::TooMany {
        retry_after: patience.as_secs(),
    };
    play.testbed
        .telegram
        .fault(Fault::next(1, refusal).of("sendMessage"));
    let asked = clock::monotonic();
    play.marina.write("/appeals");
    let refused = |status: &StatusReport| {
        status.links.get("telegram") == Some(&Health::Throttled) && status.outbox.sending == 0
    };
    play.testbed
        .status_where("Telegram asks for patience", refused, PATIENCE)
        .await
        .expect("it does");
    assert_eq!(service.stop().await, Ended::Stopped);
    let service = play.start().await;
    play.operator.write("/status");
    hears(&play.operator, "Работаем").await;
    assert!(
        asked.elapsed() >= patience,
        "others wait too: {:?}",
        asked.elapsed()
    );
    play.hears("Ваши обращения").await;
    assert_eq!(play.testbed.telegram.calls().too_many, 1);
    play.ends(service).await;
}

#[tokio::test]
async fn telegrams_429_only_delays() {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::TooMany { retry_after: 1 }).of("sendMessage"));
    play.types(2, "специалист_ответ", "После паузы").await;
    play.hears("После паузы").await;
    play.settled().await;
    assert_eq!(play.heard("После паузы"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn rows_that_move_between_the_look_and_the_write_are_both_as_they_should_be_in_the_end() {
    let (play, service) = Play::with_appeal().await;
    let old = |play: &Play| {
        ["текст_обращений", "статус", "время_обновления", "Доставка"]
            .map(|header| play.testbed.appeal_cell(1, header))
    };
    let before = old(&play);
    play.testbed.sheets.visit(
        BOOK,
        Visit::BeforeWrite(Box::new(|book| {
            book.move_rows(APPEALS, 3, 1, 2)
                .expect("row 3 goes above row 2");
        })),
    );
    play.types(2, "специалист_ответ", "Выслали вчера").await;
    play.hears("Выслали вчера").await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Специалист: Выслали вчера")
    })
    .await;
    play.settled().await;
    assert_eq!(old(&play), before, "what we wrote over is put back");
    assert_eq!(play.heard("Выслали вчера"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_sheet_that_answers_late_delays_nothing_else() {
    let (play, service) = Play::with_appeal().await;
    let hold = play.testbed.sheets.hold(CallKind::Write, Side::Before);
    play.marina.write("Пока таблица думает");
    play.hears("Добавили к обращению № 2").await;
    hold.arrived().await;
    play.marina.write("/appeals");
    play.hears("Ваши обращения").await;
    hold.release();
    play.ends(service).await;
}
