//! The outbox inside a transaction: messages come, are claimed, wait again and end; its indices follow.
//!
//! Invariant: an id is put once; a message is in exactly one of waiting, sending and ended.

use std::ops::Bound;

use super::{
    error::{Result, TableError},
    keys::{self, Order},
    records::QueuedMessage,
    store::{Kv, TableId, Tables, WriteTables},
};
use crate::domain::{
    effect::{FinalState, Keyboard, OutboxEntry, OutboxState, Send},
    ids::OutboxId,
    text::Html,
};
use jiff::{SignedDuration, Timestamp};

/// Until when all sending rests, in [`TableId::Meta`].
const SILENT_UNTIL: &[u8] = b"silent_until";

/// Ended messages are remembered for so long: far beyond the 8 days in which their cause could come again, and a month of `status`.
const REMEMBER_ENDED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Puts a message into the outbox, unless its id is known there; tells whether it was put.
pub(super) fn put(
    tables: &mut WriteTables<'_>,
    send: Send,
    order: Order,
    now: Timestamp,
) -> Result<bool> {
    let id = keys::of(&send.id)?;
    if tables.has(TableId::Outbox, &id)? {
        return Ok(false);
    }
    let entry = OutboxEntry {
        send,
        state: OutboxState::Waiting(now),
        born: now,
        tries: 0,
        lost: 0,
    };
    write_queued(tables, &id, &QueuedMessage { entry, order })?;
    Ok(true)
}

/// Lets a message wait (again); one that has ended stays so, for its text is gone.
pub(super) fn reschedule(
    tables: &mut WriteTables<'_>,
    id: &OutboxId,
    at: Timestamp,
    lost: u8,
) -> Result<()> {
    let id = keys::of(id)?;
    let Some(mut message) = open_message(tables, &id)? else {
        return Ok(());
    };
    displace(tables, &id, &message)?;
    message.entry.state = OutboxState::Waiting(at);
    message.entry.lost = lost;
    write_queued(tables, &id, &message)
}

/// All sending rests until then.
pub(super) fn be_silent(tables: &mut WriteTables<'_>, until: Timestamp) -> Result<()> {
    tables.put(TableId::Meta, SILENT_UNTIL, &keys::before(until))
}

/// Until when all sending rests, if Telegram has ever asked for it.
pub(super) fn silent_until<K: Kv>(tables: &Tables<K>) -> Result<Option<Timestamp>> {
    let until = tables.bytes(TableId::Meta, SILENT_UNTIL)?;
    until.map(|moment| keys::to_moment(&moment)).transpose()
}

/// The clock was set back by so much: whatever waits for a moment to come waits as long as was meant.
pub(super) fn shift_back(
    tables: &mut WriteTables<'_>,
    by: SignedDuration,
    now: Timestamp,
) -> Result<()> {
    if let Some(until) = silent_until(tables)?.filter(|until| *until > now) {
        be_silent(tables, until.checked_sub(by).unwrap_or(now))?;
    }
    for (_, id) in tables.pairs(TableId::Waiting, &[], Bound::Unbounded, usize::MAX)? {
        let message = match tables.read::<QueuedMessage>(TableId::Outbox, &id) {
            Ok(message) => message,
            // It is not sent either.
            Err(TableError::Record(_)) => continue,
            Err(error @ (TableError::Disk(_) | TableError::Damaged(_))) => return Err(error),
        };
        if let Some(mut message) = message
            && let OutboxState::Waiting(due) = message.entry.state
            && due > now
        {
            message.entry.state = OutboxState::Waiting(due.checked_sub(by).unwrap_or(now));
            tables.write(TableId::Outbox, &id, &message)?;
        }
    }
    Ok(())
}

/// Ends a message: the id and how it ended stay; the text goes, unless the operator may want it sent again.
pub(super) fn finish(
    tables: &mut WriteTables<'_>,
    id: &OutboxId,
    ending: FinalState,
    now: Timestamp,
) -> Result<()> {
    let id = keys::of(id)?;
    let Some(mut message) = open_message(tables, &id)? else {
        return Ok(());
    };
    displace(tables, &id, &message)?;
    message.entry.state = OutboxState::Ended(ending);
    if ending != FinalState::Unknown {
        message.entry.send.text = Html::escape("");
        message.entry.send.keyboard = Keyboard::Keep;
        message.entry.send.files.clear();
    }
    write_queued(tables, &id, &message)?;
    tables.put(TableId::Ended, &keys::at(now, &id), &[])
}

/// A message whose outcome nobody knows waits again; tells whether there is one.
pub(super) fn resend(tables: &mut WriteTables<'_>, id: &OutboxId, now: Timestamp) -> Result<bool> {
    let key = keys::of(id)?;
    let Some(mut message) = tables.read::<QueuedMessage>(TableId::Outbox, &key)? else {
        return Ok(false);
    };
    if message.entry.state != OutboxState::Ended(FinalState::Unknown) {
        return Ok(false);
    }
    tables.remove(TableId::Unknown, &key)?;
    message.entry.state = OutboxState::Waiting(now);
    (message.entry.born, message.entry.tries, message.entry.lost) = (now, 0, 0);
    write_queued(tables, &key, &message)?;
    Ok(true)
}

/// A message whose outcome nobody knows, or that was refused for good, is counted no longer; that it was sent stays known.
pub(super) fn forget(tables: &mut WriteTables<'_>, id: &OutboxId) -> Result<()> {
    let id = keys::of(id)?;
    tables.remove(TableId::Failed, &id)?;
    tables.remove(TableId::Unknown, &id).map(drop)
}

/// Takes a message back that waits; its id may be put again, since nothing of it was ever ended.
pub(super) fn withdraw(tables: &mut WriteTables<'_>, id: &OutboxId) -> Result<()> {
    let id = keys::of(id)?;
    if let Some(message) = tables.read::<QueuedMessage>(TableId::Outbox, &id)?
        && matches!(message.entry.state, OutboxState::Waiting(_))
    {
        displace(tables, &id, &message)?;
        tables.remove(TableId::Outbox, &id)?;
    }
    Ok(())
}

/// Waiting → sending; `None` if it does not wait.
pub(super) fn claim(tables: &mut WriteTables<'_>, id: &OutboxId) -> Result<Option<OutboxEntry>> {
    let id = keys::of(id)?;
    let Some(mut message) = tables.read::<QueuedMessage>(TableId::Outbox, &id)? else {
        return Ok(None);
    };
    if !matches!(message.entry.state, OutboxState::Waiting(_)) {
        return Ok(None);
    }
    displace(tables, &id, &message)?;
    message.entry.state = OutboxState::Sending;
    message.entry.tries = message.entry.tries.saturating_add(1);
    write_queued(tables, &id, &message)?;
    Ok(Some(message.entry))
}

/// Sending → waiting: a claim whose answer never reached the one who asked, so nothing was sent.
pub(super) fn unclaim(tables: &mut WriteTables<'_>, id: &OutboxId, now: Timestamp) -> Result<()> {
    let id = keys::of(id)?;
    if let Some(mut message) = tables.read::<QueuedMessage>(TableId::Outbox, &id)?
        && message.entry.state == OutboxState::Sending
    {
        displace(tables, &id, &message)?;
        message.entry.state = OutboxState::Waiting(now);
        message.entry.tries = message.entry.tries.saturating_sub(1);
        write_queued(tables, &id, &message)?;
    }
    Ok(())
}

/// Messages that wait, in the order in which they are sent; lazy. One that cannot be read is an error in its place.
pub(super) fn waiting<K: Kv>(
    tables: &Tables<K>,
) -> impl Iterator<Item = Result<Option<OutboxEntry>>> + '_ {
    let (range, failed) = match tables.all(TableId::Waiting) {
        Ok(range) => (Some(range), None),
        Err(error) => (None, Some(Err(error))),
    };
    let entries = range.into_iter().flatten().map(|pair| {
        let (_, id) = pair?;
        let message = tables.read::<QueuedMessage>(TableId::Outbox, &id)?;
        Ok(message.map(|message| message.entry))
    });
    failed.into_iter().chain(entries)
}

/// Messages that are being sent.
pub(super) fn sending(tables: &WriteTables<'_>) -> Result<Vec<OutboxId>> {
    let all = tables.all(TableId::Sending)?;
    all.map(|pair| keys::back(&pair?.0)).collect()
}

/// Forgets messages that ended long ago, at most `most`.
pub(super) fn forget_ended(
    tables: &mut WriteTables<'_>,
    now: Timestamp,
    most: usize,
) -> Result<()> {
    let Ok(before) = now.checked_sub(REMEMBER_ENDED) else {
        return Ok(());
    };
    let before = keys::before(before);
    for (key, _) in tables.pairs(TableId::Ended, &[], Bound::Excluded(&before), most)? {
        let id = key.get(size_of::<i64>()..).unwrap_or_default();
        for table in [TableId::Outbox, TableId::Failed, TableId::Unknown] {
            tables.remove(table, id)?;
        }
        tables.remove(TableId::Ended, &key)?;
    }
    Ok(())
}

fn open_message(tables: &WriteTables<'_>, id: &[u8]) -> Result<Option<QueuedMessage>> {
    let message = tables.read::<QueuedMessage>(TableId::Outbox, id)?;
    Ok(message.filter(|message| !matches!(message.entry.state, OutboxState::Ended(_))))
}

/// Stores a message together with the index that belongs to its state.
pub(super) fn write_queued(
    tables: &mut WriteTables<'_>,
    id: &[u8],
    message: &QueuedMessage,
) -> Result<()> {
    tables.write(TableId::Outbox, id, message)?;
    match message.entry.state {
        OutboxState::Waiting(_) => {
            let place = keys::waiting(message.entry.send.lane, message.order);
            tables.put(TableId::Waiting, &place, id)
        }
        OutboxState::Sending => tables.put(TableId::Sending, id, &[]),
        OutboxState::Ended(FinalState::Failed) => tables.put(TableId::Failed, id, &[]),
        OutboxState::Ended(FinalState::Unknown) => tables.put(TableId::Unknown, id, &[]),
        OutboxState::Ended(FinalState::Delivered) => Ok(()),
    }
}

/// Takes a message that has not ended out of its index.
fn displace(tables: &mut WriteTables<'_>, id: &[u8], message: &QueuedMessage) -> Result<()> {
    let place = keys::waiting(message.entry.send.lane, message.order);
    tables.remove(TableId::Waiting, &place)?;
    tables.remove(TableId::Sending, id).map(drop)
}
