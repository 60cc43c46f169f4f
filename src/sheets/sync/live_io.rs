//! The synchroniser's world: Google's spreadsheets, the journal, the clock and the stop.
//!
//! Invariant: a journal whose disk fails tells nothing, and of a record that cannot be understood only the rows that need it are left as
//! they are. Passes reckon by the steady clock; what the journal learns is told by the wall clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{OwnedRwLockReadGuard, RwLock, watch},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{Intended, SheetIo, SyncStatus, Wake, Wanted, write_plan};
use crate::{
    clock,
    domain::{
        event::{Event, Looked, RowMark, RowResult, WriteReport, WrittenRow},
        identity::{self, AppealIndex, Asked},
        ids::{BatchToken, RowKey, Seq, SpreadsheetId},
        project::project,
        rules::Rules,
        tab::Tab,
    },
    journal::{Journal, StoreError, Touched},
    sheets::{
        client::{SheetsClient, TokenFate},
        quota::RESERVED_READS,
        table::layout::words::TabWords,
        wire::{
            Batch, Change, Columns, ReadBack, Rendering, SheetsError, Span, Structure, StyledCell,
            UnformattedValue,
        },
        work_gate::WorkGate,
    },
};

/// The longest sleep: a hint that was lost does no harm for longer.
const STEP: Duration = Duration::from_secs(10);

/// Where few reads are left, they are counted anew so often: each leaves the window at its own time.
const RECOUNT: Duration = Duration::from_secs(1);

/// Tokens are removed when they are this old: a lost batch can land for three minutes at most.
const TOKEN_AGE: SignedDuration = SignedDuration::from_hours(1);

/// Dirty rows that are looked through at once; beyond it the oldest go first.
const MOST_DIRTY: usize = 20_000;

/// Rows that are projected for one batch.
const MOST_ROWS: usize = 2_000;

/// Counts shared cells that were changed without comparing: each could have run over what a person typed at that moment.
pub(super) const PLAIN_WRITES: &str = "sheetdesk_plain_writes_total";

/// What a synchroniser works on and with.
pub struct SyncContext {
    /// The spreadsheet.
    pub spreadsheet: SpreadsheetId,
    /// One, two or three tabs.
    pub tabs: Vec<TabWords>,
    /// The tab to which the oldest part of a long dialogue moves.
    pub archive: TabWords,
    /// The tab with the templates of answers.
    pub templates: TabWords,
    /// The settings.
    pub rules: Rules,
    /// Google.
    pub client: SheetsClient,
    /// The truth.
    pub journal: Journal,
    /// The e-mail address with which people share the spreadsheet.
    pub account: String,
    /// Told of what would be written, where the client writes nothing.
    pub observer: Option<Observer>,
    /// By it all synchronisers are made to stand still.
    pub work_gate: Arc<WorkGate>,
}

/// Hears what the service would do, line by line.
pub type Observer = Arc<dyn Fn(&str) + Send + Sync>;

/// Rows to write, and rows for which there is nothing to write.
type Projections = (Vec<Wanted>, Vec<(RowKey, Seq)>);

/// The world of one synchroniser.
pub(super) struct LiveIo<'a> {
    sync: &'a SyncContext,
    tabs: Vec<Tab>,
    status: &'a watch::Sender<SyncStatus>,
    /// How many plain writes of this run are counted: a restarted one counts anew, the counter goes on.
    plain_writes: u64,
    dirtied: watch::Receiver<()>,
    stop: CancellationToken,
    /// Shared from the beginning of a write until its outcome is stored; at the stop no write begins any more.
    pub(super) in_hand: Arc<RwLock<()>>,
    writing: Option<OwnedRwLockReadGuard<()>>,
    /// Dirty rows that the synchroniser has had, by generation: it comes back to them by itself.
    offered: BTreeMap<RowKey, Seq>,
    /// Tabs that it knows to be dirty and has not asked for yet: it may be keeping its pace.
    told: BTreeSet<Tab>,
}

impl<'a> LiveIo<'a> {
    pub(super) fn new(
        sync: &'a SyncContext,
        status: &'a watch::Sender<SyncStatus>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            sync,
            tabs: sync.tabs.iter().map(|words| words.tab).collect(),
            status,
            plain_writes: 0,
            dirtied: sync.journal.signals().dirty.subscribe(),
            stop,
            in_hand: Arc::default(),
            writing: None,
            offered: BTreeMap::new(),
            told: BTreeSet::new(),
        }
    }

    /// A call to Google, which the stop drops.
    async fn call<T>(&mut self, call: impl Future<Output = T>) -> T {
        self.writing = None;
        match self.stop.run_until_cancelled(call).await {
            Some(answer) => answer,
            None => pending().await,
        }
    }

    /// Tabs with dirty rows that the synchroniser has not had yet.
    fn dirty(&self) -> BTreeSet<Tab> {
        let rows = self.sync.journal.snapshot().dirty(MOST_DIRTY);
        let fresh = rows
            .iter()
            .filter(|(key, dirtied)| self.offered.get(key) != Some(dirtied));
        fresh
            .map(|(key, _)| key.tab())
            .filter(|tab| self.tabs.contains(tab))
            .collect()
    }

    /// Dirty rows as they should be, as many as go into one batch, and those for which there is nothing to write. The rest is told of again.
    fn projections(&mut self, tabs: &[Tab]) -> Result<Projections, StoreError> {
        let journal = &self.sync.journal;
        let mut dirty = journal.try_read(|snapshot| snapshot.dirty(MOST_DIRTY))?;
        let marks: BTreeMap<&RowKey, Seq> =
            dirty.iter().map(|(key, dirtied)| (key, *dirtied)).collect();
        self.offered
            .retain(|key, dirtied| marks.get(key) == Some(dirtied));
        dirty.retain(|(key, _)| tabs.contains(&key.tab()));
        dirty.sort_by_key(|(key, _)| self.offered.contains_key(key));
        let mut snapshot = journal.snapshot();
        let (mut rows, mut idle, mut size, mut full) = (Vec::new(), Vec::new(), 0, false);
        for (key, dirtied) in dirty {
            self.offered.remove(&key);
            if full {
                continue;
            }
            let row = project(&self.sync.rules, snapshot.view(), &key);
            if !snapshot.intact() {
                snapshot.readable()?;
                // What cannot be understood looks empty: this row stays as it is, and is tried again with the others that wait.
                self.offered.insert(key, dirtied);
                snapshot = journal.snapshot();
                continue;
            }
            size += row.as_ref().map_or(0, write_plan::size);
            full =
                rows.len() >= MOST_ROWS || (size > write_plan::MOST_CHARACTERS && !rows.is_empty());
            match row {
                _ if full => {}
                Some(row) => {
                    self.offered.insert(key, dirtied);
                    rows.push(Wanted { row, dirtied });
                }
                None => idle.push((key, dirtied)),
            }
        }
        Ok((rows, idle))
    }

    /// Rows in whose place we have written others: the journal must want them written again, whatever was clean.
    fn moved(&self, marks: &[RowMark]) -> Result<WriteReport, StoreError> {
        let rows = self.sync.journal.try_read(|snapshot| {
            let key = |mark: &RowMark| match mark {
                RowMark::Partner(code) => Some(RowKey::Partner(code.clone())),
                RowMark::Promotion(key) => Some(RowKey::Promotion(key.clone())),
                RowMark::Appeal(number) => snapshot.view().numbered(*number).map(RowKey::Appeal),
            };
            let keys = marks.iter().filter_map(key);
            keys.map(|key| (key, Seq(0))).collect()
        })?;
        Ok(self.report(rows, &RowResult::Moved))
    }

    fn report(&self, rows: Vec<(RowKey, Seq)>, result: &RowResult) -> WriteReport {
        let row = |(key, dirtied)| WrittenRow {
            key,
            dirtied,
            result: result.clone(),
        };
        WriteReport {
            spreadsheet: self.sync.spreadsheet.clone(),
            token: None,
            rows: rows.into_iter().map(row).collect(),
            misplaced: None,
        }
    }

    /// A token that could not be forgotten is removed once more, which does no harm.
    async fn forget(&self, batch: &Batch) {
        let dropped = |change: &Change| {
            if let Change::DropToken(token) = change {
                Some(*token)
            } else {
                None
            }
        };
        let tokens: Vec<BatchToken> = batch.changes.iter().filter_map(dropped).collect();
        if tokens.is_empty() {
            return;
        }
        if let Err(error) = self
            .sync
            .journal
            .forget_tokens(self.sync.spreadsheet.clone(), tokens)
            .await
        {
            tracing::debug!(%error, "removed tokens are not forgotten");
        }
    }
}

impl SheetIo for LiveIo<'_> {
    fn now(&self) -> Timestamp {
        clock::steady()
    }

    async fn structure(&mut self) -> Result<Structure, SheetsError> {
        let sync = self.sync;
        self.call(sync.client.structure(&sync.spreadsheet)).await
    }

    async fn read(&mut self, ranges: Vec<String>) -> Result<Vec<Columns>, SheetsError> {
        let sync = self.sync;
        self.call(sync.client.read(&sync.spreadsheet, &ranges))
            .await
    }

    async fn stored(
        &mut self,
        ranges: Vec<String>,
        rendering: Rendering,
    ) -> Result<Vec<Columns<UnformattedValue>>, SheetsError> {
        let sync = self.sync;
        let call = sync.client.stored(&sync.spreadsheet, &ranges, rendering);
        self.call(call).await
    }

    async fn styles(&mut self, cells: Vec<(String, Span)>) -> Result<Vec<StyledCell>, SheetsError> {
        let sync = self.sync;
        self.call(sync.client.styles(&sync.spreadsheet, &cells))
            .await
    }

    async fn apply(
        &mut self,
        events: Vec<Event>,
        overwritten: Vec<RowMark>,
    ) -> Result<(), StoreError> {
        let moved = self.moved(&overwritten)?;
        let mut events: Vec<_> = events.into_iter().map(by_the_wall_clock).collect();
        if !moved.rows.is_empty() {
            events.push(Event::Wrote(moved));
        }
        self.sync.journal.apply(events).await?;
        self.writing = None;
        Ok(())
    }

    async fn index(&mut self, asked: Asked) -> Result<AppealIndex, StoreError> {
        let rules = &self.sync.rules;
        let journal = &self.sync.journal;
        journal.try_read(|snapshot| identity::index(rules, snapshot.view(), &asked))
    }

    /// Those that the synchroniser has not had yet go first.
    async fn project(&mut self, tabs: &[Tab]) -> Vec<Wanted> {
        self.told.retain(|tab| !tabs.contains(tab));
        let Ok((wanted, idle)) = self.projections(tabs) else {
            // They are told of again.
            self.offered.clear();
            return Vec::new();
        };
        if !idle.is_empty() {
            let report = self.report(idle, &RowResult::Idle);
            let stored = self.sync.journal.apply(vec![Event::Wrote(report)]).await;
            if let Err(error) = stored {
                tracing::debug!(%error, "rows without anything to write stay marked");
            }
        }
        wanted
    }

    async fn intend(&mut self, touched: Vec<Touched>) -> Result<Intended, StoreError> {
        let SyncContext {
            journal,
            spreadsheet,
            ..
        } = self.sync;
        let intent = journal.intend(spreadsheet.clone(), touched).await?;
        let snapshot = journal.snapshot();
        let old_tokens = snapshot.old_tokens(spreadsheet, clock::now() - TOKEN_AGE);
        Ok(Intended { intent, old_tokens })
    }

    async fn write(&mut self, batch: &Batch) -> Result<ReadBack, SheetsError> {
        self.writing = None;
        self.writing = Some(Arc::clone(&self.in_hand).read_owned().await);
        if self.stop.is_cancelled() {
            return pending().await;
        }
        let answer = self.sync.client.write(&self.sync.spreadsheet, batch).await;
        if answer.is_ok() {
            self.forget(batch).await;
        }
        answer
    }

    async fn resolve(&mut self, token: BatchToken) -> Result<TokenFate, SheetsError> {
        let sync = self.sync;
        self.call(sync.client.token(&sync.spreadsheet, token)).await
    }

    async fn wait(&mut self, until: Option<Timestamp>) -> Option<Wake> {
        self.writing = None;
        loop {
            if self.stop.is_cancelled() {
                return None;
            }
            self.dirtied.borrow_and_update();
            let dirty = &self.dirty() - &self.told;
            if !dirty.is_empty() {
                self.told.extend(&dirty);
                return Some(Wake::Dirty(dirty));
            }
            let hints = self.sync.client.quota().reads > RESERVED_READS;
            let longest = if hints { STEP } else { RECOUNT };
            let left = until.map_or(longest, |until| {
                let left = until.duration_since(clock::steady());
                Duration::try_from(left).unwrap_or_default().min(longest)
            });
            let nudges = &self.sync.journal.signals().looks;
            tokio::select! {
                () = self.stop.cancelled() => return None,
                marked = nudges.taken(&self.tabs, hints) => return Some(Wake::Nudge(marked)),
                // The journal's handle holds the sender, so this ends with news alone.
                Ok(()) = self.dirtied.changed() => {}
                () = sleep(left) => {
                    if until.is_some_and(|until| until <= clock::steady()) {
                        return Some(Wake::Time);
                    }
                }
            }
        }
    }

    fn publish(&mut self, status: SyncStatus) {
        metrics::counter!(PLAIN_WRITES).increment(status.plain_writes - self.plain_writes);
        self.plain_writes = status.plain_writes;
        self.status.send_replace(status);
    }

    fn announce(&mut self, lines: impl FnOnce() -> Vec<String>) {
        if let Some(observer) = &self.sync.observer {
            lines().iter().for_each(|line| observer(line));
        }
    }
}

/// When a snapshot began, as the journal reckons.
fn by_the_wall_clock(event: Event) -> Event {
    match event {
        Event::Looked(looked) => Event::Looked(Looked {
            began: clock::wall_of(looked.began),
            ..looked
        }),
        event => event,
    }
}

#[cfg(test)]
pub(super) mod tests;
