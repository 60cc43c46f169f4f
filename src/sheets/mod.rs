//! The Google Sheets room: reading, comparing, writing.

pub mod wire;
