//! One transaction of the writer.
//!
//! Invariant: it stores, then decides what earlier commits stored, then claims and intends; everything that it grants is recorded first.

use jiff::Timestamp;

use super::{
    Accepted, Intent,
    apply::Hints,
    error::{Result, TableError},
    executor::{Abort, Executor},
    inbox::{self, DECIDED_AT_ONCE},
    outbox,
    queue::CommitGroup,
    retention,
    store::WriteTables,
    tokens,
};
use crate::domain::{
    effect::OutboxEntry,
    event::Event,
    ids::{BatchToken, ChatId, MessageId, OutboxId, Seq},
};

/// What was given away and may have reached nobody: the next transaction makes good for it.
#[derive(Default)]
pub(super) struct Grants {
    /// Messages that were claimed.
    pub(super) claims: Vec<OutboxId>,
    /// tokens of intents.
    pub(super) tokens: Vec<BatchToken>,
    /// Messages whose reaction found no place.
    pub(super) reactions: Vec<(ChatId, MessageId)>,
}

/// The results of a committed transaction.
pub(super) struct Committed {
    /// One result per accept, in order.
    pub(super) accepted: Vec<Accepted>,
    /// The last record of each `apply`.
    pub(super) applied: Vec<Seq>,
    /// One result per claim.
    pub(super) claimed: Vec<Vec<OutboxEntry>>,
    /// One result per intent.
    pub(super) intended: Vec<Intent>,
    /// What to notify others of.
    pub(super) hints: Hints,
    /// The oldest record that is still to be decided.
    pub(super) first_pending: Option<Seq>,
    /// When the next timer is due.
    pub(super) next_timer: Option<Timestamp>,
}

/// Runs one transaction: stores, decides what earlier commits stored, claims, and records intents.
pub(super) fn run(
    executor: &Executor,
    tables: &mut WriteTables<'_>,
    group: &CommitGroup,
    undelivered: &Grants,
    grants: &mut Grants,
    now: Timestamp,
) -> Result<Committed, Abort> {
    undelivered.take_back(tables, now)?;
    let new = inbox::next_seq(tables)?;
    undelivered.store_unshown(tables, now)?;
    let (accepted, applied) = store(tables, group, now)?;
    let due = inbox::pending(tables, new, DECIDED_AT_ONCE)?;
    let due: Vec<Seq> = due.into_iter().map(|(seq, _)| seq).collect();
    let mut hints = executor.decide_all(tables, &due, now)?;
    hints.outbox |= !undelivered.claims.is_empty();
    let claimed = claim(tables, group, grants)?;
    let mut intended = Vec::new();
    for request in &group.intends {
        let (spreadsheet, touched) = &request.payload;
        let intent = tokens::intend(tables, spreadsheet, touched, now)?;
        grants.tokens.push(intent.token);
        intended.push(intent);
    }
    for request in &group.forgets {
        let (spreadsheet, ids) = &request.payload;
        tokens::forget(tables, spreadsheet, ids)?;
    }
    retention::prune(tables, now)?;
    Ok(Committed {
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

impl Grants {
    /// Whether nothing was granted.
    pub(super) fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.tokens.is_empty() && self.reactions.is_empty()
    }

    /// Adds the grants of another transaction.
    pub(super) fn add(&mut self, other: Self) {
        self.claims.extend(other.claims);
        self.tokens.extend(other.tokens);
        self.reactions.extend(other.reactions);
    }

    /// Takes claims and tokens back: whoever asked has no answer, so nothing was sent or written.
    fn take_back(&self, tables: &mut WriteTables<'_>, now: Timestamp) -> Result<()> {
        for id in &self.claims {
            outbox::unclaim(tables, id, now)?;
        }
        for token in &self.tokens {
            tokens::drop_intent(tables, *token)?;
        }
        Ok(())
    }

    /// A reaction that will not come is as good as one that Telegram refuses.
    fn store_unshown(&self, tables: &mut WriteTables<'_>, now: Timestamp) -> Result<()> {
        for (chat, message) in &self.reactions {
            inbox::store_event(tables, Event::Unshown(*chat, *message), now)?;
        }
        Ok(())
    }
}

/// Stores due timers, raw records and events; returns the last record of each `apply`.
fn store(
    tables: &mut WriteTables<'_>,
    group: &CommitGroup,
    now: Timestamp,
) -> Result<(Vec<Accepted>, Vec<Seq>)> {
    inbox::fire_timers(tables, now)?;
    let mut accepted = Vec::new();
    for request in &group.accepts {
        let (key, raw) = &request.payload;
        accepted.push(inbox::accept(tables, key, raw, now)?);
    }
    let mut applied = Vec::new();
    for request in &group.applies {
        let mut last = Seq(0);
        for event in &request.payload {
            last = inbox::store_event(tables, event.clone(), now)?;
        }
        applied.push(last);
    }
    Ok((accepted, applied))
}

fn claim(
    tables: &mut WriteTables<'_>,
    group: &CommitGroup,
    grants: &mut Grants,
) -> Result<Vec<Vec<OutboxEntry>>> {
    let mut claimed = Vec::new();
    for request in &group.claims {
        let mut entries = Vec::new();
        for id in &request.payload {
            match outbox::claim(tables, id) {
                Ok(Some(entry)) => {
                    grants.claims.push(id.clone());
                    entries.push(entry);
                }
                Ok(None) => {}
                Err(TableError::Record(words)) => {
                    tracing::error!(error = words, "a message cannot be read and is not sent")
                }
                Err(error @ (TableError::Disk(_) | TableError::Damaged(_))) => return Err(error),
            }
        }
        claimed.push(entries);
    }
    Ok(claimed)
}
