//! The committed state at one moment: what the outbox, the synchronisers and `status` read.
//!
//! Invariant: it never changes while it is held. If the file fails under it, its reads come out empty and [`Snapshot::intact`] says so.

use std::{ops::Bound, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Intent, Interpret, StoreError, Undecodable, dirty,
    disk::Disk,
    error::{Result, TableError},
    keys, outbox,
    records::{self, Body, Incoming, Quarantined, QueuedMessage, StoredRecord},
    store::{ReadTables, TableId},
    tokens,
};
use crate::domain::{
    alerts::Alerts,
    appeal::Appeal,
    broadcast::Broadcast,
    effect::{Lane, OutboxEntry},
    event::{Event, Misplaced},
    files::{FileId, StoredFile},
    ids::{BatchToken, RowKey, Seq, SpreadsheetId},
    partner::Partner,
    session::Session,
    view::View,
};

/// Tokens that are removed with one write at most.
const TOKENS_AT_ONCE: usize = 50;

/// The committed state at one moment.
pub struct Snapshot {
    tables: ReadTables,
    disk: Option<Arc<Disk>>,
}

/// A record that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Its number.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Why, in words for the operator, not for a log.
    pub reason: String,
}

/// Figures for `status` and the probes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Stored, not decided yet.
    pub inbox_pending: u64,
    /// Set aside with a reason.
    pub inbox_quarantined: u64,
    /// Messages that wait.
    pub outbox_pending: u64,
    /// Messages being sent.
    pub outbox_sending: u64,
    /// Messages whose responses were lost for good.
    pub outbox_unknown: u64,
    /// Messages refused for good.
    pub outbox_failed: u64,
    /// Rows to write.
    pub dirty: u64,
    /// Batches whose outcome is open, and spreadsheets where something stands where it should not.
    pub intents: u64,
    /// Answers that wait for `release answers`.
    pub held: u64,
}

impl Snapshot {
    pub(super) fn of(tables: ReadTables) -> Self {
        Self { tables, disk: None }
    }

    /// The state on a disk that hears of it if it cannot be read.
    pub(super) fn on(disk: Arc<Disk>) -> Self {
        let mut snapshot = Self::of(disk.read_tables());
        snapshot.disk = Some(disk);
        snapshot
    }

    /// What a decision or a projection may read.
    #[must_use]
    pub fn view(&self) -> &dyn View {
        &self.tables
    }

    /// Whether everything read so far could be read. Where the disk failed meanwhile, "nothing there" may be untrue:
    /// ask this before anything is concluded from an absence, such as what a row should show.
    #[must_use]
    pub fn intact(&self) -> bool {
        self.tables.failure().is_none()
    }

    /// Passes over a single record that cannot be understood.
    ///
    /// # Errors
    /// The file failed while something was read: then it will be read again soon.
    pub fn readable(&self) -> Result<(), StoreError> {
        match self.tables.failure() {
            Some(TableError::Disk(words) | TableError::Damaged(words)) => {
                Err(StoreError::Disk(words.clone()))
            }
            Some(TableError::Record(_)) | None => Ok(()),
        }
    }

    /// Messages that may be sent at `now` or will be later, in the order Talk before Announcement, oldest first; lazily, so that
    /// the delivery loop stops reading when it has enough. Messages being sent are not among them.
    pub fn waiting(&self) -> impl Iterator<Item = OutboxEntry> + '_ {
        outbox::waiting(&self.tables).filter_map(|entry| self.tables.or_default(entry))
    }

    /// Dirty rows with their generation, oldest first, at most `most`.
    #[must_use]
    pub fn dirty(&self, most: usize) -> Vec<(RowKey, Seq)> {
        self.tables.or_default(dirty::oldest(&self.tables, most))
    }

    /// Batches whose outcome is open.
    #[must_use]
    pub fn intents(&self, spreadsheet: &SpreadsheetId) -> Vec<Intent> {
        let all = self
            .tables
            .or_default(self.tables.every::<Intent>(TableId::Intents));
        all.into_iter()
            .filter(|intent| intent.spreadsheet == *spreadsheet)
            .collect()
    }

    /// What stands where it should not.
    #[must_use]
    pub fn misplaced(&self, spreadsheet: &SpreadsheetId) -> Vec<Misplaced> {
        let misplaced = tokens::misplaced(&self.tables, spreadsheet);
        self.tables.or_default(misplaced)
    }

    /// The token that was given last, if any was.
    #[must_use]
    pub fn last_token(&self) -> Option<BatchToken> {
        self.tables.or_default(tokens::last(&self.tables))
    }

    /// The troubles that the operator was told of.
    #[must_use]
    pub fn alerts(&self) -> Alerts {
        self.view().alerts()
    }

    /// Every appeal, oldest first; lazily.
    pub fn appeals(&self) -> impl Iterator<Item = Appeal> + '_ {
        self.all(TableId::Appeals)
    }

    /// Every announcement, by key; lazily.
    pub fn broadcasts(&self) -> impl Iterator<Item = Broadcast> + '_ {
        self.all(TableId::Broadcasts)
    }

    /// Every partner, by code; lazily.
    pub fn partners(&self) -> impl Iterator<Item = Partner> + '_ {
        self.all(TableId::Partners)
    }

    /// Every chat, in their order; lazily.
    pub fn sessions(&self) -> impl Iterator<Item = Session> + '_ {
        self.all(TableId::Sessions)
    }

    /// A file that a partner sent.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<StoredFile> {
        self.tables
            .or_default(self.tables.read(TableId::Files, &keys::seq(id.0)))
    }

    fn all<R: StoredRecord>(&self, table: TableId) -> impl Iterator<Item = R> + '_ {
        let all = self.tables.or_default(self.tables.all(table).map(Some));
        all.into_iter().flatten().filter_map(|pair| {
            let record = pair.and_then(|(_, record)| records::decode(&record).map(Some));
            self.tables.or_default(record)
        })
    }

    /// tokens older than `before` that may be removed from the spreadsheet, oldest first, at most 50.
    #[must_use]
    pub fn old_tokens(&self, spreadsheet: &SpreadsheetId, before: Timestamp) -> Vec<BatchToken> {
        let (from, to) = (
            keys::tokens_of(spreadsheet),
            keys::tokens_before(spreadsheet, before),
        );
        let pairs = self
            .tables
            .pairs(TableId::Tokens, &from, Bound::Excluded(&to), TOKENS_AT_ONCE);
        let tokens =
            pairs.and_then(|pairs| pairs.iter().map(|(key, _)| keys::to_token(key)).collect());
        self.tables.or_default(tokens)
    }

    /// Records set aside, oldest first, at most `most`.
    #[must_use]
    pub fn quarantined(&self, most: usize) -> Vec<SetAside> {
        self.tables.or_default(self.quarantine(most))
    }

    /// Until when all sending rests, if Telegram has ever asked for it.
    #[must_use]
    pub fn silent_until(&self) -> Option<Timestamp> {
        self.tables.or_default(outbox::silent_until(&self.tables))
    }

    /// Messages whose outcome nobody knows, at most `most`.
    #[must_use]
    pub fn unknown(&self, most: usize) -> Vec<OutboxEntry> {
        let all = self.messages_in(TableId::Unknown, most);
        self.tables.or_default(all)
    }

    /// Messages that were refused for good, at most `most`.
    #[must_use]
    pub fn failed(&self, most: usize) -> Vec<OutboxEntry> {
        let all = self.messages_in(TableId::Failed, most);
        self.tables.or_default(all)
    }

    /// The oldest record to decide, and the oldest message to send: since when they wait. The staff's may wait for long without harm: a group takes
    /// twenty a minute.
    #[must_use]
    pub fn oldest(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let record = self.tables.or_default(self.oldest_record());
        (
            record,
            self.waiting()
                .find(|entry| entry.send.lane != Lane::Staff)
                .map(|entry| entry.born),
        )
    }

    /// A stored record as it came, whether decided, waiting or set aside; `None` once it is forgotten.
    #[must_use]
    pub fn event(&self, seq: Seq, interpret: &Interpret) -> Option<Result<Event, Undecodable>> {
        let body = self.tables.or_default(self.body(seq))?;
        Some(body.event(interpret))
    }

    /// The `№` of appeals whose answer is held, oldest first, at most `most`.
    #[must_use]
    pub fn held_numbers(&self, most: usize) -> Vec<u32> {
        let held = self.tables.held().into_iter();
        let numbers = held.filter_map(|id| self.tables.appeal(id)?.number);
        numbers.map(|number| number.0).take(most).collect()
    }

    /// Figures for `status`.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let count = |table| self.tables.or_default(self.tables.count(table));
        Figures {
            inbox_pending: count(TableId::Pending),
            inbox_quarantined: count(TableId::Quarantine),
            outbox_pending: count(TableId::Waiting),
            outbox_sending: count(TableId::Sending),
            outbox_unknown: count(TableId::Unknown),
            outbox_failed: count(TableId::Failed),
            dirty: count(TableId::Dirty),
            intents: count(TableId::Intents) + count(TableId::Misplaced),
            held: count(TableId::Held),
        }
    }

    /// The messages of an index.
    fn messages_in(&self, index: TableId, most: usize) -> Result<Vec<OutboxEntry>> {
        let mut entries = Vec::new();
        for (id, _) in self.tables.pairs(index, &[], Bound::Unbounded, most)? {
            entries.extend(
                self.tables
                    .read::<QueuedMessage>(TableId::Outbox, &id)?
                    .map(|message| message.entry),
            );
        }
        Ok(entries)
    }

    fn oldest_record(&self) -> Result<Option<Timestamp>> {
        let Some((key, _)) = self.tables.all(TableId::Pending)?.next().transpose()? else {
            return Ok(None);
        };
        let record = self.tables.read::<Incoming>(TableId::Inbox, &key)?;
        Ok(record.map(|incoming| incoming.at))
    }

    fn body(&self, seq: Seq) -> Result<Option<Body>> {
        let key = keys::seq(seq);
        if let Some(set_aside) = self.tables.read::<Quarantined>(TableId::Quarantine, &key)? {
            return Ok(set_aside.body);
        }
        let record = self.tables.read::<Incoming>(TableId::Inbox, &key)?;
        Ok(record.map(|incoming| incoming.body))
    }

    fn quarantine(&self, most: usize) -> Result<Vec<SetAside>> {
        let all = self.tables.all(TableId::Quarantine)?.take(most);
        all.map(|pair| {
            let (key, value) = pair?;
            let record: Quarantined = records::decode(&value)?;
            Ok(SetAside {
                seq: keys::to_seq(&key)?,
                at: record.at,
                reason: record.reason,
            })
        })
        .collect()
    }
}

impl Drop for Snapshot {
    /// Reads have no way to fail, so the trace that a failure left is told here, once.
    fn drop(&mut self) {
        let Some(error) = self.tables.failure() else {
            return;
        };
        tracing::warn!(error = %error, "a snapshot of the journal could not be read whole");
        if let (TableError::Damaged(words), Some(disk)) = (error, &self.disk) {
            disk.suspect(words);
        }
    }
}
