//! The store: the tables, typed, over a small key-value trait with two implementations, so that the view and every rule of the journal are
//! one code on a file, in a transaction and in memory.
//!
//! Invariant: a read that failed is never taken for "nothing there" unnoticed; it leaves a trace that the reader asks for.

pub(super) mod file;
mod kv;
mod maps;
mod memory;

use std::{ops::Bound, sync::OnceLock};

pub use self::memory::MemoryStore;
pub(super) use self::{
    file::ReadTables,
    kv::{Kv, KvMut, Pair, Scan},
};
use super::{
    error::{Result, TableError},
    records::{self, StoredRecord},
};

/// Tables that can be changed: inside the writer's transaction, or in memory.
pub(super) type WriteTables<'t> = Tables<Box<dyn KvMut + 't>>;

/// A table is declared once: what it holds, and its name in the file, for ever.
macro_rules! tables {
    ($($(#[$about:meta])* $table:ident = $name:literal,)*) => {
        /// Every table there is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum TableId {
            $($(#[$about])* $table,)*
        }

        impl TableId {
            /// In the order of the variants, which is the order of the opened tables.
            pub(super) const ALL: [Self; [$($name),*].len()] = [$(Self::$table),*];

            /// Its name in the file.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$table => $name,)*
                }
            }
        }
    };
}

tables! {
    /// Counters and marks, by name.
    Meta = "meta",
    /// Records as they came, by seq.
    Inbox = "inbox",
    /// Records to decide, by seq; the value counts deaths of the service with the record in hand.
    Pending = "pending",
    /// Records set aside with a reason, by seq.
    Quarantine = "quarantine",
    /// (bot, update) → seq.
    Dedup = "dedup",
    /// The staff list, by code.
    Partners = "partners",
    /// Chats, by id.
    Sessions = "sessions",
    /// Appeals, by id.
    Appeals = "appeals",
    /// `№` → appeal.
    Numbered = "numbered",
    /// (chat, appeal).
    AppealsOf = "appeals_of",
    /// Appeals whose answer is held.
    Held = "held",
    /// Dialogues, by (appeal, index).
    Lines = "lines",
    /// Tabs, by name.
    Tabs = "tabs",
    /// Messages, by id.
    Outbox = "outbox",
    /// (lane, order) → message.
    Waiting = "waiting",
    /// Messages being sent.
    Sending = "sending",
    /// Messages that ended, by (moment, id), until they are forgotten.
    Ended = "ended",
    /// Messages refused for good.
    Failed = "failed",
    /// Messages whose responses were lost.
    Unknown = "unknown",
    /// Durable timers, by (moment, wake).
    Timers = "timers",
    /// Dirty rows → (generation, dirty since).
    Dirty = "dirty",
    /// (dirty since, row).
    DirtyByAge = "dirty_by_age",
    /// Batches whose outcome is open, by token.
    Intents = "intents",
    /// What stands where it should not, by spreadsheet.
    Misplaced = "misplaced",
    /// Removable tokens, by (spreadsheet, moment, token).
    Tokens = "fences",
    /// Files that partners sent, by the record that brought them.
    Files = "files",
    /// Messages that belong to appeals, by (chat, message).
    Posts = "posts",
    /// Groups, by id.
    Groups = "groups",
    /// Announcements, by promotion key.
    Broadcasts = "broadcasts",
    /// What became of each partner's announcement, by (promotion key, chat).
    Announced = "announced",
    /// Rows of the promotions tab, by key.
    Promotions = "promotions",
}

impl TableId {
    /// The table of this name, if it is one of ours.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// All tables of a store.
#[derive(Debug, Clone, Default)]
pub struct Tables<K> {
    kv: K,
    failure: OnceLock<TableError>,
    changed: bool,
}

impl<K> Tables<K> {
    /// The tables of this store.
    pub(super) fn of(kv: K) -> Self {
        Self {
            kv,
            failure: OnceLock::new(),
            changed: false,
        }
    }

    /// The result, or the default with the error recorded: for a view, whose reads cannot return an error.
    pub(super) fn or_default<X: Default>(&self, result: Result<X>) -> X {
        result.unwrap_or_else(|error| {
            self.note_failure(error);
            X::default()
        })
    }

    /// The first error that [`Self::or_default`] met.
    pub(super) fn failure(&self) -> Option<&TableError> {
        self.failure.get()
    }

    /// Takes the recorded error, so that the next reader starts afresh.
    pub(super) fn take_failure(&mut self) -> Option<TableError> {
        self.failure.take()
    }

    fn note_failure(&self, error: TableError) {
        // Only the first error is kept: it causes the others.
        let _ = self.failure.set(error);
    }
}

impl<K: Kv> Tables<K> {
    /// The bytes under a key.
    pub(super) fn bytes(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.kv.get(table, key)
    }

    /// The record under a key.
    pub(super) fn read<R: StoredRecord>(&self, table: TableId, key: &[u8]) -> Result<Option<R>> {
        let record = self.bytes(table, key)?;
        record.map(|record| records::decode(&record)).transpose()
    }

    /// Whether there is anything under a key.
    pub(super) fn has(&self, table: TableId, key: &[u8]) -> Result<bool> {
        Ok(self.bytes(table, key)?.is_some())
    }

    /// A range of a table in the order of its keys; lazy.
    pub(super) fn scan(&self, table: TableId, from: &[u8], to: Bound<&[u8]>) -> Result<Scan<'_>> {
        self.kv.range(table, from, to)
    }

    /// A whole table; lazy.
    pub(super) fn all(&self, table: TableId) -> Result<Scan<'_>> {
        self.scan(table, &[], Bound::Unbounded)
    }

    /// Keys with their values of a range, at most `most`.
    pub(super) fn pairs(
        &self,
        table: TableId,
        from: &[u8],
        to: Bound<&[u8]>,
        most: usize,
    ) -> Result<Vec<Pair>> {
        self.scan(table, from, to)?.take(most).collect()
    }

    /// How many there are; costs nothing.
    pub(super) fn count(&self, table: TableId) -> Result<u64> {
        self.kv.count(table)
    }
}

impl<K: KvMut> Tables<K> {
    /// Stores bytes.
    pub(super) fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        self.kv.insert(table, key, value)?;
        self.changed = true;
        Ok(())
    }

    /// Stores a record.
    pub(super) fn write<R: StoredRecord>(
        &mut self,
        table: TableId,
        key: &[u8],
        record: &R,
    ) -> Result<()> {
        self.put(table, key, &records::encode(record)?)
    }

    /// Removes what is there; tells whether anything was.
    pub(super) fn remove(&mut self, table: TableId, key: &[u8]) -> Result<bool> {
        let there = self.kv.remove(table, key)?;
        self.changed |= there;
        Ok(there)
    }

    /// Removes everything from one key to another, both included.
    pub(super) fn remove_range(
        &mut self,
        table: TableId,
        (from, to): (&[u8], &[u8]),
    ) -> Result<()> {
        for (key, _) in self.pairs(table, from, Bound::Included(to), usize::MAX)? {
            self.remove(table, &key)?;
        }
        Ok(())
    }

    /// Whether anything was changed, so that an empty transaction need not be committed.
    pub(super) fn changed(&self) -> bool {
        self.changed
    }
}
