//! The whole of it without a network: the real rules, the real synchroniser, the stand-in's workbook, a Telegram that takes everything.
//!
//! Invariant: at every call of a pass, to Google and to the journal, people may act, errors happen and the process die.

mod google;
mod journal;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulator::sheets::Workbook;

use super::{
    script::{At, LAST_GOOGLE, LAST_JOURNAL, Mishap, Moment},
    stepper::{Answer, Call, Stepper},
};
use crate::{
    domain::{
        event::{Event, Outcome},
        identity,
        ids::{ChatId, MessageId, OutboxId, SpreadsheetId},
        rules::Rules,
        tab::Tab,
        view::View,
    },
    journal::{MemoryJournal, MemoryStore, StoreError},
    sheets::{
        quota::Kind,
        sync::Start,
        table::{
            layout::{
                tests::{appeals, archive, templates},
                words::TabWords,
            },
            snapshot::KnownRow,
        },
        wire::SheetsError,
    },
};

pub(super) const APPEALS: &str = "обращения";

/// Who acts around the calls.
pub(super) trait People {
    /// What they do at this moment of this call.
    fn act(&mut self, world: &mut World, at: At, moment: Moment);
    /// What becomes of this call.
    fn mishap(&mut self, at: At) -> Option<Mishap>;
}

/// Everything.
pub(super) struct World {
    pub(super) rules: Rules,
    pub(super) journal: MemoryJournal,
    pub(super) book: Workbook,
    pub(super) now: Timestamp,
    /// What Telegram has taken.
    pub(super) sent: Vec<(ChatId, OutboxId, String)>,
    /// Calls that have changed the workbook.
    pub(super) writes: usize,
    /// Calls to Google, and to the journal.
    calls: (usize, usize),
    /// A snapshot is taken, and what it leads to is not written yet.
    pub(super) exposed: bool,
    /// When a call of which kind was made.
    pub(super) log: Vec<(Timestamp, Kind)>,
    stepper: Stepper,
    /// Messages that partners have written.
    pub(super) messages: i64,
    /// Each partner's last message.
    pub(super) last_written: BTreeMap<ChatId, MessageId>,
    /// A batch that is still on its way.
    late: Option<Value>,
    nudged: bool,
    /// A copy of the journal.
    copy: Option<MemoryStore>,
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
        let rules = Rules {
            // A small one, so that long dialogues are short.
            cell: 400,
            ..Rules::default()
        };
        let mut world = Self {
            journal: MemoryJournal::new(rules.clone()),
            rules,
            book,
            now: "2026-03-02T08:00:00Z".parse().expect("a moment"),
            sent: Vec::new(),
            writes: 0,
            calls: (0, 0),
            exposed: false,
            log: Vec::new(),
            stepper: super::bench::stepper_of(None),
            messages: 0,
            last_written: BTreeMap::new(),
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
        self.nudged |= !self.journal.apply(event, self.now).is_empty();
        assert_eq!(self.journal.quarantined(), 0, "{event:?}");
    }

    /// Telegram takes what waits, and timers go off.
    pub(super) fn deliver(&mut self) {
        for entry in self.journal.store.waiting(self.now) {
            let id = entry.send.id;
            self.journal.store.claim(&id);
            self.sent.push((
                entry.send.to,
                id.clone(),
                entry.send.text.as_str().to_owned(),
            ));
            self.decide(&Event::Sent(id, Outcome::Delivered(MessageId(1))));
        }
        self.nudged |= !self.journal.fire_timers(self.now).is_empty();
        assert_eq!(self.journal.quarantined(), 0, "a timer");
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
        let input = if self.journal.store.dirty().is_empty() {
            Answer::Time
        } else {
            Answer::Dirty(BTreeSet::from([self.words.tab]))
        };
        self.feed(input, people);
    }

    /// Plays rounds, each followed by so many seconds, until three in a row have changed nothing and all has happened that is to happen;
    /// whether the last three changed nothing.
    pub(super) fn comes_to_rest(
        &mut self,
        people: &mut dyn People,
        rounds: usize,
        seconds: impl Fn(usize) -> i64,
        has_happened: impl Fn(&Self) -> bool,
    ) -> bool {
        let (mut still, mut writes) = (0, 0);
        for round in 0..rounds {
            self.round(people, seconds(round));
            let is_still = self.is_quiet() && self.writes == writes;
            still = if is_still { still + 1 } else { 0 };
            writes = self.writes;
            if has_happened(self) && still >= 3 {
                break;
            }
        }
        still >= 3
    }

    /// Nothing is dirty, no batch is open.
    pub(super) fn is_quiet(&self) -> bool {
        self.journal.store.dirty().is_empty()
            && self.journal.intents().is_empty()
            && self.journal.misplaced(&spreadsheet()).is_empty()
            && self.late.is_none()
            && self.journal.store.waiting(self.now).is_empty()
    }

    /// All calls at which anything happens were made, and so many more to Google; to the journal there are about two for each.
    pub(super) fn is_past_acts(&self, more: usize) -> bool {
        self.calls.0 > LAST_GOOGLE + more && self.calls.1 > LAST_JOURNAL + 2 * more
    }

    /// The calls are counted from here.
    pub(super) fn count_anew(&mut self) {
        self.calls = (0, 0);
    }

    /// Somebody copies the journal.
    pub(super) fn copies(&mut self) {
        self.copy = Some(self.journal.store.clone());
    }

    /// Where nothing was written since, nothing in the spreadsheet tells that it has gone on: the stated bound.
    fn restore(&mut self) {
        let newest = self.structure().newest_token;
        let Some(copy) = self.copy.clone() else {
            return;
        };
        let ours = std::mem::replace(&mut self.journal.store, copy);
        if self.journal.last_token() >= newest {
            self.journal.store = ours;
        }
    }

    /// A batch may still land.
    pub(super) fn is_late(&self) -> bool {
        self.late.is_some()
    }

    /// A new process on what the old one has stored.
    fn restart(&mut self) {
        let sighted = self
            .journal
            .store
            .tab(Tab::Appeals)
            .reads()
            .sighted
            .is_some();
        let appeals = self.journal.store.appeals();
        let known: Vec<KnownRow> = appeals.iter().filter_map(KnownRow::of).collect();
        self.stepper = Stepper::new(Start {
            spreadsheet: spreadsheet(),
            tabs: vec![self.words.clone()],
            archive: archive(),
            templates: (templates(), self.journal.store.templates().all),
            known: sighted
                .then_some((Tab::Appeals, known))
                .into_iter()
                .collect(),
            open: self.journal.intents(),
            misplaced: self.journal.misplaced(&spreadsheet()),
            account: super::bench::ACCOUNT.to_owned(),
            wording: crate::domain::wording::Wording::built_in(),
            last_token: self.journal.last_token(),
        });
    }

    fn feed(&mut self, input: Answer, people: &mut dyn People) {
        let mut calls: VecDeque<Call> = self.stepper.step(input, self.now).into();
        while let Some(call) = calls.pop_front() {
            match self.carry_out(call, people) {
                Led::To(answer) => calls.extend(self.stepper.step(*answer, self.now)),
                Led::Waits => {}
                Led::Died => {
                    self.restart();
                    return;
                }
            }
        }
    }

    fn carry_out(&mut self, call: Call, people: &mut dyn People) -> Led {
        let Some(at) = self.count(&call) else {
            self.exposed = false;
            return Led::Waits;
        };
        people.act(self, at, Moment::Before);
        if matches!(at, At::Google(_)) {
            self.land_late();
        }
        let mishap = people.mishap(at).filter(|mishap| mishap.fits(&call));
        let answer = match mishap {
            Some(Mishap::DropBefore) => return Led::Died,
            Some(Mishap::Restored) => {
                self.restore();
                return Led::Died;
            }
            Some(Mishap::Error) => fails(&call, SheetsError::Unavailable("away".to_owned())),
            Some(Mishap::NeverCame) => fails(&call, lost()),
            Some(Mishap::Late) => {
                self.late = google::body(&call);
                fails(&call, lost())
            }
            Some(Mishap::AnswerLost) => {
                let fails = fails(&call, lost());
                self.perform(at, call, people);
                self.exposed = true;
                fails
            }
            Some(Mishap::DropAfter) | None => self.perform(at, call, people),
        };
        people.act(self, at, Moment::After);
        if mishap == Some(Mishap::DropAfter) {
            return Led::Died;
        }
        Led::To(Box::new(answer))
    }

    /// Which call this is; a wait is none.
    fn count(&mut self, call: &Call) -> Option<At> {
        let kind = match call {
            Call::Structure | Call::Read(_) | Call::Stored(..) | Call::Styles(_) => {
                Some(Kind::Read)
            }
            Call::Write(_) | Call::Resolve(_) => Some(Kind::Write),
            Call::Apply { .. } | Call::Index(_) | Call::Project(_) | Call::Intend(_) => None,
            Call::Wait(_) => return None,
        };
        let (google, journal) = &mut self.calls;
        let next = |count: &mut usize| std::mem::replace(count, *count + 1);
        let Some(kind) = kind else {
            return Some(At::Journal(next(journal)));
        };
        self.log.push((self.now, kind));
        Some(At::Google(next(google)))
    }

    fn perform(&mut self, at: At, call: Call, people: &mut dyn People) -> Answer {
        match call {
            Call::Structure => Answer::Structure(Ok(self.structure())),
            Call::Read(ranges) => Answer::Read(self.read(at, &ranges, people)),
            Call::Stored(ranges, rendering) => {
                Answer::Stored(self.stored(at, &ranges, rendering, people))
            }
            Call::Styles(cells) => Answer::Styles(Ok(self.styles(&cells))),
            Call::Write(batch) => Answer::Written(self.write(&batch)),
            Call::Resolve(token) => Answer::Resolved(Ok(self.resolve(token))),
            Call::Apply {
                events,
                overwritten,
            } => {
                self.apply(&events, &overwritten);
                Answer::Applied(Ok(()))
            }
            Call::Index(asked) => Answer::Indexed(Ok(identity::index(
                &self.rules,
                &self.journal.store,
                &asked,
            ))),
            Call::Project(_) => Answer::Projected(self.project()),
            Call::Intend(touched) => Answer::Intended(Ok(self.intend(&touched))),
            Call::Wait(_) => unreachable!("it is no call"),
        }
    }
}

/// The answer of a call that fails: with this error if it is one to Google.
fn fails(call: &Call, error: SheetsError) -> Answer {
    let unstored = || StoreError::Disk("full".to_owned());
    match call {
        Call::Structure => Answer::Structure(Err(error)),
        Call::Read(_) => Answer::Read(Err(error)),
        Call::Stored(..) => Answer::Stored(Err(error)),
        Call::Styles(_) => Answer::Styles(Err(error)),
        Call::Write(_) => Answer::Written(Err(error)),
        Call::Resolve(_) => Answer::Resolved(Err(error)),
        Call::Apply { .. } => Answer::Applied(Err(unstored())),
        Call::Index(_) => Answer::Indexed(Err(unstored())),
        // What cannot be read looks empty.
        Call::Project(_) => Answer::Projected(Vec::new()),
        Call::Intend(_) => Answer::Intended(Err(unstored())),
        Call::Wait(_) => unreachable!("it is no call"),
    }
}

fn lost() -> SheetsError {
    SheetsError::Unknown("cut".to_owned())
}

fn spreadsheet() -> SpreadsheetId {
    super::bench::spreadsheet()
}
