//! What becomes of the others when Google refuses one thing.
//!
//! Invariant: one thing that is refused costs the others a batch now and then.

use super::{
    bench::{Bench, wanted},
    book::Book,
};
use crate::{
    domain::{row::Column, tab::Tab},
    sheets::{
        desk::{Input, Output},
        look::plan::tests::HEADERS,
    },
};

#[test]
fn a_refused_row_holds_nobody_up_while_people_edit() {
    let rows: Vec<String> = (1..=6)
        .map(|number| format!("{number}|{}|а|Новое||п1|ждёт", 700 + number))
        .collect();
    let rows: Vec<&str> = std::iter::once(HEADERS).chain(rows.iter().map(String::as_str)).collect();
    let mut bench = Bench::ready(&rows);
    bench.want(wanted(1, &"ы".repeat(50_001), Vec::new()));
    for number in 2..=6 {
        bench.want(wanted(number, "новое", Vec::new()));
    }
    let mut edits = 0;
    let mut people = |book: &mut Book, output: &Output| {
        if matches!(output, Output::Read(_)) {
            edits += 1;
            book.cells[1][3] = format!("правка {edits}");
        }
    };
    let wait = bench.feed(Input::Dirty([Tab::Appeals].into()), &mut people);
    bench.rest_among(wait, 60, &mut people);
    let left: Vec<_> = bench.wanted.iter().map(|wanted| wanted.row.find.clone()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(bench.wanted[0].row.ours.iter().any(|(column, _)| *column == Column::History));
    assert!((2..=6).all(|row| bench.book.cells[row][2] == "новое"));
}
