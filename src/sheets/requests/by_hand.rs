//! What people do to a sheet, for the trials of `live_check`.
//!
//! Invariant: the service itself asks for none of it.

use google_sheets4::api;

use super::{InvalidChange, grid_range, index, only_values};
use crate::sheets::wire::{SheetId, Span};

/// A cell that holds a formula.
pub(in crate::sheets) fn formula(
    sheet: SheetId,
    row: u32,
    column: u32,
    source: &str,
) -> api::Request {
    let value = api::ExtendedValue {
        formula_value: Some(source.to_owned()),
        ..Default::default()
    };
    let cell = api::CellData {
        user_entered_value: Some(value),
        ..Default::default()
    };
    let start = api::GridCoordinate {
        sheet_id: Some(sheet.0),
        row_index: index(row).ok(),
        column_index: index(column).ok(),
    };
    api::Request {
        update_cells: Some(api::UpdateCellsRequest {
            start: Some(start),
            rows: Some(vec![api::RowData {
                values: Some(vec![cell]),
            }]),
            fields: Some(only_values()),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Sorts a range by its first column, the last first, as a person does.
pub(in crate::sheets) fn sort_down(span: Span) -> Result<api::Request, InvalidChange> {
    let by = api::SortSpec {
        dimension_index: Some(0),
        sort_order: Some("DESCENDING".to_owned()),
        ..Default::default()
    };
    Ok(api::Request {
        sort_range: Some(api::SortRangeRequest {
            range: Some(grid_range(span).map_err(|words| InvalidChange { change: 0, words })?),
            sort_specs: Some(vec![by]),
        }),
        ..Default::default()
    })
}

/// Deletes a tab.
pub(in crate::sheets) fn delete_tab(sheet: SheetId) -> api::Request {
    api::Request {
        delete_sheet: Some(api::DeleteSheetRequest {
            sheet_id: Some(sheet.0),
        }),
        ..Default::default()
    }
}
