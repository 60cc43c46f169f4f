//! `simulate`: the stand-ins alone, for a service that is started by hand.
//!
//! Invariant: it prints all that such a service has to be told.

use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use simulator::{
    page::NoBackstage,
    sheets::{KNOWN_METHODS, KNOWN_REQUESTS, SheetsOptions},
    telegram::{TelegramOptions, known_methods},
};

use super::{Failure, page::PageArguments, setup};
use crate::{shutdown::Shutdown, testbed::Testbed};

#[derive(Debug, Args)]
pub(super) struct SimulateArguments {
    /// Where Telegram's stand-in listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    telegram_listen: SocketAddr,
    /// Where Google's stand-in listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8082")]
    sheets_listen: SocketAddr,
    /// Print what the stand-ins know, and end; anything else they answer with 501
    #[arg(long)]
    knows: bool,
    #[command(flatten)]
    page: PageArguments,
}

/// How many calls, with their answers, each stand-in keeps for a look at `/sim/exchanges`.
const KEPT: usize = 1_000;

/// Where the journal lies is the service's own choice: the testbed's directory goes with the stand-ins.
const NOT_OURS: &str = "SHEETDESK_DATA_DIR";

pub(super) async fn simulate(arguments: SimulateArguments) -> Result<ExitCode, Failure> {
    if arguments.knows {
        print!("{}", knows());
        return Ok(ExitCode::SUCCESS);
    }
    let signals = Shutdown::on_signals().context("signals cannot be heard")?;
    let telegram = TelegramOptions {
        listen: arguments.telegram_listen,
        record: KEPT,
        ..TelegramOptions::default()
    };
    let sheets = SheetsOptions {
        listen: arguments.sheets_listen,
        record: KEPT,
        ..SheetsOptions::default()
    };
    let mut testbed = Testbed::set(telegram, sheets).await?;
    testbed.seat_specialists()?;
    setup::furnish(&testbed.settings()?).await?;
    let testbed = Arc::new(testbed);
    testbed.introduce_people();
    testbed.play_script();
    let page = arguments
        .page
        .start(&testbed, Arc::new(NoBackstage))
        .await?;
    println!("# The page: {}/", page.url());
    println!("# What a service beside the stand-ins has to be told:");
    for (name, value) in testbed
        .variables()
        .iter()
        .filter(|(name, _)| name != NOT_OURS)
    {
        println!("export {name}='{value}'");
    }
    println!(
        "# People: {}/sim/people   The workbook: {}/sim/workbooks   Until Ctrl-C.",
        testbed.telegram.url(),
        testbed.sheets.url()
    );
    println!(
        "# An edit by hand calls http://{}/sheets/changed, signed with SHEETDESK_SHEETS__CALLBACK_SECRET.",
        testbed.address()
    );
    arguments.page.open(&page);
    signals.stop_token().cancelled().await;
    page.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// All that the stand-ins know, by their own tables.
fn knows() -> String {
    let telegram = known_methods().into_iter();
    let telegram = telegram.map(|(name, parameters)| {
        let line = format!("{name} {}", parameters.join(" "));
        line.trim_end().to_owned() + "\n"
    });
    format!(
        "# Telegram: methods, and the parameters that they take\n{}\n# Google Sheets: methods\n{}\n\n# Google Sheets: requests of a batchUpdate\n{}\n",
        telegram.collect::<String>(),
        KNOWN_METHODS.join("\n"),
        KNOWN_REQUESTS.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pages_about_the_simulator_list_what_it_knows() {
        for page in [
            include_str!("../../docs/SIMULATOR.md"),
            include_str!("../../docs/SIMULATOR.ru.md"),
        ] {
            assert!(page.contains(&knows()), "paste this:\n{}", knows());
        }
    }
}
