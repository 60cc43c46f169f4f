//! An appeals tab that somebody has made a table of («Convert to table»).
//!
//! Invariant: our columns and new rows stand in the table, its filter and its types are left to it, and nobody's answer goes elsewhere.

use serde_json::{Value, json};
use sheetdesk::testbed::{APPEALS, BOOK};
use simulator::sheets::GetQuery;

use crate::play::{FIRST_QUESTION, Play};

/// The tab as the API describes it.
fn sheet(play: &Play) -> Value {
    let query = GetQuery::default();
    let seen = play.testbed.sheets.with(BOOK, |book| book.get(&query));
    let seen = seen.expect("the spreadsheet is there");
    let mut sheets = seen["sheets"].as_array().cloned().unwrap_or_default();
    sheets.retain(|sheet| sheet["properties"]["title"] == APPEALS);
    sheets.remove(0)
}

/// The last row and the last column of the table.
fn ends(play: &Play) -> [u64; 2] {
    let range = &sheet(play)["tables"][0]["range"];
    ["endRowIndex", "endColumnIndex"].map(|end| range[end].as_u64().unwrap_or_default())
}

#[tokio::test]
async fn a_new_appeal_stands_in_the_table_and_is_answered_from_there() {
    let play = Play::set().await;
    let table = json!({
        "name": "Обращения",
        "columnProperties": [{"columnIndex": 5, "columnType": "TEXT"}],
    });
    let made = play.testbed.sheets.with(BOOK, |book| {
        let rows = book.table(APPEALS)?.len();
        book.convert_to_table(APPEALS, &format!("A1:H{rows}"), &table)?;
        Ok::<_, simulator::sheets::ApiError>(rows)
    });
    let rows = u64::try_from(made.expect("a table")).expect("small");
    let service = play.start().await;
    play.registers().await;
    assert_eq!(ends(&play), [rows, 10], "our columns belong to it");
    play.opens_appeal().await;
    assert_eq!(ends(&play), [rows + 1, 10], "the new row, too");
    assert_eq!(
        sheet(&play)["basicFilter"]["range"],
        sheet(&play)["tables"][0]["range"]
    );
    let sorted = play.testbed.sheets.with(BOOK, |book| {
        book.sort(APPEALS, &format!("A2:J{}", rows + 1), "E", true)
    });
    sorted.expect("somebody sorts");
    play.types(2, "специалист_ответ", "Отчёт отправили").await;
    play.hears("Отчёт отправили").await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.marina.write("И ещё вопрос");
    play.settled().await;
    let history = play.testbed.appeal_cell(2, "текст_обращений");
    assert!(
        history.contains(FIRST_QUESTION) && history.contains("И ещё вопрос"),
        "{history}"
    );
    assert_eq!(
        sheet(&play)["tables"][0]["columnProperties"],
        table["columnProperties"]
    );
    play.ends(service).await;
}
