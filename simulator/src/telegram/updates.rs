//! Updates that wait for the bot, whichever way it takes them.
//! Invariant: of each chat one update is under way to the webhook at most, and an update leaves the
//! queue only when the webhook took it or a poll confirmed it.
//! Source: the server's behaviour (order per chat, retries), Bot API `getUpdates`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::ids::{ChatId, UpdateId};
use super::params::Params;
use super::refusal::Refusal;

/// Kinds that come only if asked for by name (Bot API, `allowed_updates`).
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// Updates of one lane keep their order; lanes run beside one another.
pub(super) type Lane = Option<ChatId>;

/// An update that may go to the webhook now.
#[derive(Clone, Debug)]
pub(super) struct Departure {
    pub(super) lane: Lane,
    pub(super) update_id: UpdateId,
    pub(super) body: String,
}

#[derive(Debug, Default)]
struct Queue {
    updates: VecDeque<(UpdateId, String)>,
    under_way: bool,
    failures: usize,
    not_before: Option<Instant>,
}

/// The queues, and which kinds of updates the bot wants.
#[derive(Debug)]
pub(super) struct Updates {
    /// Empty: all kinds but those of [`NOT_BY_DEFAULT`].
    allowed: Vec<String>,
    lanes: BTreeMap<Lane, Queue>,
    under_way: usize,
    /// Waits after the first, second … failure; the last one repeats.
    retry: Vec<Duration>,
}

impl Updates {
    pub(super) fn new(retry: Vec<Duration>) -> Self {
        Self {
            allowed: Vec::new(),
            lanes: BTreeMap::new(),
            under_way: 0,
            retry,
        }
    }

    /// Takes over `allowed_updates`, if the call has it; else the former choice stands.
    pub(super) fn allow(&mut self, params: &Params) -> Result<(), Refusal> {
        if let Some(allowed) = params.structure("allowed_updates")? {
            self.allowed = serde_json::from_value(allowed)
                .map_err(|_| Refusal::Malformed("can't parse allowed updates list".into()))?;
        }
        Ok(())
    }

    /// The kinds asked for by name; empty for the default.
    pub(super) fn allowed(&self) -> &[String] {
        &self.allowed
    }

    /// Puts an update at the end of its lane, if the bot wants its kind.
    pub(super) fn queue(&mut self, id: UpdateId, kind: &str, update: &Value, lane: Lane) {
        let wanted = match self.allowed.as_slice() {
            [] => !NOT_BY_DEFAULT.contains(&kind),
            allowed => allowed.iter().any(|name| name == kind),
        };
        if wanted {
            let queue = self.lanes.entry(lane).or_default();
            queue.updates.push_back((id, update.to_string()));
        }
    }

    /// Updates not yet taken, those under way included.
    pub(super) fn pending(&self) -> usize {
        self.lanes.values().map(|queue| queue.updates.len()).sum()
    }

    /// Whether nothing waits and nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.pending() == 0 && self.under_way == 0
    }

    /// Takes what may be sent now, oldest first, so that no more than `connections` are under way,
    /// and says when the next retry is due.
    pub(super) fn depart(
        &mut self,
        connections: usize,
        now: Instant,
    ) -> (Vec<Departure>, Option<Instant>) {
        let mut ready: Vec<(UpdateId, Lane)> = Vec::new();
        let mut next: Option<Instant> = None;
        for (lane, queue) in &self.lanes {
            let Some((id, _)) = queue.updates.front().filter(|_| !queue.under_way) else {
                continue;
            };
            match queue.not_before {
                Some(at) if at > now => next = Some(next.map_or(at, |next| next.min(at))),
                Some(_) | None => ready.push((*id, *lane)),
            }
        }
        ready.sort();
        ready.truncate(connections.saturating_sub(self.under_way));
        let departures = ready
            .into_iter()
            .filter_map(|(_, lane)| self.departure(lane))
            .collect();
        (departures, next)
    }

    /// Notes that an update under way was taken, or the wait that the webhook asked for if not.
    pub(super) fn landed(
        &mut self,
        departure: &Departure,
        outcome: Result<(), Option<Duration>>,
        now: Instant,
    ) {
        self.under_way -= 1;
        let Some(queue) = self.lanes.get_mut(&departure.lane) else {
            return;
        };
        queue.under_way = false;
        match outcome {
            Ok(()) => {
                if queue
                    .updates
                    .front()
                    .is_some_and(|(id, _)| *id == departure.update_id)
                {
                    queue.updates.pop_front();
                }
                queue.failures = 0;
                queue.not_before = None;
            }
            Err(asked) => {
                let step = queue.failures.min(self.retry.len().saturating_sub(1));
                let planned = self.retry.get(step).copied().unwrap_or_default();
                queue.failures += 1;
                queue.not_before = Some(now + asked.unwrap_or(planned));
            }
        }
        self.tidy();
    }

    /// Forgets past failures: another webhook has not failed yet.
    pub(super) fn forgive(&mut self) {
        for queue in self.lanes.values_mut() {
            queue.failures = 0;
            queue.not_before = None;
        }
    }

    /// Drops everything that waits.
    pub(super) fn drop_pending(&mut self) {
        for queue in self.lanes.values_mut() {
            queue.updates.clear();
        }
        self.tidy();
    }

    /// Drops every update below `offset`, as a poll confirms them, and returns those.
    pub(super) fn confirm(&mut self, offset: UpdateId) -> Vec<(Lane, String)> {
        let mut confirmed = Vec::new();
        for (lane, queue) in &mut self.lanes {
            let all = std::mem::take(&mut queue.updates).into_iter();
            let (gone, left): (VecDeque<_>, _) = all.partition(|(id, _)| *id < offset);
            confirmed.extend(gone.into_iter().map(|(_, body)| (*lane, body)));
            queue.updates = left;
        }
        self.tidy();
        confirmed
    }

    /// The updates that the bot has not taken yet.
    pub(super) fn waiting(&self) -> BTreeSet<UpdateId> {
        self.all().map(|(id, _)| *id).collect()
    }

    /// The number of the update that is `back` places from the end of all.
    pub(super) fn nth_last(&self, back: usize) -> Option<UpdateId> {
        let mut ids: Vec<UpdateId> = self.all().map(|(id, _)| *id).collect();
        ids.sort();
        ids.get(ids.len().saturating_sub(back)).copied()
    }

    /// The oldest updates from `offset` on, `limit` of them at most.
    pub(super) fn oldest(&self, offset: UpdateId, limit: usize) -> Vec<Value> {
        let mut found: Vec<&(UpdateId, String)> =
            self.all().filter(|(id, _)| *id >= offset).collect();
        found.sort_by_key(|(id, _)| *id);
        let bodies = found.into_iter().take(limit);
        bodies
            .map(|(_, body)| serde_json::from_str(body).expect("the stand-in wrote it itself"))
            .collect()
    }

    fn all(&self) -> impl Iterator<Item = &(UpdateId, String)> {
        self.lanes.values().flat_map(|queue| &queue.updates)
    }

    fn departure(&mut self, lane: Lane) -> Option<Departure> {
        let queue = self.lanes.get_mut(&lane)?;
        let (update_id, body) = queue.updates.front()?.clone();
        queue.under_way = true;
        self.under_way += 1;
        Some(Departure {
            lane,
            update_id,
            body,
        })
    }

    fn tidy(&mut self) {
        self.lanes
            .retain(|_, queue| queue.under_way || !queue.updates.is_empty());
    }
}
