//! The loop of one spreadsheet: wait, then do what is due.
//!
//! Invariant: it waits only where nothing is due, and every failure puts off what it concerns: it never goes round without pause.

use super::{
    SheetIo,
    memory::SyncMemory,
    pass::{Passed, pass},
};

/// Runs until the stop.
pub(super) async fn run(io: &mut impl SheetIo, mut memory: SyncMemory) {
    loop {
        let passed = pass(io, &mut memory).await;
        io.publish(memory.status());
        if passed == Ok(Passed::Idle) {
            let until = memory.next_moment(io.now());
            let Some(wake) = io.wait(until).await else {
                return;
            };
            memory.note(wake);
        }
    }
}
