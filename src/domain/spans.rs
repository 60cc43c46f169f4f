//! How long something has lasted, by a wall clock that may have been set back since it began.
//!
//! Invariant: nothing has lasted for less than no time, and no wait grows by what the clock was set back.

use jiff::{SignedDuration, Timestamp};

/// Whether it has lasted so long. What seems to begin later than now began before the clock was set back: nobody knows how long
/// ago, and whoever waits for it has waited long enough.
pub(super) fn has_lasted(since: Timestamp, now: Timestamp, span: SignedDuration) -> bool {
    since > now || now.duration_since(since) >= span
}

/// For how long it has lasted, as people are told.
pub(super) fn age(since: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(since).max(SignedDuration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_seems_to_begin_later_has_lasted_and_is_no_time_old() {
        let at = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        let minute = SignedDuration::from_secs(60);
        for (since, lasted, seconds) in [
            (0, true, 100),
            (40, true, 60),
            (41, false, 59),
            (100, false, 0),
            (101, true, 0),
        ] {
            assert_eq!(has_lasted(at(since), at(100), minute), lasted, "{since}");
            assert_eq!(age(at(since), at(100)).as_secs(), seconds, "{since}");
        }
    }
}
