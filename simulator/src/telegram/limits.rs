//! Flood control: how many messages the bot may send, and how long it waits when it sent more.
//! Invariant: no sliding window of a limit ever holds more accepted messages than the limits allow.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::ids::ChatId;
use super::refusal::Refusal;

/// The window of the two limits for everybody: Telegram states them per second (FAQ, "My bot is hitting limits").
const WINDOW: Duration = Duration::from_secs(1);

/// The window of the limit for groups (FAQ, likewise).
const MINUTE: Duration = Duration::from_secs(60);

/// How many messages a bot may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages in any sliding second over all chats; `None` switches the limit off.
    pub per_second: Option<u32>,
    /// Messages to one chat that may come at once: `Some(n)` allows `n` in any sliding
    /// `n` seconds, so 1 is strict and more is a short burst; `None` switches the limit off.
    pub chat_burst: Option<u32>,
    /// Messages to one group in any sliding minute; `None` switches the limit off.
    pub group_per_minute: Option<u32>,
    /// How long everything is refused after a breach; the client hears it in whole seconds, rounded up.
    pub flood_wait: Duration,
}

impl Default for Limits {
    /// The limits that Telegram publishes: 30 a second over all, one a second in a chat, 20 a minute in a group.
    fn default() -> Self {
        Self {
            per_second: Some(30),
            chat_burst: Some(1),
            group_per_minute: Some(20),
            flood_wait: Duration::from_secs(3),
        }
    }
}

impl Limits {
    /// No limits at all.
    pub fn off() -> Self {
        Self {
            per_second: None,
            chat_burst: None,
            group_per_minute: None,
            flood_wait: Duration::ZERO,
        }
    }
}

/// The limits and what has been sent lately.
#[derive(Debug)]
pub(super) struct Flood {
    limits: Limits,
    all: VecDeque<Instant>,
    chats: HashMap<ChatId, VecDeque<Instant>>,
    groups: HashMap<ChatId, VecDeque<Instant>>,
    waiting_until: Option<Instant>,
    /// Groups that wait by themselves.
    groups_waiting: HashMap<ChatId, Instant>,
}

impl Flood {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            all: VecDeque::new(),
            chats: HashMap::new(),
            groups: HashMap::new(),
            waiting_until: None,
            groups_waiting: HashMap::new(),
        }
    }

    /// Replaces the limits; a running flood wait goes on.
    pub(super) fn limit(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Refuses while a flood wait runs.
    pub(super) fn waiting(&self, now: Instant) -> Result<(), Refusal> {
        match self.waiting_until {
            Some(until) if until > now => Err(Refusal::TooMany(whole_seconds(until - now))),
            Some(_) | None => Ok(()),
        }
    }

    /// Counts one message to `chat`, or begins a flood wait.
    pub(super) fn admit(&mut self, chat: ChatId, now: Instant) -> Result<(), Refusal> {
        let burst = self.limits.chat_burst;
        let in_chat = self.chats.entry(chat).or_default();
        forget(in_chat, now, WINDOW * burst.unwrap_or(1));
        forget(&mut self.all, now, WINDOW);
        let in_group = self.groups.entry(chat).or_default();
        forget(in_group, now, MINUTE);
        if let Some(until) = self.groups_waiting.get(&chat).filter(|until| **until > now) {
            return Err(Refusal::TooMany(whole_seconds(*until - now)));
        }
        if is_group(chat) && full(in_group, self.limits.group_per_minute) {
            self.groups_waiting
                .insert(chat, now + self.limits.flood_wait);
            return Err(Refusal::TooMany(whole_seconds(self.limits.flood_wait)));
        }
        if full(in_chat, burst) || full(&self.all, self.limits.per_second) {
            self.waiting_until = Some(now + self.limits.flood_wait);
            return Err(Refusal::TooMany(whole_seconds(self.limits.flood_wait)));
        }
        in_chat.push_back(now);
        if is_group(chat) {
            in_group.push_back(now);
        }
        self.all.push_back(now);
        Ok(())
    }
}

/// Groups and channels have negative ids.
fn is_group(chat: ChatId) -> bool {
    chat < ChatId(0)
}

fn full(sent: &VecDeque<Instant>, limit: Option<u32>) -> bool {
    limit.is_some_and(|limit| sent.len() >= limit as usize)
}

fn forget(sent: &mut VecDeque<Instant>, now: Instant, window: Duration) {
    while sent
        .front()
        .is_some_and(|&at| now.duration_since(at) >= window)
    {
        sent.pop_front();
    }
}

/// Rounded up, at least one: Telegram never says "retry after 0".
fn whole_seconds(wait: Duration) -> u64 {
    let part = u64::from(wait.subsec_nanos() > 0);
    (wait.as_secs() + part).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;

    const MILLISECOND: Duration = Duration::from_millis(1);

    fn flood(per_second: u32, chat_burst: u32) -> Flood {
        Flood::new(Limits {
            per_second: Some(per_second),
            chat_burst: Some(chat_burst),
            group_per_minute: Some(3),
            flood_wait: Duration::from_millis(1500),
        })
    }

    #[test]
    fn a_chat_gets_one_message_in_any_second() {
        let start = Moment::now().steady;
        let mut flood = flood(30, 1);
        assert_eq!(flood.admit(ChatId(1), start), Ok(()));
        assert_eq!(flood.admit(ChatId(2), start), Ok(()));
        let early = start + WINDOW - MILLISECOND;
        assert_eq!(flood.admit(ChatId(1), early), Err(Refusal::TooMany(2)));
        assert_eq!(flood.waiting(early + MILLISECOND), Err(Refusal::TooMany(2)));
        let later = early + Duration::from_millis(1500);
        assert_eq!(flood.waiting(later), Ok(()));
        assert_eq!(flood.admit(ChatId(1), later), Ok(()));
    }

    #[test]
    fn a_burst_is_paid_back() {
        let start = Moment::now().steady;
        let mut flood = flood(30, 2);
        assert_eq!(flood.admit(ChatId(1), start), Ok(()));
        assert_eq!(flood.admit(ChatId(1), start), Ok(()));
        assert!(flood.admit(ChatId(1), start + WINDOW).is_err());
        assert_eq!(flood.admit(ChatId(1), start + 2 * WINDOW), Ok(()));
    }

    #[test]
    fn a_group_gets_so_many_messages_in_any_minute() {
        let start = Moment::now().steady;
        let mut flood = flood(30, 30);
        for seconds in [0, 1, 2] {
            assert_eq!(flood.admit(ChatId(-1), start + WINDOW * seconds), Ok(()));
            assert_eq!(flood.admit(ChatId(1), start + WINDOW * seconds), Ok(()));
        }
        assert_eq!(flood.admit(ChatId(1), start + MINUTE - WINDOW), Ok(()));
        let early = start + MINUTE - 2 * WINDOW;
        assert!(flood.admit(ChatId(-1), early).is_err());
        assert_eq!(flood.waiting(early), Ok(()), "the others don't wait for it");
        assert_eq!(flood.admit(ChatId(-2), early), Ok(()));
        assert_eq!(flood.admit(ChatId(-1), start + MINUTE), Ok(()));
    }

    #[test]
    fn the_overall_window_slides() {
        let start = Moment::now().steady;
        let mut flood = flood(2, 1);
        let half = WINDOW / 2;
        assert_eq!(flood.admit(ChatId(1), start), Ok(()));
        assert_eq!(flood.admit(ChatId(2), start + half), Ok(()));
        assert_eq!(flood.admit(ChatId(3), start + WINDOW), Ok(()));
        assert!(flood.admit(ChatId(4), start + WINDOW).is_err());
    }
}
