//! Executes requests of the operator, from the admin socket and the admin chat alike.
//!
//! Invariant: what changes something goes through the journal as an event; the answer tells what was done, or why not.

use std::{num::NonZeroU32, sync::Arc};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    clock,
    domain::{
        digest,
        effect::OutboxEntry,
        event::{Command, Notice},
        ids::{OutboxId, PromotionKey, Seq},
        operator::{OperatorRequest, QuarantineAction, RefusedAction, Selection},
        wording::{FailureNote, Note},
    },
    journal::{Interpret, Snapshot, replay::Case},
    telegram::decode,
};

use super::{
    Console, chat_text, checkup, levels, persons, refused,
    reply::{ConsoleReply, UnknownDelivery},
};

/// How many things a list names, and a wish for all takes up.
const MOST: usize = 1_000;

/// Answers what is asked.
pub(super) async fn execute(ask: OperatorRequest, console: &Console) -> ConsoleReply {
    let reply = carry_out(ask, console).await;
    reply.unwrap_or_else(ConsoleReply::Failed)
}

async fn carry_out(ask: OperatorRequest, console: &Console) -> Result<ConsoleReply, String> {
    Ok(match ask {
        OperatorRequest::Status => ConsoleReply::Status(Box::new(console.status())),
        OperatorRequest::ReleaseAnswers => {
            let held = console.read(|snapshot| snapshot.figures().held)?;
            console.carry_out(Command::ReleaseAnswers).await?;
            ConsoleReply::Released(held)
        }
        OperatorRequest::EndSilence => {
            console.carry_out(Command::EndSilence).await?;
            ConsoleReply::SilenceEnded
        }
        OperatorRequest::Quarantine(QuarantineAction::List) => {
            ConsoleReply::Quarantine(console.read(|snapshot| snapshot.quarantined(MOST))?)
        }
        OperatorRequest::Quarantine(QuarantineAction::Again(which)) => {
            with_each(console, &which, set_aside, Command::Requeue).await?
        }
        OperatorRequest::Quarantine(QuarantineAction::Drop(which)) => {
            with_each(console, &which, set_aside, Command::Discard).await?
        }
        OperatorRequest::Unknown(QuarantineAction::List) => {
            ConsoleReply::Unknown(console.read(|snapshot| unknown(console, snapshot))?)
        }
        OperatorRequest::Unknown(QuarantineAction::Again(which)) => {
            with_each(console, &which, lost, Command::Resend).await?
        }
        OperatorRequest::Unknown(QuarantineAction::Drop(which)) => {
            with_each(console, &which, lost, Command::Forget).await?
        }
        OperatorRequest::Refused(RefusedAction::List) => refused::list(console)?,
        OperatorRequest::Refused(RefusedAction::Drop(which)) => {
            refused::drop_those(console, &which).await?
        }
        OperatorRequest::Announcement(key) => announcement(console, key)?,
        OperatorRequest::Replay(seq) => replay(console, Seq(seq))?,
        OperatorRequest::Check => ConsoleReply::Checked(checkup::check(console).await),
        OperatorRequest::Person(who) => persons::name(console, &who)?,
        OperatorRequest::Erase(who) => persons::erase(console, &who).await?,
        // The socket takes it before it comes here; a chat is no place for a journal.
        OperatorRequest::Backup | OperatorRequest::Help => ConsoleReply::Help,
    })
}

/// Answers the questions of the admin chat until the stop.
pub async fn answer(
    questions: &mut mpsc::Receiver<OperatorRequest>,
    console: &Console,
    stop: CancellationToken,
) {
    while let Some(Some(ask)) = stop.run_until_cancelled(questions.recv()).await {
        let reply = execute(ask, console).await;
        let words = chat_text::reply(&console.rules.wording, &reply);
        if let Err(error) = console.apply(Command::Tell(words)).await {
            tracing::warn!(%error, "the operator could not be answered");
        }
    }
}

/// Tells the admin chat how the day begins.
pub async fn digest(console: &Console) {
    let snapshot = console.journal.snapshot();
    let digest = digest::count(snapshot.view(), snapshot.appeals(), clock::now());
    if !snapshot.intact() {
        return;
    }
    if let Err(error) = console.apply(Command::Notify(Notice::Digest(digest))).await {
        tracing::warn!(%error, "the daily digest is not sent");
    }
}

/// Commands something for those that are meant, by their names in a list.
async fn with_each<T>(
    console: &Console,
    which: &Selection,
    list: fn(&Snapshot) -> Vec<(String, T)>,
    command: fn(Vec<T>) -> Command,
) -> Result<ConsoleReply, String> {
    let mut listed = console.read(list)?;
    listed.retain(|(name, _)| which.means(name));
    let count = u64::try_from(listed.len()).unwrap_or(u64::MAX);
    if count > 0 {
        let meant = listed.into_iter().map(|(_, meant)| meant);
        console.carry_out(command(meant.collect())).await?;
    }
    Ok(ConsoleReply::Done(count))
}

fn set_aside(snapshot: &Snapshot) -> Vec<(String, Seq)> {
    let all = snapshot.quarantined(MOST).into_iter();
    all.map(|record| (record.seq.to_string(), record.seq))
        .collect()
}

fn lost(snapshot: &Snapshot) -> Vec<(String, OutboxId)> {
    let all = snapshot.unknown(MOST).into_iter();
    all.map(|entry| (entry.send.id.name(), entry.send.id))
        .collect()
}

fn unknown(console: &Console, snapshot: &Snapshot) -> Vec<UnknownDelivery> {
    let number = |appeal| Some(snapshot.view().appeal(appeal)?.number?.0);
    let told = |entry: OutboxEntry| UnknownDelivery {
        name: entry.send.id.name(),
        at: console.rules.date_time(entry.born),
        number: entry.send.about.and_then(number),
    };
    snapshot.unknown(MOST).into_iter().map(told).collect()
}

/// How an announcement stands; an old one may be forgotten.
fn announcement(console: &Console, key: String) -> Result<ConsoleReply, String> {
    let known = console.read(|snapshot| snapshot.view().broadcast(&PromotionKey(key)))?;
    let rate = NonZeroU32::new(console.rules.rate);
    let told = known.map(|broadcast| Box::new(levels::described(broadcast, rate)));
    Ok(ConsoleReply::Announcement(told))
}

/// Decides a stored record again on the state of now; a record that makes the rules stumble says how.
fn replay(console: &Console, seq: Seq) -> Result<ConsoleReply, String> {
    let snapshot = console.journal.snapshot();
    let interpret: Interpret = Arc::new(decode::decode);
    let event = match snapshot.event(seq, &interpret) {
        Some(Ok(event)) => event,
        Some(Err(undecodable)) => {
            let why = console.rules.wording.note(Note::Aside(undecodable.note()));
            let (record, why) = (seq.0, why.as_str());
            return Err(console.fails(FailureNote::Undecodable { record, why }));
        }
        None if !snapshot.intact() => return Err(console.unread()),
        None => return Err(console.fails(FailureNote::NoRecord(seq.0))),
    };
    let decided = std::panic::AssertUnwindSafe(|| {
        Case::record(&console.rules, snapshot.view(), seq, event, clock::now())
    });
    let case = std::panic::catch_unwind(decided)
        .map_err(|_| console.fails(FailureNote::Stumbles(seq.0)))?;
    let unwritable = |error: serde_json::Error| error.to_string();
    Ok(ConsoleReply::Replayed {
        decision: serde_json::to_string_pretty(&case.decision).map_err(unwritable)?,
        case: serde_json::to_string_pretty(&case).map_err(unwritable)?,
    })
}
