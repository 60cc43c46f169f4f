//! The last answer corrected, taken back, or sent again, by a word in the status column.

use jiff::SignedDuration;
use sheetdesk::domain::{
    appeal::{Delivery, RejectReason, Status},
    effect::Wake,
    event::{AnswerCell, Command, Event, Outcome},
    ids::{MessageId, RowKey},
    row::SharedCell,
    tab::Tab,
    view::View,
};

use crate::table::{ANNA, Table, cells};

const PRICES: &str = "Вот прайс:\nhttps://a.example/1.pdf";

fn correct() -> Status {
    Status::Other("Исправить ответ".into())
}

fn again() -> Status {
    Status::Other("отправить снова".into())
}

/// Anna has this answer, in messages from 50 on, and its row is as it should be.
fn answered(text: &str) -> Table {
    let mut table = Table::with_appeal();
    let told = table.row(1, Status::New, text);
    let parts = told
        .iter()
        .filter(|words| words.starts_with("7001"))
        .count();
    arrives(&mut table, 1, parts, 50);
    table.placed(1);
    table.row(1, Status::InWork, "");
    table
}

/// Telegram takes so many messages of an answer, the first of them as this one.
fn arrives(table: &mut Table, revision: u32, parts: usize, first: i64) -> Vec<String> {
    let mut told = Vec::new();
    for (part, message) in (0..parts).zip(first..) {
        let part = u8::try_from(part).expect("few");
        let id = table.answer_id(1, revision, part);
        told = table.sent(&id, Outcome::Delivered(MessageId(message)));
    }
    told
}

/// The same, its text back in the answer cell to be corrected.
fn correcting(text: &str) -> Table {
    let mut table = answered(text);
    table.row(1, correct(), "");
    table.placed(1);
    table
}

fn shared(table: &Table) -> Vec<SharedCell> {
    let row = table.project(&RowKey::Appeal(table.appeal(1).id));
    row.expect("a row").shared
}

fn to_anna(told: &[String]) -> Vec<&str> {
    let words = told.iter().map(String::as_str);
    words.filter(|words| words.starts_with("7001")).collect()
}

fn due(table: &mut Table) -> Vec<String> {
    let wake = Event::Due(Wake::Appeal(table.appeal(1).id));
    table.event(&wake)
}

#[test]
fn the_text_comes_back_into_its_cell_and_the_changed_one_edits_the_message() {
    let mut table = answered("Отчёт выслали");
    assert_eq!(
        table.row(1, correct(), ""),
        ["wake in 1800 s", "dirty appeal 6"]
    );
    assert_eq!(
        table.delivery(1),
        "правим ответ до 11:30: измените текст, очистите ячейку – отзовём"
    );
    assert_eq!(
        shared(&table),
        [
            SharedCell::Status {
                expect: Some(correct()),
                set: Status::InWork
            },
            SharedCell::Fill("Отчёт выслали".into()),
        ],
        "the status goes back to what it was"
    );
    table.placed(1);
    assert_eq!(shared(&table), []);
    assert_eq!(table.row(1, Status::InWork, "Отчёт выслали"), [""; 0]);
    assert_eq!(
        table.row(1, Status::InWork, "Отчёт выслали вчера"),
        [
            "7001: Ответ на обращение № 1 / Отчёт выслали вчера [edits 50]",
            "wake in 10 s"
        ]
    );
    let told = arrives(&mut table, 2, 1, 50);
    assert_eq!(
        told[0],
        "line 1: Отчёт выслали вчера\n(изменено в 11:00, было: Отчёт выслали)"
    );
    assert_eq!(table.delivery(1), "доставлено: исправлено в 11:00");
    assert_eq!(
        shared(&table),
        [SharedCell::Clear {
            column: sheetdesk::domain::row::Column::Answer,
            expect: "Отчёт выслали вчера".into()
        }]
    );
    table.placed(1);
    assert_eq!(table.appeal(1).status, Status::InWork);
    assert_eq!(
        to_anna(&table.row(1, Status::InWork, "Отчёт выслали")),
        ["7001: Ответ на обращение № 1 / Отчёт выслали"],
        "what is typed afterwards is an answer of its own"
    );
}

#[test]
fn every_message_becomes_what_the_new_text_wants_of_it() {
    let heading = "7001: Ответ на обращение № 1 /";
    let long = "слово ".repeat(1000);
    let two = "7001: Эта часть ответа отозвана.";
    for (old, new, told) in [
        (
            PRICES,
            "Вот новый прайс:\nhttps://a.example/1.pdf",
            vec![format!("{heading} Вот новый прайс: [edits 50]")],
        ),
        (
            PRICES,
            "Вот прайс:\nhttps://a.example/2.pdf",
            vec![
                "7001:  [deletes 51]".to_owned(),
                "7001:  [file https://a.example/2.pdf]".to_owned(),
            ],
        ),
        (
            PRICES,
            "Прайс пришлём",
            vec![
                format!("{heading} Прайс пришлём [edits 50]"),
                "7001:  [deletes 51]".to_owned(),
            ],
        ),
        (
            PRICES,
            "https://a.example/1.pdf",
            vec![
                "7001: Ответ на обращение № 1 [beneath 51]".to_owned(),
                "7001:  [deletes 50]".to_owned(),
            ],
        ),
        (
            &long,
            "Коротко",
            vec![
                format!("{heading} Коротко [edits 50]"),
                "7001:  [deletes 51]".to_owned(),
            ],
        ),
    ] {
        let mut table = correcting(old);
        assert_eq!(to_anna(&table.row(1, Status::InWork, new)), told, "{new}");
        let mut table = correcting(old);
        table.later(47 * 3600);
        let late = table.row(1, Status::InWork, new);
        let late = to_anna(&late).join("\n");
        let replaced = told.iter().any(|words| words.contains("[deletes"));
        assert_eq!(late.contains(two), replaced, "{late}");
        assert!(!late.contains("[deletes"), "{late}");
        arrives(&mut table, 2, 4, 50);
        let says_so = table.delivery(1).contains("удалить нельзя");
        assert_eq!(says_so, replaced, "{}", table.delivery(1));
    }
    let mut table = correcting("Коротко");
    let told = table.row(1, Status::InWork, &long);
    let told = to_anna(&told);
    assert!(
        told[0].ends_with("[edits 50]") && !told[1].contains('['),
        "{told:?}"
    );
    assert_eq!(told.len(), 2);
    table.sent(&table.answer_id(1, 2, 0), Outcome::Delivered(MessageId(50)));
    table.sent(&table.answer_id(1, 2, 1), Outcome::Delivered(MessageId(77)));
    table.placed(1);
    table.row(1, correct(), "");
    table.placed(1);
    let told = table.row(1, Status::InWork, "Коротко");
    assert_eq!(
        to_anna(&told)[1..],
        ["7001:  [deletes 77]"],
        "the message that came with the last correction is known as well"
    );
}

#[test]
fn an_emptied_cell_takes_the_answer_back() {
    let mut table = correcting(PRICES);
    let told = table.row(1, Status::InWork, "");
    assert_eq!(
        to_anna(&told),
        ["7001:  [deletes 50]", "7001:  [deletes 51]"]
    );
    let told = arrives(&mut table, 2, 2, 50);
    assert_eq!(told[0], format!("line 1: {PRICES}\n(отозвано в 11:00)"));
    assert_eq!(table.delivery(1), "отозвано в 11:00");
    assert_eq!(shared(&table), []);
    table.placed(1);
    table.row(1, correct(), "");
    assert!(table.delivery(1).starts_with("правим ответ: нечего"));

    let mut table = correcting(PRICES);
    table.later(48 * 3600);
    let told = table.row(1, Status::InWork, "");
    assert_eq!(
        to_anna(&told),
        [
            "7001: Ответ отозван. [edits 50]",
            "7001: Эта часть ответа отозвана. [beneath 51]"
        ]
    );
    arrives(&mut table, 2, 2, 50);
    assert!(table.delivery(1).contains("старше двух суток"));
}

#[test]
fn a_cell_that_never_showed_the_text_takes_nothing_back() {
    let mut table = answered("Да");
    table.row(1, correct(), "");
    assert_eq!(
        to_anna(&table.row(1, Status::InWork, "")),
        [""; 0],
        "it is still to come"
    );
    assert!(matches!(shared(&table)[..], [SharedCell::Fill(_)]));
    // It has landed, and nobody heard of it.
    assert_eq!(to_anna(&table.row(1, Status::InWork, "Да")), [""; 0]);
    let told = table.row(1, Status::InWork, "");
    assert_eq!(to_anna(&told), ["7001:  [deletes 50]"]);
}

#[test]
fn an_answer_whose_clearing_is_under_way_comes_back_after_it() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Да");
    arrives(&mut table, 1, 1, 50);
    table.row(1, correct(), "Да");
    assert!(
        matches!(shared(&table)[..], [_, SharedCell::Clear { .. }]),
        "{:?}",
        shared(&table)
    );
    table.placed(1);
    assert!(matches!(shared(&table)[..], [SharedCell::Fill(_)]));
    assert_eq!(to_anna(&table.row(1, Status::InWork, "")), [""; 0]);
    table.placed(1);
    let told = table.row(1, Status::InWork, "Нет");
    assert_eq!(
        to_anna(&told),
        ["7001: Ответ на обращение № 1 / Нет [edits 50]"]
    );
}

#[test]
fn a_correction_rests_like_an_answer_and_the_later_text_counts() {
    let mut table = correcting("Да");
    table.rules.grace = SignedDuration::from_secs(15);
    table.row(1, Status::InWork, "Нет");
    assert_eq!(
        table.delivery(1),
        "правим ответ: исправим в 11:00:15, если не измените ещё раз"
    );
    table.row(1, Status::InWork, "");
    assert_eq!(
        table.delivery(1),
        "правим ответ: отзовём в 11:00:15, если ячейка останется пустой"
    );
    table.row(1, Status::InWork, "Наверное");
    let mut cell = cells(1, Status::InWork, "");
    cell.answer = AnswerCell::Unready("#N/A".into());
    table.shows(vec![cell]);
    assert!(table.delivery(1).starts_with("правим ответ до 11:30"));
    table.later(15);
    assert_eq!(due(&mut table), ["wake in 1785 s"]);
    table.row(1, Status::InWork, "Да, завтра");
    table.later(15);
    assert_eq!(
        to_anna(&due(&mut table)),
        ["7001: Ответ на обращение № 1 / Да, завтра [edits 50]"]
    );
    // Typed over what is with Telegram already: a further correction.
    let id = table.answer_id(1, 5, 0);
    table.state.claim(&id);
    assert_eq!(table.row(1, Status::InWork, "Да, сегодня"), [""; 0]);
    table.sent(&id, Outcome::Delivered(MessageId(50)));
    table.later(15);
    assert_eq!(
        to_anna(&due(&mut table)),
        ["7001: Ответ на обращение № 1 / Да, сегодня [edits 50]"]
    );
}

#[test]
fn without_a_change_a_correction_ends_and_leaves_all_as_it_was() {
    for by_status in [true, false] {
        let mut table = correcting("Да");
        table.later(20 * 60);
        let told = if by_status {
            table.row(1, Status::Resolved, "Да")
        } else {
            assert_eq!(due(&mut table), ["wake in 600 s"]);
            table.later(10 * 60);
            due(&mut table)
        };
        assert!(
            to_anna(&told).iter().all(|it| it.contains("решено")),
            "{told:?}"
        );
        assert_eq!(table.delivery(1), "доставлено 11:00");
        assert!(
            shared(&table).contains(&SharedCell::Clear {
                column: sheetdesk::domain::row::Column::Answer,
                expect: "Да".into()
            }),
            "the cell is left empty"
        );
        table.placed(1);
        let status = table.appeal(1).status;
        let told = table.row(1, status, "Нет");
        assert_eq!(to_anna(&told), ["7001: Ответ на обращение № 1 / Нет"]);
    }
    let mut table = correcting("Да");
    table.rules.grace = SignedDuration::from_secs(15);
    table.row(1, Status::InWork, "Нет");
    let told = table.row(1, Status::Resolved, "Нет");
    let said = to_anna(&told);
    assert!(
        said[0].ends_with("Нет [edits 50]") && said[1].contains("решено"),
        "what was changed goes before the closing: {told:?}"
    );
}

#[test]
fn a_text_that_comes_up_after_its_correction_has_ended_is_not_sent() {
    for confirmed in [false, true] {
        let mut table = answered("Да");
        table.row(1, correct(), "");
        table.row(1, Status::Other("Ждём банк".into()), "");
        if confirmed {
            // The write that stands was made after the end: nothing is on its way any more.
            table.placed(1);
        }
        let told = table.row(1, Status::Other("Ждём банк".into()), "Да");
        assert_eq!(to_anna(&told).len(), usize::from(confirmed), "{told:?}");
        let clears = shared(&table)
            .iter()
            .any(|it| matches!(it, SharedCell::Clear { .. }));
        assert_eq!(clears, !confirmed);
    }
}

#[test]
fn what_cannot_be_corrected_says_why() {
    let declined = |table: &mut Table, answer: &str| {
        let told = table.row(1, correct(), answer);
        assert!(to_anna(&told).is_empty(), "{told:?}");
        table.delivery(1)
    };
    assert!(declined(&mut Table::with_appeal(), "").starts_with("правим ответ: нечего"));
    let mut table = answered("Да");
    table.rules.grace = SignedDuration::from_secs(15);
    table.row(1, Status::InWork, "Нет");
    assert!(declined(&mut table, "Нет").starts_with("правим ответ: в ячейке другой текст"));
    table.later(15);
    assert_eq!(
        to_anna(&due(&mut table)),
        [""; 0],
        "it does not go out behind the words"
    );
    table.row(1, Status::InWork, "");
    assert_eq!(table.delivery(1), "");
    let mut table = answered("Да");
    assert!(
        declined(&mut table, "Нет").starts_with("правим ответ: в ячейке другой текст"),
        "typed and asked at once"
    );
    let told = table.row(1, Status::InWork, "Нет, завтра");
    assert_eq!(
        to_anna(&told),
        ["7001: Ответ на обращение № 1 / Нет, завтра"]
    );
    table.state.claim(&table.answer_id(1, 2, 0));
    assert!(declined(&mut table, "Нет, завтра").starts_with("ждёт отправки"));
}

#[test]
fn a_message_that_cannot_be_changed_leaves_the_text_in_its_cell_unsent() {
    for (why, words) in [
        (RejectReason::Gone, "сообщения у партнёра уже нет"),
        (RejectReason::Fixed, "Telegram больше не даёт его изменить"),
        (RejectReason::Blocked, "партнёр заблокировал бота"),
    ] {
        let mut table = correcting("Да");
        table.row(1, Status::InWork, "Нет");
        let id = table.answer_id(1, 2, 0);
        table.sent(&id, Outcome::Rejected(why.clone()));
        assert!(table.delivery(1).contains(words), "{}", table.delivery(1));
        assert_eq!(shared(&table), []);
        assert_eq!(table.row(1, Status::InWork, "Нет"), [""; 0]);
        if why == RejectReason::Blocked {
            assert_eq!(to_anna(&table.blocked(ANNA, false)), [""; 0]);
        }
        let told = table.row(1, again(), "Нет");
        assert_eq!(to_anna(&told), ["7001: Ответ на обращение № 1 / Нет"]);
    }
    let mut table = correcting(PRICES);
    table.row(1, Status::InWork, "Прайс пришлём");
    table.sent(&table.answer_id(1, 2, 0), Outcome::Delivered(MessageId(50)));
    let refused = Outcome::Rejected(RejectReason::Fixed);
    table.sent(&table.answer_id(1, 2, 1), refused);
    assert!(table.delivery(1).contains("исправлена только часть"));
    table.row(1, Status::InWork, "");
    table.row(1, correct(), "");
    table.placed(1);
    let told = table.row(1, Status::InWork, "Прайс пришлём");
    assert_eq!(
        to_anna(&told),
        [
            "7001: Ответ на обращение № 1 / Прайс пришлём [edits 50]".to_owned(),
            "7001:  [deletes 51]".to_owned()
        ][1..],
        "what was changed is known"
    );
}

#[test]
fn a_change_whose_response_is_lost_is_made_again_and_doubles_nothing() {
    let mut table = correcting("Да");
    table.row(1, Status::InWork, "Нет");
    let id = table.answer_id(1, 2, 0);
    for lost in 1..=10 {
        table.state.claim(&id);
        assert_eq!(
            table.sent(&id, Outcome::Unknown),
            [format!("again in 5 s, lost {lost}")]
        );
    }
    let mut other = table.clone();
    table.sent(&id, Outcome::Delivered(MessageId(50)));
    assert_eq!(table.delivery(1), "доставлено: исправлено в 11:00");
    other.sent(&id, Outcome::Unknown);
    assert!(
        other
            .delivery(1)
            .contains("не получилось, Telegram не отвечал")
    );
    assert!(!other.state.unsent().contains(&id));
}

#[test]
fn a_copy_that_nobody_can_change_is_told_of() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Да");
    let id = table.answer_id(1, 1, 0);
    table.sent(&id, Outcome::Unknown);
    table.sent(&id, Outcome::Delivered(MessageId(50)));
    table.placed(1);
    table.row(1, correct(), "");
    table.placed(1);
    table.row(1, Status::InWork, "Нет");
    arrives(&mut table, 2, 1, 50);
    assert!(table.delivery(1).ends_with("вторая копия осталась прежней"));
}

#[test]
fn what_failed_is_sent_again_and_what_arrived_is_not() {
    let refused = Outcome::Rejected(RejectReason::Refused("no".into()));
    for outcome in [refused, Outcome::Unknown] {
        let mut table = Table::with_appeal();
        table.rules.resend_unknown = false;
        table.row(1, Status::New, "Да");
        table.sent(&table.answer_id(1, 1, 0), outcome);
        table.rules.grace = SignedDuration::from_secs(15);
        let told = table.row(1, again(), "Да");
        assert_eq!(to_anna(&told), ["7001: Ответ на обращение № 1 / Да"]);
        assert!(
            told.contains(&"dirty appeal 6".to_owned()),
            "the status goes back"
        );
        table.sent(&table.answer_id(1, 2, 0), Outcome::Delivered(MessageId(9)));
        assert_eq!(table.appeal(1).status, Status::InWork);
    }
    let told = |table: &mut Table, answer| {
        assert_eq!(to_anna(&table.row(1, again(), answer)), [""; 0]);
        table.delivery(1)
    };
    assert!(told(&mut answered("Да"), "").starts_with("доставлено 11:00, снова не"));
    assert!(told(&mut Table::with_appeal(), "").starts_with("не доставлено: в ячейке пусто"));
    assert!(told(&mut correcting("Да"), "Да").starts_with("правим ответ до"));
}

#[test]
fn a_restored_journal_corrects_nothing() {
    let mut table = correcting("Да");
    table.row(1, Status::InWork, "Нет");
    table.event(&Event::Admin(Command::Restored));
    assert!(table.state.unsent().is_empty());
    let told = table.row(1, correct(), "Нет");
    table.looked(Tab::Appeals);
    assert_eq!(to_anna(&told), [""; 0]);
    let appeal = table.appeal(1);
    assert_eq!(
        (appeal.status, appeal.delivery.state),
        (Status::InWork, Delivery::Held),
        "the word is no status"
    );
    table.row(1, Status::InWork, "");
    table.row(1, correct(), "");
    assert!(table.delivery(1).starts_with("правим ответ: нечего"));
}
