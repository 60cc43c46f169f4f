//! What bounds the file: old records go, a few with each commit.
//!
//! Invariant: nothing that is still to be decided, sent or looked at by a person is forgotten here.

use jiff::Timestamp;

use super::{
    inbox, outbox,
    tables::{TableError, WriteTables},
};

/// Decided records that are kept at most: about a gigabyte.
const MOST_DECIDED: u64 = 1_000_000;
/// What one commit forgets at most, so that it stays short.
const STEP: usize = 200;

/// One small step of forgetting.
pub(super) fn prune(tables: &mut WriteTables<'_>, now: Timestamp) -> Result<(), TableError> {
    inbox::forget_decided(tables, now, MOST_DECIDED, STEP)?;
    outbox::forget_ended(tables, now, STEP)
}
