//! Rows that do not stand in the sheet yet: each is written whole, below the others.
//!
//! Invariant: a new row bears its key from the beginning, so that the read-back knows it wherever it lands.

use std::collections::BTreeMap;

use super::{
    Wanted,
    find::TabPlanner,
    shared_cells,
    write_plan::{ChangeOwner, PlannedRow, WritePlan},
};
use crate::{
    domain::{
        appeal::Status,
        event::{RowMark, RowResult},
        row::{CellValue, Column, DesiredRow, Find, SharedCell},
    },
    sheets::wire::Change,
};

impl TabPlanner<'_> {
    pub(super) fn append(&self, wanted: Wanted, size: usize, plan: &mut WritePlan) {
        // No other rows are appended: `find` calls them absent, or unclear.
        let Find::Pending(number, chat) = wanted.row.find else {
            return plan.finish(wanted, RowResult::Absent);
        };
        let keys = vec![
            (Column::Number, CellValue::Number(number.0.into())),
            (Column::Telegram, CellValue::Number(chat.0)),
        ];
        let (values, status) = self.new_row(&wanted.row, keys);
        let planned = PlannedRow {
            report: Some((wanted.row.key.clone(), wanted.dirtied)),
            row: None,
            mark: Some(RowMark::Appeal(number)),
            chat: Some(chat),
            result: RowResult::Confirmed {
                status,
                cleared: None,
                filled: None,
                lines: wanted.row.lines(),
                parts: wanted.row.last_part(),
                formula: None,
            },
            ..PlannedRow::new(self.snapshot.tab, self.snapshot.end)
        };
        plan.size += size;
        plan.add(planned, |plan, owner| {
            self.place(values, plan, owner);
            Vec::new()
        });
    }

    /// Puts a new row right below the last one that has a key or a text, where people look: `appendCells` would go below everything,
    /// also below tick boxes that reach down to the bottom.
    fn place(&self, values: Vec<Option<CellValue>>, plan: &mut WritePlan, owner: ChangeOwner) {
        let sheet = self.snapshot.sheet;
        let Some(after) = plan.tabs_after.get_mut(&self.snapshot.tab) else {
            return;
        };
        let row = after.end + after.appended;
        after.appended += 1;
        if after.end >= after.rows {
            plan.push(Change::Append { sheet, values }, owner);
            return;
        }
        match after.insertion.and_then(|at| plan.changes.get_mut(at)) {
            Some(Change::InsertRows { count, .. }) => *count += 1,
            Some(_) | None => {
                after.insertion = Some(plan.changes.len());
                let count = 1;
                plan.push(Change::InsertRows { sheet, row, count }, owner);
            }
        }
        let cells = (0..).zip(values);
        let cells = cells.filter_map(|(column, value)| Some((column, value?)));
        plan.set(sheet, row, cells.collect(), owner);
    }

    /// The cells of a new row from the first column on, and the status that it begins with.
    fn new_row(
        &self,
        desired: &DesiredRow,
        keys: Vec<(Column, CellValue)>,
    ) -> (Vec<Option<CellValue>>, Option<Status>) {
        let mut cells: BTreeMap<Column, CellValue> = keys
            .into_iter()
            .chain(desired.ours.iter().cloned())
            .collect();
        let mut status = None;
        for cell in &desired.shared {
            if let (SharedCell::Status { set, .. }, Some(word)) =
                (cell, shared_cells::outcome(&self.tab_memory.words, cell))
            {
                cells.insert(Column::Status, CellValue::Text(word.into()));
                status = Some(set.clone());
            }
        }
        (self.layout.values(cells), status)
    }
}
