//! What is to be written: desired rows compared with the look at hand.
//!
//! Invariant: a row is found by its key in the look of this very cycle; where the key leaves any doubt, the row is left alone.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Wanted,
    amend::Amend,
    archive::Archive,
    draft::{Canvas, Draft, MOST_CHARACTERS, Owner, Planned, SharedWrite, size},
    find::{Place, TabContext, chat_of, mark_of},
    prepare::prepare,
    shared::{self, Move, Stubborn},
    spill::Spill,
    station::Station,
};
use crate::{
    domain::{
        event::{RowMark, RowResult, TelegramCell},
        row::{CellValue, Column, DesiredRow, Find, SharedCell},
        tab::Tab,
        text::Text,
    },
    sheets::{
        diff::promotions,
        layout::cells,
        look::{
            Row, TabSnapshot,
            plan::{HistoryRange, find_tab},
        },
        wire::{Change, Structure},
    },
};

/// Cells whose last compare-and-set did not find the text that the look before it showed.
pub(super) type Stubborns = BTreeMap<(RowMark, Column), Stubborn>;

/// What the composing looks at.
pub(super) struct Scene<'a> {
    pub(super) structure: &'a Structure,
    pub(super) stubborn: &'a Stubborns,
    pub(super) amends: &'a [Amend],
    pub(super) spills: &'a [Spill],
    pub(super) archive: &'a Archive,
    pub(super) now: Timestamp,
}

impl Scene<'_> {
    /// Compares the rows with the looks of their tabs; the first sight of a tab prepares it even without rows.
    pub(super) fn compose(&self, stations: &[&Station], rows: Vec<Wanted>) -> Draft {
        let mut draft = Draft::default();
        let mut rows: Vec<Option<Wanted>> = rows.into_iter().map(Some).collect();
        let (first, last): (Vec<&&Station>, Vec<_>) = stations
            .iter()
            .partition(|station| !station.refusals.sits_out());
        for station in first.into_iter().chain(last) {
            if station.refusals.sits_out() && !draft.changes.is_empty() {
                draft.left.insert(station.tab());
                continue;
            }
            let (Some(look), Some(info)) = (
                &station.look,
                find_tab(&self.structure.tabs, &station.words.title),
            ) else {
                continue;
            };
            let prepared = prepare(&station.words, look, info, station.decorate);
            let canvas = Canvas {
                sheet: look.sheet,
                title: look.title.clone(),
                layout: prepared.layout.clone(),
                prepared: !prepared.changes.is_empty(),
                end: look.end,
                appended: 0,
            };
            draft.canvases.insert(look.tab, canvas);
            for (change, step) in prepared.changes {
                draft.push(change, Owner::Tab(look.tab, step));
            }
            let stage = TabContext {
                station,
                look,
                index: look.index(),
                layout: prepared.layout,
            };
            let here = |row: &&mut Option<Wanted>| {
                row.as_ref()
                    .is_some_and(|wanted| wanted.row.find.tab() == look.tab)
            };
            let mine: Vec<Wanted> = rows
                .iter_mut()
                .filter(here)
                .filter_map(Option::take)
                .collect();
            self.amend(&stage, &mine, &mut draft);
            self.wipe(&stage, &mut draft);
            let due = mine
                .into_iter()
                .filter(|wanted| !station.refusals.rests(wanted, self.now));
            // Those that were refused before go last: no other waits for them.
            let (again, fresh): (Vec<_>, Vec<_>) =
                due.partition(|wanted| station.refusals.knows(&wanted.row.key));
            for wanted in fresh.into_iter().chain(again) {
                self.row(&stage, wanted, &mut draft);
            }
        }
        draft
    }

    /// Puts cells back that we changed by mistake, unless they are to be changed like that now.
    fn amend(&self, stage: &TabContext<'_>, rows: &[Wanted], draft: &mut Draft) {
        for amend in self
            .amends
            .iter()
            .filter(|amend| amend.tab() == stage.look.tab)
        {
            let stands_there = |row: &DesiredRow| matches!(stage.find(row), Place::At(found) if amend.row == Some(found.row));
            let right = rows
                .iter()
                .any(|wanted| stage.makes_right(&wanted.row, amend) && stands_there(&wanted.row));
            if right {
                draft.righted.push(amend.clone());
                continue;
            }
            if amend.again.rests(self.now) {
                continue;
            }
            let row = stage
                .look
                .rows
                .iter()
                .find(|row| amend.row == Some(row.row));
            let (Some(row), Some(column)) = (row, stage.layout.position(amend.column)) else {
                continue;
            };
            let numbers = amend.column == Column::Number;
            let planned = Planned {
                mark: amend.mark_after(),
                chat: chat_of(row),
                numbers,
                amend: Some(amend.clone()),
                ..Planned::new(stage.look.tab, row.row)
            };
            let change = Change::Set {
                sheet: stage.look.sheet,
                row: row.row,
                column,
                values: vec![amend.value()],
            };
            draft.add(planned, |draft, owner| {
                let write = SharedWrite {
                    column: amend.column,
                    change: draft.push(change, owner),
                    expect: None,
                    left: amend.was.clone(),
                };
                if numbers { Vec::new() } else { vec![write] }
            });
        }
    }

    /// Empties rows without a key of what we left there by mistake.
    fn wipe(&self, stage: &TabContext<'_>, draft: &mut Draft) {
        let due = |spill: &&Spill| spill.tab == stage.look.tab && !spill.again.rests(self.now);
        for spill in self.spills.iter().filter(due) {
            let at = spill.found.as_ref().map(|(at, _)| *at);
            let Some(row) = stage.look.rows.iter().find(|row| Some(row.row) == at) else {
                continue;
            };
            let stands = |(column, _): &(Column, CellValue)| {
                *column != Column::Status || spill.left(*column) == stage.look.text(row, *column)
            };
            let placed = |(column, value)| Some((stage.layout.position(column)?, value));
            let cells = spill.values().filter(stands).filter_map(placed).collect();
            let planned = Planned {
                chat: chat_of(row),
                wipes: true,
                ..Planned::new(stage.look.tab, row.row)
            };
            draft.add(planned, |draft, owner| {
                draft.set(stage.look.sheet, row.row, cells, owner);
                Vec::new()
            });
        }
    }

    fn row(&self, stage: &TabContext<'_>, wanted: Wanted, draft: &mut Draft) {
        let size = size(&wanted.row);
        let enough = stage.station.refusals.most_rows();
        let carried = || {
            draft
                .rows
                .iter()
                .filter(|row| row.tab == stage.look.tab)
                .count()
        };
        if (draft.size > 0 && draft.size + size > MOST_CHARACTERS)
            || (enough < usize::MAX && carried() >= enough)
        {
            draft.left.insert(stage.look.tab);
            draft.unread |= matches!(wanted.row.find, Find::Unnumbered(..));
            return;
        }
        let place = stage.find(&wanted.row);
        let told = stage.tell_strays(&wanted, &place, draft);
        if let Place::At(row) = &place {
            stage.wipe_leftovers(&wanted, row, draft);
        }
        if matches!(place, Place::At(_) | Place::Tail) && !self.shelve(&wanted.row, draft) {
            draft.left.insert(stage.look.tab);
            return;
        }
        match place {
            Place::At(row) => self.change(stage, row, wanted, size, draft),
            Place::Tail => stage.append(wanted, size, draft),
            Place::Absent => draft.finish(wanted, RowResult::Absent),
            // Its rows say so, or will.
            Place::Unclear if told => {}
            Place::Unclear if wanted.row.strays.is_some() => draft.finish(wanted, RowResult::Idle),
            Place::Unclear => {
                draft.left.insert(stage.look.tab);
                draft.finish(wanted, RowResult::Contested);
            }
            Place::Unread => {
                draft.left.insert(stage.look.tab);
                draft.unread = true;
            }
        }
    }

    /// Moves what leaves a row to the archive; whether that is possible now.
    fn shelve(&self, row: &DesiredRow, draft: &mut Draft) -> bool {
        if row.parts.is_empty() {
            return true;
        }
        let (Some(shelves), Some(RowMark::Appeal(number))) = (self.archive.shelves(), mark_of(row))
        else {
            draft.wants_archive = true;
            return false;
        };
        shelves.append(number, &row.parts, draft);
        true
    }

    fn change(
        &self,
        stage: &TabContext<'_>,
        row: &Row,
        wanted: Wanted,
        size: usize,
        draft: &mut Draft,
    ) {
        let cells = stage.differing(row, &wanted.row.ours);
        let mark = mark_of(&wanted.row).or_else(|| row.key.clone());
        let Some(mark) = mark else {
            return draft.finish(wanted, RowResult::Contested);
        };
        let (moves, confirmed, contested) = self.moves(stage, row, &mark, &wanted.row);
        if contested {
            draft.left.insert(stage.look.tab);
        }
        let idle = cells.is_empty() && moves.iter().all(|(_, decided)| *decided == Move::Done);
        if idle {
            return draft.finish(
                wanted,
                if contested {
                    RowResult::Contested
                } else {
                    confirmed
                },
            );
        }
        let planned = Planned {
            report: Some((wanted.row.key, wanted.dirtied)),
            mark: Some(mark),
            chat: chat_of(row),
            result: confirmed,
            numbers: [Column::Number, Column::Key]
                .into_iter()
                .filter_map(|key| stage.layout.position(key))
                .any(|at| cells.contains_key(&at)),
            title: stage.look.text(row, Column::Title).map(Box::from),
            contested,
            asks_formula: wanted.row.asks_formula,
            wrote: stage.left(&cells, &moves),
            ..Planned::new(stage.look.tab, row.row)
        };
        draft.size += size;
        draft.add(planned, |draft, owner| {
            draft.set(stage.look.sheet, row.row, cells, owner);
            let moves = moves.into_iter();
            moves
                .filter_map(|(column, decided)| {
                    stage.shared(row.row, column, decided, draft, owner)
                })
                .collect()
        });
    }

    /// What is done to the shared cells, what that confirms, and whether some are left alone.
    fn moves(
        &self,
        stage: &TabContext<'_>,
        row: &Row,
        mark: &RowMark,
        desired: &DesiredRow,
    ) -> (Vec<(Column, Move)>, RowResult, bool) {
        let (mut status, mut cleared, mut holds, mut contested, mut moves) =
            (None, None, None, false, Vec::new());
        for cell in &desired.shared {
            let decided = self.decide(stage, row, mark, cell);
            if decided == Move::Contested {
                contested = true;
                continue;
            }
            if decided == Move::Leave {
                holds = holds.or((shared::column(cell) == Column::Answer).then_some(true));
                continue;
            }
            match cell {
                SharedCell::Status { set, .. } => status = Some(set.clone()),
                SharedCell::Clear { expect, .. } => cleared = Some(expect.clone()),
            }
            moves.push((shared::column(cell), decided));
        }
        let confirmed = RowResult::Confirmed {
            status,
            cleared,
            lines: desired.lines,
            parts: desired.last_part(),
            formula: holds,
        };
        (moves, confirmed, contested)
    }

    fn decide(&self, stage: &TabContext<'_>, row: &Row, mark: &RowMark, cell: &SharedCell) -> Move {
        let column = shared::column(cell);
        let is_here = |amend: &&Amend| {
            amend.tab() == stage.look.tab && amend.row == Some(row.row) && amend.column == column
        };
        let amend = self.amends.iter().find(is_here);
        match amend {
            Some(amend) if stage.cell_makes_right(cell, amend) => Move::Done,
            Some(_) => Move::Contested,
            None => {
                let shown = stage.look.text(row, column).unwrap_or_default();
                let stubborn = self.stubborn.get(&(mark.clone(), column));
                shared::decide(&stage.station.words, cell, shown, stubborn)
            }
        }
    }
}

impl TabContext<'_> {
    /// Cells of ours that the look shows otherwise. A history that was not read is always written, and with it the moment, by which
    /// a look can tell where it went; other cells that were not read (code, name, phone) are written with a new row only.
    fn differing(&self, row: &Row, ours: &[(Column, CellValue)]) -> BTreeMap<u32, CellValue> {
        let whole = ours.iter().any(|(column, _)| *column == Column::History);
        let differs = |(column, value): &&(Column, CellValue)| match self.look.text(row, *column) {
            Some(shown) => !shows(shown, value) || (whole && *column == Column::Updated),
            None => *column == Column::History || self.look.layout.position(*column).is_none(),
        };
        let placed = |(column, value): &(Column, CellValue)| {
            Some((self.layout.position(*column)?, value.clone()))
        };
        ours.iter().filter(differs).filter_map(placed).collect()
    }

    /// Cells as the intent remembers them: without the text of the history, which is long.
    fn short(&self, cells: &BTreeMap<u32, CellValue>) -> Vec<(Column, Text)> {
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

    /// What would be left in an empty row that slips into the place of this one: of a promotion the status too, which nothing compares.
    fn left(
        &self,
        cells: &BTreeMap<u32, CellValue>,
        moves: &[(Column, Move)],
    ) -> Vec<(Column, Text)> {
        let plain = moves.iter().filter_map(|(column, decided)| match decided {
            Move::Plain { set } if self.look.tab == Tab::Promotions => {
                Some((*column, Text(set.clone())))
            }
            Move::Plain { .. }
            | Move::Done
            | Move::Compare { .. }
            | Move::Leave
            | Move::Contested => None,
        });
        self.short(cells).into_iter().chain(plain).collect()
    }

    fn shared(
        &self,
        row: u32,
        column: Column,
        decided: Move,
        draft: &mut Draft,
        owner: Owner,
    ) -> Option<SharedWrite> {
        let (sheet, at) = (self.look.sheet, self.layout.position(column)?);
        let (change, expect, left) = match decided {
            Move::Done | Move::Leave | Move::Contested => return None,
            Move::Compare { expect, set } => {
                let change = Change::CompareAndSet {
                    sheet,
                    row,
                    column: at,
                    expect: expect.clone(),
                    set: set.clone(),
                };
                (change, Some(expect), set)
            }
            Move::Plain { set } => {
                draft.plain += 1;
                let values = vec![CellValue::Text(Text(set.clone()))];
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
            change: draft.push(change, owner),
            expect,
            left,
        })
    }

    /// Other rows that bear the number of this one are told so; whether any is told now. Beside no telegram_id at all, a number whose
    /// own row stands is taken away again: a sort that leaves our column out puts numbers beside empty rows.
    fn tell_strays(&self, wanted: &Wanted, place: &Place<'_>, draft: &mut Draft) -> bool {
        let (Some(words), Some(RowMark::Appeal(number))) =
            (&wanted.row.strays, mark_of(&wanted.row))
        else {
            return false;
        };
        let own = match place {
            Place::At(row) => Some(row.row),
            Place::Tail | Place::Absent | Place::Unclear | Place::Unread => None,
        };
        let mut told = false;
        for stray in self.bearing(number).filter(|stray| Some(stray.row) != own) {
            let removes = own.is_some() && stray.telegram == TelegramCell::Empty;
            let text = |column, text: &str| (column, CellValue::Text(text.into()));
            let cells = if removes {
                vec![text(Column::Number, ""), text(Column::Delivery, "")]
            } else {
                vec![text(Column::Delivery, words.as_str())]
            };
            let cells = self.differing(stray, &cells);
            if cells.is_empty() {
                continue;
            }
            told = true;
            let planned = Planned {
                report: Some((wanted.row.key.clone(), wanted.dirtied)),
                quiet: own.is_some(),
                mark: (!removes).then_some(RowMark::Appeal(number)),
                chat: chat_of(stray),
                result: RowResult::Idle,
                wrote: self.short(&cells),
                ..Planned::new(self.look.tab, stray.row)
            };
            draft.add(planned, |draft, owner| {
                draft.set(self.look.sheet, stray.row, cells, owner);
                Vec::new()
            });
        }
        told
    }

    /// A key in a row where nobody has written anything is what a sort has left behind, or a write that went astray.
    fn wipe_leftovers(&self, wanted: &Wanted, own: &Row, draft: &mut Draft) {
        let Find::Promotion(find) = &wanted.row.find else {
            return;
        };
        let bears = self.index.rows(&RowMark::Promotion(find.key.clone()));
        for row in bears.filter(|row| row.row != own.row && promotions::is_blank(self.look, row)) {
            let cells = [Column::Key, Column::Mailing]
                .map(|column| (column, CellValue::Text(Text::default())));
            let cells = self.differing(row, &cells);
            let planned = Planned {
                report: Some((wanted.row.key.clone(), wanted.dirtied)),
                quiet: true,
                result: RowResult::Idle,
                ..Planned::new(self.look.tab, row.row)
            };
            draft.add(planned, |draft, owner| {
                draft.set(self.look.sheet, row.row, cells, owner);
                Vec::new()
            });
        }
    }

    fn makes_right(&self, row: &DesiredRow, amend: &Amend) -> bool {
        row.shared
            .iter()
            .any(|cell| self.cell_makes_right(cell, amend))
    }

    /// What we left by mistake is what the row should now show anyway.
    fn cell_makes_right(&self, cell: &SharedCell, amend: &Amend) -> bool {
        let words = &self.station.words;
        let expected = match cell {
            SharedCell::Status { expect, .. } => words.status(&amend.was) == *expect,
            SharedCell::Clear { expect, .. } => expect.as_str() == amend.was,
        };
        expected
            && shared::column(cell) == amend.column
            && shared::outcome(words, cell) == Some(amend.left.as_str())
    }
}

impl Station {
    /// The histories that the next look reads, where rows without `№` remain.
    pub(super) fn unread(&self) -> HistoryRange {
        self.look
            .as_ref()
            .map_or(HistoryRange::All, TabSnapshot::histories_needed)
    }
}

/// Whether a cell shows a value already.
fn shows(shown: &str, value: &CellValue) -> bool {
    match value {
        CellValue::Text(text) => shown == text.as_str(),
        CellValue::Number(number) => cells::integer(shown) == Some(*number),
    }
}
