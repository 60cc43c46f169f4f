//! What the design assumes of Google Sheets, tried on a tab that is made for it and deleted afterwards.
//!
//! Invariant: only the tab that was made here is touched, and it goes, however the trials end.

mod scratch;
mod trials;

use super::{client::SheetsClient, wire::SheetsError};
use crate::domain::{
    ids::SpreadsheetId,
    wording::{Saying, TrialNote},
};
use scratch::Scratch;

/// How one trial ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// What was tried.
    pub about: TrialNote<'static>,
    /// What was found, where it is not as assumed.
    pub deviation: Option<Deviation>,
}

/// Google behaves otherwise than assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What was found.
    pub found: Saying,
    /// What the service does in that case.
    pub then: TrialNote<'static>,
}

/// The trials could not be made, or not to their end.
#[derive(Debug)]
pub enum LiveError {
    /// A call failed in a way that says nothing about what was tried.
    Call {
        /// What was being done.
        about: TrialNote<'static>,
        /// How it failed.
        error: SheetsError,
    },
    /// The tab is still there.
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
    tell: impl Fn(&Trial),
) -> Result<Vec<Trial>, LiveError> {
    let scratch = Scratch::make(client, hasty, spreadsheet)
        .await
        .map_err(|error| LiveError::Call {
            about: TrialNote::NewTab,
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
