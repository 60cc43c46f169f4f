//! A loss of power at any moment: what was acknowledged before is in the journal afterwards.
//!
//! Invariant: nothing that was answered with 200 is missing from any state that a disk may be left in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::Signal;
use sheetdesk::{
    clock,
    journal::{ClosedJournal, CopyError},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    child::Child,
    play::{PATIENCE, Play},
    traced::{CALLS, Dice, Disk, Seen, lay_down},
};

/// Clients that write at once, each one message after the other.
const CLIENTS: i64 = 4;
/// Messages of each.
const MESSAGES: i64 = 20;
/// States in which each sync may leave the disk if power goes before it has come back.
const STATES: u64 = 5;

#[tokio::test]
async fn whatever_a_loss_of_power_leaves_nothing_acknowledged_is_missing() {
    if !can_trace() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "strace is required here"
        );
        println!("there is no strace, or it may not trace: no loss of power is rebuilt");
        return;
    }
    let play = Play::set().await;
    let trace = play.testbed.directory().join("trace");
    let tracer = [
        "strace",
        "-D",
        "-f",
        "-yy",
        "-xx",
        "-s",
        "16777216",
        "-e",
        CALLS,
        "-e",
        "signal=none",
        "-o",
    ];
    let wrapper: Vec<&str> = tracer
        .into_iter()
        .chain([trace.to_str().expect("a plain path")])
        .collect();
    let service = Child::serve_by(&wrapper, &play.testbed).await;
    let writers: Vec<_> = (0..CLIENTS)
        .map(|client| tokio::spawn(writes(play.testbed.address(), client)))
        .collect();
    let mut sent = BTreeMap::new();
    for writer in writers {
        let (port, texts) = writer.await.expect("every message is taken");
        sent.insert(port, texts);
    }
    service.stop(Signal::TERM).await;
    let lines = whole(&trace).await;
    let states = rebuild(&lines, &play.testbed.data_dir(), &sent);
    println!("{states} states of the disk, nothing acknowledged is missing");
    assert!(states >= 100, "{states} states");
}

fn can_trace() -> bool {
    let mut strace = Command::new("strace");
    strace
        .args(["-D", "-e", CALLS, "/bin/true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    strace.status().is_ok_and(|status| status.success())
}

/// One connection; each message is sent when the one before is acknowledged. Tells its port and what it wrote, in order.
async fn writes(address: SocketAddr, client: i64) -> (u16, Vec<String>) {
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the service listens");
    let port = stream.local_addr().expect("it is connected").port();
    let mut texts = Vec::new();
    for nth in 0..MESSAGES {
        let text = format!("message {client}-{nth}.");
        let (chat, update) = (800_000 + client, 900_000_000 + client * MESSAGES + nth);
        let body = serde_json::json!({"update_id": update, "message": {
            "message_id": nth + 1, "date": 1_770_000_000, "text": text,
            "chat": {"id": chat, "type": "private", "first_name": "П"},
            "from": {"id": chat, "is_bot": false, "first_name": "П"},
        }});
        let body = body.to_string();
        let head = format!(
            "POST /telegram/webhook HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             x-telegram-bot-api-secret-token: {}\r\n\r\n",
            body.len(),
            sheetdesk::testbed::WEBHOOK_SECRET,
        );
        stream
            .write_all((head + &body).as_bytes())
            .await
            .expect("it is sent");
        let answer = answer(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        texts.push(text);
    }
    (port, texts)
}

/// The head of an answer, read with its body.
async fn answer(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("an answer comes"));
    }
    let head = String::from_utf8(head)
        .expect("a head is text")
        .to_lowercase()
        .replace("http/", "HTTP/");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream
        .read_exact(&mut body)
        .await
        .expect("so does its body");
    head
}

/// The trace, once its last line is written: the tracer outlives whom it traces.
async fn whole(trace: &Path) -> Vec<String> {
    let deadline = clock::monotonic() + PATIENCE;
    loop {
        let text = fs::read_to_string(trace).expect("a trace is text");
        if text.trim_end().ends_with("+++ exited with 0 +++") {
            return text.lines().map(str::to_owned).collect();
        }
        assert!(
            clock::monotonic() < deadline,
            "the trace does not end: {:?}",
            text.get(text.len().saturating_sub(300)..)
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Rebuilds the disk before each sync comes back, and reads each state through; tells how many there were.
fn rebuild(lines: &[String], data: &Path, sent: &BTreeMap<u16, Vec<String>>) -> u64 {
    let (mut disk, mut states) = (Disk::below(data), 0);
    let mut acknowledged: BTreeMap<u16, usize> = BTreeMap::new();
    for line in lines {
        disk.see(line, |disk, seen| match seen {
            Seen::Answered(port) => *acknowledged.entry(port).or_default() += 1,
            Seen::Syncing => {
                for _ in 0..STATES {
                    let state = disk.after_loss(&mut Dice(states));
                    holds(&state, &texts(sent, &acknowledged));
                    states += 1;
                }
            }
        });
    }
    let all: usize = sent.values().map(Vec::len).sum();
    assert_eq!(
        texts(sent, &acknowledged).len(),
        all,
        "every acknowledgement is in the trace"
    );
    let written = disk.as_written();
    let name = data.join("journal.redb");
    assert!(
        fs::read(&name).expect("it is there") == written[&name],
        "the disk is rebuilt as it is"
    );
    states
}

/// What was acknowledged so far.
fn texts<'a>(
    sent: &'a BTreeMap<u16, Vec<String>>,
    acknowledged: &BTreeMap<u16, usize>,
) -> BTreeSet<&'a str> {
    let of = |(port, texts): (&u16, &'a Vec<String>)| {
        let count = acknowledged.get(port).copied().unwrap_or(0);
        texts
            .iter()
            .take(count)
            .map(String::as_str)
            .collect::<Vec<_>>()
    };
    sent.iter().flat_map(of).collect()
}

fn holds(state: &BTreeMap<std::path::PathBuf, Vec<u8>>, acknowledged: &BTreeSet<&str>) {
    let dir = tempfile::tempdir().expect("a directory can be made");
    lay_down(state, dir.path());
    let mut stored = String::new();
    match ClosedJournal::open(dir.path()) {
        Ok(closed) => {
            let read = closed.source().each(|table, _, value| {
                if table == "inbox" {
                    stored += &String::from_utf8_lossy(value);
                }
                Ok::<(), CopyError>(())
            });
            read.expect("what opens is read to its end");
        }
        Err(error) => assert!(acknowledged.is_empty(), "{error}"),
    }
    let missing: Vec<_> = acknowledged
        .iter()
        .filter(|text| !stored.contains(**text))
        .collect();
    assert!(
        missing.is_empty(),
        "of {} acknowledged {missing:?} are missing",
        acknowledged.len()
    );
}
