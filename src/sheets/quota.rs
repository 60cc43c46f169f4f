//! The ledger of calls: how many reads and writes of the last minute count against Google's quota.
//!
//! Invariant: a call that the ledger did not admit is not made; one ledger serves one service account. Its moments are the steady clock's.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;

/// Calls of one kind that we allow ourselves in any minute: Google grants 60 per user, and a few are left for `check` beside the service.
pub const CALLS_PER_WINDOW: u32 = 55;

/// Reads that are left for what is known to wait: hints from outside have none of them, however many come.
pub(super) const RESERVED_READS: u32 = 8;

/// The length over which Google counts calls.
const WINDOW: Duration = Duration::from_secs(60);

/// The longest silence that we believe: the quota is refilled every minute, so more would be a mistake of somebody between us and Google.
pub(super) const LONGEST_SILENCE: Duration = Duration::from_secs(15 * 60);

/// What a call counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It changes nothing.
    Read,
    /// It may change the spreadsheet.
    Write,
}

impl Kind {
    /// The word for it in the metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// How many calls may still be made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaLeft {
    /// Calls that read.
    pub reads: u32,
    /// Calls that write.
    pub writes: u32,
}

/// The calls of the last minute.
#[derive(Debug, Default)]
pub(super) struct QuotaWindow {
    reads: CallLog,
    writes: CallLog,
}

impl QuotaWindow {
    /// How many calls of this kind may be made at once.
    #[must_use]
    pub(super) fn left(&self, kind: Kind, now: Timestamp) -> u32 {
        let lane = self.lane(kind);
        if lane.silent_until(now).is_some() {
            return 0;
        }
        let counted = u32::try_from(lane.counted(now).count()).unwrap_or(u32::MAX);
        CALLS_PER_WINDOW.saturating_sub(counted)
    }

    /// The first moment at which a call of this kind may be made: `now`, or later.
    #[must_use]
    fn next_free(&self, kind: Kind, now: Timestamp) -> Timestamp {
        let lane = self.lane(kind);
        let silence = lane.silent_until(now).unwrap_or(now);
        // The call that fills the window must leave it first; the latest ones count.
        let filling = lane.counted(now).nth_back(CALLS_PER_WINDOW as usize - 1);
        filling.map_or(silence, |made| silence.max(made + WINDOW))
    }

    /// Counts a call, or says when to ask again.
    ///
    /// # Errors
    /// The first moment at which the call may be made.
    pub(super) fn admit(&mut self, kind: Kind, now: Timestamp) -> Result<(), Timestamp> {
        self.lane_mut(kind).forget(now);
        let free = self.next_free(kind, now);
        if free > now {
            return Err(free);
        }
        self.spend(kind, now);
        Ok(())
    }

    /// Counts a call that is made in any case.
    pub(super) fn spend(&mut self, kind: Kind, now: Timestamp) {
        self.lane_mut(kind).made.push_back(now);
    }

    /// Admits nothing of this kind before that moment, because Google said so.
    pub(super) fn silence(&mut self, kind: Kind, until: Timestamp) {
        let lane = self.lane_mut(kind);
        lane.silent_until = lane.silent_until.max(Some(until));
    }

    fn lane(&self, kind: Kind) -> &CallLog {
        match kind {
            Kind::Read => &self.reads,
            Kind::Write => &self.writes,
        }
    }

    fn lane_mut(&mut self, kind: Kind) -> &mut CallLog {
        match kind {
            Kind::Read => &mut self.reads,
            Kind::Write => &mut self.writes,
        }
    }
}

/// The calls of one kind.
#[derive(Debug, Default)]
struct CallLog {
    /// When they were made, oldest first.
    made: VecDeque<Timestamp>,
    silent_until: Option<Timestamp>,
}

impl CallLog {
    /// The calls that still count.
    fn counted(&self, now: Timestamp) -> impl DoubleEndedIterator<Item = Timestamp> {
        self.made
            .iter()
            .copied()
            .filter(move |made| *made + WINDOW > now)
    }

    /// The end of a silence that is not over.
    fn silent_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.silent_until.filter(|until| *until > now)
    }

    /// Forgets what no longer counts.
    fn forget(&mut self, now: Timestamp) {
        self.made.retain(|made| *made + WINDOW > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_full_window_refuses_until_its_oldest_call_leaves() {
        let mut quota = QuotaWindow::default();
        quota.admit(Kind::Read, at(0)).unwrap();
        for _ in 1..CALLS_PER_WINDOW {
            quota.admit(Kind::Read, at(10)).unwrap();
        }
        assert_eq!(quota.left(Kind::Read, at(10)), 0);
        assert_eq!(quota.admit(Kind::Read, at(59)), Err(at(60)));
        assert_eq!(
            quota.left(Kind::Write, at(10)),
            CALLS_PER_WINDOW,
            "the kinds are counted apart"
        );
        quota.admit(Kind::Read, at(60)).unwrap();
        assert_eq!(quota.admit(Kind::Read, at(60)), Err(at(70)));
        assert_eq!(quota.left(Kind::Read, at(70)), CALLS_PER_WINDOW - 1);
    }

    #[test]
    fn calls_made_in_any_case_push_the_next_one_back() {
        let mut quota = QuotaWindow::default();
        for second in 0..i64::from(CALLS_PER_WINDOW) + 2 {
            quota.spend(Kind::Write, at(second));
        }
        assert_eq!(
            quota.next_free(Kind::Write, at(57)),
            at(62),
            "the third of 57 calls is the one that fills the window"
        );
    }

    #[test]
    fn google_s_silence_is_kept() {
        let mut quota = QuotaWindow::default();
        quota.silence(Kind::Write, at(30));
        quota.silence(Kind::Write, at(20));
        assert_eq!(quota.admit(Kind::Write, at(0)), Err(at(30)));
        assert_eq!(quota.left(Kind::Write, at(0)), 0);
        assert!(quota.admit(Kind::Read, at(0)).is_ok());
        assert!(quota.admit(Kind::Write, at(30)).is_ok());
    }
}
