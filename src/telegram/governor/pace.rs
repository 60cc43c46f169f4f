//! The pace: which slots are in use, of the second of all chats, of each chat's second and of each group's minute.
//!
//! Invariant: a slot is free again one second after the *response*, less the smallest round trip seen. A message may reach Telegram at any
//! moment between its sending and its answer, so slots that are given back by the clock of the sending (a token bucket, a fixed window) let
//! two bursts meet in one second of Telegram's. These cannot, as far as the way there takes equally long each time; where it wavers, the
//! second is short by that much and no more, which a small margin covers.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::ChatId;

/// The second in which Telegram counts (Bots FAQ: about 30 messages a second overall, one a second in one chat).
pub(super) const WINDOW: SignedDuration = SignedDuration::from_secs(1);

/// How long Telegram counts the messages of one group …
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// … and how many it takes within that time (Bots FAQ).
const GROUP_RATE: usize = 20;

/// What is added to each rest: the way to Telegram wavers by milliseconds, and so does the moment at which it counts. It costs less than
/// one percent of the pace; a single refusal costs seconds.
const MARGIN: SignedDuration = SignedDuration::from_millis(8);

/// Slots in use.
#[derive(Debug)]
pub(super) struct Pace {
    /// Messages a second in all; `None` for no limit anywhere.
    pub(super) rate: Option<usize>,
    /// When used slots are free again, soonest first.
    resting: VecDeque<Timestamp>,
    chats: HashMap<ChatId, ChatPace>,
    /// Of each group, when its used slots are free again, soonest first.
    groups: HashMap<ChatId, VecDeque<Timestamp>>,
    /// When entries of `chats` can be forgotten.
    forgettable: VecDeque<(Timestamp, ChatId)>,
    fastest: Option<SignedDuration>,
}

/// A chat that is not free.
#[derive(Debug, Clone, Copy)]
enum ChatPace {
    /// A message is under way, or its outcome is not stored yet.
    Held,
    /// Its last message is less than a second old.
    RestsUntil(Timestamp),
}

/// What is in the way.
pub(super) enum Obstacle {
    /// It ends at this moment.
    Until(Timestamp),
    /// It ends when something in hand ends.
    InHand,
}

impl Pace {
    pub(super) fn new(rate: Option<usize>) -> Self {
        Self {
            rate,
            resting: VecDeque::new(),
            chats: HashMap::new(),
            groups: HashMap::new(),
            forgettable: VecDeque::new(),
            fastest: None,
        }
    }

    /// Whether one more may go beside those that are being sent.
    pub(super) fn allows_one_beside(&self, sending: usize) -> Result<(), Obstacle> {
        let is_full = |rate| sending + self.resting.len() >= rate;
        if self.rate.is_some_and(is_full) {
            return Err(first_of(&self.resting));
        }
        Ok(())
    }

    /// Whether one may go to this chat.
    pub(super) fn allows(&self, chat: ChatId, now: Timestamp) -> Result<(), Obstacle> {
        match self.chats.get(&chat) {
            Some(ChatPace::Held) => return Err(Obstacle::InHand),
            Some(ChatPace::RestsUntil(at)) if *at > now => return Err(Obstacle::Until(*at)),
            Some(ChatPace::RestsUntil(_)) | None => {}
        }
        match self.groups.get(&chat) {
            Some(used) if used.len() >= GROUP_RATE => Err(first_of(used)),
            Some(_) | None => Ok(()),
        }
    }

    /// A message goes to this chat.
    pub(super) fn hold(&mut self, chat: ChatId) {
        self.chats.insert(chat, ChatPace::Held);
    }

    /// It was not sent after all.
    pub(super) fn free(&mut self, chat: ChatId) {
        self.chats.remove(&chat);
    }

    /// It was answered; returns until when its slot rests.
    pub(super) fn answered(
        &mut self,
        chat: ChatId,
        round_trip: Option<SignedDuration>,
        now: Timestamp,
    ) -> Timestamp {
        let measured = round_trip.filter(|time| !time.is_negative());
        self.fastest = self.fastest.into_iter().chain(measured).min();
        let way = self.fastest.unwrap_or_default().min(WINDOW);
        let rests_until = now + WINDOW + MARGIN - way;
        if self.rate.is_some() {
            self.resting.push_back(rests_until);
            if chat.is_group() {
                let used = self.groups.entry(chat).or_default();
                used.push_back(now + MINUTE + MARGIN - way);
            }
        }
        rests_until
    }

    /// Its outcome is stored: the chat itself rests for what is left of its second.
    pub(super) fn settled(&mut self, chat: ChatId, rests_until: Timestamp, latest: Timestamp) {
        // The clock may have been set back since the answer.
        let rests_until = rests_until.min(latest + WINDOW + MARGIN);
        if self.rate.is_some() && rests_until > latest {
            self.chats.insert(chat, ChatPace::RestsUntil(rests_until));
            self.forgettable.push_back((rests_until, chat));
        } else {
            self.chats.remove(&chat);
        }
    }

    /// Forgets what is over.
    pub(super) fn forget(&mut self, latest: Timestamp) {
        forget_over(&mut self.resting, latest);
        self.groups.retain(|_, used| {
            forget_over(used, latest);
            !used.is_empty()
        });
        while let Some((at, chat)) = self.forgettable.pop_front_if(|(at, _)| *at <= latest) {
            if matches!(self.chats.get(&chat), Some(ChatPace::RestsUntil(until)) if *until <= at) {
                self.chats.remove(&chat);
            }
        }
    }

    /// The clock was set back: every rest keeps its length.
    pub(super) fn shift_back(&mut self, by: SignedDuration) {
        let resting = self.resting.iter_mut();
        let groups = self.groups.values_mut().flatten();
        let forgettable = self.forgettable.iter_mut().map(|(at, _)| at);
        let chats = self.chats.values_mut().filter_map(|pace| match pace {
            ChatPace::Held => None,
            ChatPace::RestsUntil(at) => Some(at),
        });
        for at in resting.chain(groups).chain(forgettable).chain(chats) {
            *at -= by;
        }
    }
}

fn first_of(used: &VecDeque<Timestamp>) -> Obstacle {
    used.front()
        .map_or(Obstacle::InHand, |&at| Obstacle::Until(at))
}

fn forget_over(used: &mut VecDeque<Timestamp>, latest: Timestamp) {
    while used.pop_front_if(|at| *at <= latest).is_some() {}
}
