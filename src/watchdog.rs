//! Feeding systemd's watchdog (sd_notify(3), `WatchdogSec=`): what does not say that it is well is ended and started again.
//!
//! Invariant: it is fed only while the journal's writer answers and every loop runs, or waits no longer to be started again
//! than it may; a loop that is merely quiet is well.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::supervisor::{LoopPhase, LoopState, RestartPolicy, Supervisor};

/// A loop in its back-off may wait that much longer than the longest wait: the machine may be busy.
const LENIENCE: Duration = Duration::from_secs(30);
/// After a failed check the next one comes after this part of the usual wait, since the failure may pass.
const SOONER: u32 = 8;

/// How often the service manager wants to hear from us; `None` if it does not listen.
pub fn wanted() -> Option<Duration> {
    let within = sd_notify::watchdog_enabled()?;
    std::env::var_os("NOTIFY_SOCKET").map(|_| within / 2)
}

/// Tells the service manager that all is well.
pub fn tell() {
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]) {
        tracing::warn!(%error, "systemd's watchdog was not fed");
    }
}

/// Calls `tell` so often while all is well. `answers` asks the journal's writer; where that takes for ever, nothing is told.
pub async fn feed<Answer>(
    every: Duration,
    supervisor: Supervisor,
    answers: impl Fn() -> Answer,
    tell: impl Fn(),
    stop: CancellationToken,
) where
    Answer: Future<Output = bool>,
{
    let feeding = async {
        let mut waits = Waits::default();
        let mut amiss = None;
        loop {
            let now = trouble(&mut waits, &supervisor, &answers).await;
            match &now {
                None => tell(),
                Some(what) if now != amiss => {
                    tracing::error!(what, "systemd's watchdog is not fed")
                }
                Some(_) => {}
            }
            amiss = now;
            tokio::time::sleep(if amiss.is_none() {
                every
            } else {
                every / SOONER
            })
            .await;
        }
    };
    stop.run_until_cancelled(feeding).await.unwrap_or(());
}

/// What is amiss, if anything is.
async fn trouble<Answer>(
    waits: &mut Waits,
    supervisor: &Supervisor,
    answers: &impl Fn() -> Answer,
) -> Option<String>
where
    Answer: Future<Output = bool>,
{
    let longest = RestartPolicy::default().longest + LENIENCE;
    match waits.too_long(&supervisor.states(), clock::monotonic(), longest) {
        Some(name) => Some(format!("the loop {name} does not run")),
        None if answers().await => None,
        None => Some("the journal's writer has ended".to_owned()),
    }
}

/// Since when loops wait to be started again, by their place among the states; with how many restarts each had before.
#[derive(Debug, Default)]
struct Waits(BTreeMap<usize, (u64, Instant)>);

impl Waits {
    /// The first loop that has ended for good, or waits for longer than this.
    fn too_long<'a>(
        &mut self,
        states: &'a [LoopState],
        now: Instant,
        longest: Duration,
    ) -> Option<&'a str> {
        let mut ended = None;
        for (slot, state) in states.iter().enumerate() {
            let over = match state.phase {
                LoopPhase::Running => {
                    self.0.remove(&slot);
                    false
                }
                LoopPhase::Restarting => {
                    let (restarts, since) = self.0.entry(slot).or_insert((state.restarts, now));
                    if *restarts != state.restarts {
                        (*restarts, *since) = (state.restarts, now);
                    }
                    now.duration_since(*since) > longest
                }
                LoopPhase::Stopped => true,
            };
            if over {
                ended.get_or_insert(state.name.as_str());
            }
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;
    use crate::shutdown::Shutdown;

    /// Longer than anything here takes.
    const SOON: Duration = Duration::from_secs(10);
    const EVERY: Duration = Duration::from_millis(8);
    const LONGEST: Duration = Duration::from_secs(90);

    /// What the fed one and the asked one have seen.
    #[derive(Clone, Default)]
    struct Seen {
        told: Arc<AtomicUsize>,
        asked: Arc<AtomicUsize>,
        dead: Arc<AtomicBool>,
    }

    impl Seen {
        fn told(&self) -> usize {
            self.told.load(Ordering::SeqCst)
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::SeqCst)
        }
    }

    fn state(phase: LoopPhase, restarts: u64) -> [LoopState; 1] {
        [LoopState {
            name: "sheet".to_owned(),
            phase,
            restarts,
            restarted: None,
        }]
    }

    /// Feeds beside these loops until the stop.
    fn feeding(
        supervisor: &Supervisor,
        shutdown: &Shutdown,
    ) -> (Seen, tokio::task::JoinHandle<()>) {
        let (seen, supervisor, stop) = (Seen::default(), supervisor.clone(), shutdown.stop_token());
        let (writer, manager) = (seen.clone(), seen.clone());
        let answers = move || {
            writer.asked.fetch_add(1, Ordering::SeqCst);
            std::future::ready(!writer.dead.load(Ordering::SeqCst))
        };
        let tell = move || {
            manager.told.fetch_add(1, Ordering::SeqCst);
        };
        (
            seen,
            tokio::spawn(feed(EVERY, supervisor, answers, tell, stop)),
        )
    }

    async fn until(holds: impl Fn() -> bool) {
        let waiting = async {
            while !holds() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(SOON, waiting).await.unwrap();
    }

    #[test]
    fn a_loop_may_wait_to_be_started_again_but_not_for_ever() {
        let (mut waits, start) = (Waits::default(), clock::monotonic());
        let waiting = state(LoopPhase::Restarting, 1);
        assert_eq!(
            waits.too_long(&state(LoopPhase::Running, 1), start, LONGEST),
            None
        );
        assert_eq!(waits.too_long(&waiting, start, LONGEST), None);
        assert_eq!(waits.too_long(&waiting, start + LONGEST, LONGEST), None);
        let over = start + LONGEST + Duration::from_millis(1);
        assert_eq!(waits.too_long(&waiting, over, LONGEST), Some("sheet"));
        let again = state(LoopPhase::Restarting, 2);
        assert_eq!(
            waits.too_long(&again, over, LONGEST),
            None,
            "another wait, between two glances"
        );
        assert_eq!(
            waits.too_long(&state(LoopPhase::Running, 2), over, LONGEST),
            None
        );
        assert_eq!(
            waits.too_long(&again, over + LONGEST, LONGEST),
            None,
            "it has run since"
        );
    }

    #[test]
    fn a_loop_that_has_ended_for_good_is_not_well() {
        let mut waits = Waits::default();
        assert_eq!(
            waits.too_long(&state(LoopPhase::Stopped, 5), clock::monotonic(), LONGEST),
            Some("sheet")
        );
    }

    #[tokio::test]
    async fn it_is_fed_beside_quiet_loops_until_the_stop() {
        let shutdown = Shutdown::new();
        let supervisor = Supervisor::new(&shutdown, RestartPolicy::default());
        supervisor.spawn("quiet", |stop| async move { stop.cancelled().await });
        let (seen, feeding) = feeding(&supervisor, &shutdown);
        until(|| seen.told() >= 5).await;
        shutdown.trigger();
        tokio::time::timeout(SOON, feeding).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn nothing_is_told_while_the_writer_does_not_answer() {
        let shutdown = Shutdown::new();
        let supervisor = Supervisor::new(&shutdown, RestartPolicy::default());
        let (seen, _feeding) = feeding(&supervisor, &shutdown);
        until(|| seen.told() >= 1).await;
        seen.dead.store(true, Ordering::SeqCst);
        let (told, asked) = (seen.told(), seen.asked());
        until(|| seen.asked() >= asked + 10).await;
        assert_eq!(seen.told(), told);
        seen.dead.store(false, Ordering::SeqCst);
        until(|| seen.told() > told).await;
    }

    #[tokio::test]
    async fn a_loop_in_its_back_off_is_well() {
        let shutdown = Shutdown::new();
        let pace = RestartPolicy {
            first: SOON * 6,
            ..RestartPolicy::default()
        };
        let supervisor = Supervisor::new(&shutdown, pace);
        supervisor.spawn("broken", |_| async {});
        until(|| supervisor.states()[0].phase == LoopPhase::Restarting).await;
        let (seen, _feeding) = feeding(&supervisor, &shutdown);
        until(|| seen.told() >= 5).await;
    }

    #[tokio::test]
    async fn nothing_is_told_beside_a_loop_that_failed_for_good() {
        let shutdown = Shutdown::new();
        let supervisor = Supervisor::new(
            &shutdown,
            RestartPolicy {
                restarts: 0,
                ..RestartPolicy::default()
            },
        );
        supervisor.spawn("broken", |_| async {});
        supervisor.fatal().await;
        until(|| supervisor.states()[0].phase == LoopPhase::Stopped).await;
        let (seen, feeding) = feeding(&supervisor, &shutdown);
        tokio::task::yield_now().await;
        shutdown.trigger();
        tokio::time::timeout(SOON, feeding).await.unwrap().unwrap();
        assert_eq!((seen.told(), seen.asked()), (0, 0));
    }
}
