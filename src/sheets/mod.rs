//! The Google Sheets room: reading, comparing, writing.

pub mod a1;
pub mod account_key;
mod decode;
mod encode;
pub mod hub;
mod outcome;
pub mod quota;
mod token;
pub mod wire;
