//! One pass over a spreadsheet: read, take in what people did, write what the journal wants, verify.
//!
//! Invariant: every write is preceded by a reading of its tabs in the same pass, and by an intent; nothing is written while the outcome
//! of an earlier batch is open.

use super::{
    Interrupted, SheetIo, announce,
    memory::{SyncMemory, Unreported},
    reading::read_tabs,
    take_in::take_in,
    write_plan::{Sent, WritePlan},
};
use crate::sheets::wire::{Batch, Change};

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// There was nothing to do.
    Idle,
    /// It has read, and written what there was to write.
    Done,
}

/// Does what is due now.
///
/// Every `await` is a place where the process may die: the next one goes on from what the journal holds.
pub(super) async fn pass(
    io: &mut impl SheetIo,
    memory: &mut SyncMemory,
) -> Result<Passed, Interrupted> {
    if memory.pace.store.resting(io.now()).is_some() {
        return Ok(Passed::Idle);
    }
    report(io, memory).await?;
    resolve(io, memory).await?;
    let due = memory.take_due(io.now());
    if due.is_empty() {
        return Ok(Passed::Idle);
    }
    let snapshots = read_tabs(io, memory, due).await?;
    let tabs = take_in(io, memory, snapshots).await?;
    io.publish(memory.status());
    if !tabs.is_empty() {
        let wanted = io.project(&tabs).await;
        let plan = memory.compose(&tabs, wanted, io.now());
        if plan.changes.is_empty() {
            memory.needs_no_write(plan, io.now());
        } else {
            write(io, memory, plan).await?;
            io.publish(memory.status());
        }
    }
    report(io, memory).await?;
    Ok(Passed::Done)
}

/// Intends, writes and verifies a batch.
pub(super) async fn write(
    io: &mut impl SheetIo,
    memory: &mut SyncMemory,
    mut plan: WritePlan,
) -> Result<(), Interrupted> {
    let Ok(intended) = io.intend(plan.touched()).await else {
        memory.pace.store.failed(None, io.now());
        memory.dirty.extend(plan.tabs());
        return Err(Interrupted::Journal);
    };
    let token = intended.intent.token;
    memory.sends(token, &plan);
    let mut changes = vec![Change::Token(token)];
    if memory.drops_tokens {
        changes.extend(intended.old_tokens.into_iter().map(Change::DropToken));
    }
    let head = changes.len();
    changes.append(&mut plan.changes);
    let read_back = plan.read_back();
    let batch = Batch { changes, read_back };
    let sent = Sent { plan, token, head };
    io.announce(|| announce::lines(memory, &sent, &batch));
    match io.write(&batch).await {
        Ok(read_back) => memory.written(sent, &read_back, io.now()),
        Err(error) => memory.unwritten(sent, error, io.now()),
    }
    Ok(())
}

/// Makes sure of batches whose outcome is not known that they can land no more.
async fn resolve(io: &mut impl SheetIo, memory: &mut SyncMemory) -> Result<(), Interrupted> {
    while let Some(&token) = memory.open.first()
        && memory.pace.writes.resting(io.now()).is_none()
    {
        let answer = io.resolve(token).await;
        memory.resolved(&answer, io.now());
        report(io, memory).await?;
    }
    Ok(())
}

/// Has the journal learn what it does not know yet.
async fn report(io: &mut impl SheetIo, memory: &mut SyncMemory) -> Result<(), Interrupted> {
    memory.tell_of_repairs();
    memory.end_intents();
    let misplaced = memory.misplaced();
    if memory.unreported.is_empty() && misplaced.is_none() {
        return Ok(());
    }
    let Unreported {
        events,
        overwritten,
    } = memory.unreported.clone();
    let events = misplaced.into_iter().chain(events).collect();
    if io.apply(events, overwritten).await.is_err() {
        memory.pace.store.failed(None, io.now());
        return Err(Interrupted::Journal);
    }
    memory.reported();
    Ok(())
}
