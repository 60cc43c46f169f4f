//! `check --live-sheet`: what the design takes for granted of Google, tried on a spreadsheet that is there for it.
//!
//! Invariant: the exit code is 0 only if everything is as assumed, and the tab that was made is gone.

use std::{process::ExitCode, time::Duration};

use crate::{
    cli::Failure,
    config::Settings,
    domain::ids::SpreadsheetId,
    sheets::{
        client::Timeouts,
        live_check::{self, Trial},
    },
};

/// A write that is given up this soon has mostly been sent, and its answer is still on its way.
const HASTY: Duration = Duration::from_millis(60);

pub(in crate::cli) async fn live_sheet(
    settings: &Settings,
    spreadsheet: &str,
) -> Result<ExitCode, Failure> {
    let sheets_client = super::sheets_client(settings, Timeouts::default()).await?;
    let hasty = Timeouts {
        write: HASTY,
        ..Timeouts::default()
    };
    let hasty = super::sheets_client(settings, hasty).await?;
    println!(
        "Пробуем на отдельном листе таблицы {spreadsheet}; в конце он удаляется. Это около 40 вызовов за минуту.\n"
    );
    let trials = live_check::try_all(
        &sheets_client,
        &hasty,
        &SpreadsheetId(spreadsheet.to_owned()),
        tell,
    )
    .await?;
    let deviates = |trial: &&Trial| trial.deviation.is_some();
    let others = trials.iter().filter(deviates).count();
    if others == 0 {
        println!("\nВсё так, как рассчитано: {} проб.", trials.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "\nИначе, чем рассчитано: {others} из {}. Что сервис делает в этих случаях, сказано выше.",
        trials.len()
    );
    Ok(ExitCode::FAILURE)
}

fn tell(trial: &Trial) {
    match &trial.deviation {
        None => println!("так    {}", trial.about),
        Some(otherwise) => println!(
            "ИНАЧЕ  {}\n         нашли: {}\n         тогда: {}",
            trial.about, otherwise.found, otherwise.then
        ),
    }
}
