//! Rows that a batch may have hit whose answer was lost (or which a crash cut off): there is no read-back to tell.
//!
//! Invariant: where a written row does not stand at its place any more, it and whoever stands there now are written anew, and what people
//! wrote and we have changed in a foreign row is put back.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        event::{RowMark, TelegramCell, WrongCell, WrongRow},
        ids::ChatId,
        row::Column,
        text::Text,
    },
    journal::{Exchanged, Touched},
    sheets::{
        sync::find::chat_of,
        table::snapshot::{Index, Row, TabSnapshot},
    },
};

/// The keys that these batches may have hit, as a fresh snapshot shows their tab: of rows that do not stand where they were written, of
/// whoever stands there now, and of all that show a moment that was written. Histories are not read; but each goes with its moment, which
/// tells of rows that have moved and come back as well.
pub(super) fn hit(touched: &[&Touched], snapshot: &TabSnapshot) -> BTreeSet<RowMark> {
    if touched.is_empty() {
        return BTreeSet::new();
    }
    let now = places(snapshot);
    let by_place: BTreeMap<u32, &RowMark> = now.iter().map(|(mark, &row)| (row, mark)).collect();
    let moved = |(row, mark): &(u32, &RowMark)| {
        let elsewhere = now.get(mark).is_some_and(|place| place != row);
        elsewhere || by_place.get(row).is_some_and(|here| here != mark)
    };
    let written =
        (touched.iter()).filter_map(|touched| Some((touched.row, touched.mark.as_ref()?)));
    let here_now = |row: &u32| by_place.get(row).map(|mark| (*mark).clone());
    let moved = (written.filter(moved))
        .flat_map(|(row, mark)| [Some(mark.clone()), here_now(&row)])
        .flatten();
    let moments: BTreeSet<&str> = (touched.iter().flat_map(|touched| &touched.wrote))
        .filter(|(column, text)| *column == Column::Updated && !text.is_blank())
        .map(|(_, text)| text.as_str())
        .collect();
    let shows_one = |row: &&Row| {
        let shown = snapshot.text(row, Column::Updated);
        shown.is_some_and(|shown| moments.contains(shown))
    };
    let shown = (snapshot.rows.iter().filter(shows_one)).filter_map(|row| row.key.clone());
    moved.chain(shown).collect()
}

/// Cells that people write too and that these batches have changed in foreign rows; those known to be wrong already are passed over.
pub(super) fn cells(
    touched: &[&Touched],
    previous: &TabSnapshot,
    now: &TabSnapshot,
    is_known: impl Fn(&Row, Column) -> bool,
) -> Vec<WrongCell> {
    if touched.is_empty() {
        // What follows looks through all rows of the tab.
        return Vec::new();
    }
    let (previous, now) = (Shown::new(previous), Shown::new(now));
    let mut alike: BTreeMap<Kind<'_>, Vec<&Touched>> = BTreeMap::new();
    for touched in touched {
        for exchanged in &touched.exchanged {
            alike.entry(kind(exchanged)).or_default().push(touched);
        }
    }
    let cells = |(kind, touched): (Kind<'_>, Vec<&Touched>)| {
        victims(kind, &touched, &previous, &now, &is_known)
    };
    alike.into_iter().flat_map(cells).collect()
}

/// What these batches have left in rows that have no key.
pub(super) fn rows(
    touched: &[&Touched],
    previous: Option<&TabSnapshot>,
    now: &TabSnapshot,
) -> Vec<WrongRow> {
    let row = |touched: &&Touched| {
        let nobody = TelegramCell::Empty;
        WrongRow::of(touched.tab, touched.row, nobody, &touched.wrote)
    };
    let rows = touched.iter().filter_map(row).filter(|row| row.stands(now));
    rows.filter(|row| previous.is_none_or(|previous| !row.stands(previous)))
        .collect()
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

    /// Whether a row shows what a batch wrote of ours into the row that it meant.
    fn bears(&self, row: &Row, meant: &Touched) -> bool {
        let mut told = (meant.wrote.iter())
            .filter(|(column, text)| *column != Column::History && !text.as_str().is_empty());
        let shows = |(column, text): &(Column, Text)| {
            self.snapshot.text(row, *column) == Some(text.as_str())
        };
        let first = told.next();
        first.is_some_and(shows) && told.all(shows)
    }
}

/// A change of a cell that people write too: of which, from what, to what.
type Kind<'a> = (Column, Option<&'a str>, &'a str);

fn kind(exchanged: &Exchanged) -> Kind<'_> {
    let expect = exchanged.expect.as_ref().map(Text::as_str);
    (exchanged.column, expect, exchanged.left.as_str())
}

/// The foreign rows whose cells have changed exactly as batches meant to change those of these rows. Each attempt that its own row does not
/// show may have hit one; where more rows have changed so, some are people's doing, and only those count that stand at a place that was
/// written or show what else was written there. A number that went to somebody else meanwhile is not the same row.
fn victims(
    (column, expect, left): Kind<'_>,
    touched: &[&Touched],
    previous: &Shown<'_>,
    now: &Shown<'_>,
    is_known: &impl Fn(&Row, Column) -> bool,
) -> Vec<WrongCell> {
    let meant: BTreeSet<&RowMark> = (touched.iter())
        .filter_map(|touched| touched.mark.as_ref())
        .collect();
    let attempts = touched
        .iter()
        .filter(|touched| touched.mark.is_some())
        .count();
    let shows_it = |mark: &&&RowMark| now.text(mark, None, column) == Some(left);
    let missed = attempts - meant.iter().filter(shows_it).count();
    if missed == 0 {
        return Vec::new();
    }
    let at_place = |row: &Row| touched.iter().any(|touched| touched.row == row.row);
    let bears = |row: &Row| touched.iter().any(|touched| now.bears(row, touched));
    let changed = |row| -> Option<(&Row, WrongCell)> {
        let row: &Row = row;
        let key = row.key.as_ref().filter(|key| !meant.contains(key))?;
        let chat = chat_of(row);
        // Beside a Telegram ID of ours that landed there the key alone tells whose row it was.
        let before = chat.filter(|_| column != Column::Telegram);
        let was = previous
            .text(key, before, column)
            .filter(|was| *was != left)?;
        let expected = expect.map_or_else(
            // A text that was put into an empty cell must not stay in a foreign one, wherever that has gone since.
            || at_place(row) || (column == Column::Answer && bears(row)),
            |expect| expect == was,
        );
        let hit = expected && now.text(key, chat, column) == Some(left);
        let cell =
            || WrongCell::shared((key.clone(), chat), column, was.to_owned(), left.to_owned());
        hit.then(|| (row, cell()))
    };
    let rows = now.snapshot.rows.iter();
    let unknown = rows.filter(|row| !is_known(row, column));
    let mut all: Vec<_> = unknown.filter_map(changed).collect();
    if all.len() > missed {
        all.retain(|(row, _)| at_place(row) || bears(row));
    }
    all.into_iter().map(|(_, cell)| cell).collect()
}

fn places(snapshot: &TabSnapshot) -> BTreeMap<RowMark, u32> {
    snapshot
        .rows
        .iter()
        .filter_map(|row| Some((row.key.clone()?, row.row)))
        .collect()
}
