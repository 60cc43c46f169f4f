//! `setDataValidation` and `addProtectedRange`.
//!
//! Invariant: both are kept and moved with the cells, but neither stops anybody (a person's own protection does); what they say is
//! returned as it was given.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::GridRange;
use super::batch::parse;
use super::tab::{Protection, Validation};
use crate::sheets::error::ApiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SetDataValidation {
    range: GridRange,
    /// Absent, it takes the validation away.
    rule: Option<Map<String, Value>>,
    /// Accepted; the stand-in hides no rows.
    #[serde(default, rename = "filteredRowsIncluded")]
    _filtered_rows_included: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AddProtectedRange {
    protected_range: Map<String, Value>,
}

impl Workbook {
    pub(super) fn set_data_validation(
        &mut self,
        request: SetDataValidation,
    ) -> Result<Value, ApiError> {
        if let Some(rule) = &request.rule {
            check(rule)?;
        }
        let tab = self.tab_with_id(request.range.sheet_id)?;
        tab.area_within(&request.range)?;
        if tab.is_typed(&request.range) {
            return Err(ApiError::invalid(
                "This operation is not allowed on cells in typed columns.",
            ));
        }
        tab.validations.push(Validation {
            range: request.range,
            rule: request.rule,
        });
        Ok(json!({}))
    }

    pub(super) fn add_protected_range(
        &mut self,
        request: AddProtectedRange,
    ) -> Result<Value, ApiError> {
        let mut rest = request.protected_range;
        let Some(range) = rest.remove("range") else {
            return Err(ApiError::not_simulated(
                "a protected range that is named, or a table",
            ));
        };
        if rest.get("warningOnly") == Some(&json!(true)) && rest.contains_key("editors") {
            return Err(ApiError::invalid(
                "A warning-only protected range cannot have editors.",
            ));
        }
        let range: GridRange = parse(&range)?;
        let every = self.tabs.iter().flat_map(|tab| &tab.protections);
        let id = every.map(|protection| protection.id).max().unwrap_or(0) + 1;
        let tab = self.tab_with_id(range.sheet_id)?;
        tab.area_within(&range)?;
        let protection = Protection {
            id,
            range,
            rest,
            locks: false,
        };
        let body = protection.body();
        tab.protections.push(protection);
        Ok(json!({ "addProtectedRange": { "protectedRange": body } }))
    }
}

fn check(rule: &Map<String, Value>) -> Result<(), ApiError> {
    let known = ["condition", "inputMessage", "strict", "showCustomUi"];
    if let Some(name) = rule.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(ApiError::invalid(format!(
            "Unknown name \"{name}\" at 'rule': Cannot find field."
        )));
    }
    let condition = rule.get("condition").unwrap_or(&Value::Null);
    let values = condition["values"].as_array().map_or(0, Vec::len);
    match condition["type"].as_str() {
        None => Err(ApiError::invalid("rule.condition.type must be set.")),
        Some("ONE_OF_LIST") if values == 0 => Err(ApiError::invalid(
            "ONE_OF_LIST requires at least one value.",
        )),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::GetQuery;
    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", 5, 3).unwrap();
        workbook
    }

    fn list(words: &[&str]) -> Value {
        let values: Vec<Value> = words
            .iter()
            .map(|word| json!({"userEnteredValue": word}))
            .collect();
        json!({"setDataValidation": {
            "range": {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2},
            "rule": {"condition": {"type": "ONE_OF_LIST", "values": values}, "showCustomUi": true},
        }})
    }

    fn second_row(workbook: &Workbook) -> Value {
        let query = GetQuery {
            ranges: vec!["'Лист'!A2:C2".to_owned()],
            include_grid_data: true,
        };
        workbook.get(&query).unwrap()["sheets"][0]["data"][0]["rowData"][0].clone()
    }

    #[test]
    fn a_list_stands_in_empty_cells_too_and_the_newest_one_counts() {
        let mut workbook = workbook();
        workbook
            .apply(&json!({"requests": [list(&["а"]), list(&["б", "в"])]}))
            .unwrap();
        let row = second_row(&workbook);
        assert_eq!(row["values"][0], json!({}));
        let rule = &row["values"][1]["dataValidation"];
        assert_eq!(
            rule["condition"]["values"],
            json!([{"userEnteredValue": "б"}, {"userEnteredValue": "в"}])
        );
        let clear = json!({"setDataValidation": {"range": {"sheetId": 0, "startRowIndex": 1}}});
        workbook.apply(&json!({"requests": [clear]})).unwrap();
        assert_eq!(second_row(&workbook), Value::Null);
        let empty = json!({"requests": [list(&[])]});
        assert_eq!(workbook.apply(&empty).unwrap_err().code, 400);
    }

    #[test]
    fn a_protected_range_gets_an_id_and_follows_its_columns() {
        let mut workbook = workbook();
        let protect = json!({"addProtectedRange": {"protectedRange": {
            "range": {"sheetId": 0, "startColumnIndex": 2, "endColumnIndex": 3},
            "description": "наше", "warningOnly": true,
        }}});
        let insert = json!({"insertDimension": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}});
        let answer = workbook
            .apply(&json!({"requests": [protect, insert]}))
            .unwrap();
        assert_eq!(
            answer["replies"][0]["addProtectedRange"]["protectedRange"]["protectedRangeId"],
            1
        );
        let sheet = workbook.get(&GetQuery::default()).unwrap()["sheets"][0].clone();
        assert_eq!(sheet["protectedRanges"][0]["range"]["startColumnIndex"], 3);
        assert_eq!(sheet["protectedRanges"][0]["description"], "наше");
    }
}
