//! The regular way: stored once, decided in order, answered after the commit.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::join_all;

use super::*;
use crate::journal::{Accepted, OpenError, StoreError, error::TableError, inbox, queue::CAPACITY};

#[tokio::test]
async fn an_update_is_stored_once_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    assert_eq!(accept(&journal, 1, "a").await, Accepted::Stored(Seq(1)));
    assert_eq!(accept(&journal, 1, "a").await, Accepted::Duplicate);
    journal.close().await;

    let journal = open(dir.path());
    assert_eq!(accept(&journal, 1, "a").await, Accepted::Duplicate);
    assert_eq!(accept(&journal, 2, "b").await, Accepted::Stored(Seq(2)));
    until("both are decided", || decided(&journal) == ["a", "b"]).await;
    let other_bot = DedupKey { bot: 43, update: 1 };
    let answer = journal
        .accept(other_bot, Bytes::from_static(b"c"))
        .await
        .unwrap();
    assert_eq!(answer, Accepted::Stored(Seq(3)));
    journal.close().await;
}

#[test]
fn handles_and_snapshots_go_between_tasks() {
    fn sendable<T: std::marker::Send + Sync>() {}
    sendable::<Journal>();
    sendable::<Snapshot>();
}

#[tokio::test]
async fn many_accepts_share_few_commits() {
    const MANY: i64 = 200;
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    memory.slow.store(true, Ordering::SeqCst);
    let before = memory.syncs();
    let all = join_all((0..MANY).map(|update| accept(&journal, update, "x"))).await;
    let commits = memory.syncs() - before;
    assert!(commits <= 10, "{commits} commits for {MANY} records");
    assert!(
        all.iter()
            .all(|accepted| matches!(accepted, Accepted::Stored(_)))
    );
    journal.close().await;
}

#[tokio::test]
async fn accepting_waits_for_one_fsync_and_not_for_the_decision() {
    // The opening has a transaction of its own, where the record does not come in time to share it.
    const TRIES: usize = 50;
    for _ in 0..TRIES {
        let (dir, memory, gate) = (
            tempfile::tempdir().unwrap(),
            Memory::default(),
            Gate::default(),
        );
        let (journal, _heard) = open_with(dir.path(), gate.clone(), memory.opener());
        let before = memory.syncs();
        assert_eq!(accept(&journal, 1, "wait").await, Accepted::Stored(Seq(1)));
        gate.wait_until_reached();
        let syncs = memory.syncs() - before;
        assert_eq!(journal.snapshot().figures().inbox_pending, 1);
        gate.open();
        until("it is decided", || decided(&journal) == ["wait"]).await;
        assert_eq!(journal.snapshot().figures().inbox_pending, 0);
        journal.close().await;
        if syncs == 1 {
            return;
        }
    }
    panic!("no acknowledgement came after a single fsync");
}

#[tokio::test]
async fn apply_returns_when_all_is_decided_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let texts: Vec<String> = (0..700).map(|n| n.to_string()).collect();
    journal
        .apply(texts.iter().map(|text| message(text)).collect())
        .await
        .unwrap();
    assert_eq!(decided(&journal), texts);
    journal.apply(Vec::new()).await.unwrap();
    journal.close().await;
}

#[tokio::test]
async fn what_cannot_be_decided_is_set_aside_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let texts = [
        "undecodable",
        "panic in interpret",
        "panic in decide",
        "a flood",
        "good",
    ];
    for (update, text) in (1..).zip(texts) {
        accept(&journal, update, text).await;
    }
    journal
        .accept(key(9), Bytes::from_static(&[0xff]))
        .await
        .unwrap();
    until("the good one is decided", || decided(&journal) == ["good"]).await;
    until("the others are set aside", || {
        journal.snapshot().quarantined(10).len() == 5
    })
    .await;
    let reasons: Vec<String> = journal
        .snapshot()
        .quarantined(10)
        .into_iter()
        .map(|record| record.reason)
        .collect();
    assert_eq!(
        reasons,
        [
            "в обновлении Telegram нет поля message.chat",
            "ошибка самой службы (a poison record)",
            "ошибка самой службы (no rule for this)",
            "с записью ничего не сделать (its decision has 65537 effects, and 65536 is the most)",
            "bytes – не объект JSON",
        ]
    );
    let first = journal.snapshot().quarantined(1).remove(0);
    assert_eq!(
        (first.seq, first.reason.as_str()),
        (Seq(1), "в обновлении Telegram нет поля message.chat")
    );
    journal.close().await;
}

#[tokio::test]
async fn a_timer_fires_once_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    journal.apply(vec![message("timer")]).await.unwrap();
    until("the timer fires", || decided(&journal) == ["timer", "due"]).await;
    journal.apply(vec![message("timer")]).await.unwrap();
    journal.close().await;

    let journal = open(dir.path());
    until("the second timer fires", || decided(&journal).len() == 4).await;
    journal.apply(vec![message("end")]).await.unwrap();
    assert_eq!(decided(&journal), ["timer", "due", "timer", "due", "end"]);
    journal.close().await;
}

#[tokio::test]
async fn others_are_told_after_the_commit() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, mut heard) =
        open_with(dir.path(), Gate::default(), disk::in_directory(dir.path()));
    let mut dirty = journal.signals().dirty.subscribe();
    journal
        .apply(vec![message("hints"), message("send")])
        .await
        .unwrap();
    tokio::time::timeout(DEADLINE, async {
        dirty.changed().await.unwrap();
        journal.signals().outbox.notified().await;
        assert_eq!(
            journal
                .signals()
                .looks
                .taken(&[Tab::Partners, Tab::Appeals], true)
                .await
                .wanted,
            BTreeSet::from([Tab::Appeals])
        );
        assert_eq!(
            heard.best_effort.recv().await,
            Some(BestEffort::Button(CallbackId("b".to_owned())))
        );
    })
    .await
    .unwrap();
    journal.close().await;
}

#[tokio::test]
async fn a_reaction_that_finds_no_place_is_told_also_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, mut heard) =
        open_with(dir.path(), Gate::default(), disk::in_directory(dir.path()));
    journal
        .apply((0..10).map(|_| message("react")).collect())
        .await
        .unwrap();
    let told = || {
        decided(&journal)
            .iter()
            .filter(|said| said.starts_with("Unshown("))
            .count()
    };
    until("two of ten come back", || told() == 2).await;
    for _ in 0..8 {
        assert_eq!(
            heard.best_effort.try_recv(),
            Ok(BestEffort::Reaction(CHAT, MessageId(1)))
        );
    }
    journal.apply(vec![message("react")]).await.unwrap();
    assert_eq!(told(), 2, "where there is a place, none comes back");
    journal.close().await;

    let memory = Memory::default();
    let db = Database::builder()
        .create_with_backend(memory.clone())
        .unwrap();
    disk::transact::<_, TableError>(&db, |tables| {
        for _ in 0..10 {
            inbox::store_event(tables, message("react"), Timestamp::UNIX_EPOCH)?;
        }
        Ok(())
    })
    .unwrap();
    drop(db);
    let dir = tempfile::tempdir().unwrap();
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    let told = || {
        decided(&journal)
            .iter()
            .filter(|said| said.starts_with("Unshown("))
            .count()
    };
    until("two of ten come back", || told() == 2).await;
    journal.close().await;
}

#[tokio::test]
async fn the_directory_has_one_owner_and_nobody_else_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("new").join("data");
    let journal = open(&data);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("journal.redb")), 0o600);

    let second = Journal::open(
        &data,
        Rules::default(),
        interpret(Gate::default()),
        signals().0,
    );
    let words = second.err().expect("refused").to_string();
    assert!(
        words.starts_with("another Sheetdesk is already working with"),
        "{words}"
    );
    journal.close().await;
    Journal::open(
        &data,
        Rules::default(),
        interpret(Gate::default()),
        signals().0,
    )
    .expect("free again")
    .close()
    .await;
}

#[tokio::test]
async fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("journal.redb"), "something else").unwrap();
    let opened = Journal::open(
        dir.path(),
        Rules::default(),
        interpret(Gate::default()),
        signals().0,
    );
    assert!(matches!(opened.err(), Some(OpenError::Damaged(..))));
    assert_eq!(
        fs::read(dir.path().join("journal.redb")).unwrap(),
        b"something else"
    );
}

#[tokio::test]
async fn closing_finishes_what_is_in_hand() {
    let (dir, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let (journal, _heard) = open_with(dir.path(), gate.clone(), disk::in_directory(dir.path()));
    accept(&journal, 1, "wait").await;
    gate.wait_until_reached();
    let other = journal.clone();
    let in_hand = tokio::spawn({
        let journal = journal.clone();
        async move { journal.apply(vec![message("late")]).await }
    });
    until("it stands in the queue", || {
        journal.shared.permits.available_permits() == CAPACITY - 1
    })
    .await;
    let closing = tokio::spawn(journal.close());
    until("nothing new is let in", || other.shared.permits.is_closed()).await;
    gate.open();
    closing.await.unwrap();
    in_hand.await.unwrap().unwrap();
    assert!(matches!(
        other.apply(vec![message("x")]).await,
        Err(StoreError::Closed)
    ));

    let journal = open(dir.path());
    assert_eq!(decided(&journal), ["wait", "late"]);
    journal.close().await;
}

#[tokio::test]
async fn beyond_the_queue_s_bound_it_is_busy() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let all = u32::try_from(CAPACITY).unwrap();
    let places = Arc::clone(&journal.shared.permits)
        .acquire_many_owned(all)
        .await
        .unwrap();
    let refused = tokio::time::timeout(
        Duration::from_secs(5),
        journal.accept(key(1), Bytes::from_static(b"x")),
    )
    .await;
    assert!(matches!(refused.unwrap(), Err(StoreError::Busy)));
    drop(places);
    assert_eq!(accept(&journal, 1, "x").await, Accepted::Stored(Seq(1)));
    journal.close().await;
}

#[tokio::test]
async fn an_event_of_our_own_from_which_nothing_follows_leaves_no_record() {
    let dir = tempfile::tempdir().unwrap();
    let signals = signals().0;
    let journal = Journal::open(
        dir.path(),
        Rules::default(),
        interpret(Gate::default()),
        signals,
    )
    .unwrap();
    let chat = ChatId(700_001_042);
    let to_nobody = OutboxId::Promotion(crate::domain::ids::PromotionKey("1-пх".to_owned()), chat);
    let events = [
        Event::Sent(to_nobody, Outcome::Unknown),
        Event::Due(Wake::Kept(chat)),
    ];
    journal.apply(events.into()).await.unwrap();
    let mut held = 0;
    let source = journal.source().unwrap();
    let read = source.each(|table, _, _| {
        held += usize::from(table == "inbox");
        Ok::<_, crate::journal::CopyError>(())
    });
    read.unwrap();
    assert_eq!(held, 0);
    journal.close().await;
}
