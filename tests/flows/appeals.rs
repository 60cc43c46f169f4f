//! Appeals: from the chat into a row, and how it goes on.

use serde_json::{Value, json};
use sheetdesk::testbed::{APPEALS, BOOK};
use simulator::sheets::{ApiError, GetQuery, Shown, TOUR_PARTNER, Workbook};

use crate::play::{FIRST_QUESTION, Play};

#[tokio::test]
async fn an_appeal_becomes_a_row_and_further_messages_join_it_newest_on_top() {
    let (play, service) = Play::registered().await;
    play.marina.write("Не приходит отчёт");
    play.hears("Приняли, обращение № 2").await;
    let second = play.writes("=1+1 <b>уже неделю</b> & ещё");
    play.settled().await;
    play.sees_reaction(second).await;
    let history = play.testbed.appeal_cell(2, "текст_обращений");
    let lines: Vec<_> = history.lines().collect();
    assert_eq!(lines.len(), 2, "{history}");
    assert!(
        lines[0].ends_with(": =1+1 <b>уже неделю</b> & ещё"),
        "text of people is never evaluated: {history}"
    );
    assert!(lines[1].ends_with(": Не приходит отчёт"));
    let cell = |header| play.testbed.appeal_cell(2, header);
    assert_eq!(
        (cell("код").as_str(), cell("ФИО").as_str()),
        (TOUR_PARTNER.code, TOUR_PARTNER.name)
    );
    assert_eq!(
        (cell("статус").as_str(), cell("telegram_id").as_str()),
        ("Новое", "700001042")
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_closed_appeal_is_told_once_and_the_next_message_opens_a_new_row() {
    let (play, service) = Play::with_appeal().await;
    play.types(2, "статус", "Решено").await;
    play.hears("Обращение № 2 решено").await;
    play.testbed
        .callback(APPEALS)
        .await
        .expect("a replay is only one more look");
    play.settled().await;
    assert_eq!(play.heard("решено. Если вопрос"), 1);
    play.marina.write("Новый вопрос");
    play.hears("Приняли, обращение № 3").await;
    play.settled().await;
    assert!(
        play.testbed
            .appeal_cell(3, "текст_обращений")
            .contains("Новый вопрос")
    );
    assert!(
        !play
            .testbed
            .appeal_cell(2, "текст_обращений")
            .contains("Новый вопрос")
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_row_found_closed_only_at_the_moment_of_writing_is_reopened() {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .type_in(2, "статус", "Решено")
        .expect("there is such a cell");
    play.marina.write("И вот ещё что");
    play.shows(2, "текст_обращений", |text| {
        text.contains("И вот ещё что")
    })
    .await;
    play.shows(2, "статус", |text| text == "Новое").await;
    play.settled().await;
    assert_eq!(play.heard("решено"), 0);
    play.ends(service).await;
}

#[tokio::test]
async fn the_predecessor_s_rows_get_numbers_and_nothing_else_of_them_changes() {
    let play = Play::set().await;
    let before = play
        .testbed
        .sheets
        .with(BOOK, |book| book.table(APPEALS))
        .expect("the tab is there");
    let service = play.start().await;
    play.shows(1, "№", |text| text == "1").await;
    play.settled().await;
    let after = play
        .testbed
        .sheets
        .with(BOOK, |book| book.table(APPEALS))
        .expect("the tab is there");
    for (row, (was, is)) in before.iter().zip(&after).enumerate() {
        assert_eq!(was[..8], is[..8], "row {row}");
    }
    assert_eq!(after[0][8..], ["№", "Доставка"]);
    play.ends(service).await;
}

#[tokio::test]
async fn columns_may_stand_in_any_order_and_foreign_ones_stay_untouched() {
    let play = Play::set().await;
    play.testbed
        .sheets
        .with(BOOK, |book| {
            book.insert_columns(APPEALS, "A", 1)?;
            book.type_in(APPEALS, "A1", "заметки отдела")?;
            book.type_in(APPEALS, "A2", "не трогать")
        })
        .expect("a column more");
    let service = play.start().await;
    play.marina.write(TOUR_PARTNER.code);
    play.marina.share_contact("79123456789");
    play.hears("Готово").await;
    play.marina.write("Вопрос");
    play.hears("Приняли").await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(2, "ФИО"), TOUR_PARTNER.name);
    assert_eq!(play.testbed.appeal_cell(1, "заметки отдела"), "не трогать");
    assert_eq!(play.testbed.appeal_cell(2, "заметки отдела"), "");
    play.ends(service).await;
}

#[tokio::test]
async fn a_burst_of_messages_takes_few_calls() {
    let (play, service) = Play::registered().await;
    let before = play.testbed.sheets.calls();
    for n in 0..100 {
        play.marina.write(&format!("Сообщение {n}"));
    }
    play.settled().await;
    let after = play.testbed.sheets.calls();
    assert!(
        after.writes - before.writes <= 4,
        "{} writes",
        after.writes - before.writes
    );
    let history = play.testbed.appeal_cell(2, "текст_обращений");
    assert_eq!(history.lines().count(), 100);
    assert!(
        history.starts_with(&history[..20])
            && history
                .lines()
                .next()
                .is_some_and(|line| line.ends_with("Сообщение 99"))
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_number_of_a_lost_journal_is_adopted_with_its_history_and_the_counter_goes_on_above_it() {
    let play = Play::set().await;
    let edited = play.testbed.sheets.with(BOOK, |book| {
        book.insert_columns(APPEALS, "A", 1)?;
        book.type_in(APPEALS, "A1", "№")?;
        book.type_in(APPEALS, "A2", "55")
    });
    edited.expect("an older journal's number");
    let before = play.testbed.appeal_cell(55, "текст_обращений");
    let service = play.start().await;
    play.registers().await;
    play.marina.write(FIRST_QUESTION);
    play.hears("Приняли, обращение № 56").await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(55, "текст_обращений"), before);
    assert!(
        play.operator.messages().is_empty(),
        "nobody has to do anything"
    );
    play.ends(service).await;
}

/// The place of an appeal's row, from 1.
fn place(table: &[Vec<String>], number: &str) -> Option<usize> {
    let column = table[0].iter().position(|header| header == "№")?;
    let row = table.iter().position(|row| row[column] == number);
    row.map(|row| row + 1)
}

/// The appeals tab as Google tells of it.
fn tab(book: &Workbook) -> Value {
    let told = book.get(&GetQuery::default()).expect("it can be read");
    let tabs = told["sheets"].as_array().expect("tabs").iter();
    let mut tabs = tabs.filter(|tab| tab["properties"]["title"] == APPEALS);
    tabs.next().expect("it stands").clone()
}

#[tokio::test]
async fn a_new_row_stands_right_below_the_last_one_whatever_reaches_down_to_the_bottom() {
    let play = Play::set().await;
    play.testbed
        .sheets
        .with(BOOK, |book| {
            // In each row a tick box, and an empty line of an array formula.
            book.insert_columns(APPEALS, "A", 2)?;
            book.type_in(APPEALS, "A1", "готово")?;
            book.type_in(APPEALS, "B1", "сводка")?;
            for row in 2..=200 {
                book.type_in(APPEALS, &format!("A{row}"), "FALSE")?;
                let empty = Shown::Text(String::new());
                book.type_formula(APPEALS, &format!("B{row}"), "=ARRAYFORMULA(…)", empty)?;
            }
            let range = json!({"sheetId": tab(book)["properties"]["sheetId"], "endRowIndex": 2});
            book.apply(&json!({"requests": [{"setBasicFilter": {"filter": {"range": range}}}]}))
        })
        .expect("the sheet of somebody who likes tick boxes");
    let service = play.start().await;
    play.registers().await;
    play.marina.write("Первый вопрос");
    play.hears("Приняли, обращение № 2").await;
    play.settled().await;
    let table = || play.testbed.sheets.with(BOOK, |book| book.table(APPEALS));
    assert_eq!(place(&table().expect("stands"), "2"), Some(3));
    play.types(2, "статус", "Решено").await;
    play.hears("решено").await;
    play.marina.write("Второй вопрос");
    play.hears("Приняли, обращение № 3").await;
    play.settled().await;
    assert_eq!(place(&table().expect("stands"), "3"), Some(4));
    let told = play
        .testbed
        .sheets
        .with(BOOK, |book| Ok::<_, ApiError>(tab(book)));
    let filtered = &told.expect("stands")["basicFilter"]["range"]["endRowIndex"];
    assert_eq!(*filtered, json!(4), "the filter reaches over both");
    play.ends(service).await;
}
