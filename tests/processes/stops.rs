//! How a running service ends, and how a second one beside it does.
//!
//! Invariant: the first signal ends it within 2 s with code 0, whatever is in hand; the second at once.

use std::time::Duration;

use rustix::process::Signal;
use simulator::{
    sheets::{CallKind, Side},
    telegram::{Fault, FaultKind, Person, Profile},
};
use tokio::time::timeout;

use crate::{
    child::{Child, run, run_with},
    play::{PATIENCE, Play, hears},
};

/// The stop is promised within this time.
const STOP: Duration = Duration::from_secs(2);
/// The service says so where the 1.5 s have passed that work in hand is given.
const CUT_OFF: &str = "not everything stopped in time";
/// After a second signal: less than what is left of those 1.5 s.
const FORCED: Duration = Duration::from_secs(1);
/// The row that the predecessor left; its partner has an account.
const OLD: u32 = 1;

#[tokio::test]
async fn with_a_send_in_hand_it_stops_in_time_and_the_answer_is_not_lost() {
    let (play, pavel) = sighted().await;
    for (answer, signal) in [
        ("Первый ответ", Signal::TERM),
        ("Второй ответ", Signal::INT),
    ] {
        let child = with_a_send_in_hand(&play, answer).await;
        let (exit, took) = child.stop(signal).await;
        assert_eq!(exit.code, Some(0), "{}", exit.err);
        assert!(took < STOP, "{took:?}");
        play.testbed.telegram.release();
        let child = Child::serve(&play.testbed).await;
        hears(&pavel, answer).await;
        play.shows(OLD, "специалист_ответ", str::is_empty).await;
        play.shows(OLD, "Доставка", |text| {
            text.ends_with("возможно дважды")
        })
        .await;
        play.settled().await;
        child.stop(signal).await;
    }
}

#[tokio::test]
async fn with_a_write_in_hand_it_stops_in_time_and_the_row_is_written() {
    let (play, pavel) = sighted().await;
    for (answer, side) in [("До записи", Side::Before), ("После записи", Side::After)]
    {
        let hold = play.testbed.sheets.hold(CallKind::Write, side);
        let typed = play.testbed.type_in(OLD, "специалист_ответ", answer);
        typed.expect("the row is there");
        let child = Child::serve(&play.testbed).await;
        timeout(PATIENCE, hold.arrived())
            .await
            .expect("the row is written");
        let (exit, took) = child.stop(Signal::TERM).await;
        assert_eq!(exit.code, Some(0), "{}", exit.err);
        assert!(took < STOP, "{took:?}");
        hold.release();
        let child = Child::serve(&play.testbed).await;
        play.shows(OLD, "специалист_ответ", str::is_empty).await;
        play.settled().await;
        let history = play.testbed.appeal_cell(OLD, "текст_обращений");
        assert_eq!(history.matches(answer).count(), 1, "{history}");
        child.stop(Signal::TERM).await;
    }
    assert_eq!(pavel.messages().len(), 2, "one for each answer");
}

#[tokio::test]
async fn the_second_signal_forces_it_at_once() {
    let (play, _pavel) = sighted().await;
    for (answer, first, second) in [
        ("Раз", Signal::TERM, Signal::TERM),
        ("Два", Signal::TERM, Signal::INT),
        ("Три", Signal::INT, Signal::INT),
    ] {
        let child = with_a_send_in_hand(&play, answer).await;
        child.signal(first);
        child.says("asked to stop").await;
        let (exit, took) = child.stop(second).await;
        assert_eq!(exit.code, Some(0), "{}", exit.err);
        assert!(took < FORCED, "{took:?}");
        play.testbed.telegram.release();
    }
}

#[tokio::test]
async fn idle_it_stops_at_once() {
    let play = Play::set().await;
    for signal in [Signal::TERM, Signal::INT] {
        let child = Child::serve(&play.testbed).await;
        play.settled().await;
        let (exit, took) = child.stop(signal).await;
        assert_eq!(
            (exit.code, exit.out.as_str()),
            (Some(0), ""),
            "{}",
            exit.err
        );
        assert!(took < STOP, "{took:?}");
        assert!(!exit.err.contains(CUT_OFF), "{}", exit.err);
    }
}

#[tokio::test]
async fn a_closed_terminal_stops_it_regularly_though_nobody_hears_it() {
    let play = Play::set().await;
    // A log that cannot be written stands for the terminal that has gone; whoever runs the tests may ignore SIGHUP.
    let heard = ["env", "--default-signal=HUP"];
    let unheard = ["sh", "-c", "exec \"$0\" \"$@\" 2>/dev/full"];
    let child = Child::serve_by(&[&heard[..], &unheard].concat(), &play.testbed).await;
    play.registers().await;
    // The shell says it, and the kernel says it again.
    child.signal(Signal::HUP);
    let (exit, took) = child.stop(Signal::HUP).await;
    assert_eq!((exit.code, exit.signal), (Some(0), None));
    assert!(took < STOP, "{took:?}");
    let child = Child::serve(&play.testbed).await;
    let status = play.settled().await;
    assert_eq!((status.outbox.unknown, status.inbox.quarantined), (0, 0));
    child.stop(Signal::TERM).await;
}

#[tokio::test]
async fn whoever_started_it_by_nohup_may_close_the_terminal() {
    let play = Play::set().await;
    let child = Child::serve_by(&["nohup"], &play.testbed).await;
    child.signal(Signal::HUP);
    play.registers().await;
    let (exit, _) = child.stop(Signal::TERM).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    assert!(!exit.err.contains("SIGHUP"), "{}", exit.err);
}

#[tokio::test]
async fn every_loop_says_that_it_began_and_that_it_ended() {
    let play = Play::set().await;
    let child = Child::serve(&play.testbed).await;
    child.says("serving").await;
    play.settled().await;
    let (exit, _) = child.stop(Signal::INT).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    let [mut began, mut ended] =
        ["loop started", "loop stopped"].map(|words| loops(&exit.err, words));
    began.sort_unstable();
    ended.sort_unstable();
    assert_eq!(began, ended, "{}", exit.err);
    for name in [
        "http",
        "outbox",
        "operator",
        "every-appeals",
        "every-partners",
        "every-promotions",
        "every-health",
    ] {
        assert!(
            began.contains(&format!("\"{name}\"").as_str()),
            "{name}: {}",
            exit.err
        );
    }
    assert!(
        began.iter().any(|name| name.starts_with("\"desk-")),
        "{}",
        exit.err
    );
}

#[tokio::test]
async fn a_second_service_beside_it_says_why_it_cannot_run() {
    let play = Play::set().await;
    let child = Child::serve(&play.testbed).await;
    let second = run(&play.testbed, &["serve"]).await;
    assert_eq!(second.code, Some(1), "{}", second.err);
    let directory = play.testbed.data_dir().display().to_string();
    for words in [
        "another Sheetdesk is already working with",
        &directory,
        "stop it first",
    ] {
        assert!(second.err.contains(words), "{words}: {}", second.err);
    }
    let elsewhere = play
        .testbed
        .directory()
        .join("elsewhere")
        .display()
        .to_string();
    let same_address = run_with(&play.testbed, &[("DATA_DIR", &elsewhere)], &["serve"]).await;
    assert_eq!(same_address.code, Some(1), "{}", same_address.err);
    let words = format!("cannot listen on {}", play.testbed.address());
    assert!(
        same_address.err.contains(&words) && same_address.err.contains("SHEETDESK_HTTP__LISTEN"),
        "{}",
        same_address.err
    );
    play.settled().await;
    let (exit, _) = child.stop(Signal::TERM).await;
    assert_eq!(
        exit.code,
        Some(0),
        "the first one does not mind: {}",
        exit.err
    );
}

/// The names of the loops of which the log says so, quoted as they are there.
fn loops<'l>(log: &'l str, words: &str) -> Vec<&'l str> {
    let lines = log.lines().filter(|line| line.contains(words));
    let named = lines.filter_map(|line| line.split("task.name=").nth(1)?.split(' ').next());
    named.collect()
}

/// The service has seen the workbook once and has stopped; whoever is in the old row has an account.
async fn sighted() -> (Play, Person) {
    let play = Play::set().await;
    let pavel = play
        .testbed
        .telegram
        .person(Profile::new(700_001_043, "Павел"))
        .has_met_bot();
    let child = Child::serve(&play.testbed).await;
    play.shows(OLD, "№", |number| !number.is_empty()).await;
    play.settled().await;
    child.stop(Signal::TERM).await;
    (play, pavel)
}

/// The service runs, and an answer of its is held before Telegram takes it.
async fn with_a_send_in_hand(play: &Play, answer: &str) -> Child {
    let hold = Fault::next(1, FaultKind::Hold).of("sendMessage");
    play.testbed.telegram.fault(hold);
    let typed = play.testbed.type_in(OLD, "специалист_ответ", answer);
    typed.expect("the row is there");
    let child = Child::serve(&play.testbed).await;
    play.testbed
        .telegram
        .await_held(1, PATIENCE)
        .await
        .expect("the answer is sent");
    child
}
