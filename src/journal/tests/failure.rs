//! A disk that refuses: said at once, nothing assumed, and no restart needed once it takes writes again.

use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::*;
use crate::journal::{Accepted, StoreError};

#[tokio::test]
async fn a_full_disk_is_told_and_survived() {
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    journal.apply(vec![message("send")]).await.unwrap();
    memory.refuse(true);
    let refused = journal.accept(key(1), Bytes::from_static(b"a")).await;
    assert!(matches!(refused, Err(StoreError::Disk(words)) if words.contains("no space left")));
    assert!(!journal.healthy());
    // All kinds of questions are refused, again and again.
    assert!(matches!(
        journal.apply(vec![message("b")]).await,
        Err(StoreError::Disk(_))
    ));
    assert!(matches!(
        journal.claim(vec![OutboxId::Reply(Seq(1), 0)]).await,
        Err(StoreError::Disk(_))
    ));

    memory.refuse(false);
    until("it stores again", || journal.healthy()).await;
    let accepted = accept(&journal, 1, "a").await;
    assert!(matches!(accepted, Accepted::Stored(_)));
    until("it is decided once", || decided(&journal) == ["send", "a"]).await;
    assert_eq!(
        journal
            .claim(vec![OutboxId::Reply(Seq(1), 0)])
            .await
            .unwrap()
            .len(),
        1
    );
    journal.close().await;
}

#[tokio::test]
async fn the_writer_answers_while_the_disk_refuses_but_not_while_it_hangs_and_not_after_its_end() {
    let (dir, memory, gate) = (
        tempfile::tempdir().unwrap(),
        Memory::default(),
        Gate::default(),
    );
    let (journal, _heard) = open_with(dir.path(), gate.clone(), memory.opener());
    assert!(journal.answers().await);
    accept(&journal, 1, "wait").await;
    gate.wait_until_reached();
    let asked = tokio::spawn({
        let journal = journal.clone();
        async move { journal.answers().await }
    });
    tokio::task::yield_now().await;
    assert!(!asked.is_finished());
    memory.refuse(true);
    gate.open();
    assert!(
        tokio::time::timeout(DEADLINE, asked)
            .await
            .unwrap()
            .unwrap()
    );
    until("the disk refuses", || !journal.healthy()).await;
    assert!(
        tokio::time::timeout(DEADLINE, journal.answers())
            .await
            .unwrap()
    );
    let other = journal.clone();
    journal.close().await;
    assert!(!other.answers().await);
}

#[tokio::test]
async fn what_was_stored_before_the_failure_is_decided_after_it() {
    let (dir, memory, gate) = (
        tempfile::tempdir().unwrap(),
        Memory::default(),
        Gate::default(),
    );
    let (journal, _heard) = open_with(dir.path(), gate.clone(), memory.opener());
    accept(&journal, 1, "wait").await;
    gate.wait_until_reached();
    memory.refuse(true);
    gate.open();
    until("the decision's commit fails", || !journal.healthy()).await;
    memory.refuse(false);
    until("it is decided after all", || {
        journal.healthy() && decided(&journal) == ["wait"]
    })
    .await;
    assert_eq!(accept(&journal, 1, "wait").await, Accepted::Duplicate);
    journal.close().await;
}

#[tokio::test]
async fn a_snapshot_knows_that_it_could_not_be_read() {
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    let other = journal.clone();
    assert!(other.snapshot().intact());
    journal.close().await;
    let snapshot = other.snapshot();
    assert!(snapshot.view().lines(DECIDED, 1).is_empty());
    assert!(!snapshot.intact());
}

#[tokio::test]
async fn closing_with_a_refusing_disk_ends() {
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    memory.refuse(true);
    assert!(
        journal
            .accept(key(1), Bytes::from_static(b"a"))
            .await
            .is_err()
    );
    tokio::time::timeout(DEADLINE, journal.close())
        .await
        .unwrap();
    memory.refuse(false);
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    accept(&journal, 2, "b").await;
    until("the next start goes on", || {
        decided(&journal).last().is_some_and(|text| text == "b")
    })
    .await;
    journal.close().await;
}

#[tokio::test]
async fn a_commit_that_landed_without_an_answer_claims_and_stores_nothing_twice() {
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    journal.apply(vec![message("send")]).await.unwrap();
    let id = OutboxId::Reply(Seq(1), 0);
    memory.loses_answers.store(true, Ordering::SeqCst);
    let (claimed, accepted) = tokio::join!(
        journal.claim(vec![id.clone()]),
        journal.accept(key(1), Bytes::from_static(b"a"))
    );
    assert!(claimed.is_err() && accepted.is_err());
    memory.loses_answers.store(false, Ordering::SeqCst);
    until("it stores again", || journal.healthy()).await;

    let entries = journal.claim(vec![id]).await.unwrap();
    assert_eq!(
        entries.iter().map(|entry| entry.tries).collect::<Vec<_>>(),
        [1]
    );
    accept(&journal, 1, "a").await;
    until("it is decided once", || decided(&journal) == ["send", "a"]).await;
    journal.close().await;
}

#[tokio::test]
async fn events_that_were_stored_are_waited_for_and_not_refused() {
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    // The first round of a start has a commit of its own.
    journal.claim(Vec::new()).await.unwrap();
    memory.allow(1);
    let applying = tokio::spawn({
        let journal = journal.clone();
        async move { journal.apply(vec![message("a")]).await }
    });
    until("the decision's commit fails", || !journal.healthy()).await;
    memory.refuse(false);
    applying.await.unwrap().unwrap();
    assert_eq!(decided(&journal), ["a"]);
    journal.close().await;
}
