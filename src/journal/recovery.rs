//! What opening does before anybody may ask: counts deaths, decides what was left, gives up on sends that a crash cut off.
//!
//! Invariant: a record on which the service keeps dying stops it three times at most, and the others never.

use redb::Database;

use super::{
    carry::Hints,
    inbox::{self, DECIDED_AT_ONCE},
    judge::{Halt, Judge},
    keys, mixed, outbox,
    records::VERSION,
    setback,
    tables::{Fault, Ledger, Place},
};
use crate::{
    clock,
    domain::{
        event::{Event, Outcome},
        ids::Seq,
    },
};

/// The version of the file's layout, in [`Place::Meta`].
pub(super) const FORMAT: &[u8] = b"format";
/// There while the file is closed after a regular end, in [`Place::Meta`].
const CLEAN: &[u8] = b"clean";
/// The record that is being decided alone, in [`Place::Meta`].
const DECIDING: &[u8] = b"deciding";
/// After so many deaths with a record undecided it is decided alone.
const SUSPECT: u8 = 2;
/// The reason of a record that was in hand, alone, when the service died once more.
const THIRD_DEATH: &str = "служба трижды падала на этой записи";

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
pub(super) fn recover(db: &Database, judge: &mut Judge) -> Result<Hints, Fault> {
    judge.transact(db, |_, tables| begin(tables))?;
    judge.transact(db, |_, tables| Ok(mixed::search(tables, clock::now())?))?;
    let mut hints = decide_pending(db, judge)?;
    judge.transact(db, |_, tables| Ok(lose_sends(tables)?))?;
    hints.merge(decide_pending(db, judge)?);
    judge.transact(db, |_, tables| {
        hints.outbox |= tables.count(Place::Waiting)? > 0;
        hints.dirty |= tables.count(Place::Dirty)? > 0;
        Ok(())
    })?;
    Ok(hints)
}

/// Marks the file as closed in good order.
pub(super) fn mark_clean(tables: &mut Ledger<'_>) -> Result<(), Fault> {
    tables.put(Place::Meta, CLEAN, &[])
}

fn begin(tables: &mut Ledger<'_>) -> Result<(), Halt> {
    if let Some(format) = tables.bytes(Place::Meta, FORMAT)?
        && format != VERSION.to_be_bytes()
    {
        return Err(Fault::Disk("the file was written by a newer Sheetdesk".to_owned()).into());
    }
    tables.put(Place::Meta, FORMAT, &VERSION.to_be_bytes())?;
    setback::wake_up(tables, clock::now())?;
    if !tables.remove(Place::Meta, CLEAN)? {
        inbox::count_deaths(tables)?;
    }
    if let Some(mark) = tables.bytes(Place::Meta, DECIDING)? {
        inbox::quarantine(
            tables,
            keys::to_seq(&mark)?,
            THIRD_DEATH.to_owned(),
            clock::now(),
        )?;
        tables.remove(Place::Meta, DECIDING)?;
    }
    Ok(())
}

fn decide_pending(db: &Database, judge: &mut Judge) -> Result<Hints, Fault> {
    let mut hints = Hints::default();
    loop {
        match judge.transact(db, decide_some)? {
            Step::Done => return Ok(hints),
            Step::Decided(more) => hints.merge(more),
            Step::Alone(seq) => hints.merge(decide_alone(db, judge, seq)?),
        }
    }
}

fn decide_some(judge: &Judge, tables: &mut Ledger<'_>) -> Result<Step, Halt> {
    let pending = inbox::pending(tables, Seq(u64::MAX), DECIDED_AT_ONCE)?;
    let innocent: Vec<Seq> = pending
        .iter()
        .take_while(|(_, deaths)| *deaths < SUSPECT)
        .map(|(seq, _)| *seq)
        .collect();
    match pending.first() {
        None => Ok(Step::Done),
        Some((seq, _)) if innocent.is_empty() => Ok(Step::Alone(*seq)),
        Some(_) => Ok(Step::Decided(judge.decide_all(
            tables,
            &innocent,
            clock::now(),
        )?)),
    }
}

fn decide_alone(db: &Database, judge: &mut Judge, seq: Seq) -> Result<Hints, Fault> {
    judge.transact(db, |_, tables| {
        Ok(tables.put(Place::Meta, DECIDING, &keys::seq(seq))?)
    })?;
    judge.transact(db, |judge, tables| {
        let hints = judge.decide_all(tables, &[seq], clock::now())?;
        tables.remove(Place::Meta, DECIDING)?;
        Ok(hints)
    })
}

/// Whoever was sending is gone: nobody knows whether the message arrived.
fn lose_sends(tables: &mut Ledger<'_>) -> Result<(), Fault> {
    for id in outbox::sending(tables)? {
        inbox::store_event(tables, Event::Sent(id, Outcome::Unknown), clock::now())?;
    }
    Ok(())
}
