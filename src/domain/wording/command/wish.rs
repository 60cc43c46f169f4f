//! What becomes of a wish: to release, to let go, to forget.
//!
//! Invariant: a list says what can be done with what it names.

use crate::domain::ids::ChatId;
use crate::domain::wording::declare::{Argument as _, Phrase};

texts! {
    /// What became of a wish.
    WishNote -> Phrase<'static> {
        /// There is nothing to release.
        NoneHeld = "command-wish-none-held",
        /// Answers go out.
        Released(count: u64) = "command-wish-released",
        /// Nobody waits any more.
        SilenceEnded = "command-wish-silence-ended",
        /// A wish met nothing.
        NothingMet = "command-wish-nothing-met",
        /// A wish is fulfilled.
        Done(count: u64) = "command-wish-done",
        /// The quarantine is empty.
        NoneAside = "command-wish-none-aside",
        /// What can be done with it.
        AsideCommands = "command-wish-aside-commands",
        /// Every outcome is known.
        NoneUnknown = "command-wish-none-unknown",
        /// What can be done with the others.
        UnknownCommands = "command-wish-unknown-commands",
        /// Nothing was refused.
        NoneRefused = "command-wish-none-refused",
        /// There are more of them.
        MoreRefused(count: u64) = "command-wish-more-refused",
        /// What can be done with them.
        RefusedCommands = "command-wish-refused-commands",
        /// Stands above a decision.
        Replayed(record: u64) = "command-wish-replayed",
        /// Stands above its test.
        ReplayTest = "command-wish-replay-test",
    }
}

texts! {
    /// What `forget` names, asks and says.
    ForgetNote<'a> -> Phrase<'a> {
        /// Stands above what is stored.
        Holds = "command-forget-holds",
        /// His account.
        Account(id: ChatId) = "command-forget-account",
        /// His appeals.
        Appeals(count: usize) = "command-forget-appeals",
        /// What the list told of him.
        Partner(code: &'a str) = "command-forget-partner",
        /// Stands above what stays.
        Remains = "command-forget-remains",
        /// His row there.
        Listed {
            /// The staff list.
            tab: &'a str,
            /// His code.
            code: &'a str,
        } = "command-forget-listed",
        /// His rows there.
        Rows {
            /// The appeals.
            tab: &'a str,
            /// His.
            numbers: &'a str,
        } = "command-forget-rows",
        /// His rows there.
        Archived {
            /// The archive.
            tab: &'a str,
            /// His.
            numbers: &'a str,
        } = "command-forget-archived",
        /// Nothing stays.
        NoRows = "command-forget-no-rows",
        /// Asks for a yes.
        Question = "command-forget-question",
        /// There was none.
        Nothing = "command-forget-nothing",
        /// It is done.
        Erased = "command-forget-erased",
        /// What stays, and what to do about it.
        StillListed = "command-forget-still-listed",
    }
}
