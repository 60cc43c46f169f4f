//! The inbox inside a transaction: records are stored once, wait to be decided, and are set aside where they cannot be.
//!
//! Invariant: a record is pending from the transaction that stores it to the one that decides or quarantines it.

use std::ops::Bound;

use jiff::{SignedDuration, Timestamp};

use super::{
    Accepted, DedupKey,
    error::{Result, TableError},
    keys,
    records::{Body, Incoming, Quarantined, Timer, decode},
    store::{Kv, TableId, Tables, WriteTables},
};
use crate::domain::{event::Event, ids::Seq};

/// The counter of records, in [`TableId::Meta`]: the next one to give.
const NEXT_SEQ: &[u8] = b"next_seq";
/// Timers that one commit fires at most, so that a long absence does not make a long transaction.
const TIMERS_AT_ONCE: usize = 200;
/// Telegram repeats an update for 24 hours at most, and ids start afresh after a quiet week; what is older can't be the same.
const REMEMBER_DECIDED: SignedDuration = SignedDuration::from_hours(8 * 24);
/// Quarantined records that are kept at most; a flood of them is a fault that a person must see, not a reason to fill the disk.
const MOST_QUARANTINED: u64 = 10_000;
/// Records that one commit decides at most, so that an accept never waits long behind a first read of a large sheet.
pub(super) const DECIDED_AT_ONCE: usize = 1_000;

/// The sequence number that the next record will bear.
pub(super) fn next_seq(tables: &WriteTables<'_>) -> Result<Seq> {
    let next = tables.bytes(TableId::Meta, NEXT_SEQ)?;
    next.map_or(Ok(Seq(1)), |next| keys::to_seq(&next))
}

/// Stores a raw record unless its key is known.
pub(super) fn accept(
    tables: &mut WriteTables<'_>,
    key: &DedupKey,
    raw: &[u8],
    now: Timestamp,
) -> Result<Accepted> {
    let known = keys::dedup(key);
    if tables.has(TableId::Dedup, &known)? {
        return Ok(Accepted::Duplicate);
    }
    let incoming = Incoming {
        at: now,
        key: Some(key.clone()),
        body: Body::of_raw(raw),
    };
    let seq = store(tables, &incoming)?;
    tables.put(TableId::Dedup, &known, &keys::seq(seq))?;
    Ok(Accepted::Stored(seq))
}

/// Stores an event of our own.
pub(super) fn store_event(
    tables: &mut WriteTables<'_>,
    event: Event,
    now: Timestamp,
) -> Result<Seq> {
    store_own(tables, Body::Event(Box::new(event)), now)
}

fn store_own(tables: &mut WriteTables<'_>, body: Body, at: Timestamp) -> Result<Seq> {
    let key = None;
    store(tables, &Incoming { at, key, body })
}

/// Turns timers that are due into stored events.
pub(super) fn fire_timers(tables: &mut WriteTables<'_>, now: Timestamp) -> Result<()> {
    let Ok(end) = now.checked_add(SignedDuration::from_micros(1)) else {
        return Ok(());
    };
    let (end, most) = (keys::before(end), TIMERS_AT_ONCE);
    let due = tables.pairs(TableId::Timers, &[], Bound::Excluded(&end), most)?;
    for (key, value) in due {
        tables.remove(TableId::Timers, &key)?;
        match decode::<Timer>(&value) {
            Ok(timer) => {
                store_event(tables, Event::Due(timer.wake), now)?;
            }
            Err(error) => tracing::error!(error = %error, "a timer cannot be read and is dropped"),
        }
    }
    Ok(())
}

/// Every timer, the next one first.
pub(super) fn timers<K: Kv>(tables: &Tables<K>) -> Result<Vec<Timer>> {
    tables.every(TableId::Timers)
}

/// When the next timer is due.
pub(super) fn next_timer(tables: &WriteTables<'_>) -> Result<Option<Timestamp>> {
    let first = tables.pairs(TableId::Timers, &[], Bound::Unbounded, 1)?;
    let first = first.first();
    first.map(|(key, _)| keys::to_moment(key)).transpose()
}

/// The oldest records to decide below a limit, with the deaths each has seen.
pub(super) fn pending(tables: &WriteTables<'_>, below: Seq, most: usize) -> Result<Vec<(Seq, u8)>> {
    let below = keys::seq(below);
    let pairs = tables.pairs(TableId::Pending, &[], Bound::Excluded(&below), most)?;
    let deaths = |value: &[u8]| value.first().copied().unwrap_or_default();
    let pending = pairs.into_iter();
    pending
        .map(|(key, value)| Ok((keys::to_seq(&key)?, deaths(&value))))
        .collect()
}

/// Adds one death to every record that is still to be decided.
pub(super) fn count_deaths(tables: &mut WriteTables<'_>) -> Result<()> {
    for (seq, deaths) in pending(tables, Seq(u64::MAX), usize::MAX)? {
        let more = [deaths.saturating_add(1)];
        tables.put(TableId::Pending, &keys::seq(seq), &more)?;
    }
    Ok(())
}

/// The record is decided.
pub(super) fn decided(tables: &mut WriteTables<'_>, seq: Seq) -> Result<()> {
    tables.remove(TableId::Pending, &keys::seq(seq)).map(drop)
}

/// An event of our own from which nothing follows leaves nothing: it may speak of somebody who is forgotten.
pub(super) fn drop_idle(tables: &mut WriteTables<'_>, seq: Seq) -> Result<()> {
    tables.remove(TableId::Inbox, &keys::seq(seq)).map(drop)
}

/// Sets a record aside, with a reason for people.
pub(super) fn quarantine(
    tables: &mut WriteTables<'_>,
    seq: Seq,
    reason: String,
    now: Timestamp,
) -> Result<()> {
    tracing::warn!(inbox.seq = seq.0, "a record is quarantined");
    let body = match tables.read::<Incoming>(TableId::Inbox, &keys::seq(seq)) {
        Ok(incoming) => incoming.map(|incoming| incoming.body),
        Err(TableError::Record(_)) => None,
        Err(error @ (TableError::Disk(_) | TableError::Damaged(_))) => return Err(error),
    };
    let record = Quarantined {
        at: now,
        reason,
        body,
    };
    tables.write(TableId::Quarantine, &keys::seq(seq), &record)?;
    decided(tables, seq)?;
    bound_quarantine(tables, MOST_QUARANTINED)
}

/// Has a record decided anew that was set aside, as if it came now; its number in the quarantine is free then.
pub(super) fn requeue(tables: &mut WriteTables<'_>, seq: Seq, now: Timestamp) -> Result<()> {
    let key = keys::seq(seq);
    let record = tables.read::<Quarantined>(TableId::Quarantine, &key)?;
    let Some(body) = record.and_then(|record| record.body) else {
        return Ok(());
    };
    tables.remove(TableId::Quarantine, &key)?;
    store_own(tables, body, now).map(drop)
}

/// Lets a record go that was set aside.
pub(super) fn discard(tables: &mut WriteTables<'_>, seq: Seq) -> Result<()> {
    tables
        .remove(TableId::Quarantine, &keys::seq(seq))
        .map(drop)
}

/// Lets the oldest quarantined records go beyond `most`.
pub(super) fn bound_quarantine(tables: &mut WriteTables<'_>, most: u64) -> Result<()> {
    while tables.count(TableId::Quarantine)? > most {
        let Some(oldest) = tables.all(TableId::Quarantine)?.next() else {
            break;
        };
        let (oldest, _) = oldest?;
        tracing::warn!(
            inbox.seq = keys::to_seq(&oldest)?.0,
            "the oldest quarantined record is dropped: there are too many"
        );
        tables.remove(TableId::Quarantine, &oldest)?;
    }
    Ok(())
}

/// Forgets decided records with their dedup keys: those that are too old, and those beyond `keep`; `step` at most.
pub(super) fn forget_decided(
    tables: &mut WriteTables<'_>,
    now: Timestamp,
    keep: u64,
    step: usize,
) -> Result<()> {
    let Ok(before) = now.checked_sub(REMEMBER_DECIDED) else {
        return Ok(());
    };
    let undecided = pending(tables, Seq(u64::MAX), 1)?;
    let end = undecided.first().map_or(Seq(u64::MAX), |(seq, _)| *seq);
    for _ in 0..step {
        let end = keys::seq(end);
        let mut oldest = tables.pairs(TableId::Inbox, &[], Bound::Excluded(&end), 1)?;
        let Some((key, value)) = oldest.pop() else {
            break;
        };
        // A record that cannot be read has no age and no key; it is in quarantine already.
        let incoming = decode::<Incoming>(&value).ok();
        let is_old = |incoming: &Incoming| incoming.at < before;
        let old = incoming.as_ref().is_none_or(is_old);
        if !old && tables.count(TableId::Inbox)? <= keep {
            break;
        }
        if let Some(known) = incoming.and_then(|incoming| incoming.key) {
            tables.remove(TableId::Dedup, &keys::dedup(&known))?;
        }
        tables.remove(TableId::Inbox, &key)?;
    }
    Ok(())
}

fn store(tables: &mut WriteTables<'_>, incoming: &Incoming) -> Result<Seq> {
    let seq = next_seq(tables)?;
    let key = keys::seq(seq);
    tables.write(TableId::Inbox, &key, incoming)?;
    tables.put(TableId::Pending, &key, &[0])?;
    tables.put(TableId::Meta, NEXT_SEQ, &keys::seq(Seq(seq.0 + 1)))?;
    Ok(seq)
}
