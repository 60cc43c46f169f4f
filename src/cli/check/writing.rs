//! Whether the service may write into the spreadsheets: a mark that no one sees is added and taken away, in one call.
//!
//! Invariant: a batch is applied as a whole or not at all, so nothing is left behind.

use std::collections::BTreeSet;

use super::{Finding, fine, wrong};
use crate::{
    cli::words::faults,
    clock,
    config::Settings,
    domain::{
        ids::{BatchToken, SpreadsheetId},
        wording::{CheckLabel, CheckNote, Saying},
    },
    sheets::{
        client::SheetsClient,
        wire::{Batch, Change},
    },
};

/// From here on: the service counts its own from 1.
const ABOVE_THE_SERVICE_S: i32 = 1_500_000_000;
/// So many others are chosen from, by the moment.
const CHOICE: i128 = 500_000_000;

/// One finding for all spreadsheets that can be written into, and one for each that cannot.
pub(super) async fn trials(
    settings: &Settings,
    sheets_client: &SheetsClient,
    spreadsheets: BTreeSet<SpreadsheetId>,
) -> Vec<Finding> {
    let (mut findings, mut written) = (Vec::new(), 0);
    for spreadsheet in &spreadsheets {
        match sheets_client.write(spreadsheet, &mark()).await {
            Ok(_) => written += 1,
            Err(error) => {
                let account = settings.sheets.credentials.client_email();
                let words = CheckNote::NoWriting {
                    spreadsheet: &spreadsheet.0,
                    error: &faults::sheets(&error, account),
                };
                findings.push(wrong(CheckLabel::Writing, &Saying::of(words)));
            }
        }
    }
    if written > 0 {
        findings.push(fine(CheckLabel::Writing, CheckNote::Writing(written)));
    }
    findings
}

/// Adds a token, and takes it away.
fn mark() -> Batch {
    let chosen = clock::now().as_nanosecond().rem_euclid(CHOICE);
    let id = BatchToken(ABOVE_THE_SERVICE_S + i32::try_from(chosen).unwrap_or_default());
    Batch {
        changes: vec![Change::Token(id), Change::DropToken(id)],
        read_back: Vec::new(),
    }
}
