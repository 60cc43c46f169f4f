//! Rows and columns as wholes: `appendDimension`, `insertDimension`,
//! `deleteDimension`, and `sortRange`.
//!
//! Invariant: cells of a line stay together, except where a sort covers only
//! some of its columns – as it would in a sheet.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Workbook;
use super::address::{Dimension, GridRange, SheetId};
use super::grid::SortBy;
use crate::sheets::error::ApiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AppendDimension {
    #[serde(default)]
    sheet_id: SheetId,
    dimension: Dimension,
    #[serde(default)]
    length: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct InsertDimension {
    range: DimensionRange,
    #[serde(default)]
    inherit_from_before: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteDimension {
    range: DimensionRange,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DimensionRange {
    #[serde(default)]
    pub(super) sheet_id: SheetId,
    pub(super) dimension: Dimension,
    pub(super) start_index: Option<usize>,
    pub(super) end_index: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SortRange {
    range: GridRange,
    #[serde(default)]
    sort_specs: Vec<SortSpec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SortSpec {
    #[serde(default)]
    dimension_index: usize,
    sort_order: SortOrder,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum SortOrder {
    Ascending,
    Descending,
}

impl Workbook {
    pub(super) fn append_dimension(
        &mut self,
        request: &AppendDimension,
    ) -> Result<Value, ApiError> {
        let tab = self.tab_with_id(request.sheet_id)?;
        if request.length == 0 {
            return Err(ApiError::invalid("length must be positive"));
        }
        tab.check_open()?;
        let across = match request.dimension {
            Dimension::Rows => tab.length(Dimension::Columns),
            Dimension::Columns => tab.length(Dimension::Rows),
        };
        self.check_growth(request.length * across)?;
        let tab = self.tab_with_id(request.sheet_id)?;
        tab.insert(
            request.dimension,
            tab.length(request.dimension),
            request.length,
        )?;
        Ok(json!({}))
    }

    pub(super) fn insert_dimension(
        &mut self,
        request: &InsertDimension,
    ) -> Result<Value, ApiError> {
        let range = &request.range;
        let (Some(from), Some(to)) = (range.start_index, range.end_index) else {
            return Err(ApiError::invalid(
                "Both startIndex and endIndex must be set.",
            ));
        };
        if from >= to {
            return Err(ApiError::invalid(
                "endIndex must be greater than startIndex.",
            ));
        }
        if from == 0 && request.inherit_from_before {
            return Err(ApiError::invalid(
                "inheritFromBefore cannot be true when startIndex is 0.",
            ));
        }
        let tab = self.tab_with_id(range.sheet_id)?;
        let length = tab.length(range.dimension);
        if from >= length && !request.inherit_from_before {
            return Err(ApiError::invalid(format!(
                "range.startIndex[{from}] must be less than the grid size ({length}) if inheritFromBefore is false."
            )));
        }
        tab.insert(range.dimension, from, to - from)?;
        Ok(json!({}))
    }

    pub(super) fn delete_dimension(
        &mut self,
        request: &DeleteDimension,
    ) -> Result<Value, ApiError> {
        let range = &request.range;
        let tab = self.tab_with_id(range.sheet_id)?;
        let from = range.start_index.unwrap_or(0);
        let to = range.end_index.unwrap_or(tab.length(range.dimension));
        tab.delete(range.dimension, from, to)?;
        Ok(json!({}))
    }

    pub(super) fn sort_range(&mut self, request: &SortRange) -> Result<Value, ApiError> {
        let tab = self.tab_with_id(request.range.sheet_id)?;
        let area = tab.area_within(&request.range)?;
        if request.sort_specs.is_empty() {
            return Err(ApiError::invalid("At least one sortSpec must be set."));
        }
        let outside = |spec: &SortSpec| !(area.left..area.right).contains(&spec.dimension_index);
        if let Some(spec) = request.sort_specs.iter().find(|spec| outside(spec)) {
            return Err(ApiError::invalid(format!(
                "Cannot sort by column {}, which is outside the range",
                spec.dimension_index
            )));
        }
        let by: Vec<SortBy> = request.sort_specs.iter().map(SortSpec::criterion).collect();
        tab.grid.sort(area, &by);
        Ok(json!({}))
    }
}

impl SortSpec {
    fn criterion(&self) -> SortBy {
        SortBy {
            column: self.dimension_index,
            descending: self.sort_order == SortOrder::Descending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", 5, 3).unwrap();
        let lines: Vec<&[&str]> = vec![
            &["имя", "балл", "№"],
            &["б", "2", "1"],
            &["А", "10", "2"],
            &["", "7", "3"],
            &["в", "2", "4"],
        ];
        workbook.paste("Лист", "A1", &lines).unwrap();
        workbook
    }

    fn table_after(request: &Value) -> Vec<String> {
        let mut workbook = workbook();
        workbook.apply(&json!({"requests": [request]})).unwrap();
        let lines = workbook.table("Лист").unwrap();
        lines.iter().map(|line| line.join("|")).collect()
    }

    #[test]
    fn a_sort_moves_whole_cells_of_the_range_only() {
        let sort = |specs: Value, right: usize| {
            table_after(&json!({"sortRange": {
                "range": {"sheetId": 0, "startRowIndex": 1, "endColumnIndex": right},
                "sortSpecs": specs,
            }}))
        };
        assert_eq!(
            sort(json!([{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]), 3),
            ["имя|балл|№", "А|10|2", "б|2|1", "в|2|4", "|7|3"]
        );
        assert_eq!(
            sort(
                json!([{"dimensionIndex": 1, "sortOrder": "DESCENDING"},
                    {"dimensionIndex": 0, "sortOrder": "DESCENDING"}]),
                2
            ),
            ["имя|балл|№", "А|10|1", "|7|2", "в|2|3", "б|2|4"],
            "the third column stays behind"
        );
    }

    #[test]
    fn lines_are_inserted_appended_and_deleted() {
        let range = |dimension: &str, from: usize, to: usize| json!({"sheetId": 0, "dimension": dimension, "startIndex": from, "endIndex": to});
        assert_eq!(
            table_after(&json!({"insertDimension": {"range": range("ROWS", 1, 2)}}))[..3],
            ["имя|балл|№", "", "б|2|1"]
        );
        assert_eq!(
            table_after(&json!({"insertDimension": {"range": range("COLUMNS", 1, 3)}}))[1],
            "б|||2|1"
        );
        assert_eq!(
            table_after(&json!({"deleteDimension": {"range": range("ROWS", 0, 3)}})),
            ["|7|3", "в|2|4"]
        );
        assert_eq!(
            table_after(&json!({"deleteDimension": {"range": range("COLUMNS", 0, 2)}}))[0],
            "№"
        );
        let mut workbook = workbook();
        let body = json!({"requests": [
            {"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 2}}
        ]});
        workbook.apply(&body).unwrap();
        workbook.type_in("Лист", "E5", "край").unwrap();
        assert_eq!(
            workbook.type_in("Лист", "F5", "за краем").unwrap_err().code,
            400
        );
    }

    #[test]
    fn impossible_lines_are_refused() {
        let rows = |from: usize, to: usize| json!({"sheetId": 0, "dimension": "ROWS", "startIndex": from, "endIndex": to});
        for request in [
            json!({"insertDimension": {"range": rows(6, 7)}}),
            json!({"insertDimension": {"range": rows(2, 2)}}),
            json!({"insertDimension": {"range": rows(0, 1), "inheritFromBefore": true}}),
            json!({"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 1}}}),
            json!({"deleteDimension": {"range": rows(0, 5)}}),
            json!({"deleteDimension": {"range": rows(4, 6)}}),
            json!({"appendDimension": {"sheetId": 0, "dimension": "ROWS"}}),
            json!({"appendDimension": {"sheetId": 0, "dimension": "LINES", "length": 1}}),
            json!({"sortRange": {"range": {"sheetId": 0}}}),
            json!({"sortRange": {"range": {"sheetId": 0, "endColumnIndex": 2},
                "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "ASCENDING"}]}}),
        ] {
            let body = json!({"requests": [request]});
            assert_eq!(workbook().apply(&body).unwrap_err().code, 400, "{body}");
        }
    }
}
