//! A specialist and the service in one cell: whatever is typed there, nothing is swallowed, nothing goes out twice.
//!
//! Invariant: what cannot be done is said in words in `Доставка`.

use sheetdesk::testbed::{APPEALS, BOOK};
use simulator::{
    sheets::{Shown, Visit},
    telegram::{Fault, FaultKind},
};

use crate::play::{PATIENCE, Play, hears};

const ANSWER: &str = "специалист_ответ";

/// What Marina is told as the answer to № 2, once the row is done with it.
async fn answered(play: &Play, typed: &str, heard: &str) {
    play.types(2, ANSWER, typed).await;
    play.hears(heard).await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    assert_eq!(play.heard(heard), 1);
}

#[tokio::test]
async fn a_number_a_date_and_an_emoji_are_answers_like_any_other() {
    let (play, service) = Play::with_appeal().await;
    answered(&play, "42", "42").await;
    answered(&play, "27.11.2026", "27.11.2026").await;
    answered(&play, "👍🏽", "👍🏽").await;
    play.ends(service).await;
}

#[tokio::test]
async fn the_same_answer_typed_again_is_sent_again() {
    let (play, service) = Play::with_appeal().await;
    answered(&play, "Проверьте почту", "Проверьте почту").await;
    play.types(2, ANSWER, "Проверьте почту").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    assert_eq!(play.heard("Проверьте почту"), 2);
    play.ends(service).await;
}

#[tokio::test]
async fn spaces_alone_are_no_answer() {
    let (play, service) = Play::with_appeal().await;
    let before = play.marina.messages().len();
    play.types(2, ANSWER, "   ").await;
    play.settled().await;
    assert_eq!(play.marina.messages().len(), before);
    assert_eq!(play.testbed.appeal_cell(2, "Доставка"), "");
    play.ends(service).await;
}

#[tokio::test]
async fn thirty_thousand_characters_arrive_whole_and_in_order() {
    let (play, service) = Play::with_appeal().await;
    let lines: Vec<String> = (0..2_001).map(|line| format!("строка {line:07}")).collect();
    let long = lines.join("\n");
    assert!(long.chars().count() >= 30_000, "{}", long.chars().count());
    play.types(2, ANSWER, &long).await;
    play.hears("строка 0002000").await;
    play.shows(2, ANSWER, str::is_empty).await;
    let heard: String = play
        .marina
        .messages()
        .iter()
        .map(|message| format!("{}\n", message.content.text))
        .collect();
    let arrived: Vec<&str> = heard
        .lines()
        .filter(|line| line.starts_with("строка "))
        .collect();
    assert_eq!(arrived, lines);
    play.ends(service).await;
}

#[tokio::test]
async fn the_value_of_a_formula_is_sent_once_and_the_formula_is_never_cleared() {
    let (play, service) = Play::with_appeal().await;
    let cell = play.testbed.sheets.with(BOOK, |book| {
        let cell = book.address(APPEALS, ("№", "2"), ANSWER)?;
        let shows = Shown::Text("Ответ из шаблона".to_owned());
        book.type_formula(APPEALS, &cell, "=B1", shows)?;
        Ok::<_, simulator::sheets::ApiError>(cell)
    });
    let cell = cell.expect("the specialist takes a template");
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    play.hears("Ответ из шаблона").await;
    play.shows(2, "Доставка", |text| {
        text.contains("в ячейке формула, очистите её сами")
    })
    .await;
    assert_eq!(
        play.testbed.appeal_cell(2, ANSWER),
        "Ответ из шаблона",
        "it is the specialist's"
    );
    let changed = play.testbed.sheets.with(BOOK, |book| {
        book.type_formula(
            APPEALS,
            &cell,
            "=B1",
            Shown::Text("Шаблон поправили".to_owned()),
        )
    });
    changed.expect("the template is corrected");
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    play.shows(2, "Доставка", |text| {
        text.starts_with("не доставлено: в ячейке формула")
    })
    .await;
    assert_eq!(
        play.heard("Шаблон поправили"),
        0,
        "nobody meant that for Marina"
    );
    answered(&play, "Своими словами", "Своими словами").await;
    assert_eq!(play.heard("Ответ из шаблона"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn an_answer_typed_into_a_closed_appeal_is_sent_and_the_appeal_stays_closed() {
    let (play, service) = Play::with_appeal().await;
    play.types(2, "статус", "Решено").await;
    play.hears("решено").await;
    answered(&play, "И ещё одно", "И ещё одно").await;
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "Решено");
    play.ends(service).await;
}

#[tokio::test]
async fn an_answer_whose_row_is_deleted_in_flight_still_arrives_once() {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::Hold).of("sendMessage"));
    play.types(2, ANSWER, "Уже отправлено").await;
    play.testbed
        .telegram
        .await_held(1, PATIENCE)
        .await
        .expect("the send is in hand");
    let deleted = play.testbed.sheets.with(BOOK, |book| {
        let cell = book.address(APPEALS, ("№", "2"), "№")?;
        let row: String = cell.chars().filter(char::is_ascii_digit).collect();
        book.delete_rows(APPEALS, row.parse().unwrap_or_default(), 1)
    });
    deleted.expect("the row is deleted");
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    play.testbed.telegram.release();
    play.hears("Уже отправлено").await;
    hears(&play.operator, "строка пропала").await;
    play.settled().await;
    assert_eq!(play.heard("Уже отправлено"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn of_two_specialists_in_one_cell_the_last_one_is_heard_and_neither_is_mixed_up() {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .type_in(2, ANSWER, "Первый набрал")
        .expect("there is such a cell");
    play.types(2, ANSWER, "Второй набрал").await;
    play.hears("Второй набрал").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    assert_eq!(
        (play.heard("Первый набрал"), play.heard("Второй набрал")),
        (0, 1)
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_status_edited_at_the_very_moment_we_set_it_is_the_specialist_s() {
    let (play, service) = Play::with_appeal().await;
    play.testbed.sheets.visit(
        BOOK,
        Visit::BeforeWrite(Box::new(|book| {
            let cell = book.address(APPEALS, ("№", "2"), "статус").expect("stands");
            book.type_in(APPEALS, &cell, "Ждём банк").expect("a cell");
        })),
    );
    play.types(2, ANSWER, "Запросили банк").await;
    play.hears("Запросили банк").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "Ждём банк");
    play.ends(service).await;
}

#[tokio::test]
async fn an_answer_that_rests_says_until_when_and_is_taken_back_or_replaced() {
    let (play, service) = Play::with_appeal_and("APPEALS__GRACE", "10").await;
    play.types(2, ANSWER, "Поспешил").await;
    let words = play
        .shows(2, "Доставка", |text| text.starts_with("ждёт до "))
        .await;
    assert!(
        words.ends_with(": очистите ячейку, чтобы отменить"),
        "{words}"
    );
    play.types(2, ANSWER, "").await;
    play.shows(2, "Доставка", str::is_empty).await;
    answered(&play, "Подумал", "Подумал").await;
    assert_eq!(play.heard("Поспешил"), 0);
    play.ends(service).await;
}
