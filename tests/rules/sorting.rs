//! Numbers that a sort or a copy has put beside a foreign telegram_id.
//!
//! Invariant: a number goes back where one possibility is left; else every row that bears it says so, and nothing of it is believed.

use sheetdesk::domain::{
    appeal::{Delivery, Status},
    event::{RowResult, TelegramCell},
    ids::{ChatId, Number, RowKey},
    partner::RowTrouble,
    row::{Column, DesiredRow, Find},
    tab::Tab,
};

use crate::table::{ADMIN, ANNA, BORIS, SheetRow, Table, bare, cells};

const MISMATCHED: &str = "остановлено: № и telegram_id этой строки не подходят друг к другу, отмените сортировку или вставку";

/// A row with a `№`, a telegram_id and an answer.
fn row(number: u32, chat: ChatId, answer: &str) -> SheetRow {
    SheetRow {
        chat: TelegramCell::Id(chat),
        ..cells(number, Status::New, answer)
    }
}

fn wanted(table: &Table, number: u32) -> DesiredRow {
    table
        .project(&RowKey::Appeal(table.appeal(number).id))
        .expect("a row")
}

/// Anna's appeal is № 1, Boris's № 2, both in the sheet.
fn two() -> Table {
    let mut table = Table::with_appeal();
    table.lists("П-2", "Борис", "79123456780");
    table.text(BORIS, "П-2");
    table.contact(BORIS, "79123456780", true);
    table.looked(Tab::Partners);
    table.text(BORIS, "Вопрос Бориса");
    table.placed(1);
    table.placed(2);
    table
}

#[test]
fn traded_numbers_are_put_back_without_a_word() {
    let mut table = two();
    let sorted = vec![row(1, BORIS, "Борису"), row(2, ANNA, "Анне")];
    assert_eq!(table.shows(sorted), ["dirty appeal 6", "dirty appeal 12"]);
    assert_eq!(table.looked(Tab::Appeals), [""; 0], "nobody is alarmed");
    let (anna, boris) = (wanted(&table, 1), wanted(&table, 2));
    assert_eq!(
        (anna.find.clone(), boris.find),
        (
            Find::Traded(Number(2), ANNA),
            Find::Traded(Number(1), BORIS)
        )
    );
    assert!(
        anna.ours
            .iter()
            .any(|(column, _)| *column == Column::Number),
        "its number is written"
    );
    assert_eq!((table.strays(1), table.strays(2)), (vec![], vec![]));
    table.placed(1);
    table.placed(2);
    assert_eq!(wanted(&table, 1).find, Find::Numbered(Number(1), ANNA));
    let told = table.shows(vec![row(1, ANNA, "Анне")]);
    assert!(
        told.contains(&"7001: Ответ на обращение № 1 / Анне".to_owned()),
        "{told:?}"
    );
}

#[test]
fn where_two_numbers_are_possible_both_rows_say_so_and_nothing_of_them_is_believed() {
    let mut table = two();
    table.row(1, Status::Resolved, "");
    table.text(ANNA, "Второй вопрос");
    table.placed(3);
    let rows = [(1, BORIS), (2, ANNA), (3, ChatId(999))];
    let rows = rows.map(|(number, chat)| row(number, chat, "Чужой ответ"));
    assert_eq!(
        table.shows(rows.into()),
        ["dirty appeal 12", "dirty appeal 12", "dirty appeal 16"],
        "the rows are told"
    );
    let told = table.looked(Tab::Appeals);
    assert!(
        told.contains(&format!("{ADMIN}: Обращения № 3 – {MISMATCHED}")),
        "the closed one is nobody's worry: {told:?}"
    );
    assert_eq!(
        wanted(&table, 2).find,
        Find::Traded(Number(1), BORIS),
        "Boris has one appeal"
    );
    let mismatched = [RowTrouble::Mismatched];
    assert_eq!(table.strays(2), mismatched, "words for Anna's row");
    assert_eq!(table.strays(3), mismatched);
    let third = wanted(&table, 3);
    assert!(
        third.ours.is_empty() && third.shared.is_empty(),
        "nothing else is written"
    );
    assert_eq!(table.appeal(1).delivery.state, Delivery::Empty);
}

#[test]
fn a_copy_with_another_account_says_so_and_the_original_goes_on() {
    let mut table = two();
    let rows = vec![row(1, ANNA, "Анне"), row(1, ChatId(999), "")];
    let told = table.shows(rows);
    assert!(
        told.contains(&"7001: Ответ на обращение № 1 / Анне".to_owned()),
        "{told:?}"
    );
    assert_eq!(table.appeal(1).row.trouble(), None);
    assert_eq!(
        table.strays(1),
        [RowTrouble::Mismatched],
        "the copy is told"
    );
    table.shows(vec![row(1, ANNA, "")]);
    assert_eq!(table.strays(1), [], "the copy is gone");
}

#[test]
fn a_doubled_row_is_told_in_every_copy_and_goes_on_when_one_is_left() {
    let mut table = two();
    let rows = vec![row(1, ANNA, "Анне"), row(1, ANNA, "")];
    table.shows(rows);
    assert_eq!(table.looked(Tab::Appeals).len(), 1);
    assert_eq!(table.strays(1), [RowTrouble::Doubled; 2]);
    table.wrote(1, RowResult::Idle);
    let told = table.shows(vec![row(1, ANNA, "Анне")]);
    assert!(
        told.contains(&"7001: Ответ на обращение № 1 / Анне".to_owned()),
        "{told:?}"
    );
    assert_eq!(table.strays(1), []);
}

#[test]
fn a_number_of_a_lost_journal_is_adopted_with_its_history_and_its_answer_is_held() {
    let mut table = Table::with_appeal();
    let found = SheetRow {
        history: Some("2025-01-01 10:00:00: Вопрос".into()),
        delivery: "доставлено 14:02".into(),
        ..row(77, BORIS, "Ответ")
    };
    assert_eq!(
        table.shows(vec![row(77, BORIS, "Ответ")]),
        [""; 0],
        "its history is read first"
    );
    let told = table.shows(vec![found]);
    assert_eq!(told[0], "line 0: 2025-01-01 10:00:00: Вопрос");
    assert!(
        !told.iter().any(|line| line.starts_with("7002")),
        "nothing is sent: {told:?}"
    );
    let appeal = table.appeal(77);
    assert_eq!(
        (appeal.delivery.state, appeal.chat, appeal.row.is_placed()),
        (Delivery::Held, BORIS, true)
    );
    table.misses(1);
    assert!(
        table
            .text(ANNA, "Ещё вопрос")
            .iter()
            .any(|line| line.contains("№ 78")),
        "the counter goes on above it"
    );
}

#[test]
fn a_number_that_nobody_can_have_given_is_told_of_with_its_cure() {
    let mut table = Table::with_appeal();
    for (number, chat) in [
        (4_000_000_000, TelegramCell::Id(BORIS)),
        (78, TelegramCell::Empty),
    ] {
        let found = SheetRow {
            chat,
            history: Some("Вопрос".into()),
            ..row(number, BORIS, "")
        };
        table.shows(vec![found]);
    }
    let told = table.looked(Tab::Appeals);
    assert!(
        told[0].starts_with(&format!(
            "{ADMIN}: Обращения № 78, 4000000000 – остановлено: эти номера выдавали не мы"
        )),
        "{told:?}"
    );
}

#[test]
fn an_appeal_whose_number_stands_in_the_sheet_already_gets_another() {
    let mut table = Table::registered();
    table.text(ANNA, "Вопрос Анны");
    table.shows(vec![row(1, BORIS, "")]);
    let taken = SheetRow {
        history: Some("Вопрос Бориса".into()),
        ..row(1, BORIS, "")
    };
    table.shows(vec![taken]);
    assert_eq!(table.looked(Tab::Appeals), ["dirty appeal 6"]);
    assert_eq!((table.appeal(1).chat, table.appeal(2).chat), (BORIS, ANNA));
}

#[test]
fn a_number_that_a_person_has_deleted_is_given_back_by_the_history() {
    let mut table = two();
    table.misses(1);
    assert_eq!(table.appeal(1).row.trouble(), Some(RowTrouble::Missing));
    let bare = bare("2026-03-02 11:00:00: Не приходит отчёт");
    table.shows(vec![bare]);
    assert_eq!(table.appeal(1).row.trouble(), None);
    assert!(matches!(
        wanted(&table, 1).find,
        Find::Unnumbered { chat: ANNA, .. }
    ));
}
