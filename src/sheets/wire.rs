//! The types between the synchroniser and the client: what to read, what to write, and how it went.
//!
//! Invariant: nothing here knows Google's JSON; every number is counted from 0; a call's outcome says whether it may have landed.

pub mod look;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{ids::BatchToken, row::CellValue, styled::StyledRange};
use look::LookChange;

/// Google's id of a tab; it survives a renaming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SheetId(pub i32);

/// What a spreadsheet consists of, without cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    /// Its tabs in their order.
    pub tabs: Vec<TabInfo>,
    /// The newest of our batch tokens there.
    pub newest_token: Option<BatchToken>,
}

/// One tab of a spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabInfo {
    /// Google's id.
    pub sheet: SheetId,
    /// The name on the tab.
    pub title: String,
    /// The size of the grid.
    pub rows: u32,
    /// The size of the grid.
    pub columns: u32,
    /// The basic filter, if one is set: its range and, untouched, everything else it says.
    pub filter: Option<Filter>,
    /// The formulas of the custom-formula conditional-format rules, so that a rule is set once.
    pub fill_formulas: Vec<String>,
    /// Google's tables on it («Convert to table»).
    pub tables: Vec<Table>,
}

/// A table of Google's on a tab; the ends are exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Google's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The header row, the body, and the footer where it has one.
    pub rows: (u32, u32),
    /// Its columns.
    pub columns: (u32, u32),
    /// Its last row sums the others up.
    pub footer: bool,
    /// Columns of the tab that have a type, which makes rules of its own.
    pub typed: Vec<u32>,
}

/// A tab's basic filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// First row.
    pub start_row: u32,
    /// Behind the last row; `None` if it is open.
    pub end_row: Option<u32>,
    /// First column.
    pub start_column: u32,
    /// Behind the last column; `None` if it is open.
    pub end_column: Option<u32>,
    /// It belongs to a table, whose range is its own: it is never sent back.
    pub of_table: bool,
    /// Google's own description, to be sent back with a wider range and nothing else changed.
    pub raw: serde_json::Value,
}

/// The validation rules and protected ranges of a tab.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validation {
    /// The rules of the requested cells, by row and column; cells without a rule are left out.
    pub rules: Vec<((u32, u32), ValidationRule)>,
    /// Protected columns, the end exclusive; a tab as a whole has neither.
    pub protected: Vec<(Option<u32>, Option<u32>)>,
}

/// The validation rule of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValidationRule {
    /// A list of words.
    Words(Vec<String>),
    /// Something else that people have chosen: a range, a date, a tick.
    Other,
}

/// What cells hold, in difference to what they show; one call reads one kind. A date is a serial number in either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendering {
    /// As they were typed: a formula is its own text.
    Typed,
    /// As they were calculated.
    Valued,
}

/// What a cell holds, whatever its format makes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum UnformattedValue {
    /// Text, and whatever is no number.
    Text(String),
    /// A number: the days since 1899-12-30, where it is a date.
    Number(f64),
}

impl UnformattedValue {
    /// It as a text: a whole number in digits, any other so that nothing can be taken for separated thousands.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) if number.fract() == 0.0 => number.to_string(),
            Self::Number(number) => format!("{number:e}"),
        }
    }
}

impl Rendering {
    /// Its `valueRenderOption`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Typed => "FORMULA",
            Self::Valued => "UNFORMATTED_VALUE",
        }
    }
}

/// The cells of one range, by columns, as people see them or as they are stored; trailing empty ones may be missing.
pub type Columns<T = String> = Vec<Vec<T>>;

/// A cell with the looks that people gave its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyledCell {
    /// Its place: row and column.
    pub at: (u32, u32),
    /// What it shows.
    pub text: String,
    /// How parts of that look.
    pub styles: Vec<StyledRange>,
}

/// A rectangle of one tab; ends are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Which tab.
    pub sheet: SheetId,
    /// Rows.
    pub rows: (u32, u32),
    /// Columns.
    pub columns: (u32, u32),
}

/// One `spreadsheets.batchUpdate`: all or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// In this order.
    pub changes: Vec<Change>,
    /// What to read back in the same call; within the grid as it is after the changes. The title of each tab is needed for A1 ranges.
    pub read_back: Vec<(String, Span)>,
}

/// One request of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Sets neighbouring cells of one row, without evaluating anything.
    Set {
        /// Which tab.
        sheet: SheetId,
        /// Which row.
        row: u32,
        /// The first column.
        column: u32,
        /// The values, rightwards.
        values: Vec<CellValue>,
    },
    /// Sets one cell if it still holds exactly this text (`findReplace` on the one cell).
    CompareAndSet {
        /// Which tab.
        sheet: SheetId,
        /// Which row.
        row: u32,
        /// Which column.
        column: u32,
        /// What it must hold.
        expect: String,
        /// Nothing, or a fixed word of ours.
        set: String,
    },
    /// Inserts empty rows above one that is there, and shaped like it.
    InsertRows {
        /// Which tab.
        sheet: SheetId,
        /// The row that the first of them becomes.
        row: u32,
        /// How many.
        count: u32,
    },
    /// Adds a row behind the last one that holds anything; `None` leaves a column empty.
    Append {
        /// Which tab.
        sheet: SheetId,
        /// From the first column on.
        values: Vec<Option<CellValue>>,
    },
    /// Adds an empty tab at the right end, whose first row stays in sight; refused where its id or its name exists.
    AddTab {
        /// Its id, of our choice.
        sheet: SheetId,
        /// Its name.
        title: String,
    },
    /// Adds empty columns at the right end of the grid.
    AddColumns {
        /// Which tab.
        sheet: SheetId,
        /// How many.
        count: u32,
    },
    /// Sets the basic filter anew, wider.
    SetFilter {
        /// Which tab.
        sheet: SheetId,
        /// As it shall be.
        filter: Filter,
    },
    /// Has a table reach as far as this.
    SetTable {
        /// Google's id of it.
        id: String,
        /// Its header row and body.
        span: Span,
    },
    /// Colours the cells of a column for which a formula holds, down to the bottom of the tab, however long it grows.
    AddFill {
        /// Where it begins, and which columns.
        span: Span,
        /// A custom formula, such as `=$F2="Новое"`.
        formula: String,
        /// Red, green, blue.
        color: [u8; 3],
    },
    /// Offers words in the cells of a column, down to the bottom of the tab; others may be typed as well.
    Offer {
        /// Where it begins, and which columns.
        span: Span,
        /// The words, in the order in which they are offered.
        words: Vec<String>,
    },
    /// Warns whoever is about to type here. It only warns: where some are forbidden to type, they cannot sort rows either.
    Protect {
        /// Which tab.
        sheet: SheetId,
        /// Which columns; `None` for the whole tab.
        columns: Option<(u32, u32)>,
        /// What is said of the range.
        words: String,
    },
    /// Changes how a tab looks, and nothing that stands in it.
    Look(LookChange),
    /// Makes the batch apply at most once: a used token is refused.
    Token(BatchToken),
    /// Removes an old batch token.
    DropToken(BatchToken),
}

/// What a batch's answer tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadBack {
    /// For each change: how many cells a compare-and-set changed; `None` for other changes.
    pub occurrences: Vec<Option<u32>>,
    /// The cells asked for, by rows.
    pub cells: Vec<Block>,
}

/// A rectangle that was read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Which tab.
    pub sheet: SheetId,
    /// First row.
    pub row: u32,
    /// First column.
    pub column: u32,
    /// By rows; trailing empty cells may be missing.
    pub rows: Vec<Vec<String>>,
    /// The cells that hold formulas, as (row, column) of the tab.
    pub formulas: Vec<(u32, u32)>,
    /// The numbers of cells that show something else than their digits.
    pub numbers: Vec<((u32, u32), f64)>,
}

/// Why a call failed, and whether it may have landed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetsError {
    /// 429: not applied; not again before this moment.
    #[error("Google asks for patience")]
    Throttled {
        /// Google's `Retry-After`, if it gave one.
        until: Option<Timestamp>,
    },
    /// Not applied, and worth trying again: no connection, no token; of a read, whatever came instead of an answer.
    #[error("Google Sheets is not available: {0}")]
    Unavailable(String),
    /// Not applied, because of this change: 400 that names `requests[i]`.
    #[error("Google refused change {change}: {words}")]
    Refused {
        /// Which change of the batch.
        change: usize,
        /// Google's words, without the name of the request before them.
        words: String,
    },
    /// Not applied: a range or a tab does not exist (400 to a read).
    #[error("Google does not know that range: {0}")]
    BadRange(String),
    /// 403: the spreadsheet is not shared with the service account, or only for reading.
    #[error("no access: {0}")]
    Denied(String),
    /// 404: there is no such spreadsheet.
    #[error("no such spreadsheet")]
    NotFound,
    /// 403 `SERVICE_DISABLED`: the project of the service account has the Sheets API switched off.
    #[error(
        "the Google Sheets API is switched off in the project of the service account; it is switched on at {enable}"
    )]
    ApiOff {
        /// Where it is switched on.
        enable: String,
    },
    /// 400 `FAILED_PRECONDITION`: the file is none of Google's own, an .xlsx for the most part.
    #[error(
        "the file is not a Google spreadsheet (an .xlsx?): save it as one («File», «Save as Google Sheets») and put the new file's id into the settings"
    )]
    NotASpreadsheet,
    /// The call may have landed, and may even land later.
    #[error("the outcome is not known: {0}")]
    Unknown(String),
}
