//! `spreadsheets.values.batchGet`.
//!
//! Invariant: trailing empty lines and cells are left out in the asked
//! direction, and a range in which nothing stands has no `values` at all.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Workbook;
use super::address::{Area, Dimension};
use super::cell::{Cell, NumberFormat, Shown};
use super::grid::Grid;
use super::locale::Locale;
use crate::sheets::error::ApiError;

/// The parameters of `spreadsheets.values.batchGet`.
#[derive(Clone, Debug)]
pub struct ValuesQuery {
    /// Ranges in A1 notation, answered in this order.
    pub ranges: Vec<String>,
    /// Whether the outer lists are rows or columns.
    pub major: Dimension,
    /// How values are written.
    pub render: Render,
    /// How dates are written when values are not formatted.
    pub dates: DateRender,
}

/// `valueRenderOption`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Render {
    /// As the cell shows it.
    #[serde(rename = "FORMATTED_VALUE")]
    Formatted,
    /// As it was calculated.
    #[serde(rename = "UNFORMATTED_VALUE")]
    Unformatted,
    /// As it was entered.
    #[serde(rename = "FORMULA")]
    Formula,
}

/// `dateTimeRenderOption`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum DateRender {
    /// Days since 1899-12-30.
    #[serde(rename = "SERIAL_NUMBER")]
    SerialNumber,
    /// As the cell shows it.
    #[serde(rename = "FORMATTED_STRING")]
    FormattedString,
}

impl Default for ValuesQuery {
    /// Google's defaults, with no ranges.
    fn default() -> Self {
        Self {
            ranges: Vec::new(),
            major: Dimension::Rows,
            render: Render::Formatted,
            dates: DateRender::SerialNumber,
        }
    }
}

impl Workbook {
    /// Reads many ranges at once.
    ///
    /// # Errors
    ///
    /// 400 for a range that cannot be parsed or begins outside its grid.
    pub fn values_batch_get(&self, query: &ValuesQuery) -> Result<Value, ApiError> {
        let ranges = query
            .ranges
            .iter()
            .map(|range| self.value_range(range, query));
        let ranges: Vec<Value> = ranges.collect::<Result<_, _>>()?;
        let mut response = json!({ "spreadsheetId": self.id });
        if !ranges.is_empty() {
            response["valueRanges"] = json!(ranges);
        }
        Ok(response)
    }

    fn value_range(&self, range: &str, query: &ValuesQuery) -> Result<Value, ApiError> {
        let (index, range) = self.locate(range)?;
        let tab = &self.tabs[index];
        let area = tab.area_clipped(&range)?;
        let (name, lines) = match query.major {
            Dimension::Rows => ("ROWS", rows(&tab.grid, area, query, self.locale)),
            Dimension::Columns => ("COLUMNS", columns(&tab.grid, area, query, self.locale)),
        };
        let mut answer = json!({ "range": area.a1(&tab.title), "majorDimension": name });
        if !lines.is_empty() {
            answer["values"] = json!(lines);
        }
        Ok(answer)
    }
}

fn rows(grid: &Grid, area: Area, query: &ValuesQuery, locale: Locale) -> Vec<Vec<Value>> {
    let bottom = area.bottom.min(grid.used_rows());
    let lines = (area.top..bottom).map(|row| {
        let cells = (area.left..area.right).map(|column| grid.cell(row, column));
        line(cells, query, locale)
    });
    trimmed(lines.collect())
}

fn columns(grid: &Grid, area: Area, query: &ValuesQuery, locale: Locale) -> Vec<Vec<Value>> {
    let bottom = area.bottom.min(grid.used_rows());
    let lines = (area.left..area.right).map(|column| {
        let cells = (area.top..bottom).map(|row| grid.cell(row, column));
        line(cells, query, locale)
    });
    trimmed(lines.collect())
}

fn line<'g>(
    cells: impl Iterator<Item = &'g Cell>,
    query: &ValuesQuery,
    locale: Locale,
) -> Vec<Value> {
    let mut line = Vec::new();
    let mut filled = 0;
    for cell in cells {
        line.push(rendered(cell, query, locale));
        if !cell.is_empty() {
            filled = line.len();
        }
    }
    line.truncate(filled);
    line
}

fn trimmed(mut lines: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let filled = lines.iter().rposition(|line| !line.is_empty());
    lines.truncate(filled.map_or(0, |last| last + 1));
    lines
}

fn rendered(cell: &Cell, query: &ValuesQuery, locale: Locale) -> Value {
    match (query.render, cell) {
        (Render::Formatted, _) => json!(cell.display(locale)),
        (Render::Formula, Cell::Formula(source, _)) => json!(source),
        (
            _,
            Cell::Number(_, NumberFormat::Date | NumberFormat::DateTime)
            | Cell::Formula(_, Shown::Number(_, NumberFormat::Date | NumberFormat::DateTime)),
        ) if query.dates == DateRender::FormattedString => {
            json!(cell.display(locale))
        }
        (Render::Unformatted | Render::Formula, _) => cell.unformatted(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("список людей", 6, 4).unwrap();
        let lines: Vec<&[&str]> = vec![&["имя", "дата"], &[], &["Анна", "09.03.2025", "=2", "1,5"]];
        workbook.paste("список людей", "A1", &lines).unwrap();
        workbook
    }

    fn read(ranges: &[&str], query: &ValuesQuery) -> Value {
        let ranges = ranges.iter().map(|range| (*range).to_owned()).collect();
        let query = ValuesQuery { ranges, ..*query };
        workbook().values_batch_get(&query).unwrap()["valueRanges"].clone()
    }

    #[test]
    fn trailing_emptiness_is_left_out_in_both_directions() {
        let rows = read(
            &["список людей", "'список людей'!A2:B2"],
            &ValuesQuery::default(),
        );
        assert_eq!(rows[0]["range"], "'список людей'!A1:D6");
        assert_eq!(
            rows[0]["values"],
            json!([["имя", "дата"], [], ["Анна", "09.03.2025", "2", "1,5"]])
        );
        assert_eq!(
            rows[1],
            json!({"range": "'список людей'!A2:B2", "majorDimension": "ROWS"})
        );
        let query = ValuesQuery {
            major: Dimension::Columns,
            ..ValuesQuery::default()
        };
        let columns = read(&["'список людей'!A:A", "A2:D6", "1:1"], &query);
        assert_eq!(columns[0]["values"], json!([["имя", "", "Анна"]]));
        assert_eq!(
            columns[1]["values"],
            json!([["", "Анна"], ["", "09.03.2025"], ["", "2"], ["", "1,5"]])
        );
        assert_eq!(columns[2]["values"], json!([["имя"], ["дата"]]));
    }

    #[test]
    fn values_are_rendered_as_asked() {
        let third = |render, dates| {
            let query = ValuesQuery {
                render,
                dates,
                ..ValuesQuery::default()
            };
            read(&["A3:D3"], &query)[0]["values"][0].clone()
        };
        let serial = DateRender::SerialNumber;
        let string = DateRender::FormattedString;
        for (render, dates, values) in [
            (
                Render::Formatted,
                serial,
                json!(["Анна", "09.03.2025", "2", "1,5"]),
            ),
            (Render::Unformatted, serial, json!(["Анна", 45_725, 2, 1.5])),
            (
                Render::Unformatted,
                string,
                json!(["Анна", "09.03.2025", 2, 1.5]),
            ),
            (Render::Formula, serial, json!(["Анна", 45_725, "=2", 1.5])),
        ] {
            assert_eq!(third(render, dates), values, "{render:?} {dates:?}");
        }
    }
}
