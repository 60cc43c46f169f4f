//! The places for connections: so many at once, and who gives way when all are taken.
//!
//! Invariant: strangers keep nobody out: a newcomer gets a place at once while anybody holds one who has shown no secret, or whom
//! we owe no answer.

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

/// Connections that had to give way.
pub(super) const DISMISSED: &str = "sheetdesk_connections_dismissed_total";

/// How often somebody is looked for who may give way, while nobody may.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// All places of a server.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    taken: HashMap<u64, Seat>,
}

/// How a connection stands.
#[derive(Debug)]
struct Seat {
    /// It has shown a secret, a signature or a link of ours.
    known: bool,
    /// A request is in hand.
    busy: bool,
    /// When it came, or its last request began or was answered. Single bytes count for nothing: a slow head is as idle as none.
    since: Instant,
    cut: CancellationToken,
}

impl Seat {
    /// We owe an answer to somebody who has shown a secret.
    fn is_owed(&self) -> bool {
        self.known && self.busy
    }
}

/// One connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    cut: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(places: usize) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(places)),
            seats: Mutex::default(),
        })
    }

    /// A place for a connection that has come.
    pub(super) async fn take(self: &Arc<Self>) -> Place {
        let permit = loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                break permit;
            }
            self.dismiss();
            let freed = timeout(LOOK_AGAIN, Arc::clone(&self.free).acquire_owned()).await;
            if let Ok(permit) = freed {
                break permit.expect("nobody closes this semaphore");
            }
        };
        let cut = CancellationToken::new();
        let mut seats = self.seats();
        let number = seats.next;
        seats.next += 1;
        seats.taken.insert(
            number,
            Seat {
                known: false,
                busy: false,
                since: clock::monotonic(),
                cut: cut.clone(),
            },
        );
        Place {
            places: Arc::clone(self),
            number,
            cut,
            _permit: permit,
        }
    }

    /// Has the longest idle connection end: a stranger's first, and never one that has shown its secret and waits for our answer.
    pub(super) fn dismiss(&self) {
        let seats = self.seats();
        let longest = seats
            .taken
            .values()
            .filter(|seat| !seat.is_owed() && !seat.cut.is_cancelled())
            .min_by_key(|seat| (seat.known, seat.since));
        if let Some(seat) = longest {
            seat.cut.cancel();
            metrics::counter!(DISMISSED).increment(1);
        }
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        // Nothing panics while it holds the lock, and the seats are whole after each step.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Cancelled when the connection has to give way, unless by then we owe it an answer.
    pub(super) fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    /// A request's head has come whole.
    pub(super) fn begins(&self) {
        self.note(|seat| (seat.busy, seat.since) = (true, clock::monotonic()));
    }

    /// The request is answered.
    pub(super) fn ends(&self) {
        self.note(|seat| (seat.busy, seat.since) = (false, clock::monotonic()));
    }

    /// Whether it must not end before its request in hand is answered.
    pub(super) fn is_owed(&self) -> bool {
        self.places
            .seats()
            .taken
            .get(&self.number)
            .is_some_and(Seat::is_owed)
    }

    fn note(&self, change: impl FnOnce(&mut Seat)) {
        if let Some(seat) = self.places.seats().taken.get_mut(&self.number) {
            change(seat);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.seats().taken.remove(&self.number);
    }
}

/// The request with these extensions came with a secret, a signature or a link of ours: its connection is no stranger's.
pub(super) fn vouch(extensions: &Extensions) {
    if let Some(place) = extensions.get::<Arc<Place>>() {
        place.note(|seat| seat.known = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_idle_longest_gives_way_and_strangers_first() {
        let places = Places::new(4);
        let (served, idle, silent, asking) = (
            places.take().await,
            places.take().await,
            places.take().await,
            places.take().await,
        );
        for place in [&served, &idle] {
            place.begins();
            place.note(|seat| seat.known = true);
        }
        idle.ends();
        asking.begins();
        let gone = |place: &Place| place.cut().is_cancelled();
        for (stays, goes) in [
            (vec![&asking, &idle, &served], &silent),
            (vec![&idle, &served], &asking),
            (vec![&served], &idle),
        ] {
            places.dismiss();
            assert!(gone(goes));
            assert!(!stays.into_iter().any(gone));
        }
        places.dismiss();
        assert!(
            !gone(&served),
            "it showed its secret, and we owe it an answer"
        );
        served.ends();
        places.dismiss();
        assert!(gone(&served));
    }

    #[tokio::test]
    async fn a_place_is_free_again_with_its_connection() {
        let places = Places::new(1);
        let first = places.take().await;
        let second = tokio::spawn({
            let places = Arc::clone(&places);
            async move { places.take().await }
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
