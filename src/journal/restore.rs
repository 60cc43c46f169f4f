//! Restores a journal from a copy.
//!
//! Invariant: nothing is touched before every record of the copy has been read; the journal that was there is kept aside, and at no
//! moment is there none. What the copy was about to send counts as sent by somebody else: its first start sends nothing of it.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use redb::{Database, ReadableDatabase as _};
use tempfile::NamedTempFile;

use super::{
    Intent, OpenError,
    copy::{CopyError, CopySource},
    disk::{self, DATA_FILE, FILE_MODE, LOCK_FILE},
    error::{Result, TableError},
    inbox, outbox,
    records::{AllMisplaced, Incoming, Quarantined, QueuedMessage, Timer, VERSION, decode},
    recovery,
    remedy::with_remedy,
    store::{TableId, WriteTables},
};
use crate::{
    clock,
    domain::{
        appeal::{Appeal, Line},
        broadcast::{Announced, Broadcast},
        event::{Command, Event, Outcome},
        files::StoredFile,
        message::Post,
        partner::Partner,
        promotion::Promotion,
        session::{Group, Session},
        tab::TabState,
    },
};

/// A copy could not be put in place; the journal is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Somebody works with the journal.
    #[error(
        "{0}; a journal is restored only while no service runs: stop it (`systemctl stop sheetdesk`), then try again"
    )]
    Running(OpenError),
    /// The file is not there, or cannot be read.
    #[error("{0} cannot be read: {1}; nothing was changed")]
    Unreadable(PathBuf, io::Error),
    /// The file holds something else.
    #[error("{0} is no journal that this version can read: {1}; nothing was changed")]
    Foreign(PathBuf, String),
    /// The data directory cannot be written to.
    #[error("the journal in {0} cannot be replaced, and it is as it was: {with_help}", with_help = with_remedy(.1))]
    Unwritable(PathBuf, io::Error),
}

/// What was put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// Where the journal that was there is now, if there was one.
    pub kept: Option<PathBuf>,
    /// Records in the copy.
    pub records: u64,
    /// Messages that the copy was about to send.
    pub unsent: u64,
}

/// Puts a copy into a data directory. `told` hears of how many records how many have been read.
///
/// # Errors
/// When it is not in place; then the journal is as it was.
pub fn restore(
    file: &Path,
    dir: &Path,
    told: impl FnMut(u64, u64),
) -> Result<RestoreReport, RestoreError> {
    let unwritable = |error| RestoreError::Unwritable(dir.to_owned(), error);
    if !file.is_file() {
        return Err(RestoreError::Unreadable(
            file.to_owned(),
            io::ErrorKind::NotFound.into(),
        ));
    }
    let _lock = disk::own(dir).map_err(|error| match error {
        OpenError::Owned(_) => RestoreError::Running(error),
        other @ (OpenError::Unusable(..) | OpenError::Damaged(..) | OpenError::Gone(..)) => {
            unwritable(io::Error::other(other))
        }
    })?;
    let target = dir.join(DATA_FILE);
    let new = disk::beside(&target).map_err(unwritable)?;
    // The file itself is not touched: opening a database may repair it, so a copy of the file is opened.
    fs::copy(file, new.path()).map_err(|error| RestoreError::Unreadable(file.to_owned(), error))?;
    // A file that was cut off makes redb panic.
    let examined =
        catch_unwind(AssertUnwindSafe(|| examine(&new, told))).unwrap_or_else(|_| Err(damaged()));
    let (records, unsent) =
        examined.map_err(|error| RestoreError::Foreign(file.to_owned(), error.to_string()))?;
    let kept = put_in_place(new, &target, clock::now()).map_err(unwritable)?;
    Ok(RestoreReport {
        kept,
        records,
        unsent,
    })
}

/// Reads all of a copy, and makes it one that was restored.
fn examine(new: &NamedTempFile, told: impl FnMut(u64, u64)) -> Result<(u64, u64)> {
    let mut database = disk::builder().open(new.path())?;
    let whole = database.check_integrity();
    if !matches!(whole, Ok(true)) {
        return Err(damaged());
    }
    let records = read_all(&database, told)?;
    let unsent = disk::transact(&database, prepare_first_start)?;
    database.close()?;
    Ok((records, unsent))
}

fn damaged() -> TableError {
    TableError::Disk("the file is damaged".to_owned())
}

/// Every record can be read by this version.
fn read_all(database: &Database, mut told: impl FnMut(u64, u64)) -> Result<u64> {
    let read = |error| match error {
        CopyError::Unreadable(words) => TableError::Disk(words),
        other @ (CopyError::Missing(_)
        | CopyError::Open(_)
        | CopyError::Exists(_)
        | CopyError::Unwritable(..)) => TableError::Disk(other.to_string()),
    };
    let source = CopySource::of(&database.begin_read()?)?;
    if let Some(foreign) = source.names().find(|name| TableId::named(name).is_none()) {
        return Err(TableError::Disk(format!(
            "it has a table that is none of ours: {foreign}"
        )));
    }
    let (all, mut done, mut format) = (source.records().map_err(read)?, 0, None);
    source
        .each(|table, key, value| {
            let Some(id) = TableId::named(table) else {
                return Ok(());
            };
            if id == TableId::Meta && key == recovery::FORMAT {
                format = Some(value.to_vec());
            }
            readable(id, value).map_err(|error| match error {
                TableError::Record(words)
                | TableError::Disk(words)
                | TableError::Damaged(words) => {
                    CopyError::Unreadable(format!("table {table}: {words}"))
                }
            })?;
            done += 1;
            told(done, all);
            Ok::<(), CopyError>(())
        })
        .map_err(read)?;
    match format {
        Some(format) if format == VERSION.to_be_bytes() => Ok(all),
        Some(_) => Err(TableError::Disk(
            "it was written by a newer Sheetdesk".to_owned(),
        )),
        None => Err(TableError::Disk(
            "it does not say which version wrote it".to_owned(),
        )),
    }
}

fn readable(id: TableId, value: &[u8]) -> Result<()> {
    match id {
        TableId::Inbox => decode::<Incoming>(value).map(drop),
        TableId::Quarantine => decode::<Quarantined>(value).map(drop),
        TableId::Partners => decode::<Partner>(value).map(drop),
        TableId::Sessions => decode::<Session>(value).map(drop),
        TableId::Appeals => decode::<Appeal>(value).map(drop),
        TableId::Lines => decode::<Line>(value).map(drop),
        TableId::Tabs => decode::<TabState>(value).map(drop),
        TableId::Outbox => decode::<QueuedMessage>(value).map(drop),
        TableId::Timers => decode::<Timer>(value).map(drop),
        TableId::Intents => decode::<Intent>(value).map(drop),
        TableId::Misplaced => decode::<AllMisplaced>(value).map(drop),
        TableId::Files => decode::<StoredFile>(value).map(drop),
        TableId::Posts => decode::<Post>(value).map(drop),
        TableId::Groups => decode::<Group>(value).map(drop),
        TableId::Broadcasts => decode::<Broadcast>(value).map(drop),
        TableId::Announced => decode::<Announced>(value).map(drop),
        TableId::Promotions => decode::<Promotion>(value).map(drop),
        // Keys and marks.
        TableId::Meta
        | TableId::Pending
        | TableId::Dedup
        | TableId::Numbered
        | TableId::AppealsOf
        | TableId::Held
        | TableId::Waiting
        | TableId::Sending
        | TableId::Ended
        | TableId::Failed
        | TableId::Unknown
        | TableId::Dirty
        | TableId::DirtyByAge
        | TableId::Tokens => Ok(()),
    }
}

/// What was being sent and what waited may have arrived since; the first start decides that before anything goes out.
fn prepare_first_start(tables: &mut WriteTables<'_>) -> Result<u64> {
    let now = clock::now();
    let sending = outbox::sending(tables)?;
    let unsent = tables.count(TableId::Waiting)? + tables.count(TableId::Sending)?;
    for id in sending {
        inbox::store_event(tables, Event::Sent(id, Outcome::Unknown), now)?;
    }
    inbox::store_event(tables, Event::Admin(Command::Restored), now)?;
    recovery::mark_clean(tables)?;
    Ok(unsent)
}

/// The copy gets the journal's name in one step; the journal keeps another.
fn put_in_place(new: NamedTempFile, target: &Path, now: Timestamp) -> io::Result<Option<PathBuf>> {
    // A copy of a file has the file's mode.
    fs::set_permissions(new.path(), Permissions::from_mode(FILE_MODE))?;
    new.as_file().sync_all()?;
    adopt(new.path(), target)?;
    adopt(&target.with_file_name(LOCK_FILE), target)?;
    let kept = if target.exists() {
        let kept = free_name(target, now);
        // A second name for the same file, so that there is a journal at every moment; some file systems know no such thing.
        fs::hard_link(target, &kept).or_else(|_| fs::rename(target, &kept))?;
        Some(kept)
    } else {
        None
    };
    new.persist(target).map_err(|error| error.error)?;
    disk::sync_directory_of(target)?;
    Ok(kept)
}

/// A service that runs as somebody else than who restores must be able to work with the file.
fn adopt(new: &Path, target: &Path) -> io::Result<()> {
    let Some(dir) = target.parent() else {
        return Ok(());
    };
    let (owner, file) = (fs::metadata(dir)?, fs::metadata(new)?);
    if (owner.uid(), owner.gid()) == (file.uid(), file.gid()) {
        return Ok(());
    }
    chown(new, Some(owner.uid()), Some(owner.gid()))
}

/// A dated name beside the journal that nothing bears yet.
fn free_name(target: &Path, now: Timestamp) -> PathBuf {
    let dated = now.strftime("journal-until-%Y%m%dT%H%M%SZ").to_string();
    let names = std::iter::once(dated.clone()).chain((2_u32..).map(|nth| format!("{dated}-{nth}")));
    let mut paths = names.map(|name| target.with_file_name(name + ".redb"));
    paths
        .find(|path| path.symlink_metadata().is_err())
        .expect("there are more names than files")
}
