//! The first half of a cycle: structure, header rows, looks, and what they mean to the journal.
//!
//! Invariant: a tab that cannot be looked at drops out of the cycle, in words; the others go on.

use jiff::Timestamp;

use super::{
    Desk, Output, Phase, amend, spill,
    station::{Hinders, Station},
};
use crate::{
    domain::{
        event::{Command, Event, Notice, Restored},
        ids::BatchToken,
        tab::Tab,
    },
    journal::StoreError,
    sheets::{
        diff,
        layout::Layout,
        look::{
            TabSnapshot,
            plan::{HistoryRange, ReadError, ReadPlan, find_tab, header_range, headers},
        },
        wire::{Columns, RangeRequest, SheetsError, Structure},
    },
};

/// A look that is torn this often in a row is given up for now: somebody is sorting without pause.
const MOST_ATTEMPTS: u8 = 3;

impl Desk {
    /// Reads whatever the cycle's tabs still lack: structure, header rows, cells; in the end tells the journal.
    pub(super) fn look(&mut self, now: Timestamp) -> Vec<Output> {
        let Some((structure, _)) = &self.structure else {
            self.phase = Phase::Structuring;
            return vec![Output::ReadStructure];
        };
        let tabs = structure.tabs.clone();
        self.checked = true;
        for tab in self.cycle.tabs.clone() {
            let missing = self
                .station(tab)
                .filter(|station| find_tab(&tabs, &station.words.title).is_none());
            if let Some(station) = missing {
                let words = missing_tab(&station.words.title);
                self.structure_is_old();
                self.drop_out(tab, words, now);
            }
        }
        let in_cycle: Vec<&Station> = self
            .stations
            .iter()
            .filter(|station| self.cycle.tabs.contains(&station.tab()))
            .collect();
        let info = |station: &Station| find_tab(&tabs, &station.words.title);
        let headless: Vec<&&Station> = in_cycle
            .iter()
            .filter(|station| station.layout.is_none())
            .collect();
        if !headless.is_empty() {
            let ranges = headless.iter().filter_map(|station| {
                Some(RangeRequest::shown(header_range(&info(station)?.title)))
            });
            let ranges = ranges.collect();
            self.phase = Phase::Heading(headless.iter().map(|station| station.tab()).collect());
            return vec![Output::Read(ranges)];
        }
        let appeals = in_cycle.iter().any(|station| station.tab() == Tab::Appeals);
        let beyond = |station: &&Station| {
            info(station).is_some_and(|info| station.histories.exceed(info.rows))
        };
        let unsure = (appeals && self.archive.lacks_tab(&tabs)) || in_cycle.iter().any(beyond);
        if unsure && !self.cycle.restructured {
            // Somebody may have made the archive meanwhile, or the grid may have grown.
            self.phase = Phase::Structuring;
            return vec![Output::ReadStructure];
        }
        if let Some(ranges) = self.archive.reading(&tabs).filter(|_| appeals) {
            self.phase = Phase::Archiving;
            return vec![Output::Read(
                ranges.into_iter().map(RangeRequest::shown).collect(),
            )];
        }
        let plan = |station: &&Station| {
            let layout = station.layout.as_ref()?;
            Some(ReadPlan::new(
                station.tab(),
                info(station)?,
                layout,
                station.histories,
            ))
        };
        let plans: Vec<ReadPlan> = in_cycle.iter().filter_map(plan).collect();
        if plans.is_empty() {
            return self.tell(now);
        }
        let ranges = plans.iter().flat_map(ReadPlan::ranges).collect();
        self.phase = Phase::Looking(plans, now);
        vec![Output::Read(ranges)]
    }

    pub(super) fn structured(
        &mut self,
        answer: Result<Structure, SheetsError>,
        now: Timestamp,
    ) -> Vec<Output> {
        if !matches!(self.phase, Phase::Structuring) {
            return Vec::new();
        }
        match answer {
            Ok(structure) => {
                let newest = structure.newest_fence;
                self.structure = Some((structure, now));
                self.cycle.restructured = true;
                // What refused to have fences removed may be over.
                self.drops_fences = true;
                match (newest, self.last_fence) {
                    (Some(newest), Some(last)) if newest > last => self.outlived(newest, now),
                    (Some(_) | None, _) => self.look(now),
                }
            }
            Err(error) => self.unread(&error, now),
        }
    }

    /// The spreadsheet bears a fence that the journal has never given: it has gone on without it, and everything is seen for the first time.
    fn outlived(&mut self, newest: BatchToken, now: Timestamp) -> Vec<Output> {
        self.last_fence = Some(newest);
        for station in &mut self.stations {
            station.forget();
        }
        self.owe(Event::Restored(Restored {
            spreadsheet: self.spreadsheet.clone(),
            tabs: self.stations.iter().map(Station::tab).collect(),
            token: newest,
        }));
        self.put_off();
        self.begin(now)
    }

    pub(super) fn read(
        &mut self,
        answer: Result<Vec<Columns>, SheetsError>,
        now: Timestamp,
    ) -> Vec<Output> {
        match (std::mem::take(&mut self.phase), answer) {
            (Phase::Heading(_) | Phase::Archiving | Phase::Looking(..), Err(error)) => {
                self.unread(&error, now)
            }
            (Phase::Heading(tabs), Ok(answer)) => self.headed(&tabs, &answer, now),
            (Phase::Archiving, Ok(answer)) => self.archived(&answer, now),
            (Phase::Looking(plans, began), Ok(answer)) => self.looked(&plans, began, answer, now),
            (phase, _) => {
                self.phase = phase;
                Vec::new()
            }
        }
    }

    fn headed(&mut self, tabs: &[Tab], answer: &[Columns], now: Timestamp) -> Vec<Output> {
        self.pace.reads.over();
        for (at, &tab) in tabs.iter().enumerate() {
            let row = answer.get(at).map(headers).unwrap_or_default();
            let Some(station) = self.station(tab) else {
                continue;
            };
            match Layout::read(&station.words, &row) {
                Ok(layout) => station.layout = Some(layout),
                Err(error) => {
                    // A tab may have been replaced by another of the same name.
                    self.structure_is_old();
                    self.drop_out(tab, error.to_string(), now);
                }
            }
        }
        self.look(now)
    }

    /// What stands in the archive, or its header row, was read.
    fn archived(&mut self, answer: &[Columns], now: Timestamp) -> Vec<Output> {
        self.pace.reads.over();
        let tabs = self
            .structure
            .as_ref()
            .map(|(structure, _)| structure.tabs.as_slice());
        if let Err(error) = self.archive.read(tabs.unwrap_or_default(), answer, now) {
            self.structure_is_old();
            let words = format!("{error} Старые части диалогов ждут.");
            self.trouble(Tab::Appeals, Hinders::Archive, words, now);
        }
        self.look(now)
    }

    fn looked(
        &mut self,
        plans: &[ReadPlan],
        began: Timestamp,
        answer: Vec<Columns>,
        now: Timestamp,
    ) -> Vec<Output> {
        self.pace.reads.over();
        let mut answer = answer.into_iter();
        for plan in plans {
            let part: Vec<Columns> = answer.by_ref().take(plan.ranges().len()).collect();
            let Some(station) = self
                .stations
                .iter_mut()
                .find(|station| station.tab() == plan.tab())
            else {
                continue;
            };
            match plan.parse(&station.words, began, part) {
                Ok(look) => {
                    station.layout = Some(look.layout.clone());
                    self.cycle.tabs.retain(|&tab| tab != plan.tab());
                    self.cycle.taken.push(look);
                }
                Err(ReadError::Torn) => {}
                Err(ReadError::Rearranged(layout)) => {
                    station.layout = Some(layout);
                    // Google has moved filters and colours along with the columns.
                    self.structure = None;
                }
                Err(ReadError::Headless(error)) => {
                    station.layout = None;
                    self.structure_is_old();
                    self.drop_out(plan.tab(), error.to_string(), now);
                }
            }
        }
        if self.cycle.tabs.is_empty() {
            return self.tell(now);
        }
        self.again(
            |title| format!("Лист «{title}» не удаётся прочитать: его строки или столбцы всё время двигаются. Попробуем через минуту."),
            now,
        )
    }

    /// Reads what is left of the cycle once more, if it was not tried too often.
    fn again(&mut self, words: impl Fn(&str) -> String, now: Timestamp) -> Vec<Output> {
        self.cycle.attempts += 1;
        if self.cycle.attempts >= MOST_ATTEMPTS {
            for tab in self.cycle.tabs.clone() {
                let words = self
                    .station(tab)
                    .map(|station| words(&station.words.title))
                    .unwrap_or_default();
                self.drop_out(tab, words, now);
            }
            return self.tell(now);
        }
        self.look(now)
    }

    /// A reading call failed.
    fn unread(&mut self, error: &SheetsError, now: Timestamp) -> Vec<Output> {
        match error {
            SheetsError::Throttled { until } => {
                self.pace.reads.failed(*until, now);
                self.rest(now)
            }
            SheetsError::Refused { .. } => {
                self.pace.reads.failed(None, now);
                self.rest(now)
            }
            SheetsError::Unavailable(_) | SheetsError::Unknown(_) => {
                self.pace.reads.unanswered(now);
                // What the spreadsheet consists of is the smallest question with which to try again.
                self.structure = None;
                self.rest(now)
            }
            SheetsError::BadRange(words) => {
                self.structure = None;
                self.archive.forget();
                for tab in self.cycle.tabs.clone() {
                    if let Some(station) = self.station(tab) {
                        station.plan_anew();
                    }
                }
                self.again(
                    |title| format!("Лист «{title}» не удаётся прочитать, попробуем через минуту. Ответ Google: {words}"),
                    now,
                )
            }
            SheetsError::Denied(_)
            | SheetsError::NotFound
            | SheetsError::ApiOff { .. }
            | SheetsError::NotASpreadsheet => {
                let words = self.closed(error).unwrap_or_default();
                self.shut_out(&words, now)
            }
        }
    }

    /// Why the whole spreadsheet is out of reach, where that is what a failure says.
    pub(super) fn closed(&self, error: &SheetsError) -> Option<String> {
        match error {
            SheetsError::Denied(_) => Some(format!(
                "таблица закрыта для сервиса. Откройте её для {} с правом «Редактор».",
                self.account
            )),
            SheetsError::NotFound => Some(NO_SPREADSHEET.to_owned()),
            SheetsError::ApiOff { enable } => Some(format!(
                "в проекте Google, которому принадлежит {}, выключен Google Sheets API. Включите его: {enable} – через несколько минут всё пойдёт само.",
                self.account
            )),
            SheetsError::NotASpreadsheet => Some(OFFICE_FILE.to_owned()),
            SheetsError::Throttled { .. }
            | SheetsError::Unavailable(_)
            | SheetsError::Refused { .. }
            | SheetsError::BadRange(_)
            | SheetsError::Unknown(_) => None,
        }
    }

    /// Gives the cycle up and comes back to its tabs later.
    fn rest(&mut self, now: Timestamp) -> Vec<Output> {
        self.put_off();
        self.begin(now)
    }

    /// Every tab of the spreadsheet is out of reach.
    fn shut_out(&mut self, words: &str, now: Timestamp) -> Vec<Output> {
        self.structure = None;
        for tab in self.tabs() {
            self.trouble_of_all(tab, Hinders::Looks, words, now);
        }
        self.cycle = super::Cycle::default();
        self.begin(now)
    }

    /// The looks that were taken are not told; their tabs are looked at anew.
    pub(super) fn put_off(&mut self) {
        let cycle = std::mem::take(&mut self.cycle);
        self.wishes.looks.extend(cycle.tabs);
        self.wishes
            .looks
            .extend(cycle.taken.iter().map(|look| look.tab));
    }

    fn drop_out(&mut self, tab: Tab, words: String, now: Timestamp) {
        self.cycle.tabs.retain(|&known| known != tab);
        self.trouble(tab, Hinders::Looks, words, now);
    }

    /// The structure is read again at the next cycle; this one goes on with what it has.
    fn structure_is_old(&mut self) {
        if let Some((_, at)) = &mut self.structure {
            *at = Timestamp::MIN;
        }
    }

    /// Turns the looks into events.
    fn tell(&mut self, now: Timestamp) -> Vec<Output> {
        if self.cycle.taken.is_empty() {
            return self.begin(now);
        }
        let mut events = Vec::new();
        for look in &mut self.cycle.taken {
            let Some(station) = self
                .stations
                .iter()
                .find(|station| station.tab() == look.tab)
            else {
                continue;
            };
            let previous = station.previous();
            for doubt in self.doubts.iter().filter(|doubt| doubt.tab == look.tab) {
                for amend in previous
                    .iter()
                    .flat_map(|previous| doubt.amends(previous, look))
                {
                    amend::insert(&mut self.amends, amend);
                }
                self.spills.extend(doubt.spills(previous, look));
            }
            amend::overlay(&mut self.amends, look);
            spill::overlay(&mut self.spills, previous, look);
            if station.would_mend(Hinders::Looks) {
                events.push(mended(look.tab));
            }
            events.extend(diff::events(&station.words, previous, look));
        }
        let doubts = |look: &TabSnapshot| {
            self.doubts
                .iter()
                .filter(|doubt| doubt.tab == look.tab)
                .flat_map(|doubt| doubt.hit(look))
                .collect::<Vec<_>>()
        };
        let overwritten = self.cycle.taken.iter().flat_map(doubts).collect();
        self.phase = Phase::Applying;
        vec![Output::Apply {
            events,
            overwritten,
        }]
    }

    pub(super) fn applied(
        &mut self,
        answer: Result<(), StoreError>,
        now: Timestamp,
    ) -> Vec<Output> {
        let phase = std::mem::take(&mut self.phase);
        match (phase, answer) {
            (Phase::Owing | Phase::Applying, Err(_)) => {
                self.pace.store.failed(None, now);
                self.put_off();
                self.begin(now)
            }
            (Phase::Owing, Ok(())) => {
                self.pace.store.over();
                self.owed = super::Owed::default();
                self.begin(now)
            }
            (Phase::Applying, Ok(())) => {
                self.pace.store.over();
                self.taken_in(now)
            }
            (phase, _) => {
                self.phase = phase;
                Vec::new()
            }
        }
    }

    /// The journal knows what the looks showed; now it may say what it wants written.
    fn taken_in(&mut self, now: Timestamp) -> Vec<Output> {
        let mut tabs = Vec::new();
        for mut look in std::mem::take(&mut self.cycle).taken {
            let tab = look.tab;
            if self.open.is_empty() {
                self.doubts.retain(|doubt| doubt.tab != tab);
            }
            let unprepared = !look.layout.to_add().is_empty();
            let unmended = self.unmended_rows(tab);
            let Some(station) = self.station(tab) else {
                continue;
            };
            if station.would_mend(Hinders::Looks) {
                station.trouble = None;
            }
            let writable = station.unwritable_until().is_none();
            if !station.refusals.is_empty()
                && station
                    .previous()
                    .is_none_or(|before| look.shows_other_than(before))
            {
                station.refusals.may_be_over(now);
            }
            diff::mark_unread(station.previous(), &mut look, writable);
            for row in look
                .rows
                .iter_mut()
                .filter(|row| unmended.contains(&row.row))
            {
                // Its history is ours until it is put right: to ask for it again and again would tell nothing.
                row.unread = false;
            }
            look.forget_told_histories();
            let wants = diff::wants_histories(&look);
            station.histories = if writable {
                look.histories_needed()
            } else {
                HistoryRange::Skip
            };
            station.look = Some(look);
            station.known = None;
            if station.unwritable_until().is_none_or(|until| until <= now) {
                tabs.push(tab);
            }
            if wants {
                self.wishes.looks.insert(tab);
            }
            if unprepared {
                self.wishes.dirty.insert(tab);
            }
        }
        let writable = self.open.is_empty() && self.pace.write_gate(now) <= now;
        if tabs.is_empty() || !writable {
            return self.begin(now);
        }
        self.wishes.dirty.retain(|tab| !tabs.contains(tab));
        self.phase = Phase::Projecting(tabs.clone());
        vec![Output::Project(tabs)]
    }
}

const NO_SPREADSHEET: &str =
    "такой таблицы нет. Проверьте её идентификатор в настройках; возможно, её удалили.";

const OFFICE_FILE: &str = "это файл Excel (.xlsx), а не Google Таблица. Откройте его, выберите «Файл» → «Сохранить как Google Таблицу» \
                           и впишите идентификатор новой таблицы в настройки.";

pub(super) fn mended(tab: Tab) -> Event {
    Event::Admin(Command::Notify(Notice::TabMended(tab)))
}

fn missing_tab(title: &str) -> String {
    format!(
        "В таблице нет листа «{title}»: верните ему это название или исправьте его в настройках."
    )
}
