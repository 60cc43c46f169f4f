//! How the operator's room changes the journal, and how it reads it.
//!
//! Invariant: what changes something goes through the journal as an event.

use super::Console;
use crate::{
    domain::event::{Command, Event},
    journal::Snapshot,
};

impl Console {
    /// Has the journal take in a command of the operator's.
    pub(super) async fn apply(&self, command: Command) -> Result<(), String> {
        let applied = self.journal.apply(vec![Event::Admin(command)]).await;
        applied.map_err(|error| error.to_string())
    }

    /// What the journal holds; that it cannot be read is no answer of the kind "there is nothing".
    pub(super) fn read<T>(&self, of: impl FnOnce(&Snapshot) -> T) -> Result<T, String> {
        let snapshot = self.journal.snapshot();
        let read = of(&snapshot);
        if snapshot.intact() {
            return Ok(read);
        }
        let failure = self.journal.failure();
        let why = failure.unwrap_or_else(|| "the log says why".to_owned());
        Err(format!("the journal cannot be read whole: {why}"))
    }
}
