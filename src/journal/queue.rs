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
    ids::{BatchToken, OutboxId, SpreadsheetId},
};

/// Questions that wait at most; Telegram itself keeps at most a hundred connections open.
pub(super) const CAPACITY: usize = 512;

/// Where an answer goes.
pub(super) type Responder<A> = oneshot::Sender<Result<A, StoreError>>;

/// A question with the place where its answer goes.
pub(super) struct Request<Q, A> {
    /// What is asked for.
    pub(super) payload: Q,
    /// Where the answer goes.
    pub(super) responder: Responder<A>,
    /// Its place in the queue, free again once it is answered.
    pub(super) permit: OwnedSemaphorePermit,
}

/// One entry of the queue.
pub(super) enum WriterCommand {
    /// Store a raw record once.
    Accept(Request<(DedupKey, Bytes), Accepted>),
    /// Store and decide events.
    Apply(Request<Vec<Event>, ()>),
    /// Claim messages.
    Claim(Request<Vec<OutboxId>, Vec<OutboxEntry>>),
    /// Commit what is about to be written.
    Intend(Request<(SpreadsheetId, Vec<Touched>), Intent>),
    /// Forget tokens.
    Forget(Request<(SpreadsheetId, Vec<BatchToken>), ()>),
    /// Say that the writer goes round; needs no commit, and no place.
    Ping(oneshot::Sender<()>),
    /// Finish and end.
    Close,
}

/// Questions that share a commit.
#[derive(Default)]
pub(super) struct CommitGroup {
    /// See [`WriterCommand::Accept`].
    pub(super) accepts: Vec<Request<(DedupKey, Bytes), Accepted>>,
    /// See [`WriterCommand::Apply`].
    pub(super) applies: Vec<Request<Vec<Event>, ()>>,
    /// See [`WriterCommand::Claim`].
    pub(super) claims: Vec<Request<Vec<OutboxId>, Vec<OutboxEntry>>>,
    /// See [`WriterCommand::Intend`].
    pub(super) intends: Vec<Request<(SpreadsheetId, Vec<Touched>), Intent>>,
    /// See [`WriterCommand::Forget`].
    pub(super) forgets: Vec<Request<(SpreadsheetId, Vec<BatchToken>), ()>>,
}

/// Whether the writer goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriterState {
    /// It does.
    Open,
    /// Somebody asked to close.
    Closing,
    /// Every handle is gone, and nobody has closed.
    Abandoned,
}

impl CommitGroup {
    /// Waits for the first question, then takes all that are there.
    pub(super) fn gather(queue: &Receiver<WriterCommand>, wait: Duration) -> (Self, WriterState) {
        let mut group = Self::default();
        let mut state = match queue.recv_timeout(wait) {
            Ok(message) => group.add(message),
            Err(RecvTimeoutError::Timeout) => return (group, WriterState::Open),
            Err(RecvTimeoutError::Disconnected) => return (group, WriterState::Abandoned),
        };
        loop {
            match queue.try_recv() {
                Ok(message) if state == WriterState::Open => state = group.add(message),
                Ok(message) => {
                    group.add(message);
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return (group, state),
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

    fn add(&mut self, message: WriterCommand) -> WriterState {
        match message {
            WriterCommand::Accept(request) => self.accepts.push(request),
            WriterCommand::Apply(request) => self.applies.push(request),
            WriterCommand::Claim(request) => self.claims.push(request),
            WriterCommand::Intend(request) => self.intends.push(request),
            WriterCommand::Forget(request) => self.forgets.push(request),
            WriterCommand::Ping(reply) => {
                // Somebody who has gone need not know.
                let _ = reply.send(());
            }
            WriterCommand::Close => return WriterState::Closing,
        }
        WriterState::Open
    }
}

impl<Q, A> Request<Q, A> {
    /// Answers; gives the answer back where nobody waits for it any more.
    pub(super) fn answer(self, answer: A) -> Result<(), A> {
        drop(self.permit);
        match self.responder.send(Ok(answer)) {
            Ok(()) | Err(Err(_)) => Ok(()),
            Err(Ok(answer)) => Err(answer),
        }
    }
}

fn refuse_all<Q, A>(all: Vec<Request<Q, A>>, words: &str) {
    for request in all {
        // A caller who has gone needs no answer.
        let _ = request
            .responder
            .send(Err(StoreError::Disk(words.to_owned())));
    }
}
