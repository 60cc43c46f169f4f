//! `simulate`: the stand-ins alone, for a service that is started by hand.
//!
//! Invariant: it prints all that such a service has to be told.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::Context as _;
use clap::Args;
use simulator::{
    sheets::{Sheets, SheetsOptions, sample_workbook, service_account},
    telegram::{Telegram, TelegramOptions},
};

use super::Failure;
use crate::{shutdown::Shutdown, stage::BOOK};

#[derive(Debug, Args)]
pub(super) struct SimulateArguments {
    /// Where Telegram's stand-in listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    telegram_listen: SocketAddr,
    /// Where Google's stand-in listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8082")]
    sheets_listen: SocketAddr,
}

pub(super) async fn simulate(arguments: SimulateArguments) -> Result<ExitCode, Failure> {
    let signals = Shutdown::on_signals().context("signals cannot be heard")?;
    let telegram = Telegram::start(TelegramOptions {
        listen: arguments.telegram_listen,
        ..TelegramOptions::default()
    })
    .await
    .with_context(|| format!("Telegram's stand-in cannot listen on {}", arguments.telegram_listen))?;
    let sheets = Sheets::start(SheetsOptions {
        listen: arguments.sheets_listen,
        ..SheetsOptions::default()
    })
    .await
    .with_context(|| format!("Google's stand-in cannot listen on {}", arguments.sheets_listen))?;
    sheets.insert_workbook(sample_workbook(BOOK));
    let directory = tempfile::Builder::new()
        .prefix("sheetdesk-")
        .tempdir()
        .context("no temporary directory")?;
    let credentials = directory.path().join("service-account.json");
    std::fs::write(&credentials, service_account(&sheets.token_url()).to_string()).context("the key file cannot be written")?;
    println!(
        "# For a service beside the stand-ins:\n\
         export SHEETDESK_TELEGRAM__TOKEN={}\n\
         export SHEETDESK_TELEGRAM__API_URL={}\n\
         export SHEETDESK_SHEETS__API_URL={}\n\
         export SHEETDESK_SHEETS__CREDENTIALS={}\n\
         export SHEETDESK_SHEETS__PARTNERS__SPREADSHEET={BOOK}\n\
         export SHEETDESK_SHEETS__APPEALS__SPREADSHEET={BOOK}\n\
         # People: {}/sim/people   The workbook: {}/sim/workbooks   Until Ctrl-C.",
        telegram.token(),
        telegram.url(),
        sheets.url(),
        credentials.display(),
        telegram.url(),
        sheets.url(),
    );
    signals.stop_token().cancelled().await;
    telegram.stop().await;
    sheets.stop().await;
    Ok(ExitCode::SUCCESS)
}
