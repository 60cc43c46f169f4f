//! The loop's waits, what it tells, and its end.
//!
//! Invariant: nothing here is waited for without a deadline.

use std::{ops::Range, path::Path};

use metrics_exporter_prometheus::PrometheusBuilder;
use redb::ReadableTable;
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};

use super::*;
use crate::{
    domain::{
        event::{AnswerCell, AppealCells, Looked, NewAppeal, RowEvent},
        ids::ChatId,
    },
    journal::{Nudges, Signals},
    sheets::{client::tests::nowhere, table::layout::tests::appeals},
};

pub(in crate::sheets::sync) async fn context() -> (SyncContext, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let context = SyncContext {
        spreadsheet: SpreadsheetId("book".to_owned()),
        tabs: vec![appeals()],
        archive: crate::sheets::table::layout::tests::archive(),
        templates: crate::sheets::table::layout::tests::templates(),
        rules: Rules::default(),
        client: nowhere().await,
        journal: journal_in(directory.path()),
        account: "desk@example.org".to_owned(),
        observer: None,
        work_gate: Arc::default(),
    };
    (context, directory)
}

fn journal_in(directory: &Path) -> Journal {
    let signals = Signals {
        outbox: Notify::new(),
        dirty: watch::Sender::default(),
        looks: Nudges::default(),
        best_effort: mpsc::channel(1).0,
        questions: mpsc::channel(1).0,
    };
    let interpret = Arc::new(|_: &[u8]| Err(crate::journal::Undecodable::Missing(String::new())));
    Journal::open(directory, Rules::default(), interpret, signals).expect("opens")
}

#[tokio::test]
async fn plain_writes_are_counted_over_restarts() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let state = watch::Sender::new(SyncStatus::default());
    let status = |plain_writes| SyncStatus {
        checked: false,
        tabs: Vec::new(),
        plain_writes,
        places: None,
    };
    let ((context, _directory), stop) = (context().await, CancellationToken::new());
    metrics::with_local_recorder(&recorder, || {
        for life in [[0, 2, 2], [0, 1, 4]] {
            let mut io = LiveIo::new(&context, &state, stop.clone());
            for plain_writes in life {
                io.publish(status(plain_writes));
            }
        }
    });
    assert!(
        recorder
            .handle()
            .render()
            .contains("sheetdesk_plain_writes_total 6\n")
    );
    assert_eq!(*state.borrow(), status(4));
}

#[tokio::test]
async fn a_wait_ends_with_a_nudge_the_moment_or_the_stop() {
    let ((context, _directory), stop) = (context().await, CancellationToken::new());
    let journal = context.journal.clone();
    let state = watch::Sender::default();
    let mut io = LiveIo::new(&context, &state, stop.clone());
    journal.signals().looks.mark(Tab::Appeals);
    assert!(
        matches!(io.wait(None).await, Some(Wake::Nudge(marked)) if marked.wanted == BTreeSet::from([Tab::Appeals]))
    );
    let soon = clock::steady() + SignedDuration::from_millis(5);
    assert!(matches!(io.wait(Some(soon)).await, Some(Wake::Time)));
    assert!(clock::steady() >= soon);
    stop.cancel();
    assert!(io.wait(None).await.is_none());
    let soon = Duration::from_millis(20);
    assert!(
        timeout(soon, io.structure()).await.is_err(),
        "it never ends"
    );
    assert!(timeout(soon, io.write(&Batch::default())).await.is_err());
    assert!(io.apply(Vec::new(), Vec::new()).await.is_ok());
}

#[tokio::test]
async fn dirty_rows_are_told_of_once_while_the_synchroniser_keeps_its_pace() {
    let ((context, _directory), stop) = (context().await, CancellationToken::new());
    let journal = context.journal.clone();
    let state = watch::Sender::default();
    let mut io = LiveIo::new(&context, &state, stop);
    journal.apply(adopted(7..8)).await.expect("stored");
    assert!(
        matches!(io.wait(None).await, Some(Wake::Dirty(tabs)) if tabs == BTreeSet::from([Tab::Appeals]))
    );
    let soon = clock::steady() + SignedDuration::from_millis(5);
    assert!(
        matches!(io.wait(Some(soon)).await, Some(Wake::Time)),
        "it is known already"
    );
    assert_eq!(io.project(&[Tab::Appeals]).await.len(), 1);
}

#[tokio::test]
async fn rows_that_a_batch_has_no_room_for_are_told_of_again() {
    let ((context, _directory), stop) = (context().await, CancellationToken::new());
    let journal = context.journal.clone();
    let state = watch::Sender::default();
    let mut io = LiveIo::new(&context, &state, stop);
    let (few, most) = (3, i64::try_from(MOST_ROWS).expect("not many"));
    journal.apply(adopted(1..few + 1)).await.expect("stored");
    assert_eq!(io.project(&[Tab::Appeals]).await.len(), 3);
    // Newer ones take the whole batch, while the synchroniser has not got rid of the first.
    journal
        .apply(adopted(few + 1..few + 1 + most))
        .await
        .expect("stored");
    let newer = io.project(&[Tab::Appeals]).await;
    assert_eq!(newer.len(), MOST_ROWS);
    assert!(
        io.dirty().contains(&Tab::Appeals),
        "the first three would wait for the next look by the clock"
    );
    journal
        .apply(vec![Event::Wrote(io.report(all(newer), &RowResult::Idle))])
        .await
        .expect("stored");
    assert_eq!(io.project(&[Tab::Appeals]).await.len(), 3);
}

#[tokio::test]
async fn a_record_that_cannot_be_understood_holds_back_its_own_row_alone() {
    let ((mut context, directory), stop) = (context().await, CancellationToken::new());
    let journal = context.journal.clone();
    journal.apply(adopted(1..4)).await.expect("stored");
    journal.close().await;
    let spoiled = spoil_first_appeal(directory.path());
    assert!(spoiled.is_ok(), "{spoiled:?}");
    context.journal = journal_in(directory.path());
    let state = watch::Sender::default();
    let mut io = LiveIo::new(&context, &state, stop);
    assert_eq!(io.project(&[Tab::Appeals]).await.len(), 2);
    assert!(io.dirty().is_empty(), "it comes by the clock, not at once");
    assert_eq!(context.journal.snapshot().dirty(9).len(), 3);
    let asked = Asked {
        rows: BTreeSet::from([(None, Some(ChatId(2)))]),
        ..Asked::default()
    };
    let index = io.index(asked).await.expect("the disk is well");
    assert_eq!(index.of_chats[&ChatId(2)].len(), 1);
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_is_no_empty_one() {
    let ((context, _directory), stop) = (context().await, CancellationToken::new());
    let journal = context.journal.clone();
    journal.apply(adopted(1..4)).await.expect("stored");
    let state = watch::Sender::default();
    let mut io = LiveIo::new(&context, &state, stop);
    journal.close().await;
    assert!(io.project(&[Tab::Appeals]).await.is_empty());
    assert!(io.index(Asked::default()).await.is_err());
    assert!(io.moved(&[]).is_err());
}

fn spoil_first_appeal(directory: &Path) -> Result<(), redb::Error> {
    let file = redb::Database::open(directory.join("journal.redb"))?;
    let writing = file.begin_write()?;
    {
        let appeals = redb::TableDefinition::<&[u8], &[u8]>::new("appeals");
        let mut appeals = writing.open_table(appeals)?;
        let first = appeals.first()?.expect("there are some").0.value().to_vec();
        appeals.insert(first.as_slice(), b"{}".as_slice())?;
    }
    Ok(writing.commit()?)
}

/// Rows without `№` in the appeals, one of each chat, seen in one look.
fn adopted(chats: Range<i64>) -> Vec<Event> {
    let row = |chat| {
        Event::Row(RowEvent::NewAppeal(NewAppeal {
            chat: ChatId(chat),
            number: None,
            highest: None,
            by_code: false,
            cells: AppealCells {
                styles: Vec::new(),
                status: None,
                answer: AnswerCell::Blank,
                delivery: "".into(),
                updated: "".into(),
                waiting: None,
                rating: None,
                partner: None,
                history: Some("2025-01-01 10:00:00: Вопрос".into()),
            },
        }))
    };
    let looked = Event::Looked(Looked {
        tab: Tab::Appeals,
        began: clock::now(),
        highest: None,
        sheet: None,
    });
    chats.map(row).chain([looked]).collect()
}

fn all(rows: Vec<Wanted>) -> Vec<(RowKey, Seq)> {
    rows.into_iter()
        .map(|wanted| (wanted.row.key, wanted.dirtied))
        .collect()
}
