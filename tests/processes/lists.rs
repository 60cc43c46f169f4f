//! The lists behind figures of `status`, and `status --watch`, beside a running service.
//!
//! Invariant: what a list names can be let go, and then no figure counts it any more; whatever ends the watch, the last figures stay.

use rustix::process::Signal;
use sheetdesk::{
    operator::StatusReport,
    testbed::{PROMOTIONS, Testbed},
};
use simulator::telegram::{Fault, FaultKind};

use crate::{
    child::{Child, run},
    play::{PATIENCE, Play},
};

const READY: (&str, &str) = ("Название", "Двойное вознаграждение");

async fn are_failed(testbed: &Testbed, count: u64) {
    let failed = move |status: &StatusReport| status.outbox.failed == count;
    let counted = testbed.status_where("so many were refused", failed, PATIENCE);
    counted.await.expect("they are counted");
}

#[tokio::test]
async fn what_telegram_refused_is_named_with_its_reason_and_let_go() {
    let play = Play::set().await;
    let child = Child::serve(&play.testbed).await;
    play.registers().await;
    play.opens_appeal().await;
    let none = run(&play.testbed, &["failed", "list"]).await;
    assert_eq!(none.out, "Every message got through.\n", "{}", none.err);
    let refusal =
        r#"{"ok":false,"error_code":400,"description":"Bad Request: message is unspeakable"}"#;
    play.testbed.telegram.fault(
        Fault::next(1, FaultKind::answer(400, refusal))
            .of("sendMessage")
            .to(play.marina.id()),
    );
    play.types(2, "специалист_ответ", "Отчёт уйдёт завтра")
        .await;
    are_failed(&play.testbed, 1).await;
    let status = run(&play.testbed, &["status"]).await;
    let words = "Messages that did not get through: 1. Which, and why: sheetdesk failed list";
    assert!(status.out.contains(words), "{}", status.out);
    let list = run(&play.testbed, &["failed", "list"]).await;
    for words in [
        "to П-1042, appeal No. 2: ",
        "message is unspeakable",
        "sheetdesk failed drop NAME|all",
    ] {
        assert!(list.out.contains(words), "{words}: {}", list.out);
    }
    let name = list.out.split(' ').next().expect("it begins with a name");
    let other = run(&play.testbed, &["failed", "drop", "r1.7"]).await;
    assert_eq!(other.code, Some(1), "{}", other.out);
    let dropped = run(&play.testbed, &["failed", "drop", name]).await;
    assert_eq!(
        (dropped.code, dropped.out.as_str()),
        (Some(0), "Done: 1.\n")
    );
    are_failed(&play.testbed, 0).await;
    let again = run(&play.testbed, &["failed", "drop", "all"]).await;
    assert_eq!(again.code, Some(1), "{}", again.out);
    child.stop(Signal::TERM).await;
}

#[tokio::test]
async fn the_watch_ends_with_its_last_line() {
    let mut play = Play::set().await;
    play.testbed.configure("TELEGRAM__RATE_PER_SECOND", "10");
    play.enlists(60);
    let child = Child::serve(&play.testbed).await;
    let ready = |text: &str| text.starts_with("готово: 62");
    let ready = play
        .testbed
        .cell_where(PROMOTIONS, READY, "Рассылка", ready, PATIENCE);
    ready.await.expect("it is ready");
    play.testbed
        .type_into(PROMOTIONS, READY, "Действие", "Опубликовать")
        .expect("the row is there");
    let called = play.testbed.callback(PROMOTIONS).await;
    called.expect("the call is taken");
    let under_way = |status: &StatusReport| !status.broadcasts.is_empty();
    let begun = play
        .testbed
        .status_where("it is under way", under_way, PATIENCE);
    begun.await.expect("it begins");

    let watch = || {
        let mut variables = play.testbed.variables().to_vec();
        variables.push(("SHEETDESK_LANGUAGE".to_owned(), "en".to_owned()));
        Child::start(play.testbed.directory(), &variables, &["status", "--watch"])
    };
    let (whole, broken_off) = (watch(), watch());
    broken_off.tells(" of 62 (").await;
    broken_off.signal(Signal::INT);
    let exit = broken_off.ended().await;
    assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""));
    let last = exit.out.lines().last().expect("a line");
    assert!(
        last.starts_with("running") && exit.out.ends_with('\n'),
        "{}",
        exit.out
    );

    let exit = whole.ended().await;
    assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""));
    let last = exit.out.lines().last().expect("a line");
    assert!(last.starts_with("over: 60 of 62 (100 %)"), "{}", exit.out);
    let list = run(&play.testbed, &["failed", "list"]).await;
    assert_eq!(list.out.matches(", promotion ").count(), 2, "{}", list.out);
    child.stop(Signal::TERM).await;
}
