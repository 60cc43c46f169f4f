//! The admin socket: commands of the operator's to the running service, since the journal has one owner.
//!
//! Invariant: only the owner of the data directory can speak here (the socket is 0600 in a directory of 0700).

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    time::{sleep, timeout},
};

use crate::{accept_loop, domain::operator::OperatorRequest, journal::with_remedy};

use super::{
    Parts, backup,
    operator::{ConsoleReply, execute},
};

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
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest request: some words.
const REQUEST_LIMIT: u64 = 1024;

pub(super) fn start(parts: &Arc<Parts>) -> Result<(), AdminError> {
    let path = parts.settings.data_dir.join(SOCKET);
    let listener = listen(&path).map_err(|error| AdminError::Listen(path.clone(), error))?;
    let first = Arc::new(Mutex::new(Some(listener)));
    let shared = Arc::clone(parts);
    parts.supervisor.spawn("admin", move |stop| {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (path, shared) = (path.clone(), Arc::clone(&shared));
        async move {
            let serving = async {
                let listener = match first {
                    Some(listener) => listener,
                    None => listen_again(&path).await?,
                };
                serve(&listener, &shared).await
            };
            if let Some(Err::<(), io::Error>(error)) = stop.run_until_cancelled(serving).await {
                tracing::error!(%error, "the admin socket failed");
            }
        }
    });
    Ok(())
}

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

/// The journal is ours by now, so a socket that is there is a dead one's.
fn listen(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Makes the socket of the running service anew, however long the machine is short of something.
async fn listen_again(path: &Path) -> io::Result<UnixListener> {
    loop {
        match listen(path) {
            Err(error) if accept_loop::is_shortage(&error) => sleep(accept_loop::PAUSE).await,
            made => return made,
        }
    }
}

/// Ends only if the socket is broken.
async fn serve(listener: &UnixListener, parts: &Arc<Parts>) -> io::Result<()> {
    loop {
        let (stream, _) = accept_loop::next("admin", || listener.accept(), || {}).await?;
        // One at a time: the operator is one.
        match timeout(PATIENCE, converse(stream, parts)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "an admin command broke off"),
            Err(_) => tracing::debug!("an admin command took too long"),
        }
    }
}

async fn converse(stream: UnixStream, parts: &Arc<Parts>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(REQUEST_LIMIT))
        .read_line(&mut line)
        .await?;
    let reply = match serde_json::from_str(&line) {
        Ok(OperatorRequest::Backup) => {
            backup::start(parts, write);
            return Ok(());
        }
        Ok(request) => execute(request, parts).await,
        Err(_) => ConsoleReply::Failed("this version does not know that command".to_owned()),
    };
    write.write_all(self::line(&reply)?.as_bytes()).await
}

/// A question or an answer as it goes through the socket.
pub(super) fn line(words: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(words)? + "\n")
}
