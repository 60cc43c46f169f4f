//! What a specialist can ask for by a word in the status column; the status itself stays what it was.
//!
//! Invariant: such a word is never an appeal's status.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Status;
use crate::domain::word::Word;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerOrder {
    /// Change what the partner has of the last answer, or take it back.
    Correct,
    /// Send once more what could not be delivered, or of which nobody knows.
    SendAgain,
}

/// The words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerOrders(pub [(AnswerOrder, Word); 2]);

/// Why an order is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclinedOrder {
    /// The partner has no answer whose messages are known.
    NothingToCorrect,
    /// Another text stands in the answer cell; it is not sent before it is changed.
    Occupied,
    /// An answer is on its way to the partner.
    OnItsWay,
    /// There is no answer that could be sent again.
    NothingToSend,
    /// The last answer has arrived.
    Delivered(Timestamp),
}

impl AnswerOrders {
    /// What a status cell asks for, if it holds such a word.
    #[must_use]
    pub fn of(&self, status: &Status) -> Option<AnswerOrder> {
        let Status::Other(text) = status else {
            return None;
        };
        let mut words = self.0.iter();
        let found = words.find(|(_, word)| word.is_about(text.as_str()));
        found.map(|(order, _)| *order)
    }
}

impl Default for AnswerOrders {
    fn default() -> Self {
        Self([
            (AnswerOrder::Correct, Word::new(["Исправить ответ"])),
            (AnswerOrder::SendAgain, Word::new(["Отправить снова"])),
        ])
    }
}
