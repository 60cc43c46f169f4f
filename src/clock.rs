//! The wall clock, in the one place where it is read.
//!
//! Invariant: whatever needs the time takes it as an argument, or takes this function as one.

use jiff::Timestamp;

/// The present moment.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::now()
}
