//! `demo --soak MINUTES --speed N`: a day's traffic, people who sort rows, outages of both services and two restarts; then the account.
//!
//! Invariant: the service runs as a process of its own, so what is measured is its own; what counts is what people see: the sheet and the chats.

mod account;
mod measure;

use std::{io::IsTerminal as _, process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use simulator::{
    sheets::{self, CallKind, Quotas, SheetsOptions, Trouble},
    telegram::{self, FaultKind, Limits, TelegramOptions},
};

use rustix::process::Signal;

use self::{account::Account, measure::Measurements};
use super::{
    crowd::{Crowd, Wanted},
    process::{Log, Process},
};
use crate::{cli::Failure, clock, operator::StatusReport, shutdown::Shutdown, testbed::Testbed};

/// A day's traffic: updates, answers, promotions.
const DAY: (f64, f64, f64) = (100_000.0, 2_000.0, 50.0);
/// Minutes of a day.
const DAY_MINUTES: f64 = 1_440.0;
/// How often somebody sorts within the whole time.
const SORTS: f64 = 40.0;
/// How long the first read may take.
const KNOWN_WITHIN: Duration = Duration::from_secs(60);
/// How often the crowd acts.
const BEAT: Duration = Duration::from_millis(100);
/// How often the process is measured.
const MEASURED: Duration = Duration::from_secs(2);
/// How long everything may take to settle after the last message.
const SETTLED_WITHIN: Duration = Duration::from_secs(300);
/// How many calls an outage may strike; it ends by the clock, long before.
const ALL: u32 = 1_000_000;
/// Responses that get lost in one moment of it.
const LOST_AT_ONCE: u32 = 3;

/// What goes wrong, and when, as a part of the soak.
const TROUBLES: [(f64, Mishap); 9] = [
    (0.10, Mishap::LostResponses),
    (0.20, Mishap::SheetsAway),
    (0.26, Mishap::Over),
    (0.35, Mishap::Restart),
    (0.50, Mishap::TelegramAway),
    (0.54, Mishap::Over),
    (0.60, Mishap::LostWrites),
    (0.70, Mishap::Kill),
    (0.85, Mishap::LostResponses),
];

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    /// Telegram has the message, and its answer is lost.
    LostResponses,
    /// Google applies the batch, and its answer is lost.
    LostWrites,
    /// Google answers 503.
    SheetsAway,
    /// Telegram cannot be reached.
    TelegramAway,
    /// The outage is over.
    Over,
    /// SIGTERM, and a new start.
    Restart,
    /// SIGKILL, and a new start.
    Kill,
}

pub(super) async fn soak(
    minutes: f64,
    speed: f64,
    signals: &Shutdown,
) -> Result<ExitCode, Failure> {
    let days = minutes * speed / DAY_MINUTES;
    let wanted = Wanted {
        messages: DAY.0 * days,
        answers: DAY.1 * days,
        promotions: DAY.2 * days,
        sorts: SORTS,
    };
    println!(
        "{minutes} min at {speed} times the pace of a day: {:.0} updates, {:.0} answers, {:.0} promotions; outages of both services, two restarts.",
        wanted.messages, wanted.answers, wanted.promotions
    );
    let mut testbed = Testbed::set(telegram_options(), sheets_options()).await?;
    testbed.configure("TELEGRAM__RATE_PER_SECOND", "0");
    testbed.configure("LOG__FILTER", "warn");
    let mut crowd = Crowd::gather(&testbed, wanted)?;
    let mut process = Process::start(&testbed, &[], Log::Dropped).await?;
    let everybody = u32::try_from(crowd.people().len()).unwrap_or(u32::MAX);
    let known = |status: &StatusReport| status.partners.registered >= everybody;
    testbed
        .status_where("everybody is known to be a partner", known, KNOWN_WITHIN)
        .await?;
    let mut measured = Measurements::default();
    let stop = signals.stop_token();
    let length = Duration::from_secs_f64(minutes * 60.0);
    let drive = drive(&testbed, &mut crowd, &mut process, &mut measured, length);
    let whole = stop.run_until_cancelled(drive).await.transpose()?.is_some();
    testbed.telegram.clear_faults();
    testbed.sheets.clear_faults();
    let mut settled = true;
    if whole {
        println!("Everything is said; waiting until nothing is left to do.");
        if let Some(Err(late)) = stop
            .run_until_cancelled(testbed.settled(SETTLED_WITHIN))
            .await
        {
            println!("It has not settled: {late}");
            settled = false;
        }
    }
    measured.take(&process, &testbed);
    let account = Account::of(&testbed, &crowd, measured).await;
    process.end(Signal::TERM).await?;
    print!("{account}");
    Ok(if account.holds() && settled {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn telegram_options() -> TelegramOptions {
    let retry = [0, 100, 500, 1_000].map(Duration::from_millis).into();
    TelegramOptions {
        limits: Limits::off(),
        webhook_retry: retry,
        ..TelegramOptions::default()
    }
}

fn sheets_options() -> SheetsOptions {
    SheetsOptions {
        quotas: Quotas::off(),
        ..SheetsOptions::default()
    }
}

/// The whole time: the crowd acts, things go wrong, the process is measured.
async fn drive(
    testbed: &Testbed,
    crowd: &mut Crowd,
    process: &mut Process,
    measured: &mut Measurements,
    length: Duration,
) -> Result<(), Failure> {
    let bar = bar(length);
    let began = clock::monotonic();
    let (mut troubles, mut next_measure, mut told) = (TROUBLES.iter(), began, 0);
    let mut trouble = troubles.next();
    loop {
        let part = (began.elapsed().as_secs_f64() / length.as_secs_f64()).min(1.0);
        while let Some((_, mishap)) = trouble.filter(|(at, _)| *at <= part) {
            befall(testbed, crowd, process, *mishap).await?;
            trouble = troubles.next();
        }
        crowd.act(testbed, part).await?;
        if clock::monotonic() >= next_measure {
            measured.take(process, testbed);
            next_measure = clock::monotonic() + MEASURED;
        }
        let percent = percent(began.elapsed(), length);
        bar.set_position(percent);
        if !std::io::stderr().is_terminal() && percent / 10 > told {
            told = percent / 10;
            println!("{} %: {} updates", told * 10, crowd.said());
        }
        if part >= 1.0 {
            bar.finish_and_clear();
            return Ok(());
        }
        tokio::time::sleep(BEAT).await;
    }
}

fn percent(elapsed: Duration, length: Duration) -> u64 {
    let percent = elapsed.as_millis() * 100 / length.as_millis().max(1);
    u64::try_from(percent).unwrap_or(100).min(100)
}

fn bar(length: Duration) -> ProgressBar {
    let bar = ProgressBar::new(100);
    match ProgressStyle::with_template("{wide_bar} {percent} %, {elapsed} of {msg}") {
        Ok(style) => bar
            .with_style(style)
            .with_message(format!("{} s", length.as_secs())),
        // A bar of the library's own is as good.
        Err(_) => bar,
    }
}

async fn befall(
    testbed: &Testbed,
    crowd: &mut Crowd,
    process: &mut Process,
    mishap: Mishap,
) -> Result<(), Failure> {
    match mishap {
        Mishap::LostResponses => {
            let lost = telegram::Fault::next(LOST_AT_ONCE, FaultKind::CutAfter).of("sendMessage");
            testbed.telegram.fault(lost);
            crowd.lost += LOST_AT_ONCE;
        }
        Mishap::LostWrites => testbed.sheets.fault(sheets::Fault {
            kind: CallKind::Write,
            times: LOST_AT_ONCE,
            trouble: Trouble::CutAfter,
        }),
        Mishap::SheetsAway => {
            for kind in [CallKind::Read, CallKind::Write] {
                let trouble = Trouble::Unavailable;
                testbed.sheets.fault(sheets::Fault {
                    kind,
                    times: ALL,
                    trouble,
                });
            }
        }
        Mishap::TelegramAway => testbed
            .telegram
            .fault(telegram::Fault::next(ALL, FaultKind::CutBefore)),
        Mishap::Over => {
            testbed.telegram.clear_faults();
            testbed.sheets.clear_faults();
        }
        Mishap::Restart => restart(testbed, process, Signal::TERM).await?,
        Mishap::Kill => {
            restart(testbed, process, Signal::KILL).await?;
            crowd.killed += 1;
        }
    }
    Ok(())
}

async fn restart(testbed: &Testbed, process: &mut Process, signal: Signal) -> Result<(), Failure> {
    process.end(signal).await?;
    *process = Process::start(testbed, &[], Log::Dropped).await?;
    Ok(())
}
