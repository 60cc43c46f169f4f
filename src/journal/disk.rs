//! The file on the disk: opened by one owner, opened again after a failure.
//!
//! Invariant: after a failed commit nothing is assumed of it; the file is closed, and what it then holds is the truth.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
};

use redb::{Builder, Database, DatabaseError, ReadableDatabase};

use super::{
    OpenError,
    tables::{self, Fault, Frozen, Ledger},
};

/// redb's page cache, in bytes; its own default is a gigabyte.
const CACHE: usize = 16 * 1024 * 1024;
/// Only the owner's account may read partners' data.
const DIRECTORY_MODE: u32 = 0o700;
/// The same for files.
pub(super) const FILE_MODE: u32 = 0o600;
/// The data file's name in the data directory.
pub const DATA_FILE: &str = "journal.redb";
/// The lock's name in the data directory; held also while the data file is being opened again.
pub(super) const LOCK_FILE: &str = "journal.lock";

/// How the database is opened, at the start and after a failure.
pub(super) type OpenDatabase = Box<dyn Fn(&Builder) -> Result<Database, DatabaseError> + Send + Sync>;
/// The database, which is away for a while after a failure.
pub(super) struct Disk {
    open: OpenDatabase,
    database: RwLock<Option<Database>>,
    trouble: Mutex<Option<String>>,
}

/// Makes the directory if need be and becomes its owner for as long as the returned file is open.
pub(super) fn own(dir: &Path) -> Result<File, OpenError> {
    let unusable = |error: io::Error| OpenError::Unusable(dir.display().to_string(), error.to_string());
    DirBuilder::new()
        .recursive(true)
        .mode(DIRECTORY_MODE)
        .create(dir)
        .map_err(unusable)?;
    let lock = private_file(&dir.join(LOCK_FILE)).map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::Owned(dir.display().to_string())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Opens the data file in a directory.
pub(super) fn in_directory(dir: &Path) -> OpenDatabase {
    let path = dir.join(DATA_FILE);
    Box::new(move |builder| {
        drop(private_file(&path)?);
        builder.create(&path)
    })
}

/// Runs work in one transaction, which is committed if anything was changed.
pub(super) fn transact<T, E: From<Fault>>(db: &Database, work: impl FnOnce(&mut Ledger<'_>) -> Result<T, E>) -> Result<T, E> {
    let tx = db.begin_write().map_err(Fault::from)?;
    let mut tables = tables::ledger(&tx)?;
    let done = work(&mut tables);
    let changed = tables.changed();
    drop(tables);
    match done {
        Ok(done) if changed => {
            tx.commit().map_err(Fault::from)?;
            Ok(done)
        }
        Ok(done) => {
            tx.abort().map_err(Fault::from)?;
            Ok(done)
        }
        Err(error) => {
            // An abort that fails leaves the work's own error as the one to tell.
            let _ = tx.abort();
            Err(error)
        }
    }
}

impl Disk {
    /// Opens the database.
    pub(super) fn new(open: OpenDatabase) -> Result<Self, DatabaseError> {
        let database = open(&builder())?;
        Ok(Self {
            open,
            database: RwLock::new(Some(database)),
            trouble: Mutex::new(None),
        })
    }

    /// Works with the database, if it is there.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, Fault>) -> Result<T, Fault> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        work(database.as_ref().ok_or_else(|| Fault::Disk("the file is closed".to_owned()))?)
    }

    /// The committed state.
    pub(super) fn frozen(&self) -> Frozen {
        self.with(|db| tables::frozen(&db.begin_read()?))
            .unwrap_or_else(|fault| Frozen::closed(&fault.to_string()))
    }

    /// Closes the database and opens it again.
    pub(super) fn reopen(&self) -> Result<(), Fault> {
        self.close();
        let database = (self.open)(&builder())?;
        *self.database.write().unwrap_or_else(PoisonError::into_inner) = Some(database);
        Ok(())
    }

    /// Closes the database; snapshots that are still held read nothing more from the file.
    pub(super) fn close(&self) {
        let database = self.database.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(error)) = database.map(Database::close) {
            tracing::warn!(error = %error, "the journal's file was not closed cleanly");
        }
    }

    /// The last failure, until a commit succeeds.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble_slot().clone()
    }

    /// A commit failed.
    pub(super) fn failed(&self, words: &str) {
        *self.trouble_slot() = Some(words.to_owned());
    }

    /// A commit succeeded; tells whether it is the first since a failure.
    pub(super) fn succeeded(&self) -> bool {
        self.trouble_slot().take().is_some()
    }

    fn trouble_slot(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How every file of ours is opened.
pub(super) fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    builder
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(path)
}
