//! Why Google refuses to change a cell, a row or a tab.
//!
//! Invariant: a reason is known by Google's own words about it; where they are others, people read the words themselves.

/// A reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteRefusal<'a> {
    /// Somebody has protected what was to be changed.
    Protected,
    /// The spreadsheet has as many cells as it may have.
    CellLimit,
    /// The text is longer than a cell may be.
    CellLength,
    /// Any other, in Google's words.
    Other(&'a str),
}

impl<'a> WriteRefusal<'a> {
    /// Reads Google's words.
    #[must_use]
    pub fn of(words: &'a str) -> Self {
        let lower = words.to_lowercase();
        if lower.contains("protected") {
            Self::Protected
        } else if lower.contains("number of cells") {
            Self::CellLimit
        } else if lower.contains("characters in a single cell") {
            Self::CellLength
        } else {
            Self::Other(words)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_known_by_googles_words() {
        for (words, reason) in [
            (
                "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.",
                WriteRefusal::Protected,
            ),
            (
                "This action would increase the number of cells in the workbook above the limit of 10000000 cells.",
                WriteRefusal::CellLimit,
            ),
            (
                "Your input contains more than the maximum of 50000 characters in a single cell.",
                WriteRefusal::CellLength,
            ),
            ("Internal", WriteRefusal::Other("Internal")),
        ] {
            assert_eq!(WriteRefusal::of(words), reason, "{words}");
        }
    }
}
