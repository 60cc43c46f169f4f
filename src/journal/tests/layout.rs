//! What the first version wrote is readable for ever: one record of each kind lies in `tests/fixtures/journal-v1`.

use std::fmt::Debug;

use jiff::Timestamp;

use super::*;
use crate::{
    domain::{
        appeal::{Answer, AnswerDelivery, Appeal, Delivery, Dialogue, PartState, Status},
        effect::{Button, OutboxEntry, OutboxState},
        ids::{BatchToken, Number, PartnerCode, Revision, SpreadsheetId},
        partner::{Binding, Partner, RowTrouble},
        phone::Phone,
        session::{Kept, Parked, Registration, Session},
        tab::{AppealsTab, TabReads, TabState},
    },
    journal::{
        Intent,
        error::TableError,
        records::{self, Body, Incoming, Quarantined, StoredRecord, Timer},
    },
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

fn code() -> PartnerCode {
    PartnerCode::fold("П-1042").unwrap()
}

/// The file is read as the record, and what is written today is read back.
fn check<R: StoredRecord + PartialEq + Debug>(file: &str, record: &R) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/journal-v1")
        .join(file);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(&records::decode::<R>(&bytes).unwrap(), record, "{file}");
    assert_eq!(
        &records::decode::<R>(&records::encode(record).unwrap()).unwrap(),
        record,
        "{file}"
    );
}

#[test]
fn entities_of_the_first_version_are_readable() {
    check(
        "partner.json",
        &Partner {
            code: code(),
            written_code: "п-1042".into(),
            name: "Иванов Иван".into(),
            written_phone: "8 912 345-67-89".into(),
            binding: Some(Binding {
                chat: CHAT,
                since: "2025-10-09 11:53:20".into(),
                at: at(0),
                seq: Seq(0),
            }),
            stopped: Some(RowTrouble::Doubled),
            ..Partner::new(code())
        },
    );
    check("session.json", &session());
    check("appeal.json", &appeal());
    check(
        "line.json",
        &Line {
            appeal: AppealId::first(Seq(12)),
            index: 3,
            author: Author::Specialist,
            at: at(1),
            text: "Добрый день".into(),
            message: None,
            by: None,
            covers: None,
            told: None,
        },
    );
    check(
        "tab.json",
        &TabState::Appeals(AppealsTab {
            reads: TabReads {
                sighted: Some(at(0)),
                restored: Seq(0),
                looked: Some(at(60)),
                refused: Vec::new(),
            },
            next_number: Number(42),
            unnumbered: [AppealId::first(Seq(12))].into(),
            stopped: [(RowTrouble::Moved, [Number(40), Number(41)].into())].into(),
            sheet: None,
            standing: None,
        }),
    );
}

#[test]
fn the_journal_s_own_records_of_the_first_version_are_readable() {
    let incoming = |key, body| Incoming {
        at: at(2),
        key,
        body,
    };
    check(
        "inbox-raw.json",
        &incoming(Some(key(77)), Body::Raw("{\"update_id\":77}".to_owned())),
    );
    check(
        "inbox-bytes.json",
        &incoming(Some(key(78)), Body::Bytes("/w==".to_owned())),
    );
    check(
        "inbox-event.json",
        &incoming(None, Body::Event(Box::new(message("Здравствуйте")))),
    );
    check(
        "quarantined.json",
        &Quarantined {
            at: at(3),
            reason: "not a text".to_owned(),
            body: Some(Body::Bytes("/w==".to_owned())),
        },
    );
    check(
        "message.json",
        &records::QueuedMessage {
            entry: OutboxEntry {
                send: Send {
                    keyboard: Keyboard::Inline(vec![("Да".to_owned(), Button::SendKept)]),
                    ..Send::talk(
                        OutboxId::Answer(AppealId::first(Seq(12)), Revision(2), 0),
                        CHAT,
                        Html::escape("1 < 2"),
                    )
                },
                state: OutboxState::Waiting(at(5)),
                born: at(4),
                tries: 1,
                lost: 1,
            },
            order: (Seq(13), 2),
        },
    );
    check(
        "timer.json",
        &Timer {
            at: at(6),
            wake: Wake::Appeal(AppealId::first(Seq(12))),
        },
    );
    check(
        "intent.json",
        &Intent {
            spreadsheet: SpreadsheetId("sheet-1".to_owned()),
            token: BatchToken(9),
            touched: Vec::new(),
            at: at(7),
        },
    );
}

#[test]
fn a_record_of_another_version_or_kind_is_refused_without_its_text() {
    let newer = records::decode::<Timer>(br#"{"v":2,"timer":{"at":"x"}}"#);
    let words = "timer: written by a newer Sheetdesk (version 2)".to_owned();
    assert_eq!(newer, Err(TableError::Record(words)));
    let other = records::decode::<Timer>(br#"{"v":1,"line":{}}"#);
    assert_eq!(
        other,
        Err(TableError::Record("timer: `timer` is missing".to_owned()))
    );
    let Err(TableError::Record(words)) =
        records::decode::<Line>(br#"{"v":1,"line":{"text":5,"secret":"x"}}"#)
    else {
        panic!("not a line");
    };
    assert!(words.starts_with("line: Data at column"), "{words}");
    let with_more = br#"{"v":1,"timer":{"at":"2025-10-09T08:53:20Z","wake":{"session":7},"later":true},"also":1}"#;
    assert_eq!(
        records::decode::<Timer>(with_more).unwrap().wake,
        Wake::Session(CHAT)
    );
}

fn session() -> Session {
    Session {
        partner: Some(code()),
        blocked: true,
        undelivered: [AppealId::first(Seq(12))].into(),
        registration: Registration {
            code: Some("п-1042".into()),
            phone: Phone::parse("8 912 345-67-89"),
            tries: vec![at(0)],
            parked: Some(Parked {
                since: at(1),
                told: true,
            }),
        },
        kept: vec![Kept {
            at: at(2),
            text: "Вопрос".into(),
            message: None,
            album: None,
            held: None,
            said: None,
            step: false,
            file: false,
        }],
        ..Session::new(CHAT, Locale::En)
    }
}

fn appeal() -> Appeal {
    Appeal {
        id: AppealId::first(Seq(12)),
        number: Some(Number(41)),
        chat: CHAT,
        partner: Some(code()),
        status: Status::Other("Ждём банк".into()),
        stamp: Some(at(1)),
        dialogue: Dialogue {
            lines: 4,
            written: 3,
            ..Dialogue::default()
        },
        row: serde_json::from_value(serde_json::json!({
            "seen": {
                "status": "in_work",
                "answer": "Готово",
                "delivery": "доставлено 11:02",
            },
            "stale": false,
            "placed": true,
            "stopped": "moved",
            "adopted": "старая история",
        }))
        .unwrap(),
        delivery: Box::new(AnswerDelivery {
            answer: Some(Answer {
                revision: Revision(2),
                text: "Готово".into(),
                styles: Vec::new(),
                called: None,
                at: at(2),
                covers: None,
                parts: vec![
                    PartState::Delivered {
                        maybe_twice: true,
                        arrived: None,
                    },
                    PartState::Waiting,
                ],
                reply: None,
            }),
            revision: Revision(2),
            state: Delivery::Delivered {
                at: at(3),
                maybe_twice: false,
            },
            ..AnswerDelivery::default()
        }),
        receipt: None,
        mixed: false,
        thread: None,
        responsible: None,
        overdue: None,
        rating: None,
        recoded: None,
    }
}
