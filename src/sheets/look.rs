//! A look: the rows that stood in a tab, parsed once.
//!
//! Invariant: rows are asked for by key; a place is good only for the write that follows at once.

pub mod plan;

use std::collections::BTreeMap;

use jiff::Timestamp;

use self::plan::Histories;
use super::{
    layout::{Layout, cells},
    wire::SheetId,
};
use crate::domain::{
    event::{RowMark, TelegramCell},
    ids::{ChatId, Number},
    row::Column,
    tab::Tab,
};

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

    /// Takes whatever the next look shows in a row for news.
    pub fn distrust(&mut self, key: &RowMark) {
        for row in self.rows.iter_mut().filter(|row| row.key.as_ref() == Some(key)) {
            row.stale = true;
        }
    }

    /// Remembers that a key stands there by now, so that its absence in the next look is noticed.
    pub fn remember(&mut self, key: &RowMark) {
        if !self.rows.iter().any(|row| row.key.as_ref() == Some(key)) {
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

    /// Shows a cell of the row at this place in [`Look::rows`] as it was before we changed it by mistake.
    pub(super) fn overlay(&mut self, row: usize, column: Column, text: &str) {
        let at = self.columns.iter().position(|&known| known == column);
        if let (Some(at), Some(row)) = (at, self.rows.get_mut(row)) {
            row.texts[at] = text.into();
            row.stale = true;
            if column == Column::Number {
                row.key = cells::number(text).map(RowMark::Appeal);
                row.keyless = row.key.is_none();
            }
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
