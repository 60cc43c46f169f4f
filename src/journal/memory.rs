//! The journal without a file, a queue or a thread: the same inbox, executor, outbox, claims and intents, one call at a time. For tests that
//! play whole days, and for whatever simulates.
//!
//! Invariant: what a call stores is stored whole before it returns; a record that cannot be decided is set aside, as in a file. A decision
//! that cannot be applied, which a file's transaction is repeated without, is a panic here.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Intent, MemoryStore, Touched, Undecodable, apply::Hints, executor::Executor, inbox,
    store::TableId, tokens,
};
use crate::domain::{
    decide::decide,
    event::{Event, Misplaced},
    ids::{BatchToken, Seq, SpreadsheetId},
    rules::Rules,
    tab::Tab,
};

/// The journal in memory.
pub struct MemoryJournal {
    /// What it holds.
    pub store: MemoryStore,
    executor: Executor,
}

impl MemoryJournal {
    /// An empty one, decided by these rules.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        let no_raw = |_: &[u8]| {
            Err(Undecodable::Damaged(
                "events alone are stored here".to_owned(),
            ))
        };
        Self {
            store: MemoryStore::default(),
            executor: Executor::new(rules, Arc::new(no_raw), |rules, view, seq, event, now| {
                decide(rules, view, seq, event, now)
            }),
        }
    }

    /// Stores an event and decides it; tells which tabs are to be read for it.
    ///
    /// # Panics
    /// Where the decision cannot be applied.
    pub fn apply(&mut self, event: &Event, now: Timestamp) -> Vec<Tab> {
        let (store, executor) = (&mut self.store, &self.executor);
        let seq = store.change(|tables| inbox::store_event(tables, event.clone(), now));
        decide_one(store, executor, seq, now).looks
    }

    /// Fires the timers that are due, and decides what follows; tells which tabs are to be read for it.
    ///
    /// # Panics
    /// Where a decision cannot be applied.
    pub fn fire_timers(&mut self, now: Timestamp) -> Vec<Tab> {
        let (store, executor) = (&mut self.store, &self.executor);
        store.change(|tables| inbox::fire_timers(tables, now));
        let pending = store.change(|tables| inbox::pending(tables, Seq(u64::MAX), usize::MAX));
        let mut looks = Vec::new();
        for (seq, _) in pending {
            looks.extend(decide_one(store, executor, seq, now).looks);
        }
        looks
    }

    /// Records what is about to be written, under a token of its own.
    pub fn intend(
        &mut self,
        spreadsheet: &SpreadsheetId,
        touched: &[Touched],
        now: Timestamp,
    ) -> Intent {
        self.store
            .change(|tables| tokens::intend(tables, spreadsheet, touched, now))
    }

    /// Batches whose outcome is open.
    #[must_use]
    pub fn intents(&self) -> Vec<Intent> {
        let intents = self.store.every(TableId::Intents);
        self.store.or_default(intents)
    }

    /// What stands where it should not.
    #[must_use]
    pub fn misplaced(&self, spreadsheet: &SpreadsheetId) -> Vec<Misplaced> {
        let misplaced = tokens::misplaced(&self.store, spreadsheet);
        self.store.or_default(misplaced)
    }

    /// The token that was given last, if any was.
    #[must_use]
    pub fn last_token(&self) -> Option<BatchToken> {
        self.store.or_default(tokens::last(&self.store))
    }

    /// How many records were set aside.
    #[must_use]
    pub fn quarantined(&self) -> u64 {
        self.store.or_default(self.store.count(TableId::Quarantine))
    }
}

fn decide_one(store: &mut MemoryStore, executor: &Executor, seq: Seq, now: Timestamp) -> Hints {
    let decided = store.change(|tables| Ok(executor.decide_all(tables, &[seq], now)));
    decided.expect("a decision that can be applied")
}
