//! The operator's room: whatever answers or informs the one who runs the service.
//!
//! Invariant: it only reads and tells; what changes something goes through the journal as an event.

mod backup;
pub mod chat_text;
pub mod chat_trial;
pub mod checkup;
pub mod foresight;
pub mod journal_alert;
mod levels;
pub mod listener;
pub mod metrics;
mod persons;
mod refused;
mod reply;
mod report;
pub mod requests;
mod socket;
pub mod state_tab;
pub mod verdict;
mod webhook_status;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::{sync::watch, time::Instant};

use self::levels::Levels;
pub use self::{
    backup::{BackupError, backup},
    reply::{ConsoleReply, Person, RefusedDelivery, UnknownDelivery},
    report::{BroadcastReport, LookStatus, StatusReport, TelegramStatus},
    socket::{AdminError, ask},
    webhook_status::WebhookStatus,
};
use crate::{
    clock,
    config::Settings,
    domain::{
        event::{Command, Event},
        rules::Rules,
        wording::{FailureNote, Note, cause},
    },
    journal::{Journal, Snapshot, StoreError},
    sheets::{client::SheetsClient, sync::SyncStatus, work_gate::WorkGate},
    shutdown::Shutdown,
    supervisor::Supervisor,
    telegram::client::BotClient,
};

/// What the operator asks, and what tells the operator: the parts of the running service that it needs.
pub struct Console {
    /// The settings.
    pub settings: Arc<Settings>,
    /// What decisions depend on.
    pub rules: Rules,
    /// The journal.
    pub journal: Journal,
    /// Telegram.
    pub telegram: BotClient,
    /// Google Sheets.
    pub sheets: SheetsClient,
    /// How the synchronisers get on.
    pub sync_statuses: Vec<watch::Receiver<SyncStatus>>,
    /// Stops the synchronisers for a moment.
    pub work_gate: Arc<WorkGate>,
    /// The loops.
    pub supervisor: Supervisor,
    /// The stop.
    pub shutdown: Shutdown,
    /// Since when the service runs.
    pub started: Instant,
    /// What was noted since then.
    pub noted: Noted,
}

impl Console {
    /// Has the journal take in a command.
    pub(super) async fn apply(&self, command: Command) -> Result<(), StoreError> {
        self.journal.apply(vec![Event::Admin(command)]).await
    }

    /// The same at the wish of the operator, who is told why it does not work.
    pub(super) async fn carry_out(&self, command: Command) -> Result<(), String> {
        self.apply(command).await.map_err(|error| match &error {
            StoreError::Disk(words) => self.fails(FailureNote::Store(&self.caused_by(words))),
            StoreError::Closed => self.fails(FailureNote::Closed),
            StoreError::Busy => self.fails(FailureNote::Busy),
        })
    }

    /// What the journal holds; that it cannot be read is no answer of the kind "there is nothing".
    pub(super) fn read<T>(&self, of: impl FnOnce(&Snapshot) -> T) -> Result<T, String> {
        let snapshot = self.journal.snapshot();
        let read = of(&snapshot);
        if snapshot.intact() {
            return Ok(read);
        }
        Err(self.unread())
    }

    /// Why the last commit failed, and what to do.
    fn failure(&self) -> Option<String> {
        let words = self.journal.failure();
        words.map(|words| self.caused_by(&words))
    }

    /// What the system says, in words of ours where it is known.
    fn caused_by(&self, words: &str) -> String {
        let wording = &self.rules.wording;
        wording.tell(wording.language(), &cause(words))
    }

    /// That the journal cannot be read as a whole, and why.
    fn unread(&self) -> String {
        let failure = self.failure();
        let why = failure.unwrap_or_else(|| self.fails(FailureNote::SeeLog));
        self.fails(FailureNote::Unread(&why))
    }

    /// Why something does not work, in words.
    fn fails(&self, note: FailureNote<'_>) -> String {
        self.rules.wording.note(Note::Failure(note))
    }
}

/// What is known of the time since the start alone.
#[derive(Default)]
pub struct Noted {
    /// What Telegram says of the webhook.
    pub webhook: WebhookStatus,
    /// One check at a time: what another has found meanwhile must not be taken for mended.
    checks: tokio::sync::Mutex<()>,
    /// When the spreadsheet's script last called.
    pushed: Mutex<Option<Timestamp>>,
    /// What the journal told when it could last be read, and when that was.
    levels: Mutex<Option<(Levels, Instant)>>,
}

impl Noted {
    /// The spreadsheet's script has called.
    pub fn push(&self) {
        *self.pushed.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock::now());
    }

    /// When the spreadsheet's script last called, if it has since the start.
    fn pushed(&self) -> Option<Timestamp> {
        *self.pushed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
