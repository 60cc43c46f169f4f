//! One tab: its grid and what is tied to places on it.
//!
//! Invariant: whenever lines are inserted or deleted, the basic filter and the
//! rules tied to cells move along with them.

use serde_json::{Map, Value, json};

use super::address::{Area, Dimension, GridRange, SheetId};
use super::cell::Cell;
use super::grid::Grid;
use super::locale::Locale;
use super::looks::Placed;
use super::tables::Table;
use super::views::FilterView;
use crate::sheets::error::ApiError;

/// A cell holds at most this many characters (Sheets limits page).
const MAX_CELL_CHARACTERS: usize = 50_000;

/// A sheet of a workbook.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tab {
    pub(crate) id: SheetId,
    pub(crate) title: String,
    pub(crate) grid: Grid,
    pub(crate) basic_filter: Option<BasicFilter>,
    pub(crate) formats: Vec<FormatRule>,
    /// The last one that covers a cell counts.
    pub(crate) validations: Vec<Validation>,
    pub(crate) protections: Vec<Protection>,
    pub(crate) tables: Vec<Table>,
    pub(crate) frozen_rows: usize,
    pub(crate) looks: Vec<Placed>,
    pub(crate) views: Vec<FilterView>,
}

/// What may be entered into cells; it keeps nobody from entering anything.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Validation {
    pub(crate) range: GridRange,
    /// None where a rule was taken away.
    pub(crate) rule: Option<Map<String, Value>>,
}

/// A protected range.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Protection {
    pub(crate) id: i32,
    pub(crate) range: GridRange,
    pub(crate) rest: Map<String, Value>,
    /// It keeps every caller of the API from changing anything there; one that callers have made themselves keeps nobody.
    pub(crate) locks: bool,
}

/// The basic filter; its criteria are kept as they came and hide nothing from callers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BasicFilter {
    pub(crate) range: GridRange,
    pub(crate) rest: Map<String, Value>,
}

/// A conditional format; its rule is kept as it came and colours only what people see.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FormatRule {
    pub(crate) ranges: Vec<GridRange>,
    pub(crate) rest: Map<String, Value>,
}

impl Tab {
    pub(crate) fn new(id: SheetId, title: &str, rows: usize, columns: usize) -> Self {
        Self {
            id,
            title: title.to_owned(),
            grid: Grid::new(rows, columns),
            basic_filter: None,
            formats: Vec::new(),
            validations: Vec::new(),
            protections: Vec::new(),
            tables: Vec::new(),
            frozen_rows: 0,
            looks: Vec::new(),
            views: Vec::new(),
        }
    }

    /// Puts a cell on the grid, unless it is longer than a cell may be.
    pub(crate) fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), ApiError> {
        if cell.utf16_len() > MAX_CELL_CHARACTERS {
            return Err(ApiError::invalid(format!(
                "Your input contains more than the maximum of {MAX_CELL_CHARACTERS} characters \
                 in a single cell."
            )));
        }
        self.grid.put(row, column, cell);
        Ok(())
    }

    /// Whether callers may change these cells.
    pub(crate) fn check_unlocked(&self, area: Area) -> Result<(), ApiError> {
        let (rows, columns) = (self.grid.row_count(), self.grid.column_count());
        let locks = self
            .protections
            .iter()
            .filter(|protection| protection.locks);
        let mut locked = locks.filter_map(|protection| {
            protection
                .range
                .clipped(rows.max(area.bottom), columns.max(area.right))
        });
        if locked.any(|locked| locked.meets(area)) {
            Err(ApiError::protected())
        } else {
            Ok(())
        }
    }

    /// Whether callers may change the tab as such.
    pub(crate) fn check_open(&self) -> Result<(), ApiError> {
        let whole = GridRange {
            sheet_id: self.id,
            ..GridRange::default()
        };
        let locked = self
            .protections
            .iter()
            .any(|protection| protection.locks && protection.range == whole);
        if locked {
            Err(ApiError::protected())
        } else {
            Ok(())
        }
    }

    pub(crate) fn insert(
        &mut self,
        dimension: Dimension,
        at: usize,
        count: usize,
    ) -> Result<(), ApiError> {
        let length = self.length(dimension);
        if at > length {
            return Err(ApiError::invalid(format!(
                "range.startIndex {at} is beyond the grid, which has {length}"
            )));
        }
        self.grid.insert(dimension, at, count);
        for filter in self.filters() {
            filter.follow(dimension, |column| {
                Some(column + if column >= at { count } else { 0 })
            });
        }
        for range in self.places() {
            range.insert(dimension, at, count);
        }
        Ok(())
    }

    pub(crate) fn delete(
        &mut self,
        dimension: Dimension,
        from: usize,
        to: usize,
    ) -> Result<(), ApiError> {
        let length = self.length(dimension);
        if from >= to || to > length {
            return Err(ApiError::invalid(format!(
                "Cannot delete {from}..{to} of a grid that has {length}"
            )));
        }
        if to - from == length {
            return Err(ApiError::invalid(
                "You can't delete all the rows or columns on the sheet.",
            ));
        }
        self.grid.delete(dimension, from, to);
        for filter in self.filters() {
            filter.follow(dimension, |column| match column {
                column if column < from => Some(column),
                column => column.checked_sub(to).map(|behind| from + behind),
            });
        }
        self.basic_filter
            .take_if(|filter| !filter.range.delete(dimension, from, to));
        self.views
            .retain_mut(|view| view.filter.range.delete(dimension, from, to));
        for rule in &mut self.formats {
            rule.ranges
                .retain_mut(|range| range.delete(dimension, from, to));
        }
        self.formats.retain(|rule| !rule.ranges.is_empty());
        self.tables
            .retain_mut(|table| table.range.delete(dimension, from, to));
        self.looks
            .retain_mut(|placed| placed.range.delete(dimension, from, to));
        self.validations
            .retain_mut(|validation| validation.range.delete(dimension, from, to));
        self.protections
            .retain_mut(|protection| protection.range.delete(dimension, from, to));
        Ok(())
    }

    /// How many lines the grid has in this direction.
    pub(crate) fn length(&self, dimension: Dimension) -> usize {
        match dimension {
            Dimension::Rows => self.grid.row_count(),
            Dimension::Columns => self.grid.column_count(),
        }
    }

    /// The rectangle of a range whose stated bounds all lie on the grid.
    pub(crate) fn area_within(&self, range: &GridRange) -> Result<Area, ApiError> {
        range
            .within(self.grid.row_count(), self.grid.column_count())
            .ok_or_else(|| self.exceeds_grid())
    }

    /// The rectangle of a range that begins on the grid, cut off at its end.
    pub(crate) fn area_clipped(&self, range: &GridRange) -> Result<Area, ApiError> {
        range
            .clipped(self.grid.row_count(), self.grid.column_count())
            .ok_or_else(|| self.exceeds_grid())
    }

    /// `Sheet` of the discovery document, without its data.
    pub(crate) fn sheet_json(&self, index: usize) -> Value {
        let mut sheet = json!({
            "properties": {
                "sheetId": self.id,
                "title": self.title,
                "index": index,
                "sheetType": "GRID",
                "gridProperties": {
                    "rowCount": self.grid.row_count(),
                    "columnCount": self.grid.column_count(),
                },
            },
        });
        if let Some(filter) = &self.basic_filter {
            let mut body = filter.rest.clone();
            body.insert("range".to_owned(), json!(filter.range));
            sheet["basicFilter"] = Value::Object(body);
        }
        if !self.formats.is_empty() {
            let rules = self.formats.iter().map(FormatRule::body);
            sheet["conditionalFormats"] = rules.collect();
        }
        if !self.tables.is_empty() {
            sheet["tables"] = self.tables.iter().map(Table::body).collect();
        }
        if !self.views.is_empty() {
            sheet["filterViews"] = self.views.iter().map(FilterView::body).collect();
        }
        if self.frozen_rows > 0 {
            sheet["properties"]["gridProperties"]["frozenRowCount"] = json!(self.frozen_rows);
        }
        if !self.protections.is_empty() {
            sheet["protectedRanges"] = self.protections.iter().map(Protection::body).collect();
        }
        sheet
    }

    /// The basic filter, and those of the views.
    fn filters(&mut self) -> impl Iterator<Item = &mut BasicFilter> {
        let views = self.views.iter_mut().map(|view| &mut view.filter);
        self.basic_filter.iter_mut().chain(views)
    }

    fn places(&mut self) -> impl Iterator<Item = &mut GridRange> {
        let views = self.views.iter_mut().map(|view| &mut view.filter);
        let filters = self.basic_filter.iter_mut().chain(views);
        filters
            .map(|filter| &mut filter.range)
            .chain(self.tables.iter_mut().map(|table| &mut table.range))
            .chain(self.formats.iter_mut().flat_map(|rule| &mut rule.ranges))
            .chain(self.looks.iter_mut().map(|placed| &mut placed.range))
            .chain(
                self.validations
                    .iter_mut()
                    .map(|validation| &mut validation.range),
            )
            .chain(
                self.protections
                    .iter_mut()
                    .map(|protection| &mut protection.range),
            )
    }

    /// `CellData` of the discovery document.
    pub(crate) fn cell_json(&self, row: usize, column: usize, locale: Locale) -> Value {
        let mut cell = self.grid.cell(row, column).cell_data(locale);
        if let Some(rule) = self.validation(row, column) {
            cell["dataValidation"] = Value::Object(rule.clone());
        }
        let format = self.format(row, column);
        if !format.is_empty() {
            cell["userEnteredFormat"] = Value::Object(format);
        }
        cell
    }

    pub(super) fn validation(&self, row: usize, column: usize) -> Option<&Map<String, Value>> {
        let covers = |range: &GridRange| {
            let area = range.clipped(self.grid.row_count(), self.grid.column_count());
            area.is_some_and(|area| {
                (area.top..area.bottom).contains(&row) && (area.left..area.right).contains(&column)
            })
        };
        let newest = self
            .validations
            .iter()
            .rev()
            .find(|validation| covers(&validation.range));
        newest.and_then(|validation| validation.rule.as_ref())
    }

    /// Behind the last row that shows anything, a rule for its cells and a format included.
    pub(crate) fn shown_rows(&self) -> usize {
        let ruled = self
            .validations
            .iter()
            .filter(|validation| validation.rule.is_some());
        let ruled = ruled.map(|validation| &validation.range);
        let formatted = self.looks.iter().filter(|placed| !placed.format.is_empty());
        let ranges = ruled.chain(formatted.map(|placed| &placed.range));
        let ends = ranges.map(|range| range.end_row_index.unwrap_or(self.grid.row_count()));
        ends.max().unwrap_or(0).max(self.grid.used_rows())
    }

    fn exceeds_grid(&self) -> ApiError {
        ApiError::invalid(format!(
            "Range on '{}' exceeds grid limits. Max rows: {}, max columns: {}",
            self.title,
            self.grid.row_count(),
            self.grid.column_count()
        ))
    }
}

impl Protection {
    /// `ProtectedRange` where it is now.
    pub(crate) fn body(&self) -> Value {
        let mut body = self.rest.clone();
        body.insert("protectedRangeId".to_owned(), json!(self.id));
        body.insert("range".to_owned(), json!(self.range));
        Value::Object(body)
    }
}

impl FormatRule {
    /// `ConditionalFormatRule` with its ranges where they are now.
    pub(crate) fn body(&self) -> Value {
        let mut body = self.rest.clone();
        body.insert("ranges".to_owned(), json!(self.ranges));
        Value::Object(body)
    }
}
