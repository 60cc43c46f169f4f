//! Everything that can happen, as one closed enum.
//!
//! Invariant: an event states facts, parsed once at the edge; deciding it again does no harm.

mod command;
mod sheet;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    command::{Command, Digest, ErasedPerson, Heartbeat, Notice, Rated},
    sheet::{
        AnswerCell, AppealCells, Looked, Misplaced, NewAppeal, Outdated, PartnerCells, Restored,
        RowEvent, RowMark, RowResult, TelegramCell, WriteReport, WrittenRow, WrongCell, WrongRow,
    },
};
use super::{
    appeal::RejectReason,
    effect::{Button, Wake},
    ids::{AppealId, CallbackId, ChatId, MessageId, OutboxId},
    media::Media,
    message::{Colleague, Message},
    session::Locale,
    text::Text,
};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Telegram brought an update.
    Update(Update),
    /// A read found a row that differs from the last read.
    Row(RowEvent),
    /// A read ended.
    Looked(Looked),
    /// A send ended.
    Sent(OutboxId, Outcome),
    /// A message of a partner's is in the sheet, and the reaction that says so could not be set.
    Unshown(ChatId, MessageId),
    /// A batch of writes ended.
    Wrote(WriteReport),
    /// A spreadsheet has gone on without this journal, which is a copy from before.
    Restored(Restored),
    /// The journal holds an appeal into which an earlier version has put messages of several partners.
    Mixed(Mixed),
    /// A durable timer is due.
    Due(Wake),
    /// The operator asked for something.
    Admin(Command),
}

/// An appeal with messages of several partners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mixed {
    /// Which.
    pub appeal: AppealId,
    /// Who has messages in it beside the partner that it belongs to.
    pub others: BTreeSet<ChatId>,
}

/// An update, decoded as far as we serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// A private message.
    Message(Message),
    /// A private message that was changed after it was written; as it is now.
    Edited(Message),
    /// The bot was taken into a group, or something was written there that it sees.
    Group {
        /// The group.
        chat: ChatId,
        /// What was written, if in words; `None` if the bot was added, or was given the right to write.
        said: Option<Text>,
        /// The language of the person's Telegram.
        locale: Locale,
    },
    /// Something was written in a group as a reply, or such a message was changed.
    Replied {
        /// The message as it is now.
        message: Message,
        /// Who wrote it.
        by: Colleague,
        /// It was changed after it was written.
        changed: bool,
    },
    /// A group became a supergroup.
    Moved {
        /// Which it was.
        from: ChatId,
        /// Which it is.
        to: ChatId,
    },
    /// A pressed inline button.
    Pressed {
        /// Where it was pressed: the person's own chat, or a group.
        chat: ChatId,
        /// To be acknowledged.
        callback: CallbackId,
        /// The message that bears it, as far as Telegram remembers.
        #[serde(default)]
        message: Option<MessageId>,
        /// Which button; `None` for a button that we do not know (any more).
        button: Option<Button>,
        /// Who pressed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Colleague>,
        /// The language of the person's Telegram.
        locale: Locale,
    },
    /// The person blocked the bot, or came back.
    Membership {
        /// Whose chat.
        chat: ChatId,
        /// Whether the bot is blocked now.
        blocked: bool,
        /// The language of the person's Telegram.
        locale: Locale,
    },
    /// A kind of update that is not served; the word is Telegram's.
    Unserved(String),
}

/// How a send ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Telegram has accepted it.
    Delivered(MessageId),
    /// Telegram has accepted it, and keeps what came with it.
    Uploaded(MessageId, Media),
    /// Telegram will never take it.
    Rejected(RejectReason),
    /// Not sent; to be tried again.
    Retry(RetryAfter),
    /// It may or may not have arrived.
    Unknown,
}

/// When a send may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// Telegram named the moment (429).
    At(Timestamp),
    /// The domain's own schedule decides.
    Schedule,
}
