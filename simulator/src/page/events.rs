//! `GET /events`: what has changed, pushed to every open page.
//! Invariant: a listener who is too slow loses his connection, never an event: whoever connects asks for everything anew.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, broadcast, mpsc, watch};
use tokio::time::Instant;

use super::server::Shared;
use super::state;
use crate::clock::Moment;
use crate::sheets::Workbook;
use crate::telegram::ChatId;
use crate::trail::Mark;

/// Pages that may listen at once.
const LISTENERS: usize = 16;
/// Events that a listener may be behind.
const BEHIND: usize = 32;
/// The shortest time between two events.
const APART: Duration = Duration::from_millis(80);
/// How often a connection is kept alive.
const ALIVE: Duration = Duration::from_secs(15);
/// How often the state is looked at while nothing happens: some of it changes with time alone.
const IDLE: Duration = Duration::from_secs(5);

/// Where events come from and how many may listen.
pub(super) struct Events {
    sender: broadcast::Sender<Bytes>,
    slots: Arc<Semaphore>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BEHIND),
            slots: Arc::new(Semaphore::new(LISTENERS)),
        }
    }
}

/// `GET /events`.
pub(super) async fn events(State(shared): State<Arc<Shared>>) -> Response {
    let Ok(slot) = Arc::clone(&shared.events.slots).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many pages are open").into_response();
    };
    let mut events = shared.events.sender.subscribe();
    let (sender, receiver) = mpsc::channel(BEHIND);
    let stop = shared.stop.clone();
    tokio::spawn(async move {
        let _slot = slot;
        let mut next = Bytes::from_static(b"retry: 1000\n\n");
        // A full channel is a page that does not read; one that is gone is closed.
        while sender.try_send(next).is_ok() {
            next = tokio::select! {
                () = stop.cancelled() => return,
                () = sender.closed() => return,
                event = events.recv() => match event {
                    Ok(event) => event,
                    Err(_) => return,
                },
                () = tokio::time::sleep(ALIVE) => Bytes::from_static(b":\n\n"),
            };
        }
    });
    let head = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (head, Body::new(Stream(receiver))).into_response()
}

/// A body that ends when its sender is gone.
struct Stream(mpsc::Receiver<Bytes>);

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let event = self.0.poll_recv(context);
        event.map(|event| event.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Looks at what has changed, and tells it, until the page stops.
pub(super) async fn watch(shared: Arc<Shared>) {
    let options = &shared.options;
    let mut telegram = options.telegram.changes();
    let mut sheets = options.sheets.changes();
    let mut backstage = options.backstage.changes();
    let mut trails = [options.telegram.trail(), options.sheets.trail()];
    let mut seen = Seen::default();
    let mut last = Moment::now().steady;
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            changed = telegram.changed() => if changed.is_err() { return },
            changed = sheets.changed() => if changed.is_err() { return },
            () = heard(&mut backstage) => {}
            () = tokio::time::sleep(IDLE) => {}
        }
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep_until(last + APART) => {}
        }
        last = now_seen([&mut telegram, &mut sheets, &mut backstage]);
        state::look_at_the_sky(&shared);
        let marks: Vec<Mark> = trails.iter_mut().flat_map(new_marks).collect();
        if shared.events.sender.receiver_count() > 0
            && let Some(event) = seen.again(&shared, marks)
        {
            let event = format!("event: changed\ndata: {event}\n\n");
            // An error means that the last listener has just gone.
            let _ = shared.events.sender.send(event.into());
        }
    }
}

/// Waits for news; for ever where none can come.
async fn heard(changes: &mut watch::Receiver<u64>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Takes note of all that has changed so far.
fn now_seen(changes: [&mut watch::Receiver<u64>; 3]) -> Instant {
    for changes in changes {
        changes.mark_unchanged();
    }
    Moment::now().steady
}

fn new_marks(trail: &mut broadcast::Receiver<Mark>) -> Vec<Mark> {
    let mut marks = Vec::new();
    loop {
        match trail.try_recv() {
            Ok(mark) => marks.push(mark),
            // Those that were missed are missed; the state has the last ones.
            Err(broadcast::error::TryRecvError::Lagged(_)) => {}
            Err(_) => return marks,
        }
    }
}

/// What everything was when it was last looked at.
#[derive(Default)]
struct Seen {
    chats: BTreeMap<ChatId, u64>,
    book: Option<Workbook>,
    state: u64,
}

impl Seen {
    /// Looks again; what is to be told, if anything.
    fn again(&mut self, shared: &Shared, mut marks: Vec<Mark>) -> Option<Value> {
        let options = &shared.options;
        let chats = options.telegram.prints();
        let changed = chats
            .iter()
            .filter(|(id, print)| self.chats.get(id) != Some(print));
        let changed: Vec<ChatId> = changed.map(|(id, _)| *id).collect();
        let book = options.sheets.copy(&options.workbook);
        let tabs = book
            .as_ref()
            .map(|book| book.changed_tabs(self.book.as_ref()))
            .unwrap_or_default();
        let state = print(&state::of(shared, &state::marks(shared)));
        let is_other = state != self.state;
        *self = Self { chats, book, state };
        marks.sort_by_key(|mark| mark.n);
        if changed.is_empty() && tabs.is_empty() && !is_other && marks.is_empty() {
            return None;
        }
        Some(json!({ "chats": changed, "tabs": tabs, "state": is_other, "trail": marks }))
    }
}

fn print(state: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.to_string().hash(&mut hasher);
    hasher.finish()
}
