//! A promotion: one row of the promotions tab, what was asked for in it, and how far it has come.
//!
//! Invariant: a key that was announced once is announced no more, whatever becomes of its row.

pub mod dates;
pub mod identity;
pub mod offer;
pub mod vocabulary;
pub(in crate::domain) mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::vocabulary::Vocabulary;
use super::{
    appeal::RejectReason,
    ids::PromotionKey,
    media::Media,
    styled::{Styled, StyledRange},
    text::Text,
    unready,
};

/// One row of the promotions tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// This entity's key.
    pub key: PromotionKey,
    /// What the row was last seen to show.
    pub row: PromotionRow,
    /// How many rows above it say exactly the same, key included.
    pub nth: u32,
    /// Since when it stands nowhere, if it does not.
    pub gone: Option<Timestamp>,
    /// How far it has come.
    pub stage: Stage,
    /// The status that the row should show; `None` if that is left to people.
    pub status: Option<PromotionStatus>,
    /// The action in the row was taken, and its cell is to be emptied.
    pub taken: bool,
    /// What came of the last action, where it could not be done.
    pub refusal: Option<PromotionRefusal>,
    /// The picture that goes with it, once Telegram has it, and the cell that it was made from.
    pub media: Option<(Text, Media)>,
    /// The whole content cell, where the row holds only its digest.
    pub picture: Option<Text>,
    /// What its description looks like by the spreadsheet's own buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styles: Vec<StyledRange>,
    /// How often it was shown in the admin chat.
    pub previews: u32,
    /// Its row has been gone for so long that nobody asks any more who has got it.
    #[serde(default)]
    pub unledgered: bool,
    /// The next moment at which its dates change something; a timer is set for it.
    pub alarm: Option<Timestamp>,
}

/// One row as a read finds it. A content cell that is very long is here as a digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionRow {
    /// Ключ, as it is there.
    pub key: Text,
    /// What is offered.
    pub offer: Offer,
    /// Статус.
    pub status: Text,
    /// Действие.
    pub action: Text,
    /// The predecessor's mark.
    pub notified: Text,
    /// The whole content cell, where the offer holds a digest that the read before did not show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Text>,
    /// What the description looks like by the spreadsheet's own buttons, where that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub styles: Option<Vec<StyledRange>>,
}

/// What people write about a promotion; by it a row is known where its key does not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Offer {
    /// Название.
    pub title: Text,
    /// Описание.
    pub description: Text,
    /// Дата начала, as written.
    pub starts: Text,
    /// Дата окончания, as written.
    pub ends: Text,
    /// Контент.
    pub content: Text,
    /// Ссылка.
    pub link: Text,
    /// The content cell shows nothing and yet holds a formula, as one that draws a picture does.
    #[serde(default)]
    pub unshown: bool,
}

/// How far a promotion has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nobody has asked for it to be announced.
    Draft,
    /// To be announced at this moment.
    Scheduled(Timestamp),
    /// It should have been announced at this moment; now somebody has to say whether it still should.
    Held(Timestamp),
    /// Announced, or about to be: its broadcast tells.
    Announced(Timestamp),
    /// Announced before our time.
    Adopted,
}

/// A status of the promotions tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromotionStatus {
    /// Ожидает.
    Waiting,
    /// Активна.
    Active,
    /// Закончена.
    Ended,
}

/// What people can ask for in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Опубликовать.
    Publish,
    /// Тест.
    Test,
    /// Пауза.
    Pause,
    /// Продолжить.
    Resume,
    /// Отменить.
    Cancel,
    /// Завершить.
    End,
}

/// Why something that was asked for was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromotionRefusal {
    /// The row is not complete, or not right; it says what is wrong.
    Faulty,
    /// It was announced before: when, if that is known.
    Announced(Option<Timestamp>),
    /// There is nothing to pause, to go on with or to cancel.
    NothingToDo,
    /// No such action.
    UnknownAction(Text),
    /// The action came with a copied row.
    Copied,
    /// The action was there before the service was started.
    BeforeOurTime,
    /// Nobody knows yet who the partners are.
    NoList,
    /// There is no admin chat to test in.
    NoAdminChat,
    /// The test did not get through.
    TestFailed(RejectReason),
}

impl Promotion {
    /// A row that has just been seen for the first time.
    #[must_use]
    pub fn new(key: PromotionKey) -> Self {
        Self {
            key,
            row: PromotionRow::default(),
            nth: 0,
            gone: None,
            stage: Stage::Draft,
            status: None,
            taken: false,
            refusal: None,
            media: None,
            picture: None,
            styles: Vec::new(),
            previews: 0,
            unledgered: false,
            alarm: None,
        }
    }

    /// The status that stands, as far as we know: ours, or what people wrote.
    #[must_use]
    pub fn standing(&self, words: &Vocabulary) -> Option<PromotionStatus> {
        self.status.or_else(|| words.status(&self.row.status))
    }

    /// The content cell, whole.
    #[must_use]
    pub fn content(&self) -> &Text {
        self.picture.as_ref().unwrap_or(&self.row.offer.content)
    }

    /// The description with its looks.
    #[must_use]
    pub fn description(&self) -> Styled {
        Styled::new(self.row.offer.description.as_str(), &self.styles)
    }
}

/// A cell of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferCell {
    /// Название.
    Title,
    /// Описание.
    Description,
    /// Дата начала.
    Starts,
    /// Дата окончания.
    Ends,
    /// Контент.
    Content,
    /// Ссылка.
    Link,
}

impl Offer {
    /// The cells that show a failed formula, or one whose value has not come yet.
    pub fn unready(&self) -> impl Iterator<Item = OfferCell> + '_ {
        let names = [
            OfferCell::Title,
            OfferCell::Description,
            OfferCell::Starts,
            OfferCell::Ends,
            OfferCell::Content,
            OfferCell::Link,
        ];
        let shown = self.cells().into_iter().zip(names);
        shown
            .filter(|(cell, _)| unready::is_unready(cell.as_str()))
            .map(|(_, name)| name)
    }

    /// Whether the value of a cell has not come yet.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.cells()
            .into_iter()
            .any(|cell| unready::is_loading(cell.as_str()))
    }

    /// Whether nobody has written anything.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells().into_iter().all(Text::is_blank)
    }

    /// Title and description, by which people know a promotion, then the rest.
    fn cells(&self) -> [&Text; 6] {
        [
            &self.title,
            &self.description,
            &self.starts,
            &self.ends,
            &self.content,
            &self.link,
        ]
    }
}
