//! Cells that people write too: what may be done to them, given what the snapshot shows.
//!
//! Invariant: text that nobody expected is never changed.

use crate::{
    domain::{
        appeal::Status,
        ids::PartnerCode,
        row::{Column, SharedCell},
        text::Text,
    },
    sheets::table::layout::{
        cells,
        words::{TabWords, same_status},
    },
};

/// What is known of a cell whose text could not be found although it stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FailedMatch {
    /// The text.
    pub(super) text: String,
    /// It is what a formula shows.
    pub(super) formula: bool,
}

/// What is to be done to a shared cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CellAction {
    /// It is as it should be.
    Done,
    /// Change it if it still holds exactly this.
    Compare { expect: String, set: String },
    /// Change it right after the snapshot: there is nothing to compare with, or Google could not.
    Plain { set: String },
    /// A formula: it stays.
    Leave,
    /// A person has written something else; the snapshot has told the domain.
    Contested,
}

/// The column of a shared cell.
pub(super) fn column(cell: &SharedCell) -> Column {
    match cell {
        SharedCell::Status { .. } => Column::Status,
        SharedCell::Account(_) => Column::Telegram,
        SharedCell::Clear { column, .. } => *column,
        SharedCell::Fill(_) => Column::Answer,
        SharedCell::Code { .. } => Column::Code,
        SharedCell::Assign { .. } => Column::Responsible,
    }
}

/// Decides by what the cell shows; `stubborn` is what the last compare-and-set of this very cell has taught.
pub(super) fn decide(
    words: &TabWords,
    cell: &SharedCell,
    shown: &str,
    failed_matches: Option<&FailedMatch>,
) -> CellAction {
    match cell {
        SharedCell::Status { expect, set } => {
            decide_status(words, (expect.as_ref(), set), shown, failed_matches)
        }
        SharedCell::Account(chat) => {
            let set = chat.to_string();
            if Text::from(shown).is_blank() {
                CellAction::Plain { set }
            } else if shown == set {
                CellAction::Done
            } else {
                CellAction::Contested
            }
        }
        SharedCell::Clear { expect, .. } => {
            if Text::from(shown).is_blank() {
                CellAction::Done
            } else if shown == expect.as_str() {
                change(shown, "", failed_matches)
            } else {
                CellAction::Contested
            }
        }
        SharedCell::Code { before, set } => {
            decide_code((before, set.as_str()), shown, failed_matches)
        }
        SharedCell::Assign { expect, set } => {
            let ours = expect
                .as_ref()
                .is_some_and(|expect| shown == expect.as_str());
            if Text::from(shown).is_blank() {
                CellAction::Plain {
                    set: set.as_str().to_owned(),
                }
            } else if ours && shown != set.as_str() {
                change(shown, set.as_str(), failed_matches)
            } else {
                // A person knows better whose it is.
                CellAction::Done
            }
        }
        SharedCell::Fill(text) => {
            if shown == text.as_str() {
                CellAction::Done
            } else if Text::from(shown).is_blank() {
                CellAction::Plain {
                    set: text.as_str().to_owned(),
                }
            } else {
                CellAction::Contested
            }
        }
    }
}

fn decide_status(
    words: &TabWords,
    (expect, set): (Option<&Status>, &Status),
    shown: &str,
    failed_matches: Option<&FailedMatch>,
) -> CellAction {
    let Some(word) = words.status_word(set) else {
        return CellAction::Contested;
    };
    match (words.status(shown), expect) {
        (Some(status), _) if same_status(&status, set) => CellAction::Done,
        (None, _) => CellAction::Plain {
            set: word.to_owned(),
        },
        (Some(status), Some(expect)) if same_status(&status, expect) => {
            change(shown, word, failed_matches)
        }
        (Some(_), _) => CellAction::Contested,
    }
}

fn decide_code(
    (before, set): (&[PartnerCode], &str),
    shown: &str,
    failed_matches: Option<&FailedMatch>,
) -> CellAction {
    let code = cells::code(shown);
    let ours = code.as_ref().is_some_and(|code| before.contains(code));
    if code == cells::code(set) || (!ours && !Text::from(shown).is_blank()) {
        // A person knows better whose it is.
        CellAction::Done
    } else if ours && is_text_when_typed(set) {
        change(shown, set, failed_matches)
    } else {
        CellAction::Plain {
            set: set.to_owned(),
        }
    }
}

/// What the cell will hold once it is done.
pub(super) fn outcome<'a>(words: &'a TabWords, cell: &'a SharedCell) -> Option<&'a str> {
    match cell {
        SharedCell::Account(_) => None,
        SharedCell::Status { set, .. } => words.status_word(set),
        SharedCell::Clear { .. } => Some(""),
        SharedCell::Fill(text)
        | SharedCell::Code { set: text, .. }
        | SharedCell::Assign { set: text, .. } => Some(text.as_str()),
    }
}

/// Whether a code stays what it is where Google takes it for typed: one of digits becomes a number, and one that begins with a month's
/// name a day.
fn is_text_when_typed(code: &str) -> bool {
    let letters = code.chars().take_while(|c| c.is_alphabetic()).count();
    (1..=2).contains(&letters)
}

fn change(shown: &str, set: &str, failed_matches: Option<&FailedMatch>) -> CellAction {
    let set = set.to_owned();
    match failed_matches.filter(|failed_matches| failed_matches.text == shown) {
        Some(FailedMatch { formula: true, .. }) => CellAction::Leave,
        Some(FailedMatch { formula: false, .. }) => CellAction::Plain { set },
        None => CellAction::Compare {
            expect: shown.to_owned(),
            set,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheets::table::layout::tests::appeals;

    fn compare(expect: &str, set: &str) -> CellAction {
        CellAction::Compare {
            expect: expect.to_owned(),
            set: set.to_owned(),
        }
    }

    fn text(text: &str) -> FailedMatch {
        FailedMatch {
            text: text.to_owned(),
            formula: false,
        }
    }

    fn plain(set: &str) -> CellAction {
        CellAction::Plain {
            set: set.to_owned(),
        }
    }

    #[test]
    fn a_status_moves_only_from_where_it_was_expected() {
        let words = appeals();
        let status = |expect, shown, failed_matches: Option<&str>| {
            let cell = SharedCell::Status {
                expect,
                set: Status::InWork,
            };
            decide(&words, &cell, shown, failed_matches.map(text).as_ref())
        };
        let new = || Some(Status::New);
        assert_eq!(status(new(), "в работе", None), CellAction::Done);
        assert_eq!(status(None, "В работе", None), CellAction::Done);
        assert_eq!(status(new(), " НОВОЕ", None), compare(" НОВОЕ", "В работе"));
        assert_eq!(status(new(), "Новое", Some("Новое")), plain("В работе"));
        assert_eq!(
            status(new(), "новое", Some("Новое")),
            compare("новое", "В работе")
        );
        assert_eq!(status(new(), " ", None), plain("В работе"));
        assert_eq!(status(None, "", None), plain("В работе"));
        assert_eq!(status(new(), "Решено", None), CellAction::Contested);
        assert_eq!(status(None, "Новое", None), CellAction::Contested);
        let own = Some(Status::Other("Ждём".into()));
        assert_eq!(status(own, "ждем", None), compare("ждем", "В работе"));
    }

    #[test]
    fn a_name_is_put_where_nobody_s_stands_but_ours() {
        let assign = |expect: Option<&str>, shown| {
            let cell = SharedCell::Assign {
                expect: expect.map(Text::from),
                set: "Иванова".into(),
            };
            decide(&appeals(), &cell, shown, None)
        };
        assert_eq!(assign(None, " "), plain("Иванова"));
        assert_eq!(assign(None, "Петров"), CellAction::Done);
        assert_eq!(
            assign(Some("Петров"), "Петров"),
            compare("Петров", "Иванова")
        );
        assert_eq!(assign(Some("Петров"), "Сидоров"), CellAction::Done);
        assert_eq!(assign(Some("Петров"), "Иванова"), CellAction::Done);
    }

    #[test]
    fn a_code_comes_in_place_of_one_of_the_same_partner() {
        let code = |set: &str, shown: &str| {
            let before = ["П-1", "007"].map(|code| cells::code(code).expect("a code"));
            let cell = SharedCell::Code {
                before: before.to_vec(),
                set: set.into(),
            };
            decide(&appeals(), &cell, shown, None)
        };
        assert_eq!(code("П-2", "п-1"), compare("п-1", "П-2"));
        assert_eq!(code("П-2", "007"), compare("007", "П-2"));
        assert_eq!(code("П-2", ""), plain("П-2"));
        assert_eq!(code("П-2", "п-2 "), CellAction::Done);
        assert_eq!(code("П-2", "П-3"), CellAction::Done, "a person's own");
        assert_eq!(code("0012", "П-1"), plain("0012"), "no number comes of it");
        assert_eq!(code("май-5", "П-1"), plain("май-5"), "nor a day");
        assert_eq!(code("П-1", "007"), compare("007", "П-1"), "and back");
    }

    #[test]
    fn an_answer_is_cleared_only_of_the_very_text() {
        let words = appeals();
        let clear = |shown, failed_matches: Option<FailedMatch>| {
            decide(
                &words,
                &SharedCell::Clear {
                    column: Column::Answer,
                    expect: "да\nда".into(),
                },
                shown,
                failed_matches.as_ref(),
            )
        };
        assert_eq!(clear(" \n", None), CellAction::Done);
        assert_eq!(clear("да\nда", None), compare("да\nда", ""));
        assert_eq!(clear("да\nда", Some(text("да\nда"))), plain(""));
        assert_eq!(clear("да\nда", Some(text("другое"))), compare("да\nда", ""));
        let formula = FailedMatch {
            formula: true,
            ..text("да\nда")
        };
        assert_eq!(clear("да\nда", Some(formula)), CellAction::Leave);
        assert_eq!(clear("да\nда ", None), CellAction::Contested);
        assert_eq!(
            clear("новый ответ", Some(text("новый ответ"))),
            CellAction::Contested
        );
    }
}
