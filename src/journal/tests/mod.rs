//! What the tests of the journal share: rules that follow a script, a gate, a disk that can refuse, copies of a running file.
//!
//! Invariant: a test waits for a condition with a deadline, never for a time.

mod clocks;
mod copies;
mod crash;
mod damage;
mod erase;
mod failure;
mod flow;
mod layout;
mod mixed;
mod outbox;
mod sheets;
mod store;

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc, Condvar, Mutex, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use redb::{Database, StorageBackend};
use tempfile::TempDir;
use tokio::sync::{Notify, mpsc, watch};

use super::{
    BestEffort, DedupKey, Interpret, Journal, Nudges, Parts, Signals, Snapshot, Undecodable,
    disk::{self, OpenDatabase},
    store::WriteTables,
};
use crate::clock;
use crate::domain::{
    appeal::{Author, Line},
    effect::{Decision, Effect, Entity, FinalState, Keyboard, Lane, Send, Wake},
    event::{Event, Outcome, Update},
    ids::{AppealId, CallbackId, ChatId, MessageId, OutboxId, Seq},
    message::{Content, Context, Message},
    rules::Rules,
    session::Locale,
    tab::Tab,
    text::{Html, Text},
    view::View,
};

/// Longer than anything here takes; reaching it is a failure.
const DEADLINE: Duration = Duration::from_secs(20);
/// Every chat of these tests.
const CHAT: ChatId = ChatId(7);
/// The dialogue to which the scripted rules add a line for each event that they decide.
const DECIDED: AppealId = AppealId::first(Seq(0));

/// The scripted rules: a text names its own consequences; whatever is decided leaves a line.
fn script(_: &Rules, view: &WriteTables<'_>, seq: Seq, event: &Event, now: Timestamp) -> Decision {
    let mut decision = Decision::default();
    let said = match event {
        Event::Update(Update::Message(message)) => consequences(&mut decision, message, seq, now),
        Event::Due(_) => "due".to_owned(),
        Event::Sent(id, outcome) => {
            decision.then(match outcome {
                Outcome::Delivered(_) | Outcome::Uploaded(..) => {
                    Effect::Finish(id.clone(), FinalState::Delivered)
                }
                Outcome::Rejected(_) => Effect::Finish(id.clone(), FinalState::Failed),
                Outcome::Retry(_) => reschedule(view, id, now, 0),
                Outcome::Unknown => reschedule(view, id, now, 1),
            });
            format!("sent {outcome:?}")
        }
        other => format!("{other:?}"),
    };
    let index = view
        .lines(DECIDED, 1)
        .first()
        .map_or(0, |line| line.index + 1);
    decision.put(Entity::Line(Line {
        appeal: DECIDED,
        index,
        author: Author::Partner,
        at: now,
        text: Text(said),
        message: None,
        by: None,
        covers: None,
        told: None,
    }));
    decision
}

fn reschedule(view: &WriteTables<'_>, id: &OutboxId, at: Timestamp, lost: u8) -> Effect {
    let before = view.outbox(id).map_or(0, |entry| entry.lost);
    Effect::Reschedule {
        id: id.clone(),
        at,
        lost: before + lost,
    }
}

fn consequences(decision: &mut Decision, message: &Message, seq: Seq, now: Timestamp) -> String {
    let Content::Text(Text(text)) = &message.content else {
        return "no text".to_owned();
    };
    match text.as_str() {
        "panic in decide" => panic!("no rule for this"),
        "a flood" => (0..=1 << 16).for_each(|_| decision.then(Effect::Look(Tab::Appeals))),
        "send" => decision.then(send(OutboxId::Reply(seq, 0), Lane::Talk)),
        "to two" => {
            for chat in [CHAT, ChatId(CHAT.0 + 1)] {
                let one = Send::talk(OutboxId::Reply(seq, 0), chat, Html::escape("привет"));
                decision.then(Effect::Send(one));
            }
        }
        "announce" => decision.then(send(OutboxId::Reply(seq, 0), Lane::Announcement)),
        "timer" => decision.then(Effect::Then {
            at: now + SignedDuration::from_millis(30),
            wake: Wake::Session(CHAT),
        }),
        "react" => decision.then(Effect::React(CHAT, message.message)),
        "hints" => {
            decision.then(Effect::Look(Tab::Appeals));
            decision.then(Effect::Look(Tab::Appeals));
            decision.then(Effect::AnswerButton(CallbackId("b".to_owned())));
            decision
                .dirty
                .push(crate::domain::ids::RowKey::Appeal(DECIDED));
        }
        _ => {}
    }
    text.clone()
}

fn send(id: OutboxId, lane: Lane) -> Effect {
    Effect::Send(Send {
        lane,
        keyboard: Keyboard::Remove,
        ..Send::talk(id, CHAT, Html::escape("привет"))
    })
}

fn message(text: &str) -> Event {
    Event::Update(Update::Message(Message {
        chat: CHAT,
        message: MessageId(1),
        at: Timestamp::UNIX_EPOCH,
        locale: Locale::Ru,
        content: Content::Text(text.into()),
        context: Context::default(),
    }))
}

/// Reads a raw record as a text; some texts misbehave.
fn interpret(gate: Gate) -> Interpret {
    Arc::new(move |raw| {
        let text =
            std::str::from_utf8(raw).map_err(|_| Undecodable::NoObject("bytes".to_owned()))?;
        match text {
            "undecodable" => Err(Undecodable::Missing("message.chat".to_owned())),
            "panic in interpret" => panic!("a poison record"),
            "wait" => {
                gate.pass();
                Ok(message(text))
            }
            text => Ok(message(text)),
        }
    })
}

/// Holds a decision up until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<GateState>, Condvar)>);

#[derive(Default)]
struct GateState {
    reached: bool,
    open: bool,
}

impl Gate {
    fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.reached = true;
        changed.notify_all();
        let (state, waited) = changed
            .wait_timeout_while(state, DEADLINE, |state| !state.open)
            .unwrap();
        drop(state);
        assert!(!waited.timed_out(), "nobody opened the gate");
    }

    fn wait_until_reached(&self) {
        let (state, changed) = &*self.0;
        let (_state, waited) = changed
            .wait_timeout_while(state.lock().unwrap(), DEADLINE, |state| !state.reached)
            .unwrap();
        assert!(!waited.timed_out(), "nobody came to the gate");
    }

    fn open(&self) {
        let (state, changed) = &*self.0;
        state.lock().unwrap().open = true;
        changed.notify_all();
    }
}

/// Where hints arrive.
struct Heard {
    best_effort: mpsc::Receiver<BestEffort>,
}

fn signals() -> (Signals, Heard) {
    let (call, best_effort) = mpsc::channel(8);
    let signals = Signals {
        outbox: Notify::new(),
        dirty: watch::Sender::default(),
        looks: Nudges::default(),
        best_effort: call,
        questions: mpsc::channel(1).0,
    };
    (signals, Heard { best_effort })
}

/// A journal in a directory, with the scripted rules.
fn open(dir: &Path) -> Journal {
    open_with(dir, Gate::default(), disk::in_directory(dir)).0
}

fn open_with(dir: &Path, gate: Gate, open: OpenDatabase) -> (Journal, Heard) {
    let (signals, heard) = signals();
    let parts = Parts {
        lock: disk::own(dir).unwrap(),
        open,
        rules: Rules::default(),
        interpret: interpret(gate),
        decide: script,
        signals,
    };
    (Journal::start(dir, parts).unwrap(), heard)
}

/// A disk in memory: it can refuse, counts what it is asked to make durable, and survives its journal.
#[derive(Debug, Clone)]
struct Memory {
    data: Arc<RwLock<Vec<u8>>>,
    syncs_left: Arc<AtomicUsize>,
    loses_answers: Arc<AtomicBool>,
    slow: Arc<AtomicBool>,
    panics_left: Arc<AtomicUsize>,
    syncs: Arc<AtomicUsize>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            data: Arc::default(),
            syncs_left: Arc::new(AtomicUsize::new(usize::MAX)),
            loses_answers: Arc::default(),
            slow: Arc::default(),
            panics_left: Arc::default(),
            syncs: Arc::default(),
        }
    }
}

impl Memory {
    fn opener(&self) -> OpenDatabase {
        let memory = self.clone();
        Box::new(move |builder| Ok(builder.create_with_backend(memory.clone())?))
    }

    fn refuse(&self, refuses: bool) {
        self.allow(if refuses { 0 } else { usize::MAX });
    }

    /// Refuses everything after so many commits.
    fn allow(&self, syncs: usize) {
        self.syncs_left.store(syncs, Ordering::SeqCst);
    }

    fn syncs(&self) -> usize {
        self.syncs.load(Ordering::SeqCst)
    }

    fn willing(&self) -> io::Result<()> {
        if self.syncs_left.load(Ordering::SeqCst) == 0 {
            Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "no space left on the device",
            ))
        } else {
            Ok(())
        }
    }
}

impl StorageBackend for Memory {
    fn len(&self) -> io::Result<u64> {
        Ok(self.data.read().unwrap().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let count_down = |left: usize| (left != usize::MAX).then(|| left.saturating_sub(1));
        let left = self
            .panics_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, count_down);
        assert!(
            left == Ok(0),
            "as the store does over a page that makes no sense"
        );
        let at = usize::try_from(offset).unwrap();
        out.copy_from_slice(&self.data.read().unwrap()[at..at + out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.willing()?;
        self.data
            .write()
            .unwrap()
            .resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a slow disk holds its thread up, as a real one does"
    )]
    fn sync_data(&self) -> io::Result<()> {
        self.willing()?;
        if self.loses_answers.load(Ordering::SeqCst) {
            return Err(io::Error::other("written, but nobody said so"));
        }
        if self.slow.load(Ordering::SeqCst) {
            // A real disk takes its time; meanwhile a group gathers.
            std::thread::sleep(Duration::from_millis(5));
        }
        self.syncs.fetch_add(1, Ordering::SeqCst);
        let count_down = |left: usize| (left != usize::MAX).then(|| left.saturating_sub(1));
        // Nothing is counted while there is no limit.
        let _ = self
            .syncs_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, count_down);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.willing()?;
        let at = usize::try_from(offset).unwrap();
        self.data.write().unwrap()[at..at + data.len()].copy_from_slice(data);
        Ok(())
    }
}

/// A database of its own, to work with tables directly.
fn database() -> Database {
    Database::builder()
        .create_with_backend(Memory::default())
        .unwrap()
}

fn key(update: i64) -> DedupKey {
    DedupKey { bot: 42, update }
}

async fn accept(journal: &Journal, update: i64, text: &str) -> super::Accepted {
    journal
        .accept(key(update), Bytes::from(text.to_owned()))
        .await
        .unwrap()
}

/// What was decided so far, oldest first.
fn decided(journal: &Journal) -> Vec<String> {
    let snapshot = journal.snapshot();
    let lines = lines(&snapshot);
    assert!(snapshot.intact());
    lines
}

fn lines(snapshot: &Snapshot) -> Vec<String> {
    let mut lines: Vec<String> = snapshot
        .view()
        .lines(DECIDED, 1_000)
        .into_iter()
        .map(|line| line.text.0)
        .collect();
    lines.reverse();
    lines
}

async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = clock::monotonic() + DEADLINE;
    while !condition() {
        assert!(clock::monotonic() < end, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A directory that holds the data as a kill at this moment would leave it.
fn copy_of(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::copy(dir.join("journal.redb"), copy.path().join("journal.redb")).unwrap();
    copy
}
