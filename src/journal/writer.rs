//! The writer thread: groups of questions, one transaction each; answers and hints after the commit.
//!
//! Invariant: a record is decided only by a later transaction than the one that stored it, and in the order of storing.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc::Receiver},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::mpsc::error::TrySendError;

use super::{
    Courtesy, Signals,
    advice::with_cure,
    carry::Hints,
    disk::{self, Disk},
    judge::Judge,
    queue::{Course, Group, Message, Reply},
    recovery,
    round::{Done, Given, work},
    setback,
    tables::{Fault, Place},
};
use crate::{
    clock::{self, Reading},
    domain::ids::Seq,
};

/// When idle it forgets a little so often.
const UPKEEP_EVERY: Duration = Duration::from_secs(60);
/// When idle it looks at the clock so often: one that was set back delays nothing for longer.
const GLANCE_EVERY: Duration = Duration::from_secs(1);
/// The pause before the file is opened again after a failure; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Once the disk has room again, storing goes on within this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Written after a failure to see whether the disk takes a commit again, in [`Place::Meta`].
const PROBE: &[u8] = b"probe";

/// The only one who writes.
pub(super) struct Writer {
    disk: Arc<Disk>,
    signals: Arc<Signals>,
    judge: Judge,
    queue: Receiver<Message>,
    course: Course,
    /// Callers of `apply`, by the last record that must be decided before they are answered. Theirs is stored, so a failure
    /// lets them wait: told to try again, they would state the same events twice.
    waiters: Vec<(Seq, Reply<()>)>,
    /// What was given to callers who never learned of it, and reactions that found no place.
    stray: Given,
    /// Something is stored and not yet decided.
    pending: bool,
    next_timer: Option<Timestamp>,
    /// The clocks at the last commit.
    clock: Reading,
    /// Held to the end: another process may not have the directory before the file is closed.
    _lock: File,
}

impl Writer {
    /// Recovers what the last run left.
    pub(super) fn new(
        disk: Arc<Disk>,
        signals: Arc<Signals>,
        mut judge: Judge,
        queue: Receiver<Message>,
        lock: File,
    ) -> Result<Self, Fault> {
        let hints = disk.with(|db| recovery::recover(db, &mut judge))?;
        let mut stray = Given::default();
        fire(&signals, hints, &mut stray);
        Ok(Self {
            disk,
            signals,
            judge,
            queue,
            course: Course::Open,
            waiters: Vec::new(),
            stray,
            // The first round finds out, and learns of the next timer.
            pending: true,
            next_timer: None,
            clock: Reading::take(),
            _lock: lock,
        })
    }

    /// Works until closed or abandoned.
    pub(super) fn run(mut self) {
        tracing::info!("the journal's writer starts");
        while self.course == Course::Open || (self.course == Course::Closing && self.pending) {
            let (group, course) = Group::gather(&self.queue, self.patience());
            self.turn_to(course);
            if self.course == Course::Abandoned {
                break;
            }
            if self.pending || !group.is_empty() || self.is_due() {
                self.round(group);
            }
        }
        self.finish();
        tracing::info!("the journal's writer stops");
    }

    /// How long it may wait for questions.
    fn patience(&self) -> Duration {
        if self.pending || self.course != Course::Open {
            return Duration::ZERO;
        }
        let until = self.next_timer.map(|at| at.duration_since(clock::now()));
        let until = until.map(|until| Duration::try_from(until).unwrap_or_default());
        until.map_or(GLANCE_EVERY, |until| until.min(GLANCE_EVERY))
    }

    /// Whether time alone brings work: a timer, the upkeep, a clock that was set back.
    fn is_due(&self) -> bool {
        let reading = Reading::take();
        self.next_timer.is_some_and(|at| at <= reading.wall())
            || reading.since(self.clock) >= UPKEEP_EVERY
            || reading.set_back_since(self.clock).is_some()
    }

    /// Once closing it stays so: that nobody can ask any more is then no news.
    fn turn_to(&mut self, course: Course) {
        if self.course == Course::Open {
            self.course = course;
        }
    }

    fn round(&mut self, group: Group) {
        match self.attempt(&group, false) {
            Ok(done) => self.settle(group, done),
            Err(fault) => {
                let words = with_cure(&fault);
                tracing::error!(error = %words, "the journal cannot store");
                self.disk.failed(&words);
                group.refuse(&words);
                self.mend();
            }
        }
    }

    /// One transaction with its commit; a panic in it is a failure like any other.
    fn attempt(&mut self, group: &Group, probing: bool) -> Result<Done, Fault> {
        if let Some(words) = self.disk.take_suspicion() {
            return Err(Fault::Damaged(words));
        }
        let reading = Reading::take();
        let (now, back) = (reading.wall(), reading.set_back_since(self.clock));
        let (stray, mut given) = (&self.stray, Given::default());
        let judge = &mut self.judge;
        let committed = catch_unwind(AssertUnwindSafe(|| {
            self.disk.with(|db| {
                judge.transact(db, |judge, tables| {
                    given = Given::default();
                    if let Some(by) = back {
                        setback::set_back(tables, by, now)?;
                    }
                    setback::note(tables, now)?;
                    let mut done = work(judge, tables, group, stray, &mut given, now)?;
                    done.hints.outbox |= back.is_some();
                    if probing {
                        tables.put(Place::Meta, PROBE, &[])?;
                    }
                    Ok(done)
                })
            })
        }));
        match committed {
            Ok(Ok(done)) => {
                self.stray = Given::default();
                self.clock = reading;
                back.into_iter().for_each(setback::tell);
                Ok(done)
            }
            Ok(Err(fault)) => {
                self.stray.add(given);
                Err(fault)
            }
            Err(panic) => {
                self.stray.add(given);
                // What it says may quote what people wrote; the hook has told where it was.
                drop(panic);
                Err(Fault::Disk("the journal's writer stumbled".to_owned()))
            }
        }
    }

    /// Answers the callers and tells others, after the commit.
    fn settle(&mut self, group: Group, done: Done) {
        if self.disk.succeeded() {
            tracing::info!("the journal stores again");
        }
        self.pending = done.first_pending.is_some();
        self.next_timer = done.next_timer;
        for (asked, accepted) in group.accepts.into_iter().zip(done.accepted) {
            // Nobody waits any more: the record is stored all the same, and its repetition will be a duplicate.
            let _ = asked.answer(accepted);
        }
        for (asked, entries) in group.claims.into_iter().zip(done.claimed) {
            if let Err(entries) = asked.answer(entries) {
                self.stray
                    .claims
                    .extend(entries.into_iter().map(|entry| entry.send.id));
            }
        }
        for (asked, intent) in group.intends.into_iter().zip(done.intended) {
            if let Err(intent) = asked.answer(intent) {
                self.stray.fences.push(intent.fence);
            }
        }
        for asked in group.forgets {
            // The fences are forgotten whether or not anybody waits for it.
            let _ = asked.answer(());
        }
        self.waiters.extend(
            done.applied
                .into_iter()
                .zip(group.applies.into_iter().map(|asked| asked.reply)),
        );
        self.answer_waiters(done.first_pending);
        fire(&self.signals, done.hints, &mut self.stray);
        // What was given to nobody is taken back at once.
        self.pending |= !self.stray.is_empty();
    }

    fn answer_waiters(&mut self, first_pending: Option<Seq>) {
        let decided = |last: &Seq| first_pending.is_none_or(|first| *last < first);
        for (_, reply) in self.waiters.extract_if(.., |(last, _)| decided(last)) {
            // Nobody waits any more; the events are decided all the same.
            let _ = reply.send(Ok(()));
        }
    }

    /// Opens the file again, with growing pauses in which every question is refused, until a commit succeeds.
    fn mend(&mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            self.refuse_for(pause);
            if self.course == Course::Abandoned {
                return;
            }
            let mended = self
                .disk
                .reopen()
                .and_then(|()| self.attempt(&Group::default(), true));
            match mended {
                Ok(done) => return self.settle(Group::default(), done),
                Err(fault) => self.disk.failed(&with_cure(&fault)),
            }
            if self.course == Course::Closing {
                // The next start decides what is left.
                self.course = Course::Abandoned;
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn refuse_for(&mut self, pause: Duration) {
        let end = clock::monotonic() + pause;
        while self.course == Course::Open
            && let Some(left) = end.checked_duration_since(clock::monotonic())
        {
            let (group, course) = Group::gather(&self.queue, left);
            let words = self.disk.trouble().unwrap_or_default();
            group.refuse(&words);
            self.turn_to(course);
        }
    }

    /// Leaves the mark of a regular end, if it is one, and lets go of the file.
    fn finish(self) {
        if self.course == Course::Closing {
            let marked = self
                .disk
                .with(|db| disk::transact(db, recovery::mark_clean));
            if let Err(fault) = marked {
                tracing::warn!(error = %fault, "the journal could not be marked as closed cleanly");
            }
        }
        self.disk.close();
    }
}

/// Tells others what has changed; a hint that finds nobody is no loss, since the state itself tells. A reaction that finds no place is
/// noted in `stray`: it may be the only sign that a message has come in.
fn fire(signals: &Signals, hints: Hints, stray: &mut Given) {
    if hints.outbox {
        signals.outbox.notify_one();
    }
    if hints.dirty {
        signals.dirty.send_replace(());
    }
    for tab in hints.looks {
        signals.looks.mark(tab);
    }
    for courtesy in hints.courtesies {
        match signals.courtesies.try_send(courtesy) {
            Err(TrySendError::Full(Courtesy::Reaction(chat, message))) => {
                stray.reactions.push((chat, message))
            }
            // Telegram forgets an unacknowledged button by itself; closed is what takes them where the service ends.
            Ok(()) | Err(TrySendError::Full(Courtesy::Button(_)) | TrySendError::Closed(_)) => {}
        }
    }
    for question in hints.questions {
        // An operator who hears nothing asks again.
        let _ = signals.questions.try_send(question);
    }
}
