//! A tab as Google would show it to a person.
//!
//! Invariant: a look changes nothing; ranges are `[top, left, bottom, right]`, zero-based,
//! ends exclusive, and lie on the grid.

use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::{Area, GridRange, column_index, column_name, parse_cells};
use super::cell::Cell;
use super::tab::Tab;
use crate::sheets::error::ApiError;

impl Workbook {
    /// All that is seen of a tab.
    ///
    /// # Errors
    /// 400 if there is none such.
    pub fn tab_seen(&self, title: &str) -> Result<Value, ApiError> {
        let cells = self.table(title)?;
        let tab = self.tab_with_title(title)?;
        let filter = tab.basic_filter.as_ref().map(|filter| {
            let is_table = filter.rest.contains_key("tableId");
            json!({ "range": tab.bounds(&filter.range), "hidden": filter.hidden(), "table": is_table })
        });
        let tables: Vec<Value> = tab
            .tables
            .iter()
            .map(|table| json!({ "name": table.name(), "range": tab.bounds(&table.range) }))
            .collect();
        Ok(json!({
            "title": tab.title,
            "rows": tab.grid.row_count(),
            "columns": tab.grid.column_count(),
            "used_rows": cells.len(),
            "frozen_rows": tab.frozen_rows,
            "widths": tab.widths(),
            "cells": cells,
            "formulas": tab.formulas(),
            "fills": tab.fills(self.locale),
            "wraps": bounds(tab.formatted("wrapStrategy", "WRAP")),
            "tops": bounds(tab.formatted("verticalAlignment", "TOP")),
            "lists": tab.lists(),
            "warnings": tab.warnings(),
            "locked": tab.locked(),
            "filter": filter,
            "views": tab.views.iter().map(|view| view.seen(tab, self.locale)).collect::<Vec<_>>(),
            "tables": tables,
        }))
    }

    /// The ids of the tabs, from left to right.
    pub(crate) fn tab_ids(&self) -> Vec<i32> {
        self.tabs.iter().map(|tab| tab.id.0).collect()
    }

    /// The title of the tab with this id.
    pub(crate) fn title_of(&self, sheet_id: i64) -> Option<&str> {
        let mut tabs = self.tabs.iter();
        tabs.find(|tab| i64::from(tab.id.0) == sheet_id)
            .map(|tab| tab.title.as_str())
    }

    /// Which tabs are no longer as they were.
    pub(crate) fn changed_tabs(&self, before: Option<&Self>) -> Vec<String> {
        let same = |tab: &&Tab| {
            let mut former = before.into_iter().flat_map(|before| &before.tabs);
            !former.any(|former| former.id == tab.id && former == *tab)
        };
        let changed = self.tabs.iter().filter(same);
        changed.map(|tab| tab.title.clone()).collect()
    }

    /// The header over a cell below the first row.
    pub(crate) fn header_over(&self, tab: &str, row: usize, column: usize) -> Option<String> {
        let tab = self.tab_with_title(tab).ok().filter(|_| row > 0)?;
        Some(tab.grid.cell(0, column).display(self.locale))
    }

    /// What the cells under a header show, row by row; empty if there is no such tab or header.
    pub(crate) fn under(&self, tab: &str, header: &str) -> Vec<String> {
        let column = self.column(tab, header).ok();
        let column = column.and_then(|letters| column_index(&letters));
        let (Some(column), Ok(tab)) = (column, self.tab_with_title(tab)) else {
            return Vec::new();
        };
        let rows = 1..tab.grid.used_rows();
        rows.map(|row| tab.grid.cell(row, column).display(self.locale))
            .collect()
    }
}

impl Tab {
    fn bounds(&self, range: &GridRange) -> Option<[usize; 4]> {
        let area = range.clipped(self.grid.row_count(), self.grid.column_count());
        area.map(Area::bounds)
    }

    fn formulas(&self) -> Map<String, Value> {
        let columns = 0..self.grid.column_count();
        let all = (0..self.grid.used_rows())
            .flat_map(|row| columns.clone().map(move |column| (row, column)));
        all.filter_map(|(row, column)| match self.grid.cell(row, column) {
            Cell::Formula(source, _) => {
                let address = format!("{}{}", column_name(column), row + 1);
                Some((address, json!(source)))
            }
            Cell::Empty | Cell::Text(_) | Cell::Rich(..) | Cell::Number(..) | Cell::Bool(_) => None,
        })
        .collect()
    }

    /// Drop-downs where they are in force: no two of these ranges meet.
    fn lists(&self) -> Vec<Value> {
        let (rows, columns) = (self.grid.row_count(), self.grid.column_count());
        let areas = self.validations.iter();
        let areas: Vec<Area> = areas
            .filter_map(|validation| validation.range.clipped(rows, columns))
            .collect();
        let mut ends: Vec<usize> = areas
            .iter()
            .flat_map(|area| [area.top, area.bottom])
            .collect();
        ends.sort_unstable();
        ends.dedup();
        let mut lists = Vec::new();
        for column in 0..columns {
            for pair in ends.windows(2) {
                let (top, bottom) = (pair[0], pair[1]);
                let Some((values, strict)) = self.validation(top, column).and_then(choices) else {
                    continue;
                };
                let list = json!({ "range": [top, column, bottom, column + 1], "values": values, "strict": strict });
                lists.push(list);
            }
        }
        let of_tables = self.tables.iter().flat_map(|table| {
            let area = table.range.clipped(rows, columns);
            table.dropdowns().filter_map(move |(column, rule)| {
                let (area, (values, _)) = (area?, choices(rule.as_object()?)?);
                let left = area.left + column;
                // A table takes nothing that is not in its list.
                Some(json!({ "range": [area.top + 1, left, area.bottom, left + 1], "values": values, "strict": true }))
            })
        });
        lists.extend(of_tables);
        lists
    }

    /// Ranges before whose change Google warns.
    fn warnings(&self) -> Vec<Value> {
        let protections = self.protections.iter();
        let warnings = protections.filter(|p| p.rest.get("warningOnly") == Some(&json!(true)));
        warnings
            .map(|p| json!({ "range": self.bounds(&p.range), "words": p.rest.get("description") }))
            .collect()
    }

    /// Ranges that callers of the API may not change.
    fn locked(&self) -> Vec<Option<[usize; 4]>> {
        let locks = self.protections.iter().filter(|p| p.locks);
        locks.map(|p| self.bounds(&p.range)).collect()
    }
}

impl Area {
    /// As the page is told of it.
    pub(super) fn bounds(self) -> [usize; 4] {
        [self.top, self.left, self.bottom, self.right]
    }
}

fn bounds(areas: Vec<Area>) -> Vec<[usize; 4]> {
    areas.into_iter().map(Area::bounds).collect()
}

/// The words of a drop-down, and whether nothing else is taken.
fn choices(rule: &Map<String, Value>) -> Option<(Vec<String>, bool)> {
    let condition = rule.get("condition")?;
    let values = condition["values"]
        .as_array()
        .filter(|_| condition["type"] == "ONE_OF_LIST")?;
    let words = values
        .iter()
        .filter_map(|value| value["userEnteredValue"].as_str());
    let is_strict = rule.get("strict") == Some(&json!(true));
    Some((words.map(str::to_owned).collect(), is_strict))
}

/// Row and column of the upper left corner of a range.
pub(crate) fn corner(range: &str) -> Option<(usize, usize)> {
    let range = parse_cells(range)?;
    Some((
        range.start_row_index.unwrap_or(0),
        range.start_column_index.unwrap_or(0),
    ))
}
