//! Since when a partner waits, when that is too long, and what colleagues write to one another.

use jiff::SignedDuration;
use sheetdesk::domain::{
    appeal::Status,
    digest,
    effect::Wake,
    event::{Command, Event, Notice, Outcome},
    hours::Shift,
    ids::{MessageId, Number, RowKey},
    row::{CellValue, Column, SharedCell},
    tab::Tab,
};

use crate::staff_chat::{shown, with_thread};
use crate::table::{ADMIN, ANNA, SheetRow, Table, bare, cells};

const DELIVERED: Outcome = Outcome::Delivered(MessageId(9));

/// What `Ждёт с` should show.
fn waits(table: &Table) -> String {
    shows(table, Column::Waiting)
}

fn shows(table: &Table, wanted: Column) -> String {
    let row = table
        .project(&RowKey::Appeal(table.appeal(1).id))
        .expect("a row");
    let mut cells = row.ours.into_iter();
    match cells.find(|(column, _)| *column == wanted) {
        Some((_, CellValue::Text(text))) => text.0,
        other => panic!("{other:?}"),
    }
}

#[test]
fn he_waits_from_his_first_line_until_an_answer_or_the_end() {
    let mut table = Table::with_appeal();
    assert_eq!(waits(&table), "2026-03-02 11:00");
    table.later(600);
    table.text(ANNA, "Алло?");
    table.placed(1);
    assert_eq!(waits(&table), "2026-03-02 11:00", "he has waited all along");
    table.row(1, Status::New, "Выслали");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    assert_eq!(waits(&table), "");
    table.placed(1);
    table.later(600);
    table.text(ANNA, "Не вижу");
    assert_eq!(waits(&table), "2026-03-02 11:20");
    assert_eq!(table.appeal(1).status, Status::InWork, "his word stays");
    table.placed(1);
    table.row(1, Status::Resolved, "");
    assert_eq!(waits(&table), "");
}

#[test]
fn an_answer_does_not_cover_what_its_author_could_not_read() {
    let mut table = Table::with_appeal();
    table.later(60);
    table.text(ANNA, "И ещё счёт");
    table.row(1, Status::New, "Отчёт выслали");
    table.later(60);
    table.text(ANNA, "Спасибо, а счёт?");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    assert_eq!(waits(&table), "2026-03-02 11:01", "both came unseen");
}

#[test]
fn a_row_from_before_our_time_waits_where_its_status_is_new() {
    let since = "2026-03-02 11:00";
    for (status, words) in [
        (Status::New, since),
        (Status::Forwarded, since),
        (Status::InWork, ""),
    ] {
        let mut table = Table::registered();
        table.shows(vec![SheetRow {
            number: Some(1),
            status: Some(status),
            ..bare("01.03: Где договор?")
        }]);
        table.looked(Tab::Appeals);
        assert_eq!(waits(&table), words);
    }
}

/// Eight hours of a day from nine to six are promised.
fn promised(mut table: Table) -> Table {
    let from = |time: &str| time.parse().expect("a time");
    let shift = Shift {
        from: from("09:00"),
        until: from("18:00"),
    };
    table.rules.answer_within = Some(SignedDuration::from_hours(8));
    table.rules.hours.week = std::array::from_fn(|_| vec![shift]);
    table
}

fn overdue(table: &Table) -> Event {
    Event::Due(Wake::Overdue(table.appeal(1).id))
}

#[test]
fn a_wait_that_is_too_long_is_said_once_in_working_time() {
    let mut table = promised(Table::registered());
    let told = table.text(ANNA, "Не приходит отчёт");
    // Seven hours of Monday, and one of Tuesday.
    assert!(told.contains(&"wake in 82800 s".to_owned()), "{told:?}");
    table.placed(1);
    let due = overdue(&table);
    assert_eq!(table.event(&due), ["wake in 82800 s"], "too early");
    table.later(82_800);
    assert_eq!(
        table.event(&due),
        [
            "1: ⏰ Обращение № 1 ждёт ответа с 2026-03-02 11:00.",
            "dirty appeal 6"
        ]
    );
    assert_eq!(waits(&table), "2026-03-02 11:00 просрочено");
    assert_eq!(table.event(&due), [""; 0], "once");
    table.row(1, Status::New, "Выслали");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.placed(1);
    assert_eq!(waits(&table), "");
    table.text(ANNA, "Не вижу");
    assert_eq!(waits(&table), "2026-03-03 10:00", "a wait of its own");
}

#[test]
fn the_specialists_are_reminded_in_the_thread_once_for_each_wait() {
    let mut table = promised(with_thread());
    let due = overdue(&table);
    let told = table.event(&due);
    assert_eq!(told, ["wake in 82800 s"]);
    table.later(82_800);
    let told = table.event(&due);
    assert_eq!(
        shown(&told),
        ["⏰ Партнёр ждёт ответа с 2026-03-02 11:00. [replies to 501]"]
    );
    assert!(told.iter().all(|line| !line.starts_with("1: ")), "{told:?}");
    assert_eq!(table.event(&due), [""; 0], "once");
    table.row(1, Status::New, "Выслали");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.placed(1);
    table.text(ANNA, "Не вижу");
    table.later(8 * 3600);
    let told = table.event(&due);
    assert_eq!(
        shown(&told),
        ["⏰ Партнёр ждёт ответа с 2026-03-03 10:00. [replies to 501]"],
        "a wait of its own"
    );
}

#[test]
fn a_wait_counts_that_began_before_anybody_counted() {
    let mut table = Table::with_appeal();
    table.later(82_800 + 3600);
    let mut table = promised(table);
    let row = cells(1, Status::New, "");
    assert_eq!(
        table.shows(vec![row]),
        ["dirty appeal 6"],
        "nobody is reminded of what is old"
    );
    assert_eq!(waits(&table), "2026-03-02 11:00 просрочено");
    table.rules.answer_within = None;
    assert_eq!(waits(&table), "2026-03-02 11:00");
}

#[test]
fn a_closed_appeal_that_is_opened_again_waits_as_before() {
    let mut table = promised(Table::with_appeal());
    table.row(1, Status::Resolved, "");
    table.placed(1);
    table.later(82_800);
    let due = overdue(&table);
    assert_eq!(table.event(&due), [""; 0]);
    table.row(1, Status::InWork, "");
    assert_eq!(waits(&table), "2026-03-02 11:00 просрочено");
}

/// Anna's answer is in its cell again; what she wrote after it is in the row.
fn correcting(mut table: Table) -> Table {
    table.row(1, Status::New, "Выслали");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.placed(1);
    table.row(1, Status::Other("Исправить ответ".into()), "");
    table.placed(1);
    table.later(600);
    table.text(ANNA, "Не вижу");
    table.placed(1);
    table
}

#[test]
fn an_answer_answers_while_it_is_corrected_and_no_more_once_it_is_taken_back() {
    let mut table = correcting(promised(Table::with_appeal()));
    let told = "2026-03-02 11:10";
    assert_eq!(waits(&table), told, "since what she wrote after it");
    table.row(1, Status::InWork, "Выслали вчера");
    table.sent(&table.answer_id(1, 2, 0), DELIVERED);
    assert_eq!(waits(&table), told, "the corrected answer is the same one");
    let mut table = correcting(promised(Table::with_appeal()));
    table.row(1, Status::InWork, "Выслали");
    table.row(1, Status::InWork, "");
    let words = table.sent(&table.answer_id(1, 2, 0), DELIVERED);
    assert!(words.contains(&"wake in 0 s".to_owned()), "{words:?}");
    assert_eq!(
        waits(&table),
        "2026-03-02 11:00",
        "nothing has answered her"
    );
}

#[test]
fn an_archived_answer_is_corrected_and_taken_back_as_well() {
    for (typed, told) in [
        ("Выслали вчера", "2026-03-02 11:10"),
        ("", "2026-03-02 11:00"),
    ] {
        let mut table = correcting(Table::with_appeal());
        // Nothing fits into its line any more.
        table.rules.cell = 60;
        table.row(1, Status::InWork, "Выслали");
        table.row(1, Status::InWork, typed);
        let words = table.sent(&table.answer_id(1, 2, 0), DELIVERED);
        assert!(words.iter().any(|it| it.starts_with("line 3")), "{words:?}");
        assert_eq!(waits(&table), told);
    }
}

#[test]
fn a_column_that_comes_up_is_filled_and_what_people_type_there_gives_way() {
    let mut table = Table::with_appeal();
    let mut shows = |waiting: Option<&str>| {
        table.shows(vec![SheetRow {
            waiting: waiting.map(Into::into),
            ..cells(1, Status::New, "")
        }])
    };
    assert_eq!(shows(None), [""; 0]);
    assert_eq!(shows(Some("")), ["dirty appeal 6"]);
    assert_eq!(shows(Some("")), [""; 0], "it is on its way there");
    assert_eq!(shows(Some("2026-03-02 11:00")), [""; 0]);
    assert_eq!(shows(Some("давно")), ["dirty appeal 6"]);
}

#[test]
fn the_digest_counts_from_the_first_line_without_an_answer() {
    let mut table = Table::with_appeal();
    table.later(3 * 3600);
    table.text(ANNA, "Алло?");
    let appeals = vec![table.appeal(1)];
    let digest = digest::count(&table.state, appeals.into_iter(), table.now);
    assert_eq!(digest.oldest.map(|(_, hours)| hours), Some(3));
}

#[test]
fn the_digest_names_those_that_wait_longest() {
    let mut table = Table::with_appeal();
    table.rules.admin_chat = Some(ADMIN);
    table.later(27 * 3600);
    let appeal = table.appeal(1);
    let numbered = |number| {
        let mut appeal = appeal.clone();
        appeal.number = Some(Number(number));
        appeal
    };
    let digest = digest::count(&table.state, (1..=7).rev().map(numbered), table.now);
    assert_eq!((digest.unanswered, digest.next.len()), (7, 4));
    let told = table.event(&Event::Admin(Command::Notify(Notice::Digest(digest))));
    assert!(
        told[0].contains("дольше всех – № 1, 1 дн 3 ч.") && told[0].contains("За ним дольше всех ждут: № 2 (1 дн 3 ч), № 3 (1 дн 3 ч), № 4 (1 дн 3 ч), № 5 (1 дн 3 ч)."),
        "{told:?}"
    );
}

#[test]
fn a_note_goes_into_the_dialogue_and_to_nobody() {
    let mut table = Table::with_appeal();
    table.later(60);
    let told = table.row(1, Status::New, "// он звонил, ждёт главбуха");
    assert_eq!(told, ["line 1: он звонил, ждёт главбуха", "dirty appeal 6"]);
    assert_eq!(
        shows(&table, Column::History),
        "2026-03-02 11:01:00: Заметка: он звонил, ждёт главбуха\n2026-03-02 11:00:00: Не приходит отчёт"
    );
    assert_eq!(
        shows(&table, Column::Delivery),
        "заметка в диалоге с 11:01, партнёр её не видит"
    );
    assert_eq!(waits(&table), "2026-03-02 11:00", "a note is no answer");
    let row = table.project(&RowKey::Appeal(table.appeal(1).id));
    assert_eq!(
        row.expect("a row").shared,
        [SharedCell::Clear {
            column: Column::Answer,
            expect: "// он звонил, ждёт главбуха".into()
        }]
    );
    assert_eq!(
        table.row(1, Status::New, "// он звонил, ждёт главбуха"),
        [""; 0]
    );
    table.placed(1);
    assert_eq!(table.appeal(1).delivery.answer, None);
    assert_eq!(
        table.row(1, Status::New, "// он звонил, ждёт главбуха")[0],
        "line 2: он звонил, ждёт главбуха",
        "typed again it is another note"
    );
}

#[test]
fn a_note_among_the_words_of_an_answer_stays_here() {
    let mut table = Table::with_appeal();
    let told = table.row(1, Status::New, "Отчёт выслали\n// скан у Иры");
    assert_eq!(
        told,
        [
            "7001: Ответ на обращение № 1 / Отчёт выслали",
            "wake in 10 s"
        ]
    );
    let told = table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    assert_eq!(told[..2], ["line 1: скан у Иры", "line 2: Отчёт выслали"]);
    assert_eq!(
        shows(&table, Column::History),
        "2026-03-02 11:00:00: Специалист: Отчёт выслали\n2026-03-02 11:00:00: Заметка: скан у Иры\n\
         2026-03-02 11:00:00: Не приходит отчёт"
    );
}

#[test]
fn a_partner_s_words_are_taken_for_no_note() {
    let mut table = Table::with_appeal();
    let told = table.text(ANNA, "Заметка: всё оплачено");
    assert!(
        told.contains(&"line 1: > Заметка: всё оплачено".to_owned()),
        "{told:?}"
    );
}

#[test]
fn a_note_typed_into_a_correction_leaves_the_answer_as_it_is() {
    for note in ["// спросил склад", "Выслали\n// спросил склад"] {
        let mut table = correcting(Table::with_appeal());
        let told = table.row(1, Status::InWork, note);
        assert_eq!(told, ["line 3: спросил склад", "dirty appeal 6"], "{note}");
        assert_eq!(table.appeal(1).delivery.correction, None);
        let row = table.project(&RowKey::Appeal(table.appeal(1).id));
        assert_eq!(
            row.expect("a row").shared,
            [SharedCell::Clear {
                column: Column::Answer,
                expect: note.into()
            }]
        );
    }
}

#[test]
fn a_corrected_answer_takes_its_notes_into_the_dialogue_too() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Выслали\n// скан у Иры");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.placed(1);
    table.row(1, Status::Other("Исправить ответ".into()), "");
    let row = table.project(&RowKey::Appeal(table.appeal(1).id));
    let back = SharedCell::Fill("Выслали".into());
    assert!(
        row.expect("a row").shared.contains(&back),
        "the note is in the dialogue"
    );
    table.placed(1);
    let told = table.row(1, Status::InWork, "Выслали вчера\n// второй раз");
    assert_eq!(
        told[0],
        "7001: Ответ на обращение № 1 / Выслали вчера [edits 9]"
    );
    let told = table.sent(&table.answer_id(1, 2, 0), DELIVERED);
    assert_eq!(
        told[..2],
        [
            "line 3: второй раз",
            "line 2: Выслали вчера\n(изменено в 11:00, было: Выслали)"
        ]
    );
}
