//! The loop's waits, what it tells, and its end.
//!
//! Invariant: nothing here is waited for without a deadline.

use std::ops::Range;

use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::sync::{Notify, mpsc};

use super::*;
use crate::{
    domain::{
        event::{AnswerCell, Looked, RowEvent, UnnumberedCells},
        ids::ChatId,
    },
    health::Health,
    journal::{Nudges, Signals},
    sheets::{client::tests::nowhere, layout::tests::appeals},
};

async fn room() -> (Room, tempfile::TempDir) {
    let rules = Rules::default();
    let signals = Signals {
        outbox: Notify::new(),
        dirty: watch::Sender::default(),
        looks: Nudges::default(),
        best_effort: mpsc::channel(1).0,
        questions: mpsc::channel(1).0,
    };
    let interpret = Arc::new(|_: &[u8]| Err(crate::journal::Undecodable(String::new())));
    let directory = tempfile::tempdir().expect("a directory");
    let journal =
        Journal::open(directory.path(), rules.clone(), interpret, signals).expect("opens");
    let room = Room {
        spreadsheet: SpreadsheetId("book".to_owned()),
        tabs: vec![appeals()],
        archive: crate::sheets::layout::tests::archive(),
        rules,
        hub: nowhere().await,
        journal,
        account: "desk@example.org".to_owned(),
        observer: None,
        rest: Arc::default(),
    };
    (room, directory)
}

#[test]
fn plain_writes_are_counted_over_restarts() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let state = watch::Sender::new(DeskState::default());
    let fares = |plain_writes| DeskState {
        checked: false,
        tabs: Vec::new(),
        plain_writes,
    };
    metrics::with_local_recorder(&recorder, || {
        for life in [[0, 2, 2], [0, 1, 4]] {
            let mut publisher = Publisher {
                state: &state,
                plain_writes: 0,
            };
            for plain_writes in life {
                publisher.publish(fares(plain_writes));
            }
        }
    });
    assert!(
        recorder
            .handle()
            .render()
            .contains("sheetdesk_plain_writes_total 6\n")
    );
    assert_eq!(*state.borrow(), fares(4));
}

#[tokio::test]
async fn a_wait_ends_with_a_nudge_the_moment_or_the_stop() {
    let ((room, _directory), stop) = (room().await, CancellationToken::new());
    let journal = room.journal.clone();
    let mut driver = Driver::new(&room, stop.clone());
    journal.signals().looks.mark(Tab::Appeals);
    assert!(
        matches!(driver.wait(None).await, Some(Input::Nudge(marked)) if marked.wanted == BTreeSet::from([Tab::Appeals]))
    );
    let soon = clock::steady() + SignedDuration::from_millis(5);
    assert!(matches!(driver.wait(Some(soon)).await, Some(Input::Tick)));
    assert!(clock::steady() >= soon);
    stop.cancel();
    assert!(driver.wait(None).await.is_none());
    assert!(driver.carry_out(Output::ReadStructure).await.is_none());
    let apply = Output::Apply {
        events: Vec::new(),
        overwritten: Vec::new(),
    };
    assert!(matches!(
        driver.carry_out(apply).await,
        Some(Input::Applied(Ok(())))
    ));
}

#[tokio::test]
async fn dirty_rows_are_told_of_once_while_the_desk_keeps_its_pace() {
    let ((room, _directory), stop) = (room().await, CancellationToken::new());
    let journal = room.journal.clone();
    let mut driver = Driver::new(&room, stop);
    journal.apply(adopted(7..8)).await.expect("stored");
    assert!(
        matches!(driver.wait(None).await, Some(Input::Dirty(tabs)) if tabs == BTreeSet::from([Tab::Appeals]))
    );
    let soon = clock::steady() + SignedDuration::from_millis(5);
    assert!(
        matches!(driver.wait(Some(soon)).await, Some(Input::Tick)),
        "the desk knows already"
    );
    assert_eq!(driver.project(&[Tab::Appeals]).await.len(), 1);
}

#[tokio::test]
async fn rows_that_a_batch_has_no_room_for_are_told_of_again() {
    let ((room, _directory), stop) = (room().await, CancellationToken::new());
    let journal = room.journal.clone();
    let mut driver = Driver::new(&room, stop);
    let (few, most) = (3, i64::try_from(MOST_ROWS).expect("not many"));
    journal.apply(adopted(1..few + 1)).await.expect("stored");
    assert_eq!(driver.project(&[Tab::Appeals]).await.len(), 3);
    // Newer ones take the whole batch, while the desk has not got rid of the first.
    journal
        .apply(adopted(few + 1..few + 1 + most))
        .await
        .expect("stored");
    let newer = driver.project(&[Tab::Appeals]).await;
    assert_eq!(newer.len(), MOST_ROWS);
    assert!(
        driver.dirty().contains(&Tab::Appeals),
        "the first three would wait for the next look by the clock"
    );
    journal
        .apply(vec![Event::Wrote(
            driver.report(all(newer), &RowResult::Idle),
        )])
        .await
        .expect("stored");
    assert_eq!(driver.project(&[Tab::Appeals]).await.len(), 3);
}

/// Rows without `№` in the appeals, one of each chat, seen in one look.
fn adopted(chats: Range<i64>) -> Vec<Event> {
    let row = |chat| {
        Event::Row(RowEvent::Unnumbered(UnnumberedCells {
            chat: ChatId(chat),
            partner: None,
            status: None,
            answer: AnswerCell::Blank,
            history: "2025-01-01 10:00:00: Вопрос".into(),
            updated: "".into(),
            highest: None,
            alike: 1,
        }))
    };
    let looked = Event::Looked(Looked {
        tab: Tab::Appeals,
        began: clock::now(),
        highest: None,
    });
    chats.map(row).chain([looked]).collect()
}

fn all(rows: Vec<Wanted>) -> Vec<(RowKey, Seq)> {
    rows.into_iter()
        .map(|wanted| (wanted.row.key, wanted.dirtied))
        .collect()
}

#[tokio::test]
async fn a_desk_that_reaches_nobody_says_so_and_stops() {
    let ((room, _directory), stop) = (room().await, CancellationToken::new());
    let hub = room.hub.clone();
    let state = watch::Sender::new(DeskState::default());
    let seen = state.subscribe();
    let stopped = stop.clone();
    let running = tokio::spawn(async move { run(room, &state, stopped).await });
    let down = async {
        while hub.health() != Health::Down {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), down)
        .await
        .expect("in time");
    assert_eq!(
        seen.borrow().tabs[0].trouble,
        None,
        "an outage is not the fault of a tab"
    );
    stop.cancel();
    timeout(Duration::from_secs(2), running)
        .await
        .expect("stops in time")
        .expect("no panic");
}
