//! The store in memory: a map for each table.
//!
//! Invariant: it never fails.

use std::{collections::BTreeMap, ops::Bound};

use super::{
    super::error::Result,
    TableId,
    kv::{Kv, KvMut, Scan},
};

/// The tables' maps, in the order of [`TableId::ALL`].
#[derive(Debug, Clone)]
pub struct Maps(Vec<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Default for Maps {
    fn default() -> Self {
        Self(TableId::ALL.map(|_| BTreeMap::new()).into())
    }
}

impl Kv for Maps {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.0[table as usize].get(key).cloned())
    }

    fn range(&self, table: TableId, from: &[u8], to: Bound<&[u8]>) -> Result<Scan<'_>> {
        let is_empty = match to {
            Bound::Included(to) => from > to,
            Bound::Excluded(to) => from >= to,
            Bound::Unbounded => false,
        };
        if is_empty {
            return Ok(Box::new(std::iter::empty()));
        }
        let range = self.0[table as usize].range::<[u8], _>((Bound::Included(from), to));
        Ok(Box::new(
            range.map(|(key, value)| Ok((key.clone(), value.clone()))),
        ))
    }

    fn count(&self, table: TableId) -> Result<u64> {
        Ok(self.0[table as usize].len() as u64)
    }
}

impl KvMut for &mut Maps {
    fn insert(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        self.0[table as usize].insert(key.to_vec(), value.to_vec());
        Ok(())
    }

    fn remove(&mut self, table: TableId, key: &[u8]) -> Result<bool> {
        Ok(self.0[table as usize].remove(key).is_some())
    }
}

impl Kv for &mut Maps {
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
