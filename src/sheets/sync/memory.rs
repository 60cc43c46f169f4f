//! What the synchroniser of one spreadsheet remembers between passes.
//!
//! Invariant: all of it can be lost: a new process starts from what the journal holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};

use super::{
    AppealPlaces, Start, SyncStatus, TabReport, Wake,
    archive::Archive,
    pacing::Pacing,
    planner::FailedMatches,
    repair::Repairs,
    tab_memory::{Blocks, TabMemory},
    templates::TemplatesTab,
};
use crate::{
    domain::{
        event::{Command, Event, Misplaced, Notice, RowMark, WriteReport, WrittenRow},
        ids::{BatchToken, SpreadsheetId},
        tab::Tab,
        wording::{Note, TableNote, Wording},
    },
    sheets::{
        table::snapshot::TabSnapshot,
        wire::{SheetId, Structure},
    },
};

/// The structure (grid sizes, filters, tab names) is read again after this long; it changes rarely, and errors have it read at once.
const STRUCTURE_AGE: SignedDuration = SignedDuration::from_mins(10);

/// What is known of one spreadsheet, and what is left to do in it.
#[derive(Debug)]
pub(super) struct SyncMemory {
    pub(super) spreadsheet: SpreadsheetId,
    /// The e-mail address with which people share the spreadsheet.
    pub(super) account: String,
    pub(super) wording: Wording,
    pub(super) tab_memories: Vec<TabMemory>,
    pub(super) archive: Archive,
    pub(super) templates: TemplatesTab,
    pub(super) places: Option<Arc<AppealPlaces>>,
    pub(super) pace: Pacing,
    structure: Option<(Structure, Timestamp)>,
    /// Tabs to read.
    pub(super) due: BTreeSet<Tab>,
    /// Tabs to read because somebody outside says that they may have changed.
    hinted: BTreeSet<Tab>,
    /// Tabs with rows to write.
    pub(super) dirty: BTreeSet<Tab>,
    /// What the journal must learn before anything else happens.
    pub(super) unreported: Unreported,
    /// Batches whose outcome is not known.
    pub(super) open: Vec<BatchToken>,
    /// Batches that can land no more: their intents end once a snapshot has shown what they have hit.
    pub(super) resolved: Vec<BatchToken>,
    /// The token that was given last, as far as we know.
    pub(super) last_token: Option<BatchToken>,
    /// It is certain that the journal is not older than the spreadsheet, or it knows that it is.
    pub(super) checked: bool,
    pub(super) repairs: Repairs,
    /// What the journal knows of them.
    pub(super) known_misplaced: Vec<Misplaced>,
    pub(super) failed_matches: FailedMatches,
    /// Google has not refused to remove an old token yet.
    pub(super) drops_tokens: bool,
    /// Refusals in a row that spoke of the grid.
    pub(super) grid_refusals: u8,
    pub(super) plain_writes: u64,
}

/// What the journal does not know yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Unreported {
    pub(super) events: Vec<Event>,
    /// Rows that stood where others were meant to be written.
    pub(super) overwritten: Vec<RowMark>,
}

impl Unreported {
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.overwritten.is_empty()
    }
}

impl SyncMemory {
    /// Every tab is to be read first.
    pub(super) fn new(start: Start) -> Self {
        let mut known = start.known;
        let tab_memories: Vec<TabMemory> = start
            .tabs
            .into_iter()
            .map(|words| {
                let known = known.remove(&words.tab);
                TabMemory::new(words, known)
            })
            .collect();
        let known_misplaced = start.misplaced;
        let mut repairs = Repairs::of_known(known_misplaced.clone());
        for intent in &start.open {
            repairs.suspect(&intent.touched);
        }
        Self {
            spreadsheet: start.spreadsheet,
            account: start.account,
            wording: start.wording,
            due: tab_memories.iter().map(TabMemory::tab).collect(),
            hinted: BTreeSet::new(),
            dirty: BTreeSet::new(),
            tab_memories,
            archive: Archive::new(start.archive),
            templates: TemplatesTab::new(start.templates.0, start.templates.1),
            places: None,
            pace: Pacing::new(),
            structure: None,
            unreported: Unreported::default(),
            repairs,
            known_misplaced,
            open: start.open.into_iter().map(|intent| intent.token).collect(),
            resolved: Vec::new(),
            last_token: start.last_token,
            checked: false,
            failed_matches: BTreeMap::new(),
            drops_tokens: true,
            grid_refusals: 0,
            plain_writes: 0,
        }
    }

    /// How the synchronisation goes, for `status` and the probes.
    pub(super) fn status(&self) -> SyncStatus {
        let report = |tab_memory: &TabMemory| TabReport {
            tab: tab_memory.tab(),
            looked: tab_memory.snapshot.as_ref().map(|snapshot| snapshot.began),
            rows: tab_memory.snapshot.as_ref().map_or(0, TabSnapshot::counted),
            trouble: tab_memory
                .trouble
                .as_ref()
                .map(|trouble| trouble.words.clone()),
        };
        SyncStatus {
            tabs: self.tab_memories.iter().map(report).collect(),
            plain_writes: self.plain_writes,
            checked: self.checked,
            places: self.places.clone(),
        }
    }

    /// Takes note of why a wait has ended; tabs of other spreadsheets are none of ours.
    pub(super) fn note(&mut self, wake: Wake) {
        match wake {
            Wake::Nudge(marked) => {
                self.archive.may_be_mended();
                self.due.extend(marked.wanted);
                self.hinted.extend(marked.hinted);
            }
            Wake::Dirty(tabs) => self.dirty.extend(tabs),
            Wake::Time => {}
        }
        let tab_memories = &self.tab_memories;
        for tabs in [&mut self.due, &mut self.hinted, &mut self.dirty] {
            tabs.retain(|tab| {
                tab_memories
                    .iter()
                    .any(|tab_memory| tab_memory.tab() == *tab)
            });
        }
    }

    /// Tabs that are to be read and may be read now; they are due no more.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<Tab> {
        let is_due = |tab_memory: &&TabMemory| {
            let moments = self.moments(tab_memory, now);
            moments.into_iter().flatten().any(|moment| moment <= now)
        };
        let tabs: Vec<Tab> = self
            .tab_memories
            .iter()
            .filter(is_due)
            .map(TabMemory::tab)
            .collect();
        if tabs.is_empty() {
            return tabs;
        }
        for tab in &tabs {
            self.due.remove(tab);
            if self.hinted.remove(tab) {
                self.pace.takes_hint(*tab, now);
            }
        }
        self.pace.looks(now);
        self.archive.renew(now);
        let stale = |(_, at): &(Structure, Timestamp)| now.duration_since(*at) >= STRUCTURE_AGE;
        if self.structure.as_ref().is_some_and(stale) {
            self.structure = None;
        }
        tabs
    }

    /// When there is something to do, if nothing wakes us before.
    pub(super) fn next_moment(&self, now: Timestamp) -> Option<Timestamp> {
        if let Some(until) = self.pace.store.resting(now) {
            return Some(until);
        }
        let moments = self
            .tab_memories
            .iter()
            .flat_map(|tab_memory| self.moments(tab_memory, now));
        let open = (!self.open.is_empty()).then(|| self.pace.writes.resting(now));
        moments.flatten().chain(open.flatten()).min()
    }

    /// From when on a tab may be read: because of a nudge, of a hint, of dirty rows, of what was refused, of a trouble.
    fn moments(&self, tab_memory: &TabMemory, now: Timestamp) -> [Option<Timestamp>; 5] {
        let tab = tab_memory.tab();
        let reads = self.pace.reads.resting(now).unwrap_or(Timestamp::MIN);
        let nudged = self.pace.next_read.max(reads);
        let hinted = nudged.max(self.pace.next_hint(tab));
        let writable = (self.pace.write_gate(now).max(reads))
            .max(tab_memory.unwritable_until().unwrap_or(Timestamp::MIN));
        let refused = tab_memory
            .refusals
            .next(self.repairs.of(tab).filter_map(|repair| repair.again.at()));
        let refused = refused.filter(|_| self.open.is_empty());
        [
            self.due.contains(&tab).then_some(nudged),
            self.hinted.contains(&tab).then_some(hinted),
            (self.dirty.contains(&tab) && self.open.is_empty()).then_some(writable),
            refused.map(|again| again.max(writable)),
            tab_memory.retries_at().map(|again| again.max(reads)),
        ]
    }

    pub(super) fn structure(&self) -> Option<&Structure> {
        self.structure.as_ref().map(|(structure, _)| structure)
    }

    pub(super) fn learn_structure(&mut self, structure: Structure, now: Timestamp) {
        self.structure = Some((structure, now));
    }

    /// We have inserted rows: the grid has grown, and the filter and the table that reached there, or were extended.
    pub(super) fn rows_inserted(&mut self, sheet: SheetId, at: u32, count: u32) {
        let tabs = self
            .structure
            .iter_mut()
            .flat_map(|(structure, _)| &mut structure.tabs);
        for info in tabs.filter(|info| info.sheet == sheet) {
            info.rows += count;
            let end = info
                .filter
                .as_mut()
                .and_then(|filter| filter.end_row.as_mut());
            let tables = info.tables.iter_mut().map(|table| &mut table.rows.1);
            for end in end.into_iter().chain(tables).filter(|end| **end >= at) {
                *end += count;
            }
        }
    }

    /// Nothing of the structure that was read holds any more.
    pub(super) fn forget_structure(&mut self) {
        self.structure = None;
    }

    /// The structure is read again by the next pass; this one goes on with what it has.
    pub(super) fn structure_is_old(&mut self) {
        if let Some((_, at)) = &mut self.structure {
            *at = Timestamp::MIN;
        }
    }

    pub(super) fn tabs(&self) -> Vec<Tab> {
        self.tab_memories.iter().map(TabMemory::tab).collect()
    }

    pub(super) fn tab_memory(&mut self, tab: Tab) -> Option<&mut TabMemory> {
        self.tab_memories
            .iter_mut()
            .find(|tab_memory| tab_memory.tab() == tab)
    }

    /// The last snapshot of a tab, or what the journal remembers of it.
    pub(super) fn previous(&self, tab: Tab) -> Option<&TabSnapshot> {
        let mut memories = self.tab_memories.iter();
        memories.find(|memory| memory.tab() == tab)?.previous()
    }

    pub(super) fn snapshot_of(&self, tab: Tab) -> Option<&TabSnapshot> {
        let tab_memory = self
            .tab_memories
            .iter()
            .find(|tab_memory| tab_memory.tab() == tab);
        tab_memory?.snapshot.as_ref()
    }

    /// The journal is to learn this before anything else happens.
    pub(super) fn report(&mut self, event: Event) {
        self.unreported.events.push(event);
    }

    /// The journal is to learn how a batch ended, or what became of rows without one.
    pub(super) fn report_written(&mut self, token: Option<BatchToken>, rows: Vec<WrittenRow>) {
        self.report(Event::Wrote(WriteReport {
            spreadsheet: self.spreadsheet.clone(),
            token,
            rows,
            misplaced: None,
        }));
    }

    /// Batches that can land no more are over once a snapshot has shown what they have hit.
    pub(super) fn end_intents(&mut self) {
        if self.open.is_empty() && !self.repairs.suspects_any() {
            for token in std::mem::take(&mut self.resolved) {
                self.report_written(Some(token), Vec::new());
            }
        }
    }

    /// What stands where it should not, if that is not what the journal knows. It learns of it before it takes the batch for ended
    /// that did it.
    pub(super) fn misplaced(&self) -> Option<Event> {
        let misplaced = self.repairs.misplaced();
        let is_news = misplaced != self.known_misplaced;
        is_news.then(|| {
            Event::Wrote(WriteReport {
                spreadsheet: self.spreadsheet.clone(),
                token: None,
                rows: Vec::new(),
                misplaced: Some(misplaced),
            })
        })
    }

    /// The journal has learnt what it did not know.
    pub(super) fn reported(&mut self) {
        self.pace.store.over();
        self.unreported = Unreported::default();
        self.known_misplaced = self.repairs.misplaced();
    }

    /// A tab cannot be used; told once.
    pub(super) fn trouble(&mut self, tab: Tab, blocks: Blocks, words: String, now: Timestamp) {
        let told = words.clone();
        let tab_memory = self.tab_memory(tab);
        if tab_memory.is_some_and(|tab_memory| tab_memory.fails(blocks, words, now)) {
            self.report(Event::Admin(Command::Notify(Notice::TabUnusable {
                tab,
                words: told,
            })));
        }
    }

    /// A trouble of the whole spreadsheet, told of one of its tabs.
    pub(super) fn trouble_of_all(&mut self, tab: Tab, blocks: Blocks, words: &str, now: Timestamp) {
        let tab_memory = self.tab_memory(tab);
        let title = tab_memory.map(|tab_memory| tab_memory.words.title.clone());
        let title = &title.unwrap_or_default();
        let words = self.say(TableNote::Trouble { title, words });
        self.trouble(tab, blocks, words, now);
    }

    /// What people are told of a tab or of the spreadsheet.
    pub(super) fn say(&self, note: TableNote<'_>) -> String {
        self.wording.note(Note::Table(note))
    }
}

/// A tab can be used again.
pub(super) fn mended(tab: Tab) -> Event {
    Event::Admin(Command::Notify(Notice::TabMended(tab)))
}
