//! The people of the property test: what they may do to a sheet, when, and what is known of it afterwards.
//!
//! Invariant: they act through the stand-in's own verbs, and what they typed or took away is written down as they do it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use simulator::sheets::{Cell, Shown, Workbook};

use super::{
    script::{At, Mishap, Moment, Script},
    world::{APPEALS, People, World},
};
use crate::domain::ids::ChatId;

pub(super) const HEADERS: [&str; 9] = [
    "код",
    "телефон",
    "ФИО",
    "telegram_id",
    "текст_обращений",
    "статус",
    "специалист_ответ",
    "время_обновления",
    "заметка",
];
pub(super) const CHATS: [i64; 3] = [701, 702, 703];

/// What a person does.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Types an answer into a row: one of its own, or one that others type too.
    Type(usize, bool),
    Empty(usize),
    Spaces(usize),
    Number(usize),
    Formula(usize),
    Status(usize, usize),
    /// Sorts everything.
    Sort(usize, bool),
    /// Sorts a range that leaves our columns out.
    SortTheirs(usize, bool),
    /// Sorts some rows, whole.
    SortSome(usize, usize, bool),
    Insert(usize),
    Delete(usize),
    Cut(usize),
    Drag(usize, usize),
    Duplicate(usize),
    InsertColumn(usize),
    /// Empties the number of a row.
    Unnumber(usize),
    /// A partner writes.
    Write(usize),
    /// A partner changes what he wrote last.
    Change(usize),
    /// Telegram takes what waits.
    Deliver,
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    let row = 0..9_usize;
    prop_oneof![
        6 => (row.clone(), any::<bool>()).prop_map(|(row, own)| Act::Type(row, own)),
        1 => row.clone().prop_map(Act::Empty),
        1 => row.clone().prop_map(Act::Spaces),
        1 => row.clone().prop_map(Act::Number),
        1 => row.clone().prop_map(Act::Formula),
        2 => (row.clone(), 0..4_usize).prop_map(|(row, word)| Act::Status(row, word)),
        3 => (0..9_usize, any::<bool>()).prop_map(|(column, down)| Act::Sort(column, down)),
        2 => (0..9_usize, any::<bool>()).prop_map(|(column, down)| Act::SortTheirs(column, down)),
        2 => (row.clone(), 0..9_usize, any::<bool>()).prop_map(|(row, column, down)| Act::SortSome(row, column, down)),
        3 => row.clone().prop_map(Act::Insert),
        1 => row.clone().prop_map(Act::Delete),
        1 => row.clone().prop_map(Act::Cut),
        2 => (row.clone(), row.clone()).prop_map(|(from, to)| Act::Drag(from, to)),
        1 => row.clone().prop_map(Act::Duplicate),
        1 => (0..9_usize).prop_map(Act::InsertColumn),
        3 => (0..3_usize).prop_map(Act::Write),
        2 => (0..3_usize).prop_map(Act::Change),
        2 => Just(Act::Deliver),
        1 => row.prop_map(Act::Unnumber),
    ]
}

/// People who follow a script, and everything that is known of what they did.
pub(super) struct Crowd<'a> {
    pub(super) script: &'a Script<Act>,
    /// What was typed as an answer, and beside which telegram_id.
    pub(super) typed: Vec<(Option<i64>, String)>,
    /// Answers that people themselves have taken away.
    pub(super) removed: BTreeSet<String>,
    pub(super) written: Vec<(i64, String)>,
    pub(super) notes: BTreeMap<String, usize>,
}

impl People for Crowd<'_> {
    fn act(&mut self, world: &mut World, at: At, moment: Moment) {
        for act in self.script.acts_at(at, moment) {
            let before = texts(&world.book, "специалист_ответ");
            self.carry_out(world, act);
            let after: BTreeSet<_> = texts(&world.book, "специалист_ответ").into_iter().collect();
            self.removed
                .extend(before.into_iter().filter(|text| !after.contains(text)));
        }
    }

    fn mishap(&mut self, at: At) -> Option<Mishap> {
        self.script.mishap_at(at)
    }
}

impl Crowd<'_> {
    pub(super) fn sorts_theirs(&self) -> bool {
        self.script.has(|act| matches!(act, Act::SortTheirs(..)))
    }

    pub(super) fn unnumbers(&self) -> bool {
        self.script.has(|act| matches!(act, Act::Unnumber(_)))
    }

    pub(super) fn duplicates(&self) -> bool {
        self.script.has(|act| matches!(act, Act::Duplicate(_)))
    }

    fn carry_out(&mut self, world: &mut World, act: &Act) {
        let rows = rows(&world.book);
        let row = |at: &usize| rows[at % rows.len()].0;
        match act {
            Act::Type(at, own) => {
                let text = if *own {
                    format!("ответ {}", self.typed.len())
                } else {
                    "да".to_owned()
                };
                self.answer(world, row(at), &text);
            }
            Act::Number(at) => {
                let number = 1_000 + self.typed.len();
                self.answer(world, row(at), &number.to_string());
            }
            Act::Formula(at) => {
                let text = format!("формула {}", self.typed.len());
                self.typed
                    .push((telegram_of(&world.book, row(at)), text.clone()));
                let cell = address(&world.book, row(at), "специалист_ответ");
                let shows = Shown::Text(text);
                world
                    .book
                    .type_formula(APPEALS, &cell, "=A1", shows)
                    .expect("a cell");
            }
            Act::Empty(at) => set(&mut world.book, row(at), "специалист_ответ", ""),
            Act::Spaces(at) => set(&mut world.book, row(at), "специалист_ответ", "   "),
            Act::Status(at, word) => {
                let word = ["Новое", "В работе", "Решено", "Ждём банк"][word % 4];
                set(&mut world.book, row(at), "статус", word);
            }
            Act::Write(who) => {
                let chat = CHATS[who % CHATS.len()];
                let count = self.written.len();
                let text = format!("вопрос {count}{}", " с подробностями".repeat(count % 4 * 6));
                world.writes_to_us(ChatId(chat), &text);
                self.written.push((chat, text));
            }
            Act::Change(who) => {
                let chat = CHATS[who % CHATS.len()];
                let count = self.written.len();
                let text = format!(
                    "поправка {count}{}",
                    " с подробностями".repeat(count % 3 * 7)
                );
                if world.changes(ChatId(chat), &text) {
                    self.written.push((chat, text));
                }
            }
            Act::Deliver => world.deliver(),
            Act::Sort(..) | Act::SortTheirs(..) | Act::SortSome(..) => {
                sort(&mut world.book, act, &rows)
            }
            Act::Insert(_)
            | Act::Delete(_)
            | Act::Cut(_)
            | Act::Drag(..)
            | Act::Duplicate(_)
            | Act::InsertColumn(_)
            | Act::Unnumber(_) => {
                let exposed = world.exposed || world.is_late();
                self.rearrange(&mut world.book, act, &rows, exposed);
            }
        }
    }

    fn answer(&mut self, world: &mut World, row: usize, text: &str) {
        self.typed
            .push((telegram_of(&world.book, row), text.to_owned()));
        set(&mut world.book, row, "специалист_ответ", text);
    }

    fn rearrange(
        &mut self,
        book: &mut Workbook,
        act: &Act,
        rows: &[(usize, Vec<String>)],
        exposed: bool,
    ) {
        let at = |at: &usize| rows[at % rows.len()].0;
        match act {
            Act::Insert(row) => book.insert_rows(APPEALS, at(row), 1).expect("room"),
            Act::Delete(row) => {
                let note = text(book, at(row), "заметка");
                self.notes.entry(note).and_modify(|count| *count -= 1);
                book.delete_rows(APPEALS, at(row), 1).expect("a row");
            }
            Act::Cut(row) => {
                let end = rows.last().map_or(2, |(row, _)| row + 1);
                book.cut(APPEALS, &whole(at(row), at(row)), &format!("A{end}"))
                    .expect("room");
            }
            Act::Drag(from, to) => {
                let (from, to) = (at(from), at(to));
                if from != to {
                    book.move_rows(APPEALS, from, 1, to).expect("rows");
                }
            }
            Act::Duplicate(row) => {
                let (place, cells) = &rows[row % rows.len()];
                if telegram_of(book, *place).is_none() {
                    // What nobody's row holds may be ours by mistake; a copy of that would be the person's.
                    return;
                }
                let answer = text(book, *place, "специалист_ответ");
                self.typed.push((telegram_of(book, *place), answer));
                let note = text(book, *place, "заметка");
                self.notes.entry(note).and_modify(|count| *count += 1);
                book.insert_rows(APPEALS, place + 1, 1).expect("room");
                // Copied cells stay what they are: text that looks like a number is text again.
                let cells: Vec<String> = cells.iter().map(|cell| copied(cell)).collect();
                book.paste(APPEALS, &format!("A{}", place + 1), &[cells])
                    .expect("room");
            }
            // The stated bound: between a snapshot and its write, columns are left alone.
            Act::InsertColumn(_) if exposed => {}
            Act::InsertColumn(column) => {
                let letter = ["A", "B", "C", "D", "E", "F", "G", "H", "I"][column % 9];
                book.insert_columns(APPEALS, letter, 1).expect("room");
            }
            Act::Unnumber(row) if has_column(book, "№") => set(book, at(row), "№", ""),
            _ => {}
        }
    }
}

/// What to type for the same cell again: a number however it is shown, or text.
pub(super) fn copied(cell: &str) -> String {
    match cell.replace(',', ".").parse::<f64>() {
        Ok(number) => number.to_string(),
        Err(_) if cell.is_empty() => String::new(),
        Err(_) => format!("'{cell}"),
    }
}

pub(super) fn sort(book: &mut Workbook, act: &Act, rows: &[(usize, Vec<String>)]) {
    let last = rows.last().map_or(2, |(row, _)| *row);
    let (range, column, down) = match act {
        Act::Sort(column, down) => (whole(2, last), column, down),
        Act::SortTheirs(column, down) => {
            // Up to the last of their columns: the notes.
            let end = book.column(APPEALS, "заметка").expect("stands");
            (format!("A2:{end}{last}"), column, down)
        }
        Act::SortSome(row, column, down) => {
            let from = rows[row % rows.len()].0;
            (whole(from, last.min(from + 2)), column, down)
        }
        _ => return,
    };
    let by = book
        .column(APPEALS, HEADERS[column % HEADERS.len()])
        .expect("stands");
    book.sort(APPEALS, &range, &by, *down).expect("sorted");
}

/// Whole rows, as a range.
pub(super) fn whole(from: usize, to: usize) -> String {
    format!("A{from}:Z{to}")
}

/// The rows that hold anything, with their places from 1, and all of their cells.
pub(super) fn rows(book: &Workbook) -> Vec<(usize, Vec<String>)> {
    let table = book.table(APPEALS).expect("stands");
    let filled = (1..)
        .zip(table)
        .skip(1)
        .filter(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
    let filled: Vec<_> = filled.collect();
    if filled.is_empty() {
        vec![(2, Vec::new())]
    } else {
        filled
    }
}

pub(super) fn has_column(book: &Workbook, header: &str) -> bool {
    book.column(APPEALS, header).is_ok()
}

pub(super) fn address(book: &Workbook, row: usize, header: &str) -> String {
    format!("{}{row}", book.column(APPEALS, header).expect("stands"))
}

pub(super) fn text(book: &Workbook, row: usize, header: &str) -> String {
    if !has_column(book, header) {
        return String::new();
    }
    let cell = address(book, row, header);
    // However a number is shown, it is the same one.
    match book.cell(APPEALS, &cell).expect("a cell") {
        Cell::Number(number, _) => number.to_string(),
        _ => book.shown(APPEALS, &cell).expect("a cell"),
    }
}

pub(super) fn texts(book: &Workbook, header: &str) -> Vec<String> {
    let texts = rows(book)
        .into_iter()
        .map(|(row, _)| text(book, row, header));
    texts.filter(|text| !text.trim().is_empty()).collect()
}

pub(super) fn set(book: &mut Workbook, row: usize, header: &str, text: &str) {
    let cell = address(book, row, header);
    book.type_in(APPEALS, &cell, text).expect("a cell");
}

pub(super) fn telegram_of(book: &Workbook, row: usize) -> Option<i64> {
    text(book, row, "telegram_id").parse().ok()
}

impl<'a> Crowd<'a> {
    pub(super) fn new(script: &'a Script<Act>) -> Self {
        Self {
            script,
            typed: Vec::new(),
            removed: BTreeSet::new(),
            written: Vec::new(),
            notes: BTreeMap::new(),
        }
    }
}
