//! Whether answer cells that show nothing hold pictures, which what was typed alone tells.
//!
//! Invariant: it is asked in a call of its own, never on the way to a write.

use super::{Reading, SyncMemory};
use crate::{
    domain::tab::Tab,
    sheets::{
        sync::{Interrupted, SheetIo},
        wire::Rendering,
    },
};

/// Marks such rows of the appeals in the snapshots from this one on.
pub(super) async fn read(
    io: &mut impl SheetIo,
    memory: &mut SyncMemory,
    reading: &mut Reading,
    from: usize,
) -> Result<(), Interrupted> {
    let mut snapshots = reading.snapshots.iter().enumerate().skip(from);
    let Some((at, snapshot)) = snapshots.find(|(_, it)| it.tab == Tab::Appeals) else {
        return Ok(());
    };
    let mut tab_memories = memory.tab_memories.iter();
    let words = tab_memories.find(|it| it.tab() == Tab::Appeals);
    let words = words.filter(|_| !memory.dirty.contains(&Tab::Appeals));
    let ranges = words.and_then(|it| memory.pictures.ask(&it.words, snapshot, io.now()));
    if let Some(ranges) = ranges {
        let answer = io.stored(ranges, Rendering::Typed).await;
        let Some(answer) = reading.answered(memory, answer, io.now())? else {
            reading.snapshots.remove(at);
            reading.left.push(Tab::Appeals);
            return Ok(());
        };
        memory.pace.reads.over();
        memory.pictures.take(answer);
    }
    memory.pictures.mark(&mut reading.snapshots[at]);
    Ok(())
}
