//! How a tab looks: what has been chosen for it, and what is to be changed.
//!
//! Invariant: nothing here touches what a cell holds; what nobody has chosen is as Google makes it.

use super::{SheetId, Span};

/// A column as Google makes it, in pixels.
pub const USUAL_WIDTH: u32 = 100;

/// One change of how a tab looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookChange {
    /// Keeps the first row in sight.
    Freeze(SheetId),
    /// Makes columns this wide.
    Width {
        /// Which tab.
        sheet: SheetId,
        /// Which columns, the end exclusive.
        columns: (u32, u32),
        /// In pixels.
        pixels: u32,
    },
    /// Formats cells: the header row, or all that is below it, however long the tab grows.
    Format {
        /// Where it begins, and which columns.
        span: Span,
        /// What is chosen for them; the rest of their format stays.
        format: CellFormat,
    },
    /// Adds a filter that people choose by its name, each for himself.
    AddView(NamedFilter),
}

/// What is chosen for cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellFormat {
    /// Bold, on this background.
    Header([u8; 3]),
    /// On this background.
    Fill([u8; 3]),
    /// Long texts go on in the next line.
    Wrap,
    /// Texts begin at the top.
    Top,
    /// Digits as they are, without thousands.
    Digits,
    /// What is typed stays as it was typed.
    Text,
}

/// A filter with a name; the header row is its first row, and it reaches to the bottom of the tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFilter {
    /// Which tab.
    pub sheet: SheetId,
    /// Its name.
    pub title: String,
    /// Its columns, the end exclusive.
    pub columns: (u32, u32),
    /// What cells of these columns must show.
    pub shows: Vec<(u32, CellTest)>,
    /// The column by which its rows are sorted, the least first.
    pub sort: Option<u32>,
}

/// What a cell must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellTest {
    /// Anything.
    Filled,
    /// Nothing.
    Blank,
    /// This word.
    Is(String),
    /// A text that ends with this.
    Ends(String),
}

/// How a tab looks now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TabLook {
    /// Rows that stay in sight.
    pub frozen: u32,
    /// Its columns, from the first on, as far as they were read.
    pub columns: Vec<ColumnLook>,
    /// The names of its filters.
    pub views: Vec<String>,
}

/// How a column looks now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLook {
    /// In pixels.
    pub width: u32,
    /// What was chosen for its header.
    pub header: ChosenFormat,
    /// What was chosen for any of the cells below.
    pub body: ChosenFormat,
}

/// What people, or we, have chosen for cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChosenFormat {
    /// Bold.
    pub bold: bool,
    /// A background.
    pub background: bool,
    /// What becomes of long texts.
    pub wrap: bool,
    /// Top, middle or bottom.
    pub vertical: bool,
    /// How numbers are shown.
    pub number: bool,
}

impl TabLook {
    /// A column; one that was not read is as Google makes it.
    #[must_use]
    pub fn column(&self, at: u32) -> ColumnLook {
        self.columns.get(at as usize).cloned().unwrap_or_default()
    }
}

impl Default for ColumnLook {
    fn default() -> Self {
        Self {
            width: USUAL_WIDTH,
            header: ChosenFormat::default(),
            body: ChosenFormat::default(),
        }
    }
}

impl ChosenFormat {
    /// What was chosen for either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            bold: self.bold || other.bold,
            background: self.background || other.background,
            wrap: self.wrap || other.wrap,
            vertical: self.vertical || other.vertical,
            number: self.number || other.number,
        }
    }
}
