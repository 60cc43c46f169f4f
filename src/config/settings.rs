//! What the settings are, section by section.
//!
//! Invariant: plain data; only [`super::sections`] puts them together, from checked values.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use croner::Cron;
use jiff::tz::TimeZone;

use super::addresses::{BaseUrl, TabName};
use super::credentials::Credentials;
use super::secrets::{BotToken, CallbackSecret};
use super::values::{AdminChatId, LogFilter, QuietHours};
use super::words::SheetWords;
use crate::domain::ids::SpreadsheetId;
use crate::logs;
use crate::secret::Secret;

/// All settings of the service.
#[derive(Debug)]
pub struct Settings {
    /// Where the journal lives.
    pub data_dir: PathBuf,
    /// The zone of schedules, quiet hours and everything that people read.
    pub time_zone: TimeZone,
    /// The log.
    pub log: Log,
    /// The addresses that we listen on.
    pub http: Http,
    /// The bot.
    pub telegram: Telegram,
    /// The spreadsheets.
    pub sheets: Sheets,
    /// When tabs are read without being asked.
    pub schedule: Schedules,
    /// Announcements.
    pub promotions: Promotions,
    /// Answers.
    pub appeals: Appeals,
    /// Links to files.
    pub files: Files,
    /// Headers and statuses of the tabs.
    pub words: SheetWords,
}

/// How the log is written.
#[derive(Debug)]
pub struct Log {
    /// For people or for machines.
    pub format: logs::Format,
    /// How much is told.
    pub filter: LogFilter,
}

/// Where the running service is found, by commands beside it.
#[derive(Debug)]
pub struct Local {
    /// Where the journal and the admin socket live.
    pub data_dir: PathBuf,
    /// Where the probes are answered.
    pub listen: SocketAddr,
}

/// Where we listen.
#[derive(Debug)]
pub struct Http {
    /// For Telegram's and the sheets' calls.
    pub listen: SocketAddr,
    /// For the metrics.
    pub admin_listen: SocketAddr,
    /// Our address as the internet sees it; https, except on loopback.
    pub public_url: Option<BaseUrl>,
    /// How many connections may be open at once.
    pub max_connections: usize,
    /// When an unanswered request is given up.
    pub request_timeout: Duration,
}

/// The bot and how it talks to Telegram.
#[derive(Debug)]
pub struct Telegram {
    /// The bot's token.
    pub token: BotToken,
    /// The Bot API server.
    pub api_url: BaseUrl,
    /// How updates reach us.
    pub mode: Mode,
    /// Where alerts go.
    pub admin_chat: Option<AdminChatId>,
    /// Messages per second over all chats; `None` is no limit of ours.
    pub rate_per_second: Option<NonZeroU32>,
    /// Whether `serve` registers the webhook itself.
    pub register_webhook: bool,
}

/// How updates reach us.
#[derive(Debug)]
pub enum Mode {
    /// Telegram calls us.
    Webhook {
        /// The `secret_token` that it repeats with every call.
        secret: Secret,
    },
    /// We ask Telegram.
    Polling,
}

/// The spreadsheets and how we reach them.
#[derive(Debug)]
pub struct Sheets {
    /// The Sheets API.
    pub api_url: BaseUrl,
    /// Who we are there.
    pub credentials: Credentials,
    /// Signs the sheets' calls.
    pub callback_secret: CallbackSecret,
    /// The tab with the partners.
    pub partners: TabAddress,
    /// The tab with the appeals.
    pub appeals: TabAddress,
    /// The tab with the promotions; `None` switches promotions off.
    pub promotions: Option<TabAddress>,
}

/// One tab of one spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TabAddress {
    /// The spreadsheet.
    pub spreadsheet: SpreadsheetId,
    /// The tab in it.
    pub tab: TabName,
}

/// When tabs are read without being asked, in the configured time zone.
#[derive(Debug)]
pub struct Schedules {
    /// Reads the appeals.
    pub appeals: Cron,
    /// Reads the partners.
    pub partners: Cron,
    /// Reads the promotions.
    pub promotions: Cron,
    /// Questions to Telegram and Sheets whether they are there.
    pub health: Cron,
    /// The digest for the admin chat; `None` is never.
    pub digest: Option<Cron>,
    /// The sign of life for the admin chat; `None` is never.
    pub heartbeat: Option<Cron>,
}

/// How promotions are announced.
#[derive(Debug)]
pub struct Promotions {
    /// The predecessor's `X-Webhook-Secret`; `None` switches its push off.
    pub legacy_secret: Option<Secret>,
    /// When nobody is written to.
    pub quiet_hours: Option<QuietHours>,
    /// From which delay on a promotion waits for a person; `None` is never.
    pub hold_if_later_than: Option<Duration>,
    /// Whether to send again what may have arrived.
    pub resend_unknown: bool,
}

/// How answers are delivered.
#[derive(Debug)]
pub struct Appeals {
    /// How long an answer rests in its cell before it is sent.
    pub grace: Duration,
    /// Whether to send once more what may have arrived.
    pub resend_unknown: bool,
}

/// Links to files that partners sent.
#[derive(Debug)]
pub struct Files {
    /// How long a link works.
    pub lifetime: Duration,
}
