//! Numbers that a sort or a copy has put beside a foreign telegram_id.
//!
//! Invariant: a number goes back where one possibility is left; else every row that bears it says so, and nothing of it is believed.

use sheetdesk::domain::{
    appeal::{Delivery, Status},
    event::{AppealCells, Event, RowEvent, RowMark, RowResult, TelegramCell},
    ids::{ChatId, Number, RowKey},
    partner::RowTrouble,
    row::{Column, DesiredRow, Find},
    tab::Tab,
};

use crate::table::{ADMIN, ANNA, BORIS, Table, cells};

const MISMATCHED: &str = "остановлено: № и telegram_id этой строки не подходят друг к другу, отмените сортировку или вставку";

/// A row with a `№`, a telegram_id and an answer.
fn row(number: u32, chat: ChatId, answer: &str) -> AppealCells {
    AppealCells {
        chat: TelegramCell::Id(chat),
        ..cells(number, Status::New, answer)
    }
}

fn shows(table: &mut Table, cells: AppealCells) -> Vec<String> {
    table.event(&Event::Row(RowEvent::Appeal(cells)))
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
    shows(&mut table, row(1, BORIS, "Борису"));
    shows(&mut table, row(2, ANNA, "Анне"));
    assert_eq!(
        table.looked(Tab::Appeals),
        ["dirty appeal 6", "dirty appeal 12"],
        "nobody is alarmed"
    );
    let (anna, boris) = (wanted(&table, 1), wanted(&table, 2));
    assert_eq!(
        (anna.find.clone(), boris.find.clone()),
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
    assert_eq!((anna.strays, boris.strays), (None, None));
    table.placed(1);
    table.placed(2);
    assert_eq!(wanted(&table, 1).find, Find::Numbered(Number(1), ANNA));
    let told = shows(&mut table, row(1, ANNA, "Анне"));
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
    for (number, chat) in [(1, BORIS), (2, ANNA), (3, ChatId(999))] {
        assert_eq!(
            shows(&mut table, row(number, chat, "Чужой ответ")).len(),
            1,
            "its row is told"
        );
    }
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
    assert_eq!(
        wanted(&table, 2)
            .strays
            .expect("words for Anna's row")
            .as_str(),
        MISMATCHED
    );
    let third = wanted(&table, 3);
    assert_eq!(third.strays.expect("words").as_str(), MISMATCHED);
    assert!(
        third.ours.is_empty() && third.shared.is_empty(),
        "nothing else is written"
    );
    assert_eq!(table.appeal(1).delivery, Delivery::Empty);
}

#[test]
fn a_copy_with_another_account_says_so_and_the_original_goes_on() {
    let mut table = two();
    let rows = vec![row(1, ANNA, "Анне"), row(1, ChatId(999), "")];
    let told = table.event(&Event::Row(RowEvent::Several(rows)));
    assert!(
        told.contains(&"7001: Ответ на обращение № 1 / Анне".to_owned()),
        "{told:?}"
    );
    assert_eq!(table.appeal(1).stopped, None);
    assert_eq!(
        wanted(&table, 1).strays.expect("the copy is told").as_str(),
        MISMATCHED
    );
    shows(&mut table, row(1, ANNA, ""));
    assert_eq!(wanted(&table, 1).strays, None, "the copy is gone");
}

#[test]
fn a_doubled_row_is_told_in_every_copy_and_goes_on_when_one_is_left() {
    let mut table = two();
    let rows = vec![row(1, ANNA, "Анне"), row(1, ANNA, "")];
    table.event(&Event::Row(RowEvent::Several(rows)));
    assert_eq!(table.looked(Tab::Appeals).len(), 1);
    let words = wanted(&table, 1).strays.expect("words");
    assert_eq!(
        words.as_str(),
        "остановлено: этот № стоит в нескольких строках, удалите лишние"
    );
    table.wrote(1, RowResult::Idle);
    let told = shows(&mut table, row(1, ANNA, "Анне"));
    assert!(
        told.contains(&"7001: Ответ на обращение № 1 / Анне".to_owned()),
        "{told:?}"
    );
    assert_eq!(wanted(&table, 1).strays, None);
}

#[test]
fn a_number_of_a_lost_journal_is_adopted_with_its_history_and_its_answer_is_held() {
    let mut table = Table::with_appeal();
    let found = AppealCells {
        history: Some("2025-01-01 10:00:00: Вопрос".into()),
        delivery: "доставлено 14:02".into(),
        ..row(77, BORIS, "Ответ")
    };
    assert_eq!(
        shows(&mut table, row(77, BORIS, "Ответ")),
        [""; 0],
        "the desk reads its history first"
    );
    let told = shows(&mut table, found);
    assert_eq!(told[0], "line 0: 2025-01-01 10:00:00: Вопрос");
    assert!(
        !told.iter().any(|line| line.starts_with("7002")),
        "nothing is sent: {told:?}"
    );
    let appeal = table.appeal(77);
    assert_eq!(
        (appeal.delivery, appeal.chat, appeal.placed),
        (Delivery::Held, BORIS, true)
    );
    table.event(&Event::Row(RowEvent::Missing(RowMark::Appeal(Number(1)))));
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
        let found = AppealCells {
            chat,
            history: Some("Вопрос".into()),
            ..row(number, BORIS, "")
        };
        shows(&mut table, found);
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
    shows(&mut table, row(1, BORIS, ""));
    let taken = AppealCells {
        history: Some("Вопрос Бориса".into()),
        ..row(1, BORIS, "")
    };
    shows(&mut table, taken);
    assert_eq!(table.looked(Tab::Appeals), ["dirty appeal 6"]);
    assert_eq!((table.appeal(1).chat, table.appeal(2).chat), (BORIS, ANNA));
}

#[test]
fn a_number_that_a_person_has_deleted_is_given_back_by_the_history() {
    use sheetdesk::domain::event::{AnswerCell, UnnumberedCells};
    let mut table = two();
    table.event(&Event::Row(RowEvent::Missing(RowMark::Appeal(Number(1)))));
    assert_eq!(table.appeal(1).stopped, Some(RowTrouble::Missing));
    let bare = UnnumberedCells {
        chat: ANNA,
        partner: None,
        status: Some(Status::New),
        answer: AnswerCell::Blank,
        history: "2026-03-02 11:00:00: Не приходит отчёт".into(),
        updated: "".into(),
        highest: Some(Number(2)),
        alike: 1,
    };
    table.event(&Event::Row(RowEvent::Unnumbered(bare)));
    assert_eq!(
        (table.appeal(1).stopped, wanted(&table, 1).append),
        (None, false)
    );
    assert!(matches!(wanted(&table, 1).find, Find::Unnumbered(ANNA, _)));
}
