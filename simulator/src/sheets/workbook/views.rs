//! `addFilterView`: filters that people choose from a list, each for himself.
//!
//! Invariant: a view hides and sorts nothing but for whoever looks through it, and stays with its columns; names are told apart.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::GridRange;
use super::batch::parse;
use super::locale::Locale;
use super::tab::{BasicFilter, Tab};
use crate::sheets::error::ApiError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddFilterView {
    filter: Map<String, Value>,
}

/// A named filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FilterView {
    id: i32,
    title: String,
    pub(super) filter: BasicFilter,
}

impl Workbook {
    pub(super) fn add_filter_view(&mut self, request: AddFilterView) -> Result<Value, ApiError> {
        let mut rest = request.filter;
        let known = ["range", "title", "sortSpecs", "filterSpecs"];
        if let Some(name) = rest.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(ApiError::not_simulated(name));
        }
        let title = rest.remove("title");
        let title = title.as_ref().and_then(Value::as_str).unwrap_or_default();
        if title.is_empty() {
            return Err(ApiError::not_simulated("a view without a title"));
        }
        let range = rest.remove("range");
        let range = range.ok_or_else(|| ApiError::invalid("The filter must have a range."))?;
        let mut range: GridRange = parse(&range)?;
        let views = self.tabs.iter().flat_map(|tab| &tab.views);
        let id = views.map(|view| view.id).max().unwrap_or(0) + 1;
        let tab = self.tab_with_id(range.sheet_id)?;
        let area = tab.area_within(&range)?;
        if tab.views.iter().any(|view| view.title == title) {
            return Err(ApiError::invalid(format!(
                "A filter view with the name \"{title}\" already exists."
            )));
        }
        for (list, name) in [
            ("filterSpecs", "columnIndex"),
            ("sortSpecs", "dimensionIndex"),
        ] {
            let specs = rest.get(list).and_then(Value::as_array);
            let columns = specs.into_iter().flatten();
            let columns = columns.map(|spec| spec[name].as_u64().unwrap_or_default());
            let columns = columns.map(|column| usize::try_from(column).unwrap_or(usize::MAX));
            let mut beyond = columns.filter(|column| !(area.left..area.right).contains(column));
            if let Some(column) = beyond.next() {
                return Err(ApiError::invalid(format!(
                    "{list}: column {column} is not in the range of the filter."
                )));
            }
        }
        range.start_row_index = Some(area.top);
        range.start_column_index = Some(area.left);
        range.end_column_index = Some(area.right);
        let view = FilterView {
            id,
            title: title.to_owned(),
            filter: BasicFilter { range, rest },
        };
        let body = view.body();
        tab.views.push(view);
        Ok(json!({ "addFilterView": { "filter": body } }))
    }
}

impl FilterView {
    /// `FilterView` where it is now.
    pub(crate) fn body(&self) -> Value {
        let mut body = self.filter.rest.clone();
        body.insert("filterViewId".to_owned(), json!(self.id));
        body.insert("title".to_owned(), json!(self.title));
        body.insert("range".to_owned(), json!(self.filter.range));
        Value::Object(body)
    }

    /// The same, with the rows that are seen through it, in its order.
    pub(super) fn seen(&self, tab: &Tab, locale: Locale) -> Value {
        let mut seen = self.body();
        seen["rows"] = json!(self.filter.rows(tab, locale));
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::super::GetQuery;
    use super::*;

    fn view(title: &str, column: usize) -> Value {
        let condition = json!({"type": "NOT_BLANK"});
        json!({"addFilterView": {"filter": {
            "title": title, "range": {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 3},
            "filterSpecs": [{"columnIndex": column, "filterCriteria": {"condition": condition}}],
            "sortSpecs": [{"dimensionIndex": column, "sortOrder": "ASCENDING"}],
        }}})
    }

    #[test]
    fn a_view_is_told_and_follows_its_columns() {
        let mut book = Workbook::new("book", "Book");
        book.add_tab_sized("Лист", 4, 3).unwrap();
        book.apply(&json!({"requests": [view("Ждут", 2)]})).unwrap();
        book.insert_columns("Лист", "A", 1).unwrap();
        let sheet = book.get(&GetQuery::default()).unwrap()["sheets"][0].clone();
        let told = &sheet["filterViews"][0];
        assert_eq!(
            (&told["title"], &told["filterViewId"]),
            (&json!("Ждут"), &json!(1))
        );
        assert_eq!(told["filterSpecs"][0]["columnIndex"], 3);
        assert_eq!(told["sortSpecs"][0]["dimensionIndex"], 3);
        assert_eq!(told["range"]["startColumnIndex"], 1);
        book.delete_columns("Лист", "D", 1).unwrap();
        let sheet = book.get(&GetQuery::default()).unwrap()["sheets"][0].clone();
        assert_eq!(sheet["filterViews"][0]["filterSpecs"], json!([]));
    }

    #[test]
    fn through_a_view_the_rows_are_seen_that_it_leaves_in_its_order() {
        let mut book = Workbook::new("book", "Book");
        book.add_tab_sized("Лист", 9, 3).unwrap();
        let rows = [
            ["№", "статус", "Ждёт с"],
            ["1", "Решено", ""],
            ["2", "Новое", "'2026-03-02 12:00"],
            ["3", "решено", "'2026-03-02 11:00 просрочено"],
            ["4", "Новое", "'2026-03-02 10:00 Просрочено"],
        ];
        book.paste("Лист", "A1", &rows).unwrap();
        let mut seen = |title: &str, column: usize, condition: Value, sorted: Value| {
            let spec = json!({"columnIndex": column, "filterCriteria": {"condition": condition}});
            let filter = json!({"title": title, "range": {"sheetId": 0}, "filterSpecs": [spec], "sortSpecs": sorted});
            let body = json!({"requests": [{"addFilterView": {"filter": filter}}]});
            book.apply(&body).unwrap();
            let tab = book.tab_seen("Лист").unwrap();
            tab["views"].as_array().unwrap().last().unwrap()["rows"].clone()
        };
        let by = |order: &str| json!([{"dimensionIndex": 2, "sortOrder": order}]);
        let is =
            |kind: &str, word: &str| json!({"type": kind, "values": [{"userEnteredValue": word}]});
        let filled = json!({"type": "NOT_BLANK"});
        assert_eq!(seen("Ждут", 2, filled, by("ASCENDING")), json!([4, 3, 2]));
        let late = is("TEXT_ENDS_WITH", "просрочено");
        assert_eq!(seen("Просрочены", 2, late, by("DESCENDING")), json!([3, 4]));
        let closed = is("TEXT_EQ", "Решено");
        assert_eq!(seen("Закрытые", 1, closed, json!([])), json!([1, 3]));
        let blank = json!({"type": "BLANK"});
        assert_eq!(seen("Пустые", 2, blank, json!([])), json!([1]));
        let strange = is("NUMBER_GREATER", "2");
        assert_eq!(seen("Иное", 0, strange, json!([])), json!([1, 2, 3, 4]));
        let table = book.table("Лист").unwrap();
        assert_eq!(table[1][0], "1", "for everybody else nothing has moved");
    }

    #[test]
    fn wrong_views_are_refused() {
        let mut book = Workbook::new("book", "Book");
        book.add_tab_sized("Лист", 4, 3).unwrap();
        book.apply(&json!({"requests": [view("Ждут", 2)]})).unwrap();
        for (request, code) in [
            (view("Ждут", 2), 400),
            (view("Другие", 3), 400),
            (view("", 1), 501),
            (
                json!({"addFilterView": {"filter": {"title": "Без места"}}}),
                400,
            ),
        ] {
            let body = json!({"requests": [request]});
            assert_eq!(book.apply(&body).unwrap_err().code, code, "{body}");
        }
    }
}
