//! Rows that a batch may have hit whose answer was lost (or which a crash cut off): there is no read-back to tell.
//!
//! Invariant: where a written row does not stand at its place any more, it and whoever stands there now are written anew, and what people
//! wrote and we have changed in a foreign row is put back. Rows that moved and came back in between go unnoticed where a batch has changed
//! the history alone: nothing in a sheet tells of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{WrongCell, WrongRow};
use crate::{
    domain::{
        event::{RowMark, TelegramCell},
        ids::ChatId,
        row::Column,
        tab::Tab,
    },
    journal::{Exchanged, Touched},
    sheets::{
        sync::find::chat_of,
        table::snapshot::{Index, Row, TabSnapshot},
    },
};

/// One tab of a batch whose answer was lost.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) tab: Tab,
    touched: Vec<Touched>,
}

impl Suspect {
    /// The tabs of a batch.
    pub(super) fn of(touched: &[Touched]) -> Vec<Self> {
        let tabs: BTreeSet<Tab> = touched.iter().map(|touched| touched.tab).collect();
        let suspect = |tab| Self {
            tab,
            touched: touched
                .iter()
                .filter(|touched| touched.tab == tab)
                .cloned()
                .collect(),
        };
        tabs.into_iter().map(suspect).collect()
    }

    /// The keys that the batch may have hit, as a fresh snapshot shows the tab; `None` if nothing has moved.
    pub(super) fn hit(&self, snapshot: &TabSnapshot) -> BTreeSet<RowMark> {
        let now = places(snapshot);
        let by_place: BTreeMap<u32, &RowMark> =
            now.iter().map(|(mark, &row)| (row, mark)).collect();
        let moved = |(row, mark): &(u32, &RowMark)| {
            let elsewhere = now.get(mark).is_some_and(|place| place != row);
            elsewhere || by_place.get(row).is_some_and(|here| here != mark)
        };
        let written = self
            .touched
            .iter()
            .filter_map(|touched| Some((touched.row, touched.mark.as_ref()?)));
        let here_now = |row: &u32| by_place.get(row).map(|mark| (*mark).clone());
        written
            .filter(moved)
            .flat_map(|(row, mark)| [Some(mark.clone()), here_now(&row)])
            .flatten()
            .collect()
    }

    /// Cells that people write too and that the batch has changed in a foreign row.
    pub(super) fn cells(&self, previous: &TabSnapshot, now: &TabSnapshot) -> Vec<WrongCell> {
        let (previous, now) = (Shown::new(previous), Shown::new(now));
        let cell = |touched: &Touched, exchanged: &Exchanged| {
            let left = exchanged.left.as_str();
            if now.text(touched.mark.as_ref()?, None, exchanged.column) == Some(left) {
                return None;
            }
            let (victim, was) = victim(touched, exchanged, &previous, &now)?;
            Some(WrongCell::shared(
                victim,
                exchanged.column,
                was.to_owned(),
                left.to_owned(),
            ))
        };
        let cells = |touched: &'_ Touched| -> Vec<WrongCell> {
            let exchanged = touched.exchanged.iter();
            exchanged
                .filter_map(|exchanged| cell(touched, exchanged))
                .collect()
        };
        self.touched.iter().flat_map(cells).collect()
    }

    /// What the batch has left in rows that have no key.
    pub(super) fn rows(&self, previous: Option<&TabSnapshot>, now: &TabSnapshot) -> Vec<WrongRow> {
        let row = |touched: &Touched| {
            WrongRow::of(
                touched.tab,
                touched.row,
                TelegramCell::Empty,
                &touched.wrote,
            )
        };
        let rows = self
            .touched
            .iter()
            .filter_map(row)
            .filter(|row| row.stands(now));
        rows.filter(|row| previous.is_none_or(|previous| !row.stands(previous)))
            .collect()
    }
}

/// A snapshot whose rows are asked for by key many times.
struct Shown<'a> {
    snapshot: &'a TabSnapshot,
    index: Index<'a>,
}

impl<'a> Shown<'a> {
    fn new(snapshot: &'a TabSnapshot) -> Self {
        Self {
            snapshot,
            index: snapshot.index(),
        }
    }

    /// What a cell of the one row with a key, beside this Telegram ID if one is given, shows.
    fn text(&self, mark: &RowMark, chat: Option<ChatId>, column: Column) -> Option<&'a str> {
        let row = self.index.row_of(mark, chat)?;
        self.snapshot.text(row, column)
    }
}

/// The one foreign row whose cell has changed exactly as the batch would have changed it; where there are several, the one at its place.
/// A number that went to somebody else meanwhile is not the same row.
fn victim<'a>(
    touched: &Touched,
    exchanged: &Exchanged,
    previous: &Shown<'a>,
    now: &Shown<'a>,
) -> Option<((RowMark, Option<ChatId>), &'a str)> {
    let left = exchanged.left.as_str();
    let changed = |row: &'a Row| {
        let key = row
            .key
            .as_ref()
            .filter(|key| Some(*key) != touched.mark.as_ref())?;
        let chat = chat_of(row);
        let was = previous
            .text(key, chat, exchanged.column)
            .filter(|was| *was != left)?;
        let expected = match &exchanged.expect {
            Some(expect) => expect.as_str() == was,
            None => row.row == touched.row,
        };
        let hit = expected && now.text(key, chat, exchanged.column) == Some(left);
        hit.then(|| (row.row, (key.clone(), chat), was))
    };
    let all: Vec<_> = now.snapshot.rows.iter().filter_map(changed).collect();
    let at_place = all.iter().find(|(row, ..)| *row == touched.row);
    let only = if let [one] = all.as_slice() {
        Some(one)
    } else {
        at_place
    };
    only.map(|(_, whose, was)| (whose.clone(), *was))
}

fn places(snapshot: &TabSnapshot) -> BTreeMap<RowMark, u32> {
    snapshot
        .rows
        .iter()
        .filter_map(|row| Some((row.key.clone()?, row.row)))
        .collect()
}
