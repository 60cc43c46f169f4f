//! What the admin chat hears of troubles: what is wrong and what to do, when it began and when it is over.
//!
//! Invariant: every beginning says what to do.

use jiff::SignedDuration;

use super::declare::{Argument, Given, Phrase};
use crate::domain::{alerts::Trouble, ids::ChatId};

texts! {
    /// A message about a trouble, or a sign of life.
    AlertNote -> Phrase<'static> {
        /// It has begun, or still lasts: what is wrong, and what to do.
        Begun(trouble: Trouble) = "alert-begun",
        /// It is over.
        Over(trouble: Trouble, lasted: SignedDuration) = over,
        /// The admin chat became a supergroup, under this id.
        ChatMoved(chat: ChatId) = "admin-chat-moved",
        /// The staff chat became a supergroup, under this id.
        StaffChatMoved(chat: ChatId) = "staff-chat-moved",
        /// Label: check again.
        CheckAgain = "alert-check-again",
        /// After a check: nothing is wrong.
        AllWell = "alert-all-well",
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
        } = "heartbeat",
    }
}

choices! {
    over(trouble: Trouble, lasted: SignedDuration) {
        (trouble, lasted) => "alert-over" (trouble, minutes = lasted.as_mins().max(1)),
    }
}

/// By this word the text chooses.
impl<'a> Argument<'a> for Trouble {
    fn argument(self) -> Given<'a> {
        match self {
            Trouble::Journal => "journal",
            Trouble::Telegram => "telegram",
            Trouble::Bot => "bot",
            Trouble::Webhook => "webhook",
            Trouble::NoWebhook => "no-webhook",
            Trouble::Sheets => "sheets",
            Trouble::Looks => "looks",
            Trouble::Inbox => "inbox",
            Trouble::Outbox => "outbox",
            Trouble::Quarantine => "quarantine",
            Trouble::Unknown => "unknown",
            Trouble::Disk => "disk",
            Trouble::Loops => "loops",
            Trouble::AdminChatState => "admin-chat",
            Trouble::StaffChat => "staff-chat",
            Trouble::StaffTopics => "staff-topics",
        }
        .into()
    }
}
