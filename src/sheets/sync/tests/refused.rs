//! What becomes of the others when Google refuses one thing, and of what we have to put right.
//!
//! Invariant: one thing that is refused costs the others a batch now and then; what people had in a cell is never given up.

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use jiff::Timestamp;

use super::{
    bench::{
        ACCOUNT, Bench, ONE, TWO, clear, confirmed, dirty, intended, looks, spreadsheet, wanted,
    },
    book::Book,
    stepper::{Answer, Call, Stepper},
    troubles::notices,
};
use crate::{
    domain::{
        event::RowResult,
        ids::{PromotionKey, RowKey, Seq},
        promotion::Offer,
        row::{CellValue, Column, DesiredRow, Find, PromotionFind},
        tab::Tab,
    },
    journal::StoreError,
    sheets::{
        sync::{
            Interrupted, Start, Wanted, memory::SyncMemory, pass::write, write_plan::WritePlan,
        },
        table::{
            layout::tests::{appeals, archive, promotions, templates},
            read_plan::tests::HEADERS,
        },
        wire::SheetsError,
    },
};

/// What people do just before the nth write of all.
fn at_writes(mut act: impl FnMut(&mut Book, usize)) -> impl FnMut(&mut Book, &Call) {
    let mut writes = 0;
    move |book, output| {
        if matches!(output, Call::Write(_)) {
            writes += 1;
            act(book, writes);
        }
    }
}

/// Lets the synchroniser work for an hour among people.
fn an_hour(bench: &mut Bench, act: &mut dyn FnMut(&mut Book, &Call)) {
    let wait = bench.feed(Answer::Dirty([Tab::Appeals].into()), act);
    let end = bench.now + jiff::SignedDuration::from_hours(1);
    bench.rest_among(wait, 3_600, act);
    bench.now = end;
}

#[test]
fn a_refused_row_holds_nobody_up_while_people_edit() {
    let rows: Vec<String> = (1..=6)
        .map(|number| format!("{number}|{}|а|Новое||п1|ждёт", 700 + number))
        .collect();
    let rows: Vec<&str> = std::iter::once(HEADERS)
        .chain(rows.iter().map(String::as_str))
        .collect();
    let mut bench = Bench::ready(&rows);
    bench.want(wanted(1, &"ы".repeat(50_001), Vec::new()));
    for number in 2..=6 {
        bench.want(wanted(number, "новое", Vec::new()));
    }
    let mut edits = 0;
    let mut people = |book: &mut Book, output: &Call| {
        if matches!(output, Call::Read(_)) {
            edits += 1;
            book.cells[1][3] = format!("правка {edits}");
        }
    };
    let wait = bench.feed(Answer::Dirty([Tab::Appeals].into()), &mut people);
    bench.rest_among(wait, 60, &mut people);
    let left: Vec<_> = bench
        .wanted
        .iter()
        .map(|wanted| wanted.row.find.clone())
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(
        bench.wanted[0]
            .row
            .ours
            .iter()
            .any(|(column, _)| *column == Column::History)
    );
    assert!((2..=6).all(|row| bench.book.cells[row][2] == "новое"));
}

#[test]
fn what_cannot_be_put_right_is_kept_tried_ever_less_often_and_told_once() {
    type People = fn(&mut Book);
    let swap: People = |book| book.cells.swap(1, 2);
    let insert: People = |book| book.cells.insert(1, vec![String::new(); 10]);
    let clears = || wanted(1, "а2", vec![clear("да")]);
    let writes = || wanted(1, "а2", Vec::new());
    for (rows, row, people, cell, meanwhile, end) in [
        // An answer that we have taken away.
        (
            ["1|701|а|Новое|да|п1|ждёт", "2|702|б|Новое|да|п1|ждёт"],
            clears(),
            swap,
            4,
            "2|702|а2|Новое||п1|ждёт",
            "2|702|а2|Новое|да|п1|ждёт",
        ),
        // What we have left in an empty row.
        (
            ["1|701|а|Новое||п1|", "2|702|б|Новое||п1|ждёт"],
            writes(),
            insert,
            6,
            "||а2||||ждёт",
            "",
        ),
        // A dialogue without a number that we have written over.
        (
            ["1|701|а|Новое||п1|", "|702|своё|Новое||п2|"],
            writes(),
            swap,
            6,
            "|702|а2|Новое||п2|ждёт",
            "|702|своё|Новое||п2",
        ),
    ] {
        let mut bench = Bench::ready(&[HEADERS, rows[0], rows[1]]);
        bench.want(row);
        let mut people = at_writes(|book, nth| match nth {
            1 => people(book),
            2 => book.protected = [(1, cell)].into(),
            _ => {}
        });
        an_hour(&mut bench, &mut people);
        assert_eq!(bench.book.row(1), meanwhile);
        assert_eq!(
            bench.book.cells[2][2], "а2",
            "the row itself is written all the same"
        );
        assert!(bench.wanted.is_empty());
        assert!(
            (7..12).contains(&bench.batches.len()),
            "{end}: {} batches",
            bench.batches.len()
        );
        assert!(bench.reads < 40, "{end}: {} reads", bench.reads);
        let words = "Лист «обращения», строка 2: сервис по ошибке записал не туда и не может вернуть, как было. Лист или ячейки защищены";
        assert!(
            matches!(notices(&bench).as_slice(), [told] if told.starts_with(words)),
            "{:?}",
            notices(&bench)
        );
        assert_eq!(bench.open_intents(), 0);
        assert_eq!(bench.misplaced(), 1, "what it did is remembered");
        bench.book.protected.clear();
        let wait = bench.feed(Answer::Time, &mut |_, _| {});
        bench.rest(wait, 16 * 60);
        assert_eq!(bench.book.row(1), end);
        assert_eq!(notices(&bench)[1..], [""]);
        assert_eq!(bench.open_intents(), 0);
        assert_eq!(bench.misplaced(), 0);
    }
}

#[test]
fn cells_that_cannot_be_put_back_keep_neither_rows_nor_other_cells_waiting_for_long() {
    let rows: Vec<String> = (1..=12)
        .map(|number| format!("{number}|{}|а|Новое|да|п1|ждёт", 700 + number))
        .collect();
    let rows: Vec<&str> = std::iter::once(HEADERS)
        .chain(rows.iter().map(String::as_str))
        .collect();
    let mut bench = Bench::ready(&rows);
    for number in 1..=6 {
        bench.want(wanted(number, "а2", vec![clear("да")]));
    }
    let mut people = at_writes(|book, nth| match nth {
        1 => book.cells[1..=12].rotate_left(6),
        2 => book.protected = (1..6).map(|row| (row, 4)).collect(),
        _ => {}
    });
    let wait = bench.feed(Answer::Dirty([Tab::Appeals].into()), &mut people);
    bench.rest_among(wait, 12, &mut people);
    assert!(
        bench.wanted.is_empty(),
        "the rows are written between two tries"
    );
    bench.rest(Some(bench.now + jiff::SignedDuration::from_secs(8)), 90);
    let answers: Vec<&str> = (1..=12)
        .map(|row| bench.book.cells[row][4].as_str())
        .collect();
    assert_eq!(answers, ["", "", "", "", "", "да", "", "", "", "", "", ""]);
    assert_eq!(notices(&bench).len(), 1);
}

/// A promotion whose row shows this name beside its key.
fn promotion(number: u32, title: &str) -> Wanted {
    let key = PromotionKey::numbered(number);
    Wanted {
        row: DesiredRow {
            key: RowKey::Promotion(key.clone()),
            find: Find::Promotion(Box::new(PromotionFind {
                shown: key.0.as_str().into(),
                offer: Offer {
                    title: title.into(),
                    ..Offer::default()
                },
                nth: 0,
                key,
            })),
            ours: vec![(Column::Mailing, CellValue::Text("готово".into()))],
            shared: Vec::new(),
            dialogue: None,
        },
        dirtied: Seq(5),
    }
}

#[test]
fn what_is_left_of_a_copy_and_may_not_be_emptied_holds_up_its_own_row_alone() {
    const PROMOTED: &str = "Название|Описание|Статус|Дата начала|Дата окончания|Контент|Ссылка|Действие|NOTIFICATION_STATUS|Ключ|Рассылка";
    let shown = |title: &str, number, told: &str| {
        format!(
            "{title}|||||||||{}|{told}",
            PromotionKey::numbered(number).0
        )
    };
    let rows = [
        shown("Скидка", 1, "ждёт"),
        shown("", 1, "ждёт"),
        shown("Подарок", 2, "ждёт"),
    ];
    let mut book = Book::new("Акции", &[PROMOTED, &rows[0], &rows[1], &rows[2]], (10, 11));
    book.protected = [(2, 9)].into();
    let mut bench = Bench::new(book, true);
    bench.stepper = Stepper::new(Start {
        spreadsheet: spreadsheet(),
        tabs: vec![promotions()],
        archive: archive(),
        templates: (templates(), None),
        known: [].into(),
        open: Vec::new(),
        misplaced: Vec::new(),
        last_token: None,
        account: ACCOUNT.to_owned(),
        wording: crate::domain::wording::Wording::built_in(),
    });
    bench.want(promotion(1, "Скидка"));
    bench.want(promotion(2, "Подарок"));
    let wait = bench.feed(Answer::Time, &mut |_, _| {});
    bench.rest(wait, 30);
    assert_eq!(bench.book.row(3), shown("Подарок", 2, "готово"));
    assert!(
        matches!(
            bench.results().as_slice(),
            [RowResult::Refused(_), RowResult::Confirmed { .. }]
        ),
        "it is told: {:?}",
        bench.results()
    );
    bench.book.protected.clear();
    bench.rest(Some(bench.now + jiff::SignedDuration::from_mins(1)), 61);
    assert_eq!(bench.book.row(1), shown("Скидка", 1, "готово"));
    assert_eq!(bench.book.row(2), "");
    assert!(bench.wanted.is_empty());
}

#[test]
fn a_tab_that_lets_the_others_go_first_is_not_forgotten_when_their_batch_fails() {
    let start = || Start {
        spreadsheet: spreadsheet(),
        tabs: vec![appeals()],
        archive: archive(),
        templates: (templates(), None),
        known: [].into(),
        open: Vec::new(),
        misplaced: Vec::new(),
        last_token: None,
        account: ACCOUNT.to_owned(),
        wording: crate::domain::wording::Wording::built_in(),
    };
    let not_written = SheetsError::Throttled { until: None };
    for answers in [
        vec![Answer::Intended(Err(StoreError::Busy))],
        vec![
            Answer::Intended(Ok(intended(1, Vec::new()))),
            Answer::Written(Err(not_written)),
        ],
    ] {
        let dirty = Rc::<RefCell<BTreeSet<Tab>>>::default();
        let seen = Rc::clone(&dirty);
        let mut memory = SyncMemory::new(start());
        let mut stepper = Stepper::with(async move |mut io| {
            let plan = WritePlan {
                left: [Tab::Appeals].into(),
                ..WritePlan::default()
            };
            let _: Result<(), Interrupted> = write(&mut io, &mut memory, plan).await;
            *seen.borrow_mut() = memory.dirty;
        });
        for answer in answers {
            stepper.step(answer, Timestamp::UNIX_EPOCH);
        }
        assert_eq!(*RefCell::borrow(&dirty), BTreeSet::from([Tab::Appeals]));
    }
}

#[test]
fn a_refused_row_does_not_stop_the_others() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    bench.want(wanted(1, &"ы".repeat(50_001), Vec::new()));
    bench.want(wanted(2, "б2", Vec::new()));
    dirty(&mut bench, |_| {});
    let words = "Your input contains more than the maximum of 50000 characters in a single cell.";
    assert_eq!(
        bench.results(),
        [RowResult::Refused(words.to_owned()), confirmed(None)]
    );
    assert_eq!(
        bench
            .reports()
            .iter()
            .map(|report| report.token.is_some())
            .collect::<Vec<_>>(),
        [true, true]
    );
    assert_eq!(bench.book.cells[2][2], "б2");
}

#[test]
fn a_refused_row_is_tried_again_by_the_clock_and_after_what_people_do() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    bench.want(wanted(1, &"ы".repeat(50_001), Vec::new()));
    let nudge = |bench: &mut Bench| bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, _| {});
    let wait = bench.dirty();
    assert_eq!(bench.batches.len(), 1);
    bench.rest(wait, 50);
    bench.pass(55);
    let wait = nudge(&mut bench);
    assert_eq!(
        bench.batches.len(),
        1,
        "a look that shows nothing new is no reason"
    );
    bench.rest(wait, 10);
    assert_eq!(bench.batches.len(), 2);
    bench.pass(30);
    bench.book.cells[2][3] = "Решено".to_owned();
    nudge(&mut bench);
    assert_eq!(bench.batches.len(), 3);
    bench.rest(Some(bench.now), 3_600);
    assert!(
        (6..9).contains(&bench.batches.len()),
        "{}",
        bench.batches.len()
    );
    bench.wanted.clear();
    bench.want(wanted(1, "короче", Vec::new()));
    bench.wanted[0].dirtied = Seq(6);
    bench.dirty();
    assert_eq!(
        bench.book.cells[1][2], "короче",
        "what is wanted otherwise by now does not rest"
    );
}

#[test]
fn rows_that_are_refused_one_and_all_let_the_next_through() {
    let mut bench = Bench::ready(&[HEADERS, ONE, TWO]);
    for number in 3..20 {
        bench.want(wanted(number, &"ы".repeat(50_001), Vec::new()));
    }
    let wait = bench.dirty();
    bench.wanted.insert(0, wanted(2, "б2", Vec::new()));
    bench.rest(wait, 10);
    assert_eq!(bench.book.cells[2][2], "б2");
    assert!(bench.batches.len() < 6, "{}", bench.batches.len());
}
