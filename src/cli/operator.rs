//! `quarantine`, `unknown` and `replay`: what waits for a person, over the admin socket.
//!
//! Invariant: a list says what can be done with what it names; a wish says how many things it met.

use std::process::ExitCode;

use super::{Failure, Quarantine, Unknown};
use crate::{
    config::Local,
    domain::operator::{OperatorRequest, QuarantineAction, Selection},
    journal::SetAside,
    operator::{ConsoleReply, UnknownDelivery, ask},
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

pub(super) async fn replay(local: &Local, seq: u64) -> Result<ExitCode, Failure> {
    answer(local, &OperatorRequest::Replay(seq)).await
}

async fn answer(local: &Local, request: &OperatorRequest) -> Result<ExitCode, Failure> {
    match ask(&local.data_dir, request).await? {
        ConsoleReply::Quarantine(records) => print_records(&records),
        ConsoleReply::Unknown(messages) => print_messages(&messages),
        ConsoleReply::Done(0) => {
            return Err(anyhow::anyhow!("nothing of that name is in the list; see `list`").into());
        }
        ConsoleReply::Done(count) => println!("Сделано: {count}.\nDone: {count}."),
        ConsoleReply::Replayed { decision, case } => print_case(request, &decision, &case),
        other => return Err(super::status::unexpected(other)),
    }
    Ok(ExitCode::SUCCESS)
}

fn print_records(records: &[SetAside]) {
    if records.is_empty() {
        return println!("Отложенных записей нет.\nNo records are set aside.");
    }
    for SetAside { seq, at, reason } in records {
        println!("{seq:>8}  {at:.0}  {reason}");
    }
    println!(
        "\nDecide again: sheetdesk quarantine retry NUMBER|all; let go: sheetdesk quarantine drop NUMBER|all"
    );
}

fn print_messages(messages: &[UnknownDelivery]) {
    if messages.is_empty() {
        return println!(
            "Сообщений с неизвестной судьбой нет.\nThe outcome of every message is known."
        );
    }
    for UnknownDelivery { name, at, number } in messages {
        let what = number.map_or_else(String::new, |number| format!("  № {number}"));
        println!("{name:<16}  {at}{what}");
    }
    println!(
        "\nSend once more: sheetdesk unknown resend NAME|all; count no longer: sheetdesk unknown drop NAME|all"
    );
}

fn print_case(request: &OperatorRequest, decision: &str, case: &str) {
    let OperatorRequest::Replay(seq) = request else {
        return;
    };
    println!("What follows from record {seq} now:\n{decision}\n");
    println!("A test of it. It holds what people wrote: put other words in their place first.");
    println!("tests/rules/cases/record_{seq}.json:\n{case}\n");
    println!(
        "tests/rules/cases.rs:\n#[test]\nfn record_{seq}() {{\n    decides_as_before(include_str!(\"cases/record_{seq}.json\"));\n}}"
    );
}
