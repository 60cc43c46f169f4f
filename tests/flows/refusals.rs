//! What Google refuses: protected cells, a full spreadsheet, a file that is none of its own, a range that is gone.
//!
//! Invariant: what was refused stays due, holds nothing else back, is told once and told when it is over; nobody's access hangs on it.

use sheetdesk::{
    operator::StatusReport,
    testbed::{APPEALS, BOOK, PARTNERS, Service},
};
use simulator::{
    sheets::{
        ApiError, CallKind, CellError, Closed, Fault, GetQuery, Shown, Side, TOUR_PARTNER, Trouble,
        Workbook,
    },
    telegram::Person,
};

use crate::play::{PATIENCE, Play, hears};

const PROTECTED: &str = "лист или ячейки защищены";
const OVER: &str = "всё, чего Google не давал записать, записано";

fn book<T>(play: &Play, act: impl FnOnce(&mut Workbook) -> Result<T, ApiError>) -> T {
    play.testbed.sheets.with(BOOK, act).expect("it can be done")
}

async fn edit(play: &Play, tab: &str, act: impl FnOnce(&mut Workbook) -> Result<(), ApiError>) {
    book(play, act);
    play.testbed
        .callback(tab)
        .await
        .expect("the callback is taken");
}

fn told(play: &Play, words: &str) -> usize {
    let messages = play.operator.messages();
    messages
        .iter()
        .filter(|message| message.content.text.contains(words))
        .count()
}

async fn refused(play: &Play, rows: u64) -> StatusReport {
    let wanted = |status: &StatusReport| status.desk.refused == rows;
    play.testbed
        .status_where("so many rows are refused", wanted, PATIENCE)
        .await
        .expect("`status` says so")
}

/// The number of a row, as people see it.
fn place(play: &Play, number: &str) -> usize {
    let cell = book(play, |book| book.address(APPEALS, ("№", number), "№"));
    cell.trim_start_matches(char::is_alphabetic)
        .parse()
        .expect("a row")
}

/// Marina has appeal № 2; another partner may have his own.
async fn with_another() -> (Play, Service, Person) {
    let play = Play::set().await;
    let boris = play.enlists(1).remove(0);
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    (play, service, boris)
}

#[tokio::test]
async fn a_protected_row_stays_due_is_told_once_and_holds_nobody_back() {
    let (play, service, boris) = with_another().await;
    let row = place(&play, "2");
    edit(&play, APPEALS, |book| {
        book.protect(APPEALS, Some(&format!("A{row}:Z{row}")))
    })
    .await;
    for words in ["Первое дополнение", "Второе дополнение"] {
        play.marina.write(words);
        play.hears("Добавили к обращению № 2").await;
        hears(&play.operator, "Обращение № 2 не записывается").await;
    }
    boris.write("Вопрос Бориса");
    hears(&boris, "Приняли, обращение № 3").await;
    play.shows(3, "текст_обращений", |text| {
        text.contains("Вопрос Бориса")
    })
    .await;
    let status = refused(&play, 1).await;
    assert!(
        status.desk.dirty >= 1 && status.looks["appeals"].trouble.is_none(),
        "{status:?}"
    );
    for _ in 0..3 {
        play.testbed
            .callback(APPEALS)
            .await
            .expect("the callback is taken");
    }
    assert!(
        !play
            .testbed
            .appeal_cell(2, "текст_обращений")
            .contains("дополнение")
    );

    // The right is given back, and somebody goes on working in the sheet.
    book(&play, |book| book.unprotect(APPEALS));
    play.types(1, "статус", "В работе").await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Второе дополнение")
    })
    .await;
    hears(&play.operator, OVER).await;
    refused(&play, 0).await;
    play.settled().await;
    assert_eq!((told(&play, PROTECTED), told(&play, OVER)), (1, 1));
    play.ends(service).await;
}

#[tokio::test]
async fn a_column_that_is_protected_for_all_is_told_once_and_every_row_is_written_in_the_end() {
    let (play, service, boris) = with_another().await;
    boris.write("Вопрос Бориса");
    hears(&boris, "Приняли, обращение № 3").await;
    play.settled().await;
    let column = book(&play, |book| book.column(APPEALS, "Доставка"));
    edit(&play, APPEALS, |book| {
        book.protect(APPEALS, Some(&format!("{column}1:{column}900")))
    })
    .await;
    for number in [2, 3] {
        play.types(number, "специалист_ответ", "Ответ, пока защищено")
            .await;
    }
    play.hears("Ответ, пока защищено").await;
    hears(&boris, "Ответ, пока защищено").await;
    refused(&play, 2).await;
    assert_eq!(told(&play, PROTECTED), 1);
    book(&play, |book| book.unprotect(APPEALS));
    play.types(1, "статус", "В работе").await;
    for number in [2, 3] {
        play.shows(number, "Доставка", |text| {
            text.starts_with("доставлено")
        })
        .await;
        play.shows(number, "специалист_ответ", str::is_empty).await;
    }
    hears(&play.operator, OVER).await;
    play.settled().await;
    assert_eq!(play.heard("Ответ, пока защищено"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_partner_whose_row_is_protected_is_in_all_the_same() {
    let (play, service) = Play::open().await;
    edit(&play, PARTNERS, |book| book.protect(PARTNERS, None)).await;
    play.marina.write(TOUR_PARTNER.code);
    play.marina.share_contact("79123456789");
    play.hears("Готово").await;
    hears(&play.operator, "не записывается: лист или ячейки защищены").await;
    for _ in 0..3 {
        play.testbed
            .callback(PARTNERS)
            .await
            .expect("the callback is taken");
    }
    play.marina.write("Меня слышно?");
    play.hears("Приняли, обращение № 2").await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Меня слышно?")
    })
    .await;
    edit(&play, PARTNERS, |book| {
        book.unprotect(PARTNERS)?;
        let cell = book.address(
            PARTNERS,
            ("Код партнера", TOUR_PARTNER.code),
            "ФИО партнера",
        )?;
        book.type_in(PARTNERS, &cell, "Марина Новая")
    })
    .await;
    let shown = play.testbed.cell_where(
        PARTNERS,
        ("Код партнера", TOUR_PARTNER.code),
        "Telegram ID",
        |id| id == "700001042",
        PATIENCE,
    );
    shown.await.expect("it is written as soon as it can be");
    hears(&play.operator, OVER).await;
    play.settled().await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_protected_sheet_and_a_full_spreadsheet_are_called_by_their_names() {
    for (begin, words, end) in [
        (
            (|book| book.protect(APPEALS, None)) as fn(&mut Workbook) -> Result<(), ApiError>,
            "Лист или ячейки защищены: снимите защиту",
            (|book| book.unprotect(APPEALS)) as fn(&mut Workbook) -> Result<(), ApiError>,
        ),
        (
            |book| {
                book.limit_cells(Some(1));
                Ok(())
            },
            "В таблице кончилось место",
            |book| {
                book.limit_cells(None);
                Ok(())
            },
        ),
    ] {
        let play = Play::set().await;
        // A tab without a free column: ours must make it wider.
        book(&play, |book| {
            let used = book.table(APPEALS)?.first().map_or(0, Vec::len);
            let after = char::from(b'A' + u8::try_from(used).expect("few columns"));
            let query = GetQuery::default();
            let all = book.get(&query)?["sheets"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let appeals = all
                .iter()
                .find(|sheet| sheet["properties"]["title"] == APPEALS);
            let columns = appeals
                .and_then(|sheet| sheet["properties"]["gridProperties"]["columnCount"].as_u64());
            let columns = usize::try_from(columns.unwrap_or_default()).expect("few columns");
            if columns > used {
                book.delete_columns(APPEALS, &after.to_string(), columns - used)?;
            }
            begin(book)
        });
        let service = play.start().await;
        hears(&play.operator, words).await;
        play.marina.write(TOUR_PARTNER.code);
        play.marina.share_contact("79123456789");
        play.hears("Готово").await;
        play.marina.write("Вопрос, пока нельзя");
        play.hears("Приняли").await;
        edit(&play, APPEALS, end).await;
        let written = play.testbed.cell_where(
            APPEALS,
            ("telegram_id", "700001042"),
            "текст_обращений",
            |text| text.contains("пока нельзя"),
            PATIENCE,
        );
        written.await.expect("it goes on by itself");
        hears(&play.operator, "Лист «обращения» снова в порядке").await;
        play.settled().await;
        assert_eq!(told(&play, words), 1, "{words}");
        play.ends(service).await;
    }
}

#[tokio::test]
async fn an_office_file_and_an_api_that_is_off_are_called_by_their_names() {
    for (closed, words) in [
        (
            Closed::OfficeFile,
            "это файл Excel (.xlsx), а не Google Таблица",
        ),
        (
            Closed::ServiceDisabled,
            "выключен Google Sheets API. Включите его: https://console.cloud.google.com/apis/library/sheets.googleapis.com?project=",
        ),
    ] {
        let (play, service) = Play::with_appeal().await;
        play.testbed
            .sheets
            .with(BOOK, |book| book.close(Some(closed)));
        play.testbed
            .callback(APPEALS)
            .await
            .expect("the callback is taken");
        hears(&play.operator, words).await;
        let wanted = |status: &StatusReport| {
            status.looks.values().all(|look| {
                look.trouble
                    .as_ref()
                    .is_some_and(|trouble| trouble.contains(words))
            })
        };
        play.testbed
            .status_where("`status` says so", wanted, PATIENCE)
            .await
            .expect("of every tab");
        play.marina.write("А так дойдёт?");
        play.hears("Добавили к обращению № 2").await;
        play.testbed.sheets.with(BOOK, |book| book.close(None));
        play.testbed
            .callback(APPEALS)
            .await
            .expect("the callback is taken");
        play.shows(2, "текст_обращений", |text| {
            text.contains("А так дойдёт?")
        })
        .await;
        play.ends(service).await;
    }
}

#[tokio::test]
async fn a_row_on_the_last_line_of_the_grid_that_is_deleted_blinds_nobody() {
    let (play, service) = Play::with_appeal().await;
    let rows = book(&play, |book| {
        let all = book.get(&GetQuery::default())?["sheets"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let appeals = all
            .iter()
            .find(|sheet| sheet["properties"]["title"] == APPEALS);
        Ok(appeals
            .and_then(|sheet| sheet["properties"]["gridProperties"]["rowCount"].as_u64())
            .unwrap_or_default())
    });
    let rows = usize::try_from(rows).expect("few rows");
    let read = play.testbed.sheets.hold(CallKind::Read, Side::After);
    edit(&play, APPEALS, |book| {
        let telegram = book.column(APPEALS, "telegram_id")?;
        book.type_in(APPEALS, &format!("{telegram}{rows}"), "700999999")
    })
    .await;
    read.arrived().await;
    // The read has seen the row, and is about to read its history.
    book(&play, |book| book.delete_rows(APPEALS, rows, 1));
    read.release();
    play.types(2, "специалист_ответ", "Видим дальше").await;
    play.hears("Видим дальше").await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    play.settled().await;
    assert!(
        play.operator.messages().is_empty(),
        "nobody has to do anything"
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_503_of_google_s_own_may_have_landed() {
    let (play, service) = Play::registered().await;
    play.testbed
        .sheets
        .fault(Fault::once(CallKind::Write, Trouble::UnavailableAfter));
    play.marina.write("Ровно одна строка");
    play.hears("Приняли, обращение № 2").await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Ровно одна строка")
    })
    .await;
    play.settled().await;
    let rows = book(&play, |book| book.table(APPEALS));
    let same = rows
        .iter()
        .filter(|row| row.iter().any(|cell| cell.contains("Ровно одна строка")))
        .count();
    assert_eq!(same, 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_formula_that_has_failed_is_no_answer() {
    let (play, service) = Play::with_appeal().await;
    let cell = book(&play, |book| {
        book.address(APPEALS, ("№", "2"), "специалист_ответ")
    });
    for shows in [
        Shown::Error(CellError::Reference),
        Shown::Text("Loading...".to_owned()),
    ] {
        edit(&play, APPEALS, |book| {
            book.type_formula(APPEALS, &cell, "=Шаблоны!A1", shows.clone())
        })
        .await;
        play.shows(2, "Доставка", |text| {
            text.starts_with("ждёт: в ячейке «")
        })
        .await;
    }
    let before = play.marina.messages().len();
    edit(&play, APPEALS, |book| {
        book.type_formula(
            APPEALS,
            &cell,
            "=Шаблоны!A1",
            Shown::Text("Вот он, ответ".to_owned()),
        )
    })
    .await;
    play.hears("Вот он, ответ").await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    play.settled().await;
    assert_eq!(play.marina.messages().len(), before + 1);
    play.ends(service).await;
}

#[tokio::test]
async fn keys_shown_with_separated_thousands_are_the_same_keys() {
    let (play, service) = Play::with_appeal().await;
    let separated = |text: &str| {
        let cell = book(&play, |book| {
            book.address(APPEALS, ("№", "2"), "telegram_id")
        });
        book(&play, |book| {
            book.type_in(APPEALS, &cell, &format!("'{text}"))
        });
    };
    for (at, shown) in [
        "700,001,042",
        "700 001 042",
        "700\u{a0}001\u{a0}042",
        "700.001.042",
    ]
    .into_iter()
    .enumerate()
    {
        separated(shown);
        let answer = format!("Ответ номер {at}");
        play.types(2, "специалист_ответ", &answer).await;
        play.hears(&answer).await;
        let delivery = play
            .shows(2, "Доставка", |text| text.starts_with("доставлено"))
            .await;
        assert!(!delivery.contains("сортировку"), "{shown}");
    }
    separated("7E+08");
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    play.shows(2, "Доставка", |text| {
        text.contains("telegram_id этой строки не читается")
    })
    .await;
    separated("700001042");
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    play.settled().await;
    play.ends(service).await;
}
