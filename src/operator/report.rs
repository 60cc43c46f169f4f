//! How things are, in figures, as `status --format json` prints them.
//!
//! Invariant: the JSON form is part of the outside contract.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{domain::broadcast::BroadcastState, health::Health, telegram::refusal::ServiceRefusal};

/// What `status` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Whether anything can be stored.
    pub journal: JournalStatus,
    /// Updates and events.
    pub inbox: Inbox,
    /// Messages.
    pub outbox: Outbox,
    /// Rows.
    pub desk: SpreadsheetReport,
    /// Announcements under way.
    pub broadcasts: Vec<BroadcastReport>,
    /// Registered partners.
    pub partners: Partners,
    /// The tabs, by name.
    pub looks: BTreeMap<String, LookStatus>,
    /// Calls to Google Sheets left within the minute.
    pub quota: QuotaReport,
    /// How Telegram and Google treat us.
    pub links: BTreeMap<String, Health>,
    /// What Telegram does not let us do.
    #[serde(default)]
    pub telegram: TelegramStatus,
    /// Seconds since the start.
    pub uptime_s: u64,
    /// Restarts of loops since the start.
    pub restarts: u64,
}

/// What Telegram does not let us do; nothing, where all is well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelegramStatus {
    /// Why it does not serve the bot at all.
    pub barred: Option<ServiceRefusal>,
    /// Until when it wants silence, as people read it.
    pub silent_until: Option<String>,
    /// Why it does not bring the updates.
    pub webhook: Option<String>,
    /// Why it lets us write nothing into the admin chat.
    pub admin_chat: Option<String>,
    /// The number that the admin chat bears by now, where it is another than in the settings.
    pub admin_chat_moved: Option<i64>,
    /// Why it lets us write nothing into the staff chat.
    #[serde(default)]
    pub staff_chat: Option<String>,
    /// The number that the staff chat bears by now, where it is another than in the settings.
    #[serde(default)]
    pub staff_chat_moved: Option<i64>,
    /// Why appeals have no topics of their own there, where they should.
    #[serde(default)]
    pub staff_topics: Option<String>,
}

/// The journal itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalStatus {
    /// Whether it takes what comes.
    pub storing: bool,
    /// Why not, and what to do.
    pub trouble: Option<String>,
    /// How many seconds old the figures of this report are: more than none while the journal cannot even be read.
    pub figures_age_s: u64,
}

/// Records in the inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// Stored, not decided yet.
    pub pending: u64,
    /// Set aside.
    pub quarantined: u64,
    /// For how many seconds the oldest record waits to be decided.
    pub oldest_s: Option<u64>,
}

/// Messages in the outbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// To be sent.
    pub pending: u64,
    /// Being sent.
    pub sending: u64,
    /// Outcome lost for good.
    pub unknown: u64,
    /// Refused for good.
    pub failed: u64,
    /// For how many seconds the message waits that goes next.
    pub oldest_s: Option<u64>,
}

/// Rows and batches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpreadsheetReport {
    /// Rows to write.
    pub dirty: u64,
    /// Batches whose outcome is open.
    pub intents: u64,
    /// Answers that wait for `release answers`.
    pub held: u64,
    /// The `№` of the first of them, at most 20.
    pub held_numbers: Vec<u32>,
    /// Rows that Google refuses, as many as are named in the spreadsheet's own report.
    #[serde(default)]
    pub refused: u64,
}

/// One announcement that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastReport {
    /// The promotion's key.
    pub key: String,
    /// Its name.
    pub title: String,
    /// Its state.
    pub state: BroadcastState,
    /// Partners who have not got it yet.
    pub waiting: u32,
    /// Partners who have it.
    pub sent: u32,
    /// Partners who will never get it.
    pub failed: u32,
    /// Partners of whom nobody knows.
    pub unknown: u32,
    /// Partners who get none: they have blocked the bot, or asked for no promotions.
    pub skipped: u32,
    /// Seconds that the rest will take at the configured rate; `None` without a limit.
    pub left_s: Option<u32>,
}

/// Registered partners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partners {
    /// All of them.
    pub registered: u32,
    /// Those who have blocked the bot, or are gone from Telegram.
    pub blocked: u32,
    /// Those who have asked for no promotions.
    pub silent: u32,
}

/// One tab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookStatus {
    /// Seconds since the last complete read began; none before the first.
    pub age_s: Option<u64>,
    /// Rows that it saw.
    pub rows: u64,
    /// What is wrong with the tab, in words.
    pub trouble: Option<String>,
}

/// Calls left within the minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaReport {
    /// Reads.
    pub reads: u32,
    /// Writes.
    pub writes: u32,
}
