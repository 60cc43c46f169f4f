//! What the specialists read in their chat.
//!
//! Invariant: it is short: whoever wants more opens the sheet.

use super::declare::{Argument as _, Phrase};
use crate::domain::{ids::Number, text::Text};

texts! {
    /// A message in the staff chat, or a part of one.
    StaffNote<'a> -> Phrase<'a> {
        /// An appeal by its number.
        Number(number: Option<Number>) = "staff-number",
        /// Who asks; empty where nobody knows.
        Who {
            /// The name.
            name: &'a str,
            /// The code.
            code: &'a str,
        } = who,
        /// The partner has sent files alone.
        FilesFollow = "staff-files-follow",
        /// A file of his cannot be shown.
        FileUnshown = "staff-file-unshown",
        /// What the partner has changed a message into.
        Edited(text: &'a str) = "staff-edited",
        /// The same of one with a file, which follows.
        EditedFile = "staff-edited-file",
        /// The partner has put the appeal under another of his codes; in the dialogue as well.
        Recoded {
            /// Which it was under.
            before: &'a Text,
            /// Which it is under now.
            after: &'a Text,
        } = "line-recoded",
        /// What was answered from the sheet.
        Answered(text: &'a str) = "staff-answered",
        /// What an answer was changed into in the sheet.
        Corrected(text: &'a str) = "staff-corrected",
        /// An answer was taken back in the sheet.
        Withdrawn = "staff-withdrawn",
        /// The appeal was closed.
        Closed = "staff-closed",
        /// Label: whoever presses it takes the appeal.
        Take = "staff-take",
        /// Label: the appeal is solved.
        Solve = "staff-solve",
        /// Who has taken it.
        Taken(name: &'a str) = "staff-taken",
        /// It is solved.
        Solved = "staff-solved",
        /// Somebody has closed it in the chat.
        SolvedBy(name: &'a str) = "staff-solved-by",
        /// It cannot be closed yet: the partner has written meanwhile.
        SolvedTooSoon = "staff-solved-too-soon",
        /// Beneath an answer: it goes out at this moment.
        Sending(time: &'a str) = "staff-sending",
        /// Beneath an answer: the partner has it since.
        Delivered(time: &'a str) = "staff-delivered",
        /// Beneath an answer: at this moment the partner has its new words.
        Correcting(time: &'a str) = "staff-correcting",
        /// Beneath an answer: the partner has its new words since.
        CorrectedAt(time: &'a str) = "staff-corrected-at",
        /// Beneath an answer: the partner has it no more, or never had it, since.
        Withdrew(time: &'a str) = "staff-withdrew",
        /// Beneath an answer: the partner's messages could not be changed, and why.
        Unchanged(why: &'a str) = "staff-unchanged",
        /// Beneath an answer: nobody knows its messages any more.
        NotCorrectable = "staff-not-correctable",
        /// Beneath an answer: it is not sent, since the journal was restored from a copy.
        NotSent = "staff-not-sent",
        /// Beneath an answer: it calls a template that is not there; the one most like it.
        NoTemplate(name: &'a Text, nearest: Option<&'a Text>) = no_template,
        /// Beneath an answer: what the row says.
        Plain(words: &'a str) = "staff-plain",
        /// Label: takes the answer back.
        Withdraw = "staff-withdraw",
        /// A text in the answer cell is not sent, since the chat has answered.
        CellHeld(text: &'a str) = "staff-cell-held",
        /// A message that the partner cannot be sent.
        NotPassedOn = "staff-not-passed-on",
        /// The partner has waited too long, since.
        Overdue(time: &'a str) = "staff-overdue",
        /// Stands above many appeals.
        Summary(count: usize) = "staff-summary",
        /// One of them.
        SummaryLine {
            /// Which.
            number: Option<Number>,
            /// Who asks.
            name: &'a str,
            /// His first words.
            words: &'a str,
        } = "staff-summary-line",
        /// So many more.
        SummaryMore(count: usize) = "staff-summary-more",
        /// Label: leads to the sheet.
        OpenSheet = "staff-open-sheet",
    }
}

choices! {
    no_template(name: &'a Text, nearest: Option<&'a Text>) {
        (name, Some(nearest)) => "staff-no-template" (name, nearest),
        (name, None) => "staff-no-templates" (name),
    }

    who(name: &'a str, code: &'a str) {
        ("", "") => "staff-who-nobody",
        (name, "") => "staff-who-uncoded" (name),
        (name, code) => "staff-who" (name, code),
    }
}
