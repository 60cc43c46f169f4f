//! What the design assumes of Google Sheets, tried on a tab that is made for it and deleted afterwards.
//!
//! Invariant: only the tab that was made here is touched, and it goes, however the trials end.

mod scratch;
mod trials;

use super::{client::SheetsClient, wire::SheetsError};
use crate::domain::ids::SpreadsheetId;
use scratch::Scratch;

/// How one trial ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What was tried.
    pub about: &'static str,
    /// What was found, where it is not as assumed.
    pub deviation: Option<Deviation>,
}

/// Google behaves otherwise than assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What was found.
    pub found: String,
    /// What the service does in that case.
    pub then: &'static str,
}

/// The trials could not be made, or not to their end.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// A call failed in a way that says nothing about what was tried.
    #[error("{about}: вызов не удался ({error})")]
    Call {
        /// What was being done.
        about: &'static str,
        /// How it failed.
        error: SheetsError,
    },
    /// The tab is still there.
    #[error("лист «{0}» не удалось удалить ({1}): удалите его сами")]
    Left(String, SheetsError),
}

/// Makes the tab, tries everything in it, and deletes it. `hasty` is a client of the same account that gives up on writes at once.
///
/// # Errors
/// A call that failed for another reason than what was tried.
pub async fn try_all(
    client: &SheetsClient,
    hasty: &SheetsClient,
    spreadsheet: &SpreadsheetId,
    tell: fn(&Trial),
) -> Result<Vec<Trial>, LiveError> {
    let scratch = Scratch::make(client, hasty, spreadsheet)
        .await
        .map_err(|error| LiveError::Call {
            about: "новый лист",
            error,
        })?;
    let trials = trials::all(&scratch, tell).await;
    let title = scratch.title.clone();
    scratch
        .delete()
        .await
        .map_err(|error| LiveError::Left(title, error))?;
    trials
}
