//! The tables in memory, for the tables of the rules, for replay, and for whatever else needs a state without a file.
//!
//! Invariant: what it does the journal does too, by the same code.

use jiff::Timestamp;

use super::{
    super::{apply, dirty, error::Result, inbox, keys, outbox, records::QueuedMessage},
    TableId, Tables, WriteTables,
    maps::Maps,
};
use crate::domain::{
    appeal::Appeal,
    effect::{Decision, Entity, OutboxEntry, OutboxState, Wake},
    ids::{OutboxId, RowKey, Seq},
};

/// Everything that a journal holds, in maps.
pub type MemoryStore = Tables<Maps>;

/// A map takes everything, and what was written can be read.
const NEVER_FAILS: &str = "a map never fails";

impl MemoryStore {
    /// Stores what an event at `seq` led to.
    pub fn apply(&mut self, seq: Seq, decision: Decision, now: Timestamp) {
        self.change(|tables| apply::apply(tables, seq, decision, now).map(drop));
    }

    /// Stores one entity.
    pub fn put_entity(&mut self, entity: &Entity) {
        self.change(|tables| apply::put(tables, entity));
    }

    /// Stores a message as it is.
    pub fn put_message(&mut self, entry: OutboxEntry) {
        self.change(|tables| {
            let id = keys::of(&entry.send.id)?;
            let order = (Seq(0), 0);
            outbox::write_queued(tables, &id, &QueuedMessage { entry, order })
        });
    }

    /// Claims a waiting message, as the delivery loop does before it calls Telegram.
    pub fn claim(&mut self, id: &OutboxId) -> Option<OutboxEntry> {
        self.change(|tables| outbox::claim(tables, id))
    }

    /// Every appeal, oldest first.
    #[must_use]
    pub fn appeals(&self) -> Vec<Appeal> {
        self.every(TableId::Appeals).expect(NEVER_FAILS)
    }

    /// Messages that may be sent at `now`, in the order in which they are sent.
    #[must_use]
    pub fn waiting(&self, now: Timestamp) -> Vec<OutboxEntry> {
        let due =
            |entry: &OutboxEntry| matches!(entry.state, OutboxState::Waiting(at) if at <= now);
        let waiting = outbox::waiting(self).map(|entry| entry.expect(NEVER_FAILS));
        waiting.flatten().filter(due).collect()
    }

    /// Dirty rows with the generation that dirtied them, oldest first.
    #[must_use]
    pub fn dirty(&self) -> Vec<(RowKey, Seq)> {
        dirty::oldest(self, usize::MAX).expect(NEVER_FAILS)
    }

    /// What is to be woken, and when, in that order.
    #[must_use]
    pub fn timers(&self) -> Vec<(Timestamp, Wake)> {
        let timers = inbox::timers(self).expect(NEVER_FAILS).into_iter();
        timers.map(|timer| (timer.at, timer.wake)).collect()
    }

    /// Takes a timer away, as whoever is woken by it does.
    pub fn remove_timer(&mut self, (at, wake): &(Timestamp, Wake)) {
        self.change(|tables| tables.remove(TableId::Timers, &keys::at(*at, &keys::of(wake)?)));
    }

    /// Changes the tables.
    pub(in crate::journal) fn change<T>(
        &mut self,
        work: impl FnOnce(&mut WriteTables<'_>) -> Result<T>,
    ) -> T {
        let mut tables = Tables::of(Box::new(&mut self.kv) as Box<_>);
        work(&mut tables).expect(NEVER_FAILS)
    }
}
