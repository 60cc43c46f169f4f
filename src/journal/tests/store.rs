//! The stores in a file and in memory are two implementations of one trait: any calls leave both alike.

use std::ops::Bound;

use proptest::prelude::*;

use super::*;
use crate::journal::{
    error::TableError,
    store::{MemoryStore, TableId},
};

const TABLES: [TableId; 2] = [TableId::Meta, TableId::Lines];

#[derive(Debug, Clone)]
enum Change {
    Put(usize, Vec<u8>, Vec<u8>),
    Remove(usize, Vec<u8>),
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0..4_u8, 0..3)
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..2_usize, bytes(), bytes())
            .prop_map(|(table, key, value)| Change::Put(table, key, value)),
        (0..2_usize, bytes()).prop_map(|(table, key)| Change::Remove(table, key)),
    ]
}

fn bound(key: &[u8], kind: u8) -> Bound<&[u8]> {
    match kind {
        0 => Bound::Included(key),
        1 => Bound::Excluded(key),
        _ => Bound::Unbounded,
    }
}

fn carry_out(tables: &mut WriteTables<'_>, change: &Change) -> Result<bool, TableError> {
    match change {
        Change::Put(table, key, value) => tables.put(TABLES[*table], key, value).map(|()| true),
        Change::Remove(table, key) => tables.remove(TABLES[*table], key),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_changes_leave_both_alike(
        changes in prop::collection::vec(change(), 0..40),
        (from, to, kind) in (bytes(), bytes(), 0..3_u8),
    ) {
        let (db, mut memory) = (database(), MemoryStore::default());
        disk::transact::<_, TableError>(&db, |file| {
            memory.change(|memory| {
                for change in &changes {
                    assert_eq!(carry_out(file, change), carry_out(memory, change), "{change:?}");
                }
                for table in TABLES {
                    assert_eq!(file.count(table), memory.count(table));
                    let (in_file, in_memory) = (file.scan(table, &from, bound(&to, kind))?, memory.scan(table, &from, bound(&to, kind))?);
                    let (in_file, in_memory): (Vec<_>, Vec<_>) = (in_file.collect(), in_memory.collect());
                    assert_eq!(in_file, in_memory);
                    let last = file.scan(table, &from, bound(&to, kind))?.next_back();
                    assert_eq!(last, memory.scan(table, &from, bound(&to, kind))?.next_back());
                    assert_eq!(file.bytes(table, &from), memory.bytes(table, &from));
                }
                Ok(())
            });
            Ok(())
        })
        .unwrap();
    }
}
