//! What the admin chat hears of troubles: what is wrong and what to do, when it began and when it is over.
//!
//! Invariant: it is Russian, the language of the firm; every beginning says what to do.

use jiff::SignedDuration;

use super::{Message, plain};
use crate::domain::{alerts::Trouble, ids::ChatId};

/// A message about a trouble, or a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertNote {
    /// It has begun, or still lasts: what is wrong, and what to do.
    Begun(Trouble),
    /// It is over.
    Over(Trouble, SignedDuration),
    /// The admin chat became a supergroup, under this id.
    ChatMoved(ChatId),
    /// Label: check again.
    CheckAgain,
    /// After a check: nothing is wrong.
    AllWell,
    /// A sign of life: for how many hours the service runs, and what was transmitted within the last 24 hours.
    Heartbeat {
        /// Whole hours.
        hours: u64,
        /// Messages of partners.
        messages: u32,
        /// Answers that reached them.
        answers: u32,
        /// Messages that wait to be sent.
        waiting: u64,
    },
}

impl<'a> AlertNote {
    pub(super) fn message(self) -> Message<'a> {
        match self {
            Self::Begun(trouble) => ("alert-begun", vec![("trouble", word(trouble).into())]),
            Self::Over(trouble, lasted) => (
                "alert-over",
                vec![
                    ("trouble", word(trouble).into()),
                    ("minutes", lasted.as_mins().max(1).into()),
                ],
            ),
            Self::ChatMoved(chat) => (
                "admin-chat-moved",
                vec![("chat", chat.0.to_string().into())],
            ),
            Self::CheckAgain => plain("alert-check-again"),
            Self::AllWell => plain("alert-all-well"),
            Self::Heartbeat {
                hours,
                messages,
                answers,
                waiting,
            } => (
                "heartbeat",
                vec![
                    ("hours", hours.into()),
                    ("messages", messages.into()),
                    ("answers", answers.into()),
                    ("waiting", waiting.into()),
                ],
            ),
        }
    }
}

/// By this word the text chooses.
fn word(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Journal => "journal",
        Trouble::Telegram => "telegram",
        Trouble::Bot => "bot",
        Trouble::Webhook => "webhook",
        Trouble::Sheets => "sheets",
        Trouble::Looks => "looks",
        Trouble::Inbox => "inbox",
        Trouble::Outbox => "outbox",
        Trouble::Quarantine => "quarantine",
        Trouble::Unknown => "unknown",
        Trouble::Disk => "disk",
        Trouble::Loops => "loops",
        Trouble::AdminChatState => "admin-chat",
    }
}
