//! What `check --live-sheet` tries on Google.
//!
//! Invariant: a deviation is told with what the service does then.

use crate::domain::wording::declare::{Argument as _, Phrase, Saying};

texts! {
    /// What is tried, how it ended, and what follows.
    TrialNote<'a> -> Phrase<'a> {
        /// Stands above the trials.
        Begins(spreadsheet: &'a str) = "command-trial-begins",
        /// Stands before a trial.
        AsAssumed = "command-trial-as-assumed",
        /// Stands before a trial.
        Otherwise = "command-trial-otherwise",
        /// What was found.
        Found(words: &'a Saying) = "command-trial-found",
        /// What follows.
        Then(words: &'a Saying) = "command-trial-then",
        /// The end.
        AllAsAssumed(count: usize) = "command-trial-all-as-assumed",
        /// The end.
        SomeOtherwise {
            /// How many.
            others: usize,
            /// Of how many.
            count: usize,
        } = "command-trial-some-otherwise",
        /// A call failed.
        CallFailed {
            /// What was tried.
            about: &'a Saying,
            /// Why.
            error: &'a Saying,
        } = "command-trial-call-failed",
        /// The tab is still there.
        TabLeft {
            /// Which.
            title: &'a str,
            /// Why.
            error: &'a Saying,
        } = "command-trial-tab-left",
        /// What is tried.
        NewTab = "command-trial-new-tab",
        /// What is tried.
        OneLine = "command-trial-one-line",
        /// What is tried.
        Lines = "command-trial-lines",
        /// What is tried.
        Spaces = "command-trial-spaces",
        /// What is tried.
        Signs = "command-trial-signs",
        /// What is tried.
        NumberAnswer = "command-trial-number",
        /// What is tried.
        Case = "command-trial-case",
        /// What is tried.
        Part = "command-trial-part",
        /// What is tried.
        Status = "command-trial-status",
        /// What is tried.
        Formula = "command-trial-formula",
        /// What is tried.
        NotEvaluated = "command-trial-not-evaluated",
        /// What is tried.
        InOrder = "command-trial-in-order",
        /// What is tried.
        Whole = "command-trial-whole",
        /// What is tried.
        LongCell = "command-trial-long-cell",
        /// What is tried.
        NewRow = "command-trial-new-row",
        /// What is tried.
        SomeSorted = "command-trial-some-sorted",
        /// What is tried.
        AllSorted = "command-trial-all-sorted",
        /// What is tried.
        Token = "command-trial-token",
        /// What is tried.
        Late = "command-trial-late",
        /// What follows.
        Plain = "command-trial-plain",
        /// What follows.
        Overwritten = "command-trial-overwritten",
        /// What follows.
        Looks = "command-trial-looks",
        /// What follows.
        Doubles = "command-trial-doubles",
        /// What was found.
        Changed {
            /// Cells.
            count: u32,
            /// What one shows.
            shows: &'a str,
        } = "command-trial-changed",
        /// What was found.
        Shows(shows: &'a str) = "command-trial-shows",
        /// What was found.
        Named {
            /// The call.
            change: usize,
            /// What the cell shows.
            shows: &'a str,
        } = "command-trial-named",
        /// What was found.
        Accepted(shows: &'a str) = "command-trial-accepted",
        /// What was found.
        Failed {
            /// Google's.
            words: &'a str,
            /// What the cell shows.
            shows: &'a str,
        } = "command-trial-failed",
        /// What was found.
        Characters(count: usize) = "command-trial-characters",
        /// What was found.
        Below(shows: &'a str) = "command-trial-below",
        /// What was found.
        AfterSort(shows: &'a str) = "command-trial-after-sort",
        /// What was found.
        Fates(fates: &'a str) = "command-trial-fates",
        /// What was found.
        Landed(fate: &'a str) = "command-trial-landed",
        /// What was found.
        NotLanded(fate: &'a str) = "command-trial-not-landed",
    }
}
