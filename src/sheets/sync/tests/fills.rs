//! A text that goes back into an answer cell, for a person to change it.
//!
//! Invariant: it stands in its own row alone, in a cell that was empty; in another row it would go out to another partner.

use super::bench::{Bench, Fault, confirmed, dirty, wanted};
use crate::{
    domain::{
        event::{AnswerCell, Event, RowEvent, RowResult},
        row::SharedCell,
        text::Text,
    },
    sheets::{sync::tests::bench::key, table::read_plan::tests::HEADERS},
};

const ONE: &str = "1|701|а|Новое||п1|ждёт";
const TWO: &str = "2|702|б|Новое||п1|ждёт";

/// What was typed once, and is to be corrected.
fn fill() -> SharedCell {
    SharedCell::Fill("да\nда".into())
}

fn filled() -> RowResult {
    let RowResult::Confirmed { lines, parts, .. } = confirmed(None) else {
        panic!("confirmed is confirmed");
    };
    RowResult::Confirmed {
        status: None,
        cleared: None,
        filled: Some("да\nда".into()),
        lines,
        parts,
        formula: Some(false),
    }
}

/// Whether the journal was ever told of this text in the answer cell of an appeal.
fn told(bench: &Bench, number: u32, text: &str) -> bool {
    let text = AnswerCell::Text(Text::from(text));
    bench.events.iter().any(|event| match event {
        Event::Row(RowEvent::Appeal { cells, appeal }) => {
            crate::domain::ids::RowKey::Appeal(*appeal) == key(number) && cells.answer == text
        }
        _ => false,
    })
}

#[test]
fn an_empty_cell_is_filled_and_one_in_which_somebody_types_is_not() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.want(wanted(1, "а", vec![fill()]));
    bench.dirty();
    assert_eq!(bench.results(), [filled()]);
    assert_eq!(bench.book.cells[1][4], "да\nда");
    assert_eq!(bench.stepper.status().plain_writes, 1);

    let mut bench = Bench::ready(&[HEADERS, "1|701|а|Новое|нет|п1|ждёт"]);
    bench.want(wanted(1, "а", vec![fill()]));
    bench.dirty();
    assert_eq!(bench.results()[0], RowResult::Contested);
    assert_eq!(bench.book.cells[1][4], "нет");
}

#[test]
fn what_landed_in_another_row_leaves_it_before_anybody_is_told() {
    for lost in [false, true] {
        let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
        if lost {
            bench.faults.push_back(Fault::Lost);
        }
        bench.want(wanted(1, "а2", vec![fill()]));
        dirty(&mut bench, |book| book.cells.swap(1, 2));
        assert_eq!(bench.book.cells[1][..2], ["2", "702"]);
        assert_eq!(bench.book.cells[1][4], "", "lost {lost}");
        assert_eq!(bench.book.cells[2][4], "да\nда", "lost {lost}");
        assert!(!told(&bench, 2, "да\nда"), "lost {lost}");
    }
}

#[test]
fn a_row_that_no_snapshot_has_shown_keeps_nothing_of_it() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.want(wanted(1, "а2", vec![fill()]));
    dirty(&mut bench, |book| {
        // Somebody undoes a deletion above.
        let mut row = book.cells[1].clone();
        row[0] = "2".to_owned();
        row[1] = "702".to_owned();
        book.cells.insert(1, row);
    });
    assert_eq!(bench.book.cells[1][..2], ["2", "702"]);
    assert_eq!(bench.book.cells[1][4], "");
    assert_eq!(bench.book.cells[2][4], "да\nда");
    assert!(!told(&bench, 2, "да\nда"));
}

#[test]
fn a_row_without_a_key_keeps_nothing_of_it_either() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.want(wanted(1, "а2", vec![fill()]));
    dirty(&mut bench, |book| {
        let blank = vec![String::new(); book.cells[1].len()];
        book.cells.insert(1, blank);
    });
    assert_eq!(bench.book.row(1), "");
    assert_eq!(bench.book.cells[2][4], "да\nда");
}
