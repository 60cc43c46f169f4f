//! What the operator asks for, and what the admin chat is told beside what `decide` finds itself.
//!
//! Invariant: a command names what it is about, so that the same one given twice does no harm.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::{
    alerts::Trouble,
    appeal::RejectReason,
    ids::{ChatId, Number, OutboxId, PartnerCode, Seq},
    tab::Tab,
};

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
    /// Count messages no longer whose outcome nobody knows, or that were refused for good.
    Forget(Vec<OutboxId>),
    /// A chat of the settings takes nothing from us, though nothing was to be told there yet.
    ShutOut(ChatId, RejectReason),
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
    /// The person's other codes.
    #[serde(default)]
    pub others: BTreeSet<PartnerCode>,
}

impl ErasedPerson {
    /// All codes.
    pub fn codes(&self) -> impl Iterator<Item = &PartnerCode> {
        self.code.iter().chain(&self.others)
    }
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
    /// Those that wait longest after it, likewise.
    #[serde(default)]
    pub next: Vec<(Number, i64)>,
    /// Answers that did not get through: the first numbers, and how many there are.
    pub failed: (Vec<Number>, u64),
    /// How partners have rated within the last 24 hours.
    #[serde(default)]
    pub rated: Rated,
}

/// Ratings of a while.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rated {
    /// Thumbs up.
    pub up: u64,
    /// Thumbs down.
    pub down: u64,
    /// The first appeals with a thumb down.
    pub numbers: Vec<Number>,
}
