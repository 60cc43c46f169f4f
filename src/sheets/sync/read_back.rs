//! What the read-back of a batch shows of the rows that it wrote.
//!
//! Invariant: a key is what its cell stores, not what it shows; a cell that was not read back is empty.

use std::borrow::Cow;

use super::write_plan::{PlannedRow, SharedWrite, TabAfter, WITNESSES};
use crate::{
    domain::{
        event::{RowMark, TelegramCell},
        ids::ChatId,
        row::Column,
        tab::Tab,
    },
    sheets::{
        table::layout::{cells, index},
        tabs::keys,
        wire::{ReadBack, SheetId},
    },
};

/// What stands in the place of a written row.
pub(super) enum AtPlace {
    /// The row itself.
    Itself,
    /// Another row by its key, and the Telegram ID beside it.
    Another(RowMark, Option<ChatId>),
    /// Another row: it bears our key, and this Telegram ID.
    Misnumbered(ChatId),
    /// Nothing that has a key.
    Nothing,
}

/// What stands in the place of a row that was written.
pub(super) fn found(row: &PlannedRow, after: &TabAfter, at: u32, answer: &ReadBack) -> AtPlace {
    let key = key_cell(after, at, keys::column(row.tab), answer);
    let mark = keys::read(row.tab, &key);
    let chat = telegram(row.tab, after, at, answer).chat();
    if row.numbers
        && row
            .witness
            .as_deref()
            .is_some_and(|known| known != witness(row.tab, after, at, answer))
    {
        // Our key stands beside another promotion, or another message, now.
        return AtPlace::Nothing;
    }
    match (mark, chat) {
        (mark, chat) if mark == row.mark && chat == row.chat => AtPlace::Itself,
        (mark, Some(chat)) if mark == row.mark => AtPlace::Misnumbered(chat),
        (Some(mark), chat) if Some(&mark) != row.mark.as_ref() => AtPlace::Another(mark, chat),
        (Some(_) | None, _) => AtPlace::Nothing,
    }
}

/// What stands in a row that was written and tells it from others without a key.
pub(super) fn witness(tab: Tab, after: &TabAfter, at: u32, answer: &ReadBack) -> String {
    let shown = |column| {
        let column = after.layout.position(column);
        column.map_or("", |column| cell(answer, after.sheet, at, column))
    };
    match tab {
        Tab::Promotions => shown(Column::Title).to_owned(),
        Tab::Appeals => WITNESSES.map(shown).join("\n"),
        Tab::Partners => String::new(),
    }
}

/// The Telegram ID that stands in a row that was written.
pub(super) fn telegram(tab: Tab, after: &TabAfter, at: u32, answer: &ReadBack) -> TelegramCell {
    match tab {
        Tab::Appeals => cells::telegram(&key_cell(after, at, Column::Telegram, answer)),
        Tab::Partners | Tab::Promotions => TelegramCell::Empty,
    }
}

/// A key in a row that was written: what its cell stores rather than what it shows.
fn key_cell<'a>(after: &TabAfter, at: u32, column: Column, answer: &'a ReadBack) -> Cow<'a, str> {
    let Some(place) = after.layout.position(column) else {
        return Cow::Borrowed("");
    };
    let shown = cell(answer, after.sheet, at, place);
    let blocks = answer
        .cells
        .iter()
        .filter(|block| block.sheet == after.sheet);
    let mut numbers = blocks.flat_map(|block| &block.numbers);
    let stored = numbers.find(|(known, _)| *known == (at, place));
    let Some((_, number)) = stored else {
        return Cow::Borrowed(shown);
    };
    let mut text = shown.to_owned();
    cells::read_value(column, &mut text, *number);
    Cow::Owned(text)
}

/// A column that somebody inserted or moved while we wrote shifts the header row.
pub(super) fn headers_stand(after: &TabAfter, answer: &ReadBack) -> bool {
    let header = |(at, header): (usize, &String)| {
        cell(answer, after.sheet, 0, index(at)).trim() == header.trim()
    };
    after.layout.headers().iter().enumerate().all(header)
}

/// Whether a change of a shared cell took place.
pub(super) fn landed(write: &SharedWrite, head: usize, answer: &ReadBack) -> bool {
    let occurrences = answer
        .occurrences
        .get(head + write.change)
        .copied()
        .flatten();
    write.expect.is_none() || occurrences.is_some_and(|count| count > 0)
}

/// A cell of the read-back; trailing empty ones may be missing from it.
pub(super) fn cell(answer: &ReadBack, sheet: SheetId, row: u32, column: u32) -> &str {
    let inside = answer
        .cells
        .iter()
        .filter(|block| block.sheet == sheet)
        .find_map(|block| {
            let cells = block.rows.get(row.checked_sub(block.row)? as usize)?;
            cells.get(column.checked_sub(block.column)? as usize)
        });
    inside.map_or("", String::as_str)
}

/// Whether a cell of a row that was written holds a formula; `None` if the tab has no such column.
pub(super) fn holds_formula(
    after: &TabAfter,
    at: u32,
    column: Column,
    answer: &ReadBack,
) -> Option<bool> {
    let column = after.layout.position(column)?;
    Some(is_formula(answer, after.sheet, at, column))
}

fn is_formula(answer: &ReadBack, sheet: SheetId, row: u32, column: u32) -> bool {
    let blocks = answer.cells.iter().filter(|block| block.sheet == sheet);
    blocks
        .flat_map(|block| &block.formulas)
        .any(|&place| place == (row, column))
}
