//! Pictures and videos that Telegram keeps for us.
//!
//! Invariant: one is uploaded once; from then on it is named by the id that Telegram gave it.

use serde::{Deserialize, Serialize};

/// A picture or another file that Telegram has, for this bot alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What it is sent as.
    pub kind: MediaKind,
    /// Telegram's `file_id`.
    pub file: String,
}

/// What a file is sent as; the kinds that an announcement may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// `sendPhoto`.
    Photo,
    /// `sendVideo`.
    Video,
    /// `sendAnimation`.
    Animation,
    /// `sendDocument`: a picture that Telegram would not show as one.
    Document,
}
