//! `serve --observe`: the synchronisers at work on a journal that is thrown away, with nothing written and nothing sent.
//!
//! Invariant: the client refuses every write, no address is bound, and Telegram is not called at all.

use std::{collections::BTreeSet, fs, io, path::Path, sync::Arc};

use tempfile::TempDir;

use super::{Ended, Observer, Parts, Purpose, StartError, loops, spreadsheets};
use crate::{
    config::Settings,
    domain::{
        operator::OperatorRequest,
        wording::{ForesightNote, Note},
    },
    journal::DATA_FILE,
    operator::{ask, foresight},
    shutdown::Shutdown,
};

/// As many different things are remembered as told; then they may be told again.
const REMEMBERED: usize = 50_000;

/// Why there is nothing to observe with.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// A service is at work, or the journal cannot be copied; in words.
    #[error("{0}")]
    Refused(String),
    /// As for the service.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// Reads the sheets as scheduled and reports what the service would do, each thing once, until the stop.
///
/// # Errors
/// When a service is running already, or what would keep one from starting.
pub async fn observe(
    mut settings: Settings,
    shutdown: Shutdown,
    tell: fn(&str),
) -> Result<Ended, ObserveError> {
    if ask(&settings.data_dir, &OperatorRequest::Status)
        .await
        .is_ok()
    {
        let directory = settings.data_dir.display().to_string();
        return Err(refused(&settings, ForesightNote::Running(&directory)));
    }
    let directory = copy(&settings.data_dir).map_err(|error| {
        let words = error.to_string();
        refused(&settings, ForesightNote::Uncopied(&words))
    })?;
    settings.data_dir = directory.path().to_owned();
    let told = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let observer: Observer = Arc::new(move |line: &str| {
        let mut told = told
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if told.len() >= REMEMBERED {
            told.clear();
        }
        if told.insert(line.to_owned()) {
            tell(line);
        }
    });
    let (parts, _) =
        Parts::open(settings, shutdown, Purpose::Observe(Arc::clone(&observer))).await?;
    spreadsheets::start(&parts);
    loops::start_looks(&parts);
    let shared = Arc::clone(&parts.console);
    parts.supervisor.spawn("observer", move |stop| {
        foresight::watch(Arc::clone(&shared), Arc::clone(&observer), stop)
    });
    Ok(parts.until_stop().await)
}

/// A directory of its own with the journal as it is now.
fn copy(data_dir: &Path) -> io::Result<TempDir> {
    let directory = tempfile::Builder::new()
        .prefix("sheetdesk-observe-")
        .tempdir()?;
    let journal = data_dir.join(DATA_FILE);
    if journal.exists() {
        fs::copy(journal, directory.path().join(DATA_FILE))?;
    }
    Ok(directory)
}

fn refused(settings: &Settings, why: ForesightNote<'_>) -> ObserveError {
    ObserveError::Refused(settings.texts.note(Note::Foresight(why)))
}
