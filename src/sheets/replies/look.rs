//! How tabs look, out of Google's answer.
//!
//! Invariant: a cell counts as chosen as soon as anything is chosen for it, even what Google would do anyway.

use google_sheets4::api;

use super::{cells, index, sheet_id};
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
    for mut data in sheet.data.unwrap_or_default() {
        let widths = data.column_metadata.take().unwrap_or_default();
        for (at, column) in (index(data.start_column)..).zip(widths) {
            let width = column.pixel_size.map(|width| index(Some(width)));
            column_of(&mut look, at).width = width.unwrap_or(USUAL_WIDTH);
        }
        for ((row, at), cell) in cells(data) {
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
    Some((sheet_id(&properties), look))
}

fn column_of(look: &mut TabLook, at: u32) -> &mut ColumnLook {
    let at = at as usize;
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
