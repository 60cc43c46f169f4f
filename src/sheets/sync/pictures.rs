//! Pictures that formulas draw in answer cells: such a cell shows nothing, and yet somebody means it for an answer.
//!
//! Invariant: formulas are asked for once a minute at most, and only while somebody waits whose answer cell shows nothing; between two
//! such calls what the last one has shown holds, by `№`.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{event::RowMark, row::Column, tab::Tab},
    sheets::{
        table::{layout::words::TabWords, snapshot::TabSnapshot},
        tabs::keys,
        wire::{Columns, UnformattedValue},
    },
};

/// How long nobody asks again: less than the minute between two scheduled looks.
const GAP: SignedDuration = SignedDuration::from_secs(50);

/// What is known of such pictures.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    asked: Option<Timestamp>,
    /// Rows that held one when anybody asked.
    rows: BTreeSet<RowMark>,
}

impl Pictures {
    /// What is asked for now, as it was typed, if it is time and there is anything to ask: the keys first and last, since rows may move
    /// meanwhile.
    pub(super) fn ask(
        &mut self,
        words: &TabWords,
        snapshot: &TabSnapshot,
        now: Timestamp,
    ) -> Option<Vec<String>> {
        let rests = (self.asked).is_some_and(|asked| now.duration_since(asked) < GAP);
        if rests || !self.are_possible(words, snapshot) {
            return None;
        }
        let key = snapshot.column(keys::column(Tab::Appeals))?;
        let answer = snapshot.column(Column::Answer)?;
        self.asked = Some(now);
        Some(vec![key.clone(), answer, key])
    }

    /// Whether a cell that shows nothing is where an answer is waited for, or held a picture.
    fn are_possible(&self, words: &TabWords, snapshot: &TabSnapshot) -> bool {
        let waits = |row| match snapshot.text(row, Column::Waiting) {
            Some(since) => !since.trim().is_empty(),
            None => {
                let status = snapshot.text(row, Column::Status).unwrap_or_default();
                words.status(status).is_none_or(|it| !it.is_closed())
            }
        };
        let mut rows = snapshot.rows.iter();
        rows.any(|row| {
            let known = row.key.as_ref().map(|key| self.rows.contains(key));
            snapshot.shows_no_answer(row) && known.is_some_and(|known| known || waits(row))
        })
    }

    /// Takes in the answer to [`Pictures::ask`].
    pub(super) fn take(&mut self, answer: Vec<Columns<UnformattedValue>>) {
        let mut columns = answer.into_iter().map(|it| it.into_iter().next());
        let mut column = || columns.next().flatten().unwrap_or_default();
        let (keys, cells, last) = (column(), column(), column());
        if keys != last {
            return;
        }
        let rows = keys.iter().zip(&cells).filter(|(_, cell)| draws(cell));
        let rows = rows.filter_map(|(key, _)| keys::read(Tab::Appeals, &key.text()));
        self.rows = rows.collect();
    }

    /// Marks the rows whose answer cells hold nothing but a picture.
    pub(super) fn mark(&self, snapshot: &mut TabSnapshot) {
        for at in 0..snapshot.rows.len() {
            let row = &snapshot.rows[at];
            let holds = row.key.as_ref().is_some_and(|key| self.rows.contains(key));
            snapshot.rows[at].unshown = holds && snapshot.shows_no_answer(row);
        }
    }
}

/// Whether what was typed is a formula that draws a picture; any other that shows nothing is an empty cell.
fn draws(typed: &UnformattedValue) -> bool {
    match typed {
        UnformattedValue::Text(text) => {
            text.starts_with('=') && text.to_uppercase().contains("IMAGE(")
        }
        UnformattedValue::Number(_) => false,
    }
}
