//! What one transaction of the writer does, in the order that the design asks for.
//!
//! Invariant: store, then decide what earlier commits stored, then claim and intend; whatever it gives away is noted first.

use jiff::Timestamp;

use super::{
    Accepted, Intent, bounds,
    carry::Hints,
    fences,
    inbox::{self, DECIDED_AT_ONCE},
    judge::{Halt, Judge},
    outbox,
    queue::Group,
    tables::{Fault, Ledger},
};
use crate::domain::{
    effect::OutboxEntry,
    event::Event,
    ids::{ChatId, FenceId, MessageId, OutboxId, Seq},
};

/// What was given away and may have reached nobody: the next transaction makes good for it.
#[derive(Default)]
pub(super) struct Given {
    /// Messages that were claimed.
    pub(super) claims: Vec<OutboxId>,
    /// Fences of intents.
    pub(super) fences: Vec<FenceId>,
    /// Messages whose reaction found no place.
    pub(super) reactions: Vec<(ChatId, MessageId)>,
}

/// What a committed transaction has to tell.
pub(super) struct Done {
    /// The answers to the accepts, in their order.
    pub(super) accepted: Vec<Accepted>,
    /// The last record of each apply.
    pub(super) applied: Vec<Seq>,
    /// The answers to the claims.
    pub(super) claimed: Vec<Vec<OutboxEntry>>,
    /// The answers to the intents.
    pub(super) intended: Vec<Intent>,
    /// What to tell others.
    pub(super) hints: Hints,
    /// The oldest record that is still to be decided.
    pub(super) first_pending: Option<Seq>,
    /// When the next timer is due.
    pub(super) next_timer: Option<Timestamp>,
}

/// One transaction's work, in the order that the design asks for: store, decide what earlier commits stored, claim, intend.
pub(super) fn work(
    judge: &Judge,
    tables: &mut Ledger<'_>,
    group: &Group,
    stray: &Given,
    given: &mut Given,
    now: Timestamp,
) -> Result<Done, Halt> {
    stray.take_back(tables, now)?;
    let new = inbox::next_seq(tables)?;
    stray.store_unshown(tables, now)?;
    let (accepted, applied) = store(tables, group, now)?;
    let due: Vec<Seq> = inbox::pending(tables, new, DECIDED_AT_ONCE)?
        .into_iter()
        .map(|(seq, _)| seq)
        .collect();
    let mut hints = judge.decide_all(tables, &due, now)?;
    hints.outbox |= !stray.claims.is_empty();
    let claimed = claim(tables, group, given)?;
    let mut intended = Vec::new();
    for asked in &group.intends {
        let intent = fences::intend(tables, &asked.what.0, &asked.what.1, now)?;
        given.fences.push(intent.fence);
        intended.push(intent);
    }
    for asked in &group.forgets {
        fences::forget(tables, &asked.what.0, &asked.what.1)?;
    }
    bounds::step(tables, now)?;
    Ok(Done {
        accepted,
        applied,
        claimed,
        intended,
        hints,
        first_pending: inbox::pending(tables, Seq(u64::MAX), 1)?
            .first()
            .map(|(seq, _)| *seq),
        next_timer: inbox::next_timer(tables)?,
    })
}

impl Given {
    /// Nothing was given.
    pub(super) fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.fences.is_empty() && self.reactions.is_empty()
    }

    /// Adds what another transaction gave.
    pub(super) fn add(&mut self, other: Self) {
        self.claims.extend(other.claims);
        self.fences.extend(other.fences);
        self.reactions.extend(other.reactions);
    }

    /// Takes claims and fences back: whoever asked has no answer, so nothing was sent or written.
    fn take_back(&self, tables: &mut Ledger<'_>, now: Timestamp) -> Result<(), Fault> {
        for id in &self.claims {
            outbox::unclaim(tables, id, now)?;
        }
        for fence in &self.fences {
            fences::drop_intent(tables, *fence)?;
        }
        Ok(())
    }

    /// A reaction that will not come is as good as one that Telegram refuses.
    fn store_unshown(&self, tables: &mut Ledger<'_>, now: Timestamp) -> Result<(), Fault> {
        for (chat, message) in &self.reactions {
            inbox::store_event(tables, Event::Unshown(*chat, *message), now)?;
        }
        Ok(())
    }
}

/// Stores what came: timers that are due, raw records, events; tells each `apply` its last record.
fn store(
    tables: &mut Ledger<'_>,
    group: &Group,
    now: Timestamp,
) -> Result<(Vec<Accepted>, Vec<Seq>), Fault> {
    inbox::fire_timers(tables, now)?;
    let mut accepted = Vec::new();
    for asked in &group.accepts {
        accepted.push(inbox::accept(tables, &asked.what.0, &asked.what.1, now)?);
    }
    let mut applied = Vec::new();
    for asked in &group.applies {
        let mut last = Seq(0);
        for event in &asked.what {
            last = inbox::store_event(tables, event.clone(), now)?;
        }
        applied.push(last);
    }
    Ok((accepted, applied))
}

fn claim(
    tables: &mut Ledger<'_>,
    group: &Group,
    given: &mut Given,
) -> Result<Vec<Vec<OutboxEntry>>, Fault> {
    let mut claimed = Vec::new();
    for asked in &group.claims {
        let mut entries = Vec::new();
        for id in &asked.what {
            match outbox::claim(tables, id) {
                Ok(Some(entry)) => {
                    given.claims.push(id.clone());
                    entries.push(entry);
                }
                Ok(None) => {}
                Err(Fault::Record(words)) => {
                    tracing::error!(error = words, "a message cannot be read and is not sent")
                }
                Err(fault @ (Fault::Disk(_) | Fault::Damaged(_))) => return Err(fault),
            }
        }
        claimed.push(entries);
    }
    Ok(claimed)
}
