//! Changes of how a tab looks, in Google's requests, and the mask that asks how it looks.
//!
//! Invariant: each names the one thing that it changes; what people have chosen beside it stays.

use google_sheets4::{api, common::FieldMask};

use super::{color, grid_range, index, open_downwards};
use crate::sheets::wire::{
    SheetId, Span,
    look::{CellFormat, CellTest, LookChange, NamedFilter},
};

/// The mask of how a tab looks.
pub(in crate::sheets) const LOOK_FIELDS: &str = "sheets(properties(sheetId,gridProperties(frozenRowCount)),filterViews(title),\
     data(startRow,startColumn,columnMetadata(pixelSize),rowData(values(userEnteredFormat(\
     backgroundColor,wrapStrategy,verticalAlignment,numberFormat(type),textFormat(bold))))))";

pub(super) fn fill(request: &mut api::Request, change: &LookChange) -> Result<(), &'static str> {
    match change {
        LookChange::Freeze(sheet) => request.update_sheet_properties = Some(freeze(*sheet)),
        LookChange::Width {
            sheet,
            columns,
            pixels,
        } => request.update_dimension_properties = Some(width(*sheet, *columns, *pixels)?),
        LookChange::Format { span, format } => request.repeat_cell = Some(repeat(*span, *format)?),
        LookChange::AddView(view) => {
            request.add_filter_view = Some(api::AddFilterViewRequest {
                filter: Some(named(view)?),
            });
        }
    }
    Ok(())
}

fn freeze(sheet: SheetId) -> api::UpdateSheetPropertiesRequest {
    api::UpdateSheetPropertiesRequest {
        properties: Some(api::SheetProperties {
            sheet_id: Some(sheet.0),
            grid_properties: Some(api::GridProperties {
                frozen_row_count: Some(1),
                ..Default::default()
            }),
            ..Default::default()
        }),
        fields: Some(FieldMask::new(&["gridProperties.frozenRowCount"])),
    }
}

fn width(
    sheet: SheetId,
    columns: (u32, u32),
    pixels: u32,
) -> Result<api::UpdateDimensionPropertiesRequest, &'static str> {
    Ok(api::UpdateDimensionPropertiesRequest {
        range: Some(api::DimensionRange {
            sheet_id: Some(sheet.0),
            dimension: Some("COLUMNS".to_owned()),
            start_index: Some(index(columns.0)?),
            end_index: Some(index(columns.1)?),
        }),
        properties: Some(api::DimensionProperties {
            pixel_size: Some(index(pixels)?),
            ..Default::default()
        }),
        fields: Some(FieldMask::new(&["pixelSize"])),
        ..Default::default()
    })
}

fn repeat(span: Span, format: CellFormat) -> Result<api::RepeatCellRequest, &'static str> {
    // A format of the header is of that row alone.
    let (range, fields) = match format {
        CellFormat::Header(_) => (
            grid_range(span)?,
            [
                "userEnteredFormat.backgroundColor",
                "userEnteredFormat.textFormat.bold",
            ]
            .as_slice(),
        ),
        CellFormat::Fill(_) => (
            open_downwards(span)?,
            ["userEnteredFormat.backgroundColor"].as_slice(),
        ),
        CellFormat::Wrap => (
            open_downwards(span)?,
            ["userEnteredFormat.wrapStrategy"].as_slice(),
        ),
        CellFormat::Top => (
            open_downwards(span)?,
            ["userEnteredFormat.verticalAlignment"].as_slice(),
        ),
        CellFormat::Digits | CellFormat::Text => (
            open_downwards(span)?,
            ["userEnteredFormat.numberFormat"].as_slice(),
        ),
    };
    Ok(api::RepeatCellRequest {
        cell: Some(api::CellData {
            user_entered_format: Some(chosen(format)),
            ..Default::default()
        }),
        fields: Some(FieldMask::new(fields)),
        range: Some(range),
    })
}

fn chosen(format: CellFormat) -> api::CellFormat {
    let mut chosen = api::CellFormat::default();
    let number = |kind: &str, pattern: Option<&str>| api::NumberFormat {
        type_: Some(kind.to_owned()),
        pattern: pattern.map(str::to_owned),
    };
    match format {
        CellFormat::Header(background) => {
            chosen.background_color = Some(color(background));
            chosen.text_format = Some(api::TextFormat {
                bold: Some(true),
                ..Default::default()
            });
        }
        CellFormat::Fill(background) => chosen.background_color = Some(color(background)),
        CellFormat::Wrap => chosen.wrap_strategy = Some("WRAP".to_owned()),
        CellFormat::Top => chosen.vertical_alignment = Some("TOP".to_owned()),
        CellFormat::Digits => chosen.number_format = Some(number("NUMBER", Some("0"))),
        CellFormat::Text => chosen.number_format = Some(number("TEXT", None)),
    }
    chosen
}

fn named(view: &NamedFilter) -> Result<api::FilterView, &'static str> {
    let spec = |(column, test): &(u32, CellTest)| {
        Ok::<_, &'static str>(api::FilterSpec {
            column_index: Some(index(*column)?),
            filter_criteria: Some(api::FilterCriteria {
                condition: Some(condition(test)),
                ..Default::default()
            }),
            ..Default::default()
        })
    };
    let sort = |column: u32| {
        Ok::<_, &'static str>(vec![api::SortSpec {
            dimension_index: Some(index(column)?),
            sort_order: Some("ASCENDING".to_owned()),
            ..Default::default()
        }])
    };
    Ok(api::FilterView {
        title: Some(view.title.clone()),
        range: Some(open_downwards(Span {
            sheet: view.sheet,
            rows: (0, 1),
            columns: view.columns,
        })?),
        filter_specs: Some(view.shows.iter().map(spec).collect::<Result<_, _>>()?),
        sort_specs: view.sort.map(sort).transpose()?,
        ..Default::default()
    })
}

fn condition(test: &CellTest) -> api::BooleanCondition {
    let (kind, value) = match test {
        CellTest::Filled => ("NOT_BLANK", None),
        CellTest::Blank => ("BLANK", None),
        CellTest::Is(word) => ("TEXT_EQ", Some(word)),
        CellTest::Ends(word) => ("TEXT_ENDS_WITH", Some(word)),
    };
    let value = value.map(|word| api::ConditionValue {
        user_entered_value: Some(word.clone()),
        ..Default::default()
    });
    api::BooleanCondition {
        type_: Some(kind.to_owned()),
        values: value.map(|value| vec![value]),
    }
}
