//! What `setup` does, and what it leaves.
//!
//! Invariant: a step says where and what; it is said alike before and after.

use crate::domain::wording::{
    declare::{Argument as _, Phrase, Saying},
    foresight::QuotedWords,
};

texts! {
    /// What became of the webhook, or of the script.
    WebhookNote<'a> -> Phrase<'a> {
        /// It was taken away.
        Gone = "command-webhook-gone",
        /// It was not.
        StillThere(error: &'a Saying) = "command-webhook-still-there",
        /// There is none in this mode.
        Polling = "command-webhook-polling",
        /// Telegram cannot call.
        NoAddress = "command-webhook-no-address",
        /// The script cannot call.
        NoAddressForScript = "command-webhook-no-address-for-script",
        /// It is not set.
        NotSet(error: &'a Saying) = "command-webhook-not-set",
        /// It is, but the menu is not.
        NoMenu(error: &'a Saying) = "command-webhook-no-menu",
        /// It is set.
        Set(address: &'a str) = "command-webhook-set",
        /// It was set already.
        WasSet(address: &'a str) = "command-webhook-was-set",
        /// In the script.
        ScriptSecret = "command-webhook-script-secret",
    }
}

texts! {
    /// What became of the spreadsheets.
    SetupNote<'a> -> Phrase<'a> {
        /// A tab lacks nothing.
        NothingToDo(title: &'a str) = "command-setup-nothing-to-do",
        /// Google refuses a step.
        LeftOut {
            /// What.
            step: &'a Saying,
            /// Google's.
            words: &'a str,
        } = "command-setup-left-out",
        /// How many of them.
        Refused(count: usize) = "command-setup-refused",
        /// Tabs that were left alone.
        LeftAlone(count: usize) = "command-setup-left-alone",
        /// The end: only lists lack words.
        ListsLack = "command-setup-lists-lack",
        /// The end: nothing could be done.
        Unchanged = "command-setup-unchanged",
        /// The end: nothing is lacking.
        AllThere = "command-setup-all-there",
        /// The end: nobody asked for it.
        DryRun = "command-setup-dry-run",
        /// The end: all is done.
        Done = "command-setup-done",
    }
}

texts! {
    /// A step, or what stands in its way.
    StepNote<'a> -> Phrase<'a> {
        /// A tab.
        Tab(title: &'a str) = "command-step-tab",
        /// Headers.
        Headers(names: QuotedWords<'a>) = "command-step-headers",
        /// The filter.
        Filter = "command-step-filter",
        /// The table.
        Table = "command-step-table",
        /// A colour.
        Overdue = "command-step-overdue",
        /// Colours.
        Fills = "command-step-fills",
        /// People's own list lacks words.
        ListLacks {
            /// The column.
            header: &'a str,
            /// They.
            words: QuotedWords<'a>,
        } = "command-step-list-lacks",
        /// A table has a type of its own.
        TypedColumn {
            /// The column.
            header: &'a str,
            /// The table.
            table: &'a str,
            /// They.
            words: QuotedWords<'a>,
        } = "command-step-typed-column",
        /// Words to choose from.
        Offer {
            /// The column.
            header: &'a str,
            /// They.
            words: &'a str,
        } = "command-step-offer",
        /// A warning.
        WarnTab = "command-step-warn-tab",
        /// A warning.
        WarnColumn(header: &'a str) = "command-step-warn-column",
        /// Frozen headers.
        Freeze = "command-step-freeze",
        /// A filter view.
        View(title: &'a str) = "command-step-view",
        /// Bold headers.
        Bold = "command-step-bold",
        /// Widths.
        Widths(names: QuotedWords<'a>) = "command-step-widths",
        /// Long texts.
        Wrap(names: QuotedWords<'a>) = "command-step-wrap",
        /// Where texts begin.
        Top(names: QuotedWords<'a>) = "command-step-top",
        /// A colour of ours.
        Tint(names: QuotedWords<'a>) = "command-step-tint",
        /// Numbers.
        Digits(names: QuotedWords<'a>) = "command-step-digits",
        /// Texts.
        AsTyped(names: QuotedWords<'a>) = "command-step-as-typed",
        /// A table in which new rows cannot stand.
        TableElsewhere(name: &'a str) = "command-step-table-elsewhere",
        /// The same.
        TableFooter(name: &'a str) = "command-step-table-footer",
    }
}
