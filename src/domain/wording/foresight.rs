//! What the service would do, if it were let: for whoever only looks on.
//!
//! Invariant: it names places, columns and statuses; of what people wrote only what is about to be sent.

use super::declare::{Argument, Given, Phrase, Spoken as _};
use crate::domain::ids::{Number, PartnerCode, PromotionKey};

/// Words of the sheet, each in quotes, with commas between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotedWords<'a>(pub &'a [String]);

impl<'a> Argument<'a> for QuotedWords<'a> {
    fn argument(self) -> Given<'a> {
        let quoted = |word| ForesightNote::Quoted(word).phrase();
        Given::Listed(self.0.iter().map(|word| quoted(word.as_str())).collect())
    }
}

texts! {
    /// One thing that it would do, or a part of it.
    ForesightNote<'a> -> Phrase<'a> {
        /// It begins.
        Begun = "foresee-begun",
        /// It is over.
        Over = "foresee-over",
        /// It does not begin: a service is at work with this directory.
        Running(directory: &'a str) = "foresee-running",
        /// It does not begin: the journal cannot be copied, in the words of the system.
        Uncopied(words: &'a str) = "foresee-uncopied",
        /// A tab was read.
        Seen {
            /// Which.
            title: &'a str,
            /// How many of its rows count.
            rows: u64,
        } = "foresee-seen",
        /// So many answers wait for the operator's word.
        Held(count: u64) = "foresee-held",
        /// Send an answer.
        Answer(number: Number) = "foresee-answer",
        /// Show this to the specialists.
        Staff(words: &'a str) = "foresee-staff",
        /// Write this to a partner.
        Partner(words: &'a str) = "foresee-partner",
        /// Write this to the operator.
        Operator(words: &'a str) = "foresee-operator",
        /// Change a row.
        Row {
            /// The tab.
            title: &'a str,
            /// The row.
            row: u32,
            /// Whose it is.
            whose: &'a str,
            /// What is done there.
            deeds: &'a str,
        } = "foresee-row",
        /// Add a row.
        NewRow {
            /// The tab.
            title: &'a str,
            /// Whose it is.
            whose: &'a str,
        } = "foresee-row-new",
        /// The same in so many more rows.
        MoreRows {
            /// The tab.
            title: &'a str,
            /// How many.
            more: usize,
        } = "foresee-rows-more",
        /// Add columns.
        Columns {
            /// The tab.
            title: &'a str,
            /// Their headers.
            headers: &'a str,
        } = "foresee-columns",
        /// Widen the filter.
        Filter(title: &'a str) = "foresee-filter",
        /// Widen the table.
        Table(title: &'a str) = "foresee-table",
        /// Colour the statuses.
        Fills(title: &'a str) = "foresee-fills",
        /// Move parts of dialogues to the archive, which may be yet to be made.
        Archive {
            /// The archive.
            title: &'a str,
            /// How many parts.
            parts: usize,
            /// It is yet to be made.
            is_new: bool,
        } = archive,
        /// What is done in a row: write these columns.
        Write(columns: &'a str) = "foresee-write",
        /// What is done in a row: clear this column.
        Clear(column: &'a str) = "foresee-clear",
        /// What is done in a row: write this word into this column.
        Change {
            /// The column.
            column: &'a str,
            /// The word.
            value: &'a str,
        } = "foresee-change",
        /// A word of the sheet in quotes.
        Quoted(word: &'a str) = "foresee-quoted",
        /// Whose a row is: an appeal's.
        OfAppeal(number: Number) = "foresee-appeal",
        /// Whose a row is: a partner's.
        OfPartner(code: &'a PartnerCode) = "foresee-code",
        /// Whose a row is: a promotion's.
        OfPromotion(key: &'a PromotionKey) = "foresee-promotion",
        /// It has no number yet.
        Unnumbered = "foresee-unnumbered",
    }
}

choices! {
    archive(title: &'a str, parts: usize, is_new: bool) {
        (title, parts, false) => "foresee-archive" (title, parts),
        (title, parts, true) => "foresee-archive-new" (title, parts),
    }
}
