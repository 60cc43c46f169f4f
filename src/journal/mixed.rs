//! Appeals that hold messages of several chats: an earlier version opened all appeals of one event under one identity.
//!
//! Invariant: a journal is searched once, before anything of it is decided or sent; what is found becomes a record for each appeal.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    error::{Result, TableError},
    inbox, keys,
    records::{self, QueuedMessage},
    store::{TableId, WriteTables},
};
use crate::domain::{
    appeal::Appeal,
    event::{Event, Mixed},
    ids::{AppealId, ChatId},
    message::Post,
};

/// There once the journal was searched, in [`TableId::Meta`]: decisions are checked since.
const SEARCHED: &[u8] = b"mixed_appeals_searched";

/// Stores an event for each such appeal.
pub(super) fn search(tables: &mut WriteTables<'_>, now: Timestamp) -> Result<()> {
    if tables.has(TableId::Meta, SEARCHED)? {
        return Ok(());
    }
    let mut found: BTreeMap<AppealId, BTreeSet<ChatId>> = BTreeMap::new();
    let mut owners = BTreeMap::new();
    for (appeal, chat) in joined(tables)? {
        let owner = match owners.get(&appeal) {
            Some(owner) => *owner,
            None => *owners.entry(appeal).or_insert(owner(tables, appeal)?),
        };
        if owner.is_some_and(|owner| owner != chat) {
            found.entry(appeal).or_default().insert(chat);
        }
    }
    if !found.is_empty() {
        tracing::error!(
            appeals = found.len(),
            "an earlier version has put messages of several partners into one appeal; nothing of these appeals is sent any more"
        );
    }
    for (appeal, others) in found {
        inbox::store_event(tables, Event::Mixed(Mixed { appeal, others }), now)?;
    }
    tables.put(TableId::Meta, SEARCHED, &[])
}

/// Which chats have messages that belong to which appeals: those that were written or sent, and those that wait.
fn joined(tables: &WriteTables<'_>) -> Result<BTreeSet<(AppealId, ChatId)>> {
    let mut joined = BTreeSet::new();
    for pair in tables.all(TableId::Posts)? {
        // What cannot be read is told where it is needed.
        if let Ok(post) = records::decode::<Post>(&pair?.1) {
            joined.insert((post.appeal, post.chat));
        }
    }
    for pair in tables.all(TableId::Outbox)? {
        if let Ok(QueuedMessage { entry, .. }) = records::decode(&pair?.1) {
            joined.extend(entry.send.about.map(|appeal| (appeal, entry.send.to)));
        }
    }
    Ok(joined)
}

fn owner(tables: &WriteTables<'_>, appeal: AppealId) -> Result<Option<ChatId>> {
    match tables.read::<Appeal>(TableId::Appeals, &keys::appeal(appeal)) {
        Ok(found) => Ok(found.map(|appeal| appeal.chat)),
        Err(TableError::Record(_)) => Ok(None),
        Err(error @ (TableError::Disk(_) | TableError::Damaged(_))) => Err(error),
    }
}
