//! Files for messages that go with one: all that belong together are had before the first of them goes.
//!
//! Invariant: fetching never holds a sending slot, and a message without files waits for nobody else's; a few fetches are under way at a
//! time, and what is had or still to come fits into [`DISK_BUDGET`]. Nothing of it is stored: after a restart it is fetched again.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use tokio::task::{Id, JoinError, JoinSet};

use super::transfer;
use crate::{
    domain::{
        appeal::Unfetched,
        effect::{OutboxEntry, OutboxState, Send},
        ids::OutboxId,
    },
    fetch::{FetchError, Fetched, Fetcher, LIMIT},
};

#[cfg(test)]
mod tests;

/// Answers whose files are fetched at a time: one after another within an answer. A slow site holds up few others.
const CONCURRENT_FETCHES: usize = 8;
/// How much may lie on the disk, in bytes: the ten largest files, which one answer may have.
const DISK_BUDGET: u64 = 10 * LIMIT;
/// What is not to be sent within this time makes room, and is fetched again.
const KEPT_AHEAD: SignedDuration = SignedDuration::from_mins(1);
/// The rest after this machine could not take a file in: a full disk is noticed soon after it has room.
const SHORTAGE_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Files that messages wait for, and those that are had.
pub(super) struct Prefetcher {
    fetcher: Fetcher,
    sets: HashMap<OutboxId, FileSet>,
    tasks: JoinSet<FetchResult>,
    /// What each task fetches for; kept here, so that not even a panic loses it.
    fetching: HashMap<Id, OutboxId>,
    /// In this pass something found no place; what comes later does not overtake it.
    full: bool,
}

/// What belongs together, under the id of its first message.
struct FileSet {
    /// The message that asked, which fails for all.
    requested_by: OutboxId,
    /// The messages that it is for.
    members: HashSet<OutboxId>,
    state: FetchState,
}

enum FetchState {
    /// So many files are on their way.
    Fetching(usize),
    /// All are here, by their addresses.
    Ready(HashMap<String, Fetched>),
    /// One cannot be had; the journal will hear of it.
    Failed,
    /// Nothing before this moment: this machine could not take a file in.
    Paused(Timestamp),
}

/// What was found behind each address, or why one of them led nowhere.
type FetchResult = Result<Vec<(String, Fetched)>, FetchError>;

/// The files for a message cannot be had.
pub(super) struct FetchFailed {
    /// The message.
    pub(super) id: OutboxId,
    /// Why.
    pub(super) why: Unfetched,
}

impl Prefetcher {
    pub(super) fn new(fetcher: Fetcher) -> Self {
        Self {
            fetcher,
            sets: HashMap::new(),
            tasks: JoinSet::new(),
            fetching: HashMap::new(),
            full: false,
        }
    }

    /// Begins a pass over the waiting messages: what nobody waits for any more, or not soon, goes.
    pub(super) fn begin_pass(
        &mut self,
        entry: impl Fn(&OutboxId) -> Option<OutboxEntry>,
        now: Timestamp,
    ) {
        self.full = false;
        let soon = |id: &OutboxId| {
            entry(id).is_some_and(|entry| match entry.state {
                OutboxState::Waiting(due) => due <= now + KEPT_AHEAD,
                OutboxState::Sending => true,
                OutboxState::Ended(_) => false,
            })
        };
        self.sets.retain(|_, set| {
            matches!(set.state, FetchState::Fetching(_)) || set.members.iter().any(soon)
        });
    }

    /// Whether all files are here that a message waits for; begins to fetch them where they are not.
    pub(super) fn is_ready(&mut self, send: &Send, now: Timestamp) -> bool {
        let needed = needed(send);
        if needed.is_empty() {
            return true;
        }
        let first = first_message(&send.id);
        if let Some(set) = self.sets.get_mut(&first) {
            set.members.insert(send.id.clone());
            match &set.state {
                FetchState::Ready(files)
                    if needed.iter().all(|address| files.contains_key(*address)) =>
                {
                    return true;
                }
                FetchState::Paused(until) if *until <= now => {}
                // What was had for a later message of an answer does not do for an earlier one that is sent again.
                FetchState::Ready(_) => {}
                FetchState::Fetching(_) | FetchState::Failed | FetchState::Paused(_) => {
                    return false;
                }
            }
        }
        self.start_fetch(first, &send.id, needed);
        false
    }

    /// What a message goes with.
    pub(super) fn found(&self, send: &Send) -> Option<Fetched> {
        let address = transfer::address(&send.form)?;
        match &self.sets.get(&first_message(&send.id))?.state {
            FetchState::Ready(files) => files.get(address).cloned(),
            FetchState::Fetching(_) | FetchState::Failed | FetchState::Paused(_) => None,
        }
    }

    /// Waits until something is fetched, or cannot be; none while nothing is on its way. What is dropped half-way loses nothing.
    pub(super) async fn next_fetched(
        &mut self,
        now: impl Fn() -> Timestamp,
    ) -> Option<Result<(), FetchFailed>> {
        let ended = self.tasks.join_next_with_id().await?;
        Some(self.ended(ended, now()))
    }

    fn ended(
        &mut self,
        ended: Result<(Id, FetchResult), JoinError>,
        now: Timestamp,
    ) -> Result<(), FetchFailed> {
        let (task, result) = match ended {
            Ok((task, result)) => (task, result),
            // The task panicked.
            Err(error) => (error.id(), Err(FetchError::Unreachable)),
        };
        let set = self
            .fetching
            .remove(&task)
            .and_then(|first| self.sets.get_mut(&first));
        let Some(set) = set else { return Ok(()) };
        let why = match result {
            Ok(files) => {
                set.state = FetchState::Ready(files.into_iter().collect());
                return Ok(());
            }
            Err(error @ FetchError::Here(_)) => {
                tracing::warn!(%error, "outbox: an answer waits until its files can be taken in");
                set.state = FetchState::Paused(now + SHORTAGE_PAUSE);
                return Ok(());
            }
            Err(FetchError::Forbidden) => Unfetched::Forbidden,
            Err(FetchError::Unreachable) => Unfetched::Unreachable,
            Err(FetchError::Status(status)) => Unfetched::Status(status),
            Err(FetchError::TooLarge) => Unfetched::TooLarge,
            Err(FetchError::Private) => Unfetched::Private,
        };
        set.state = FetchState::Failed;
        let id = set.requested_by.clone();
        Err(FetchFailed { id, why })
    }

    /// Begins to fetch where there is a place and room.
    fn start_fetch(&mut self, first: OutboxId, requested_by: &OutboxId, needed: HashSet<&str>) {
        let room = self.disk_use() + needed.len() as u64 * LIMIT <= DISK_BUDGET;
        self.full = self.full || self.fetching.len() >= CONCURRENT_FETCHES || !room;
        if self.full {
            return;
        }
        let set = FileSet {
            requested_by: requested_by.clone(),
            members: HashSet::from([requested_by.clone()]),
            state: FetchState::Fetching(needed.len()),
        };
        let (fetcher, addresses) = (
            self.fetcher.clone(),
            needed.into_iter().map(str::to_owned).collect(),
        );
        let task = self.tasks.spawn(fetch_all(fetcher, addresses));
        self.fetching.insert(task.id(), first.clone());
        self.sets.insert(first, set);
    }

    /// What lies on the disk, and what may still come.
    fn disk_use(&self) -> u64 {
        let of = |set: &FileSet| match &set.state {
            FetchState::Fetching(files) => *files as u64 * LIMIT,
            FetchState::Ready(files) => files.values().map(size).sum(),
            FetchState::Failed | FetchState::Paused(_) => 0,
        };
        self.sets.values().map(of).sum()
    }
}

async fn fetch_all(fetcher: Fetcher, addresses: Vec<String>) -> FetchResult {
    let mut all = Vec::new();
    for address in addresses {
        let found = fetcher.fetch(&address).await?;
        all.push((address, found));
    }
    Ok(all)
}

fn size(found: &Fetched) -> u64 {
    match found {
        Fetched::File(file) => file.content.size(),
        Fetched::Page => 0,
    }
}

/// The addresses that must be had before a message goes.
fn needed(send: &Send) -> HashSet<&str> {
    let later = send.files.iter().map(|address| address.as_str());
    transfer::address(&send.form)
        .into_iter()
        .chain(later)
        .collect()
}

/// The first message of what a message belongs to.
fn first_message(id: &OutboxId) -> OutboxId {
    match id {
        OutboxId::Answer(appeal, revision, _) => OutboxId::Answer(*appeal, *revision, 0),
        OutboxId::Reply(..)
        | OutboxId::Promotion(..)
        | OutboxId::Cover(..)
        | OutboxId::Preview(..) => id.clone(),
    }
}
