//! The journal: the durable truth, behind a small API; one owner, one writer thread, group commit.
//!
//! Invariant: nothing is acknowledged, sent or written to a sheet before the commit that says so.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, mpsc};

use crate::domain::{
    appeal::{Appeal, Line},
    effect::OutboxEntry,
    event::Event,
    ids::{AppealId, CallbackId, ChatId, FenceId, Number, OutboxId, PartnerCode, RowKey, Seq, SpreadsheetId},
    partner::Partner,
    rules::Rules,
    session::Session,
    tab::{Tab, TabState},
    view::View,
};

/// What makes an incoming record the same as one that came before.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DedupKey {
    /// Telegram's bot id: another bot counts its updates anew.
    pub bot: i64,
    /// Telegram's update id.
    pub update: i64,
}

/// What became of an incoming record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Stored now.
    Stored(Seq),
    /// Stored before; nothing is done twice.
    Duplicate,
}

/// The journal cannot store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk refused (full, read-only, broken); the caller answers 503 and tries again later.
    #[error("the journal cannot store: {0}")]
    Disk(String),
    /// The service is stopping.
    #[error("the journal is closed")]
    Closed,
    /// More is waiting than the queue holds.
    #[error("too much is waiting to be stored")]
    Busy,
}

/// The journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process owns the data directory.
    #[error(
        "another Sheetdesk is already working with {0}; stop it first, or give this one a data directory of its own (SHEETDESK_DATA_DIR)"
    )]
    Owned(String),
    /// The directory or the file cannot be used.
    #[error("the journal in {0} cannot be opened: {1}")]
    Unusable(String, String),
}

/// A stored raw record could not be turned into an event; quarantined with this reason for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable(pub String);

/// Turns a stored raw update into an event; given by `app`, so that the journal knows no protocol.
pub type Interpret = Arc<dyn Fn(&[u8]) -> Result<Event, Undecodable> + Send + Sync>;

/// What is about to be written to a sheet: committed before the call, so that a crash in its middle can be resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Where.
    pub spreadsheet: SpreadsheetId,
    /// The batch's fence.
    pub fence: FenceId,
    /// The rows that the batch touches.
    pub keys: Vec<RowKey>,
    /// When it was committed.
    pub at: Timestamp,
}

/// Hints of what has changed; each may be merged with others or lost at a crash, since the state itself tells.
pub struct Signals {
    /// Messages wait in the outbox.
    pub outbox: Notify,
    /// Rows are dirty.
    pub dirty: Notify,
    /// A decision asks for a look; bounded, extra nudges are merged by the desk.
    pub looks: mpsc::Sender<Tab>,
    /// Pressed buttons to acknowledge; bounded, lost when full (Telegram forgets them too).
    pub buttons: mpsc::Sender<CallbackId>,
}

/// The journal's handle; cheap to clone.
#[derive(Clone)]
pub struct Journal {
    signals: Arc<Signals>,
}

impl Journal {
    /// Opens or creates the journal in a directory, recovers what a crash left, and starts the writer thread.
    ///
    /// # Errors
    /// When another process owns the directory, or it cannot be used.
    pub fn open(dir: &Path, rules: Rules, interpret: Interpret, signals: Signals) -> Result<Self, OpenError> {
        let _ = (dir, rules, interpret);
        Ok(Self {
            signals: Arc::new(signals),
        })
    }

    /// Stores a raw record once; returns after the fsync. It is decided soon after.
    ///
    /// # Errors
    /// When it is not stored.
    pub async fn accept(&self, key: DedupKey, raw: Bytes) -> Result<Accepted, StoreError> {
        let _ = (key, raw);
        Err(StoreError::Closed)
    }

    /// Stores and decides events in order; returns when all are decided and committed.
    ///
    /// # Errors
    /// When they are not stored.
    pub async fn apply(&self, events: Vec<Event>) -> Result<(), StoreError> {
        let _ = events;
        Err(StoreError::Closed)
    }

    /// Claims waiting messages for sending (waiting → sending); those no longer waiting are left out of the answer.
    ///
    /// # Errors
    /// When the claim is not stored: then nothing may be sent.
    pub async fn claim(&self, ids: Vec<OutboxId>) -> Result<Vec<OutboxEntry>, StoreError> {
        let _ = ids;
        Err(StoreError::Closed)
    }

    /// Commits what is about to be written, under a fence of its own. The intent goes with the `Wrote` event that bears its fence.
    ///
    /// # Errors
    /// When it is not stored: then nothing may be written.
    pub async fn intend(&self, spreadsheet: SpreadsheetId, keys: Vec<RowKey>) -> Result<Intent, StoreError> {
        let _ = (spreadsheet, keys);
        Err(StoreError::Closed)
    }

    /// Forgets fences that were removed from the spreadsheet.
    ///
    /// # Errors
    /// When it is not stored: then they are offered for removal again.
    pub async fn forget_fences(&self, spreadsheet: SpreadsheetId, ids: Vec<FenceId>) -> Result<(), StoreError> {
        let _ = (spreadsheet, ids);
        Err(StoreError::Closed)
    }

    /// The committed state, as of now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {}
    }

    /// Hints of changes.
    #[must_use]
    pub fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Whether the last commit succeeded.
    #[must_use]
    pub fn healthy(&self) -> bool {
        true
    }

    /// Commits what is in hand and lets go of the directory.
    pub async fn close(self) {}
}

/// The committed state at one moment; a [`View`].
pub struct Snapshot {}

/// Figures for `status` and the probes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Stored, not decided yet.
    pub inbox_pending: u64,
    /// Set aside with a reason.
    pub inbox_quarantined: u64,
    /// Messages that wait.
    pub outbox_pending: u64,
    /// Messages being sent.
    pub outbox_sending: u64,
    /// Messages whose responses were lost for good.
    pub outbox_unknown: u64,
    /// Messages refused for good.
    pub outbox_failed: u64,
    /// Rows to write.
    pub dirty: u64,
    /// Batches whose outcome is open.
    pub intents: u64,
    /// Answers that wait for `release answers`.
    pub held: u64,
}

impl Snapshot {
    /// Messages that may be sent at `now` or will be later, in the order Talk before Announcement, oldest first; lazily, so that
    /// the delivery loop stops reading when it has enough. Messages being sent are not among them.
    pub fn waiting(&self) -> impl Iterator<Item = OutboxEntry> + '_ {
        std::iter::empty()
    }

    /// Dirty rows with their generation, oldest first, at most `most`.
    #[must_use]
    pub fn dirty(&self, most: usize) -> Vec<(RowKey, Seq)> {
        let _ = most;
        Vec::new()
    }

    /// Batches whose outcome is open.
    #[must_use]
    pub fn intents(&self, spreadsheet: &SpreadsheetId) -> Vec<Intent> {
        let _ = spreadsheet;
        Vec::new()
    }

    /// Fences older than `before` that may be removed from the spreadsheet, oldest first, at most 50.
    #[must_use]
    pub fn old_fences(&self, spreadsheet: &SpreadsheetId, before: Timestamp) -> Vec<FenceId> {
        let _ = (spreadsheet, before);
        Vec::new()
    }

    /// Figures for `status`.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures::default()
    }
}

impl View for Snapshot {
    fn partner(&self, code: &PartnerCode) -> Option<Partner> {
        let _ = code;
        None
    }

    fn session(&self, chat: ChatId) -> Option<Session> {
        let _ = chat;
        None
    }

    fn appeal(&self, id: AppealId) -> Option<Appeal> {
        let _ = id;
        None
    }

    fn numbered(&self, number: Number) -> Option<AppealId> {
        let _ = number;
        None
    }

    fn appeals_of(&self, chat: ChatId, newest: usize) -> Vec<Appeal> {
        let _ = (chat, newest);
        Vec::new()
    }

    fn lines(&self, appeal: AppealId, newest: usize) -> Vec<Line> {
        let _ = (appeal, newest);
        Vec::new()
    }

    fn tab(&self, tab: Tab) -> TabState {
        TabState::new(tab)
    }

    fn outbox(&self, id: &OutboxId) -> Option<OutboxEntry> {
        let _ = id;
        None
    }

    fn held(&self) -> Vec<AppealId> {
        Vec::new()
    }
}
