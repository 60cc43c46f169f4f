//! What is about to be written to a sheet.
//!
//! Invariant: it is committed before the call, so that a crash in its middle can be resolved.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    event::RowMark,
    ids::{BatchToken, SpreadsheetId},
    row::Column,
    tab::Tab,
    text::Text,
};

/// One batch of writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Where.
    pub spreadsheet: SpreadsheetId,
    /// The batch's token.
    #[serde(rename = "fence")]
    pub token: BatchToken,
    /// The rows that the batch changes.
    #[serde(default)]
    pub touched: Vec<Touched>,
    /// When it was committed.
    pub at: Timestamp,
}

/// One row that a batch is about to change: enough to find what was overwritten, should the response be lost and the rows have moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The tab.
    pub tab: Tab,
    /// The place, from 0.
    pub row: u32,
    /// The key that the row bears afterwards.
    pub mark: Option<RowMark>,
    /// The short cells that only we write, as they are afterwards.
    pub wrote: Vec<(Column, Text)>,
    /// The cells that people write too.
    pub exchanged: Vec<Exchanged>,
}

/// A cell that people write too, and what a batch makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchanged {
    /// Which.
    pub column: Column,
    /// What it must hold; `None` if it is changed without comparing.
    pub expect: Option<Text>,
    /// What it holds afterwards.
    pub left: Text,
}
