//! The way to Google: until the adapter is here, nothing answers.
//!
//! Invariant: every outcome is said in the words of [`super::wire`].

use super::wire::{Batch, CallError, Columns, ReadBack, Structure};
use crate::domain::ids::{FenceId, SpreadsheetId};

/// The handle to Google Sheets; cheap to clone.
#[derive(Debug, Clone)]
pub struct Hub;

/// What became of a batch whose answer was lost, told by its fence sent alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenceFate {
    /// The fence was free: the batch has not landed and never will.
    Accepted,
    /// The fence is used: the batch has landed.
    Used,
}

impl Hub {
    /// What a spreadsheet consists of.
    ///
    /// # Errors
    /// When Google does not answer.
    pub async fn structure(&self, spreadsheet: &SpreadsheetId) -> Result<Structure, CallError> {
        Err(unavailable(spreadsheet))
    }

    /// The cells of ranges, in their order.
    ///
    /// # Errors
    /// When Google does not answer.
    pub async fn read(&self, spreadsheet: &SpreadsheetId, ranges: &[String]) -> Result<Vec<Columns>, CallError> {
        let _ = ranges;
        Err(unavailable(spreadsheet))
    }

    /// One batch, all or nothing.
    ///
    /// # Errors
    /// When it is refused, or its outcome is not known.
    pub async fn write(&self, spreadsheet: &SpreadsheetId, batch: &Batch) -> Result<ReadBack, CallError> {
        let _ = batch;
        Err(unavailable(spreadsheet))
    }

    /// Sends a fence alone.
    ///
    /// # Errors
    /// When Google does not answer.
    pub async fn fence(&self, spreadsheet: &SpreadsheetId, fence: FenceId) -> Result<FenceFate, CallError> {
        let _ = fence;
        Err(unavailable(spreadsheet))
    }
}

fn unavailable(spreadsheet: &SpreadsheetId) -> CallError {
    CallError::Unavailable(format!("no adapter for {spreadsheet}"))
}
