//! Messages that somebody writes first: a new row without a number and a dialogue opens an appeal from our side.

use jiff::SignedDuration;
use sheetdesk::domain::{
    appeal::{Delivery, Status, row::Lacks},
    effect::Wake,
    event::{AnswerCell, Command, Event, NewAppeal, Outcome, RowEvent},
    ids::{MessageId, RowKey},
    row::{Column, Find, SharedCell},
    session::Locale,
    tab::Tab,
    template::Template,
};

use crate::table::{ANNA, SheetRow, Table, bare};

const DELIVERED: Outcome = Outcome::Delivered(MessageId(9));
const FIRST: &str = "7001: Вам пишет служба поддержки партнёров, обращение № 1. Чтобы ответить, просто напишите сюда: / Привет";

/// A row of Anna's that somebody has just made.
fn made(history: &str, answer: &str) -> SheetRow {
    SheetRow {
        status: None,
        answer: AnswerCell::Text(answer.into()),
        ..bare(history)
    }
}

fn to_anna(told: &[String]) -> usize {
    told.iter().filter(|line| line.starts_with("7001")).count()
}

#[test]
fn a_row_made_by_hand_is_a_message_and_its_reply_is_the_appeals_next_line() {
    let mut table = Table::registered();
    let told = table.shows(vec![made("", "Привет")]);
    assert_eq!(told[0], FIRST, "{told:?}");
    assert_eq!(to_anna(&table.shows(Vec::new())), 0, "once");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    let appeal = table.appeal(1);
    assert_eq!(appeal.status, Status::InWork);
    assert_eq!(
        appeal.partner.map(|code| code.as_str().to_owned()),
        Some("П-1".to_owned())
    );
    table.placed(1);
    let told = table.text(ANNA, "Здравствуйте!");
    assert!(
        told.contains(&"line 1: Здравствуйте!".to_owned()),
        "{told:?}"
    );
    let told = table.row(1, Status::InWork, "Ещё одно");
    assert_eq!(told[0], "7001: Ответ на обращение № 1 / Ещё одно");
}

/// The columns that are written of the row of № 1, and how it is found.
fn wanted(table: &Table) -> (Vec<Column>, Find, Vec<SharedCell>) {
    let row = table.project(&RowKey::Appeal(table.appeal(1).id));
    let row = row.expect("a row");
    let columns = row.ours.into_iter().map(|(column, _)| column);
    (columns.collect(), row.find, row.shared)
}

#[test]
fn a_row_with_a_telegram_id_gets_the_rest_once_it_bears_its_number() {
    let mut table = Table::registered();
    table.shows(vec![made("", "Привет")]);
    assert!(!wanted(&table).0.contains(&Column::Name));
    table.placed(1);
    let (columns, find, shared) = wanted(&table);
    assert!(matches!(find, Find::Numbered(..)), "{find:?}");
    for column in [Column::Code, Column::Name, Column::Phone] {
        assert!(columns.contains(&column), "{column:?}");
    }
    let account = |cell: &SharedCell| matches!(cell, SharedCell::Account(_));
    assert!(!shared.iter().any(account), "it is there");
    table.placed(1);
    assert_eq!(table.appeal(1).row.lacks(), None);
    assert!(!wanted(&table).0.contains(&Column::Name));
}

#[test]
fn a_row_with_a_code_gets_all_but_that() {
    let mut table = Table::registered();
    let made = made("", "Привет");
    table.event(&Event::Row(RowEvent::NewAppeal(NewAppeal {
        chat: ANNA,
        number: None,
        highest: None,
        by_code: true,
        cells: made.cells(),
    })));
    assert!(matches!(wanted(&table).1, Find::Unnumbered { .. }));
    table.placed(1);
    assert_eq!(table.appeal(1).row.lacks(), Some(Lacks::Account));
    let (columns, find, shared) = wanted(&table);
    assert!(matches!(find, Find::Incomplete(..)), "{find:?}");
    assert!(columns.contains(&Column::Name) && columns.contains(&Column::Phone));
    assert!(!columns.contains(&Column::Code), "as it was typed");
    assert!(shared.contains(&SharedCell::Account(ANNA)), "{shared:?}");
    table.placed(1);
    assert_eq!(table.appeal(1).row.lacks(), None);
}

#[test]
fn a_partner_with_an_open_appeal_replies_to_what_he_heard_last() {
    let mut table = Table::with_appeal();
    let told = table.shows(vec![made("", "Привет")]);
    assert!(told[0].contains("Вам пишет служба поддержки партнёров, обращение № 2"));
    table.sent(&table.answer_id(2, 1, 0), DELIVERED);
    table.text(ANNA, "Здравствуйте!");
    assert_eq!(table.appeal(1).dialogue.lines, 1);
    assert_eq!(table.appeal(2).dialogue.lines, 2);
}

#[test]
fn the_firm_writes_where_its_name_is_known() {
    let mut table = Table::registered();
    let own = "firm = Агентство «Дом»".to_owned();
    let taken = table.rules.wording.take(Locale::Ru, own, None);
    taken.expect("a text that can be taken");
    let told = table.shows(vec![made("", "Привет")]);
    assert!(
        told[0].starts_with("7001: Вам пишет Агентство «Дом», обращение № 1."),
        "{told:?}"
    );
}

#[test]
fn what_may_be_a_copy_or_stood_there_before_is_held() {
    let mut table = Table::registered();
    let told = table.shows(vec![made("2026-01-01 10:00:00: Старое", "Привет")]);
    assert_eq!(to_anna(&told), 0, "{told:?}");
    assert_eq!(table.appeal(1).delivery.state, Delivery::Held);
    assert!(table.delivery(1).contains("похоже на копию"));
    let told = table.event(&Event::Admin(Command::ReleaseAnswers));
    assert_eq!(to_anna(&told), 1, "{told:?}");

    let mut table = Table::registered();
    table.event(&Event::Admin(Command::Restored));
    let told = table.shows(vec![made("", "Привет")]);
    assert_eq!(
        to_anna(&told),
        0,
        "a restored journal may have sent it: {told:?}"
    );
    assert!(table.delivery(1).contains("до запуска"));

    let mut table = Table::registered();
    let mut foreign = made("", "Привет");
    foreign.number = Some(900);
    foreign.history = Some("".into());
    let told = table.shows(vec![foreign]);
    assert_eq!(to_anna(&told), 0, "{told:?}");
    assert!(table.delivery(900).contains("похоже на копию"));
}

#[test]
fn two_rows_alike_are_two_messages() {
    let mut table = Table::registered();
    let told = table.shows(vec![made("", "Привет"), made("", "Привет")]);
    assert_eq!(to_anna(&told), 2, "{told:?}");
    let told = table.shows(Vec::new());
    assert_eq!(to_anna(&told), 0, "{told:?}");
}

#[test]
fn a_message_goes_with_its_row_and_comes_back_with_it() {
    let rest = 15;
    let mut table = Table::registered();
    table.rules.grace = SignedDuration::from_secs(rest);
    table.shows(vec![made("", "Привет")]);
    table.placed(1);
    table.row(1, Status::New, "Привет");
    table.misses(1);
    let id = table.appeal(1).id;
    let due = Event::Due(Wake::Appeal(id));
    table.later(rest);
    let told = table.event(&due);
    assert_eq!(to_anna(&told), 0, "its row was deleted: {told:?}");
    table.row(1, Status::New, "Привет");
    table.later(rest);
    let told = table.event(&due);
    assert_eq!(to_anna(&told), 1, "the deletion was undone: {told:?}");
}

#[test]
fn a_row_without_its_number_is_the_same_row() {
    // Nobody has claimed the message yet: it was taken back with the row, and goes once that is there again.
    let mut table = Table::registered();
    table.shows(vec![made("", "Привет")]);
    table.placed(1);
    table.row(1, Status::New, "Привет");
    table.misses(1);
    let told = table.shows(vec![made("", "Привет")]);
    assert_eq!(to_anna(&told), 0, "{told:?}");
    table.placed(1);
    let told = table.row(1, Status::New, "Привет");
    assert_eq!(to_anna(&told), 1, "{told:?}");

    // It has arrived.
    let mut table = Table::registered();
    table.shows(vec![made("", "Привет")]);
    table.placed(1);
    table.row(1, Status::New, "Привет");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.misses(1);
    let told = table.shows(vec![made("", "Привет")]);
    assert_eq!(to_anna(&told), 0, "{told:?}");
    table.placed(1);
    assert_eq!(table.appeal(1).delivered_answer(), None, "it is cleared");
}

#[test]
fn the_first_sight_of_a_tab_sends_nothing() {
    let mut table = Table::empty();
    assert_eq!(to_anna(&table.shows(vec![made("", "Привет")])), 0);
    table.looked(Tab::Appeals);
    assert_eq!(table.appeal(1).delivery.state, Delivery::Held);
    assert_eq!(
        table.appeal(1).row.lacks(),
        None,
        "an old row stays as it is"
    );
}

#[test]
fn a_corrected_first_message_keeps_who_writes_and_is_corrected_as_it_was_read() {
    let mut table = Table::registered();
    let address = Template::of("адрес", "На Невском").expect("a template");
    table.event(&Event::Row(RowEvent::Templates(Some(vec![address]))));
    table.shows(vec![made("", "/адрес")]);
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.placed(1);
    table.placed(1);
    table.row(1, Status::InWork, "");
    table.row(1, Status::Other("Исправить ответ".into()), "");
    let wanted = table.project(&RowKey::Appeal(table.appeal(1).id));
    let wanted = wanted.expect("a row").shared;
    assert!(
        wanted.contains(&SharedCell::Fill("На Невском".into())),
        "{wanted:?}"
    );
    table.placed(1);
    table.row(1, Status::InWork, "На Невском");
    let told = table.row(1, Status::InWork, "На Лиговском");
    assert!(
        told[0].contains("Вам пишет служба поддержки партнёров")
            && told[0].ends_with("На Лиговском [edits 9]"),
        "{told:?}"
    );
}
