//! The hands of people: what somebody does in the open sheet.
//!
//! Invariant: nothing here counts against a quota or asks who is allowed; text
//! is parsed as typing. Rows are numbered from 1 and columns lettered, as people
//! see them.

use super::address::{Area, Dimension, GridRange, SheetId, column_index, column_name, parse_cells};
use super::cell::{Cell, NumberFormat, Shown};
use super::grid::SortBy;
use super::tab::{Protection, Tab};
use super::typing::typed;
use serde_json::{Map, Value};

use super::{DEFAULT_COLUMNS, DEFAULT_ROWS, Workbook};
use crate::sheets::error::ApiError;

/// Every act fails with 400 if the tab or the place does not exist.
impl Workbook {
    /// Types into one cell; in one that is formatted as plain text it stays as it was typed.
    pub fn type_in(&mut self, tab: &str, cell: &str, text: &str) -> Result<(), ApiError> {
        let (tab, area) = self.area(tab, cell)?;
        let format = tab.format(area.top, area.left);
        let plain = format
            .get("numberFormat")
            .is_some_and(|format| format["type"] == "TEXT");
        let cell = match plain && !text.is_empty() {
            true => Cell::text(text),
            false => typed(text),
        };
        tab.put(area.top, area.left, cell)
    }

    /// Types a text and gives it looks with the buttons above the sheet: what `CellData` says of them.
    pub fn type_rich(
        &mut self,
        tab: &str,
        cell: &str,
        text: &str,
        looks: Map<String, Value>,
    ) -> Result<(), ApiError> {
        self.place(tab, cell, Cell::Rich(text.to_owned(), looks))
    }

    /// Enters a formula together with what it comes to.
    pub fn type_formula(
        &mut self,
        tab: &str,
        cell: &str,
        source: &str,
        shows: Shown,
    ) -> Result<(), ApiError> {
        self.place(tab, cell, Cell::Formula(source.to_owned(), shows))
    }

    /// Clears a range.
    pub fn clear(&mut self, tab: &str, range: &str) -> Result<(), ApiError> {
        let (tab, area) = self.area(tab, range)?;
        tab.grid.clear(area);
        Ok(())
    }

    /// Protects a range, or with none the whole tab, from every caller of the API.
    pub fn protect(&mut self, tab: &str, range: Option<&str>) -> Result<(), ApiError> {
        let mut range = range.map(cells).transpose()?.unwrap_or_default();
        let every = self.tabs.iter().flat_map(|tab| &tab.protections);
        let id = every.map(|protection| protection.id).max().unwrap_or(0) + 1;
        let tab = self.tab(tab)?;
        range.sheet_id = tab.id;
        tab.protections.push(Protection {
            id,
            range,
            rest: Map::new(),
            locks: true,
        });
        Ok(())
    }

    /// Takes such protections away.
    pub fn unprotect(&mut self, tab: &str) -> Result<(), ApiError> {
        self.tab(tab)?
            .protections
            .retain(|protection| !protection.locks);
        Ok(())
    }

    /// Inserts `count` empty rows above row `row`.
    pub fn insert_rows(&mut self, tab: &str, row: usize, count: usize) -> Result<(), ApiError> {
        let at = index_of_row(row)?;
        self.tab(tab)?.insert(Dimension::Rows, at, count)
    }

    /// Deletes `count` rows from row `row` on.
    pub fn delete_rows(&mut self, tab: &str, row: usize, count: usize) -> Result<(), ApiError> {
        let from = index_of_row(row)?;
        self.tab(tab)?.delete(Dimension::Rows, from, from + count)
    }

    /// Inserts `count` empty columns to the left of `column`.
    pub fn insert_columns(
        &mut self,
        tab: &str,
        column: &str,
        count: usize,
    ) -> Result<(), ApiError> {
        let at = index_of_column(column)?;
        self.tab(tab)?.insert(Dimension::Columns, at, count)
    }

    /// Deletes `count` columns from `column` on.
    pub fn delete_columns(
        &mut self,
        tab: &str,
        column: &str,
        count: usize,
    ) -> Result<(), ApiError> {
        let from = index_of_column(column)?;
        self.tab(tab)?
            .delete(Dimension::Columns, from, from + count)
    }

    /// Sorts a range by one of its columns; cells beside the range stay.
    pub fn sort(
        &mut self,
        tab: &str,
        range: &str,
        column: &str,
        descending: bool,
    ) -> Result<(), ApiError> {
        let column = index_of_column(column)?;
        let (tab, area) = self.area(tab, range)?;
        if !(area.left..area.right).contains(&column) {
            return Err(ApiError::invalid("The column is outside the sorted range."));
        }
        tab.grid.sort(area, &[SortBy { column, descending }]);
        Ok(())
    }

    /// Pastes a block with its upper left corner at `cell`; the grid grows if the
    /// block is larger. Each text is parsed as typing; `""` empties its cell.
    pub fn paste<R, T>(&mut self, tab: &str, cell: &str, rows: &[R]) -> Result<(), ApiError>
    where
        R: AsRef<[T]>,
        T: AsRef<str>,
    {
        let (tab, area) = self.area(tab, cell)?;
        let width = rows.iter().map(|row| row.as_ref().len()).max().unwrap_or(0);
        tab.grid.extend_to(area.top + rows.len(), area.left + width);
        for (row, texts) in (area.top..).zip(rows) {
            for (column, text) in (area.left..).zip(texts.as_ref()) {
                tab.put(row, column, typed(text.as_ref()))?;
            }
        }
        Ok(())
    }

    /// Renames a header in row 1.
    pub fn rename_header(&mut self, tab: &str, from: &str, to: &str) -> Result<(), ApiError> {
        let column = self.column(tab, from)?;
        self.type_in(tab, &format!("{column}1"), &format!("'{to}"))
    }

    /// Adds an empty tab of the default size at the right end.
    pub fn add_tab(&mut self, title: &str) -> Result<SheetId, ApiError> {
        self.add_tab_sized(title, DEFAULT_ROWS, DEFAULT_COLUMNS)
    }

    /// Adds an empty tab; the first one of a workbook has ID 0, as with Google.
    pub fn add_tab_sized(
        &mut self,
        title: &str,
        rows: usize,
        columns: usize,
    ) -> Result<SheetId, ApiError> {
        self.check_free(title)?;
        let id = self.next_id();
        self.tabs.push(Tab::new(id, title, rows, columns));
        Ok(id)
    }

    pub(super) fn next_id(&self) -> SheetId {
        let last = self.tabs.iter().map(|tab| tab.id.0).max();
        SheetId(last.map_or(0, |last| last + 1))
    }

    /// Deletes a tab; the last one cannot be deleted.
    pub fn delete_tab(&mut self, title: &str) -> Result<(), ApiError> {
        let id = self.tab(title)?.id;
        if self.tabs.len() == 1 {
            return Err(ApiError::invalid("You can't remove all the sheets."));
        }
        self.tabs.retain(|tab| tab.id != id);
        self.metadata
            .retain(|_, metadata| metadata["location"]["sheetId"] != id.0);
        Ok(())
    }

    /// Renames a tab.
    pub fn rename_tab(&mut self, from: &str, to: &str) -> Result<(), ApiError> {
        if from.to_lowercase() != to.to_lowercase() {
            self.check_free(to)?;
        }
        to.clone_into(&mut self.tab(from)?.title);
        Ok(())
    }

    /// The titles of the tabs, from left to right.
    #[must_use]
    pub fn tab_titles(&self) -> Vec<&str> {
        self.tabs.iter().map(|tab| tab.title.as_str()).collect()
    }

    /// What stands in one cell.
    pub fn cell(&self, tab: &str, cell: &str) -> Result<Cell, ApiError> {
        let tab = self.tab_with_title(tab)?;
        let area = tab.area_within(&cells(cell)?)?;
        Ok(tab.grid.cell(area.top, area.left).clone())
    }

    /// What one cell shows.
    pub fn shown(&self, tab: &str, cell: &str) -> Result<String, ApiError> {
        Ok(self.cell(tab, cell)?.display(self.locale))
    }

    /// Chooses how the numbers of a range are shown; other cells stay as they are.
    pub fn format(&mut self, tab: &str, range: &str, format: NumberFormat) -> Result<(), ApiError> {
        let (tab, area) = self.area(tab, range)?;
        for row in area.top..area.bottom.min(tab.grid.used_rows()) {
            for column in area.left..area.right {
                if let Cell::Number(value, _) = *tab.grid.cell(row, column) {
                    tab.put(row, column, Cell::Number(value, format))?;
                }
            }
        }
        Ok(())
    }

    /// What a tab shows, without trailing empty rows and cells.
    pub fn table(&self, tab: &str) -> Result<Vec<Vec<String>>, ApiError> {
        let (grid, locale) = (&self.tab_with_title(tab)?.grid, self.locale);
        let line = |row| {
            let mut line: Vec<String> = (0..grid.column_count())
                .map(|column| grid.cell(row, column).display(locale))
                .collect();
            line.truncate(
                line.iter()
                    .rposition(|text| !text.is_empty())
                    .map_or(0, |i| i + 1),
            );
            line
        };
        Ok((0..grid.used_rows()).map(line).collect())
    }

    /// The letters of the column under a header of row 1.
    pub fn column(&self, tab: &str, header: &str) -> Result<String, ApiError> {
        let grid = &self.tab_with_title(tab)?.grid;
        (0..grid.column_count())
            .find(|column| grid.cell(0, *column).display(self.locale) == header)
            .map(column_name)
            .ok_or_else(|| ApiError::invalid(format!("No column '{header}' on '{tab}'")))
    }

    /// The address of the cell under `header` in the first row that shows `text`
    /// under `key_header`: how a person finds the place to type into.
    pub fn address(
        &self,
        tab: &str,
        (key_header, text): (&str, &str),
        header: &str,
    ) -> Result<String, ApiError> {
        let key = index_of_column(&self.column(tab, key_header)?)?;
        let column = self.column(tab, header)?;
        let grid = &self.tab_with_title(tab)?.grid;
        (1..grid.used_rows())
            .find(|row| grid.cell(*row, key).display(self.locale) == text)
            .map(|row| format!("{column}{}", row + 1))
            .ok_or_else(|| ApiError::invalid(format!("No row with {key_header} = '{text}'")))
    }

    fn place(&mut self, tab: &str, at: &str, cell: Cell) -> Result<(), ApiError> {
        let (tab, area) = self.area(tab, at)?;
        tab.put(area.top, area.left, cell)
    }

    pub(super) fn area(&mut self, tab: &str, range: &str) -> Result<(&mut Tab, Area), ApiError> {
        let range = cells(range)?;
        let tab = self.tab(tab)?;
        let area = tab.area_within(&range)?;
        Ok((tab, area))
    }

    pub(super) fn tab(&mut self, title: &str) -> Result<&mut Tab, ApiError> {
        let index = self.position(title).ok_or_else(|| no_tab(title))?;
        Ok(&mut self.tabs[index])
    }

    pub(super) fn tab_with_title(&self, title: &str) -> Result<&Tab, ApiError> {
        let index = self.position(title).ok_or_else(|| no_tab(title))?;
        Ok(&self.tabs[index])
    }

    pub(super) fn check_free(&self, title: &str) -> Result<(), ApiError> {
        match self.position(title) {
            None => Ok(()),
            Some(_) => Err(ApiError::invalid(format!(
                "A sheet with the name '{title}' already exists."
            ))),
        }
    }
}

pub(super) fn cells(text: &str) -> Result<GridRange, ApiError> {
    parse_cells(text).ok_or_else(|| ApiError::invalid(format!("Unable to parse range: {text}")))
}

fn no_tab(title: &str) -> ApiError {
    ApiError::invalid(format!("There is no tab '{title}'"))
}

pub(super) fn index_of_row(row: usize) -> Result<usize, ApiError> {
    row.checked_sub(1)
        .ok_or_else(|| ApiError::invalid("Rows are numbered from 1."))
}

pub(super) fn index_of_column(letters: &str) -> Result<usize, ApiError> {
    column_index(letters).ok_or_else(|| ApiError::invalid(format!("No column '{letters}'")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", 4, 2).unwrap();
        let lines = [["код", "имя"], ["1", "а"], ["2", "б"], ["3", "в"]];
        workbook.paste("Лист", "A1", &lines).unwrap();
        workbook
    }

    fn seen(workbook: &Workbook) -> Vec<String> {
        let lines = workbook.table("Лист").unwrap();
        lines.iter().map(|line| line.join("|")).collect()
    }

    #[test]
    fn people_move_rows_about() {
        let mut workbook = workbook();
        workbook.move_rows("лист", 2, 1, 5).unwrap();
        assert_eq!(seen(&workbook), ["код|имя", "2|б", "3|в", "1|а"]);
        workbook.move_rows("Лист", 3, 2, 2).unwrap();
        assert_eq!(seen(&workbook), ["код|имя", "3|в", "1|а", "2|б"]);
        workbook.cut("Лист", "A2:B2", "A6").unwrap_err();
        workbook.insert_rows("Лист", 5, 2).unwrap();
        workbook.cut("Лист", "A2:B2", "A6").unwrap();
        assert_eq!(seen(&workbook), ["код|имя", "", "1|а", "2|б", "", "3|в"]);
        workbook.sort("Лист", "A2:A6", "A", true).unwrap();
        assert_eq!(
            seen(&workbook),
            ["код|имя", "3", "2|а", "1|б", "", "|в"],
            "a sort of one column tears the rows"
        );
        assert!(workbook.move_rows("Лист", 1, 2, 2).is_err());
    }

    #[test]
    fn people_find_their_way_by_headers() {
        let mut workbook = workbook();
        workbook.insert_columns("Лист", "B", 1).unwrap();
        workbook.rename_header("Лист", "имя", "ФИО").unwrap();
        let address = workbook.address("Лист", ("код", "2"), "ФИО").unwrap();
        assert_eq!(address, "C3");
        assert_eq!(workbook.cell("Лист", &address).unwrap(), Cell::text("б"));
        assert!(workbook.address("Лист", ("код", "9"), "ФИО").is_err());
        assert!(workbook.column("Лист", "имя").is_err());
    }

    #[test]
    fn what_people_have_protected_callers_cannot_change() {
        let mut workbook = workbook();
        let set = |row: usize, column: usize| {
            json!({"updateCells": {
                "start": {"sheetId": 0, "rowIndex": row, "columnIndex": column},
                "rows": [{"values": [{"userEnteredValue": {"stringValue": "нет"}}]}], "fields": "userEnteredValue"}})
        };
        let replace = json!({"findReplace": {
            "find": "а", "replacement": "", "range": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 2}}});
        let append = json!({"appendCells": {
            "sheetId": 0, "rows": [{"values": [{"userEnteredValue": {"stringValue": "4"}}]}], "fields": "userEnteredValue"}});
        let widen = json!({"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 1}});
        let refused = |workbook: &mut Workbook, request: &Value| {
            let answer = workbook.clone().apply(&json!({"requests": [request]}));
            answer.err().map_or_else(String::new, |error| error.message)
        };
        workbook.protect("Лист", Some("B2:B2")).unwrap();
        let words = "You are trying to edit a protected cell or object.";
        for request in [&set(1, 1), &replace] {
            assert!(refused(&mut workbook, request).contains(words), "{request}");
        }
        for request in [&set(1, 0), &set(2, 1), &append, &widen] {
            assert_eq!(refused(&mut workbook, request), "", "{request}");
        }
        workbook.type_in("Лист", "B2", "человеку можно").unwrap();
        workbook.protect("Лист", None).unwrap();
        for request in [&set(1, 0), &append, &widen] {
            assert!(refused(&mut workbook, request).contains(words), "{request}");
        }
        workbook.unprotect("Лист").unwrap();
        assert_eq!(refused(&mut workbook, &widen), "");
        workbook.limit_cells(Some(8));
        for request in [&append, &widen] {
            assert!(
                refused(&mut workbook, request).contains("increase the number of cells"),
                "{request}"
            );
        }
    }

    #[test]
    fn tabs_come_and_go() {
        let mut workbook = workbook();
        assert!(workbook.delete_tab("Лист").is_err(), "the last one stays");
        assert_eq!(workbook.add_tab("Ещё").unwrap(), SheetId(1));
        assert!(workbook.add_tab("ЕЩЁ").is_err());
        workbook.rename_tab("Ещё", "Новый").unwrap();
        workbook.delete_tab("Лист").unwrap();
        assert_eq!(workbook.tab_titles(), ["Новый"]);
        assert!(workbook.type_in("Лист", "A1", "x").is_err());
    }
}
