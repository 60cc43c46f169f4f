//! Retention: each commit deletes a few old records.
//!
//! Invariant: nothing that is still to be decided, sent or reviewed by a person is deleted here.

use jiff::Timestamp;

use super::{error::Result, inbox, outbox, store::WriteTables};

/// Decided records that are kept at most: about a gigabyte.
const MOST_DECIDED: u64 = 1_000_000;
/// The most that one commit deletes, so that it stays short.
const STEP: usize = 200;

/// Deletes a few old records.
pub(super) fn prune(tables: &mut WriteTables<'_>, now: Timestamp) -> Result<()> {
    inbox::forget_decided(tables, now, MOST_DECIDED, STEP)?;
    outbox::forget_ended(tables, now, STEP)
}
