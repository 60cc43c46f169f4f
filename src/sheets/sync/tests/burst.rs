//! A thousand partners write within a minute, by a clock of the test's own.
//!
//! Invariant: the calls are counted as Google counts them, and every call that a synchroniser asks for is made at once.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use simulator::sheets::Workbook;

use super::{
    crowd::{Crowd, HEADERS, rows, text},
    script::Script,
    world::{APPEALS, World},
};
use crate::{domain::ids::ChatId, sheets::quota::Kind};

const APPEALS_AT_ONCE: i64 = 1_000;
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// Calls of this kind from a moment on, for a minute.
fn calls(world: &World, kind: Kind, from: Timestamp) -> usize {
    let within = |at: Timestamp| (from..from + MINUTE).contains(&at);
    world
        .log
        .iter()
        .filter(|(at, known)| *known == kind && within(*at))
        .count()
}

#[test]
fn a_thousand_appeals_in_a_minute_take_ten_reads_and_ten_writes_after_the_first() {
    let quiet = Script::QUIET;
    let mut book = Workbook::new("книга", "Обращения партнёров");
    book.add_tab_sized(APPEALS, 60, 26).expect("room");
    book.paste(APPEALS, "A1", &[HEADERS]).expect("room");
    let mut world = World::new(book);
    for _ in 0..3 {
        world.round(&mut Crowd::new(&quiet), 61);
    }
    world.log.clear();
    let begin = world.now;
    let between = MINUTE / i32::try_from(APPEALS_AT_ONCE).expect("small");
    let mut crowd = Crowd::new(&quiet);
    for chat in 1..=APPEALS_AT_ONCE {
        world.register(ChatId(chat));
        world.writes_to_us(ChatId(chat), &format!("вопрос от {chat}"));
        world.wakes(&mut crowd);
        world.now += between;
    }
    let burst = [Kind::Read, Kind::Write].map(|kind| calls(&world, kind, begin));
    assert!(
        burst.iter().all(|calls| (1..=11).contains(calls)),
        "{burst:?} reads and writes"
    );
    let last = world.now;
    while !world.is_quiet() {
        assert!(world.now < last + MINUTE, "what is left is written soon");
        world.deliver();
        world.wakes(&mut crowd);
        world.now += SignedDuration::from_millis(100);
    }
    assert!(
        world.now < last + SignedDuration::from_secs(8),
        "{}",
        world.now.duration_since(last)
    );
    let numbers: BTreeSet<String> = rows(&world.book)
        .iter()
        .map(|(row, _)| text(&world.book, *row, "№"))
        .collect();
    assert_eq!(numbers.len(), 1_000);
    for (at, kind) in &world.log {
        assert!(
            calls(&world, *kind, *at) <= 60,
            "never more than sixty {kind:?}s a minute"
        );
    }
}
