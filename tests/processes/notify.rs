//! What the service tells a service manager (sd_notify(3)): ready, well, stopping.
//!
//! Invariant: the manager is this test; it listens on a socket as systemd does.

use std::{os::unix::net::UnixDatagram, path::Path, time::Duration};

use rustix::process::Signal;

use crate::{
    child::Child,
    play::{PATIENCE, Play},
};

/// What `WatchdogSec=` is here: long enough for a busy machine, short enough to see it fed more than once.
const WATCHDOG: Duration = Duration::from_millis(600);
/// More than can be said before the stop on any machine.
const ENOUGH: usize = 1000;

#[tokio::test]
async fn a_service_manager_hears_that_it_is_ready_well_and_stopping() {
    let play = Play::set().await;
    let path = play.testbed.directory().join("notify.sock");
    let manager = listen(&path);
    let mut variables = play.testbed.variables().to_vec();
    variables.push(("NOTIFY_SOCKET".to_owned(), path.display().to_string()));
    variables.push(("WATCHDOG_USEC".to_owned(), WATCHDOG.as_micros().to_string()));
    let child = Child::start(play.testbed.directory(), &variables, &["serve"]);

    let (manager, first) = tokio::task::spawn_blocking(move || {
        let first = [
            hears(&manager),
            hears(&manager),
            hears(&manager),
            hears(&manager),
        ];
        (manager, first)
    })
    .await
    .expect("the manager listens");
    assert_eq!(
        first.iter().filter(|words| *words == "READY=1").count(),
        1,
        "{first:?}"
    );
    assert_eq!(
        first.iter().filter(|words| *words == "WATCHDOG=1").count(),
        3,
        "{first:?}"
    );

    let (exit, _) = child.stop(Signal::TERM).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    let mut rest = Vec::new();
    while rest.last().is_none_or(|words| words != "STOPPING=1") {
        rest.push(hears(&manager));
        assert!(rest.len() < ENOUGH, "{rest:?}");
    }
}

fn listen(path: &Path) -> UnixDatagram {
    let socket = UnixDatagram::bind(path).expect("a socket in a fresh directory");
    socket
        .set_read_timeout(Some(PATIENCE))
        .expect("a read time-out");
    socket
}

/// The next thing that the manager is told.
fn hears(manager: &UnixDatagram) -> String {
    let mut words = [0; 256];
    let length = manager
        .recv(&mut words)
        .expect("the service says something");
    String::from_utf8_lossy(&words[..length])
        .trim_end()
        .to_owned()
}
