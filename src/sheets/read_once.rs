//! One read of one tab without a synchroniser, as `check` and the bench make it.
//!
//! Invariant: the calls and what is made of them are those of the synchroniser's reads.

use jiff::Timestamp;

use super::{
    client::SheetsClient,
    table::{
        answer::{ReadError, TabAnswer, Tie},
        layout::words::TabWords,
        read_plan::ReadPlan,
        snapshot::TabSnapshot,
    },
    wire::{Rendering, SheetsError},
};
use crate::domain::ids::SpreadsheetId;

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum ReadOnceError {
    /// Google gave no answer, or refused.
    #[error(transparent)]
    Sheets(#[from] SheetsError),
    /// What was read cannot be used.
    #[error("rows or columns moved while the tab was read; try again")]
    Discarded(Box<ReadError>),
}

/// Reads a tab; once more where what cells show and store could not be tied together.
///
/// # Errors
/// No answer, a refusal, or rows that moved.
pub async fn snapshot(
    client: &SheetsClient,
    spreadsheet: &SpreadsheetId,
    plan: &ReadPlan,
    words: &TabWords,
) -> Result<TabSnapshot, ReadOnceError> {
    match attempt(client, spreadsheet, plan, words, None).await {
        Err(ReadOnceError::Discarded(error)) => match *error {
            ReadError::Untied(tie) => attempt(client, spreadsheet, plan, words, Some(&tie)).await,
            error => Err(ReadOnceError::Discarded(Box::new(error))),
        },
        outcome => outcome,
    }
}

async fn attempt(
    client: &SheetsClient,
    spreadsheet: &SpreadsheetId,
    plan: &ReadPlan,
    words: &TabWords,
    before: Option<&Tie>,
) -> Result<TabSnapshot, ReadOnceError> {
    let discarded = |error| ReadOnceError::Discarded(Box::new(error));
    let shown = client.read(spreadsheet, &plan.ranges()).await?;
    let mut answer =
        TabAnswer::new(plan, words, Timestamp::UNIX_EPOCH, shown).map_err(discarded)?;
    for rendering in [Rendering::Typed, Rendering::Valued] {
        let wanted = answer.wants(rendering);
        let stored = client.stored(spreadsheet, &wanted, rendering).await?;
        answer.take(rendering, stored);
    }
    answer.snapshot(before).map_err(discarded)
}
