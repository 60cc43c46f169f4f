//! One stop signal for the whole process, and the wait for its tasks.
//! Invariant: the first signal asks everybody to stop, the second one forces; neither is ever taken back. A closed terminal asks once, however
//! often it says so.

use std::io;
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The stop signal and the tasks that heed it; clones share both.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    stop: CancellationToken,
    force: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// A stop signal that only [`Shutdown::trigger`] gives, for tests and the demo.
    pub fn new() -> Self {
        Self::default()
    }

    /// A stop signal that SIGTERM, SIGINT and SIGHUP give too. Must be called within a runtime; a signal
    /// that comes after the return is heard. SIGHUP never forces: a shell and the kernel both send one when a terminal is closed, and
    /// systemd may send one after SIGTERM.
    ///
    /// # Errors
    /// If the handlers can't be installed.
    pub fn on_signals() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hangup = if hangup_is_ignored() {
            None
        } else {
            Some(signal(SignalKind::hangup())?)
        };
        let shutdown = Self::new();
        let heard = shutdown.clone();
        // Not tracked: it must not be waited for, it has to hear the second signal.
        tokio::spawn(async move {
            while !heard.force.is_cancelled() {
                let name = tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = interrupt.recv() => "SIGINT",
                    () = next(&mut hangup) => "SIGHUP",
                };
                tracing::info!(signal.name = name, "asked to stop");
                if name == "SIGHUP" {
                    heard.stop.cancel();
                } else {
                    heard.trigger();
                }
            }
        });
        Ok(shutdown)
    }

    /// Asks everybody to stop once this input ends, as a pipe does when whoever holds its other side is gone; never forces.
    ///
    /// # Errors
    /// If no thread can be had to wait for that.
    pub fn at_end_of(&self, mut input: impl io::Read + Send + 'static) -> io::Result<()> {
        let stop = self.stop.clone();
        // A thread of its own: a read that nothing comes of must not hold the runtime at its end.
        let waiting = move || {
            // An input that fails is as gone as one that has ended.
            let _ = io::copy(&mut input, &mut io::sink());
            tracing::info!("the standard input has ended: asked to stop");
            stop.cancel();
        };
        thread::Builder::new()
            .name("stdin".to_owned())
            .spawn(waiting)?;
        Ok(())
    }

    /// Asks everybody to stop; the second time, forces.
    pub fn trigger(&self) {
        if self.stop.is_cancelled() {
            self.force.cancel();
        } else {
            self.stop.cancel();
        }
    }

    /// Cancelled when everybody has to stop: accept nothing more, finish what is in hand.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Cancelled when there is no more time: drop what is in hand.
    pub fn force_token(&self) -> CancellationToken {
        self.force.clone()
    }

    /// Where tasks are spawned that [`Shutdown::finish`] waits for.
    pub fn tracker(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Stops and waits for the tracked tasks. Returns whether all of them ended; if `within` is
    /// over or a second signal comes first, the rest is forced.
    pub async fn finish(&self, within: Duration) -> bool {
        self.stop.cancel();
        self.tasks.close();
        let ended = tokio::select! {
            biased;
            () = self.tasks.wait() => true,
            () = self.force.cancelled() => false,
            () = tokio::time::sleep(within) => false,
        };
        if !ended {
            self.force.cancel();
            let left = self.tasks.len();
            tracing::warn!(task.left = left, "not everything stopped in time");
        }
        ended
    }
}

/// The next signal; never where it is not listened to.
async fn next(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether we were started so that a closed terminal does not concern us (nohup(1)); a handler of ours would undo that.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hangup(&status)
}

/// Reads proc_pid_status(5), "SigIgn": a mask of signals in hexadecimal, SIGHUP being the first.
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use rustix::process::{Signal, getpid, kill_process};

    use super::{Duration, Shutdown, ignores_hangup};
    use tokio_util::sync::CancellationToken;

    /// Far longer than anything here takes.
    const SOON: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn the_first_signal_stops_and_the_second_forces() {
        let shutdown = Shutdown::on_signals().unwrap();
        let wait = |token: CancellationToken| tokio::time::timeout(SOON, token.cancelled_owned());
        kill_process(getpid(), Signal::TERM).unwrap();
        wait(shutdown.stop_token()).await.unwrap();
        assert!(!shutdown.force_token().is_cancelled());
        kill_process(getpid(), Signal::INT).unwrap();
        wait(shutdown.force_token()).await.unwrap();
    }

    #[test]
    fn nohup_is_respected() {
        for (mask, ignored) in [
            ("0000000000000001", true),
            ("0000000000001001", true),
            ("0000000000001000", false),
            ("", false),
        ] {
            assert_eq!(
                ignores_hangup(&format!("Name:\tx\nSigIgn:\t{mask}\n")),
                ignored,
                "{mask}"
            );
        }
    }

    #[tokio::test]
    async fn an_input_that_ends_stops_and_never_forces() {
        let shutdown = Shutdown::new();
        let (read, write) = std::io::pipe().unwrap();
        shutdown.at_end_of(read).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!shutdown.stop_token().is_cancelled());
        drop(write);
        let stopped = shutdown.stop_token().cancelled_owned();
        tokio::time::timeout(SOON, stopped).await.unwrap();
        shutdown.at_end_of(std::io::empty()).unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!shutdown.force_token().is_cancelled());
    }

    #[tokio::test]
    async fn tasks_in_hand_are_waited_for() {
        let shutdown = Shutdown::new();
        let stop = shutdown.stop_token();
        shutdown
            .tracker()
            .spawn(async move { stop.cancelled().await });
        shutdown.trigger();
        assert!(shutdown.finish(SOON).await);
        assert!(!shutdown.force_token().is_cancelled());
    }

    #[tokio::test]
    async fn a_task_that_does_not_stop_is_forced() {
        let shutdown = Shutdown::new();
        let force = shutdown.force_token();
        let deaf = shutdown
            .tracker()
            .spawn(async move { force.cancelled().await });
        assert!(!shutdown.finish(Duration::from_millis(10)).await);
        assert!(shutdown.stop_token().is_cancelled());
        deaf.await.unwrap();
    }

    #[tokio::test]
    async fn a_second_signal_cuts_the_wait_short() {
        let shutdown = Shutdown::new();
        shutdown.tracker().spawn(std::future::pending::<()>());
        shutdown.trigger();
        shutdown.trigger();
        let finished = tokio::time::timeout(SOON, shutdown.finish(Duration::MAX));
        assert_eq!(finished.await, Ok(false));
    }
}
