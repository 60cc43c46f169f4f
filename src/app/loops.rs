//! The loops beside the servers and the synchronisers: Telegram, the operator, the schedules, the watchdog.
//!
//! Invariant: each has a name and runs under the supervisor; a restarted one takes up what the one before had in hand.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use croner::Cron;
use tokio::sync::{Mutex, mpsc};

use super::{Due, Parts, registration};
use crate::{
    clock,
    config::Mode,
    domain::{operator::OperatorRequest, tab::Tab},
    journal::BestEffort,
    operator::{chat_trial, checkup, journal_alert, requests, state_tab},
    schedule::Schedule,
    telegram::{best_effort, outbox, polling},
    watchdog,
};

/// How long messages wait at the start for the spreadsheets, so that a restored journal is known for one: replies are due within 5 s.
const CHECKED_WITHIN: Duration = Duration::from_secs(3);

/// Starts them all.
pub(super) fn start(parts: &Arc<Parts>, due: Due) {
    start_outbox(parts);
    start_best_effort(parts, due.best_effort);
    start_updates(parts);
    start_chat_trial(parts);
    start_operator(parts, due.questions);
    start_looks(parts);
    start_watchdog(parts);
}

fn start_outbox(parts: &Arc<Parts>) {
    let rate = parts.settings.telegram.rate_per_second;
    let rate = rate.map_or(0, NonZeroU32::get);
    let shared = Arc::clone(parts);
    parts.supervisor.spawn("outbox", move |stop| {
        let parts = Arc::clone(&shared);
        async move {
            // What waits in a restored copy may have been sent by the journal that was lost.
            let checked = tokio::time::timeout(CHECKED_WITHIN, parts.spreadsheets.checked());
            let _ = stop.run_until_cancelled(checked).await;
            let (journal, client) = (parts.journal.clone(), parts.telegram.clone());
            outbox::deliver(journal, client, parts.fetcher.clone(), rate, stop).await;
        }
    });
}

fn start_best_effort(parts: &Parts, due: mpsc::Receiver<BestEffort>) {
    let due = Arc::new(Mutex::new(due));
    let client = parts.telegram.clone();
    let unshown = best_effort::record_in(parts.journal.clone());
    parts.supervisor.spawn("courtesies", move |stop| {
        let (due, client, unshown) = (Arc::clone(&due), client.clone(), Arc::clone(&unshown));
        async move { best_effort::run(&mut *due.lock().await, client, unshown, stop).await }
    });
}

/// How updates reach us.
fn start_updates(parts: &Arc<Parts>) {
    let shared = Arc::clone(parts);
    parts.supervisor.spawn("webhook", move |stop| {
        registration::register(Arc::clone(&shared), stop)
    });
    if matches!(parts.settings.telegram.mode, Mode::Polling) {
        let shared = Arc::clone(parts);
        parts.supervisor.spawn("polling", move |stop| {
            let (journal, client) = (shared.journal.clone(), shared.telegram.clone());
            polling::poll(journal, client, shared.bot(), stop)
        });
    }
}

/// Whether the chats of the settings can be written to.
fn start_chat_trial(parts: &Arc<Parts>) {
    let shared = Arc::clone(&parts.console);
    parts.supervisor.spawn("chats", move |stop| {
        chat_trial::run(Arc::clone(&shared), stop)
    });
}

fn start_operator(parts: &Arc<Parts>, questions: mpsc::Receiver<OperatorRequest>) {
    let questions = Arc::new(Mutex::new(questions));
    let shared = Arc::clone(&parts.console);
    parts.supervisor.spawn("operator", move |stop| {
        let (questions, console) = (Arc::clone(&questions), Arc::clone(&shared));
        async move { requests::answer(&mut *questions.lock().await, &console, stop).await }
    });
    let shared = Arc::clone(&parts.console);
    parts.supervisor.spawn("journal-alert", move |stop| {
        journal_alert::watch(Arc::clone(&shared), stop)
    });
    let schedule = &parts.settings.schedule;
    let start = |name, cron, tick| start_tick(parts, name, cron, tick);
    start("every-digest", schedule.digest.as_ref(), Tick::Digest);
    let heartbeat = schedule.heartbeat.as_ref();
    start("every-heartbeat", heartbeat, Tick::Heartbeat);
    start("every-health", Some(&schedule.health), Tick::Health);
    start("every-state", Some(&schedule.health), Tick::State);
}

/// Starts the readings of the tabs.
pub(super) fn start_looks(parts: &Arc<Parts>) {
    let schedule = &parts.settings.schedule;
    let promotions = parts.settings.sheets.promotions.as_ref();
    let promotions = promotions.map(|_| &schedule.promotions);
    let start = |name, cron, tab| start_tick(parts, name, cron, Tick::Look(tab));
    start("every-appeals", Some(&schedule.appeals), Tab::Appeals);
    start("every-partners", Some(&schedule.partners), Tab::Partners);
    start("every-promotions", promotions, Tab::Promotions);
}

/// Where a service manager watches over us, it hears as long as all is well.
fn start_watchdog(parts: &Arc<Parts>) {
    let Some(every) = watchdog::wanted() else {
        return;
    };
    let shared = Arc::clone(parts);
    parts.supervisor.spawn("watchdog", move |stop| {
        let journal = shared.journal.clone();
        let answers = move || {
            let journal = journal.clone();
            async move { journal.answers().await }
        };
        watchdog::feed(
            every,
            shared.supervisor.clone(),
            answers,
            watchdog::tell,
            stop,
        )
    });
}

/// What is never due is not started.
fn start_tick(parts: &Arc<Parts>, name: &'static str, cron: Option<&Cron>, tick: Tick) {
    let Some(cron) = cron else {
        return;
    };
    let schedule = Schedule::new(name, cron.clone(), parts.settings.time_zone.clone());
    let shared = Arc::clone(parts);
    parts.supervisor.spawn(name, move |stop| {
        let (schedule, shared) = (schedule.clone(), Arc::clone(&shared));
        async move {
            let job = || async {
                let began = clock::monotonic();
                tick.carry_out(&shared).await;
                metrics::histogram!("sheetdesk_job_seconds", "job" => name).record(began.elapsed());
            };
            schedule.run(stop, clock::now, job).await;
        }
    });
}

/// What a schedule does.
#[derive(Debug, Clone, Copy)]
enum Tick {
    /// Nudges a synchroniser.
    Look(Tab),
    /// Tells the admin chat how the day begins.
    Digest,
    /// Asks Telegram how it is, so that `/readyz` does not speak of yesterday, and tells the admin chat what is wrong.
    Health,
    /// Gives the admin chat a sign of life.
    Heartbeat,
    /// Writes how things are into the spreadsheet.
    State,
}

impl Tick {
    async fn carry_out(self, parts: &Parts) {
        let console = &parts.console;
        match self {
            Self::Look(tab) => parts.journal.signals().looks.mark(tab),
            Self::Digest => requests::digest(console).await,
            Self::State => state_tab::write(console).await,
            Self::Health => drop(checkup::check(console).await),
            Self::Heartbeat => checkup::heartbeat(console).await,
        }
    }
}
