//! The second half of a pass: what to write, the intent, the call, and every way in which it can end.
//!
//! Invariant: an intent ends only when it is certain that its batch can land no more.

use jiff::Timestamp;

use super::{
    Wanted,
    memory::SyncMemory,
    planner::Planner,
    tab_memory::{Blocks, TabMemory},
    write_plan::{ChangeOwner, PlannedRow, PreparationStep, Sent, WritePlan},
};
use crate::{
    domain::{
        event::{RowResult, WrittenRow},
        ids::{BatchToken, RowKey},
        refusal::WriteRefusal,
        tab::Tab,
        wording::TableNote,
    },
    sheets::{
        client::TokenFate,
        errors::says_taken,
        wire::{ReadBack, SheetsError},
    },
};

/// Words by which Google's refusal speaks of the grid rather than of what was to be written into it.
const GRID_WORDS: [&str; 4] = ["range", "grid", "beyond", "dimension"];
/// After so many of those in a row the words are taken for what they say of the row.
const MOST_GRID_REFUSALS: u8 = 3;

impl SyncMemory {
    /// Compares what the journal wants with the snapshots of these tabs.
    pub(super) fn compose(&mut self, tabs: &[Tab], rows: Vec<Wanted>, now: Timestamp) -> WritePlan {
        let of_pass = |tab_memory: &TabMemory| tabs.contains(&tab_memory.tab());
        for tab_memory in self
            .tab_memories
            .iter_mut()
            .filter(|tab_memory| of_pass(tab_memory))
        {
            tab_memory.refusals.offered(&rows, now);
        }
        let Some(structure) = self.structure() else {
            // It has turned out to be old while other tabs were read.
            return WritePlan {
                left: tabs.iter().copied().collect(),
                ..WritePlan::default()
            };
        };
        let tab_memories: Vec<&TabMemory> = (self.tab_memories.iter())
            .filter(|tab_memory| of_pass(tab_memory))
            .collect();
        let planner = Planner {
            structure,
            failed_matches: &self.failed_matches,
            repairs: &self.repairs,
            archive: &self.archive,
            now,
        };
        let plan = planner.compose(&tab_memories, rows);
        self.archive.composed(plan.wants_archive);
        for repair in &plan.righted {
            let tab_memory = self.tab_memory(repair.tab());
            if let Some(snapshot) = tab_memory.and_then(|known| known.snapshot.as_mut()) {
                repair.uncover(snapshot);
            }
        }
        self.repairs.done(&plan.righted);
        if plan.unread
            && let Some(tab_memory) = self.tab_memory(Tab::Appeals)
        {
            tab_memory.histories = tab_memory.unread();
        }
        plan
    }

    /// Every row is as it should be, or cannot be written now.
    pub(super) fn needs_no_write(&mut self, plan: WritePlan, now: Timestamp) {
        let is_done = |row: &&WrittenRow| row.result != RowResult::Contested;
        let done = plan.finished.iter().filter(is_done);
        for row in done.clone() {
            self.forget_refusal(&row.key);
        }
        let progress = plan.left.is_empty() || done.count() > 0;
        self.pace.remains(progress, now);
        self.dirty.extend(&plan.left);
        if !plan.finished.is_empty() {
            self.report_written(None, plan.finished);
        }
    }

    /// A batch with this token is about to be sent.
    pub(super) fn sends(&mut self, token: BatchToken, plan: &WritePlan) {
        let passed_by =
            |tab_memory: &&mut TabMemory| !plan.tabs_after.contains_key(&tab_memory.tab());
        (self.tab_memories.iter_mut())
            .filter(passed_by)
            .for_each(|tab_memory| tab_memory.refusals.sat_out());
        self.last_token = Some(token);
    }

    /// A batch has landed.
    pub(super) fn written(&mut self, sent: Sent, read_back: &ReadBack, now: Timestamp) {
        self.distrust(&sent.plan);
        self.grid_refusals = 0;
        self.pace.writes.over();
        self.pace.wrote(now);
        self.settle(sent, read_back, now);
    }

    /// A row was written, or need not be any more.
    pub(super) fn forget_refusal(&mut self, key: &RowKey) {
        for tab_memory in &mut self.tab_memories {
            tab_memory.refusals.done(key);
        }
    }

    /// What was written, or may have been, is news wherever the next snapshot shows it.
    fn distrust(&mut self, plan: &WritePlan) {
        // A row that is told how far its promotion is shows nothing new.
        let is_news =
            |row: &&PlannedRow| row.tab != Tab::Promotions || row.numbers || !row.shared.is_empty();
        for row in plan.rows.iter().filter(is_news) {
            let tab_memory = self
                .tab_memories
                .iter_mut()
                .find(|tab_memory| tab_memory.tab() == row.tab);
            let snapshot = tab_memory.and_then(|tab_memory| tab_memory.snapshot.as_mut());
            if let Some(snapshot) = snapshot {
                snapshot.distrust(row.mark.as_ref(), row.row);
            }
        }
    }

    /// A batch has not landed, or nobody knows.
    pub(super) fn unwritten(&mut self, sent: Sent, error: SheetsError, now: Timestamp) {
        self.dirty.extend(sent.plan.tabs());
        let mut rows = Vec::new();
        match error {
            SheetsError::Unknown(_) => {
                self.distrust(&sent.plan);
                self.open.push(sent.token);
                self.repairs.suspect(&sent.plan.touched());
                self.forget_structure();
                self.pace.writes.failed(None, now);
                return;
            }
            SheetsError::Throttled { until } => self.pace.writes.failed(until, now),
            SheetsError::Unavailable(_) => self.pace.writes.unanswered(now),
            SheetsError::BadRange(_) | SheetsError::NotFound => {
                self.forget_structure();
                self.pace.writes.failed(None, now);
            }
            SheetsError::ApiOff { .. } | SheetsError::NotASpreadsheet => {
                self.forget_structure();
                self.pace.writes.failed(None, now);
                let words = self.why_closed(&error).unwrap_or_default();
                for tab in sent.plan.tabs_after.into_keys() {
                    self.trouble_of_all(tab, Blocks::Writes, &words, now);
                }
            }
            SheetsError::Denied(_) => {
                for tab in sent.plan.tabs_after.into_keys() {
                    self.read_only(tab, now);
                }
            }
            SheetsError::Refused { change, words } => {
                self.pace.wrote(now);
                rows.extend(self.refused(&sent, change, words, now));
            }
        }
        self.report_written(Some(sent.token), rows);
    }

    /// Nothing was written because of one change; whose it was decides what follows.
    fn refused(
        &mut self,
        sent: &Sent,
        change: usize,
        words: String,
        now: Timestamp,
    ) -> Option<WrittenRow> {
        let owner = change
            .checked_sub(sent.head)
            .and_then(|change| sent.plan.owners.get(change));
        let of_grid = self.speaks_of_the_grid(&words);
        match owner {
            None => self.token_refused(sent, change, &words, now),
            Some(&ChangeOwner::Tab(tab, PreparationStep::Decoration)) => {
                if let Some(tab_memory) = self.tab_memory(tab) {
                    tab_memory.decorate = false;
                }
            }
            Some(ChangeOwner::Archive) => {
                self.forget_structure();
                self.archive.fails(now);
                let (title, why) = (self.archive.title(), &self.reason(&words));
                let words = self.say(TableNote::ArchiveRefused { title, why });
                self.trouble(Tab::Appeals, Blocks::Archive, words, now);
            }
            Some(_) if of_grid => {
                self.forget_structure();
                self.pace.writes.failed(None, now);
            }
            Some(&ChangeOwner::Tab(tab, PreparationStep::Columns)) => {
                let words = self.say(TableNote::ColumnsRefused(&self.reason(&words)));
                self.trouble_of_all(tab, Blocks::Writes, &words, now);
            }
            Some(&ChangeOwner::Row(at)) => {
                let row = sent.plan.rows.get(at)?;
                return self.row_refused(row, words, now);
            }
        }
        None
    }

    /// A token that cannot be removed is gone already, or will stay; a new batch gets a new one of its own.
    fn token_refused(&mut self, sent: &Sent, change: usize, words: &str, now: Timestamp) {
        self.drops_tokens = change == 0 && self.drops_tokens;
        self.pace.writes.failed(None, now);
        if change == 0 && !says_taken(words) {
            let words = self.say(TableNote::MarksRefused(&self.reason(words)));
            for &tab in sent.plan.tabs_after.keys() {
                self.trouble_of_all(tab, Blocks::Writes, &words, now);
            }
        }
    }

    /// A row is tried again by itself later; what is to be put right there as well.
    fn row_refused(
        &mut self,
        row: &PlannedRow,
        words: String,
        now: Timestamp,
    ) -> Option<WrittenRow> {
        let Some((key, dirtied)) = row.report.clone() else {
            if let Some(repair) = &row.repair {
                self.repair_refused(repair, &words, now);
            }
            return None;
        };
        if let Some(tab_memory) = self.tab_memory(row.tab) {
            tab_memory.refusals.refused(key.clone(), dirtied, now);
        }
        let result = RowResult::Refused(words);
        Some(WrittenRow {
            key,
            dirtied,
            result,
        })
    }

    /// A token was sent alone: whether its batch has landed or not, it can land no more.
    pub(super) fn resolved(&mut self, answer: &Result<TokenFate, SheetsError>, now: Timestamp) {
        match answer {
            // Landed or not, it can land no more; a fresh snapshot tells which.
            Ok(TokenFate::Accepted | TokenFate::Used) => {
                // The patience lasts until a batch succeeds: one that is lost again and again is tried ever less often.
                let token = self.open.remove(0);
                self.resolved.push(token);
            }
            Err(SheetsError::Throttled { until }) => self.pace.writes.failed(*until, now),
            Err(SheetsError::Denied(_)) => {
                self.pace.writes.failed(None, now);
                for tab in self.tabs() {
                    self.read_only(tab, now);
                }
            }
            Err(error @ (SheetsError::ApiOff { .. } | SheetsError::NotASpreadsheet)) => {
                self.pace.writes.failed(None, now);
                let words = self.why_closed(error).unwrap_or_default();
                for tab in self.tabs() {
                    self.trouble_of_all(tab, Blocks::Writes, &words, now);
                }
            }
            Err(SheetsError::Unavailable(_) | SheetsError::Unknown(_)) => {
                self.pace.writes.unanswered(now)
            }
            Err(SheetsError::Refused { .. } | SheetsError::BadRange(_) | SheetsError::NotFound) => {
                self.pace.writes.failed(None, now)
            }
        }
    }

    fn read_only(&mut self, tab: Tab, now: Timestamp) {
        let words = self.say(TableNote::ReadOnly(&self.account));
        self.trouble_of_all(tab, Blocks::Writes, &words, now);
    }

    /// Whether a refusal is about the grid, of which we may know too little: then to read the structure again is worth a try, some times in a row.
    fn speaks_of_the_grid(&mut self, words: &str) -> bool {
        let of_grid = GRID_WORDS
            .iter()
            .any(|word| words.to_lowercase().contains(word));
        let worth = of_grid
            && matches!(WriteRefusal::of(words), WriteRefusal::Other(_))
            && self.grid_refusals < MOST_GRID_REFUSALS;
        if worth {
            self.grid_refusals += 1;
        }
        worth
    }
}
