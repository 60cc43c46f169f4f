//! `appendCells` and `updateCells`: cells written as they are, never parsed.
//!
//! Invariant: a `stringValue` becomes text, whatever it looks like.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::{Area, GridRange, SheetId};
use super::batch::parse;
use super::cell::{Cell, NumberFormat};
use super::tab::Tab;
use super::typing::formula;
use crate::sheets::error::ApiError;

/// The other members of `CellData`, which the stand-in keeps no account of.
const OTHER_CELL_FIELDS: [&str; 13] = [
    "effectiveValue",
    "formattedValue",
    "userEnteredFormat",
    "effectiveFormat",
    "hyperlink",
    "note",
    "textFormatRuns",
    "dataValidation",
    "pivotTable",
    "dataSourceTable",
    "dataSourceFormula",
    "chipRuns",
    "comments",
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AppendCells {
    #[serde(default)]
    sheet_id: SheetId,
    #[serde(default)]
    rows: Vec<RowData>,
    #[serde(default)]
    fields: String,
    table_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UpdateCells {
    start: Option<GridCoordinate>,
    range: Option<GridRange>,
    #[serde(default)]
    rows: Vec<RowData>,
    #[serde(default)]
    fields: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GridCoordinate {
    #[serde(default)]
    sheet_id: SheetId,
    #[serde(default)]
    row_index: usize,
    #[serde(default)]
    column_index: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowData {
    #[serde(default)]
    values: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExtendedValue {
    string_value: Option<String>,
    number_value: Option<f64>,
    bool_value: Option<bool>,
    formula_value: Option<String>,
}

impl Workbook {
    /// Appends below the last row of the tab, or of the body of a table, that
    /// holds anything, and extends what ends there.
    pub(super) fn append_cells(&mut self, request: AppendCells) -> Result<Value, ApiError> {
        check_fields(&request.fields)?;
        let rows = cells(request.rows)?;
        let (tab, top, left) = match &request.table_id {
            Some(table) => self.room_in_table(table, rows.len())?,
            None => self.room_below(request.sheet_id, rows.len())?,
        };
        let right = left + rows.iter().map(Vec::len).max().unwrap_or(0);
        tab.check_unlocked(Area {
            top,
            bottom: top + rows.len(),
            left,
            right,
        })?;
        if right > tab.grid.column_count() {
            return Err(beyond("column", right - 1, tab.grid.column_count()));
        }
        write_rows(tab, top, left, rows)?;
        Ok(json!({}))
    }

    /// Makes room for rows below all others; the tab, and where they begin.
    fn room_below(
        &mut self,
        sheet: SheetId,
        count: usize,
    ) -> Result<(&mut Tab, usize, usize), ApiError> {
        let tab = self.tab_with_id(sheet)?;
        let top = tab.grid.used_rows();
        let growth = (top + count).saturating_sub(tab.grid.row_count()) * tab.grid.column_count();
        self.check_growth(growth)?;
        let tab = self.tab_with_id(sheet)?;
        tab.grid.extend_to(top + count, 0);
        Ok((tab, top, 0))
    }

    /// Writes from `start` on, or exactly over `range`, clearing what the rows
    /// do not cover.
    pub(super) fn update_cells(&mut self, request: UpdateCells) -> Result<Value, ApiError> {
        check_fields(&request.fields)?;
        let rows = cells(request.rows)?;
        match (request.start, request.range) {
            (Some(start), None) => {
                let tab = self.tab_with_id(start.sheet_id)?;
                let area = Area {
                    top: start.row_index,
                    left: start.column_index,
                    ..tab.grid.area()
                };
                check_fit(&rows, area)?;
                tab.check_unlocked(Area {
                    bottom: area.top + rows.len(),
                    right: area.left + rows.iter().map(Vec::len).max().unwrap_or(0),
                    ..area
                })?;
                write_rows(tab, area.top, area.left, rows)?;
            }
            (None, Some(range)) => {
                let tab = self.tab_with_id(range.sheet_id)?;
                let area = tab.area_within(&range)?;
                check_fit(&rows, area)?;
                tab.check_unlocked(area)?;
                clear_uncovered(tab, area, &rows);
                write_rows(tab, area.top, area.left, rows)?;
            }
            (Some(_), Some(_)) | (None, None) => {
                return Err(ApiError::invalid(
                    "Exactly one of 'start' and 'range' must be set.",
                ));
            }
        }
        Ok(json!({}))
    }
}

/// The mask must name the value, and nothing that the stand-in does not keep.
fn check_fields(fields: &str) -> Result<(), ApiError> {
    if fields.trim().is_empty() {
        return Err(ApiError::invalid(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ));
    }
    for field in fields.split(',').map(str::trim) {
        let root = field.split(['.', '(', '/']).next().unwrap_or(field);
        if OTHER_CELL_FIELDS.contains(&root) {
            return Err(ApiError::not_simulated(root));
        }
        if root != "*" && root != "userEnteredValue" {
            return Err(ApiError::invalid(format!("Invalid field: {field}")));
        }
    }
    Ok(())
}

fn cells(rows: Vec<RowData>) -> Result<Vec<Vec<Cell>>, ApiError> {
    let line = |row: RowData| row.values.iter().map(cell).collect();
    rows.into_iter().map(line).collect()
}

fn cell(data: &Map<String, Value>) -> Result<Cell, ApiError> {
    let is_known = |name: &str| name == "userEnteredValue" || OTHER_CELL_FIELDS.contains(&name);
    if let Some(unknown) = data.keys().find(|name| !is_known(name)) {
        return Err(ApiError::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{unknown}\"."
        )));
    }
    let Some(value) = data.get("userEnteredValue") else {
        return Ok(Cell::Empty);
    };
    let value: ExtendedValue = parse(value)?;
    let is_formula = |source: &String| source.starts_with('=');
    if !value.formula_value.as_ref().is_none_or(is_formula) {
        return Err(ApiError::invalid("A formulaValue must begin with '='."));
    }
    let mut stated = [
        value.string_value.map(Cell::text),
        value.number_value.map(Cell::number),
        value.bool_value.map(Cell::Bool),
        value.formula_value.map(formula),
    ]
    .into_iter()
    .flatten();
    match (stated.next(), stated.next()) {
        (None, _) => Ok(Cell::Empty),
        (Some(cell), None) => Ok(cell),
        (Some(_), Some(_)) => Err(ApiError::invalid("userEnteredValue must hold one value.")),
    }
}

fn check_fit(rows: &[Vec<Cell>], area: Area) -> Result<(), ApiError> {
    let bottom = area.top + rows.len();
    let right = area.left + rows.iter().map(Vec::len).max().unwrap_or(0);
    if bottom > area.bottom || area.top >= area.bottom {
        return Err(beyond("row", bottom.max(area.top + 1) - 1, area.bottom));
    }
    if right > area.right || area.left >= area.right {
        return Err(beyond("column", right.max(area.left + 1) - 1, area.right));
    }
    Ok(())
}

fn beyond(what: &str, index: usize, count: usize) -> ApiError {
    ApiError::invalid(format!(
        "Attempting to write {what}: {index}, beyond the last requested {what} of: {}",
        count.saturating_sub(1)
    ))
}

fn clear_uncovered(tab: &mut Tab, area: Area, rows: &[Vec<Cell>]) {
    for row in area.top..area.bottom {
        let covered = rows.get(row - area.top).map_or(0, Vec::len);
        tab.grid.clear(Area {
            top: row,
            bottom: row + 1,
            left: area.left + covered,
            right: area.right,
        });
    }
}

fn write_rows(
    tab: &mut Tab,
    top: usize,
    left: usize,
    rows: Vec<Vec<Cell>>,
) -> Result<(), ApiError> {
    for (row, line) in (top..).zip(rows) {
        for (column, cell) in (left..).zip(line) {
            let cell = keep_format(cell, tab.grid.cell(row, column));
            tab.put(row, column, cell)?;
        }
    }
    Ok(())
}

/// A value written alone leaves the number format of the cell as it was.
fn keep_format(cell: Cell, before: &Cell) -> Cell {
    match (&cell, before) {
        (Cell::Number(value, NumberFormat::General), Cell::Number(_, format)) => {
            Cell::Number(*value, *format)
        }
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::super::DEFAULT_ROWS;
    use super::*;

    fn workbook(rows: usize) -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", rows, 3).unwrap();
        workbook
    }

    fn row(texts: &[&str]) -> Value {
        let cell = |text: &&str| json!({"userEnteredValue": {"stringValue": text}});
        json!({"values": texts.iter().map(cell).collect::<Vec<_>>()})
    }

    fn apply(workbook: &mut Workbook, request: &Value) -> Result<Value, ApiError> {
        workbook.apply(&json!({"requests": [request]}))
    }

    #[test]
    fn appending_goes_below_the_last_used_row_and_extends_the_grid() {
        let mut workbook = workbook(2);
        workbook.type_in("Лист", "C1", "хвост").unwrap();
        for text in ["первая", "вторая"] {
            let request = json!({"appendCells": {
                "sheetId": 0, "rows": [row(&[text])], "fields": "userEnteredValue"
            }});
            apply(&mut workbook, &request).unwrap();
        }
        assert_eq!(
            workbook.table("Лист").unwrap(),
            [vec!["", "", "хвост"], vec!["первая"], vec!["вторая"]]
        );
        let sheets = workbook.get(&super::super::GetQuery::default()).unwrap();
        let grid = &sheets["sheets"][0]["properties"]["gridProperties"];
        assert_eq!(grid["rowCount"], 3);
    }

    #[test]
    fn text_is_never_evaluated_and_a_format_stays() {
        let mut workbook = workbook(DEFAULT_ROWS);
        workbook.type_in("Лист", "C1", "09.03.2025").unwrap();
        let request = json!({"updateCells": {
            "start": {"sheetId": 0},
            "rows": [{"values": [
                {"userEnteredValue": {"stringValue": "=1+1"}},
                {"userEnteredValue": {"stringValue": "+79123456789"}},
                {"userEnteredValue": {"numberValue": 45726.0}},
            ]}],
            "fields": "userEnteredValue",
        }});
        apply(&mut workbook, &request).unwrap();
        assert_eq!(workbook.cell("Лист", "A1").unwrap(), Cell::text("=1+1"));
        assert_eq!(
            workbook.table("Лист").unwrap(),
            [["=1+1", "+79123456789", "10.03.2025"]]
        );
    }

    #[test]
    fn a_range_is_cleared_where_the_rows_do_not_cover_it() {
        let mut workbook = workbook(3);
        let full: Vec<&[&str]> = vec![&["1", "2", "3"], &["4", "5", "6"], &["7", "8", "9"]];
        workbook.paste("Лист", "A1", &full).unwrap();
        let request = json!({"updateCells": {
            "range": {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 1},
            "rows": [row(&["b"])],
            "fields": "*",
        }});
        apply(&mut workbook, &request).unwrap();
        assert_eq!(
            workbook.table("Лист").unwrap(),
            [vec!["1", "b"], vec!["4"], vec!["7", "8", "9"]]
        );
    }

    fn update(row: usize, column: usize, rows: &Value, fields: &str) -> Value {
        let start = json!({"sheetId": 0, "rowIndex": row, "columnIndex": column});
        json!({"updateCells": {"start": start, "rows": rows, "fields": fields}})
    }

    fn assert_refused(request: &Value, code: u16, words: &str) {
        let error = apply(&mut workbook(2), request).unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains(words), "{error}");
    }

    #[test]
    fn a_mask_must_name_the_value_and_nothing_else() {
        for (fields, code, words) in [
            ("", 400, "At least one field"),
            ("title", 400, "Invalid field"),
            ("userEnteredValue,note", 501, "note"),
        ] {
            assert_refused(&update(0, 0, &json!([]), fields), code, words);
        }
        let unplaced = json!({"updateCells": {"rows": [], "fields": "*"}});
        assert_refused(&unplaced, 400, "Exactly one of");
    }

    #[test]
    fn nothing_is_written_beyond_the_grid() {
        let wide = json!([row(&["a", "b", "c", "d"])]);
        for (at, rows, words) in [
            ((2, 0), json!([row(&["x"])]), "write row: 2"),
            ((0, 2), json!([row(&["x", "y"])]), "write column: 3"),
            ((0, 0), wide.clone(), "write column: 3"),
        ] {
            assert_refused(&update(at.0, at.1, &rows, "*"), 400, words);
        }
        let append = json!({"appendCells": {"sheetId": 0, "fields": "*", "rows": wide}});
        assert_refused(&append, 400, "write column: 3");
    }

    #[test]
    fn a_cell_holds_one_value_of_limited_length() {
        let long = |length| json!([row(&[&"ж".repeat(length)])]);
        assert_refused(&update(0, 0, &long(50_001), "*"), 400, "50000 characters");
        apply(&mut workbook(2), &update(1, 2, &long(50_000), "*")).unwrap();
        for (value, words) in [
            (json!({"stringValue": "a", "boolValue": true}), "one value"),
            (json!({"formulaValue": "SUM(A1)"}), "begin with '='"),
            (json!({"errorValue": {"type": "REF"}}), "errorValue"),
        ] {
            let rows = json!([{"values": [{"userEnteredValue": value}]}]);
            assert_refused(&update(0, 0, &rows, "*"), 400, words);
        }
    }
}
