//! The whole of it without a network: the real rules, the real synchroniser, the stand-in's workbook, a Telegram that takes everything.
//!
//! Invariant: what goes to the workbook and comes from it is Google's JSON; between any two calls, and inside one, people may act.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use google_sheets4::{api, common::remove_json_null_values};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;
use simulator::sheets::{ApiError, Dimension, GetQuery, Render, ValuesQuery, Workbook};

use super::stepper::{Answer, Call, Stepper};
use crate::{
    domain::{
        decide::decide,
        effect::Effect,
        event::{Event, Outcome, RowMark, RowResult, WriteReport, WrittenRow},
        identity,
        ids::{BatchToken, ChatId, MessageId, OutboxId, RowKey, Seq, SpreadsheetId},
        memory::Memory,
        ownership,
        project::project,
        rules::Rules,
        tab::Tab,
        view::View,
    },
    journal::{Intent, Touched},
    sheets::{
        client::TokenFate,
        layout::{
            tests::{appeals, archive},
            words::TabWords,
        },
        look::KnownRow,
        quota::Kind,
        replies, requests,
        sync::{Intended, Start, Wanted},
        wire::{Batch, Change, Columns, ReadBack, Rendering, SheetsError},
    },
};

pub(super) const APPEALS: &str = "обращения";

/// Where in a call people, or mishaps, may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before anything of it happens.
    Before,
    /// While it is read, after this share (of eight) of its ranges.
    Inside(u8),
    /// After it has happened, before its answer is there.
    After,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// It happens, and its answer is lost.
    AnswerLost,
    /// It does not happen, and nobody learns that.
    NeverCame,
    /// Its answer is lost, and it happens later, just before the next call.
    Late,
    /// The process dies before it, and starts again.
    CrashBefore,
    /// It happens, then the process dies and starts again.
    CrashAfter,
    /// The process and its journal are gone; it starts again from the copy.
    Restored,
}

/// Who acts around the calls.
pub(super) trait People {
    /// What they do at this moment of this call, counted from 0.
    fn act(&mut self, world: &mut World, call: usize, moment: Moment);
    /// What becomes of this call.
    fn mishap(&mut self, call: usize) -> Option<Mishap>;
}

/// Everything.
pub(super) struct World {
    pub(super) rules: Rules,
    pub(super) memory: Memory,
    pub(super) book: Workbook,
    pub(super) now: Timestamp,
    /// What Telegram has taken.
    pub(super) sent: Vec<(ChatId, OutboxId, String)>,
    pub(super) intents: BTreeMap<i32, Intent>,
    /// Calls that have changed the workbook.
    pub(super) writes: usize,
    pub(super) calls: usize,
    /// A snapshot is taken, and what it leads to is not written yet.
    pub(super) exposed: bool,
    /// When a call of which kind was made.
    pub(super) log: Vec<(Timestamp, Kind)>,
    stepper: Stepper,
    pub(super) seq: u64,
    /// Each partner's last message.
    pub(super) last_written: BTreeMap<ChatId, MessageId>,
    tokens: i32,
    /// A batch that is still on its way.
    late: Option<Value>,
    nudged: bool,
    /// A copy of the journal.
    copy: Option<(Memory, BTreeMap<i32, Intent>, u64, i32)>,
    /// The one tab that is worked with.
    words: TabWords,
}

/// What an output led to.
enum Led {
    To(Box<Answer>),
    Waits,
    Died,
}

impl World {
    pub(super) fn new(book: Workbook) -> Self {
        Self::of(book, appeals())
    }

    /// A synchroniser with this tab.
    pub(super) fn of(book: Workbook, words: TabWords) -> Self {
        let mut world = Self {
            rules: Rules {
                // A small one, so that long dialogues are short.
                cell: 400,
                ..Rules::default()
            },
            memory: Memory::default(),
            book,
            now: "2026-03-02T08:00:00Z".parse().expect("a moment"),
            sent: Vec::new(),
            intents: BTreeMap::new(),
            writes: 0,
            calls: 0,
            exposed: false,
            log: Vec::new(),
            stepper: super::bench::stepper_of(None),
            seq: 0,
            last_written: BTreeMap::new(),
            tokens: 0,
            late: None,
            nudged: false,
            copy: None,
            words,
        };
        world.restart();
        world
    }

    /// Stores and decides an event.
    pub(super) fn decide(&mut self, event: &Event) {
        self.seq += 1;
        let decision = decide(&self.rules, &self.memory, Seq(self.seq), event, self.now);
        assert_eq!(
            ownership::check(&self.memory, &decision),
            Ok(()),
            "{event:?}"
        );
        if let Some(token) = decision.given_elsewhere {
            self.tokens = self.tokens.max(token.0);
        }
        if let Some((_, token)) = &decision.settled {
            self.intents.remove(&token.0);
        }
        self.nudged |= decision
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Look(_)));
        self.memory.apply(Seq(self.seq), decision, self.now);
    }

    /// Telegram takes what waits, and timers go off.
    pub(super) fn deliver(&mut self) {
        for entry in self.memory.waiting(self.now) {
            let id = entry.send.id;
            self.memory.claim(&id);
            self.sent.push((
                entry.send.to,
                id.clone(),
                entry.send.text.as_str().to_owned(),
            ));
            self.decide(&Event::Sent(id, Outcome::Delivered(MessageId(1))));
        }
        let due: Vec<_> = self
            .memory
            .timers
            .keys()
            .filter(|(at, _)| *at <= self.now)
            .cloned()
            .collect();
        for timer in due {
            self.memory.timers.remove(&timer);
            self.decide(&Event::Due(timer.1));
        }
    }

    /// One round: a snapshot, whatever it leads to, and some time.
    pub(super) fn round(&mut self, people: &mut dyn People, seconds: i64) {
        self.deliver();
        self.feed(Answer::Nudge(super::bench::looks(self.words.tab)), people);
        self.deliver();
        if std::mem::take(&mut self.nudged) {
            self.feed(Answer::Nudge(super::bench::looks(self.words.tab)), people);
        }
        self.feed(Answer::Dirty(BTreeSet::from([self.words.tab])), people);
        self.now += SignedDuration::from_secs(seconds);
        self.feed(Answer::Time, people);
    }

    /// Rows are dirty, or time has passed.
    pub(super) fn wakes(&mut self, people: &mut dyn People) {
        let input = if self.memory.dirty.is_empty() {
            Answer::Time
        } else {
            Answer::Dirty(BTreeSet::from([self.words.tab]))
        };
        self.feed(input, people);
    }

    /// Nothing is dirty, no batch is open.
    pub(super) fn is_quiet(&self) -> bool {
        self.memory.dirty.is_empty()
            && self.intents.is_empty()
            && self.late.is_none()
            && self.memory.waiting(self.now).is_empty()
    }

    /// Somebody copies the journal.
    pub(super) fn copies(&mut self) {
        self.copy = Some((
            self.memory.clone(),
            self.intents.clone(),
            self.seq,
            self.tokens,
        ));
    }

    /// Where nothing was written since, nothing in the spreadsheet tells that it has gone on: the stated bound.
    fn restore(&mut self) {
        let newest = self.structure().newest_token.map_or(0, |token| token.0);
        if let Some((memory, intents, seq, tokens)) =
            self.copy.clone().filter(|copy| copy.3 < newest)
        {
            (self.memory, self.intents, self.seq, self.tokens) = (memory, intents, seq, tokens);
        }
    }

    /// A batch may still land.
    pub(super) fn is_late(&self) -> bool {
        self.late.is_some()
    }

    /// A new process on what the old one has stored.
    fn restart(&mut self) {
        let sighted = self.memory.tab(Tab::Appeals).sighted.is_some();
        let known: Vec<KnownRow> = self.memory.appeals().filter_map(KnownRow::of).collect();
        self.stepper = Stepper::new(Start {
            spreadsheet: spreadsheet(),
            tabs: vec![self.words.clone()],
            archive: archive(),
            known: sighted
                .then_some((Tab::Appeals, known))
                .into_iter()
                .collect(),
            open: self.intents.values().cloned().collect(),
            account: super::bench::ACCOUNT.to_owned(),
            last_token: (self.tokens > 0).then_some(BatchToken(self.tokens)),
        });
    }

    fn feed(&mut self, input: Answer, people: &mut dyn People) {
        let mut calls: VecDeque<Call> = self.stepper.step(input, self.now).into();
        while let Some(output) = calls.pop_front() {
            match self.carry_out(output, people) {
                Led::To(input) => calls.extend(self.stepper.step(*input, self.now)),
                Led::Waits => {}
                Led::Died => {
                    self.restart();
                    return;
                }
            }
        }
    }

    fn carry_out(&mut self, output: Call, people: &mut dyn People) -> Led {
        match &output {
            Call::Structure | Call::Read(_) | Call::Stored(..) => {
                self.log.push((self.now, Kind::Read))
            }
            Call::Write(_) | Call::Resolve(_) => self.log.push((self.now, Kind::Write)),
            Call::Apply { .. }
            | Call::Index(_)
            | Call::Project(_)
            | Call::Intend(_)
            | Call::Wait(_) => {}
        }
        let input = match output {
            Call::Structure => {
                return self.call(people, |world, _| Answer::Structure(Ok(world.structure())));
            }
            Call::Read(ranges) => {
                return self.call(people, |world, people| {
                    let read = world.read(&ranges, Render::Formatted, people);
                    Answer::Read(read.map(|answers| answered_by(answers, replies::columns)))
                });
            }
            Call::Stored(ranges, rendering) => {
                let render = match rendering {
                    Rendering::Typed => Render::Formula,
                    Rendering::Valued => Render::Unformatted,
                };
                return self.call(people, |world, people| {
                    let read = world.read(&ranges, render, people);
                    Answer::Stored(read.map(|answers| answered_by(answers, replies::stored)))
                });
            }
            Call::Write(batch) => return self.write(&batch, people),
            Call::Resolve(token) => {
                return self.call(people, |world, _| Answer::Resolved(world.token(token)));
            }
            Call::Apply {
                events,
                overwritten,
            } => {
                events.iter().for_each(|event| self.decide(event));
                self.moved(&overwritten);
                Answer::Applied(Ok(()))
            }
            Call::Index(asked) => {
                Answer::Indexed(Ok(identity::index(&self.rules, &self.memory, &asked)))
            }
            Call::Project(_) => Answer::Projected(self.project()),
            Call::Intend(touched) => Answer::Intended(Ok(self.intend(touched))),
            Call::Wait(_) => {
                self.exposed = false;
                return Led::Waits;
            }
        };
        Led::To(Box::new(input))
    }

    /// A call that changes nothing.
    fn call(
        &mut self,
        people: &mut dyn People,
        answer: impl FnOnce(&mut Self, &mut dyn People) -> Answer,
    ) -> Led {
        let call = self.begin_call(people);
        let mishap = people.mishap(call);
        match mishap {
            Some(Mishap::CrashBefore | Mishap::CrashAfter) => return Led::Died,
            Some(Mishap::Restored) => {
                self.restore();
                return Led::Died;
            }
            Some(Mishap::AnswerLost | Mishap::NeverCame | Mishap::Late) | None => {}
        }
        let input = answer(self, people);
        people.act(self, call, Moment::After);
        Led::To(Box::new(input))
    }

    fn begin_call(&mut self, people: &mut dyn People) -> usize {
        let call = self.calls;
        self.calls += 1;
        people.act(self, call, Moment::Before);
        if let Some(late) = self.late.take() {
            // Too late where its token was taken meanwhile.
            let landed = self.book.apply(&late).is_ok();
            self.writes += usize::from(landed);
        }
        call
    }

    fn write(&mut self, batch: &Batch, people: &mut dyn People) -> Led {
        let call = self.begin_call(people);
        let body = body(batch);
        let mishap = people.mishap(call);
        match mishap {
            Some(Mishap::CrashBefore) => return Led::Died,
            Some(Mishap::NeverCame) => return Led::To(Box::new(Answer::Written(Err(lost())))),
            Some(Mishap::Late) => {
                self.late = Some(body);
                return Led::To(Box::new(Answer::Written(Err(lost()))));
            }
            Some(Mishap::Restored) => {
                self.restore();
                return Led::Died;
            }
            Some(Mishap::AnswerLost | Mishap::CrashAfter) | None => {}
        }
        let answer = self.book.apply(&body);
        self.writes += usize::from(answer.is_ok());
        self.exposed = matches!(mishap, Some(Mishap::AnswerLost));
        people.act(self, call, Moment::After);
        match mishap {
            Some(Mishap::CrashAfter) => Led::Died,
            Some(_) => Led::To(Box::new(Answer::Written(Err(lost())))),
            None => Led::To(Box::new(Answer::Written(answered(&batch.changes, answer)))),
        }
    }

    fn structure(&self) -> crate::sheets::wire::Structure {
        let answer = self
            .book
            .get(&GetQuery::default())
            .expect("the workbook can be read");
        replies::structure(typed(answer)).expect("a structure")
    }

    /// Reads as Google might: not all ranges at one moment.
    fn read(
        &mut self,
        ranges: &[String],
        render: Render,
        people: &mut dyn People,
    ) -> Result<Vec<Value>, SheetsError> {
        let call = self.calls - 1;
        self.exposed = true;
        let mut answers = Vec::new();
        for eighth in 0..8_u8 {
            let share = |eighth: u8| ranges.len() * usize::from(eighth) / 8;
            for range in &ranges[share(eighth)..share(eighth + 1)] {
                let query = ValuesQuery {
                    ranges: vec![range.clone()],
                    major: Dimension::Columns,
                    render,
                    ..ValuesQuery::default()
                };
                let answer = self.book.values_batch_get(&query);
                answers.push(answer.map_err(|error| SheetsError::BadRange(error.message))?);
            }
            people.act(self, call, Moment::Inside(eighth));
        }
        Ok(answers)
    }

    fn token(&mut self, token: BatchToken) -> Result<TokenFate, SheetsError> {
        let request = requests::token_alone(token).expect("can be said");
        Ok(match self.book.apply(&without_nulls(&request)) {
            Ok(_) => TokenFate::Accepted,
            Err(_) => TokenFate::Used,
        })
    }

    fn moved(&mut self, marks: &[RowMark]) {
        let key = |mark: &RowMark| match mark {
            RowMark::Partner(code) => Some(RowKey::Partner(code.clone())),
            RowMark::Appeal(number) => self.memory.numbered(*number).map(RowKey::Appeal),
            RowMark::Promotion(key) => Some(RowKey::Promotion(key.clone())),
        };
        let keys: Vec<_> = marks
            .iter()
            .filter_map(key)
            .map(|key| (key, Seq(0)))
            .collect();
        if !keys.is_empty() {
            self.report(keys, &RowResult::Moved);
        }
    }

    fn project(&mut self) -> Vec<Wanted> {
        let (mut wanted, mut idle) = (Vec::new(), Vec::new());
        for (key, dirtied) in self.memory.dirty.clone() {
            match project(&self.rules, &self.memory, &key) {
                Some(row) => wanted.push(Wanted { row, dirtied }),
                None => idle.push((key, dirtied)),
            }
        }
        if !idle.is_empty() {
            self.report(idle, &RowResult::Idle);
        }
        wanted
    }

    fn report(&mut self, rows: Vec<(RowKey, Seq)>, result: &RowResult) {
        let row = |(key, dirtied)| WrittenRow {
            key,
            dirtied,
            result: result.clone(),
        };
        self.decide(&Event::Wrote(WriteReport {
            spreadsheet: spreadsheet(),
            token: None,
            rows: rows.into_iter().map(row).collect(),
        }));
    }

    fn intend(&mut self, touched: Vec<Touched>) -> Intended {
        self.tokens += 1;
        let intent = Intent {
            spreadsheet: spreadsheet(),
            token: BatchToken(self.tokens),
            touched,
            at: self.now,
        };
        // What is stored must be readable again.
        let stored = serde_json::to_string(&intent).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Intent>(&stored).expect("readable"),
            intent
        );
        self.intents.insert(self.tokens, intent.clone());
        Intended {
            intent,
            old_tokens: Vec::new(),
        }
    }
}

/// The answers to one range each, as one.
fn answered_by<T>(
    answers: Vec<Value>,
    decode: impl Fn(api::BatchGetValuesResponse, usize) -> Option<Vec<Columns<T>>>,
) -> Vec<Columns<T>> {
    let decoded = |answer| decode(typed(answer), 1).expect("as many ranges as asked");
    answers.into_iter().flat_map(decoded).collect()
}

fn spreadsheet() -> SpreadsheetId {
    super::bench::spreadsheet()
}

fn body(batch: &Batch) -> Value {
    without_nulls(&requests::batch(batch).expect("can be said"))
}

/// As the library sends it.
fn without_nulls(request: &api::BatchUpdateSpreadsheetRequest) -> Value {
    let mut body = serde_json::to_value(request).expect("JSON");
    remove_json_null_values(&mut body);
    body
}

fn typed<T: DeserializeOwned>(answer: Value) -> T {
    serde_json::from_value(answer).expect("Google's own form")
}

fn lost() -> SheetsError {
    SheetsError::Unknown("cut".to_owned())
}

fn answered(changes: &[Change], answer: Result<Value, ApiError>) -> Result<ReadBack, SheetsError> {
    match answer {
        Ok(answer) => {
            let answer: api::BatchUpdateSpreadsheetResponse = typed(answer);
            Ok(replies::read_back(changes, answer).expect("an answer"))
        }
        Err(error) => {
            let named = error
                .message
                .split_once("requests[")
                .and_then(|(_, rest)| rest.split_once(']'));
            let change = named.and_then(|(change, _)| change.parse().ok());
            Err(match change {
                Some(change) => SheetsError::Refused {
                    change,
                    words: error.message,
                },
                None => SheetsError::Unknown(error.message),
            })
        }
    }
}
