//! What became of all that a crowd has said, looked for where people look: the sheet and the chats.
//!
//! Invariant: lost is what nobody can find, doubled what somebody has twice; the service itself is not asked.

use std::collections::BTreeMap;

use simulator::telegram::Person;

use super::crowd::Crowd;
use crate::testbed::{APPEALS, BOOK, Testbed};

/// Where the oldest parts of long dialogues go.
const ARCHIVE: &str = "обращения_архив";
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

impl Tally {
    pub(super) fn count(&mut self, mark: &str, found: usize) {
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

/// How often everything that a crowd has said was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Tallies {
    /// What partners wrote, in the sheet.
    pub(super) messages: Tally,
    /// What was typed for them, in their chats.
    pub(super) answers: Tally,
    /// What was announced, in everybody's chat.
    pub(super) announcements: Tally,
}

impl Tallies {
    pub(super) fn of(testbed: &Testbed, crowd: &Crowd) -> Self {
        let mut counts = Self::default();
        let written = marks(&written(testbed), "Вопрос ");
        for number in 0..crowd.said() {
            let mark = crowd.mark('в', number);
            let found = written.get(&mark).copied().unwrap_or(0);
            counts.messages.count(&mark, found);
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
            let mark = crowd.mark('о', number);
            counts.answers.count(&mark, times(person, &mark));
        }
        for number in 0..crowd.published() {
            let mark = crowd.mark('а', number);
            for person in crowd.people() {
                counts.announcements.count(&mark, times(person, &mark));
            }
        }
        counts
    }
}

/// Everything that stands in the appeals and in their archive.
fn written(testbed: &Testbed) -> String {
    let tables = [APPEALS, ARCHIVE].map(|tab| {
        let table = testbed.sheets.look(BOOK, |book| book.table(tab));
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
}
