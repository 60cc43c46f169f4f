//! The Google Sheets room: reading, comparing, writing.
//!
//! Invariant: a row is ours only by its key, found in the read that precedes the write; a column only by its header.

pub mod a1;
pub mod account_key;
pub mod client;
mod dialer;
mod errors;
pub mod live_check;
pub mod quota;
mod replies;
mod requests;
mod token;
pub mod wire;

pub mod read_once;
pub mod table;

pub mod tabs;

pub mod sync;

pub mod provision;
pub mod work_gate;
