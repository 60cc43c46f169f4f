//! The admin socket as commands use it: one question, one answer.
//!
//! Invariant: a command changes nothing by itself; the running service does, or nobody.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Serialize;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
    time::timeout,
};

use super::reply::ConsoleReply;
use crate::{domain::operator::OperatorRequest, journal::with_remedy};

/// The admin socket cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The service side.
    #[error("the admin socket {0} cannot be made: {cured}", cured = with_remedy(.1))]
    Listen(PathBuf, io::Error),
    /// The command's side.
    #[error(
        "no Sheetdesk is running with the data directory {0} (its admin socket does not answer: {1}); start it with `sheetdesk serve`, or name its directory by SHEETDESK_DATA_DIR"
    )]
    Unreachable(PathBuf, io::Error),
    /// What came back is not an answer.
    #[error("the running Sheetdesk answered in a way that this version does not understand")]
    Unreadable,
}

/// The socket's name in the data directory.
pub(super) const SOCKET: &str = "admin.sock";
/// How long one exchange may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the service that runs with this data directory.
///
/// # Errors
/// When none is running, or it does not answer.
pub async fn ask(data_dir: &Path, request: &OperatorRequest) -> Result<ConsoleReply, AdminError> {
    let path = data_dir.join(SOCKET);
    let exchange = async {
        let stream = UnixStream::connect(&path).await?;
        let (read, mut write) = stream.into_split();
        write.write_all(line(request)?.as_bytes()).await?;
        let mut line = String::new();
        BufReader::new(read).read_line(&mut line).await?;
        Ok::<_, io::Error>(line)
    };
    let line = match timeout(PATIENCE, exchange).await {
        Ok(line) => line,
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
    };
    let line = line.map_err(|error| AdminError::Unreachable(data_dir.to_owned(), error))?;
    serde_json::from_str(&line).map_err(|_| AdminError::Unreadable)
}

/// A question or an answer as it goes through the socket.
pub(super) fn line(words: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(words)? + "\n")
}
