//! Which ranges of a tab are read, and how the response becomes a [`TabSnapshot`].
//!
//! Invariant: a read in which rows or columns moved while it was read never leaves this file.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Row, TabSnapshot};
use crate::{
    domain::{
        event::{RowMark, TelegramCell},
        ids::{ChatId, PromotionKey},
        row::Column,
        tab::Tab,
        text::{fold, visible},
    },
    sheets::{
        a1::{a1, a1_columns, quoted},
        layout::{Layout, LayoutError, cells, index, words::TabWords},
        tabs::promotions,
        wire::{Columns, RangeRequest, SheetId, Span, TabInfo},
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
    tab: Tab,
    sheet: SheetId,
    title: String,
    layout: Layout,
    histories: HistoryRange,
    keys: Vec<u32>,
    watched: Vec<(Column, u32)>,
    margin: Option<(u32, u32)>,
    /// Columns that are read as they were typed, too.
    typed: Vec<(Column, u32)>,
}

/// Why a read is discarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// The keys read first and last differ: rows moved while it was read.
    Torn,
    /// Columns are elsewhere than remembered.
    Rearranged(Layout),
    /// The header row cannot be understood any more.
    Headless(LayoutError),
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
                | Column::Updated
                | Column::Delivery => true,
                Column::Code => histories != HistoryRange::Skip,
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
        let keys: &[Column] = match tab {
            Tab::Partners => &[Column::Code],
            Tab::Appeals => &[Column::Number, Column::Telegram],
            Tab::Promotions => &[Column::Title, Column::Key],
        };
        let margin = !layout.to_add().is_empty() && info.columns > layout.width();
        // Pictures that a formula draws show nothing; the keys tell whether rows moved between the two calls.
        let typed: &[Column] = match tab {
            Tab::Promotions => &[Column::Content, Column::Key],
            Tab::Partners | Tab::Appeals => &[],
        };
        Self {
            tab,
            sheet: info.sheet,
            title: info.title.clone(),
            histories,
            keys: keys
                .iter()
                .filter_map(|&key| layout.position(key))
                .collect(),
            watched: layout.columns().iter().filter(wanted).copied().collect(),
            margin: margin.then(|| (layout.width(), info.columns)),
            typed: typed
                .iter()
                .filter_map(|&column| Some((column, layout.position(column)?)))
                .collect(),
            layout: layout.clone(),
        }
    }

    /// Which tab.
    #[must_use]
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// The ranges to read, in this order: headers, keys, watched columns, histories, the margin for our columns, keys again; then what is
    /// read as it was typed.
    #[must_use]
    pub fn ranges(&self) -> Vec<RangeRequest> {
        let whole = |&at: &u32| a1_columns(&self.title, (at, at + 1));
        let mut ranges = vec![header_range(&self.title)];
        ranges.extend(self.keys.iter().map(whole));
        match (self.tab, self.watched.as_slice()) {
            // The partners' tab is read in one piece.
            (Tab::Partners, [(_, first), .., (_, last)]) => {
                ranges.push(a1_columns(&self.title, (*first, last + 1)))
            }
            (_, watched) => ranges.extend(watched.iter().map(|(_, at)| whole(at))),
        }
        ranges.extend(self.history_range());
        ranges.extend(self.margin.map(|margin| a1_columns(&self.title, margin)));
        ranges.extend(self.keys.iter().map(whole));
        let typed = self
            .typed
            .iter()
            .map(|(_, at)| RangeRequest::typed(whole(at)));
        ranges
            .into_iter()
            .map(RangeRequest::shown)
            .chain(typed)
            .collect()
    }

    /// Makes a snapshot of the answer, one entry a range.
    ///
    /// # Errors
    /// When rows or columns moved while it was read.
    pub fn parse(
        &self,
        words: &TabWords,
        began: Timestamp,
        answer: Vec<Columns>,
    ) -> Result<TabSnapshot, ReadError> {
        let mut answer = answer.into_iter();
        let layout = Layout::read(words, &headers(&answer.next().unwrap_or_default()))
            .map_err(ReadError::Headless)?;
        if !layout.agrees(&self.layout) {
            return Err(ReadError::Rearranged(layout));
        }
        let first: Vec<Columns> = answer.by_ref().take(self.keys.len()).collect();
        let mut watched = self.take_watched(&mut answer);
        let histories = self.history_range().and_then(|_| answer.next()).map(single);
        let margin = self.margin.and_then(|_| answer.next()).unwrap_or_default();
        let last: Vec<Columns> = answer.by_ref().take(self.keys.len()).collect();
        let typed: Vec<Vec<String>> = answer.map(single).collect();
        let whole = last.len() == self.keys.len() && typed.len() == self.typed.len();
        if !whole || !same_cells(&first, &last) || self.moved_since(&watched, &typed) {
            return Err(ReadError::Torn);
        }
        let contents = column_of(&self.typed, &typed, Column::Content);
        let longest = watched
            .iter()
            .chain(&histories)
            .map(Vec::len)
            .max()
            .unwrap_or_default();
        let last_text = |column: &Vec<String>| {
            let last = column.iter().rposition(|text| !text.trim().is_empty());
            last.map_or(0, |at| index(at + 1))
        };
        let ends = watched.iter().map(last_text);
        let history = histories.as_ref().map_or(0, last_text) + self.history_start();
        let end = ends.max().unwrap_or_default().max(history).max(1);
        let margin_end = margin
            .iter()
            .rposition(|column| column.iter().any(|cell| !cell.is_empty()));
        let free_column = layout.width() + margin_end.map_or(0, |at| index(at + 1));
        Ok(TabSnapshot {
            tab: self.tab,
            sheet: self.sheet,
            title: self.title.clone(),
            began,
            layout,
            rows: self.rows(&mut watched, histories, contents, longest),
            end,
            free_column,
            columns: self.watched.iter().map(|&(column, _)| column).collect(),
        })
    }

    fn take_watched(&self, answer: &mut impl Iterator<Item = Columns>) -> Vec<Vec<String>> {
        match (self.tab, self.watched.as_slice()) {
            (Tab::Partners, [(_, first), .., _]) => {
                let mut whole = answer.next().unwrap_or_default();
                let mut column = |at: u32| {
                    whole
                        .get_mut((at - first) as usize)
                        .map(std::mem::take)
                        .unwrap_or_default()
                };
                self.watched.iter().map(|&(_, at)| column(at)).collect()
            }
            (_, watched) => answer.by_ref().take(watched.len()).map(single).collect(),
        }
    }

    /// Whether keys are elsewhere in what was read as it was typed than in what was read as people see it. Other columns do not tell:
    /// a number or a date is not typed as it is seen.
    fn moved_since(&self, watched: &[Vec<String>], typed: &[Vec<String>]) -> bool {
        let shown = column_of(&self.watched, watched, Column::Key);
        let typed = column_of(&self.typed, typed, Column::Key);
        let differ = |at: usize| {
            let typed = cell(typed, at);
            !typed.starts_with('=')
                && PromotionKey::read(cell(shown, at)) != PromotionKey::read(typed)
        };
        !self.typed.is_empty() && (1..shown.len().max(typed.len())).any(differ)
    }

    fn rows(
        &self,
        watched: &mut [Vec<String>],
        histories: Option<Vec<String>>,
        contents: &[String],
        longest: usize,
    ) -> Vec<Row> {
        let mut histories = histories.unwrap_or_default();
        let mut rows: Vec<Row> = (1..longest)
            .filter_map(|at| {
                let texts = watched.iter_mut().map(|column| taken(column, at)).collect();
                let mut row = self.row(index(at), texts)?;
                row.history = self.history_at(&mut histories, row.row);
                row.unshown = cell(contents, at).starts_with('=')
                    && shows_nothing(self.text(&row.texts, Column::Content));
                Some(row)
            })
            .collect();
        if self.tab == Tab::Partners {
            mark_doubled(&mut rows);
        }
        rows
    }

    /// A row, unless it carries neither key nor Telegram ID nor anything in our own columns.
    fn row(&self, row: u32, texts: Box<[Box<str>]>) -> Option<Row> {
        let text = |wanted: Column| self.text(&texts, wanted);
        let (key_cell, key) = match self.tab {
            Tab::Partners => (
                text(Column::Code),
                cells::code(text(Column::Code)).map(RowMark::Partner),
            ),
            Tab::Appeals => (
                text(Column::Number),
                cells::number(text(Column::Number)).map(RowMark::Appeal),
            ),
            Tab::Promotions => (
                text(Column::Key),
                PromotionKey::read(text(Column::Key)).map(RowMark::Promotion),
            ),
        };
        let (keyless, telegram) = (
            key_cell.trim().is_empty(),
            cells::telegram(text(Column::Telegram)),
        );
        let ours = [Column::Delivery, Column::Updated, Column::Mailing]
            .iter()
            .any(|&column| !text(column).is_empty());
        let offered = self.tab == Tab::Promotions
            && promotions::SPOKEN
                .iter()
                .any(|&column| !text(column).trim().is_empty());
        let listed =
            self.tab == Tab::Partners && (!keyless || !text(Column::Phone).trim().is_empty());
        let worth = listed || key.is_some() || telegram != TelegramCell::Empty || ours || offered;
        worth.then_some(Row {
            row,
            key,
            keyless,
            telegram,
            owner: None,
            history: None,
            unread: false,
            unshown: false,
            stale: false,
            texts,
        })
    }

    fn text<'a>(&self, texts: &'a [Box<str>], wanted: Column) -> &'a str {
        let at = self
            .watched
            .iter()
            .position(|&(column, _)| column == wanted);
        at.map_or("", |at| &texts[at])
    }

    fn history_range(&self) -> Option<String> {
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
    fn history_at(&self, histories: &mut [String], row: u32) -> Option<Box<str>> {
        match self.histories {
            HistoryRange::Skip => None,
            HistoryRange::All => Some(taken(histories, row as usize)),
            HistoryRange::Between(first, end) => (first..end)
                .contains(&row)
                .then(|| taken(histories, (row - first) as usize)),
        }
    }

    /// The first row whose history is read, or may be.
    fn history_start(&self) -> u32 {
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

fn mark_doubled(rows: &mut [Row]) {
    let mut counts: BTreeMap<ChatId, u32> = BTreeMap::new();
    for row in rows.iter() {
        if let TelegramCell::Id(chat) = row.telegram {
            *counts.entry(chat).or_default() += 1;
        }
    }
    for row in rows {
        if let TelegramCell::Id(chat) = row.telegram
            && counts.get(&chat).is_some_and(|&count| count > 1)
        {
            row.telegram = TelegramCell::Doubled(chat);
        }
    }
}

/// Trailing empty cells may or may not be answered, so they do not count.
fn same_cells(first: &[Columns], last: &[Columns]) -> bool {
    fn cells(columns: &Columns) -> &[String] {
        let column = columns.first().map_or(&[][..], Vec::as_slice);
        &column[..column
            .iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |last| last + 1)]
    }
    first.iter().map(cells).eq(last.iter().map(cells))
}

/// The cells of one of the columns that were read.
fn column_of<'a>(
    read: &[(Column, u32)],
    columns: &'a [Vec<String>],
    wanted: Column,
) -> &'a [String] {
    let at = read.iter().position(|&(column, _)| column == wanted);
    at.and_then(|at| columns.get(at)).map_or(&[], Vec::as_slice)
}

fn shows_nothing(cell: &str) -> bool {
    visible(cell).trim().is_empty()
}

fn cell(column: &[String], at: usize) -> &str {
    column.get(at).map_or("", String::as_str)
}

fn single(columns: Columns) -> Vec<String> {
    columns.into_iter().next().unwrap_or_default()
}

fn taken(column: &mut [String], at: usize) -> Box<str> {
    column
        .get_mut(at)
        .map(std::mem::take)
        .unwrap_or_default()
        .into_boxed_str()
}

#[cfg(test)]
pub(in crate::sheets) mod tests;
