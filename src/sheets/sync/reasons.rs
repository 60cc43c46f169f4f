//! Why Google refuses, in words for people, and what they can do.
//!
//! Invariant: where people can mend it, the words say how; else they are Google's own.

use super::memory::SyncMemory;
use crate::{
    domain::{refusal::WriteRefusal, wording::TableNote},
    sheets::wire::SheetsError,
};

impl SyncMemory {
    /// Why the whole spreadsheet is out of reach, if that is what a failure says.
    pub(super) fn why_closed(&self, error: &SheetsError) -> Option<String> {
        let account = &self.account;
        let note = match error {
            SheetsError::Denied(_) => TableNote::Closed(account),
            SheetsError::NotFound => TableNote::NoSpreadsheet,
            SheetsError::ApiOff { enable } => TableNote::ApiOff { account, enable },
            SheetsError::NotASpreadsheet => TableNote::OfficeFile,
            SheetsError::Throttled { .. }
            | SheetsError::Unavailable(_)
            | SheetsError::Refused { .. }
            | SheetsError::BadRange(_)
            | SheetsError::Unknown(_) => return None,
        };
        Some(self.say(note))
    }

    /// Why Google refuses, and what to do.
    pub(super) fn reason(&self, words: &str) -> String {
        self.say(match WriteRefusal::of(words) {
            WriteRefusal::Protected => TableNote::Protected(&self.account),
            WriteRefusal::CellLimit => TableNote::CellLimit,
            WriteRefusal::CellLength => TableNote::CellLength,
            WriteRefusal::Other(words) => TableNote::Google(words),
        })
    }
}
