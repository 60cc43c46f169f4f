//! Everything that can happen, as one closed enum.
//!
//! Invariant: an event states facts, parsed once at the edge; deciding it again does no harm.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    alerts::Trouble,
    appeal::{RejectReason, Status},
    effect::{Button, Wake},
    ids::{
        AppealId, BatchToken, CallbackId, ChatId, MessageId, Number, OutboxId, PartnerCode,
        PromotionKey, RowKey, Seq, SpreadsheetId,
    },
    listing::ListFault,
    media::Media,
    message::Message,
    partner::RowTrouble,
    promotion::PromotionRow,
    session::Locale,
    tab::Tab,
    text::Text,
};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Telegram brought an update.
    Update(Update),
    /// A read found a row that differs from the last read.
    Row(RowEvent),
    /// A read ended.
    Looked(Looked),
    /// A send ended.
    Sent(OutboxId, Outcome),
    /// A message of a partner's is in the sheet, and the reaction that says so could not be set.
    Unshown(ChatId, MessageId),
    /// A batch of writes ended.
    Wrote(WriteReport),
    /// A spreadsheet has gone on without this journal, which is a copy from before.
    Restored(Restored),
    /// The journal holds an appeal into which an earlier version has put messages of several partners.
    Mixed(Mixed),
    /// A durable timer is due.
    Due(Wake),
    /// The operator asked for something.
    Admin(Command),
}

/// An appeal with messages of several partners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mixed {
    /// Which.
    pub appeal: AppealId,
    /// Who has messages in it beside the partner that it belongs to.
    pub others: BTreeSet<ChatId>,
}

/// An update, decoded as far as we serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// A private message.
    Message(Message),
    /// A private message that was changed after it was written; as it is now.
    Edited(Message),
    /// The bot was taken into a group, or something was written there that it sees.
    Group {
        /// The group.
        chat: ChatId,
        /// What was written; `None` if the bot was added.
        said: Option<Text>,
        /// The language of the person's Telegram.
        locale: Locale,
    },
    /// A group became a supergroup.
    Moved {
        /// Which it was.
        from: ChatId,
        /// Which it is.
        to: ChatId,
    },
    /// A pressed inline button.
    Pressed {
        /// Where it was pressed: the person's own chat, or a group.
        chat: ChatId,
        /// To be acknowledged.
        callback: CallbackId,
        /// The message that bears it, as far as Telegram remembers.
        #[serde(default)]
        message: Option<MessageId>,
        /// Which button; `None` for a button that we do not know (any more).
        button: Option<Button>,
        /// The language of the person's Telegram.
        locale: Locale,
    },
    /// The person blocked the bot, or came back.
    Membership {
        /// Whose chat.
        chat: ChatId,
        /// Whether the bot is blocked now.
        blocked: bool,
        /// The language of the person's Telegram.
        locale: Locale,
    },
    /// A kind of update that is not served; the word is Telegram's.
    Unserved(String),
}

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
    /// Доставка, as written.
    pub delivery: Text,
    /// время_обновления, as written.
    pub updated: Text,
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

/// How a send ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Telegram has accepted it.
    Delivered(MessageId),
    /// Telegram has accepted it, and keeps what came with it.
    Uploaded(MessageId, Media),
    /// Telegram will never take it.
    Rejected(RejectReason),
    /// Not sent; to be tried again.
    Retry(RetryAfter),
    /// It may or may not have arrived.
    Unknown,
}

/// When a send may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// Telegram named the moment (429).
    At(Timestamp),
    /// The domain's own schedule decides.
    Schedule,
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

/// What the operator can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Send the answers that were held at first sight.
    ReleaseAnswers,
    /// End the silence that Telegram has asked for.
    EndSilence,
    /// Tell the admin chat something that no entity records.
    Notify(Notice),
    /// Answer a question of the admin chat's.
    Tell(String),
    /// Decide records anew that were set aside.
    Requeue(Vec<Seq>),
    /// Let records go that were set aside.
    Discard(Vec<Seq>),
    /// Send messages once more whose outcome nobody knows.
    Resend(Vec<OutboxId>),
    /// Count messages no longer whose outcome nobody knows.
    Forget(Vec<OutboxId>),
    /// A check has found what is wrong; nothing, where all is well.
    Checked(BTreeSet<Trouble>),
    /// Erase what is stored of a person.
    Erase(ErasedPerson),
    /// The journal was restored from a copy: what it wanted to send may have been sent since.
    Restored,
}

/// Who is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedPerson {
    /// The Telegram account, if the person has one here.
    pub chat: Option<ChatId>,
    /// The code, if the person ever was a partner.
    pub code: Option<PartnerCode>,
}

/// What the admin chat is told beside what `decide` finds itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A tab cannot be used, in words.
    TabUnusable {
        /// Which.
        tab: Tab,
        /// What is wrong and what to do.
        words: String,
    },
    /// The tab can be used again.
    TabMended(Tab),
    /// Telegram gives the updates to somebody else: to a webhook, or to another who asks.
    UpdatesTaken {
        /// To a webhook.
        webhook: bool,
    },
    /// Telegram gives us the updates again.
    UpdatesBack,
    /// How the day begins.
    Digest(Digest),
    /// A sign of life.
    Heartbeat(Heartbeat),
}

/// What the sign of life says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// For how many whole hours the service runs.
    pub hours: u64,
    /// Messages of partners within the last 24 hours.
    pub messages: u32,
    /// Answers that reached them, likewise.
    pub answers: u32,
    /// Messages that wait to be sent.
    pub waiting: u64,
}

/// What the operator hears once a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Appeals whose last word is the partner's.
    pub unanswered: u64,
    /// The one of them that waits longest, and for how many whole hours.
    pub oldest: Option<(Number, i64)>,
    /// Answers that did not get through: the first numbers, and how many there are.
    pub failed: (Vec<Number>, u64),
}
