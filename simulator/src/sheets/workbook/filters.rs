//! A person filters a tab by what stands in a column.
//!
//! Invariant: a filter hides rows from people alone; callers of the API see them all,
//! and its criteria stay with their columns.

use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::{Dimension, GridRange};
use super::grid::SortBy;
use super::locale::Locale;
use super::people::index_of_column;
use super::tab::{BasicFilter, Tab};
use crate::sheets::error::ApiError;

impl Workbook {
    /// Hides the rows that show one of these texts in a column, or, with none, shows them again.
    /// A tab without a filter gets one over all that stands in it.
    ///
    /// # Errors
    /// 400 if there is no such tab or the filter has no such column.
    pub fn filter(
        &mut self,
        tab: &str,
        column: &str,
        hidden: Option<&[String]>,
    ) -> Result<(), ApiError> {
        let column = index_of_column(column)?;
        let tab = self.tab(tab)?;
        let area = tab.grid.area();
        let whole = GridRange {
            sheet_id: tab.id,
            start_row_index: Some(0),
            end_row_index: Some(tab.grid.used_rows().max(1)),
            start_column_index: Some(0),
            end_column_index: Some(area.right),
        };
        let filter = tab.basic_filter.get_or_insert_with(|| BasicFilter {
            range: whole,
            rest: Map::new(),
        });
        let covers = filter
            .range
            .clipped(area.bottom, area.right)
            .is_some_and(|area| (area.left..area.right).contains(&column));
        if !covers {
            return Err(ApiError::invalid("The filter does not cover this column."));
        }
        let criteria = filter.rest.entry("criteria").or_insert_with(|| json!({}));
        match (hidden, criteria.as_object_mut()) {
            (Some(hidden), Some(criteria)) if !hidden.is_empty() => {
                criteria.insert(column.to_string(), json!({ "hiddenValues": hidden }));
            }
            (_, Some(criteria)) => {
                criteria.remove(&column.to_string());
                if criteria.is_empty() {
                    filter.rest.remove("criteria");
                }
            }
            (_, None) => {}
        }
        Ok(())
    }
}

impl BasicFilter {
    /// What it hides, by column.
    pub(super) fn hidden(&self) -> Map<String, Value> {
        let hides = |(column, criterion): (usize, &Value)| {
            let values = criterion.get("hiddenValues")?.clone();
            Some((column.to_string(), values))
        };
        self.criteria().filter_map(hides).collect()
    }

    /// The rows below its header that it leaves, in the order in which it sorts them; only those that hold anything.
    pub(super) fn rows(&self, tab: &Tab, locale: Locale) -> Vec<usize> {
        let (rows, columns) = (tab.grid.row_count(), tab.grid.column_count());
        let Some(area) = self.range.clipped(rows, columns) else {
            return Vec::new();
        };
        let leaves_row = |row: &usize| {
            self.criteria().all(|(column, criterion)| {
                leaves(criterion, &tab.grid.cell(*row, column).display(locale))
            })
        };
        let below = area.top + 1..area.bottom.min(tab.grid.used_rows());
        let mut rows: Vec<usize> = below.filter(leaves_row).collect();
        let specs = self.rest.get("sortSpecs").and_then(Value::as_array);
        let specs = specs.into_iter().flatten();
        let by: Vec<SortBy> = specs
            .filter_map(|spec| {
                Some(SortBy {
                    column: index_in(spec, "dimensionIndex")?,
                    descending: spec["sortOrder"] == "DESCENDING",
                })
            })
            .collect();
        tab.grid.order(&mut rows, &by);
        rows
    }

    /// What each column must show.
    fn criteria(&self) -> impl Iterator<Item = (usize, &Value)> {
        let criteria = self.rest.get("criteria").and_then(Value::as_object);
        let by_key = criteria.into_iter().flatten();
        let by_key = by_key
            .filter_map(|(column, criterion)| Some((column.parse::<usize>().ok()?, criterion)));
        let specs = self.rest.get("filterSpecs").and_then(Value::as_array);
        let specs = specs.into_iter().flatten();
        let by_spec = specs
            .filter_map(|spec| Some((index_in(spec, "columnIndex")?, &spec["filterCriteria"])));
        by_key.chain(by_spec)
    }

    /// The criteria move with their columns when columns come or go.
    pub(super) fn follow(&mut self, dimension: Dimension, moved: impl Fn(usize) -> Option<usize>) {
        if dimension == Dimension::Rows {
            return;
        }
        let criteria = self.rest.get_mut("criteria").and_then(Value::as_object_mut);
        if let Some(criteria) = criteria {
            let all = std::mem::take(criteria).into_iter();
            criteria.extend(all.filter_map(|(column, criterion)| {
                let column = moved(column.parse().ok()?)?;
                Some((column.to_string(), criterion))
            }));
        }
        for (list, name) in [
            ("filterSpecs", "columnIndex"),
            ("sortSpecs", "dimensionIndex"),
        ] {
            let specs = self.rest.get_mut(list).and_then(Value::as_array_mut);
            specs.into_iter().for_each(|specs| {
                specs.retain_mut(|spec| {
                    let at = index_in(spec, name).and_then(&moved);
                    spec[name] = json!(at);
                    at.is_some()
                });
            });
        }
    }
}

/// The column that a criterion names, or that a sort goes by; an absent one is the first, as in all of Google's messages.
fn index_in(spec: &Value, name: &str) -> Option<usize> {
    usize::try_from(spec[name].as_u64().unwrap_or_default()).ok()
}

/// Whether a criterion leaves the row of a cell that shows this; a condition that is not understood leaves every row.
fn leaves(criterion: &Value, shown: &str) -> bool {
    let mut hidden = criterion["hiddenValues"].as_array().into_iter().flatten();
    if hidden.any(|value| value == shown) {
        return false;
    }
    let condition = &criterion["condition"];
    let word = condition["values"][0]["userEnteredValue"].as_str();
    // Google compares texts without regard to case.
    let (word, shown) = (
        word.unwrap_or_default().to_lowercase(),
        shown.to_lowercase(),
    );
    match condition["type"].as_str() {
        Some("BLANK") => shown.is_empty(),
        Some("NOT_BLANK") => !shown.is_empty(),
        Some("TEXT_EQ") => shown == word,
        Some("TEXT_CONTAINS") => shown.contains(&word),
        Some("TEXT_STARTS_WITH") => shown.starts_with(&word),
        Some("TEXT_ENDS_WITH") => shown.ends_with(&word),
        Some(_) | None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_filter_hides_stays_with_its_column() {
        let mut book = Workbook::new("book", "Book");
        book.add_tab_sized("Лист", 4, 3).unwrap();
        book.paste("Лист", "A1", &[["код", "статус"], ["1", "Решено"]])
            .unwrap();
        let hidden = ["Решено".to_owned()];
        book.filter("Лист", "B", Some(&hidden)).unwrap();
        book.insert_columns("Лист", "A", 1).unwrap();
        let seen = |book: &Workbook| book.tab_seen("Лист").unwrap()["filter"].clone();
        assert_eq!(seen(&book)["hidden"], json!({ "2": ["Решено"] }));
        assert_eq!(seen(&book)["range"], json!([0, 1, 2, 4]));
        book.delete_columns("Лист", "A", 1).unwrap();
        assert_eq!(seen(&book)["hidden"], json!({ "1": ["Решено"] }));
        assert_eq!(book.table("Лист").unwrap().len(), 2, "callers see all");
        book.filter("Лист", "B", None).unwrap();
        assert_eq!(seen(&book)["hidden"], json!({}));
        assert!(book.filter("Лист", "Z", None).is_err());
        book.filter("Лист", "B", Some(&hidden)).unwrap();
        book.delete_columns("Лист", "B", 1).unwrap();
        assert_eq!(seen(&book)["hidden"], json!({}));
    }
}
