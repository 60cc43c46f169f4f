//! What a command says, in the language of its installation.
//!
//! Invariant: one command speaks one language, whatever has failed beneath it; no secret is among its words.

pub(super) mod faults;

use super::Failure;
use crate::{
    config,
    domain::{
        session::Locale,
        wording::{Spoken, Wording},
    },
};

/// The words of one command.
pub(super) struct Words {
    wording: Wording,
    language: Locale,
}

impl Words {
    /// In the language of the settings.
    pub(super) fn of(language: Locale) -> Self {
        Self {
            wording: Wording::built_in(),
            language,
        }
    }

    /// In the language of the terminal, where there are no settings.
    pub(super) fn of_terminal() -> Self {
        let variables: Vec<_> = std::env::vars().collect();
        Self::of(config::of_environment(&variables))
    }

    /// The language.
    pub(super) fn language(&self) -> Locale {
        self.language
    }

    /// Something to say.
    pub(super) fn tell<'a>(&self, words: impl Spoken<'a>) -> String {
        self.wording.tell(self.language, words)
    }

    /// Why it did not succeed.
    pub(super) fn failure<'a>(&self, words: impl Spoken<'a>) -> Failure {
        Failure::Told(self.tell(words))
    }
}
