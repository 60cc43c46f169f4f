//! What we wrote by mistake into a row without a key: an empty one that somebody inserted, or one that no look has shown yet.
//!
//! Invariant: such a row is known by nothing but what we left there, and is emptied of exactly that.

use crate::{
    domain::{
        event::TelegramCell,
        row::{CellValue, Column},
        tab::Tab,
        text::Text,
    },
    sheets::look::{Look, Row},
};

/// One row to empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spill {
    pub(super) tab: Tab,
    /// What we left in the cells that only we write; of the history only that it was written.
    wrote: Vec<(Column, Text)>,
    /// Where the look of this cycle shows it, and the history that stood there, where a look has shown it.
    pub(super) found: Option<(u32, Text)>,
}

impl Spill {
    /// What a write has left, if it can be recognized.
    pub(super) fn of(tab: Tab, wrote: &[(Column, Text)]) -> Option<Self> {
        let known = |(column, text): &(Column, Text)| is_sign(*column) && !text.is_blank();
        wrote.iter().any(known).then(|| Self {
            tab,
            wrote: wrote.to_vec(),
            found: None,
        })
    }

    /// Whether a look shows such a row.
    pub(super) fn stands(&self, look: &Look) -> bool {
        self.rows(look).next().is_some()
    }

    /// The cells as they were.
    pub(super) fn values(&self) -> impl Iterator<Item = (Column, CellValue)> + '_ {
        let (_, history) = self.found.clone().unwrap_or_default();
        self.wrote.iter().map(move |(column, _)| match column {
            Column::History => (*column, CellValue::Text(history.clone())),
            _ => (*column, CellValue::Text(Text::default())),
        })
    }

    fn rows<'a>(&'a self, look: &'a Look) -> impl Iterator<Item = &'a Row> {
        let shows = |row: &Row| {
            let signs = self.wrote.iter().filter(|(column, _)| is_sign(*column));
            signs.clone().all(|(column, text)| look.text(row, *column) == Some(text.as_str()))
        };
        look.rows.iter().filter(move |row| row.key.is_none() && row.keyless && shows(row))
    }

    /// Finds the row, and hides the history that is not its own.
    fn overlay(&mut self, previous: Option<&Look>, look: &mut Look) {
        let place = self.rows(look).map(|row| (row.row, row.telegram)).next();
        self.found = place.map(|(row, telegram)| {
            (
                row,
                previous.and_then(|previous| history_of(previous, telegram)).unwrap_or_default(),
            )
        });
        if let Some((place, _)) = self.found {
            for row in look.rows.iter_mut().filter(|row| row.row == place) {
                row.history = None;
            }
        }
    }
}

/// Finds the rows in a fresh look, and forgets what people have changed since.
pub(super) fn overlay(spills: &mut Vec<Spill>, previous: Option<&Look>, look: &mut Look) {
    let tab = look.tab;
    for spill in spills.iter_mut().filter(|spill| spill.tab == tab) {
        spill.overlay(previous, look);
    }
    spills.retain(|spill| spill.tab != tab || spill.found.is_some());
}

/// Cells that every look reads.
pub(super) fn is_sign(column: Column) -> bool {
    [Column::Updated, Column::Delivery].contains(&column)
}

/// The history of the one row without `№` that a chat had in a look.
fn history_of(look: &Look, telegram: TelegramCell) -> Option<Text> {
    let mut rows = look
        .rows
        .iter()
        .filter(|row| row.keyless && row.telegram == telegram && row.history.is_some());
    match (telegram, rows.next(), rows.next()) {
        (TelegramCell::Id(_) | TelegramCell::Doubled(_), Some(row), None) => row.history.as_deref().map(Text::from),
        _ => None,
    }
}
