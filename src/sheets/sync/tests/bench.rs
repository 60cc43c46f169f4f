//! A synchroniser, a workbook and a journal of wishes: carries out what the synchroniser asks for, and keeps count.
//!
//! Invariant: the bench decides nothing; what a call answers is what the workbook did, unless a test says otherwise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::{
    book::Book,
    stepper::{Answer, Call, Stepper},
};
use crate::{
    domain::{
        appeal::row::RowLink,
        event::{Event, RowMark, RowResult, WriteReport},
        identity::{AppealIndex, AppealLink, Asked},
        ids::{AppealId, BatchToken, ChatId, Number, RowKey, Seq, SpreadsheetId},
        row::{CellValue, Column, CoveredDialogue, DesiredRow, Find, SharedCell},
        tab::Tab,
    },
    journal::{Intent, Marked, Touched},
    sheets::{
        sync::{Intended, Start, Wanted},
        table::{
            layout::tests::{appeals, archive, templates},
            snapshot::KnownRow,
        },
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

/// A read of this tab is asked for.
pub(super) fn looks(tab: Tab) -> Marked {
    Marked {
        wanted: [tab].into(),
        ..Marked::default()
    }
}

pub(super) struct Bench {
    pub(super) stepper: Stepper,
    pub(super) book: Book,
    pub(super) now: Timestamp,
    /// What the journal wants written; a confirmed row goes.
    pub(super) wanted: Vec<Wanted>,
    /// What it wants written as soon as the next write is over.
    pub(super) wanted_next: Vec<Wanted>,
    pub(super) events: Vec<Event>,
    pub(super) overwritten: Vec<RowMark>,
    pub(super) faults: VecDeque<Fault>,
    pub(super) batches: Vec<Batch>,
    pub(super) reads: u32,
    tokens: i32,
    /// Batches that were intended since the last [`Bench::forget`].
    intended: u32,
}

impl Bench {
    pub(super) fn new(book: Book, sighted: bool) -> Self {
        Self {
            stepper: stepper_of(sighted.then(|| book.known())),
            book,
            now: Timestamp::UNIX_EPOCH,
            wanted: Vec::new(),
            wanted_next: Vec::new(),
            events: Vec::new(),
            overwritten: Vec::new(),
            faults: VecDeque::new(),
            batches: Vec::new(),
            reads: 0,
            tokens: 0,
            intended: 0,
        }
    }

    /// A bench whose synchroniser has read its workbook and prepared it.
    pub(super) fn ready(rows: &[&str]) -> Self {
        let mut book = Book::new("обращения", rows, (40, 10));
        book.fills = ["Новое", "В работе", "Решено"]
            .map(|word| format!("=$D2=\"{word}\""))
            .to_vec();
        let mut bench = Self::new(book, true);
        bench.feed(Answer::Time, &mut |_, _| {});
        bench.forget();
        bench.pass(20);
        bench
    }

    pub(super) fn forget(&mut self) {
        self.events.clear();
        self.overwritten.clear();
        self.batches.clear();
        self.reads = 0;
        self.intended = 0;
    }

    /// How many intents have not ended.
    pub(super) fn open_intents(&self) -> usize {
        let ended = self.reports().into_iter().filter_map(|report| report.token);
        self.intended as usize - ended.map(|token| token.0).collect::<BTreeSet<_>>().len()
    }

    /// How much the journal knows to stand where it should not.
    pub(super) fn misplaced(&self) -> usize {
        let reports = self.reports().into_iter();
        let mut told = reports.filter_map(|report| report.misplaced.clone());
        told.next_back().map_or(0, |all| all.len())
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(super) fn want(&mut self, wanted: Wanted) {
        self.wanted.push(wanted);
    }

    pub(super) fn dirty(&mut self) -> Option<Timestamp> {
        self.feed(
            Answer::Dirty(BTreeSet::from([Tab::Appeals])),
            &mut |_, _| {},
        )
    }

    /// Feeds an input and carries out everything that follows, until the synchroniser waits; `act` is what people do before each call.
    pub(super) fn feed(
        &mut self,
        input: Answer,
        act: &mut dyn FnMut(&mut Book, &Call),
    ) -> Option<Timestamp> {
        let mut calls: VecDeque<Call> = self.stepper.step(input, self.now).into();
        let mut wait = None;
        while let Some(output) = calls.pop_front() {
            act(&mut self.book, &output);
            match self.carry_out(output) {
                Ok(input) => calls.extend(self.stepper.step(input, self.now)),
                Err(until) => wait = Some(until),
            }
        }
        assert!(self.stepper.is_idle());
        assert!(
            wait.is_none_or(|until| until > self.now),
            "a wait that is over"
        );
        wait
    }

    /// Lets time pass until the synchroniser has no wish left, or this long.
    pub(super) fn rest(&mut self, wait: Option<Timestamp>, most: i64) {
        self.rest_among(wait, most, &mut |_, _| {});
    }

    /// The same, among people.
    pub(super) fn rest_among(
        &mut self,
        wait: Option<Timestamp>,
        most: i64,
        act: &mut dyn FnMut(&mut Book, &Call),
    ) {
        let end = self.now + SignedDuration::from_secs(most);
        let mut wait = wait;
        while let Some(until) = wait.filter(|&until| until <= end) {
            self.now = until;
            wait = self.feed(Answer::Time, act);
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

    fn carry_out(&mut self, output: Call) -> Result<Answer, Timestamp> {
        Ok(match output {
            Call::Structure => {
                self.reads += 1;
                Answer::Structure(Ok(self.book.structure()))
            }
            Call::Read(ranges) => {
                self.reads += 1;
                Answer::Read(Ok(self.book.read(&ranges)))
            }
            Call::Stored(ranges, rendering) => {
                self.reads += 1;
                Answer::Stored(Ok(self.book.stored(&ranges, rendering)))
            }
            Call::Styles(cells) => {
                self.reads += 1;
                Answer::Styles(Ok(self.book.styles(&cells)))
            }
            Call::Apply {
                events,
                overwritten,
            } => {
                for event in &events {
                    self.clean(event);
                }
                self.events.extend(events);
                self.overwritten.extend(overwritten);
                Answer::Applied(Ok(()))
            }
            Call::Index(asked) => Answer::Indexed(Ok(index(&asked))),
            Call::Project(tabs) => {
                let mine = |wanted: &&Wanted| tabs.contains(&wanted.row.find.tab());
                Answer::Projected(self.wanted.iter().filter(mine).cloned().collect())
            }
            Call::Intend(touched) => {
                self.tokens += 1;
                self.intended += 1;
                Answer::Intended(Ok(intended(self.tokens, touched)))
            }
            Call::Write(batch) => {
                self.batches.push(batch.clone());
                Answer::Written(self.write(&batch))
            }
            Call::Resolve(token) => Answer::Resolved(Ok(self.book.token(token))),
            Call::Wait(until) => return Err(until.expect("a moment")),
        })
    }

    fn write(&mut self, batch: &Batch) -> Result<ReadBack, SheetsError> {
        self.wanted.append(&mut self.wanted_next);
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

/// A synchroniser to whose journal these rows are known, once it has seen the tab.
pub(super) fn stepper_of(known: Option<Vec<KnownRow>>) -> Stepper {
    Stepper::new(Start {
        spreadsheet: spreadsheet(),
        tabs: vec![appeals()],
        archive: archive(),
        templates: (templates(), None),
        known: known
            .map(|known| (Tab::Appeals, known))
            .into_iter()
            .collect(),
        open: Vec::new(),
        misplaced: Vec::new(),
        last_token: None,
        account: ACCOUNT.to_owned(),
        wording: crate::domain::wording::Wording::built_in(),
    })
}

pub(super) fn spreadsheet() -> SpreadsheetId {
    SpreadsheetId("книга".to_owned())
}

pub(super) fn intended(token: i32, touched: Vec<Touched>) -> Intended {
    Intended {
        intent: Intent {
            spreadsheet: spreadsheet(),
            token: BatchToken(token),
            touched,
            at: Timestamp::UNIX_EPOCH,
        },
        old_tokens: Vec::new(),
    }
}

/// A journal that knows appeal `number` of the chat `700 + number`, whose row has been seen; it takes no other number for one of ours.
fn index(asked: &Asked) -> AppealIndex {
    let of = |number: Number| ChatId(700 + i64::from(number.0));
    let numbers = asked.rows.iter();
    let numbers =
        numbers.filter_map(|&(number, chat)| number.filter(|&number| chat == Some(of(number))));
    let link = |number: Number| AppealLink {
        id: AppealId::first(Seq(number.0.into())),
        chat: of(number),
        number: Some(number),
        row: RowLink::Numbered,
        trouble: None,
        lacks: None,
        code: None,
        answer: None,
        shows: Vec::new(),
    };
    AppealIndex {
        numbered: (numbers.chain(asked.gone.iter().copied()))
            .map(|number| (number, Some(link(number))))
            .collect(),
        of_chats: BTreeMap::new(),
        highest: Number(0),
        ..AppealIndex::default()
    }
}

pub(in crate::sheets::sync) fn key(number: u32) -> RowKey {
    RowKey::Appeal(AppealId::first(Seq(number.into())))
}

/// Appeal `number` of the chat `700 + number`, with its history.
pub(in crate::sheets::sync) fn wanted(
    number: u32,
    history: &str,
    shared: Vec<SharedCell>,
) -> Wanted {
    Wanted {
        row: DesiredRow {
            key: key(number),
            find: Find::Pending(Number(number), ChatId(700 + i64::from(number))),
            ours: vec![
                (Column::Number, CellValue::Number(number.into())),
                (Column::Telegram, CellValue::Number(700 + i64::from(number))),
                (Column::Code, CellValue::Text("п1".into())),
                (Column::History, CellValue::Text(history.into())),
                (Column::Delivery, CellValue::Text("ждёт".into())),
            ],
            shared,
            dialogue: Some(CoveredDialogue {
                lines: 3,
                parts: Vec::new(),
                asks_formula: false,
            }),
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
        filled: None,
        lines: 3,
        parts: 0,
        formula: cleared.map(|_| false),
    }
}

/// Rows of two appeals.
pub(super) const ONE: &str = "1|701|а|Новое|да|п1|ждёт";
pub(super) const TWO: &str = "2|702|б|Новое|да|п1|ждёт";

/// Does something once, just before the first write.
pub(super) fn before_write(mut act: impl FnMut(&mut Book)) -> impl FnMut(&mut Book, &Call) {
    let mut done = false;
    move |book, output| {
        if matches!(output, Call::Write(_)) && !done {
            done = true;
            act(book);
        }
    }
}

/// Has the synchroniser write, and does something once before it.
pub(super) fn dirty(bench: &mut Bench, act: impl FnMut(&mut Book)) {
    let input = Answer::Dirty([Tab::Appeals].into());
    let wait = bench.feed(input, &mut before_write(act));
    bench.rest(wait, 30);
}
