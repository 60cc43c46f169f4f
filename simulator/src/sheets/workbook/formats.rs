//! `repeatCell` (formats alone), `updateDimensionProperties` (widths) and `updateSheetProperties` (frozen rows).
//!
//! Invariant: only what the mask names is changed, and what it names without a value is as if nobody had chosen it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::{Dimension, GridRange, SheetId};
use super::dimensions::DimensionRange;
use super::looks::Placed;
use crate::sheets::error::ApiError;
use crate::sheets::mask::FieldMask;

/// The parts of `CellFormat` that are kept account of.
const KEPT: [&str; 6] = [
    "backgroundColor",
    "wrapStrategy",
    "verticalAlignment",
    "horizontalAlignment",
    "textFormat",
    "numberFormat",
];

/// The words of the parts that are enums (discovery document).
const WORDS: [(&str, &[&str]); 3] = [
    (
        "/wrapStrategy",
        &["OVERFLOW_CELL", "LEGACY_WRAP", "CLIP", "WRAP"],
    ),
    ("/verticalAlignment", &["TOP", "MIDDLE", "BOTTOM"]),
    (
        "/numberFormat/type",
        &[
            "TEXT",
            "NUMBER",
            "PERCENT",
            "CURRENCY",
            "DATE",
            "TIME",
            "DATE_TIME",
            "SCIENTIFIC",
        ],
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepeatCell {
    range: GridRange,
    #[serde(default)]
    cell: Map<String, Value>,
    #[serde(default)]
    fields: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateDimensionProperties {
    range: DimensionRange,
    #[serde(default)]
    properties: Map<String, Value>,
    #[serde(default)]
    fields: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateSheetProperties {
    properties: SheetProperties,
    #[serde(default)]
    fields: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SheetProperties {
    #[serde(default)]
    sheet_id: SheetId,
    #[serde(default)]
    grid_properties: GridProperties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GridProperties {
    #[serde(default)]
    frozen_row_count: usize,
}

impl Workbook {
    pub(super) fn repeat_cell(&mut self, request: &RepeatCell) -> Result<Value, ApiError> {
        let mask = mask(&request.fields)?;
        let mut format = Map::new();
        for (name, below) in mask.names() {
            if name != "userEnteredFormat" {
                return Err(ApiError::not_simulated(name));
            }
            for (part, _) in below.names() {
                if !KEPT.contains(&part) {
                    return Err(ApiError::not_simulated(part));
                }
                format.insert(part.to_owned(), Value::Null);
            }
        }
        if format.is_empty() {
            return Err(ApiError::not_simulated("a format as a whole"));
        }
        let mut cell = mask.apply(Value::Object(request.cell.clone()));
        if let Value::Object(chosen) = cell["userEnteredFormat"].take() {
            format.extend(chosen);
        }
        check(&Value::Object(format.clone()))?;
        let tab = self.tab_with_id(request.range.sheet_id)?;
        let area = tab.area_within(&request.range)?;
        tab.check_unlocked(area)?;
        tab.looks.push(Placed {
            range: request.range,
            width: None,
            format,
        });
        Ok(json!({}))
    }

    pub(super) fn update_dimension_properties(
        &mut self,
        request: &UpdateDimensionProperties,
    ) -> Result<Value, ApiError> {
        if request.fields != "pixelSize" || request.range.dimension != Dimension::Columns {
            return Err(ApiError::not_simulated("anything but pixelSize of columns"));
        }
        let width = request.properties.get("pixelSize").and_then(Value::as_u64);
        let width = width
            .and_then(|width| u32::try_from(width).ok())
            .filter(|width| *width > 0)
            .ok_or_else(|| ApiError::invalid("pixelSize must be positive."))?;
        let range = GridRange {
            sheet_id: request.range.sheet_id,
            start_column_index: request.range.start_index,
            end_column_index: request.range.end_index,
            ..GridRange::default()
        };
        let tab = self.tab_with_id(range.sheet_id)?;
        tab.area_within(&range)?;
        tab.looks.push(Placed {
            range,
            width: Some(width),
            format: Map::new(),
        });
        Ok(json!({}))
    }

    pub(super) fn update_sheet_properties(
        &mut self,
        request: &UpdateSheetProperties,
    ) -> Result<Value, ApiError> {
        if request.fields != "gridProperties.frozenRowCount" {
            return Err(ApiError::not_simulated("anything but frozenRowCount"));
        }
        let tab = self.tab_with_id(request.properties.sheet_id)?;
        let frozen = request.properties.grid_properties.frozen_row_count;
        if frozen >= tab.length(Dimension::Rows) {
            return Err(ApiError::invalid(
                "You can't freeze all visible rows on the sheet.",
            ));
        }
        tab.check_open()?;
        tab.frozen_rows = frozen;
        Ok(json!({}))
    }
}

fn mask(fields: &str) -> Result<FieldMask, ApiError> {
    if fields.trim().is_empty() {
        return Err(ApiError::invalid(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ));
    }
    FieldMask::parse(fields)
}

fn check(format: &Value) -> Result<(), ApiError> {
    for (path, words) in WORDS {
        let value = format.pointer(path).and_then(Value::as_str);
        if let Some(value) = value.filter(|value| !words.contains(value)) {
            return Err(ApiError::invalid(format!(
                "Invalid value at 'cell.user_entered_format{path}': \"{value}\""
            )));
        }
    }
    let number = &format["numberFormat"];
    if number.is_object() && !number["type"].is_string() {
        return Err(ApiError::invalid(
            "numberFormat.type must be set when writing.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, GetQuery};
    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", 5, 3).unwrap();
        workbook
    }

    fn repeat(format: &Value, fields: &str) -> Value {
        json!({"repeatCell": {
            "range": {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2},
            "cell": {"userEnteredFormat": format}, "fields": fields,
        }})
    }

    #[test]
    fn formats_and_widths_are_told_and_move_with_their_columns() {
        let mut workbook = workbook();
        let body = json!({"requests": [
            repeat(&json!({"wrapStrategy": "WRAP", "verticalAlignment": "TOP"}), "userEnteredFormat(wrapStrategy,verticalAlignment)"),
            repeat(&json!({"wrapStrategy": "CLIP"}), "userEnteredFormat.verticalAlignment"),
            {"updateDimensionProperties": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}, "properties": {"pixelSize": 321}, "fields": "pixelSize"}},
            {"updateSheetProperties": {"properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}}, "fields": "gridProperties.frozenRowCount"}},
        ]});
        workbook.apply(&body).unwrap();
        workbook.insert_columns("Лист", "A", 1).unwrap();
        let query = GetQuery {
            ranges: vec!["'Лист'!A2:D2".to_owned()],
            include_grid_data: true,
        };
        let sheet = workbook.get(&query).unwrap()["sheets"][0].clone();
        let grid = &sheet["properties"]["gridProperties"];
        assert_eq!(grid["frozenRowCount"], 1);
        let data = &sheet["data"][0];
        assert_eq!(data["columnMetadata"][2], json!({"pixelSize": 321}));
        assert_eq!(data["columnMetadata"][1], json!({"pixelSize": 100}));
        let cells = &data["rowData"][0]["values"];
        assert_eq!(cells[1], json!({}));
        assert_eq!(
            cells[2],
            json!({"userEnteredFormat": {"wrapStrategy": "WRAP"}}),
            "what the mask names without a value is taken back"
        );
    }

    #[test]
    fn what_is_typed_into_plain_text_stays_as_it_is() {
        let mut workbook = workbook();
        let plain = repeat(
            &json!({"numberFormat": {"type": "TEXT"}}),
            "userEnteredFormat.numberFormat",
        );
        workbook.apply(&json!({"requests": [plain]})).unwrap();
        workbook.type_in("Лист", "B2", "+7 (903) 5").unwrap();
        workbook.type_in("Лист", "A2", "007").unwrap();
        assert_eq!(
            workbook.cell("Лист", "B2").unwrap(),
            Cell::text("+7 (903) 5")
        );
        assert_eq!(workbook.cell("Лист", "A2").unwrap(), Cell::number(7.0));
    }

    #[test]
    fn wrong_formats_are_refused() {
        for (request, code) in [
            (repeat(&json!({}), ""), 400),
            (repeat(&json!({}), "userEnteredFormat"), 501),
            (repeat(&json!({}), "userEnteredFormat.borders"), 501),
            (repeat(&json!({}), "note"), 501),
            (
                repeat(
                    &json!({"wrapStrategy": "wrap"}),
                    "userEnteredFormat.wrapStrategy",
                ),
                400,
            ),
            (
                repeat(
                    &json!({"numberFormat": {"pattern": "0"}}),
                    "userEnteredFormat.numberFormat",
                ),
                400,
            ),
            (
                json!({"updateDimensionProperties": {"range": {"dimension": "COLUMNS", "startIndex": 7, "endIndex": 8}, "properties": {"pixelSize": 5}, "fields": "pixelSize"}}),
                400,
            ),
            (
                json!({"updateDimensionProperties": {"range": {"dimension": "COLUMNS"}, "properties": {}, "fields": "pixelSize"}}),
                400,
            ),
            (
                json!({"updateDimensionProperties": {"range": {"dimension": "ROWS"}, "properties": {}, "fields": "pixelSize"}}),
                501,
            ),
            (
                json!({"updateSheetProperties": {"properties": {"gridProperties": {"frozenRowCount": 5}}, "fields": "gridProperties.frozenRowCount"}}),
                400,
            ),
            (
                json!({"updateSheetProperties": {"properties": {}, "fields": "title"}}),
                501,
            ),
        ] {
            let body = json!({"requests": [request]});
            assert_eq!(workbook().apply(&body).unwrap_err().code, code, "{body}");
        }
    }
}
