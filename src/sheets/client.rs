//! The one way to Google Sheets: reads, writes and batch tokens, each with its outcome.
//!
//! Invariant: every call ends within a timeout, is counted in the quota before it is made, and is never repeated here
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
    errors::{self, CallTrace},
    quota::{Kind, QuotaLeft, QuotaWindow},
    replies,
    requests::{self, InvalidChange},
    token::{Connector, Issue, Tokens},
    wire::{
        Batch, Columns, ReadBack, Rendering, SheetId, SheetsError, Structure, UnformattedValue,
        Validation,
    },
};

/// A connection that is idle for this long is closed by us; Google closes its own after some minutes, and a request sent at that moment would be lost.
const IDLE: Duration = Duration::from_secs(60);

/// The service account's door to Google Sheets; a cheap handle, one for all spreadsheets.
#[derive(Clone)]
pub struct SheetsClient(Arc<Inner>);

/// How long we wait.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a TCP connection.
    pub connect: Duration,
    /// For a token.
    pub token: Duration,
    /// For the answer to a read, once there is a token.
    pub read: Duration,
    /// For the answer to a write, once there is a token.
    pub write: Duration,
}

impl Default for Timeouts {
    /// A connection to a living Google takes a tenth of a second, a token half a second, a read of 50,000 rows some seconds. A write gets more time,
    /// since giving up on it costs a batch token and a fresh read; Google itself fails what takes longer than 180 s.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            token: Duration::from_secs(10),
            read: Duration::from_secs(30),
            write: Duration::from_secs(60),
        }
    }
}

/// Why a client cannot be made: the settings are wrong. That Google is away is no reason.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
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

/// What became of the batch with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFate {
    /// The id was free and is taken now: the write has not landed and never can.
    Accepted,
    /// The id was taken: the write has landed.
    Used,
}

impl SheetsClient {
    /// Prepares for calls to `api_url`; calls nobody yet.
    ///
    /// # Errors
    /// The address or the key is unusable, or TLS cannot be set up.
    pub async fn new(
        api_url: &str,
        key: AccountKey,
        timeouts: Timeouts,
        now: fn() -> Timestamp,
    ) -> Result<Self, ClientError> {
        let mut base = web_address(api_url).ok_or(ClientError::ApiUrl)?.to_string();
        if !base.ends_with('/') {
            // The library appends paths to it as it is.
            base.push('/');
        }
        let connector = connector(timeouts.connect)?;
        let tokens = Tokens::new(key, connector.clone(), timeouts.token, now).await?;
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
            timeouts,
            reads_only: false,
        })))
    }

    /// The same client, fresh from [`SheetsClient::new`], through which nothing can be written.
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
    pub async fn structure(&self, spreadsheet: &SpreadsheetId) -> Result<Structure, SheetsError> {
        let mut delegate = self.open(Kind::Read, spreadsheet).await?;
        let call = self
            .spreadsheets()
            .get(&spreadsheet.0)
            .param("fields", requests::STRUCTURE_FIELDS);
        let call = call
            .add_scope(Scope::Spreadsheet)
            .delegate(&mut delegate)
            .doit();
        let answer = self.wait(Kind::Read, call).await;
        self.close(&delegate, answer, replies::structure)
    }

    /// The validation of these A1 ranges: one read, or none without ranges.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn validation(
        &self,
        spreadsheet: &SpreadsheetId,
        ranges: &[String],
    ) -> Result<Vec<(SheetId, Validation)>, SheetsError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let mut delegate = self.open(Kind::Read, spreadsheet).await?;
        let call = self
            .spreadsheets()
            .get(&spreadsheet.0)
            .param("fields", requests::VALIDATION_FIELDS);
        let call = ranges
            .iter()
            .fold(call, |call, range| call.add_ranges(range));
        let call = call
            .add_scope(Scope::Spreadsheet)
            .delegate(&mut delegate)
            .doit();
        let answer = self.wait(Kind::Read, call).await;
        self.close(&delegate, answer, replies::validation)
    }

    /// The cells of ranges as people see them, each answered in its place: one read, none if nothing is asked for.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn read(
        &self,
        spreadsheet: &SpreadsheetId,
        ranges: &[String],
    ) -> Result<Vec<Columns>, SheetsError> {
        self.cells(spreadsheet, ranges, "FORMATTED_VALUE", replies::columns)
            .await
    }

    /// The cells of ranges as they are stored, as [`SheetsClient::read`].
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn stored(
        &self,
        spreadsheet: &SpreadsheetId,
        ranges: &[String],
        rendering: Rendering,
    ) -> Result<Vec<Columns<UnformattedValue>>, SheetsError> {
        self.cells(spreadsheet, ranges, rendering.name(), replies::stored)
            .await
    }

    async fn cells<T>(
        &self,
        spreadsheet: &SpreadsheetId,
        ranges: &[String],
        rendering: &str,
        decode: impl FnOnce(api::BatchGetValuesResponse, usize) -> Option<Vec<Columns<T>>>,
    ) -> Result<Vec<Columns<T>>, SheetsError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let mut delegate = self.open(Kind::Read, spreadsheet).await?;
        let call = self.spreadsheets().values_batch_get(&spreadsheet.0);
        let call = ranges
            .iter()
            .fold(call, |call, range| call.add_ranges(range));
        let call = call
            .major_dimension("COLUMNS")
            .value_render_option(rendering)
            .date_time_render_option("SERIAL_NUMBER");
        let call = call
            .add_scope(Scope::Spreadsheet)
            .delegate(&mut delegate)
            .doit();
        let answer = self.wait(Kind::Read, call).await;
        self.close(&delegate, answer, |answer| decode(answer, ranges.len()))
    }

    /// Applies a batch, all or nothing: one write, or none where nothing is to change.
    ///
    /// # Errors
    /// Each error but [`SheetsError::Unknown`] means that nothing was applied.
    pub async fn write(
        &self,
        spreadsheet: &SpreadsheetId,
        batch: &Batch,
    ) -> Result<ReadBack, SheetsError> {
        if batch.changes.is_empty() {
            return Ok(ReadBack::default());
        }
        let request = requests::batch(batch)?;
        let mut delegate = self.open(Kind::Write, spreadsheet).await?;
        let call = self.spreadsheets().batch_update(request, &spreadsheet.0);
        let call = call
            .param("fields", requests::fields(batch))
            .add_scope(Scope::Spreadsheet);
        let answer = self
            .wait(Kind::Write, call.delegate(&mut delegate).doit())
            .await;
        let outcome = self.close(&delegate, answer, |answer| {
            replies::read_back(&batch.changes, answer)
        });
        match outcome {
            Err(SheetsError::Refused { change, words }) if change >= batch.changes.len() => {
                Err(SheetsError::Unknown(words))
            }
            outcome => outcome,
        }
    }

    /// Makes one request that is no change of the service's: one write.
    ///
    /// # Errors
    /// As for [`SheetsClient::write`].
    pub(super) async fn ask(
        &self,
        spreadsheet: &SpreadsheetId,
        request: api::Request,
    ) -> Result<(), SheetsError> {
        let request = api::BatchUpdateSpreadsheetRequest {
            requests: Some(vec![request]),
            ..Default::default()
        };
        let mut delegate = self.open(Kind::Write, spreadsheet).await?;
        let call = self.spreadsheets().batch_update(request, &spreadsheet.0);
        let call = call
            .param("fields", "spreadsheetId")
            .add_scope(Scope::Spreadsheet);
        let answer = self
            .wait(Kind::Write, call.delegate(&mut delegate).doit())
            .await;
        self.close(&delegate, answer, |answer| answer.spreadsheet_id)
            .map(drop)
    }

    /// Sends a batch token alone, to learn what became of its batch: one write.
    ///
    /// # Errors
    /// The question has no answer yet. [`SheetsError::Refused`] is a refusal for another reason than that the id is taken.
    pub async fn token(
        &self,
        spreadsheet: &SpreadsheetId,
        id: BatchToken,
    ) -> Result<TokenFate, SheetsError> {
        let request = requests::token_alone(id)?;
        let mut delegate = self.open(Kind::Write, spreadsheet).await?;
        let call = self.spreadsheets().batch_update(request, &spreadsheet.0);
        let call = call
            .param("fields", requests::FENCE_FIELDS)
            .add_scope(Scope::Spreadsheet);
        let answer = self
            .wait(Kind::Write, call.delegate(&mut delegate).doit())
            .await;
        let taken = |answer| (replies::token(&answer)? == id.0).then_some(TokenFate::Accepted);
        match self.close(&delegate, answer, taken) {
            Err(SheetsError::Refused { words, .. }) if errors::says_taken(&words) => {
                Ok(TokenFate::Used)
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
    async fn open(
        &self,
        kind: Kind,
        spreadsheet: &SpreadsheetId,
    ) -> Result<CallDelegate, SheetsError> {
        if !is_plain(spreadsheet) {
            return Err(SheetsError::NotFound);
        }
        if self.0.reads_only && kind == Kind::Write {
            return Err(SheetsError::Unavailable(
                "nothing is written while observing".to_owned(),
            ));
        }
        let opened = self.admit(kind).await;
        opened.inspect_err(|error| self.note(error))
    }

    async fn admit(&self, kind: Kind) -> Result<CallDelegate, SheetsError> {
        let prepared = self.0.tokens.prepare().await;
        prepared.map_err(|error| SheetsError::Unavailable(format!("no token: {error}")))?;
        let admitted = self.0.quota().admit(kind, clock::steady());
        admitted.map_err(|until| SheetsError::Throttled { until: Some(until) })?;
        Ok(CallDelegate {
            client: self.clone(),
            kind,
            issue: None,
            renewed: false,
            trace: CallTrace::default(),
        })
    }

    /// Waits for an answer as long as calls of this kind are worth; none if it does not come.
    async fn wait<T>(
        &self,
        kind: Kind,
        call: impl Future<Output = Answer<T>>,
    ) -> Option<Answer<T>> {
        let timeouts = match kind {
            Kind::Read => self.0.timeouts.read,
            Kind::Write => self.0.timeouts.write,
        };
        let began = clock::monotonic();
        let answer = tokio::time::timeout(timeouts, call).await.ok();
        metrics::histogram!("sheetdesk_sheets_call_seconds", "kind" => kind.name())
            .record(began.elapsed());
        answer
    }

    /// Ends a call: what it brought, and what that says about Google.
    fn close<T, U>(
        &self,
        delegate: &CallDelegate,
        answer: Option<Answer<T>>,
        decode: impl FnOnce(T) -> Option<U>,
    ) -> Result<U, SheetsError> {
        let outcome = match answer {
            Some(Ok((_, answer))) => decode(answer).ok_or_else(|| errors::nonsense(delegate.kind)),
            Some(Err(error)) => Err(errors::failed(delegate.kind, delegate.trace, &error)),
            None => Err(errors::timed_out(delegate.kind, delegate.trace)),
        };
        if let Some(until) = delegate.trace.until {
            self.0.quota().silence(delegate.kind, until);
        }
        let ended = match &outcome {
            Ok(_) => "ok",
            Err(SheetsError::Throttled { .. }) => "throttled",
            Err(SheetsError::Unavailable(_)) => "unavailable",
            Err(SheetsError::Unknown(_)) => "unknown",
            Err(
                SheetsError::Refused { .. }
                | SheetsError::BadRange(_)
                | SheetsError::Denied(_)
                | SheetsError::NotFound
                | SheetsError::ApiOff { .. }
                | SheetsError::NotASpreadsheet,
            ) => "refused",
        };
        metrics::counter!("sheetdesk_sheets_calls_total", "kind" => delegate.kind.name(), "outcome" => ended).increment(1);
        match &outcome {
            Ok(_) => self.0.feels(Health::Ok, None),
            Err(error) => self.note(error),
        }
        outcome
    }

    fn note(&self, error: &SheetsError) {
        let health = match error {
            SheetsError::Throttled { .. } => Health::Throttled,
            SheetsError::Unavailable(_) | SheetsError::Unknown(_) => Health::Down,
            SheetsError::Refused { .. }
            | SheetsError::BadRange(_)
            | SheetsError::Denied(_)
            | SheetsError::NotFound
            | SheetsError::ApiOff { .. }
            | SheetsError::NotASpreadsheet => Health::Ok,
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
    quota: Mutex<QuotaWindow>,
    health: Mutex<Health>,
    timeouts: Timeouts,
    /// Every write is refused here.
    reads_only: bool,
}

impl Inner {
    // Ledger and health are whole after each statement, so a panic elsewhere leaves nothing half done.
    fn quota(&self) -> MutexGuard<'_, QuotaWindow> {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes down how the last call went; a change is logged, with its reason.
    fn feels(&self, health: Health, why: Option<&SheetsError>) {
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
struct CallDelegate {
    client: SheetsClient,
    kind: Kind,
    /// The token that is in use.
    issue: Option<Issue>,
    renewed: bool,
    trace: CallTrace,
}

impl common::Delegate for CallDelegate {
    fn pre_request(&mut self) {
        let client = &self.client.0;
        if self.renewed {
            client.quota().spend(self.kind, clock::steady());
        }
        self.issue = client.tokens.issue();
        self.trace.in_flight = true;
    }

    fn http_failure(
        &mut self,
        response: &common::Response,
        _body: Option<&serde_json::Value>,
    ) -> common::Retry {
        let status = response.status().as_u16();
        self.trace.in_flight = false;
        self.trace.status = Some(status);
        if status == 401 && !self.renewed {
            self.renewed = true;
            self.client.0.tokens.refuse(self.issue);
            return common::Retry::After(Duration::ZERO);
        }
        let header = response.headers().get(hyper::header::RETRY_AFTER);
        let asked = header.and_then(|value| value.to_str().ok());
        let rest = asked.and_then(|header| errors::retry_after(header, clock::now()));
        self.trace.until = rest.map(|rest| clock::steady() + rest);
        common::Retry::Abort
    }
}

impl From<InvalidChange> for SheetsError {
    fn from(invalid: InvalidChange) -> Self {
        Self::Refused {
            change: invalid.change,
            words: invalid.words.to_owned(),
        }
    }
}

/// Whether an id can be in a path: the library does not encode it.
fn is_plain(spreadsheet: &SpreadsheetId) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !spreadsheet.0.is_empty() && spreadsheet.0.bytes().all(plain)
}

/// Connections over TLS with the machine's certificates, or with Mozilla's where it has none (a bare container); plain HTTP where the address says so.
fn connector(timeouts: Duration) -> Result<Connector, ClientError> {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(timeouts));
    http.set_nodelay(true);
    let builder = match HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(ring::default_provider())
    {
        Ok(builder) => builder,
        Err(_) => HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(ring::default_provider())
            .map_err(|error| ClientError::Tls(error.to_string()))?,
    };
    Ok(builder.https_or_http().enable_http1().wrap_connector(http))
}

#[cfg(test)]
pub(super) mod tests;
