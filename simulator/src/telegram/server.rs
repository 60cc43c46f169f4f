//! The HTTP side: the Bot API under `/bot<token>/<method>`, the people under `/sim`.
//! Invariant: a scripted cut closes the connection without a byte of an answer, as a broken network does.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Response as HttpResponse, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use axum::{Json, body};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::faults::FaultKind;
use super::marks::{self, Gist};
use super::method::Method;
use super::methods;
use super::params::Params;
use super::polling;
use super::record::Exchange;
use super::refusal::Refusal;
use super::{Shared, Telegram, download, sim};
use crate::clock::Moment;
use crate::weather::Weather;

/// The largest body of a call: a file of 50 MB (Bot API, "Sending files") and what stands around it.
const BODY_BYTES: usize = 51 << 20;

/// Marks a response that must never reach the client.
#[derive(Clone, Copy, Debug)]
struct Cut;

/// The connection is closed on purpose.
#[derive(Debug, thiserror::Error)]
#[error("a scripted fault cut the connection")]
struct CutConnection;

/// Serves connections until the stand-in stops.
pub(super) async fn run(telegram: Telegram, listener: TcpListener) {
    let router = Router::new()
        .route("/", get(front))
        .route("/{bot}/{method}", any(bot_api))
        .route("/file/{bot}/{*path}", get(file))
        .with_state(telegram.clone())
        .nest("/sim", sim::router(telegram.clone()));
    let shared = &telegram.0;
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    shared.tasks.spawn(serve(telegram.clone(), router.clone(), stream));
                }
                Err(error) => tracing::warn!(%error, "the stand-in could not accept a connection"),
            },
        }
    }
}

/// Where people are expected; nowhere unless somebody has said so.
async fn front(State(telegram): State<Telegram>) -> Response {
    match telegram.0.front.get() {
        Some(page) => Redirect::temporary(page).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn serve(telegram: Telegram, router: Router, stream: TcpStream) {
    let app = TowerToHyperService::new(router);
    let service = service_fn(|request: Request<Incoming>| {
        let answer = app.call(request);
        async {
            let Ok(response) = answer.await;
            match response.extensions().get::<Cut>() {
                Some(Cut) => Err(CutConnection),
                None => Ok(response),
            }
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = telegram.0.stop.cancelled() => {}
        // A client that goes away, or a cut, is no news here.
        _ = connection => {}
    }
}

/// A call as it came, read to its end.
struct Call {
    /// What faults know it by.
    method: String,
    asks: Asks,
}

/// What a call is for.
enum Asks {
    Method {
        query: Option<String>,
        headers: HeaderMap,
        body: Bytes,
    },
    File {
        path: String,
    },
}

impl Call {
    /// What it is about.
    async fn gist(&self) -> Gist {
        let Asks::Method {
            query,
            headers,
            body,
        } = &self.asks
        else {
            return Gist::default();
        };
        let params = Params::read(query.as_deref(), headers, body).await;
        params.map_or_else(|_| Gist::default(), |params| Gist::of(&params))
    }
}

async fn bot_api(
    State(telegram): State<Telegram>,
    Path((bot, method)): Path<(String, String)>,
    request: Request,
) -> Response {
    if bot.strip_prefix("bot") != Some(telegram.token()) {
        return Refusal::Unauthorized.into_response();
    }
    let (head, body) = request.into_parts();
    let Ok(body) = body::to_bytes(body, BODY_BYTES).await else {
        return Refusal::EntityTooLarge.into_response();
    };
    let asks = Asks::Method {
        query: head.uri.query().map(ToOwned::to_owned),
        headers: head.headers,
        body,
    };
    run_to_its_end(&telegram, Call { method, asks }).await
}

async fn file(
    State(telegram): State<Telegram>,
    Path((bot, path)): Path<(String, String)>,
) -> Response {
    if bot.strip_prefix("bot") != Some(telegram.token()) {
        return Refusal::Unauthorized.into_response();
    }
    let call = Call {
        method: "download".into(),
        asks: Asks::File { path },
    };
    run_to_its_end(&telegram, call).await
}

/// A task of its own: a call that has arrived is carried out even if the client gives up.
async fn run_to_its_end(telegram: &Telegram, call: Call) -> Response {
    let shared = Arc::clone(&telegram.0);
    let answer = telegram.0.tasks.spawn(async move {
        tokio::select! {
            () = shared.stop.cancelled() => cut(),
            response = answer(&shared, &call) => response,
        }
    });
    answer.await.unwrap_or_else(|_| cut())
}

async fn answer(shared: &Shared, call: &Call) -> Response {
    let gist = call.gist().await;
    let method = Method::named(&call.method).ok();
    let fault = shared.change(|state| {
        *state
            .calls
            .by_method
            .entry(call.method.clone())
            .or_default() += 1;
        let scripted = state.faults.strike(&call.method, gist.chat);
        scripted.or_else(|| {
            let changes = method.is_some_and(Method::changes);
            state.sky.strike(changes).map(marks::fault)
        })
    });
    let mut response = struck(shared, call, fault.clone()).await;
    // A poll that was waiting when everything broke down breaks with it.
    if method == Some(Method::GetUpdates) && shared.lock().sky.now() == Weather::Down {
        response = cut();
    }
    if let Some(mark) = gist.mark(&call.method, fault.as_ref(), response.status()) {
        shared.change(|state| state.trail.add(mark));
    }
    response
}

/// Carries a call out as a fault lets it.
async fn struck(shared: &Shared, call: &Call, fault: Option<FaultKind>) -> Response {
    match fault {
        None => carry_out(shared, call).await,
        Some(FaultKind::Delay { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            carry_out(shared, call).await
        }
        Some(FaultKind::Hold) => {
            hold(shared).await;
            carry_out(shared, call).await
        }
        Some(FaultKind::Answer { status, body }) => scripted(status, body),
        Some(FaultKind::TooMany { retry_after }) => refused(shared, &Refusal::TooMany(retry_after)),
        Some(FaultKind::CutBefore) => cut(),
        Some(FaultKind::CutAfter) => {
            carry_out(shared, call).await;
            cut()
        }
        Some(FaultKind::CutMidway) => download::halved(carry_out(shared, call).await).await,
    }
}

async fn hold(shared: &Shared) {
    let mut released = shared.released.subscribe();
    shared.change(|state| state.held += 1);
    // An error would mean that the stand-in is gone, and with it this task.
    let _ = released.changed().await;
    shared.change(|state| state.held -= 1);
}

async fn carry_out(shared: &Shared, call: &Call) -> Response {
    match &call.asks {
        Asks::File { path } => {
            let found = shared.lock().files.read(path);
            found.map_or_else(|refusal| refused(shared, &refusal), download::whole)
        }
        Asks::Method {
            query,
            headers,
            body,
        } => match Params::read(query.as_deref(), headers, body).await {
            Err(refusal) => refused(shared, &refusal),
            Ok(params) => {
                let done = attempt(shared, &call.method, &params).await;
                record(shared, call, &params, &done);
                done.map_or_else(
                    |refusal| refused(shared, &refusal),
                    |body| written(shared, &call.method, &body),
                )
            }
        },
    }
}

/// An answer; one that brings updates may be garbled.
fn written(shared: &Shared, method: &str, body: &Value) -> Response {
    if method.eq_ignore_ascii_case("getUpdates") {
        let bytes = shared.lock().on_the_wire(&body.to_string());
        return ([(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    }
    Json(body).into_response()
}

fn record(shared: &Shared, call: &Call, params: &Params, done: &Result<Value, Refusal>) {
    let (status, body) = match done {
        Ok(body) => (StatusCode::OK, body.clone()),
        Err(refusal) => (refusal.code(), refusal.body()),
    };
    let mut state = shared.lock();
    state.calls.uploads += params.uploads() as u64;
    state.exchanges.push(|| Exchange {
        method: call.method.clone(),
        params: params.to_json(),
        as_text: params.are_text(),
        files: params.uploads(),
        status: status.as_u16(),
        body,
    });
}

async fn attempt(shared: &Shared, method: &str, params: &Params) -> Result<Value, Refusal> {
    let method = Method::named(method)?;
    let answer = shared.change(|state| methods::call(state, method, params, Moment::now()))?;
    let result = match answer.wait {
        Some(wait) => polling::wait(shared, wait).await?,
        None => answer.result,
    };
    let mut body = json!({ "ok": true, "result": result });
    if let Some(description) = answer.description {
        body["description"] = json!(description);
    }
    Ok(body)
}

fn refused(shared: &Shared, refusal: &Refusal) -> Response {
    shared.change(|state| match refusal {
        Refusal::TooMany(_) => state.calls.too_many += 1,
        other => {
            tracing::debug!(%other, "refused");
            state.calls.refused += 1;
        }
    });
    refusal.clone().into_response()
}

fn scripted(status: u16, body: String) -> Response {
    let kind = if body.trim_start().starts_with('{') {
        "application/json"
    } else {
        "text/html"
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

fn cut() -> Response {
    HttpResponse::builder()
        .extension(Cut)
        .body(Body::empty())
        .expect("a response without headers can always be built")
}
