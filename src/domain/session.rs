//! A session: what we know of one private chat, registered or not.
//!
//! Invariant: it stays small. Kept messages, tries and open questions are all bounded.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{AppealId, ChatId, MessageId, PartnerCode},
    phone::Phone,
    text::Text,
};

/// One private chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The chat, this entity's key.
    pub chat: ChatId,
    /// The language we speak here.
    pub locale: Locale,
    /// The partner, once registered; of somebody with several codes the one under which he writes.
    pub partner: Option<PartnerCode>,
    /// His other codes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub others: BTreeSet<PartnerCode>,
    /// The phone by which he has proved who he is; not of one who was adopted, or registered with an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// The partner has blocked the bot; answers wait in their cells.
    pub blocked: bool,
    /// Appeals whose answer waits for the partner to come back.
    pub undelivered: BTreeSet<AppealId>,
    /// What has been given of a registration so far.
    pub registration: Registration,
    /// What was written before registering; kept for 24 hours.
    pub kept: Vec<Kept>,
    /// The partner has asked for no announcements; answers come all the same.
    #[serde(default)]
    pub silent: bool,
    /// The message rate.
    #[serde(default, rename = "pace")]
    pub rate_history: RateHistory,
    /// The last album, whose further parts join its first.
    #[serde(default)]
    pub album: Option<Album>,
    /// The partner was about to add a word to his rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Remark>,
}

/// A word that is awaited beside a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Of which appeal.
    pub appeal: AppealId,
    /// Since when.
    pub since: Timestamp,
}

/// The message rate of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateHistory {
    /// When the last of them were written; as many as may come within a minute.
    pub recent: Vec<Timestamp>,
    /// The same of codes of somebody who is not registered.
    #[serde(default)]
    pub codes: Vec<Timestamp>,
    /// The person has been asked to slow down.
    pub told: bool,
}

/// An album that is still coming in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Album {
    /// Telegram's `media_group_id`.
    pub id: String,
    /// Where its first part stands; `None` while it is only kept.
    pub line: Option<(AppealId, u32)>,
}

/// A registration under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The code given last.
    pub code: Option<Text>,
    /// The phone of the shared contact.
    pub phone: Option<Phone>,
    /// When pairs were tried, within the last hour.
    pub tries: Vec<Timestamp>,
    /// The pair waits, since this moment, for a fresh read of the staff list.
    pub parked: Option<Parked>,
}

/// A pair that waits for a fresh read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Only a read that began later decides.
    pub since: Timestamp,
    /// The partner has been told that it takes a moment.
    pub told: bool,
}

/// A message as it will be in a dialogue; of somebody not registered yet it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// When it was written.
    pub at: Timestamp,
    /// What was written.
    pub text: Text,
    /// Its id in the chat.
    #[serde(default)]
    pub message: Option<MessageId>,
    /// The album that it is a part of.
    #[serde(default)]
    pub album: Option<String>,
    /// What it held, see [`Content::fingerprint`](super::message::Content::fingerprint).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// Its own words in the text, where other words are there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Text>,
    /// It was a step of a registration as well; of somebody who turns out to be no partner it is nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub step: bool,
    /// It holds a file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub file: bool,
}

/// A group, other than those of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The group, this entity's key.
    pub chat: ChatId,
    /// It has been told that the bot works in private; it is told once.
    #[serde(default = "is_told")]
    pub told: bool,
    /// When somebody last asked there for its number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<Timestamp>,
}

/// Earlier versions kept those alone that had been told.
fn is_told() -> bool {
    true
}

/// The language of a chat, or of an installation.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// Russian, the partners' language.
    #[default]
    Ru,
    /// English, where Telegram's interface is English, or the settings say so.
    En,
}

impl Session {
    /// A chat seen for the first time.
    #[must_use]
    pub fn new(chat: ChatId, locale: Locale) -> Self {
        Self {
            chat,
            locale,
            partner: None,
            others: BTreeSet::new(),
            phone: None,
            blocked: false,
            undelivered: BTreeSet::new(),
            registration: Registration::default(),
            kept: Vec::new(),
            silent: false,
            rate_history: RateHistory::default(),
            album: None,
            remark: None,
        }
    }

    /// All codes of this account, the one under which it writes first.
    pub fn codes(&self) -> impl Iterator<Item = &PartnerCode> {
        self.partner.iter().chain(&self.others)
    }

    /// Whether a code is this account's.
    #[must_use]
    pub fn has(&self, code: &PartnerCode) -> bool {
        self.codes().any(|known| known == code)
    }

    /// It writes under this code from now on, which may be a further one.
    pub fn write_under(&mut self, code: PartnerCode) {
        self.others.remove(&code);
        let before = self.partner.replace(code);
        let before = before.filter(|before| self.partner.as_ref() != Some(before));
        self.others.extend(before);
    }

    /// A code is its no more.
    pub fn lose(&mut self, code: &PartnerCode) {
        self.others.remove(code);
        if self.partner.as_ref() == Some(code) {
            self.partner = self.others.pop_first();
        }
        if self.partner.is_none() {
            self.phone = None;
        }
    }
}

impl Locale {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Ru, Self::En];

    /// The one that this is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Ru => Self::En,
            Self::En => Self::Ru,
        }
    }

    /// Its IETF language tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// From Telegram's IETF language tag; everything but English is answered in Russian.
    #[must_use]
    pub fn of_tag(tag: Option<&str>) -> Self {
        match tag {
            Some(tag) if tag == "en" || tag.starts_with("en-") => Self::En,
            _ => Self::Ru,
        }
    }
}
