//! Sheetdesk: a Telegram help desk whose back office is Google Sheets.
//!
//! The rooms in reading order; `docs/ARCHITECTURE.md` says who may import whom.

pub mod domain;
pub mod journal;

pub mod http;
pub mod sheets;
pub mod telegram;

pub mod config;

pub mod operator;

pub mod app;
pub mod cli;
#[cfg(feature = "demo")]
pub mod testbed;

pub mod accept_loop;
pub mod clock;
pub mod fetch;
pub mod health;
pub mod logs;
pub mod proxies;
pub mod schedule;
pub mod secret;
pub mod shutdown;
pub mod supervisor;
pub mod watchdog;
