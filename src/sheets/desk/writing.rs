//! The second half of a cycle: what to write, the intent, the call, and every way in which it can end.
//!
//! Invariant: an intent ends only when it is certain that its batch can land no more.

use jiff::Timestamp;

use super::{
    Desk, Intended, Output, Phase, Sent, Wanted,
    compose::Scene,
    doubt::Doubt,
    draft::{Draft, Owner, Planned},
    prepare::Step,
    station::{Hinders, Station},
};
use crate::{
    domain::{
        event::{Event, RowResult, WriteReport, WrittenRow},
        ids::FenceId,
        tab::Tab,
    },
    journal::StoreError,
    sheets::{
        hub::FenceFate,
        wire::{Batch, CallError, Change, ReadBack},
    },
};

/// Words by which Google's refusal speaks of the grid rather than of what was to be written into it.
const GRID_WORDS: [&str; 4] = ["range", "grid", "beyond", "dimension"];

impl Desk {
    pub(super) fn projected(&mut self, rows: Vec<Wanted>, now: Timestamp) -> Vec<Output> {
        let (tabs, structure) = match (std::mem::take(&mut self.phase), &self.structure) {
            (Phase::Projecting(tabs), Some((structure, _))) => (tabs, structure),
            (phase, _) => {
                self.phase = phase;
                return Vec::new();
            }
        };
        let stations: Vec<&Station> = self.stations.iter().filter(|station| tabs.contains(&station.tab())).collect();
        let scene = Scene {
            structure,
            stubborn: &self.stubborn,
            amends: &self.amends,
            spills: &self.spills,
            archive: &self.archive,
        };
        let draft = scene.compose(&stations, rows);
        self.archive.composed(draft.wants_archive);
        self.amends.retain(|amend| !draft.righted.contains(amend));
        if draft.unread
            && let Some(station) = self.station(Tab::Appeals)
        {
            station.histories = station.unread();
        }
        if draft.changes.is_empty() {
            self.needs_no_write(draft, now)
        } else {
            let touched = draft.touched();
            self.phase = Phase::Intending(draft);
            vec![Output::Intend(touched)]
        }
    }

    fn needs_no_write(&mut self, draft: Draft, now: Timestamp) -> Vec<Output> {
        let progress = draft.left.is_empty() || draft.finished.iter().any(|row| row.result != RowResult::Contested);
        self.pace.remains(progress, now);
        self.wishes.dirty.extend(&draft.left);
        if !draft.finished.is_empty() {
            self.report(None, draft.finished);
        }
        self.begin(now)
    }

    pub(super) fn intended(&mut self, answer: Result<Intended, StoreError>, now: Timestamp) -> Vec<Output> {
        match (std::mem::take(&mut self.phase), answer) {
            (Phase::Intending(draft), Ok(intended)) => self.send(draft, intended),
            (Phase::Intending(draft), Err(_)) => {
                self.pace.store.failed(None, now);
                self.wishes.dirty.extend(draft.canvases.keys());
                self.begin(now)
            }
            (phase, _) => {
                self.phase = phase;
                Vec::new()
            }
        }
    }

    fn send(&mut self, mut draft: Draft, intended: Intended) -> Vec<Output> {
        // A row that is told how far its promotion is shows nothing new.
        let is_news = |row: &&Planned| row.tab != Tab::Promotions || row.numbers || !row.shared.is_empty();
        for row in draft.rows.iter().filter(is_news) {
            let station = self.stations.iter_mut().find(|station| station.tab() == row.tab);
            let look = station.and_then(|station| station.look.as_mut());
            if let Some(look) = look {
                look.distrust(row.mark.as_ref(), row.row);
            }
        }
        let fence = intended.intent.fence;
        self.last_fence = Some(fence);
        let mut changes = vec![Change::Fence(fence)];
        if self.drops_fences {
            changes.extend(intended.old_fences.into_iter().map(Change::DropFence));
        }
        let head = changes.len();
        changes.append(&mut draft.changes);
        let batch = Batch {
            changes,
            read_back: draft.read_back(),
        };
        self.phase = Phase::Writing(Sent { draft, fence, head });
        vec![Output::Write(batch)]
    }

    pub(super) fn written(&mut self, answer: Result<ReadBack, CallError>, now: Timestamp) -> Vec<Output> {
        let sent = match std::mem::take(&mut self.phase) {
            Phase::Writing(sent) => sent,
            phase => {
                self.phase = phase;
                return Vec::new();
            }
        };
        match answer {
            Ok(read_back) => {
                self.pace.writes.over();
                self.pace.wrote(now);
                self.settle(sent, &read_back, now);
            }
            Err(error) => self.unwritten(sent, error, now),
        }
        self.begin(now)
    }

    fn unwritten(&mut self, sent: Sent, error: CallError, now: Timestamp) {
        self.wishes.dirty.extend(sent.draft.canvases.keys());
        let mut rows = Vec::new();
        match error {
            CallError::Unknown(_) => {
                self.open.push(sent.fence);
                self.doubts.extend(Doubt::of(&sent.draft.touched()));
                self.structure = None;
                self.pace.writes.failed(None, now);
                return;
            }
            CallError::Throttled { until } => self.pace.writes.failed(until, now),
            CallError::Unavailable(_) => self.pace.writes.unanswered(now),
            CallError::BadRange(_) | CallError::NotFound => {
                self.structure = None;
                self.pace.writes.failed(None, now);
            }
            CallError::Denied(_) => {
                for tab in sent.draft.canvases.into_keys() {
                    self.read_only(tab, now);
                }
            }
            CallError::Refused { change, words } => {
                self.pace.wrote(now);
                rows.extend(self.refused(&sent, change, words, now));
            }
        }
        self.report(Some(sent.fence), rows);
    }

    /// Nothing was written because of one change; whose it was decides what follows.
    fn refused(&mut self, sent: &Sent, change: usize, words: String, now: Timestamp) -> Option<WrittenRow> {
        let owner = change.checked_sub(sent.head).and_then(|change| sent.draft.owners.get(change));
        let of_grid = GRID_WORDS.iter().any(|word| words.to_lowercase().contains(word));
        match owner {
            None => {
                // A fence that cannot be removed is gone already, or will stay; a new batch gets a new one of its own.
                self.drops_fences = change == 0 && self.drops_fences;
                self.pace.writes.failed(None, now);
                None
            }
            Some(Owner::Tab(tab, Step::Decoration)) => {
                if let Some(station) = self.station(*tab) {
                    station.decorate = false;
                }
                None
            }
            Some(Owner::Archive) => {
                self.structure = None;
                self.archive.fails(now);
                let words = format!(
                    "Лист «{}» нельзя дополнить, старые части диалогов ждут. Ответ Google: {words}",
                    self.archive.title()
                );
                self.trouble(Tab::Appeals, Hinders::Archive, words, now);
                None
            }
            Some(_) if of_grid => {
                self.structure = None;
                self.pace.writes.failed(None, now);
                None
            }
            Some(&Owner::Tab(tab, Step::Columns)) => {
                self.trouble(tab, Hinders::Writes, cannot_add(&words), now);
                None
            }
            Some(&Owner::Row(at)) => {
                let row = sent.draft.rows.get(at)?;
                let Some((key, dirtied)) = row.report.clone() else {
                    self.amends.retain(|amend| row.amend.as_ref() != Some(amend));
                    if row.wipes {
                        self.spills.clear();
                    }
                    return None;
                };
                let result = RowResult::Refused(words);
                Some(WrittenRow { key, dirtied, result })
            }
        }
    }

    pub(super) fn fenced(&mut self, answer: &Result<FenceFate, CallError>, now: Timestamp) -> Vec<Output> {
        if !matches!(self.phase, Phase::Fencing) || self.open.is_empty() {
            return Vec::new();
        }
        match answer {
            // Landed or not, it can land no more; a fresh look tells which.
            Ok(FenceFate::Accepted | FenceFate::Used) => {
                // The patience lasts until a batch succeeds: one that is lost again and again is tried ever less often.
                let fence = self.open.remove(0);
                self.unmended.push(fence);
            }
            Err(CallError::Throttled { until }) => self.pace.writes.failed(*until, now),
            Err(CallError::Denied(_)) => {
                self.pace.writes.failed(None, now);
                let tabs: Vec<Tab> = self.stations.iter().map(Station::tab).collect();
                for tab in tabs {
                    self.read_only(tab, now);
                }
            }
            Err(CallError::Unavailable(_) | CallError::Unknown(_)) => self.pace.writes.unanswered(now),
            Err(CallError::Refused { .. } | CallError::BadRange(_) | CallError::NotFound) => self.pace.writes.failed(None, now),
        }
        self.begin(now)
    }

    fn read_only(&mut self, tab: Tab, now: Timestamp) {
        let words = format!("сервис может таблицу только читать. Дайте {} право «Редактор».", self.account);
        self.trouble_of_all(tab, Hinders::Writes, &words, now);
    }

    /// The journal must learn how a batch ended, before anything else happens.
    pub(super) fn report(&mut self, fence: Option<FenceId>, rows: Vec<WrittenRow>) {
        let spreadsheet = self.spreadsheet.clone();
        self.owe(Event::Wrote(WriteReport { spreadsheet, fence, rows }));
    }
}

fn cannot_add(words: &str) -> String {
    format!("Не удаётся добавить столбцы справа: снимите защиту с первой строки и с правых столбцов. Ответ Google: {words}")
}
