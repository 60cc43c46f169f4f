//! Values of settings in words: what one may be, and one that was given.
//!
//! Invariant: what may be a secret is not shown.

use super::SettingsNote;
use crate::domain::wording::declare::{Argument, Given, Phrase};

texts! {
    /// What a setting may be set to; completes "set it to …".
    Meaning -> Phrase<'static> {
        /// A directory.
        Directory = "settings-meaning-directory",
        /// A time zone.
        TimeZone = "settings-meaning-time-zone",
        /// An address to listen on.
        Address = "settings-meaning-address",
        /// The one of the metrics.
        AdminAddress = "settings-meaning-admin-address",
        /// How the log looks.
        LogFormat = "settings-meaning-log-format",
        /// How much the log tells.
        Level = "settings-meaning-level",
        /// Our address.
        PublicUrl = "settings-meaning-public-url",
        /// A number.
        Whole = "settings-meaning-whole",
        /// Seconds.
        WholeSeconds = "settings-meaning-whole-seconds",
        /// Minutes.
        WholeMinutes = "settings-meaning-whole-minutes",
        /// Days.
        WholeDays = "settings-meaning-whole-days",
        /// Hours, or never.
        HoursOrNone = "settings-meaning-hours-or-none",
        /// Messages a second.
        Rate = "settings-meaning-rate",
        /// The bot's token.
        Token = "settings-meaning-token",
        /// The Bot API.
        TelegramUrl = "settings-meaning-telegram-url",
        /// How updates come.
        Intake = "settings-meaning-intake",
        /// What Telegram repeats.
        WebhookSecret = "settings-meaning-webhook-secret",
        /// Where alerts go.
        AdminChat = "settings-meaning-admin-chat",
        /// Yes or no.
        Flag = "settings-meaning-flag",
        /// The Sheets API.
        SheetsUrl = "settings-meaning-sheets-url",
        /// The service account.
        KeyFile = "settings-meaning-key-file",
        /// What signs the sheets' calls.
        CallbackSecret = "settings-meaning-callback-secret",
        /// A spreadsheet.
        Spreadsheet = "settings-meaning-spreadsheet",
        /// A tab.
        Tab = "settings-meaning-tab",
        /// When.
        Schedule = "settings-meaning-schedule",
        /// The predecessor's.
        LegacySecret = "settings-meaning-legacy-secret",
        /// When nobody is written to.
        QuietHours = "settings-meaning-quiet-hours",
        /// When people work.
        Week = "settings-meaning-week",
        /// When nobody works.
        Holidays = "settings-meaning-holidays",
        /// The specialists' chat.
        StaffChat = "settings-meaning-staff-chat",
        /// What they are called.
        StaffNames = "settings-meaning-staff-names",
        /// The firm's name.
        Firm = "settings-meaning-firm",
        /// Proxies.
        Proxies = "settings-meaning-proxies",
        /// The language.
        Language = "settings-meaning-language",
    }
}

/// A value of a setting, as its author is shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownValue<'a> {
    /// Its beginning, in quotes.
    Value(&'a str),
    /// Not at all: it may be a secret.
    Hidden,
}

/// How much of a value is repeated to its author.
const SHOWN_CHARACTERS: usize = 80;

impl<'a> Argument<'a> for ShownValue<'a> {
    fn argument(self) -> Given<'a> {
        let Self::Value(text) = self else {
            return SettingsNote::Hidden.argument();
        };
        let mut cut: String = text.chars().take(SHOWN_CHARACTERS).collect();
        if cut.len() < text.len() {
            cut.push('…');
        }
        format!("{cut:?}").into()
    }
}

/// What a number of a setting counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Open connections.
    Connections,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Messages per second.
    Messages,
}

/// By this word the text chooses.
impl<'a> Argument<'a> for Unit {
    fn argument(self) -> Given<'a> {
        match self {
            Self::Connections => "connections",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Messages => "messages",
        }
        .into()
    }
}
