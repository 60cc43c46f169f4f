//! The last answer that a partner has, message by message, and its correction.
//!
//! Invariant: what is remembered of a message is what Telegram has confirmed; a change that failed leaves what was there before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PartState, staff::ChatReply};
use crate::domain::{ids::MessageId, text::Text};

/// A message that Telegram has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    /// Which.
    pub message: MessageId,
    /// Since when.
    pub at: Timestamp,
}

/// An answer that the partner has whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentAnswer {
    /// As it was typed.
    pub text: Text,
    /// The line of the dialogue that holds it.
    pub line: u32,
    /// When Telegram had all of it.
    pub at: Timestamp,
    /// A response was lost on the way, so there may be a copy that nobody can change.
    pub maybe_twice: bool,
    /// Its messages; none where an earlier version has sent it, which did not remember them.
    pub messages: Vec<SentPart>,
    /// Where it was written, if not in the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Box<ChatReply>>,
}

/// A message of an answer, as the partner has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentPart {
    /// Which.
    pub arrived: Arrived,
    /// The address of its file; none where it is words alone.
    pub file: Option<Text>,
    /// What is in it: equal for equal words and the same file. Empty where nobody knows.
    pub fingerprint: String,
}

/// A correction of the last answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// When it began, or its text was last put back to what it was.
    pub since: Timestamp,
    /// The answer cell has shown a text since: emptied, it takes the answer back.
    pub shown: bool,
    /// What is done to the messages, one after another, once it is under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<CorrectionStep>,
}

/// What is done to one message of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionStep {
    /// The message as it was; none where a further one is sent.
    pub was: Option<SentPart>,
    /// What is in it afterwards; none where it is gone.
    pub becomes: Option<Becomes>,
    /// It should be gone and is too old for that: words stand in its place.
    pub too_old: bool,
}

/// What a message holds after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Becomes {
    /// The address of its file.
    pub file: Option<Text>,
    /// What is in it.
    pub fingerprint: String,
}

impl CorrectionStep {
    /// The message after this step has come so far; none where there is none.
    #[must_use]
    pub fn after(&self, state: PartState) -> Option<SentPart> {
        let PartState::Delivered { arrived, .. } = state else {
            // Whether it was changed all the same is not known.
            return self.was.clone().map(|was| SentPart {
                fingerprint: String::new(),
                ..was
            });
        };
        let Becomes { file, fingerprint } = self.becomes.clone()?;
        // A changed message is as old as it ever was.
        let arrived = self.was.as_ref().map(|was| was.arrived).or(arrived)?;
        Some(SentPart {
            arrived,
            file,
            fingerprint,
        })
    }
}
