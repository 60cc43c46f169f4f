//! What is wrong with the service, or wants a look: the same in `status`, in the admin chat and on the status tab.
//!
//! Invariant: every item says what to do, where there is something to do; so does each language.

use super::declare::{Argument as _, Phrase};

texts! {
    /// One thing that is not as it should be.
    VerdictItem<'a> -> Phrase<'a> {
        /// The journal cannot store, and why.
        JournalDown(words: &'a str) = "verdict-journal-down",
        /// A tab cannot be used, by its name in the settings.
        TabDown(tab: &'a str) = "verdict-tab-down",
        /// Telegram does not serve the bot; what to do.
        Barred(words: &'a str) = "verdict-barred",
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

impl VerdictItem<'_> {
    /// Whether all work goes on.
    #[must_use]
    pub fn is_minor(self) -> bool {
        matches!(
            self,
            Self::AdminMoved(_)
                | Self::StaffChat(_)
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
