//! The key-value store beneath the tables: for each of them an ordered map of bytes.
//!
//! Invariant: a call either does what it says or returns an error; what was inserted is read by the same store at once.

use std::ops::Bound;

use super::{super::error::Result, TableId};

/// A key with its value, taken out of the table.
pub(in crate::journal) type Pair = (Vec<u8>, Vec<u8>);

/// A range of a table, pair by pair, from both ends; it ends with the first failure.
pub(in crate::journal) type Scan<'k> = Box<dyn DoubleEndedIterator<Item = Result<Pair>> + 'k>;

/// A store that can be read.
pub trait Kv {
    /// The bytes under a key.
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>>;
    /// A range in the order of its keys; lazy.
    fn range(&self, table: TableId, from: &[u8], to: Bound<&[u8]>) -> Result<Scan<'_>>;
    /// How many keys there are; costs nothing.
    fn count(&self, table: TableId) -> Result<u64>;
}

/// A store that can be changed.
pub trait KvMut: Kv {
    /// Puts a value under a key, in place of any other.
    fn insert(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()>;
    /// Removes what is under a key; tells whether anything was.
    fn remove(&mut self, table: TableId, key: &[u8]) -> Result<bool>;
}

impl<K: Kv + ?Sized> Kv for Box<K> {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        (**self).get(table, key)
    }

    fn range(&self, table: TableId, from: &[u8], to: Bound<&[u8]>) -> Result<Scan<'_>> {
        (**self).range(table, from, to)
    }

    fn count(&self, table: TableId) -> Result<u64> {
        (**self).count(table)
    }
}

impl<K: KvMut + ?Sized> KvMut for Box<K> {
    fn insert(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        (**self).insert(table, key, value)
    }

    fn remove(&mut self, table: TableId, key: &[u8]) -> Result<bool> {
        (**self).remove(table, key)
    }
}
