//! How tabs look, out of Google's answer.
//!
//! Invariant: a cell counts as chosen as soon as anything is chosen for it, even what Google would do anyway.

use google_sheets4::api;

use super::{index, sheet_id};
use crate::sheets::wire::{
    SheetId,
    look::{ChosenFormat, ColumnLook, TabLook, USUAL_WIDTH},
};

/// How the tabs look that were asked about, each from its first row on.
pub(in crate::sheets) fn looks(answer: api::Spreadsheet) -> Option<Vec<(SheetId, TabLook)>> {
    answer.sheets?.into_iter().map(tab).collect()
}

fn tab(sheet: api::Sheet) -> Option<(SheetId, TabLook)> {
    let properties = sheet.properties?;
    let frozen = properties
        .grid_properties
        .as_ref()
        .and_then(|grid| grid.frozen_row_count);
    let views = sheet.filter_views.unwrap_or_default().into_iter();
    let mut look = TabLook {
        frozen: index(frozen),
        columns: Vec::new(),
        views: views.filter_map(|view| view.title).collect(),
    };
    for data in sheet.data.unwrap_or_default() {
        let first = index(data.start_column) as usize;
        for (at, column) in (first..).zip(data.column_metadata.unwrap_or_default()) {
            let width = column.pixel_size.map(|width| index(Some(width)));
            column_of(&mut look, at).width = width.unwrap_or(USUAL_WIDTH);
        }
        let first_row = index(data.start_row);
        for (row, cells) in (first_row..).zip(data.row_data.unwrap_or_default()) {
            for (at, cell) in (first..).zip(cells.values.unwrap_or_default()) {
                let Some(format) = cell.user_entered_format else {
                    continue;
                };
                let column = column_of(&mut look, at);
                let seen = if row == 0 {
                    &mut column.header
                } else {
                    &mut column.body
                };
                *seen = seen.or(chosen(&format));
            }
        }
    }
    Some((sheet_id(&properties), look))
}

fn column_of(look: &mut TabLook, at: usize) -> &mut ColumnLook {
    if look.columns.len() <= at {
        look.columns.resize_with(at + 1, ColumnLook::default);
    }
    &mut look.columns[at]
}

fn chosen(format: &api::CellFormat) -> ChosenFormat {
    let bold = format.text_format.as_ref().and_then(|text| text.bold);
    ChosenFormat {
        bold: bold == Some(true),
        background: format.background_color.is_some(),
        wrap: format.wrap_strategy.is_some(),
        vertical: format.vertical_alignment.is_some(),
        number: format.number_format.is_some(),
    }
}
