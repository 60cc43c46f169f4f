//! `findReplace`: change a cell only where it still holds a text.
//!
//! Invariant: what a match leaves is parsed as if it had been typed, so `""`
//! empties a cell and digits become a number. Cells are matched by the text
//! that they show; formulas only by their source, and only when asked for.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::{Area, GridRange, SheetId};
use super::cell::Cell;
use super::locale::Locale;
use super::tab::Tab;
use super::typing::typed;
use crate::sheets::error::ApiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FindReplace {
    #[serde(default)]
    find: String,
    #[serde(default)]
    replacement: String,
    #[serde(default)]
    match_case: bool,
    #[serde(default)]
    match_entire_cell: bool,
    #[serde(default)]
    search_by_regex: bool,
    #[serde(default)]
    include_formulas: bool,
    range: Option<GridRange>,
    sheet_id: Option<SheetId>,
    #[serde(default)]
    all_sheets: bool,
}

/// The counts of `FindReplaceResponse`.
#[derive(Default)]
struct Counts {
    values: usize,
    formulas: usize,
    rows: usize,
    sheets: usize,
    occurrences: usize,
}

impl Workbook {
    pub(super) fn find_replace(&mut self, request: &FindReplace) -> Result<Value, ApiError> {
        if request.search_by_regex {
            return Err(ApiError::not_simulated("searchByRegex"));
        }
        if request.find.is_empty() {
            return Err(ApiError::invalid("The value to find must not be empty."));
        }
        let how = (self.multiline_find, self.locale);
        let mut counts = Counts::default();
        for (tab, area) in self.scope(request)? {
            tab.check_unlocked(area)?;
            let found = counts.occurrences;
            replace_in(tab, area, request, how, &mut counts)?;
            counts.sheets += usize::from(counts.occurrences > found);
        }
        Ok(json!({ "findReplace": counts.body() }))
    }

    fn scope(&mut self, request: &FindReplace) -> Result<Vec<(&mut Tab, Area)>, ApiError> {
        let range = match (&request.range, request.sheet_id, request.all_sheets) {
            (Some(range), None, false) => *range,
            (None, Some(sheet_id), false) => GridRange {
                sheet_id,
                ..GridRange::default()
            },
            (None, None, true) => {
                let whole = |tab: &mut Tab| tab.grid.area();
                return Ok(self
                    .tabs
                    .iter_mut()
                    .map(|tab| {
                        let area = whole(tab);
                        (tab, area)
                    })
                    .collect());
            }
            _ => {
                return Err(ApiError::invalid(
                    "Exactly one of 'range', 'sheetId' and 'allSheets' must be set.",
                ));
            }
        };
        let tab = self.tab_with_id(range.sheet_id)?;
        let area = tab.area_within(&range)?;
        Ok(vec![(tab, area)])
    }
}

impl Counts {
    /// Zero counts are left out, as in every answer of Google's.
    fn body(&self) -> Value {
        let counts = [
            ("valuesChanged", self.values),
            ("formulasChanged", self.formulas),
            ("rowsChanged", self.rows),
            ("sheetsChanged", self.sheets),
            ("occurrencesChanged", self.occurrences),
        ];
        let counted = counts.into_iter().filter(|(_, count)| *count > 0);
        let body: Map<_, _> = counted
            .map(|(name, count)| (name.into(), json!(count)))
            .collect();
        Value::Object(body)
    }
}

fn replace_in(
    tab: &mut Tab,
    area: Area,
    request: &FindReplace,
    (multiline, locale): (bool, Locale),
    counts: &mut Counts,
) -> Result<(), ApiError> {
    for row in area.top..area.bottom.min(tab.grid.used_rows()) {
        let before = counts.occurrences;
        for column in area.left..area.right {
            let cell = tab.grid.cell(row, column);
            let (text, changed) = match cell {
                Cell::Empty => continue,
                Cell::Formula(source, _) if request.include_formulas => {
                    (source.clone(), &mut counts.formulas)
                }
                Cell::Formula(..) => continue,
                Cell::Text(_) | Cell::Rich(..) | Cell::Number(..) | Cell::Bool(_) => {
                    (cell.display(locale), &mut counts.values)
                }
            };
            if text.contains('\n') && !multiline {
                continue;
            }
            let (left, found) = replaced(&text, request);
            if found > 0 {
                *changed += 1;
                counts.occurrences += found;
                tab.put(row, column, typed(&left))?;
            }
        }
        counts.rows += usize::from(counts.occurrences > before);
    }
    Ok(())
}

/// The text after replacement, and how often the sought one occurred in it.
fn replaced(text: &str, request: &FindReplace) -> (String, usize) {
    let find = request.find.as_str();
    if request.match_entire_cell {
        let same = if request.match_case {
            text == find
        } else {
            text.to_lowercase() == find.to_lowercase()
        };
        return if same {
            (request.replacement.clone(), 1)
        } else {
            (String::new(), 0)
        };
    }
    if request.match_case {
        let found = text.matches(find).count();
        return (text.replace(find, &request.replacement), found);
    }
    replace_ignoring_case(text, find, &request.replacement)
}

/// Compares character by character, since lower case may differ in length.
fn replace_ignoring_case(text: &str, find: &str, replacement: &str) -> (String, usize) {
    let same = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let (mut left, mut found, mut rest) = (String::new(), 0, text);
    while let Some(first) = rest.chars().next() {
        let mut candidate = rest.chars();
        let matches = find
            .chars()
            .all(|sought| candidate.next().is_some_and(|c| same(c, sought)));
        if matches {
            left.push_str(replacement);
            found += 1;
            rest = candidate.as_str();
        } else {
            left.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (left, found)
}

#[cfg(test)]
mod tests {
    use super::super::Shown;
    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", 4, 2).unwrap();
        workbook.add_tab_sized("Другой", 4, 2).unwrap();
        for (cell, text) in [("A1", "Готово"), ("B1", "готово, готово"), ("A3", "42")]
        {
            workbook.type_in("Лист", cell, text).unwrap();
        }
        workbook.type_in("Другой", "B2", "Готово").unwrap();
        let shown = Shown::Text("Готово".to_owned());
        workbook.type_formula("Лист", "A2", "=G(1)", shown).unwrap();
        workbook.type_in("Лист", "B4", "первая\nвторая").unwrap();
        workbook
    }

    fn counts(workbook: &mut Workbook, request: &Value) -> Value {
        let body = json!({"requests": [{"findReplace": request}]});
        workbook.apply(&body).unwrap()["replies"][0]["findReplace"].clone()
    }

    #[test]
    fn matching_follows_the_options() {
        let a1 = json!({"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1,
            "startColumnIndex": 0, "endColumnIndex": 1});
        let one = json!({"valuesChanged": 1, "rowsChanged": 1, "sheetsChanged": 1,
            "occurrencesChanged": 1});
        let table = [
            (
                json!({"find": "Готово", "matchCase": true, "matchEntireCell": true, "range": a1}),
                one.clone(),
            ),
            (
                json!({"find": "готово", "matchCase": true, "matchEntireCell": true, "range": a1}),
                json!({}),
            ),
            (
                json!({"find": "отов", "matchCase": true, "matchEntireCell": true, "range": a1}),
                json!({}),
            ),
            (
                json!({"find": "ГОТОВО", "sheetId": 0}),
                json!({"valuesChanged": 2, "rowsChanged": 1, "sheetsChanged": 1,
                    "occurrencesChanged": 3}),
            ),
            (
                json!({"find": "Готово", "matchEntireCell": true, "allSheets": true}),
                json!({"valuesChanged": 2, "rowsChanged": 2, "sheetsChanged": 2,
                    "occurrencesChanged": 2}),
            ),
            (
                json!({"find": "G(1)", "includeFormulas": true, "sheetId": 0}),
                json!({"formulasChanged": 1, "rowsChanged": 1, "sheetsChanged": 1,
                    "occurrencesChanged": 1}),
            ),
            (json!({"find": "G(1)", "sheetId": 0}), json!({})),
            (
                json!({"find": "42", "matchEntireCell": true, "sheetId": 0}),
                one.clone(),
            ),
            (
                json!({"find": "первая\nвторая", "matchEntireCell": true, "sheetId": 0}),
                one,
            ),
        ];
        for (request, expected) in table {
            assert_eq!(counts(&mut workbook(), &request), expected, "{request}");
        }
    }

    #[test]
    fn what_is_left_is_parsed_as_typing() {
        let mut workbook = workbook();
        for (find, replacement) in [("Готово", ""), ("42", "007")] {
            counts(
                &mut workbook,
                &json!({"find": find, "replacement": replacement,
                "matchCase": true, "matchEntireCell": true, "sheetId": 0}),
            );
        }
        assert_eq!(workbook.cell("Лист", "A1").unwrap(), Cell::Empty);
        assert_eq!(workbook.cell("Лист", "A3").unwrap(), Cell::number(7.0));
        assert_eq!(
            workbook.shown("Лист", "A2").unwrap(),
            "Готово",
            "a formula stays"
        );
    }

    #[test]
    fn text_with_line_breaks_can_be_made_unfindable() {
        let request = json!({"find": "первая\nвторая", "matchEntireCell": true, "sheetId": 0});
        let mut workbook = workbook().without_multiline_find();
        assert_eq!(counts(&mut workbook, &request), json!({}));
    }

    #[test]
    fn the_scope_is_stated_exactly_once() {
        for request in [
            json!({"find": "a"}),
            json!({"find": "a", "sheetId": 0, "allSheets": true}),
            json!({"find": "", "sheetId": 0}),
            json!({"find": "a", "range": {"sheetId": 0, "endRowIndex": 5}}),
        ] {
            let body = json!({"requests": [{"findReplace": request}]});
            assert_eq!(workbook().apply(&body).unwrap_err().code, 400, "{body}");
        }
    }
}
