//! The lines of a dialogue as numbers: how many there are, and where they stand.
//!
//! Invariant: of the lines that are not in the row any more, the archive holds all.

use serde::{Deserialize, Serialize};

use crate::domain::ids::Seq;

/// The lines of a dialogue, and how many of them the row shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialogue {
    /// Lines in the journal.
    pub lines: u32,
    /// Lines that are confirmed to be in the row.
    #[serde(rename = "lines_written")]
    pub written: u32,
    /// The first line that the row shows; what came before it is in the archive, or in a history that was adopted as a whole.
    #[serde(default)]
    pub shown_from: u32,
    /// What has left the row for the archive.
    #[serde(default)]
    pub shelf: ArchiveState,
    /// The event that last changed a line that may be in the row already: what was written on older grounds lacks it.
    #[serde(default)]
    pub changed: Seq,
    /// Lines of which the partner has heard in words that they have come in.
    #[serde(default)]
    pub heard: u32,
}

/// What has left an appeal's row for the archive, where the oldest part of a dialogue goes once its cell is full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveState {
    /// The parts of this appeal that are in the archive.
    pub parts: u32,
    /// Those of them that a history speaks of which was adopted as a whole.
    pub told: u32,
    /// Of the first line that the row shows, the UTF-16 code units that have stayed in it; `None` if all of it.
    pub kept: Option<u32>,
}

impl Dialogue {
    /// How many of its newest lines are not confirmed to be in the row.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        usize::try_from(self.lines.saturating_sub(self.written)).unwrap_or(usize::MAX)
    }
}
