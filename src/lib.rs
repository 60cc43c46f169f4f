//! Sheetdesk: a Telegram help desk whose back office is Google Sheets.

pub mod config;
pub mod domain;
pub mod http;
pub mod journal;
pub mod secret;
pub mod sheets;
