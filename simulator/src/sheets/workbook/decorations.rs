//! `setBasicFilter` and `addConditionalFormatRule`.
//!
//! Invariant: both are kept and moved with the cells, but neither hides nor
//! colours anything; what they say is returned as it was given.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::GridRange;
use super::batch::parse;
use super::tab::{BasicFilter, FormatRule};
use crate::sheets::error::ApiError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetBasicFilter {
    filter: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddConditionalFormatRule {
    rule: Map<String, Value>,
    #[serde(default)]
    index: usize,
}

impl Workbook {
    /// Sets the filter of the tab that its range lies on; open ends are closed
    /// at the grid's, as Google returns them.
    pub(super) fn set_basic_filter(&mut self, request: SetBasicFilter) -> Result<Value, ApiError> {
        let mut rest = request.filter;
        let known = ["range", "tableId", "sortSpecs", "criteria", "filterSpecs"];
        if let Some(name) = rest.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(ApiError::not_simulated(name));
        }
        let mut range: GridRange = match (rest.remove("range"), rest.get("tableId")) {
            (Some(range), None) => parse(&range)?,
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid(
                    "When writing, only one of range or table_id may be set.",
                ));
            }
            (None, Some(_)) => return Err(ApiError::not_simulated("tableId")),
            (None, None) => return Err(ApiError::invalid("The filter must have a range.")),
        };
        let tab = self.tab_with_id(range.sheet_id)?;
        let area = tab.area_within(&range)?;
        range.start_row_index = Some(area.top);
        range.end_row_index = Some(area.bottom);
        range.start_column_index = Some(area.left);
        range.end_column_index = Some(area.right);
        tab.basic_filter = Some(BasicFilter { range, rest });
        Ok(json!({}))
    }

    pub(super) fn add_conditional_format_rule(
        &mut self,
        request: AddConditionalFormatRule,
    ) -> Result<Value, ApiError> {
        let mut rest = request.rule;
        let ranges: Vec<GridRange> = match rest.remove("ranges") {
            Some(ranges) => parse(&ranges)?,
            None => Vec::new(),
        };
        let Some(first) = ranges.first() else {
            return Err(ApiError::invalid("The rule must have at least one range."));
        };
        if ranges.iter().any(|range| range.sheet_id != first.sheet_id) {
            return Err(ApiError::invalid("All ranges must be on the same grid."));
        }
        check_rule(&rest)?;
        let tab = self.tab_with_id(first.sheet_id)?;
        for range in &ranges {
            tab.area_within(range)?;
        }
        if request.index > tab.formats.len() {
            return Err(ApiError::invalid(format!(
                "index {} is beyond the {} rules of the sheet",
                request.index,
                tab.formats.len()
            )));
        }
        tab.formats
            .insert(request.index, FormatRule { ranges, rest });
        Ok(json!({}))
    }
}

fn check_rule(rule: &Map<String, Value>) -> Result<(), ApiError> {
    let mut kinds = rule.iter();
    match (kinds.next(), kinds.next()) {
        (Some((kind, _)), None) if kind == "gradientRule" => Ok(()),
        (Some((kind, body)), None) if kind == "booleanRule" => {
            match body["condition"]["type"].as_str() {
                Some(_) => Ok(()),
                None => Err(ApiError::invalid("booleanRule.condition.type must be set.")),
            }
        }
        _ => Err(ApiError::invalid(
            "Exactly one of booleanRule and gradientRule must be set.",
        )),
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

    fn rule(text: &str, index: usize) -> Value {
        json!({"addConditionalFormatRule": {"index": index, "rule": {
            "ranges": [{"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 1,
                "endColumnIndex": 2}],
            "booleanRule": {"condition": {"type": "TEXT_EQ",
                "values": [{"userEnteredValue": text}]},
                "format": {"backgroundColor": {"red": 1.0}}},
        }}})
    }

    #[test]
    fn filter_and_rules_are_returned_and_follow_the_columns() {
        let mut workbook = workbook();
        workbook
            .apply(&json!({"requests": [
                {"setBasicFilter": {"filter": {"range": {"sheetId": 0, "endColumnIndex": 2}}}},
                rule("второе", 0),
                rule("первое", 0),
                {"insertDimension": {"range": {"sheetId": 0, "dimension": "COLUMNS",
                    "startIndex": 0, "endIndex": 1}}},
            ]}))
            .unwrap();
        let sheet = workbook.get(&GetQuery::default()).unwrap()["sheets"][0].clone();
        assert_eq!(
            sheet["basicFilter"]["range"],
            json!({"sheetId": 0, "startRowIndex": 0, "endRowIndex": 5,
                "startColumnIndex": 1, "endColumnIndex": 3})
        );
        let rules = &sheet["conditionalFormats"];
        let text =
            |i: usize| &rules[i]["booleanRule"]["condition"]["values"][0]["userEnteredValue"];
        assert_eq!((text(0), text(1)), (&json!("первое"), &json!("второе")));
        assert_eq!(rules[0]["ranges"][0]["startColumnIndex"], 2);

        workbook.delete_rows("Лист", 2, 1).unwrap();
        workbook.delete_columns("Лист", "B", 2).unwrap();
        let sheet = workbook.get(&GetQuery::default()).unwrap()["sheets"][0].clone();
        assert_eq!(sheet.get("basicFilter"), None, "its columns are gone");
        assert_eq!(sheet.get("conditionalFormats"), None);
    }

    #[test]
    fn wrong_decorations_are_refused() {
        for request in [
            json!({"setBasicFilter": {"filter": {}}}),
            json!({"setBasicFilter": {"filter": {"range": {"sheetId": 0, "endColumnIndex": 4}}}}),
            json!({"addConditionalFormatRule": {"rule": {"ranges": []}}}),
            json!({"addConditionalFormatRule": {"rule": {"ranges": [{"sheetId": 0}]}}}),
            json!({"addConditionalFormatRule": {"rule": {"ranges": [{"sheetId": 0}],
                "booleanRule": {}}}}),
            rule("нет", 1),
        ] {
            let body = json!({"requests": [request]});
            assert_eq!(workbook().apply(&body).unwrap_err().code, 400, "{body}");
        }
    }
}
