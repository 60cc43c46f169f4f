//! Sheetdesk: a Telegram help desk whose back office is Google Sheets.

pub mod clock;
pub mod domain;
pub mod journal;
pub mod sheets;
