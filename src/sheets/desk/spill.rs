//! What we wrote by mistake into a row without a whole key: an empty one that somebody inserted, one beside which a sort has put a number,
//! or one that still waits for its number.
//!
//! Invariant: such a row is known by the moment that we left there, and is emptied of exactly what we wrote; a row of somebody's own only
//! where a look has shown what stood there before.

use super::refusals::Again;
use crate::{
    domain::{
        event::TelegramCell,
        row::{CellValue, Column},
        tab::Tab,
        text::Text,
    },
    sheets::{
        diff::promotions,
        look::{Row, TabSnapshot},
    },
};

/// One row to empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spill {
    pub(super) tab: Tab,
    /// Where it was written.
    place: u32,
    /// Whose row it is.
    telegram: TelegramCell,
    /// What we left in the cells that only we write; of the history only that it was written.
    wrote: Vec<(Column, Text)>,
    /// Where the look of this cycle shows it, and the history that stood there.
    pub(super) found: Option<(u32, Text)>,
    /// When it is tried again, once Google has refused it.
    pub(super) again: Again,
}

impl Spill {
    /// What a write has left, if it can be recognized.
    pub(super) fn of(
        tab: Tab,
        place: u32,
        telegram: TelegramCell,
        wrote: &[(Column, Text)],
    ) -> Option<Self> {
        let known = |(column, text): &(Column, Text)| is_sign(*column) && !text.is_blank();
        wrote.iter().any(known).then(|| Self {
            tab,
            place,
            telegram,
            wrote: wrote.to_vec(),
            found: None,
            again: Again::default(),
        })
    }

    /// Whether a look shows such a row.
    pub(super) fn stands(&self, look: &TabSnapshot) -> bool {
        self.row(look).is_some()
    }

    /// What we left in a cell.
    pub(super) fn left(&self, column: Column) -> Option<&str> {
        let wrote = self.wrote.iter().find(|(known, _)| *known == column);
        wrote.map(|(_, text)| text.as_str())
    }

    /// The cells as they were.
    pub(super) fn values(&self) -> impl Iterator<Item = (Column, CellValue)> + '_ {
        let (_, history) = self.found.clone().unwrap_or_default();
        self.wrote.iter().map(move |(column, _)| {
            let text = if *column == Column::History {
                history.clone()
            } else {
                Text::default()
            };
            (*column, CellValue::Text(text))
        })
    }

    /// The row that shows what we left: the one at its place, or the only one. A sort that leaves our column out may have parted
    /// the moment from the words; the moment goes with the history. Where a further write has gone astray over the moment, the words tell.
    fn row<'a>(&self, look: &'a TabSnapshot) -> Option<&'a Row> {
        let signs = [Column::Updated, Column::Delivery, Column::Mailing];
        signs.into_iter().find_map(|sign| self.row_with(look, sign))
    }

    fn row_with<'a>(&self, look: &'a TabSnapshot, sign: Column) -> Option<&'a Row> {
        let (column, text) = self
            .wrote
            .iter()
            .find(|(column, text)| *column == sign && !text.is_blank())?;
        let is_it = |row: &&Row| {
            let whose = match self.tab {
                Tab::Promotions => row.keyless && promotions::is_blank(look, row),
                Tab::Partners | Tab::Appeals => {
                    row.telegram == self.telegram
                        && (row.keyless || row.telegram == TelegramCell::Empty)
                }
            };
            whose && look.text(row, *column) == Some(text.as_str())
        };
        let mut rows = look.rows.iter().filter(is_it);
        let at_place = rows.clone().find(|row| row.row == self.place);
        at_place.or_else(|| rows.next().filter(|_| rows.next().is_none()))
    }

    /// Finds the row, and hides the history that is not its own.
    fn overlay(&mut self, previous: Option<&TabSnapshot>, look: &mut TabSnapshot) {
        let place = self.row(look).map(|row| row.row);
        let history = match self.telegram {
            TelegramCell::Empty => Some(Text::default()),
            TelegramCell::Id(_) | TelegramCell::Doubled(_) | TelegramCell::Unreadable => {
                // The looks in between have shown ours.
                let known = self.found.take().map(|(_, history)| history);
                known.or_else(|| previous.and_then(|previous| history_of(previous, self.telegram)))
            }
        };
        self.found = place.zip(history);
        let found = self.found.as_ref().map(|(place, _)| *place);
        for row in look.rows.iter_mut().filter(|row| Some(row.row) == found) {
            row.history = None;
        }
    }
}

/// Finds the rows in a fresh look, and forgets what people have changed since.
pub(super) fn overlay(
    spills: &mut Vec<Spill>,
    previous: Option<&TabSnapshot>,
    look: &mut TabSnapshot,
) {
    let tab = look.tab;
    for spill in spills.iter_mut().filter(|spill| spill.tab == tab) {
        spill.overlay(previous, look);
    }
    spills.retain(|spill| spill.tab != tab || spill.found.is_some());
}

/// Cells that every look reads.
fn is_sign(column: Column) -> bool {
    [Column::Updated, Column::Delivery, Column::Mailing].contains(&column)
}

/// The history of the one row without `№` that a chat had in a look.
fn history_of(look: &TabSnapshot, telegram: TelegramCell) -> Option<Text> {
    let mut rows = look
        .rows
        .iter()
        .filter(|row| row.keyless && row.telegram == telegram);
    let only = rows.next().filter(|_| rows.next().is_none());
    only.and_then(|row| row.history.as_deref()).map(Text::from)
}
