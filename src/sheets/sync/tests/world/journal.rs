//! The calls to the journal: the real rules on a journal in memory.
//!
//! Invariant: what a call stores is stored whole before anything else happens.

use super::{World, spreadsheet};
use crate::{
    domain::{
        event::{Event, RowMark, RowResult, WriteReport, WrittenRow},
        ids::{RowKey, Seq},
        project::project,
        view::View,
    },
    journal::Touched,
    sheets::sync::{Intended, Wanted},
};

impl World {
    pub(super) fn apply(&mut self, events: &[Event], overwritten: &[RowMark]) {
        let moved = self.moved(overwritten);
        events.iter().for_each(|event| self.decide(event));
        if !moved.is_empty() {
            self.report(moved, &RowResult::Moved);
        }
    }

    fn moved(&self, marks: &[RowMark]) -> Vec<(RowKey, Seq)> {
        let key = |mark: &RowMark| match mark {
            RowMark::Partner(code) => Some(RowKey::Partner(code.clone())),
            RowMark::Appeal(number) => self.journal.store.numbered(*number).map(RowKey::Appeal),
            RowMark::Promotion(key) => Some(RowKey::Promotion(key.clone())),
        };
        let keys = marks.iter().filter_map(key);
        keys.map(|key| (key, Seq(0))).collect()
    }

    pub(super) fn project(&mut self) -> Vec<Wanted> {
        let (mut wanted, mut idle) = (Vec::new(), Vec::new());
        for (key, dirtied) in self.journal.store.dirty() {
            match project(&self.rules, &self.journal.store, &key) {
                Some(row) => wanted.push(Wanted { row, dirtied }),
                None => idle.push((key, dirtied)),
            }
        }
        if !idle.is_empty() {
            self.report(idle, &RowResult::Idle);
        }
        wanted
    }

    fn report(&mut self, rows: Vec<(RowKey, Seq)>, result: &RowResult) {
        let row = |(key, dirtied)| WrittenRow {
            key,
            dirtied,
            result: result.clone(),
        };
        self.decide(&Event::Wrote(WriteReport {
            spreadsheet: spreadsheet(),
            token: None,
            rows: rows.into_iter().map(row).collect(),
            misplaced: None,
        }));
    }

    pub(super) fn intend(&mut self, touched: &[Touched]) -> Intended {
        let intent = self.journal.intend(&spreadsheet(), touched, self.now);
        Intended {
            intent,
            old_tokens: Vec::new(),
        }
    }
}
