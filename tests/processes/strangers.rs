//! Strangers who open connections and say nothing, or say it slowly, beside Telegram and the probes.
//!
//! `SHEETDESK_STRANGERS=10000` makes it so many silent ones and 600 each with slow heads and slow bodies, for half a minute, and prints
//! what it measured.
//!
//! Invariant: whoever is closed comes again, and every update and every probe is answered with 200 all the same.

use std::{net::SocketAddr, time::Duration};

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use sheetdesk::{clock, testbed::Testbed};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{child::Child, play::Play};

/// How fast a slow one is.
const BYTE_EVERY: Duration = Duration::from_millis(500);
/// How soon somebody who was closed is back.
const BACK_AFTER: Duration = Duration::from_secs(2);
/// Between two updates, and between two rounds of probes.
const EVERY: Duration = Duration::from_millis(25);
/// The testbed's webhook secret, by the name of its setting.
const SECRET: &str = "SHEETDESK_TELEGRAM__WEBHOOK_SECRET";
/// Far more than they take on a quiet machine, and less than a stranger may hold a place.
const ENOUGH: Duration = Duration::from_secs(4);
/// So many times as long as beside nobody it may take besides: it is the machine that is busy then, and strangers cost work.
const BUSY: u32 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_starve_neither_telegram_nor_the_probes() {
    let wanted = std::env::var("SHEETDESK_STRANGERS")
        .ok()
        .and_then(|wanted| wanted.parse::<usize>().ok());
    let (silent, slow, lasting) = match wanted {
        Some(silent) => (silent, 600, Duration::from_secs(30)),
        None => (1_000, 100, Duration::from_secs(4)),
    };
    let hard = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: hard,
        maximum: hard,
    };
    setrlimit(Resource::Nofile, raised).expect("up to the hard limit");
    let play = Play::set().await;
    let child = Child::serve(&play.testbed).await;
    play.settled().await;
    let quiet = Play::set().await;
    let undisturbed = Child::serve(&quiet.testbed).await;
    quiet.settled().await;

    let address = play.testbed.address();
    let mut crowd = JoinSet::new();
    for number in 0..silent + 2 * slow {
        let says = match number.checked_sub(silent) {
            None => String::new(),
            Some(slow_one) if slow_one < slow => "GET /livez HTTP/1.1\r\n".to_owned(),
            Some(_) => unsigned(),
        };
        crowd.spawn(stranger(address, says));
    }
    // All have come at least once.
    sleep(BACK_AFTER).await;
    let (measured, beside_nobody) = tokio::join!(
        measure(&play.testbed, lasting),
        measure(&quiet.testbed, lasting)
    );
    drop(crowd);
    for ((what, mut took), (_, mut usual)) in measured.into_iter().zip(beside_nobody) {
        let (median, slow, most) = shares(&mut took);
        let (_, usual, _) = shares(&mut usual);
        println!(
            "{what}: {} calls, median {median:?}, 99 % {slow:?}, most {most:?}; beside nobody 99 % {usual:?}",
            took.len()
        );
        assert!(
            slow < ENOUGH + usual * BUSY,
            "{what}: 99 % took up to {slow:?}, beside nobody {usual:?}"
        );
    }
    for child in [child, undisturbed] {
        let (exit, _) = child.stop(Signal::TERM).await;
        assert_eq!(exit.code, Some(0), "{}", exit.err);
    }
}

/// The median, what 99 of 100 stay below, and the most.
fn shares(took: &mut [Duration]) -> (Duration, Duration, Duration) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    (at(50), at(99), at(100))
}

/// A callback whose head looks right and whose body is awaited, since only then its signature can be checked.
fn unsigned() -> String {
    let at = clock::now().as_second();
    let signature = "A".repeat(43);
    format!(
        "POST /sheets/changed HTTP/1.1\r\nHost: x\r\nwebhook-id: m\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{signature}=\r\nContent-Length: 4000\r\n\r\n{{"
    )
}

/// Comes, says its words and then a byte now and then (nothing where there are no words), and comes again when it was closed.
async fn stranger(address: SocketAddr, says: String) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(address).await {
            let mut written = stream.write_all(says.as_bytes()).await;
            let mut answer = [0; 1024];
            while written.is_ok() {
                match timeout(BYTE_EVERY, stream.read(&mut answer)).await {
                    Ok(Ok(0) | Err(_)) => break,
                    Ok(Ok(_)) => {}
                    Err(_) if says.is_empty() => {}
                    Err(_) => written = stream.write_all(b"x").await,
                }
            }
        }
        sleep(BACK_AFTER).await;
    }
}

/// How long each call took: updates over kept and over new connections, and probes at both addresses.
async fn measure(testbed: &Testbed, lasting: Duration) -> Vec<(&'static str, Vec<Duration>)> {
    let variable = |name: &str| {
        let found = testbed.variables().iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.clone())
            .expect("the testbed sets it")
    };
    let client = |kept| {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20));
        builder
            .pool_max_idle_per_host(kept)
            .build()
            .expect("a client")
    };
    let update = |client: &reqwest::Client, id: i64| {
        client
            .post(format!("http://{}/telegram/webhook", testbed.address()))
            .header("X-Telegram-Bot-Api-Secret-Token", variable(SECRET))
            .header("Content-Type", "application/json")
            .body(format!("{{\"update_id\":{id},\"poll_answer\":{{}}}}"))
    };
    let (keeping, new) = (client(40), client(0));
    let livez = format!("http://{}/livez", testbed.address());
    let admin = format!("http://{}/livez", variable("SHEETDESK_HTTP__ADMIN_LISTEN"));
    let names = [
        "updates, kept connections",
        "updates, new connections",
        "probes",
        "probes, admin address",
    ];
    let mut calls = JoinSet::new();
    let end = clock::monotonic() + lasting;
    for round in 0.. {
        if clock::monotonic() > end {
            break;
        }
        let id = 900_000_000 + 2 * round;
        let requests = [
            update(&keeping, id),
            update(&new, id + 1),
            new.get(&livez),
            new.get(&admin),
        ];
        for (kind, request) in requests.into_iter().enumerate() {
            calls.spawn(async move {
                let began = clock::monotonic();
                let answer = request.send().await.expect("an answer");
                assert_eq!(answer.status(), 200, "{}", names[kind]);
                (kind, began.elapsed())
            });
        }
        sleep(EVERY).await;
    }
    let mut measured = names.map(|name| (name, Vec::new()));
    for (kind, took) in calls.join_all().await {
        measured[kind].1.push(took);
    }
    measured.into()
}
