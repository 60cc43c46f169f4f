//! The figures of the service, in words for the operator.
//!
//! Invariant: every figure bears its unit.

use super::declare::{Argument as _, Phrase};

texts! {
    /// A line of the status.
    StatusNote<'a> -> Phrase<'a> {
        /// So many messages were refused for good; their list follows.
        RefusedMessages(count: u64) = "status-refused-messages",
        /// One of them.
        RefusedMessage {
            /// Its name.
            name: &'a str,
            /// When it was first to be sent.
            at: &'a str,
            /// To whom.
            to: &'a str,
            /// What it is of, and why.
            about: &'a str,
        } = "status-refused-message",
        /// Of it: the appeal.
        RefusedAppeal(number: u32) = "status-refused-appeal",
        /// Of it: the promotion.
        RefusedPromotion(key: &'a str) = "status-refused-promotion",
        /// Of it: why.
        RefusedWhy(words: &'a str) = "status-refused-why",
        /// What waits: records to decide, messages to send, rows to write.
        Queues {
            /// Records.
            inbox: u64,
            /// Messages.
            outbox: u64,
            /// Rows.
            rows: u64,
        } = "status-queues",
        /// For how many seconds the oldest of them waits.
        Oldest(seconds: u64) = "status-oldest",
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
        } = "status-troubles",
        /// A tab: how many seconds ago it was looked at, and what is wrong with it.
        Look {
            /// Its name in the settings.
            tab: &'a str,
            /// None before the first read.
            age: Option<u64>,
            /// In words.
            trouble: Option<&'a str>,
        } = look,
        /// Calls to Google Sheets left within the minute.
        Quota {
            /// Reads.
            reads: u32,
            /// Writes.
            writes: u32,
        } = "status-quota",
        /// Since when the service runs.
        Uptime {
            /// Whole hours.
            hours: u64,
            /// And minutes.
            minutes: u64,
            /// Restarts of loops.
            restarts: u64,
        } = "status-uptime",
    }
}

choices! {
    look(tab: &'a str, age: Option<u64>, trouble: Option<&'a str>) {
        (tab, _, Some(words)) => "status-look-trouble" (tab, words),
        (tab, Some(seconds), None) => "status-look" (tab, seconds),
        (tab, None, None) => "status-look-none" (tab),
    }
}
