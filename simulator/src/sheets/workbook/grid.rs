//! The cells of one tab and the moves that keep them together.
//!
//! Invariant: no cell lies outside `row_count` × `column_count`. Rows are shared
//! between copies, so that the trial copy of a batch costs little.

use std::cmp::Ordering;
use std::sync::Arc;

use super::address::{Area, Dimension};
use super::cell::{Cell, Shown};

static EMPTY: Cell = Cell::Empty;

/// The cells of a tab; rows that were never written are not stored.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    rows: Vec<Arc<Vec<Cell>>>,
    row_count: usize,
    column_count: usize,
}

/// Rows that copies share are equal without a look at their cells.
impl PartialEq for Grid {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<Vec<Cell>>, &Arc<Vec<Cell>>)| Arc::ptr_eq(a, b) || a == b;
        (self.row_count, self.column_count, self.rows.len())
            == (other.row_count, other.column_count, other.rows.len())
            && self.rows.iter().zip(&other.rows).all(same)
    }
}

/// One sort criterion: an absolute column index and the direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SortBy {
    pub(crate) column: usize,
    pub(crate) descending: bool,
}

impl Grid {
    pub(crate) fn new(row_count: usize, column_count: usize) -> Self {
        Self {
            rows: Vec::new(),
            row_count,
            column_count,
        }
    }

    pub(crate) fn row_count(&self) -> usize {
        self.row_count
    }

    pub(crate) fn column_count(&self) -> usize {
        self.column_count
    }

    /// The whole grid as a rectangle.
    pub(crate) fn area(&self) -> Area {
        Area {
            top: 0,
            bottom: self.row_count,
            left: 0,
            right: self.column_count,
        }
    }

    pub(crate) fn cell(&self, row: usize, column: usize) -> &Cell {
        self.rows
            .get(row)
            .and_then(|cells| cells.get(column))
            .unwrap_or(&EMPTY)
    }

    /// Puts a cell at a place that lies on the grid.
    pub(crate) fn put(&mut self, row: usize, column: usize, cell: Cell) {
        debug_assert!(row < self.row_count && column < self.column_count);
        if cell.is_empty() && self.cell(row, column).is_empty() {
            return;
        }
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Arc::default);
        }
        let cells = Arc::make_mut(&mut self.rows[row]);
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = cell;
    }

    pub(crate) fn clear(&mut self, area: Area) {
        for row in area.top..area.bottom.min(self.rows.len()) {
            for column in area.left..area.right {
                self.put(row, column, Cell::Empty);
            }
        }
    }

    /// The index after the last row that holds anything.
    pub(crate) fn used_rows(&self) -> usize {
        let used = |cells: &Arc<Vec<Cell>>| cells.iter().any(|cell| !cell.is_empty());
        self.rows.iter().rposition(used).map_or(0, |last| last + 1)
    }

    /// Makes the grid at least this large.
    pub(crate) fn extend_to(&mut self, rows: usize, columns: usize) {
        self.row_count = self.row_count.max(rows);
        self.column_count = self.column_count.max(columns);
    }

    /// Inserts empty lines before index `at`, which is at most the line count.
    pub(crate) fn insert(&mut self, dimension: Dimension, at: usize, count: usize) {
        match dimension {
            Dimension::Rows => {
                self.row_count += count;
                if at < self.rows.len() {
                    let empty = std::iter::repeat_with(Arc::default).take(count);
                    self.rows.splice(at..at, empty);
                }
            }
            Dimension::Columns => {
                self.column_count += count;
                for cells in self.rows.iter_mut().filter(|cells| at < cells.len()) {
                    let empty = std::iter::repeat_n(Cell::Empty, count);
                    Arc::make_mut(cells).splice(at..at, empty);
                }
            }
        }
    }

    /// Deletes lines `from..to`, which lie on the grid.
    pub(crate) fn delete(&mut self, dimension: Dimension, from: usize, to: usize) {
        match dimension {
            Dimension::Rows => {
                self.row_count -= to - from;
                let stored = self.rows.len();
                self.rows.drain(from.min(stored)..to.min(stored));
            }
            Dimension::Columns => {
                self.column_count -= to - from;
                for cells in &mut self.rows {
                    let stored = cells.len();
                    if from < stored {
                        Arc::make_mut(cells).drain(from..to.min(stored));
                    }
                }
            }
        }
    }

    /// Sorts the rows of `area`; cells outside its columns stay where they are.
    pub(crate) fn sort(&mut self, area: Area, by: &[SortBy]) {
        let mut rows: Vec<usize> = (area.top..area.bottom).collect();
        self.order(&mut rows, by);
        let lines = rows.iter();
        let lines: Vec<Vec<Cell>> = lines
            .map(|row| self.line(*row, area.left, area.right))
            .collect();
        for (row, line) in (area.top..).zip(lines) {
            self.put_line(row, area.left, line);
        }
    }

    /// Puts rows into the order in which a sort would; nothing moves.
    pub(crate) fn order(&self, rows: &mut [usize], by: &[SortBy]) {
        rows.sort_by(|a, b| {
            by.iter().fold(Ordering::Equal, |order, by| {
                let cells = [a, b].map(|row| self.cell(*row, by.column));
                order.then_with(|| compare(cells[0], cells[1], by.descending))
            })
        });
    }

    /// Moves rows `from..from + count` so that they stand before row `to`.
    pub(crate) fn move_rows(&mut self, from: usize, count: usize, to: usize) {
        self.rows.resize_with(self.row_count, Arc::default);
        let moved: Vec<_> = self.rows.drain(from..from + count).collect();
        let at = if to > from { to - count } else { to };
        self.rows.splice(at..at, moved);
    }

    /// The cells of one row between two columns.
    pub(crate) fn line(&self, row: usize, left: usize, right: usize) -> Vec<Cell> {
        (left..right)
            .map(|column| self.cell(row, column).clone())
            .collect()
    }

    /// Puts cells side by side.
    pub(crate) fn put_line(&mut self, row: usize, left: usize, line: Vec<Cell>) {
        for (column, cell) in (left..).zip(line) {
            self.put(row, column, cell);
        }
    }
}

/// Numbers, then text without regard to case, then logical values, then errors;
/// empty cells come last in either direction, as in a sheet.
fn compare(a: &Cell, b: &Cell, descending: bool) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (rank_a, number_a, text_a) = sort_key(a);
    let (rank_b, number_b, text_b) = sort_key(b);
    let order = rank_a
        .cmp(&rank_b)
        .then(number_a.total_cmp(&number_b))
        .then_with(|| text_a.cmp(&text_b));
    if descending { order.reverse() } else { order }
}

fn sort_key(cell: &Cell) -> (u8, f64, String) {
    match cell {
        Cell::Number(value, _) | Cell::Formula(_, Shown::Number(value, _)) => {
            (0, *value, String::new())
        }
        Cell::Text(text) | Cell::Rich(text, _) | Cell::Formula(_, Shown::Text(text)) => {
            (1, 0.0, text.to_lowercase())
        }
        Cell::Bool(value) | Cell::Formula(_, Shown::Bool(value)) => {
            (2, f64::from(u8::from(*value)), String::new())
        }
        Cell::Formula(_, Shown::Error(error)) => (3, 0.0, error.text().to_owned()),
        Cell::Empty => (4, 0.0, String::new()),
    }
}
