//! What texts look like that go to people as they look: answers, and descriptions of promotions.
//!
//! Invariant: looks are those of the text that the snapshot shows, or the snapshot is not taken.

use std::collections::BTreeSet;

use super::{Row, TabSnapshot};
use crate::{
    domain::{event::RowMark, row::Column, tab::Tab},
    sheets::wire::{Span, StyledCell},
};

/// So many new texts of one read are looked at for their looks; further ones go out plain.
const MOST_STYLED: usize = 100;

impl TabSnapshot {
    /// The cells with texts for people that the read before did not show, or not with the same action: what they look like is still to be
    /// read.
    #[must_use]
    pub fn new_texts(&self, previous: Option<&Self>) -> Vec<Span> {
        let Some(styled) = styled_column(self.tab) else {
            return Vec::new();
        };
        let (Some(column), true) = (
            self.layout.position(styled),
            previous.is_some() || self.tab == Tab::Promotions,
        ) else {
            return Vec::new();
        };
        let said = |row: &&Row| !self.text(row, styled).unwrap_or_default().trim().is_empty();
        let said: Vec<&Row> = self.rows.iter().filter(said).collect();
        if said.is_empty() {
            // Most answer cells are empty: what the last read showed need not be looked through.
            return Vec::new();
        }
        let shown: BTreeSet<_> = previous.into_iter().flat_map(Self::texts).collect();
        said.into_iter()
            .filter(|row| !shown.contains(&self.telling(row)))
            .take(MOST_STYLED)
            .map(|row| Span {
                sheet: self.sheet,
                rows: (row.row, row.row + 1),
                columns: (column, column + 1),
            })
            .collect()
    }

    fn texts(&self) -> impl Iterator<Item = (Option<&RowMark>, [&str; 2])> {
        // Of a row whose history is wanted nobody has been told yet.
        let rows = self.rows.iter().filter(|row| !row.unread);
        let rows = rows.map(|row| self.telling(row));
        rows.filter(|(_, [text, _])| !text.is_empty())
    }

    /// What a row tells people, and what is asked for with it.
    fn telling<'a>(&self, row: &'a Row) -> (Option<&'a RowMark>, [&'a str; 2]) {
        let columns = [styled_column(self.tab), Some(Column::Action)];
        let text = |column: Option<Column>| column.and_then(|column| self.text(row, column));
        (
            row.key.as_ref(),
            columns.map(|column| text(column).unwrap_or_default()),
        )
    }

    /// Takes in what these cells look like; whether they still hold what was read.
    #[must_use]
    pub fn take_styles(&mut self, cells: Vec<StyledCell>) -> bool {
        let Some(styled) = styled_column(self.tab) else {
            return cells.is_empty();
        };
        for cell in cells {
            let row = self.rows.binary_search_by_key(&cell.at.0, |row| row.row);
            let text = row.ok().and_then(|at| self.text(&self.rows[at], styled));
            if text != Some(&cell.text) {
                return false;
            }
            self.styles.insert(cell.at.0, cell.styles);
        }
        true
    }
}

/// The column whose texts go to people as they look.
fn styled_column(tab: Tab) -> Option<Column> {
    match tab {
        Tab::Appeals => Some(Column::Answer),
        Tab::Promotions => Some(Column::Description),
        Tab::Partners => None,
    }
}
