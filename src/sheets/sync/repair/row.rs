//! What we wrote by mistake into a row without a whole key: an empty one that somebody inserted, one beside which a sort has put a number,
//! or one that still waits for its number.
//!
//! Invariant: such a row is known by the moment that we left there, and is emptied of exactly what we wrote; a row of somebody's own only
//! where a snapshot has shown what stood there before.

use crate::{
    domain::{
        event::{TelegramCell, WrongRow},
        ids::ChatId,
        row::{CellValue, Column},
        tab::Tab,
        text::Text,
    },
    sheets::{
        table::snapshot::{Row, TabSnapshot},
        tabs::promotions,
    },
};

impl WrongRow {
    /// What a write has left, if it can be recognized.
    pub(in crate::sheets::sync) fn of(
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
            history: None,
        })
    }

    /// Whether a snapshot shows such a row.
    pub(in crate::sheets::sync) fn stands(&self, snapshot: &TabSnapshot) -> bool {
        self.row(snapshot).is_some()
    }

    /// What we left in a cell.
    pub(in crate::sheets::sync) fn left(&self, column: Column) -> Option<&str> {
        let wrote = self.wrote.iter().find(|(known, _)| *known == column);
        wrote.map(|(_, text)| text.as_str())
    }

    /// The cells as they were.
    pub(in crate::sheets::sync) fn values(&self) -> impl Iterator<Item = (Column, CellValue)> + '_ {
        let history = self.history.clone().unwrap_or_default();
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
    fn row<'a>(&self, snapshot: &'a TabSnapshot) -> Option<&'a Row> {
        let signs = [Column::Updated, Column::Delivery, Column::Mailing];
        signs
            .into_iter()
            .find_map(|sign| self.row_with(snapshot, sign))
    }

    fn row_with<'a>(&self, snapshot: &'a TabSnapshot, sign: Column) -> Option<&'a Row> {
        let (column, text) = self
            .wrote
            .iter()
            .find(|(column, text)| *column == sign && !text.is_blank())?;
        let is_it = |row: &&Row| {
            let whose = match self.tab {
                Tab::Promotions => row.keyless && promotions::is_blank(snapshot, row),
                Tab::Partners | Tab::Appeals => {
                    row.telegram == self.telegram
                        && (row.keyless || row.telegram == TelegramCell::Empty)
                }
            };
            whose && snapshot.text(row, *column) == Some(text.as_str())
        };
        let mut rows = snapshot.rows.iter().filter(is_it);
        let at_place = rows.clone().find(|row| row.row == self.place);
        at_place.or_else(|| rows.next().filter(|_| rows.next().is_none()))
    }

    /// Finds the row, and the history that stood there, as far as anybody knows it.
    pub(in crate::sheets::sync) fn find(
        &mut self,
        previous: Option<&TabSnapshot>,
        snapshot: &TabSnapshot,
    ) -> Option<u32> {
        let is_ours = |chat: ChatId| self.left(Column::Telegram) == Some(&chat.to_string());
        self.history = match self.telegram {
            TelegramCell::Id(chat) | TelegramCell::Doubled(chat) if is_ours(chat) => {
                Some(Text::default())
            }
            TelegramCell::Empty => Some(Text::default()),
            TelegramCell::Id(_) | TelegramCell::Doubled(_) | TelegramCell::Unreadable => {
                // The snapshots in between have shown ours.
                let known = self.history.take();
                known.or_else(|| history_of(previous?, self.telegram))
            }
        };
        self.history.as_ref()?;
        self.row(snapshot).map(|row| row.row)
    }
}

/// Cells that every look reads.
fn is_sign(column: Column) -> bool {
    [Column::Updated, Column::Delivery, Column::Mailing].contains(&column)
}

/// The history of the one row without `№` that a chat had in a snapshot.
fn history_of(snapshot: &TabSnapshot, telegram: TelegramCell) -> Option<Text> {
    let mut rows = snapshot
        .rows
        .iter()
        .filter(|row| row.keyless && row.telegram == telegram);
    let only = rows.next().filter(|_| rows.next().is_none());
    only.and_then(|row| row.history.as_deref()).map(Text::from)
}
