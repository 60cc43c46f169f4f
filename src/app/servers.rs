//! The two addresses: the public one for Telegram and the sheets, the other for the metrics.
//!
//! Invariant: a restarted loop binds its address anew, however long the machine is short of something.

use std::{net::SocketAddr, sync::Arc};

use tokio_util::sync::CancellationToken;

use super::{Parts, backend};
use crate::{
    accept_loop,
    config::Settings,
    http::{self, BindError, Caps, Limits, Server},
    operator::metrics,
};

/// Prometheus, a probe and a person at most.
const ADMIN_CONNECTIONS: usize = 16;

/// Binds both addresses.
pub(super) async fn bind(settings: &Settings) -> Result<(Server, Server), BindError> {
    let public = Server::bind(settings.http.listen).await?;
    Ok((public, Server::bind(settings.http.admin_listen).await?))
}

/// Serves both addresses.
pub(super) fn start(parts: &Arc<Parts>, public: Server, admin: Server) {
    // The recorder is before the routes describe what they count.
    let recorder = metrics::recorder();
    let settings = &parts.settings.http;
    let places = accept_loop::affordable(settings.max_connections);
    if places < settings.max_connections {
        tracing::warn!(
            wanted = settings.max_connections,
            places,
            "the system's limit of open files leaves room for fewer connections than http.max_connections; raise it (LimitNOFILE=, ulimit -n)"
        );
    }
    let router = http::public(
        Arc::clone(parts),
        backend::access(&parts.settings, parts.bot()),
        Limits::new(settings.request_timeout_s),
    );
    serve(parts, "http", public, router, Caps::new(places));
    let console = Arc::clone(&parts.console);
    let router = http::admin(
        move || metrics::render(&console, &recorder),
        Arc::clone(parts),
    );
    let caps = Caps::new(places.min(ADMIN_CONNECTIONS));
    serve(parts, "metrics", admin, router, caps);
}

fn serve(parts: &Parts, name: &'static str, server: Server, router: axum::Router, caps: Caps) {
    let (address, tasks) = (server.address(), parts.shutdown.tracker().clone());
    let bound = Arc::new(std::sync::Mutex::new(Some(server)));
    parts
        .supervisor
        .spawn(name, move |stop: CancellationToken| {
            let first = bound
                .lock()
                .expect("nothing panics with this lock in hand")
                .take();
            let (router, tasks) = (router.clone(), tasks.clone());
            async move {
                let server = match first {
                    Some(server) => Some(Ok(server)),
                    None => stop.run_until_cancelled(bind_again(address)).await,
                };
                match server {
                    Some(Ok(server)) => server.run(router, caps, stop, tasks).await,
                    Some(Err(error)) => tracing::error!(%error, "the address cannot be served"),
                    None => {}
                }
            }
        });
}

async fn bind_again(address: SocketAddr) -> Result<Server, BindError> {
    loop {
        match Server::bind(address).await {
            Err(error) if error.is_shortage() => tokio::time::sleep(accept_loop::PAUSE).await,
            bound => return bound,
        }
    }
}
