//! Prefetches files for messages: all files that belong together are fetched before the first message is sent.
//!
//! Invariant: fetching never holds a send permit, and a message without files never waits for files; a few fetches run at a
//! time, and everything fetched or still to come fits into [`DISK_BUDGET`]. Nothing is stored: after a restart files are fetched again.

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

/// How many answers' files are fetched at a time, one after another within an answer. A slow site delays few others.
const CONCURRENT_FETCHES: usize = 8;
/// The most disk space, in bytes: the ten largest files, which one answer may have.
const DISK_BUDGET: u64 = 10 * LIMIT;
/// Files of messages that are due later than this are dropped, and fetched again.
const KEPT_AHEAD: SignedDuration = SignedDuration::from_mins(1);
/// The rest after this machine could not take a file in: a full disk is noticed soon after it has room.
const SHORTAGE_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Files that messages wait for, and those that are fetched.
pub(super) struct Prefetcher {
    fetcher: Fetcher,
    sets: HashMap<OutboxId, FileSet>,
    tasks: JoinSet<FetchResult>,
    /// What each task fetches for; kept here, so that it survives a panic of the task.
    fetching: HashMap<Id, OutboxId>,
    /// Whether something found no room in this pass; later messages do not overtake it.
    full: bool,
}

/// Files that belong together, under the id of their first message.
struct FileSet {
    /// The message that started the fetch, which fails for all.
    requested_by: OutboxId,
    /// The messages that it is for.
    members: HashSet<OutboxId>,
    state: FetchState,
}

enum FetchState {
    /// So many files are being fetched.
    Fetching(usize),
    /// All are fetched, by address.
    Ready(HashMap<String, Fetched>),
    /// One cannot be fetched; the journal is told.
    Failed,
    /// This machine could not store a file: nothing before this moment.
    Paused(Timestamp),
}

/// What each address led to, or why one of them failed.
type FetchResult = Result<Vec<(String, Fetched)>, FetchError>;

/// The files of a message cannot be fetched.
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

    /// Begins a pass over the waiting messages: drops files that no message is due for soon.
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

    /// Whether all files of a message are fetched; starts fetching them otherwise.
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
                // Files of a later message of an answer do not cover an earlier one that is sent again.
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

    /// Waits until something is fetched or has failed; `None` if nothing is being fetched. Cancel safe.
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
        let first = self.fetching.remove(&task);
        let Some(set) = first.and_then(|first| self.sets.get_mut(&first)) else {
            return Ok(());
        };
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

    /// Starts fetching if there is room.
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

    /// The space that is taken, and that may still be.
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

/// The addresses that must be fetched before a message is sent.
fn needed(send: &Send) -> HashSet<&str> {
    let own = transfer::address(&send.form).into_iter();
    let later = send.files.iter().map(|address| address.as_str());
    own.chain(later).collect()
}

/// The first message of what a message belongs to.
fn first_message(id: &OutboxId) -> OutboxId {
    match id {
        OutboxId::Answer(appeal, revision, _) => OutboxId::Answer(*appeal, *revision, 0),
        OutboxId::Reply(..)
        | OutboxId::Promotion(..)
        | OutboxId::Cover(..)
        | OutboxId::Preview(..)
        | OutboxId::Thread(..)
        | OutboxId::Staff(..) => id.clone(),
    }
}
