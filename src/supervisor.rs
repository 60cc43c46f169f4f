//! Loops with names that are started again when they fail.
//! Invariant: no loop ends unnoticed: until the stop signal it runs, waits to run again, or has
//! reported a [`Fatal`].

use std::any::Any;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock;
use crate::shutdown::Shutdown;

/// How restarts are paced, and when there were too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartPolicy {
    /// The wait before the first restart; each further one within the window waits twice as long.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// How long a restart counts.
    pub window: Duration,
    /// Restarts within the window; one more is fatal.
    pub restarts: usize,
}

impl Default for RestartPolicy {
    /// 1 s, 2 s, 4 s … up to 60 s; the sixth restart within an hour is fatal.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
            window: Duration::from_secs(60 * 60),
            restarts: 5,
        }
    }
}

/// The state of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LoopPhase {
    /// It runs.
    Running,
    /// It failed and waits to be started again.
    Restarting,
    /// It has ended after the stop signal, or for good.
    Stopped,
}

/// A loop as `/readyz` and `status` show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoopState {
    /// Its name.
    pub name: String,
    /// Its state.
    pub phase: LoopPhase,
    /// How often it was started again since the process began.
    pub restarts: u64,
    /// When it was last started again.
    #[serde(skip)]
    pub restarted: Option<Instant>,
}

/// A loop that fails too often to be started again; the process has to end with a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("loop {name:?} keeps failing: {restarts} restarts did not help")]
pub struct Fatal {
    /// The loop.
    pub name: String,
    /// How often it was started again in vain within the window.
    pub restarts: usize,
}

/// Runs the loops; clones share them.
#[derive(Clone, Debug)]
pub struct Supervisor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stop: CancellationToken,
    force: CancellationToken,
    tasks: TaskTracker,
    pace: RestartPolicy,
    states: Mutex<Vec<LoopState>>,
    fatal: watch::Sender<Option<Fatal>>,
}

impl Supervisor {
    /// Loops end after the stop signal and count as tasks until they have; what is left is dropped when there is no more time.
    pub fn new(shutdown: &Shutdown, pace: RestartPolicy) -> Self {
        Self(Arc::new(Inner {
            stop: shutdown.stop_token(),
            force: shutdown.force_token(),
            tasks: shutdown.tracker().clone(),
            pace,
            states: Mutex::default(),
            fatal: watch::Sender::new(None),
        }))
    }

    /// Starts a loop. `body` makes one run of it, which should end only after the token that it
    /// is given is cancelled; a run that panics or returns earlier is followed by another.
    pub fn spawn<Body, Run>(&self, name: impl Into<String>, body: Body)
    where
        Body: Fn(CancellationToken) -> Run + Send + Sync + 'static,
        Run: Future<Output = ()> + Send + 'static,
    {
        let name = name.into();
        let slot = self.0.enter(name.clone());
        let inner = Arc::clone(&self.0);
        self.0.tasks.spawn(async move {
            let force = inner.force.clone();
            if force
                .run_until_cancelled(inner.supervise(slot, &name, body))
                .await
                .is_none()
            {
                tracing::warn!(task.name = name, "loop cut off");
            }
        });
    }

    /// All loops, in the order in which they were started.
    pub fn states(&self) -> Vec<LoopState> {
        self.0.states().clone()
    }

    /// Waits for the first loop that fails too often.
    pub async fn fatal(&self) -> Fatal {
        let mut fatal = self.0.fatal.subscribe();
        let reported = fatal.wait_for(Option::is_some).await;
        let reported = reported.ok().and_then(|fatal| fatal.clone());
        reported.expect("the sender lives as long as the supervisor")
    }
}

impl Inner {
    async fn supervise<Body, Run>(&self, slot: usize, name: &str, body: Body)
    where
        Body: Fn(CancellationToken) -> Run,
        Run: Future<Output = ()>,
    {
        let mut history = History::default();
        loop {
            tracing::info!(task.name = name, "loop started");
            let run = AssertUnwindSafe(async { body(self.stop.clone()).await });
            let ended = run.catch_unwind().await;
            let reason = reason(&ended);
            if self.stop.is_cancelled() {
                tracing::info!(task.name = name, task.end = reason, "loop stopped");
                break;
            }
            let Some(wait) = history.restart(clock::monotonic(), &self.pace) else {
                tracing::error!(task.name = name, task.end = reason, "loop failed for good");
                self.give_up(name);
                break;
            };
            let wait_ms = wait.as_millis();
            tracing::error!(task.name = name, task.end = reason, wait_ms, "loop failed");
            self.note(slot, |state| state.phase = LoopPhase::Restarting);
            tokio::select! {
                () = self.stop.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
            self.note(slot, |state| {
                state.phase = LoopPhase::Running;
                state.restarts += 1;
                state.restarted = Some(clock::monotonic());
            });
        }
        self.note(slot, |state| state.phase = LoopPhase::Stopped);
    }

    fn enter(&self, name: String) -> usize {
        let mut states = self.states();
        states.push(LoopState {
            name,
            phase: LoopPhase::Running,
            restarts: 0,
            restarted: None,
        });
        states.len() - 1
    }

    fn note(&self, slot: usize, change: impl FnOnce(&mut LoopState)) {
        if let Some(state) = self.states().get_mut(slot) {
            change(state);
        }
    }

    fn give_up(&self, name: &str) {
        self.fatal.send_if_modified(|fatal| {
            let first = fatal.is_none();
            fatal.get_or_insert_with(|| Fatal {
                name: name.to_owned(),
                restarts: self.pace.restarts,
            });
            first
        });
    }

    fn states(&self) -> MutexGuard<'_, Vec<LoopState>> {
        // Nothing panics while it holds the lock, and the list is whole after each step.
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The restarts that still count.
#[derive(Debug, Default)]
struct History(VecDeque<Instant>);

impl History {
    /// How long to wait before a restart; `None` if there were too many.
    fn restart(&mut self, now: Instant, pace: &RestartPolicy) -> Option<Duration> {
        self.0.retain(|&at| now.duration_since(at) < pace.window);
        if self.0.len() >= pace.restarts {
            return None;
        }
        let doublings = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push_back(now);
        let factor = 2_u32.saturating_pow(doublings);
        Some(pace.first.saturating_mul(factor).min(pace.longest))
    }
}

/// Why a run ended. The panic's own message is the panic hook's to print: it may hold
/// what people wrote.
fn reason(ended: &Result<(), Box<dyn Any + Send>>) -> &'static str {
    match ended {
        Ok(()) => "returned",
        Err(_) => "panicked",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Far longer than anything here takes.
    const SOON: Duration = Duration::from_secs(10);

    const QUICK: RestartPolicy = RestartPolicy {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(2),
        window: Duration::from_secs(60),
        restarts: 5,
    };

    fn supervisor(pace: RestartPolicy) -> (Supervisor, CancellationToken, TaskTracker) {
        let shutdown = Shutdown::new();
        (
            Supervisor::new(&shutdown, pace),
            shutdown.stop_token(),
            shutdown.tracker().clone(),
        )
    }

    #[tokio::test]
    async fn a_loop_that_does_not_heed_the_stop_is_cut_off() {
        let shutdown = Shutdown::new();
        let supervisor = Supervisor::new(&shutdown, QUICK);
        supervisor.spawn("deaf", |_| std::future::pending());
        assert!(!shutdown.finish(Duration::from_millis(1)).await);
        ended(shutdown.tracker()).await;
    }

    async fn ended(tasks: &TaskTracker) {
        tasks.close();
        tokio::time::timeout(SOON, tasks.wait()).await.unwrap();
    }

    #[test]
    fn waits_double_up_to_the_longest_and_old_restarts_are_forgotten() {
        let pace = RestartPolicy {
            longest: Duration::from_secs(5),
            ..RestartPolicy::default()
        };
        let (mut history, start) = (History::default(), clock::monotonic());
        let waits: Vec<Option<u64>> = (0..6)
            .map(|_| history.restart(start, &pace).map(|wait| wait.as_secs()))
            .collect();
        assert_eq!(waits, [Some(1), Some(2), Some(4), Some(5), Some(5), None]);
        let almost = start + pace.window - Duration::from_millis(1);
        assert_eq!(history.restart(almost, &pace), None);
        let later = start + pace.window;
        assert_eq!(history.restart(later, &pace), Some(pace.first));
    }

    #[tokio::test]
    async fn panics_and_early_returns_are_followed_by_another_run() {
        let (supervisor, stop, tasks) = supervisor(QUICK);
        let (runs, mut third) = watch::channel(0);
        supervisor.spawn("sheet", move |stop| {
            let run = *runs.borrow() + 1;
            runs.send_replace(run);
            async move {
                match run {
                    1 => panic!("the first run fails"),
                    2 => {}
                    _ => stop.cancelled().await,
                }
            }
        });
        let third = tokio::time::timeout(SOON, third.wait_for(|&run| run == 3));
        drop(third.await.unwrap().unwrap());
        let state = || {
            supervisor
                .states()
                .into_iter()
                .map(|state| (state.name, state.phase, state.restarts))
                .collect::<Vec<_>>()
        };
        assert_eq!(state(), [("sheet".to_owned(), LoopPhase::Running, 2)]);
        assert!(
            supervisor.states()[0].restarted.is_some(),
            "it is known when"
        );
        stop.cancel();
        ended(&tasks).await;
        assert_eq!(state(), [("sheet".to_owned(), LoopPhase::Stopped, 2)]);
    }

    #[tokio::test]
    async fn the_sixth_restart_is_fatal_and_leaves_the_others_alone() {
        let (supervisor, stop, tasks) = supervisor(QUICK);
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        supervisor.spawn("steady", |stop| async move { stop.cancelled().await });
        supervisor.spawn("broken", move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            async {}
        });
        let fatal = tokio::time::timeout(SOON, supervisor.fatal())
            .await
            .unwrap();
        assert_eq!((fatal.name.as_str(), fatal.restarts), ("broken", 5));
        assert_eq!(runs.load(Ordering::SeqCst), 6);
        assert_eq!(supervisor.states()[0].phase, LoopPhase::Running);
        stop.cancel();
        ended(&tasks).await;
        assert_eq!(supervisor.states()[1].phase, LoopPhase::Stopped);
    }

    #[tokio::test]
    async fn the_stop_signal_ends_a_wait() {
        let (supervisor, stop, tasks) = supervisor(RestartPolicy {
            first: Duration::from_secs(3600),
            longest: Duration::from_secs(3600),
            ..QUICK
        });
        supervisor.spawn("sheet", |_| async {});
        let waiting = async {
            while supervisor.states()[0].phase != LoopPhase::Restarting {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(SOON, waiting).await.unwrap();
        stop.cancel();
        ended(&tasks).await;
        assert_eq!(supervisor.states()[0].phase, LoopPhase::Stopped);
    }
}
