//! How often is read and written, whatever happens.
//!
//! Invariant: calls are counted, not looks: a minute of Google's has sixty.

use jiff::SignedDuration;

use super::{
    bench::{Bench, looks, wanted},
    stepper::Answer,
};
use crate::{
    domain::tab::Tab,
    journal::Marked,
    sheets::{table::read_plan::tests::HEADERS, wire::Change},
};

#[test]
fn a_burst_costs_few_calls() {
    let mut bench = Bench::ready(&[HEADERS]);
    bench.book.cells.resize(2_000, vec![String::new(); 10]);
    let (start, mut number, mut wait) = (bench.now, 0, None);
    for step in 0..600 {
        bench.now = start + SignedDuration::from_millis(step * 100);
        // Appeals come in evenly, 1,000 in the minute.
        while i64::from(number) * 600 < (step + 1) * 1_000 && number < 1_000 {
            number += 1;
            bench.want(wanted(number, "здравствуйте", Vec::new()));
        }
        wait = bench.dirty();
    }
    bench.rest(wait, 60);
    assert!(bench.wanted.is_empty());
    assert_eq!(
        (bench.batches.len(), bench.reads),
        (11, 11),
        "the first and ten more"
    );
    let appended = bench
        .batches
        .iter()
        .flat_map(|batch| &batch.changes)
        .filter_map(|change| match change {
            Change::InsertRows { count, .. } => Some(*count),
            _ => None,
        });
    assert_eq!(appended.sum::<u32>(), 1_000);
}

#[test]
fn nudges_cost_one_look_a_second() {
    let mut bench = Bench::ready(&[HEADERS]);
    let start = bench.now;
    for step in 0..100 {
        bench.now = start + SignedDuration::from_millis(step * 100);
        bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
    }
    assert_eq!(bench.reads, 10);
}

#[test]
fn hints_are_heeded_by_the_calls_that_a_read_takes() {
    let within_a_minute = |row| {
        let mut bench = Bench::ready(&[HEADERS, row]);
        let start = bench.now;
        for step in 0..600 {
            bench.now = start + SignedDuration::from_millis(step * 100);
            let hint = Marked {
                hinted: [Tab::Appeals].into(),
                ..Marked::default()
            };
            bench.feed(Answer::Nudge(hint), &mut |_, _| {});
        }
        bench.reads
    };
    assert_eq!(within_a_minute("1|701|а|Новое||п1|ждёт"), 16);
    assert_eq!(
        within_a_minute("1|7.01E+02≡701|а|Новое||п1|ждёт"),
        16,
        "half as many, of two calls each"
    );
}
