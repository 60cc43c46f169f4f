//! A chat that the settings name, as it turned out to be.
//!
//! Invariant: what the settings say counts again as soon as they say something else.

use serde::{Deserialize, Serialize};

use super::{appeal::RejectReason, ids::ChatId};

/// What is known of a chat of the settings beyond them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownChat {
    /// The group of the settings became a supergroup: which it was, and which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<(ChatId, ChatId)>,
    /// Why it took the last message not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<RejectReason>,
}

impl KnownChat {
    /// Where the chat of the settings is by now.
    #[must_use]
    pub fn of(&self, settings: ChatId) -> ChatId {
        self.moved
            .filter(|(from, _)| *from == settings)
            .map_or(settings, |(_, to)| to)
    }
}
