//! What the routes need of the service behind them.
//!
//! Invariant: whatever is not `async` here returns at once.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    domain::{
        files::{FileId, Links},
        ids::{Number, SpreadsheetId},
        message::Attachment,
        wording::Wording,
    },
    health::Health,
    journal::{Accepted, DedupKey, StoreError},
    secret::Secret,
};

use super::signature::SigningKey;

/// The service behind the routes.
pub trait Backend: Send + Sync + 'static {
    /// The wall clock.
    fn now(&self) -> Timestamp;
    /// Stores a raw update; resolves after the fsync.
    fn accept(
        &self,
        key: DedupKey,
        raw: Bytes,
    ) -> impl Future<Output = Result<Accepted, StoreError>> + Send;
    /// The id of an update that is not JSON, where it states one.
    fn id_of_broken(&self, raw: &[u8]) -> Option<i64>;
    /// Passes on that somebody has typed in a sheet.
    fn nudge(&self, nudge: &Nudge) -> Resolved;
    /// Has the promotions read soon.
    fn nudge_promotions(&self);
    /// Finds a file and opens it at its source.
    fn open_file(
        &self,
        file: FileId,
    ) -> impl Future<Output = Result<OpenedFile, Unavailable>> + Send;
    /// Where the row of an appeal stands, as an address.
    fn row_address(&self, number: Number) -> String;
    /// The state of the parts, now.
    fn readiness(&self) -> Readiness;
}

/// Who is let in by what.
pub struct Access {
    /// For Telegram's updates; `None` in polling mode.
    pub telegram: Option<WebhookAccess>,
    /// What the sheets' scripts sign with.
    pub sheets: SigningKey,
    /// Checks links to files and rows; `None` if none were ever made.
    pub files: Option<Links>,
    /// What people are told whose link does not work.
    pub wording: Wording,
    /// What the predecessor's script sends as `X-Webhook-Secret`; `None` where its push is off.
    pub promotions: Option<Secret>,
}

/// Who may bring updates, and for whom they are.
pub struct WebhookAccess {
    /// Our bot's id: updates are counted per bot.
    pub bot: i64,
    /// What `setWebhook` was given as `secret_token`.
    pub secret: Secret,
}

/// Something was edited here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Nudge {
    /// The spreadsheet.
    pub spreadsheet_id: SpreadsheetId,
    /// The tab, by its name as people see it.
    pub tab: String,
}

/// Whether a nudge concerns us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// One of our tabs: it will be looked at.
    Known,
    /// Not a tab of ours; scripts are copied along with spreadsheets, so this is no fault.
    Unknown,
}

/// A file on its way.
pub struct OpenedFile {
    /// What it is.
    pub attachment: Attachment,
    /// How long it is, in bytes, if that is known.
    pub length: Option<u64>,
    /// Its bytes; an error ends the connection, so that nobody takes a part for the whole.
    pub bytes: BoxStream<'static, Result<Bytes, std::io::Error>>,
}

/// Why a file does not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Its source does not have it any more.
    Gone,
    /// Its source does not answer.
    Later,
}

/// The phase of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicePhase {
    /// Not everything runs yet.
    Starting,
    /// At work.
    Running,
    /// Asked to stop.
    Stopping,
}

/// The state of the parts at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// The phase of the service.
    pub phase: ServicePhase,
    /// Whether the journal can store.
    pub storing: bool,
    /// Telegram, as the delivery sees it.
    pub telegram: Health,
    /// Google Sheets, as the synchronisers see it.
    pub sheets: Health,
    /// Until when Telegram wants silence, as people read it.
    pub silent_until: Option<String>,
    /// The tabs that cannot be used, by their names in the settings.
    pub tabs_down: Vec<String>,
}

/// What every route of the outside works with.
pub(super) struct RouterState<B> {
    pub(super) access: Access,
    pub(super) backend: Arc<B>,
}
