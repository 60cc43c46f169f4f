//! What a row should show: entity in, desired row out.

use sheetdesk::domain::{
    appeal::Status,
    event::{Outcome, TelegramCell},
    ids::{ChatId, MessageId, Number, RowKey},
    row::{CellValue, Column, DesiredRow, Find, SharedCell},
    tab::Tab,
};

use crate::table::{ANNA, SheetRow, Table, bare, code};

#[test]
fn a_new_appeal_is_a_whole_row() {
    let mut table = Table::registered();
    table.text(ANNA, "Не приходит отчёт");
    table.later(60);
    table.text(ANNA, "Уже неделю");
    let row = project(&table);
    assert_eq!(
        (row.find.clone(), row.lines()),
        (Find::Pending(Number(1), ANNA), 2)
    );
    assert_eq!(
        text(&row, Column::History),
        "2026-03-02 11:01:00: Уже неделю\n2026-03-02 11:00:00: Не приходит отчёт"
    );
    assert_eq!(text(&row, Column::Code), "П-1");
    assert_eq!(text(&row, Column::Phone), "8 (912) 345-67-89");
    assert_eq!(text(&row, Column::Name), "Анна");
    assert_eq!(text(&row, Column::Updated), "2026-03-02 11:01:00");
    assert_eq!(
        value(&row, Column::Telegram),
        Some(&CellValue::Number(7001))
    );
    assert_eq!(value(&row, Column::Number), Some(&CellValue::Number(1)));
    assert_eq!(
        row.shared,
        [SharedCell::Status {
            expect: None,
            set: Status::New
        }]
    );
}

#[test]
fn a_delivered_answer_moves_into_the_dialogue_and_out_of_its_cell() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Выслали");
    table.later(120);
    table.sent(&table.answer_id(1, 1, 0), Outcome::Delivered(MessageId(1)));
    let row = project(&table);
    assert!(!matches!(row.find, Find::Pending(..)));
    assert_eq!(
        text(&row, Column::History),
        "2026-03-02 11:02:00: Специалист: Выслали\n2026-03-02 11:00:00: Не приходит отчёт"
    );
    assert_eq!(text(&row, Column::Delivery), "доставлено 11:02");
    assert_eq!(
        row.shared,
        [
            SharedCell::Status {
                expect: Some(Status::New),
                set: Status::InWork
            },
            SharedCell::Clear {
                column: Column::Answer,
                expect: "Выслали".into()
            }
        ]
    );
    assert_eq!(
        value(&row, Column::Name),
        None,
        "what stands in the row since its beginning is left alone"
    );
    table.placed(1);
    assert_eq!(project(&table).shared, []);
}

#[test]
fn an_answer_on_its_way_is_not_cleared() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Выслали");
    assert_eq!(project(&table).shared, []);
}

#[test]
fn an_adopted_row_is_found_by_its_history_until_its_number_is_written() {
    let mut table = Table::empty();
    let history = "2025-01-01 10:00:00: Вопрос";
    table.shows(vec![SheetRow {
        chat: TelegramCell::Id(ChatId(9)),
        status: Some(Status::Resolved),
        updated: "вчера".into(),
        ..bare(history)
    }]);
    table.looked(Tab::Appeals);
    let row = project(&table);
    assert_eq!(
        row.find,
        Find::Unnumbered {
            chat: ChatId(9),
            history: history.into(),
            answer: None,
        }
    );
    let columns: Vec<_> = row.ours.iter().map(|(column, _)| *column).collect();
    assert_eq!(
        columns,
        [
            Column::Delivery,
            Column::Number,
            Column::Updated,
            Column::Waiting,
            Column::Rating
        ],
        "nothing that people wrote is written again"
    );
    assert_eq!(text(&row, Column::Updated), "вчера", "as it stood there");
    assert_eq!(row.shared, []);
}

#[test]
fn a_registered_partner_s_row_shows_the_account() {
    let table = Table::registered();
    let row = table.project(&RowKey::Partner(code("П-1"))).expect("bound");
    assert_eq!(text(&row, Column::Access), "авторизован");
    assert_eq!(
        value(&row, Column::Telegram),
        Some(&CellValue::Number(7001))
    );
    assert_eq!(text(&row, Column::Since), "2026-03-02 11:00:00");
    assert!(
        !matches!(row.find, Find::Pending(..)),
        "the staff list is not ours to lengthen"
    );
}

fn project(table: &Table) -> DesiredRow {
    table
        .project(&RowKey::Appeal(table.appeal(1).id))
        .expect("a row")
}

fn value(row: &DesiredRow, column: Column) -> Option<&CellValue> {
    row.ours
        .iter()
        .find(|(at, _)| *at == column)
        .map(|(_, value)| value)
}

fn text(row: &DesiredRow, column: Column) -> String {
    match value(row, column) {
        Some(CellValue::Text(text)) => text.as_str().to_owned(),
        other => panic!("{column:?} holds {other:?}"),
    }
}
