//! The texts of the status tab.
//!
//! Invariant: it is Russian, the language of the firm, and every figure says what it counts.

use super::{Message, plain};
use crate::domain::ids::{Number, PartnerCode};

/// A cell of that tab; what the admin chat is told as well is in [`super::StatusNote`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateNote<'a> {
    /// Stands above everything: when this was written.
    Title(&'a str),
    /// When the spreadsheet's script last called.
    Push(&'a str),
    /// It has not called since the start.
    NoPush,
    /// An announcement under way: so many partners of so many.
    Mailing {
        /// Its name.
        title: &'a str,
        /// Partners who are through with it.
        done: u32,
        /// All of them.
        all: u32,
    },
    /// Stands above the rows that are left alone.
    StoppedHeading,
    /// There are none.
    StoppedNone,
    /// One of them.
    StoppedAppeal(Number),
    /// One of them.
    StoppedPartner(&'a PartnerCode),
    /// One of them.
    StoppedPromotion(&'a str),
    /// Google does not let it be written, and why.
    Refused(&'a str),
    /// A row of the staff list that cannot be taken.
    StoppedList,
    /// So many more.
    StoppedMore(u64),
    /// Heads the column of days.
    Day,
    /// Heads the messages of partners.
    Messages,
    /// Heads the answers.
    Answers,
    /// Heads the announcements.
    Announced,
}

impl<'a> StateNote<'a> {
    pub(super) fn message(self) -> Message<'a> {
        match self {
            Self::Title(at) => ("state-title", vec![("at", at.into())]),
            Self::Push(at) => ("state-push", vec![("at", at.into())]),
            Self::NoPush => plain("state-push-none"),
            Self::Mailing { title, done, all } => (
                "state-mailing",
                vec![
                    ("title", title.into()),
                    ("done", done.into()),
                    ("all", all.into()),
                ],
            ),
            Self::StoppedHeading => plain("state-stopped"),
            Self::StoppedNone => plain("state-stopped-none"),
            Self::StoppedAppeal(number) => {
                ("state-stopped-appeal", vec![("number", number.0.into())])
            }
            Self::StoppedPartner(code) => (
                "state-stopped-partner",
                vec![("code", code.as_str().into())],
            ),
            Self::StoppedPromotion(title) => {
                ("state-stopped-promotion", vec![("title", title.into())])
            }
            Self::Refused(words) => ("state-refused", vec![("words", words.into())]),
            Self::StoppedList => plain("state-stopped-list"),
            Self::StoppedMore(count) => ("state-stopped-more", vec![("count", count.into())]),
            Self::Day => plain("state-day"),
            Self::Messages => plain("state-messages"),
            Self::Answers => plain("state-answers"),
            Self::Announced => plain("state-announced"),
        }
    }
}
