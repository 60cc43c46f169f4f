//! Executes requests of the operator, from the admin socket and the admin chat alike.
//!
//! Invariant: what changes something goes through the journal as an event; the answer tells what was done, or why not.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    clock,
    domain::{
        digest,
        event::{Command, Notice},
        ids::{OutboxId, Seq},
        operator::{OperatorRequest, QuarantineAction, Selection},
        replay::Case,
    },
    journal::{Interpret, Snapshot},
};

use super::{
    Parts, Shared, checkup,
    commands::{apply, read},
    intake, operator_text, persons,
    reply::{ConsoleReply, UnknownDelivery},
    report, words,
};

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
