//! The rows that are still to be written, by key and by age.
//!
//! Invariant: a mark that was made after a write outlasts the end of that write.

use std::ops::Bound;

use super::{
    error::Result,
    keys,
    store::{Kv, TableId, Tables, WriteTables},
};
use crate::domain::ids::{RowKey, Seq};

/// A dirty mark's value: its generation, then the record since which it is dirty, which is the order of service.
pub(super) fn mark(tables: &mut WriteTables<'_>, key: &RowKey, seq: Seq) -> Result<()> {
    let key = keys::of(key)?;
    let since = match tables.bytes(TableId::Dirty, &key)? {
        Some(mark) => dirty_since(&mark)?,
        None => seq,
    };
    tables.put(
        TableId::Dirty,
        &key,
        &[keys::seq(seq), keys::seq(since)].concat(),
    )?;
    tables.put(
        TableId::DirtyByAge,
        &[&keys::seq(since)[..], &key].concat(),
        &[],
    )
}

/// Takes the mark away, unless it was made anew after this generation.
pub(super) fn clean(tables: &mut WriteTables<'_>, key: &RowKey, generation: Seq) -> Result<()> {
    let key = keys::of(key)?;
    let Some(mark) = tables.bytes(TableId::Dirty, &key)? else {
        return Ok(());
    };
    if keys::to_seq(&mark)? <= generation {
        let since = dirty_since(&mark)?;
        tables.remove(TableId::DirtyByAge, &[&keys::seq(since)[..], &key].concat())?;
        tables.remove(TableId::Dirty, &key)?;
    }
    Ok(())
}

fn dirty_since(mark: &[u8]) -> Result<Seq> {
    keys::to_seq(mark.get(size_of::<u64>()..).unwrap_or_default())
}

/// Dirty rows with their generation, oldest first, at most `most`.
pub(super) fn oldest<K: Kv>(tables: &Tables<K>, most: usize) -> Result<Vec<(RowKey, Seq)>> {
    let mut rows = Vec::new();
    for (age, _) in tables.pairs(TableId::DirtyByAge, &[], Bound::Unbounded, most)? {
        let key = age.get(size_of::<u64>()..).unwrap_or_default();
        if let Some(mark) = tables.bytes(TableId::Dirty, key)? {
            rows.push((keys::back(key)?, keys::to_seq(&mark)?));
        }
    }
    Ok(rows)
}
