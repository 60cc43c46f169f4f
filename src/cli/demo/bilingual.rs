//! Words for people in both languages.
//!
//! Invariant: neither is ever shown without the other being there.

use serde::Serialize;

/// One text in Russian and in English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Bilingual {
    pub(super) ru: String,
    pub(super) en: String,
}

impl Bilingual {
    pub(super) fn new(ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ru: ru.into(),
            en: en.into(),
        }
    }

    /// Another line below.
    pub(super) fn push_line(&mut self, line: &Self) {
        for (text, more) in [(&mut self.ru, &line.ru), (&mut self.en, &line.en)] {
            if !text.is_empty() && !more.is_empty() {
                text.push('\n');
            }
            text.push_str(more);
        }
    }
}

/// What was quoted is the same to everybody.
impl From<&str> for Bilingual {
    fn from(quoted: &str) -> Self {
        Self::new(quoted, quoted)
    }
}

/// So is a quotation that somebody holds.
impl From<&String> for Bilingual {
    fn from(quoted: &String) -> Self {
        Self::from(quoted.as_str())
    }
}
