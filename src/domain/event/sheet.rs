//! What the synchroniser of a spreadsheet tells: rows as a read found them, the end of a read, and what became of a batch of writes.
//!
//! Invariant: rows are levels, not edges: whoever has missed one is told the same by the next read.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    appeal::{Status, rating::Rating},
    ids::{
        AppealId, BatchToken, ChatId, Number, PartnerCode, PromotionKey, RowKey, Seq, SpreadsheetId,
    },
    listing::ListFault,
    partner::RowTrouble,
    promotion::PromotionRow,
    row::Column,
    styled::StyledRange,
    tab::Tab,
    template::Template,
    text::Text,
};

/// What a read found, of rows whose owners are known: levels, not edges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowEvent {
    /// A line of the staff list.
    Partner(PartnerCells),
    /// The line of this code is gone, or stands more than once.
    PartnerStopped(PartnerCode, RowTrouble),
    /// Rows of the staff list that cannot be taken as they stand; all of them, as they are now.
    Listed(Vec<ListFault>),
    /// The row of an appeal.
    #[serde(rename = "appeal_row")]
    Appeal {
        /// What stands in it.
        cells: AppealCells,
        /// Whose it is.
        appeal: AppealId,
    },
    /// A row of an appeal that the journal does not know.
    NewAppeal(NewAppeal),
    /// The row of an appeal has lost its `№` and was known by its history.
    NumberLost {
        /// What stands in it, its history too.
        cells: AppealCells,
        /// Whose it is.
        appeal: AppealId,
    },
    /// The row of an appeal bears the `№` of another one.
    Traded {
        /// Which.
        shown: Number,
        /// Whose it is.
        appeal: AppealId,
    },
    /// The `№` of an appeal without a row stands in the row of another partner.
    NumberTaken {
        /// Which appeal.
        appeal: AppealId,
    },
    /// Which row is an appeal's cannot be told, or it is gone.
    Stopped {
        /// Why.
        trouble: RowTrouble,
        /// Which appeal.
        appeal: AppealId,
    },
    /// Rows that are not an appeal's bear its `№`.
    Strays {
        /// Which appeal.
        appeal: AppealId,
    },
    /// A row bears a `№` that cannot be taken for an appeal's.
    Unusable {
        /// Which.
        number: Number,
        /// Why.
        trouble: RowTrouble,
    },
    /// All rows of the promotions tab, from above: only together they tell which is which.
    Promotions(Vec<PromotionRow>),
    /// Messages beside a code alone, by their fingerprints: they stood there before anybody looked for such.
    Standing(BTreeSet<String>),
    /// The templates of answers; `None` where there is no tab for them.
    Templates(Option<Vec<Template>>),
    /// What an earlier version told in another form, and did not decide: the next read tells it anew.
    #[serde(
        alias = "appeal",
        alias = "unnumbered",
        alias = "missing",
        alias = "doubled",
        alias = "several",
        skip_serializing
    )]
    Outdated(Outdated),
}

/// The form of an earlier version, whatever it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "serde::de::IgnoredAny")]
pub struct Outdated;

impl From<serde::de::IgnoredAny> for Outdated {
    fn from(_: serde::de::IgnoredAny) -> Self {
        Self
    }
}

/// How a row names itself in the sheet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowMark {
    /// By partner code.
    Partner(PartnerCode),
    /// By `№`.
    Appeal(Number),
    /// By the key of a promotion.
    Promotion(PromotionKey),
}

/// The cells of one line of the staff list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerCells {
    /// The folded code.
    pub code: PartnerCode,
    /// The code as written.
    pub written_code: Text,
    /// ФИО партнера.
    pub name: Text,
    /// Телефон партнера, as written.
    pub phone: Text,
    /// Статус авторизации says authorized.
    pub authorized: bool,
    /// Статус авторизации says not authorized.
    #[serde(default)]
    pub refused: bool,
    /// Telegram ID.
    pub telegram: TelegramCell,
    /// Дата авторизации, as written.
    pub since: Text,
}

/// A cell that should hold a Telegram ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TelegramCell {
    /// Nothing.
    Empty,
    /// An ID that stands nowhere else in the column.
    Id(ChatId),
    /// An ID that is in several rows.
    Doubled(ChatId),
    /// Something else.
    Unreadable,
}

impl TelegramCell {
    /// The ID, if it is one.
    #[must_use]
    pub fn chat(self) -> Option<ChatId> {
        match self {
            Self::Id(chat) | Self::Doubled(chat) => Some(chat),
            Self::Empty | Self::Unreadable => None,
        }
    }
}

/// The watched cells of an appeal's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealCells {
    /// статус.
    pub status: Option<Status>,
    /// специалист_ответ.
    pub answer: AnswerCell,
    /// What a new text in it looks like by the spreadsheet's own buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styles: Vec<StyledRange>,
    /// Доставка, as written.
    pub delivery: Text,
    /// время_обновления, as written.
    pub updated: Text,
    /// Ждёт с, as written, where that column stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Text>,
    /// Оценка, where the tab has it and a rating of ours stands in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// код, where the history was read and the code can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerCode>,
    /// текст_обращений, where the read had a reason to read it: a `№` that it did not know, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Text>,
}

/// A row that the journal does not know: from before our time, made by hand, or numbered by a journal that was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAppeal {
    /// telegram_id.
    pub chat: ChatId,
    /// `№`, if it has one: it is kept.
    pub number: Option<Number>,
    /// The highest `№` that is in the tab: one that is given now must be above it.
    pub highest: Option<Number>,
    /// Its telegram_id is not in it, but is that of its code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_code: bool,
    /// What stands in it, its history too.
    pub cells: AppealCells,
}

/// The cell into which a specialist types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerCell {
    /// Nothing but white space.
    Blank,
    /// Text, a number or a date, as a person reads it.
    Text(Text),
    /// A formula that has failed, or whose value has not come yet; what the cell shows instead.
    Unready(Text),
}

/// The end of a read of one tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Which tab.
    pub tab: Tab,
    /// When the read began: only what happened before can be in it.
    pub began: Timestamp,
    /// The highest `№` that is in the tab.
    pub highest: Option<Number>,
    /// Google's id of the tab, by which an address leads to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<i32>,
}

/// What shows that the journal is older than a spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Which spreadsheet.
    pub spreadsheet: SpreadsheetId,
    /// The tabs in it.
    pub tabs: Vec<Tab>,
    /// The newest batch token there; the journal has never given it.
    #[serde(rename = "fence")]
    pub token: BatchToken,
}

/// The end of a batch of writes in one spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteReport {
    /// Where.
    pub spreadsheet: SpreadsheetId,
    /// The batch's token; `None` where the rows needed no write.
    #[serde(rename = "fence")]
    pub token: Option<BatchToken>,
    /// What became of each row.
    pub rows: Vec<WrittenRow>,
    /// All that stands where it should not in this spreadsheet; `None` where that is as it was.
    #[serde(default)]
    pub misplaced: Option<Vec<Misplaced>>,
}

/// What stands where it should not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misplaced {
    /// In a cell that people write too, or as another row's key.
    Cell(WrongCell),
    /// In the cells of a row without a whole key that only we write.
    Row(WrongRow),
}

/// One cell to put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongCell {
    /// The key that the row shows now.
    pub mark: RowMark,
    /// The Telegram ID beside it.
    pub chat: Option<ChatId>,
    /// Which.
    pub column: Column,
    /// What stood there.
    pub was: Text,
    /// What we left there.
    pub left: Text,
}

/// One row to empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongRow {
    /// Its tab.
    pub tab: Tab,
    /// Where it was written, from 0.
    pub place: u32,
    /// Whose row it is.
    pub telegram: TelegramCell,
    /// What we left in the cells that only we write; of the history only that it was written.
    pub wrote: Vec<(Column, Text)>,
    /// The history that stood there.
    pub history: Option<Text>,
}

impl Misplaced {
    /// The tab in which it stands.
    #[must_use]
    pub fn tab(&self) -> Tab {
        match self {
            Self::Cell(cell) => cell.tab(),
            Self::Row(row) => row.tab,
        }
    }
}

impl WrongCell {
    /// The tab of its row.
    #[must_use]
    pub fn tab(&self) -> Tab {
        match self.mark {
            RowMark::Partner(_) => Tab::Partners,
            RowMark::Appeal(_) => Tab::Appeals,
            RowMark::Promotion(_) => Tab::Promotions,
        }
    }
}

/// What became of one row of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenRow {
    /// The row.
    pub key: RowKey,
    /// The generation of the dirty mark that was written: a later mark stays.
    pub dirtied: Seq,
    /// How it ended.
    pub result: RowResult,
}

/// How the write of one row ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowResult {
    /// The read-back confirms the row; these cells were set by compare-and-set or found as wanted.
    Confirmed {
        /// The status that now is there, where we set it.
        status: Option<Status>,
        /// The answer cell was emptied of exactly this text.
        cleared: Option<Text>,
        /// This text was put into the answer cell, which was empty.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filled: Option<Text>,
        /// The lines of the dialogue that are there now.
        lines: u32,
        /// The last part of the dialogue that is in the archive now; 0 where none was moved.
        #[serde(default)]
        parts: u32,
        /// Whether the answer cell holds a formula, which we never clear; `None` if that was not read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        formula: Option<bool>,
    },
    /// There is nothing to write (any more).
    Idle,
    /// A person changed a shared cell meanwhile; a fresh read follows.
    Contested,
    /// The read-back shows another key: rows moved while we wrote.
    Moved,
    /// The row is not there and must not be appended.
    Absent,
    /// Google refused this row, in its words.
    Refused(String),
}
