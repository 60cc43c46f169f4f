//! People type, sort, insert and delete between any two steps of the synchroniser.
//!
//! Invariant: an answer that a person typed reaches the journal or still stands in its cell, and every row ends as it should.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    bench::{Bench, Fault, key, looks, wanted},
    book::Book,
    stepper::{Answer, Call},
};
use crate::{
    domain::{
        event::{AnswerCell, Event, RowEvent, RowMark, RowResult},
        ids::Seq,
        row::{CellValue, Column, SharedCell},
        tab::Tab,
    },
    sheets::{sync::Wanted, table::read_plan::tests::HEADERS},
};

const ROWS: u32 = 4;

/// People leave the sheet alone after this many calls of the synchroniser.
const LAST_ACT: usize = 30;

/// What a person does.
#[derive(Debug, Clone)]
enum Act {
    Type(usize, usize),
    Swap(usize, usize),
    Rotate,
    Insert(usize),
}

/// What the journal would know: which answers it has taken, and what each row should show.
#[derive(Default)]
struct Journal {
    answers: BTreeMap<u32, Option<String>>,
    taken: BTreeSet<(u32, String)>,
    /// How many events and overwritten rows were taken in.
    read: (usize, usize),
}

impl Journal {
    fn row(&self, number: u32) -> Wanted {
        let answer = self.answers.get(&number).and_then(Option::as_deref);
        let shared = answer.map(|text| SharedCell::Clear {
            column: Column::Answer,
            expect: text.into(),
        });
        let taken = self
            .taken
            .iter()
            .filter(|(known, _)| *known == number)
            .count();
        let mut wanted = wanted(
            number,
            &format!("история {number}, {taken}"),
            shared.into_iter().collect(),
        );
        wanted.dirtied = Seq(u64::try_from(self.read.0).expect("small"));
        wanted
    }

    /// Decides what the bench has collected, and says which rows are to be written.
    fn decide(&mut self, bench: &mut Bench) {
        let mut dirty = BTreeSet::new();
        for event in &bench.events[self.read.0..] {
            match event {
                Event::Row(RowEvent::Appeal { cells, appeal }) => {
                    let number = u32::try_from(appeal.seq.0).expect("small");
                    let answer = match &cells.answer {
                        AnswerCell::Blank | AnswerCell::Unready(_) => None,
                        AnswerCell::Text(text) => Some(text.as_str().to_owned()),
                    };
                    self.taken
                        .extend(answer.iter().map(|text| (number, text.clone())));
                    if self.answers.insert(number, answer.clone()) != Some(answer) {
                        dirty.insert(number);
                    }
                }
                Event::Wrote(report) => {
                    for row in &report.rows {
                        let number = (1..=ROWS)
                            .find(|&number| key(number) == row.key)
                            .expect("known");
                        match &row.result {
                            RowResult::Confirmed {
                                cleared: Some(_), ..
                            } => {
                                self.answers.insert(number, None);
                            }
                            RowResult::Confirmed { cleared: None, .. } | RowResult::Idle => {}
                            RowResult::Contested
                            | RowResult::Moved
                            | RowResult::Absent
                            | RowResult::Refused(_) => {
                                dirty.insert(number);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        for mark in &bench.overwritten[self.read.1..] {
            let RowMark::Appeal(number) = mark else {
                panic!("an appeal")
            };
            dirty.insert(number.0);
        }
        self.read = (bench.events.len(), bench.overwritten.len());
        dirty.extend(
            bench
                .wanted
                .iter()
                .filter_map(|wanted| (1..=ROWS).find(|&number| key(number) == wanted.row.key)),
        );
        bench.wanted = dirty.into_iter().map(|number| self.row(number)).collect();
    }
}

/// Carries one act out, and notes what was typed for which number.
fn act(book: &mut Book, act: &Act, typed: &mut BTreeMap<u32, String>, unique: bool) {
    let rows: Vec<usize> = (1..book.cells.len())
        .filter(|&row| book.cells[row].iter().any(|cell| !cell.is_empty()))
        .collect();
    let header = book.cells[0].clone();
    let column = |name: &str| {
        header
            .iter()
            .position(|header| header == name)
            .expect("stands")
    };
    match act {
        Act::Type(at, word) => {
            let row = rows[at % rows.len()];
            let number: u32 = book.cells[row][column("№")].parse().unwrap_or_default();
            let word = ["да", "нет"][word % 2];
            let text = if unique {
                format!("{word} {number} {}", typed.len())
            } else {
                word.to_owned()
            };
            if number > 0 {
                typed.insert(number, text.clone());
                book.cells[row][column("специалист_ответ")] = text;
            }
        }
        Act::Swap(one, other) => book
            .cells
            .swap(rows[one % rows.len()], rows[other % rows.len()]),
        Act::Rotate => {
            let last = rows.len();
            book.cells[1..=last].rotate_left(1);
        }
        Act::Insert(at) => {
            let blank = vec![String::new(); header.len()];
            book.cells.insert(rows[at % rows.len()], blank);
        }
    }
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let act = prop_oneof![
        4 => (0..8usize, 0..2usize).prop_map(|(row, word)| Act::Type(row, word)),
        4 => (0..8usize, 0..8usize).prop_map(|(one, other)| Act::Swap(one, other)),
        1 => Just(Act::Rotate),
        1 => (0..8usize).prop_map(Act::Insert),
    ];
    prop::collection::vec((0..LAST_ACT, act), 1..12)
}

/// Rows move once at most: where a row comes back to its place before the snapshot that follows a lost answer,
/// no look can show whom the batch has hit.
fn moving_once() -> impl Strategy<Value = Vec<(usize, Act)>> {
    acts().prop_map(|mut acts| {
        let mut moved = false;
        acts.retain(|(_, act)| {
            matches!(act, Act::Type(..)) || !std::mem::replace(&mut moved, true)
        });
        acts
    })
}

/// Lets people act while the synchroniser works, then leaves it alone; checks what stands in the end.
fn play(acts: &[(usize, Act)], losses: &[bool]) -> Result<(), TestCaseError> {
    let rows: Vec<String> = (1..=ROWS)
        .map(|number| format!("{number}|{}|история|Новое||п1|", 700 + number))
        .collect();
    let rows: Vec<&str> = std::iter::once(HEADERS)
        .chain(rows.iter().map(String::as_str))
        .collect();
    let mut bench = Bench::ready(&rows);
    let (mut journal, mut typed, mut call) = (Journal::default(), BTreeMap::new(), 0);
    let lossless = losses.is_empty();
    bench
        .faults
        .extend(losses.iter().filter(|&&lost| lost).map(|_| Fault::Lost));
    for round in 0..60 {
        let mut people = |book: &mut Book, output: &Call| {
            if matches!(output, Call::Read(_) | Call::Write(_)) {
                call += 1;
                for (_, one) in acts.iter().filter(|(at, _)| *at == call) {
                    act(book, one, &mut typed, !lossless);
                }
            }
        };
        bench.feed(Answer::Nudge(looks(Tab::Appeals)), &mut people);
        journal.decide(&mut bench);
        bench.feed(Answer::Dirty(BTreeSet::from([Tab::Appeals])), &mut people);
        journal.decide(&mut bench);
        bench.pass(if round < 30 { 7 } else { 61 });
        if call > LAST_ACT && bench.wanted.is_empty() && bench.faults.is_empty() {
            break;
        }
    }
    for (number, text) in &typed {
        prop_assert!(
            journal.taken.contains(&(*number, text.clone())),
            "{number}: {text} is lost"
        );
    }
    prop_assert!(bench.wanted.is_empty(), "all is written in the end");
    let header = &bench.book.cells[0];
    let column = |name: &str| {
        header
            .iter()
            .position(|header| header == name)
            .expect("stands")
    };
    for number in 1..=ROWS {
        let mine: Vec<_> = bench
            .book
            .cells
            .iter()
            .filter(|row| row[column("№")] == number.to_string())
            .collect();
        prop_assert_eq!(mine.len(), 1);
        prop_assert_eq!(&mine[0][column("telegram_id")], &(700 + number).to_string());
        prop_assert_eq!(&mine[0][column("специалист_ответ")], "");
        let touched = mine[0][column("текст_обращений")] != "история";
        let history = journal
            .row(number)
            .row
            .ours
            .into_iter()
            .find(|(column, _)| *column == Column::History);
        if let (true, Some((_, CellValue::Text(history)))) = (touched, history) {
            prop_assert_eq!(&mine[0][column("текст_обращений")], history.as_str());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_that_people_type_is_lost(acts in acts()) {
        play(&acts, &[])?;
    }

    #[test]
    fn nor_where_answers_of_google_are_lost(acts in moving_once(), losses in prop::collection::vec(any::<bool>(), 1..5)) {
        play(&acts, &losses)?;
    }
}
