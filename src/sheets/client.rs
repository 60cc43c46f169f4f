//! The one way to Google Sheets: reads, writes and batch tokens, each with its outcome.
//!
//! Invariant: every call ends within a timeout, is counted in the quota before it is made, and is never repeated here
//! but after a 401, which Google answers before it does anything.

mod call;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use google_sheets4::{Sheets, api};
use hyper_rustls::ConfigBuilderExt as _;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use jiff::Timestamp;
use rustls::{ClientConfig, crypto::ring};

use self::call::ClientState;
use super::{
    a1::a1,
    account_key::{AccountKey, KeyError, web_address},
    dialer::Connector,
    errors,
    quota::{Kind, QuotaLeft},
    replies::{self, styles},
    requests::{self, InvalidChange},
    token::Tokens,
    wire::{
        Batch, Columns, ReadBack, Rendering, SheetId, SheetsError, Span, Structure, StyledCell,
        UnformattedValue, Validation, look::TabLook,
    },
};
use crate::{
    clock,
    domain::ids::{BatchToken, SpreadsheetId},
    health::Health,
    proxies::Proxies,
};

/// A connection that is idle for this long is closed by us; Google closes its own after some minutes, and a request sent at that moment would be lost.
const IDLE: Duration = Duration::from_secs(60);

/// The service account's door to Google Sheets; a cheap handle, one for all spreadsheets.
#[derive(Clone)]
pub struct SheetsClient(Arc<ClientState>);

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
    /// Prepares for calls to `api_url` through `proxies`; calls nobody yet.
    ///
    /// # Errors
    /// The address or the key is unusable, or TLS cannot be set up.
    pub async fn new(
        api_url: &str,
        key: AccountKey,
        timeouts: Timeouts,
        proxies: Proxies,
        now: fn() -> Timestamp,
    ) -> Result<Self, ClientError> {
        let mut base = web_address(api_url).ok_or(ClientError::ApiUrl)?.to_string();
        if !base.ends_with('/') {
            // The library appends paths to it as it is.
            base.push('/');
        }
        let connector = connector(timeouts.connect, proxies)?;
        let tokens = Tokens::new(key, connector.clone(), timeouts.token, now).await?;
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        let mut sheets = Sheets::new(client, tokens.clone());
        sheets.base_url(base.clone());
        sheets.root_url(base);
        Ok(Self(Arc::new(ClientState {
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
        let inner = Arc::get_mut(&mut self.0).expect("a fresh client has one handle");
        inner.reads_only = true;
        self
    }

    /// What a spreadsheet consists of: one read.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn structure(&self, spreadsheet: &SpreadsheetId) -> Result<Structure, SheetsError> {
        let fields = requests::STRUCTURE_FIELDS;
        self.get(spreadsheet, &[], fields, replies::structure).await
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
        let fields = requests::VALIDATION_FIELDS;
        self.get(spreadsheet, ranges, fields, replies::validation)
            .await
    }

    /// What the texts in some cells of one tab look like, each tab by its title: one read, or none without cells.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn styles(
        &self,
        spreadsheet: &SpreadsheetId,
        cells: &[(String, Span)],
    ) -> Result<Vec<StyledCell>, SheetsError> {
        if cells.is_empty() {
            return Ok(Vec::new());
        }
        let range = |(title, span): &(String, Span)| a1(title, *span);
        let ranges: Vec<String> = cells.iter().map(range).collect();
        let fields = requests::STYLE_FIELDS;
        self.get(spreadsheet, &ranges, fields, styles::cells).await
    }

    /// How the tabs of these A1 ranges look: one read, or none without ranges.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn looks(
        &self,
        spreadsheet: &SpreadsheetId,
        ranges: &[String],
    ) -> Result<Vec<(SheetId, TabLook)>, SheetsError> {
        if ranges.is_empty() {
            return Ok(Vec::new());
        }
        let fields = requests::look::LOOK_FIELDS;
        self.get(spreadsheet, ranges, fields, replies::look::looks)
            .await
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
        let decode = |answer| replies::read_back(&batch.changes, answer);
        let fields = requests::fields(batch);
        match self.update(spreadsheet, request, fields, decode).await {
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
        let id = |answer: api::BatchUpdateSpreadsheetResponse| answer.spreadsheet_id;
        self.update(spreadsheet, request, "spreadsheetId", id)
            .await
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
        let free = |answer| (replies::token(&answer)? == id.0).then_some(TokenFate::Accepted);
        let fields = requests::FENCE_FIELDS;
        match self.update(spreadsheet, request, fields, free).await {
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
}

impl From<InvalidChange> for SheetsError {
    fn from(invalid: InvalidChange) -> Self {
        Self::Refused {
            change: invalid.change,
            words: invalid.words.to_owned(),
        }
    }
}

/// Connections over TLS with the machine's certificates, or with Mozilla's where it has none (a bare container); plain HTTP where the address says so.
fn connector(timeout: Duration, proxies: Proxies) -> Result<Connector, ClientError> {
    let tls = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::Tls(error.to_string()))?;
    let tls = match tls.clone().with_native_roots() {
        Ok(tls) => tls,
        Err(_) => tls.with_webpki_roots(),
    };
    Ok(Connector::new(timeout, tls.with_no_client_auth(), proxies))
}

#[cfg(test)]
pub(super) mod tests;
