//! The account at the end: what was said, and what became of it.
//!
//! Invariant: lost is what nobody can find, doubled what somebody has twice; both are looked for where people look.

use std::fmt;

use super::measure::Measurements;
use crate::{
    cli::demo::{
        crowd::Crowd,
        tally::{Tallies, Tally},
    },
    testbed::Testbed,
};

/// Sends in flight at the death of the service, at most (the outbox's limit).
const IN_FLIGHT: u32 = 30;
pub(super) struct Account {
    counts: Tallies,
    /// Messages of which the service itself says that nobody knows.
    unknown: u64,
    quarantined: u64,
    lost_responses: u32,
    killed: u32,
    measured: Measurements,
}

impl Account {
    pub(super) async fn of(testbed: &Testbed, crowd: &Crowd, measured: Measurements) -> Self {
        let status = testbed.status().await.ok();
        Self {
            counts: Tallies::of(testbed, crowd),
            unknown: status.as_ref().map_or(0, |status| status.outbox.unknown),
            quarantined: status.as_ref().map_or(0, |status| status.inbox.quarantined),
            lost_responses: crowd.lost,
            killed: crowd.killed,
            measured,
        }
    }

    /// Whether nothing is lost that is not counted as unknown, and no more doubled than can be.
    pub(super) fn holds(&self) -> bool {
        let unknown = usize::try_from(self.unknown).unwrap_or(usize::MAX);
        let bound = self
            .lost_responses
            .saturating_add(self.killed.saturating_mul(IN_FLIGHT)) as usize;
        let Tallies {
            messages,
            answers,
            announcements,
        } = &self.counts;
        messages.lost + messages.doubled + answers.lost == 0
            && announcements.lost <= unknown
            && announcements.doubled + answers.doubled <= bound
            && self.quarantined == 0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, what: &str, tally: &Tally| {
            let Tally {
                of,
                once,
                lost,
                doubled,
                named,
            } = tally;
            let named = if named.is_empty() {
                String::new()
            } else {
                format!(": {}", named.join(" "))
            };
            writeln!(
                f,
                "{what:<14}{of:>8} in all, {once:>8} once, {lost:>4} lost, {doubled:>4} doubled{named}"
            )
        };
        line(f, "updates", &self.counts.messages)?;
        line(f, "answers", &self.counts.answers)?;
        line(f, "announcements", &self.counts.announcements)?;
        writeln!(
            f,
            "unknown       {:>8}; responses lost on purpose: {}, deaths: {}; set aside: {}",
            self.unknown, self.lost_responses, self.killed, self.quarantined
        )?;
        write!(f, "{}", self.measured)?;
        let words = if self.holds() {
            "Nothing is lost, and nothing is doubled beyond what a lost response or a death explains."
        } else {
            "It does not hold: see what is lost or doubled above."
        };
        writeln!(f, "{words}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(messages: Tally, announcements: Tally, unknown: u64) -> Account {
        Account {
            counts: Tallies {
                messages,
                answers: Tally::default(),
                announcements,
            },
            unknown,
            quarantined: 0,
            lost_responses: 1,
            killed: 0,
            measured: Measurements::default(),
        }
    }

    #[test]
    fn the_account_holds_only_where_all_is_explained() {
        let mut tally = Tally::default();
        [1, 1, 0, 2]
            .into_iter()
            .for_each(|found| tally.count("а-1.", found));
        let expected = Tally {
            of: 4,
            once: 2,
            lost: 1,
            doubled: 1,
            named: vec!["а-1.".to_owned(), "а-1.".to_owned()],
        };
        assert_eq!(tally, expected);
        let well = Tally::default();
        assert!(
            account(well.clone(), tally.clone(), 1).holds(),
            "one lost is known as unknown, one doubled by a lost response"
        );
        assert!(!account(well.clone(), tally.clone(), 0).holds());
        assert!(
            !account(tally.clone(), well.clone(), 9).holds(),
            "an update is never unknown"
        );
        assert!(
            account(tally, well, 0)
                .to_string()
                .contains("It does not hold")
        );
    }
}
