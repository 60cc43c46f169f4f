//! The words of a tab: what its columns, statuses and marks are called; plain data that the settings fill.
//!
//! Invariant: words are compared folded (`domain::text::fold`), and written in one spelling.

use std::collections::BTreeMap;

use crate::domain::{
    appeal::Status,
    partner::{RowTrouble, Unaddressed},
    row::Column,
    tab::Tab,
    text::{Text, fold},
    word::Word,
    wording::{Note, Wording},
};

/// Everything that is called by a word in one tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabWords {
    /// Which tab.
    pub tab: Tab,
    /// The name on the tab.
    pub title: String,
    /// Its columns; one that is not named here is never touched.
    pub columns: Vec<(Column, Word)>,
    /// The words of the status column (appeals), with the colour of cells that hold them: red, green, blue.
    pub statuses: Vec<(Status, Word, Option<[u8; 3]>)>,
    /// The word for "authorized" (partners).
    pub authorized: Word,
    /// The word for "not authorized" (partners).
    pub not_authorized: Word,
    /// What a row is told that cannot be used (appeals).
    pub troubles: BTreeMap<RowTrouble, Spellings>,
    /// What a row is told whose message cannot go to anybody yet (appeals).
    pub unaddressed: BTreeMap<Unaddressed, Spellings>,
}

/// A text of ours in every language, the one that we write first: cells keep what was written before the language was changed.
pub type Spellings = [String; 2];

impl TabWords {
    /// Reads a status cell; `None` where it is blank, a word of the people's own where it is not one of ours.
    #[must_use]
    pub fn status(&self, cell: &str) -> Option<Status> {
        if fold(cell).is_empty() {
            return None;
        }
        let status = self
            .statuses
            .iter()
            .find(|(_, word, _)| word.is_about(cell))
            .map(|(status, ..)| status.clone());
        Some(status.unwrap_or_else(|| Status::Other(Text::from(cell.trim()))))
    }

    /// Writes a status; `None` where the settings know no word for it.
    #[must_use]
    pub fn status_word<'a>(&'a self, status: &'a Status) -> Option<&'a str> {
        match status {
            Status::Other(text) => Some(text.as_str()),
            Status::New
            | Status::InWork
            | Status::Forwarded
            | Status::AiAnswer
            | Status::Resolved => self
                .statuses
                .iter()
                .find(|(known, ..)| known == status)
                .map(|(_, word, _)| word.written()),
        }
    }

    /// Whether a cell says that the partner is authorized.
    #[must_use]
    pub fn is_authorized(&self, cell: &str) -> bool {
        self.authorized.is_about(cell)
    }

    /// Whether a cell says that the partner is not authorized.
    #[must_use]
    pub fn is_refused(&self, cell: &str) -> bool {
        self.not_authorized.is_about(cell)
    }

    /// The header of a column as we write it.
    #[must_use]
    pub fn header(&self, column: Column) -> Option<&str> {
        self.columns
            .iter()
            .find(|(known, _)| *known == column)
            .map(|(_, word)| word.written())
    }
}

/// What rows are told that bear a number which is not theirs, or not theirs alone.
#[must_use]
pub fn troubles(wording: &Wording) -> BTreeMap<RowTrouble, Spellings> {
    let all = [
        RowTrouble::Doubled,
        RowTrouble::Mismatched,
        RowTrouble::Unreadable,
    ];
    all.map(|trouble| (trouble, wording.every_note(Note::Stopped(trouble))))
        .into()
}

/// What rows are told whose message cannot go to anybody yet.
#[must_use]
pub fn unaddressed(wording: &Wording) -> BTreeMap<Unaddressed, Spellings> {
    [
        Unaddressed::UnknownCode,
        Unaddressed::Unregistered,
        Unaddressed::Standing,
    ]
    .map(|why| (why, wording.every_note(Note::Unaddressed(why))))
    .into()
}

/// Whether two statuses are one; words of the people's own are compared folded like all others.
#[must_use]
pub fn same_status(one: &Status, other: &Status) -> bool {
    match (one, other) {
        (Status::Other(one), Status::Other(other)) => fold(one.as_str()) == fold(other.as_str()),
        (one, other) => one == other,
    }
}
