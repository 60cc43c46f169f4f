//! The HTTP skin: Google's addresses, rights, quotas and scripted troubles.
//!
//! Invariant: once a call has arrived it is carried out even if its client has
//! hung up, as Google does; only a cut or a stop of the stand-in prevents it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde_json::Value;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Moment;
use crate::record::Ring;
use crate::trail::{Mark, Side as StandIn, Trail, Way, What};
use crate::weather::{Sky, Weather};

use super::call::{Call, Work};
use super::error::ApiError;
use super::faults::{CallKind, Gate, Script, Side, Trouble, Visit, millis};
use super::handle::Edit;
use super::marks;
use super::quota::{Direction, Meter, Quotas};
use super::record::Exchange;
use super::sim;
use super::sorting::Sorting;
use super::token::{TokenForm, Tokens};
use super::wire::Cut;
use super::workbook::Workbook;

/// Google's limit for a request's payload is not stated; its advice is 2 MB.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;
/// Edits that whoever listens may be behind.
const EDITS: usize = 256;

/// What the handlers share.
pub(super) struct Shared {
    world: Mutex<World>,
    /// Counts changes of the world, so that nobody has to poll it.
    pub(super) changed: watch::Sender<u64>,
    /// Tells of what people have edited.
    pub(super) edits: broadcast::Sender<Edit>,
    /// Ends waiting calls and every connection.
    pub(super) stop: CancellationToken,
    started: Instant,
}

/// Everything that calls and people change.
pub(super) struct World {
    pub(super) workbooks: BTreeMap<String, Workbook>,
    pub(super) tokens: Tokens,
    pub(super) meter: Meter,
    pub(super) script: Script,
    pub(super) visits: Vec<(String, Visit)>,
    pub(super) exchanges: Ring<Exchange>,
    pub(super) sky: Sky,
    pub(super) sorting: Sorting,
    pub(super) trail: Trail,
    /// What people have entered through `/sim`.
    pub(super) typed: VecDeque<Typed>,
}

/// A text that a person has entered into a cell.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) workbook: String,
    pub(crate) tab: String,
    /// The header over the cell at that moment.
    pub(crate) header: String,
    pub(crate) text: String,
}

impl World {
    /// What the weather makes of a call that has just come.
    fn weather(&mut self, changes_something: bool) -> Option<(Trouble, Gate)> {
        let strike = self.sky.strike(changes_something)?;
        Some((marks::trouble(strike), Gate::default()))
    }
}

impl Shared {
    pub(super) fn new(quotas: Quotas, record: usize) -> Self {
        let world = World {
            workbooks: BTreeMap::new(),
            tokens: Tokens::default(),
            meter: Meter::new(quotas),
            script: Script::default(),
            visits: Vec::new(),
            exchanges: Ring::new(record),
            sky: Sky::default(),
            sorting: Sorting::default(),
            trail: Trail::default(),
            typed: VecDeque::new(),
        };
        Self {
            world: Mutex::new(world),
            changed: watch::Sender::new(0),
            edits: broadcast::Sender::new(EDITS),
            stop: CancellationToken::new(),
            started: Moment::now().steady,
        }
    }

    /// The world, even after a test's closure has panicked in it.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world and tells everybody who waits for something.
    pub(super) fn change<R>(&self, step: impl FnOnce(&mut World) -> R) -> R {
        let result = step(&mut self.world());
        self.changed.send_modify(|count| *count += 1);
        result
    }

    pub(super) fn elapsed(&self) -> Duration {
        Moment::now().steady - self.started
    }
}

/// Google's addresses, and `/sim` for people.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/token", post(token))
        .route("/v4/{*rest}", any(api))
        .nest("/sim", sim::router())
        .with_state(shared)
}

async fn token(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    body: Bytes,
) -> Response {
    let trouble = {
        let mut world = shared.world();
        world.meter.count_token();
        let scripted = world.script.next(CallKind::Token);
        // Google's limits are those of the API; its tokens come from elsewhere.
        let is_limit = world.sky.now() == Weather::TooMany;
        scripted.or_else(|| if is_limit { None } else { world.weather(false) })
    };
    let tokens = Arc::clone(&shared);
    let form = TokenForm::read(&body);
    let work = move || match tokens.world().tokens.grant(&form) {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(body) => json_response(StatusCode::BAD_REQUEST, &body),
    };
    detached(shared, cut, trouble, marks::token(), work).await
}

async fn api(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let admitted = Call::of(&parts.method, &parts.uri).and_then(|call| {
        let mut world = shared.world();
        let (kind, direction) = (call.kind(), call.direction());
        if world.sky.now() == Weather::Down {
            return Ok((call, String::new(), world.weather(false)));
        }
        let account = world.tokens.account(&parts.headers, direction)?;
        let now = shared.elapsed();
        world.meter.admit(&account, direction, call.method(), now)?;
        let scripted = world.script.next(kind);
        let trouble = scripted.or_else(|| world.weather(direction == Direction::Write));
        Ok((call, account, trouble))
    });
    let (call, account, trouble) = match admitted {
        Ok(admitted) => admitted,
        Err(error) => return not_admitted(&shared, &parts.method, &error),
    };
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return error_response(&ApiError::invalid("Request payload could not be read."));
    };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let mark = marks::call(&shared.world(), &call, &query, &body);
    let work = Work {
        shared: Arc::clone(&shared),
        call,
        account,
        query,
        body,
    };
    let work = move || match work.perform_on_record() {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => error_response(&error),
    };
    detached(shared, cut, trouble, mark, work).await
}

/// A call that is refused before anybody looks at what it asks for.
fn not_admitted(shared: &Shared, method: &Method, error: &ApiError) -> Response {
    let response = error_response(error);
    let what = if method == Method::GET {
        What::Look
    } else {
        What::Write
    };
    let mark = Mark::new(StandIn::Sheets, Way::Out, what, "");
    let mark = marks::ended(mark, None, response.status());
    shared.change(|world| world.trail.add(mark));
    response
}

/// Carries out a call apart from its connection, so that it outlives the client.
async fn detached(
    shared: Arc<Shared>,
    cut: Cut,
    trouble: Option<(Trouble, Gate)>,
    mark: Mark,
    work: impl FnOnce() -> Response + Send + 'static,
) -> Response {
    let stop = shared.stop.clone();
    let carried_out = tokio::spawn(async move {
        let stop = shared.stop.clone();
        let kind = trouble.as_ref().map(|(trouble, _)| trouble.clone());
        let work = carry_out(Arc::clone(&shared), cut, trouble, work);
        let response = stop.run_until_cancelled(work).await?;
        let mark = marks::ended(mark, kind.as_ref(), response.status());
        shared.change(|world| world.trail.add(mark));
        Some(response)
    });
    match stop.run_until_cancelled(carried_out).await {
        Some(Ok(Some(response))) => response,
        // The stand-in is stopping, or the work panicked: nobody learns more.
        Some(Ok(None) | Err(_)) | None => error_response(&ApiError::unavailable()),
    }
}

async fn carry_out(
    shared: Arc<Shared>,
    cut: Cut,
    trouble: Option<(Trouble, Gate)>,
    work: impl FnOnce() -> Response + Send + 'static,
) -> Response {
    let Some((trouble, gate)) = trouble else {
        return work();
    };
    match trouble {
        Trouble::Delay { millis: late } => {
            tokio::time::sleep(millis(late)).await;
            work()
        }
        Trouble::Unavailable => error_response(&ApiError::unavailable()),
        Trouble::UnavailableAfter => {
            work();
            error_response(&ApiError::unavailable())
        }
        Trouble::HtmlError => html_error(),
        Trouble::TooMany { retry_after } => too_many(retry_after),
        Trouble::CutBefore => cut_off(&cut),
        Trouble::CutAfter => {
            work();
            cut_off(&cut)
        }
        Trouble::LandLater { millis: late } => {
            land_later(shared, late, work);
            cut_off(&cut)
        }
        Trouble::Hold { side } => match side {
            Side::Before => {
                gate.pass().await;
                work()
            }
            Side::After => {
                let response = work();
                gate.pass().await;
                response
            }
        },
    }
}

/// Does the work after its connection has gone, unless the stand-in stops first.
fn land_later(shared: Arc<Shared>, late: u64, work: impl FnOnce() -> Response + Send + 'static) {
    tokio::spawn(async move {
        let waited = tokio::time::sleep(millis(late));
        if shared.stop.run_until_cancelled(waited).await.is_some() {
            work();
            shared.change(|_| ());
        }
    });
}

/// Cuts the connection; the answer that is returned never leaves.
fn cut_off(cut: &Cut) -> Response {
    cut.cut();
    StatusCode::NO_CONTENT.into_response()
}

fn html_error() -> Response {
    let page = "<!DOCTYPE html><html lang=en><title>Error 500 (Server Error)</title>\
                <p>The server encountered an error. Please try again later.</html>";
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        [(CONTENT_TYPE, "text/html; charset=UTF-8")],
        page,
    )
        .into_response()
}

fn too_many(retry_after: u32) -> Response {
    let mut response = error_response(&ApiError::exhausted("ReadRequestsPerMinutePerUser"));
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(retry_after));
    response
}

pub(super) fn error_response(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_response(status, &error.body());
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(CONTENT_TYPE, "application/json; charset=UTF-8")],
        Body::from(body.to_string()),
    )
        .into_response()
}
