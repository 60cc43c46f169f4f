//! Dialogues that outgrow their cell: what moves to the archive, what stays, and that nothing is lost between the two.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sheetdesk::domain::{
    appeal::{Author, Status},
    event::{Outcome, RowResult, TelegramCell},
    ids::{MessageId, Number, RowKey},
    row::{CellValue, Column, DesiredRow},
    tab::Tab,
    view::View,
};

use crate::table::{ANNA, SheetRow, Table, bare, cells};

/// What the sheet shows: one history cell, and the parts in the archive.
#[derive(Default)]
struct Sheet {
    cell: String,
    parts: BTreeMap<u32, String>,
}

impl Sheet {
    /// Writes what the journal wants; whether there was anything.
    fn write(&mut self, row: &DesiredRow) {
        for (part, text) in row.parts() {
            assert!(
                units(text.as_str()) <= 24_500,
                "a part of {}",
                units(text.as_str())
            );
            let before = self.parts.insert(*part, text.0.clone());
            assert!(
                before.is_none_or(|before| before == text.as_str()),
                "part {part} is another now"
            );
        }
        if let Some((_, CellValue::Text(text))) = row
            .ours
            .iter()
            .find(|(column, _)| *column == Column::History)
        {
            self.cell = text.0.clone();
        }
        assert!(
            units(&self.cell) <= 50_000,
            "a cell of {}",
            units(&self.cell)
        );
    }

    /// The dialogue from the newest line to the oldest, without white space.
    fn dialogue(&self) -> String {
        let shown = if self.parts.is_empty() {
            self.cell.as_str()
        } else {
            let (shown, pointer) = self.cell.rsplit_once('\n').unwrap_or(("", &self.cell));
            let last = self.parts.keys().last().expect("a part");
            assert_eq!(
                pointer,
                format!("… более раннее – на листе «обращения_архив», № 1, часть {last}")
            );
            shown
        };
        let parts = self.parts.values().rev().map(String::as_str);
        let all: String = [shown].into_iter().chain(parts).collect();
        all.split_whitespace().collect()
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn wanted(table: &Table) -> DesiredRow {
    table
        .project(&RowKey::Appeal(table.appeal(1).id))
        .expect("a row")
}

fn confirm(table: &mut Table, row: &DesiredRow) {
    let result = RowResult::Confirmed {
        status: Some(table.appeal(1).status),
        cleared: None,
        filled: None,
        lines: row.lines(),
        parts: row.last_part(),
        formula: None,
    };
    table.wrote(1, result);
}

/// Writes until nothing is left to write.
fn settle(table: &mut Table, sheet: &mut Sheet) {
    for _ in 0..50 {
        let row = wanted(table);
        sheet.write(&row);
        confirm(table, &row);
        if table.appeal(1).dialogue.written == table.appeal(1).dialogue.lines {
            return;
        }
    }
    panic!("it never ends");
}

/// Every line of the journal, newest first, without white space.
fn journal(table: &Table) -> String {
    let lines = table
        .state
        .lines(table.appeal(1).id, usize::MAX)
        .into_iter();
    let entry = |line: sheetdesk::domain::appeal::Line| {
        let at = table.rules.date_time(line.at);
        let text = line.text.as_str();
        match line.author {
            Author::Partner => format!("{at}: {text}"),
            Author::Specialist => format!("{at}: Специалист: {text}"),
            Author::Note => format!("{at}: Заметка: {text}"),
            Author::Adopted => text.to_owned(),
        }
    };
    lines
        .map(entry)
        .collect::<String>()
        .split_whitespace()
        .collect()
}

#[test]
fn the_oldest_messages_move_once_the_cell_is_full() {
    let mut table = Table::with_appeal();
    let mut sheet = Sheet::default();
    for number in 0..12 {
        table.text(ANNA, &format!("{number} {}", "а".repeat(4_000)));
        table.later(1);
        settle(&mut table, &mut sheet);
        assert!(sheet.parts.is_empty(), "{number} still fits");
    }
    table.text(ANNA, "тринадцатое");
    let row = wanted(&table);
    assert_eq!(
        (row.parts().len(), row.lines()),
        (0, 14),
        "a short one fits beside them"
    );
    settle(&mut table, &mut sheet);
    table.text(ANNA, &"я".repeat(4_000));
    let row = wanted(&table);
    assert_eq!(
        row.parts()
            .iter()
            .map(|(part, _)| *part)
            .collect::<Vec<_>>(),
        [1]
    );
    let part = row.parts()[0].1.as_str();
    assert!(
        part.starts_with("2026-03-02 11:00:05: 5 а"),
        "{}",
        &part[..60]
    );
    assert!(part.ends_with("2026-03-02 11:00:00: Не приходит отчёт"));
    settle(&mut table, &mut sheet);
    assert!(units(&sheet.cell) > 24_000, "the cell is not bare");
    assert_eq!(sheet.dialogue(), journal(&table));
    assert_eq!(
        wanted(&table).parts(),
        [],
        "what stands there is not moved again"
    );
}

#[test]
fn an_answer_and_an_adopted_history_that_fill_a_cell_by_themselves_are_parted() {
    let mut table = Table::with_appeal();
    let mut sheet = Sheet::default();
    settle(&mut table, &mut sheet);
    for round in 1..4_u32 {
        let answer = format!("{round} {}", "Слово за слово. ".repeat(2_900));
        table.row(1, Status::InWork, &answer);
        let parts = u8::try_from(
            table
                .appeal(1)
                .delivery
                .answer
                .expect("under way")
                .parts
                .len(),
        )
        .expect("few");
        for part in 0..parts {
            table.sent(
                &table.answer_id(1, round, part),
                Outcome::Delivered(MessageId(1)),
            );
        }
        table.row(1, Status::InWork, "");
        settle(&mut table, &mut sheet);
        assert_eq!(sheet.dialogue(), journal(&table), "answer {round}");
    }
    assert!(sheet.parts.len() >= 4, "{} parts", sheet.parts.len());
}

#[test]
fn a_part_is_the_same_however_often_it_is_proposed() {
    let mut table = Table::with_appeal();
    for number in 0..14 {
        table.text(ANNA, &format!("{number} {}", "а".repeat(4_000)));
    }
    let first = wanted(&table).parts().to_vec();
    for number in 0..20 {
        table.text(ANNA, &format!("ещё {number} {}", "б".repeat(4_000)));
    }
    let second = wanted(&table).parts().to_vec();
    assert_eq!(first[..], second[..first.len()]);
    assert!(second.len() > first.len());
}

#[test]
fn what_came_while_a_batch_was_away_is_written_next() {
    let mut table = Table::with_appeal();
    let mut sheet = Sheet::default();
    for number in 0..150 {
        table.text(ANNA, &format!("{number} {}", "а".repeat(4_000)));
    }
    let row = wanted(&table);
    assert_eq!(row.parts().len(), 10, "a batch has an end");
    assert!(row.lines() < 151);
    sheet.write(&row);
    table.text(ANNA, "между делом");
    confirm(&mut table, &row);
    settle(&mut table, &mut sheet);
    assert_eq!(sheet.dialogue(), journal(&table));
}

#[test]
fn a_row_of_a_lost_journal_goes_on_with_the_next_part() {
    let mut table = Table::with_appeal();
    let mut sheet = Sheet::default();
    for number in 0..20 {
        table.text(ANNA, &format!("{number} {}", "а".repeat(4_000)));
        settle(&mut table, &mut sheet);
    }
    let (cell, parts) = (sheet.cell.clone(), sheet.parts.len());
    assert!(parts >= 1);
    let mut fresh = Table::empty();
    fresh.shows(vec![SheetRow {
        history: Some(cell.as_str().into()),
        ..cells(1, Status::InWork, "")
    }]);
    fresh.looked(Tab::Appeals);
    assert_eq!(fresh.appeal(1).number, Some(Number(1)));
    fresh.lists("П-1", "Анна", "8 (912) 345-67-89");
    fresh.looked(Tab::Partners);
    fresh.text(ANNA, "П-1");
    fresh.contact(ANNA, "79123456789", true);
    fresh.text(ANNA, "ещё");
    let row = wanted(&fresh);
    let CellValue::Text(history) = &row
        .ours
        .iter()
        .find(|(column, _)| *column == Column::History)
        .expect("written")
        .1
    else {
        panic!("text")
    };
    assert!(
        history.as_str().ends_with(&cell),
        "what stands there speaks of the archive already"
    );
    assert_eq!(row.parts(), []);
    for number in 0..14 {
        fresh.text(ANNA, &format!("{number} {}", "б".repeat(4_000)));
    }
    let next = wanted(&fresh).parts()[0].0;
    assert_eq!(next as usize, parts + 1);
}

#[test]
fn an_adopted_history_keeps_its_newest_part_in_the_cell() {
    let mut table = Table::empty();
    let old = format!(
        "2025-01-01 10:00:00: Свежее\n{}",
        "2024-01-01 10:00:00: старое\n".repeat(1780)
    );
    table.shows(vec![bare(&old)]);
    table.looked(Tab::Appeals);
    table.lists_bound("П-1", "Анна", "8 912 345 67 89", TelegramCell::Id(ANNA));
    table.text(ANNA, &"новое ".repeat(200));
    let mut sheet = Sheet::default();
    settle(&mut table, &mut sheet);
    assert!(sheet.cell.contains("Свежее"));
    assert!(
        sheet.parts[&1]
            .lines()
            .all(|line| line == "2024-01-01 10:00:00: старое"),
        "it is parted between lines"
    );
    assert_eq!(sheet.dialogue(), journal(&table));
}

fn step() -> impl Strategy<Value = (usize, bool, bool)> {
    let length =
        prop_oneof![4 => 1..4_000_usize, 1 => 4_000..30_000_usize, 1 => Just(49_900_usize)];
    (length, any::<bool>(), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is said, and whichever confirmations are lost, cell and archive hold every line once and in order.
    #[test]
    fn nothing_is_lost_between_cell_and_archive(steps in prop::collection::vec(step(), 1..20)) {
        let mut table = Table::with_appeal();
        let mut sheet = Sheet::default();
        for (number, (length, spaced, lost)) in steps.into_iter().enumerate() {
            let word = if spaced { "слово и\n" } else { "😀ъ" };
            let text: String = format!("{number} ").chars().chain(word.chars().cycle()).take(length).collect();
            table.text(ANNA, &text);
            table.later(1);
            let row = wanted(&table);
            sheet.write(&row);
            if !lost {
                confirm(&mut table, &row);
            }
        }
        settle(&mut table, &mut sheet);
        prop_assert_eq!(sheet.dialogue(), journal(&table));
    }
}
