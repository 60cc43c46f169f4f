//! Connection slots: how many connections there may be, and which one is closed when all slots are taken.
//!
//! Invariant: strangers keep nobody out: a new connection gets a slot at once while another holds one that has shown no secret or
//! has no request in progress.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::Extensions;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::clock;

/// Connections that were closed to make room.
pub(super) const DISMISSED: &str = "sheetdesk_connections_dismissed_total";

/// How often a connection that may be closed is looked for while there is none.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// All connection slots of a server.
#[derive(Debug)]
pub(super) struct ConnectionSlots {
    free: Arc<Semaphore>,
    table: Mutex<SlotTable>,
}

#[derive(Debug, Default)]
struct SlotTable {
    next: u64,
    taken: HashMap<u64, SlotState>,
}

/// The state of a connection.
#[derive(Debug)]
struct SlotState {
    /// Whether it has shown a secret, a signature or a link of ours.
    known: bool,
    /// Whether a request is in progress.
    busy: bool,
    /// When it was accepted, or its last request began or was answered. Single bytes do not count: a slow request head is as idle as none.
    since: Instant,
    cut: CancellationToken,
}

impl SlotState {
    /// Whether it has shown a secret and waits for a response.
    fn awaits_response(&self) -> bool {
        self.known && self.busy
    }
}

/// One connection's slot, released on drop.
#[derive(Debug)]
pub(super) struct ConnectionSlot {
    slots: Arc<ConnectionSlots>,
    number: u64,
    cut: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

impl ConnectionSlots {
    pub(super) fn new(slots: usize) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(slots)),
            table: Mutex::default(),
        })
    }

    /// A place for a connection that has come.
    pub(super) async fn take(self: &Arc<Self>) -> ConnectionSlot {
        let permit = loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                break permit;
            }
            self.dismiss();
            let freed = timeout(POLL_INTERVAL, Arc::clone(&self.free).acquire_owned()).await;
            if let Ok(permit) = freed {
                break permit.expect("nobody closes this semaphore");
            }
        };
        let cut = CancellationToken::new();
        let mut table = self.table();
        let number = table.next;
        table.next += 1;
        table.taken.insert(
            number,
            SlotState {
                known: false,
                busy: false,
                since: clock::monotonic(),
                cut: cut.clone(),
            },
        );
        ConnectionSlot {
            slots: Arc::clone(self),
            number,
            cut,
            _permit: permit,
        }
    }

    /// Has the longest idle connection end: a stranger's first, and never one that has shown its secret and waits for our answer.
    pub(super) fn dismiss(&self) {
        let table = self.table();
        let may_end = |state: &&SlotState| !state.awaits_response() && !state.cut.is_cancelled();
        let idle = table.taken.values().filter(may_end);
        let longest = idle.min_by_key(|state| (state.known, state.since));
        if let Some(state) = longest {
            state.cut.cancel();
            metrics::counter!(DISMISSED).increment(1);
        }
    }

    fn table(&self) -> MutexGuard<'_, SlotTable> {
        // Nothing panics while it holds the lock, and the seats are whole after each step.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionSlot {
    /// Cancelled when the connection is to be closed, unless by then it waits for a response.
    pub(super) fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    /// A request's head has come whole.
    pub(super) fn begins(&self) {
        self.note(|state| (state.busy, state.since) = (true, clock::monotonic()));
    }

    /// The request is answered.
    pub(super) fn ends(&self) {
        self.note(|state| (state.busy, state.since) = (false, clock::monotonic()));
    }

    /// Whether it must not end before its request in hand is answered.
    pub(super) fn awaits_response(&self) -> bool {
        let table = self.slots.table();
        let state = table.taken.get(&self.number);
        state.is_some_and(SlotState::awaits_response)
    }

    fn note(&self, change: impl FnOnce(&mut SlotState)) {
        if let Some(state) = self.slots.table().taken.get_mut(&self.number) {
            change(state);
        }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.slots.table().taken.remove(&self.number);
    }
}

/// The request with these extensions came with a secret, a signature or a link of ours: its connection is no stranger's.
pub(super) fn mark_known(extensions: &Extensions) {
    if let Some(slot) = extensions.get::<Arc<ConnectionSlot>>() {
        slot.note(|state| state.known = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_idle_longest_gives_way_and_strangers_first() {
        let slots = ConnectionSlots::new(4);
        let (served, idle, silent, asking) = (
            slots.take().await,
            slots.take().await,
            slots.take().await,
            slots.take().await,
        );
        for slot in [&served, &idle] {
            slot.begins();
            slot.note(|state| state.known = true);
        }
        idle.ends();
        asking.begins();
        let gone = |slot: &ConnectionSlot| slot.cut().is_cancelled();
        for (stays, goes) in [
            (vec![&asking, &idle, &served], &silent),
            (vec![&idle, &served], &asking),
            (vec![&served], &idle),
        ] {
            slots.dismiss();
            assert!(gone(goes));
            assert!(!stays.into_iter().any(gone));
        }
        slots.dismiss();
        assert!(
            !gone(&served),
            "it showed its secret, and we owe it an answer"
        );
        served.ends();
        slots.dismiss();
        assert!(gone(&served));
    }

    #[tokio::test]
    async fn a_place_is_free_again_with_its_connection() {
        let slots = ConnectionSlots::new(1);
        let first = slots.take().await;
        let second = tokio::spawn({
            let slots = Arc::clone(&slots);
            async move { slots.take().await }
        });
        first.cut().cancelled().await;
        assert!(
            !second.is_finished(),
            "there are never more connections than places"
        );
        drop(first);
        assert!(!second.await.unwrap().cut().is_cancelled());
    }
}
