//! Records that were decided wrongly once, as `sheetdesk replay` prints them: each is decided as it was when its case was taken.

use sheetdesk::{
    domain::{
        appeal::Status,
        event::{Event, Outcome},
        ids::{MessageId, Seq},
    },
    journal::replay::Case,
};

use crate::table::Table;

/// Decides a case and compares with what it holds.
fn decides_as_before(case: &str) {
    let case: Case = serde_json::from_str(case).expect("a case as `sheetdesk replay` prints it");
    assert_eq!(case.decide(&Table::empty().rules), case.decision);
}

#[test]
fn record_9_the_last_part_of_an_answer_arrives() {
    decides_as_before(include_str!("cases/record_9.json"));
}

#[test]
fn a_case_holds_all_that_its_decision_needs() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Готово");
    let event = Event::Sent(table.answer_id(1, 1, 0), Outcome::Delivered(MessageId(77)));
    let case = Case::record(&table.rules, &table.state, Seq(9), event, table.now);
    let printed = serde_json::to_string_pretty(&case).expect("plain data");
    decides_as_before(&printed);
    assert!(!case.decision.puts.is_empty());
}
