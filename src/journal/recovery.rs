//! Recovery on opening, before any command: counts crashes, decides what was left, gives up on sends that a crash cut off.
//!
//! Invariant: a record on which the service keeps dying stops it three times at most, and the others never.

use redb::Database;

use super::{
    apply::Hints,
    clock_shift,
    error::{Result, TableError},
    executor::{Abort, Executor},
    inbox::{self, DECIDED_AT_ONCE},
    keys, mixed, outbox,
    records::VERSION,
    store::{TableId, WriteTables},
};
use crate::{
    clock,
    domain::{
        event::{Event, Outcome},
        ids::Seq,
        wording::AsideNote,
    },
};

/// The version of the file's layout, in [`TableId::Meta`].
pub(super) const FORMAT: &[u8] = b"format";
/// There while the file is closed after a regular end, in [`TableId::Meta`].
const CLEAN: &[u8] = b"clean";
/// The record that is being decided alone, in [`TableId::Meta`].
const DECIDING: &[u8] = b"deciding";
/// After so many deaths with a record undecided it is decided alone.
const SUSPECT: u8 = 2;

/// What a step of deciding found.
enum Step {
    /// Nothing is left to decide.
    Done,
    /// Records were decided; there may be more.
    Decided(Hints),
    /// The next record must be decided alone.
    Alone(Seq),
}

/// Brings the journal into the state in which the writer can go on.
pub(super) fn recover(db: &Database, executor: &mut Executor) -> Result<Hints> {
    executor.transact(db, begin)?;
    executor.transact(db, |_, tables| Ok(mixed::search(tables, clock::now())?))?;
    let mut hints = decide_pending(db, executor)?;
    executor.transact(db, |_, tables| Ok(lose_sends(tables)?))?;
    hints.merge(decide_pending(db, executor)?);
    executor.transact(db, |_, tables| {
        hints.outbox |= tables.count(TableId::Waiting)? > 0;
        hints.dirty |= tables.count(TableId::Dirty)? > 0;
        Ok(())
    })?;
    Ok(hints)
}

/// Marks the file as closed in good order.
pub(super) fn mark_clean(tables: &mut WriteTables<'_>) -> Result<()> {
    tables.put(TableId::Meta, CLEAN, &[])
}

fn begin(executor: &Executor, tables: &mut WriteTables<'_>) -> Result<(), Abort> {
    if let Some(format) = tables.bytes(TableId::Meta, FORMAT)?
        && format != VERSION.to_be_bytes()
    {
        let words = "the file was written by a newer Sheetdesk".to_owned();
        return Err(TableError::Disk(words).into());
    }
    tables.put(TableId::Meta, FORMAT, &VERSION.to_be_bytes())?;
    clock_shift::shift_since_last_run(tables, clock::now())?;
    if !tables.remove(TableId::Meta, CLEAN)? {
        inbox::count_deaths(tables)?;
    }
    if let Some(mark) = tables.bytes(TableId::Meta, DECIDING)? {
        // It was in hand, alone, when the service died once more.
        let (seq, reason) = (keys::to_seq(&mark)?, executor.why(AsideNote::Deadly));
        inbox::quarantine(tables, seq, reason, clock::now())?;
        tables.remove(TableId::Meta, DECIDING)?;
    }
    Ok(())
}

fn decide_pending(db: &Database, executor: &mut Executor) -> Result<Hints> {
    let mut hints = Hints::default();
    loop {
        match executor.transact(db, decide_some)? {
            Step::Done => return Ok(hints),
            Step::Decided(more) => hints.merge(more),
            Step::Alone(seq) => hints.merge(decide_alone(db, executor, seq)?),
        }
    }
}

fn decide_some(executor: &Executor, tables: &mut WriteTables<'_>) -> Result<Step, Abort> {
    let pending = inbox::pending(tables, Seq(u64::MAX), DECIDED_AT_ONCE)?;
    let innocent = pending.iter().take_while(|(_, deaths)| *deaths < SUSPECT);
    let innocent: Vec<Seq> = innocent.map(|(seq, _)| *seq).collect();
    Ok(match pending.first() {
        None => Step::Done,
        Some((seq, _)) if innocent.is_empty() => Step::Alone(*seq),
        Some(_) => Step::Decided(executor.decide_all(tables, &innocent, clock::now())?),
    })
}

fn decide_alone(db: &Database, executor: &mut Executor, seq: Seq) -> Result<Hints> {
    executor.transact(db, |_, tables| {
        Ok(tables.put(TableId::Meta, DECIDING, &keys::seq(seq))?)
    })?;
    executor.transact(db, |executor, tables| {
        let hints = executor.decide_all(tables, &[seq], clock::now())?;
        tables.remove(TableId::Meta, DECIDING)?;
        Ok(hints)
    })
}

/// The sender is gone: nobody knows whether the message arrived.
fn lose_sends(tables: &mut WriteTables<'_>) -> Result<()> {
    for id in outbox::sending(tables)? {
        inbox::store_event(tables, Event::Sent(id, Outcome::Unknown), clock::now())?;
    }
    Ok(())
}
