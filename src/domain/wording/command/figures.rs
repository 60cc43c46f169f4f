//! The figures of `status`.
//!
//! Invariant: every figure bears its unit, and what is a column in one language is one in the other.

use crate::domain::ids::ChatId;
use crate::domain::wording::declare::{Argument as _, Phrase, Saying};

texts! {
    /// A line of the figures, or a part of one.
    FiguresNote<'a> -> Phrase<'a> {
        /// The figures are not new.
        Old(age: &'a Saying) = "command-figures-old",
        /// Since when the service runs.
        Uptime {
            /// Since when.
            age: &'a Saying,
            /// Of loops.
            restarts: u64,
        } = "command-figures-uptime",
        /// Telegram.
        Telegram {
            /// How it is.
            health: LinkState,
            /// What else.
            more: &'a str,
        } = "command-figures-telegram",
        /// Google Sheets.
        Sheets {
            /// How they are.
            health: LinkState,
            /// Left.
            reads: u32,
            /// Left.
            writes: u32,
        } = "command-figures-sheets",
        /// Of Telegram: it wants silence.
        SilentUntil(until: &'a str) = "command-figures-silent",
        /// Of Telegram: it brings no updates.
        NoUpdates(words: &'a str) = "command-figures-no-updates",
        /// Of Telegram: the admin chat takes nothing.
        AdminChat(words: &'a str) = "command-figures-admin-chat",
        /// Of Telegram: the admin chat has a new number.
        AdminMoved(chat: ChatId) = "command-figures-admin-moved",
        /// Of Telegram: the staff chat takes nothing.
        StaffChat(words: &'a str) = "command-figures-staff-chat",
        /// Of Telegram: the staff chat has a new number.
        StaffMoved(chat: ChatId) = "command-figures-staff-moved",
        /// Of Telegram: the staff chat gives no topics.
        StaffTopics(words: &'a str) = "command-figures-staff-topics",
        /// What came.
        Inbox {
            /// To decide.
            pending: u64,
            /// Set aside.
            aside: u64,
            /// Since when.
            oldest: &'a str,
        } = "command-figures-inbox",
        /// What goes.
        Outbox {
            /// To be sent.
            pending: u64,
            /// On the way.
            sending: u64,
            /// Outcome lost.
            unknown: u64,
            /// Refused.
            failed: u64,
            /// Since when.
            oldest: &'a str,
        } = "command-figures-outbox",
        /// Since when the oldest waits.
        Oldest(age: &'a Saying) = "command-figures-oldest",
        /// What is to be written.
        Rows {
            /// To write.
            dirty: u64,
            /// Batches.
            open: u64,
            /// Answers.
            held: u64,
        } = "command-figures-rows",
        /// The partners.
        Partners {
            /// All.
            registered: u32,
            /// Of them.
            blocked: u32,
            /// Of them.
            silent: u32,
        } = "command-figures-partners",
        /// An announcement.
        Promotion(line: &'a str) = "command-figures-promotion",
        /// A tab.
        Tab(tab: &'a str) = "command-figures-tab",
        /// Of a tab: nobody has looked yet.
        Unseen = "command-figures-unseen",
        /// Of a tab.
        Seen {
            /// When.
            age: &'a Saying,
            /// How many.
            rows: u64,
        } = "command-figures-seen",
        /// A span.
        Seconds(count: u64) = "command-figures-seconds",
        /// A span.
        Minutes(count: u64) = "command-figures-minutes",
        /// A span.
        Hours(count: u64) = "command-figures-hours",
        /// A span.
        Days(count: u64) = "command-figures-days",
        /// An announcement under way.
        Announcement {
            /// How it is.
            state: &'a Saying,
            /// Reached.
            sent: u32,
            /// Of how many.
            all: u32,
            /// Done.
            percent: u32,
            /// Not reached.
            others: &'a str,
            /// Its name.
            title: &'a str,
            /// Its key.
            key: &'a str,
        } = "command-figures-announcement",
        /// Of those: refused.
        Failed(count: u32) = "command-figures-failed",
        /// Of those: not written to.
        Skipped(count: u32) = "command-figures-skipped",
        /// Of those: outcome lost.
        Unknown(count: u32) = "command-figures-unknown",
        /// Its picture is uploaded.
        Preparing = "command-figures-preparing",
        /// It cannot go on.
        Halted = "command-figures-halted",
        /// It goes out.
        RunningFor(left: &'a Saying) = "command-figures-running-for",
        /// The same.
        Running = "command-figures-running",
        /// It rests.
        Paused = "command-figures-paused",
        /// It was cancelled.
        Cancelled = "command-figures-cancelled",
        /// It is over.
        Over = "command-figures-over",
    }
}

texts! {
    /// How a service outside is.
    LinkState -> Phrase<'static> {
        /// It answers.
        Ok = "command-link-ok",
        /// It does not.
        Down = "command-link-down",
        /// It asks for patience.
        Throttled = "command-link-throttled",
        /// Nobody knows.
        Unknown = "command-link-unknown",
    }
}
