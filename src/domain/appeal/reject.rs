//! Why a message does not reach its chat, or is not changed there.
//!
//! Invariant: a reason is for good: trying the same again does not change it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::ChatId;

/// Why Telegram permanently rejects a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// 403 `bot was blocked by the user`.
    Blocked,
    /// 403 `user is deactivated`.
    Deactivated,
    /// 400 `chat not found`.
    ChatNotFound,
    /// It was tried for as long as the schedule allows.
    GaveUp,
    /// Any other refusal, in Telegram's words.
    Refused(String),
    /// The chat takes nothing of this kind from the bot, whatever it says; in Telegram's words.
    Recipient(String),
    /// What was sent would be refused by every chat; in Telegram's words.
    Content(String),
    /// The group is a supergroup now, under this id.
    Moved(ChatId),
    /// The topic that it was for is not there any more.
    TopicGone,
    /// The chat has no topics, or does not let the bot do this with them; in Telegram's words.
    Topics(String),
    /// The file that should go with it cannot be had.
    File(Unfetched),
    /// The message to be changed is not there any more.
    Gone,
    /// The message cannot be changed any more.
    Fixed,
}

/// What Telegram says of a chat that the bot is not in, or that is not there any more.
const OUTSIDE: [&str; 6] = [
    "kicked",
    "not a member",
    "deleted",
    "deactivated",
    "upgraded",
    "migrated",
];

impl RejectReason {
    /// Whether the chat is none that the bot is in, so that nothing at all can be done there.
    #[must_use]
    pub fn shuts_out(&self) -> bool {
        match self {
            Self::Blocked | Self::Deactivated | Self::ChatNotFound | Self::Moved(_) => true,
            Self::Recipient(words) => {
                let words = words.to_ascii_lowercase();
                OUTSIDE.iter().any(|outside| words.contains(outside))
            }
            Self::GaveUp
            | Self::Refused(_)
            | Self::Content(_)
            | Self::TopicGone
            | Self::Topics(_)
            | Self::File(_)
            | Self::Gone
            | Self::Fixed => false,
        }
    }

    /// Whether it lies in the chat that the message was for, so that others may well get it.
    #[must_use]
    pub fn is_the_recipient_s(&self) -> bool {
        match self {
            Self::Blocked
            | Self::Deactivated
            | Self::ChatNotFound
            | Self::Recipient(_)
            | Self::Moved(_)
            | Self::TopicGone
            | Self::Topics(_) => true,
            Self::GaveUp
            | Self::Refused(_)
            | Self::Content(_)
            | Self::File(_)
            | Self::Gone
            | Self::Fixed => false,
        }
    }
}

/// Why a file behind an address cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfetched {
    /// The address is none, or leads to where nothing is fetched from: this machine, a private network.
    Forbidden,
    /// Nobody answers there in time.
    Unreachable,
    /// The answer is no file, by its HTTP status.
    Status(u16),
    /// The file is larger than Telegram takes.
    TooLarge,
    /// It is neither a picture nor a video.
    NotAPicture,
    /// It is shown only to people who have signed in, as a file of Google Drive that is not shared by link.
    Private,
}
