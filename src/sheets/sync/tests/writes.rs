//! What becomes of rows that move, are typed into, refused or lost while they are written.
//!
//! Invariant: what a person typed survives, and what we wrote into the wrong row is told and put back.

use super::{
    bench::{Bench, Fault, ONE, TWO, before_write, clear, confirmed, dirty, key, looks, wanted},
    book::Book,
    stepper::{Answer, Stepper},
};
use crate::{
    domain::{
        appeal::Status,
        event::{Event, RowEvent, RowMark, RowResult},
        ids::{ChatId, Number, RowKey, Seq},
        partner::RowTrouble,
        row::{CellValue, Column, DesiredRow, Find, SharedCell},
        tab::Tab,
        text::Text,
    },
    sheets::{
        sync::Wanted,
        table::read_plan::tests::HEADERS,
        wire::{Change, SheetsError},
    },
};

#[test]
fn a_row_that_moved_away_is_written_where_it_went() {
    let mut bench = Bench::ready(&[HEADERS, ONE, "2|702|б|Новое|нет|п1|ждёт"]);
    bench.want(wanted(1, "а2", vec![clear("да")]));
    dirty(&mut bench, |book| book.cells.swap(1, 2));
    assert_eq!(bench.results(), [RowResult::Moved, confirmed(Some("да"))]);
    assert_eq!(bench.overwritten, [RowMark::Appeal(Number(2))]);
    assert_eq!(bench.book.row(2), "1|701|а2|Новое||п1|ждёт");
    assert_eq!(
        bench.book.row(1),
        "2|702|а2|Новое|нет|п1|ждёт",
        "the history is for the domain to project again"
    );
}

#[test]
fn the_same_answer_cleared_in_the_wrong_row_is_put_back() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    bench.want(wanted(1, "а", vec![clear("да")]));
    dirty(&mut bench, |book| book.cells.swap(1, 2));
    assert_eq!(bench.book.row(1), "2|702|а|Новое|да|п1|ждёт");
    assert_eq!(bench.book.row(2), "1|701|а|Новое||п1|ждёт");
    let blank_two = |event: &Event| match event {
        Event::Row(RowEvent::Appeal { cells, appeal }) => {
            RowKey::Appeal(*appeal) == key(2)
                && cells.answer == crate::domain::event::AnswerCell::Blank
        }
        _ => false,
    };
    assert!(
        !bench.events.iter().any(blank_two),
        "the domain never saw the answer vanish"
    );
}

#[test]
fn an_answer_cleared_in_the_wrong_row_stays_cleared_if_it_is_to_be_cleared() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    bench.want(wanted(1, "а", vec![clear("да")]));
    bench.wanted_next = vec![wanted(2, "б", vec![clear("да")])];
    dirty(&mut bench, |book| book.cells.swap(1, 2));
    assert_eq!(bench.book.row(1), "2|702|б|Новое||п1|ждёт");
    assert_eq!(bench.book.row(2), "1|701|а|Новое||п1|ждёт");
    assert!(bench.wanted.is_empty());
    let put_back = |change: &Change| matches!(change, Change::Set { values, .. } if values.contains(&CellValue::Text("да".into())));
    assert!(
        !bench
            .batches
            .iter()
            .any(|batch| batch.changes.iter().any(put_back))
    );
}

#[test]
fn what_was_typed_meanwhile_is_not_cleared() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.want(wanted(1, "а", vec![clear("да")]));
    let typed = |book: &mut Book| book.cells[1][4] = "нет, подождите".to_owned();
    let input = Answer::Dirty([Tab::Appeals].into());
    bench.feed(input, &mut before_write(typed));
    assert_eq!(bench.results(), [RowResult::Contested]);
    assert_eq!(
        bench.reads, 3,
        "the fresh look comes at once, and one at what the new text looks like"
    );
    let told = bench.events.iter().any(|event| match event {
        Event::Row(RowEvent::Appeal { cells, .. }) => {
            cells.answer == crate::domain::event::AnswerCell::Text("нет, подождите".into())
        }
        _ => false,
    });
    assert!(told);
    assert_eq!(bench.book.cells[1][4], "нет, подождите");
}

#[test]
fn a_text_that_google_does_not_find_is_cleared_plainly_after_the_next_look() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.book.unfindable = Some("да".to_owned());
    bench.want(wanted(1, "а", vec![clear("да")]));
    dirty(&mut bench, |_| {});
    assert_eq!(
        bench.results(),
        [RowResult::Contested, confirmed(Some("да"))]
    );
    assert_eq!(bench.book.cells[1][4], "");
    assert_eq!(bench.stepper.status().plain_writes, 1);
}

#[test]
fn the_same_answer_typed_again_is_news() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.want(wanted(1, "а", vec![clear("да")]));
    bench.dirty();
    assert_eq!(bench.results(), [confirmed(Some("да"))]);
    bench.forget();
    bench.pass(2);
    bench.book.cells[1][4] = "да".to_owned();
    bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
    assert!(matches!(
        bench.events.as_slice(),
        [Event::Row(RowEvent::Appeal { .. }), Event::Looked(_)]
    ));
}

#[test]
fn an_appended_row_that_vanishes_is_missed() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.want(wanted(3, "в", Vec::new()));
    bench.dirty();
    bench.forget();
    bench.pass(2);
    bench.book.cells.remove(2);
    bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
    let gone = |event: &&Event| {
        matches!(
            event,
            Event::Row(RowEvent::Stopped { trouble: RowTrouble::Missing, appeal })
                if RowKey::Appeal(*appeal) == key(3)
        )
    };
    assert_eq!(bench.events.iter().filter(gone).count(), 1);
}

#[test]
fn an_empty_status_is_set_plainly_and_an_unexpected_one_is_left() {
    let work = |expect| SharedCell::Status {
        expect,
        set: Status::InWork,
    };
    let mut bench = Bench::ready(&[
        HEADERS,
        "1|701|а||||",
        "2|702|б|Решено|||",
        "3|703|в|новое|||",
    ]);
    bench.want(wanted(1, "а", vec![work(None)]));
    bench.want(wanted(2, "б", vec![work(Some(Status::New))]));
    bench.want(wanted(3, "в", vec![work(Some(Status::New))]));
    bench.dirty();
    let set = RowResult::Confirmed {
        status: Some(Status::InWork),
        cleared: None,
        filled: None,
        lines: 3,
        parts: 0,
        formula: None,
    };
    assert_eq!(bench.results(), [set.clone(), RowResult::Contested, set]);
    let statuses: Vec<_> = (1..4)
        .map(|row| bench.book.cells[row][3].as_str())
        .collect();
    assert_eq!(statuses, ["В работе", "Решено", "В работе"]);
}

#[test]
fn a_row_in_doubt_is_left_alone() {
    for (rows, append, result) in [
        (vec!["1|999|а|Новое|||"], true, RowResult::Contested),
        (vec!["1||а|Новое|||"], false, RowResult::Contested),
        (vec!["2|702|а|Новое|||"], false, RowResult::Absent),
    ] {
        let mut bench = Bench::ready(&[&[HEADERS], rows.as_slice()].concat());
        let before = bench.book.cells.clone();
        let mut row = wanted(1, "новое", Vec::new());
        if !append {
            row.row.find = Find::Numbered(Number(1), ChatId(701));
        }
        bench.want(row);
        bench.dirty();
        assert_eq!(bench.results(), [result], "{rows:?}");
        assert_eq!(bench.book.cells, before, "{rows:?}");
    }
}

#[test]
fn rows_that_share_a_number_are_told_so_and_otherwise_left_alone() {
    let mut bench = Bench::ready(&[HEADERS, "1|701|а|Новое|||", "1|701|а|Новое|||"]);
    bench.want(wanted(1, "новое", Vec::new()));
    bench.dirty();
    assert_eq!(bench.results(), [RowResult::Idle, RowResult::Idle]);
    for row in [1, 2] {
        assert_eq!(
            bench.book.row(row),
            "1|701|а|Новое|||остановлено: этот № стоит в нескольких строках, удалите лишние"
        );
    }
}

#[test]
fn a_row_in_doubt_is_tried_ever_less_often() {
    let mut bench = Bench::ready(&[HEADERS, "1|999|а|Новое|||"]);
    bench.want(wanted(1, "новое", Vec::new()));
    let wait = bench.dirty();
    bench.rest(wait, 600);
    assert!((10..20).contains(&bench.reads), "{}", bench.reads);
}

#[test]
fn a_new_row_is_written_over_nobody_s_words_and_once() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.want(wanted(3, "в", Vec::new()));
    dirty(&mut bench, |book| book.cells[2][5] = "заметка".to_owned());
    assert_eq!(bench.book.row(2), "3|703|в|||п1|ждёт");
    assert_eq!(
        bench.book.row(3),
        "|||||заметка",
        "nobody's words are written over"
    );
    assert_eq!(bench.book.row(4), "");
    assert_eq!(bench.results(), [confirmed(None)]);
}

#[test]
fn rows_appended_at_the_end_of_the_grid_make_it_grow() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench.book.cells.truncate(2);
    bench.want(wanted(3, "в", Vec::new()));
    bench.want(wanted(4, "г", Vec::new()));
    let wait = bench.dirty();
    bench.rest(wait, 10);
    assert_eq!(bench.results(), [confirmed(None), confirmed(None)]);
    assert_eq!(bench.book.cells.len(), 4);
}

#[test]
fn a_column_inserted_while_writing_is_noticed() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    bench.want(wanted(1, "а2", vec![clear("да")]));
    dirty(&mut bench, |book| {
        book.cells
            .iter_mut()
            .for_each(|row| row.insert(2, String::new()))
    });
    assert_eq!(bench.results(), [RowResult::Moved, confirmed(Some("да"))]);
    assert_eq!(
        bench.book.row(1),
        "1|701|а2|а2|Новое||п1|ждёт",
        "written into the new column first"
    );
    assert_eq!(bench.book.row(2), "2|702||б|Новое|да|п1|ждёт");
}

#[test]
fn a_row_deleted_while_writing_is_not_refused() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    bench.book.cells.truncate(3);
    bench.want(wanted(2, "б2", Vec::new()));
    dirty(&mut bench, |book| {
        book.cells.remove(1);
    });
    assert_eq!(bench.results(), [confirmed(None)]);
    assert_eq!(bench.book.row(1), "2|702|б2|Новое|да|п1|ждёт");
}

#[test]
fn a_lost_answer_is_resolved_by_its_token_and_a_read() {
    let lost = || Fault::Before(SheetsError::Unknown("cut".to_owned()));
    for (fault, appended) in [(Fault::Lost, 1), (lost(), 2)] {
        let mut bench = Bench::ready(&[HEADERS, ONE]);
        bench.faults.push_back(fault);
        bench.want(wanted(3, "в", Vec::new()));
        dirty(&mut bench, |_| {});
        let appends = bench
            .batches
            .iter()
            .flat_map(|batch| &batch.changes)
            .filter(|change| matches!(change, Change::InsertRows { .. }));
        assert_eq!(appends.count(), appended);
        assert_eq!(
            (bench.book.row(2), bench.book.row(3)),
            ("3|703|в|||п1|ждёт".to_owned(), String::new())
        );
        assert_eq!(bench.results(), [confirmed(None)]);
        let ended = bench.reports();
        let ended = ended.iter().filter_map(|report| report.token);
        assert!(ended.into_iter().any(|token| token.0 == 1), "its intent");
    }
}

#[test]
fn rows_that_a_lost_batch_may_have_hit_are_projected_again() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    bench.faults.push_back(Fault::Lost);
    bench.want(wanted(1, "а2", Vec::new()));
    dirty(&mut bench, |book| book.cells.swap(1, 2));
    assert_eq!(
        bench.overwritten,
        [1, 2].map(|number| RowMark::Appeal(Number(number)))
    );
}

#[test]
fn a_partner_is_written_beside_its_code() {
    const STAFF: &str = "Код партнера|ФИО|Телефон партнера|Статус|Telegram ID|Дата авторизации";
    let words = crate::sheets::table::layout::tests::partners();
    let book = Book::new(
        "список",
        &[STAFF, "п2|Борис|2|||", "п1|Анна|1|не авторизован||"],
        (10, 6),
    );
    let mut bench = Bench::new(book, true);
    bench.stepper = Stepper::new(crate::sheets::sync::Start {
        spreadsheet: super::bench::spreadsheet(),
        tabs: vec![words],
        archive: crate::sheets::table::layout::tests::archive(),
        templates: (crate::sheets::table::layout::tests::templates(), None),
        known: [].into(),
        open: Vec::new(),
        misplaced: Vec::new(),
        last_token: None,
        account: super::bench::ACCOUNT.to_owned(),
        wording: crate::domain::wording::Wording::built_in(),
    });
    let code = crate::domain::ids::PartnerCode::fold("П1").expect("a code");
    bench.want(Wanted {
        row: DesiredRow {
            key: RowKey::Partner(code.clone()),
            find: Find::Partner(code),
            ours: vec![
                (Column::Access, CellValue::Text("авторизован".into())),
                (Column::Telegram, CellValue::Number(700)),
                (
                    Column::Since,
                    CellValue::Text(Text::from("2026-11-23 10:00:00")),
                ),
            ],
            shared: Vec::new(),
            dialogue: None,
        },
        dirtied: Seq(1),
    });
    bench.feed(Answer::Time, &mut |_, _| {});
    assert_eq!(
        bench.book.row(2),
        "п1|Анна|1|авторизован|700|2026-11-23 10:00:00"
    );
    assert_eq!(
        bench.batches[0].changes.len(),
        2,
        "a token and one run of cells"
    );
    assert!(matches!(
        bench.results().as_slice(),
        [RowResult::Confirmed { .. }]
    ));
    assert_eq!(key(1), wanted(1, "", Vec::new()).row.key);
}
