//! The real program as a child: started with the testbed's environment, listened to, signalled.
//!
//! Invariant: a child sees nothing of this process's environment and directory, and never outlives its test.

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    pin::pin,
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use sheetdesk::{clock, testbed::Testbed};
use tempfile::NamedTempFile;

use crate::play::PATIENCE;

/// How often a condition is looked at that nobody announces.
const GLANCE: Duration = Duration::from_millis(5);

/// Asks over HTTP, as a browser on this machine does.
pub(crate) fn client() -> reqwest::Client {
    // An error means that somebody has installed a provider before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build();
    client.expect("a client")
}

/// A running program.
pub(crate) struct Child {
    process: std::process::Child,
    out: NamedTempFile,
    err: NamedTempFile,
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Exit {
    /// Its exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// The signal that ended it.
    pub(crate) signal: Option<i32>,
    /// What it wrote to the standard output.
    pub(crate) out: String,
    /// What it wrote to the standard error stream.
    pub(crate) err: String,
}

/// A probe as a container makes it: only a third one in a row that gets no answer in its two seconds counts.
pub(crate) async fn probed(testbed: &Testbed, arguments: &[&str]) -> Exit {
    for _ in 0..2 {
        let exit = run(testbed, arguments).await;
        if !exit.err.contains("no answer in time") {
            return exit;
        }
    }
    run(testbed, arguments).await
}

/// Runs a command to its end, with the environment of the testbed, and hears it in English.
pub(crate) async fn run(testbed: &Testbed, arguments: &[&str]) -> Exit {
    run_with(testbed, &[], arguments).await
}

/// Runs a command to its end, with the environment of the testbed and more; an empty value takes a variable away.
pub(crate) async fn run_with(
    testbed: &Testbed,
    changes: &[(&str, &str)],
    arguments: &[&str],
) -> Exit {
    let mut variables: BTreeMap<_, _> = testbed.variables().iter().cloned().collect();
    variables.insert("SHEETDESK_LANGUAGE".to_owned(), "en".to_owned());
    for (name, value) in changes {
        variables.insert(format!("SHEETDESK_{name}"), (*value).to_owned());
    }
    let variables: Vec<_> = variables.into_iter().collect();
    Child::start(testbed.directory(), &variables, arguments)
        .ended()
        .await
}

impl Child {
    /// Starts the program in this directory, with this environment alone.
    pub(crate) fn start(
        directory: &Path,
        variables: &[(String, String)],
        arguments: &[&str],
    ) -> Self {
        Self::start_by(&[], directory, variables, arguments)
    }

    /// The same, by a program such as `nohup` that becomes ours.
    fn start_by(
        starter: &[&str],
        directory: &Path,
        variables: &[(String, String)],
        arguments: &[&str],
    ) -> Self {
        let (out, err) = (file(), file());
        let stdio = |file: &NamedTempFile| {
            Stdio::from(file.reopen().expect("a file of ours can be opened again"))
        };
        let program = [starter, &[env!("CARGO_BIN_EXE_sheetdesk")], arguments].concat();
        let process = Command::new(program[0])
            .args(&program[1..])
            .current_dir(directory)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(stdio(&out))
            .stderr(stdio(&err))
            .spawn()
            .expect("the program was built with this test");
        Self { process, out, err }
    }

    /// Starts the service and waits until it is alive.
    pub(crate) async fn serve(testbed: &Testbed) -> Self {
        Self::serve_by(&[], testbed).await
    }

    /// The same, by a program such as `nohup` that becomes ours.
    pub(crate) async fn serve_by(starter: &[&str], testbed: &Testbed) -> Self {
        Self::alive(
            Self::start_by(
                starter,
                testbed.directory(),
                testbed.variables(),
                &["serve"],
            ),
            testbed,
        )
        .await
    }

    /// The same with this environment.
    pub(crate) async fn serve_with(testbed: &Testbed, variables: &[(String, String)]) -> Self {
        Self::alive(
            Self::start(testbed.directory(), variables, &["serve"]),
            testbed,
        )
        .await
    }

    async fn alive(mut child: Self, testbed: &Testbed) -> Self {
        let url = format!("http://{}/livez", testbed.address());
        let client = client();
        let deadline = clock::monotonic() + PATIENCE;
        loop {
            let answer = client.get(&url).send().await;
            if answer.is_ok_and(|response| response.status().is_success()) {
                return child;
            }
            let ended = child.status();
            assert!(
                ended.is_none(),
                "the service ended with {ended:?}: {}",
                child.said()
            );
            assert!(
                clock::monotonic() < deadline,
                "the service is not alive: {}",
                child.said()
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Its number.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the child is not reaped yet");
    }

    /// Ends it as `kill -9` does.
    pub(crate) async fn kill(self) -> Exit {
        self.signal(Signal::KILL);
        self.ended().await
    }

    /// Asks it to stop, waits, and says how long that took, without the time in which the machine was too busy to run even this.
    pub(crate) async fn stop(self, signal: Signal) -> (Exit, Duration) {
        let asked = clock::monotonic();
        let mut starved = Duration::ZERO;
        self.signal(signal);
        let mut ended = pin!(self.ended());
        let exit = loop {
            let began = clock::monotonic();
            tokio::select! {
                exit = &mut ended => break exit,
                () = tokio::time::sleep(GLANCE) => starved += began.elapsed().saturating_sub(2 * GLANCE),
            }
        };
        (exit, asked.elapsed().saturating_sub(starved))
    }

    /// Waits for its end.
    pub(crate) async fn ended(mut self) -> Exit {
        let deadline = clock::monotonic() + PATIENCE;
        let status = loop {
            if let Some(status) = self.status() {
                break status;
            }
            assert!(
                clock::monotonic() < deadline,
                "it does not end: {}",
                self.said()
            );
            tokio::time::sleep(GLANCE).await;
        };
        Exit {
            code: status.code(),
            signal: status.signal(),
            out: text(&self.out),
            err: text(&self.err),
        }
    }

    /// Waits until it has written these words to the standard error stream.
    pub(crate) async fn says(&self, words: &str) {
        let deadline = clock::monotonic() + PATIENCE;
        while !self.said().contains(words) {
            assert!(
                clock::monotonic() < deadline,
                "it does not say {words:?}: {}",
                self.said()
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until it has written these words to the standard output.
    pub(crate) async fn tells(&self, words: &str) {
        let deadline = clock::monotonic() + PATIENCE;
        while !text(&self.out).contains(words) {
            let heard = || format!("{}{}", text(&self.out), self.said());
            assert!(
                clock::monotonic() < deadline,
                "it does not tell {words:?}: {}",
                heard()
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// What it has written to the standard error stream.
    pub(crate) fn said(&self) -> String {
        text(&self.err)
    }

    /// What it has written to the standard output.
    pub(crate) fn told(&self) -> String {
        text(&self.out)
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.process
            .try_wait()
            .expect("a child of ours can be waited for")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Both fail where it has ended already, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn file() -> NamedTempFile {
    NamedTempFile::new().expect("a file can be made")
}

fn text(file: &NamedTempFile) -> String {
    let bytes = std::fs::read(file.path()).expect("a file of ours is readable");
    String::from_utf8_lossy(&bytes).into_owned()
}
