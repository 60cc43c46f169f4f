//! The file on the disk: opened by one owner, opened again after a failure.
//!
//! Invariant: after a failed commit nothing is assumed of it; the file is closed, and what it then holds is the truth. Whenever it is opened,
//! every page is read against its checksum first: what is damaged, emptied or gone is said, never worked with and never made anew.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard},
};

use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageError};
use tempfile::NamedTempFile;

use super::{
    OpenError,
    error::{Result, TableError},
    store::{
        ReadTables, WriteTables,
        file::{self, guarded},
    },
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

/// What the lock holds once there is a journal beside it; locks of earlier versions are empty until the next start.
const USED: &[u8] = b"a journal belongs to this lock\n";

/// How the database is opened, at the start and after a failure.
pub(super) type OpenDatabase = Box<dyn Fn(&Builder) -> Result<Database, Unopened> + Send + Sync>;
/// The database, which is away for a while after a failure.
pub(super) struct Disk {
    open: OpenDatabase,
    database: RwLock<Option<Database>>,
    failure: Mutex<Option<String>>,
    suspicion: Mutex<Option<String>>,
}

/// Why the database is not open.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unopened {
    /// Another process has it open.
    #[error("another process has it open")]
    Owned,
    /// There was a journal, and its file is empty or gone.
    #[error(
        "{DATA_FILE} is {0}, although there was a journal; stop the service and put a copy back: sheetdesk restore FILE"
    )]
    Gone(&'static str),
    /// The file does not hold what was written to it.
    #[error(transparent)]
    Damaged(TableError),
    /// Anything else.
    #[error("{0}")]
    Unusable(String),
}

/// Makes the directory if need be and becomes its owner for as long as the returned file is open.
pub(super) fn own(dir: &Path) -> Result<File, OpenError> {
    let unusable =
        |error: io::Error| OpenError::Unusable(dir.display().to_string(), error.to_string());
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

/// Opens the data file in a directory, and makes it where there never was one.
pub(super) fn in_directory(dir: &Path) -> OpenDatabase {
    let (path, lock) = (dir.join(DATA_FILE), dir.join(LOCK_FILE));
    Box::new(move |builder| {
        match length(&path)? {
            Some(0) => return Err(Unopened::Gone("empty")),
            None if length(&lock)?.is_some_and(|length| length > 0) => {
                return Err(Unopened::Gone("missing"));
            }
            None => create(builder, &path)?,
            Some(_) => {}
        }
        let database = checked(builder, &path)?;
        mark_used(&lock)?;
        Ok(database)
    })
}

/// Opens a file once every page of it has been read against its checksum.
pub(super) fn checked(builder: &Builder, path: &Path) -> Result<Database, Unopened> {
    let opened = guarded(|| {
        Ok(builder.open(path).and_then(|mut database| {
            // What is untrue then are redb's own notes on free pages, and they are right again.
            if !database.check_integrity()? {
                tracing::warn!(
                    "the journal's file was not in good order; every record in it is whole"
                );
            }
            Ok(database)
        }))
    });
    Ok(opened.map_err(Unopened::Damaged)??)
}

/// Makes an empty journal: whole under its name, or not there.
fn create(builder: &Builder, path: &Path) -> Result<(), Unopened> {
    let file = beside(path)?;
    let database = builder.create(file.path())?;
    let closed = database.close();
    closed.map_err(|error| Unopened::Unusable(error.to_string()))?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    sync_directory_of(path)?;
    // The directory itself may be new; whoever may not read its parent found it there.
    let _ = path.parent().map(sync_directory_of);
    Ok(())
}

/// From now on a journal that is not there is a loss, not a beginning.
fn mark_used(lock: &Path) -> io::Result<()> {
    let mut lock = private_file(lock)?;
    if lock.metadata()?.len() == 0 {
        lock.write_all(USED)?;
        lock.sync_all()?;
    }
    Ok(())
}

fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Runs work in one transaction, which is committed if anything was changed.
pub(super) fn transact<T, E: From<TableError>>(
    db: &Database,
    work: impl FnOnce(&mut WriteTables<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let tx = guarded(|| Ok(db.begin_write()?))?;
    let mut tables = guarded(|| file::open_for_writing(&tx))?;
    let done = work(&mut tables);
    let changed = tables.changed();
    drop(tables);
    match done {
        Ok(done) if changed => {
            guarded(|| Ok(tx.commit()?))?;
            Ok(done)
        }
        Ok(done) => {
            guarded(|| Ok(tx.abort()?))?;
            Ok(done)
        }
        Err(error) => {
            // An abort that fails leaves the work's own error as the one to tell.
            let _ = guarded(|| Ok(tx.abort()?));
            Err(error)
        }
    }
}

impl From<DatabaseError> for Unopened {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen => Self::Owned,
            DatabaseError::Storage(StorageError::Io(error)) => Self::from(error),
            // A file of an unknown format is none that this program wrote.
            DatabaseError::Storage(_)
            | DatabaseError::UpgradeRequired(_)
            | DatabaseError::RepairAborted => Self::Damaged(TableError::Damaged(error.to_string())),
            other => Self::Unusable(other.to_string()),
        }
    }
}

impl From<io::Error> for Unopened {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // The file is shorter than it says, or none of redb's.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                Self::Damaged(TableError::Damaged(error.to_string()))
            }
            _ => Self::Unusable(error.to_string()),
        }
    }
}

impl From<Unopened> for TableError {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::Damaged(error) => error,
            other @ (Unopened::Owned | Unopened::Gone(_) | Unopened::Unusable(_)) => {
                Self::Disk(other.to_string())
            }
        }
    }
}

impl Disk {
    /// Opens the database.
    pub(super) fn new(open: OpenDatabase) -> Result<Self, Unopened> {
        let opened = guarded(|| Ok(open(&builder())));
        let database = opened.map_err(Unopened::Damaged)??;
        Ok(Self {
            open,
            database: RwLock::new(Some(database)),
            failure: Mutex::new(None),
            suspicion: Mutex::new(None),
        })
    }

    /// Works with the database, if it is there.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T>) -> Result<T> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let closed = || TableError::Disk("the file is closed".to_owned());
        work(database.as_ref().ok_or_else(closed)?)
    }

    /// The committed state.
    pub(super) fn read_tables(&self) -> ReadTables {
        self.with(|db| guarded(|| file::open_for_reading(&db.begin_read()?)))
            .unwrap_or_else(ReadTables::closed)
    }

    /// Closes the database and opens it again.
    pub(super) fn reopen(&self) -> Result<()> {
        self.close();
        let database = guarded(|| Ok((self.open)(&builder())?))?;
        *self.database_slot() = Some(database);
        Ok(())
    }

    /// Closes the database; snapshots that are still held read nothing more from the file.
    pub(super) fn close(&self) {
        let database = self.database_slot().take();
        let closed = database.map(|database| guarded(|| Ok(database.close()?)));
        if let Some(Err(error)) = closed {
            tracing::warn!(error = %error, "the journal's file was not closed cleanly");
        }
    }

    /// The last failure, until a commit succeeds.
    pub(super) fn failure(&self) -> Option<String> {
        self.failure_slot().clone()
    }

    /// A reader met what looks like damage: the writer closes the file and looks at all of it before it goes on.
    pub(super) fn suspect(&self, words: &str) {
        *self.suspicion_slot() = Some(words.to_owned());
    }

    /// Whether somebody suspects damage that nobody has looked into yet.
    pub(super) fn is_suspect(&self) -> bool {
        self.suspicion_slot().is_some()
    }

    /// The suspicion, for the writer to check.
    pub(super) fn take_suspicion(&self) -> Option<String> {
        self.suspicion_slot().take()
    }

    /// A commit failed.
    pub(super) fn failed(&self, words: &str) {
        *self.failure_slot() = Some(words.to_owned());
    }

    /// A commit succeeded; tells whether it is the first since a failure.
    pub(super) fn succeeded(&self) -> bool {
        self.failure_slot().take().is_some()
    }

    fn database_slot(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        let slot = self.database.write();
        slot.unwrap_or_else(PoisonError::into_inner)
    }

    fn suspicion_slot(&self) -> MutexGuard<'_, Option<String>> {
        let slot = self.suspicion.lock();
        slot.unwrap_or_else(PoisonError::into_inner)
    }

    fn failure_slot(&self) -> MutexGuard<'_, Option<String>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A file that only its owner can read, in the directory of another.
pub(super) fn beside(target: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".sheetdesk-")
        .tempfile_in(directory_of(target))
}

/// Makes a change of names last.
pub(super) fn sync_directory_of(target: &Path) -> io::Result<()> {
    File::open(directory_of(target))?.sync_all()
}

fn directory_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}
