//! Corrects deadlines after the wall clock was set back: what waits goes on waiting as long as was meant.
//!
//! Invariant: no timer, no waiting message and no silence outlasts the wait that was meant for it; what a person named as a time of
//! day is asked for anew by whoever is woken too early.

use std::ops::Bound;

use jiff::{SignedDuration, Timestamp};

use super::{
    error::Result,
    keys, outbox,
    records::{Timer, decode},
    store::{TableId, WriteTables},
};
use crate::clock;

/// What the wall clock said at the last commit, in [`TableId::Meta`].
const CLOCK: &[u8] = b"clock";

/// Records the wall clock, and shifts deadlines if it was set back while nobody was running.
pub(super) fn shift_since_last_run(tables: &mut WriteTables<'_>, now: Timestamp) -> Result<()> {
    let last = tables.bytes(TableId::Meta, CLOCK)?;
    let last = last.map(|moment| keys::to_moment(&moment)).transpose()?;
    if let Some(by) = last.and_then(|last| clock::set_back(last, now)) {
        log_shift(by);
        shift_back(tables, by, now)?;
    }
    record_clock(tables, now)
}

/// Records the wall clock.
pub(super) fn record_clock(tables: &mut WriteTables<'_>, now: Timestamp) -> Result<()> {
    tables.put(TableId::Meta, CLOCK, &keys::before(now))
}

/// Logs the shift.
pub(super) fn log_shift(by: SignedDuration) {
    tracing::warn!(
        clock.back_s = by.as_secs(),
        "the clock was set back: what waits goes on waiting as long as was meant"
    );
}

/// Shifts every deadline.
pub(super) fn shift_back(
    tables: &mut WriteTables<'_>,
    by: SignedDuration,
    now: Timestamp,
) -> Result<()> {
    for (key, value) in tables.pairs(TableId::Timers, &[], Bound::Unbounded, usize::MAX)? {
        // One that cannot be read is dropped when it is due.
        let Ok(timer) = decode::<Timer>(&value) else {
            continue;
        };
        let at = timer.at.checked_sub(by).unwrap_or(now);
        tables.remove(TableId::Timers, &key)?;
        tables.write(
            TableId::Timers,
            &keys::at(at, &keys::of(&timer.wake)?),
            &Timer { at, ..timer },
        )?;
    }
    outbox::shift_back(tables, by, now)
}
