//! The desk of one spreadsheet: a step machine that says what to do next and learns how it went.
//!
//! Invariant: looks and writes take turns; every write is preceded by a look of its tabs in the same cycle, and by an intent;
//! nothing is written while the outcome of an earlier batch is open.

mod amend;
mod archive;
mod compose;
mod doubt;
mod draft;
mod find;
mod fresh;
mod intention;
mod looking;
mod mending;
mod pace;
pub(super) mod prepare;
mod refusals;
mod settle;
mod shared;
mod spill;
mod station;
mod trouble;
mod wishes;
mod writing;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    client::FenceFate,
    layout::words::TabWords,
    look::{KnownRow, TabSnapshot, plan::ReadPlan},
    wire::{Batch, Columns, RangeRequest, ReadBack, SheetsError, Structure},
};
use crate::{
    domain::{
        event::{Event, RowMark},
        ids::{BatchToken, Seq, SpreadsheetId},
        row::DesiredRow,
        tab::Tab,
    },
    journal::{Intent, Marked, StoreError, Touched},
};
use amend::Amend;
use archive::Archive;
use compose::Stubborns;
use doubt::Doubt;
use draft::Draft;
pub(super) use draft::{MOST_CHARACTERS, size};
use pace::Pace;
use spill::Spill;
use station::Station;
use wishes::Wishes;

/// The structure (grid sizes, filters, tab names) is read again after this long; it changes rarely, and errors have it read at once.
const STRUCTURE_AGE: SignedDuration = SignedDuration::from_mins(10);

/// What a desk is told.
#[derive(Debug)]
pub enum Input {
    /// Tabs are to be looked at, or may have changed.
    Nudge(Marked),
    /// Rows of these tabs may be dirty.
    Dirty(BTreeSet<Tab>),
    /// The answer to [`Output::ReadStructure`].
    Structure(Result<Structure, SheetsError>),
    /// The answer to [`Output::Read`].
    Read(Result<Vec<Columns>, SheetsError>),
    /// The answer to [`Output::Apply`].
    Applied(Result<(), StoreError>),
    /// The answer to [`Output::Project`].
    Projected(Vec<Wanted>),
    /// The answer to [`Output::Intend`].
    Intended(Result<Intended, StoreError>),
    /// The answer to [`Output::Write`].
    Written(Result<ReadBack, SheetsError>),
    /// The answer to [`Output::Fence`].
    FenceFate(Result<FenceFate, SheetsError>),
    /// Time has passed: the start, or the moment of an [`Output::WaitUntil`].
    Tick,
}

/// A dirty row as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The row.
    pub row: DesiredRow,
    /// The generation of its dirty mark.
    pub dirtied: Seq,
}

/// A committed intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// It.
    pub intent: Intent,
    /// Fences of this spreadsheet that are no longer needed.
    pub old_fences: Vec<BatchToken>,
}

/// What a desk wants done. Each but [`Output::WaitUntil`] is answered by exactly one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Read what the spreadsheet consists of.
    ReadStructure,
    /// Read these ranges.
    Read(Vec<RangeRequest>),
    /// Store and decide these events, in order; after them report the rows with these keys as moved: we have written over them.
    Apply {
        /// The events.
        events: Vec<Event>,
        /// The rows that stood where others were meant to be written.
        overwritten: Vec<RowMark>,
    },
    /// Project the dirty rows of these tabs.
    Project(Vec<Tab>),
    /// Commit that these rows are about to be written.
    Intend(Vec<Touched>),
    /// Write.
    Write(Batch),
    /// Send this fence alone.
    Fence(BatchToken),
    /// Nothing to do before this moment, or a nudge.
    WaitUntil(Timestamp),
}

/// What a desk starts from.
#[derive(Debug, Clone)]
pub struct Start {
    /// Which spreadsheet.
    pub spreadsheet: SpreadsheetId,
    /// Its tabs.
    pub tabs: Vec<TabWords>,
    /// The tab to which the oldest part of a long dialogue moves.
    pub archive: TabWords,
    /// The rows that the journal knows to stand in each tab whose first sight is behind us.
    pub known: BTreeMap<Tab, Vec<KnownRow>>,
    /// Batches whose outcome is open.
    pub open: Vec<Intent>,
    /// The fence that the journal has given last; none where it has never given one.
    pub last_fence: Option<BatchToken>,
    /// The e-mail address with which people share the spreadsheet.
    pub account: String,
}

/// How a desk fares, for `status` and the probes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeskState {
    /// Its tabs.
    pub tabs: Vec<TabReport>,
    /// Shared cells that were changed without comparing, since the start.
    pub plain_writes: u64,
    /// It is certain that the journal is not older than the spreadsheet, or it knows that it is: before, what waits to be sent
    /// may have been sent already.
    pub checked: bool,
}

/// How a tab fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabReport {
    /// Which.
    pub tab: Tab,
    /// When the last complete look began, by the clock by which the desk is driven.
    pub looked: Option<Timestamp>,
    /// The rows that it found.
    pub rows: usize,
    /// What is wrong with it, in words.
    pub trouble: Option<String>,
}

/// The desk of one spreadsheet.
#[derive(Debug)]
pub struct Desk {
    spreadsheet: SpreadsheetId,
    stations: Vec<Station>,
    archive: Archive,
    phase: Phase,
    wishes: Wishes,
    cycle: Cycle,
    pace: Pace,
    structure: Option<(Structure, Timestamp)>,
    open: Vec<BatchToken>,
    /// The e-mail address with which people share the spreadsheet.
    account: String,
    /// The fence that was given last, as far as we know.
    last_fence: Option<BatchToken>,
    /// It is certain that the journal is not older than the spreadsheet, or it knows that it is.
    checked: bool,
    /// Batches that can land no more and whose damage in foreign rows may not be mended yet: their intents end when it is.
    unmended: Vec<BatchToken>,
    owed: Owed,
    amends: Vec<Amend>,
    doubts: Vec<Doubt>,
    spills: Vec<Spill>,
    stubborn: Stubborns,
    drops_fences: bool,
    /// Refusals in a row that spoke of the grid.
    grid_refusals: u8,
    plain_writes: u64,
}

/// What the desk waits for.
#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    Owing,
    Fencing,
    Structuring,
    Heading(Vec<Tab>),
    Archiving,
    Looking(Vec<ReadPlan>, Timestamp),
    Applying,
    Projecting(Vec<Tab>),
    Intending(Draft),
    Writing(Sent),
}

/// A batch on its way.
#[derive(Debug)]
struct Sent {
    draft: Draft,
    fence: BatchToken,
    /// Fence changes before those of the draft.
    head: usize,
}

/// One round of looking and writing.
#[derive(Debug, Default)]
struct Cycle {
    /// Tabs still to look at.
    tabs: Vec<Tab>,
    taken: Vec<TabSnapshot>,
    attempts: u8,
    /// The structure was read in this round.
    restructured: bool,
}

/// What the journal must learn before anything else happens.
#[derive(Debug, Default)]
struct Owed {
    events: Vec<Event>,
    overwritten: Vec<RowMark>,
}

impl Desk {
    /// A desk that will look at all its tabs first.
    #[must_use]
    pub fn new(start: Start) -> Self {
        let Start {
            spreadsheet,
            tabs,
            archive,
            mut known,
            open,
            last_fence,
            account,
        } = start;
        let stations: Vec<Station> = tabs
            .into_iter()
            .map(|words| {
                let known = known.remove(&words.tab);
                Station::new(words, known)
            })
            .collect();
        Self {
            spreadsheet,
            phase: Phase::Idle,
            wishes: Wishes {
                looks: stations.iter().map(Station::tab).collect(),
                ..Wishes::default()
            },
            stations,
            archive: Archive::new(archive),
            cycle: Cycle::default(),
            pace: Pace::new(),
            structure: None,
            doubts: open
                .iter()
                .flat_map(|intent| Doubt::of(&intent.touched))
                .collect(),
            open: open.into_iter().map(|intent| intent.token).collect(),
            last_fence,
            account,
            checked: false,
            unmended: Vec::new(),
            owed: Owed::default(),
            amends: Vec::new(),
            spills: Vec::new(),
            stubborn: Stubborns::new(),
            drops_fences: true,
            grid_refusals: 0,
            plain_writes: 0,
        }
    }

    /// Learns what happened and says what to do next. An answer that nothing waits for is ignored.
    pub fn step(&mut self, input: Input, now: Timestamp) -> Vec<Output> {
        match input {
            Input::Nudge(marked) => {
                self.archive.may_be_mended();
                self.wishes.looks.extend(marked.wanted);
                self.wishes.hints.extend(marked.hinted);
                self.wish(now)
            }
            Input::Dirty(tabs) => {
                self.wishes.dirty.extend(tabs);
                self.wish(now)
            }
            Input::Tick => self.wish(now),
            Input::Structure(answer) => self.structured(answer, now),
            Input::Read(answer) => self.read(answer, now),
            Input::Applied(answer) => self.applied(answer, now),
            Input::Projected(rows) => self.projected(rows, now),
            Input::Intended(answer) => self.intended(answer, now),
            Input::Written(answer) => self.written(answer, now),
            Input::FenceFate(answer) => self.fenced(&answer, now),
        }
    }

    /// Whether nothing is under way: then only a wish or time can bring something.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// How it fares.
    #[must_use]
    pub fn state(&self) -> DeskState {
        let report = |station: &Station| TabReport {
            tab: station.tab(),
            looked: station.look.as_ref().map(|look| look.began),
            rows: station.look.as_ref().map_or(0, TabSnapshot::counted),
            trouble: station
                .trouble
                .as_ref()
                .map(|trouble| trouble.words.clone()),
        };
        DeskState {
            tabs: self.stations.iter().map(report).collect(),
            plain_writes: self.plain_writes,
            checked: self.checked,
        }
    }

    fn wish(&mut self, now: Timestamp) -> Vec<Output> {
        self.wishes
            .retain(|tab| self.stations.iter().any(|station| station.tab() == tab));
        if self.is_idle() {
            self.begin(now)
        } else {
            Vec::new()
        }
    }

    /// Does the next thing: what is owed, a fence, a cycle; or waits.
    fn begin(&mut self, now: Timestamp) -> Vec<Output> {
        self.phase = Phase::Idle;
        self.tell_of_mending();
        self.end_intents();
        if self.pace.store.resting(now).is_none() {
            if !self.owed.events.is_empty() || !self.owed.overwritten.is_empty() {
                self.phase = Phase::Owing;
                return vec![Output::Apply {
                    events: self.owed.events.clone(),
                    overwritten: self.owed.overwritten.clone(),
                }];
            }
            if let Some(&fence) = self.open.first()
                && self.pace.writes.resting(now).is_none()
            {
                self.phase = Phase::Fencing;
                return vec![Output::Fence(fence)];
            }
            let tabs = self.due(now);
            if !tabs.is_empty() {
                return self.start_cycle(tabs, now);
            }
        }
        self.next_moment(now)
            .map(Output::WaitUntil)
            .into_iter()
            .collect()
    }

    /// Nothing that a batch has hit by mistake is left: were the process to die now, nobody would have to know of the batch.
    fn end_intents(&mut self) {
        if self.open.is_empty()
            && self.doubts.is_empty()
            && self.amends.is_empty()
            && self.spills.is_empty()
        {
            for fence in std::mem::take(&mut self.unmended) {
                self.report(Some(fence), Vec::new());
            }
        }
    }

    fn start_cycle(&mut self, tabs: Vec<Tab>, now: Timestamp) -> Vec<Output> {
        self.wishes.looks.retain(|tab| !tabs.contains(tab));
        for &tab in tabs.iter().filter(|tab| self.wishes.hints.remove(tab)) {
            self.pace.heeds(tab, now);
        }
        self.pace.looks(now);
        self.archive.renew(now);
        if self
            .structure
            .as_ref()
            .is_some_and(|(_, at)| now.duration_since(*at) >= STRUCTURE_AGE)
        {
            self.structure = None;
        }
        self.cycle = Cycle {
            tabs,
            ..Cycle::default()
        };
        self.look(now)
    }

    /// Tabs that may be looked at now, and for which there is a reason.
    fn due(&self, now: Timestamp) -> Vec<Tab> {
        let due = |station: &&Station| {
            self.moments(station, now)
                .into_iter()
                .flatten()
                .any(|moment| moment <= now)
        };
        self.stations.iter().filter(due).map(Station::tab).collect()
    }

    fn next_moment(&self, now: Timestamp) -> Option<Timestamp> {
        if let Some(until) = self.pace.store.resting(now) {
            return Some(until);
        }
        let looks = self
            .stations
            .iter()
            .flat_map(|station| self.moments(station, now))
            .flatten();
        let fence = (!self.open.is_empty())
            .then(|| self.pace.writes.resting(now))
            .flatten();
        looks.chain(fence).min()
    }

    /// From when on a tab may be looked at: because of a nudge, of a hint, of dirty rows, of what was refused, of a trouble.
    fn moments(&self, station: &Station, now: Timestamp) -> [Option<Timestamp>; 5] {
        let reads = self.pace.reads.resting(now).unwrap_or(Timestamp::MIN);
        let nudged = self
            .wishes
            .looks
            .contains(&station.tab())
            .then(|| self.pace.next_look.max(reads));
        let heeded = self
            .pace
            .next_look
            .max(self.pace.next_heed(station.tab()))
            .max(reads);
        let hinted = self.wishes.hints.contains(&station.tab()).then_some(heeded);
        let dirty = self.wishes.dirty.contains(&station.tab()) && self.open.is_empty();
        let writable = self.pace.write_gate(now).max(reads);
        let writable = writable.max(station.unwritable_until().unwrap_or(Timestamp::MIN));
        let refused = station
            .refusals
            .next(self.mends(station.tab()))
            .filter(|_| self.open.is_empty());
        [
            nudged,
            hinted,
            dirty.then_some(writable),
            refused.map(|again| again.max(writable)),
            station.retries_at().map(|again| again.max(reads)),
        ]
    }

    fn tabs(&self) -> Vec<Tab> {
        self.stations.iter().map(Station::tab).collect()
    }

    fn station(&mut self, tab: Tab) -> Option<&mut Station> {
        self.stations
            .iter_mut()
            .find(|station| station.tab() == tab)
    }

    fn owe(&mut self, event: Event) {
        self.owed.events.push(event);
    }
}
