//! The answers to the reads of one tab, and how they become a [`TabSnapshot`].
//!
//! Invariant: a read in which rows or columns moved while it was read, or between its calls, never leaves this file.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    read_plan::{ReadPlan, headers, taken},
    snapshot::{Row, TabSnapshot},
};
use crate::{
    domain::{event::TelegramCell, ids::ChatId, row::Column, tab::Tab, text::visible},
    sheets::{
        table::layout::{Layout, LayoutError, cells, index, words::TabWords},
        tabs::{keys, promotions},
        wire::{Columns, Rendering, UnformattedValue},
    },
};

/// Why a read is discarded.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadError {
    /// The keys read first and last differ: rows moved while it was read.
    Torn,
    /// What cells show and what they store differ: rows moved between the two calls, unless the next read says the same.
    Untied(Tie),
    /// Columns are elsewhere than remembered.
    Rearranged(Layout),
    /// The header row cannot be understood any more.
    Headless(LayoutError),
}

/// What cells have shown, and stored in a later call: two reads in a row that say the same have seen formats, not rows that moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Tie(Vec<(Vec<String>, Vec<UnformattedValue>)>);

/// What was read of one tab so far.
#[derive(Debug)]
pub struct TabAnswer<'a> {
    plan: &'a ReadPlan,
    began: Timestamp,
    layout: Layout,
    watched: Vec<Vec<String>>,
    histories: Option<Vec<String>>,
    margin: Columns,
    stored: Vec<StoredColumn>,
}

/// A column as it is stored.
#[derive(Debug)]
struct StoredColumn {
    rendering: Rendering,
    column: Column,
    cells: Vec<UnformattedValue>,
}

/// What these columns store says nothing of whether rows moved: dates are shown otherwise, pictures are long.
const UNTELLING: [Column; 3] = [Column::Starts, Column::Ends, Column::Content];

impl<'a> TabAnswer<'a> {
    /// Takes in what the ranges of a plan show, one entry a range.
    ///
    /// # Errors
    /// When rows or columns moved while it was read.
    pub fn new(
        plan: &'a ReadPlan,
        words: &TabWords,
        began: Timestamp,
        answer: Vec<Columns>,
    ) -> Result<Self, ReadError> {
        let mut answer = answer.into_iter();
        let layout = Layout::read(words, &headers(&answer.next().unwrap_or_default()))
            .map_err(ReadError::Headless)?;
        if !layout.agrees(&plan.layout) {
            return Err(ReadError::Rearranged(layout));
        }
        let first: Vec<Columns> = answer.by_ref().take(plan.keys.len()).collect();
        let watched = take_watched(plan, &mut answer);
        let histories = plan.history_range().and_then(|_| answer.next()).map(single);
        let margin = plan.margin.and_then(|_| answer.next()).unwrap_or_default();
        let last: Vec<Columns> = answer.collect();
        if last.len() != plan.keys.len() || !same_cells(&first, &last) {
            return Err(ReadError::Torn);
        }
        Ok(Self {
            plan,
            began,
            layout,
            watched,
            histories,
            margin,
            stored: Vec::new(),
        })
    }

    /// Which tab.
    #[must_use]
    pub fn tab(&self) -> Tab {
        self.plan.tab
    }

    /// How many calls were made for it.
    #[must_use]
    pub fn calls(&self) -> u8 {
        let took = |rendering| {
            self.stored
                .iter()
                .any(|stored| stored.rendering == rendering)
        };
        1 + u8::from(took(Rendering::Typed)) + u8::from(took(Rendering::Valued))
    }

    /// The ranges that are to be read in this rendering, too: what was typed first, values where a key or a date may be another than is
    /// shown, and then the keys with them, which tell whether rows moved.
    #[must_use]
    pub fn wants(&self, rendering: Rendering) -> Vec<String> {
        self.asked(rendering)
            .into_iter()
            .map(|(_, at)| self.plan.column(at))
            .collect()
    }

    /// Takes in the answer to [`TabAnswer::wants`].
    pub fn take(&mut self, rendering: Rendering, answer: Vec<Columns<UnformattedValue>>) {
        let columns = self.asked(rendering).into_iter().zip(answer);
        let stored = columns.map(|((column, _), cells)| StoredColumn {
            rendering,
            column,
            cells: single(cells),
        });
        self.stored.extend(stored);
    }

    fn asked(&self, rendering: Rendering) -> Vec<(Column, u32)> {
        let plan = self.plan;
        match rendering {
            Rendering::Typed => plan.typed.clone(),
            Rendering::Valued => {
                let doubted = |&&(column, _): &&(Column, u32)| self.is_doubted(column);
                let doubted: Vec<_> = plan.watched.iter().filter(doubted).copied().collect();
                let keys = plan.keys.iter().filter(|key| !doubted.contains(key));
                match doubted.is_empty() {
                    true => doubted,
                    false => keys.copied().chain(doubted.iter().copied()).collect(),
                }
            }
        }
    }

    /// Whether a cell of a column may store another key or day than it shows. What was typed as a date is known already.
    fn is_doubted(&self, column: Column) -> bool {
        let typed = typed(&self.stored, column);
        let is_known = |at: usize| !typed.is_empty() && !is_formula(typed.get(at));
        let mut rows = self.shown(column).iter().enumerate().skip(1);
        rows.any(|(at, shown)| cells::is_doubtful(column, shown) && !is_known(at))
    }

    fn shown(&self, wanted: Column) -> &[String] {
        let mut watched = self.plan.watched.iter();
        let at = watched.position(|&(column, _)| column == wanted);
        let cells = at.and_then(|at| self.watched.get(at));
        cells.map_or(&[], Vec::as_slice)
    }

    /// Makes a snapshot of it all; `before` is what the read before could not tie together.
    ///
    /// # Errors
    /// When rows moved between the calls.
    pub fn snapshot(mut self, before: Option<&Tie>) -> Result<TabSnapshot, ReadError> {
        if let Some(tie) = self.untied().filter(|tie| Some(tie) != before) {
            return Err(ReadError::Untied(tie));
        }
        self.read_values();
        let plan = self.plan;
        let (mut watched, histories) = (self.watched, self.histories);
        let (margin, layout) = (self.margin, self.layout);
        let contents = typed(&self.stored, Column::Content);
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
        let history = histories.as_ref().map_or(0, last_text) + plan.history_start();
        let end = ends.max().unwrap_or_default().max(history).max(1);
        let margin_end = margin
            .iter()
            .rposition(|column| column.iter().any(|cell| !cell.is_empty()));
        let free_column = layout.width() + margin_end.map_or(0, |at| index(at + 1));
        Ok(TabSnapshot {
            tab: plan.tab,
            sheet: plan.sheet,
            title: plan.title.clone(),
            began: self.began,
            layout,
            rows: rows(plan, &mut watched, histories, contents, longest),
            end,
            free_column,
            styles: BTreeMap::new(),
            columns: plan.watched.iter().map(|&(column, _)| column).collect(),
        })
    }

    /// What cells show and store, where that can hardly be the same cells: rows have moved between the calls, or formats hide numbers.
    fn untied(&self) -> Option<Tie> {
        let keys = || {
            let stored = self.stored.iter();
            stored.filter(|stored| !UNTELLING.contains(&stored.column))
        };
        let tied = keys().all(|stored| self.is_tied(stored));
        let pair =
            |stored: &StoredColumn| (self.shown(stored.column).to_vec(), stored.cells.clone());
        (!tied).then(|| Tie(keys().map(pair).collect()))
    }

    fn is_tied(&self, stored: &StoredColumn) -> bool {
        let shown = self.shown(stored.column);
        let blank = UnformattedValue::Text(String::new());
        let typed = stored.rendering == Rendering::Typed;
        (1..shown.len().max(stored.cells.len())).all(|at| {
            let cell = stored.cells.get(at).unwrap_or(&blank);
            (typed && is_formula(Some(cell)))
                || cells::agree(shown.get(at).map_or("", String::as_str), cell)
        })
    }

    /// Reads cells as what they store rather than what they show.
    fn read_values(&mut self) {
        for stored in &self.stored {
            let mut watched = self.plan.watched.iter();
            let at = watched.position(|&(column, _)| column == stored.column);
            let shown = at.and_then(|at| self.watched.get_mut(at));
            let cells = shown.into_iter().flatten().zip(&stored.cells).skip(1);
            for (shown, cell) in cells {
                if let UnformattedValue::Number(number) = cell {
                    cells::read_value(stored.column, shown, *number);
                }
            }
        }
    }
}

fn take_watched(plan: &ReadPlan, answer: &mut impl Iterator<Item = Columns>) -> Vec<Vec<String>> {
    match (plan.tab, plan.watched.as_slice()) {
        (Tab::Partners, [(_, first), .., _]) => {
            let mut whole = answer.next().unwrap_or_default();
            let mut column = |at: u32| {
                whole
                    .get_mut((at - first) as usize)
                    .map(std::mem::take)
                    .unwrap_or_default()
            };
            plan.watched.iter().map(|&(_, at)| column(at)).collect()
        }
        (_, watched) => answer.by_ref().take(watched.len()).map(single).collect(),
    }
}

/// All rows that are worth telling.
fn rows(
    plan: &ReadPlan,
    watched: &mut [Vec<String>],
    histories: Option<Vec<String>>,
    contents: &[UnformattedValue],
    longest: usize,
) -> Vec<Row> {
    let mut histories = histories.unwrap_or_default();
    let mut rows: Vec<Row> = (1..longest)
        .filter_map(|at| {
            let texts = watched.iter_mut().map(|column| taken(column, at)).collect();
            let mut row = row(plan, index(at), texts)?;
            row.history = plan.history_at(&mut histories, row.row);
            row.unshown = is_formula(contents.get(at))
                && shows_nothing(text_of(plan, &row.texts, Column::Content));
            Some(row)
        })
        .collect();
    if plan.tab == Tab::Partners {
        mark_doubled(&mut rows);
    }
    rows
}

/// A row, unless it carries neither key nor Telegram ID nor anything in our own columns.
fn row(plan: &ReadPlan, row: u32, texts: Box<[Box<str>]>) -> Option<Row> {
    let text = |wanted: Column| text_of(plan, &texts, wanted);
    let key_cell = text(keys::column(plan.tab));
    let key = keys::read(plan.tab, key_cell);
    let (keyless, telegram) = (
        key_cell.trim().is_empty(),
        cells::telegram(text(Column::Telegram)),
    );
    let ours = [Column::Delivery, Column::Updated, Column::Mailing]
        .iter()
        .any(|&column| !text(column).is_empty());
    let offered = plan.tab == Tab::Promotions
        && promotions::SPOKEN
            .iter()
            .any(|&column| !text(column).trim().is_empty());
    let listed = plan.tab == Tab::Partners && (!keyless || !text(Column::Phone).trim().is_empty());
    let written_first = plan.tab == Tab::Appeals
        && keyless
        && telegram == TelegramCell::Empty
        && !text(Column::Answer).trim().is_empty();
    let worth = written_first
        || listed
        || key.is_some()
        || telegram != TelegramCell::Empty
        || ours
        || offered;
    worth.then_some(Row {
        row,
        key,
        keyless,
        telegram,
        owner: None,
        addressee: None,
        history: None,
        unread: false,
        unshown: false,
        stale: false,
        texts,
    })
}

fn text_of<'a>(plan: &ReadPlan, texts: &'a [Box<str>], wanted: Column) -> &'a str {
    let at = plan
        .watched
        .iter()
        .position(|&(column, _)| column == wanted);
    at.map_or("", |at| &texts[at])
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

fn shows_nothing(cell: &str) -> bool {
    visible(cell).trim().is_empty()
}

/// A column as it was typed, where that was read.
fn typed(stored: &[StoredColumn], wanted: Column) -> &[UnformattedValue] {
    let typed =
        |stored: &&StoredColumn| stored.rendering == Rendering::Typed && stored.column == wanted;
    let found = stored.iter().find(typed);
    found.map_or(&[], |found| found.cells.as_slice())
}

fn is_formula(typed: Option<&UnformattedValue>) -> bool {
    matches!(typed, Some(UnformattedValue::Text(text)) if text.starts_with('='))
}

fn single<T>(columns: Columns<T>) -> Vec<T> {
    columns.into_iter().next().unwrap_or_default()
}
