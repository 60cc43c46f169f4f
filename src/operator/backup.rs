//! A copy of the running service's journal, record by record over the admin socket: the service reads, the command writes, so neither
//! needs access to the other's files.
//!
//! Invariant: what was cut off on its way is known for that by its missing end, and leaves no file behind.

use std::{io, path::Path, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixStream, unix::OwnedWriteHalf},
    sync::mpsc,
    time::timeout,
};

use super::{
    Console,
    reply::ConsoleReply,
    socket::{self, AdminError, SOCKET},
};
use crate::{
    domain::operator::OperatorRequest,
    journal::{ClosedJournal, Copied, CopyError, CopySource, NewCopy},
};

/// What is before a record, before the name of the table that follows, and at the end.
const RECORD: u8 = b'r';
const TABLE: u8 = b't';
const END: u8 = b'e';
/// What goes through the socket at once, in bytes.
const PIECE: usize = 256 * 1024;
/// Pieces that are read ahead of the socket.
const AHEAD: usize = 4;
/// The other side may rest so long between two pieces.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest table's name, key or record that is believed; far beyond any there is.
const LONGEST: u32 = 64 * 1024 * 1024;

/// A backup could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file, or the journal.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The running service could not be asked.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// It says why not.
    #[error("{0}")]
    Refused(String),
    /// It broke off.
    #[error(
        "the copy broke off before its end ({0}), and nothing is left of it; is the service still running? Try again"
    )]
    BrokenOff(io::Error),
}

/// Writes a consistent copy of the journal into a file that is not there yet: the running service's, or the one that nobody works with.
/// `told` hears of how many records how many are written.
///
/// # Errors
/// When it is not made; then no file is there.
pub async fn backup(
    data_dir: &Path,
    file: &Path,
    told: impl FnMut(u64, u64),
) -> Result<Copied, BackupError> {
    let socket = data_dir.join(SOCKET);
    let copy = NewCopy::begin(file)?;
    match UnixStream::connect(&socket).await {
        Ok(stream) => receive(stream, copy, told).await,
        Err(error) => match error.kind() {
            // Nobody listens: the socket is not there, or its owner has died.
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                Ok(copy_closed(data_dir, copy, told)?)
            }
            _ => Err(AdminError::Unreachable(data_dir.to_owned(), error).into()),
        },
    }
}

fn copy_closed(
    data_dir: &Path,
    mut copy: NewCopy,
    mut told: impl FnMut(u64, u64),
) -> Result<Copied, CopyError> {
    let closed = ClosedJournal::open(data_dir)?;
    let (all, mut done) = (closed.source().records()?, 0);
    closed.source().each(|table, key, value| {
        done += 1;
        told(done, all);
        copy.add(table, key, value)
    })?;
    copy.finish()
}

/// The command's side.
async fn receive(
    stream: UnixStream,
    mut copy: NewCopy,
    mut told: impl FnMut(u64, u64),
) -> Result<Copied, BackupError> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::with_capacity(PIECE, read);
    let asked = socket::line(&OperatorRequest::Backup).map_err(BackupError::BrokenOff)?;
    let written = write.write_all(asked.as_bytes()).await;
    written.map_err(BackupError::BrokenOff)?;
    let mut line = String::new();
    let answered = patient(read.read_line(&mut line)).await;
    answered.map_err(BackupError::BrokenOff)?;
    let all = match serde_json::from_str(&line) {
        Ok(ConsoleReply::Copying(all)) => all,
        Ok(ConsoleReply::Failed(words)) => return Err(BackupError::Refused(words)),
        Ok(_) | Err(_) => return Err(AdminError::Unreadable.into()),
    };
    let (mut table, mut done) = (String::new(), 0);
    loop {
        let piece = patient(piece(&mut read)).await;
        match piece.map_err(BackupError::BrokenOff)? {
            Piece::Table(name) => table = name,
            Piece::Record(key, value) => {
                copy.add(&table, &key, &value)?;
                done += 1;
                told(done, all);
            }
            Piece::End(sent) if sent == done => return Ok(copy.finish()?),
            Piece::End(_) => return Err(BackupError::BrokenOff(garbled())),
        }
    }
}

enum Piece {
    Table(String),
    Record(Vec<u8>, Vec<u8>),
    End(u64),
}

async fn piece(read: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Piece> {
    match read.read_u8().await? {
        TABLE => {
            let name = String::from_utf8(bytes(read).await?);
            name.map(Piece::Table).map_err(|_| garbled())
        }
        RECORD => {
            let key = bytes(read).await?;
            Ok(Piece::Record(key, bytes(read).await?))
        }
        END => read.read_u64().await.map(Piece::End),
        _ => Err(garbled()),
    }
}

async fn bytes(read: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let length = read.read_u32().await?;
    if length > LONGEST {
        return Err(garbled());
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    read.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn garbled() -> io::Error {
    let words = "what came is no copy of a journal";
    io::Error::new(io::ErrorKind::InvalidData, words)
}

/// Waits for the other side, but not for ever.
async fn patient<T>(what: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let answered = timeout(PATIENCE, what).await;
    answered.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// The service's side: beside the other questions, so that a long copy keeps nobody from asking; ends with the service.
pub(super) fn start(console: &Arc<Console>, write: OwnedWriteHalf) {
    let (console, stop) = (Arc::clone(console), console.shutdown.stop_token());
    let tracker = console.shutdown.tracker().clone();
    tracker.spawn(async move {
        match stop.run_until_cancelled(send(&console, write)).await {
            Some(Ok(())) => tracing::info!("a backup was given"),
            Some(Err(error)) => tracing::warn!(%error, "a backup broke off"),
            None => tracing::info!("a backup breaks off: the service stops"),
        }
    });
}

async fn send(console: &Console, mut write: OwnedWriteHalf) -> io::Result<()> {
    let source = console.journal.source();
    let (all, source) = match source.and_then(|source| Ok((source.records()?, source))) {
        Ok(begun) => begun,
        Err(error) => {
            let words = socket::line(&ConsoleReply::Failed(error.to_string()))?;
            return patient(write.write_all(words.as_bytes())).await;
        }
    };
    patient(write.write_all(socket::line(&ConsoleReply::Copying(all))?.as_bytes())).await?;
    let (pieces, mut due) = mpsc::channel(AHEAD);
    let reader = tokio::task::spawn_blocking(move || read(&source, &pieces));
    while let Some(piece) = due.recv().await {
        patient(write.write_all(&piece)).await?;
    }
    // What a panic says may quote a record, and this goes into the log.
    let read = reader.await;
    let read = read.map_err(|_| io::Error::other("reading the journal stumbled"))?;
    read.map_err(io::Error::other)
}

/// Reads the records off the disk, as far ahead as the socket allows.
fn read(source: &CopySource, pieces: &mpsc::Sender<Vec<u8>>) -> Result<(), CopyError> {
    let (mut piece, mut table, mut done) = (Vec::with_capacity(PIECE), String::new(), 0_u64);
    source.each(|name, key, value| {
        if table != name {
            name.clone_into(&mut table);
            piece.push(TABLE);
            append(&mut piece, name.as_bytes())?;
        }
        piece.push(RECORD);
        append(&mut piece, key)?;
        append(&mut piece, value)?;
        done += 1;
        match piece.len() >= PIECE {
            true => give(pieces, &mut piece),
            false => Ok(()),
        }
    })?;
    piece.push(END);
    piece.extend(done.to_be_bytes());
    give(pieces, &mut piece)
}

fn append(piece: &mut Vec<u8>, bytes: &[u8]) -> Result<(), CopyError> {
    let length = u32::try_from(bytes.len())
        .map_err(|_| CopyError::Unreadable("a record is too long".to_owned()))?;
    piece.extend(length.to_be_bytes());
    piece.extend(bytes);
    Ok(())
}

fn give(pieces: &mpsc::Sender<Vec<u8>>, piece: &mut Vec<u8>) -> Result<(), CopyError> {
    let full = std::mem::replace(piece, Vec::with_capacity(PIECE));
    let gone = |_| CopyError::Unreadable("nobody takes the copy any more".to_owned());
    pieces.blocking_send(full).map_err(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command makes of what a service says, and the names that are then in the directory.
    async fn heard(said: Vec<u8>) -> (Result<Copied, BackupError>, usize) {
        let dir = tempfile::tempdir().unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let copy = NewCopy::begin(&dir.path().join("copy.redb")).unwrap();
        let service = tokio::spawn(async move { theirs.write_all(&said).await });
        let copied = receive(ours, copy, |_, _| {}).await;
        service.await.unwrap().unwrap();
        (copied, std::fs::read_dir(dir.path()).unwrap().count())
    }

    fn said(records: u8, counted: u64) -> Vec<u8> {
        let mut said = socket::line(&ConsoleReply::Copying(2))
            .unwrap()
            .into_bytes();
        said.push(TABLE);
        append(&mut said, b"meta").unwrap();
        for key in 0..records {
            said.push(RECORD);
            append(&mut said, &[key]).unwrap();
            append(&mut said, b"value").unwrap();
        }
        said.push(END);
        said.extend(counted.to_be_bytes());
        said
    }

    #[tokio::test]
    async fn only_what_came_to_its_end_is_a_copy() {
        let (copied, files) = heard(said(2, 2)).await;
        assert_eq!((copied.unwrap().records, files), (2, 1));
        let whole = said(2, 2);
        for broken in [
            whole[..whole.len() - 8].to_vec(),
            whole[..40].to_vec(),
            said(2, 3),
            b"{\"copying\":2}\nx".to_vec(),
        ] {
            let (copied, files) = heard(broken).await;
            assert!(
                matches!(copied, Err(BackupError::BrokenOff(_))),
                "{copied:?}"
            );
            assert_eq!(files, 0);
        }
        let refusal = socket::line(&ConsoleReply::Failed("the disk is away".to_owned())).unwrap();
        let (copied, files) = heard(refusal.into_bytes()).await;
        assert_eq!(
            (copied.unwrap_err().to_string(), files),
            ("the disk is away".to_owned(), 0)
        );
    }
}
