//! The tables: one uniform shape for reading and for a transaction, so that the view on both is the same code.
//!
//! Invariant: a read that failed is never taken for "nothing there" unnoticed; it leaves a trace that the reader asks for. Where the store
//! panics over a damaged file, that is a failure of the disk, and never taken for a fault of the rules.

use std::{
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use redb::{
    AccessGuard, Range, ReadOnlyTable, ReadTransaction, ReadableTable, StorageError, Table,
    TableDefinition, WriteTransaction,
};

use super::{
    error::{Result, TableError},
    records::{self, StoredRecord},
};

/// Keys and values alike are plain bytes; `keys` and `records` say what they hold.
pub(super) type Bytes = &'static [u8];
/// A key with its value, taken out of the table.
pub(super) type Pair = (Vec<u8>, Vec<u8>);
/// Tables inside the writer's transaction.
pub(super) type WriteTables<'t> = Tables<Table<'t, Bytes, Bytes>>;
/// Tables as they were committed.
pub(super) type ReadTables = Tables<ReadOnlyTable<Bytes, Bytes>>;

/// Calls the store, which panics over pages that make no sense; what it says then helps nobody, and the hook has told where it was.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    let stumbled = || TableError::Damaged("the store stumbled over a page".to_owned());
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(stumbled()))
}

/// A table is declared once: what it holds, and its name in the file, for ever.
macro_rules! tables {
    ($($(#[$about:meta])* $table:ident = $name:literal,)*) => {
        /// Every table there is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum TableId {
            $($(#[$about])* $table,)*
        }

        impl TableId {
            /// In the order of the variants, which is the order of the opened tables.
            const ALL: [Self; [$($name),*].len()] = [$(Self::$table),*];

            fn name(self) -> &'static str {
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

    /// How it is opened.
    pub(super) fn definition(self) -> TableDefinition<'static, Bytes, Bytes> {
        TableDefinition::new(self.name())
    }
}

/// All tables, open.
pub(super) struct Tables<T> {
    open: Vec<T>,
    failure: OnceLock<TableError>,
    changed: bool,
}

/// Opens every table for writing; creates missing ones.
pub(super) fn open_for_writing(tx: &WriteTransaction) -> Result<WriteTables<'_>> {
    let open = TableId::ALL.map(|table| tx.open_table(table.definition()));
    Ok(Tables::of(open.into_iter().collect::<Result<_, _>>()?))
}

/// Opens every table for reading, as of now.
pub(super) fn open_for_reading(tx: &ReadTransaction) -> Result<ReadTables> {
    let open = TableId::ALL.map(|table| tx.open_table(table.definition()));
    Ok(Tables::of(open.into_iter().collect::<Result<_, _>>()?))
}

impl<T> Tables<T> {
    fn of(open: Vec<T>) -> Self {
        Self {
            open,
            failure: OnceLock::new(),
            changed: false,
        }
    }

    /// No tables at all: every read fails.
    pub(super) fn closed(error: TableError) -> Self {
        let tables = Self::of(Vec::new());
        tables.note_failure(error);
        tables
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

    fn at(&self, table: TableId) -> Result<&T> {
        self.open
            .get(table as usize)
            .ok_or_else(|| TableError::Disk("the journal is closed".to_owned()))
    }
}

/// A range of a table, pair by pair; it ends with the first failure.
pub(super) struct Scan<'t>(Option<Range<'t, Bytes, Bytes>>);

type Guards<'t> = (AccessGuard<'t, Bytes>, AccessGuard<'t, Bytes>);

impl<'t> Scan<'t> {
    /// All of a table.
    pub(super) fn all(table: &'t impl ReadableTable<Bytes, Bytes>) -> Result<Self> {
        guarded(|| Ok(Self(Some(table.iter()?))))
    }

    fn step(
        &mut self,
        next: impl FnOnce(&mut Range<'t, Bytes, Bytes>) -> Option<Result<Guards<'t>, StorageError>>,
    ) -> Option<Result<Pair>> {
        let range = self.0.as_mut()?;
        let pair = guarded(|| {
            let Some(pair) = next(range).transpose()? else {
                return Ok(None);
            };
            Ok(Some((pair.0.value().to_vec(), pair.1.value().to_vec())))
        });
        if pair.is_err() {
            self.0 = None;
        }
        pair.transpose()
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<Pair>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(Iterator::next)
    }
}

impl DoubleEndedIterator for Scan<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(DoubleEndedIterator::next_back)
    }
}

impl<T: ReadableTable<Bytes, Bytes>> Tables<T> {
    /// The bytes under a key.
    pub(super) fn bytes(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let table = self.at(table)?;
        guarded(|| Ok(table.get(key)?.map(|value| value.value().to_vec())))
    }

    /// The record under a key.
    pub(super) fn read<R: StoredRecord>(&self, table: TableId, key: &[u8]) -> Result<Option<R>> {
        let table = self.at(table)?;
        guarded(|| {
            let record = table.get(key)?;
            record.map(|it| records::decode(it.value())).transpose()
        })
    }

    /// Whether there is anything under a key.
    pub(super) fn has(&self, table: TableId, key: &[u8]) -> Result<bool> {
        let table = self.at(table)?;
        guarded(|| Ok(table.get(key)?.is_some()))
    }

    /// A range of a table in the order of its keys; lazy.
    pub(super) fn scan(&self, table: TableId, from: &[u8], to: Bound<&[u8]>) -> Result<Scan<'_>> {
        let table = self.at(table)?;
        let range = (Bound::Included(from), to);
        guarded(|| Ok(Scan(Some(table.range::<&[u8]>(range)?))))
    }

    /// A whole table; lazy.
    pub(super) fn all(&self, table: TableId) -> Result<Scan<'_>> {
        self.scan(table, &[], Bound::Unbounded)
    }

    /// What is picked from the keys of a table; the values are not touched.
    pub(super) fn keys<R>(
        &self,
        table: TableId,
        mut pick: impl FnMut(&[u8]) -> Option<R>,
    ) -> Result<Vec<R>> {
        let table = self.at(table)?;
        guarded(|| {
            let mut picked = Vec::new();
            for pair in table.iter()? {
                picked.extend(pick(pair?.0.value()));
            }
            Ok(picked)
        })
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
        let table = self.at(table)?;
        guarded(|| Ok(table.len()?))
    }
}

impl<'t> WriteTables<'t> {
    /// Stores bytes.
    pub(super) fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        let table = self.at_mut(table)?;
        guarded(|| Ok(table.insert(key, value).map(drop)?))?;
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
        let table = self.at_mut(table)?;
        let there = guarded(|| Ok(table.remove(key)?.is_some()))?;
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

    fn at_mut(&mut self, table: TableId) -> Result<&mut Table<'t, Bytes, Bytes>> {
        self.open
            .get_mut(table as usize)
            .ok_or_else(|| TableError::Disk("the journal is closed".to_owned()))
    }
}
