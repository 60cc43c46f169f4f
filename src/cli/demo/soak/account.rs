//! The account at the end: what was said, and what became of it.
//!
//! Invariant: lost is what nobody can find, doubled what somebody has twice; both are looked for where people look.

use std::{collections::BTreeMap, fmt};

use simulator::telegram::Person;

use super::{
    crowd::{Crowd, mark},
    measure::Measurements,
};
use crate::testbed::{APPEALS, BOOK, Testbed};

/// Where the oldest parts of long dialogues go.
const ARCHIVE: &str = "обращения_архив";
/// Sends in flight at the death of the service, at most (the outbox's limit).
const IN_FLIGHT: u32 = 30;
/// How many exceptions of a kind are named.
const NAMED: usize = 5;

/// How often each of many things was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) of: usize,
    pub(super) once: usize,
    pub(super) lost: usize,
    pub(super) doubled: usize,
    /// The first of those that are lost or doubled.
    pub(super) named: Vec<String>,
}

pub(super) struct Account {
    updates: Tally,
    answers: Tally,
    announcements: Tally,
    /// Messages of which the service itself says that nobody knows.
    unknown: u64,
    quarantined: u64,
    lost_responses: u32,
    killed: u32,
    measured: Measurements,
}

impl Tally {
    fn count(&mut self, mark: &str, found: usize) {
        self.of += 1;
        if found != 1 && self.named.len() < NAMED {
            self.named.push(mark.to_owned());
        }
        match found {
            0 => self.lost += 1,
            1 => self.once += 1,
            _ => self.doubled += 1,
        }
    }
}

impl Account {
    pub(super) async fn of(testbed: &Testbed, crowd: &Crowd, measured: Measurements) -> Self {
        let status = testbed.status().await.ok();
        let mut account = Self {
            updates: Tally::default(),
            answers: Tally::default(),
            announcements: Tally::default(),
            unknown: status.as_ref().map_or(0, |status| status.outbox.unknown),
            quarantined: status.as_ref().map_or(0, |status| status.inbox.quarantined),
            lost_responses: crowd.lost,
            killed: crowd.killed,
            measured,
        };
        let written = marks(&written(testbed), "Вопрос ");
        for number in 0..crowd.said() {
            let mark = mark('в', number);
            account
                .updates
                .count(&mark, written.get(&mark).copied().unwrap_or(0));
        }
        let mut heard: BTreeMap<i64, BTreeMap<String, usize>> = BTreeMap::new();
        for person in crowd.people() {
            heard.insert(person.id().0, heard_by(person));
        }
        let times = |person: &Person, mark: &str| {
            let heard = heard.get(&person.id().0);
            heard.map_or(0, |heard| heard.get(mark).copied().unwrap_or(0))
        };
        for (number, person) in crowd.answers.iter().enumerate() {
            let mark = mark('о', number);
            account.answers.count(&mark, times(person, &mark));
        }
        for number in 0..crowd.published() {
            let mark = mark('а', number);
            for person in crowd.people() {
                account.announcements.count(&mark, times(person, &mark));
            }
        }
        account
    }

    /// Whether nothing is lost that is not counted as unknown, and no more doubled than can be.
    pub(super) fn holds(&self) -> bool {
        let unknown = usize::try_from(self.unknown).unwrap_or(usize::MAX);
        let bound = self
            .lost_responses
            .saturating_add(self.killed.saturating_mul(IN_FLIGHT)) as usize;
        self.updates.lost + self.updates.doubled + self.answers.lost == 0
            && self.announcements.lost <= unknown
            && self.announcements.doubled + self.answers.doubled <= bound
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
        line(f, "updates", &self.updates)?;
        line(f, "answers", &self.answers)?;
        line(f, "announcements", &self.announcements)?;
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

/// Everything that stands in the appeals and in their archive.
fn written(testbed: &Testbed) -> String {
    let tables = [APPEALS, ARCHIVE].map(|tab| {
        let table = testbed.sheets.with(BOOK, |book| book.table(tab));
        table.unwrap_or_default()
    });
    let cells = tables.into_iter().flatten().flatten();
    cells.collect::<Vec<_>>().join("\n")
}

fn heard_by(person: &Person) -> BTreeMap<String, usize> {
    let mut heard = BTreeMap::new();
    for message in person.messages() {
        for word in ["Ответ ", "Акция "] {
            for (mark, times) in marks(&message.content.text, word) {
                *heard.entry(mark).or_default() += times;
            }
        }
    }
    heard
}

/// The marks behind a word, and how often each stands there.
fn marks(text: &str, word: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for rest in text.split(word).skip(1) {
        if let Some((mark, _)) = rest.split_once('.') {
            *found.entry(format!("{mark}.")).or_default() += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(updates: Tally, announcements: Tally, unknown: u64) -> Account {
        Account {
            updates,
            answers: Tally::default(),
            announcements,
            unknown,
            quarantined: 0,
            lost_responses: 1,
            killed: 0,
            measured: Measurements::default(),
        }
    }

    #[test]
    fn marks_are_found_wherever_they_stand() {
        let found = marks(
            "2026 Вопрос в-1.\nВопрос в-12. Вопрос в-1. Вопрос без",
            "Вопрос ",
        );
        assert_eq!(found.get("в-1."), Some(&2));
        assert_eq!(found.get("в-12."), Some(&1));
        assert_eq!(found.len(), 2);
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
