//! The page over HTTP: its files, what it shows, and the hands of people on both stand-ins.
//! Invariant: everything that is served passes the guard first.

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{PageOptions, assets, guard, state};

/// What the handlers share.
pub(super) struct Shared {
    pub(super) options: PageOptions,
    pub(super) stop: CancellationToken,
}

/// Serves until stopped.
pub(super) async fn run(options: PageOptions, listener: TcpListener, stop: CancellationToken) {
    let shared = Arc::new(Shared {
        options,
        stop: stop.clone(),
    });
    let served = axum::serve(listener, router(shared))
        .with_graceful_shutdown(stop.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the page has stopped serving");
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(assets::index))
        .route("/assets/{name}", get(assets::asset))
        .route("/api/state", get(state::state))
        .with_state(shared)
        .layer(middleware::from_fn(guard::guard))
}
