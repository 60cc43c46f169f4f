//! Who has called how often, and whether one more call is allowed.
//!
//! Invariant: a refused call spends nothing; a batch counts once, however many
//! ranges or requests it holds (Sheets usage limits page).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::error::ApiError;

/// Calls of each direction per user and minute (Sheets usage limits page).
const PER_MINUTE: u32 = 60;

/// How many calls a user may make in a window.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// Reads per window; None is no limit.
    pub reads: Option<u32>,
    /// Writes per window; None is no limit.
    pub writes: Option<u32>,
    /// The fixed window, counted from the start of the stand-in.
    pub window: Duration,
}

impl Default for Quotas {
    /// Google's: 60 reads and 60 writes a minute.
    fn default() -> Self {
        Self {
            reads: Some(PER_MINUTE),
            writes: Some(PER_MINUTE),
            window: Duration::from_secs(60),
        }
    }
}

impl Quotas {
    /// No limits.
    #[must_use]
    pub fn off() -> Self {
        Self {
            reads: None,
            writes: None,
            ..Self::default()
        }
    }
}

/// Calls so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// Reads that were let through.
    pub reads: u64,
    /// Writes that were let through.
    pub writes: u64,
    /// Requests to the token endpoint.
    pub tokens: u64,
    /// Calls that a quota refused.
    pub throttled: u64,
    /// Calls that were let through, by the API's method name.
    pub methods: BTreeMap<&'static str, u64>,
    /// Reads and writes of all users in the current window.
    pub minute: Minute,
}

/// Calls within one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Minute {
    /// Reads that were let through.
    pub reads: u32,
    /// Writes that were let through.
    pub writes: u32,
}

/// Which of the two quotas a call spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Read,
    Write,
}

/// The counters of one stand-in.
#[derive(Debug)]
pub(super) struct Meter {
    quotas: Quotas,
    calls: Calls,
    window: u128,
    users: BTreeMap<String, Minute>,
}

impl Meter {
    pub(super) fn new(quotas: Quotas) -> Self {
        Self {
            quotas,
            calls: Calls::default(),
            window: 0,
            users: BTreeMap::new(),
        }
    }

    /// Counts one call of `user`, or refuses it; `now` is counted from the start.
    pub(super) fn admit(
        &mut self,
        user: &str,
        direction: Direction,
        method: &'static str,
        now: Duration,
    ) -> Result<(), ApiError> {
        self.turn(now);
        let spent = self.users.entry(user.to_owned()).or_default();
        let (spent, limit, name) = match direction {
            Direction::Read => (
                &mut spent.reads,
                self.quotas.reads,
                "ReadRequestsPerMinutePerUser",
            ),
            Direction::Write => (
                &mut spent.writes,
                self.quotas.writes,
                "WriteRequestsPerMinutePerUser",
            ),
        };
        if limit.is_some_and(|limit| *spent >= limit) {
            self.calls.throttled += 1;
            return Err(ApiError::exhausted(name));
        }
        *spent += 1;
        match direction {
            Direction::Read => self.calls.reads += 1,
            Direction::Write => self.calls.writes += 1,
        }
        *self.calls.methods.entry(method).or_default() += 1;
        Ok(())
    }

    pub(super) fn count_token(&mut self) {
        self.calls.tokens += 1;
    }

    pub(super) fn calls(&mut self, now: Duration) -> Calls {
        self.turn(now);
        let mut calls = self.calls.clone();
        for user in self.users.values() {
            calls.minute.reads += user.reads;
            calls.minute.writes += user.writes;
        }
        calls
    }

    /// Begins a new window if it is time.
    fn turn(&mut self, now: Duration) {
        let window = now.as_nanos() / self.quotas.window.as_nanos().max(1);
        if window != self.window {
            self.window = window;
            self.users.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_a_fixed_window_of_reads_and_of_writes() {
        let quotas = Quotas {
            reads: Some(2),
            writes: Some(1),
            window: Duration::from_secs(60),
        };
        let mut meter = Meter::new(quotas);
        let mut admit = |user, direction, second| {
            meter
                .admit(user, direction, "m", Duration::from_secs(second))
                .is_ok()
        };
        assert!(admit("a", Direction::Read, 0) && admit("a", Direction::Read, 59));
        assert!(!admit("a", Direction::Read, 59), "spent");
        assert!(admit("a", Direction::Write, 59), "writes are apart");
        assert!(admit("b", Direction::Read, 59), "so are other users");
        assert!(admit("a", Direction::Read, 60), "a new window");
        let calls = meter.calls(Duration::from_secs(60));
        assert_eq!((calls.reads, calls.writes, calls.throttled), (4, 1, 1));
        assert_eq!(
            calls.minute,
            Minute {
                reads: 1,
                writes: 0
            }
        );
        assert_eq!(calls.methods["m"], 5);
    }
}
