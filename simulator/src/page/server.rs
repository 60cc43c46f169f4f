//! The page over HTTP: its files, what it shows, and the hands of people on both stand-ins.
//! Invariant: everything that is served passes the guard first.
//!
//! | route | body or answer |
//! |---|---|
//! | `GET /`, `GET /assets/{hash}-{name}` | the page and its files |
//! | `GET /api/state` | people, weather, account, the last marks, what stands behind |
//! | `GET /api/chats/{id}` | a chat as its person or its group sees it |
//! | `GET /api/tabs/{title}` | a tab as Google would show it |
//! | `GET /api/files/{id}` | a file that somebody has sent |
//! | `GET /api/launch?chat=…&url=…` | the address of a web app with signed launch data |
//! | `PUT /api/weather` | `{"telegram"?, "sheets"?, "sorting"?}` |
//! | `POST /api/backstage/{name}` | what the backstage answers, or 409 in words |
//! | `GET /events` | what has changed, as server-sent events |
//! | `/telegram/…`, `/sheets/…` | the routes of both stand-ins below `/sim` |

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::middleware;
use axum::routing::{get, post, put};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::events::Events;
use super::{PageOptions, acts, assets, events, guard, launch, looks, state};
use crate::clock::Moment;

/// What the handlers share.
pub(super) struct Shared {
    pub(super) options: PageOptions,
    pub(super) events: Events,
    pub(super) stop: CancellationToken,
    /// The last moment at which something was seen to go wrong.
    rough: Mutex<Instant>,
}

impl Shared {
    /// Notes that something goes wrong now.
    pub(super) fn is_rough(&self) {
        *self.rough.lock().unwrap_or_else(PoisonError::into_inner) = Moment::now().steady;
    }

    /// When it last did; the start of the page if never.
    pub(super) fn was_rough(&self) -> Instant {
        *self.rough.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until stopped.
pub(super) async fn run(options: PageOptions, listener: TcpListener, stop: CancellationToken) {
    let shared = Arc::new(Shared {
        options,
        events: Events::default(),
        stop: stop.clone(),
        rough: Mutex::new(Moment::now().steady),
    });
    let watched = events::watch(Arc::clone(&shared));
    let served = axum::serve(listener, router(shared))
        .with_graceful_shutdown(stop.cancelled_owned())
        .into_future();
    let (served, ()) = tokio::join!(served, watched);
    if let Err(error) = served {
        tracing::error!(%error, "the page has stopped serving");
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let (telegram, sheets) = (&shared.options.telegram, &shared.options.sheets);
    let (telegram, sheets) = (telegram.sim(), sheets.sim());
    Router::new()
        .route("/", get(assets::index))
        .route("/assets/{name}", get(assets::asset))
        .route("/api/state", get(state::state))
        .route("/api/chats/{id}", get(looks::chat))
        .route("/api/tabs/{title}", get(looks::tab))
        .route("/api/files/{id}", get(looks::file))
        .route("/api/launch", get(launch::launch))
        .route("/api/weather", put(acts::weather))
        .route("/api/backstage/{*name}", post(acts::backstage))
        .route("/events", get(events::events))
        .with_state(shared)
        .nest("/telegram", telegram)
        .nest("/sheets", sheets)
        .layer(middleware::from_fn(guard::guard))
}
