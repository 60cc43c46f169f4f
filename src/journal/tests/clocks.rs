//! A clock that was set back while nobody was running: what waited goes on waiting as long as was meant.

use super::*;
use crate::{
    domain::effect::OutboxState,
    journal::{clock_shift, error::TableError, keys, outbox, records::Timer, store::TableId},
};

#[tokio::test]
async fn after_a_clock_was_set_back_timers_messages_and_silences_wait_as_long_as_was_meant() {
    let dir = tempfile::tempdir().unwrap();
    let hour = SignedDuration::from_hours(1);
    // The last commit was made an hour later than now, as that clock told.
    let then = clock::now() + hour;
    let database = Database::create(dir.path().join(disk::DATA_FILE)).unwrap();
    disk::transact::<_, TableError>(&database, |tables| {
        clock_shift::record_clock(tables, then)?;
        let (soon, wake) = (then + SignedDuration::from_millis(100), Wake::Session(CHAT));
        tables.write(
            TableId::Timers,
            &keys::at(soon, &keys::of(&wake)?),
            &Timer { at: soon, wake },
        )?;
        let Effect::Send(send) = send(OutboxId::Reply(Seq(7), 0), Lane::Talk) else {
            unreachable!()
        };
        outbox::put(tables, send, (Seq(7), 0), then)?;
        outbox::be_silent(tables, then + hour)
    })
    .unwrap();
    drop(database);
    let journal = open(dir.path());
    until("the timer fires", || decided(&journal) == ["due"]).await;
    let snapshot = journal.snapshot();
    let entry = snapshot.waiting().next().expect("it waits");
    assert!(
        matches!(entry.state, OutboxState::Waiting(due) if due <= clock::now()),
        "{entry:?}"
    );
    let until = snapshot.silent_until().expect("a silence");
    assert!(until <= clock::now() + hour, "{until}");
    assert!(
        until > clock::now() + hour - SignedDuration::from_mins(1),
        "{until}"
    );
    drop(snapshot);
    journal.close().await;
}
