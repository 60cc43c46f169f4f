//! A snapshot of a tab: its rows, parsed once.
//!
//! Invariant: rows are asked for by key; a place is good only for the write that follows at once.

mod styles;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    layout::{Layout, cells, words::TabWords},
    read_plan::HistoryRange,
};
use crate::{
    domain::{
        appeal::{Appeal, Status, row::RowLink},
        event::{RowMark, TelegramCell},
        ids::{AppealId, ChatId, Number},
        partner::{Partner, RowTrouble},
        row::Column,
        styled::StyledRange,
        tab::Tab,
        text::Text,
        unready::is_unready,
    },
    sheets::{tabs::keys, wire::SheetId},
};

/// Columns that we write.
const OURS: [Column; 12] = [
    Column::Access,
    Column::Telegram,
    Column::Since,
    Column::History,
    Column::Updated,
    Column::Number,
    Column::Delivery,
    Column::Waiting,
    Column::Rating,
    Column::Notified,
    Column::Key,
    Column::Mailing,
];

/// What one read of one tab found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabSnapshot {
    /// Which tab.
    pub tab: Tab,
    /// Google's id of it.
    pub sheet: SheetId,
    /// Its name.
    pub title: String,
    /// When the read began: only what happened before can be in it.
    pub began: Timestamp,
    /// Where its columns are.
    pub layout: Layout,
    /// Rows that carry a key or a Telegram ID.
    pub rows: Vec<Row>,
    /// Behind the last row that holds anything in a column that was read; an appended row lands here or below.
    pub end: u32,
    /// The first column right of everything, where ours are added.
    pub free_column: u32,
    /// What new texts look like, by the places of their rows.
    pub styles: BTreeMap<u32, Vec<StyledRange>>,
    pub(super) columns: Vec<Column>,
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
    /// The appeal whose row it certainly is.
    pub owner: Option<AppealId>,
    /// Whose it is by its code, where it has neither key nor Telegram ID.
    pub addressee: Option<ChatId>,
    /// Its history, where it was read.
    pub history: Option<Box<str>>,
    /// Its `№` is new to us, and the next read reads its history.
    pub unread: bool,
    /// Promotions: the content cell shows nothing and yet holds a formula, as one that draws a picture does.
    pub unshown: bool,
    /// We have written here since: whatever the next read shows is news.
    pub stale: bool,
    pub(super) texts: Box<[Box<str>]>,
}

/// A row that the journal knows to be in a tab, and what it was last seen to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRow {
    /// Its key.
    pub mark: RowMark,
    /// Appeals: whose it is.
    pub owner: Option<AppealId>,
    /// Its Telegram ID.
    pub telegram: TelegramCell,
    /// Appeals: its status.
    pub status: Option<Status>,
    /// Appeals: the text in its answer cell.
    pub answer: Option<Text>,
}

/// How often a key occurs in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMatch<'a> {
    /// Nowhere.
    Nowhere,
    /// In one row.
    Once(&'a Row),
    /// In several.
    Doubled,
}

/// The rows of a read by their keys, in the order of keys, then of places.
pub struct Index<'a>(Vec<(&'a RowMark, &'a Row)>);

impl KnownRow {
    /// A line of the staff list, if it is in the sheet.
    #[must_use]
    pub fn of_partner(partner: Partner) -> Option<Self> {
        (partner.stopped != Some(RowTrouble::Missing)).then_some(Self {
            mark: RowMark::Partner(partner.code),
            owner: None,
            telegram: TelegramCell::Empty,
            status: None,
            answer: None,
        })
    }

    /// An appeal's row, if it is in the sheet with its number.
    #[must_use]
    pub fn of(appeal: &Appeal) -> Option<Self> {
        let stands = matches!(appeal.row.link(), RowLink::Numbered | RowLink::Traded(_));
        Some(Self {
            mark: RowMark::Appeal(appeal.number.filter(|_| stands)?),
            owner: Some(appeal.id),
            telegram: TelegramCell::Id(appeal.chat),
            status: appeal.row.seen().status.clone(),
            answer: appeal.row.seen().answer.clone(),
        })
    }
}

impl TabSnapshot {
    /// What the journal remembers in place of a read, after a start: its rows are all taken for changed, but their absence is noticed.
    #[must_use]
    pub fn of_known(words: &TabWords, known: Vec<KnownRow>) -> Self {
        let row = |known: KnownRow| {
            let status = known
                .status
                .as_ref()
                .and_then(|status| words.status_word(status));
            let answer = known.answer.as_ref().map_or("", Text::as_str);
            Row {
                row: u32::MAX,
                key: Some(known.mark),
                keyless: false,
                telegram: known.telegram,
                owner: known.owner,
                addressee: None,
                history: None,
                unread: false,
                unshown: false,
                stale: true,
                texts: [status.unwrap_or_default(), answer].map(Into::into).into(),
            }
        };
        Self {
            tab: words.tab,
            sheet: SheetId(0),
            title: words.title.clone(),
            began: Timestamp::MIN,
            layout: Layout::default(),
            rows: known.into_iter().map(row).collect(),
            end: 1,
            free_column: 0,
            styles: BTreeMap::new(),
            columns: vec![Column::Status, Column::Answer],
        }
    }

    /// Whether it was read, rather than remembered.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.began != Timestamp::MIN
    }

    /// What a cell of a row shows; `None` where its column was not read.
    #[must_use]
    pub fn text<'a>(&self, row: &'a Row, column: Column) -> Option<&'a str> {
        if column == Column::History && self.tab == Tab::Appeals {
            return row.history.as_deref();
        }
        let at = self.columns.iter().position(|&known| known == column)?;
        row.texts.get(at).map(AsRef::as_ref)
    }

    /// How many rows it has, for people: those of the staff list that are nobody's are told apart.
    #[must_use]
    pub fn counted(&self) -> usize {
        let counts = |row: &&Row| {
            self.tab != Tab::Partners || row.key.is_some() || row.telegram != TelegramCell::Empty
        };
        self.rows.iter().filter(counts).count()
    }

    /// The rows by their keys.
    #[must_use]
    pub fn index(&self) -> Index<'_> {
        let mut index: Vec<_> = self
            .rows
            .iter()
            .filter_map(|row| Some((row.key.as_ref()?, row)))
            .collect();
        index.sort_by_key(|&(key, row)| (key, row.row));
        Index(index)
    }

    /// Whether a row has neither key nor Telegram ID, and a text in its answer cell.
    #[must_use]
    pub fn is_written_first(&self, row: &Row) -> bool {
        self.tab == Tab::Appeals
            && row.keyless
            && row.telegram == TelegramCell::Empty
            && is_answer(self.text(row, Column::Answer).unwrap_or_default())
    }

    /// Rows without `№` that carry a readable Telegram ID, or a code that leads to one.
    pub fn unnumbered(&self) -> impl Iterator<Item = (&Row, ChatId)> {
        let appeals = self.tab == Tab::Appeals;
        self.rows
            .iter()
            .filter(move |row| appeals && row.keyless)
            .filter_map(|row| Some((row, row.telegram.chat().or(row.addressee)?)))
    }

    /// The histories that are needed: of rows without `№`, and of those whose `№` is new.
    #[must_use]
    pub fn histories_needed(&self) -> HistoryRange {
        let unnumbered = self.unnumbered().map(|(row, _)| row.row);
        let unread = self.rows.iter().filter(|row| row.unread).map(|row| row.row);
        let rows: Vec<u32> = unnumbered.chain(unread).collect();
        match (rows.iter().min(), rows.iter().max()) {
            (Some(&first), Some(&last)) => HistoryRange::Between(first, last + 1),
            _ => HistoryRange::Skip,
        }
    }

    /// Forgets the histories of rows that are found by `№`: they are long, and are told once.
    pub fn forget_told_histories(&mut self) {
        for row in self.rows.iter_mut().filter(|row| row.key.is_some()) {
            row.history = None;
        }
    }

    /// The highest `№` that is in the tab.
    #[must_use]
    pub fn highest(&self) -> Option<Number> {
        let number = |row: &Row| match row.key {
            Some(RowMark::Appeal(number)) => Some(number),
            Some(RowMark::Partner(_) | RowMark::Promotion(_)) | None => None,
        };
        self.rows.iter().filter_map(number).max()
    }

    /// Takes whatever the next read shows in a row for news: in those with this key, and in the one without a key at this place.
    pub fn distrust(&mut self, key: Option<&RowMark>, place: Option<u32>) {
        let meant = |row: &Row| match &row.key {
            Some(known) => Some(known) == key,
            None => Some(row.row) == place,
        };
        for row in self.rows.iter_mut().filter(|row| meant(row)) {
            row.stale = true;
        }
    }

    /// Whether people have changed anything since the read before. Of rows that we have written ourselves since, only what people write
    /// there counts.
    #[must_use]
    pub fn shows_other_than(&self, before: &Self) -> bool {
        let place = |row: &Row| (row.key.clone(), row.key.is_none().then_some(row.row));
        let places = |of: fn(&Row) -> bool| -> BTreeSet<_> {
            before
                .rows
                .iter()
                .filter(|row| of(row))
                .map(place)
                .collect()
        };
        let (written, appended) = (places(|row| row.stale), places(|row| row.row == u32::MAX));
        let shown = |snapshot: &Self| -> Vec<_> {
            let rows = snapshot
                .rows
                .iter()
                .filter(|row| !appended.contains(&place(row)));
            let told = |row: &Row| {
                let ours = written.contains(&place(row));
                let counts = |column: &Column| !ours || !OURS.contains(column);
                let texts = snapshot
                    .columns
                    .iter()
                    .zip(&row.texts)
                    .filter(|(column, _)| counts(column));
                (
                    row.key.clone(),
                    row.unshown,
                    texts.map(|(_, text)| text.clone()).collect::<Vec<_>>(),
                )
            };
            rows.map(told).collect()
        };
        self.columns != before.columns || shown(self) != shown(before)
    }

    /// Remembers that a key is there by now, so that its absence in the next read is noticed.
    pub fn remember(&mut self, key: &RowMark) {
        if !self.rows.iter().any(|row| row.key.as_ref() == Some(key)) {
            self.rows.push(Row {
                row: u32::MAX,
                key: Some(key.clone()),
                keyless: false,
                telegram: TelegramCell::Empty,
                owner: None,
                addressee: None,
                history: None,
                unread: false,
                unshown: false,
                stale: true,
                texts: Box::default(),
            });
        }
    }

    /// Shows a cell of the row at this place in [`TabSnapshot::rows`] as it was before we changed it by mistake.
    pub(in crate::sheets) fn overlay(&mut self, row: usize, column: Column, text: &str) {
        let at = self.columns.iter().position(|&known| known == column);
        if let (Some(at), Some(row)) = (at, self.rows.get_mut(row)) {
            row.texts[at] = text.into();
            row.stale = true;
            if column == Column::Telegram && self.tab == Tab::Appeals {
                row.telegram = cells::telegram(text);
            }
            if column == keys::column(self.tab) {
                row.key = keys::read(self.tab, text);
                row.keyless = row.key.is_none();
            }
        }
    }
}

fn is_answer(cell: &str) -> bool {
    !Text::from(cell).is_blank() && !is_unready(cell)
}

impl<'a> Index<'a> {
    /// The rows that bear a key.
    pub fn rows<'s>(
        &'s self,
        key: &RowMark,
    ) -> impl Iterator<Item = &'a Row> + Clone + use<'s, 'a> {
        let from = self.0.partition_point(|&(known, _)| known < key);
        let to = self.0.partition_point(|&(known, _)| known <= key);
        self.0[from..to].iter().map(|&(_, row)| row)
    }

    /// The one row with a key beside a Telegram ID; beside any, where none is given.
    #[must_use]
    pub fn row_of(&self, key: &RowMark, chat: Option<ChatId>) -> Option<&'a Row> {
        let is_theirs = |row: &&Row| chat.is_none_or(|chat| row.telegram == TelegramCell::Id(chat));
        let mut rows = self.rows(key).filter(is_theirs);
        rows.next().filter(|_| rows.next().is_none())
    }

    /// How often a key is there.
    #[must_use]
    pub fn find(&self, key: &RowMark) -> KeyMatch<'a> {
        let mut rows = self.rows(key);
        match (rows.next(), rows.next()) {
            (None, _) => KeyMatch::Nowhere,
            (Some(row), None) => KeyMatch::Once(row),
            (Some(_), Some(_)) => KeyMatch::Doubled,
        }
    }

    /// Every key with its rows.
    pub fn iter(&self) -> impl Iterator<Item = (&'a RowMark, Vec<&'a Row>)> {
        let groups = self.0.chunk_by(|(one, _), (other, _)| one == other);
        groups.filter_map(|group| {
            Some((
                group.first()?.0,
                group.iter().map(|&(_, row)| row).collect(),
            ))
        })
    }
}
