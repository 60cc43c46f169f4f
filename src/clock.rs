//! The one place where the ambient clocks are read.
//! Invariant: decisions never call this; the shell reads the time here and hands it in. Whoever waits or rests within this process
//! reckons by [`steady`] or [`monotonic`]; [`now`] is for moments that people named or are shown, and for what the journal keeps.

use std::{sync::LazyLock, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A wall clock that is behind by more than this was set; anything less is the gentle correction of a time service.
const STEP: SignedDuration = SignedDuration::from_secs(1);

/// When the steady clock began, and what the wall clock said then.
static START: LazyLock<(Timestamp, Instant)> = LazyLock::new(|| (now(), monotonic()));

/// The wall clock: what people are shown and what the journal keeps. It may jump either way.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the wall clock is read"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The monotonic clock: for intervals within this process. It never goes back and means
/// nothing after a restart.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the monotonic clock is read"
)]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// The monotonic clock, told as the wall clock would if nobody had set it since the start: for paces and rests, which a clock
/// set back must not make longer. Like [`monotonic`], it means nothing outside this process.
pub fn steady() -> Timestamp {
    let (wall, began) = *START;
    wall + monotonic().duration_since(began)
}

/// What the wall clock says, or will say, at a moment of the steady clock, unless it is set meanwhile.
pub fn wall_of(steady_moment: Timestamp) -> Timestamp {
    now() + steady_moment.duration_since(steady())
}

/// The wall clock as it was read at some moment: by it is noticed that somebody has set it back since.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    wall: Timestamp,
    at: Instant,
}

impl Reading {
    /// Reads the clocks now.
    pub fn take() -> Self {
        Self {
            wall: now(),
            at: monotonic(),
        }
    }

    /// What the wall clock said.
    pub fn wall(self) -> Timestamp {
        self.wall
    }

    /// How long after the other it was taken.
    pub fn since(self, earlier: Self) -> Duration {
        self.at.duration_since(earlier.at)
    }

    /// By how much the wall clock was set back between an earlier reading and this one, if it was.
    pub fn set_back_since(self, earlier: Self) -> Option<SignedDuration> {
        let expected = earlier.wall + self.since(earlier);
        set_back(expected, self.wall)
    }
}

/// By how much a wall clock that says `now` was set back, where it should say `expected` at least.
pub fn set_back(expected: Timestamp, now: Timestamp) -> Option<SignedDuration> {
    let by = expected.duration_since(now);
    (by > STEP).then_some(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_clocks_go_forward() {
        let (wall, monotonous, even) = (now(), monotonic(), steady());
        assert!(wall > Timestamp::UNIX_EPOCH);
        assert!(monotonic() >= monotonous);
        assert!(steady() >= even);
    }

    #[test]
    fn a_clock_set_back_is_noticed_and_one_set_forward_or_corrected_gently_is_not() {
        let earlier = Reading::take();
        let later = |shift: SignedDuration| Reading {
            wall: earlier.wall + SignedDuration::from_secs(60) + shift,
            at: earlier.at + Duration::from_secs(60),
        };
        for (shift, noticed) in [
            (-120_000, Some(120_000)),
            (-1_001, Some(1_001)),
            (-900, None),
            (0, None),
            (3_600_000, None),
        ] {
            let by = later(SignedDuration::from_millis(shift)).set_back_since(earlier);
            assert_eq!(by, noticed.map(SignedDuration::from_millis), "{shift} ms");
        }
    }
}
