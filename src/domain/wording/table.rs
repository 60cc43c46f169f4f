//! What is wrong with a tab or a spreadsheet, for whoever runs the service.
//!
//! Invariant: where people can mend it, the words say how.

use super::declare::{Argument as _, Phrase};

texts! {
    /// Something that is wrong there, or a part of it.
    TableNote<'a> -> Phrase<'a> {
        /// It concerns the whole spreadsheet, and is told of this tab.
        Trouble {
            /// Its name.
            title: &'a str,
            /// What is wrong.
            words: &'a str,
        } = "tab-trouble",
        /// The spreadsheet is not shared with this account.
        Closed(account: &'a str) = "spreadsheet-closed",
        /// There is no such spreadsheet.
        NoSpreadsheet = "spreadsheet-none",
        /// The project of this account has the API switched off; where it is switched on.
        ApiOff {
            /// The account.
            account: &'a str,
            /// The address.
            enable: &'a str,
        } = "spreadsheet-api-off",
        /// It is a file of Excel's.
        OfficeFile = "spreadsheet-office-file",
        /// This account may not write there.
        ReadOnly(account: &'a str) = "spreadsheet-read-only",
        /// There is no tab of this name.
        Missing(title: &'a str) = "tab-missing",
        /// Google does not let it be read, in these words.
        Unreadable {
            /// The tab.
            title: &'a str,
            /// Google's words.
            words: &'a str,
        } = "tab-unreadable",
        /// It does not stand still long enough to be read.
        Moving(title: &'a str) = "tab-moving",
        /// Our columns cannot be added.
        ColumnsRefused(why: &'a str) = "tab-columns-refused",
        /// Writes cannot be marked.
        MarksRefused(why: &'a str) = "tab-marks-refused",
        /// Nothing can be moved to the archive.
        ArchiveRefused {
            /// The archive.
            title: &'a str,
            /// Why.
            why: &'a str,
        } = "tab-archive-refused",
        /// The headers of the archive cannot be understood.
        ArchiveHeadless(why: &'a str) = "tab-archive-headless",
        /// What was written into a wrong row cannot be put right.
        Astray {
            /// The tab.
            title: &'a str,
            /// The row.
            row: u32,
            /// Why.
            why: &'a str,
        } = "tab-astray",
        /// Why Google refuses: somebody has protected it from this account.
        Protected(account: &'a str) = "why-protected",
        /// Why Google refuses: there are no more cells.
        CellLimit = "why-cell-limit",
        /// Why Google refuses: the text is too long.
        CellLength = "why-cell-length",
        /// Why Google refuses, in its own words.
        Google(words: &'a str) = "why-google",
        /// The headers of a tab are not as they should be.
        Headers {
            /// The tab.
            title: &'a str,
            /// What is wrong with each.
            faults: &'a str,
        } = "headers-wrong",
        /// A header is not there; one that may be meant for it.
        HeaderMissing(header: &'a str, nearest: Option<&'a str>) = header_missing,
        /// A header is there more than once.
        HeaderDoubled(header: &'a str) = "header-doubled",
        /// What people are told who type where only the service writes.
        Protection = "protection",
    }
}

choices! {
    header_missing(header: &'a str, nearest: Option<&'a str>) {
        (header, None) => "header-missing" (header),
        (header, Some(nearest)) => "header-missing-alike" (header, nearest),
    }
}
