//! `demo`: the real service between two stand-ins, a tour of what it does, and then yours to try.
//!
//! Invariant: the exit code of `--exit` says whether every step held.

mod bilingual;
mod crowd;
mod process;
mod service;
mod soak;
mod tally;
mod tour;

use std::{process::ExitCode, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use simulator::{
    sheets::SheetsOptions,
    telegram::{Limits, TelegramOptions},
};

use self::{
    service::Service,
    tour::{Played, Player, SCRIPT},
};
use super::Failure;
use crate::{logs, shutdown::Shutdown, testbed::Testbed};

#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// End after the tour: 0 if every step held, 1 if not
    #[arg(long)]
    exit: bool,
    /// Instead of the tour, drive a day's traffic for so many minutes, with outages and restarts, and give an account
    #[arg(long, value_name = "MINUTES", conflicts_with = "exit", value_parser = positive)]
    soak: Option<f64>,
    /// How many times faster than in a day the traffic of the soak flows
    #[arg(long, value_name = "N", default_value_t = 1.0, requires = "soak", value_parser = positive)]
    speed: f64,
}

/// A number above zero.
fn positive(text: &str) -> Result<f64, String> {
    let is_positive = |number: &f64| number.is_finite() && *number > 0.0;
    let number = text.parse().ok().filter(is_positive);
    number.ok_or_else(|| "a number above 0 is wanted, such as 10".to_owned())
}

/// During the tour only trouble is logged; the steps speak for themselves. That a stop cuts an answer off is what one of them shows.
const QUIET: &str =
    "warn,sheetdesk::app=error,sheetdesk::shutdown=error,sheetdesk::supervisor=error";

pub(super) async fn demo(arguments: DemoArguments) -> Result<ExitCode, Failure> {
    let filter = std::env::var("SHEETDESK_LOG__FILTER").unwrap_or_else(|_| QUIET.to_owned());
    logs::init(logs::Format::Pretty, &filter).context("the log cannot be set up")?;
    let signals = Shutdown::on_signals().context("signals cannot be heard")?;
    if let Some(minutes) = arguments.soak {
        return soak::soak(minutes, arguments.speed, &signals).await;
    }
    // Telegram itself lets short bursts into one chat pass.
    let telegram = TelegramOptions {
        limits: Limits {
            chat_burst: Some(3),
            ..Limits::default()
        },
        ..TelegramOptions::default()
    };
    let mut testbed = Testbed::set(telegram, SheetsOptions::default()).await?;
    // Slow enough to be watched, and for an answer to overtake the promotion on a busy machine.
    testbed.configure("TELEGRAM__RATE_PER_SECOND", "4");
    testbed.configure("LOG__FILTER", &filter);
    let testbed = Arc::new(testbed);
    let service = Service::of(&testbed);
    let player = Player::open(&testbed, &service)?;
    println!(
        "Sheetdesk: the real service between two stand-ins, on loopback. No account, no network.\n"
    );
    let stop = signals.stop_token();
    let played = stop.run_until_cancelled(player.play_to(SCRIPT.len())).await;
    let code = match played {
        None | Some(Played::Left) => ExitCode::FAILURE,
        Some(Played::Failed(error)) => {
            service.close().await;
            return Err(error.into());
        }
        Some(Played::Whole) => {
            println!("\nEvery step held.\n");
            if !arguments.exit {
                keep_serving(&testbed, &signals).await;
            }
            ExitCode::SUCCESS
        }
    };
    service.close().await;
    Ok(code)
}

async fn keep_serving(testbed: &Testbed, signals: &Shutdown) {
    println!(
        "Now it is yours, until Ctrl-C:\n\
         \n  the service      http://{}/readyz\
         \n  Telegram, as people use it  {}/sim/people\
         \n  the workbook, as people see it  {}/sim/workbooks\
         \n  the journal      {}\n",
        testbed.address(),
        testbed.telegram.url(),
        testbed.sheets.url(),
        testbed.data_dir().display()
    );
    signals.stop_token().cancelled().await;
}
