//! What is wrong with the service, or wants a look: the same in `status`, in the admin chat and on the status tab.
//!
//! Invariant: every item says what to do, where there is something to do, by the commands of the place where it is read.

use super::declare::{Argument, Given, Phrase};
use crate::domain::appeal::RejectReason;

texts! {
    /// How the service is, line by line.
    VerdictNote<'a> -> Phrase<'a> {
        /// Nothing is wrong.
        Well = "verdict-well",
        /// Stands before an item where all work goes on.
        AtWork(words: &'a str) = "verdict-at-work",
        /// Something is wrong, or wants a look, for whoever reads it there.
        Item(item: VerdictItem<'a>, place: ReadIn) = placed,
        /// Why Telegram does not serve the bot, by its name, and what to do.
        Barred(bar: &'a str) = "barred",
        /// Why a chat takes nothing from us.
        Shut(why: &'a RejectReason) = shut,
    }
}

texts! {
    /// One thing that is not as it should be.
    VerdictItem<'a> -> Phrase<'a> {
        /// The journal cannot store, and why; not known while its file is being checked.
        JournalDown(words: Option<&'a str>) = journal_down,
        /// A tab cannot be used, by its name in the settings.
        TabDown(tab: &'a str) = "verdict-tab-down",
        /// Telegram does not serve the bot; why, by its name.
        Barred(bar: &'a str) = "verdict-barred",
        /// Telegram does not answer.
        TelegramDown = "verdict-telegram-down",
        /// Google Sheets does not answer.
        SheetsDown = "verdict-sheets-down",
        /// Telegram wants silence until then.
        Silent(until: &'a str) = "verdict-silent",
        /// Telegram does not bring the updates, in its words.
        Webhook(words: &'a str) = "verdict-webhook",
        /// For so long the oldest record has waited to be decided.
        InboxLate(minutes: u64) = "verdict-inbox-late",
        /// For so long the oldest message has waited to be sent, though Telegram is there.
        OutboxLate(minutes: u64) = "verdict-outbox-late",
        /// The admin chat takes nothing from us, in words.
        AdminChat(words: &'a str) = "verdict-admin-chat",
        /// The admin chat bears another number than in the settings.
        AdminMoved(chat: i64) = "verdict-admin-moved",
        /// The staff chat takes nothing from us, in words.
        StaffChat(words: &'a str) = "verdict-staff-chat",
        /// The staff chat bears another number than in the settings.
        StaffMoved(chat: i64) = "verdict-staff-moved",
        /// Appeals have no topics there, in words.
        StaffTopics(words: &'a str) = "verdict-staff-topics",
        /// A service throttles us, by its name among the links.
        Throttled(link: &'a str) = "verdict-throttled",
        /// Google refuses so many rows.
        Refused(count: u64) = "verdict-refused",
        /// So many records were set aside.
        Quarantined(count: u64) = "verdict-quarantined",
        /// Answers wait to be released.
        Held {
            /// How many.
            count: u64,
            /// The numbers of the first appeals.
            numbers: &'a [u32],
            /// How many there are beyond those.
            more: u64,
        } = "verdict-held",
        /// Nobody knows what became of so many messages.
        Unknown(count: u64) = "verdict-unknown",
        /// So many messages were refused for good.
        Failed(count: u64) = "verdict-failed",
    }
}

/// Where a verdict is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadIn {
    /// In the admin chat, or on the tab that says what it says.
    Chat,
    /// In a terminal.
    Shell,
}

/// By this word the text chooses.
impl<'a> Argument<'a> for ReadIn {
    fn argument(self) -> Given<'a> {
        match self {
            Self::Chat => "chat",
            Self::Shell => "shell",
        }
        .into()
    }
}

choices! {
    journal_down(words: Option<&'a str>) {
        Some(words) => "verdict-journal-down" (words),
        None => "verdict-journal-doubted",
    }

    shut(why: &'a RejectReason) {
        RejectReason::Blocked => "shut-blocked",
        RejectReason::Deactivated => "shut-deactivated",
        RejectReason::ChatNotFound => "shut-no-chat",
        RejectReason::Moved(chat) => "shut-moved" (chat = chat.0),
        RejectReason::TopicGone => "shut-no-topic",
        RejectReason::GaveUp | RejectReason::File(_) => "shut-gave-up",
        RejectReason::Gone | RejectReason::Fixed => "shut-fixed",
        RejectReason::Refused(words)
        | RejectReason::Recipient(words)
        | RejectReason::Topics(words)
        | RejectReason::Content(words) => "shut-refused" (words),
    }
}

/// An item, for whoever reads it there.
fn placed(item: VerdictItem<'_>, place: ReadIn) -> Phrase<'_> {
    let (id, mut arguments) = item.message();
    arguments.push(("place", place.argument()));
    (id, arguments)
}

impl VerdictItem<'_> {
    /// Whether all work goes on.
    #[must_use]
    pub fn is_minor(self) -> bool {
        matches!(
            self,
            Self::AdminMoved(_)
                | Self::StaffChat(_)
                | Self::StaffMoved(_)
                | Self::StaffTopics(_)
                | Self::Throttled(_)
                | Self::Refused(_)
                | Self::Quarantined(_)
                | Self::Held { .. }
                | Self::Unknown(_)
                | Self::Failed(_)
        )
    }
}
