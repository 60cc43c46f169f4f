//! The words of a tab: what its columns, statuses and marks are called; plain data that the settings fill.
//!
//! Invariant: words are compared folded (`domain::text::fold`), and written in one spelling.

use crate::domain::{
    appeal::Status,
    row::Column,
    tab::Tab,
    text::{Text, bare, fold},
};

/// Everything that is called by a word in one tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabWords {
    /// Which tab.
    pub tab: Tab,
    /// The name on the tab.
    pub title: String,
    /// Its columns; one that is not named here is never touched.
    pub columns: Vec<ColumnWords>,
    /// The words of the status column (appeals).
    pub statuses: Vec<StatusWord>,
    /// The words that mean "authorized" (partners).
    pub authorized: Vec<String>,
    /// The words that mean "not authorized" (partners).
    pub not_authorized: Vec<String>,
}

/// What one column is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnWords {
    /// Its meaning.
    pub column: Column,
    /// Its header as we write it and speak of it.
    pub header: String,
    /// Other headers by which it is known.
    pub aliases: Vec<String>,
}

/// What one status is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusWord {
    /// Its meaning.
    pub status: Status,
    /// The word as we write it.
    pub word: String,
    /// Other words that mean the same.
    pub aliases: Vec<String>,
    /// The colour of cells that hold it: red, green, blue.
    pub fill: Option<[u8; 3]>,
}

impl TabWords {
    /// Reads a status cell; `None` where it is blank, a word of the people's own where it is not one of ours.
    #[must_use]
    pub fn status(&self, cell: &str) -> Option<Status> {
        if fold(cell).is_empty() {
            return None;
        }
        let known = |word: &&StatusWord| {
            is_same(&word.word, cell) || word.aliases.iter().any(|alias| is_same(alias, cell))
        };
        let status = self
            .statuses
            .iter()
            .find(known)
            .map(|word| word.status.clone());
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
                .find(|word| word.status == *status)
                .map(|word| word.word.as_str()),
        }
    }

    /// Whether a cell says that the partner is authorized.
    #[must_use]
    pub fn is_authorized(&self, cell: &str) -> bool {
        says(&self.authorized, cell)
    }

    /// Whether a cell says that the partner is not authorized.
    #[must_use]
    pub fn is_refused(&self, cell: &str) -> bool {
        says(&self.not_authorized, cell)
    }

    /// The header of a column as we write it.
    #[must_use]
    pub fn header(&self, column: Column) -> Option<&str> {
        self.columns
            .iter()
            .find(|words| words.column == column)
            .map(|words| words.header.as_str())
    }
}

/// Whether two statuses are one; words of the people's own are compared folded like all others.
#[must_use]
pub fn same_status(one: &Status, other: &Status) -> bool {
    match (one, other) {
        (Status::Other(one), Status::Other(other)) => fold(one.as_str()) == fold(other.as_str()),
        (one, other) => one == other,
    }
}

fn says(words: &[String], cell: &str) -> bool {
    words.iter().any(|word| is_same(word, cell))
}

/// Whether a cell holds a word, with or without something around it.
fn is_same(word: &str, cell: &str) -> bool {
    let bare_word = bare(word);
    fold(word) == fold(cell) || (!bare_word.is_empty() && bare_word == bare(cell))
}
