//! The first half of a pass: structure, header rows, cells.
//!
//! Invariant: a tab that cannot be read drops out of the pass, in words; the others go on.

mod styles;
mod templates;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Interrupted, SheetIo,
    memory::SyncMemory,
    tab_memory::{Blocks, TabMemory},
};
use crate::{
    domain::{
        event::{Event, Restored},
        ids::BatchToken,
        tab::Tab,
        wording::TableNote,
    },
    sheets::{
        table::{
            answer::{ReadError, TabAnswer, Tie},
            layout::Layout,
            read_plan::{ReadPlan, find_tab, header_range, headers},
            snapshot::TabSnapshot,
        },
        wire::{Columns, Rendering, SheetsError, Structure, TabInfo, UnformattedValue},
    },
};

/// A reading that is torn this often in a row is given up for now: somebody is sorting without pause.
const MOST_ATTEMPTS: u8 = 3;

/// What a pass has read so far.
#[derive(Debug, Default)]
struct Reading {
    /// Tabs still to read.
    left: Vec<Tab>,
    snapshots: Vec<TabSnapshot>,
    /// What the last attempt could not tie together.
    untied: BTreeMap<Tab, Tie>,
    attempts: u8,
    /// The structure was read in this pass.
    restructured: bool,
}

/// Reads these tabs, with whatever is lacking for that; those that could not be read are left out.
pub(super) async fn read_tabs(
    io: &mut impl SheetIo,
    memory: &mut SyncMemory,
    tabs: Vec<Tab>,
) -> Result<Vec<TabSnapshot>, Interrupted> {
    let mut reading = Reading {
        left: tabs,
        ..Reading::default()
    };
    while !reading.left.is_empty() {
        let Some(structure) = memory.structure() else {
            let answer = io.structure().await;
            if let Some(structure) = reading.answered(memory, answer, io.now())? {
                reading.structured(memory, structure, io.now())?;
                io.publish(memory.status());
            }
            continue;
        };
        let infos = structure.tabs.clone();
        reading.drop_missing(memory, &infos, io.now());
        let headless = reading.headless(memory, &infos);
        if !headless.is_empty() {
            let (tabs, ranges): (Vec<Tab>, Vec<String>) = headless.into_iter().unzip();
            let answer = io.read(ranges).await;
            if let Some(answer) = reading.answered(memory, answer, io.now())? {
                memory.pace.reads.over();
                reading.headed(memory, &tabs, &answer, io.now());
            }
            continue;
        }
        if !reading.restructured && reading.doubts_structure(memory, &infos) {
            memory.forget_structure();
            continue;
        }
        if let Some(ranges) = reading.archive_ranges(memory, &infos) {
            let answer = io.stored(ranges, Rendering::Valued).await;
            if let Some(answer) = reading.answered(memory, answer, io.now())? {
                memory.pace.reads.over();
                reading.archived(memory, &infos, &answer, io.now());
            }
            continue;
        }
        let plans = reading.plans(memory, &infos);
        if plans.is_empty() {
            break;
        }
        read_cells(io, memory, &mut reading, &plans).await?;
    }
    Ok(reading.snapshots)
}

/// Reads the cells of tabs: as people see them, then what may be stored otherwise.
async fn read_cells(
    io: &mut impl SheetIo,
    memory: &mut SyncMemory,
    reading: &mut Reading,
    plans: &[ReadPlan],
) -> Result<(), Interrupted> {
    let began = io.now();
    let mut ranges: Vec<String> = plans.iter().flat_map(ReadPlan::ranges).collect();
    let templates = reading.templates_range(memory);
    ranges.extend(templates.clone());
    let answer = io.read(ranges).await;
    let Some(mut answer) = reading.answered(memory, answer, io.now())? else {
        return Ok(());
    };
    memory.pace.reads.over();
    let shown = templates.and_then(|_| answer.pop());
    if !templates::take(io, memory, reading, shown.as_ref()).await? {
        return Ok(());
    }
    let mut tabs = reading.shown(memory, plans, began, answer, io.now());
    for rendering in [Rendering::Typed, Rendering::Valued] {
        let wanted: Vec<Vec<String>> = tabs.iter().map(|tab| tab.wants(rendering)).collect();
        let ranges = wanted.concat();
        if ranges.is_empty() {
            continue;
        }
        let answer = io.stored(ranges, rendering).await;
        let Some(answer) = reading.answered(memory, answer, io.now())? else {
            return Ok(());
        };
        let mut answer = answer.into_iter();
        for (tab, ranges) in tabs.iter_mut().zip(wanted) {
            tab.take(rendering, answer.by_ref().take(ranges.len()).collect());
        }
    }
    let read_before = reading.snapshots.len();
    reading.close(memory, tabs, io.now());
    styles::read(io, memory, reading, read_before).await
}

impl Reading {
    /// The answer of a reading call, or `None` if it is worth another try in this pass.
    fn answered<T>(
        &mut self,
        memory: &mut SyncMemory,
        answer: Result<T, SheetsError>,
        now: Timestamp,
    ) -> Result<Option<T>, Interrupted> {
        let error = match answer {
            Ok(answer) => return Ok(Some(answer)),
            Err(error) => error,
        };
        match &error {
            SheetsError::BadRange(words) => {
                memory.forget_structure();
                memory.archive.forget();
                for tab in &self.left {
                    memory
                        .tab_memory(*tab)
                        .into_iter()
                        .for_each(TabMemory::plan_anew);
                }
                let why = |memory: &SyncMemory, title: &str| {
                    memory.say(TableNote::Unreadable { title, words })
                };
                self.again(memory, why, now);
                return Ok(None);
            }
            SheetsError::Throttled { until } => memory.pace.reads.failed(*until, now),
            SheetsError::Refused { .. } => memory.pace.reads.failed(None, now),
            SheetsError::Unavailable(_) | SheetsError::Unknown(_) => {
                memory.pace.reads.unanswered(now);
                // What the spreadsheet consists of is the smallest question with which to try again.
                memory.forget_structure();
            }
            SheetsError::Denied(_)
            | SheetsError::NotFound
            | SheetsError::ApiOff { .. }
            | SheetsError::NotASpreadsheet => {
                // Every tab is out of reach, and is tried again on its own schedule.
                let words = memory.why_closed(&error).unwrap_or_default();
                memory.forget_structure();
                for tab in memory.tabs() {
                    memory.trouble_of_all(tab, Blocks::Looks, &words, now);
                }
                return Err(Interrupted::Google);
            }
        }
        self.put_off(memory);
        Err(Interrupted::Google)
    }

    /// What was read is not told to the journal; these tabs are read anew.
    fn put_off(&self, memory: &mut SyncMemory) {
        memory.due.extend(&self.left);
        memory.put_off(&self.snapshots);
    }

    fn structured(
        &mut self,
        memory: &mut SyncMemory,
        structure: Structure,
        now: Timestamp,
    ) -> Result<(), Interrupted> {
        let newest = structure.newest_token;
        memory.learn_structure(structure, now);
        self.restructured = true;
        // What refused to have tokens removed may be over.
        memory.drops_tokens = true;
        match (newest, memory.last_token) {
            (Some(newest), Some(last)) if newest > last => {
                memory.outlived(newest);
                self.put_off(memory);
                Err(Interrupted::Restored)
            }
            (Some(_) | None, _) => {
                memory.checked = true;
                Ok(())
            }
        }
    }

    fn drop_missing(&mut self, memory: &mut SyncMemory, infos: &[TabInfo], now: Timestamp) {
        for tab in self.left.clone() {
            let title = memory
                .tab_memory(tab)
                .map(|tab_memory| tab_memory.words.title.clone());
            let missing = title.filter(|title| find_tab(infos, title).is_none());
            if let Some(title) = missing {
                memory.structure_is_old();
                let words = memory.say(TableNote::Missing(&title));
                self.drop_out(memory, tab, words, now);
            }
        }
    }

    /// Tabs whose columns are not known, with the ranges that tell them.
    fn headless(&self, memory: &SyncMemory, infos: &[TabInfo]) -> Vec<(Tab, String)> {
        let headless = self
            .tab_memories(memory)
            .filter(|tab_memory| tab_memory.layout.is_none());
        let range = |tab_memory: &TabMemory| {
            let info = find_tab(infos, &tab_memory.words.title)?;
            Some((tab_memory.tab(), header_range(&info.title)))
        };
        headless.filter_map(range).collect()
    }

    fn headed(
        &mut self,
        memory: &mut SyncMemory,
        tabs: &[Tab],
        answer: &[Columns],
        now: Timestamp,
    ) {
        for (at, &tab) in tabs.iter().enumerate() {
            let row = answer.get(at).map(headers).unwrap_or_default();
            let Some(tab_memory) = memory.tab_memory(tab) else {
                continue;
            };
            match Layout::read(&tab_memory.words, &row) {
                Ok(layout) => tab_memory.layout = Some(layout),
                Err(error) => {
                    // A tab may have been replaced by another of the same name.
                    memory.structure_is_old();
                    let words = error.words(&memory.wording);
                    self.drop_out(memory, tab, words, now);
                }
            }
        }
    }

    /// Somebody may have made the archive meanwhile, or the grid may have grown.
    fn doubts_structure(&self, memory: &SyncMemory, infos: &[TabInfo]) -> bool {
        let beyond = |tab_memory: &TabMemory| {
            let info = find_tab(infos, &tab_memory.words.title);
            info.is_some_and(|info| tab_memory.histories.exceed(info.rows))
        };
        (self.left.contains(&Tab::Appeals) && memory.archive.lacks_tab(infos))
            || self.tab_memories(memory).any(beyond)
    }

    fn archive_ranges(&self, memory: &mut SyncMemory, infos: &[TabInfo]) -> Option<Vec<String>> {
        let ranges = memory.archive.reading(infos);
        ranges.filter(|_| self.left.contains(&Tab::Appeals))
    }

    /// What stands in the archive, or its header row, was read.
    fn archived(
        &self,
        memory: &mut SyncMemory,
        infos: &[TabInfo],
        answer: &[Columns<UnformattedValue>],
        now: Timestamp,
    ) {
        if let Err(error) = memory.archive.read(infos, answer, now) {
            memory.structure_is_old();
            let why = error.words(&memory.wording);
            let words = memory.say(TableNote::ArchiveHeadless(&why));
            memory.trouble(Tab::Appeals, Blocks::Archive, words, now);
        }
    }

    fn plans(&self, memory: &SyncMemory, infos: &[TabInfo]) -> Vec<ReadPlan> {
        let plan = |tab_memory: &TabMemory| {
            let info = find_tab(infos, &tab_memory.words.title)?;
            Some(ReadPlan::new(
                tab_memory.tab(),
                info,
                tab_memory.layout.as_ref()?,
                tab_memory.histories,
            ))
        };
        self.tab_memories(memory).filter_map(plan).collect()
    }

    /// Takes in what tabs show; those that must be read anew are left out.
    fn shown<'p>(
        &mut self,
        memory: &mut SyncMemory,
        plans: &'p [ReadPlan],
        began: Timestamp,
        answer: Vec<Columns>,
        now: Timestamp,
    ) -> Vec<TabAnswer<'p>> {
        let mut answer = answer.into_iter();
        let mut tabs = Vec::new();
        for plan in plans {
            let part: Vec<Columns> = answer.by_ref().take(plan.ranges().len()).collect();
            let Some(tab_memory) = memory.tab_memory(plan.tab()) else {
                continue;
            };
            match TabAnswer::new(plan, &tab_memory.words, began, part) {
                Ok(tab) => tabs.push(tab),
                Err(error) => self.discarded(memory, plan.tab(), error, now),
            }
        }
        tabs
    }

    /// Everything that was asked for is there.
    fn close(&mut self, memory: &mut SyncMemory, tabs: Vec<TabAnswer<'_>>, now: Timestamp) {
        for answer in tabs {
            let tab = answer.tab();
            memory.pace.has_read(tab, answer.calls());
            let Some(tab_memory) = memory.tab_memory(tab) else {
                continue;
            };
            match answer.snapshot(self.untied.get(&tab)) {
                Ok(snapshot) => {
                    tab_memory.layout = Some(snapshot.layout.clone());
                    self.left.retain(|&left| left != tab);
                    self.snapshots.push(snapshot);
                }
                Err(error) => self.discarded(memory, tab, error, now),
            }
        }
        if !self.left.is_empty() {
            self.moves(memory, now);
        }
    }

    /// What is left did not stand still between two calls.
    fn moves(&mut self, memory: &mut SyncMemory, now: Timestamp) {
        let why = |memory: &SyncMemory, title: &str| memory.say(TableNote::Moving(title));
        self.again(memory, why, now);
    }

    /// What was read of a tab cannot be used.
    fn discarded(&mut self, memory: &mut SyncMemory, tab: Tab, error: ReadError, now: Timestamp) {
        let Some(tab_memory) = memory.tab_memory(tab) else {
            return;
        };
        match error {
            ReadError::Torn => {}
            ReadError::Untied(tie) => {
                self.untied.insert(tab, tie);
            }
            ReadError::Rearranged(layout) => {
                tab_memory.layout = Some(layout);
                // Google has moved filters and colours along with the columns.
                memory.forget_structure();
            }
            ReadError::Headless(error) => {
                tab_memory.layout = None;
                memory.structure_is_old();
                let words = error.words(&memory.wording);
                self.drop_out(memory, tab, words, now);
            }
        }
    }

    /// What is left is read once more, unless it was tried too often.
    fn again(
        &mut self,
        memory: &mut SyncMemory,
        why: impl Fn(&SyncMemory, &str) -> String,
        now: Timestamp,
    ) {
        self.attempts += 1;
        if self.attempts < MOST_ATTEMPTS {
            return;
        }
        for tab in self.left.clone() {
            let tab_memory = memory.tab_memory(tab);
            let title = tab_memory.map(|tab_memory| tab_memory.words.title.clone());
            let words = why(memory, &title.unwrap_or_default());
            self.drop_out(memory, tab, words, now);
        }
    }

    fn drop_out(&mut self, memory: &mut SyncMemory, tab: Tab, words: String, now: Timestamp) {
        self.left.retain(|&known| known != tab);
        memory.trouble(tab, Blocks::Looks, words, now);
    }

    fn tab_memories<'a>(&'a self, memory: &'a SyncMemory) -> impl Iterator<Item = &'a TabMemory> {
        let tab_memories = memory.tab_memories.iter();
        tab_memories.filter(|tab_memory| self.left.contains(&tab_memory.tab()))
    }
}

impl SyncMemory {
    /// The journal is not told of these snapshots; their tabs are read anew.
    pub(super) fn put_off(&mut self, snapshots: &[TabSnapshot]) {
        self.due
            .extend(snapshots.iter().map(|snapshot| snapshot.tab));
    }

    /// The spreadsheet bears a token that the journal has never given: it has gone on without it, and everything is seen for the first
    /// time.
    fn outlived(&mut self, newest: BatchToken) {
        self.last_token = Some(newest);
        self.tab_memories.iter_mut().for_each(TabMemory::forget);
        self.repairs.forget();
        self.report(Event::Restored(Restored {
            spreadsheet: self.spreadsheet.clone(),
            tabs: self.tabs(),
            token: newest,
        }));
    }
}
