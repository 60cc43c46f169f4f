//! `quarantine`, `unknown`, `failed` and `replay`: what waits for a person, over the admin socket.
//!
//! Invariant: a list says what can be done with what it names; a wish says how many things it met.

use std::process::ExitCode;

use super::{
    Failed, Failure, Quarantine, Unknown,
    status::{asked, unexpected},
    words::Words,
};
use crate::{
    config::Local,
    domain::{
        ids::Number,
        operator::{OperatorRequest, QuarantineAction, RefusedAction, Selection},
        wording::{ForesightNote, WishNote, Wording},
    },
    journal::SetAside,
    operator::{ConsoleReply, RefusedDelivery, UnknownDelivery, chat_text},
};

pub(super) async fn quarantine(local: &Local, wish: Quarantine) -> Result<ExitCode, Failure> {
    let handling = match wish {
        Quarantine::List => QuarantineAction::List,
        Quarantine::Retry { which } => QuarantineAction::Again(Selection::of(&which)),
        Quarantine::Drop { which } => QuarantineAction::Drop(Selection::of(&which)),
    };
    answer(local, &OperatorRequest::Quarantine(handling)).await
}

pub(super) async fn unknown(local: &Local, wish: Unknown) -> Result<ExitCode, Failure> {
    let handling = match wish {
        Unknown::List => QuarantineAction::List,
        Unknown::Resend { which } => QuarantineAction::Again(Selection::of(&which)),
        Unknown::Drop { which } => QuarantineAction::Drop(Selection::of(&which)),
    };
    answer(local, &OperatorRequest::Unknown(handling)).await
}

pub(super) async fn failed(local: &Local, wish: Failed) -> Result<ExitCode, Failure> {
    let handling = match wish {
        Failed::List => RefusedAction::List,
        Failed::Drop { which } => RefusedAction::Drop(Selection::of(&which)),
    };
    answer(local, &OperatorRequest::Refused(handling)).await
}

pub(super) async fn replay(local: &Local, seq: u64) -> Result<ExitCode, Failure> {
    answer(local, &OperatorRequest::Replay(seq)).await
}

async fn answer(local: &Local, request: &OperatorRequest) -> Result<ExitCode, Failure> {
    let words = &Words::of(local.language);
    match asked(words, &local.data_dir, request).await? {
        ConsoleReply::Quarantine(records) => print_records(words, &records),
        ConsoleReply::Unknown(messages) => print_messages(words, &messages),
        ConsoleReply::Refused { messages, more } => print_refused(words, &messages, more),
        ConsoleReply::Done(0) => return Err(words.failure(WishNote::NothingMet)),
        ConsoleReply::Done(count) => println!("{}", words.tell(WishNote::Done(count))),
        ConsoleReply::Replayed { decision, case } => print_case(words, request, &decision, &case),
        other => return Err(unexpected(words, other)),
    }
    Ok(ExitCode::SUCCESS)
}

fn print_records(words: &Words, records: &[SetAside]) {
    if records.is_empty() {
        return println!("{}", words.tell(WishNote::NoneAside));
    }
    for SetAside { seq, at, reason } in records {
        println!("{seq:>8}  {at:.0}  {reason}");
    }
    println!("\n{}", words.tell(WishNote::AsideCommands));
}

fn print_messages(words: &Words, messages: &[UnknownDelivery]) {
    if messages.is_empty() {
        return println!("{}", words.tell(WishNote::NoneUnknown));
    }
    for UnknownDelivery { name, at, number } in messages {
        let what = number.map(|number| words.tell(ForesightNote::OfAppeal(Number(number))));
        let what = what.map_or_else(String::new, |what| format!("  {what}"));
        println!("{name:<16}  {at}{what}");
    }
    println!("\n{}", words.tell(WishNote::UnknownCommands));
}

fn print_refused(words: &Words, messages: &[RefusedDelivery], more: u64) {
    if messages.is_empty() {
        return println!("{}", words.tell(WishNote::NoneRefused));
    }
    let wording = Wording::built_in().speaking(words.language());
    for delivery in messages {
        println!("{}", chat_text::refused_line(&wording, delivery));
    }
    if more > 0 {
        println!("{}", words.tell(WishNote::MoreRefused(more)));
    }
    println!("\n{}", words.tell(WishNote::RefusedCommands));
}

fn print_case(words: &Words, request: &OperatorRequest, decision: &str, case: &str) {
    let OperatorRequest::Replay(seq) = request else {
        return;
    };
    println!("{}\n{decision}\n", words.tell(WishNote::Replayed(*seq)));
    println!("{}", words.tell(WishNote::ReplayTest));
    println!("tests/rules/cases/record_{seq}.json:\n{case}\n");
    println!(
        "tests/rules/cases.rs:\n#[test]\nfn record_{seq}() {{\n    decides_as_before(include_str!(\"cases/record_{seq}.json\"));\n}}"
    );
}
