//! A broadcast: one announcement to every partner, and who has got it.
//!
//! Invariant: for each (promotion, partner) one message is ever made; what became of it stays known as long as the promotion is.

use jiff::{Timestamp, civil::Time, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    appeal::RejectReason,
    ids::{ChatId, PromotionKey},
    media::Media,
    promotion::dates::Period,
    text::{Html, Text},
};

/// One announcement to every partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broadcast {
    /// The promotion, this entity's key.
    pub key: PromotionKey,
    /// Its name, by which people speak of it.
    #[serde(default)]
    pub title: Text,
    /// What is said; fixed when it starts.
    pub words: Html,
    /// From when to when it runs, which is below the words in the language of each partner; part of them in earlier versions.
    #[serde(default)]
    pub period: Option<Period>,
    /// Where the button below it leads.
    #[serde(default)]
    pub link: Option<String>,
    /// What is shown with it.
    #[serde(default)]
    pub picture: Option<Picture>,
    /// The words are too long to be beneath the picture, which goes before them.
    #[serde(default)]
    pub apart: bool,
    /// When it began: who registered later does not get it.
    pub started: Timestamp,
    /// Its state.
    pub state: BroadcastState,
    /// The last partner, in the order of chats, for whom was decided whether he gets it.
    pub cursor: Option<ChatId>,
    /// Every partner has been decided on.
    pub exhausted: bool,
    /// How many partners there were when it began.
    pub audience: u32,
    /// What became of the messages.
    pub counts: Counts,
    /// Why it is halted, if it is.
    #[serde(default)]
    pub obstacle: Option<RejectReason>,
    /// It rests because its row is gone, and goes on once that is back.
    #[serde(default)]
    pub lost: bool,
    /// When its row was last asked to say how far it is.
    #[serde(default)]
    pub told: Option<Timestamp>,
    /// When it was over, or ended before that.
    #[serde(default)]
    pub ended: Option<Timestamp>,
}

/// What is shown with an announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// Still to be uploaded: an address, a `data:` URL, or a `file_id` of unknown kind.
    Source(Text),
    /// Telegram has it.
    Kept(Media),
}

/// The state of a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastState {
    /// Its picture is on its way to Telegram, by way of the admin chat; no partner has got anything.
    Preparing,
    /// What is sent cannot be had, or Telegram does not take it. It may begin anew, with whoever has got nothing.
    Halted,
    /// It goes on.
    Running,
    /// Paused until somebody resumes it.
    Paused,
    /// It ends here; what is out stays out.
    Cancelled,
    /// Everybody has it, or will never have it.
    Over,
}

/// What became of a broadcast's messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Made, whatever became of them.
    pub made: u32,
    /// Telegram has them.
    pub sent: u32,
    /// They will never be sent.
    pub failed: u32,
    /// Nobody can say.
    pub unknown: u32,
    /// Partners who get none: they have blocked the bot, or asked for silence.
    pub skipped: u32,
}

/// What became of one partner's announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The promotion; with the chat this entity's key.
    pub key: PromotionKey,
    /// The partner.
    pub chat: ChatId,
    /// What became of it.
    pub fate: AnnouncementState,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncementState {
    /// In the outbox.
    Waiting,
    /// Taken back before it was sent; it may be made again.
    Withdrawn,
    /// Telegram has it.
    Sent,
    /// It will never be sent.
    Failed(RejectReason),
    /// Nobody can say.
    Unknown,
}

/// Quiet hours, in the service's time zone: no announcement is sent then. They span midnight if they end before they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietWindow {
    /// The first quiet moment.
    pub from: Time,
    /// The first moment that is not quiet any more.
    pub until: Time,
}

impl BroadcastState {
    /// Whether messages go out, or will without anybody's doing.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        match self {
            Self::Preparing | Self::Running => true,
            Self::Halted | Self::Paused | Self::Cancelled | Self::Over => false,
        }
    }
}

impl Counts {
    /// Messages that have ended, one way or the other.
    #[must_use]
    pub fn ended(&self) -> u32 {
        self.sent + self.failed + self.unknown
    }

    /// Messages that are made and have not ended.
    #[must_use]
    pub fn outstanding(&self) -> u32 {
        self.made.saturating_sub(self.ended())
    }
}

impl Picture {
    /// Whether it is still to be uploaded, from this source.
    #[must_use]
    pub fn is_of(&self, wanted: &Text) -> bool {
        match self {
            Self::Source(source) => source == wanted,
            Self::Kept(_) => false,
        }
    }
}

impl Broadcast {
    /// A broadcast that is about to start.
    #[must_use]
    pub fn new(key: PromotionKey, title: Text, words: Html, now: Timestamp) -> Self {
        Self {
            key,
            title,
            words,
            period: None,
            link: None,
            picture: None,
            apart: false,
            started: now,
            state: BroadcastState::Running,
            cursor: None,
            exhausted: false,
            audience: 0,
            counts: Counts::default(),
            obstacle: None,
            lost: false,
            told: None,
            ended: None,
        }
    }

    /// Partners who have not got it and may still.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        self.audience
            .saturating_sub(self.counts.ended() + self.counts.skipped)
    }

    /// Whether it ended, or was halted, before anybody got it: then it may begin anew.
    #[must_use]
    pub fn reached_nobody(&self) -> bool {
        let rests = matches!(
            self.state,
            BroadcastState::Halted | BroadcastState::Cancelled
        );
        rests && self.counts.made + self.counts.ended() == 0
    }

    /// Whether a refusal lies in what is sent, so that nobody else would get it either.
    #[must_use]
    pub fn nobody_would_get(&self, why: &RejectReason) -> bool {
        let uploads = matches!(self.picture, Some(Picture::Source(_)));
        match why {
            RejectReason::Content(_) => true,
            RejectReason::File(_) => uploads,
            // Nobody can say: what somebody has got already can be got.
            RejectReason::Refused(_) => uploads || self.counts.sent == 0,
            RejectReason::Blocked
            | RejectReason::Deactivated
            | RejectReason::ChatNotFound
            | RejectReason::GaveUp
            | RejectReason::Recipient(_)
            | RejectReason::Moved(_)
            | RejectReason::TopicGone
            | RejectReason::Topics(_)
            | RejectReason::Gone
            | RejectReason::Fixed => false,
        }
    }

    /// Whether it may begin anew, or go on as it is worded by then.
    #[must_use]
    pub fn may_begin_anew(&self) -> bool {
        self.state == BroadcastState::Halted || self.reached_nobody()
    }
}

impl QuietWindow {
    /// When the quiet ends, if it is quiet now.
    #[must_use]
    pub fn ends(&self, time_zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        let local = now.to_zoned(time_zone.clone());
        let time = local.time();
        let over_midnight = self.from > self.until;
        let quiet = if over_midnight {
            time >= self.from || time < self.until
        } else {
            (self.from..self.until).contains(&time)
        };
        let day = if over_midnight && time >= self.from {
            local.date().tomorrow().ok()?
        } else {
            local.date()
        };
        let end = day
            .to_datetime(self.until)
            .to_zoned(time_zone.clone())
            .ok()?;
        quiet.then(|| end.timestamp())
    }
}
