//! `demo`: the real service between two stand-ins, a tour of what it does, and then yours to try.
//!
//! Invariant: the exit code of `--exit` says whether every step held.

mod backstage;
mod bilingual;
mod crowd;
mod process;
mod service;
mod soak;
mod storm;
mod tally;
mod tour;

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::Args;
use simulator::{
    page::Page,
    sheets::{SheetsOptions, Workbook},
    telegram::{Limits, TelegramOptions},
};

use self::{
    backstage::DemoBackstage,
    service::{DemoService, Tempo},
    tour::{GO_ON, Played, Player, SCRIPT},
};
use super::{Failure, page::PageArguments, setup};
use crate::{
    logs,
    shutdown::Shutdown,
    testbed::{APPEALS, BOOK, MARINA, Testbed},
};

/// Waits before the second, third … delivery of an update: nobody at the page shall wait a minute after a storm.
const RETRY_MS: [u64; 5] = [0, 250, 500, 1_000, 2_000];

#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// End after the tour: 0 if every step held, 1 if not
    #[arg(long, conflicts_with_all = ["no_tour", "page_listen"])]
    exit: bool,
    /// Play no tour: the page does, step by step
    #[arg(long)]
    no_tour: bool,
    #[command(flatten)]
    page: PageArguments,
    /// Instead of the tour, drive a day's traffic for so many minutes, with outages and restarts, and give an account
    #[arg(long, value_name = "MINUTES", conflicts_with_all = ["exit", "no_tour", "page_listen"], value_parser = positive)]
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

/// What it is, in a line.
const TITLE: &str =
    "Sheetdesk: the real service between two stand-ins, on loopback. No account, no network.";

pub(super) async fn demo(arguments: DemoArguments) -> Result<ExitCode, Failure> {
    let filter = std::env::var("SHEETDESK_LOG__FILTER").unwrap_or_else(|_| QUIET.to_owned());
    logs::init(logs::Format::Pretty, &filter).context("the log cannot be set up")?;
    let signals = Shutdown::on_signals().context("signals cannot be heard")?;
    if let Some(minutes) = arguments.soak {
        return soak::soak(minutes, arguments.speed, &signals).await;
    }
    let mut testbed = Testbed::set(telegram_options(), SheetsOptions::default()).await?;
    // Slow enough to be watched, and for an answer to overtake the promotion on a busy machine.
    testbed.configure("TELEGRAM__RATE_PER_SECOND", "4");
    testbed.configure("LOG__FILTER", &filter);
    testbed.seat_specialists()?;
    setup::furnish(&testbed.settings()?).await?;
    let testbed = Arc::new(testbed);
    let service = DemoService::of(&testbed);
    let player = Player::open(&testbed, &service)?;
    if !arguments.exit {
        return with_page(&arguments, &testbed, &service, &player, &signals).await;
    }
    println!("{TITLE}\n");
    let code = tour(&player, &signals).await;
    service.close().await;
    code
}

fn telegram_options() -> TelegramOptions {
    TelegramOptions {
        // Telegram itself lets short bursts into one chat pass.
        limits: Limits {
            chat_burst: Some(3),
            ..Limits::default()
        },
        webhook_retry: RETRY_MS.map(Duration::from_millis).into(),
        ..TelegramOptions::default()
    }
}

/// Plays the whole tour here in the terminal, and says how it ended.
async fn tour(player: &Player, signals: &Shutdown) -> Result<ExitCode, Failure> {
    let stop = signals.stop_token();
    let all = player.play_to(SCRIPT.len());
    match stop.run_until_cancelled(all).await {
        None => Ok(ExitCode::FAILURE),
        Some(Played::Failed(words)) => Err(anyhow::anyhow!(words.en).into()),
        Some(Played::Left) => {
            println!("\nThe page leads the tour from here.\n");
            Ok(ExitCode::SUCCESS)
        }
        Some(Played::Whole) => {
            println!("\nEvery step held.\n");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The page, the tour here or there, and then it is theirs who sit before it, until a signal.
async fn with_page(
    arguments: &DemoArguments,
    testbed: &Arc<Testbed>,
    service: &Arc<DemoService>,
    player: &Arc<Player>,
    signals: &Shutdown,
) -> Result<ExitCode, Failure> {
    testbed.introduce_people();
    testbed.somebody_asks();
    testbed.play_script();
    let backstage = DemoBackstage::of(testbed, service, player);
    let page = arguments.page.start(testbed, Arc::new(backstage.clone()));
    let page = page.await?;
    println!("The page: {}/\n\n{TITLE}\n", page.url());
    let on_page = arguments.page.open(&page) || arguments.no_tour;
    let played = if on_page {
        println!("The tour is on the page, step by step; with --no-browser it is played here.\n");
        let started = service.start(Tempo::Watched).await;
        let started = started.inspect_err(|error| println!("The service does not run: {error}\n"));
        started.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
    } else {
        let played = tour(player, signals).await;
        let played = played.inspect_err(|failure| println!("\n{}\n{GO_ON}\n", failure.words()));
        played.unwrap_or(ExitCode::FAILURE)
    };
    if !signals.stop_token().is_cancelled() {
        invite(testbed, &page);
        signals.stop_token().cancelled().await;
    }
    page.stop().await;
    backstage.close().await;
    service.close().await;
    Ok(played)
}

/// Names all that can be tried.
fn invite(testbed: &Testbed, page: &Page) {
    let (telegram, sheets) = (testbed.telegram.url(), testbed.sheets.url());
    let json = "-H 'content-type: application/json'";
    println!(
        "Now it is yours, until Ctrl-C:\n\
         \n  the page         {}/\
         \n  the service      http://{}/readyz\
         \n  Telegram, as people use it  {telegram}/sim/people\
         \n  the workbook, as people see it  {sheets}/sim/workbooks\
         \n  the journal      {}\n\
         \nWrite as Marina, and type an answer into the sheet:\n\
         \n  curl -s {telegram}/sim/people/{MARINA}/write {json} -d '{{\"text\":\"Здравствуйте! Это снова я\"}}'\
         \n  curl -s {sheets}/sim/workbooks/{BOOK}/type {json} -d '{{\"tab\":\"{APPEALS}\",\"cell\":\"{}\",\"text\":\"Уже смотрим\"}}'\n",
        page.url(),
        testbed.address(),
        testbed.data_dir().display(),
        answer_cell(testbed),
    );
}

/// The answer cell of Marina's last appeal, or, before she has one, of the partner's who waits from the beginning.
fn answer_cell(testbed: &Testbed) -> String {
    const FIRST: &str = "G3";
    let table = testbed.sheets.look(BOOK, |book| book.table(APPEALS));
    let (table, hers) = (table.unwrap_or_default(), MARINA.to_string());
    let row = table.iter().rposition(|row| row.contains(&hers));
    let column = |book: &Workbook| book.column(APPEALS, "специалист_ответ");
    match (row, testbed.sheets.look(BOOK, column)) {
        (Some(row), Ok(column)) => format!("{column}{}", row + 1),
        _ => FIRST.to_owned(),
    }
}
