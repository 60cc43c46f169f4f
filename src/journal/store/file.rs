//! The store in a file: redb's tables, in a transaction of the writer's or as they were committed.
//!
//! Invariant: where redb panics over a damaged file, that is a failure of the disk, and never taken for a fault of the rules.

use std::{
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
};

use redb::{
    AccessGuard, Range, ReadOnlyTable, ReadTransaction, ReadableTable, StorageError, Table,
    TableDefinition, WriteTransaction,
};

use super::{
    super::error::{Result, TableError},
    TableId, Tables, WriteTables,
    kv::{Kv, KvMut, Pair, Scan},
};

/// Keys and values alike are plain bytes; `keys` and `records` say what they hold.
pub(in crate::journal) type Bytes = &'static [u8];
/// Tables as they were committed.
pub(in crate::journal) type ReadTables = Tables<Opened<ReadOnlyTable<Bytes, Bytes>>>;

/// Calls redb, which panics over pages that make no sense; what it says then helps nobody, and the hook has told where it was.
pub(in crate::journal) fn guarded<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    let stumbled = || TableError::Damaged("the store stumbled over a page".to_owned());
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(stumbled()))
}

/// redb's tables, in the order of [`TableId::ALL`].
pub(in crate::journal) struct Opened<T>(Vec<T>);

/// Opens every table for writing; creates missing ones.
pub(in crate::journal) fn open_for_writing(tx: &WriteTransaction) -> Result<WriteTables<'_>> {
    let open = TableId::ALL.map(|table| tx.open_table(definition(table)));
    let open = Opened(open.into_iter().collect::<Result<_, _>>()?);
    Ok(Tables::of(Box::new(open)))
}

/// Opens every table for reading, as of now.
pub(in crate::journal) fn open_for_reading(tx: &ReadTransaction) -> Result<ReadTables> {
    let open = TableId::ALL.map(|table| tx.open_table(definition(table)));
    Ok(Tables::of(Opened(
        open.into_iter().collect::<Result<_, _>>()?,
    )))
}

/// How a table is opened.
pub(in crate::journal) fn definition(table: TableId) -> TableDefinition<'static, Bytes, Bytes> {
    TableDefinition::new(table.name())
}

impl ReadTables {
    /// No tables at all: every read fails.
    pub(in crate::journal) fn closed(error: TableError) -> Self {
        let tables = Self::of(Opened(Vec::new()));
        tables.note_failure(error);
        tables
    }
}

impl<T> Opened<T> {
    fn at(&self, table: TableId) -> Result<&T> {
        self.0.get(table as usize).ok_or_else(closed)
    }

    fn at_mut(&mut self, table: TableId) -> Result<&mut T> {
        self.0.get_mut(table as usize).ok_or_else(closed)
    }
}

fn closed() -> TableError {
    TableError::Disk("the journal is closed".to_owned())
}

impl<T: ReadableTable<Bytes, Bytes>> Kv for Opened<T> {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let table = self.at(table)?;
        guarded(|| Ok(table.get(key)?.map(|value| value.value().to_vec())))
    }

    fn range(&self, table: TableId, from: &[u8], to: Bound<&[u8]>) -> Result<Scan<'_>> {
        let table = self.at(table)?;
        let range = guarded(|| Ok(table.range::<&[u8]>((Bound::Included(from), to))?))?;
        Ok(Box::new(GuardedRange(Some(range))))
    }

    fn count(&self, table: TableId) -> Result<u64> {
        let table = self.at(table)?;
        guarded(|| Ok(table.len()?))
    }
}

impl KvMut for Opened<Table<'_, Bytes, Bytes>> {
    fn insert(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        let table = self.at_mut(table)?;
        guarded(|| Ok(table.insert(key, value).map(drop)?))
    }

    fn remove(&mut self, table: TableId, key: &[u8]) -> Result<bool> {
        let table = self.at_mut(table)?;
        guarded(|| Ok(table.remove(key)?.is_some()))
    }
}

/// All of one of redb's tables.
pub(in crate::journal) fn scan(table: &impl ReadableTable<Bytes, Bytes>) -> Result<Scan<'_>> {
    let range = guarded(|| Ok(table.iter()?))?;
    Ok(Box::new(GuardedRange(Some(range))))
}

/// redb's range, in which a page may turn out to be damaged at every step.
struct GuardedRange<'t>(Option<Range<'t, Bytes, Bytes>>);

type Guards<'t> = (AccessGuard<'t, Bytes>, AccessGuard<'t, Bytes>);

impl<'t> GuardedRange<'t> {
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

impl Iterator for GuardedRange<'_> {
    type Item = Result<Pair>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(Iterator::next)
    }
}

impl DoubleEndedIterator for GuardedRange<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(DoubleEndedIterator::next_back)
    }
}
