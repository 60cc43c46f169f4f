//! `status` and `release`: they speak to the running service over its admin socket.
//!
//! Invariant: nothing is changed here; the running service does it, or nobody.

mod figures;
mod watch;

use std::{path::Path, process::ExitCode};

use tokio::signal::unix::{SignalKind, signal};

use super::{
    Failure, Format,
    words::{Words, faults},
};
use crate::{
    config::Local,
    domain::{
        operator::OperatorRequest,
        wording::{FaultNote, WishNote},
    },
    operator::{ConsoleReply, StatusReport, ask},
};

pub(super) async fn status(
    local: &Local,
    format: Format,
    follow: bool,
) -> Result<ExitCode, Failure> {
    let words = &Words::of(local.language);
    // Heard from here on: what comes once something is shown is not lost.
    let interrupt = match follow {
        true => Some(signal(SignalKind::interrupt())?),
        false => None,
    };
    let status = current(words, local).await?;
    match format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&status)?),
        Format::Text => print!("{}", figures::describe(words, &status)),
    }
    if let Some(interrupt) = interrupt {
        watch::follow(words, local, *status, interrupt).await?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn current(words: &Words, local: &Local) -> Result<Box<StatusReport>, Failure> {
    match asked(words, &local.data_dir, &OperatorRequest::Status).await? {
        ConsoleReply::Status(status) => Ok(status),
        other => Err(unexpected(words, other)),
    }
}

pub(super) async fn release_answers(local: &Local) -> Result<ExitCode, Failure> {
    let words = &Words::of(local.language);
    let told = match asked(words, &local.data_dir, &OperatorRequest::ReleaseAnswers).await? {
        ConsoleReply::Released(0) => WishNote::NoneHeld,
        ConsoleReply::Released(count) => WishNote::Released(count),
        other => return Err(unexpected(words, other)),
    };
    println!("{}", words.tell(told));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn end_silence(local: &Local) -> Result<ExitCode, Failure> {
    let words = &Words::of(local.language);
    match asked(words, &local.data_dir, &OperatorRequest::EndSilence).await? {
        ConsoleReply::SilenceEnded => println!("{}", words.tell(WishNote::SilenceEnded)),
        other => return Err(unexpected(words, other)),
    }
    Ok(ExitCode::SUCCESS)
}

/// What the running service answers.
pub(super) async fn asked(
    words: &Words,
    data_dir: &Path,
    request: &OperatorRequest,
) -> Result<ConsoleReply, Failure> {
    let reply = ask(data_dir, request).await;
    reply.map_err(|error| words.failure(&faults::admin(&error)))
}

pub(super) fn unexpected(words: &Words, reply: ConsoleReply) -> Failure {
    match reply {
        ConsoleReply::Failed(why) => Failure::Told(why),
        _ => words.failure(FaultNote::OtherAnswer),
    }
}
