//! What a partner says of a closed appeal: a thumb, and words if he likes.
//!
//! Invariant: his last thumb counts; there are no words without one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::text::Text;

/// A thumb and the words beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Which thumb.
    pub thumb: Thumb,
    /// When; none of one that stood in the row before our time.
    pub at: Option<Timestamp>,
    /// The words, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Text>,
}

/// A verdict in one sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thumb {
    /// Content.
    Up,
    /// Not content.
    Down,
}

impl Thumb {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Up, Self::Down];

    /// As people see it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Up => "👍",
            Self::Down => "👎",
        }
    }
}

impl Rating {
    /// As a cell shows it.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.words {
            Some(words) => format!("{} {}", self.thumb.sign(), words.as_str()),
            None => self.thumb.sign().to_owned(),
        }
    }

    /// Reads a cell; nothing where it shows anything else.
    #[must_use]
    pub fn read(cell: &str) -> Option<Self> {
        let read = |thumb: Thumb| Some((thumb, cell.strip_prefix(thumb.sign())?));
        let (thumb, words) = Thumb::ALL.into_iter().find_map(read)?;
        let words = Text::from(words.trim());
        Some(Self {
            thumb,
            at: None,
            words: (!words.is_blank()).then_some(words),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_as_it_was_shown() {
        for words in [None, Some("Быстро помогли".into())] {
            for thumb in Thumb::ALL {
                let rating = Rating {
                    thumb,
                    at: None,
                    words: words.clone(),
                };
                assert_eq!(Rating::read(&rating.shown()), Some(rating));
            }
        }
        for cell in ["", "5", "хорошо 👍"] {
            assert_eq!(Rating::read(cell), None, "{cell}");
        }
    }
}
