//! An appeal: a partner's question, its dialogue, and the answer under way.
//!
//! Invariant: what a row was last seen to show ([`row::Seen`]) and what the journal holds true are two things; the synchroniser writes
//! only where they differ.

pub mod correction;
mod dialogue;
mod line;
pub mod orders;
pub mod rating;
mod receipt;
mod reject;
pub mod row;
pub mod staff;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{AppealId, ChatId, Number, PartnerCode, Revision, Seq},
    internal_note,
    styled::{Styled, StyledRange},
    text::Text,
    thread::StaffThread,
};
pub use dialogue::{ArchiveState, Dialogue};
pub use line::{Author, Line};
pub use receipt::Receipt;
pub use reject::{RejectReason, Unfetched};

use correction::{Arrived, Correction, SentAnswer};
use orders::DeclinedOrder;
use rating::Rating;
use row::{AppealRow, Recoded};
use staff::{ChatOrder, ChatReply, Responsible};

/// One row of the appeals tab: a dialogue, its row, and the answer under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// This entity's key.
    pub id: AppealId,
    /// `№`; none until the first successful look at the tab.
    pub number: Option<Number>,
    /// The partner's chat, `telegram_id` in the row.
    pub chat: ChatId,
    /// The partner's code; `None` for an adopted row whose account is unknown.
    pub partner: Option<PartnerCode>,
    /// The status that the row should show.
    pub status: Status,
    /// The last change, `время_обновления` in the row; `None` while an adopted row is as it was.
    pub stamp: Option<Timestamp>,
    /// What was said.
    #[serde(flatten)]
    pub dialogue: Dialogue,
    /// Its row.
    #[serde(flatten)]
    pub row: AppealRow,
    /// How far its answer is.
    #[serde(flatten)]
    pub delivery: Box<AnswerDelivery>,
    /// The message that tells the partner how the appeal stands.
    #[serde(default)]
    pub receipt: Option<Receipt>,
    /// An earlier version has put messages of several partners into it: nothing is sent of it any more, and nothing joins it.
    #[serde(default)]
    pub mixed: bool,
    /// What stands of it in the staff chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Box<StaffThread>>,
    /// Who has taken it in the staff chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Responsible>,
    /// The wait that was found to last too long, by the moment of its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<Timestamp>,
    /// What the partner says of how it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// Its partner has put it under another of his codes, which its row does not show yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recoded: Option<Box<Recoded>>,
}

/// The answer to an appeal and its way to the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerDelivery {
    /// The answer under way, or delivered and not yet cleared from its cell.
    pub answer: Option<Answer>,
    /// Counts answers.
    pub revision: Revision,
    /// What `Доставка` says.
    #[serde(rename = "delivery")]
    pub state: Delivery,
    /// The answer cell is known to hold a formula: it is never cleared, and its value is sent once.
    #[serde(default)]
    pub formula: bool,
    /// The answer cell showed no value yet when an answer in it had to be held: the value that comes is held in its place.
    #[serde(default)]
    pub holds: bool,
    /// The row in which an answer is held was made since first sight, with a number or a dialogue of another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copied: bool,
    /// Messages that the partner has of an answer that did not get through as a whole, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub had: Vec<DeliveredPart>,
    /// The last answer that the partner has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<SentAnswer>,
    /// Its correction, while it lasts; the answer under way is then what the partner is to have instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
    /// With this event a correction ended whose text was on its way into the cell: it may still come up there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leftover: Option<Seq>,
    /// What the specialists want in their chat and what is not begun yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<ChatOrder>,
    /// The text in the answer cell that is not sent, since the chat has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<Text>,
    /// Answers before the last one, which can be corrected in the chat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<SentAnswer>,
}

impl Default for AnswerDelivery {
    /// Nobody has answered.
    fn default() -> Self {
        Self {
            answer: None,
            revision: Revision::default(),
            state: Delivery::Empty,
            formula: false,
            holds: false,
            copied: false,
            had: Vec::new(),
            sent: None,
            correction: None,
            leftover: None,
            orders: Vec::new(),
            aside: None,
            earlier: Vec::new(),
        }
    }
}

/// A message that the partner has, although the answer that it was a part of has failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveredPart {
    /// What is in it: equal for equal words and the same file.
    pub fingerprint: String,
    /// Its response was lost once, so he may have it twice.
    pub maybe_twice: bool,
    /// Which message it is; earlier versions did not remember.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Arrived>,
}

/// An answer on its way to the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which answer of this appeal.
    pub revision: Revision,
    /// What the specialist typed, to the letter: the clear compares with it.
    pub text: Text,
    /// What that which goes out looks like by the spreadsheet's own buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styles: Vec<StyledRange>,
    /// What goes out in its place: the text of the template that it calls, as that was when the answer was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<Text>,
    /// When it was first seen.
    pub at: Timestamp,
    /// The lines of the dialogue that its author could read in the row; none in a journal of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<u32>,
    /// How far each part has come; none while the answer still rests (its grace, `rules.grace`).
    pub parts: Vec<PartState>,
    /// Where it was written, if not in the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Box<ChatReply>>,
}

/// One message of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// In the outbox.
    Waiting,
    /// Telegram has it.
    Delivered {
        /// Its response was lost once before, so the partner may have it twice.
        maybe_twice: bool,
        /// Which message it is; earlier versions did not remember.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrived: Option<Arrived>,
    },
    /// It will not be sent (again).
    Failed,
}

/// What `Доставка` says, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Nothing to say.
    Empty,
    /// Whatever is there since before this journal's time.
    Adopted,
    /// Resting, so that its author can still correct or withdraw it.
    Grace {
        /// Until then.
        until: Timestamp,
    },
    /// On its way for longer than a moment.
    Waiting,
    /// The value of a formula has changed after it was sent: nobody may have meant that for the partner.
    Formula,
    /// The cell shows no answer but this: a formula has failed, or its value has not come yet.
    Unready(Text),
    /// It calls a template that is not there; its name, and the one most like it.
    NoTemplate(Box<(Text, Option<Text>)>),
    /// An answer typed before the service's first read; sent by `release answers`.
    Held,
    /// Telegram has every part.
    Delivered {
        /// When the last part was accepted.
        at: Timestamp,
        /// A response was lost on the way.
        maybe_twice: bool,
    },
    /// What stood in the cell was a note, which is in the dialogue now.
    Noted {
        /// Since when.
        at: Timestamp,
    },
    /// The partner has blocked the bot; it goes out when he comes back.
    Blocked,
    /// Refused for good, with a reason for people.
    Failed(RejectReason),
    /// The responses were lost: nobody can say whether it arrived.
    Unknown {
        /// It was sent once more, and that response was lost too.
        twice: bool,
    },
    /// The last answer is in its cell again, to be corrected.
    Correcting {
        /// Until then; afterwards it stays as it was.
        until: Timestamp,
    },
    /// A correction rests, so that its author can think again.
    CorrectingSoon {
        /// Until then.
        until: Timestamp,
        /// The answer is to be taken back altogether.
        withdraws: bool,
    },
    /// The partner has the corrected answer, or has it no more.
    Corrected {
        /// Since when.
        at: Timestamp,
        /// It was taken back altogether.
        withdrawn: bool,
        /// What is left of it with the partner all the same.
        left: LeftBehind,
    },
    /// It could not be corrected.
    Uncorrected {
        /// Why.
        why: RejectReason,
        /// Some of its messages were changed.
        partly: bool,
    },
    /// What a specialist asked for by the status cannot be done.
    Declined(DeclinedOrder),
}

/// What no correction could change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftBehind {
    /// Nothing.
    Nothing,
    /// Messages that were too old to be deleted: words stand in their place, files stay.
    Old,
    /// A second copy, if it arrived: a response was lost when the answer was sent.
    Copy,
}

/// A status word, parsed once; compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// `Новое`.
    New,
    /// `В работе`.
    InWork,
    /// `Передано специалисту`.
    Forwarded,
    /// `Ответ ИИ`.
    AiAnswer,
    /// `Решено`, in old copies `закрыто`.
    Resolved,
    /// A word of the people's own; kept as it is, and never shown to a partner.
    Other(Text),
}

impl Appeal {
    /// Whether it is this chat's, and nobody else's as well.
    #[must_use]
    pub fn is_of(&self, chat: ChatId) -> bool {
        self.chat == chat && !self.mixed
    }

    /// Whether the partner's next message joins it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.status.is_closed() && !self.mixed && !self.row.is_lost()
    }

    /// The text that is to be put back into the answer cell, where it is not there yet.
    #[must_use]
    pub fn text_to_correct(&self) -> Option<&Text> {
        let correction = self.delivery.correction.as_ref()?;
        let wanted = !correction.shown && self.row.seen().answer.is_none();
        let sent = self.delivery.sent.as_ref().filter(|_| wanted)?;
        Some(&sent.text)
    }

    /// The answer whose every part Telegram has, while it still is in its cell.
    #[must_use]
    pub fn delivered_answer(&self) -> Option<&Answer> {
        let answer = self.delivery.answer.as_ref();
        answer.filter(|answer| answer.is_delivered())
    }
}

impl Answer {
    /// An answer that rests: nothing but this text.
    #[must_use]
    pub fn new(revision: Revision, text: Text, at: Timestamp) -> Self {
        Self {
            revision,
            text,
            styles: Vec::new(),
            called: None,
            at,
            covers: None,
            parts: Vec::new(),
            reply: None,
        }
    }

    /// What goes out, with its looks.
    #[must_use]
    pub fn styled(&self) -> Styled {
        let text = self.called.as_ref().unwrap_or(&self.text);
        Styled::new(text.as_str(), &self.styles)
    }

    /// Whether the partner may have a part of it twice.
    #[must_use]
    pub fn maybe_twice(&self) -> bool {
        let twice = |part: &PartState| {
            matches!(
                part,
                PartState::Delivered {
                    maybe_twice: true,
                    ..
                }
            )
        };
        self.parts.iter().any(twice)
    }

    /// What the partner reads.
    #[must_use]
    pub fn words(&self) -> Text {
        let spoken = || Text(internal_note::spoken(self.text.as_str()));
        self.called.clone().unwrap_or_else(spoken)
    }

    /// Whether it still rests, or waits for what becomes of it.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.parts.is_empty() || self.parts.contains(&PartState::Waiting)
    }

    /// Whether Telegram has every part.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        !self.parts.is_empty()
            && self
                .parts
                .iter()
                .all(|part| matches!(part, PartState::Delivered { .. }))
    }
}

impl Status {
    /// What a partner is told: a word of the people's own is theirs, to him it is being worked on.
    #[must_use]
    pub fn told(&self) -> &Self {
        if matches!(self, Self::Other(_)) {
            &Self::InWork
        } else {
            self
        }
    }

    /// Whether the next message opens a new row.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Resolved => true,
            Self::New | Self::InWork | Self::Forwarded | Self::AiAnswer | Self::Other(_) => false,
        }
    }

    /// Whether an answer moves it on to `В работе`.
    #[must_use]
    pub fn yields_to_work(&self) -> bool {
        match self {
            Self::New | Self::Forwarded | Self::AiAnswer => true,
            Self::InWork | Self::Resolved | Self::Other(_) => false,
        }
    }
}
