//! Sheetdesk.

pub mod clock;
pub mod logs;
pub mod schedule;
pub mod secret;
pub mod shutdown;
pub mod supervisor;
