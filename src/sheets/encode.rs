//! Our changes in Google's requests.
//!
//! Invariant: one change is one request in the same place, so that `requests[i]` names it; no null is ever written, for the library drops nulls
//! and neighbours would move.

use google_sheets4::{api, common::FieldMask};

use crate::domain::{ids::FenceId, row::CellValue};

use super::{
    a1::a1,
    wire::{Batch, Change, Filter, SheetId, Span},
};

/// The mask of what a look at the structure needs.
pub(super) const STRUCTURE_FIELDS: &str = "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),basicFilter,\
                                           conditionalFormats(booleanRule(condition(type,values))))";

/// The mask of a fence's answer.
pub(super) const FENCE_FIELDS: &str = "replies(createDeveloperMetadata(developerMetadata(metadataId)))";

/// The mask of a batch's answer with cells. Beside a mask Google ignores `responseIncludeGridData`, so only the mask keeps whole grids out.
const CELLS_FIELDS: &str = "replies(findReplace(occurrencesChanged)),\
                            updatedSpreadsheet(sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),\
                            data(startRow,startColumn,rowData(values(formattedValue)))))";

/// The mask of a batch's answer where no cells are wanted.
const SIZES_FIELDS: &str = "replies(findReplace(occurrencesChanged)),\
                            updatedSpreadsheet(sheets(properties(sheetId,title,gridProperties(rowCount,columnCount))))";

/// The key of our fences among a spreadsheet's developer metadata.
const FENCE_KEY: &str = "sheetdesk.fence";

/// The largest whole number that a cell, a 64-bit float, holds exactly.
const LARGEST_NUMBER: u64 = 1 << 53;

/// A change that cannot be said to Google.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsayable {
    /// Which change of the batch.
    pub(super) change: usize,
    /// Why.
    pub(super) words: &'static str,
}

/// The request of a batch.
pub(super) fn batch(batch: &Batch) -> Result<api::BatchUpdateSpreadsheetRequest, Unsayable> {
    let wanted = !batch.read_back.is_empty();
    let ranges = || batch.read_back.iter().map(|(title, span)| a1(title, *span)).collect();
    Ok(api::BatchUpdateSpreadsheetRequest {
        requests: Some(requests(&batch.changes)?),
        include_spreadsheet_in_response: Some(true),
        response_include_grid_data: Some(wanted),
        response_ranges: wanted.then(ranges),
    })
}

/// The request of a fence alone.
pub(super) fn fence_alone(id: FenceId) -> Result<api::BatchUpdateSpreadsheetRequest, Unsayable> {
    Ok(api::BatchUpdateSpreadsheetRequest {
        requests: Some(requests(&[Change::Fence(id)])?),
        ..Default::default()
    })
}

/// The mask of a batch's answer.
pub(super) fn fields(batch: &Batch) -> &'static str {
    if batch.read_back.is_empty() { SIZES_FIELDS } else { CELLS_FIELDS }
}

/// One request for each change. They are filled where they stand: a request is 30 KB, too much to be moved about on the stack.
fn requests(changes: &[Change]) -> Result<Vec<api::Request>, Unsayable> {
    let mut requests = Vec::new();
    requests.resize_with(changes.len(), api::Request::default);
    for (at, (request, change)) in requests.iter_mut().zip(changes).enumerate() {
        fill(request, change).map_err(|words| Unsayable { change: at, words })?;
    }
    Ok(requests)
}

fn fill(request: &mut api::Request, change: &Change) -> Result<(), &'static str> {
    match change {
        Change::Set {
            sheet,
            row,
            column,
            values,
        } => request.update_cells = Some(set(*sheet, *row, *column, values)?),
        Change::CompareAndSet {
            sheet,
            row,
            column,
            expect,
            set,
        } => request.find_replace = Some(compare_and_set(*sheet, *row, *column, expect, set)?),
        Change::Append { sheet, values } => request.append_cells = Some(append(*sheet, values)?),
        Change::AddColumns { sheet, count } => request.append_dimension = Some(add_columns(*sheet, *count)?),
        Change::SetFilter { sheet, filter } => request.set_basic_filter = Some(set_filter(*sheet, filter)?),
        Change::AddFill { span, formula, color } => request.add_conditional_format_rule = Some(add_fill(*span, formula, *color)?),
        Change::Fence(id) => request.create_developer_metadata = Some(fence(*id)?),
        Change::DropFence(id) => request.delete_developer_metadata = Some(drop_fence(*id)),
    }
    Ok(())
}

fn set(sheet: SheetId, row: u32, column: u32, values: &[CellValue]) -> Result<api::UpdateCellsRequest, &'static str> {
    let cells = values.iter().map(cell).collect::<Result<_, _>>()?;
    Ok(api::UpdateCellsRequest {
        start: Some(api::GridCoordinate {
            sheet_id: Some(sheet.0),
            row_index: Some(index(row)?),
            column_index: Some(index(column)?),
        }),
        rows: Some(vec![api::RowData { values: Some(cells) }]),
        fields: Some(only_values()),
        ..Default::default()
    })
}

fn compare_and_set(sheet: SheetId, row: u32, column: u32, expect: &str, set: &str) -> Result<api::FindReplaceRequest, &'static str> {
    if expect.is_empty() {
        return Err("an empty cell cannot be found by its text");
    }
    Ok(api::FindReplaceRequest {
        find: Some(expect.to_owned()),
        replacement: Some(set.to_owned()),
        range: Some(grid_range(Span {
            sheet,
            rows: (row, row.saturating_add(1)),
            columns: (column, column.saturating_add(1)),
        })?),
        match_case: Some(true),
        match_entire_cell: Some(true),
        include_formulas: Some(false),
        ..Default::default()
    })
}

fn append(sheet: SheetId, values: &[Option<CellValue>]) -> Result<api::AppendCellsRequest, &'static str> {
    // An empty cell is an object without fields, which keeps its place.
    let placed = |value: &Option<CellValue>| value.as_ref().map_or_else(|| Ok(api::CellData::default()), cell);
    let cells = values.iter().map(placed).collect::<Result<_, _>>()?;
    Ok(api::AppendCellsRequest {
        sheet_id: Some(sheet.0),
        rows: Some(vec![api::RowData { values: Some(cells) }]),
        fields: Some(only_values()),
        ..Default::default()
    })
}

fn add_columns(sheet: SheetId, count: u32) -> Result<api::AppendDimensionRequest, &'static str> {
    Ok(api::AppendDimensionRequest {
        sheet_id: Some(sheet.0),
        dimension: Some("COLUMNS".to_owned()),
        length: Some(index(count)?),
    })
}

fn set_filter(sheet: SheetId, filter: &Filter) -> Result<api::SetBasicFilterRequest, &'static str> {
    let mut whole: api::BasicFilter = serde_json::from_value(filter.raw.clone()).map_err(|_| "this filter is not Google's own")?;
    whole.range = Some(api::GridRange {
        sheet_id: Some(sheet.0),
        start_row_index: Some(index(filter.start_row)?),
        end_row_index: filter.end_row.map(index).transpose()?,
        start_column_index: Some(index(filter.start_column)?),
        end_column_index: filter.end_column.map(index).transpose()?,
    });
    Ok(api::SetBasicFilterRequest { filter: Some(whole) })
}

fn add_fill(span: Span, formula: &str, color: [u8; 3]) -> Result<api::AddConditionalFormatRuleRequest, &'static str> {
    let [red, green, blue] = color.map(|part| Some(f32::from(part) / 255.0));
    let condition = api::BooleanCondition {
        type_: Some("CUSTOM_FORMULA".to_owned()),
        values: Some(vec![api::ConditionValue {
            user_entered_value: Some(formula.to_owned()),
            ..Default::default()
        }]),
    };
    let format = api::CellFormat {
        background_color: Some(api::Color {
            red,
            green,
            blue,
            alpha: None,
        }),
        ..Default::default()
    };
    Ok(api::AddConditionalFormatRuleRequest {
        index: Some(0),
        rule: Some(api::ConditionalFormatRule {
            // Without an end, the rule follows the tab as it grows.
            ranges: Some(vec![api::GridRange {
                end_row_index: None,
                ..grid_range(span)?
            }]),
            boolean_rule: Some(api::BooleanRule {
                condition: Some(condition),
                format: Some(format),
            }),
            ..Default::default()
        }),
    })
}

fn fence(id: FenceId) -> Result<api::CreateDeveloperMetadataRequest, &'static str> {
    if id.0 <= 0 {
        return Err("a fence's id must be positive");
    }
    Ok(api::CreateDeveloperMetadataRequest {
        developer_metadata: Some(api::DeveloperMetadata {
            metadata_id: Some(id.0),
            metadata_key: Some(FENCE_KEY.to_owned()),
            visibility: Some("PROJECT".to_owned()),
            location: Some(api::DeveloperMetadataLocation {
                spreadsheet: Some(true),
                ..Default::default()
            }),
            ..Default::default()
        }),
    })
}

fn drop_fence(id: FenceId) -> api::DeleteDeveloperMetadataRequest {
    api::DeleteDeveloperMetadataRequest {
        data_filter: Some(api::DataFilter {
            developer_metadata_lookup: Some(api::DeveloperMetadataLookup {
                metadata_id: Some(id.0),
                ..Default::default()
            }),
            ..Default::default()
        }),
    }
}

fn cell(value: &CellValue) -> Result<api::CellData, &'static str> {
    let mut entered = api::ExtendedValue::default();
    match value {
        CellValue::Text(text) => entered.string_value = Some(text.as_str().to_owned()),
        CellValue::Number(number) => entered.number_value = Some(float(*number)?),
    }
    Ok(api::CellData {
        user_entered_value: Some(entered),
        ..Default::default()
    })
}

/// The same number as a cell holds it.
fn float(number: i64) -> Result<f64, &'static str> {
    if number.unsigned_abs() > LARGEST_NUMBER {
        return Err("a cell cannot hold this number exactly");
    }
    Ok(number as f64)
}

fn grid_range(span: Span) -> Result<api::GridRange, &'static str> {
    Ok(api::GridRange {
        sheet_id: Some(span.sheet.0),
        start_row_index: Some(index(span.rows.0)?),
        end_row_index: Some(index(span.rows.1)?),
        start_column_index: Some(index(span.columns.0)?),
        end_column_index: Some(index(span.columns.1)?),
    })
}

fn index(number: u32) -> Result<i32, &'static str> {
    i32::try_from(number).map_err(|_| "no grid is that large")
}

/// Formats, notes and validation of a cell stay as they are.
fn only_values() -> FieldMask {
    FieldMask::new(&["userEnteredValue"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Text;
    use google_sheets4::common::remove_json_null_values;
    use serde_json::{Value, json};

    const SHEET: SheetId = SheetId(7);

    fn text(text: &str) -> CellValue {
        CellValue::Text(Text::from(text))
    }

    /// The requests as the library sends them.
    fn sent(changes: Vec<Change>) -> Value {
        let batch = Batch {
            changes,
            read_back: Vec::new(),
        };
        let mut value = serde_json::to_value(super::batch(&batch).unwrap()).unwrap();
        remove_json_null_values(&mut value);
        value["requests"].take()
    }

    #[test]
    fn cells_that_only_we_write_are_set_as_text_or_number() {
        let set = Change::Set {
            sheet: SHEET,
            row: 0,
            column: 3,
            values: vec![text("=1+1"), text(""), text("две\nстроки"), CellValue::Number(0)],
        };
        let expected = json!([{"updateCells": {
            "start": {"sheetId": 7, "rowIndex": 0, "columnIndex": 3},
            "rows": [{"values": [
                {"userEnteredValue": {"stringValue": "=1+1"}},
                {"userEnteredValue": {"stringValue": ""}},
                {"userEnteredValue": {"stringValue": "две\nстроки"}},
                {"userEnteredValue": {"numberValue": 0.0}},
            ]}],
            "fields": "userEnteredValue",
        }}]);
        assert_eq!(sent(vec![set]), expected);
    }

    #[test]
    fn empty_cells_of_a_new_row_keep_their_place() {
        let append = Change::Append {
            sheet: SHEET,
            values: vec![Some(text("A-1")), None, None, Some(CellValue::Number(12)), None],
        };
        let expected = json!([{"appendCells": {
            "sheetId": 7,
            "rows": [{"values": [
                {"userEnteredValue": {"stringValue": "A-1"}}, {}, {}, {"userEnteredValue": {"numberValue": 12.0}}, {},
            ]}],
            "fields": "userEnteredValue",
        }}]);
        assert_eq!(sent(vec![append]), expected);
    }

    #[test]
    fn a_shared_cell_is_found_by_its_exact_text() {
        let compare = Change::CompareAndSet {
            sheet: SHEET,
            row: 4,
            column: 6,
            expect: "Да, .*".to_owned(),
            set: String::new(),
        };
        let expected = json!([{"findReplace": {
            "find": "Да, .*", "replacement": "", "matchCase": true, "matchEntireCell": true, "includeFormulas": false,
            "range": {"sheetId": 7, "startRowIndex": 4, "endRowIndex": 5, "startColumnIndex": 6, "endColumnIndex": 7},
        }}]);
        assert_eq!(sent(vec![compare]), expected);
    }

    #[test]
    fn fences_go_up_and_down_by_their_id() {
        let expected = json!([
            {"createDeveloperMetadata": {"developerMetadata": {
                "metadataId": 41, "metadataKey": "sheetdesk.fence", "visibility": "PROJECT", "location": {"spreadsheet": true},
            }}},
            {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": 40}}}},
        ]);
        assert_eq!(sent(vec![Change::Fence(FenceId(41)), Change::DropFence(FenceId(40))]), expected);
    }

    #[test]
    fn a_tab_is_furnished() {
        let span = Span {
            sheet: SHEET,
            rows: (1, 1000),
            columns: (5, 6),
        };
        let fill = Change::AddFill {
            span,
            formula: "=$F2=\"Новое\"".to_owned(),
            color: [255, 0, 51],
        };
        let filter = Filter {
            start_row: 0,
            end_row: None,
            start_column: 0,
            end_column: Some(10),
            raw: json!({
                "range": {"sheetId": 7, "endColumnIndex": 8, "endRowIndex": 5},
                "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "DESCENDING"}],
                "criteria": {"5": {"hiddenValues": ["Решено"]}},
            }),
        };
        let expected = json!([
            {"appendDimension": {"sheetId": 7, "dimension": "COLUMNS", "length": 2}},
            {"setBasicFilter": {"filter": {
                "range": {"sheetId": 7, "startRowIndex": 0, "startColumnIndex": 0, "endColumnIndex": 10},
                "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "DESCENDING"}],
                "criteria": {"5": {"hiddenValues": ["Решено"]}},
            }}},
            {"addConditionalFormatRule": {"index": 0, "rule": {
                "ranges": [{"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 5, "endColumnIndex": 6}],
                "booleanRule": {
                    "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$F2=\"Новое\""}]},
                    "format": {"backgroundColor": {"red": 1.0, "green": 0.0, "blue": f64::from(0.2_f32)}},
                },
            }}},
        ]);
        let changes = vec![
            Change::AddColumns { sheet: SHEET, count: 2 },
            Change::SetFilter { sheet: SHEET, filter },
            fill,
        ];
        assert_eq!(sent(changes), expected);
    }

    #[test]
    fn cells_are_read_back_only_where_asked_for() {
        let span = Span {
            sheet: SHEET,
            rows: (1, 3),
            columns: (0, 2),
        };
        let mut batch = Batch {
            changes: vec![Change::DropFence(FenceId(1))],
            read_back: vec![("it's".to_owned(), span)],
        };
        let request = super::batch(&batch).unwrap();
        assert_eq!(request.response_ranges, Some(vec!["'it''s'!A2:B3".to_owned()]));
        assert_eq!(
            (request.include_spreadsheet_in_response, request.response_include_grid_data),
            (Some(true), Some(true))
        );
        assert!(fields(&batch).contains("data("));
        batch.read_back.clear();
        let request = super::batch(&batch).unwrap();
        assert_eq!((request.response_ranges, request.response_include_grid_data), (None, Some(false)));
        assert!(!fields(&batch).contains("data("), "or whole grids would come");
    }

    #[test]
    fn what_cannot_be_said_names_its_change() {
        let number = |number| Change::Append {
            sheet: SHEET,
            values: vec![Some(CellValue::Number(number))],
        };
        let far = Change::Set {
            sheet: SHEET,
            row: u32::MAX,
            column: 0,
            values: Vec::new(),
        };
        let empty = Change::CompareAndSet {
            sheet: SHEET,
            row: 1,
            column: 1,
            expect: String::new(),
            set: "В работе".to_owned(),
        };
        let strange = Change::SetFilter {
            sheet: SHEET,
            filter: Filter {
                start_row: 0,
                end_row: None,
                start_column: 0,
                end_column: None,
                raw: json!("all"),
            },
        };
        assert!(requests(&[number(1 << 53)]).is_ok());
        for change in [
            number(i64::MIN),
            number((1 << 53) + 1),
            far,
            empty,
            strange,
            Change::Fence(FenceId(0)),
        ] {
            let refused = requests(&[Change::DropFence(FenceId(1)), change.clone()]).unwrap_err();
            assert_eq!(refused.change, 1, "{change:?}");
        }
    }
}
