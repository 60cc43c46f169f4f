//! The hands of people: cells that are cut, copied, dragged and sorted in passing.
//!
//! Invariant: what is moved stays as it was entered; formulas and formats go along.

use super::Workbook;
use super::address::Area;
use super::cell::Cell;
use super::grid::SortBy;
use super::people::index_of_row;
use crate::sheets::error::ApiError;

/// Every act fails with 400 if the tab or the place does not exist.
impl Workbook {
    /// Cuts a range and pastes it with its upper left corner at `to`; where it
    /// stood stays empty.
    pub fn cut(&mut self, tab: &str, range: &str, to: &str) -> Result<(), ApiError> {
        self.carry(tab, range, to, true)
    }

    /// Copies a range and pastes it with its upper left corner at `to`; the grid grows if the copy is larger.
    pub fn copy(&mut self, tab: &str, range: &str, to: &str) -> Result<(), ApiError> {
        self.carry(tab, range, to, false)
    }

    fn carry(&mut self, tab: &str, range: &str, to: &str, clears: bool) -> Result<(), ApiError> {
        let (_, target) = self.area(tab, to)?;
        let (tab, area) = self.area(tab, range)?;
        let lines: Vec<Vec<Cell>> = (area.top..area.bottom)
            .map(|row| tab.grid.line(row, area.left, area.right))
            .collect();
        if clears {
            tab.grid.clear(area);
        }
        let width = area.right - area.left;
        tab.grid
            .extend_to(target.top + lines.len(), target.left + width);
        for (row, line) in (target.top..).zip(lines) {
            tab.grid.put_line(row, target.left, line);
        }
        Ok(())
    }

    /// Drags `count` rows from row `row` on to stand above row `to`.
    pub fn move_rows(
        &mut self,
        tab: &str,
        row: usize,
        count: usize,
        to: usize,
    ) -> Result<(), ApiError> {
        let (from, to) = (index_of_row(row)?, index_of_row(to)?);
        let tab = self.tab(tab)?;
        let rows = tab.grid.row_count();
        if from + count > rows || to > rows || (from < to && to < from + count) {
            return Err(ApiError::invalid("The rows cannot be moved there."));
        }
        tab.grid.move_rows(from, count, to);
        Ok(())
    }

    /// Sorts all rows of a tab below the header: by one column after the other, there and back.
    pub(crate) fn shuffle(&mut self, sheet_id: i64, turn: usize) {
        let Some(tab) = self
            .tabs
            .iter_mut()
            .find(|tab| i64::from(tab.id.0) == sheet_id)
        else {
            return;
        };
        let area = Area {
            top: 1,
            bottom: tab.grid.used_rows(),
            ..tab.grid.area()
        };
        let differs = |column: &usize| {
            let mut cells = (area.top..area.bottom).map(|row| tab.grid.cell(row, *column));
            let first = cells.next();
            cells.any(|cell| Some(cell) != first)
        };
        let columns: Vec<usize> = (area.left..area.right).filter(differs).collect();
        if columns.is_empty() {
            return;
        }
        let column = columns[turn / 2 % columns.len()];
        let descending = turn.is_multiple_of(2);
        tab.grid.sort(area, &[SortBy { column, descending }]);
    }
}
