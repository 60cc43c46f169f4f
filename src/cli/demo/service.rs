//! The demo's service: started, stopped, killed and started again by whoever asks, and what is told of that.
//!
//! Invariant: what is told is what happened to the process; an end that nobody asked for is told as well.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use rustix::process::Signal;
use serde::Serialize;
use tokio::sync::{Mutex, watch};

use super::{
    bilingual::Bilingual,
    process::{Exit, Log, Process},
};
use crate::{
    clock,
    testbed::{Testbed, TestbedError},
};

/// How often it is looked whether the process still lives.
const GLANCE: Duration = Duration::from_millis(200);
/// A stop takes no longer than this: that is promised.
pub(super) const STOP_LIMIT: Duration = Duration::from_secs(2);
/// How fast it sends in the storm, with sixty partners to be answered.
const STORM_PACE: [(&str, &str); 1] = [("SHEETDESK_TELEGRAM__RATE_PER_SECOND", "25")];

/// How fast the service sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tempo {
    /// Slowly enough to be watched, as the testbed's variables say.
    Watched,
    /// As fast as Telegram allows.
    Storm,
}

/// What has become of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Life {
    Starting,
    Running,
    Stopped,
    Killed,
}

/// What is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ServiceState {
    pub(super) state: Life,
    pub(super) words: Bilingual,
    pub(super) since: Timestamp,
}

pub(super) struct DemoService {
    testbed: Arc<Testbed>,
    process: Mutex<Option<(Process, Tempo)>>,
    /// Nothing is started any more.
    closed: AtomicBool,
    told: watch::Sender<ServiceState>,
}

impl DemoService {
    /// Nothing runs yet.
    pub(super) fn of(testbed: &Arc<Testbed>) -> Arc<Self> {
        let words = Bilingual::new("ещё не запускали", "not started yet");
        let service = Arc::new(Self {
            testbed: Arc::clone(testbed),
            process: Mutex::new(None),
            closed: AtomicBool::new(false),
            told: watch::Sender::new(ServiceState::now(Life::Stopped, words)),
        });
        tokio::spawn(watch_over(Arc::downgrade(&service)));
        service
    }

    /// Starts it, unless it runs; at another pace it is stopped first.
    pub(super) async fn start(&self, pace: Tempo) -> Result<(), TestbedError> {
        let mut process = self.process.lock().await;
        if self.closed.load(Ordering::SeqCst) {
            return Err(TestbedError::Call("the demo is ending".to_owned()));
        }
        if let Some((running, kept)) = process.as_mut() {
            if *kept == pace && running.exited().is_none() {
                return Ok(());
            }
            running.end(Signal::TERM).await?;
            *process = None;
        }
        self.tell(Life::Starting, Bilingual::new("запускается", "is starting"));
        let began = clock::monotonic();
        let more: &[_] = match pace {
            Tempo::Watched => &[],
            Tempo::Storm => &STORM_PACE,
        };
        match Process::start(&self.testbed, more, Log::Shown).await {
            Ok(started) => {
                let took = clock::monotonic().duration_since(began);
                self.tell(
                    Life::Running,
                    timed("запущен за", "started in", took, "", ""),
                );
                *process = Some((started, pace));
                Ok(())
            }
            Err(error) => {
                let words = Bilingual::new(
                    format!("не запустился: {error}"),
                    format!("did not start: {error}"),
                );
                self.tell(Life::Killed, words);
                Err(error)
            }
        }
    }

    /// Stops it as SIGTERM does; none where it does not run.
    pub(super) async fn stop(&self) -> Result<Option<Exit>, TestbedError> {
        let mut process = self.process.lock().await;
        let Some((mut running, _)) = process.take() else {
            return Ok(None);
        };
        let exit = running.end(Signal::TERM).await?;
        let code = exit
            .code
            .map_or_else(|| "–".to_owned(), |code| code.to_string());
        let late = match exit.took > STOP_LIMIT {
            true => (" – дольше обещанных 2 с", " – longer than the 2 s promised"),
            false => ("", ""),
        };
        let words = timed(
            "остановлен за",
            "stopped in",
            exit.took,
            &format!(", код {code}{}", late.0),
            &format!(", exit code {code}{}", late.1),
        );
        self.tell(Life::Stopped, words);
        Ok(Some(exit))
    }

    /// Ends it as SIGKILL does; none where it does not run.
    pub(super) async fn kill(&self) -> Result<Option<Exit>, TestbedError> {
        let mut process = self.process.lock().await;
        let Some((mut running, _)) = process.take() else {
            return Ok(None);
        };
        let exit = running.end(Signal::KILL).await?;
        let words = Bilingual::new(
            "убит сигналом 9, без прощания",
            "killed by signal 9, without a word",
        );
        self.tell(Life::Killed, words);
        Ok(Some(exit))
    }

    /// Stops it for good.
    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        if let Err(error) = self.stop().await {
            eprintln!("The service could not be stopped: {error}");
        }
    }

    /// What is told of it, and a way to hear of changes.
    pub(super) fn told(&self) -> watch::Receiver<ServiceState> {
        self.told.subscribe()
    }

    /// An end that nobody asked for.
    async fn notices(&self) {
        let mut process = self.process.lock().await;
        let Some((running, _)) = process.as_mut() else {
            return;
        };
        let Some(exit) = running.exited() else { return };
        *process = None;
        let (ru, en) = match (exit.code, exit.signal) {
            (Some(code), _) => (format!("код {code}"), format!("exit code {code}")),
            (None, Some(signal)) => (format!("сигнал {signal}"), format!("signal {signal}")),
            (None, None) => ("причина неизвестна".into(), "nobody knows why".into()),
        };
        let words = Bilingual::new(
            format!("завершился сам: {ru}"),
            format!("ended by itself: {en}"),
        );
        eprintln!("The service has ended by itself: {en}.");
        self.tell(Life::Killed, words);
    }

    fn tell(&self, state: Life, words: Bilingual) {
        self.told.send_replace(ServiceState::now(state, words));
    }
}

impl ServiceState {
    fn now(state: Life, words: Bilingual) -> Self {
        Self {
            state,
            words,
            since: clock::now(),
        }
    }
}

/// Looks after the process for as long as anybody holds it.
async fn watch_over(service: Weak<DemoService>) {
    loop {
        tokio::time::sleep(GLANCE).await;
        let Some(service) = service.upgrade() else {
            return;
        };
        service.notices().await;
    }
}

/// How long something took, in both languages.
pub(super) fn timed(
    ru: &str,
    en: &str,
    took: Duration,
    after_ru: &str,
    after_en: &str,
) -> Bilingual {
    let seconds = format!("{:.1}", took.as_secs_f64());
    Bilingual::new(
        format!("{ru} {} с{after_ru}", seconds.replace('.', ",")),
        format!("{en} {seconds} s{after_en}"),
    )
}
