//! A synchroniser that is stopped at every call: the test sees what it asks for, and gives the answer.
//!
//! Invariant: the real loop runs; dropping the stepper is a crash at the call that it stands at.

use std::{
    cell::RefCell,
    collections::{BTreeSet, VecDeque},
    future::{Future, pending, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use jiff::Timestamp;

use crate::{
    domain::{
        event::{Event, RowMark},
        identity::{AppealIndex, Asked},
        ids::BatchToken,
        tab::Tab,
    },
    journal::{Marked, StoreError, Touched},
    sheets::{
        client::TokenFate,
        sync::{Intended, SheetIo, Start, SyncStatus, Wake, Wanted, memory::SyncMemory, run::run},
        wire::{
            Batch, Columns, ReadBack, Rendering, SheetsError, Span, Structure, StyledCell,
            UnformattedValue,
        },
    },
};

/// What the synchroniser stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sheets::sync) enum Call {
    Structure,
    Read(Vec<String>),
    Stored(Vec<String>, Rendering),
    Styles(Vec<(String, Span)>),
    Apply {
        events: Vec<Event>,
        overwritten: Vec<RowMark>,
    },
    Index(Asked),
    Project(Vec<Tab>),
    Intend(Vec<Touched>),
    Write(Batch),
    Resolve(BatchToken),
    Wait(Option<Timestamp>),
}

/// The answer to a call; or why a wait ends.
#[derive(Debug)]
pub(in crate::sheets::sync) enum Answer {
    Structure(Result<Structure, SheetsError>),
    Read(Result<Vec<Columns>, SheetsError>),
    Stored(Result<Vec<Columns<UnformattedValue>>, SheetsError>),
    Styles(Result<Vec<StyledCell>, SheetsError>),
    Applied(Result<(), StoreError>),
    Indexed(Result<AppealIndex, StoreError>),
    Projected(Vec<Wanted>),
    Intended(Result<Intended, StoreError>),
    Written(Result<ReadBack, SheetsError>),
    Resolved(Result<TokenFate, SheetsError>),
    Nudge(Marked),
    Dirty(BTreeSet<Tab>),
    Time,
}

/// See the module.
pub(in crate::sheets::sync) struct Stepper {
    shared: Rc<RefCell<Shared>>,
    run: Pin<Box<dyn Future<Output = ()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    now: Timestamp,
    call: Option<Call>,
    answer: Option<Answer>,
    /// News that came while something was under way.
    wakes: VecDeque<Wake>,
    status: SyncStatus,
}

/// The world as a test plays it.
pub(in crate::sheets::sync) struct StepIo(Rc<RefCell<Shared>>);

impl Stepper {
    /// Stands at the first wait, before anything has happened.
    pub(in crate::sheets::sync) fn new(start: Start) -> Self {
        let shared = Rc::new(RefCell::new(Shared::default()));
        let mut io = StepIo(Rc::clone(&shared));
        let memory = SyncMemory::new(start);
        shared.borrow_mut().status = memory.status();
        Self::standing(shared, async move {
            io.wait(None).await;
            run(&mut io, memory).await;
        })
    }

    /// Runs a part of the synchroniser up to its first call; then it stands for ever.
    pub(in crate::sheets::sync) fn with<F: Future + 'static>(
        part: impl FnOnce(StepIo) -> F,
    ) -> Self {
        let shared = Rc::<RefCell<Shared>>::default();
        let part = part(StepIo(Rc::clone(&shared)));
        Self::standing(shared, async move {
            part.await;
            pending().await
        })
    }

    fn standing(shared: Rc<RefCell<Shared>>, run: impl Future<Output = ()> + 'static) -> Self {
        let run = Box::pin(run);
        let mut stepper = Self { shared, run };
        stepper.poll();
        stepper
    }

    /// Gives an answer and says what is asked for next; nothing new where news come in the middle of something. A wait without an end
    /// is no call.
    pub(in crate::sheets::sync) fn step(&mut self, answer: Answer, now: Timestamp) -> Vec<Call> {
        {
            let mut shared = self.shared.borrow_mut();
            shared.now = now;
            let wake = match answer {
                Answer::Nudge(marked) => Wake::Nudge(marked),
                Answer::Dirty(tabs) => Wake::Dirty(tabs),
                Answer::Time => Wake::Time,
                answer => {
                    assert!(
                        fits(shared.call.as_ref(), &answer),
                        "{answer:?} to {:?}",
                        shared.call
                    );
                    shared.answer = Some(answer);
                    drop(shared);
                    return self.poll();
                }
            };
            shared.wakes.push_back(wake);
        }
        if self.is_idle() {
            self.poll()
        } else {
            Vec::new()
        }
    }

    /// Whether it waits.
    pub(in crate::sheets::sync) fn is_idle(&self) -> bool {
        matches!(self.shared.borrow().call, Some(Call::Wait(_)))
    }

    pub(in crate::sheets::sync) fn status(&self) -> SyncStatus {
        self.shared.borrow().status.clone()
    }

    fn poll(&mut self) -> Vec<Call> {
        let polled = self
            .run
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled, Poll::Pending, "it runs for ever");
        let call = self.shared.borrow().call.clone();
        call.filter(|call| *call != Call::Wait(None))
            .into_iter()
            .collect()
    }
}

/// Whether this is an answer to that call.
fn fits(call: Option<&Call>, answer: &Answer) -> bool {
    matches!(
        (call, answer),
        (Some(Call::Structure), Answer::Structure(_))
            | (Some(Call::Read(_)), Answer::Read(_))
            | (Some(Call::Stored(..)), Answer::Stored(_))
            | (Some(Call::Styles(_)), Answer::Styles(_))
            | (Some(Call::Apply { .. }), Answer::Applied(_))
            | (Some(Call::Index(_)), Answer::Indexed(_))
            | (Some(Call::Project(_)), Answer::Projected(_))
            | (Some(Call::Intend(_)), Answer::Intended(_))
            | (Some(Call::Write(_)), Answer::Written(_))
            | (Some(Call::Resolve(_)), Answer::Resolved(_))
    )
}

impl StepIo {
    async fn call(&self, call: Call) -> Answer {
        self.0.borrow_mut().call = Some(call);
        poll_fn(|_| match self.0.borrow_mut().answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await
    }
}

/// The answer of the one kind that fits a call, as [`Stepper::step`] has made sure.
macro_rules! answered {
    ($answer:expr, $kind:path) => {
        match $answer {
            $kind(answer) => answer,
            other => unreachable!("{other:?}"),
        }
    };
}

impl SheetIo for StepIo {
    fn now(&self) -> Timestamp {
        self.0.borrow().now
    }

    async fn structure(&mut self) -> Result<Structure, SheetsError> {
        answered!(self.call(Call::Structure).await, Answer::Structure)
    }

    async fn read(&mut self, ranges: Vec<String>) -> Result<Vec<Columns>, SheetsError> {
        answered!(self.call(Call::Read(ranges)).await, Answer::Read)
    }

    async fn stored(
        &mut self,
        ranges: Vec<String>,
        rendering: Rendering,
    ) -> Result<Vec<Columns<UnformattedValue>>, SheetsError> {
        let call = Call::Stored(ranges, rendering);
        answered!(self.call(call).await, Answer::Stored)
    }

    async fn styles(&mut self, cells: Vec<(String, Span)>) -> Result<Vec<StyledCell>, SheetsError> {
        answered!(self.call(Call::Styles(cells)).await, Answer::Styles)
    }

    async fn apply(
        &mut self,
        events: Vec<Event>,
        overwritten: Vec<RowMark>,
    ) -> Result<(), StoreError> {
        let call = Call::Apply {
            events,
            overwritten,
        };
        answered!(self.call(call).await, Answer::Applied)
    }

    async fn index(&mut self, asked: Asked) -> Result<AppealIndex, StoreError> {
        answered!(self.call(Call::Index(asked)).await, Answer::Indexed)
    }

    async fn project(&mut self, tabs: &[Tab]) -> Vec<Wanted> {
        answered!(
            self.call(Call::Project(tabs.to_vec())).await,
            Answer::Projected
        )
    }

    async fn intend(&mut self, touched: Vec<Touched>) -> Result<Intended, StoreError> {
        answered!(self.call(Call::Intend(touched)).await, Answer::Intended)
    }

    async fn write(&mut self, batch: &Batch) -> Result<ReadBack, SheetsError> {
        answered!(self.call(Call::Write(batch.clone())).await, Answer::Written)
    }

    async fn resolve(&mut self, token: BatchToken) -> Result<TokenFate, SheetsError> {
        answered!(self.call(Call::Resolve(token)).await, Answer::Resolved)
    }

    async fn wait(&mut self, until: Option<Timestamp>) -> Option<Wake> {
        self.0.borrow_mut().call = Some(Call::Wait(until));
        poll_fn(|_| match self.0.borrow_mut().wakes.pop_front() {
            Some(wake) => Poll::Ready(Some(wake)),
            None => Poll::Pending,
        })
        .await
    }

    fn publish(&mut self, status: SyncStatus) {
        self.0.borrow_mut().status = status;
    }

    fn announce(&mut self, _: impl FnOnce() -> Vec<String>) {}
}
