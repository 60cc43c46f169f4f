//! Tables («Convert to table»): `addTable`, `updateTable`, `deleteTable`, and what they forbid others.
//!
//! Invariant: tables lie on their grid, never over one another, and move with the cells; what they say of columns and colours is returned
//! as it was given. A type of a column is refused to `setDataValidation`, and changes no cell.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::{GridRange, parse_cells};
use super::batch::parse;
use super::tab::{BasicFilter, Tab};
use crate::sheets::error::ApiError;

/// `Table` of the discovery document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) id: String,
    pub(crate) range: GridRange,
    name: String,
    columns: Vec<ColumnProperties>,
    rows: Option<Map<String, Value>>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ColumnProperties {
    #[serde(default)]
    column_index: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column_type: Option<ColumnType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_validation_rule: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ColumnType {
    #[serde(rename = "COLUMN_TYPE_UNSPECIFIED")]
    Unspecified,
    Double,
    Currency,
    Percent,
    Date,
    Time,
    DateTime,
    Text,
    Boolean,
    Dropdown,
    FilesChip,
    PeopleChip,
    FinanceChip,
    PlaceChip,
    RatingsChip,
}

/// A table as requests describe it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Described {
    table_id: Option<String>,
    name: Option<String>,
    range: Option<GridRange>,
    #[serde(default)]
    column_properties: Vec<ColumnProperties>,
    rows_properties: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddTable {
    table: Described,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateTable {
    table: Described,
    #[serde(default)]
    fields: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeleteTable {
    table_id: String,
}

impl Workbook {
    /// A person makes a table of a range with headers, and gives some of its columns a type; the filter of the table is the tab's.
    ///
    /// # Errors
    /// 400 as for `addTable`.
    pub fn convert_to_table(
        &mut self,
        tab: &str,
        range: &str,
        table: &Value,
    ) -> Result<String, ApiError> {
        let mut range = parse_cells(range)
            .ok_or_else(|| ApiError::invalid(format!("Unable to parse range: {range}")))?;
        let index = self
            .position(tab)
            .ok_or_else(|| ApiError::invalid("No such tab"))?;
        range.sheet_id = self.tabs[index].id;
        let described = Described {
            range: Some(range),
            ..parse(table)?
        };
        let answer = self.add_table(AddTable { table: described })?;
        let id = answer["addTable"]["table"]["tableId"]
            .as_str()
            .unwrap_or_default();
        let mut rest = Map::new();
        rest.insert("tableId".to_owned(), json!(id));
        self.tabs[index].basic_filter = Some(BasicFilter { range, rest });
        Ok(id.to_owned())
    }

    pub(super) fn add_table(&mut self, request: AddTable) -> Result<Value, ApiError> {
        let table = request.table;
        let range = table
            .range
            .ok_or_else(|| ApiError::invalid("A table must have a range."))?;
        let every = || self.tabs.iter().flat_map(|tab| &tab.tables);
        let count = every().count() + 1;
        let id = table
            .table_id
            .unwrap_or_else(|| format!("{}", 1_000 + count));
        let name = table.name.unwrap_or_else(|| format!("Table{count}"));
        if every().any(|known| known.id == id) {
            return Err(ApiError::invalid(format!(
                "A table with id {id} exists already."
            )));
        }
        if every().any(|known| known.name.to_lowercase() == name.to_lowercase()) {
            return Err(ApiError::invalid(format!(
                "A table named \"{name}\" exists already."
            )));
        }
        let tab = self.tab_with_id(range.sheet_id)?;
        tab.check_table(&id, &range, &table.column_properties)?;
        let table = Table {
            id,
            range,
            name,
            columns: table.column_properties,
            rows: table.rows_properties,
        };
        let body = table.body();
        tab.tables.push(table);
        Ok(json!({ "addTable": { "table": body } }))
    }

    pub(super) fn update_table(&mut self, request: UpdateTable) -> Result<Value, ApiError> {
        let new = request.table;
        let id = new.table_id.unwrap_or_default();
        let fields: Vec<&str> = request.fields.split(',').map(str::trim).collect();
        let known = ["*", "name", "range", "columnProperties", "rowsProperties"];
        if let Some(field) = fields.iter().find(|field| !known.contains(*field)) {
            return Err(ApiError::invalid(format!("Invalid field: {field}")));
        }
        let all = fields.contains(&"*");
        let asked = |field: &str| all || fields.contains(&field);
        let (tab, at) = self.table_at(&id)?;
        let mut table = tab.tables[at].clone();
        if asked("name") {
            table.name = new.name.unwrap_or_default();
        }
        if asked("range") {
            let range = new
                .range
                .ok_or_else(|| ApiError::invalid("A table must have a range."))?;
            if range.sheet_id != tab.id {
                return Err(ApiError::invalid("A table cannot move to another sheet."));
            }
            table.range = range;
        }
        if asked("columnProperties") {
            table.columns = new.column_properties;
        }
        if asked("rowsProperties") {
            table.rows = new.rows_properties;
        }
        tab.check_table(&id, &table.range, &table.columns)?;
        tab.resize_table(at, table.range);
        tab.tables[at] = table;
        Ok(json!({}))
    }

    pub(super) fn delete_table(&mut self, request: &DeleteTable) -> Result<Value, ApiError> {
        let (tab, at) = self.table_at(&request.table_id)?;
        tab.tables.remove(at);
        tab.basic_filter
            .take_if(|filter| filter.belongs_to(&request.table_id));
        Ok(json!({}))
    }

    /// Makes room for rows at the end of a table's body; the tab, and where they begin.
    pub(super) fn room_in_table(
        &mut self,
        id: &str,
        count: usize,
    ) -> Result<(&mut Tab, usize, usize), ApiError> {
        let (tab, at) = self.table_at(id)?;
        let table = &tab.tables[at];
        if table.has_footer() {
            return Err(ApiError::not_simulated("rows above a footer"));
        }
        let mut range = table.range;
        let area = tab.area_clipped(&range)?;
        let filled = |row: &usize| {
            (area.left..area.right).any(|column| !tab.grid.cell(*row, column).is_empty())
        };
        let top = (area.top..area.bottom)
            .rev()
            .find(filled)
            .map_or(area.top, |last| last)
            + 1;
        let bottom = top + count;
        if bottom > area.bottom {
            range.end_row_index = Some(bottom);
            tab.grid.extend_to(bottom, 0);
            tab.resize_table(at, range);
        }
        Ok((tab, top, area.left))
    }

    fn table_at(&mut self, id: &str) -> Result<(&mut Tab, usize), ApiError> {
        let is_it = |table: &Table| table.id == id;
        let found = self.tabs.iter_mut().find_map(|tab| {
            let at = tab.tables.iter().position(is_it)?;
            Some((tab, at))
        });
        found.ok_or_else(|| ApiError::invalid(format!("No table with id: {id}")))
    }
}

impl Tab {
    fn check_table(
        &self,
        id: &str,
        range: &GridRange,
        columns: &[ColumnProperties],
    ) -> Result<(), ApiError> {
        let area = self.area_within(range)?;
        if area.bottom - area.top < 2 {
            return Err(ApiError::invalid(
                "A table must have a header row and another one.",
            ));
        }
        let mut others = self.tables.iter().filter(|table| table.id != id);
        let meets = |table: &Table| {
            let other = self.area_clipped(&table.range);
            other.is_ok_and(|other| other.meets(area))
        };
        if others.any(meets) {
            return Err(ApiError::invalid("A table cannot overlap another table."));
        }
        let width = area.right - area.left;
        for column in columns {
            if column.column_index >= width {
                return Err(ApiError::invalid(format!(
                    "columnIndex {} is outside the table",
                    column.column_index
                )));
            }
            let is_dropdown = column.column_type == Some(ColumnType::Dropdown);
            if is_dropdown != column.data_validation_rule.is_some() {
                return Err(ApiError::invalid(
                    "A dropdown column, and no other, has a dataValidationRule.",
                ));
            }
        }
        Ok(())
    }

    fn resize_table(&mut self, at: usize, range: GridRange) {
        self.tables[at].range = range;
        let id = self.tables[at].id.clone();
        let filter = self.basic_filter.as_mut();
        if let Some(filter) = filter.filter(|filter| filter.belongs_to(&id)) {
            filter.range = range;
        }
    }

    /// Whether cells of a range belong to columns with a type, which have their own rules.
    pub(super) fn is_typed(&self, range: &GridRange) -> bool {
        let Ok(area) = self.area_clipped(range) else {
            return false;
        };
        let mut tables = self.tables.iter();
        tables.any(|table| {
            let Ok(own) = self.area_clipped(&table.range) else {
                return false;
            };
            let mut typed = table.columns.iter().filter(|column| {
                !matches!(column.column_type, None | Some(ColumnType::Unspecified))
            });
            own.meets(area)
                && typed.any(|column| {
                    (area.left..area.right).contains(&(own.left + column.column_index))
                })
        })
    }
}

impl Table {
    /// `Table` where it is now.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({ "tableId": self.id, "name": self.name, "range": self.range });
        if !self.columns.is_empty() {
            body["columnProperties"] = json!(self.columns);
        }
        if let Some(rows) = &self.rows {
            body["rowsProperties"] = json!(rows);
        }
        body
    }

    /// What people call it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Columns with a list to choose from: which one of the table, and its rule.
    pub(super) fn dropdowns(&self) -> impl Iterator<Item = (usize, &Value)> {
        let columns = self.columns.iter();
        columns
            .filter_map(|column| Some((column.column_index, column.data_validation_rule.as_ref()?)))
    }

    fn has_footer(&self) -> bool {
        let mut rows = self.rows.iter();
        rows.any(|rows| rows.contains_key("footerColorStyle"))
    }
}

impl BasicFilter {
    fn belongs_to(&self, table: &str) -> bool {
        self.rest.get("tableId") == Some(&json!(table))
    }
}

#[cfg(test)]
mod tests {
    use super::super::GetQuery;
    use super::*;

    fn workbook() -> (Workbook, String) {
        let mut book = Workbook::new("book", "Book");
        book.add_tab_sized("Лист", 6, 4).unwrap();
        book.paste("Лист", "A1", &[["имя", "статус"], ["Анна", "да"]])
            .unwrap();
        let table =
            json!({"name": "Люди", "columnProperties": [{"columnIndex": 1, "columnType": "TEXT"}]});
        let id = book.convert_to_table("Лист", "A1:B2", &table).unwrap();
        (book, id)
    }

    fn sheet(book: &Workbook) -> Value {
        book.get(&GetQuery::default()).unwrap()["sheets"][0].clone()
    }

    fn apply(book: &mut Workbook, request: &Value) -> Result<Value, ApiError> {
        book.apply(&json!({ "requests": [request] }))
    }

    #[test]
    fn a_table_grows_and_its_filter_with_it() {
        let (mut book, id) = workbook();
        let row = json!({"values": [{"userEnteredValue": {"stringValue": "Борис"}}]});
        let append =
            json!({"appendCells": {"tableId": id, "rows": [row], "fields": "userEnteredValue"}});
        apply(&mut book, &append).unwrap();
        assert_eq!(book.table("Лист").unwrap()[2], ["Борис"]);
        let range = json!({"sheetId": 0, "startRowIndex": 0, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 3});
        let update =
            json!({"updateTable": {"table": {"tableId": id, "range": range}, "fields": "range"}});
        assert_eq!(sheet(&book)["tables"][0]["range"]["endRowIndex"], 3);
        apply(&mut book, &update).unwrap();
        let seen = sheet(&book);
        assert_eq!(seen["tables"][0]["range"], range);
        assert_eq!(seen["basicFilter"]["range"], range);
        assert_eq!(seen["basicFilter"]["tableId"], json!(id));
        assert_eq!(seen["tables"][0]["name"], "Люди");
        let delete = json!({"deleteTable": {"tableId": id}});
        apply(&mut book, &delete).unwrap();
        let seen = sheet(&book);
        assert_eq!((seen.get("tables"), seen.get("basicFilter")), (None, None));
    }

    #[test]
    fn what_a_table_forbids() {
        let (mut book, id) = workbook();
        let range = |columns: (usize, usize)| json!({"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": columns.0, "endColumnIndex": columns.1});
        let rule =
            json!({"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "да"}]}});
        let table = |name: &str, columns| json!({"addTable": {"table": {"name": name, "range": range(columns)}}});
        for (request, words) in [
            (
                json!({"setDataValidation": {"range": range((1, 2)), "rule": rule}}),
                "typed columns",
            ),
            (
                json!({"setBasicFilter": {"filter": {"tableId": id, "range": range((0, 2))}}}),
                "only one of",
            ),
            (table("Другая", (1, 3)), "overlap"),
            (table("люди", (2, 4)), "exists already"),
            (
                json!({"updateTable": {"table": {"tableId": "x", "range": range((0, 2))}, "fields": "range"}}),
                "No table",
            ),
        ] {
            let error = apply(&mut book, &request).unwrap_err();
            assert_eq!(error.code, 400, "{request}");
            assert!(error.message.contains(words), "{}", error.message);
        }
        let free = json!({"setDataValidation": {"range": range((0, 1)), "rule": rule}});
        apply(&mut book, &free).unwrap();
    }
}
