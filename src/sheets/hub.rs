//! The one way to Google Sheets: reads, writes and fences, each with its outcome.
//!
//! Invariant: every call ends within our patience, is counted in the quota before it is made, and is never repeated here
//! but after a 401, which Google answers before it does anything.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use google_sheets4::{
    Sheets,
    api::{self, Scope, SpreadsheetMethods},
    common,
};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use jiff::Timestamp;
use rustls::crypto::ring;

use crate::{
    clock,
    domain::ids::{BatchToken, SpreadsheetId},
    health::Health,
};

use super::{
    account_key::{AccountKey, KeyError, web_address},
    decode,
    encode::{self, Unsayable},
    outcome::{self, Heard},
    quota::{Kind, Quota, QuotaLeft},
    token::{Connector, Issue, Tokens},
    wire::{Asked, Batch, CallError, Columns, Manners, ReadBack, Rendering, SheetId, Structure},
};

/// A connection that is idle for this long is closed by us; Google closes its own after some minutes, and a request sent at that moment would be lost.
const IDLE: Duration = Duration::from_secs(60);

/// The service account's door to Google Sheets; a cheap handle, one for all spreadsheets.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

/// How long we wait.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a TCP connection.
    pub connect: Duration,
    /// For a token.
    pub token: Duration,
    /// For the answer to a read, once there is a token.
    pub read: Duration,
    /// For the answer to a write, once there is a token.
    pub write: Duration,
}

impl Default for Patience {
    /// A connection to a living Google takes a tenth of a second, a token half a second, a look at 50,000 rows some seconds. A write gets more time,
    /// since giving up on it costs a fence and a fresh look; Google itself fails what takes longer than 180 s.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            token: Duration::from_secs(10),
            read: Duration::from_secs(30),
            write: Duration::from_secs(60),
        }
    }
}

/// Why there can be no hub: the settings are wrong. That Google is away is no reason.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The address of the API.
    #[error("the address of the Sheets API is not an http(s) URL")]
    ApiUrl,
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No TLS.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// What became of the write that carried a fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenceFate {
    /// The id was free and is taken now: the write has not landed and never can.
    Accepted,
    /// The id was taken: the write has landed.
    Used,
}

impl Hub {
    /// Prepares for calls to `api_url`; calls nobody yet.
    ///
    /// # Errors
    /// The address or the key is unusable, or TLS cannot be set up.
    pub async fn new(
        api_url: &str,
        key: AccountKey,
        patience: Patience,
        now: fn() -> Timestamp,
    ) -> Result<Self, HubError> {
        let mut base = web_address(api_url).ok_or(HubError::ApiUrl)?.to_string();
        if !base.ends_with('/') {
            // The library glues paths to it as it stands.
            base.push('/');
        }
        let connector = connector(patience.connect)?;
        let tokens = Tokens::new(key, connector.clone(), patience.token, now).await?;
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        let mut sheets = Sheets::new(client, tokens.clone());
        sheets.base_url(base.clone());
        sheets.root_url(base);
        Ok(Self(Arc::new(Inner {
            sheets,
            tokens,
            quota: Mutex::default(),
            health: Mutex::new(Health::Ok),
            patience,
            reads_only: false,
        })))
    }

    /// The same hub, fresh from [`Hub::new`], through which nothing can be written.
    #[must_use]
    pub fn reading_only(mut self) -> Self {
        let inner = Arc::get_mut(&mut self.0).expect("a fresh hub has one handle");
        inner.reads_only = true;
        self
    }

    /// What a spreadsheet consists of: one read.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn structure(&self, spreadsheet: &SpreadsheetId) -> Result<Structure, CallError> {
        let mut ear = self.open(Kind::Read, spreadsheet).await?;
        let call = self
            .spreadsheets()
            .get(&spreadsheet.0)
            .param("fields", encode::STRUCTURE_FIELDS);
        let call = call.add_scope(Scope::Spreadsheet).delegate(&mut ear).doit();
        let answer = self.wait(Kind::Read, call).await;
        self.close(&ear, answer, decode::structure)
    }

    /// What tabs say to those who type in these A1 ranges: one read, or none where nothing is asked.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn manners(
        &self,
        spreadsheet: &SpreadsheetId,
        ranges: &[String],
    ) -> Result<Vec<(SheetId, Manners)>, CallError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let mut ear = self.open(Kind::Read, spreadsheet).await?;
        let call = self
            .spreadsheets()
            .get(&spreadsheet.0)
            .param("fields", encode::MANNERS_FIELDS);
        let call = ranges
            .iter()
            .fold(call, |call, range| call.add_ranges(range));
        let call = call.add_scope(Scope::Spreadsheet).delegate(&mut ear).doit();
        let answer = self.wait(Kind::Read, call).await;
        self.close(&ear, answer, decode::manners)
    }

    /// The cells of ranges, each answered in its place: one read for each rendering that is asked for, none where nothing is.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn read(
        &self,
        spreadsheet: &SpreadsheetId,
        asked: &[Asked],
    ) -> Result<Vec<Columns>, CallError> {
        let mut answers = vec![Columns::new(); asked.len()];
        for rendering in [Rendering::Shown, Rendering::Typed] {
            let places: Vec<usize> = (0..asked.len())
                .filter(|&at| asked[at].rendering == rendering)
                .collect();
            if places.is_empty() {
                continue;
            }
            let mut ear = self.open(Kind::Read, spreadsheet).await?;
            let call = self.spreadsheets().values_batch_get(&spreadsheet.0);
            let call = places
                .iter()
                .fold(call, |call, &at| call.add_ranges(&asked[at].range));
            let call = call
                .major_dimension("COLUMNS")
                .value_render_option(rendering.name());
            let call = call.add_scope(Scope::Spreadsheet).delegate(&mut ear).doit();
            let answer = self.wait(Kind::Read, call).await;
            let columns =
                self.close(&ear, answer, |answer| decode::columns(answer, places.len()))?;
            places
                .into_iter()
                .zip(columns)
                .for_each(|(at, columns)| answers[at] = columns);
        }
        Ok(answers)
    }

    /// Applies a batch, all or nothing: one write, or none where nothing is to change.
    ///
    /// # Errors
    /// Each error but [`CallError::Unknown`] means that nothing was applied.
    pub async fn write(
        &self,
        spreadsheet: &SpreadsheetId,
        batch: &Batch,
    ) -> Result<ReadBack, CallError> {
        if batch.changes.is_empty() {
            return Ok(ReadBack::default());
        }
        let request = encode::batch(batch)?;
        let mut ear = self.open(Kind::Write, spreadsheet).await?;
        let call = self.spreadsheets().batch_update(request, &spreadsheet.0);
        let call = call
            .param("fields", encode::fields(batch))
            .add_scope(Scope::Spreadsheet);
        let answer = self.wait(Kind::Write, call.delegate(&mut ear).doit()).await;
        let outcome = self.close(&ear, answer, |answer| {
            decode::read_back(&batch.changes, answer)
        });
        match outcome {
            Err(CallError::Refused { change, words }) if change >= batch.changes.len() => {
                Err(CallError::Unknown(words))
            }
            outcome => outcome,
        }
    }

    /// Makes one request that is no change of the service's: one write.
    ///
    /// # Errors
    /// As for [`Hub::write`].
    pub(super) async fn ask(
        &self,
        spreadsheet: &SpreadsheetId,
        request: api::Request,
    ) -> Result<(), CallError> {
        let request = api::BatchUpdateSpreadsheetRequest {
            requests: Some(vec![request]),
            ..Default::default()
        };
        let mut ear = self.open(Kind::Write, spreadsheet).await?;
        let call = self.spreadsheets().batch_update(request, &spreadsheet.0);
        let call = call
            .param("fields", "spreadsheetId")
            .add_scope(Scope::Spreadsheet);
        let answer = self.wait(Kind::Write, call.delegate(&mut ear).doit()).await;
        self.close(&ear, answer, |answer| answer.spreadsheet_id)
            .map(drop)
    }

    /// Sends a fence alone, to learn what became of the batch that carried it: one write.
    ///
    /// # Errors
    /// The question has no answer yet. [`CallError::Refused`] is a refusal for another reason than that the id is taken.
    pub async fn fence(
        &self,
        spreadsheet: &SpreadsheetId,
        id: BatchToken,
    ) -> Result<FenceFate, CallError> {
        let request = encode::fence_alone(id)?;
        let mut ear = self.open(Kind::Write, spreadsheet).await?;
        let call = self.spreadsheets().batch_update(request, &spreadsheet.0);
        let call = call
            .param("fields", encode::FENCE_FIELDS)
            .add_scope(Scope::Spreadsheet);
        let answer = self.wait(Kind::Write, call.delegate(&mut ear).doit()).await;
        let taken = |answer| (decode::fence(&answer)? == id.0).then_some(FenceFate::Accepted);
        match self.close(&ear, answer, taken) {
            Err(CallError::Refused { words, .. }) if outcome::says_taken(&words) => {
                Ok(FenceFate::Used)
            }
            outcome => outcome,
        }
    }

    /// How many calls may still be made in this minute.
    #[must_use]
    pub fn quota(&self) -> QuotaLeft {
        let (quota, now) = (self.0.quota(), clock::steady());
        QuotaLeft {
            reads: quota.left(Kind::Read, now),
            writes: quota.left(Kind::Write, now),
        }
    }

    /// How Google Sheets is doing, by the last call that ended: a refusal is an answer, no token is none; `Ok` before the first.
    #[must_use]
    pub fn health(&self) -> Health {
        *self.0.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a call: an address that is safe to build, a token at hand, a place in the quota.
    async fn open(&self, kind: Kind, spreadsheet: &SpreadsheetId) -> Result<Ear, CallError> {
        if !is_plain(spreadsheet) {
            return Err(CallError::NotFound);
        }
        if self.0.reads_only && kind == Kind::Write {
            return Err(CallError::Unavailable(
                "nothing is written while observing".to_owned(),
            ));
        }
        let opened = self.admit(kind).await;
        opened.inspect_err(|error| self.note(error))
    }

    async fn admit(&self, kind: Kind) -> Result<Ear, CallError> {
        let prepared = self.0.tokens.prepare().await;
        prepared.map_err(|error| CallError::Unavailable(format!("no token: {error}")))?;
        let admitted = self.0.quota().admit(kind, clock::steady());
        admitted.map_err(|until| CallError::Throttled { until: Some(until) })?;
        Ok(Ear {
            hub: self.clone(),
            kind,
            issue: None,
            renewed: false,
            heard: Heard::default(),
        })
    }

    /// Waits for an answer as long as calls of this kind are worth; none if it does not come.
    async fn wait<T>(
        &self,
        kind: Kind,
        call: impl Future<Output = Answer<T>>,
    ) -> Option<Answer<T>> {
        let patience = match kind {
            Kind::Read => self.0.patience.read,
            Kind::Write => self.0.patience.write,
        };
        let began = clock::monotonic();
        let answer = tokio::time::timeout(patience, call).await.ok();
        metrics::histogram!("sheetdesk_sheets_call_seconds", "kind" => kind.name())
            .record(began.elapsed());
        answer
    }

    /// Ends a call: what it brought, and what that says about Google.
    fn close<T, U>(
        &self,
        ear: &Ear,
        answer: Option<Answer<T>>,
        decode: impl FnOnce(T) -> Option<U>,
    ) -> Result<U, CallError> {
        let outcome = match answer {
            Some(Ok((_, answer))) => decode(answer).ok_or_else(|| outcome::nonsense(ear.kind)),
            Some(Err(error)) => Err(outcome::failed(ear.kind, ear.heard, &error)),
            None => Err(outcome::timed_out(ear.kind, ear.heard)),
        };
        if let Some(until) = ear.heard.until {
            self.0.quota().silence(ear.kind, until);
        }
        let ended = match &outcome {
            Ok(_) => "ok",
            Err(CallError::Throttled { .. }) => "throttled",
            Err(CallError::Unavailable(_)) => "unavailable",
            Err(CallError::Unknown(_)) => "unknown",
            Err(
                CallError::Refused { .. }
                | CallError::BadRange(_)
                | CallError::Denied(_)
                | CallError::NotFound
                | CallError::ApiOff { .. }
                | CallError::NotASpreadsheet,
            ) => "refused",
        };
        metrics::counter!("sheetdesk_sheets_calls_total", "kind" => ear.kind.name(), "outcome" => ended).increment(1);
        match &outcome {
            Ok(_) => self.0.feels(Health::Ok, None),
            Err(error) => self.note(error),
        }
        outcome
    }

    fn note(&self, error: &CallError) {
        let health = match error {
            CallError::Throttled { .. } => Health::Throttled,
            CallError::Unavailable(_) | CallError::Unknown(_) => Health::Down,
            CallError::Refused { .. }
            | CallError::BadRange(_)
            | CallError::Denied(_)
            | CallError::NotFound
            | CallError::ApiOff { .. }
            | CallError::NotASpreadsheet => Health::Ok,
        };
        self.0.feels(health, Some(error));
    }

    fn spreadsheets(&self) -> SpreadsheetMethods<'_, Connector> {
        self.0.sheets.spreadsheets()
    }
}

/// What the library answers.
type Answer<T> = common::Result<(common::Response, T)>;

struct Inner {
    sheets: Sheets<Connector>,
    tokens: Tokens,
    quota: Mutex<Quota>,
    health: Mutex<Health>,
    patience: Patience,
    /// Every write is refused here.
    reads_only: bool,
}

impl Inner {
    // Ledger and health are whole after each statement, so a panic elsewhere leaves nothing half done.
    fn quota(&self) -> MutexGuard<'_, Quota> {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes down how the last call went; a change is logged, with its reason.
    fn feels(&self, health: Health, why: Option<&CallError>) {
        let before = std::mem::replace(
            &mut *self.health.lock().unwrap_or_else(PoisonError::into_inner),
            health,
        );
        match why {
            _ if before == health => {}
            Some(why) if health != Health::Ok => {
                tracing::warn!(sheets.health = ?health, %why, "Google Sheets fails")
            }
            Some(_) | None => tracing::info!(sheets.health = ?health, "Google Sheets answers"),
        }
    }
}

/// Hears what happens within one call of the library, and has a refused token renewed once.
struct Ear {
    hub: Hub,
    kind: Kind,
    /// The token that is in use.
    issue: Option<Issue>,
    renewed: bool,
    heard: Heard,
}

impl common::Delegate for Ear {
    fn pre_request(&mut self) {
        let hub = &self.hub.0;
        if self.renewed {
            hub.quota().spend(self.kind, clock::steady());
        }
        self.issue = hub.tokens.issue();
        self.heard.in_flight = true;
    }

    fn http_failure(
        &mut self,
        response: &common::Response,
        _body: Option<&serde_json::Value>,
    ) -> common::Retry {
        let status = response.status().as_u16();
        self.heard.in_flight = false;
        self.heard.status = Some(status);
        if status == 401 && !self.renewed {
            self.renewed = true;
            self.hub.0.tokens.refuse(self.issue);
            return common::Retry::After(Duration::ZERO);
        }
        let header = response.headers().get(hyper::header::RETRY_AFTER);
        let asked = header.and_then(|value| value.to_str().ok());
        let rest = asked.and_then(|header| outcome::retry_after(header, clock::now()));
        self.heard.until = rest.map(|rest| clock::steady() + rest);
        common::Retry::Abort
    }
}

impl From<Unsayable> for CallError {
    fn from(unsayable: Unsayable) -> Self {
        Self::Refused {
            change: unsayable.change,
            words: unsayable.words.to_owned(),
        }
    }
}

/// Whether an id can stand in a path: the library does not encode it.
fn is_plain(spreadsheet: &SpreadsheetId) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !spreadsheet.0.is_empty() && spreadsheet.0.bytes().all(plain)
}

/// Connections over TLS with the machine's certificates, or with Mozilla's where it has none (a bare container); plain HTTP where the address says so.
fn connector(patience: Duration) -> Result<Connector, HubError> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(patience));
    http.set_nodelay(true);
    let builder = match HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(ring::default_provider())
    {
        Ok(builder) => builder,
        Err(_) => HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(ring::default_provider())
            .map_err(|error| HubError::Tls(error.to_string()))?,
    };
    Ok(builder.https_or_http().enable_http1().wrap_connector(http))
}

#[cfg(test)]
pub(super) mod tests;
