//! A look: which ranges it reads, and the rows that it found, parsed once.
//!
//! Invariant: a look in which rows or columns moved while it was read never leaves this file.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    layout::{
        Layout, LayoutError, cells, index,
        words::{TabWords, fold},
    },
    wire::{Columns, SheetId, TabInfo},
};
use crate::domain::{
    event::{RowMark, TelegramCell},
    ids::{ChatId, Number},
    row::Column,
    tab::Tab,
};

/// Which histories a look reads: they are long, and are wanted only for rows without `№`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Histories {
    /// None of them.
    Skip,
    /// All of them: the first sight.
    All,
    /// Those of these rows, the end excluded.
    Between(u32, u32),
}

/// What one look at one tab asks for.
#[derive(Debug, Clone)]
pub struct Plan {
    tab: Tab,
    sheet: SheetId,
    title: String,
    layout: Layout,
    histories: Histories,
    keys: Vec<u32>,
    watched: Vec<(Column, u32)>,
    margin: Option<(u32, u32)>,
}

/// Why a look is thrown away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spoiled {
    /// The keys read first and last differ: rows moved while it was read.
    Torn,
    /// Columns stand elsewhere than remembered.
    Rearranged(Layout),
    /// The header row cannot be understood any more.
    Headless(LayoutError),
}

/// What one look at one tab found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Which tab.
    pub tab: Tab,
    /// Google's id of it.
    pub sheet: SheetId,
    /// Its name.
    pub title: String,
    /// When the look began: only what happened before can be in it.
    pub began: Timestamp,
    /// Where its columns stand.
    pub layout: Layout,
    /// Rows that carry a key or a Telegram ID.
    pub rows: Vec<Row>,
    /// Behind the last row that holds anything in a column that was read; an appended row lands here or below.
    pub end: u32,
    /// The first column right of everything, where ours are added.
    pub free_column: u32,
    columns: Vec<Column>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place, from 0; the header row is 0.
    pub row: u32,
    /// Its key, where it can be read.
    pub key: Option<RowMark>,
    /// The key cell is empty, rather than unreadable.
    pub keyless: bool,
    /// Its Telegram ID.
    pub telegram: TelegramCell,
    /// Its history, where it was read.
    pub history: Option<Box<str>>,
    /// We have written here since: whatever the next look shows is news.
    pub stale: bool,
    texts: Box<[Box<str>]>,
}

/// How often a key stands in a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nowhere.
    Nowhere,
    /// In one row.
    Once(&'a Row),
    /// In several.
    Doubled,
}

/// The rows of a look by their keys.
pub struct Index<'a>(BTreeMap<&'a RowMark, Standing<'a>>);

/// The header row of a tab, as a range.
#[must_use]
pub fn header_range(title: &str) -> String {
    format!("{}!1:1", quoted(title))
}

/// The header row out of the answer to [`header_range`].
#[must_use]
pub fn headers(columns: &Columns) -> Vec<String> {
    columns.iter().map(|column| column.first().cloned().unwrap_or_default()).collect()
}

impl Plan {
    /// Plans a look at a tab whose columns are believed to stand as `layout` says.
    #[must_use]
    pub fn new(tab: Tab, info: &TabInfo, layout: &Layout, histories: Histories) -> Self {
        let wanted = |&&(column, _): &&(Column, u32)| match tab {
            Tab::Partners | Tab::Promotions => true,
            Tab::Appeals => match column {
                Column::Number | Column::Telegram | Column::Status | Column::Answer | Column::Updated | Column::Delivery => true,
                Column::Code => histories != Histories::Skip,
                Column::Name | Column::Phone | Column::Access | Column::Since | Column::History => false,
            },
        };
        let keys: &[Column] = match tab {
            Tab::Partners => &[Column::Code],
            Tab::Appeals => &[Column::Number, Column::Telegram],
            Tab::Promotions => &[],
        };
        let margin = !layout.to_add().is_empty() && info.columns > layout.width();
        Self {
            tab,
            sheet: info.sheet,
            title: info.title.clone(),
            histories,
            keys: keys.iter().filter_map(|&key| layout.position(key)).collect(),
            watched: layout.columns().iter().filter(wanted).copied().collect(),
            margin: margin.then(|| (layout.width(), info.columns)),
            layout: layout.clone(),
        }
    }

    /// Which tab.
    #[must_use]
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// The ranges to read, in this order: headers, keys, watched columns, histories, the margin for our columns, keys again.
    #[must_use]
    pub fn ranges(&self) -> Vec<String> {
        let whole = |&at: &u32| columns_range(&self.title, at, at);
        let mut ranges = vec![header_range(&self.title)];
        ranges.extend(self.keys.iter().map(whole));
        match (self.tab, self.watched.as_slice()) {
            // The partners' tab is read in one piece.
            (Tab::Partners, [(_, first), .., (_, last)]) => ranges.push(columns_range(&self.title, *first, *last)),
            (_, watched) => ranges.extend(watched.iter().map(|(_, at)| whole(at))),
        }
        ranges.extend(self.history_range());
        ranges.extend(self.margin.map(|(first, end)| columns_range(&self.title, first, end - 1)));
        ranges.extend(self.keys.iter().map(whole));
        ranges
    }

    /// Makes a look of the answer, one entry a range.
    ///
    /// # Errors
    /// When rows or columns moved while it was read.
    pub fn parse(&self, words: &TabWords, began: Timestamp, answer: Vec<Columns>) -> Result<Look, Spoiled> {
        let mut answer = answer.into_iter();
        let layout = Layout::read(words, &headers(&answer.next().unwrap_or_default())).map_err(Spoiled::Headless)?;
        if !layout.agrees(&self.layout) {
            return Err(Spoiled::Rearranged(layout));
        }
        let first: Vec<Columns> = answer.by_ref().take(self.keys.len()).collect();
        let mut watched = self.take_watched(&mut answer);
        let histories = self.history_range().and_then(|_| answer.next()).map(single);
        let margin = self.margin.and_then(|_| answer.next()).unwrap_or_default();
        let last: Vec<Columns> = answer.collect();
        if !same_cells(&first, &last) || last.len() != self.keys.len() {
            return Err(Spoiled::Torn);
        }
        let longest = watched.iter().chain(&histories).map(Vec::len).max().unwrap_or_default();
        let margin_end = margin.iter().rposition(|column| column.iter().any(|cell| !cell.is_empty()));
        let free_column = layout.width() + margin_end.map_or(0, |at| index(at + 1));
        Ok(Look {
            tab: self.tab,
            sheet: self.sheet,
            title: self.title.clone(),
            began,
            layout,
            rows: self.rows(&mut watched, histories, longest),
            end: index(longest).max(1).max(self.history_end()),
            free_column,
            columns: self.watched.iter().map(|&(column, _)| column).collect(),
        })
    }

    fn take_watched(&self, answer: &mut impl Iterator<Item = Columns>) -> Vec<Vec<String>> {
        match (self.tab, self.watched.as_slice()) {
            (Tab::Partners, [(_, first), .., _]) => {
                let mut whole = answer.next().unwrap_or_default();
                let mut column = |at: u32| whole.get_mut((at - first) as usize).map(std::mem::take).unwrap_or_default();
                self.watched.iter().map(|&(_, at)| column(at)).collect()
            }
            (_, watched) => answer.by_ref().take(watched.len()).map(single).collect(),
        }
    }

    fn rows(&self, watched: &mut [Vec<String>], histories: Option<Vec<String>>, longest: usize) -> Vec<Row> {
        let mut histories = histories.unwrap_or_default();
        let mut rows: Vec<Row> = (1..longest)
            .filter_map(|at| {
                let texts = watched.iter_mut().map(|column| taken(column, at)).collect();
                let mut row = self.row(index(at), texts)?;
                if row.key.is_none() {
                    row.history = self.history_at(&mut histories, row.row);
                }
                Some(row)
            })
            .collect();
        if self.tab == Tab::Partners {
            mark_doubled(&mut rows);
        }
        rows
    }

    /// A row, unless it carries neither key nor Telegram ID.
    fn row(&self, row: u32, texts: Box<[Box<str>]>) -> Option<Row> {
        let text = |wanted: Column| {
            let at = self.watched.iter().position(|&(column, _)| column == wanted);
            at.map_or("", |at| &texts[at])
        };
        let (key_cell, key) = match self.tab {
            Tab::Partners => (text(Column::Code), cells::code(text(Column::Code)).map(RowMark::Partner)),
            Tab::Appeals => (text(Column::Number), cells::number(text(Column::Number)).map(RowMark::Appeal)),
            Tab::Promotions => ("", None),
        };
        let (keyless, telegram) = (key_cell.trim().is_empty(), cells::telegram(text(Column::Telegram)));
        let worth = key.is_some() || telegram != TelegramCell::Empty;
        worth.then_some(Row {
            row,
            key,
            keyless,
            telegram,
            history: None,
            stale: false,
            texts,
        })
    }

    fn history_range(&self) -> Option<String> {
        let at = self.layout.position(Column::History).filter(|_| self.tab == Tab::Appeals)?;
        match self.histories {
            Histories::Skip => None,
            Histories::All => Some(columns_range(&self.title, at, at)),
            Histories::Between(first, end) => {
                let letters = letters(at);
                Some(format!("{}!{letters}{}:{letters}{end}", quoted(&self.title), first + 1))
            }
        }
    }

    /// The rows of a partial history range are not counted from the first.
    fn history_at(&self, histories: &mut [String], row: u32) -> Option<Box<str>> {
        match self.histories {
            Histories::Skip => None,
            Histories::All => Some(taken(histories, row as usize)),
            Histories::Between(first, end) => (first..end).contains(&row).then(|| taken(histories, (row - first) as usize)),
        }
    }

    /// A row with a history alone must not be appended over.
    fn history_end(&self) -> u32 {
        match self.histories {
            Histories::Skip | Histories::All => 0,
            Histories::Between(first, _) => first,
        }
    }
}

impl Look {
    /// What a cell of a row shows; `None` where its column was not read.
    #[must_use]
    pub fn text<'a>(&self, row: &'a Row, column: Column) -> Option<&'a str> {
        if column == Column::History && self.tab == Tab::Appeals {
            return row.history.as_deref();
        }
        let at = self.columns.iter().position(|&known| known == column)?;
        row.texts.get(at).map(AsRef::as_ref)
    }

    /// The rows by their keys.
    #[must_use]
    pub fn index(&self) -> Index<'_> {
        let mut index = BTreeMap::new();
        for row in &self.rows {
            if let Some(key) = &row.key {
                let standing = index.entry(key);
                standing
                    .and_modify(|known| *known = Standing::Doubled)
                    .or_insert(Standing::Once(row));
            }
        }
        Index(index)
    }

    /// Rows that carry a readable Telegram ID and no `№`.
    pub fn unnumbered(&self) -> impl Iterator<Item = (&Row, ChatId)> {
        let appeals = self.tab == Tab::Appeals;
        self.rows
            .iter()
            .filter(move |row| appeals && row.keyless)
            .filter_map(|row| match row.telegram {
                TelegramCell::Id(chat) | TelegramCell::Doubled(chat) => Some((row, chat)),
                TelegramCell::Empty | TelegramCell::Unreadable => None,
            })
    }

    /// The histories that rows without `№` call for.
    #[must_use]
    pub fn histories_of_unnumbered(&self) -> Histories {
        let mut rows = self.unnumbered().map(|(row, _)| row.row);
        match rows.next() {
            None => Histories::Skip,
            Some(first) => Histories::Between(first, rows.last().unwrap_or(first) + 1),
        }
    }

    /// The highest `№` that stands in the tab.
    #[must_use]
    pub fn highest(&self) -> Option<Number> {
        let number = |row: &Row| match row.key {
            Some(RowMark::Appeal(number)) => Some(number),
            Some(RowMark::Partner(_)) | None => None,
        };
        self.rows.iter().filter_map(number).max()
    }

    /// Takes whatever the next look shows in a row for news; a row that we appended is remembered by its key alone.
    pub fn distrust(&mut self, key: &RowMark) {
        let mut known = false;
        for row in self.rows.iter_mut().filter(|row| row.key.as_ref() == Some(key)) {
            row.stale = true;
            known = true;
        }
        if !known {
            self.rows.push(Row {
                row: u32::MAX,
                key: Some(key.clone()),
                keyless: false,
                telegram: TelegramCell::Empty,
                history: None,
                stale: true,
                texts: Box::default(),
            });
        }
    }

    /// Shows a cell as it was before we changed it by mistake.
    pub(super) fn overlay(&mut self, key: &RowMark, column: Column, text: &str) {
        let at = self.columns.iter().position(|&known| known == column);
        let row = self.rows.iter_mut().find(|row| row.key.as_ref() == Some(key));
        if let (Some(at), Some(row)) = (at, row) {
            row.texts[at] = text.into();
        }
    }
}

impl<'a> Index<'a> {
    /// How often a key stands there.
    #[must_use]
    pub fn find(&self, key: &RowMark) -> Standing<'a> {
        self.0.get(key).copied().unwrap_or(Standing::Nowhere)
    }

    /// Every key and how often it stands there.
    pub fn iter(&self) -> impl Iterator<Item = (&'a RowMark, Standing<'a>)> {
        self.0.iter().map(|(&key, &standing)| (key, standing))
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
        &column[..column.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1)]
    }
    first.iter().map(cells).eq(last.iter().map(cells))
}

fn single(columns: Columns) -> Vec<String> {
    columns.into_iter().next().unwrap_or_default()
}

fn taken(column: &mut [String], at: usize) -> Box<str> {
    column.get_mut(at).map(std::mem::take).unwrap_or_default().into_boxed_str()
}

/// Whole columns: they exist however few rows the grid has.
fn columns_range(title: &str, first: u32, last: u32) -> String {
    format!("{}!{}:{}", quoted(title), letters(first), letters(last))
}

/// A tab's name as a range spells it.
fn quoted(title: &str) -> String {
    format!("'{}'", title.replace('\'', "''"))
}

/// A column as people call it: A … Z, AA ….
pub(super) fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = Some(column);
    while let Some(at) = rest {
        letters.push(char::from(b'A' + u8::try_from(at % 26).unwrap_or_default()));
        rest = (at / 26).checked_sub(1);
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sheets::layout::tests::{appeals, partners, row};

    /// A grid as Google would answer a plan's ranges.
    pub(in crate::sheets) fn answer(ranges: &[String], grid: &[Vec<String>]) -> Vec<Columns> {
        let column = |at: usize, rows: std::ops::Range<usize>| {
            let mut cells: Vec<String> = rows
                .map(|row| grid.get(row).and_then(|cells| cells.get(at)).cloned().unwrap_or_default())
                .collect();
            cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
            cells
        };
        let width = grid.iter().map(Vec::len).max().unwrap_or_default();
        let of_letter = |text: &str| {
            (0..200)
                .find(|&at| letters(at) == text.trim_end_matches(char::is_numeric))
                .map(|at| at as usize)
        };
        let of_row = |text: &str| text.trim_start_matches(char::is_alphabetic).parse::<usize>().ok();
        ranges
            .iter()
            .map(|range| {
                let (_, cells) = range.rsplit_once('!').expect("named");
                let (first, last) = cells.split_once(':').expect("two ends");
                let rows = of_row(first).map_or(0, |row| row - 1)..of_row(last).unwrap_or(grid.len());
                let columns =
                    of_letter(first).filter(|_| first != "1").unwrap_or(0)..=of_letter(last).filter(|_| last != "1").unwrap_or(width);
                columns.map(|at| column(at, rows.clone())).collect()
            })
            .collect()
    }

    pub(in crate::sheets) fn grid(rows: &[&str]) -> Vec<Vec<String>> {
        rows.iter().map(|cells| row(cells)).collect()
    }

    pub(in crate::sheets) fn info(title: &str, columns: u32) -> TabInfo {
        TabInfo {
            sheet: SheetId(7),
            title: title.to_owned(),
            rows: 1000,
            columns,
            filter: None,
            fill_formulas: Vec::new(),
        }
    }

    pub(in crate::sheets) fn look(words: &TabWords, rows: &[&str], histories: Histories) -> Look {
        let grid = grid(rows);
        let layout = Layout::read(words, &grid[0]).expect("headers");
        let plan = Plan::new(words.tab, &info(&words.title, 26), &layout, histories);
        plan.parse(words, Timestamp::UNIX_EPOCH, answer(&plan.ranges(), &grid))
            .expect("whole")
    }

    pub(in crate::sheets) const HEADERS: &str = "№|telegram_id|текст_обращений|статус|специалист_ответ|код|Доставка";

    #[test]
    fn only_what_is_needed_is_read() {
        let layout = Layout::read(&appeals(), &row(HEADERS)).expect("headers");
        let ranges = |histories| Plan::new(Tab::Appeals, &info("обр'я", 26), &layout, histories).ranges();
        let named = |cells: &[&str]| cells.iter().map(|cells| format!("'обр''я'!{cells}")).collect::<Vec<_>>();
        assert_eq!(
            ranges(Histories::Skip),
            named(&["1:1", "A:A", "B:B", "A:A", "B:B", "D:D", "E:E", "G:G", "A:A", "B:B"])
        );
        assert_eq!(
            ranges(Histories::Between(4, 6)),
            named(&["1:1", "A:A", "B:B", "A:A", "B:B", "D:D", "E:E", "F:F", "G:G", "C5:C6", "A:A", "B:B"])
        );
        let layout = Layout::read(&partners(), &row("Код партнера|Телефон партнера|Статус|Telegram ID")).expect("headers");
        let plan = Plan::new(Tab::Partners, &info("список", 4), &layout, Histories::Skip);
        assert_eq!(
            plan.ranges(),
            ["'список'!1:1", "'список'!A:A", "'список'!A:D", "'список'!A:A"].map(str::to_owned)
        );
    }

    #[test]
    fn rows_are_parsed_once() {
        let look = look(
            &appeals(),
            &[
                HEADERS,
                "1|700|старое|Новое||п1|",
                "|701|история|Новое|ответ|п2|",
                "|||||нет ключа|",
                "х|702|не наша||||",
            ],
            Histories::All,
        );
        let marks: Vec<_> = look
            .rows
            .iter()
            .map(|row| (row.row, row.key.clone(), row.history.as_deref()))
            .collect();
        assert_eq!(
            marks,
            [
                (1, Some(RowMark::Appeal(Number(1))), None),
                (2, None, Some("история")),
                (4, None, Some("не наша"))
            ]
        );
        assert_eq!(
            look.unnumbered().map(|(row, chat)| (row.row, chat)).collect::<Vec<_>>(),
            [(2, ChatId(701))]
        );
        assert_eq!((look.end, look.free_column, look.highest()), (5, 7, Some(Number(1))));
        assert_eq!(look.histories_of_unnumbered(), Histories::Between(2, 3));
        assert_eq!(look.text(&look.rows[1], Column::Answer), Some("ответ"));
        assert_eq!(look.text(&look.rows[1], Column::Phone), None);
    }

    #[test]
    fn our_columns_go_right_of_everything() {
        let look = look(
            &appeals(),
            &[
                "telegram_id|текст_обращений|статус|специалист_ответ",
                "700||||заметка без заголовка",
            ],
            Histories::All,
        );
        assert_eq!(look.free_column, 5);
    }

    #[test]
    fn torn_and_rearranged_looks_are_thrown_away() {
        let words = appeals();
        let before = grid(&[HEADERS, "1|700|||ответ||", "2|701|||||"]);
        let plan = Plan::new(
            Tab::Appeals,
            &info("обращения", 7),
            &Layout::read(&words, &before[0]).expect("headers"),
            Histories::Skip,
        );
        let mut torn = answer(&plan.ranges(), &before);
        torn.last_mut().expect("keys")[0].swap(1, 2);
        assert_eq!(plan.parse(&words, Timestamp::UNIX_EPOCH, torn), Err(Spoiled::Torn));
        let mut short = answer(&plan.ranges(), &before);
        short.pop();
        assert_eq!(plan.parse(&words, Timestamp::UNIX_EPOCH, short), Err(Spoiled::Torn));
        let after: Vec<Vec<String>> = before.iter().map(|row| [vec!["новый".to_owned()], row.clone()].concat()).collect();
        let spoiled = plan.parse(&words, Timestamp::UNIX_EPOCH, answer(&plan.ranges(), &after));
        assert!(matches!(spoiled, Err(Spoiled::Rearranged(layout)) if layout.position(Column::Number) == Some(1)));
        let bare = grid(&["№|telegram_id"]);
        let spoiled = plan.parse(&words, Timestamp::UNIX_EPOCH, answer(&plan.ranges(), &bare));
        assert!(matches!(spoiled, Err(Spoiled::Headless(error)) if error.missing.len() == 3));
    }

    #[test]
    fn columns_are_called_as_people_call_them() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
