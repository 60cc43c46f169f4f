//! The judge: turns a stored record into an event and has the rules decide it, inside the writer's transaction.
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
    carry::{Hints, carry_out},
    disk, inbox, keys,
    records::Incoming,
    tables::{Fault, Ledger, Place},
};
use crate::domain::{effect::Decision, event::Event, ids::Seq, ownership, rules::Rules};

/// The rules as the judge calls them.
pub(super) type Decide = fn(&Rules, &Ledger<'_>, Seq, &Event, Timestamp) -> Decision;

/// The words of a panic that are kept in a quarantine's reason, in characters.
const PANIC_WORDS: usize = 200;

/// Decides records, and stops every decision that would put a thing in the place of another's.
pub(super) struct Judge {
    rules: Rules,
    interpret: Interpret,
    decide: Decide,
    /// Records whose decision could not be carried out in an earlier try of the transaction, with the reason.
    barred: BTreeMap<Seq, String>,
}

/// What comes of a record.
struct Verdict {
    decision: Decision,
    /// It is an event of our own, which nobody brings again.
    own: bool,
}

/// Why a transaction has to be given up.
#[derive(Debug)]
pub(super) enum Halt {
    /// The disk, or a record that no decision is to blame for.
    Fault(Fault),
    /// This record's decision cannot be carried out; without it the transaction can be tried again.
    Record(Seq, String),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Judge {
    pub(super) fn new(rules: Rules, interpret: Interpret, decide: Decide) -> Self {
        Self {
            rules,
            interpret,
            decide,
            barred: BTreeMap::new(),
        }
    }

    /// Runs work in a transaction of its own and commits it; again without a record whose decision spoils it.
    pub(super) fn transact<T>(
        &mut self,
        db: &Database,
        mut work: impl FnMut(&Self, &mut Ledger<'_>) -> Result<T, Halt>,
    ) -> Result<T, Fault> {
        loop {
            match disk::transact(db, |tables| work(self, tables)) {
                Ok(done) => {
                    self.barred.clear();
                    return Ok(done);
                }
                Err(Halt::Fault(fault)) => return Err(fault),
                Err(Halt::Record(seq, reason)) => {
                    self.barred.insert(seq, reason);
                }
            }
        }
    }

    /// Decides these records in order.
    pub(super) fn decide_all(
        &self,
        tables: &mut Ledger<'_>,
        records: &[Seq],
        now: Timestamp,
    ) -> Result<Hints, Halt> {
        let mut hints = Hints::default();
        for &seq in records {
            let verdict = match self.barred.get(&seq) {
                Some(reason) => Err(reason.clone()),
                None => self.verdict(tables, seq, now)?,
            };
            match verdict {
                Ok(Verdict { decision, own }) => {
                    let idle = own && decision == Decision::default();
                    hints.merge(self.carry(tables, seq, decision, now)?);
                    if idle {
                        inbox::drop_idle(tables, seq)?;
                    }
                }
                Err(reason) => inbox::quarantine(tables, seq, reason, now)?,
            }
        }
        Ok(hints)
    }

    fn carry(
        &self,
        tables: &mut Ledger<'_>,
        seq: Seq,
        decision: Decision,
        now: Timestamp,
    ) -> Result<Hints, Halt> {
        let carried = catch_unwind(AssertUnwindSafe(|| carry_out(tables, seq, decision, now)));
        match carried {
            Ok(Ok(hints)) => {
                inbox::decided(tables, seq)?;
                Ok(hints)
            }
            Ok(Err(fault @ (Fault::Disk(_) | Fault::Damaged(_)))) => Err(Halt::Fault(fault)),
            Ok(Err(Fault::Record(words))) => Err(Halt::Record(seq, words)),
            Err(panic) => Err(Halt::Record(seq, panic_words(panic.as_ref()))),
        }
    }

    /// The decision, or the reason why there is none.
    fn verdict(
        &self,
        tables: &mut Ledger<'_>,
        seq: Seq,
        now: Timestamp,
    ) -> Result<Result<Verdict, String>, Fault> {
        let incoming = match tables.read::<Incoming>(Place::Inbox, &keys::seq(seq)) {
            Ok(Some(incoming)) => incoming,
            Ok(None) => return Ok(Err("the record is gone".to_owned())),
            Err(Fault::Record(words)) => return Ok(Err(words)),
            Err(fault @ (Fault::Disk(_) | Fault::Damaged(_))) => return Err(fault),
        };
        let own = incoming.key.is_none();
        let decided = catch_unwind(AssertUnwindSafe(|| {
            let event = incoming.body.event(&self.interpret)?;
            let decision = (self.decide)(&self.rules, tables, seq, &event, now);
            ownership::check(tables, &decision).map_err(|clash| clash.to_string())?;
            Ok(Verdict { decision, own })
        }));
        match tables.take_trouble() {
            Some(fault @ (Fault::Disk(_) | Fault::Damaged(_))) => return Err(fault),
            Some(Fault::Record(words)) => return Ok(Err(words)),
            None => {}
        }
        Ok(decided.unwrap_or_else(|panic| Err(panic_words(panic.as_ref()))))
    }
}

/// What a panic said, for the operator who looks at the quarantined record; never for a log.
pub(super) fn panic_words(panic: &(dyn Any + Send)) -> String {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no words");
    let said: String = said.chars().take(PANIC_WORDS).collect();
    format!("a fault of the service itself: {said}")
}
