//! The one place where the ambient clock is read.
//! Invariant: decisions never call this; the shell reads the time here and hands it in.

use jiff::Timestamp;
use tokio::time::Instant;

/// The wall clock: what people are shown and what the journal keeps. It may jump either way.
#[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The monotonic clock: for intervals within this process. It never goes back and means
/// nothing after a restart.
#[expect(clippy::disallowed_methods, reason = "the one place where the monotonic clock is read")]
pub fn monotonic() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_go_forward() {
        let (wall, steady) = (now(), monotonic());
        assert!(wall > Timestamp::UNIX_EPOCH);
        assert!(monotonic() >= steady);
    }
}
