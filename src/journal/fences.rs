//! Batches of writes under way (intents), and the fences that they leave in the spreadsheet.
//!
//! Invariant: a fence is given once, and is remembered until somebody says that it was removed.

use std::ops::Bound;

use jiff::Timestamp;
use redb::ReadableTable;

use super::{
    Intent, Touched, keys,
    tables::{Bytes, Fault, Ledger, Place, Tables},
};
use crate::domain::ids::{FenceId, SpreadsheetId};

/// The counter of fences, in [`Place::Meta`].
const LAST_FENCE: &[u8] = b"last_fence";

/// Commits what is about to be written under the next fence. The first is the Unix time in seconds: a journal begun anew on a used
/// workbook must not meet the fences that the one before has left there. After `i32::MAX` it begins at 1 again.
pub(super) fn intend(
    tables: &mut Ledger<'_>,
    spreadsheet: &SpreadsheetId,
    touched: &[Touched],
    now: Timestamp,
) -> Result<Intent, Fault> {
    let last = last(tables)?.map_or_else(|| first(now), |last| last.0);
    let fence = FenceId(last.checked_add(1).unwrap_or(1));
    let intent = Intent {
        spreadsheet: spreadsheet.clone(),
        fence,
        touched: touched.to_vec(),
        at: now,
    };
    tables.put(Place::Meta, LAST_FENCE, &fence.0.to_be_bytes())?;
    tables.write(Place::Intents, &keys::intent(fence), &intent)?;
    Ok(intent)
}

/// The fence that was given last, if any was.
pub(super) fn last<T: ReadableTable<Bytes, Bytes>>(
    tables: &Tables<T>,
) -> Result<Option<FenceId>, Fault> {
    let last = tables.bytes(Place::Meta, LAST_FENCE)?;
    Ok(last
        .and_then(|last| last.try_into().ok())
        .map(|last| FenceId(i32::from_be_bytes(last))))
}

/// A later journal has given this one: ours go on above it.
pub(super) fn go_on_above(tables: &mut Ledger<'_>, fence: FenceId) -> Result<(), Fault> {
    if last(tables)?.is_none_or(|last| last < fence) {
        tables.put(Place::Meta, LAST_FENCE, &fence.0.to_be_bytes())?;
    }
    Ok(())
}

fn first(now: Timestamp) -> i32 {
    i32::try_from(now.as_second()).unwrap_or(0).max(0)
}

/// An intent whose answer never reached the one who asked: nothing was written, so there is nothing to remove either.
pub(super) fn drop_intent(tables: &mut Ledger<'_>, fence: FenceId) -> Result<(), Fault> {
    tables
        .remove(Place::Intents, &keys::intent(fence))
        .map(|_| ())
}

/// The batch is over; its fence stays in the spreadsheet for a while.
pub(super) fn settle(
    tables: &mut Ledger<'_>,
    spreadsheet: &SpreadsheetId,
    fence: FenceId,
) -> Result<(), Fault> {
    let key = keys::intent(fence);
    if let Some(intent) = tables.read::<Intent>(Place::Intents, &key)?
        && intent.spreadsheet == *spreadsheet
    {
        tables.remove(Place::Intents, &key)?;
        tables.put(
            Place::Fences,
            &keys::fence(spreadsheet, intent.at, fence),
            &[],
        )?;
    }
    Ok(())
}

/// Forgets fences that are removed from their spreadsheet.
pub(super) fn forget(
    tables: &mut Ledger<'_>,
    spreadsheet: &SpreadsheetId,
    ids: &[FenceId],
) -> Result<(), Fault> {
    let prefix = keys::fences_of(spreadsheet);
    let end = [&prefix[..], &[u8::MAX; size_of::<i64>() + 1]].concat();
    for (key, _) in tables.pairs(Place::Fences, &prefix, Bound::Excluded(&end), usize::MAX)? {
        if ids.contains(&keys::to_fence(&key)?) {
            tables.remove(Place::Fences, &key)?;
        }
    }
    Ok(())
}
