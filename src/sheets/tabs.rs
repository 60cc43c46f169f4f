//! What the rows of each tab tell the journal between two reads.
//!
//! Invariant: rows are compared by key, never by place; the previous snapshot only filters, so that a repeat does no harm
//! and a missing previous snapshot loses nothing.

pub(super) mod appeals;
pub(super) mod keys;
pub mod partners;
pub(super) mod promotions;

use std::collections::{BTreeMap, BTreeSet};

use super::table::{
    layout::words::TabWords,
    snapshot::{Row, TabSnapshot},
};
use crate::domain::{
    event::{Event, Looked, RowEvent},
    identity::{AppealIndex, Asked},
    ids::{AppealId, Number},
    partner::{RowTrouble, Unaddressed},
    row::Column,
    tab::Tab,
};

/// A snapshot beside the one before.
#[derive(Debug, Default)]
pub struct Compared {
    /// Which rows of the appeals show something new, in the order of [`TabSnapshot::rows`].
    changed: Vec<bool>,
    /// What is to be asked of the journal.
    pub asked: Asked,
    /// How many strays each appeal had.
    strays: BTreeMap<AppealId, usize>,
}

/// What a snapshot tells, once the journal has answered.
#[derive(Debug, Default)]
pub struct News {
    /// What people did.
    pub rows: Vec<RowEvent>,
    /// What it leaves without a place.
    pub unplaced: Unplaced,
}

/// Rows and numbers that a read leaves without a place, to be compared with the next.
#[derive(Debug, Default)]
pub struct Unplaced {
    /// Rows that bear a number which is not theirs, or not theirs alone, by the appeal whose number it is.
    pub strays: BTreeMap<AppealId, Vec<Stray>>,
    /// Rows with a message that somebody has written first and that cannot go to anybody yet, by their places.
    pub unaddressed: BTreeMap<u32, Unaddressed>,
    /// Numbers of appeals without a row of their own.
    pub displaced: BTreeSet<Number>,
}

/// A row that bears the number of an appeal and is not its row, or not its only one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its place.
    pub row: u32,
    /// What is wrong.
    pub why: RowTrouble,
}

/// Compares a snapshot with the last one; rows that are as they were keep their owners. Numbers that were displaced are asked about again.
#[must_use]
pub fn compare(
    previous: Option<&TabSnapshot>,
    now: &mut TabSnapshot,
    unplaced: &Unplaced,
) -> Compared {
    match now.tab {
        Tab::Appeals => appeals::compare(previous, now, unplaced),
        Tab::Partners | Tab::Promotions => Compared::default(),
    }
}

/// What people did since the last snapshot.
#[must_use]
pub fn news(
    words: &TabWords,
    previous: Option<&TabSnapshot>,
    now: &mut TabSnapshot,
    (compared, index): (&Compared, &AppealIndex),
) -> News {
    let rows = match now.tab {
        Tab::Appeals => return appeals::news(words, now, compared, index),
        Tab::Partners => partners::diff(words, previous, now),
        Tab::Promotions => promotions::diff(previous, now).into_iter().collect(),
    };
    News {
        rows,
        ..News::default()
    }
}

/// The end of a read.
#[must_use]
pub fn looked(now: &TabSnapshot) -> Event {
    Event::Looked(Looked {
        tab: now.tab,
        began: now.began,
        highest: now.highest(),
        sheet: Some(now.sheet.0),
    })
}

/// Whether the rows of a key show in these columns what they showed before.
fn unchanged(
    (previous, old): (Option<&TabSnapshot>, &[&Row]),
    (now, rows): (&TabSnapshot, &[&Row]),
    watched: &[Column],
) -> bool {
    let Some(previous) = previous else {
        return false;
    };
    let same = |old: &Row, row: &Row| {
        let shows = |&column: &Column| {
            // A column that has come up, or is gone, is a change.
            previous.text(old, column) == now.text(row, column)
        };
        old.telegram == row.telegram && watched.iter().all(shows)
    };
    rows.len() == old.len()
        && rows.iter().all(|row| old.iter().any(|old| same(old, row)))
        && old.iter().all(|old| {
            // Nobody knows what such a row showed; what looks like it may be a copy of another.
            !old.stale && !old.unread && rows.iter().any(|row| same(old, row))
        })
}
