//! Few file descriptors: what the whole process lacks is waited out.
//!
//! Invariant: no loop fails for want of a descriptor, and everything goes on once there are some.

use std::{fs, time::Duration};

use rustix::process::{Resource, Rlimit, Signal, getrlimit, prlimit};
use sheetdesk::{clock, domain::operator::OperatorRequest, operator::ask, testbed::Testbed};
use tokio::net::TcpStream;

use crate::{
    child::{Child, probed, run},
    play::{PATIENCE, Play},
};

/// How often a condition is looked at that nobody announces.
const GLANCE: Duration = Duration::from_millis(5);

#[tokio::test]
async fn a_service_without_a_free_descriptor_waits_until_it_has_one() {
    let play = Play::set().await;
    let child = Child::serve(&play.testbed).await;
    play.registers().await;
    let before = prlimit(
        Some(child.pid()),
        Resource::Nofile,
        at_most(first_free(&child)),
    )
    .expect("a child of ours");

    let _strangers = silent(&play.testbed, 20).await;
    child.says("no connection can be accepted").await;
    let dir = play.testbed.data_dir();
    let asked = tokio::spawn(async move { ask(&dir, &OperatorRequest::Status).await });
    // The admin socket lacks one too, unless a stranger has just left it his.
    let noticed = || {
        ["listener=\"admin\"", "the admin socket failed"]
            .iter()
            .any(|words| child.said().contains(words))
    };
    let deadline = clock::monotonic() + PATIENCE;
    while !noticed() && !asked.is_finished() {
        assert!(clock::monotonic() < deadline, "{}", child.said());
        tokio::time::sleep(GLANCE).await;
    }

    prlimit(Some(child.pid()), Resource::Nofile, before).expect("a child of ours");
    asked
        .await
        .expect("no panic")
        .expect("the operator's question waits as long");
    let probe = probed(&play.testbed, &["probe"]).await;
    assert_eq!(probe.code, Some(0), "{}", probe.err);
    play.opens_appeal().await;
    ends_without_a_failure(child).await;
}

#[tokio::test]
async fn with_a_small_limit_strangers_leave_enough_for_the_work() {
    let play = Play::set().await;
    let child = Child::serve_by(&["prlimit", "--nofile=28"], &play.testbed).await;
    child.says("leaves room for fewer connections").await;
    let _strangers = silent(&play.testbed, 100).await;
    play.registers().await;
    play.opens_appeal().await;
    let exit = run(&play.testbed, &["status"]).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    ends_without_a_failure(child).await;
}

fn at_most(descriptors: u64) -> Rlimit {
    Rlimit {
        current: Some(descriptors),
        maximum: getrlimit(Resource::Nofile).maximum,
    }
}

/// The lowest descriptor that the child has not got; with this limit it gets no other.
fn first_free(child: &Child) -> u64 {
    let open = fs::read_dir(format!("/proc/{}/fd", child.pid().as_raw_nonzero()))
        .expect("a child of ours");
    let open: Vec<u64> = open
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    (0..)
        .find(|number| !open.contains(number))
        .expect("there is an end")
}

/// So many connections that say nothing.
async fn silent(testbed: &Testbed, count: usize) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(
            TcpStream::connect(testbed.address())
                .await
                .expect("the kernel takes it"),
        );
    }
    all
}

async fn ends_without_a_failure(child: Child) {
    let (exit, _) = child.stop(Signal::TERM).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    assert!(!exit.err.contains("loop failed"), "{}", exit.err);
}
