//! Tabs as wholes: `addSheet` and `deleteSheet`.
//!
//! Invariant: titles are unique without regard to case, IDs are unique, and one tab always remains.

use serde::Deserialize;
use serde_json::{Value, json};

use super::address::SheetId;
use super::tab::Tab;
use super::{DEFAULT_COLUMNS, DEFAULT_ROWS, Workbook};
use crate::sheets::error::ApiError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddSheet {
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Properties {
    sheet_id: Option<SheetId>,
    title: Option<String>,
    #[serde(default)]
    grid_properties: GridProperties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GridProperties {
    row_count: Option<usize>,
    column_count: Option<usize>,
    #[serde(default)]
    frozen_row_count: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeleteSheet {
    #[serde(default)]
    sheet_id: SheetId,
}

impl Workbook {
    pub(super) fn add_sheet(&mut self, request: AddSheet) -> Result<Value, ApiError> {
        let Properties {
            sheet_id,
            title,
            grid_properties: size,
        } = request.properties;
        let title = title.unwrap_or_else(|| format!("Sheet{}", self.tabs.len() + 1));
        self.check_free(&title)?;
        let id = sheet_id.unwrap_or_else(|| self.next_id());
        if id.0 < 0 {
            return Err(ApiError::invalid(format!(
                "sheetId must be non-negative, but was {}",
                id.0
            )));
        }
        if self.tabs.iter().any(|tab| tab.id == id) {
            return Err(ApiError::invalid(format!(
                "Sheet with id {} already exists. Please enter another ID.",
                id.0
            )));
        }
        let rows = size.row_count.unwrap_or(DEFAULT_ROWS);
        let columns = size.column_count.unwrap_or(DEFAULT_COLUMNS);
        if size.frozen_row_count >= rows {
            return Err(ApiError::invalid(
                "You can't freeze all visible rows on the sheet.",
            ));
        }
        let mut tab = Tab::new(id, &title, rows, columns);
        tab.frozen_rows = size.frozen_row_count;
        let mut answer = tab.sheet_json(self.tabs.len());
        self.tabs.push(tab);
        Ok(json!({ "addSheet": { "properties": answer["properties"].take() } }))
    }

    pub(super) fn delete_sheet(&mut self, request: &DeleteSheet) -> Result<Value, ApiError> {
        let title = self.tab_with_id(request.sheet_id)?.title.clone();
        self.delete_tab(&title)?;
        Ok(json!({}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", 5, 3).unwrap();
        workbook
    }

    fn add(properties: &Value) -> Value {
        json!({"requests": [{"addSheet": {"properties": properties}}]})
    }

    #[test]
    fn a_tab_is_added_filled_and_deleted() {
        let mut workbook = workbook();
        let mut body = add(
            &json!({"sheetId": 7, "title": "архив", "gridProperties": {"rowCount": 2, "columnCount": 3}}),
        );
        body["requests"].as_array_mut().unwrap().push(json!({"appendCells": {
            "sheetId": 7, "rows": [{"values": [{"userEnteredValue": {"stringValue": "№"}}]}], "fields": "userEnteredValue",
        }}));
        let answer = workbook.apply(&body).unwrap();
        let properties = &answer["replies"][0]["addSheet"]["properties"];
        assert_eq!(
            (
                &properties["sheetId"],
                &properties["title"],
                &properties["gridProperties"]["rowCount"]
            ),
            (&json!(7), &json!("архив"), &json!(2))
        );
        assert_eq!(workbook.table("архив").unwrap(), [["№"]]);
        let delete = |id: i32| json!({"requests": [{"deleteSheet": {"sheetId": id}}]});
        workbook.apply(&delete(7)).unwrap();
        assert!(workbook.table("архив").is_err());
        assert_eq!(workbook.apply(&delete(7)).unwrap_err().code, 400);
        assert!(
            workbook
                .apply(&delete(0))
                .unwrap_err()
                .message
                .contains("all the sheets")
        );
    }

    #[test]
    fn a_name_or_an_id_that_is_taken_is_refused() {
        for (properties, words) in [
            (json!({"title": "ЛИСТ"}), "already exists"),
            (
                json!({"title": "архив", "sheetId": 0}),
                "id 0 already exists",
            ),
            (json!({"title": "архив", "sheetId": -1}), "non-negative"),
        ] {
            let error = workbook().apply(&add(&properties)).unwrap_err();
            assert!(error.message.contains(words), "{error}");
        }
    }
}
