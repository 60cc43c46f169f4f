//! Rows of a tab that Google has refused: when each is tried again, and how the others get past them.
//!
//! Invariant: a refused row never stops being due; it is tried ever less often, and soon after people have changed something in the tab.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::Wanted;
use crate::domain::ids::{RowKey, Seq};

/// The first rest of a refused row; every further one is twice as long.
const FIRST_REST: SignedDuration = SignedDuration::from_mins(1);
/// No rest is longer: nobody tells us that a protection was taken off.
const LONGEST_REST: SignedDuration = SignedDuration::from_mins(15);
/// After a change that people have made a row is tried at most this often: a person who types should not cost a call a cell.
const AFTER_A_CHANGE: SignedDuration = SignedDuration::from_secs(5);
/// What is to be put right lets rows go first for so long, once Google has refused another cell of its kind: a batch or two.
pub(super) const OTHERS_FIRST: SignedDuration = SignedDuration::from_secs(10);
/// So many rows in one batch, and nobody counts them any more.
const WIDE: usize = 64;

/// The refused rows of one tab.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    rows: BTreeMap<RowKey, RefusedRow>,
    /// How many rows a batch may carry since one was refused: Google refuses the whole batch for one row, so the next are tried apart.
    narrow: Option<usize>,
    /// The last batch was refused because of this tab: the others come first.
    sits_out: bool,
    /// When rows were last offered for writing: whatever was due then needs nobody to wake us for it.
    offered: Option<Timestamp>,
}

/// A row that rests.
#[derive(Debug)]
struct RefusedRow {
    /// As it was wanted then; if it is wanted otherwise by now, it does not rest.
    dirtied: Seq,
    tried: Timestamp,
    until: Timestamp,
    times: u32,
}

impl Refusals {
    /// A row was refused.
    pub(super) fn refused(&mut self, key: RowKey, dirtied: Seq, now: Timestamp) {
        let times = self.rows.get(&key).map_or(0, |rest| rest.times);
        let rest = RefusedRow {
            dirtied,
            tried: now,
            until: now + rest_after(times),
            times: times.saturating_add(1),
        };
        self.rows.insert(key, rest);
        self.narrow = Some(1);
        self.sits_out = true;
    }

    /// A batch that carried rows of this tab has landed.
    pub(super) fn landed(&mut self) {
        self.narrow = self.narrow.map(|rows| rows * 2).filter(|&rows| rows < WIDE);
        self.sits_out = false;
    }

    /// A row was written, or need not be any more.
    pub(super) fn done(&mut self, key: &RowKey) {
        self.rows.remove(key);
    }

    /// Whether a row is not to be tried now.
    pub(super) fn rests(&self, wanted: &Wanted, now: Timestamp) -> bool {
        let rest = self.rows.get(&wanted.row.key);
        rest.is_some_and(|rest| rest.dirtied == wanted.dirtied && rest.until > now)
    }

    /// Whether a row was refused before.
    pub(super) fn knows(&self, key: &RowKey) -> bool {
        self.rows.contains_key(key)
    }

    /// How many rows a batch may carry.
    pub(super) fn most_rows(&self) -> usize {
        self.narrow.unwrap_or(usize::MAX)
    }

    /// Whether the tab lets the others go first, this once.
    pub(super) fn sits_out(&self) -> bool {
        self.sits_out
    }

    /// The others have gone.
    pub(super) fn sat_out(&mut self) {
        self.sits_out = false;
    }

    /// People have changed something in the tab.
    pub(super) fn may_be_over(&mut self, now: Timestamp) {
        for rest in self.rows.values_mut() {
            rest.until = rest.until.min((rest.tried + AFTER_A_CHANGE).max(now));
        }
    }

    /// These rows are offered for writing. One that is not among them is not wanted any more, or waits behind thousands of others.
    pub(super) fn offered(&mut self, wanted: &[Wanted], now: Timestamp) {
        self.offered = Some(now);
        if !self.rows.is_empty() {
            let keys: BTreeSet<&RowKey> = wanted.iter().map(|wanted| &wanted.row.key).collect();
            self.rows.retain(|key, _| keys.contains(key));
        }
    }

    /// When the next of them is to be tried, or of what is to be put right.
    pub(super) fn next(&self, repairs: impl Iterator<Item = Timestamp>) -> Option<Timestamp> {
        let rests = self.rows.values().map(|rest| rest.until).chain(repairs);
        rests
            .filter(|&until| self.offered.is_none_or(|offered| until > offered))
            .min()
    }

    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// How long something rests that was refused so often before.
pub(super) fn rest_after(times: u32) -> SignedDuration {
    let factor = 1_i32.checked_shl(times.min(8)).unwrap_or(i32::MAX);
    (FIRST_REST * factor).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::super::tests::bench::{key, wanted};
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_refused_row_is_tried_ever_less_often_and_after_every_change() {
        let (mut refusals, row) = (Refusals::default(), wanted(1, "а", Vec::new()));
        let mut now = at(0);
        let mut rests = Vec::new();
        for _ in 0..6 {
            refusals.refused(key(1), row.dirtied, now);
            let until = refusals.next(std::iter::empty()).expect("it is due");
            assert!(refusals.rests(&row, now) && !refusals.rests(&row, until));
            rests.push(until.duration_since(now).as_mins());
            now = until;
        }
        assert_eq!(rests, [1, 2, 4, 8, 15, 15]);
        refusals.refused(key(1), row.dirtied, at(0));
        refusals.may_be_over(at(1));
        assert_eq!(refusals.next(std::iter::empty()), Some(at(5)));
        refusals.may_be_over(at(60));
        assert_eq!(refusals.next(std::iter::empty()), Some(at(5)));
        let newer = Wanted {
            dirtied: Seq(row.dirtied.0 + 1),
            ..row
        };
        assert!(
            !refusals.rests(&newer, at(0)),
            "it is wanted otherwise by now"
        );
        refusals.offered(&[], at(60));
        assert!(refusals.is_empty());
    }

    #[test]
    fn after_a_refusal_batches_widen_again() {
        let mut refusals = Refusals::default();
        refusals.refused(key(1), Seq(1), at(0));
        let mut widths = Vec::new();
        for _ in 0..7 {
            widths.push(refusals.most_rows());
            refusals.landed();
        }
        assert_eq!(widths, [1, 2, 4, 8, 16, 32, usize::MAX]);
    }
}
