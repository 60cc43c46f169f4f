//! The loop that runs one desk: carries out what it asks for, and wakes it.
//!
//! Invariant: one call at a time, its answer goes back to the desk; a stop lets a write end, or leaves its intent to tell of it. The desk
//! reckons by the steady clock; what the journal learns is told by the wall clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    client::SheetsClient,
    desk::{self, Desk, DeskState, Input, Intended, Output, Start, Wanted},
    layout::words::TabWords,
    look::KnownRow,
    quota::RESERVED_READS,
    wire::{Batch, Change, ReadBack, SheetsError},
    work_gate::WorkGate,
};
use crate::{
    clock,
    domain::{
        event::{Event, Looked, RowMark, RowResult, WriteReport, WrittenRow},
        ids::{BatchToken, RowKey, Seq, SpreadsheetId},
        project::project,
        rules::Rules,
        tab::Tab,
        view::View,
    },
    journal::{Journal, Snapshot, StoreError, Touched},
};

/// The longest sleep: a hint that was lost does no harm for longer.
const STEP: Duration = Duration::from_secs(10);

/// Where few reads are left, they are counted anew so often: each leaves the window at its own time.
const RECOUNT: Duration = Duration::from_secs(1);

/// A write in hand may end within this time after the stop; the process is given 2 s.
const WRITE_GRACE: Duration = Duration::from_millis(1_200);

/// Fences are removed when they are this old: a lost batch can land for three minutes at most.
const FENCE_AGE: SignedDuration = SignedDuration::from_hours(1);

/// Dirty rows that are looked through at once; beyond it the oldest go first.
const MOST_DIRTY: usize = 20_000;

/// Rows that are projected for one batch.
const MOST_ROWS: usize = 2_000;

/// Counts shared cells that were changed without comparing: each could have run over what a person typed at that moment.
const PLAIN_WRITES: &str = "sheetdesk_plain_writes_total";

/// What a desk works on and with.
pub struct Room {
    /// The spreadsheet.
    pub spreadsheet: SpreadsheetId,
    /// One, two or three tabs.
    pub tabs: Vec<TabWords>,
    /// The tab to which the oldest part of a long dialogue moves.
    pub archive: TabWords,
    /// The settings.
    pub rules: Rules,
    /// Google.
    pub hub: SheetsClient,
    /// The truth.
    pub journal: Journal,
    /// The e-mail address with which people share the spreadsheet.
    pub account: String,
    /// Told of what would be written, where the hub writes nothing.
    pub observer: Option<Observer>,
    /// By it all desks are made to stand still.
    pub rest: Arc<WorkGate>,
}

/// Hears what the service would do, line by line.
pub type Observer = Arc<dyn Fn(&str) + Send + Sync>;

/// Runs the desk of one spreadsheet until the stop, anew after every rest; publishes how it fares.
pub async fn run(room: Room, state: &watch::Sender<DeskState>, stop: CancellationToken) {
    metrics::describe_counter!(PLAIN_WRITES, "Shared cells changed without comparing");
    while let Some(at_work) = stop.run_until_cancelled(room.rest.work()).await {
        let end = stop.child_token();
        let work = work(&room, state, end.clone());
        tokio::pin!(work);
        tokio::select! {
            () = &mut work => {}
            () = at_work.end.cancelled() => {
                end.cancel();
                work.await;
            }
        }
    }
}

/// Runs one desk to the end of its work.
async fn work(room: &Room, state: &watch::Sender<DeskState>, end: CancellationToken) {
    // A tab that could not be read of would look as if nobody had ever seen it.
    let Some(known) = end
        .run_until_cancelled(room.journal.read(|snapshot| start(room, snapshot)))
        .await
    else {
        return;
    };
    let mut desk = Desk::new(known);
    let mut publisher = Publisher {
        state,
        plain_writes: 0,
    };
    let observer = room.observer.clone();
    let mut driver = Driver::new(room, end);
    let mut input = Some(Input::Tick);
    while let Some(next) = input {
        let output = desk.step(next, clock::steady()).pop();
        publisher.publish(desk.state());
        if let (Some(observer), Some(Output::Write(batch))) = (&observer, &output) {
            desk.intention(batch).iter().for_each(|line| observer(line));
        }
        input = match output {
            None => driver.wait(None).await,
            Some(Output::WaitUntil(until)) => driver.wait(Some(until)).await,
            Some(output) => driver.carry_out(output).await,
        };
    }
}

fn start(room: &Room, snapshot: &Snapshot) -> Start {
    let mut known = BTreeMap::new();
    for tab in room.tabs.iter().map(|words| words.tab) {
        if snapshot.view().tab(tab).sighted.is_some() {
            known.insert(tab, known_rows(snapshot, tab));
        }
    }
    Start {
        known,
        // Whoever cannot write cannot resolve a batch either.
        open: if room.observer.is_none() {
            snapshot.intents(&room.spreadsheet)
        } else {
            Vec::new()
        },
        last_fence: snapshot.last_token(),
        account: room.account.clone(),
        spreadsheet: room.spreadsheet.clone(),
        tabs: room.tabs.clone(),
        archive: room.archive.clone(),
    }
}

/// The rows that the journal knows to stand in a tab.
fn known_rows(snapshot: &Snapshot, tab: Tab) -> Vec<KnownRow> {
    match tab {
        Tab::Promotions => Vec::new(),
        Tab::Partners => snapshot
            .partners()
            .filter_map(KnownRow::of_partner)
            .collect(),
        Tab::Appeals => snapshot.appeals().filter_map(KnownRow::of).collect(),
    }
}

/// Tells how a desk fares; a restarted desk counts anew, the counter goes on.
struct Publisher<'a> {
    state: &'a watch::Sender<DeskState>,
    /// How many of this desk's are counted.
    plain_writes: u64,
}

impl Publisher<'_> {
    fn publish(&mut self, state: DeskState) {
        metrics::counter!(PLAIN_WRITES).increment(state.plain_writes - self.plain_writes);
        self.plain_writes = state.plain_writes;
        self.state.send_replace(state);
    }
}

struct Driver {
    tabs: Vec<Tab>,
    spreadsheet: SpreadsheetId,
    rules: Rules,
    hub: SheetsClient,
    journal: Journal,
    dirtied: watch::Receiver<()>,
    stop: CancellationToken,
    /// Dirty rows that the desk has had, by generation: it comes back to them by itself.
    offered: BTreeMap<RowKey, Seq>,
    /// Tabs that the desk knows to be dirty and has not asked for yet: it may be keeping its pace.
    told: BTreeSet<Tab>,
}

impl Driver {
    fn new(room: &Room, stop: CancellationToken) -> Self {
        Self {
            tabs: room.tabs.iter().map(|words| words.tab).collect(),
            spreadsheet: room.spreadsheet.clone(),
            rules: room.rules.clone(),
            hub: room.hub.clone(),
            dirtied: room.journal.signals().dirty.subscribe(),
            journal: room.journal.clone(),
            stop,
            offered: BTreeMap::new(),
            told: BTreeSet::new(),
        }
    }

    /// Carries one output out; none where the stop came first. After the stop only what the journal must learn is done.
    async fn carry_out(&mut self, output: Output) -> Option<Input> {
        if self.stop.is_cancelled() && !matches!(output, Output::Apply { .. }) {
            return None;
        }
        match output {
            Output::ReadStructure => self
                .unless_stopped(self.hub.structure(&self.spreadsheet))
                .await
                .map(Input::Structure),
            Output::Read(ranges) => self
                .unless_stopped(self.hub.read(&self.spreadsheet, &ranges))
                .await
                .map(Input::Read),
            Output::Fence(fence) => {
                let fate = self.hub.fence(&self.spreadsheet, fence);
                self.unless_stopped(fate).await.map(Input::FenceFate)
            }
            Output::Apply {
                events,
                overwritten,
            } => Some(Input::Applied(self.apply(events, &overwritten).await)),
            Output::Project(tabs) => Some(Input::Projected(self.project(&tabs).await)),
            Output::Intend(touched) => Some(Input::Intended(self.intend(touched).await)),
            Output::Write(batch) => Some(Input::Written(self.write(&batch).await)),
            Output::WaitUntil(until) => self.wait(Some(until)).await,
        }
    }

    /// Waits for a nudge, dirty rows or the moment; none at the stop.
    async fn wait(&mut self, until: Option<Timestamp>) -> Option<Input> {
        loop {
            if self.stop.is_cancelled() {
                return None;
            }
            self.dirtied.borrow_and_update();
            let dirty = &self.dirty() - &self.told;
            if !dirty.is_empty() {
                self.told.extend(&dirty);
                return Some(Input::Dirty(dirty));
            }
            let hints = self.hub.quota().reads > RESERVED_READS;
            let longest = if hints { STEP } else { RECOUNT };
            let left = until.map_or(longest, |until| {
                let left = until.duration_since(clock::steady());
                Duration::try_from(left).unwrap_or_default().min(longest)
            });
            tokio::select! {
                () = self.stop.cancelled() => return None,
                marked = self.journal.signals().looks.taken(&self.tabs, hints) => return Some(Input::Nudge(marked)),
                // The journal's handle holds the sender, so this ends with news alone.
                Ok(()) = self.dirtied.changed() => {}
                () = sleep(left) => {
                    if until.is_some_and(|until| until <= clock::steady()) {
                        return Some(Input::Tick);
                    }
                }
            }
        }
    }

    /// Tabs with dirty rows that the desk has not had yet.
    fn dirty(&self) -> BTreeSet<Tab> {
        let rows = self.journal.snapshot().dirty(MOST_DIRTY);
        let fresh = rows
            .iter()
            .filter(|(key, dirtied)| self.offered.get(key) != Some(dirtied));
        fresh
            .map(|(key, _)| key.tab())
            .filter(|tab| self.tabs.contains(tab))
            .collect()
    }

    /// The dirty rows of some tabs as they should be; those that the desk has not had yet go first.
    async fn project(&mut self, tabs: &[Tab]) -> Vec<Wanted> {
        self.told.retain(|tab| !tabs.contains(tab));
        let (wanted, idle) = self.projections(tabs);
        if !idle.is_empty() {
            let report = self.report(idle, &RowResult::Idle);
            if let Err(error) = self.journal.apply(vec![Event::Wrote(report)]).await {
                tracing::debug!(%error, "rows without anything to write stay marked");
            }
        }
        wanted
    }

    /// Dirty rows as they should be, as many as go into one batch, and those for which there is nothing to write. The rest is told of again.
    fn projections(&mut self, tabs: &[Tab]) -> (Vec<Wanted>, Vec<(RowKey, Seq)>) {
        let snapshot = self.journal.snapshot();
        let mut dirty = snapshot.dirty(MOST_DIRTY);
        let marks: BTreeMap<&RowKey, Seq> =
            dirty.iter().map(|(key, dirtied)| (key, *dirtied)).collect();
        self.offered
            .retain(|key, dirtied| marks.get(key) == Some(dirtied));
        dirty.retain(|(key, _)| tabs.contains(&key.tab()));
        dirty.sort_by_key(|(key, _)| self.offered.contains_key(key));
        let (mut rows, mut idle, mut size, mut full) = (Vec::new(), Vec::new(), 0, false);
        for (key, dirtied) in dirty {
            let row = if full {
                None
            } else {
                project(&self.rules, snapshot.view(), &key)
            };
            size += row.as_ref().map_or(0, desk::size);
            full |= rows.len() >= MOST_ROWS || (size > desk::MOST_CHARACTERS && !rows.is_empty());
            self.offered.remove(&key);
            if full {
                continue;
            }
            match row {
                Some(row) => {
                    self.offered.insert(key, dirtied);
                    rows.push(Wanted { row, dirtied });
                }
                None => idle.push((key, dirtied)),
            }
        }
        if !snapshot.intact() {
            // What could not be read looks empty; nothing may be written after such a reading.
            self.offered.clear();
            return (Vec::new(), Vec::new());
        }
        (rows, idle)
    }

    async fn apply(&self, events: Vec<Event>, overwritten: &[RowMark]) -> Result<(), StoreError> {
        self.journal
            .apply(events.into_iter().map(by_the_wall_clock).collect())
            .await?;
        let report = self.moved(overwritten)?;
        if report.rows.is_empty() {
            return Ok(());
        }
        self.journal.apply(vec![Event::Wrote(report)]).await
    }

    /// Rows in whose place we have written others: the journal must want them written again, whatever was clean.
    fn moved(&self, marks: &[RowMark]) -> Result<WriteReport, StoreError> {
        let snapshot = self.journal.snapshot();
        let key = |mark: &RowMark| match mark {
            RowMark::Partner(code) => Some(RowKey::Partner(code.clone())),
            RowMark::Promotion(key) => Some(RowKey::Promotion(key.clone())),
            RowMark::Appeal(number) => snapshot.view().numbered(*number).map(RowKey::Appeal),
        };
        let rows = marks
            .iter()
            .filter_map(key)
            .map(|key| (key, Seq(0)))
            .collect();
        if snapshot.is_lost() {
            return Err(StoreError::Disk("the journal cannot be read".to_owned()));
        }
        Ok(self.report(rows, &RowResult::Moved))
    }

    fn report(&self, rows: Vec<(RowKey, Seq)>, result: &RowResult) -> WriteReport {
        let row = |(key, dirtied)| WrittenRow {
            key,
            dirtied,
            result: result.clone(),
        };
        WriteReport {
            spreadsheet: self.spreadsheet.clone(),
            token: None,
            rows: rows.into_iter().map(row).collect(),
        }
    }

    async fn intend(&self, touched: Vec<Touched>) -> Result<Intended, StoreError> {
        let intent = self
            .journal
            .intend(self.spreadsheet.clone(), touched)
            .await?;
        let old_fences = self
            .journal
            .snapshot()
            .old_tokens(&self.spreadsheet, clock::now() - FENCE_AGE);
        Ok(Intended { intent, old_fences })
    }

    /// A write is not cut by the stop at once: its intent makes even that safe, but it would have to be resolved at the next start.
    async fn write(&self, batch: &Batch) -> Result<ReadBack, SheetsError> {
        let write = self.hub.write(&self.spreadsheet, batch);
        tokio::pin!(write);
        let answer = tokio::select! {
            answer = &mut write => answer,
            () = self.stop.cancelled() => match timeout(WRITE_GRACE, write).await {
                Ok(answer) => answer,
                Err(_) => Err(SheetsError::Unknown("the service is stopping".to_owned())),
            },
        };
        if answer.is_ok() {
            self.forget(batch).await;
        }
        answer
    }

    /// A fence that could not be forgotten is removed once more, which does no harm.
    async fn forget(&self, batch: &Batch) {
        let dropped = |change: &Change| {
            if let Change::DropFence(fence) = change {
                Some(*fence)
            } else {
                None
            }
        };
        let fences: Vec<BatchToken> = batch.changes.iter().filter_map(dropped).collect();
        if fences.is_empty() {
            return;
        }
        if let Err(error) = self
            .journal
            .forget_tokens(self.spreadsheet.clone(), fences)
            .await
        {
            tracing::debug!(%error, "removed fences are not forgotten");
        }
    }

    async fn unless_stopped<T>(&self, call: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            answer = call => Some(answer),
            () = self.stop.cancelled() => None,
        }
    }
}

/// When a look began, as the journal reckons.
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
mod tests;
