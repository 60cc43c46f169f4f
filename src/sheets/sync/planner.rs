//! What is to be written: desired rows compared with the snapshot at hand.
//!
//! Invariant: a row is found by its key in the snapshot of this very pass; where the key leaves any doubt, the row is left alone.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Wanted,
    archive::Archive,
    find::{Placement, TabPlanner, chat_of, mark_of},
    prepare::{extended_filter, extended_table, prepare},
    repair::Repairs,
    shared_cells::{self, CellAction, FailedMatch},
    tab_memory::TabMemory,
    write_plan::{
        ChangeOwner, MOST_CHARACTERS, PlannedRow, PreparationStep, TabAfter, WritePlan, size,
    },
};
use crate::{
    domain::{
        event::{Misplaced, RowMark, RowResult},
        row::{Column, DesiredRow, Find, SharedCell},
        tab::Tab,
    },
    sheets::{
        table::{
            read_plan::{HistoryRange, find_tab},
            snapshot::{Row, TabSnapshot},
        },
        wire::Structure,
    },
};

/// Cells whose last compare-and-set did not find the text that the snapshot before it showed.
pub(super) type FailedMatches = BTreeMap<(RowMark, Column), FailedMatch>;

/// What the composing looks at.
pub(super) struct Planner<'a> {
    pub(super) structure: &'a Structure,
    pub(super) failed_matches: &'a FailedMatches,
    pub(super) repairs: &'a Repairs,
    pub(super) archive: &'a Archive,
    pub(super) now: Timestamp,
}

impl Planner<'_> {
    /// Compares the rows with the snapshots of their tabs; the first sight of a tab prepares it even without rows.
    pub(super) fn compose(&self, tab_memories: &[&TabMemory], rows: Vec<Wanted>) -> WritePlan {
        let mut plan = WritePlan::default();
        let mut rows_of: BTreeMap<Tab, Vec<Wanted>> = BTreeMap::new();
        for wanted in rows {
            let tab = wanted.row.find.tab();
            rows_of.entry(tab).or_default().push(wanted);
        }
        let (first, last): (Vec<&&TabMemory>, Vec<_>) = tab_memories
            .iter()
            .partition(|tab_memory| !tab_memory.refusals.sits_out());
        for tab_memory in first.into_iter().chain(last) {
            let tab = tab_memory.tab();
            if tab_memory.refusals.sits_out() && !plan.changes.is_empty() {
                plan.left.insert(tab);
                continue;
            }
            let rows = rows_of.remove(&tab).unwrap_or_default();
            self.add_tab(tab_memory, rows, &mut plan);
        }
        plan
    }

    /// What is to be written into one tab, and what prepares it.
    fn add_tab(&self, tab_memory: &TabMemory, rows: Vec<Wanted>, plan: &mut WritePlan) {
        let (Some(snapshot), Some(info)) = (
            &tab_memory.snapshot,
            find_tab(&self.structure.tabs, &tab_memory.words.title),
        ) else {
            return;
        };
        let prepared = prepare(&tab_memory.words, snapshot, info, tab_memory.decorate);
        let after = TabAfter {
            sheet: snapshot.sheet,
            title: snapshot.title.clone(),
            layout: prepared.layout.clone(),
            prepared: !prepared.changes.is_empty(),
            end: snapshot.end,
            appended: 0,
            rows: info.rows,
            insertion: None,
        };
        plan.tabs_after.insert(snapshot.tab, after);
        for (change, step) in prepared.changes {
            plan.push(change, ChangeOwner::Tab(snapshot.tab, step));
        }
        let tab = TabPlanner {
            tab_memory,
            snapshot,
            index: snapshot.index(),
            layout: prepared.layout,
        };
        self.repair(&tab, &rows, plan);
        tab.tell_unaddressed(plan);
        let due = rows
            .into_iter()
            .filter(|wanted| !tab_memory.refusals.rests(wanted, self.now));
        // Those that were refused before go last: no other waits for them.
        let (again, fresh): (Vec<_>, Vec<_>) =
            due.partition(|wanted| tab_memory.refusals.knows(&wanted.row.key));
        for wanted in fresh.into_iter().chain(again) {
            self.row(&tab, wanted, plan);
        }
        let after = plan.tabs_after.get(&snapshot.tab);
        let filter = extended_filter(&tab.layout, info, after);
        let extended = filter
            .into_iter()
            .chain(extended_table(&tab.layout, info, after));
        for change in extended.filter(|_| tab_memory.decorate).collect::<Vec<_>>() {
            let owner = ChangeOwner::Tab(snapshot.tab, PreparationStep::Decoration);
            plan.push(change, owner);
        }
    }

    /// Puts right what stands in wrong rows, except cells that are to be changed like that now.
    fn repair(&self, tab: &TabPlanner<'_>, rows: &[Wanted], plan: &mut WritePlan) {
        for repair in self.repairs.of(tab.snapshot.tab) {
            if let Misplaced::Cell(cell) = &repair.what
                && tab.is_right(cell, repair.at, rows)
            {
                plan.righted.push(repair.clone());
                continue;
            }
            let mut rows = tab.snapshot.rows.iter();
            let row = rows.find(|row| repair.at == Some(row.row));
            let Some(row) = row.filter(|_| !repair.again.rests(self.now)) else {
                continue;
            };
            match &repair.what {
                Misplaced::Cell(cell) => tab.put_back(row, repair, cell, plan),
                // It is a row of the people's own that got its number, or is told so.
                Misplaced::Row(wrong) if row.owner.is_some() || tab.is_told(row, wrong) => {
                    plan.righted.push(repair.clone())
                }
                Misplaced::Row(wrong) => tab.empty(row, repair, wrong, plan),
            }
        }
    }

    fn row(&self, tab: &TabPlanner<'_>, wanted: Wanted, plan: &mut WritePlan) {
        let size = size(&wanted.row);
        let enough = tab.tab_memory.refusals.most_rows();
        let carried = || {
            plan.rows
                .iter()
                .filter(|row| row.tab == tab.snapshot.tab)
                .count()
        };
        if (plan.size > 0 && plan.size + size > MOST_CHARACTERS)
            || (enough < usize::MAX && carried() >= enough)
        {
            plan.left.insert(tab.snapshot.tab);
            plan.unread |= matches!(wanted.row.find, Find::Unnumbered { .. });
            return;
        }
        let place = tab.find(&wanted.row);
        let told = tab.tell_strays(&wanted, &place, plan);
        if let Placement::At(row) = &place {
            tab.wipe_leftovers(&wanted, row, plan);
        }
        if matches!(place, Placement::At(_) | Placement::Tail) && !self.shelve(&wanted.row, plan) {
            plan.left.insert(tab.snapshot.tab);
            return;
        }
        match place {
            Placement::At(row)
                if matches!(wanted.row.find, Find::Unnumbered { .. })
                    && !plan.numbered.insert(row.row) =>
            {
                plan.left.insert(tab.snapshot.tab);
                plan.unread = true;
            }
            Placement::At(row) => self.change(tab, row, wanted, size, plan),
            Placement::Tail => tab.append(wanted, size, plan),
            Placement::Absent => plan.finish(wanted, RowResult::Absent),
            // Its rows say so, or will.
            Placement::Unclear if told => {}
            Placement::Unclear if tab.strays(&wanted.row).next().is_some() => {
                plan.finish(wanted, RowResult::Idle)
            }
            Placement::Unclear => {
                plan.left.insert(tab.snapshot.tab);
                plan.finish(wanted, RowResult::Contested);
            }
            Placement::Unread => {
                plan.left.insert(tab.snapshot.tab);
                plan.unread = true;
            }
        }
    }

    /// Moves what leaves a row to the archive; whether that is possible now.
    fn shelve(&self, row: &DesiredRow, plan: &mut WritePlan) -> bool {
        if row.parts().is_empty() {
            return true;
        }
        let (Some(shelves), Some(RowMark::Appeal(number))) = (self.archive.shelves(), mark_of(row))
        else {
            plan.wants_archive = true;
            return false;
        };
        shelves.append(number, row.parts(), plan);
        true
    }

    fn change(
        &self,
        tab: &TabPlanner<'_>,
        row: &Row,
        wanted: Wanted,
        size: usize,
        plan: &mut WritePlan,
    ) {
        let mark = mark_of(&wanted.row).or_else(|| row.key.clone());
        let Some(mark) = mark else {
            return plan.finish(wanted, RowResult::Contested);
        };
        let (moves, confirmed, contested) = self.moves(tab, row, &mark, &wanted.row);
        let mut cells = tab.differing(row, &wanted.row.ours);
        cells.extend(tab.names(&wanted.row, &moves));
        let cells = tab.signed(cells, &wanted.row.ours, &moves);
        if contested {
            plan.left.insert(tab.snapshot.tab);
        }
        let is_done = |(_, decided): &(_, CellAction)| *decided == CellAction::Done;
        if cells.is_empty() && moves.iter().all(is_done) {
            let contested = contested.then_some(RowResult::Contested);
            return plan.finish(wanted, contested.unwrap_or(confirmed));
        }
        let asks_formula = wanted.row.asks_formula();
        let chat = match wanted.row.find {
            Find::Incomplete(_, chat) => Some(chat),
            _ => chat_of(row),
        };
        let planned = PlannedRow {
            report: Some((wanted.row.key, wanted.dirtied)),
            mark: Some(mark),
            chat,
            result: confirmed,
            numbers: [Column::Number, Column::Key]
                .into_iter()
                .filter_map(|key| tab.layout.position(key))
                .any(|at| cells.contains_key(&at)),
            witness: tab.witness(row),
            contested,
            asks_formula,
            wrote: tab.left(&cells, &moves),
            ..PlannedRow::new(tab.snapshot.tab, row.row)
        };
        plan.size += size;
        plan.add(planned, |plan, owner| {
            plan.set(tab.snapshot.sheet, row.row, cells, owner);
            let moves = moves.into_iter();
            moves
                .filter_map(|(column, decided)| tab.shared(row.row, column, decided, plan, owner))
                .collect()
        });
    }

    /// What is done to the shared cells, what that confirms, and whether some are left alone.
    fn moves(
        &self,
        tab: &TabPlanner<'_>,
        row: &Row,
        mark: &RowMark,
        desired: &DesiredRow,
    ) -> (Vec<(Column, CellAction)>, RowResult, bool) {
        let (mut status, mut cleared, mut filled, mut holds, mut contested, mut moves) =
            (None, None, None, None, false, Vec::new());
        for cell in &desired.shared {
            let decided = self.decide(tab, row, mark, cell);
            if decided == CellAction::Contested {
                contested = true;
                continue;
            }
            if decided == CellAction::Leave {
                holds = holds.or((shared_cells::column(cell) == Column::Answer).then_some(true));
                continue;
            }
            match cell {
                SharedCell::Account(_) => {}
                SharedCell::Status { set, .. } => status = Some(set.clone()),
                SharedCell::Clear { expect, .. } => cleared = Some(expect.clone()),
                SharedCell::Fill(text) => filled = Some(text.clone()),
                SharedCell::Code { .. } | SharedCell::Assign { .. } => {}
            }
            moves.push((shared_cells::column(cell), decided));
        }
        let confirmed = RowResult::Confirmed {
            status,
            cleared,
            filled,
            lines: desired.lines(),
            parts: desired.last_part(),
            formula: holds,
        };
        (moves, confirmed, contested)
    }

    fn decide(
        &self,
        tab: &TabPlanner<'_>,
        row: &Row,
        mark: &RowMark,
        cell: &SharedCell,
    ) -> CellAction {
        let column = shared_cells::column(cell);
        match self.repairs.cell(tab.snapshot.tab, row.row, column) {
            Some(wrong) if tab.cell_makes_right(cell, wrong) => CellAction::Done,
            Some(_) => CellAction::Contested,
            None => {
                let shown = tab.snapshot.text(row, column).unwrap_or_default();
                let failed_matches = self.failed_matches.get(&(mark.clone(), column));
                shared_cells::decide(&tab.tab_memory.words, cell, shown, failed_matches)
            }
        }
    }
}

impl TabMemory {
    /// The histories that the next snapshot reads, where rows without `№` remain.
    pub(super) fn unread(&self) -> HistoryRange {
        self.snapshot
            .as_ref()
            .map_or(HistoryRange::All, TabSnapshot::histories_needed)
    }
}
