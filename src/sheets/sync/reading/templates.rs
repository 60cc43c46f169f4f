//! The templates, which are read along with the appeals.
//!
//! Invariant: nobody is told of a new text before it is known how it looks.

use super::{Reading, SyncMemory};
use crate::{
    domain::tab::Tab,
    sheets::{
        sync::{Interrupted, SheetIo},
        wire::Columns,
    },
};

impl Reading {
    /// What is read of the templates along with the appeals.
    pub(super) fn templates_range(&self, memory: &SyncMemory) -> Option<String> {
        let tabs = &memory.structure()?.tabs;
        let range = memory.templates.range(tabs);
        range.filter(|_| self.left.contains(&Tab::Appeals))
    }
}

/// Takes in what their tab shows, and, where a text in it is new, what all of them look like; whether the reading can go on.
pub(super) async fn take(
    io: &mut impl SheetIo,
    memory: &mut SyncMemory,
    reading: &mut Reading,
    shown: Option<&Columns>,
) -> Result<bool, Interrupted> {
    if !reading.left.contains(&Tab::Appeals) {
        return Ok(true);
    }
    memory.templates.take(shown);
    let structure = memory.structure();
    let unseen = structure.and_then(|structure| memory.templates.unseen(&structure.tabs));
    let Some(cells) = unseen else {
        return Ok(true);
    };
    memory.pace.has_read_more(Tab::Appeals);
    let answer = io.styles(vec![cells]).await;
    let Some(looks) = reading.answered(memory, answer, io.now())? else {
        return Ok(false);
    };
    memory.pace.reads.over();
    let stood_still = memory.templates.look(&looks);
    if !stood_still {
        reading.moves(memory, io.now());
    }
    Ok(stood_still)
}
