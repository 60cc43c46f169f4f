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
        ids::BatchToken,
        refusal::WriteRefusal,
        tab::Tab,
    },
    journal::StoreError,
    sheets::{
        client::FenceFate,
        errors::says_taken,
        wire::{Batch, Change, ReadBack, SheetsError},
    },
};

/// Words by which Google's refusal speaks of the grid rather than of what was to be written into it.
const GRID_WORDS: [&str; 4] = ["range", "grid", "beyond", "dimension"];
/// After so many of those in a row the words are taken for what they say of the row.
const MOST_GRID_REFUSALS: u8 = 3;

impl Desk {
    pub(super) fn projected(&mut self, rows: Vec<Wanted>, now: Timestamp) -> Vec<Output> {
        let (tabs, structure) = match (std::mem::take(&mut self.phase), &self.structure) {
            (Phase::Projecting(tabs), Some((structure, _))) => (tabs, structure),
            (phase, _) => {
                self.phase = phase;
                return Vec::new();
            }
        };
        for station in self
            .stations
            .iter_mut()
            .filter(|station| tabs.contains(&station.tab()))
        {
            station.refusals.offered(&rows, now);
        }
        let stations: Vec<&Station> = self
            .stations
            .iter()
            .filter(|station| tabs.contains(&station.tab()))
            .collect();
        let scene = Scene {
            structure,
            stubborn: &self.stubborn,
            amends: &self.amends,
            spills: &self.spills,
            archive: &self.archive,
            now,
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
        let progress = draft.left.is_empty()
            || draft
                .finished
                .iter()
                .any(|row| row.result != RowResult::Contested);
        self.pace.remains(progress, now);
        self.wishes.dirty.extend(&draft.left);
        if !draft.finished.is_empty() {
            let settled = draft
                .finished
                .iter()
                .filter(|row| row.result != RowResult::Contested);
            for row in settled {
                self.stations
                    .iter_mut()
                    .for_each(|station| station.refusals.done(&row.key));
            }
            self.report(None, draft.finished);
        }
        self.begin(now)
    }

    pub(super) fn intended(
        &mut self,
        answer: Result<Intended, StoreError>,
        now: Timestamp,
    ) -> Vec<Output> {
        match (std::mem::take(&mut self.phase), answer) {
            (Phase::Intending(draft), Ok(intended)) => self.send(draft, intended),
            (Phase::Intending(draft), Err(_)) => {
                self.pace.store.failed(None, now);
                self.wishes.dirty.extend(draft.tabs());
                self.begin(now)
            }
            (phase, _) => {
                self.phase = phase;
                Vec::new()
            }
        }
    }

    fn send(&mut self, mut draft: Draft, intended: Intended) -> Vec<Output> {
        let passed_by = |station: &&mut Station| !draft.canvases.contains_key(&station.tab());
        self.stations
            .iter_mut()
            .filter(passed_by)
            .for_each(|station| station.refusals.sat_out());
        let fence = intended.intent.token;
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

    pub(super) fn written(
        &mut self,
        answer: Result<ReadBack, SheetsError>,
        now: Timestamp,
    ) -> Vec<Output> {
        let sent = match std::mem::take(&mut self.phase) {
            Phase::Writing(sent) => sent,
            phase => {
                self.phase = phase;
                return Vec::new();
            }
        };
        match answer {
            Ok(read_back) => {
                self.distrust(&sent.draft);
                self.grid_refusals = 0;
                self.pace.writes.over();
                self.pace.wrote(now);
                self.settle(sent, &read_back, now);
            }
            Err(error) => self.unwritten(sent, error, now),
        }
        self.begin(now)
    }

    /// What was written, or may have been, is news wherever the next look shows it.
    fn distrust(&mut self, draft: &Draft) {
        // A row that is told how far its promotion is shows nothing new.
        let is_news =
            |row: &&Planned| row.tab != Tab::Promotions || row.numbers || !row.shared.is_empty();
        for row in draft.rows.iter().filter(is_news) {
            let station = self
                .stations
                .iter_mut()
                .find(|station| station.tab() == row.tab);
            let look = station.and_then(|station| station.look.as_mut());
            if let Some(look) = look {
                look.distrust(row.mark.as_ref(), row.row);
            }
        }
    }

    fn unwritten(&mut self, sent: Sent, error: SheetsError, now: Timestamp) {
        self.wishes.dirty.extend(sent.draft.tabs());
        let mut rows = Vec::new();
        match error {
            SheetsError::Unknown(_) => {
                self.distrust(&sent.draft);
                self.open.push(sent.fence);
                self.doubts.extend(Doubt::of(&sent.draft.touched()));
                self.structure = None;
                self.pace.writes.failed(None, now);
                return;
            }
            SheetsError::Throttled { until } => self.pace.writes.failed(until, now),
            SheetsError::Unavailable(_) => self.pace.writes.unanswered(now),
            SheetsError::BadRange(_) | SheetsError::NotFound => {
                self.structure = None;
                self.pace.writes.failed(None, now);
            }
            SheetsError::ApiOff { .. } | SheetsError::NotASpreadsheet => {
                self.structure = None;
                self.pace.writes.failed(None, now);
                let words = self.closed(&error).unwrap_or_default();
                for tab in sent.draft.canvases.into_keys() {
                    self.trouble_of_all(tab, Hinders::Writes, &words, now);
                }
            }
            SheetsError::Denied(_) => {
                for tab in sent.draft.canvases.into_keys() {
                    self.read_only(tab, now);
                }
            }
            SheetsError::Refused { change, words } => {
                self.pace.wrote(now);
                rows.extend(self.refused(&sent, change, words, now));
            }
        }
        self.report(Some(sent.fence), rows);
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
            .and_then(|change| sent.draft.owners.get(change));
        let of_grid = self.speaks_of_the_grid(&words);
        match owner {
            None => {
                // A fence that cannot be removed is gone already, or will stay; a new batch gets a new one of its own.
                self.drops_fences = change == 0 && self.drops_fences;
                self.pace.writes.failed(None, now);
                if change == 0 && !says_taken(&words) {
                    let words = format!(
                        "Google не даёт пометить наши записи, поэтому мы не пишем. {}",
                        self.reason(&words)
                    );
                    for &tab in sent.draft.canvases.keys() {
                        self.trouble_of_all(tab, Hinders::Writes, &words, now);
                    }
                }
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
                    "Лист «{}» нельзя дополнить, старые части диалогов ждут. {}",
                    self.archive.title(),
                    self.reason(&words)
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
                let words = format!(
                    "не удаётся добавить столбцы справа. {}",
                    self.reason(&words)
                );
                self.trouble_of_all(tab, Hinders::Writes, &words, now);
                None
            }
            Some(&Owner::Row(at)) => {
                let row = sent.draft.rows.get(at)?;
                let Some((key, dirtied)) = row.report.clone() else {
                    self.mending_refused(row, &words, now);
                    return None;
                };
                if let Some(station) = self.station(row.tab) {
                    station.refusals.refused(key.clone(), dirtied, now);
                }
                let result = RowResult::Refused(words);
                Some(WrittenRow {
                    key,
                    dirtied,
                    result,
                })
            }
        }
    }

    pub(super) fn fenced(
        &mut self,
        answer: &Result<FenceFate, SheetsError>,
        now: Timestamp,
    ) -> Vec<Output> {
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
            Err(SheetsError::Throttled { until }) => self.pace.writes.failed(*until, now),
            Err(SheetsError::Denied(_)) => {
                self.pace.writes.failed(None, now);
                for tab in self.tabs() {
                    self.read_only(tab, now);
                }
            }
            Err(error @ (SheetsError::ApiOff { .. } | SheetsError::NotASpreadsheet)) => {
                self.pace.writes.failed(None, now);
                let words = self.closed(error).unwrap_or_default();
                for tab in self.tabs() {
                    self.trouble_of_all(tab, Hinders::Writes, &words, now);
                }
            }
            Err(SheetsError::Unavailable(_) | SheetsError::Unknown(_)) => {
                self.pace.writes.unanswered(now)
            }
            Err(SheetsError::Refused { .. } | SheetsError::BadRange(_) | SheetsError::NotFound) => {
                self.pace.writes.failed(None, now)
            }
        }
        self.begin(now)
    }

    fn read_only(&mut self, tab: Tab, now: Timestamp) {
        let words = format!(
            "сервис может таблицу только читать. Дайте {} право «Редактор».",
            self.account
        );
        self.trouble_of_all(tab, Hinders::Writes, &words, now);
    }

    /// Whether a refusal is about the grid, of which we may know too little: then a look at the structure is worth a try, some times in a row.
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

    /// Why Google refuses, and what to do.
    pub(super) fn reason(&self, words: &str) -> String {
        match WriteRefusal::of(words) {
            WriteRefusal::Protected => format!(
                "Лист или ячейки защищены: снимите защиту или добавьте {} в список тех, кому можно править.",
                self.account
            ),
            WriteRefusal::CellLimit => {
                "В таблице кончилось место (Google даёт 10 миллионов ячеек): удалите лишние строки, столбцы или листы.".to_owned()
            }
            WriteRefusal::CellLength => "Текст длиннее 50 000 знаков, столько в ячейку не помещается: сократите его.".to_owned(),
            WriteRefusal::Other(words) => format!("Ответ Google: {words}"),
        }
    }

    /// The journal must learn how a batch ended, before anything else happens.
    pub(super) fn report(&mut self, fence: Option<BatchToken>, rows: Vec<WrittenRow>) {
        let spreadsheet = self.spreadsheet.clone();
        self.owe(Event::Wrote(WriteReport {
            spreadsheet,
            token: fence,
            rows,
        }));
    }
}
