//! What a person sends in a private chat, decoded as far as we serve it.
//!
//! Invariant: facts as Telegram states them, without a verdict; what they look like in the sheet is decided in `handlers/lines`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{AppealId, ChatId, MessageId},
    session::Locale,
    text::{Text, fingerprint},
};

/// A message in a private chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Where.
    pub chat: ChatId,
    /// Its id in the chat.
    pub message: MessageId,
    /// When it was written or, if it was changed, changed; by Telegram's clock.
    pub at: Timestamp,
    /// The language of the sender's Telegram.
    pub locale: Locale,
    /// What it holds.
    pub content: Content,
    /// What it is in.
    #[serde(default)]
    pub context: Context,
}

/// Who writes in a group, or presses a button there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The Telegram account.
    pub account: ChatId,
    /// What he calls himself there.
    pub name: Text,
}

/// What a message is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// What it replies to.
    pub reply: Option<Reply>,
    /// Whose message was passed on, by name; empty where nobody says whose.
    pub forwarded: Option<Text>,
    /// The album that it is a part of (Bot API: `media_group_id`).
    pub album: Option<String>,
}

/// What a message replies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The message; `None` if it is in another chat.
    pub message: Option<MessageId>,
    /// What is quoted of it; empty where there is no text in it.
    pub quote: Text,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Text.
    Text(Text),
    /// A shared contact.
    Contact {
        /// The number as Telegram gives it.
        phone: Text,
        /// `contact.user_id` is present and is the sender's: only then it proves anything.
        own: bool,
        /// Whose it is, by name.
        #[serde(default)]
        name: Text,
    },
    /// A file, with the words beneath it.
    File(Attachment, Text),
    /// A place.
    Place {
        /// Latitude and longitude in degrees, as people write them.
        position: Text,
        /// Its name and address; empty for a bare position.
        name: Text,
    },
    /// A poll.
    Poll {
        /// What is asked.
        question: Text,
        /// What may be answered.
        options: Vec<Text>,
    },
    /// Something that Telegram says about the chat itself; nobody wrote it.
    Service(String),
    /// Something that cannot be in a sheet, with words that can; the kind is Telegram's word (`checklist`, `paid_media` …).
    Described {
        /// What it is.
        kind: String,
        /// The words in it and beneath it.
        words: Text,
    },
    /// Anything else, without a word in it (`dice`, `story` …).
    Other(String),
}

impl Content {
    /// The text, where it is nothing else.
    #[must_use]
    pub fn text(&self) -> Option<&Text> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// Equal for equal content: a file is the same under another `file_id`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let told = match self {
            Self::Text(text) => format!("text\n{}", text.as_str()),
            Self::Contact { phone, name, .. } => {
                format!("contact\n{}\n{}", phone.as_str(), name.as_str())
            }
            Self::File(file, caption) => format!(
                "file\n{}\n{}",
                file.unique.as_ref().unwrap_or(&file.remote),
                caption.as_str()
            ),
            Self::Place { position, name } => {
                format!("place\n{}\n{}", position.as_str(), name.as_str())
            }
            Self::Poll { question, options } => options
                .iter()
                .fold(format!("poll\n{}", question.as_str()), |told, option| {
                    format!("{told}\n{}", option.as_str())
                }),
            Self::Described { kind, words } => format!("{kind}\n{}", words.as_str()),
            Self::Service(kind) | Self::Other(kind) => kind.clone(),
        };
        fingerprint(&told)
    }
}

/// A file at Telegram's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is.
    pub kind: FileKind,
    /// Telegram's `file_id`, by which this bot can have it.
    pub remote: String,
    /// What the file is known by, whichever message brings it (Bot API: `file_unique_id`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<String>,
    /// Its name, where the sender's app gave one.
    pub name: Option<Text>,
    /// Its media type, as the sender's app says.
    pub media_type: Option<String>,
    /// Its size in bytes, where Telegram tells.
    pub size: Option<u64>,
}

/// What a file is to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A picture.
    Photo,
    /// A film.
    Video,
    /// A film without sound.
    Animation,
    /// Music.
    Audio,
    /// Speech.
    Voice,
    /// A video note.
    VideoNote,
    /// Any file.
    Document,
    /// A sticker.
    Sticker,
}

/// A message of a private chat that belongs to an appeal: the partner's own, or one of ours that he may reply to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Where; with the message this entity's key.
    pub chat: ChatId,
    /// Which message.
    pub message: MessageId,
    /// What it belongs to.
    pub appeal: AppealId,
    /// The line that holds it; `None` for one of ours.
    pub line: Option<u32>,
    /// The message's own words in that line, where other words are there too; `None` if all of them are its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Text>,
    /// What it held, see [`Content::fingerprint`]; `None` for one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}
