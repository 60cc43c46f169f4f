//! Words of a sheet: headers, statuses, actions.
//!
//! Invariant: a word is compared folded ([`fold`]), and written in one spelling.

use super::text::{bare, fold};

/// What one thing is called in a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    written: String,
    understood: Vec<String>,
}

impl Word {
    /// A word by its spellings, the one that we write first.
    pub fn new<'a>(spellings: impl IntoIterator<Item = &'a str>) -> Self {
        let mut spellings = spellings.into_iter().peekable();
        Self {
            written: spellings.peek().map_or("", |first| first.trim()).to_owned(),
            understood: spellings.map(fold).collect(),
        }
    }

    /// As we write it.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Every spelling, folded, ours first.
    #[must_use]
    pub fn understood(&self) -> &[String] {
        &self.understood
    }

    /// Whether a cell holds it.
    #[must_use]
    pub fn is(&self, cell: &str) -> bool {
        self.understood.contains(&fold(cell))
    }

    /// Whether a cell holds it, with or without something around it.
    #[must_use]
    pub fn is_about(&self, cell: &str) -> bool {
        let bare_cell = bare(cell);
        self.is(cell)
            || (!bare_cell.is_empty() && self.understood.iter().any(|word| bare(word) == bare_cell))
    }
}
