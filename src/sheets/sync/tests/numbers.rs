//! Rows without `№` get theirs, and only theirs.
//!
//! Invariant: a number that has landed in the row of somebody else is taken away again, and nobody is told of it.

use super::{
    bench::{Bench, before_write, confirmed, wanted},
    book::Book,
    stepper::Answer,
};
use crate::{
    domain::{
        event::{Event, RowEvent, RowResult},
        ids::ChatId,
        row::{Column, Find},
    },
    sheets::{sync::Wanted, table::read_plan::tests::HEADERS},
};

fn unnumbered(number: u32, history: &str) -> Wanted {
    let mut wanted = wanted(number, history, Vec::new());
    wanted.row.find = Find::Unnumbered {
        chat: ChatId(700 + i64::from(number)),
        history: history.into(),
        answer: None,
    };
    wanted
        .row
        .ours
        .retain(|(column, _)| matches!(column, Column::Number | Column::History));
    wanted
}

#[test]
fn rows_without_number_are_numbered_by_their_history() {
    let rows = [
        HEADERS,
        "|701|один|Новое||п1|",
        "|702|два|Новое||п1|",
        "|703|три||||",
        "|703|три||||",
    ];
    let mut bench = Bench::ready(&rows);
    for (number, history) in [(1, "один"), (2, "другое"), (3, "три")] {
        bench.want(unnumbered(number, history));
    }
    bench.dirty();
    assert_eq!(
        bench.results(),
        [RowResult::Absent, confirmed(None), confirmed(None)]
    );
    assert_eq!(bench.book.row(1), "1|701|один|Новое||п1");
    assert_eq!(bench.book.row(2), "|702|два|Новое||п1");
}

#[test]
fn numbers_given_to_the_wrong_rows_are_taken_back() {
    let mut book = Book::new(
        "обращения",
        &[
            HEADERS,
            "|701|один|Новое||п1|",
            "9|702|два|Новое||п1|",
            "|703|три|Новое|||",
        ],
        (10, 7),
    );
    book.fills = ["Новое", "В работе", "Решено"]
        .map(|word| format!("=$D2=\"{word}\""))
        .to_vec();
    let mut bench = Bench::new(book, false);
    bench.want(unnumbered(1, "один"));
    bench.want(unnumbered(3, "три"));
    let rotate = |book: &mut Book| book.cells[1..4].rotate_left(1);
    let wait = bench.feed(Answer::Time, &mut before_write(rotate));
    bench.rest(wait, 60);
    let rows: Vec<String> = (1..4).map(|row| bench.book.row(row)).collect();
    assert_eq!(
        rows,
        [
            "9|702|два|Новое||п1",
            "3|703|три|Новое",
            "1|701|один|Новое||п1"
        ]
    );
    assert!(bench.wanted.is_empty());
    let mistaken = bench
        .events
        .iter()
        .any(|event| matches!(event, Event::Row(RowEvent::Stopped { .. })));
    assert!(!mistaken, "the domain saw nothing of it");
}
