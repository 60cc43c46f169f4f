//! The pass word by word: which input leads to which calls.
//!
//! Invariant: no write without a snapshot of this pass and an intent before it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{
    bench::{Bench, clear, intended, key, looks, spreadsheet, stepper_of, wanted},
    book::{Book, SHEET},
    stepper::{Answer, Call, Stepper},
};
use crate::{
    domain::{
        event::{Event, Looked, RowResult, WriteReport, WrittenRow},
        ids::{BatchToken, Number, Seq},
        row::CellValue,
        tab::Tab,
    },
    journal::StoreError,
    sheets::{
        sync::Intended,
        table::read_plan::tests::HEADERS,
        wire::{Batch, Change, Span},
    },
};

const BARE: &str = "telegram_id|текст_обращений|статус|специалист_ответ";

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).expect("in range")
}

fn ranges(cells: &[&str]) -> Vec<Call> {
    let asked = |cells: &&str| format!("'обращения'!{cells}");
    vec![Call::Read(cells.iter().map(asked).collect())]
}

fn span(rows: (u32, u32), columns: (u32, u32)) -> (String, Span) {
    let span = Span {
        sheet: SHEET,
        rows,
        columns,
    };
    ("обращения".to_owned(), span)
}

fn apply(events: Vec<Event>) -> Vec<Call> {
    vec![Call::Apply {
        events,
        overwritten: Vec::new(),
    }]
}

fn looked(began: Timestamp, highest: Option<u32>) -> Event {
    Event::Looked(Looked {
        tab: Tab::Appeals,
        began,
        highest: highest.map(Number),
        sheet: Some(7),
    })
}

fn wrote(token: Option<i32>, rows: Vec<WrittenRow>) -> Vec<Call> {
    apply(vec![Event::Wrote(WriteReport {
        spreadsheet: spreadsheet(),
        token: token.map(BatchToken),
        rows,
        misplaced: None,
    })])
}

#[test]
fn first_sight_prepares_the_tab() {
    let mut book = Book::new("обращения", &[BARE], (10, 4));
    let mut stepper = stepper_of(None);
    let now = at(0);
    assert_eq!(stepper.step(Answer::Time, now), [Call::Structure]);
    assert_eq!(
        stepper.step(Answer::Structure(Ok(book.structure())), now),
        ranges(&["1:1"])
    );
    let all = ["1:1", "A:A", "A:A", "C:C", "D:D", "B:B", "A:A"];
    let headers = book.read(&["'обращения'!1:1".to_owned()]);
    assert_eq!(stepper.step(Answer::Read(Ok(headers)), now), ranges(&all));
    let Call::Read(names) = ranges(&all).remove(0) else {
        unreachable!()
    };
    assert_eq!(
        stepper.step(Answer::Read(Ok(book.read(&names))), now),
        apply(vec![looked(now, None)])
    );
    assert_eq!(
        stepper.step(Answer::Applied(Ok(())), now),
        [Call::Project(vec![Tab::Appeals])]
    );
    assert_eq!(
        stepper.step(Answer::Projected(Vec::new()), now),
        [Call::Intend(Vec::new())]
    );
    let written = Intended {
        old_tokens: vec![BatchToken(2), BatchToken(3)],
        ..intended(9, Vec::new())
    };
    let calls = stepper.step(Answer::Intended(Ok(written)), now);
    let [Call::Write(batch)] = calls.as_slice() else {
        panic!("a batch")
    };
    let fill = |word: &str, color| Change::AddFill {
        span: span((1, 10), (2, 3)).1,
        formula: format!("=$C2=\"{word}\""),
        color,
    };
    let expected = [
        Change::Token(BatchToken(9)),
        Change::DropToken(BatchToken(2)),
        Change::DropToken(BatchToken(3)),
        Change::AddColumns {
            sheet: SHEET,
            count: 2,
        },
        Change::Set {
            sheet: SHEET,
            row: 0,
            column: 4,
            values: vec![
                CellValue::Text("№".into()),
                CellValue::Text("Доставка".into()),
            ],
        },
        fill("Новое", [0xf3, 0xcc, 0xcc]),
        fill("В работе", [0xff, 0xf2, 0xcc]),
        fill("Решено", [0xd9, 0xea, 0xd3]),
    ];
    assert_eq!(batch.changes, expected);
    assert_eq!(batch.read_back, [span((0, 1), (0, 6))]);
    let answer = book.write(batch);
    assert_eq!(
        stepper.step(Answer::Written(answer), now),
        wrote(Some(9), Vec::new())
    );
    assert_eq!(stepper.step(Answer::Applied(Ok(())), now), []);
    let mut bench = Bench::new(book, true);
    bench.stepper = stepper;
    bench.pass(20);
    bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
    assert!(bench.batches.is_empty(), "prepared once");
    assert_eq!(
        bench.reads, 2,
        "structure and cells; the new headers are known"
    );
}

#[test]
fn a_dirty_row_is_looked_up_intended_written_and_read_back() {
    let mut bench = Bench::ready(&[
        HEADERS,
        "2|702|старое|Новое||п1|ждёт",
        "1|701|старое|Новое|да|п1|",
    ]);
    let now = bench.now;
    let dirty = || Answer::Dirty(BTreeSet::from([Tab::Appeals]));
    let watched = [
        "1:1", "A:A", "B:B", "A:A", "B:B", "D:D", "E:E", "F:F", "G:G", "A:A", "B:B",
    ];
    assert_eq!(bench.stepper.step(dirty(), now), ranges(&watched));
    assert_eq!(
        bench.stepper.step(Answer::Nudge(looks(Tab::Appeals)), now),
        [],
        "one more look later"
    );
    let Call::Read(names) = ranges(&watched).remove(0) else {
        unreachable!()
    };
    let read = bench.book.read(&names);
    assert_eq!(
        bench.stepper.step(Answer::Read(Ok(read)), now),
        apply(vec![looked(now, Some(2))])
    );
    assert_eq!(
        bench.stepper.step(Answer::Applied(Ok(())), now),
        [Call::Project(vec![Tab::Appeals])]
    );
    let rows = vec![
        wanted(1, "новое", vec![clear("да")]),
        wanted(3, "первое", Vec::new()),
    ];
    let calls = bench.stepper.step(Answer::Projected(rows), now);
    let [Call::Intend(touched)] = calls.as_slice() else {
        panic!("an intent")
    };
    assert_eq!(
        (touched.len(), touched[0].row),
        (1, 2),
        "an appended row cannot hit another"
    );
    let calls = bench
        .stepper
        .step(Answer::Intended(Ok(intended(1, Vec::new()))), now);
    assert_eq!(calls, [Call::Write(one_changed_one_appended())]);
    let Call::Write(batch) = &calls[0] else {
        unreachable!()
    };
    let answer = bench.book.write(batch);
    let row = |number, cleared: Option<&str>| WrittenRow {
        key: key(number),
        dirtied: Seq(5),
        result: super::bench::confirmed(cleared),
    };
    assert_eq!(
        bench.stepper.step(Answer::Written(answer), now),
        wrote(Some(1), vec![row(1, Some("да")), row(3, None)])
    );
    let later = now + SignedDuration::from_secs(1);
    assert_eq!(
        bench.stepper.step(Answer::Applied(Ok(())), now),
        [Call::Wait(Some(later))]
    );
    assert_eq!(
        bench.stepper.step(Answer::Time, later),
        ranges(&watched),
        "the nudge that came during the look"
    );
    assert_eq!(bench.book.row(2), "1|701|новое|Новое||п1|ждёт");
    assert_eq!(bench.book.row(3), "3|703|первое|||п1|ждёт");
}

/// The batch that brings appeal 1 in the third row up to date, and writes appeal 3 below the others.
fn one_changed_one_appended() -> Batch {
    let set = |column, value: &str| Change::Set {
        sheet: SHEET,
        row: 2,
        column,
        values: vec![CellValue::Text(value.into())],
    };
    let changes = vec![
        Change::Token(BatchToken(1)),
        set(2, "новое"),
        set(6, "ждёт"),
        Change::CompareAndSet {
            sheet: SHEET,
            row: 2,
            column: 4,
            expect: "да".to_owned(),
            set: String::new(),
        },
        Change::InsertRows {
            sheet: SHEET,
            row: 3,
            count: 1,
        },
        Change::Set {
            sheet: SHEET,
            row: 3,
            column: 0,
            values: vec![
                CellValue::Number(3),
                CellValue::Number(703),
                CellValue::Text("первое".into()),
            ],
        },
        Change::Set {
            sheet: SHEET,
            row: 3,
            column: 5,
            values: vec![CellValue::Text("п1".into()), CellValue::Text("ждёт".into())],
        },
    ];
    let read_back = vec![
        span((0, 1), (0, 7)),
        span((2, 3), (0, 1)),
        span((2, 3), (1, 2)),
        span((2, 3), (4, 5)),
        span((3, 4), (0, 1)),
        span((3, 4), (1, 2)),
    ];
    Batch { changes, read_back }
}

#[test]
fn nothing_is_written_where_everything_stands() {
    let mut bench = Bench::ready(&[HEADERS, "1|701|старое|Новое||п1|ждёт"]);
    let mut row = wanted(1, "", vec![clear("да")]);
    row.row.ours.remove(3);
    bench.want(row);
    assert_eq!(bench.dirty(), None);
    assert_eq!((bench.batches.len(), bench.reports()[0].token), (0, None));
    let nothing_asked = RowResult::Confirmed {
        status: None,
        cleared: Some("да".into()),
        filled: None,
        lines: 3,
        parts: 0,
        formula: None,
    };
    assert_eq!(bench.results(), [nothing_asked]);
}

#[test]
fn what_the_journal_did_not_store_is_looked_at_again() {
    let mut bench = Bench::ready(&[HEADERS, "1|701||Новое|да||"]);
    let now = bench.now;
    bench.book.cells[1][4] = "нет".to_owned();
    let read = |bench: &mut Bench, calls: Vec<Call>, now| {
        let [Call::Read(names)] = calls.as_slice() else {
            panic!("a look: {calls:?}")
        };
        let answer = bench.book.read(names);
        let calls = bench.stepper.step(Answer::Read(Ok(answer)), now);
        let [Call::Styles(cells)] = calls.as_slice() else {
            panic!("a look at what the new text looks like: {calls:?}")
        };
        let answer = bench.book.styles(cells);
        bench.stepper.step(Answer::Styles(Ok(answer)), now)
    };
    let calls = bench.stepper.step(Answer::Nudge(looks(Tab::Appeals)), now);
    let told = read(&mut bench, calls, now);
    let later = now + SignedDuration::from_secs(1);
    assert_eq!(
        bench
            .stepper
            .step(Answer::Applied(Err(StoreError::Busy)), now),
        [Call::Wait(Some(later))]
    );
    assert_eq!(
        bench.stepper.step(Answer::Time, now),
        [Call::Wait(Some(later))]
    );
    let calls = bench.stepper.step(Answer::Time, later);
    let again = read(&mut bench, calls, later);
    let events = |calls: &[Call]| match &calls[0] {
        Call::Apply { events, .. } => events[0].clone(),
        other => panic!("events: {other:?}"),
    };
    assert_eq!(events(&told), events(&again), "the edit is not forgotten");
    assert_eq!(
        bench.stepper.step(Answer::Applied(Ok(())), later),
        [Call::Project(vec![Tab::Appeals])]
    );
    bench
        .stepper
        .step(Answer::Projected(vec![wanted(1, "б", Vec::new())]), later);
    let rest = later + SignedDuration::from_secs(1);
    assert_eq!(
        bench
            .stepper
            .step(Answer::Intended(Err(StoreError::Busy)), later),
        [Call::Wait(Some(rest))]
    );
    assert!(
        matches!(
            bench.stepper.step(Answer::Time, rest).as_slice(),
            [Call::Read(_)]
        ),
        "the row is still dirty"
    );
}

#[test]
fn a_report_that_was_not_stored_is_told_again() {
    let mut bench = Bench::ready(&[HEADERS, "1|701||Новое|||"]);
    let now = bench.now;
    bench.want(wanted(1, "а", Vec::new()));
    let mut calls = bench
        .stepper
        .step(Answer::Dirty(BTreeSet::from([Tab::Appeals])), now);
    let report = loop {
        let input = match calls.remove(0) {
            Call::Read(names) => Answer::Read(Ok(bench.book.read(&names))),
            Call::Apply { events, .. } if matches!(events[0], Event::Wrote(_)) => break events,
            Call::Apply { .. } => Answer::Applied(Ok(())),
            Call::Project(_) => Answer::Projected(bench.wanted.clone()),
            Call::Intend(keys) => Answer::Intended(Ok(intended(4, keys))),
            Call::Write(batch) => Answer::Written(bench.book.write(&batch)),
            other => panic!("unexpected: {other:?}"),
        };
        calls = bench.stepper.step(input, now);
    };
    let later = now + SignedDuration::from_secs(1);
    assert_eq!(
        bench
            .stepper
            .step(Answer::Applied(Err(StoreError::Busy)), now),
        [Call::Wait(Some(later))]
    );
    assert_eq!(bench.stepper.step(Answer::Time, later), apply(report));
}

#[test]
fn an_open_intent_is_resolved_before_anything_is_written() {
    let mut bench = Bench::ready(&[HEADERS, "1|701||Новое|||"]);
    bench.stepper = Stepper::new(crate::sheets::sync::Start {
        spreadsheet: spreadsheet(),
        tabs: vec![crate::sheets::table::layout::tests::appeals()],
        archive: crate::sheets::table::layout::tests::archive(),
        templates: (crate::sheets::table::layout::tests::templates(), None),
        known: [(Tab::Appeals, Vec::new())].into(),
        open: vec![intended(77, Vec::new()).intent],
        misplaced: Vec::new(),
        last_token: Some(BatchToken(77)),
        account: super::bench::ACCOUNT.to_owned(),
        wording: crate::domain::wording::Wording::built_in(),
    });
    bench.want(wanted(1, "а", Vec::new()));
    let mut order = Vec::new();
    bench.feed(Answer::Time, &mut |_, output| {
        order.push(match output {
            Call::Resolve(_) => "token",
            Call::Apply { events, .. } if matches!(events[0], Event::Wrote(_)) => "report",
            Call::Apply { .. } => "events",
            Call::Write(_) => "write",
            Call::Structure
            | Call::Index(_)
            | Call::Read(_)
            | Call::Stored(..)
            | Call::Styles(_)
            | Call::Project(_)
            | Call::Intend(_)
            | Call::Wait(_) => "",
        });
    });
    order.retain(|word| !word.is_empty());
    assert_eq!(order, ["token", "report", "events", "write", "report"]);
    assert_eq!(bench.reports()[0].token, Some(BatchToken(77)));
    assert!(bench.reports()[0].rows.is_empty());
    assert!(matches!(
        bench.results().as_slice(),
        [RowResult::Confirmed { .. }]
    ));
}
