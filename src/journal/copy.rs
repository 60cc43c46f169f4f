//! Copies of the journal: every record of one committed state, written into a file of its own.
//!
//! Invariant: a copy is whole or not there; it appears under its name only after the last byte is on the disk, and never in place of
//! another file. The writer goes on meanwhile: a copy is read in one read transaction.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use redb::{
    Database, Durability, ReadOnlyTable, ReadTransaction, ReadableDatabase as _,
    ReadableTableMetadata as _, TableDefinition, TableHandle as _,
};
use tempfile::NamedTempFile;

use super::{
    Journal, OpenError,
    disk::{self, DATA_FILE, beside, sync_directory_of},
    error::{Result, TableError},
    remedy::with_remedy,
    store::file::{self, Bytes, guarded},
};

/// Records that are written in one transaction, in bytes.
const BATCH: usize = 4 * 1024 * 1024;

/// A copy could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// There is nothing to copy.
    #[error("there is no journal in {0}; name the service's directory by SHEETDESK_DATA_DIR")]
    Missing(PathBuf),
    /// The directory is not ours.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file is there already.
    #[error(
        "{0} is there already and is left as it is; choose another name, or move it away first"
    )]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("{0} cannot be written: {with_help}", with_help = with_remedy(.1))]
    Unwritable(PathBuf, io::Error),
    /// The journal cannot be read.
    #[error("the journal cannot be read: {0}")]
    Unreadable(String),
}

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Records, in all tables.
    pub records: u64,
    /// The file's size.
    pub bytes: u64,
}

/// One committed state, to be copied.
pub struct CopySource {
    tables: Vec<(String, ReadOnlyTable<Bytes, Bytes>)>,
}

/// A journal that nobody works with; while this lives, nobody else can.
pub struct ClosedJournal {
    // Dropped in this order: readers, the file, the directory.
    source: CopySource,
    _database: Database,
    _lock: File,
}

/// A copy in the making; dropped before its end, it leaves nothing behind.
pub struct NewCopy {
    target: PathBuf,
    file: NamedTempFile,
    database: Database,
    batch: Vec<(String, Vec<u8>, Vec<u8>)>,
    gathered: usize,
    records: u64,
}

impl Journal {
    /// The committed state of this moment, to be copied while the journal goes on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn source(&self) -> Result<CopySource, CopyError> {
        let disk = &self.shared.disk;
        Ok(disk.with(|db| CopySource::of(&db.begin_read()?))?)
    }
}

impl ClosedJournal {
    /// The journal in a directory that no service works with.
    ///
    /// # Errors
    /// When there is none, or somebody works with it.
    pub fn open(dir: &Path) -> Result<Self, CopyError> {
        let path = dir.join(DATA_FILE);
        if !path.exists() {
            return Err(CopyError::Missing(dir.to_owned()));
        }
        let lock = disk::own(dir)?;
        let database = disk::checked(&disk::builder(), &path)
            .map_err(|unopened| OpenError::of(dir, unopened))?;
        let read = || guarded(|| CopySource::of(&database.begin_read()?));
        Ok(Self {
            source: read().map_err(CopyError::from)?,
            _database: database,
            _lock: lock,
        })
    }

    /// What it holds.
    #[must_use]
    pub fn source(&self) -> &CopySource {
        &self.source
    }
}

impl CopySource {
    pub(super) fn of(tx: &ReadTransaction) -> Result<Self> {
        let names: Vec<_> = tx.list_tables()?.collect();
        let open = |name: String| Ok((name.clone(), tx.open_table(definition(&name))?));
        let names = names.into_iter().map(|table| table.name().to_owned());
        let tables: Result<Vec<_>> = names.map(open).collect();
        Ok(Self { tables: tables? })
    }

    /// The tables that it has.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|(name, _)| name.as_str())
    }

    /// How many records there are.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn records(&self) -> Result<u64, CopyError> {
        let tables = self.tables.iter();
        let count: Result<u64> = tables.map(|(_, table)| Ok(table.len()?)).sum();
        Ok(count?)
    }

    /// Gives every record, table by table, in the order of the keys, until it is told to stop.
    ///
    /// # Errors
    /// When the file cannot be read, or `take` fails.
    pub fn each<E: From<CopyError>>(
        &self,
        mut take: impl FnMut(&str, &[u8], &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for (name, table) in &self.tables {
            for pair in file::scan(table).map_err(CopyError::from)? {
                let (key, value) = pair.map_err(CopyError::from)?;
                take(name, &key, &value)?;
            }
        }
        Ok(())
    }
}

impl NewCopy {
    /// Begins a copy that is to be under this name.
    ///
    /// # Errors
    /// When something is there already, or nothing can be written beside it.
    pub fn begin(target: &Path) -> Result<Self, CopyError> {
        // A link that leads nowhere is something, too.
        if target.symlink_metadata().is_ok() {
            return Err(CopyError::Exists(target.to_owned()));
        }
        let file =
            beside(target).map_err(|error| CopyError::Unwritable(target.to_owned(), error))?;
        let database = disk::builder().create(file.path());
        Ok(Self {
            target: target.to_owned(),
            database: database.map_err(|error| {
                CopyError::Unwritable(target.to_owned(), io::Error::other(error))
            })?,
            file,
            batch: Vec::new(),
            gathered: 0,
            records: 0,
        })
    }

    /// Adds one record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, table: &str, key: &[u8], value: &[u8]) -> Result<(), CopyError> {
        self.gathered += key.len() + value.len();
        self.records += 1;
        self.batch
            .push((table.to_owned(), key.to_vec(), value.to_vec()));
        match self.gathered >= BATCH {
            true => self.flush(Durability::None),
            false => Ok(()),
        }
    }

    /// Ends the copy: all of it is on the disk, then it gets its name.
    ///
    /// # Errors
    /// When it cannot be written, or something has come to be under its name.
    pub fn finish(self) -> Result<Copied, CopyError> {
        let (target, records, file) = (self.target.clone(), self.records, self.close()?);
        file.persist_noclobber(&target)
            .map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => CopyError::Exists(target.clone()),
                _ => CopyError::Unwritable(target.clone(), error.error),
            })?;
        let bytes = sync_directory_of(&target).and_then(|()| fs::metadata(&target));
        Ok(Copied {
            records,
            bytes: bytes
                .map_err(|error| CopyError::Unwritable(target, error))?
                .len(),
        })
    }

    /// Ends the copy without a name.
    fn close(mut self) -> Result<NamedTempFile, CopyError> {
        self.flush(Durability::Immediate)?;
        let (target, file) = (self.target, self.file);
        let closed = self.database.close().map_err(io::Error::other);
        let synced = closed.and_then(|()| file.as_file().sync_all());
        synced.map_err(|error| CopyError::Unwritable(target, error))?;
        Ok(file)
    }

    fn flush(&mut self, durability: Durability) -> Result<(), CopyError> {
        let batch = std::mem::take(&mut self.batch);
        self.gathered = 0;
        let write = || -> Result<()> {
            let mut tx = self.database.begin_write()?;
            tx.set_durability(durability)?;
            for part in batch.chunk_by(|(a, ..), (b, ..)| a == b) {
                let Some((name, ..)) = part.first() else {
                    continue;
                };
                let mut table = tx.open_table(definition(name))?;
                for (_, key, value) in part {
                    table.insert(&key[..], &value[..])?;
                }
            }
            Ok(tx.commit()?)
        };
        write().map_err(|error| CopyError::Unwritable(self.target.clone(), io::Error::other(error)))
    }
}

fn definition(name: &str) -> TableDefinition<'_, Bytes, Bytes> {
    TableDefinition::new(name)
}

impl From<TableError> for CopyError {
    fn from(error: TableError) -> Self {
        Self::Unreadable(error.to_string())
    }
}
