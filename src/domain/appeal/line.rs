//! A line of a dialogue.
//!
//! Invariant: a line may change, but it stays the one message that it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{AppealId, MessageId},
    text::Text,
};

/// One entry of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The appeal it belongs to.
    pub appeal: AppealId,
    /// Its place, from 0, oldest first.
    pub index: u32,
    /// Who wrote it.
    pub author: Author,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: Text,
    /// The partner's message that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// The specialist who has written it in the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Text>,
    /// Of an answer: the lines before it that its author could read and so has answered; 0 once it was taken back. None in a journal of an
    /// earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<u32>,
    /// Of an answer that was corrected: what the partner has in its place; empty where it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Text>,
}

impl Line {
    /// What the partner may read of it.
    #[must_use]
    pub fn for_partner(&self) -> Option<&Text> {
        match self.author {
            Author::Partner => Some(&self.text),
            Author::Specialist => {
                let told = self.told.as_ref().unwrap_or(&self.text);
                (!told.is_blank()).then_some(told)
            }
            Author::Note | Author::Adopted => None,
        }
    }
}

/// Who wrote a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The partner.
    Partner,
    /// The specialist.
    Specialist,
    /// The specialist, for his colleagues: the partner never sees it.
    Note,
    /// A whole history as it was in the row before we came; shown as it was.
    Adopted,
}
