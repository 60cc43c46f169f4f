//! One call to Google: a token and a place in the quota before it, a timeout on it, and what its end says.
//!
//! Invariant: what is done here happens once a call, whatever it asks; nothing is repeated but after a 401.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use google_sheets4::{
    Sheets,
    api::{self, Scope},
    common,
};

use super::{SheetsClient, Timeouts};
use crate::{
    clock,
    domain::ids::SpreadsheetId,
    health::Health,
    sheets::{
        dialer::Connector,
        errors::{self, CallTrace},
        quota::{Kind, QuotaWindow},
        token::{Issue, Tokens},
        wire::{Columns, SheetsError},
    },
};

impl SheetsClient {
    /// Asks about a spreadsheet, and about these ranges of it.
    pub(super) async fn get<T>(
        &self,
        spreadsheet: &SpreadsheetId,
        ranges: &[String],
        fields: &str,
        decode: impl FnOnce(api::Spreadsheet) -> Option<T>,
    ) -> Result<T, SheetsError> {
        let mut delegate = self.open(Kind::Read, spreadsheet).await?;
        let call = self.0.sheets.spreadsheets().get(&spreadsheet.0);
        let call = ranges
            .iter()
            .fold(call, |call, range| call.add_ranges(range))
            .param("fields", fields)
            .add_scope(Scope::Spreadsheet)
            .delegate(&mut delegate);
        let answer = self.wait(Kind::Read, call.doit()).await;
        self.close(&delegate, answer, decode)
    }

    /// Asks for the cells of ranges, each answered in its place.
    pub(super) async fn cells<T>(
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
        let call = self
            .0
            .sheets
            .spreadsheets()
            .values_batch_get(&spreadsheet.0);
        let call = ranges
            .iter()
            .fold(call, |call, range| call.add_ranges(range))
            .major_dimension("COLUMNS")
            .value_render_option(rendering)
            .date_time_render_option("SERIAL_NUMBER")
            .add_scope(Scope::Spreadsheet)
            .delegate(&mut delegate);
        let answer = self.wait(Kind::Read, call.doit()).await;
        self.close(&delegate, answer, |answer| decode(answer, ranges.len()))
    }

    /// Has a spreadsheet changed.
    pub(super) async fn update<T>(
        &self,
        spreadsheet: &SpreadsheetId,
        request: api::BatchUpdateSpreadsheetRequest,
        fields: &str,
        decode: impl FnOnce(api::BatchUpdateSpreadsheetResponse) -> Option<T>,
    ) -> Result<T, SheetsError> {
        let mut delegate = self.open(Kind::Write, spreadsheet).await?;
        let call = self
            .0
            .sheets
            .spreadsheets()
            .batch_update(request, &spreadsheet.0);
        let call = call
            .param("fields", fields)
            .add_scope(Scope::Spreadsheet)
            .delegate(&mut delegate);
        let answer = self.wait(Kind::Write, call.doit()).await;
        self.close(&delegate, answer, decode)
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
}

/// What the library answers.
type Answer<T> = common::Result<(common::Response, T)>;

pub(super) struct ClientState {
    pub(super) sheets: Sheets<Connector>,
    pub(super) tokens: Tokens,
    pub(super) quota: Mutex<QuotaWindow>,
    pub(super) health: Mutex<Health>,
    pub(super) timeouts: Timeouts,
    /// Every write is refused here.
    pub(super) reads_only: bool,
}

impl ClientState {
    // Quota and health are whole after each statement, so a panic elsewhere leaves nothing half done.
    pub(super) fn quota(&self) -> MutexGuard<'_, QuotaWindow> {
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

/// Whether an id can be in a path: the library does not encode it.
fn is_plain(spreadsheet: &SpreadsheetId) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !spreadsheet.0.is_empty() && spreadsheet.0.bytes().all(plain)
}
