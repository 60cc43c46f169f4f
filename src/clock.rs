//! The clock: the one place where the time of day is read.
//!
//! Invariant: everything else takes time as an argument.

use jiff::Timestamp;

/// The present moment.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::now()
}
