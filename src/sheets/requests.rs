//! Our changes in Google's requests.
//!
//! Invariant: one change is one request in the same place, so that `requests[i]` names it; no null is ever written, for the library drops nulls
//! and neighbours would move.

pub(super) mod by_hand;
pub(super) mod look;

use google_sheets4::{api, common::FieldMask};

use crate::domain::{ids::BatchToken, row::CellValue};

use super::{
    a1::a1,
    wire::{Batch, Change, Filter, SheetId, Span},
};

/// The mask of what a read of the structure needs.
pub(super) const STRUCTURE_FIELDS: &str = "developerMetadata(metadataId,metadataKey),\
                                           sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),basicFilter,\
                                           tables(tableId,name,range,columnProperties(columnIndex,columnType),rowsProperties(footerColorStyle)),\
                                           conditionalFormats(booleanRule(condition(type,values))))";

/// The mask of what a tab says to those who type in it.
pub(super) const VALIDATION_FIELDS: &str = "sheets(properties(sheetId),protectedRanges(description,range),\
                                         data(startRow,startColumn,rowData(values(dataValidation(condition(type,values))))))";

/// The mask of what cells look like.
pub(super) const STYLE_FIELDS: &str = "sheets(properties(sheetId),data(startRow,startColumn,rowData(values(formattedValue,hyperlink,\
                                       userEnteredFormat(textFormat(bold,italic,link)),textFormatRuns(startIndex,format(bold,italic,link)),chipRuns))))";

/// A protected range is known for ours by what its description begins with, whatever language the rest is in.
pub(super) const PROTECTION: &str = "Sheetdesk:";

/// The mask of a batch token's answer.
pub(super) const FENCE_FIELDS: &str =
    "replies(createDeveloperMetadata(developerMetadata(metadataId)))";

/// The mask of a batch's answer with cells. Beside a mask Google ignores `responseIncludeGridData`, so only the mask keeps whole grids out.
const CELLS_FIELDS: &str = "replies(findReplace(occurrencesChanged)),\
                            updatedSpreadsheet(sheets(properties(sheetId,title),\
                            data(startRow,startColumn,rowData(values(formattedValue,effectiveValue(numberValue),userEnteredValue(formulaValue))))))";

/// The mask of a batch's answer where no cells are wanted: the tabs' names show that it is an answer.
const NAMES_FIELDS: &str = "replies(findReplace(occurrencesChanged)),\
                            updatedSpreadsheet(sheets(properties(sheetId,title)))";

/// The key of our batch tokens among a spreadsheet's developer metadata.
pub(super) const FENCE_KEY: &str = "sheetdesk.fence";

/// The largest whole number that a cell, a 64-bit float, holds exactly.
const LARGEST_NUMBER: u64 = 1 << 53;

/// A change that cannot be said to Google.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InvalidChange {
    /// Which change of the batch.
    pub(super) change: usize,
    /// Why.
    pub(super) words: &'static str,
}

/// The request of a batch.
pub(super) fn batch(batch: &Batch) -> Result<api::BatchUpdateSpreadsheetRequest, InvalidChange> {
    let wanted = !batch.read_back.is_empty();
    let ranges = || {
        batch
            .read_back
            .iter()
            .map(|(title, span)| a1(title, *span))
            .collect()
    };
    Ok(api::BatchUpdateSpreadsheetRequest {
        requests: Some(requests(&batch.changes)?),
        include_spreadsheet_in_response: Some(true),
        response_include_grid_data: Some(wanted),
        response_ranges: wanted.then(ranges),
    })
}

/// The request of a batch token alone.
pub(super) fn token_alone(
    id: BatchToken,
) -> Result<api::BatchUpdateSpreadsheetRequest, InvalidChange> {
    Ok(api::BatchUpdateSpreadsheetRequest {
        requests: Some(requests(&[Change::Token(id)])?),
        ..Default::default()
    })
}

/// The mask of a batch's answer.
pub(super) fn fields(batch: &Batch) -> &'static str {
    if batch.read_back.is_empty() {
        NAMES_FIELDS
    } else {
        CELLS_FIELDS
    }
}

/// One request for each change. They are filled in place: a request is 30 KB, too much to move on the stack.
fn requests(changes: &[Change]) -> Result<Vec<api::Request>, InvalidChange> {
    let mut requests = Vec::new();
    requests.resize_with(changes.len(), api::Request::default);
    for (at, (request, change)) in requests.iter_mut().zip(changes).enumerate() {
        fill(request, change).map_err(|words| InvalidChange { change: at, words })?;
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
        Change::InsertRows { sheet, row, count } => {
            request.insert_dimension = Some(insert_rows(*sheet, *row, *count)?)
        }
        Change::Append { sheet, values } => request.append_cells = Some(append(*sheet, values)?),
        Change::AddTab { sheet, title } => request.add_sheet = Some(add_tab(*sheet, title)),
        Change::AddColumns { sheet, count } => {
            request.append_dimension = Some(add_columns(*sheet, *count)?)
        }
        Change::SetFilter { sheet, filter } => {
            request.set_basic_filter = Some(set_filter(*sheet, filter)?)
        }
        Change::SetTable { id, span } => request.update_table = Some(set_table(id, *span)?),
        Change::AddFill {
            span,
            formula,
            color,
        } => request.add_conditional_format_rule = Some(add_fill(*span, formula, *color)?),
        Change::Offer { span, words } => request.set_data_validation = Some(offer(*span, words)?),
        Change::Protect {
            sheet,
            columns,
            words,
        } => request.add_protected_range = Some(protect(*sheet, *columns, words)?),
        Change::Look(change) => look::fill(request, change)?,
        Change::Token(id) => request.create_developer_metadata = Some(token(*id)?),
        Change::DropToken(id) => request.delete_developer_metadata = Some(drop_token(*id)),
    }
    Ok(())
}

fn set(
    sheet: SheetId,
    row: u32,
    column: u32,
    values: &[CellValue],
) -> Result<api::UpdateCellsRequest, &'static str> {
    let cells = values.iter().map(cell).collect::<Result<_, _>>()?;
    Ok(api::UpdateCellsRequest {
        start: Some(api::GridCoordinate {
            sheet_id: Some(sheet.0),
            row_index: Some(index(row)?),
            column_index: Some(index(column)?),
        }),
        rows: Some(vec![api::RowData {
            values: Some(cells),
        }]),
        fields: Some(only_values()),
        ..Default::default()
    })
}

fn compare_and_set(
    sheet: SheetId,
    row: u32,
    column: u32,
    expect: &str,
    set: &str,
) -> Result<api::FindReplaceRequest, &'static str> {
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

/// They take after the row that stands there now, which is an empty one: not after the header row, or one that people have painted.
fn insert_rows(
    sheet: SheetId,
    row: u32,
    count: u32,
) -> Result<api::InsertDimensionRequest, &'static str> {
    let end = row.checked_add(count).ok_or("rows beyond any grid")?;
    Ok(api::InsertDimensionRequest {
        range: Some(api::DimensionRange {
            sheet_id: Some(sheet.0),
            dimension: Some("ROWS".to_owned()),
            start_index: Some(index(row)?),
            end_index: Some(index(end)?),
        }),
        inherit_from_before: Some(false),
    })
}

fn append(
    sheet: SheetId,
    values: &[Option<CellValue>],
) -> Result<api::AppendCellsRequest, &'static str> {
    // An empty cell is an object without fields, which keeps its place.
    let placed = |value: &Option<CellValue>| {
        value
            .as_ref()
            .map_or_else(|| Ok(api::CellData::default()), cell)
    };
    let cells = values.iter().map(placed).collect::<Result<_, _>>()?;
    Ok(api::AppendCellsRequest {
        sheet_id: Some(sheet.0),
        rows: Some(vec![api::RowData {
            values: Some(cells),
        }]),
        fields: Some(only_values()),
        ..Default::default()
    })
}

fn add_tab(sheet: SheetId, title: &str) -> api::AddSheetRequest {
    api::AddSheetRequest {
        properties: Some(api::SheetProperties {
            sheet_id: Some(sheet.0),
            title: Some(title.to_owned()),
            grid_properties: Some(api::GridProperties {
                frozen_row_count: Some(1),
                ..Default::default()
            }),
            ..Default::default()
        }),
    }
}

fn add_columns(sheet: SheetId, count: u32) -> Result<api::AppendDimensionRequest, &'static str> {
    Ok(api::AppendDimensionRequest {
        sheet_id: Some(sheet.0),
        dimension: Some("COLUMNS".to_owned()),
        length: Some(index(count)?),
    })
}

fn set_filter(sheet: SheetId, filter: &Filter) -> Result<api::SetBasicFilterRequest, &'static str> {
    let mut whole: api::BasicFilter = serde_json::from_value(filter.raw.clone())
        .map_err(|_| "this filter is not Google's own")?;
    whole.range = Some(api::GridRange {
        sheet_id: Some(sheet.0),
        start_row_index: Some(index(filter.start_row)?),
        end_row_index: filter.end_row.map(index).transpose()?,
        start_column_index: Some(index(filter.start_column)?),
        end_column_index: filter.end_column.map(index).transpose()?,
    });
    Ok(api::SetBasicFilterRequest {
        filter: Some(whole),
    })
}

/// Its name, its types and its colours stay as they are.
fn set_table(id: &str, span: Span) -> Result<api::UpdateTableRequest, &'static str> {
    Ok(api::UpdateTableRequest {
        table: Some(api::Table {
            table_id: Some(id.to_owned()),
            range: Some(grid_range(span)?),
            ..Default::default()
        }),
        fields: Some(FieldMask::new(&["range"])),
    })
}

fn offer(span: Span, words: &[String]) -> Result<api::SetDataValidationRequest, &'static str> {
    let value = |word: &String| api::ConditionValue {
        user_entered_value: Some(word.clone()),
        ..Default::default()
    };
    Ok(api::SetDataValidationRequest {
        range: Some(open_downwards(span)?),
        rule: Some(api::DataValidationRule {
            condition: Some(api::BooleanCondition {
                type_: Some("ONE_OF_LIST".to_owned()),
                values: Some(words.iter().map(value).collect()),
            }),
            strict: Some(false),
            show_custom_ui: Some(true),
            ..Default::default()
        }),
        // Rows that somebody's filter hides at this moment are to have it too.
        filtered_rows_included: Some(true),
    })
}

fn protect(
    sheet: SheetId,
    columns: Option<(u32, u32)>,
    words: &str,
) -> Result<api::AddProtectedRangeRequest, &'static str> {
    Ok(api::AddProtectedRangeRequest {
        protected_range: Some(api::ProtectedRange {
            range: Some(api::GridRange {
                sheet_id: Some(sheet.0),
                start_column_index: columns.map(|(first, _)| index(first)).transpose()?,
                end_column_index: columns.map(|(_, end)| index(end)).transpose()?,
                ..Default::default()
            }),
            description: Some(words.to_owned()),
            warning_only: Some(true),
            ..Default::default()
        }),
    })
}

/// A colour of three bytes.
fn color(parts: [u8; 3]) -> api::Color {
    let [red, green, blue] = parts.map(|part| Some(f32::from(part) / 255.0));
    api::Color {
        red,
        green,
        blue,
        alpha: None,
    }
}

fn add_fill(
    span: Span,
    formula: &str,
    fill: [u8; 3],
) -> Result<api::AddConditionalFormatRuleRequest, &'static str> {
    let condition = api::BooleanCondition {
        type_: Some("CUSTOM_FORMULA".to_owned()),
        values: Some(vec![api::ConditionValue {
            user_entered_value: Some(formula.to_owned()),
            ..Default::default()
        }]),
    };
    let format = api::CellFormat {
        background_color: Some(color(fill)),
        ..Default::default()
    };
    Ok(api::AddConditionalFormatRuleRequest {
        index: Some(0),
        rule: Some(api::ConditionalFormatRule {
            ranges: Some(vec![open_downwards(span)?]),
            boolean_rule: Some(api::BooleanRule {
                condition: Some(condition),
                format: Some(format),
            }),
            ..Default::default()
        }),
    })
}

fn token(id: BatchToken) -> Result<api::CreateDeveloperMetadataRequest, &'static str> {
    if id.0 <= 0 {
        return Err("a token's id must be positive");
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

fn drop_token(id: BatchToken) -> api::DeleteDeveloperMetadataRequest {
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

/// Without an end, a rule follows the tab as it grows.
fn open_downwards(span: Span) -> Result<api::GridRange, &'static str> {
    Ok(api::GridRange {
        end_row_index: None,
        ..grid_range(span)?
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
mod tests;
