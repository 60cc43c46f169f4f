//! Messages: their order, their claims, and what a crash or a lost answer makes of them.

use std::future::Future;

use super::*;
use crate::{
    domain::{effect::OutboxState, event::RetryAfter},
    journal::{apply::apply, error::TableError, inbox, keys, outbox, store::TableId},
};

fn reply(seq: u64) -> OutboxId {
    OutboxId::Reply(Seq(seq), 0)
}

fn waiting(journal: &Journal) -> Vec<OutboxId> {
    journal
        .snapshot()
        .waiting()
        .map(|entry| entry.send.id)
        .collect()
}

fn state(journal: &Journal, seq: u64) -> OutboxState {
    journal.snapshot().view().outbox(&reply(seq)).unwrap().state
}

#[tokio::test]
async fn messages_wait_in_the_order_in_which_they_were_decided() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let texts = ["announce", "send", "send", "announce", "send"];
    journal
        .apply(texts.into_iter().map(message).collect())
        .await
        .unwrap();
    assert_eq!(waiting(&journal), [2, 3, 5, 1, 4].map(reply));

    let claimed = journal.claim(vec![reply(2), reply(3)]).await.unwrap();
    assert_eq!(claimed.len(), 2);
    assert!(
        claimed
            .iter()
            .all(|entry| entry.state == OutboxState::Sending && entry.tries == 1)
    );
    assert_eq!(claimed[0].send.text, Html::escape("привет"));
    assert_eq!(waiting(&journal), [5, 1, 4].map(reply));
    let again = journal
        .claim(vec![reply(3), reply(5), reply(99)])
        .await
        .unwrap();
    assert_eq!(
        again
            .into_iter()
            .map(|entry| entry.send.id)
            .collect::<Vec<_>>(),
        [reply(5)]
    );

    let retry = Event::Sent(reply(2), Outcome::Retry(RetryAfter::Schedule));
    journal.apply(vec![retry]).await.unwrap();
    assert_eq!(
        waiting(&journal),
        [2, 1, 4].map(reply),
        "a retry keeps its place"
    );
    journal.close().await;
}

#[tokio::test]
async fn an_ended_message_keeps_its_id_and_loses_its_text() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    journal
        .apply(vec![message("send"), message("send")])
        .await
        .unwrap();
    journal.claim(vec![reply(1), reply(2)]).await.unwrap();
    let delivered = Event::Sent(reply(1), Outcome::Delivered(MessageId(5)));
    let rejected = Event::Sent(
        reply(2),
        Outcome::Rejected(crate::domain::appeal::RejectReason::Blocked),
    );
    // Said twice: the second changes nothing.
    journal
        .apply(vec![delivered.clone(), rejected, delivered])
        .await
        .unwrap();

    let entry = journal.snapshot().view().outbox(&reply(1)).unwrap();
    assert_eq!(entry.state, OutboxState::Ended(FinalState::Delivered));
    assert_eq!(
        (entry.send.text.as_str(), entry.send.keyboard),
        ("", Keyboard::Keep)
    );
    let figures = journal.snapshot().figures();
    assert_eq!(
        (
            figures.outbox_pending,
            figures.outbox_sending,
            figures.outbox_failed
        ),
        (0, 0, 1)
    );
    let late = Event::Sent(reply(1), Outcome::Unknown);
    journal.apply(vec![late]).await.unwrap();
    assert_eq!(
        state(&journal, 1),
        OutboxState::Ended(FinalState::Delivered)
    );
    journal.close().await;
}

#[test]
fn an_id_is_put_once_and_may_come_back_only_if_withdrawn() {
    let db = database();
    let now = Timestamp::UNIX_EPOCH;
    let put = |tables: &mut WriteTables<'_>, nth| match send(reply(1), Lane::Talk) {
        Effect::Send(send) => outbox::put(tables, send, (Seq(1), nth), now),
        other => panic!("not a message: {other:?}"),
    };
    disk::transact::<_, TableError>(&db, |tables| {
        assert!(put(tables, 0)?);
        assert!(!put(tables, 1)?);
        outbox::withdraw(tables, &reply(1))?;
        assert!(put(tables, 2)?);
        outbox::claim(tables, &reply(1))?.expect("it waits");
        outbox::withdraw(tables, &reply(1))?;
        assert!(!put(tables, 3)?, "one that is being sent is left to end");
        outbox::finish(tables, &reply(1), FinalState::Unknown, now)?;
        assert!(!put(tables, 4)?);
        Ok(())
    })
    .unwrap();
}

#[test]
fn of_two_silences_the_later_counts_and_the_operator_ends_both() {
    let (db, now) = (database(), Timestamp::UNIX_EPOCH);
    let at = |seconds| now + SignedDuration::from_secs(seconds);
    for (until, kept) in [(35, 35), (34, 35), (3600, 3600), (5, 3600), (0, 0), (5, 5)] {
        let known = disk::transact::<_, TableError>(&db, |tables| {
            let mut decision = Decision::default();
            decision.then(Effect::Silence(at(until)));
            apply(tables, Seq(1), decision, now)?;
            outbox::silent_until(tables)
        });
        assert_eq!(known.unwrap(), Some(at(kept)), "after {until}");
    }
}

#[tokio::test]
async fn sends_that_a_crash_cut_off_are_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    journal
        .apply(vec![message("send"), message("send")])
        .await
        .unwrap();
    journal.claim(vec![reply(1)]).await.unwrap();
    let copy = copy_of(dir.path());
    journal.close().await;

    // After a kill as after a regular end in the middle of a send.
    for dir in [dir.path(), copy.path()] {
        let journal = open(dir);
        assert_eq!(decided(&journal), ["send", "send", "sent Unknown"]);
        let entry = journal.snapshot().view().outbox(&reply(1)).unwrap();
        assert!(matches!(entry.state, OutboxState::Waiting(_)));
        assert_eq!((entry.tries, entry.lost), (1, 1));
        tokio::time::timeout(DEADLINE, journal.signals().outbox.notified())
            .await
            .unwrap();
        journal.close().await;
    }
}

#[tokio::test]
async fn an_outcome_that_was_stored_counts_although_it_was_not_decided() {
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    journal.apply(vec![message("send")]).await.unwrap();
    journal.claim(vec![reply(1)]).await.unwrap();
    journal.close().await;
    let db = Database::builder()
        .create_with_backend(memory.clone())
        .unwrap();
    let delivered = Event::Sent(reply(1), Outcome::Delivered(MessageId(5)));
    disk::transact(&db, |tables| {
        inbox::store_event(tables, delivered, Timestamp::UNIX_EPOCH)
    })
    .unwrap();
    drop(db);

    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    assert_eq!(
        state(&journal, 1),
        OutboxState::Ended(FinalState::Delivered)
    );
    assert_eq!(decided(&journal).len(), 2, "nothing was declared unknown");
    journal.close().await;
}

#[tokio::test]
async fn a_claim_whose_caller_is_gone_is_taken_back() {
    let (dir, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let (journal, _heard) = open_with(dir.path(), gate.clone(), disk::in_directory(dir.path()));
    journal.apply(vec![message("send")]).await.unwrap();
    accept(&journal, 1, "wait").await;
    gate.wait_until_reached();
    {
        let mut claim = std::pin::pin!(journal.claim(vec![reply(1)]));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(claim.as_mut().poll(&mut context).is_pending());
    }
    let tokens = journal.intend(
        crate::domain::ids::SpreadsheetId("s".to_owned()),
        Vec::new(),
    );
    gate.open();
    tokens.await.unwrap();
    until("it waits again", || waiting(&journal) == [reply(1)]).await;
    assert_eq!(
        journal.snapshot().view().outbox(&reply(1)).unwrap().tries,
        0
    );
    assert_eq!(journal.claim(vec![reply(1)]).await.unwrap().len(), 1);
    journal.close().await;
}

#[tokio::test]
async fn a_message_that_cannot_be_read_spoils_only_its_own_decision() {
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let db = Database::builder()
        .create_with_backend(memory.clone())
        .unwrap();
    let broken = keys::of(&reply(50)).unwrap();
    disk::transact(&db, |tables| tables.put(TableId::Outbox, &broken, b"{")).unwrap();
    drop(db);
    let (journal, _heard) = open_with(dir.path(), Gate::default(), memory.opener());
    let delivered = Event::Sent(reply(50), Outcome::Delivered(MessageId(5)));
    journal
        .apply(vec![message("a"), delivered, message("send")])
        .await
        .unwrap();
    assert_eq!(decided(&journal), ["a", "send"]);
    let aside = journal.snapshot().quarantined(9);
    let told: Vec<_> = aside
        .iter()
        .map(|record| (record.seq, record.reason.contains("message")))
        .collect();
    assert_eq!(told, [(Seq(2), true)], "{aside:?}");
    let claimed = journal.claim(vec![reply(50), reply(3)]).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert!(journal.healthy());
    journal.close().await;
}
