//! A workbook of an American, full of numbers and dates in every format: keys and days are what cells hold, not what they show.
//!
//! Invariant: no format and no locale keeps anybody from being known, answered or told.

use sheetdesk::testbed::{APPEALS, BOOK, PARTNERS, PROMOTIONS};
use simulator::{
    sheets::{ApiError, Locale, NumberFormat, Shown, Workbook},
    telegram::Profile,
};

use crate::play::{PATIENCE, Play, hears};

/// The row of the sample that lacks only its action.
const READY: (&str, &str) = ("Название", "Двойное вознаграждение");
/// 3 December 2035.
const LAST_DAY: f64 = 49_646.0;

/// Every number of the workbook in the format that hides most of it.
fn format_all(book: &mut Workbook) -> Result<(), ApiError> {
    book.set_locale(Locale::UnitedStates);
    book.format(PARTNERS, "A2:A60", NumberFormat::Thousands)?;
    book.format(PARTNERS, "C2:C60", NumberFormat::Scientific)?;
    book.format(PARTNERS, "E2:E60", NumberFormat::Scientific)?;
    let telegram = book.column(APPEALS, "telegram_id")?;
    book.format(
        APPEALS,
        &format!("{telegram}2:{telegram}60"),
        NumberFormat::Scientific,
    )
}

#[tokio::test]
async fn whoever_has_a_code_and_an_account_in_the_list_is_known_however_it_is_shown() {
    let play = Play::set().await;
    play.testbed.sheets.with(BOOK, format_all).expect("formats");
    let shown = |cell| {
        play.testbed
            .sheets
            .with(BOOK, |book| book.shown(PARTNERS, cell))
    };
    assert_eq!(
        ["A3", "C4", "E3", "E4"].map(|cell| shown(cell).expect("a cell")),
        ["1,043", "7.90E+10", "7.00E+08", "7.00E+08"]
    );
    let service = play.start().await;
    let person = |id, name| play.testbed.telegram.person(Profile::new(id, name));
    let (pavel, alla, ivan) = (
        person(700_001_043, "Павел"),
        person(700_001_044, "Алла"),
        person(700_001_045, "Иван"),
    );
    for (partner, question) in [(&pavel, "Где договор?"), (&alla, "Где акт?")] {
        partner.write(question);
        hears(partner, "Приняли").await;
    }
    ivan.write("1045");
    ivan.share_contact("79161112233");
    hears(&ivan, "Готово").await;
    play.testbed
        .cell_where(
            PARTNERS,
            ("ФИО партнера", "Лебедев Иван Сергеевич"),
            "Telegram ID",
            |text| text == "700001045",
            PATIENCE,
        )
        .await
        .expect("the account is written");
    play.settled().await;
    // The rows that have come since are shown otherwise, too.
    play.testbed.sheets.with(BOOK, format_all).expect("formats");
    let written = play.testbed.sheets.with(BOOK, |book| book.table(APPEALS));
    for tab in [PARTNERS, APPEALS] {
        play.testbed.callback(tab).await.expect("the call is taken");
    }
    play.settled().await;
    let now = play.testbed.sheets.with(BOOK, |book| book.table(APPEALS));
    assert_eq!(
        now.expect("the tab"),
        written.expect("the tab"),
        "a format is no edit"
    );
    play.testbed
        .type_into(
            APPEALS,
            ("ФИО", "Громова Алла Юрьевна"),
            "специалист_ответ",
            "Акт в почте",
        )
        .expect("the row is there");
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the call is taken");
    hears(&alla, "Акт в почте").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_promotion_runs_on_the_days_that_its_cells_hold() {
    let play = Play::set().await;
    let dated = play.testbed.sheets.with(BOOK, |book| {
        book.set_locale(Locale::UnitedStates);
        let ends = book.address(PROMOTIONS, READY, "Дата окончания")?;
        let day = Shown::Number(LAST_DAY, NumberFormat::Date);
        book.type_formula(PROMOTIONS, &ends, "=E3+3472", day)?;
        let starts = book.address(PROMOTIONS, READY, "Дата начала")?;
        Ok::<_, ApiError>([starts, ends].map(|cell| book.shown(PROMOTIONS, &cell)))
    });
    let dated = dated.expect("the row is there").map(Result::unwrap);
    assert_eq!(dated, ["6/1/2026", "12/3/2035"], "either may be two days");
    let service = play.start().await;
    play.registers().await;
    play.testbed
        .type_into(PROMOTIONS, READY, "Действие", "Опубликовать")
        .expect("the row is there");
    play.testbed
        .callback(PROMOTIONS)
        .await
        .expect("the call is taken");
    let message = play.hears("Двойное вознаграждение").await;
    assert!(
        message
            .content
            .text
            .contains("1 июня 2026 – 3 декабря 2035"),
        "{}",
        message.content.text
    );
    play.ends(service).await;
}
