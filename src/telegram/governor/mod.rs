//! The governor: which waiting messages may be sent now, at a rate at which Telegram never answers 429.
//!
//! Invariant: it keeps no clock and does no I/O; which slots are free, `pace` knows.
//!
//! Once Telegram is away, real messages are no probes: nothing but a probe goes out until one was answered, then one message at a time
//! until one has arrived, those first that can still lose a response without harm.

mod gate;
mod pace;

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use self::{
    gate::Gate,
    pace::{Obstacle, Pace, WINDOW},
};
use crate::domain::{
    effect::{Lane, OutboxEntry, OutboxState},
    ids::{ChatId, OutboxId},
};

#[cfg(test)]
mod tests;

/// How many waiting messages are scanned for one that has lost no response yet; those behind another in their chat do not count.
const SCAN_LIMIT: usize = 500;

/// A clock that goes back further than this was set; anything less is two readings that crossed.
const CLOCK_STEP: SignedDuration = SignedDuration::from_millis(100);

/// Decides which message is sent when; one for all messages of one bot.
#[derive(Debug)]
pub struct Governor {
    max_in_hand: usize,
    latest: Timestamp,
    sending: usize,
    unsettled: usize,
    pace: Pace,
    silent_until: Timestamp,
    gate: Gate,
    /// Counts silences, so that an answer to what was sent before one does not end the caution after it.
    silences: u64,
    /// A message that was sent after the last silence has been answered.
    proved: bool,
}

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub id: OutboxId,
    /// To whom.
    pub chat: ChatId,
    /// Its place among others.
    pub lane: Lane,
    /// Not to be sent before this moment.
    pub due: Timestamp,
    /// A response of it was lost, so that it can be sent once more and never again.
    pub lost: bool,
}

/// The messages that may be sent now.
#[derive(Debug)]
pub struct Choice {
    /// Each with its permit, which must be given back by [`Governor::answered`] or [`Governor::returned`].
    pub go: Vec<(OutboxId, SendPermit)>,
    /// Telegram is to be asked whether it is there, perhaps beside an earlier question; [`Governor::probed`] must follow, of each until
    /// one was answered.
    pub probe: bool,
    /// When to ask again if nothing else happens; `None` if only a new message or a response can change anything.
    pub wake: Option<Timestamp>,
}

/// The right to send one message to one chat.
#[derive(Debug)]
pub struct SendPermit {
    chat: ChatId,
    silences: u64,
}

/// An answered message whose outcome is not stored yet: its chat stays closed, or the next message might overtake a retry.
#[derive(Debug)]
pub struct Unsettled {
    chat: ChatId,
    rests_until: Timestamp,
}

/// What a response means for the rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResponseInfo {
    /// How long it took; `None` if Telegram did not answer.
    pub round_trip: Option<SignedDuration>,
    /// What it means for the messages after it.
    pub pause: Pause,
}

/// What a response means for the messages after it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pause {
    /// Nothing.
    #[default]
    None,
    /// Telegram wants silence until then. In a group it wants it of that group alone: there the message itself waits, and those behind it.
    Flood(Timestamp),
    /// Telegram was not reached, or does not serve the bot.
    Away,
}

impl Governor {
    /// A governor for at most `rate_per_second` messages a second, and one a second in each chat; with 0 neither is limited.
    /// At most `max_in_hand` messages are sent or settled at a time.
    ///
    /// The first second is silent, and after every silence one message goes alone until it is answered: a restart during a broadcast
    /// or during Telegram's own silence neither exceeds the pace nor runs into a refusal with more than one message.
    #[must_use]
    pub fn new(rate_per_second: u32, max_in_hand: usize, now: Timestamp) -> Self {
        let rate =
            (rate_per_second > 0).then(|| usize::try_from(rate_per_second).unwrap_or(usize::MAX));
        Self {
            max_in_hand,
            latest: now,
            sending: 0,
            unsettled: 0,
            pace: Pace::new(rate),
            silent_until: if rate.is_some() { now + WINDOW } else { now },
            gate: Gate::default(),
            silences: 0,
            proved: false,
        }
    }

    /// The same, with a probe before the first message: an earlier process may have ended in an outage.
    #[must_use]
    pub fn probing_first(mut self) -> Self {
        self.gate = Gate::shut(self.latest);
        self
    }

    /// The same, silent until a moment that Telegram has named to an earlier process.
    #[must_use]
    pub fn silent_until(mut self, until: Option<Timestamp>) -> Self {
        self.silent_until = until.map_or(self.silent_until, |until| self.silent_until.max(until));
        self
    }

    /// The operator ends the silence that Telegram has asked for.
    pub fn end_silence(&mut self, now: Timestamp) {
        let now = self.observe(now);
        self.silent_until = self.silent_until.min(now);
    }

    /// Chooses among waiting messages, given in the order in which they should go; reads no further than it can choose.
    ///
    /// Messages of one chat keep their order, announcements apart: one that must wait holds back those after it, in its chat alone.
    pub fn choose(
        &mut self,
        waiting: impl IntoIterator<Item = Candidate>,
        now: Timestamp,
    ) -> Choice {
        let now = self.observe(now);
        let mut choice = Choice {
            go: Vec::new(),
            probe: false,
            wake: None,
        };
        choice.probe = self.silent_until <= now && self.gate.asks(now);
        // The one message that shows whether messages arrive had better not be the last try of its kind.
        let careful = !self.proved;
        let mut last_try = None;
        let mut held_back = HashSet::new();
        let mut waiting = waiting.into_iter();
        let mut left = if careful { SCAN_LIMIT } else { usize::MAX };
        while left > 0 {
            if let Err(obstacle) = self.room(now) {
                choice.meets(&obstacle);
                return choice;
            }
            let Some(candidate) = waiting.next() else {
                break;
            };
            let ordered = candidate.lane != Lane::Announcement;
            if ordered && held_back.contains(&candidate.chat) {
                continue;
            }
            left -= 1;
            match self.may_go(&candidate, now) {
                Ok(()) if careful && candidate.lost => {
                    last_try.get_or_insert((candidate.id, candidate.chat));
                }
                Ok(()) => choice.go.push((candidate.id, self.take(candidate.chat))),
                Err(obstacle) => choice.meets(&obstacle),
            }
            if ordered {
                // Also behind one that goes now: its chat is closed until that one is settled.
                held_back.insert(candidate.chat);
            }
        }
        if let Some((id, chat)) = last_try {
            choice.go.push((id, self.take(chat)));
        }
        choice
    }

    /// A probe has ended at `now`. What else an answer says, a 429 included, counts only where a message meets it: then the journal hears.
    pub fn probed(&mut self, answered: bool, now: Timestamp) {
        let now = self.observe(now);
        self.gate.probed(answered, now);
    }

    /// A message was answered, or its answer was lost, at `now`. [`Governor::settled`] must follow.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "taking it over is what makes it usable only once"
    )]
    #[must_use]
    pub fn answered(
        &mut self,
        permit: SendPermit,
        answer: ResponseInfo,
        now: Timestamp,
    ) -> Unsettled {
        let SendPermit { chat, silences } = permit;
        let now = self.observe(now);
        self.sending -= 1;
        self.unsettled += 1;
        let rests_until = self.pace.answered(chat, answer.round_trip, now);
        match answer.pause {
            Pause::None if silences == self.silences && answer.round_trip.is_some() => {
                self.proved = true;
                self.gate.arrived();
            }
            Pause::None => {}
            Pause::Flood(_) if chat.is_group() => {}
            Pause::Flood(until) => {
                self.silent_until = self.silent_until.max(until);
                self.doubt();
            }
            // What was sent before the gate was shut tells of the time before the probe.
            Pause::Away if silences != self.silences => {}
            Pause::Away => {
                self.gate.shuts(now);
                self.doubt();
            }
        }
        Unsettled { chat, rests_until }
    }

    fn doubt(&mut self) {
        self.silences += 1;
        self.proved = false;
    }

    /// The outcome is stored, or was given up.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "taking it over is what makes it usable only once"
    )]
    pub fn settled(&mut self, unsettled: Unsettled) {
        let Unsettled { chat, rests_until } = unsettled;
        self.unsettled -= 1;
        self.pace.settled(chat, rests_until, self.latest);
    }

    /// A slot was not used after all.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "taking it over is what makes it usable only once"
    )]
    pub fn returned(&mut self, permit: SendPermit) {
        let SendPermit { chat, .. } = permit;
        self.sending -= 1;
        self.pace.free(chat);
    }

    fn take(&mut self, chat: ChatId) -> SendPermit {
        self.sending += 1;
        self.pace.hold(chat);
        let silences = self.silences;
        SendPermit { chat, silences }
    }

    /// Whether any message may go.
    fn room(&self, now: Timestamp) -> Result<(), Obstacle> {
        if self.silent_until > now {
            return Err(Obstacle::Until(self.silent_until));
        }
        match self.gate {
            Gate::Open { .. } => {}
            Gate::Shut { probe_at, .. } => return Err(Obstacle::Until(probe_at)),
            Gate::Probing { again_at, .. } => return Err(Obstacle::Until(again_at)),
        }
        let most = if self.proved { self.max_in_hand } else { 1 };
        if self.sending + self.unsettled >= most {
            return Err(Obstacle::InHand);
        }
        self.pace.allows_one_beside(self.sending)
    }

    fn may_go(&self, candidate: &Candidate, now: Timestamp) -> Result<(), Obstacle> {
        if candidate.due > now {
            return Err(Obstacle::Until(candidate.due));
        }
        self.pace.allows(candidate.chat, now)
    }

    /// Takes note of the time; forgets what is over. Answers with a time that never goes back but where the clock was set back.
    fn observe(&mut self, now: Timestamp) -> Timestamp {
        let back = self.latest.duration_since(now);
        if back > CLOCK_STEP {
            self.shift_back(back);
        }
        self.latest = self.latest.max(now);
        self.pace.forget(self.latest);
        self.latest
    }

    /// The clock was set back: every rest keeps its length instead of growing by the step.
    fn shift_back(&mut self, by: SignedDuration) {
        self.latest -= by;
        self.silent_until -= by;
        self.gate.shift_back(by);
        self.pace.shift_back(by);
    }
}

impl Candidate {
    /// A message of the outbox, if it waits.
    #[must_use]
    pub fn of(entry: &OutboxEntry) -> Option<Self> {
        match entry.state {
            OutboxState::Waiting(due) => Some(Self {
                id: entry.send.id.clone(),
                chat: entry.send.to,
                lane: entry.send.lane,
                due,
                lost: entry.lost > 0,
            }),
            OutboxState::Sending | OutboxState::Ended(_) => None,
        }
    }
}

impl Choice {
    fn meets(&mut self, obstacle: &Obstacle) {
        match obstacle {
            Obstacle::Until(at) => self.wake = Some(self.wake.map_or(*at, |wake| wake.min(*at))),
            Obstacle::InHand => {}
        }
    }
}
