//! The admin socket: commands of the operator's to the running service, since the journal has one owner.
//!
//! Invariant: only the owner of the data directory can speak here (the socket is 0600 in a directory of 0700).

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    time::{sleep, timeout},
};

use crate::{
    accept_loop,
    domain::{operator::OperatorRequest, wording::FailureNote},
};

use super::{
    Console, backup,
    reply::ConsoleReply,
    requests::execute,
    socket::{self, AdminError, PATIENCE, SOCKET},
};

/// The longest request: some words.
const REQUEST_LIMIT: u64 = 1024;

/// Makes the socket and serves it until the stop.
///
/// # Errors
/// When it cannot be made.
pub fn start(console: &Arc<Console>) -> Result<(), AdminError> {
    let path = console.settings.data_dir.join(SOCKET);
    let listener = listen(&path).map_err(|error| AdminError::Listen(path.clone(), error))?;
    let first = Arc::new(Mutex::new(Some(listener)));
    let shared = Arc::clone(console);
    console.supervisor.spawn("admin", move |stop| {
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
async fn serve(listener: &UnixListener, console: &Arc<Console>) -> io::Result<()> {
    loop {
        let (stream, _) = accept_loop::next("admin", || listener.accept(), || {}).await?;
        // One at a time: the operator is one.
        match timeout(PATIENCE, converse(stream, console)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "an admin command broke off"),
            Err(_) => tracing::debug!("an admin command took too long"),
        }
    }
}

async fn converse(stream: UnixStream, console: &Arc<Console>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(REQUEST_LIMIT))
        .read_line(&mut line)
        .await?;
    let reply = match serde_json::from_str(&line) {
        Ok(OperatorRequest::Backup) => {
            backup::start(console, write);
            return Ok(());
        }
        Ok(request) => execute(request, console).await,
        Err(_) => ConsoleReply::Failed(console.fails(FailureNote::UnknownCommand)),
    };
    write.write_all(socket::line(&reply)?.as_bytes()).await
}
