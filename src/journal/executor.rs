//! The executor: turns a stored record into an event and lets the rules decide it, inside the writer's transaction.
//!
//! Invariant: a record that cannot be decided, whatever the reason, is set aside alone; the others go on.

use std::{
    any::Any,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use jiff::Timestamp;
use redb::Database;

use super::{
    Interpret,
    apply::{Hints, apply},
    disk,
    error::{Result, TableError},
    inbox, keys,
    records::Incoming,
    store::{TableId, WriteTables},
};
use crate::domain::{
    effect::Decision,
    event::Event,
    ids::Seq,
    ownership,
    rules::Rules,
    wording::{AsideNote, Note},
};

/// The rules as the executor calls them.
pub(super) type Decide = fn(&Rules, &WriteTables<'_>, Seq, &Event, Timestamp) -> Decision;

/// How much of a panic's message is kept as the reason of a quarantine, in characters.
const PANIC_WORDS: usize = 200;

/// Decides records, and rejects every decision that would overwrite one entity with another.
pub(super) struct Executor {
    rules: Rules,
    interpret: Interpret,
    decide: Decide,
    /// Records whose decision could not be applied in an earlier attempt of the transaction, with the reason.
    skipped: BTreeMap<Seq, String>,
}

/// The decision on a record.
struct Decided {
    decision: Decision,
    /// It is an event of our own, which nobody delivers again.
    own: bool,
}

/// Why a transaction is aborted.
#[derive(Debug)]
pub(super) enum Abort {
    /// The tables failed, and no decision is the cause.
    Tables(TableError),
    /// This record's decision cannot be applied; the transaction is retried without it.
    Record(Seq, String),
}

impl From<TableError> for Abort {
    fn from(error: TableError) -> Self {
        Self::Tables(error)
    }
}

impl Executor {
    pub(super) fn new(rules: Rules, interpret: Interpret, decide: Decide) -> Self {
        Self {
            rules,
            interpret,
            decide,
            skipped: BTreeMap::new(),
        }
    }

    /// Runs `work` in a transaction and commits it; retries without a record whose decision cannot be applied.
    pub(super) fn transact<T>(
        &mut self,
        db: &Database,
        mut work: impl FnMut(&Self, &mut WriteTables<'_>) -> Result<T, Abort>,
    ) -> Result<T> {
        loop {
            match disk::transact(db, |tables| work(self, tables)) {
                Ok(done) => {
                    self.skipped.clear();
                    return Ok(done);
                }
                Err(Abort::Tables(error)) => return Err(error),
                Err(Abort::Record(seq, reason)) => {
                    self.skipped.insert(seq, reason);
                }
            }
        }
    }

    /// Decides these records in order.
    pub(super) fn decide_all(
        &self,
        tables: &mut WriteTables<'_>,
        records: &[Seq],
        now: Timestamp,
    ) -> Result<Hints, Abort> {
        let mut hints = Hints::default();
        for &seq in records {
            let decided = match self.skipped.get(&seq) {
                Some(reason) => Err(reason.clone()),
                None => self.decide_one(tables, seq, now)?,
            };
            match decided {
                Ok(Decided { decision, own }) => {
                    let idle = own && decision == Decision::default();
                    hints.merge(self.apply_decision(tables, seq, decision, now)?);
                    if idle {
                        inbox::drop_idle(tables, seq)?;
                    }
                }
                Err(reason) => inbox::quarantine(tables, seq, reason, now)?,
            }
        }
        Ok(hints)
    }

    fn apply_decision(
        &self,
        tables: &mut WriteTables<'_>,
        seq: Seq,
        decision: Decision,
        now: Timestamp,
    ) -> Result<Hints, Abort> {
        let applied = catch_unwind(AssertUnwindSafe(|| apply(tables, seq, decision, now)));
        match applied {
            Ok(Ok(hints)) => {
                inbox::decided(tables, seq)?;
                Ok(hints)
            }
            Ok(Err(error @ (TableError::Disk(_) | TableError::Damaged(_)))) => {
                Err(Abort::Tables(error))
            }
            Ok(Err(TableError::Record(words))) => {
                Err(Abort::Record(seq, self.why(AsideNote::Unusable(&words))))
            }
            Err(panic) => Err(Abort::Record(seq, self.fault(panic.as_ref()))),
        }
    }

    /// The decision, or the reason why there is none.
    fn decide_one(
        &self,
        tables: &mut WriteTables<'_>,
        seq: Seq,
        now: Timestamp,
    ) -> Result<Result<Decided, String>> {
        let incoming = match tables.read::<Incoming>(TableId::Inbox, &keys::seq(seq)) {
            Ok(Some(incoming)) => incoming,
            Ok(None) => return Ok(Err(self.why(AsideNote::Gone))),
            Err(TableError::Record(words)) => {
                return Ok(Err(self.why(AsideNote::Unusable(&words))));
            }
            Err(error @ (TableError::Disk(_) | TableError::Damaged(_))) => return Err(error),
        };
        let own = incoming.key.is_none();
        let decided = catch_unwind(AssertUnwindSafe(|| {
            let event = incoming.body.event(&self.interpret);
            let event = event.map_err(|undecodable| self.why(undecodable.note()))?;
            let decision = (self.decide)(&self.rules, tables, seq, &event, now);
            ownership::check(tables, &decision)
                .map_err(|error| self.why(AsideNote::Fault(&error.to_string())))?;
            Ok(Decided { decision, own })
        }));
        match tables.take_failure() {
            Some(error @ (TableError::Disk(_) | TableError::Damaged(_))) => return Err(error),
            Some(TableError::Record(words)) => {
                return Ok(Err(self.why(AsideNote::Unusable(&words))));
            }
            None => {}
        }
        Ok(decided.unwrap_or_else(|panic| Err(self.fault(panic.as_ref()))))
    }

    /// Why a record is set aside, for the operator who looks at it; never for a log.
    pub(super) fn why(&self, note: AsideNote<'_>) -> String {
        self.rules.wording.note(Note::Aside(note))
    }

    fn fault(&self, panic: &(dyn Any + Send)) -> String {
        self.why(AsideNote::Fault(&said(panic)))
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let owned = || panic.downcast_ref::<String>().map(String::as_str);
    let said = panic.downcast_ref::<&str>().copied().or_else(owned);
    let said = said.unwrap_or("no words");
    said.chars().take(PANIC_WORDS).collect()
}
