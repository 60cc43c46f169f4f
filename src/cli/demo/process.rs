//! The service as a process of its own: started from this very program, ended by signals, started again.
//!
//! Invariant: it never outlives the demo, however that ends, since it stops when its standard input does, and the demo holds the other side of
//! that; a signal that the terminal sends reaches the demo alone.

use std::{
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    clock,
    testbed::{Testbed, TestbedError},
};

/// How long a start or an end may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// Where the service's log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    /// To the terminal, beside the demo's own.
    Shown,
    /// Nowhere.
    Dropped,
}

pub(super) struct Process {
    child: Child,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exit {
    /// Its exit code; none where a signal ended it.
    pub(super) code: Option<i32>,
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
    /// From the signal to the end.
    pub(super) took: Duration,
}

impl Process {
    /// Starts the service with the testbed's variables and these, and waits until it says what it is.
    pub(super) async fn start(
        testbed: &Testbed,
        more: &[(&str, &str)],
        log: Log,
    ) -> Result<Self, TestbedError> {
        let stderr = match log {
            Log::Shown => Stdio::inherit(),
            Log::Dropped => Stdio::null(),
        };
        let child = Command::new(std::env::current_exe()?)
            .args(["serve", "--until-stdin-ends"])
            .current_dir(testbed.directory())
            .env_clear()
            .envs(std::env::var_os("NO_COLOR").map(|value| ("NO_COLOR", value)))
            .envs(testbed.variables().iter().cloned())
            .envs(more.iter().copied())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()?;
        let mut process = Self { child };
        process.is_up(testbed).await?;
        Ok(process)
    }

    /// Ends it by a signal.
    pub(super) async fn end(&mut self, signal: Signal) -> Result<Exit, TestbedError> {
        let asked = clock::monotonic();
        // Where it has ended by itself there is nobody to hear it.
        let _ = kill_process(Pid::from_child(&self.child), signal);
        loop {
            let took = clock::monotonic().duration_since(asked);
            if let Some(status) = self.child.try_wait()? {
                return Ok(Exit::of(status, took));
            }
            if took > PATIENCE {
                return Err(TestbedError::Call("the service does not end".to_owned()));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// How it has ended by itself, if it has.
    pub(super) fn exited(&mut self) -> Option<Exit> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(Exit::of(status, Duration::ZERO))
    }

    /// Its number among the processes.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    async fn is_up(&mut self, testbed: &Testbed) -> Result<(), TestbedError> {
        let deadline = clock::monotonic() + PATIENCE;
        loop {
            let Err(error) = testbed.status().await else {
                return Ok(());
            };
            if let Some(exit) = self.exited() {
                let words = format!("the service has ended at its start: {exit:?}");
                return Err(TestbedError::Call(words));
            }
            if clock::monotonic() > deadline {
                return Err(error);
            }
            tokio::time::sleep(GLANCE).await;
        }
    }
}

impl Exit {
    fn of(status: ExitStatus, took: Duration) -> Self {
        Self {
            code: status.code(),
            signal: status.signal(),
            took,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; either way nothing is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
