//! Which ranges of a tab are read.
//!
//! Invariant: a partial range lies within the grid as it was known; columns are those of the layout that the answer must agree with.

use crate::{
    domain::{row::Column, tab::Tab, text::fold},
    sheets::{
        a1::{a1, a1_columns, quoted},
        table::layout::Layout,
        tabs::keys,
        wire::{Columns, SheetId, Span, TabInfo},
    },
};

/// Which histories are read: they are long, and are needed only for rows without `№`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryRange {
    /// None of them.
    Skip,
    /// All of them: the first sight.
    All,
    /// Those of these rows, the end excluded.
    Between(u32, u32),
}

impl HistoryRange {
    /// Whether they reach beyond a grid of so many rows: then the size of the grid is not known rightly, or rows were deleted.
    #[must_use]
    pub fn exceed(self, rows: u32) -> bool {
        matches!(self, Self::Between(_, end) if end > rows)
    }

    /// As far as they lie in a grid of so many rows: Google refuses a whole call for one range that begins outside.
    fn within(self, rows: u32) -> Self {
        match self {
            Self::Between(first, _) if first >= rows => Self::Skip,
            Self::Between(first, end) => Self::Between(first, end.min(rows)),
            Self::Skip | Self::All => self,
        }
    }
}

/// What one read of one tab asks for.
#[derive(Debug, Clone)]
pub struct ReadPlan {
    pub(super) tab: Tab,
    pub(super) sheet: SheetId,
    pub(super) title: String,
    pub(super) layout: Layout,
    histories: HistoryRange,
    /// They are read first and last.
    pub(super) keys: Vec<(Column, u32)>,
    pub(super) watched: Vec<(Column, u32)>,
    pub(super) margin: Option<(u32, u32)>,
    /// Columns that are read as they were typed, too.
    pub(super) typed: Vec<(Column, u32)>,
}

/// The header row of a tab, as a range.
#[must_use]
pub fn header_range(title: &str) -> String {
    format!("{}!1:1", quoted(title))
}

/// The header row out of the answer to [`header_range`].
#[must_use]
pub fn headers(columns: &Columns) -> Vec<String> {
    columns
        .iter()
        .map(|column| column.first().cloned().unwrap_or_default())
        .collect()
}

impl ReadPlan {
    /// Plans a read of a tab whose columns are assumed to be as `layout` says.
    #[must_use]
    pub fn new(tab: Tab, info: &TabInfo, layout: &Layout, histories: HistoryRange) -> Self {
        let histories = histories.within(info.rows);
        let wanted = |&&(column, _): &&(Column, u32)| match tab {
            Tab::Partners | Tab::Promotions => true,
            Tab::Appeals => match column {
                Column::Number
                | Column::Telegram
                | Column::Status
                | Column::Answer
                | Column::Responsible
                | Column::Updated
                | Column::Delivery
                | Column::Waiting
                | Column::Rating
                | Column::Code => true,
                Column::Name
                | Column::Phone
                | Column::Access
                | Column::Since
                | Column::History
                | Column::Part => false,
                Column::Title
                | Column::Description
                | Column::Starts
                | Column::Ends
                | Column::Content
                | Column::Link => false,
                Column::Action | Column::Notified | Column::Key | Column::Mailing => false,
            },
        };
        let margin = !layout.to_add().is_empty() && info.columns > layout.width();
        // Pictures that a formula draws show nothing, and what a date shows depends on the locale; names and keys tell whether rows moved
        // between the two calls.
        let typed: &[Column] = match tab {
            Tab::Promotions => &[
                Column::Title,
                Column::Starts,
                Column::Ends,
                Column::Content,
                Column::Key,
            ],
            Tab::Partners | Tab::Appeals => &[],
        };
        let placed = |columns: &[Column]| {
            let place = |&column: &Column| Some((column, layout.position(column)?));
            columns.iter().filter_map(place).collect()
        };
        Self {
            tab,
            sheet: info.sheet,
            title: info.title.clone(),
            histories,
            keys: placed(keys::columns(tab)),
            watched: layout.columns().iter().filter(wanted).copied().collect(),
            margin: margin.then(|| (layout.width(), info.columns)),
            typed: placed(typed),
            layout: layout.clone(),
        }
    }

    /// Which tab.
    #[must_use]
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// The ranges to read as people see them, in this order: headers, keys, watched columns, histories, the margin for our columns, keys
    /// again.
    #[must_use]
    pub fn ranges(&self) -> Vec<String> {
        let whole = |&at: &u32| self.column(at);
        let mut ranges = vec![header_range(&self.title)];
        ranges.extend(self.keys.iter().map(|(_, at)| whole(at)));
        match (self.tab, self.watched.as_slice()) {
            // The partners' tab is read in one piece.
            (Tab::Partners, [(_, first), .., (_, last)]) => {
                ranges.push(a1_columns(&self.title, (*first, last + 1)))
            }
            (_, watched) => ranges.extend(watched.iter().map(|(_, at)| whole(at))),
        }
        ranges.extend(self.history_range());
        ranges.extend(self.margin.map(|margin| a1_columns(&self.title, margin)));
        ranges.extend(self.keys.iter().map(|(_, at)| whole(at)));
        ranges
    }

    /// A whole column, as a range.
    pub(super) fn column(&self, at: u32) -> String {
        a1_columns(&self.title, (at, at + 1))
    }

    pub(super) fn history_range(&self) -> Option<String> {
        let at = self
            .layout
            .position(Column::History)
            .filter(|_| self.tab == Tab::Appeals)?;
        match self.histories {
            HistoryRange::Skip => None,
            HistoryRange::All => Some(a1_columns(&self.title, (at, at + 1))),
            HistoryRange::Between(first, end) => {
                let span = Span {
                    sheet: self.sheet,
                    rows: (first, end),
                    columns: (at, at + 1),
                };
                Some(a1(&self.title, span))
            }
        }
    }

    /// The rows of a partial history range are not counted from the first.
    pub(super) fn history_at(&self, histories: &mut [String], row: u32) -> Option<Box<str>> {
        match self.histories {
            HistoryRange::Skip => None,
            HistoryRange::All => Some(taken(histories, row as usize)),
            HistoryRange::Between(first, end) => (first..end)
                .contains(&row)
                .then(|| taken(histories, (row - first) as usize)),
        }
    }

    /// The first row whose history is read, or may be.
    pub(super) fn history_start(&self) -> u32 {
        match self.histories {
            HistoryRange::Skip | HistoryRange::All => 0,
            HistoryRange::Between(first, _) => first,
        }
    }
}

/// Tabs are found by their names as people read them.
#[must_use]
pub fn find_tab<'a>(tabs: &'a [TabInfo], title: &str) -> Option<&'a TabInfo> {
    tabs.iter()
        .find(|info| info.title == title)
        .or_else(|| tabs.iter().find(|info| fold(&info.title) == fold(title)))
}

pub(super) fn taken(column: &mut [String], at: usize) -> Box<str> {
    column
        .get_mut(at)
        .map(std::mem::take)
        .unwrap_or_default()
        .into_boxed_str()
}

#[cfg(test)]
pub(in crate::sheets) mod tests;
