//! How the operator's subsystem changes the journal, and how it reads it.
//!
//! Invariant: what changes something goes through the journal as an event.

use super::Parts;
use crate::{
    domain::event::{Command, Event},
    journal::Snapshot,
};

/// Has the journal take in a command of the operator's.
pub(super) async fn apply(parts: &Parts, command: Command) -> Result<(), String> {
    let applied = parts.journal.apply(vec![Event::Admin(command)]).await;
    applied.map_err(|error| error.to_string())
}

/// What the journal holds; that it cannot be read is no answer of the kind "there is nothing".
pub(super) fn read<T>(parts: &Parts, of: impl FnOnce(&Snapshot) -> T) -> Result<T, String> {
    let snapshot = parts.journal.snapshot();
    let read = of(&snapshot);
    if snapshot.intact() {
        Ok(read)
    } else {
        let why = parts
            .journal
            .failure()
            .unwrap_or_else(|| "the log says why".to_owned());
        Err(format!("the journal cannot be read whole: {why}"))
    }
}
