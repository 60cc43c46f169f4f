//! The writer's queue: what callers ask for, gathered into groups that share a commit.
//!
//! Invariant: every question is answered exactly once, or its caller sees that the writer is gone.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{Accepted, DedupKey, Intent, StoreError, Touched};
use crate::domain::{
    effect::OutboxEntry,
    event::Event,
    ids::{FenceId, OutboxId, SpreadsheetId},
};

/// Questions that wait at most; Telegram itself keeps at most a hundred connections open.
pub(super) const CAPACITY: usize = 512;

/// Where an answer goes.
pub(super) type Reply<A> = oneshot::Sender<Result<A, StoreError>>;

/// A question with the place where its answer goes.
pub(super) struct Asked<Q, A> {
    /// What is asked for.
    pub(super) what: Q,
    /// Where the answer goes.
    pub(super) reply: Reply<A>,
    /// Its place in the queue, free again once it is answered.
    pub(super) place: OwnedSemaphorePermit,
}

/// One entry of the queue.
pub(super) enum Message {
    /// Store a raw record once.
    Accept(Asked<(DedupKey, Bytes), Accepted>),
    /// Store and decide events.
    Apply(Asked<Vec<Event>, ()>),
    /// Claim messages.
    Claim(Asked<Vec<OutboxId>, Vec<OutboxEntry>>),
    /// Commit what is about to be written.
    Intend(Asked<(SpreadsheetId, Vec<Touched>), Intent>),
    /// Forget fences.
    Forget(Asked<(SpreadsheetId, Vec<FenceId>), ()>),
    /// Say that the writer goes round; needs no commit, and no place.
    Ping(oneshot::Sender<()>),
    /// Finish and end.
    Close,
}

/// Questions that share a commit.
#[derive(Default)]
pub(super) struct Group {
    /// See [`Message::Accept`].
    pub(super) accepts: Vec<Asked<(DedupKey, Bytes), Accepted>>,
    /// See [`Message::Apply`].
    pub(super) applies: Vec<Asked<Vec<Event>, ()>>,
    /// See [`Message::Claim`].
    pub(super) claims: Vec<Asked<Vec<OutboxId>, Vec<OutboxEntry>>>,
    /// See [`Message::Intend`].
    pub(super) intends: Vec<Asked<(SpreadsheetId, Vec<Touched>), Intent>>,
    /// See [`Message::Forget`].
    pub(super) forgets: Vec<Asked<(SpreadsheetId, Vec<FenceId>), ()>>,
}

/// Whether the writer goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// It does.
    Open,
    /// Somebody asked to close.
    Closing,
    /// Every handle is gone, and nobody has closed.
    Abandoned,
}

impl Group {
    /// Waits for the first question, then takes all that are there.
    pub(super) fn gather(queue: &Receiver<Message>, wait: Duration) -> (Self, Course) {
        let mut group = Self::default();
        let mut course = match queue.recv_timeout(wait) {
            Ok(message) => group.add(message),
            Err(RecvTimeoutError::Timeout) => return (group, Course::Open),
            Err(RecvTimeoutError::Disconnected) => return (group, Course::Abandoned),
        };
        loop {
            match queue.try_recv() {
                Ok(message) if course == Course::Open => course = group.add(message),
                Ok(message) => {
                    group.add(message);
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return (group, course),
            }
        }
    }

    /// Whether nobody asks for anything.
    pub(super) fn is_empty(&self) -> bool {
        self.accepts.is_empty()
            && self.applies.is_empty()
            && self.claims.is_empty()
            && self.intends.is_empty()
            && self.forgets.is_empty()
    }

    /// Tells everybody that the disk refused.
    pub(super) fn refuse(self, words: &str) {
        refuse_all(self.accepts, words);
        refuse_all(self.applies, words);
        refuse_all(self.claims, words);
        refuse_all(self.intends, words);
        refuse_all(self.forgets, words);
    }

    fn add(&mut self, message: Message) -> Course {
        match message {
            Message::Accept(asked) => self.accepts.push(asked),
            Message::Apply(asked) => self.applies.push(asked),
            Message::Claim(asked) => self.claims.push(asked),
            Message::Intend(asked) => self.intends.push(asked),
            Message::Forget(asked) => self.forgets.push(asked),
            Message::Ping(reply) => {
                // Somebody who has gone need not know.
                let _ = reply.send(());
            }
            Message::Close => return Course::Closing,
        }
        Course::Open
    }
}

impl<Q, A> Asked<Q, A> {
    /// Answers; gives the answer back where nobody waits for it any more.
    pub(super) fn answer(self, answer: A) -> Result<(), A> {
        drop(self.place);
        match self.reply.send(Ok(answer)) {
            Ok(()) | Err(Err(_)) => Ok(()),
            Err(Ok(answer)) => Err(answer),
        }
    }
}

fn refuse_all<Q, A>(all: Vec<Asked<Q, A>>, words: &str) {
    for asked in all {
        // A caller who has gone needs no answer.
        let _ = asked.reply.send(Err(StoreError::Disk(words.to_owned())));
    }
}
