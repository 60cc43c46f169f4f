//! Copies of the journal.
//!
//! Invariant: what follows is said.

use crate::domain::wording::declare::{Argument as _, Phrase};

texts! {
    /// What became of a copy, or of the journal.
    CopyNote<'a> -> Phrase<'a> {
        /// A copy is made.
        BackedUp {
            /// The copy.
            file: &'a str,
            /// In it.
            records: u64,
            /// Megabytes.
            whole: u64,
            /// And tenths.
            tenths: u64,
        } = "command-copy-made",
        /// How it comes back.
        RestoreBy(file: &'a str) = "command-copy-restore-by",
        /// Ctrl-C.
        BrokenOff = "command-copy-broken-off",
        /// A copy is in place.
        Restored(records: u64) = "command-copy-restored",
        /// What was there before.
        Kept(file: &'a str) = "command-copy-kept",
        /// What the first start does.
        FirstStart(unsent: u64) = "command-copy-first-start",
        /// What comes next.
        StartNow = "command-copy-start-now",
    }
}
