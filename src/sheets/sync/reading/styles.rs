//! The last call of a reading: what new texts look like.
//!
//! Invariant: nobody is told of a new text before it is known how it looks.

use super::{Reading, SyncMemory};
use crate::sheets::sync::{Interrupted, SheetIo};

/// Reads what new texts look like in the snapshots from this one on, before anybody is told of them.
pub(super) async fn read(
    io: &mut impl SheetIo,
    memory: &mut SyncMemory,
    reading: &mut Reading,
    mut at: usize,
) -> Result<(), Interrupted> {
    while let Some(snapshot) = reading.snapshots.get(at) {
        let (tab, title) = (snapshot.tab, snapshot.title.clone());
        let cells = snapshot.new_texts(memory.previous(tab)).into_iter();
        let cells: Vec<_> = cells.map(|span| (title.clone(), span)).collect();
        if cells.is_empty() {
            at += 1;
            continue;
        }
        memory.pace.has_read_more(tab);
        let answer = io.styles(cells).await;
        let styles = reading.answered(memory, answer, io.now())?;
        if styles.is_some_and(|styles| reading.snapshots[at].take_styles(styles)) {
            memory.pace.reads.over();
            at += 1;
        } else {
            reading.snapshots.remove(at);
            reading.left.push(tab);
            reading.moves(memory, io.now());
        }
    }
    Ok(())
}
