//! Why a command has failed, by what the rooms beneath it say.
//!
//! Invariant: it says what to do, where anything can be done.

use crate::domain::wording::declare::{Argument as _, Phrase, Saying};

texts! {
    /// A failure.
    FaultNote<'a> -> Phrase<'a> {
        /// No service runs.
        NoService {
            /// The data directory.
            dir: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-fault-no-service",
        /// It speaks otherwise.
        OtherVersion = "command-fault-other-version",
        /// It answered something else.
        OtherAnswer = "command-fault-other-answer",
        /// There is nothing to copy.
        NoJournal(dir: &'a str) = "command-fault-no-journal",
        /// A file is there already.
        FileExists(file: &'a str) = "command-fault-file-exists",
        /// A file cannot be written.
        FileUnwritable {
            /// Which.
            file: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-fault-file-unwritable",
        /// The journal cannot be read.
        JournalUnreadable(cause: &'a Saying) = "command-fault-journal-unreadable",
        /// Somebody works there.
        Owned(dir: &'a str) = "command-fault-owned",
        /// A damaged journal.
        Damaged {
            /// Where.
            dir: &'a str,
            /// The database's.
            words: &'a str,
        } = "command-fault-damaged",
        /// A journal that is no more.
        JournalEmpty {
            /// Where.
            dir: &'a str,
            /// Its file.
            file: &'a str,
        } = "command-fault-journal-empty",
        /// A journal that is no more.
        JournalGone {
            /// Where.
            dir: &'a str,
            /// Its file.
            file: &'a str,
        } = "command-fault-journal-gone",
        /// It cannot be opened.
        JournalClosed {
            /// Where.
            dir: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-fault-journal-closed",
        /// A copy broke off.
        BrokenOff(cause: &'a Saying) = "command-fault-broken-off",
        /// Somebody works with the journal.
        StopFirst(why: &'a Saying) = "command-fault-stop-first",
        /// A copy cannot be read.
        CopyUnread {
            /// Which.
            file: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-fault-copy-unread",
        /// It is no copy.
        NoCopy {
            /// Which.
            file: &'a str,
            /// The database's.
            words: &'a str,
        } = "command-fault-no-copy",
        /// It cannot be put in place.
        NotReplaced {
            /// Where.
            dir: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-fault-not-replaced",
        /// Google.
        Throttled = "command-fault-throttled",
        /// Google.
        Unavailable(cause: &'a Saying) = "command-fault-unavailable",
        /// Google.
        ChangeRefused {
            /// Which.
            change: usize,
            /// Google's.
            words: &'a str,
        } = "command-fault-change-refused",
        /// Google.
        BadRange(words: &'a str) = "command-fault-bad-range",
        /// Google.
        NoAccess(words: &'a str) = "command-fault-no-access",
        /// Google.
        NoSpreadsheet = "command-fault-no-spreadsheet",
        /// The same, with what to do.
        Share {
            /// What Google says.
            why: &'a Saying,
            /// Ours.
            account: &'a str,
        } = "command-fault-share",
        /// Google.
        ApiOff(enable: &'a str) = "command-fault-api-off",
        /// Google.
        NoGoogleSheet = "command-fault-no-google-sheet",
        /// Google.
        OutcomeUnknown(cause: &'a Saying) = "command-fault-outcome-unknown",
        /// Google.
        RowsMoved = "command-fault-rows-moved",
        /// Google.
        SheetsUrl = "command-fault-sheets-url",
        /// The key file.
        KeyUnread(cause: &'a Saying) = "command-fault-key-unread",
        /// The key file.
        KeyNoJson {
            /// Where.
            line: usize,
            /// Where.
            column: usize,
        } = "command-fault-key-no-json",
        /// The key file.
        KeyField(field: &'a str) = "command-fault-key-field",
        /// The machine.
        Tls(words: &'a str) = "command-fault-tls",
        /// Telegram.
        TelegramRefused {
            /// Of HTTP.
            code: u16,
            /// Telegram's.
            words: &'a str,
        } = "command-fault-telegram-refused",
        /// Telegram.
        TelegramAway(cause: &'a Saying) = "command-fault-telegram-away",
        /// Telegram.
        TelegramUnmade(cause: &'a Saying) = "command-fault-telegram-unmade",
        /// Telegram.
        TelegramLost(cause: &'a Saying) = "command-fault-telegram-lost",
        /// Telegram.
        TelegramUrl = "command-fault-telegram-url",
        /// Telegram does not serve the bot.
        BotToken = "command-fault-bot-token",
        /// Telegram does not serve the bot.
        BotUnknown = "command-fault-bot-unknown",
        /// Telegram does not serve the bot.
        BotLoggedOut = "command-fault-bot-logged-out",
        /// Telegram does not serve the bot.
        BotFrozen = "command-fault-bot-frozen",
        /// Telegram does not serve the bot.
        BotMisdirected = "command-fault-bot-misdirected",
        /// Telegram does not serve the bot.
        BotConflict = "command-fault-bot-conflict",
        /// An address is not to be had.
        NoListening {
            /// Where.
            address: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-fault-no-listening",
        /// The admin socket cannot be made.
        NoSocket {
            /// Which.
            path: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-fault-no-socket",
        /// No service answers.
        NothingAnswers {
            /// Where.
            address: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-fault-nothing-answers",
    }
}
