//! The wall clock was set back: what waits for a moment goes on waiting as long as was meant, no longer by what the clock lost.
//!
//! Invariant: no timer, no waiting message and no silence outlasts the wait that was meant for it; what a person named as a time of
//! day is asked for anew by whoever is woken too early.

use std::ops::Bound;

use jiff::{SignedDuration, Timestamp};

use super::{
    keys, outbox,
    records::{Timer, decode},
    tables::{Fault, Ledger, Place},
};
use crate::clock;

/// What the wall clock said at the last commit, in [`Place::Meta`].
const CLOCK: &[u8] = b"clock";

/// Takes down what the wall clock says, and moves what waits where it was set back while nobody was running.
pub(super) fn wake_up(tables: &mut Ledger<'_>, now: Timestamp) -> Result<(), Fault> {
    let last = tables
        .bytes(Place::Meta, CLOCK)?
        .map(|moment| keys::to_moment(&moment))
        .transpose()?;
    if let Some(by) = last.and_then(|last| clock::set_back(last, now)) {
        tell(by);
        set_back(tables, by, now)?;
    }
    note(tables, now)
}

/// Takes down what the wall clock says.
pub(super) fn note(tables: &mut Ledger<'_>, now: Timestamp) -> Result<(), Fault> {
    tables.put(Place::Meta, CLOCK, &keys::before(now))
}

/// Says it in the log.
pub(super) fn tell(by: SignedDuration) {
    tracing::warn!(
        clock.back_s = by.as_secs(),
        "the clock was set back: what waits goes on waiting as long as was meant"
    );
}

/// Moves what waits for a moment to come.
pub(super) fn set_back(
    tables: &mut Ledger<'_>,
    by: SignedDuration,
    now: Timestamp,
) -> Result<(), Fault> {
    for (key, value) in tables.pairs(Place::Timers, &[], Bound::Unbounded, usize::MAX)? {
        // One that cannot be read is dropped when it is due.
        let Ok(timer) = decode::<Timer>(&value) else {
            continue;
        };
        let at = timer.at.checked_sub(by).unwrap_or(now);
        tables.remove(Place::Timers, &key)?;
        tables.write(
            Place::Timers,
            &keys::at(at, &keys::of(&timer.wake)?),
            &Timer { at, ..timer },
        )?;
    }
    outbox::set_back(tables, by, now)
}
