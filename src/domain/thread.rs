//! An appeal in the staff chat: what of it stands there, and what is known of that chat.
//!
//! Invariant: a thread is compared with its appeal, never told what has changed: whatever it lacks is shown once, whoever missed the moment.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    appeal::RejectReason,
    chat::KnownChat,
    ids::{AppealId, ChatId, MessageId},
    spans::has_lasted,
    text::Text,
};

/// What is written within so long of one another is shown at once.
const JOINED: SignedDuration = SignedDuration::from_secs(4);
/// The time within which messages count as many.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// After so many messages within a minute a thread has one a minute.
const OFTEN: usize = 3;
/// After so many messages within a minute the chat has one a minute, which names all that has come: Telegram takes twenty, files included.
const STORM: usize = 10;
/// So many messages of a thread can be said anew.
const SAID_ANEW: usize = 20;
/// A chat that takes nothing is tried again after so long.
const TRIED_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// What stands of an appeal in the staff chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffThread {
    /// The chat; in another one, or in the supergroup that it became, the thread begins anew.
    pub chat: ChatId,
    /// The message to which the others reply; none before Telegram has it.
    pub head: Option<MessageId>,
    /// The words in it.
    #[serde(default)]
    pub opening: Text,
    /// What it says of how the appeal stands.
    #[serde(default)]
    pub standing: Text,
    /// Where in the chat it stands.
    #[serde(default)]
    pub topic: ThreadTopic,
    /// Counts the messages that were made for it.
    pub made: u32,
    /// What is on its way there.
    pub under_way: Option<UnderWay>,
    /// So many lines of the dialogue stand there.
    pub shown: u32,
    /// Files of the partner's that are still to be shown.
    pub files: Vec<PartnerFile>,
    /// It says that the appeal is closed.
    pub closed: bool,
    /// When it was added to within the last minute.
    pub recent: Vec<Timestamp>,
    /// What is said beneath the answers of the specialists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ReplyNote>,
    /// Its last messages that can be said anew when a line in them is changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spoken: Vec<SpokenLines>,
    /// Lines that were changed after they were shown, of which it does not tell yet.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub changed: BTreeSet<u32>,
    /// What a topic did not take and no comparison would find.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsaid: Vec<Text>,
}

/// A message of a thread that shows lines of the dialogue in words, and nothing else but a closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpokenLines {
    /// Which of the thread's messages.
    pub nth: u32,
    /// Its id; none before Telegram has it.
    pub message: Option<MessageId>,
    /// Which lines, oldest first.
    pub lines: Vec<u32>,
    /// It says that the appeal is closed.
    pub closes: bool,
}

/// Where in the chat a thread stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadTopic {
    /// In the chat itself; if nothing stands there yet, it may still be given a topic.
    #[default]
    Undecided,
    /// In a topic of its own.
    Own {
        /// The message that made it, which is its id.
        id: MessageId,
        /// It is closed, or about to be.
        closed: bool,
    },
    /// In the chat itself, since no topic was to be had.
    Without,
}

/// What is said beneath an answer that was written in the chat: where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyNote {
    /// The message of the answer.
    pub reply: MessageId,
    /// Which of the thread's messages says it.
    pub nth: u32,
    /// Its id; none before Telegram has it.
    pub message: Option<MessageId>,
    /// What it is to say.
    pub says: Text,
    /// The answer can be taken back.
    pub open: bool,
    /// What it says, or is on its way to say.
    pub told: Text,
}

/// A message of the partner's that holds a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerFile {
    /// Which.
    pub message: MessageId,
    /// The line of the dialogue that names it.
    pub line: u32,
}

/// A message of a thread on its way, and what stood there before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Which of the thread's messages.
    pub nth: u32,
    /// So many lines stood there before.
    pub shown: u32,
    /// The files that follow it.
    pub files: Vec<PartnerFile>,
    /// What it says that a topic did not take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsaid: Vec<Text>,
    /// Whether the thread said before that the appeal is closed.
    pub closed: bool,
    /// The lines of whose change it tells.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub changed: BTreeSet<u32>,
}

/// What is known of the staff chat beyond the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffRoom {
    /// Where it is, and whether it takes messages.
    #[serde(default)]
    pub place: KnownChat,
    /// When messages were made for it within the last minute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Timestamp>,
    /// Appeals of which something is still to be shown there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waiting: BTreeSet<AppealId>,
    /// Nothing is shown before this moment: there is too much, or the chat takes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<Timestamp>,
    /// It gives no topics; until it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topics: Option<NoTopics>,
}

/// A chat gives no topics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoTopics {
    /// Why.
    pub why: RejectReason,
    /// Until then none is asked for.
    pub until: Timestamp,
}

impl ThreadTopic {
    /// Its id, where there is one.
    #[must_use]
    pub fn id(self) -> Option<MessageId> {
        match self {
            Self::Own { id, .. } => Some(id),
            Self::Undecided | Self::Without => None,
        }
    }
}

impl StaffThread {
    /// A thread of which nothing stands in this chat, of an appeal whose dialogue had so many lines before.
    #[must_use]
    pub fn new(chat: ChatId, shown: u32) -> Self {
        Self {
            chat,
            head: None,
            opening: Text::default(),
            standing: Text::default(),
            topic: ThreadTopic::Undecided,
            made: 0,
            under_way: None,
            shown,
            files: Vec::new(),
            closed: false,
            recent: Vec::new(),
            notes: Vec::new(),
            spoken: Vec::new(),
            changed: BTreeSet::new(),
            unsaid: Vec::new(),
        }
    }

    /// What its next message has to give back should the chat not take it.
    #[must_use]
    pub fn before(&self) -> UnderWay {
        UnderWay {
            nth: self.made,
            shown: self.shown,
            files: Vec::new(),
            unsaid: Vec::new(),
            closed: self.closed,
            changed: BTreeSet::new(),
        }
    }

    /// It goes on in this chat; in another one than before it has no message yet.
    pub fn go_on_in(&mut self, chat: ChatId) {
        if self.chat != chat {
            (self.chat, self.head, self.topic) = (chat, None, ThreadTopic::Undecided);
            self.spoken.clear();
            self.notes.clear();
            if let Some(before) = self.under_way.take() {
                self.take_back(before);
            }
        }
    }

    /// A message that was on its way is not there: what it said is still to be shown.
    pub fn take_back(&mut self, before: UnderWay) {
        (self.shown, self.closed) = (before.shown, before.closed);
        self.files.splice(..0, before.files);
        self.spoken.retain(|spoken| spoken.nth != before.nth);
        self.changed.extend(before.changed);
        // What is still to be shown is shown as it is by then.
        self.changed.retain(|line| *line < before.shown);
        self.unsaid.splice(..0, before.unsaid);
    }

    /// A message of it shows these lines, and can be said anew.
    pub fn speaks(&mut self, spoken: SpokenLines) {
        self.spoken.push(spoken);
        let beyond = self.spoken.len().saturating_sub(SAID_ANEW);
        self.spoken.drain(..beyond);
    }

    /// Telegram has one of its messages.
    pub fn arrived(&mut self, nth: u32, message: MessageId) {
        let mut spoken = self.spoken.iter_mut();
        if let Some(spoken) = spoken.find(|spoken| spoken.nth == nth) {
            spoken.message = Some(message);
        }
    }

    /// One of its messages cannot be changed: of the lines in it words must tell.
    pub fn is_fixed(&mut self, message: MessageId, before: Option<UnderWay>) {
        self.spoken.retain(|spoken| spoken.message != Some(message));
        self.changed
            .extend(before.into_iter().flat_map(|before| before.changed));
    }

    /// Its topic is gone with all that stood there. Another takes its place, but not of one that never held anything: nor would the next.
    pub fn lose_topic(&mut self) {
        self.topic = match self.head.take() {
            Some(_) => ThreadTopic::Undecided,
            None => ThreadTopic::Without,
        };
        self.notes.clear();
        self.spoken.clear();
    }

    /// Nothing more of it goes into its topic: it begins anew in the chat itself.
    pub fn leave_topic(&mut self) {
        (self.head, self.topic) = (None, ThreadTopic::Without);
        self.spoken.clear();
    }

    /// Whether nothing of it stands in the chat, or is on its way there.
    #[must_use]
    pub fn begins(&self) -> bool {
        self.head.is_none() && self.under_way.is_none()
    }

    /// When what is new can be shown, together with what follows shortly.
    #[must_use]
    pub fn next_turn(&self, now: Timestamp) -> Timestamp {
        self.rests_until(now).unwrap_or(now + JOINED)
    }

    /// When it can be added to again, where it has had many messages within the last minute.
    #[must_use]
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        let recent = recent(&self.recent, now);
        let last = recent.last().filter(|_| recent.len() >= OFTEN)?;
        Some(*last + MINUTE)
    }

    /// Makes the identity of its next message.
    pub fn next_message(&mut self) -> u32 {
        let nth = self.made;
        self.made += 1;
        nth
    }

    /// A message is made for it.
    pub fn note(&mut self, now: Timestamp) {
        note(&mut self.recent, now);
    }
}

impl StaffRoom {
    /// Whether something may be shown now; if not, it is shown after a [`StaffRoom::pause`].
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.rests_until.is_none_or(|until| until <= now) && self.room(now) > 0
    }

    /// So much may be shown now, one by one.
    #[must_use]
    pub fn room(&self, now: Timestamp) -> usize {
        STORM.saturating_sub(recent(&self.recent, now).len())
    }

    /// Whether a topic may be asked for now.
    #[must_use]
    pub fn gives_topics(&self, now: Timestamp) -> bool {
        let refused = self.topics.as_ref();
        refused.is_none_or(|refused| refused.until <= now)
    }

    /// Why appeals have no topics, where the chat takes messages all the same.
    #[must_use]
    pub fn topics_refused(&self) -> Option<&RejectReason> {
        let refused = self
            .topics
            .as_ref()
            .filter(|_| self.place.refused.is_none());
        refused.map(|refused| &refused.why)
    }

    /// It gave no topic: others are asked for later.
    pub fn refuse_topics(&mut self, why: RejectReason, now: Timestamp) {
        let until = now + TRIED_AGAIN;
        self.topics = Some(NoTopics { why, until });
    }

    /// There is too much for now; until when, where nobody waits for that moment yet.
    pub fn pause(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.rest(now, MINUTE)
    }

    /// The chat takes nothing: it is tried again later; when, where nobody waits for that moment yet.
    pub fn try_later(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.rest(now, TRIED_AGAIN)
    }

    fn rest(&mut self, now: Timestamp, time: SignedDuration) -> Option<Timestamp> {
        if self.rests_until.is_some_and(|until| until > now) {
            return None;
        }
        self.rests_until = Some(now + time);
        self.rests_until
    }

    /// A message is made for it.
    pub fn note(&mut self, now: Timestamp) {
        note(&mut self.recent, now);
    }
}

/// Those of the moments that are less than a minute ago.
fn recent(moments: &[Timestamp], now: Timestamp) -> &[Timestamp] {
    let old = moments
        .iter()
        .take_while(|at| has_lasted(**at, now, MINUTE));
    &moments[old.count()..]
}

fn note(moments: &mut Vec<Timestamp>, now: Timestamp) {
    *moments = recent(moments, now).to_vec();
    moments.push(now);
}
