//! When a synchroniser may look and write: gaps while busy, patience after failures.
//!
//! Invariant: an idle one acts at once; a busy one stays far below Google's sixty calls a minute, whoever keeps it busy.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::tab::Tab;

/// Nudged looks are at most this frequent: a person who edits many cells should cost one look a second, not one a cell.
const READ_GAP: SignedDuration = SignedDuration::from_secs(1);

/// The gap after a snapshot that a hint from outside has brought; it doubles up to [`LONGEST_HINT_GAP`]. Both are for each call that a
/// snapshot takes.
const FIRST_HINT_GAP: SignedDuration = SignedDuration::from_secs(2);

/// However many hints come, a tab of one call is looked at this often: so an answer that is typed amid them leaves within five seconds,
/// and three tabs under a storm leave reads for the rest.
const LONGEST_HINT_GAP: SignedDuration = SignedDuration::from_secs(4);

/// Hints are rare again when none was heeded for so long.
const HINTS_OVER: SignedDuration = SignedDuration::from_secs(10);

/// The gap after the first write of a burst: what follows a single message is soon written too.
const FIRST_WRITE_GAP: SignedDuration = SignedDuration::from_secs(2);

/// The gap after later writes: a burst of 1,000 appeals in a minute takes at most 10 reads and 10 writes after the first
/// (2 s + 9 × 6.5 s > 60 s).
const WRITE_GAP: SignedDuration = SignedDuration::from_millis(6_500);

/// What has landed in wrong rows is put right at once, so many times in a row.
const REPAIRS_AT_ONCE: u8 = 5;

/// The gap after further repairs: whoever sorts without pause leaves half of Google's calls to the rest.
const REPAIR_GAP: SignedDuration = SignedDuration::from_secs(2);

/// A burst is over when nothing was written for two gaps.
const CALM: SignedDuration = SignedDuration::from_secs(13);

/// Patience never grows beyond this many seconds: a minute is how often people expect the sheet to be looked at.
const LONGEST_REST_SECONDS: i64 = 60;

/// Whoever cannot be reached is tried this often at least, by one small call: what waits goes on within seconds of his return.
const LONGEST_ABSENCE_SECONDS: i64 = 8;

/// Growing patience with something that fails.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Backoff {
    failures: u32,
    until: Option<Timestamp>,
}

/// When what may be done next.
#[derive(Debug, Clone)]
pub(super) struct Pacing {
    /// Reading fails.
    pub(super) reads: Backoff,
    /// Writing fails.
    pub(super) writes: Backoff,
    /// Storing fails.
    pub(super) store: Backoff,
    pub(super) next_read: Timestamp,
    pub(super) next_write: Timestamp,
    last_write: Option<Timestamp>,
    futile: u32,
    /// Batches in a row after which something stood in a wrong row.
    misplaced: u8,
    hints: BTreeMap<Tab, TakenHint>,
    /// How many calls the last read of a tab took.
    calls: BTreeMap<Tab, u8>,
}

/// The last hint of a tab that brought a snapshot.
#[derive(Debug, Clone, Copy)]
struct TakenHint {
    at: Timestamp,
    /// For each call.
    gap: SignedDuration,
}

impl Backoff {
    /// Rests 1, 2, 4 … 60 seconds, and at least until the moment that was asked for.
    pub(super) fn failed(&mut self, asked: Option<Timestamp>, now: Timestamp) {
        let until = now + SignedDuration::from_secs(rest_seconds(self.failures));
        self.until = Some(asked.map_or(until, |asked| asked.max(until)));
        self.failures = self.failures.saturating_add(1);
    }

    /// There was no answer, or none that Google gives: rests 1, 2, 4, 8 seconds.
    pub(super) fn unanswered(&mut self, now: Timestamp) {
        let rest = rest_seconds(self.failures).min(LONGEST_ABSENCE_SECONDS);
        self.until = Some(now + SignedDuration::from_secs(rest));
        self.failures = self.failures.saturating_add(1);
    }

    /// It works again.
    pub(super) fn over(&mut self) {
        *self = Self::default();
    }

    /// Until when it rests, if it does.
    pub(super) fn resting(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|&until| until > now)
    }
}

impl Pacing {
    pub(super) fn new() -> Self {
        Self {
            reads: Backoff::default(),
            writes: Backoff::default(),
            store: Backoff::default(),
            next_read: Timestamp::MIN,
            next_write: Timestamp::MIN,
            last_write: None,
            futile: 0,
            misplaced: 0,
            hints: BTreeMap::new(),
            calls: BTreeMap::new(),
        }
    }

    /// A snapshot begins that a hint has asked for.
    pub(super) fn takes_hint(&mut self, tab: Tab, now: Timestamp) {
        let last = self
            .hints
            .get(&tab)
            .filter(|last| now.duration_since(last.at) < HINTS_OVER);
        let gap = last.map_or(FIRST_HINT_GAP, |last| (last.gap * 2).min(LONGEST_HINT_GAP));
        self.hints.insert(tab, TakenHint { at: now, gap });
    }

    /// A tab was read, in so many calls.
    pub(super) fn has_read(&mut self, tab: Tab, calls: u8) {
        self.calls.insert(tab, calls);
    }

    /// It took one call more.
    pub(super) fn has_read_more(&mut self, tab: Tab) {
        *self.calls.entry(tab).or_insert(1) += 1;
    }

    /// From when on the next hint of a tab is heeded.
    pub(super) fn next_hint(&self, tab: Tab) -> Timestamp {
        let calls = self.calls.get(&tab).map_or(1, |&calls| calls.into());
        self.hints
            .get(&tab)
            .map_or(Timestamp::MIN, |last| last.at + last.gap * calls)
    }

    /// A snapshot begins.
    pub(super) fn looks(&mut self, now: Timestamp) {
        self.next_read = now + READ_GAP;
    }

    /// A write has landed.
    pub(super) fn wrote(&mut self, now: Timestamp) {
        let busy = self
            .last_write
            .is_some_and(|last| now.duration_since(last) < CALM);
        self.next_write = now + if busy { WRITE_GAP } else { FIRST_WRITE_GAP };
        self.last_write = Some(now);
    }

    /// A batch has landed, and something of it stands in a wrong row: that is put right ahead of the pace.
    pub(super) fn repairs(&mut self, now: Timestamp) {
        self.misplaced = self.misplaced.saturating_add(1);
        let next = if self.misplaced <= REPAIRS_AT_ONCE {
            now
        } else {
            now + REPAIR_GAP
        };
        self.next_read = self.next_read.min(next);
        self.next_write = self.next_write.min(next);
    }

    /// Nothing stands in a wrong row.
    pub(super) fn is_in_place(&mut self) {
        self.misplaced = 0;
    }

    /// Rows remain; if none got anywhere, they are tried ever less often.
    pub(super) fn remains(&mut self, progress: bool, now: Timestamp) {
        if progress {
            self.futile = 0;
        } else {
            self.futile = self.futile.saturating_add(1);
            let rest = now + SignedDuration::from_secs(rest_seconds(self.futile));
            self.next_write = self.next_write.max(rest);
        }
    }

    /// Whether the last attempts got nowhere again and again.
    pub(super) fn is_futile(&self) -> bool {
        self.futile > 1
    }

    /// From when on a write is possible.
    pub(super) fn write_gate(&self, now: Timestamp) -> Timestamp {
        self.next_write
            .max(self.writes.resting(now).unwrap_or(Timestamp::MIN))
    }
}

fn rest_seconds(failures: u32) -> i64 {
    1_i64
        .checked_shl(failures.min(6))
        .unwrap_or(LONGEST_REST_SECONDS)
        .min(LONGEST_REST_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).expect("in range")
    }

    #[test]
    fn patience_doubles_up_to_a_minute_and_heeds_what_is_asked() {
        let mut backoff = Backoff::default();
        let mut rests = Vec::new();
        for _ in 0..8 {
            backoff.failed(None, at(0));
            rests.push(backoff.resting(at(0)).expect("rests").as_second());
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.failed(Some(at(90_000)), at(0));
        assert_eq!(backoff.resting(at(0)), Some(at(90_000)));
        backoff.over();
        backoff.failed(None, at(0));
        assert_eq!(
            (backoff.resting(at(999)), backoff.resting(at(1000))),
            (Some(at(1000)), None)
        );
    }

    #[test]
    fn who_cannot_be_reached_is_tried_every_few_seconds() {
        let mut backoff = Backoff::default();
        let mut rests = Vec::new();
        for _ in 0..6 {
            backoff.unanswered(at(0));
            rests.push(backoff.resting(at(0)).expect("rests").as_second());
        }
        assert_eq!(rests, [1, 2, 4, 8, 8, 8]);
    }

    #[test]
    fn hints_are_heeded_ever_wider_each_tab_for_itself_and_after_quiet_at_once() {
        let mut pace = Pacing::new();
        for (tab, calls, first, within_a_minute) in [
            (Tab::Appeals, 1, [0, 2, 6, 10, 14], 16),
            (Tab::Promotions, 2, [0, 4, 12, 20, 28], 8),
        ] {
            let mut looks = Vec::new();
            let mut now = at(0);
            while now.as_second() < 60 {
                looks.push(now.as_second());
                pace.takes_hint(tab, now);
                pace.has_read(tab, calls);
                now = pace.next_hint(tab);
            }
            assert_eq!(
                (&looks[..5], looks.len()),
                (&first[..], within_a_minute),
                "{tab:?}"
            );
        }
        assert_eq!(pace.next_hint(Tab::Partners), Timestamp::MIN);
        pace.takes_hint(Tab::Appeals, at(80_000));
        assert_eq!(pace.next_hint(Tab::Appeals), at(82_000));
    }

    #[test]
    fn a_burst_is_written_ever_wider_and_calm_returns() {
        let mut pace = Pacing::new();
        let mut writes = Vec::new();
        let mut now = at(0);
        while now.as_second() < 60 {
            writes.push(now.as_millisecond());
            pace.wrote(now);
            now = pace.next_write;
        }
        assert_eq!(writes[..4], [0, 2_000, 8_500, 15_000]);
        assert_eq!(writes.len(), 10, "and one more after the minute is over");
        pace.wrote(at(200_000));
        assert_eq!(pace.next_write, at(202_000));
    }
}
