//! The outbox inside a transaction: messages come, are claimed, wait again and end; its indices follow.
//!
//! Invariant: an id is put once; a message stands in exactly one of waiting, sending and ended.

use std::ops::Bound;

use jiff::{SignedDuration, Timestamp};
use redb::ReadableTable;

use super::{
    keys::{self, Order},
    records::Message,
    tables::{Bytes, Fault, Ledger, Place, Tables},
};
use crate::domain::{
    effect::{Ending, Keyboard, OutboxEntry, OutboxState, Send},
    ids::OutboxId,
    text::Html,
};

/// Until when all sending rests, in [`Place::Meta`].
const SILENT_UNTIL: &[u8] = b"silent_until";

/// Ended messages are remembered for so long: far beyond the 8 days in which their cause could come again, and a month of `status`.
const REMEMBER_ENDED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Puts a message into the outbox, unless its id is known there; tells whether it was put.
pub(super) fn put(
    tables: &mut Ledger<'_>,
    send: Send,
    order: Order,
    now: Timestamp,
) -> Result<bool, Fault> {
    let id = keys::of(&send.id)?;
    if tables.has(Place::Outbox, &id)? {
        return Ok(false);
    }
    let entry = OutboxEntry {
        send,
        state: OutboxState::Waiting(now),
        born: now,
        tries: 0,
        lost: 0,
    };
    place(tables, &id, &Message { entry, order })?;
    Ok(true)
}

/// Lets a message wait (again); one that has ended stays so, for its text is gone.
pub(super) fn reschedule(
    tables: &mut Ledger<'_>,
    id: &OutboxId,
    at: Timestamp,
    lost: u8,
) -> Result<(), Fault> {
    let id = keys::of(id)?;
    let Some(mut message) = open_message(tables, &id)? else {
        return Ok(());
    };
    displace(tables, &id, &message)?;
    message.entry.state = OutboxState::Waiting(at);
    message.entry.lost = lost;
    place(tables, &id, &message)
}

/// All sending rests until then.
pub(super) fn be_silent(tables: &mut Ledger<'_>, until: Timestamp) -> Result<(), Fault> {
    tables.put(Place::Meta, SILENT_UNTIL, &keys::before(until))
}

/// Until when all sending rests, if Telegram has ever asked for it.
pub(super) fn silent_until<T: ReadableTable<Bytes, Bytes>>(
    tables: &Tables<T>,
) -> Result<Option<Timestamp>, Fault> {
    tables
        .bytes(Place::Meta, SILENT_UNTIL)?
        .map(|moment| keys::to_moment(&moment))
        .transpose()
}

/// The clock was set back by so much: whatever waits for a moment to come waits as long as was meant.
pub(super) fn set_back(
    tables: &mut Ledger<'_>,
    by: SignedDuration,
    now: Timestamp,
) -> Result<(), Fault> {
    if let Some(until) = silent_until(tables)?.filter(|until| *until > now) {
        be_silent(tables, until.checked_sub(by).unwrap_or(now))?;
    }
    for (_, id) in tables.pairs(Place::Waiting, &[], Bound::Unbounded, usize::MAX)? {
        let message = match tables.read::<Message>(Place::Outbox, &id) {
            Ok(message) => message,
            // It is not sent either.
            Err(Fault::Record(_)) => continue,
            Err(fault @ (Fault::Disk(_) | Fault::Damaged(_))) => return Err(fault),
        };
        if let Some(mut message) = message
            && let OutboxState::Waiting(due) = message.entry.state
            && due > now
        {
            message.entry.state = OutboxState::Waiting(due.checked_sub(by).unwrap_or(now));
            tables.write(Place::Outbox, &id, &message)?;
        }
    }
    Ok(())
}

/// Ends a message: the id and how it ended stay; the text goes, unless the operator may want it sent again.
pub(super) fn finish(
    tables: &mut Ledger<'_>,
    id: &OutboxId,
    ending: Ending,
    now: Timestamp,
) -> Result<(), Fault> {
    let id = keys::of(id)?;
    let Some(mut message) = open_message(tables, &id)? else {
        return Ok(());
    };
    displace(tables, &id, &message)?;
    message.entry.state = OutboxState::Ended(ending);
    if ending != Ending::Unknown {
        message.entry.send.text = Html::escape("");
        message.entry.send.keyboard = Keyboard::Keep;
        message.entry.send.files.clear();
    }
    place(tables, &id, &message)?;
    tables.put(Place::Ended, &keys::at(now, &id), &[])
}

/// A message whose outcome nobody knows waits again; tells whether there is one.
pub(super) fn resend(
    tables: &mut Ledger<'_>,
    id: &OutboxId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let key = keys::of(id)?;
    let Some(mut message) = tables.read::<Message>(Place::Outbox, &key)? else {
        return Ok(false);
    };
    if message.entry.state != OutboxState::Ended(Ending::Unknown) {
        return Ok(false);
    }
    tables.remove(Place::Unknown, &key)?;
    message.entry.state = OutboxState::Waiting(now);
    (message.entry.born, message.entry.tries, message.entry.lost) = (now, 0, 0);
    place(tables, &key, &message)?;
    Ok(true)
}

/// A message whose outcome nobody knows is counted no longer; that it was sent stays known.
pub(super) fn forget_unknown(tables: &mut Ledger<'_>, id: &OutboxId) -> Result<(), Fault> {
    tables.remove(Place::Unknown, &keys::of(id)?).map(|_| ())
}

/// Takes a message back that waits; its id may be put again, since nothing of it was ever ended.
pub(super) fn withdraw(tables: &mut Ledger<'_>, id: &OutboxId) -> Result<(), Fault> {
    let id = keys::of(id)?;
    if let Some(message) = tables.read::<Message>(Place::Outbox, &id)?
        && matches!(message.entry.state, OutboxState::Waiting(_))
    {
        displace(tables, &id, &message)?;
        tables.remove(Place::Outbox, &id)?;
    }
    Ok(())
}

/// Waiting → sending; nothing where it does not wait.
pub(super) fn claim(tables: &mut Ledger<'_>, id: &OutboxId) -> Result<Option<OutboxEntry>, Fault> {
    let id = keys::of(id)?;
    let Some(mut message) = tables.read::<Message>(Place::Outbox, &id)? else {
        return Ok(None);
    };
    if !matches!(message.entry.state, OutboxState::Waiting(_)) {
        return Ok(None);
    }
    displace(tables, &id, &message)?;
    message.entry.state = OutboxState::Sending;
    message.entry.tries = message.entry.tries.saturating_add(1);
    place(tables, &id, &message)?;
    Ok(Some(message.entry))
}

/// Sending → waiting: a claim whose answer never reached the one who asked, so nothing was sent.
pub(super) fn unclaim(tables: &mut Ledger<'_>, id: &OutboxId, now: Timestamp) -> Result<(), Fault> {
    let id = keys::of(id)?;
    if let Some(mut message) = tables.read::<Message>(Place::Outbox, &id)?
        && message.entry.state == OutboxState::Sending
    {
        displace(tables, &id, &message)?;
        message.entry.state = OutboxState::Waiting(now);
        message.entry.tries = message.entry.tries.saturating_sub(1);
        place(tables, &id, &message)?;
    }
    Ok(())
}

/// Messages that are being sent.
pub(super) fn sending(tables: &Ledger<'_>) -> Result<Vec<OutboxId>, Fault> {
    let all = tables.scan(Place::Sending, &[], Bound::Unbounded)?;
    all.map(|pair| keys::back(&pair?.0)).collect()
}

/// Forgets messages that ended long ago, at most `most`.
pub(super) fn forget_ended(
    tables: &mut Ledger<'_>,
    now: Timestamp,
    most: usize,
) -> Result<(), Fault> {
    let Ok(before) = now.checked_sub(REMEMBER_ENDED) else {
        return Ok(());
    };
    for (key, _) in tables.pairs(
        Place::Ended,
        &[],
        Bound::Excluded(&keys::before(before)),
        most,
    )? {
        let id = key.get(size_of::<i64>()..).unwrap_or_default();
        for place in [Place::Outbox, Place::Failed, Place::Unknown] {
            tables.remove(place, id)?;
        }
        tables.remove(Place::Ended, &key)?;
    }
    Ok(())
}

fn open_message(tables: &Ledger<'_>, id: &[u8]) -> Result<Option<Message>, Fault> {
    let message = tables.read::<Message>(Place::Outbox, id)?;
    Ok(message.filter(|message| !matches!(message.entry.state, OutboxState::Ended(_))))
}

/// Stores a message together with the index that belongs to its state.
fn place(tables: &mut Ledger<'_>, id: &[u8], message: &Message) -> Result<(), Fault> {
    tables.write(Place::Outbox, id, message)?;
    match message.entry.state {
        OutboxState::Waiting(_) => tables.put(
            Place::Waiting,
            &keys::waiting(message.entry.send.lane, message.order),
            id,
        ),
        OutboxState::Sending => tables.put(Place::Sending, id, &[]),
        OutboxState::Ended(Ending::Failed) => tables.put(Place::Failed, id, &[]),
        OutboxState::Ended(Ending::Unknown) => tables.put(Place::Unknown, id, &[]),
        OutboxState::Ended(Ending::Delivered) => Ok(()),
    }
}

/// Takes a message that has not ended out of its index.
fn displace(tables: &mut Ledger<'_>, id: &[u8], message: &Message) -> Result<(), Fault> {
    tables.remove(
        Place::Waiting,
        &keys::waiting(message.entry.send.lane, message.order),
    )?;
    tables.remove(Place::Sending, id)?;
    Ok(())
}
