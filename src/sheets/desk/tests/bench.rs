//! A desk, a workbook and a journal of wishes: carries out what the desk asks for, and keeps count.
//!
//! Invariant: the bench decides nothing; what a call answers is what the workbook did, unless a test says otherwise.

use std::collections::{BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::book::Book;
use crate::{
    domain::{
        event::{Event, RowMark, RowResult, WriteReport},
        ids::{AppealId, BatchToken, ChatId, Number, RowKey, Seq, SpreadsheetId},
        row::{CellValue, Column, DesiredRow, Find, SharedCell},
        tab::Tab,
    },
    journal::{Intent, Marked, Touched},
    sheets::{
        desk::{Desk, Input, Intended, Output, Start, Wanted},
        layout::tests::{appeals, archive},
        look::KnownRow,
        wire::{Batch, ReadBack, SheetsError},
    },
};

/// With whom the spreadsheet is shared.
pub(super) const ACCOUNT: &str = "desk@example.org";

/// How the next write ends, if not as it should.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is not applied, and this is the answer.
    Before(SheetsError),
    /// It is applied, and the answer is lost.
    Lost,
}

/// A look at this tab is asked for.
pub(super) fn looks(tab: Tab) -> Marked {
    Marked {
        wanted: [tab].into(),
        ..Marked::default()
    }
}

pub(super) struct Bench {
    pub(super) desk: Desk,
    pub(super) book: Book,
    pub(super) now: Timestamp,
    /// What the journal wants written; a confirmed row goes.
    pub(super) wanted: Vec<Wanted>,
    pub(super) events: Vec<Event>,
    pub(super) overwritten: Vec<RowMark>,
    pub(super) faults: VecDeque<Fault>,
    pub(super) batches: Vec<Batch>,
    pub(super) reads: u32,
    fences: i32,
}

impl Bench {
    pub(super) fn new(book: Book, sighted: bool) -> Self {
        Self {
            desk: desk(sighted.then(|| book.known())),
            book,
            now: Timestamp::UNIX_EPOCH,
            wanted: Vec::new(),
            events: Vec::new(),
            overwritten: Vec::new(),
            faults: VecDeque::new(),
            batches: Vec::new(),
            reads: 0,
            fences: 0,
        }
    }

    /// A bench whose desk has looked at its workbook and prepared it.
    pub(super) fn ready(rows: &[&str]) -> Self {
        let mut book = Book::new("обращения", rows, (40, 10));
        book.fills = ["Новое", "В работе", "Решено"]
            .map(|word| format!("=$D2=\"{word}\""))
            .to_vec();
        let mut bench = Self::new(book, true);
        bench.feed(Input::Tick, &mut |_, _| {});
        bench.forget();
        bench.pass(20);
        bench
    }

    pub(super) fn forget(&mut self) {
        self.events.clear();
        self.overwritten.clear();
        self.batches.clear();
        self.reads = 0;
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(super) fn want(&mut self, wanted: Wanted) {
        self.wanted.push(wanted);
    }

    pub(super) fn dirty(&mut self) -> Option<Timestamp> {
        self.feed(Input::Dirty(BTreeSet::from([Tab::Appeals])), &mut |_, _| {})
    }

    /// Feeds an input and carries out everything that follows, until the desk waits; `act` is what people do before each call.
    pub(super) fn feed(
        &mut self,
        input: Input,
        act: &mut dyn FnMut(&mut Book, &Output),
    ) -> Option<Timestamp> {
        let mut outputs: VecDeque<Output> = self.desk.step(input, self.now).into();
        let mut wait = None;
        while let Some(output) = outputs.pop_front() {
            act(&mut self.book, &output);
            match self.carry_out(output) {
                Ok(input) => outputs.extend(self.desk.step(input, self.now)),
                Err(until) => wait = Some(until),
            }
        }
        assert!(self.desk.is_idle());
        assert!(
            wait.is_none_or(|until| until > self.now),
            "a wait that is over"
        );
        wait
    }

    /// Lets time pass until the desk has no wish left, or this long.
    pub(super) fn rest(&mut self, wait: Option<Timestamp>, most: i64) {
        self.rest_among(wait, most, &mut |_, _| {});
    }

    /// The same, among people.
    pub(super) fn rest_among(
        &mut self,
        wait: Option<Timestamp>,
        most: i64,
        act: &mut dyn FnMut(&mut Book, &Output),
    ) {
        let end = self.now + SignedDuration::from_secs(most);
        let mut wait = wait;
        while let Some(until) = wait.filter(|&until| until <= end) {
            self.now = until;
            wait = self.feed(Input::Tick, act);
        }
    }

    pub(super) fn reports(&self) -> Vec<&WriteReport> {
        let mut reports = Vec::new();
        for event in &self.events {
            if let Event::Wrote(report) = event {
                reports.push(report);
            }
        }
        reports
    }

    pub(super) fn results(&self) -> Vec<RowResult> {
        self.reports()
            .iter()
            .flat_map(|report| report.rows.iter().map(|row| row.result.clone()))
            .collect()
    }

    fn carry_out(&mut self, output: Output) -> Result<Input, Timestamp> {
        Ok(match output {
            Output::ReadStructure => {
                self.reads += 1;
                Input::Structure(Ok(self.book.structure()))
            }
            Output::Read(ranges) => {
                self.reads += 1;
                Input::Read(Ok(self.book.read(&ranges)))
            }
            Output::Apply {
                events,
                overwritten,
            } => {
                for event in &events {
                    self.clean(event);
                }
                self.events.extend(events);
                self.overwritten.extend(overwritten);
                Input::Applied(Ok(()))
            }
            Output::Project(tabs) => {
                let mine = |wanted: &&Wanted| tabs.contains(&wanted.row.find.tab());
                Input::Projected(self.wanted.iter().filter(mine).cloned().collect())
            }
            Output::Intend(touched) => {
                self.fences += 1;
                Input::Intended(Ok(intended(self.fences, touched)))
            }
            Output::Write(batch) => {
                self.batches.push(batch.clone());
                Input::Written(self.write(&batch))
            }
            Output::Fence(fence) => Input::FenceFate(Ok(self.book.fence(fence))),
            Output::WaitUntil(until) => return Err(until),
        })
    }

    fn write(&mut self, batch: &Batch) -> Result<ReadBack, SheetsError> {
        match self.faults.pop_front() {
            None => self.book.write(batch),
            Some(Fault::Before(error)) => Err(error),
            Some(Fault::Lost) => self
                .book
                .write(batch)
                .and(Err(SheetsError::Unknown("cut".to_owned()))),
        }
    }

    fn clean(&mut self, event: &Event) {
        if let Event::Wrote(report) = event {
            let over = |result: &RowResult| {
                matches!(result, RowResult::Confirmed { .. } | RowResult::Absent)
            };
            for row in report.rows.iter().filter(|row| over(&row.result)) {
                self.wanted.retain(|wanted| wanted.row.key != row.key);
            }
        }
    }
}

/// A desk to whose journal these rows are known, once it has seen the tab.
pub(super) fn desk(known: Option<Vec<KnownRow>>) -> Desk {
    Desk::new(Start {
        spreadsheet: spreadsheet(),
        tabs: vec![appeals()],
        archive: archive(),
        known: known
            .map(|known| (Tab::Appeals, known))
            .into_iter()
            .collect(),
        open: Vec::new(),
        last_fence: None,
        account: ACCOUNT.to_owned(),
    })
}

pub(super) fn spreadsheet() -> SpreadsheetId {
    SpreadsheetId("книга".to_owned())
}

pub(super) fn intended(fence: i32, touched: Vec<Touched>) -> Intended {
    Intended {
        intent: Intent {
            spreadsheet: spreadsheet(),
            token: BatchToken(fence),
            touched,
            at: Timestamp::UNIX_EPOCH,
        },
        old_fences: Vec::new(),
    }
}

pub(in crate::sheets::desk) fn key(number: u32) -> RowKey {
    RowKey::Appeal(AppealId::first(Seq(number.into())))
}

/// Appeal `number` of the chat `700 + number`, with its history.
pub(in crate::sheets::desk) fn wanted(
    number: u32,
    history: &str,
    shared: Vec<SharedCell>,
) -> Wanted {
    Wanted {
        row: DesiredRow {
            key: key(number),
            find: Find::Numbered(Number(number), ChatId(700 + i64::from(number))),
            append: true,
            ours: vec![
                (Column::Number, CellValue::Number(number.into())),
                (Column::Telegram, CellValue::Number(700 + i64::from(number))),
                (Column::Code, CellValue::Text("п1".into())),
                (Column::History, CellValue::Text(history.into())),
                (Column::Delivery, CellValue::Text("ждёт".into())),
            ],
            shared,
            lines: 3,
            parts: Vec::new(),
            strays: None,
            asks_formula: false,
        },
        dirtied: Seq(5),
    }
}

pub(super) fn clear(text: &str) -> SharedCell {
    SharedCell::Clear {
        column: Column::Answer,
        expect: text.into(),
    }
}

pub(super) fn confirmed(cleared: Option<&str>) -> RowResult {
    RowResult::Confirmed {
        status: None,
        cleared: cleared.map(Into::into),
        lines: 3,
        parts: 0,
        formula: cleared.map(|_| false),
    }
}
