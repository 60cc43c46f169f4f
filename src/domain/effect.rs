//! What follows from an event: entities to store, effects to execute, rows to write.
//!
//! Invariant: an effect that must not be lost carries a deterministic id and is stored in the decision's own transaction;
//! the others may be lost: the next read comes anyway (`Look`), Telegram forgets a button (`AnswerButton`), the operator asks again
//! (`Answer`). A reaction (`React`) is not stored either, but one that is not set while the service runs comes back as an event.

mod form;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::form::MessageForm;
use super::{
    alerts::Alerts,
    appeal::{Appeal, Line, rating::Thumb},
    broadcast::{Announced, Broadcast},
    event::Misplaced,
    files::StoredFile,
    ids::{
        AppealId, BatchToken, CallbackId, ChatId, CodeMark, MessageId, OutboxId, PartnerCode,
        PromotionKey, RowKey, Seq, SpreadsheetId,
    },
    message::Post,
    operator::OperatorRequest,
    partner::Partner,
    promotion::Promotion,
    session::{Group, Session},
    tab::{Tab, TabState},
    template::Templates,
    text::{Html, Text},
};

/// Everything that follows from one event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Entities as they are from now on, whole.
    pub puts: Vec<Entity>,
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Rows whose projection may have changed.
    pub dirty: Vec<RowKey>,
    /// Rows that are confirmed written, if nothing dirtied them after this generation. Taken off before `dirty` is put on.
    pub clean: Vec<(RowKey, Seq)>,
    /// The intent that is over.
    pub settled: Option<(SpreadsheetId, BatchToken)>,
    /// All that stands where it should not in a spreadsheet, from now on.
    pub misplaced: Option<(SpreadsheetId, Vec<Misplaced>)>,
    /// A batch token that was given by a later journal: ours go on above it.
    pub given_elsewhere: Option<BatchToken>,
}

/// A stored thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// A line of the staff list.
    Partner(Partner),
    /// A chat.
    Session(Session),
    /// An appeal.
    Appeal(Appeal),
    /// An entry of a dialogue.
    Line(Line),
    /// A tab.
    Tab(TabState),
    /// A file that a partner sent.
    File(StoredFile),
    /// A message that belongs to an appeal.
    Post(Post),
    /// A group.
    Group(Group),
    /// An announcement.
    Broadcast(Broadcast),
    /// What became of one partner's announcement.
    Announced(Announced),
    /// A row of the promotions tab.
    Promotion(Box<Promotion>),
    /// The troubles that the operator was told of; there is one such thing.
    Alerts(Alerts),
    /// The templates of answers; there is one such thing.
    Templates(Templates),
}

impl Entity {
    /// What it is, in a word for people, in the plural.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Partner(_) => "partners",
            Self::Session(_) => "sessions",
            Self::Appeal(_) => "appeals",
            Self::Line(_) => "lines",
            Self::Tab(_) => "tabs",
            Self::File(_) => "files",
            Self::Post(_) => "posts",
            Self::Group(_) => "groups",
            Self::Broadcast(_) => "broadcasts",
            Self::Announced(_) => "announcements",
            Self::Promotion(_) => "promotions",
            Self::Alerts(_) => "sets of alerts",
            Self::Templates(_) => "sets of templates",
        }
    }

    /// Whether both are versions of one and the same thing.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Partner(a), Self::Partner(b)) => a.code == b.code,
            (Self::Session(a), Self::Session(b)) => a.chat == b.chat,
            (Self::Appeal(a), Self::Appeal(b)) => a.id == b.id,
            (Self::Line(a), Self::Line(b)) => (a.appeal, a.index) == (b.appeal, b.index),
            (Self::Tab(a), Self::Tab(b)) => a.tab() == b.tab(),
            (Self::File(a), Self::File(b)) => a.id == b.id,
            (Self::Post(a), Self::Post(b)) => (a.chat, a.message) == (b.chat, b.message),
            (Self::Group(a), Self::Group(b)) => a.chat == b.chat,
            (Self::Broadcast(a), Self::Broadcast(b)) => a.key == b.key,
            (Self::Announced(a), Self::Announced(b)) => (&a.key, a.chat) == (&b.key, b.chat),
            (Self::Promotion(a), Self::Promotion(b)) => a.key == b.key,
            (Self::Alerts(_), Self::Alerts(_)) | (Self::Templates(_), Self::Templates(_)) => true,
            (
                Self::Partner(_)
                | Self::Session(_)
                | Self::Appeal(_)
                | Self::Line(_)
                | Self::Tab(_)
                | Self::File(_)
                | Self::Post(_)
                | Self::Group(_)
                | Self::Broadcast(_)
                | Self::Announced(_)
                | Self::Promotion(_)
                | Self::Alerts(_)
                | Self::Templates(_),
                _,
            ) => false,
        }
    }
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Put a message into the outbox; an id that was ever there is not put again.
    Send(Send),
    /// Try a message again at this moment; `lost` counts its lost responses.
    Reschedule {
        /// Which message.
        id: OutboxId,
        /// Not before.
        at: Timestamp,
        /// Responses lost so far.
        lost: u8,
    },
    /// All sending rests until then, also after a restart: Telegram has asked for it. A moment that is not to come ends every such rest.
    Silence(Timestamp),
    /// The message's way ends.
    Finish(OutboxId, FinalState),
    /// Take a message back that was not claimed yet; one that is being sent is left to end.
    Withdraw(OutboxId),
    /// Acknowledge a pressed button.
    AnswerButton(CallbackId),
    /// Show beside a message that it is in the sheet; where that cannot be, [`super::event::Event::Unshown`] follows.
    React(ChatId, MessageId),
    /// Answer the operator, in the admin chat.
    Answer(OperatorRequest),
    /// Decide a record anew that was set aside.
    Requeue(Seq),
    /// Let a record go that was set aside.
    Discard(Seq),
    /// Send a message once more whose outcome nobody knows.
    Resend(OutboxId),
    /// Count a message no longer whose outcome nobody knows, or that was refused for good.
    Forget(OutboxId),
    /// Nobody asks any more who has got this promotion.
    DropLedger(PromotionKey),
    /// Erase what is stored of a person.
    Erase(Erasure),
    /// Look at a tab soon.
    Look(Tab),
    /// Set a durable timer.
    Then {
        /// When.
        at: Timestamp,
        /// What for.
        wake: Wake,
    },
}

/// Who is to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The Telegram account, with all that was written in its chat.
    pub chat: Option<ChatId>,
    /// The code in the staff list.
    pub code: Option<PartnerCode>,
    /// The staff list still holds the code, so its line stays.
    pub listed: bool,
    /// The person's other codes, and whether the list still holds them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<(PartnerCode, bool)>,
}

impl Erasure {
    /// All codes, and whether the list still holds them.
    pub fn codes(&self) -> impl Iterator<Item = (&PartnerCode, bool)> {
        let code = self.code.iter().map(|code| (code, self.listed));
        code.chain(self.others.iter().map(|(code, listed)| (code, *listed)))
    }
}

/// The final state of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalState {
    /// Accepted by Telegram.
    Delivered,
    /// Permanently refused; kept for `status`.
    Failed,
    /// Its responses were lost; kept for `status`.
    Unknown,
}

/// A message on its way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Send {
    /// Its identity.
    pub id: OutboxId,
    /// The chat.
    pub to: ChatId,
    /// Its place among others.
    pub lane: Lane,
    /// Its text.
    pub text: Html,
    /// The keyboard below it.
    pub keyboard: Keyboard,
    /// The form of the message.
    #[serde(default)]
    pub form: MessageForm,
    /// The appeal that it speaks of, so that a reply to it finds its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<AppealId>,
    /// Addresses of files that must be had before it goes, beside the one in its form: those of the messages behind it in one answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Text>,
    /// The message that must have ended before it goes, whichever way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Box<OutboxId>>,
    /// The message that it replies to, if that is still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The topic of the chat into which it goes, by the message that made it; without one into the chat itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<MessageId>,
}

impl Send {
    /// A plain message of the lane of replies and answers.
    #[must_use]
    pub fn talk(id: OutboxId, to: ChatId, text: Html) -> Self {
        Self {
            id,
            to,
            lane: Lane::Talk,
            text,
            keyboard: Keyboard::Keep,
            form: MessageForm::Message,
            about: None,
            files: Vec::new(),
            after: None,
            reply_to: None,
            topic: None,
        }
    }
}

/// Who goes first. Replies and answers share a lane, so their order within a chat is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Replies, answers, notices to the operator.
    Talk,
    /// What the staff chat is shown: behind the partners' replies, before announcements.
    Staff,
    /// Promotions.
    Announcement,
}

/// What is below a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyboard {
    /// Nothing new.
    #[default]
    Keep,
    /// The button that shares one's own contact, with this label.
    ShareContact(String),
    /// Take a reply keyboard away.
    Remove,
    /// A button that opens an address: its label, and where it leads.
    Link(String, String),
    /// Inline buttons, one a line: label and meaning.
    Inline(Vec<(String, Button)>),
    /// Inline buttons side by side.
    Row(Vec<(String, Button)>),
    /// Inline buttons in lines.
    Grid(Vec<Vec<(String, Button)>>),
    /// Buttons that stay below the chat, side by side; one that is pressed writes its label.
    Menu(Vec<String>),
}

/// A durable timer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wake {
    /// A registration has waited for a while.
    Session(ChatId),
    /// The read has ended for which a registration waited.
    Parked(ChatId),
    /// What a stranger wrote has been kept for a day.
    Kept(ChatId),
    /// An answer has been on its way for a while, or its grace is over, or the time to correct one.
    Appeal(AppealId),
    /// A partner's row has been in doubt for a while.
    Partner(PartnerCode),
    /// A promotion begins or ends, or a quiet time is over in which it waited.
    Promotion(PromotionKey),
    /// What a partner added to an appeal should be in the sheet by now.
    Line(AppealId),
    /// What is new in an appeal is to be shown in the staff chat.
    Thread(AppealId),
    /// What has waited is to be shown in the staff chat.
    StaffRoom,
    /// A partner may have waited too long for an answer.
    Overdue(AppealId),
}

/// What an inline button means; its wire form is at most 64 bytes (Bot API: `callback_data`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Button {
    /// Make an appeal of what was written before registering.
    SendKept,
    /// Forget what was written before registering.
    DropKept,
    /// Show this page of the promotions, in place of the one that bears the button.
    Promotions(u16),
    /// Show this page of the partner's appeals there.
    Appeals(u16),
    /// Show this page of an appeal's dialogue there; the first holds its end.
    Dialogue(AppealId, u16),
    /// This is what the partner thinks of how his appeal went.
    Rate(AppealId, Thumb),
    /// He wants to add a word to that.
    Remark(AppealId),
    /// He does not.
    NoRemark,
    /// Write under this one of his codes.
    Code(CodeMark),
    /// In the admin chat: see whether it is still so.
    CheckAgain,
    /// In the staff chat: whoever presses it takes the appeal.
    Take(AppealId),
    /// In the staff chat: the appeal is solved.
    Solve(AppealId),
    /// In the staff chat: the answer that was written in this message is taken back.
    Withdraw(AppealId, MessageId),
}

/// A message in the outbox and its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// The message.
    pub send: Send,
    /// Its state.
    pub state: OutboxState,
    /// When it was put here.
    pub born: Timestamp,
    /// How often it was claimed.
    pub tries: u16,
    /// How many responses were lost.
    pub lost: u8,
}

/// The state of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// To be sent, not before this moment.
    Waiting(Timestamp),
    /// Claimed by the delivery loop.
    Sending,
    /// Over.
    Ended(FinalState),
}

impl Decision {
    /// Stores an entity.
    pub fn put(&mut self, entity: Entity) {
        self.puts.push(entity);
    }

    /// Adds an effect.
    pub fn then(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}
