//! Executes requests of the operator, from the admin socket and the admin chat alike.
//!
//! Invariant: what changes something goes through the journal as an event; the answer tells what was done, or why not.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    clock,
    domain::{
        alerts::Trouble,
        digest,
        event::{Command, Event, Notice},
        ids::{OutboxId, Seq},
        operator::{OperatorRequest, QuarantineAction, Selection},
        replay::Case,
    },
    journal::{Interpret, SetAside, Snapshot},
};

use super::{
    Parts, Person, Shared, StatusReport, checkup, intake, operator_text, persons, report, words,
};

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleReply {
    /// How things are.
    Status(Box<StatusReport>),
    /// So many answers were released.
    Released(u64),
    /// The silence that Telegram asked for is over.
    SilenceEnded,
    /// Records that were set aside.
    Quarantine(Vec<SetAside>),
    /// Messages whose outcome nobody knows.
    Unknown(Vec<UnknownDelivery>),
    /// It was done with so many things.
    Done(u64),
    /// A decision taken again, and a case for the tests, both as JSON.
    Replayed {
        /// What follows from the record now.
        decision: String,
        /// What it was decided on, and the decision.
        case: String,
    },
    /// What is wrong by now.
    Checked(BTreeSet<Trouble>),
    /// What is stored of a person, or was until now.
    Person(Box<Person>),
    /// So many records follow.
    Copying(u64),
    /// What can be asked.
    Help,
    /// It did not work, in words.
    Failed(String),
}

/// A message whose outcome nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownDelivery {
    /// Its name.
    pub name: String,
    /// When it was first to be sent, as people read it.
    pub at: String,
    /// The appeal whose answer it is, by `№`.
    pub number: Option<u32>,
}

/// How many things a list names, and a wish for all takes up.
const MOST: usize = 1_000;

/// Answers what is asked.
pub(super) async fn execute(ask: OperatorRequest, parts: &Parts) -> ConsoleReply {
    match ask {
        OperatorRequest::Status => ConsoleReply::Status(Box::new(report::status(parts))),
        OperatorRequest::ReleaseAnswers => match read(parts, |snapshot| snapshot.figures().held) {
            Ok(held) => apply(parts, Command::ReleaseAnswers)
                .await
                .map_or_else(ConsoleReply::Failed, |()| ConsoleReply::Released(held)),
            Err(words) => ConsoleReply::Failed(words),
        },
        OperatorRequest::EndSilence => apply(parts, Command::EndSilence)
            .await
            .map_or_else(ConsoleReply::Failed, |()| ConsoleReply::SilenceEnded),
        OperatorRequest::Quarantine(QuarantineAction::List) => {
            read(parts, |snapshot| snapshot.quarantined(MOST))
                .map_or_else(ConsoleReply::Failed, ConsoleReply::Quarantine)
        }
        OperatorRequest::Quarantine(QuarantineAction::Again(which)) => {
            records(parts, &which, Command::Requeue).await
        }
        OperatorRequest::Quarantine(QuarantineAction::Drop(which)) => {
            records(parts, &which, Command::Discard).await
        }
        OperatorRequest::Unknown(QuarantineAction::List) => {
            read(parts, |snapshot| unknown(parts, snapshot))
                .map_or_else(ConsoleReply::Failed, ConsoleReply::Unknown)
        }
        OperatorRequest::Unknown(QuarantineAction::Again(which)) => {
            messages(parts, &which, Command::Resend).await
        }
        OperatorRequest::Unknown(QuarantineAction::Drop(which)) => {
            messages(parts, &which, Command::Forget).await
        }
        OperatorRequest::Replay(seq) => replay(parts, Seq(seq)),
        OperatorRequest::Check => ConsoleReply::Checked(checkup::check(parts).await),
        OperatorRequest::Person(who) => persons::name(parts, &who),
        OperatorRequest::Erase(who) => persons::erase(parts, &who).await,
        // The socket takes it before it comes here; a chat is no place for a journal.
        OperatorRequest::Backup | OperatorRequest::Help => ConsoleReply::Help,
    }
}

/// Answers the questions of the admin chat until the stop.
pub(super) async fn answer(
    questions: Shared<OperatorRequest>,
    parts: Arc<Parts>,
    stop: CancellationToken,
) {
    let mut questions: tokio::sync::MutexGuard<'_, mpsc::Receiver<OperatorRequest>> =
        questions.lock().await;
    while let Some(Some(ask)) = stop.run_until_cancelled(questions.recv()).await {
        let reply = execute(ask, &parts).await;
        if let Err(words) = apply(&parts, Command::Tell(operator_text::reply(&reply))).await {
            tracing::warn!(error = words, "the operator could not be answered");
        }
    }
}

/// Tells the admin chat how the day begins.
pub(super) async fn digest(parts: &Parts) {
    let snapshot = parts.journal.snapshot();
    let digest = digest::count(snapshot.view(), snapshot.appeals(), clock::now());
    if !snapshot.intact() {
        return;
    }
    if let Err(words) = apply(parts, Command::Notify(Notice::Digest(digest))).await {
        tracing::warn!(error = words, "the daily digest is not sent");
    }
}

pub(super) async fn apply(parts: &Parts, command: Command) -> Result<(), String> {
    let applied = parts.journal.apply(vec![Event::Admin(command)]).await;
    applied.map_err(|error| error.to_string())
}

/// What the journal holds; that it cannot be read is no answer of the kind "there is nothing".
pub(super) fn read<T>(parts: &Parts, of: impl FnOnce(&Snapshot) -> T) -> Result<T, String> {
    let snapshot = parts.journal.snapshot();
    let read = of(&snapshot);
    if snapshot.intact() {
        Ok(read)
    } else {
        let why = parts
            .journal
            .failure()
            .unwrap_or_else(|| "the log says why".to_owned());
        Err(format!("the journal cannot be read whole: {why}"))
    }
}

async fn records(
    parts: &Parts,
    which: &Selection,
    command: fn(Vec<Seq>) -> Command,
) -> ConsoleReply {
    let meant = read(parts, |snapshot| {
        let all = snapshot.quarantined(MOST).into_iter();
        all.map(|record| record.seq)
            .filter(|seq| which.means(&seq.to_string()))
            .collect()
    });
    done(parts, meant, command).await
}

async fn messages(
    parts: &Parts,
    which: &Selection,
    command: fn(Vec<OutboxId>) -> Command,
) -> ConsoleReply {
    let meant = read(parts, |snapshot| {
        let all = snapshot.unknown(MOST).into_iter();
        all.map(|entry| entry.send.id)
            .filter(|id| which.means(&id.name()))
            .collect()
    });
    done(parts, meant, command).await
}

async fn done<T>(
    parts: &Parts,
    meant: Result<Vec<T>, String>,
    command: fn(Vec<T>) -> Command,
) -> ConsoleReply {
    let meant = match meant {
        Ok(meant) => meant,
        Err(words) => return ConsoleReply::Failed(words),
    };
    let count = u64::try_from(meant.len()).unwrap_or(u64::MAX);
    if meant.is_empty() {
        return ConsoleReply::Done(0);
    }
    apply(parts, command(meant))
        .await
        .map_or_else(ConsoleReply::Failed, |()| ConsoleReply::Done(count))
}

fn unknown(parts: &Parts, snapshot: &Snapshot) -> Vec<UnknownDelivery> {
    use crate::domain::view::View as _;
    let rules = words::rules(&parts.settings);
    let lost = |entry: crate::domain::effect::OutboxEntry| UnknownDelivery {
        name: entry.send.id.name(),
        at: rules.date_time(entry.born),
        number: entry
            .send
            .about
            .and_then(|appeal| snapshot.view().appeal(appeal))
            .and_then(|appeal| appeal.number)
            .map(|number| number.0),
    };
    snapshot.unknown(MOST).into_iter().map(lost).collect()
}

/// Decides a stored record again on the state of now; a record that makes the rules stumble says how.
fn replay(parts: &Parts, seq: Seq) -> ConsoleReply {
    let snapshot = parts.journal.snapshot();
    let interpret: Interpret = Arc::new(intake::decode);
    let event = match snapshot.event(seq, &interpret) {
        Some(Ok(event)) => event,
        Some(Err(reason)) => {
            return ConsoleReply::Failed(format!("record {seq} cannot be understood: {reason}"));
        }
        None if !snapshot.intact() => {
            return ConsoleReply::Failed(
                "the journal cannot be read whole: sheetdesk status says why".to_owned(),
            );
        }
        None => {
            return ConsoleReply::Failed(format!(
                "there is no record {seq}; records are kept for 8 days"
            ));
        }
    };
    let rules = words::rules(&parts.settings);
    let decided = std::panic::AssertUnwindSafe(|| {
        Case::record(&rules, snapshot.view(), seq, event, clock::now())
    });
    let Ok(case) = std::panic::catch_unwind(decided) else {
        return ConsoleReply::Failed(format!(
            "the rules stumble over record {seq}; the log says where"
        ));
    };
    match (
        serde_json::to_string_pretty(&case.decision),
        serde_json::to_string_pretty(&case),
    ) {
        (Ok(decision), Ok(case)) => ConsoleReply::Replayed { decision, case },
        (Err(error), _) | (_, Err(error)) => ConsoleReply::Failed(error.to_string()),
    }
}
