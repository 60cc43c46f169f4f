//! What has become of all that people wrote and typed: the counter that never lies.
//! Invariant: it is reckoned anew from what the stand-ins hold, never from what anybody says of himself.
//!
//! A text stands somewhere only as a whole: from the beginning of a line, or behind the words that head it, to the end of a line. So
//! «да» is not found in «когда», and a text that stands in more places than it was written is seen.

use std::collections::HashMap;

use serde::Serialize;

use super::SheetNames;
use crate::sheets::Workbook;
use crate::telegram::Written;

/// What stands between what heads a line and what somebody says in it.
const HEADS: [&str; 3] = [": ", "» ", "> "];

/// The figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Account {
    /// Messages that people wrote to the bot in their own chats.
    wrote: usize,
    /// Those whose text stands in a dialogue.
    arrived: usize,
    /// Those that do not, and after which the bot has said something.
    answered: usize,
    /// Neither, so far.
    waiting: usize,
    /// Neither, although everything has long been quiet.
    lost: usize,
    /// Places in dialogues in which a text stands beyond the times that it was written.
    messages_twice: usize,
    /// Texts that people typed into cells for answers.
    answers_typed: usize,
    /// Those that people have in their chats.
    answers_arrived: usize,
    /// Messages that carry one of them beyond the times that it was typed.
    answers_twice: usize,
    /// Both of these together.
    twice: usize,
    /// Rows whose words about the delivery admit a doubt.
    unknown: usize,
}

/// What the account is reckoned from.
pub(super) struct Sources<'a> {
    pub(super) names: &'a SheetNames,
    pub(super) book: &'a Workbook,
    pub(super) written: &'a [Written],
    /// What people typed into cells for answers.
    pub(super) typed: &'a [String],
    /// What the bot has said in people's chats.
    pub(super) spoken: &'a [String],
    /// Whether nothing has gone wrong or moved for so long that nothing more will come.
    pub(super) quiet: bool,
}

impl Account {
    pub(super) fn of(sources: &Sources<'_>) -> Self {
        let Sources { names, book, .. } = sources;
        let cells = book.under(&names.tab, &names.history);
        let mut account = Self {
            wrote: sources.written.len(),
            ..Self::default()
        };
        let texts = sources.written.iter().map(|written| written.text.as_str());
        let (mut left, twice) = matched(texts, &Places::of(&cells));
        account.messages_twice = twice;
        for written in sources.written {
            let text = tidy(&written.text);
            match left.get_mut(&text) {
                Some(found) if *found > 0 => {
                    *found -= 1;
                    account.arrived += 1;
                }
                Some(_) | None if written.answered => account.answered += 1,
                Some(_) | None if sources.quiet && written.taken => account.lost += 1,
                Some(_) | None => account.waiting += 1,
            }
        }
        account.answers_typed = sources.typed.len();
        let typed = sources.typed.iter().map(String::as_str);
        let (found, twice) = matched(typed, &Places::of(sources.spoken));
        account.answers_arrived = found.values().sum();
        account.answers_twice = twice;
        account.twice = account.messages_twice + twice;
        let doubts: Vec<String> = names
            .unknown
            .iter()
            .map(|word| word.to_lowercase())
            .collect();
        let words = book.under(&names.tab, &names.delivery);
        let words = words.iter().map(|words| words.to_lowercase());
        account.unknown = words
            .filter(|words| doubts.iter().any(|doubt| words.contains(doubt)))
            .count();
        account
    }
}

/// How often each text was found, at most as often as it was written; and how many places there are beyond that.
fn matched<'a>(
    texts: impl Iterator<Item = &'a str>,
    places: &Places,
) -> (HashMap<String, usize>, usize) {
    let mut wanted: HashMap<String, usize> = HashMap::new();
    for text in texts.map(tidy).filter(|text| !text.is_empty()) {
        *wanted.entry(text).or_default() += 1;
    }
    let mut twice = 0;
    for (text, count) in &mut wanted {
        let found = places.count(text);
        twice += found.saturating_sub(*count);
        *count = found.min(*count);
    }
    (wanted, twice)
}

/// Lines, each by all that can be its text, and the wholes that they are from.
struct Places {
    lines: HashMap<String, usize>,
    wholes: Vec<String>,
}

impl Places {
    fn of(texts: &[String]) -> Self {
        let wholes: Vec<String> = texts.iter().map(|text| tidy(text)).collect();
        let mut lines = HashMap::new();
        for line in wholes.iter().flat_map(|whole| whole.lines()) {
            for text in ends(line) {
                *lines.entry(text.to_owned()).or_default() += 1;
            }
        }
        Self { lines, wholes }
    }

    /// In how many places a text stands as a whole.
    fn count(&self, text: &str) -> usize {
        if !text.contains('\n') {
            return self.lines.get(text).copied().unwrap_or_default();
        }
        let in_whole = |whole: &String| {
            let places = whole.match_indices(text);
            places
                .filter(|(at, _)| {
                    let before = &whole[..*at];
                    let behind = &whole[at + text.len()..];
                    let begins = before.is_empty()
                        || before.ends_with('\n')
                        || HEADS.iter().any(|head| before.ends_with(head));
                    begins && (behind.is_empty() || behind.starts_with('\n'))
                })
                .count()
        };
        self.wholes.iter().map(in_whole).sum()
    }
}

/// A line, and whatever stands in it behind words that could head it.
fn ends(line: &str) -> Vec<&str> {
    let heads = HEADS.iter().flat_map(|head| {
        let places = line.match_indices(head);
        places.map(move |(at, head)| &line[at + head.len()..])
    });
    let mut ends: Vec<&str> = std::iter::once(line).chain(heads).collect();
    ends.sort_unstable_by_key(|end| end.len());
    ends.dedup();
    ends
}

/// Each line without blanks at its ends, and without empty lines around the whole.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> SheetNames {
        SheetNames {
            tab: "Лист".into(),
            history: "текст".into(),
            answer: "ответ".into(),
            delivery: "доставка".into(),
            unknown: vec!["неизвестно".into()],
        }
    }

    fn written(text: &str, answered: bool, taken: bool) -> Written {
        Written {
            text: text.into(),
            taken,
            answered,
        }
    }

    fn account(history: &[&str], written: &[Written], spoken: &[&str], quiet: bool) -> Account {
        let mut book = Workbook::new("book", "Book");
        book.add_tab("Лист").unwrap();
        book.paste("Лист", "A1", &[["текст", "ответ", "доставка"]])
            .unwrap();
        for (row, text) in (2..).zip(history) {
            book.paste(
                "Лист",
                &format!("A{row}"),
                &[[
                    format!("'{text}"),
                    String::new(),
                    "Неизвестно, 14:02".into(),
                ]],
            )
            .unwrap();
        }
        let spoken: Vec<String> = spoken.iter().map(|text| (*text).to_owned()).collect();
        Account::of(&Sources {
            names: &names(),
            book: &book,
            written,
            typed: &["Да".to_owned(), "Завтра".to_owned()],
            spoken: &spoken,
            quiet,
        })
    }

    #[test]
    fn each_message_is_counted_once_and_found_only_as_a_whole() {
        let history = [
            "2026-01-01 10:00:00: Вторая строка\nи ещё одна\n2026-01-01 09:00:00: Где договор?\n2026-01-01 08:00:00: да",
            "2026-01-01 09:00:00: Где договор?\n2026-01-01 07:00:00: в ответ на «Счёт»: Где договор?",
        ];
        let all = [
            written("/start", true, true),
            written("Где договор?", true, true),
            written("Вторая строка\n и ещё одна ", false, true),
            written("да", false, true),
            written("ещё", false, true),
            written("", false, false),
        ];
        let seen = account(&history, &all, &["Специалист: Да", "Когда? Да"], false);
        let expected = Account {
            wrote: 6,
            arrived: 3,
            answered: 1,
            waiting: 2,
            messages_twice: 2,
            twice: 2,
            answers_typed: 2,
            answers_arrived: 1,
            unknown: 2,
            ..Account::default()
        };
        assert_eq!(seen, expected);
        let later = account(&history, &all, &["Да", "Да", "Завтра"], true);
        let expected = Account {
            waiting: 1,
            lost: 1,
            answers_arrived: 2,
            answers_twice: 1,
            twice: 3,
            ..expected
        };
        assert_eq!(later, expected, "what the bot has not taken is not lost");
    }
}
