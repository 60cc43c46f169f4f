//! What the synchronisers need: dirty rows with generations, intents and tokens; and the bounds of the file.

use crate::{
    domain::{event::RowMark, ids::Number, row::Column, tab::Tab},
    journal::{Exchanged, Touched},
};
use std::ops::Bound;

use jiff::ToSpan;

use super::*;
use crate::journal::Snapshot;
use crate::{
    domain::ids::{BatchToken, PartnerCode, RowKey, SpreadsheetId},
    journal::{
        apply::apply,
        error::TableError,
        inbox, outbox, retention,
        store::{self, ReadTables, TableId},
        tokens,
    },
};

fn sheet(name: &str) -> SpreadsheetId {
    SpreadsheetId(name.to_owned())
}

fn reading(db: &Database) -> ReadTables {
    use redb::ReadableDatabase;
    store::file::open_for_reading(&db.begin_read().unwrap()).unwrap()
}

fn transact<T>(
    db: &Database,
    work: impl FnOnce(&mut WriteTables<'_>) -> Result<T, TableError>,
) -> T {
    disk::transact(db, work).unwrap()
}

#[test]
fn a_dirty_row_keeps_its_turn_and_is_clean_only_for_its_generation() {
    let db = database();
    let row = |n| RowKey::Appeal(AppealId::first(Seq(n)));
    let code = RowKey::Partner(PartnerCode::fold("П-1").unwrap());
    let carry = |seq, dirty: Vec<RowKey>, clean: Vec<(RowKey, Seq)>| {
        let decision = Decision {
            dirty,
            clean,
            ..Decision::default()
        };
        transact(&db, |tables| {
            apply(tables, Seq(seq), decision, Timestamp::UNIX_EPOCH)
        });
        Snapshot::of(reading(&db)).dirty(10)
    };
    carry(1, vec![row(1), code.clone()], vec![]);
    let both = carry(300, vec![row(2), row(1)], vec![]);
    assert_eq!(
        both,
        [
            (row(1), Seq(300)),
            (code.clone(), Seq(1)),
            (row(2), Seq(300))
        ]
    );
    let after = carry(301, vec![], vec![(row(1), Seq(1)), (code, Seq(1))]);
    assert_eq!(
        after,
        [(row(1), Seq(300)), (row(2), Seq(300))],
        "a later mark stays"
    );
    let after = carry(
        302,
        vec![row(2)],
        vec![(row(1), Seq(300)), (row(2), Seq(300))],
    );
    assert_eq!(after, [(row(2), Seq(302))], "taken off before it is put on");
}

#[tokio::test]
async fn an_intent_lasts_until_it_is_finished_and_its_token_until_it_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let row = Touched {
        tab: Tab::Appeals,
        row: 4,
        mark: Some(RowMark::Appeal(Number(41))),
        wrote: vec![(Column::Updated, "2025-10-09 11:53:20".into())],
        exchanged: vec![Exchanged {
            column: Column::Answer,
            expect: Some("Готово".into()),
            left: "".into(),
        }],
    };
    let first = journal.intend(sheet("a"), vec![row.clone()]).await.unwrap();
    let second = journal.intend(sheet("b"), Vec::new()).await.unwrap();
    assert_eq!(second.token.0, first.token.0 + 1);
    assert!(
        first.token.0 > 1_700_000_000,
        "it begins with the time, so that a journal begun anew meets no old fence"
    );
    assert_eq!(first.touched, [row]);
    assert_eq!(journal.snapshot().intents(&sheet("a")), [first]);
    journal.close().await;

    let journal = open(dir.path());
    assert_eq!(
        journal.snapshot().figures().intents,
        2,
        "they outlive a restart"
    );
    let third = journal.intend(sheet("a"), Vec::new()).await.unwrap();
    assert_eq!(third.token.0, second.token.0 + 1);
    journal
        .forget_tokens(sheet("a"), vec![BatchToken(second.token.0 - 1)])
        .await
        .unwrap();
    assert_eq!(
        journal.snapshot().intents(&sheet("a")).len(),
        2,
        "an open intent is not forgotten"
    );
    journal.close().await;
}

#[test]
fn tokens_wrap_around_and_are_removed_oldest_first() {
    let db = database();
    let at = |second| Timestamp::from_second(second).unwrap();
    let settle = |tables: &mut WriteTables<'_>, second| {
        let intent = tokens::intend(tables, &sheet("a"), &[], at(second))?;
        tokens::finish(tables, &sheet("b"), intent.token)?;
        tokens::finish(tables, &sheet("a"), intent.token)?;
        Ok(intent.token)
    };
    let given = transact(&db, |tables| {
        tables.put(TableId::Meta, b"last_fence", &(i32::MAX - 1).to_be_bytes())?;
        (1..=3)
            .map(|second| settle(tables, second))
            .collect::<Result<Vec<_>, TableError>>()
    });
    assert_eq!(given, [BatchToken(i32::MAX), BatchToken(1), BatchToken(2)]);
    let old = |before| Snapshot::of(reading(&db)).old_tokens(&sheet("a"), at(before));
    assert_eq!(old(9), given);
    assert_eq!(old(2), [BatchToken(i32::MAX)]);
    assert!(
        Snapshot::of(reading(&db))
            .old_tokens(&sheet("b"), at(9))
            .is_empty()
    );
    transact(&db, |tables| {
        tokens::forget(tables, &sheet("a"), &[BatchToken(i32::MAX), BatchToken(2)])
    });
    assert_eq!(old(9), [BatchToken(1)]);
    assert_eq!(Snapshot::of(reading(&db)).figures().intents, 0);
}

#[test]
fn decided_records_are_forgotten_by_age_and_by_number() {
    let db = database();
    let start = Timestamp::from_second(1_000_000).unwrap();
    let in_days = |days: i64| start + (days * 24).hours();
    transact(&db, |tables| {
        for (update, day) in (1..=6).zip([0, 0, 1, 5, 5, 0]) {
            inbox::accept(tables, &key(update), b"x", in_days(day))?;
        }
        for seq in [1, 2, 3, 4, 6] {
            inbox::decided(tables, Seq(seq))?;
        }
        Ok(())
    });
    let left = || {
        let tables = reading(&db);
        (
            tables.count(TableId::Inbox).unwrap(),
            tables.count(TableId::Dedup).unwrap(),
        )
    };
    let forget = |day, keep, step| {
        transact(&db, |tables| {
            inbox::forget_decided(tables, in_days(day), keep, step)
        })
    };
    forget(8, 100, 10);
    assert_eq!(left(), (6, 6), "eight days are not over");
    forget(9, 100, 1);
    assert_eq!(left(), (5, 5), "one step at a time");
    forget(9, 100, 10);
    assert_eq!(left(), (4, 4), "the third came later");
    forget(9, 3, 10);
    assert_eq!(left(), (3, 3), "too many");
    forget(400, 0, 10);
    assert_eq!(
        left(),
        (2, 2),
        "what is still to be decided stays, and what came after it"
    );
}

#[test]
fn ended_messages_are_forgotten_after_a_month_and_quarantine_is_bounded() {
    let db = database();
    let start = Timestamp::from_second(1_000_000).unwrap();
    let id = OutboxId::Reply(Seq(1), 0);
    transact(&db, |tables| {
        for seq in [Seq(1), Seq(2)] {
            let Effect::Send(send) = send(OutboxId::Reply(seq, 0), Lane::Talk) else {
                panic!("not a message");
            };
            outbox::put(tables, send, (seq, 0), start)?;
        }
        outbox::finish(tables, &id, FinalState::Failed, start)?;
        for _ in 0..3 {
            let seq = inbox::store_event(tables, message("x"), start)?;
            inbox::quarantine(tables, seq, "why".to_owned(), start)?;
        }
        inbox::bound_quarantine(tables, 2)
    });
    let figures = || Snapshot::of(reading(&db)).figures();
    transact(&db, |tables| {
        retention::prune(tables, start + (30 * 24).hours())
    });
    assert_eq!((figures().outbox_failed, figures().outbox_pending), (1, 1));
    transact(&db, |tables| {
        retention::prune(tables, start + (31 * 24).hours())
    });
    assert_eq!(
        (figures().outbox_failed, figures().outbox_pending),
        (0, 1),
        "what waits stays"
    );
    assert!(reading(&db).outbox(&id).is_none());
    let kept: Vec<Seq> = Snapshot::of(reading(&db))
        .quarantined(9)
        .into_iter()
        .map(|record| record.seq)
        .collect();
    assert_eq!(kept, [Seq(2), Seq(3)]);
    assert_eq!(
        reading(&db)
            .pairs(TableId::Ended, &[], Bound::Unbounded, 9)
            .unwrap(),
        []
    );
}
