//! What is known of the message that tells a partner how his appeal stands.
//!
//! Invariant: it says what that message says, or is on its way to say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Status;
use crate::domain::ids::{MessageId, Number};

/// The one message of an appeal that is changed as the appeal goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which message; none before Telegram has it.
    pub message: Option<MessageId>,
    /// The number that it names.
    pub number: Option<Number>,
    /// The status that it tells.
    pub status: Status,
    /// When people are back, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopens: Option<Timestamp>,
}
