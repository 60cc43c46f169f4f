//! Where a link to an appeal's row leads.
//!
//! Invariant: never to a row that is not the appeal's alone.

use super::bench::{Bench, ONE, TWO, dirty, looks, wanted};
use super::stepper::Answer;
use crate::{
    domain::{ids::Number, tab::Tab},
    sheets::table::read_plan::tests::HEADERS,
};

/// The fragments for the first three appeals, after a look.
fn seen(bench: &mut Bench) -> [String; 3] {
    bench.pass(20);
    bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
    places(bench)
}

fn places(bench: &Bench) -> [String; 3] {
    let places = bench.stepper.status().places.expect("they were read");
    [1, 2, 3].map(|number| places.fragment(Number(number)))
}

#[test]
fn it_leads_to_the_answer_cell_of_the_row_as_it_was_last_read() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    let first = seen(&mut bench);
    assert!(first[0].ends_with("&range=E2") && first[1].ends_with("&range=E3"));
    let tab = first[2].as_str();
    assert!(!tab.contains("range"), "no row of its own: {tab}");
    bench.book.cells.swap(1, 2);
    let sorted = seen(&mut bench);
    assert_eq!(sorted[..2], [1, 0].map(|at: usize| first[at].clone()));
    bench.book.cells[3] = bench.book.cells[1].clone();
    assert_eq!(seen(&mut bench)[1], tab, "a copy: nobody can say which");
}

#[test]
fn a_row_that_was_just_added_is_found_before_it_is_read() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    seen(&mut bench);
    bench.want(wanted(3, "здравствуйте", Vec::new()));
    bench.forget();
    dirty(&mut bench, |_| {});
    assert_eq!((bench.batches.len(), bench.reads), (1, 1));
    let [.., added] = places(&bench);
    assert!(added.ends_with("&range=E4"), "{added}");
}
