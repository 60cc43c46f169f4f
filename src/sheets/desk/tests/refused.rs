//! What becomes of the others when Google refuses one thing.
//!
//! Invariant: one thing that is refused costs the others a batch now and then.

use super::{
    bench::{Bench, spreadsheet, wanted},
    book::Book,
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
        desk::{Desk, Input, Output, Phase, Sent, Start, Wanted, draft::Draft},
        look::plan::tests::HEADERS,
        wire::CallError,
    },
};

#[test]
fn a_refused_row_holds_nobody_up_while_people_edit() {
    let rows: Vec<String> = (1..=6)
        .map(|number| format!("{number}|{}|а|Новое||п1|ждёт", 700 + number))
        .collect();
    let rows: Vec<&str> = std::iter::once(HEADERS).chain(rows.iter().map(String::as_str)).collect();
    let mut bench = Bench::ready(&rows);
    bench.want(wanted(1, &"ы".repeat(50_001), Vec::new()));
    for number in 2..=6 {
        bench.want(wanted(number, "новое", Vec::new()));
    }
    let mut edits = 0;
    let mut people = |book: &mut Book, output: &Output| {
        if matches!(output, Output::Read(_)) {
            edits += 1;
            book.cells[1][3] = format!("правка {edits}");
        }
    };
    let wait = bench.feed(Input::Dirty([Tab::Appeals].into()), &mut people);
    bench.rest_among(wait, 60, &mut people);
    let left: Vec<_> = bench.wanted.iter().map(|wanted| wanted.row.find.clone()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(bench.wanted[0].row.ours.iter().any(|(column, _)| *column == Column::History));
    assert!((2..=6).all(|row| bench.book.cells[row][2] == "новое"));
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
            append: false,
            ours: vec![(Column::Mailing, CellValue::Text("готово".into()))],
            shared: Vec::new(),
            lines: 0,
            parts: Vec::new(),
            strays: None,
            asks_formula: false,
        },
        dirtied: Seq(5),
    }
}

#[test]
fn what_is_left_of_a_copy_and_may_not_be_emptied_holds_up_its_own_row_alone() {
    const PROMOTED: &str = "Название|Описание|Статус|Дата начала|Дата окончания|Контент|Ссылка|Действие|NOTIFICATION_STATUS|Ключ|Рассылка";
    let shown = |title: &str, number, told: &str| format!("{title}|||||||||{}|{told}", PromotionKey::numbered(number).0);
    let rows = [shown("Скидка", 1, "ждёт"), shown("", 1, "ждёт"), shown("Подарок", 2, "ждёт")];
    let mut book = Book::new("Акции", &[PROMOTED, &rows[0], &rows[1], &rows[2]], (10, 11));
    book.protected = [(2, 9)].into();
    let mut bench = Bench::new(book, true);
    bench.desk = Desk::new(Start {
        spreadsheet: spreadsheet(),
        tabs: vec![crate::sheets::layout::tests::promotions()],
        archive: crate::sheets::layout::tests::archive(),
        known: [].into(),
        open: Vec::new(),
        last_fence: None,
        account: super::bench::ACCOUNT.to_owned(),
    });
    bench.want(promotion(1, "Скидка"));
    bench.want(promotion(2, "Подарок"));
    let wait = bench.feed(Input::Tick, &mut |_, _| {});
    bench.rest(wait, 30);
    assert_eq!(bench.book.row(3), shown("Подарок", 2, "готово"));
    assert!(
        matches!(bench.results().as_slice(), [RowResult::Refused(_), RowResult::Confirmed { .. }]),
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
    type Fails = fn(&mut Bench, Draft);
    let not_intended: Fails = |bench, draft| {
        bench.desk.phase = Phase::Intending(draft);
        bench.desk.step(Input::Intended(Err(StoreError::Busy)), bench.now);
    };
    let not_written: Fails = |bench, draft| {
        let fence = crate::domain::ids::FenceId(1);
        bench.desk.phase = Phase::Writing(Sent { draft, fence, head: 1 });
        bench
            .desk
            .step(Input::Written(Err(CallError::Throttled { until: None })), bench.now);
    };
    for fails in [not_intended, not_written] {
        let mut bench = Bench::ready(&[HEADERS]);
        let draft = Draft {
            left: [Tab::Appeals].into(),
            ..Draft::default()
        };
        fails(&mut bench, draft);
        assert_eq!(bench.desk.wishes.dirty, [Tab::Appeals].into());
    }
}
