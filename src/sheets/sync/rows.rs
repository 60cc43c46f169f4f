//! What is done to one row of a tab: cells that differ, cells that people write too, numbers astray, repairs.
//!
//! Invariant: only what differs from the snapshot is written.

use std::collections::BTreeMap;

use super::{
    Wanted,
    find::{Placement, TabPlanner, chat_of},
    repair::Repair,
    shared_cells::{self, CellAction},
    write_plan::{ChangeOwner, PlannedRow, SharedWrite, WritePlan},
};
use crate::{
    domain::{
        appeal::rating::Rating,
        event::{RowMark, RowResult, TelegramCell, WrongCell, WrongRow},
        ids::RowKey,
        partner::RowTrouble,
        row::{CellValue, Column, DesiredRow, Find, SharedCell},
        tab::Tab,
        text::Text,
    },
    sheets::{
        table::{layout::cells, snapshot::Row},
        tabs::promotions,
        wire::Change,
    },
};

/// How many rows one batch tells that their message cannot go to anybody yet; the others hear of it from the next.
const MOST_TOLD: usize = 200;

impl TabPlanner<'_> {
    /// Cells of ours that the snapshot shows otherwise. A history that was not read is always written, and with it the moment, by which
    /// a snapshot can tell where it went; other cells that were not read (name, phone) are written with a new row only. A promotion
    /// that gets its key is written whole: a row like it, with other cells of ours, may have come into its place.
    pub(super) fn differing(
        &self,
        row: &Row,
        ours: &[(Column, CellValue)],
    ) -> BTreeMap<u32, CellValue> {
        let whole = ours.iter().any(|(column, _)| *column == Column::History);
        let is_other = |(column, value): &(Column, CellValue)| {
            let shown = self.snapshot.text(row, *column);
            shown.is_some_and(|shown| !shows(shown, value) && !is_theirs(*column, shown, value))
        };
        let keyed = ours
            .iter()
            .any(|cell| cell.0 == Column::Key && is_other(cell));
        let differs = |cell: &&(Column, CellValue)| match self.snapshot.text(row, cell.0) {
            Some(_) => keyed || is_other(cell) || (whole && cell.0 == Column::Updated),
            None => cell.0 == Column::History || self.snapshot.layout.position(cell.0).is_none(),
        };
        let placed = |(column, value): &(Column, CellValue)| {
            Some((self.layout.position(*column)?, value.clone()))
        };
        ours.iter().filter(differs).filter_map(placed).collect()
    }

    /// The same, and the words in `Доставка` along with a text that goes into the answer cell: by them a snapshot can tell where it went.
    pub(super) fn signed(
        &self,
        mut cells: BTreeMap<u32, CellValue>,
        ours: &[(Column, CellValue)],
        moves: &[(Column, CellAction)],
    ) -> BTreeMap<u32, CellValue> {
        let fills = moves.iter().any(|(column, decided)| {
            *column == Column::Answer
                && matches!(decided, CellAction::Plain { set } if !set.is_empty())
        });
        let mut words = ours
            .iter()
            .filter(|(column, _)| *column == Column::Delivery);
        let place = self.layout.position(Column::Delivery).filter(|_| fills);
        if let (Some(at), Some((_, value))) = (place, words.next()) {
            cells.insert(at, value.clone());
        }
        cells
    }

    /// Whose a row is, which no read shows: it is written into one that was made by hand, or comes under another code.
    pub(super) fn names(
        &self,
        desired: &DesiredRow,
        moves: &[(Column, CellAction)],
    ) -> BTreeMap<u32, CellValue> {
        let mut shared = desired.shared.iter();
        let recodes = shared.any(|cell| matches!(cell, SharedCell::Code { .. }));
        let is_change = |(column, decided): &(Column, CellAction)| {
            *column == Column::Code && *decided != CellAction::Done
        };
        if recodes && !moves.iter().any(is_change) {
            return BTreeMap::new();
        }
        let is_name = |column| matches!(column, Column::Code | Column::Name | Column::Phone);
        let placed = |(column, value): &(Column, CellValue)| {
            Some((self.layout.position(*column)?, value.clone()))
        };
        let ours = desired.ours.iter();
        ours.filter(|(column, _)| is_name(*column))
            .filter(|_| matches!(desired.find, Find::Numbered(..) | Find::Incomplete(..)))
            .filter_map(placed)
            .collect()
    }

    /// Cells as the intent remembers them: without the text of the history, which is long.
    pub(super) fn short(&self, cells: &BTreeMap<u32, CellValue>) -> Vec<(Column, Text)> {
        let short = |&(column, at): &(Column, u32)| {
            let text = match cells.get(&at)? {
                CellValue::Text(_) if column == Column::History => Text::default(),
                CellValue::Text(text) => text.clone(),
                CellValue::Number(number) => Text(number.to_string()),
            };
            Some((column, text))
        };
        self.layout.columns().iter().filter_map(short).collect()
    }

    /// What would be left in a row without a key that slips into the place of this one: of a promotion the status too, which nothing compares;
    /// of an appeal the text that was put back into its answer cell.
    pub(super) fn left(
        &self,
        cells: &BTreeMap<u32, CellValue>,
        moves: &[(Column, CellAction)],
    ) -> Vec<(Column, Text)> {
        let plain = moves.iter().filter_map(|(column, decided)| match decided {
            CellAction::Plain { set }
                if self.snapshot.tab == Tab::Promotions
                    || [
                        Column::Answer,
                        Column::Responsible,
                        Column::Telegram,
                        Column::Code,
                    ]
                    .contains(column) =>
            {
                Some((*column, Text(set.clone())))
            }
            CellAction::Plain { .. }
            | CellAction::Done
            | CellAction::Compare { .. }
            | CellAction::Leave
            | CellAction::Contested => None,
        });
        self.short(cells).into_iter().chain(plain).collect()
    }

    pub(super) fn shared(
        &self,
        row: u32,
        column: Column,
        decided: CellAction,
        plan: &mut WritePlan,
        owner: ChangeOwner,
    ) -> Option<SharedWrite> {
        let (sheet, at) = (self.snapshot.sheet, self.layout.position(column)?);
        let (change, expect, left) = match decided {
            CellAction::Done | CellAction::Leave | CellAction::Contested => return None,
            CellAction::Compare { expect, set } => {
                let change = Change::CompareAndSet {
                    sheet,
                    row,
                    column: at,
                    expect: expect.clone(),
                    set: set.clone(),
                };
                (change, Some(expect), set)
            }
            CellAction::Plain { set } => {
                plan.plain += 1;
                let number = set.parse().ok().filter(|_| column == Column::Telegram);
                let text = || CellValue::Text(Text(set.clone()));
                let values = vec![number.map_or_else(text, CellValue::Number)];
                let change = Change::Set {
                    sheet,
                    row,
                    column: at,
                    values,
                };
                (change, None, set)
            }
        };
        Some(SharedWrite {
            column,
            change: plan.push(change, owner),
            expect,
            left,
        })
    }

    /// Rows that bear the number of this one and are not it, or not alone.
    pub(super) fn strays(&self, wanted: &DesiredRow) -> impl Iterator<Item = (&Row, RowTrouble)> {
        let strays = match &wanted.key {
            RowKey::Appeal(appeal) => self.tab_memory.unplaced.strays.get(appeal),
            RowKey::Partner(_) | RowKey::Promotion(_) => None,
        };
        let strays = strays.into_iter().flatten();
        strays.filter_map(|stray| {
            let rows = &self.snapshot.rows;
            let at = rows.binary_search_by_key(&stray.row, |row| row.row).ok()?;
            Some((&rows[at], stray.why))
        })
    }

    /// Other rows that bear the number of this one are told so; whether any is told now. Beside no telegram_id at all, a number whose
    /// own row stands is taken away again: a sort that leaves our column out puts numbers beside empty rows.
    pub(super) fn tell_strays(
        &self,
        wanted: &Wanted,
        place: &Placement<'_>,
        plan: &mut WritePlan,
    ) -> bool {
        let own = match place {
            Placement::At(row) => Some(row.row),
            Placement::Tail | Placement::Absent | Placement::Unclear | Placement::Unread => None,
        };
        let mut told = false;
        for (stray, why) in self.strays(&wanted.row) {
            let words = self.tab_memory.words.troubles.get(&why);
            let removes = own.is_some() && stray.telegram == TelegramCell::Empty;
            let text = |column, text: &str| (column, CellValue::Text(text.into()));
            let cells = if removes {
                vec![text(Column::Number, ""), text(Column::Delivery, "")]
            } else {
                let words = words.map_or("", |[ours, _]| ours.as_str());
                vec![text(Column::Delivery, words)]
            };
            let cells = self.differing(stray, &cells);
            if cells.is_empty() {
                continue;
            }
            told = true;
            let planned = PlannedRow {
                report: Some((wanted.row.key.clone(), wanted.dirtied)),
                // A row that is still to be found stays due.
                quiet: own.is_some() || matches!(place, Placement::Unread),
                mark: stray.key.clone().filter(|_| !removes),
                chat: chat_of(stray),
                result: RowResult::Idle,
                wrote: self.short(&cells),
                ..PlannedRow::new(self.snapshot.tab, stray.row)
            };
            plan.add(planned, |plan, owner| {
                plan.set(self.snapshot.sheet, stray.row, cells, owner);
                Vec::new()
            });
        }
        told
    }

    /// Rows whose message cannot go to anybody yet are told why, and those that were told so and hold none any more are not.
    pub(super) fn tell_unaddressed(&self, plan: &mut WritePlan) {
        let (snapshot, memory) = (self.snapshot, self.tab_memory);
        let mut told = 0;
        for row in snapshot.rows.iter().filter(|row| row.keyless) {
            if told == MOST_TOLD {
                break;
            }
            let why = memory.unplaced.unaddressed.get(&row.row);
            let words = why.and_then(|why| memory.words.unaddressed.get(why));
            let shown = snapshot.text(row, Column::Delivery).unwrap_or_default();
            let mut spellings = memory.words.unaddressed.values().flatten();
            let is_told = spellings.any(|told| told == shown);
            let answer = Text::from(snapshot.text(row, Column::Answer).unwrap_or_default());
            let words = match words {
                Some([ours, _]) => ours.as_str(),
                None if is_told && answer.is_blank() => "",
                None => continue,
            };
            let cells = [(Column::Delivery, CellValue::Text(words.into()))];
            let cells = self.differing(row, &cells);
            if cells.is_empty() {
                continue;
            }
            told += 1;
            let planned = PlannedRow {
                chat: chat_of(row),
                result: RowResult::Idle,
                wrote: self.short(&cells),
                ..PlannedRow::new(snapshot.tab, row.row)
            };
            plan.add(planned, |plan, owner| {
                plan.set(snapshot.sheet, row.row, cells, owner);
                Vec::new()
            });
        }
    }

    /// A key in a row where nobody has written anything is what a sort has left behind, or a write that went astray.
    pub(super) fn wipe_leftovers(&self, wanted: &Wanted, own: &Row, plan: &mut WritePlan) {
        let Find::Promotion(find) = &wanted.row.find else {
            return;
        };
        let bears = self.index.rows(&RowMark::Promotion(find.key.clone()));
        for row in
            bears.filter(|row| row.row != own.row && promotions::is_blank(self.snapshot, row))
        {
            let cells = [Column::Key, Column::Mailing]
                .map(|column| (column, CellValue::Text(Text::default())));
            let cells = self.differing(row, &cells);
            let planned = PlannedRow {
                report: Some((wanted.row.key.clone(), wanted.dirtied)),
                quiet: true,
                result: RowResult::Idle,
                ..PlannedRow::new(self.snapshot.tab, row.row)
            };
            plan.add(planned, |plan, owner| {
                plan.set(self.snapshot.sheet, row.row, cells, owner);
                Vec::new()
            });
        }
    }

    /// Whether one of these rows is to show what we left by mistake in its cell.
    pub(super) fn is_right(&self, wrong: &WrongCell, at: Option<u32>, rows: &[Wanted]) -> bool {
        let is_there = |row: &DesiredRow| matches!(self.find(row), Placement::At(found) if at == Some(found.row));
        rows.iter().any(|wanted| {
            let mut shared = wanted.row.shared.iter();
            let shared = shared.any(|cell| self.cell_makes_right(cell, wrong));
            // Numbers that a sort has parted from their rows may be wanted just where one landed by mistake.
            let mut ours = wanted.row.ours.iter();
            let numbered = wrong.column == Column::Number
                && ours.any(|(column, value)| {
                    *column == Column::Number && shows(wrong.left.as_str(), value)
                });
            (shared || numbered) && is_there(&wanted.row)
        })
    }

    /// Whether what we left in a row by mistake is what is to be said there: it bears a number that is not its own.
    pub(super) fn is_told(&self, row: &Row, wrong: &WrongRow) -> bool {
        let left = wrong.left(Column::Delivery);
        let troubles = &self.tab_memory.words.troubles;
        let is_left = |why| match troubles.get(why) {
            Some(spellings) => spellings.iter().any(|it| left == Some(it.as_str())),
            None => left.is_none(),
        };
        let mut strays = self.tab_memory.unplaced.strays.values().flatten();
        let mut wrote = wrong.wrote.iter();
        let only = wrote.all(|(column, _)| *column == Column::Delivery);
        only && strays.any(|stray| stray.row == row.row && is_left(&stray.why))
    }

    /// Puts a cell back that we changed by mistake.
    pub(super) fn put_back(
        &self,
        row: &Row,
        repair: &Repair,
        wrong: &WrongCell,
        plan: &mut WritePlan,
    ) {
        let Some(column) = self.layout.position(wrong.column) else {
            return;
        };
        let numbers = wrong.column == Column::Number;
        let planned = PlannedRow {
            mark: wrong.mark_after(),
            chat: chat_of(row),
            numbers,
            repair: Some(repair.clone()),
            ..PlannedRow::new(self.snapshot.tab, row.row)
        };
        let (sheet, row, expect) = (self.snapshot.sheet, row.row, wrong.expects());
        let change = match &expect {
            Some(expect) => Change::CompareAndSet {
                sheet,
                row,
                column,
                expect: expect.clone(),
                set: wrong.was.0.clone(),
            },
            None => Change::Set {
                sheet,
                row,
                column,
                values: vec![wrong.value()],
            },
        };
        plan.add(planned, |plan, owner| {
            let write = SharedWrite {
                column: wrong.column,
                change: plan.push(change, owner),
                expect,
                left: wrong.was.0.clone(),
            };
            if numbers { Vec::new() } else { vec![write] }
        });
    }

    /// Empties a row without a key of what we left there by mistake.
    pub(super) fn empty(&self, row: &Row, repair: &Repair, wrong: &WrongRow, plan: &mut WritePlan) {
        let is_ours = |(column, _): &(Column, CellValue)| {
            let theirs = [
                Column::Status,
                Column::Answer,
                Column::Responsible,
                Column::Code,
            ];
            !theirs.contains(column) || wrong.left(*column) == self.snapshot.text(row, *column)
        };
        let placed = |(column, value)| Some((self.layout.position(column)?, value));
        let cells = wrong.values().filter(is_ours).filter_map(placed).collect();
        let planned = PlannedRow {
            chat: chat_of(row),
            repair: Some(repair.clone()),
            ..PlannedRow::new(self.snapshot.tab, row.row)
        };
        plan.add(planned, |plan, owner| {
            plan.set(self.snapshot.sheet, row.row, cells, owner);
            Vec::new()
        });
    }

    /// What we left by mistake is what the row should now show anyway.
    pub(super) fn cell_makes_right(&self, cell: &SharedCell, wrong: &WrongCell) -> bool {
        let words = &self.tab_memory.words;
        let expected = match cell {
            SharedCell::Status { expect, .. } => words.status(wrong.was.as_str()) == *expect,
            SharedCell::Account(_) => false,
            SharedCell::Clear { expect, .. } => *expect == wrong.was,
            SharedCell::Fill(_) => wrong.was.is_blank(),
            SharedCell::Code { before, .. } => {
                let was = cells::code(wrong.was.as_str());
                was.is_none_or(|was| before.contains(&was))
            }
            SharedCell::Assign { expect, .. } => {
                wrong.was.is_blank() || expect.as_ref() == Some(&wrong.was)
            }
        };
        expected
            && shared_cells::column(cell) == wrong.column
            && shared_cells::outcome(words, cell) == Some(wrong.left.as_str())
    }
}

/// Whether a cell that we want empty holds what people have written into a column that may have been theirs before it became ours.
fn is_theirs(column: Column, shown: &str, value: &CellValue) -> bool {
    let empties = matches!(value, CellValue::Text(text) if text.as_str().is_empty());
    column == Column::Rating && empties && Rating::read(shown).is_none()
}

/// Whether a cell shows a value already.
fn shows(shown: &str, value: &CellValue) -> bool {
    match value {
        CellValue::Text(text) => shown == text.as_str(),
        CellValue::Number(number) => cells::integer(shown) == Some(*number),
    }
}
