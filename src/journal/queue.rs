//! The writer's queue: commands of callers, gathered into groups that share a commit.
//!
//! Invariant: every command is answered exactly once, or its caller sees that the writer is gone.

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

/// The most commands that wait; Telegram itself keeps at most a hundred connections open.
pub(super) const CAPACITY: usize = 512;

/// Where the reply goes.
pub(super) type Responder<A> = oneshot::Sender<Result<A, StoreError>>;

/// A command's payload with the channel for its reply.
pub(super) struct Request<Q, A> {
    /// What is asked for.
    pub(super) payload: Q,
    /// Where the answer goes.
    pub(super) responder: Responder<A>,
    /// Its permit of the queue, released once it is answered.
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
    /// Reply at once, to show that the writer runs; needs no commit and no permit.
    Ping(oneshot::Sender<()>),
    /// Finish and end.
    Close,
}

/// Commands that share a commit.
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
    /// Waits for the first command, then takes all that are queued.
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

    /// Whether it is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.accepts.is_empty()
            && self.applies.is_empty()
            && self.claims.is_empty()
            && self.intends.is_empty()
            && self.forgets.is_empty()
    }

    /// Answers everything with the disk's failure.
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
                // The caller may be gone.
                let _ = reply.send(());
            }
            WriterCommand::Close => return WriterState::Closing,
        }
        WriterState::Open
    }
}

impl<Q, A> Request<Q, A> {
    /// Sends the reply; returns it if the caller is gone.
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
        // The caller may be gone.
        let _ = request
            .responder
            .send(Err(StoreError::Disk(words.to_owned())));
    }
}
