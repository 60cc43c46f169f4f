//! `spreadsheets.get`, and the same answer inside a batch's response.
//!
//! Invariant: reading changes nothing, and data stands grouped by tab in the
//! order of the asked ranges; offsets that are 0 are left out, as Google does.

use serde_json::{Value, json};

use super::Workbook;
use super::address::{Area, GridRange};
use super::locale::Locale;
use super::tab::Tab;
use crate::sheets::error::ApiError;
use crate::sheets::mask::FieldMask;

/// The parameters of `spreadsheets.get`.
#[derive(Clone, Debug, Default)]
pub struct GetQuery {
    /// Ranges in A1 notation; empty means every tab.
    pub ranges: Vec<String>,
    /// Whether cells are wanted too.
    pub include_grid_data: bool,
}

/// What becomes of a range that ends beyond the grid.
#[derive(Clone, Copy)]
pub(super) enum Bounds {
    /// It is refused; the documents promise nothing for `responseRanges`.
    OnGrid,
    /// It ends where the grid ends.
    Clipped,
}

impl Workbook {
    /// The spreadsheet as `spreadsheets.get` answers it.
    ///
    /// # Errors
    ///
    /// 400 for a range that cannot be parsed or begins outside its grid.
    pub fn get(&self, query: &GetQuery) -> Result<Value, ApiError> {
        self.read(query, Bounds::Clipped)
    }

    /// As [`Self::get`] under a mask, where `includeGridData` is ignored.
    pub(crate) fn get_with_fields(
        &self,
        mut query: GetQuery,
        fields: Option<&FieldMask>,
    ) -> Result<Value, ApiError> {
        if let Some(fields) = fields {
            query.include_grid_data = fields.covers(&["sheets", "data"]);
        }
        self.get(&query)
    }

    pub(super) fn read(&self, query: &GetQuery, bounds: Bounds) -> Result<Value, ApiError> {
        let wanted = self.wanted(query, bounds)?;
        let sheets: Vec<Value> = wanted
            .into_iter()
            .map(|(index, areas)| self.sheet(index, &areas, query.include_grid_data))
            .collect();
        let mut spreadsheet = json!({
            "spreadsheetId": self.id,
            "properties": self.properties_json(),
            "sheets": sheets,
        });
        let metadata = self.metadata_json(None);
        if !metadata.is_empty() {
            spreadsheet["developerMetadata"] = json!(metadata);
        }
        Ok(spreadsheet)
    }

    /// The tabs to be shown, each with the rectangles asked of it.
    fn wanted(
        &self,
        query: &GetQuery,
        bounds: Bounds,
    ) -> Result<Vec<(usize, Vec<Area>)>, ApiError> {
        if query.ranges.is_empty() {
            let whole = |(index, tab): (usize, &Tab)| (index, vec![tab.grid.area()]);
            return Ok(self.tabs.iter().enumerate().map(whole).collect());
        }
        let mut areas = vec![Vec::new(); self.tabs.len()];
        for range in &query.ranges {
            let (index, range) = self.locate(range)?;
            areas[index].push(resolve(&self.tabs[index], &range, bounds)?);
        }
        let asked = areas.into_iter().enumerate();
        Ok(asked.filter(|(_, areas)| !areas.is_empty()).collect())
    }

    fn sheet(&self, index: usize, areas: &[Area], include_grid_data: bool) -> Value {
        let tab = &self.tabs[index];
        let mut sheet = tab.sheet_json(index);
        let metadata = self.metadata_json(Some(tab.id));
        if !metadata.is_empty() {
            sheet["developerMetadata"] = json!(metadata);
        }
        if include_grid_data {
            sheet["data"] = areas
                .iter()
                .map(|area| grid_data(tab, *area, self.locale))
                .collect();
        }
        sheet
    }
}

fn resolve(tab: &Tab, range: &GridRange, bounds: Bounds) -> Result<Area, ApiError> {
    match bounds {
        Bounds::OnGrid => tab.area_within(range),
        Bounds::Clipped => tab.area_clipped(range),
    }
}

fn grid_data(tab: &Tab, area: Area, locale: Locale) -> Value {
    let mut data = json!({});
    if area.top > 0 {
        data["startRow"] = json!(area.top);
    }
    if area.left > 0 {
        data["startColumn"] = json!(area.left);
    }
    let widths = &tab.widths()[area.left..area.right];
    data["columnMetadata"] = widths
        .iter()
        .map(|width| json!({ "pixelSize": width }))
        .collect();
    let mut rows: Vec<Value> = (area.top..area.bottom.min(tab.shown_rows()))
        .map(|row| row_data(tab, row, area, locale))
        .collect();
    let filled = rows.iter().rposition(|row| row != &json!({}));
    rows.truncate(filled.map_or(0, |last| last + 1));
    if !rows.is_empty() {
        data["rowData"] = json!(rows);
    }
    data
}

/// `RowData` without its trailing empty cells.
fn row_data(tab: &Tab, row: usize, area: Area, locale: Locale) -> Value {
    let mut cells: Vec<Value> = (area.left..area.right)
        .map(|column| tab.cell_json(row, column, locale))
        .collect();
    let filled = cells.iter().rposition(|cell| cell != &json!({}));
    cells.truncate(filled.map_or(0, |last| last + 1));
    if cells.is_empty() {
        json!({})
    } else {
        json!({ "values": cells })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Книга");
        workbook.add_tab_sized("Первый", 4, 3).unwrap();
        workbook.add_tab_sized("Второй", 4, 3).unwrap();
        workbook.type_in("Второй", "B2", "12").unwrap();
        workbook
    }

    #[test]
    fn properties_of_every_tab_are_shown() {
        let seen = workbook().get(&GetQuery::default()).unwrap();
        assert_eq!(seen["spreadsheetId"], "book");
        assert_eq!(seen["properties"]["title"], "Книга");
        assert_eq!(seen["sheets"][0]["properties"]["sheetId"], 0);
        let second = &seen["sheets"][1];
        assert_eq!(second["properties"]["title"], "Второй");
        assert_eq!(second["properties"]["index"], 1);
        assert_eq!(
            second["properties"]["gridProperties"],
            json!({"rowCount": 4, "columnCount": 3})
        );
        assert_eq!(second.get("data"), None);
    }

    #[test]
    fn grid_data_leaves_out_what_is_empty() {
        let query = GetQuery {
            ranges: vec!["'Второй'!A1:C4".into(), "'Второй'!B2:Z9".into()],
            include_grid_data: true,
        };
        let seen = workbook().get(&query).unwrap();
        assert_eq!(seen["sheets"].as_array().map(Vec::len), Some(1));
        let number = json!({"numberValue": 12});
        let cell = json!({"userEnteredValue": number, "effectiveValue": number,
            "formattedValue": "12"});
        let usual = json!({"pixelSize": 100});
        assert_eq!(
            seen["sheets"][0]["data"],
            json!([
                {"columnMetadata": [usual, usual, usual], "rowData": [{}, {"values": [{}, cell]}]},
                {"startRow": 1, "startColumn": 1, "columnMetadata": [usual, usual], "rowData": [{"values": [cell]}]},
            ])
        );
    }

    #[test]
    fn a_range_that_is_nowhere_is_refused() {
        for (range, words) in [
            ("Третий!A1", "Unable to parse range: Третий!A1"),
            ("'Второй'!A5:A9", "exceeds grid limits"),
            ("'Второй'!D1", "exceeds grid limits"),
        ] {
            let query = GetQuery {
                ranges: vec![range.into()],
                include_grid_data: false,
            };
            let error = workbook().get(&query).unwrap_err();
            assert_eq!(error.code, 400);
            assert!(error.message.contains(words), "{error}");
        }
    }
}
