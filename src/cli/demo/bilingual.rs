//! Words for people in both languages.
//!
//! Invariant: neither is ever shown without the other being there.

use serde::Serialize;

/// One text in Russian and in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
}
