//! `check --live-sheet`: what the design takes for granted of Google, tried on a spreadsheet that is there for it.
//!
//! Invariant: the exit code is 0 only if everything is as assumed, and the tab that was made is gone.

use std::{process::ExitCode, time::Duration};

use crate::{
    cli::{
        Failure,
        words::{Words, faults},
    },
    config::Settings,
    domain::{
        ids::SpreadsheetId,
        wording::{Saying, TrialNote},
    },
    sheets::{
        client::Timeouts,
        live_check::{self, LiveError, Trial},
    },
};

/// A write that is given up this soon has mostly been sent, and its answer is still on its way.
const HASTY: Duration = Duration::from_millis(60);

pub(in crate::cli) async fn live_sheet(
    settings: &Settings,
    spreadsheet: &str,
) -> Result<ExitCode, Failure> {
    let words = &Words::of(settings.language);
    let failed = |why: Saying| words.failure(&why);
    let sheets_client = super::sheets_client(settings, Timeouts::default()).await;
    let sheets_client = sheets_client.map_err(failed)?;
    let hasty = Timeouts {
        write: HASTY,
        ..Timeouts::default()
    };
    let hasty = super::sheets_client(settings, hasty).await;
    let hasty = hasty.map_err(failed)?;
    println!("{}\n", words.tell(TrialNote::Begins(spreadsheet)));
    let spreadsheet = SpreadsheetId(spreadsheet.to_owned());
    let tried = live_check::try_all(&sheets_client, &hasty, &spreadsheet, |trial| {
        tell(words, trial);
    });
    let trials = tried.await.map_err(|error| {
        let account = settings.sheets.credentials.client_email();
        words.failure(&failed_call(&error, account))
    })?;
    let deviates = |trial: &&Trial| trial.deviation.is_some();
    let (others, count) = (trials.iter().filter(deviates).count(), trials.len());
    let (end, code) = match others {
        0 => (TrialNote::AllAsAssumed(count), ExitCode::SUCCESS),
        _ => (
            TrialNote::SomeOtherwise { others, count },
            ExitCode::FAILURE,
        ),
    };
    println!("\n{}", words.tell(end));
    Ok(code)
}

fn failed_call(error: &LiveError, account: &str) -> Saying {
    match error {
        LiveError::Call { about, error } => Saying::of(TrialNote::CallFailed {
            about: &Saying::of(*about),
            error: &faults::sheets(error, account),
        }),
        LiveError::Left(title, error) => Saying::of(TrialNote::TabLeft {
            title,
            error: &faults::sheets(error, account),
        }),
    }
}

fn tell(words: &Words, trial: &Trial) {
    let about = words.tell(trial.about);
    match &trial.deviation {
        None => println!("{:<5}  {about}", words.tell(TrialNote::AsAssumed)),
        Some(otherwise) => {
            let then = &Saying::of(otherwise.then);
            println!(
                "{:<5}  {about}\n         {}\n         {}",
                words.tell(TrialNote::Otherwise),
                words.tell(TrialNote::Found(&otherwise.found)),
                words.tell(TrialNote::Then(then))
            );
        }
    }
}
