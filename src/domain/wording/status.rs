//! How things are, in words for the operator.
//!
//! Invariant: one sentence opens it; every figure bears its unit.

use super::{Message, plain};

/// A sentence or a line of the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusNote<'a> {
    /// All is well.
    Well,
    /// The journal cannot store.
    JournalDown,
    /// A tab cannot be used.
    TabTrouble,
    /// Telegram does not serve the bot.
    Barred,
    /// Telegram wants silence until then.
    Silent(&'a str),
    /// Telegram does not bring the updates, in its words.
    Webhook(&'a str),
    /// The admin chat takes nothing from us, in words.
    AdminChat(&'a str),
    /// The admin chat bears another number than in the settings.
    AdminMoved(i64),
    /// Telegram does not answer.
    TelegramDown,
    /// Google Sheets does not answer.
    SheetsDown,
    /// A service throttles us.
    Throttled,
    /// Google refuses so many rows.
    Refused(u64),
    /// Something was set aside, or nobody knows what became of it.
    WantsALook,
    /// What waits: records to decide, messages to send, rows to write.
    Queues {
        /// Records.
        inbox: u64,
        /// Messages.
        outbox: u64,
        /// Rows.
        rows: u64,
    },
    /// For how many seconds the oldest of them waits.
    Oldest(u64),
    /// What did not go as it should.
    Troubles {
        /// Records set aside.
        quarantined: u64,
        /// Messages whose outcome nobody knows.
        unknown: u64,
        /// Messages that were refused.
        failed: u64,
        /// Answers that wait to be released.
        held: u64,
    },
    /// A tab: how many seconds ago it was looked at, and what is wrong with it.
    Look {
        /// Its name in the settings.
        tab: &'a str,
        /// None before the first read.
        age: Option<u64>,
        /// In words.
        trouble: Option<&'a str>,
    },
    /// Calls to Google Sheets left within the minute.
    Quota {
        /// Reads.
        reads: u32,
        /// Writes.
        writes: u32,
    },
    /// Since when the service runs.
    Uptime {
        /// Whole hours.
        hours: u64,
        /// And minutes.
        minutes: u64,
        /// Restarts of loops.
        restarts: u64,
    },
}

impl<'a> StatusNote<'a> {
    pub(super) fn message(self) -> Message<'a> {
        match self {
            Self::Well => plain("status-well"),
            Self::JournalDown => plain("status-journal-down"),
            Self::TabTrouble => plain("status-tab-trouble"),
            Self::Barred => plain("status-barred"),
            Self::Silent(until) => ("status-silent", vec![("until", until.into())]),
            Self::Webhook(words) => ("status-webhook", vec![("words", words.into())]),
            Self::AdminChat(words) => ("status-admin-chat", vec![("words", words.into())]),
            Self::AdminMoved(chat) => (
                "status-admin-moved",
                vec![("chat", chat.to_string().into())],
            ),
            Self::TelegramDown => plain("status-telegram-down"),
            Self::SheetsDown => plain("status-sheets-down"),
            Self::Throttled => plain("status-throttled"),
            Self::Refused(count) => ("status-refused", vec![("count", count.into())]),
            Self::WantsALook => plain("status-wants-a-look"),
            Self::Queues {
                inbox,
                outbox,
                rows,
            } => (
                "status-queues",
                vec![
                    ("inbox", inbox.into()),
                    ("outbox", outbox.into()),
                    ("rows", rows.into()),
                ],
            ),
            Self::Oldest(seconds) => ("status-oldest", vec![("seconds", seconds.into())]),
            Self::Troubles {
                quarantined,
                unknown,
                failed,
                held,
            } => (
                "status-troubles",
                vec![
                    ("quarantined", quarantined.into()),
                    ("unknown", unknown.into()),
                    ("failed", failed.into()),
                    ("held", held.into()),
                ],
            ),
            Self::Look {
                tab,
                trouble: Some(words),
                ..
            } => (
                "status-look-trouble",
                vec![("tab", tab.into()), ("words", words.into())],
            ),
            Self::Look {
                tab,
                age: Some(seconds),
                ..
            } => (
                "status-look",
                vec![("tab", tab.into()), ("seconds", seconds.into())],
            ),
            Self::Look { tab, age: None, .. } => ("status-look-none", vec![("tab", tab.into())]),
            Self::Quota { reads, writes } => (
                "status-quota",
                vec![("reads", reads.into()), ("writes", writes.into())],
            ),
            Self::Uptime {
                hours,
                minutes,
                restarts,
            } => (
                "status-uptime",
                vec![
                    ("hours", hours.into()),
                    ("minutes", minutes.into()),
                    ("restarts", restarts.into()),
                ],
            ),
        }
    }
}
