//! The routes of the outside contract, and what every request passes through on its way to them.
//!
//! Invariant: probes are outside the limits, so a flood of requests cannot make a healthy service look dead.

use std::{sync::Arc, time::Duration};

use axum::{
    BoxError, Router,
    error_handling::HandleErrorLayer,
    extract::{MatchedPath, Request},
    http::{Method, header::CONTENT_TYPE},
    response::Response,
    routing::{MethodRouter, get, post},
};
use tower::{
    ServiceBuilder,
    limit::GlobalConcurrencyLimitLayer,
    load_shed::LoadShedLayer,
    timeout::{TimeoutLayer, error::Elapsed},
};
use tower_http::trace::TraceLayer;
use tracing::Span;

use super::{
    backend::{Access, Backend, RouterState},
    files, probes,
    problem::Problem,
    promotions_push, sheets_changed, telegram_webhook,
};

/// What Telegram's updates may cost; every other route has its own, smaller limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Updates in hand at once; one more is answered 503.
    pub at_once: usize,
    /// How long a request may take, its body included; then it is answered 503.
    pub time: Duration,
}

impl Limits {
    /// The usual number at once, for such a time-out.
    #[must_use]
    pub fn new(time: Duration) -> Self {
        Self {
            at_once: AT_ONCE,
            time,
        }
    }
}

/// The routes for the outside.
pub fn public<B: Backend>(backend: Arc<B>, access: Access, limits: Limits) -> Router {
    metrics::describe_counter!(
        telegram_webhook::UPDATES,
        "Telegram updates by what became of them"
    );
    metrics::describe_counter!(
        sheets_changed::CALLBACKS,
        "Calls of the sheets' scripts by what became of them"
    );
    let Limits { at_once, time } = limits;
    let probes = probed(Arc::clone(&backend));
    let router = Router::new()
        .route(
            "/telegram/webhook",
            limited(post(telegram_webhook::receive::<B>), at_once, time),
        )
        .route(
            "/sheets/changed",
            limited(
                post(sheets_changed::receive::<B>),
                CALLBACKS_AT_ONCE,
                time.min(sheets_changed::TIME),
            ),
        )
        .route(
            "/files/{link}",
            limited(get(files::receive::<B>), FILES_AT_ONCE, time),
        )
        .route(
            "/webhook/promotions",
            limited(post(promotions_push::receive::<B>), PUSHES_AT_ONCE, time),
        );
    let state = RouterState { access, backend };
    finished(router.with_state(Arc::new(state)).merge(probes))
}

/// The routes for the operator alone, probes among them; `render` writes the metrics in Prometheus' text format.
pub fn admin(
    render: impl Fn() -> String + Clone + Send + Sync + 'static,
    backend: Arc<impl Backend>,
) -> Router {
    let metrics = move || async move { ([(CONTENT_TYPE, METRICS_TYPE)], render()) };
    finished(
        Router::new()
            .route("/metrics", get(metrics))
            .merge(probed(backend)),
    )
}

/// An update in hand costs up to 1 MiB, and Telegram itself opens at most 100 connections.
const AT_ONCE: usize = 256;
/// One for each of the usual connections, since a stranger can hold one for two seconds: more connections than that give way.
const CALLBACKS_AT_ONCE: usize = 512;
/// Files that are being asked for at their source; a script or a person opens a few.
const FILES_AT_ONCE: usize = 64;
/// The predecessor's script calls once for each promotion.
const PUSHES_AT_ONCE: usize = 16;
/// Prometheus' text exposition format.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A route within limits of its own, so that no other's callers can use them up. From the outside inwards: what fails below becomes
/// an answer; load is shed rather than queued, so it must be before the count that would queue; the time-out runs only once a
/// request is in hand. The body's limit is kept where bodies are read (`body::whole`): as a layer it would answer 413 to strangers,
/// before the secret was looked at.
fn limited<B: Backend>(
    route: MethodRouter<Arc<RouterState<B>>>,
    at_once: usize,
    time: Duration,
) -> MethodRouter<Arc<RouterState<B>>> {
    route.route_layer(
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(refused))
            .layer(LoadShedLayer::new())
            .layer(GlobalConcurrencyLimitLayer::new(at_once))
            .layer(TimeoutLayer::new(time)),
    )
}

/// The probes: outside all limits.
fn probed<B: Backend>(backend: Arc<B>) -> Router {
    Router::new()
        .route("/livez", get(probes::live))
        .route("/healthz", get(probes::live))
        .route("/readyz", get(probes::ready::<B>))
        .with_state(backend)
}

/// What both routers share: errors in our shape, and a trace of each request.
fn finished<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let trace = TraceLayer::new_for_http()
        .make_span_with(span)
        .on_request(())
        .on_response(answered)
        .on_body_chunk(())
        .on_eos(())
        .on_failure(());
    router
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::WrongMethod)
        .layer(trace)
}

/// The limits fail in two ways; the routes themselves don't fail at all.
async fn refused(error: BoxError) -> Problem {
    match error.is::<Elapsed>() {
        true => Problem::TimedOut,
        false => Problem::Overloaded,
    }
}

/// Names the route, never the address as it was written: that is a stranger's text, and may hold what should not be kept.
fn span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("unknown", MatchedPath::as_str);
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::PATCH,
    ];
    let method = match known.contains(request.method()) {
        true => request.method().as_str(),
        false => "other",
    };
    tracing::debug_span!("request", http.method = method, http.route = route)
}

fn answered(response: &Response, latency: Duration, _: &Span) {
    tracing::debug!(
        http.status = response.status().as_u16(),
        took.us = latency.as_micros(),
        "answered"
    );
}
