//! Every way in which a call fails, and what the synchroniser makes of it.
//!
//! Invariant: a trouble is told once when it begins and once when it ends; nothing is tried in a tight loop.

use jiff::{SignedDuration, Timestamp};

use super::{
    bench::{Bench, Fault, confirmed, looks, wanted},
    book::Book,
    stepper::{Answer, Call},
};
use crate::{
    domain::{
        event::{Command, Event, Notice},
        tab::Tab,
    },
    sheets::{table::read_plan::tests::HEADERS, wire::SheetsError},
};

const ONE: &str = "1|701|а|Новое||п1|ждёт";

/// The notices so far: the words of a trouble, or an empty text where it ended.
pub(super) fn notices(bench: &Bench) -> Vec<&str> {
    let mut notices = Vec::new();
    for event in &bench.events {
        match event {
            Event::Admin(Command::Notify(Notice::TabUnusable { words, .. })) => {
                notices.push(words.as_str())
            }
            Event::Admin(Command::Notify(Notice::TabMended(_))) => notices.push(""),
            _ => {}
        }
    }
    notices
}

fn unavailable() -> SheetsError {
    SheetsError::Unavailable("503".to_owned())
}

#[test]
fn a_failing_read_is_tried_with_growing_patience() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    let mut calls = bench
        .stepper
        .step(Answer::Nudge(looks(Tab::Appeals)), bench.now);
    let mut waits = Vec::new();
    for (nth, error) in [
        unavailable(),
        SheetsError::Unknown("cut".to_owned()),
        SheetsError::Throttled { until: None },
    ]
    .into_iter()
    .enumerate()
    {
        // The first try after it is a small one.
        let answer = if nth == 0 {
            Answer::Read(Err(error))
        } else {
            Answer::Structure(Err(error))
        };
        assert!(matches!(
            (calls.as_slice(), &answer),
            ([Call::Read(_)], Answer::Read(_)) | ([Call::Structure], Answer::Structure(_))
        ));
        calls = bench.stepper.step(answer, bench.now);
        let [Call::Wait(Some(until))] = calls.as_slice() else {
            panic!("a wait: {calls:?}")
        };
        waits.push(until.duration_since(bench.now).as_secs());
        assert_eq!(
            bench
                .stepper
                .step(Answer::Nudge(looks(Tab::Appeals)), bench.now),
            calls,
            "a nudge does not shorten it"
        );
        bench.now = *until;
        calls = bench.stepper.step(Answer::Time, bench.now);
    }
    assert_eq!(waits, [1, 2, 4]);
    let asked = bench.now + SignedDuration::from_secs(40);
    let calls = bench.stepper.step(
        Answer::Structure(Err(SheetsError::Throttled { until: Some(asked) })),
        bench.now,
    );
    assert_eq!(calls, [Call::Wait(Some(asked))]);
}

#[test]
fn a_write_that_was_not_applied_is_tried_again_while_looks_go_on() {
    for error in [unavailable(), SheetsError::Throttled { until: None }] {
        let mut bench = Bench::ready(&[HEADERS, ONE]);
        bench.faults.push_back(Fault::Before(error.clone()));
        bench.faults.push_back(Fault::Before(error));
        bench.want(wanted(1, "а2", Vec::new()));
        let start = bench.now;
        let wait = bench.dirty();
        assert_eq!(wait, Some(start + SignedDuration::from_secs(1)));
        assert_eq!(
            bench.reports()[0].token.map(|token| token.0),
            Some(1),
            "the intent is over"
        );
        bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
        bench.rest(wait, 10);
        assert_eq!(bench.results(), [confirmed(None)]);
        assert_eq!(bench.batches.len(), 3);
        assert_eq!(bench.book.cells[1][2], "а2");
    }
}

#[test]
fn a_closed_spreadsheet_is_reported_once_and_mends() {
    for (error, words) in [
        (
            SheetsError::Denied(String::new()),
            "Лист «обращения»: таблица закрыта для сервиса. Откройте её для desk@example.org",
        ),
        (SheetsError::NotFound, "Лист «обращения»: такой таблицы нет"),
    ] {
        let mut bench = Bench::ready(&[HEADERS, ONE]);
        let start = bench.now;
        for minute in 0..3 {
            bench.now = start + SignedDuration::from_mins(minute);
            let calls = bench.stepper.step(
                if minute == 0 {
                    Answer::Nudge(looks(Tab::Appeals))
                } else {
                    Answer::Time
                },
                bench.now,
            );
            let failed = match calls.as_slice() {
                [Call::Read(_)] => Answer::Read(Err(error.clone())),
                [Call::Structure] => Answer::Structure(Err(error.clone())),
                other => panic!("a call: {other:?}"),
            };
            let wait = bench.feed(failed, &mut |_, _| {});
            assert_eq!(wait, Some(bench.now + SignedDuration::from_mins(1)));
        }
        assert_eq!(notices(&bench).len(), 1);
        assert!(notices(&bench)[0].starts_with(words));
        assert!(bench.stepper.status().tabs[0].trouble.is_some());
        bench.pass(1);
        assert_eq!(
            bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {}),
            None
        );
        assert_eq!(notices(&bench)[1..], [""]);
        assert_eq!(bench.stepper.status().tabs[0].trouble, None);
    }
}

#[test]
fn a_spreadsheet_open_for_reading_only_is_still_read() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench
        .faults
        .push_back(Fault::Before(SheetsError::Denied(String::new())));
    bench.want(wanted(1, "а2", Vec::new()));
    let wait = bench.dirty();
    assert_eq!(wait, Some(bench.now + SignedDuration::from_secs(20)));
    bench.pass(2);
    bench.book.cells[1][4] = "ответ".to_owned();
    bench.forget();
    bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
    assert!(
        matches!(bench.events.as_slice(), [Event::Row(_), Event::Looked(_)]),
        "no notice, and nothing is written"
    );
    bench.rest(wait, 60);
    assert_eq!(bench.results(), [confirmed(None)]);
    assert_eq!(notices(&bench), [""]);
}

#[test]
fn headers_that_moved_are_found_and_headers_that_vanished_are_told() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    bench
        .book
        .cells
        .iter_mut()
        .for_each(|row| row.rotate_right(1));
    bench
        .book
        .fills
        .iter_mut()
        .for_each(|formula| *formula = formula.replace("$D", "$E"));
    assert_eq!(
        bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {}),
        None
    );
    assert_eq!(
        bench.reads, 3,
        "the look was taken again, with the new layout and what Google has adjusted to it"
    );
    assert!(
        matches!(bench.events.as_slice(), [Event::Looked(_)]),
        "nothing changed in the rows"
    );
    bench.forget();
    bench.pass(2);
    bench.book.cells[0][4] = "стату".to_owned();
    let wait = bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
    assert_eq!(wait, Some(bench.now + SignedDuration::from_mins(1)));
    assert_eq!(
        notices(&bench),
        [
            "Лист «обращения»: нет столбца «статус» (есть похожий: «стату»). Исправьте заголовки в первой строке; порядок столбцов не важен."
        ]
    );
    bench.book.cells[0][4] = "Статус".to_owned();
    bench.rest(wait, 60);
    assert_eq!(notices(&bench)[1..], [""]);
}

#[test]
fn a_tab_that_is_gone_is_told_and_found_again() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    "старые".clone_into(&mut bench.book.title);
    let mut calls = bench
        .stepper
        .step(Answer::Nudge(looks(Tab::Appeals)), bench.now);
    assert!(matches!(calls.as_slice(), [Call::Read(_)]));
    calls = bench.stepper.step(
        Answer::Read(Err(SheetsError::BadRange(
            "Unable to parse range".to_owned(),
        ))),
        bench.now,
    );
    assert_eq!(calls, [Call::Structure]);
    let wait = bench.feed(
        Answer::Structure(Ok(bench.book.structure())),
        &mut |_, _| {},
    );
    assert!(notices(&bench)[0].starts_with("В таблице нет листа «обращения»"));
    "Обращения ".clone_into(&mut bench.book.title);
    bench.rest(wait, 60);
    assert_eq!(notices(&bench)[1..], [""]);
}

#[test]
fn a_range_that_google_keeps_refusing_does_not_spin() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    let bad = || Answer::Read(Err(SheetsError::BadRange(String::new())));
    let now = bench.now;
    bench.stepper.step(Answer::Nudge(looks(Tab::Appeals)), now);
    for _ in 0..2 {
        assert_eq!(bench.stepper.step(bad(), now), [Call::Structure]);
        assert!(matches!(
            bench
                .stepper
                .step(Answer::Structure(Ok(bench.book.structure())), now)
                .as_slice(),
            [Call::Read(_)]
        ));
    }
    assert!(
        matches!(
            bench.stepper.step(bad(), now).as_slice(),
            [Call::Apply { .. }]
        ),
        "the trouble is told"
    );
    assert_eq!(
        bench.stepper.step(Answer::Applied(Ok(())), now),
        [Call::Wait(Some(now + SignedDuration::from_mins(1)))]
    );
}

#[test]
fn a_look_that_is_torn_three_times_is_given_up_for_a_minute() {
    let mut bench = Bench::ready(&[HEADERS, ONE, "2|702||Новое|||"]);
    let now = bench.now;
    let torn = |calls: &[Call], book: &Book| {
        let [Call::Read(names)] = calls else {
            panic!("a look: {calls:?}")
        };
        let mut answer = book.read(names);
        answer[1][0].swap(1, 2);
        Answer::Read(Ok(answer))
    };
    let mut calls = bench.stepper.step(Answer::Nudge(looks(Tab::Appeals)), now);
    for _ in 0..2 {
        let input = torn(&calls, &bench.book);
        calls = bench.stepper.step(input, now);
    }
    let input = torn(&calls, &bench.book);
    let wait = bench.feed(input, &mut |_, _| {});
    assert_eq!(wait, Some(now + SignedDuration::from_mins(1)));
    assert!(notices(&bench)[0].contains("всё время двигаются"));
    bench.rest(wait, 60);
    assert_eq!(notices(&bench)[1..], [""]);
}

#[test]
fn columns_that_cannot_be_added_are_told() {
    let mut bench = Bench::new(
        Book::new(
            "обращения",
            &[
                "telegram_id|текст_обращений|статус|специалист_ответ",
                "701|а|Новое|",
            ],
            (10, 10),
        ),
        false,
    );
    let protected = |change| {
        let words = "You are trying to edit a protected cell or object.".to_owned();
        Fault::Before(SheetsError::Refused { change, words })
    };
    bench.faults.push_back(protected(2));
    bench.faults.push_back(protected(1));
    let wait = bench.feed(Answer::Time, &mut |_, _| {});
    assert!(
        notices(&bench).is_empty(),
        "a decoration is given up in silence"
    );
    bench.rest(wait, 10);
    assert!(notices(&bench)[0].starts_with(
        "Лист «обращения»: не удаётся добавить столбцы справа. Лист или ячейки защищены"
    ));
    let again = bench.now + SignedDuration::from_mins(1);
    bench.rest(Some(again), 61);
    assert_eq!(notices(&bench)[1..], [""]);
    assert_eq!(
        bench.book.row(0),
        "telegram_id|текст_обращений|статус|специалист_ответ|№|Доставка"
    );
}

#[test]
fn the_structure_is_read_again_after_ten_minutes() {
    let mut bench = Bench::ready(&[HEADERS, ONE]);
    let structures = |bench: &mut Bench| {
        let mut count = 0;
        bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, output| {
            count += u32::from(*output == Call::Structure)
        });
        count
    };
    assert_eq!(structures(&mut bench), 0);
    bench.pass(600);
    assert_eq!(structures(&mut bench), 1);
    bench.pass(2);
    assert_eq!(structures(&mut bench), 0);
    assert!(bench.stepper.status().tabs[0].looked > Some(Timestamp::UNIX_EPOCH));
}
