//! The tab on which the service says how it is doing: written where somebody has made it, and nowhere else.

use std::time::Duration;

use sheetdesk::testbed::{APPEALS, BOOK, PARTNERS};

use crate::play::{PATIENCE, Play, hears};

const STATE: &str = "Состояние";

fn table(play: &Play) -> Vec<Vec<String>> {
    play.testbed
        .sheets
        .with(BOOK, |book| book.table(STATE))
        .unwrap_or_default()
}

/// The row that begins so, once it goes on so.
async fn shows(play: &Play, begins: &str, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
    let found = async {
        loop {
            let rows = table(play);
            if let Some(row) = rows.into_iter().find(|row| {
                row.first().is_some_and(|cell| cell.starts_with(begins)) && wanted(&row[1..])
            }) {
                return row;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, found).await;
    found.unwrap_or_else(|_| panic!("no row «{begins}» as wanted in {:?}", table(play)))
}

#[tokio::test]
async fn whoever_lives_in_the_spreadsheet_sees_how_the_service_fares() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__HEALTH", "* * * * * *");
    play.testbed.sheets.with(BOOK, |book| {
        book.add_tab(STATE).expect("a tab");
        // What is left of a longer state.
        book.type_in(STATE, "A50", "…и ещё 3").expect("a cell");
    });
    let service = play.testbed.open().await.expect("it starts");
    play.registers().await;
    play.opens_appeal().await;
    shows(&play, "Как работает служба. Обновлено 20", |_| true).await;
    shows(&play, "Всё в порядке.", |_| true).await;
    shows(&play, "Сигналов от таблицы с запуска не было", |_| true).await;
    shows(&play, "Лист обращений: смотрели", |_| true).await;
    shows(&play, "Все строки в порядке.", |_| true).await;
    let heads = shows(&play, "День", |_| true).await;
    assert_eq!(
        heads[1..],
        ["Сообщений от партнёров", "Ответов", "Получили рассылку"]
    );
    let day = |row: &[String]| row == ["1", "0", "0"];
    let today =
        sheetdesk::clock::now().to_zoned(jiff::tz::TimeZone::get("Europe/Moscow").expect("a zone"));
    shows(&play, &today.strftime("%d.%m.%Y").to_string(), day).await;
    assert!(table(&play).len() < 40, "what was longer is gone");

    play.types(2, "специалист_ответ", "Отправили вчера.").await;
    shows(&play, "Последний сигнал от таблицы: 20", |_| true).await;
    shows(&play, &today.strftime("%d.%m.%Y").to_string(), |row| {
        row[1] == "1"
    })
    .await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_row_that_is_left_alone_is_named_with_its_reason() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__HEALTH", "* * * * * *");
    play.testbed
        .sheets
        .with(BOOK, |book| book.add_tab(STATE).expect("a tab"));
    let service = play.testbed.open().await.expect("it starts");
    play.registers().await;
    play.opens_appeal().await;
    play.testbed.sheets.with(BOOK, |book| {
        let cell = book
            .address(APPEALS, ("№", "2"), "№")
            .expect("the row is there");
        let row: usize = cell
            .trim_start_matches(char::is_alphabetic)
            .parse()
            .expect("a row");
        book.delete_rows(APPEALS, row, 1).expect("it goes");
    });
    play.testbed.callback(APPEALS).await.expect("it is taken");
    let row = shows(&play, "Обращение № 2", |_| true).await;
    assert!(row[1].contains("строк"), "{row:?}");
    play.ends(service).await;
}

#[tokio::test]
async fn rows_of_the_list_that_cannot_be_read_are_named_here_and_once_to_the_operator() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__HEALTH", "* * * * * *");
    let rows = [
        ["ББ-1", "Первый", "'нет телефона"],
        ["'два слова", "Второй", "'+7 916 000-00-02"],
        ["ББ-3", "Третий", "'+7 916 000-00-03"],
        ["ББ-3", "Третий", "'+7 916 000-00-03"],
        ["", "Пятый", "'+7 916 000-00-05"],
    ];
    let named = [
        "строка 10, код ББ-1: телефон не читается",
        "строка 11: «два слова» не похоже на код",
        "строки 12, 13: один и тот же код ББ-3",
        "строка 14: нет кода",
    ];
    play.testbed.sheets.with(BOOK, |book| {
        book.add_tab(STATE).expect("a tab");
        book.paste(PARTNERS, "A10", &rows).expect("they are free");
    });
    let service = play.testbed.open().await.expect("it starts");
    let told = hears(&play.operator, "В списке партнёров поправьте строки").await;
    for words in named {
        assert!(told.content.text.contains(words), "{words}: {told:?}");
        shows(&play, "Список партнёров", |row| {
            row[0].contains(words)
        })
        .await;
    }
    // Another look, at rows in another order, is nothing new.
    play.testbed.sheets.with(BOOK, |book| {
        let moved = [rows[4], rows[0], rows[2], rows[1], rows[3]];
        book.paste(PARTNERS, "A10", &moved).expect("they are there");
    });
    play.testbed.callback(PARTNERS).await.expect("it is taken");
    shows(&play, "Список партнёров", |row| {
        row[0].contains("строка 13: «два слова»")
    })
    .await;
    let about = |words: &str| {
        let messages = play.operator.messages().into_iter();
        messages
            .filter(|it| it.content.text.contains(words))
            .count()
    };
    assert_eq!(about("В списке партнёров поправьте"), 1);
    play.testbed.sheets.with(BOOK, |book| {
        let mended = [rows[2], rows[0], rows[2], rows[1], rows[4]];
        let codes = ["ББ-4", "ББ-1", "ББ-3", "ББ-2", "ББ-5"];
        let mended = mended
            .iter()
            .zip(codes)
            .map(|(row, code)| [code, row[1], "'+7 916 000-00-09"]);
        let mended: Vec<[&str; 3]> = mended.collect();
        book.paste(PARTNERS, "A10", &mended)
            .expect("they are there");
    });
    play.testbed.callback(PARTNERS).await.expect("it is taken");
    hears(&play.operator, "В списке партнёров читаются все строки").await;
    shows(&play, "Все строки в порядке.", |_| true).await;
    play.ends(service).await;
}
