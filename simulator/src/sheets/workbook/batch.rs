//! `spreadsheets.batchUpdate`: every request of a batch, or none.
//!
//! Invariant: the workbook changes only after the whole answer, the read-back
//! included, has been made from a trial copy.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Workbook;
use super::read::{Bounds, GetQuery};
use crate::sheets::error::ApiError;
use crate::sheets::mask::FieldMask;

/// The body of the call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Batch {
    #[serde(default)]
    requests: Vec<Map<String, Value>>,
    #[serde(default)]
    include_spreadsheet_in_response: bool,
    #[serde(default)]
    response_ranges: Vec<String>,
    #[serde(default)]
    response_include_grid_data: bool,
}

/// Every kind of request that the stand-in knows; anything else is answered with 501.
pub const KNOWN_REQUESTS: [&str; 22] = [
    "appendCells",
    "updateCells",
    "findReplace",
    "addConditionalFormatRule",
    "setBasicFilter",
    "createDeveloperMetadata",
    "deleteDeveloperMetadata",
    "appendDimension",
    "insertDimension",
    "deleteDimension",
    "addSheet",
    "deleteSheet",
    "setDataValidation",
    "addProtectedRange",
    "addTable",
    "updateTable",
    "deleteTable",
    "sortRange",
    "repeatCell",
    "updateDimensionProperties",
    "updateSheetProperties",
    "addFilterView",
];

impl Workbook {
    /// Applies the body of a `spreadsheets.batchUpdate` and answers its response.
    ///
    /// # Errors
    ///
    /// 400 names the first request that is wrong, 501 one that the stand-in does
    /// not know; in both cases the workbook is as it was.
    pub fn apply(&mut self, body: &Value) -> Result<Value, ApiError> {
        self.apply_with_fields(body, None)
    }

    /// As [`Self::apply`], under the `fields` mask of the query: with a mask,
    /// `responseIncludeGridData` is ignored (discovery document).
    pub(crate) fn apply_with_fields(
        &mut self,
        body: &Value,
        fields: Option<&FieldMask>,
    ) -> Result<Value, ApiError> {
        let batch: Batch = parse(body)?;
        if batch.requests.is_empty() {
            return Err(ApiError::invalid("Must specify at least one request."));
        }
        let mut trial = self.clone();
        let mut replies = Vec::with_capacity(batch.requests.len());
        for (index, request) in batch.requests.iter().enumerate() {
            replies.push(trial.perform(index, request)?);
        }
        let mut response = json!({ "spreadsheetId": self.id, "replies": replies });
        if batch.include_spreadsheet_in_response {
            let query = GetQuery {
                ranges: batch.response_ranges,
                include_grid_data: fields.map_or(batch.response_include_grid_data, |fields| {
                    fields.covers(&["updatedSpreadsheet", "sheets", "data"])
                }),
            };
            response["updatedSpreadsheet"] = trial.read(&query, Bounds::OnGrid)?;
        }
        *self = trial;
        Ok(response)
    }

    fn perform(&mut self, index: usize, request: &Map<String, Value>) -> Result<Value, ApiError> {
        let mut kinds = request.iter();
        let (Some((kind, body)), None) = (kinds.next(), kinds.next()) else {
            return Err(ApiError::invalid(format!(
                "Invalid requests[{index}]: exactly one kind of request must be set"
            )));
        };
        self.perform_kind(kind, body)
            .map_err(|error| error.in_request(index, kind))
    }

    fn perform_kind(&mut self, kind: &str, body: &Value) -> Result<Value, ApiError> {
        if !KNOWN_REQUESTS.contains(&kind) {
            return Err(ApiError::not_simulated(kind));
        }
        match kind {
            "appendCells" => self.append_cells(parse(body)?),
            "updateCells" => self.update_cells(parse(body)?),
            "findReplace" => self.find_replace(&parse(body)?),
            "addConditionalFormatRule" => self.add_conditional_format_rule(parse(body)?),
            "setBasicFilter" => self.set_basic_filter(parse(body)?),
            "createDeveloperMetadata" => self.create_developer_metadata(parse(body)?),
            "deleteDeveloperMetadata" => self.delete_developer_metadata(&parse(body)?),
            "appendDimension" => self.append_dimension(&parse(body)?),
            "insertDimension" => self.insert_dimension(&parse(body)?),
            "deleteDimension" => self.delete_dimension(&parse(body)?),
            "addSheet" => self.add_sheet(parse(body)?),
            "deleteSheet" => self.delete_sheet(&parse(body)?),
            "setDataValidation" => self.set_data_validation(parse(body)?),
            "addProtectedRange" => self.add_protected_range(parse(body)?),
            "addTable" => self.add_table(parse(body)?),
            "updateTable" => self.update_table(parse(body)?),
            "deleteTable" => self.delete_table(&parse(body)?),
            "sortRange" => self.sort_range(&parse(body)?),
            "repeatCell" => self.repeat_cell(&parse(body)?),
            "updateDimensionProperties" => self.update_dimension_properties(&parse(body)?),
            "updateSheetProperties" => self.update_sheet_properties(&parse(body)?),
            "addFilterView" => self.add_filter_view(parse(body)?),
            other => Err(ApiError::not_simulated(other)),
        }
    }
}

/// Reads a message of the API; a name or type that it does not have is a 400.
pub(super) fn parse<T: DeserializeOwned>(body: &Value) -> Result<T, ApiError> {
    T::deserialize(body)
        .map_err(|error| ApiError::invalid(format!("Invalid JSON payload received. {error}")))
}

#[cfg(test)]
mod tests {
    use super::super::{Workbook, sample_workbook};
    use super::*;

    fn write(text: &str) -> Value {
        json!({"updateCells": {
            "start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": text}}]}],
            "fields": "userEnteredValue",
        }})
    }

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", 5, 3).unwrap();
        workbook
    }

    #[test]
    fn a_batch_is_applied_whole_or_not_at_all() {
        let mut workbook = workbook();
        let before = workbook.clone();
        let bad = json!({"updateCells": {
            "start": {"sheetId": 7}, "rows": [], "fields": "*"
        }});
        let error = workbook
            .apply(&json!({"requests": [write("kept?"), bad]}))
            .unwrap_err();
        assert_eq!((error.code, error.status), (400, "INVALID_ARGUMENT"));
        assert_eq!(
            error.message,
            "Invalid requests[1].updateCells: No grid with id: 7"
        );
        assert_eq!(workbook, before);

        let error = workbook
            .apply(&json!({
                "requests": [write("kept?")],
                "includeSpreadsheetInResponse": true,
                "responseRanges": ["'Лист'!A6"],
            }))
            .unwrap_err();
        assert!(error.message.contains("exceeds grid limits"), "{error}");
        assert_eq!(workbook, before);
    }

    #[test]
    fn every_kind_that_is_named_as_known_is_known() {
        for kind in KNOWN_REQUESTS {
            let outcome = workbook().apply(&json!({"requests": [{kind: {}}]}));
            let code = outcome.map_or_else(|error| error.code, |_| 200);
            assert_ne!(code, 501, "{kind}");
        }
    }

    #[test]
    fn an_unknown_kind_is_named_and_a_malformed_batch_refused() {
        let mut workbook = workbook();
        let table = [
            (json!({"requests": []}), 400, "at least one request"),
            (json!({"requests": [{"mergeCells": {}}]}), 501, "mergeCells"),
            (json!({"requests": [{}]}), 400, "exactly one kind"),
            (json!({"requests": [write("a")], "foo": 1}), 400, "foo"),
            (
                json!({"requests": [{"appendDimension": {"sheetId": 0, "lengthy": 1}}]}),
                400,
                "lengthy",
            ),
        ];
        for (body, code, words) in table {
            let error = workbook.apply(&body).unwrap_err();
            assert_eq!(error.code, code, "{body}");
            assert!(error.message.contains(words), "{error}");
        }
    }

    #[test]
    fn the_read_back_shows_the_state_after_the_batch() {
        let mut workbook = workbook();
        let response = workbook
            .apply(&json!({
                "requests": [write("ключ")],
                "includeSpreadsheetInResponse": true,
                "responseIncludeGridData": true,
                "responseRanges": ["'Лист'!A1:B1", "'Лист'!C2:C5"],
            }))
            .unwrap();
        assert_eq!(response["replies"], json!([{}]));
        let sheets = &response["updatedSpreadsheet"]["sheets"];
        assert_eq!(sheets.as_array().map(Vec::len), Some(1));
        let data = &sheets[0]["data"];
        assert_eq!(data[0].get("startRow"), None);
        let cell = &data[0]["rowData"][0]["values"][0];
        assert_eq!(cell["userEnteredValue"]["stringValue"], "ключ");
        assert_eq!(cell["formattedValue"], "ключ");
        assert_eq!(
            data[1],
            json!({"startRow": 1, "startColumn": 2, "columnMetadata": [{"pixelSize": 100}]}),
            "nothing stands in an empty range"
        );
    }

    #[test]
    fn a_mask_decides_about_grid_data() {
        let mut workbook = sample_workbook("book");
        let body = json!({
            "requests": [write("Код партнера")],
            "includeSpreadsheetInResponse": true,
            "responseIncludeGridData": true,
            "responseRanges": ["'Акции'!A1:B1"],
        });
        let mask = |text| FieldMask::parse(text).unwrap();
        let sheets = |workbook: &mut Workbook, fields| {
            let mask = mask(fields);
            workbook.apply_with_fields(&body, Some(&mask)).unwrap()["updatedSpreadsheet"]["sheets"]
                .clone()
        };
        let with = sheets(&mut workbook, "updatedSpreadsheet.sheets.data.rowData");
        assert!(with[0].get("data").is_some());
        let without = sheets(
            &mut workbook,
            "replies,updatedSpreadsheet.sheets.properties",
        );
        assert!(without[0].get("data").is_none());
    }
}
