//! What specialists do with an appeal in their chat: who has taken it, what they answer, and what they want of an answer afterwards.
//!
//! Invariant: what is wanted is done in the order in which it was said, one after another.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{ChatId, MessageId, Seq},
    styled::{Styled, StyledRange},
    text::Text,
};

/// Who has taken an appeal in the staff chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responsible {
    /// By name.
    pub name: Text,
    /// Whose name we have put into the row before.
    pub before: Option<Text>,
    /// With this event; a row that was written since shows the name, or that a person has put another there.
    pub since: Seq,
    /// The row has been written since.
    pub written: bool,
}

/// An answer as it was written in the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatReply {
    /// The chat.
    pub chat: ChatId,
    /// Its message there; of an album the first.
    pub message: MessageId,
    /// Who has written it.
    pub by: Text,
    /// Its words.
    pub words: Text,
    /// What those of a template in them look like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styles: Vec<StyledRange>,
    /// Its messages that hold files.
    pub files: Vec<MessageId>,
    /// The album that it is.
    pub album: Option<String>,
    /// As the dialogue shows it: the words, and what the files are.
    pub text: Text,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatOrder {
    /// It goes to the partner; wanted since then.
    Answer(ChatReply, Timestamp),
    /// What the partner has of it says this from now on.
    Correct(ChatReply),
    /// What the partner has of the answer of this message goes.
    Withdraw(MessageId),
}

impl ChatReply {
    /// Its words with their looks.
    #[must_use]
    pub fn styled(&self) -> Styled {
        Styled::new(self.words.as_str(), &self.styles)
    }

    /// Its words are these from now on, with their looks.
    pub fn say(&mut self, words: &Styled) {
        self.words = words.as_str().into();
        self.styles = words.ranges().to_vec();
    }
}

impl ChatOrder {
    /// The message whose answer it is about.
    #[must_use]
    pub fn message(&self) -> MessageId {
        match self {
            Self::Answer(reply, _) | Self::Correct(reply) => reply.message,
            Self::Withdraw(message) => *message,
        }
    }
}
