//! The writer thread: groups of commands, one transaction each; replies and hints after the commit.
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
    BestEffort, Signals,
    apply::Hints,
    clock_shift,
    disk::{self, Disk},
    error::{Result, TableError},
    executor::Executor,
    queue::{CommitGroup, Responder, WriterCommand, WriterState},
    recovery,
    remedy::with_remedy,
    store::TableId,
    transaction::{Committed, Grants, run},
};
use crate::{
    clock::{self, Reading},
    domain::ids::Seq,
};

/// How often it prunes old records when idle.
const UPKEEP_EVERY: Duration = Duration::from_secs(60);
/// How often it checks the clock when idle: a clock that was set back delays nothing for longer.
const CLOCK_CHECK_EVERY: Duration = Duration::from_secs(1);
/// The pause before the file is opened again after a failure; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Once the disk has room again, storing goes on within this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Written after a failure to see whether the disk takes a commit again, in [`TableId::Meta`].
const PROBE: &[u8] = b"probe";

/// The only one who writes.
pub(super) struct Writer {
    disk: Arc<Disk>,
    signals: Arc<Signals>,
    executor: Executor,
    queue: Receiver<WriterCommand>,
    state: WriterState,
    /// Callers of `apply`, by the last record that must be decided before they are answered. Theirs is stored, so a failure
    /// lets them wait: told to try again, they would state the same events twice.
    waiters: Vec<(Seq, Responder<()>)>,
    /// Grants whose callers never received them, and reactions that found no room.
    undelivered: Grants,
    /// Whether something is stored and not yet decided.
    pending: bool,
    next_timer: Option<Timestamp>,
    /// The clocks at the last commit.
    clock: Reading,
    /// Held to the end: no other process may open the directory before the file is closed.
    _lock: File,
}

impl Writer {
    /// Recovers what the last run left.
    pub(super) fn new(
        disk: Arc<Disk>,
        signals: Arc<Signals>,
        mut executor: Executor,
        queue: Receiver<WriterCommand>,
        lock: File,
    ) -> Result<Self> {
        let hints = disk.with(|db| recovery::recover(db, &mut executor))?;
        let mut undelivered = Grants::default();
        notify(&signals, hints, &mut undelivered);
        Ok(Self {
            disk,
            signals,
            executor,
            queue,
            state: WriterState::Open,
            waiters: Vec::new(),
            undelivered,
            // The first transaction finds out, and reads the next timer.
            pending: true,
            next_timer: None,
            clock: Reading::take(),
            _lock: lock,
        })
    }

    /// Runs until closed or abandoned.
    pub(super) fn run(mut self) {
        tracing::info!("the journal's writer starts");
        while self.state == WriterState::Open
            || (self.state == WriterState::Closing && self.pending)
        {
            let (group, state) = CommitGroup::gather(&self.queue, self.wait_time());
            self.set_state(state);
            if self.state == WriterState::Abandoned {
                break;
            }
            if self.pending || !group.is_empty() || self.is_due() {
                self.commit_group(group);
            }
        }
        self.shut_down();
        tracing::info!("the journal's writer stops");
    }

    /// How long it may wait for commands.
    fn wait_time(&self) -> Duration {
        if self.pending || self.state != WriterState::Open {
            return Duration::ZERO;
        }
        let until = self.next_timer.map(|at| at.duration_since(clock::now()));
        let until = until.map(|until| Duration::try_from(until).unwrap_or_default());
        until.map_or(CLOCK_CHECK_EVERY, |until| until.min(CLOCK_CHECK_EVERY))
    }

    /// Whether work is due without a command: a timer, the upkeep, a clock that was set back.
    fn is_due(&self) -> bool {
        let reading = Reading::take();
        self.next_timer.is_some_and(|at| at <= reading.wall())
            || reading.since(self.clock) >= UPKEEP_EVERY
            || reading.set_back_since(self.clock).is_some()
    }

    /// Once closing, it stays closing, even when the last handle is dropped.
    fn set_state(&mut self, state: WriterState) {
        if self.state == WriterState::Open {
            self.state = state;
        }
    }

    fn commit_group(&mut self, group: CommitGroup) {
        match self.attempt(&group, false) {
            Ok(done) => self.finish(group, done),
            Err(error) => {
                let words = with_remedy(&error);
                tracing::error!(error = %words, "the journal cannot store");
                self.disk.failed(&words);
                group.refuse(&words);
                self.reopen();
            }
        }
    }

    /// One transaction with its commit; a panic in it is a failure like any other.
    fn attempt(&mut self, group: &CommitGroup, probing: bool) -> Result<Committed> {
        if let Some(words) = self.disk.take_suspicion() {
            return Err(TableError::Damaged(words));
        }
        let reading = Reading::take();
        let (now, back) = (reading.wall(), reading.set_back_since(self.clock));
        let (undelivered, mut grants) = (&self.undelivered, Grants::default());
        let executor = &mut self.executor;
        let committed = catch_unwind(AssertUnwindSafe(|| {
            self.disk.with(|db| {
                executor.transact(db, |executor, tables| {
                    grants = Grants::default();
                    if let Some(by) = back {
                        clock_shift::shift_back(tables, by, now)?;
                    }
                    clock_shift::record_clock(tables, now)?;
                    let mut done = run(executor, tables, group, undelivered, &mut grants, now)?;
                    done.hints.outbox |= back.is_some();
                    if probing {
                        tables.put(TableId::Meta, PROBE, &[])?;
                    }
                    Ok(done)
                })
            })
        }));
        match committed {
            Ok(Ok(done)) => {
                self.undelivered = Grants::default();
                self.clock = reading;
                back.into_iter().for_each(clock_shift::log_shift);
                Ok(done)
            }
            Ok(Err(error)) => {
                self.undelivered.add(grants);
                Err(error)
            }
            Err(panic) => {
                self.undelivered.add(grants);
                // Its message may quote what people wrote; the panic hook has logged the location.
                drop(panic);
                Err(TableError::Disk("the journal's writer stumbled".to_owned()))
            }
        }
    }

    /// Replies to the callers and notifies others, after the commit.
    fn finish(&mut self, group: CommitGroup, done: Committed) {
        if self.disk.succeeded() {
            tracing::info!("the journal stores again");
        }
        self.pending = done.first_pending.is_some();
        self.next_timer = done.next_timer;
        for (request, accepted) in group.accepts.into_iter().zip(done.accepted) {
            // Nobody waits any more: the record is stored all the same, and its repetition will be a duplicate.
            let _ = request.answer(accepted);
        }
        for (request, entries) in group.claims.into_iter().zip(done.claimed) {
            if let Err(entries) = request.answer(entries) {
                self.undelivered
                    .claims
                    .extend(entries.into_iter().map(|entry| entry.send.id));
            }
        }
        for (request, intent) in group.intends.into_iter().zip(done.intended) {
            if let Err(intent) = request.answer(intent) {
                self.undelivered.tokens.push(intent.token);
            }
        }
        for request in group.forgets {
            // The tokens are forgotten whether or not anybody waits for it.
            let _ = request.answer(());
        }
        self.waiters.extend(
            done.applied
                .into_iter()
                .zip(group.applies.into_iter().map(|request| request.responder)),
        );
        self.answer_waiters(done.first_pending);
        notify(&self.signals, done.hints, &mut self.undelivered);
        // Undelivered grants are revoked at once.
        self.pending |= !self.undelivered.is_empty();
    }

    fn answer_waiters(&mut self, first_pending: Option<Seq>) {
        let decided = |last: &Seq| first_pending.is_none_or(|first| *last < first);
        for (_, responder) in self.waiters.extract_if(.., |(last, _)| decided(last)) {
            // Nobody waits any more; the events are decided all the same.
            let _ = responder.send(Ok(()));
        }
    }

    /// Opens the file again, with growing pauses in which every question is refused, until a commit succeeds.
    fn reopen(&mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            self.refuse_for(pause);
            if self.state == WriterState::Abandoned {
                return;
            }
            let reopened = self.disk.reopen();
            match reopened.and_then(|()| self.attempt(&CommitGroup::default(), true)) {
                Ok(done) => return self.finish(CommitGroup::default(), done),
                Err(error) => self.disk.failed(&with_remedy(&error)),
            }
            if self.state == WriterState::Closing {
                // The next start decides what is left.
                self.state = WriterState::Abandoned;
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn refuse_for(&mut self, pause: Duration) {
        let end = clock::monotonic() + pause;
        while self.state == WriterState::Open
            && let Some(left) = end.checked_duration_since(clock::monotonic())
        {
            let (group, state) = CommitGroup::gather(&self.queue, left);
            let words = self.disk.failure().unwrap_or_default();
            group.refuse(&words);
            self.set_state(state);
        }
    }

    /// Marks the file as closed cleanly, if it is, and closes it.
    fn shut_down(self) {
        if self.state == WriterState::Closing {
            let marked = self
                .disk
                .with(|db| disk::transact(db, recovery::mark_clean));
            if let Err(error) = marked {
                tracing::warn!(error = %error, "the journal could not be marked as closed cleanly");
            }
        }
        self.disk.close();
    }
}

/// Notifies others of changes; a lost hint does no harm, since the state itself tells. A reaction that finds no place is
/// noted in `stray`: it may be the only sign that a message has come in.
fn notify(signals: &Signals, hints: Hints, undelivered: &mut Grants) {
    if hints.outbox {
        signals.outbox.notify_one();
    }
    if hints.dirty {
        signals.dirty.send_replace(());
    }
    for tab in hints.looks {
        signals.looks.mark(tab);
    }
    for call in hints.best_effort {
        match signals.best_effort.try_send(call) {
            Err(TrySendError::Full(BestEffort::Reaction(chat, message))) => {
                undelivered.reactions.push((chat, message))
            }
            // Telegram forgets an unacknowledged button by itself; closed is what takes them where the service ends.
            Ok(()) | Err(TrySendError::Full(BestEffort::Button(_)) | TrySendError::Closed(_)) => {}
        }
    }
    for question in hints.questions {
        // An operator who hears nothing asks again.
        let _ = signals.questions.try_send(question);
    }
}
