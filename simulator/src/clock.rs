//! The stand-ins' own clock: the only file of this crate that reads the ambient time.
//! Invariant: everything else in the crate receives a [`Moment`] and decides from it alone.

use jiff::Timestamp;
use tokio::time::Instant;

/// One reading of both clocks, taken together.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The wall clock, for the dates that stand in messages.
    pub wall: Timestamp,
    /// The monotonic clock, for limits, waits and retry schedules.
    pub steady: Instant,
}

impl Moment {
    /// Reads both clocks now.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the stand-ins read the clock"
    )]
    pub fn now() -> Self {
        Self {
            wall: Timestamp::now(),
            steady: Instant::now(),
        }
    }

    /// The wall clock as the Bot API writes dates: whole seconds of Unix time.
    pub fn unix(&self) -> i64 {
        self.wall.as_second()
    }
}
