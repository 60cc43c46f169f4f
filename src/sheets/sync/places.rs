//! Where the rows of appeals stood when their tab was last read or added to, for links that lead there.
//!
//! Invariant: a number that several rows bear leads to none of them; nothing is written by a place.

use std::collections::BTreeMap;

use crate::{
    domain::{event::RowMark, ids::Number, row::Column},
    sheets::{
        a1::letters,
        table::snapshot::{KeyMatch, TabSnapshot},
        wire::SheetId,
    },
};

/// The answer cells of all appeals that stand in their tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealPlaces {
    sheet: SheetId,
    /// The answer's, by letters.
    column: String,
    /// By number; rows are counted from 1, as people do.
    rows: BTreeMap<Number, u32>,
}

impl AppealPlaces {
    /// As a read has found them.
    pub(super) fn of(snapshot: &TabSnapshot) -> Self {
        let index = snapshot.index();
        let rows = snapshot.rows.iter().filter_map(|row| {
            let key @ RowMark::Appeal(number) = row.key.as_ref()? else {
                return None;
            };
            matches!(index.find(key), KeyMatch::Once(_)).then_some((*number, row.row + 1))
        });
        let answer = snapshot.layout.position(Column::Answer);
        Self {
            sheet: snapshot.sheet,
            column: letters(answer.unwrap_or_default()),
            rows: rows.collect(),
        }
    }

    /// A row was written below all others.
    pub(super) fn appended(&mut self, number: Number, row: u32) {
        self.rows.insert(number, row + 1);
    }

    /// What follows `#` in the address of the spreadsheet: the answer cell of this appeal, or the tab where no row of its own is known.
    #[must_use]
    pub fn fragment(&self, number: Number) -> String {
        let tab = format!("gid={}", self.sheet.0);
        match self.rows.get(&number) {
            Some(row) => format!("{tab}&range={}{row}", self.column),
            None => tab,
        }
    }
}
