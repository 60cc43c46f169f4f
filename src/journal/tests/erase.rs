//! A person leaves the journal, with what older spellings of his code have left behind.

use std::ops::Bound;

use super::*;
use crate::{
    domain::{
        effect::Erasure,
        event::{Misplaced, RowMark, WrongCell},
        ids::{Number, PartnerCode, RowKey, SpreadsheetId},
        partner::{Partner, RowTrouble},
        row::Column,
    },
    journal::{
        apply::apply,
        error::TableError,
        store::{self, TableId},
    },
};

fn code(written: &str) -> PartnerCode {
    PartnerCode::fold(written).unwrap()
}

/// A code that is not in the list any more, and the account that was last seen beside it.
fn gone(written: &str, shown: ChatId) -> Partner {
    Partner {
        written_code: Text::from(written),
        stopped: Some(RowTrouble::Missing),
        shown: Some(shown),
        ..Partner::new(code(written))
    }
}

#[test]
fn what_an_older_spelling_has_left_of_the_person_goes_too() {
    use redb::ReadableDatabase;
    let db = database();
    let decide = |seq, decision: Decision| {
        disk::transact::<_, TableError>(&db, |tables| {
            apply(tables, Seq(seq), decision.clone(), Timestamp::UNIX_EPOCH)
        })
        .unwrap();
    };
    let (old, new, other) = ("А-104", "A-104", "Б-2");
    let listed = Partner {
        stopped: None,
        ..gone(new, CHAT)
    };
    decide(
        1,
        Decision {
            puts: vec![
                Entity::Partner(gone(old, CHAT)),
                Entity::Partner(listed),
                Entity::Partner(gone(other, ChatId(CHAT.0 + 1))),
            ],
            dirty: [old, new, other]
                .map(|written| RowKey::Partner(code(written)))
                .to_vec(),
            effects: [old, other]
                .map(|written| Effect::Then {
                    at: Timestamp::MAX,
                    wake: Wake::Partner(code(written)),
                })
                .to_vec(),
            ..Decision::default()
        },
    );
    let person = Erasure {
        chat: Some(CHAT),
        code: Some(code(new)),
        listed: true,
        others: Vec::new(),
    };
    decide(
        2,
        Decision {
            effects: vec![Effect::Erase(person)],
            ..Decision::default()
        },
    );
    let snapshot = Snapshot::of(store::file::open_for_reading(&db.begin_read().unwrap()).unwrap());
    let known = [old, new, other].map(|written| snapshot.view().partner(&code(written)).is_some());
    assert_eq!(known, [false, true, true]);
    let due: Vec<RowKey> = snapshot.dirty(9).into_iter().map(|(key, _)| key).collect();
    assert_eq!(
        due,
        [new, other].map(|written| RowKey::Partner(code(written)))
    );
    let timers = disk::transact::<_, TableError>(&db, |tables| {
        tables.pairs(TableId::Timers, &[], Bound::Unbounded, 9)
    })
    .unwrap();
    assert_eq!(timers.len(), 1, "and no timer names it");
}

#[test]
fn what_is_to_be_put_right_in_the_row_of_the_person_is_forgotten_and_that_of_others_stays() {
    use redb::ReadableDatabase;
    let db = database();
    let sheet = SpreadsheetId("sheet".to_owned());
    let cell = |chat| {
        Misplaced::Cell(WrongCell {
            mark: RowMark::Appeal(Number(1)),
            chat: Some(chat),
            column: Column::Status,
            was: Text::from("Новое"),
            left: Text::from("В работе"),
        })
    };
    // As long as Telegram's are: a short number is in many a text.
    let (leaves, other) = (ChatId(700_000_007), ChatId(700_000_008));
    let left_of = |all: &[ChatId]| {
        let person = Erasure {
            chat: Some(leaves),
            code: None,
            listed: false,
            others: Vec::new(),
        };
        let decisions = [
            Decision {
                misplaced: Some((sheet.clone(), all.iter().map(|chat| cell(*chat)).collect())),
                ..Decision::default()
            },
            Decision {
                effects: vec![Effect::Erase(person)],
                ..Decision::default()
            },
        ];
        for (seq, decision) in (1..).zip(decisions) {
            disk::transact::<_, TableError>(&db, |tables| {
                apply(tables, Seq(seq), decision.clone(), Timestamp::UNIX_EPOCH)
            })
            .unwrap();
        }
        let snapshot =
            Snapshot::of(store::file::open_for_reading(&db.begin_read().unwrap()).unwrap());
        (snapshot.misplaced(&sheet), snapshot.figures().intents)
    };
    assert_eq!(left_of(&[leaves, other]), (vec![cell(other)], 1));
    assert_eq!(
        left_of(&[leaves]),
        (Vec::new(), 0),
        "nothing is open for ever"
    );
}
