//! The journal: the durable truth, behind a small API; one owner, one writer thread, group commit.
//!
//! Invariant: nothing is acknowledged, sent or written to a sheet before the commit that says so.

mod apply;
mod clock_shift;
mod copy;
mod dirty;
mod disk;
mod erase;
mod error;
mod executor;
mod inbox;
mod intent;
mod keys;
mod memory;
mod mixed;
mod nudges;
mod outbox;
mod queue;
mod records;
mod recovery;
mod remedy;
pub mod replay;
mod restore;
mod retention;
mod signals;
mod snapshot;
mod store;
#[cfg(test)]
mod tests;
mod tokens;
mod transaction;
mod view;
mod writer;

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{Semaphore, oneshot},
    time::{sleep, timeout},
};

pub(crate) use self::remedy::with_remedy;
pub use self::{
    copy::{ClosedJournal, Copied, CopyError, CopySource, NewCopy},
    disk::DATA_FILE,
    intent::{Exchanged, Intent, Touched},
    memory::MemoryJournal,
    nudges::{Marked, Nudges},
    remedy::exposed,
    restore::{RestoreError, RestoreReport, restore},
    signals::{BestEffort, Signals},
    snapshot::{Figures, SetAside, Snapshot},
    store::MemoryStore,
};
use self::{
    disk::{Disk, OpenDatabase, Unopened},
    error::TableError,
    executor::{Decide, Executor},
    queue::{CAPACITY, Request, WriterCommand},
    writer::Writer,
};
use crate::domain::{
    decide::decide,
    effect::OutboxEntry,
    event::Event,
    ids::{BatchToken, OutboxId, Seq, SpreadsheetId},
    rules::Rules,
    wording::AsideNote,
};

/// How long a caller waits for a permit of the queue; Telegram repeats a refused update at once, so a longer wait gains nothing.
const BUSY_AFTER: Duration = Duration::from_secs(1);
/// Closing takes no longer; a service manager kills what does not end, and the next start recovers.
const CLOSE_WITHIN: Duration = Duration::from_millis(600);
/// The rest before another try to read a file that is being opened again.
const READ_AGAIN: Duration = Duration::from_millis(200);
/// Events that are stored in one commit at most; a first read of a large sheet brings tens of thousands.
const EVENTS_AT_ONCE: usize = 500;

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
    /// The file does not hold what was written to it.
    #[error(
        "the journal in {0} is damaged ({1}), so nothing is started on it. Put the newest copy back: sheetdesk restore FILE (copies are made by sheetdesk backup); the damaged journal is kept aside"
    )]
    Damaged(String, String),
    /// There was a journal, and its file is empty or gone.
    #[error(
        "there was a journal in {0}, and its file {DATA_FILE} is {1}. Put the newest copy back: sheetdesk restore FILE. Only if it is to begin anew, without partners and appeals: remove {DATA_FILE} and journal.lock from that directory"
    )]
    Gone(String, &'static str),
    /// The directory or the file cannot be used.
    #[error("the journal in {0} cannot be opened: {with_help}", with_help = with_remedy(.1))]
    Unusable(String, String),
}

impl OpenError {
    fn of(dir: &Path, unopened: Unopened) -> Self {
        let dir = dir.display().to_string();
        match unopened {
            Unopened::Owned => Self::Owned(dir),
            Unopened::Gone(how) => Self::Gone(dir, how),
            Unopened::Damaged(TableError::Damaged(words)) => Self::Damaged(dir, words),
            Unopened::Damaged(error) => Self::Unusable(dir, error.to_string()),
            Unopened::Unusable(words) => Self::Unusable(dir, words),
        }
    }
}

/// Why a stored raw record cannot be turned into an event: what is wrong, and with which part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecodable {
    /// It is no JSON object.
    NoObject(String),
    /// It is not there.
    Missing(String),
    /// It is something else than the protocol says.
    Unlike(String),
    /// The record was not stored as it came, in the words of our own code.
    Damaged(String),
}

impl Undecodable {
    /// As people are told.
    #[must_use]
    pub fn note(&self) -> AsideNote<'_> {
        match self {
            Self::NoObject(field) => AsideNote::NoObject(field),
            Self::Missing(field) => AsideNote::Missing(field),
            Self::Unlike(field) => AsideNote::Unlike(field),
            Self::Damaged(words) => AsideNote::Unusable(words),
        }
    }
}

/// Turns a stored raw update into an event; given by `app`, so that the journal knows no protocol.
pub type Interpret = Arc<dyn Fn(&[u8]) -> Result<Event, Undecodable> + Send + Sync>;

/// The journal's handle; cheap to clone. While any handle lives, so does the writer.
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
}

/// What the handles share.
struct Shared {
    disk: Arc<Disk>,
    signals: Arc<Signals>,
    queue: Sender<WriterCommand>,
    permits: Arc<Semaphore>,
    thread: Mutex<Option<(JoinHandle<()>, oneshot::Receiver<()>)>>,
}

/// The parts of the writer; tests supply a storage and rules of their own.
struct Parts {
    lock: File,
    open: OpenDatabase,
    rules: Rules,
    interpret: Interpret,
    decide: Decide,
    signals: Signals,
}

impl Journal {
    /// Opens or creates the journal in a directory, recovers what a crash left, and starts the writer thread.
    /// It blocks while it recovers: a tenth of a second after a kill, longer only where much is left to decide.
    ///
    /// # Errors
    /// When another process owns the directory, or it cannot be used.
    pub fn open(
        dir: &Path,
        rules: Rules,
        interpret: Interpret,
        signals: Signals,
    ) -> Result<Self, OpenError> {
        Self::start(
            dir,
            Parts {
                lock: disk::own(dir)?,
                open: disk::in_directory(dir),
                rules,
                interpret,
                decide: |rules, view, seq, event, now| decide(rules, view, seq, event, now),
                signals,
            },
        )
    }

    /// Stores a raw record once; returns after the fsync. It is decided soon after.
    ///
    /// # Errors
    /// When it is not stored.
    pub async fn accept(&self, key: DedupKey, raw: Bytes) -> Result<Accepted, StoreError> {
        self.ask((key, raw), WriterCommand::Accept).await
    }

    /// Stores and decides events in order; returns when all are decided and committed. Many events take several commits,
    /// with other callers' between them. What is stored is waited for, also while the disk refuses the decision's commit.
    ///
    /// # Errors
    /// When they are not all stored; some may be, and repeating all does no harm.
    pub async fn apply(&self, events: Vec<Event>) -> Result<(), StoreError> {
        let mut events = events.into_iter();
        loop {
            let some: Vec<Event> = events.by_ref().take(EVENTS_AT_ONCE).collect();
            if some.is_empty() {
                return Ok(());
            }
            self.ask(some, WriterCommand::Apply).await?;
        }
    }

    /// Claims waiting messages for sending (waiting → sending); those no longer waiting are left out of the answer.
    ///
    /// # Errors
    /// When the claim is not stored: then nothing may be sent.
    pub async fn claim(&self, ids: Vec<OutboxId>) -> Result<Vec<OutboxEntry>, StoreError> {
        self.ask(ids, WriterCommand::Claim).await
    }

    /// Commits what is about to be written, under a token of its own. The intent goes with the `Wrote` event that bears its token.
    ///
    /// # Errors
    /// When it is not stored: then nothing may be written.
    pub async fn intend(
        &self,
        spreadsheet: SpreadsheetId,
        touched: Vec<Touched>,
    ) -> Result<Intent, StoreError> {
        self.ask((spreadsheet, touched), WriterCommand::Intend)
            .await
    }

    /// Forgets tokens that were removed from the spreadsheet.
    ///
    /// # Errors
    /// When it is not stored: then they are offered for removal again.
    pub async fn forget_tokens(
        &self,
        spreadsheet: SpreadsheetId,
        ids: Vec<BatchToken>,
    ) -> Result<(), StoreError> {
        self.ask((spreadsheet, ids), WriterCommand::Forget).await
    }

    /// The committed state, as of now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::on(Arc::clone(&self.shared.disk))
    }

    /// Reads from the committed state. A record that cannot be understood is taken for none.
    ///
    /// # Errors
    /// The file could not be read: what seems absent may be there.
    pub fn try_read<T>(&self, of: impl FnOnce(&Snapshot) -> T) -> Result<T, StoreError> {
        let snapshot = self.snapshot();
        let read = of(&snapshot);
        snapshot.readable()?;
        Ok(read)
    }

    /// [`Journal::try_read`] as soon as the file can be read: for callers that would take an absence for a beginning.
    /// The caller bounds the wait.
    pub async fn read<T>(&self, of: impl Fn(&Snapshot) -> T) -> T {
        loop {
            if let Ok(read) = self.try_read(&of) {
                return read;
            }
            sleep(READ_AGAIN).await;
        }
    }

    /// Hints of changes.
    #[must_use]
    pub fn signals(&self) -> &Signals {
        &self.shared.signals
    }

    /// Whether the last commit succeeded and nothing read since looks damaged.
    #[must_use]
    pub fn healthy(&self) -> bool {
        self.failure().is_none() && !self.shared.disk.is_suspect()
    }

    /// Why the last commit failed, for the operator, not for a log or a client; `None` while commits succeed.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.shared.disk.failure()
    }

    /// Whether the writer runs: then it answers, even while the disk refuses, as soon as it has finished what it has in
    /// hand. One that hangs leaves its caller waiting, one that has ended does not.
    pub async fn answers(&self) -> bool {
        let (responder, answer) = oneshot::channel();
        let asked = self.shared.queue.send(WriterCommand::Ping(responder));
        asked.is_ok() && answer.await.is_ok()
    }

    /// Commits pending work and releases the directory; other handles are closed with this one.
    pub async fn close(self) {
        self.shared.permits.close();
        // A writer that has ended already needs no word.
        let _ = self.shared.queue.send(WriterCommand::Close);
        let thread = self.shared.thread.lock();
        let thread = thread.unwrap_or_else(PoisonError::into_inner).take();
        let Some((thread, ended)) = thread else {
            return;
        };
        match timeout(CLOSE_WITHIN, ended).await {
            // The thread's last act was to say so, so joining takes no time.
            Ok(_) => drop(thread.join()),
            Err(_) => tracing::error!(
                "the journal's writer has not ended in time; the next start recovers"
            ),
        }
    }

    fn start(dir: &Path, parts: Parts) -> Result<Self, OpenError> {
        let unusable = |words: String| OpenError::Unusable(dir.display().to_string(), words);
        let disk = Disk::new(parts.open).map_err(|unopened| OpenError::of(dir, unopened))?;
        let (disk, signals) = (Arc::new(disk), Arc::new(parts.signals));
        let (queue, questions) = channel();
        let executor = Executor::new(parts.rules, parts.interpret, parts.decide);
        let writer = Writer::new(
            Arc::clone(&disk),
            Arc::clone(&signals),
            executor,
            questions,
            parts.lock,
        );
        let writer = writer.map_err(|error| match error {
            TableError::Damaged(words) => OpenError::Damaged(dir.display().to_string(), words),
            other @ (TableError::Disk(_) | TableError::Record(_)) => unusable(other.to_string()),
        })?;
        let (end, ended) = oneshot::channel();
        let watched = Arc::clone(&disk);
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| writer.run())).is_err() {
                    tracing::error!("the journal's writer ended in a panic");
                    watched.failed("the journal's writer has ended");
                }
                // Nobody may be waiting for it.
                let _ = end.send(());
            });
        let thread = thread.map_err(|error| unusable(error.to_string()))?;
        Ok(Self {
            shared: Arc::new(Shared {
                disk,
                signals,
                queue,
                permits: Arc::new(Semaphore::new(CAPACITY)),
                thread: Mutex::new(Some((thread, ended))),
            }),
        })
    }

    /// Puts a question to the writer and waits for its answer.
    async fn ask<Q, A>(
        &self,
        payload: Q,
        message: fn(Request<Q, A>) -> WriterCommand,
    ) -> Result<A, StoreError> {
        if let Some(words) = self.shared.disk.failure() {
            return Err(StoreError::Disk(words));
        }
        let permit = Arc::clone(&self.shared.permits).acquire_owned();
        let permit = timeout(BUSY_AFTER, permit)
            .await
            .map_err(|_| StoreError::Busy)?
            .map_err(|_| StoreError::Closed)?;
        let (responder, answer) = oneshot::channel();
        let request = Request {
            payload,
            responder,
            permit,
        };
        let asked = self.shared.queue.send(message(request));
        asked.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}
