//! A person leaves the journal, with what older spellings of his code have left behind.

use std::ops::Bound;

use super::*;
use crate::{
    domain::{
        effect::Erasure,
        ids::{PartnerCode, RowKey},
        partner::{Partner, RowTrouble},
    },
    journal::{
        apply::apply,
        error::TableError,
        tables::{self, TableId},
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
    };
    decide(
        2,
        Decision {
            effects: vec![Effect::Erase(person)],
            ..Decision::default()
        },
    );
    let snapshot = Snapshot::of(tables::open_for_reading(&db.begin_read().unwrap()).unwrap());
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
