//! The service as a process of its own, started anew where it is told to end.
//!
//! Invariant: it never outlives the soak.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};

use crate::{clock, testbed::Testbed};

/// How long a start or an end may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(20);

pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Starts the service and waits until it says what it is.
    pub(super) async fn start(testbed: &Testbed) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program does not know its own file")?;
        let child = Command::new(program)
            .arg("serve")
            .current_dir(testbed.directory())
            .env_clear()
            .envs(testbed.variables().iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("the service cannot be started")?;
        let process = Self { child };
        let up = testbed.status_where("the service is up", |_| true, PATIENCE);
        up.await?;
        Ok(process)
    }

    /// Ends it by a signal, and starts it again.
    pub(super) async fn restart(
        &mut self,
        testbed: &Testbed,
        signal: Signal,
    ) -> anyhow::Result<()> {
        self.end(signal).await?;
        *self = Self::start(testbed).await?;
        Ok(())
    }

    /// Ends it for good.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.end(Signal::TERM).await
    }

    /// Its number among the processes.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    async fn end(&mut self, signal: Signal) -> anyhow::Result<()> {
        kill_process(Pid::from_child(&self.child), signal)?;
        let deadline = clock::monotonic() + PATIENCE;
        while self.child.try_wait()?.is_none() {
            anyhow::ensure!(clock::monotonic() < deadline, "the service does not end");
            tokio::time::sleep(GLANCE).await;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; either way nothing is left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
