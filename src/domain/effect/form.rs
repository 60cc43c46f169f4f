//! The forms of what goes to Telegram.
//!
//! Invariant: whether a form may be sent again without harm is said here, and nowhere else.

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{ChatId, MessageId},
    media::Media,
    text::Text,
};

/// The form of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageForm {
    /// A message.
    #[default]
    Message,
    /// A message that comes without a sound.
    Silent,
    /// The receipt of the appeal that it is about: a message that is changed as the appeal goes on.
    Receipt,
    /// What an earlier message of ours says from now on.
    Edit(MessageId),
    /// What an earlier message of ours says beneath its file from now on. Where it went out as a link to a page, that stays behind the words.
    Caption(MessageId, Text),
    /// An earlier message of ours goes.
    Delete(MessageId),
    /// Words beneath a file, which is fetched from this address.
    File(Text),
    /// Words beneath the picture or video of an announcement, which is still to be uploaded: an address, a `data:` URL, or a `file_id` of
    /// unknown kind.
    Picture(Text),
    /// Words beneath a picture or video that Telegram has.
    Kept(Media),
    /// A message of another chat once more, with what is beneath its file unless other words are given.
    Copy(ChatId, MessageId),
    /// The file of a message of another chat, with these words beneath it or none.
    Captioned(ChatId, MessageId),
    /// A topic of the chat, under these words; the message that makes it is its id.
    Topic,
    /// A topic takes messages of people no more.
    CloseTopic(MessageId),
    /// A topic takes them again.
    ReopenTopic(MessageId),
}

impl MessageForm {
    /// Whether it only changes what the chat holds, so that sending it again does no harm.
    #[must_use]
    pub fn is_change(&self) -> bool {
        match self {
            Self::Edit(_)
            | Self::Caption(..)
            | Self::Delete(_)
            | Self::CloseTopic(_)
            | Self::ReopenTopic(_) => true,
            Self::Message
            | Self::Silent
            | Self::Receipt
            | Self::File(_)
            | Self::Picture(_)
            | Self::Kept(_)
            | Self::Copy(..)
            | Self::Captioned(..)
            | Self::Topic => false,
        }
    }
}
