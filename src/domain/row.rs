//! What a row should show: the projection of an entity onto named columns.
//!
//! Invariant: a column is named by its meaning; where it stands is known only to the current snapshot.

use super::{
    appeal::Status,
    ids::{ChatId, Number, PartnerCode, PromotionKey, RowKey},
    promotion::Offer,
    tab::Tab,
    text::Text,
};

/// A column by its meaning.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Partners: Код партнера; appeals: код.
    Code,
    /// Partners: ФИО партнера; appeals: ФИО.
    Name,
    /// Partners: Телефон партнера; appeals: телефон.
    Phone,
    /// Partners: Статус авторизации.
    Access,
    /// Partners: Telegram ID; appeals: telegram_id.
    Telegram,
    /// Partners: Дата авторизации.
    Since,
    /// Appeals: текст_обращений.
    History,
    /// Appeals: статус; promotions: Статус.
    Status,
    /// Appeals: специалист_ответ.
    Answer,
    /// Appeals: время_обновления.
    Updated,
    /// Appeals: №, ours.
    Number,
    /// Appeals: Доставка, ours.
    Delivery,
    /// Appeals: Ждёт с, ours where it stands.
    Waiting,
    /// Appeals: Ответственный; not in every copy.
    Responsible,
    /// Appeals: Оценка, ours where it stands.
    Rating,
    /// Archive: часть.
    Part,
    /// Promotions: Название.
    Title,
    /// Promotions: Описание.
    Description,
    /// Promotions: Дата начала.
    Starts,
    /// Promotions: Дата окончания.
    Ends,
    /// Promotions: Контент.
    Content,
    /// Promotions: Ссылка.
    Link,
    /// Promotions: Действие.
    Action,
    /// Promotions: NOTIFICATION_STATUS, the predecessor's.
    Notified,
    /// Promotions: Ключ, ours.
    Key,
    /// Promotions: Рассылка, ours.
    Mailing,
}

/// What a cell should hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellValue {
    /// Text, never evaluated.
    Text(Text),
    /// A whole number, so that the column sorts as one.
    Number(i64),
}

/// A row as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredRow {
    /// Whose row.
    pub key: RowKey,
    /// How it is found in the current snapshot.
    pub find: Find,
    /// Cells that only we write.
    pub ours: Vec<(Column, CellValue)>,
    /// Cells that people write too.
    pub shared: Vec<SharedCell>,
    /// Of an appeal: how far the row covers its dialogue.
    pub dialogue: Option<CoveredDialogue>,
}

/// How far the row of an appeal covers its dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredDialogue {
    /// The lines that the history cell covers.
    pub lines: u32,
    /// Parts that leave the history cell and must be in the archive along with that, by their numbers.
    pub parts: Vec<(u32, Text)>,
    /// Whether to find out if the answer cell holds a formula.
    pub asks_formula: bool,
}

/// A change of a cell that people write too, made only where it still holds what was seen (invariant 4 of the design).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharedCell {
    /// The status moves on.
    Status {
        /// What must still be there; `None` means an empty cell.
        expect: Option<Status>,
        /// What shall be there.
        set: Status,
    },
    /// The telegram_id comes into a row that was known by its code alone.
    Account(ChatId),
    /// The cell is emptied of what was taken from it: a delivered answer, an action.
    Clear {
        /// Which.
        column: Column,
        /// The text that must still be there, to the letter.
        expect: Text,
    },
    /// The answer cell, which must be empty, holds this again, for a person to change it.
    Fill(Text),
    /// Another code of the same partner comes in place of one of these, or into an empty cell; what a person has put there stays.
    Code {
        /// What it may show.
        before: Vec<PartnerCode>,
        /// What shall be there.
        set: Text,
    },
    /// Whoever has taken the appeal is named, unless a person has put another name there.
    Assign {
        /// What we have put there before.
        expect: Option<Text>,
        /// What shall be there.
        set: Text,
    },
}

/// How a row is found at the moment of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Find {
    /// The one row with this partner code.
    Partner(PartnerCode),
    /// The one row with this `№`, which must also carry this telegram_id.
    Numbered(Number, ChatId),
    /// The same, or the one without telegram_id: it was made by hand and is to be completed.
    Incomplete(Number, ChatId),
    /// The same; where the `№` stands nowhere, the row is appended.
    Pending(Number, ChatId),
    /// The one row with this telegram_id that bears the `№` of another appeal.
    Traded(Number, ChatId),
    /// A row without `№`, of this account and with exactly this history: the uppermost that shows the answer last seen, or else the uppermost.
    Unnumbered {
        /// By its telegram_id, or by its code.
        chat: ChatId,
        /// To the letter.
        history: Text,
        /// The answer last seen.
        answer: Option<Text>,
    },
    /// A row of the promotions tab, as the last read showed it.
    Promotion(Box<PromotionFind>),
}

/// How a row of the promotions tab is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionFind {
    /// The key that it is to bear.
    pub key: PromotionKey,
    /// What its key cell showed.
    pub shown: Text,
    /// What was offered in it.
    pub offer: Offer,
    /// How many rows above it show exactly the same.
    pub nth: u32,
}

impl DesiredRow {
    /// The lines of the dialogue that the history cell covers.
    #[must_use]
    pub fn lines(&self) -> u32 {
        self.dialogue.as_ref().map_or(0, |covered| covered.lines)
    }

    /// The parts of the dialogue that must be in the archive.
    #[must_use]
    pub fn parts(&self) -> &[(u32, Text)] {
        self.dialogue.as_ref().map_or(&[], |covered| &covered.parts)
    }

    /// The last of them; 0 where none is moved there.
    #[must_use]
    pub fn last_part(&self) -> u32 {
        self.parts().last().map_or(0, |(part, _)| *part)
    }

    /// Whether to find out if the answer cell holds a formula.
    #[must_use]
    pub fn asks_formula(&self) -> bool {
        let covered = self.dialogue.as_ref();
        covered.is_some_and(|covered| covered.asks_formula)
    }
}

impl Find {
    /// The tab in which it is looked for.
    #[must_use]
    pub fn tab(&self) -> Tab {
        match self {
            Self::Partner(_) => Tab::Partners,
            Self::Numbered(..)
            | Self::Incomplete(..)
            | Self::Pending(..)
            | Self::Traded(..)
            | Self::Unnumbered { .. } => Tab::Appeals,
            Self::Promotion(_) => Tab::Promotions,
        }
    }
}
