//! The texts of the status tab.
//!
//! Invariant: every figure says what it counts.

use super::declare::{Argument as _, Phrase};
use crate::domain::ids::{Number, PartnerCode};

texts! {
    /// A cell of that tab; what the admin chat is told as well is in [`super::StatusNote`].
    StateNote<'a> -> Phrase<'a> {
        /// Stands above everything: when this was written.
        Title(at: &'a str) = "state-title",
        /// When the spreadsheet's script last called.
        Push(at: &'a str) = "state-push",
        /// It has not called since the start.
        NoPush = "state-push-none",
        /// An announcement under way: so many partners of so many.
        Mailing {
            /// Its name.
            title: &'a str,
            /// Partners who are through with it.
            done: u32,
            /// All of them.
            all: u32,
        } = "state-mailing",
        /// Stands above the rows that are left alone.
        StoppedHeading = "state-stopped",
        /// There are none.
        StoppedNone = "state-stopped-none",
        /// One of them.
        StoppedAppeal(number: Number) = "state-stopped-appeal",
        /// One of them.
        StoppedPartner(code: &'a PartnerCode) = "state-stopped-partner",
        /// One of them.
        StoppedPromotion(title: &'a str) = "state-stopped-promotion",
        /// Google does not let it be written, and why.
        Refused(words: &'a str) = "state-refused",
        /// A row of the staff list that cannot be taken.
        StoppedList = "state-stopped-list",
        /// So many more.
        StoppedMore(count: u64) = "state-stopped-more",
        /// How partners have rated these days.
        Rated {
            /// Thumbs up.
            up: u64,
            /// Thumbs down.
            down: u64,
        } = "state-rated",
        /// Heads the column of days.
        Day = "state-day",
        /// Heads the messages of partners.
        Messages = "state-messages",
        /// Heads the answers.
        Answers = "state-answers",
        /// Heads the announcements.
        Announced = "state-announced",
    }
}
