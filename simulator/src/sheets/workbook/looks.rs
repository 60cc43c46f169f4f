//! How cells look to people: widths, wraps and fills that somebody chose, and the
//! conditional formats that can be told here.
//!
//! Invariant: nothing of it changes a value that stands there already, and the newest choice
//! counts. A condition that is not understood colours nothing.

use serde_json::{Map, Value, json};

use super::Workbook;
use super::address::{Area, GridRange, column_index};
use super::locale::Locale;
use super::people::cells;
use super::tab::{FormatRule, Tab};
use crate::sheets::error::ApiError;

/// A column as Google makes it, in pixels.
const USUAL_WIDTH: u32 = 100;

/// How somebody has made a range look.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Look {
    /// Of its columns, in pixels.
    pub width: Option<u32>,
    /// Whether long texts go on in the next line.
    pub wrap: bool,
    /// Whether its text is bold.
    pub bold: bool,
    /// Such as `#e6f4ea`.
    pub background: Option<&'static str>,
}

/// A choice where it is now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) range: GridRange,
    /// Of its columns, in pixels.
    pub(super) width: Option<u32>,
    /// Of its cells, as a part of `CellFormat`; null where a choice was taken back.
    pub(super) format: Map<String, Value>,
}

impl Workbook {
    /// Somebody chooses how a range looks, such as `A:C` or `1:1`.
    ///
    /// # Errors
    /// 400 if there is no such tab or range.
    pub fn look(&mut self, tab: &str, range: &str, look: Look) -> Result<(), ApiError> {
        let mut range = cells(range)?;
        let tab = self.tab(tab)?;
        tab.area_within(&range)?;
        range.sheet_id = tab.id;
        tab.looks.push(Placed {
            range,
            width: look.width,
            format: look.format(),
        });
        Ok(())
    }

    /// Somebody freezes the first rows of a tab.
    ///
    /// # Errors
    /// 400 if there is no such tab.
    pub fn freeze(&mut self, tab: &str, rows: usize) -> Result<(), ApiError> {
        self.tab(tab)?.frozen_rows = rows;
        Ok(())
    }
}

impl Look {
    /// As Google's `CellFormat`.
    fn format(&self) -> Map<String, Value> {
        let mut format = Map::new();
        if self.wrap {
            format.insert("wrapStrategy".into(), json!("WRAP"));
        }
        if self.bold {
            format.insert("textFormat".into(), json!({ "bold": true }));
        }
        if let Some(background) = self.background {
            format.insert("backgroundColor".into(), colour(background));
        }
        format
    }
}

impl Tab {
    /// The width of each column, in pixels.
    pub(super) fn widths(&self) -> Vec<u32> {
        let mut widths = vec![USUAL_WIDTH; self.grid.column_count()];
        for (area, placed) in self.placed() {
            if let Some(width) = placed.width {
                widths[area.left..area.right].fill(width);
            }
        }
        widths
    }

    /// Where a part of the format has this value.
    pub(super) fn formatted(&self, name: &str, value: &str) -> Vec<Area> {
        let chosen = self
            .placed()
            .filter(|(_, placed)| placed.format.get(name).is_some_and(|has| has == value));
        chosen.map(|(area, _)| area).collect()
    }

    /// `userEnteredFormat` of a cell: whatever was chosen for it, the newest last.
    pub(super) fn format(&self, row: usize, column: usize) -> Map<String, Value> {
        let mut format = Map::new();
        for (_, placed) in self.placed().filter(|(area, _)| area.holds(row, column)) {
            for (name, value) in &placed.format {
                match (value, format.get_mut(name)) {
                    (Value::Null, _) => drop(format.remove(name)),
                    (Value::Object(parts), Some(Value::Object(known))) if name == "textFormat" => {
                        known.extend(parts.clone());
                    }
                    _ => drop(format.insert(name.clone(), value.clone())),
                }
            }
        }
        format
    }

    /// Fills and styles, those that somebody chose first, then those that conditions bring, which win.
    pub(super) fn fills(&self, locale: Locale) -> Vec<Value> {
        let mut fills: Vec<Value> = self.placed().filter_map(chosen).collect();
        let used = self.grid.used_rows();
        for row in 0..used {
            let mut run: Option<(usize, Map<String, Value>)> = None;
            for column in 0..=self.grid.column_count() {
                let format = (column < self.grid.column_count())
                    .then(|| self.conditional(row, column, locale))
                    .flatten();
                if run.as_ref().map(|(_, format)| format) == format.as_ref() {
                    continue;
                }
                if let Some((left, mut fill)) = run.take() {
                    fill.insert("range".into(), json!([row, left, row + 1, column]));
                    fills.push(Value::Object(fill));
                }
                run = format.map(|format| (column, format));
            }
        }
        fills
    }

    /// The format that the first rule that holds gives to a cell.
    fn conditional(&self, row: usize, column: usize, locale: Locale) -> Option<Map<String, Value>> {
        let mut rules = self.formats.iter();
        rules.find_map(|rule| {
            let covers = |range: &&GridRange| {
                let area = range.clipped(self.grid.row_count(), self.grid.column_count());
                area.is_some_and(|area| area.holds(row, column))
            };
            rule.ranges.iter().find(covers)?;
            let rule_holds = self.holds(rule, row, column, locale);
            rule_holds.then(|| style(&rule.rest["booleanRule"]["format"]))
        })
    }

    /// Whether a rule holds for a cell.
    fn holds(&self, rule: &FormatRule, row: usize, column: usize, locale: Locale) -> bool {
        let condition = &rule.rest.get("booleanRule").unwrap_or(&Value::Null)["condition"];
        let value = condition["values"][0]["userEnteredValue"].as_str();
        let (Some(kind), Some(value)) = (condition["type"].as_str(), value) else {
            return false;
        };
        match kind {
            "TEXT_EQ" => same(&self.grid.cell(row, column).display(locale), value),
            "CUSTOM_FORMULA" => {
                let Some((reference, end, word)) = comparison(value) else {
                    return false;
                };
                // A formula is written for the upper left cell of the rule's first range.
                let from = rule.ranges.first().copied().unwrap_or_default();
                let top = from.start_row_index.unwrap_or(0);
                let left = from.start_column_index.unwrap_or(0);
                let place = reference.seen_from((top, left), (row, column));
                place.is_some_and(|(row, column)| {
                    let shown = self.grid.cell(row, column).display(locale);
                    let from = shown
                        .chars()
                        .count()
                        .saturating_sub(end.unwrap_or(usize::MAX));
                    let shown: String = shown.chars().skip(from).collect();
                    same(&shown, &word)
                })
            }
            _ => false,
        }
    }

    fn placed(&self) -> impl Iterator<Item = (Area, &Placed)> {
        let (rows, columns) = (self.grid.row_count(), self.grid.column_count());
        self.looks
            .iter()
            .filter_map(move |placed| Some((placed.range.clipped(rows, columns)?, placed)))
    }
}

impl Area {
    fn holds(self, row: usize, column: usize) -> bool {
        (self.top..self.bottom).contains(&row) && (self.left..self.right).contains(&column)
    }
}

/// A cell as a formula names it.
#[derive(Debug, PartialEq)]
struct Reference {
    row: usize,
    column: usize,
    row_stays: bool,
    column_stays: bool,
}

impl Reference {
    /// The cell that it means in a formula that was written for `home` and is looked at from `here`.
    fn seen_from(&self, home: (usize, usize), here: (usize, usize)) -> Option<(usize, usize)> {
        let moved = |at: usize, stays: bool, home: usize, here: usize| match stays {
            true => Some(at),
            false => (at + here).checked_sub(home),
        };
        Some((
            moved(self.row, self.row_stays, home.0, here.0)?,
            moved(self.column, self.column_stays, home.1, here.1)?,
        ))
    }
}

/// `=$C2="word"` or `=RIGHT($C2;4)="word"`: a cell, how much of its end counts, and the text that it is compared with.
fn comparison(formula: &str) -> Option<(Reference, Option<usize>, String)> {
    let (cell, text) = formula.trim().strip_prefix('=')?.split_once('=')?;
    let cell = cell.trim();
    let (cell, end) = match cell.strip_prefix("RIGHT(") {
        Some(arguments) => {
            let (cell, end) = arguments.strip_suffix(')')?.split_once([';', ','])?;
            (cell.trim(), Some(end.trim().parse().ok()?))
        }
        None => (cell, None),
    };
    let column_stays = cell.starts_with('$');
    let cell = cell.trim_start_matches('$');
    let letters = cell.find(|c: char| !c.is_ascii_alphabetic())?;
    let (letters, row) = cell.split_at(letters);
    let row_stays = row.starts_with('$');
    let row: usize = row.trim_start_matches('$').parse().ok()?;
    let quoted = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    let alone = quoted.replace("\"\"", "");
    if alone.contains('"') {
        return None;
    }
    let reference = Reference {
        row: row.checked_sub(1)?,
        column: column_index(letters)?,
        row_stays,
        column_stays,
    };
    Some((reference, end, quoted.replace("\"\"", "\"")))
}

/// Google compares texts without regard to case.
fn same(shown: &str, word: &str) -> bool {
    shown.to_lowercase() == word.to_lowercase()
}

fn chosen((area, placed): (Area, &Placed)) -> Option<Value> {
    let mut fill = style(&Value::Object(placed.format.clone()));
    if fill.is_empty() {
        return None;
    }
    fill.insert("range".into(), json!(area.bounds()));
    Some(Value::Object(fill))
}

/// `#rrggbb` as Google's `Color`; what is none is black.
fn colour(text: &str) -> Value {
    let part = |at: usize| {
        let digits = text.get(at..at + 2).unwrap_or_default();
        f64::from(u8::from_str_radix(digits, 16).unwrap_or_default()) / 255.0
    };
    json!({ "red": part(1), "green": part(3), "blue": part(5) })
}

/// `CellFormat` as the page shows it.
fn style(format: &Value) -> Map<String, Value> {
    let mut style = Map::new();
    let colour = |name: &str, of: &Value| {
        let plain = of
            .get(name)
            .or_else(|| of.get(format!("{name}Style"))?.get("rgbColor"));
        plain.map(hex)
    };
    if let Some(background) = colour("backgroundColor", format) {
        style.insert("background".into(), background.into());
    }
    let text = &format["textFormat"];
    if let Some(foreground) = colour("foregroundColor", text) {
        style.insert("color".into(), foreground.into());
    }
    for name in ["bold", "strikethrough", "italic"] {
        if text[name] == true {
            style.insert(name.into(), json!(true));
        }
    }
    style
}

/// `Color`, whose parts run from 0 to 1.
fn hex(colour: &Value) -> String {
    let part = |name: &str| {
        let part = colour[name].as_f64().unwrap_or_default().clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it lies between 0 and 255"
        )]
        let part = (part * 255.0).round() as u8;
        part
    };
    format!(
        "#{:02x}{:02x}{:02x}",
        part("red"),
        part("green"),
        part("blue")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_is_read_and_moves_with_the_cell_that_asks() {
        let (reference, end, word) = comparison("=$C2=\"В \"\"работе\"\"\"").unwrap();
        assert_eq!(end, None);
        assert_eq!(word, "В \"работе\"");
        assert_eq!(reference.seen_from((1, 0), (4, 7)), Some((4, 2)));
        let (reference, end, word) = comparison("=RIGHT($K2; 5)=\"поздно\"").unwrap();
        assert_eq!(
            (reference.column, end, word.as_str()),
            (10, Some(5), "поздно")
        );
        let (reference, ..) = comparison("= C$2 = \"x\"").unwrap();
        assert_eq!(reference.seen_from((1, 0), (4, 1)), Some((1, 3)));
        for other in [
            "=C2<>\"x\"",
            "=AND(C2=\"x\")",
            "=C2=D2",
            "C2=\"x\"",
            "=C=\"x\"",
            "=C2=\"x\"&\"y\"",
            "=LEFT(C2;1)=\"x\"",
        ] {
            assert_eq!(comparison(other), None, "{other}");
        }
    }

    #[test]
    fn conditions_fill_the_cells_for_which_they_hold() {
        let mut book = Workbook::new("book", "Book");
        book.add_tab_sized("Лист", 5, 3).unwrap();
        let rows = [
            ["код", "статус", "x"],
            ["1", "новое", ""],
            ["2", "Решено", "Новое"],
        ];
        book.paste("Лист", "A1", &rows).unwrap();
        let rule = |kind: &str, value: &str, from: usize| {
            json!({"addConditionalFormatRule": {"rule": {
                "ranges": [{"sheetId": 0, "startRowIndex": 1, "startColumnIndex": from}],
                "booleanRule": {
                    "condition": {"type": kind, "values": [{"userEnteredValue": value}]},
                    "format": {"backgroundColor": {"red": 1.0, "green": 0.5}, "textFormat": {"strikethrough": true}}},
            }}})
        };
        let requests = [
            rule("CUSTOM_FORMULA", "=$B2=\"Новое\"", 0),
            rule("TEXT_EQ", "новое", 2),
            rule("CUSTOM_FORMULA", "=ISBLANK(A1)", 0),
        ];
        book.apply(&json!({ "requests": requests })).unwrap();
        book.look(
            "Лист",
            "1:1",
            Look {
                bold: true,
                width: Some(150),
                ..Look::default()
            },
        )
        .unwrap();
        let seen = book.tab_seen("Лист").unwrap();
        let fill = |range: [usize; 4]| json!({"range": range, "background": "#ff8000", "strikethrough": true});
        assert_eq!(
            seen["fills"],
            json!([{"range": [0, 0, 1, 3], "bold": true}, fill([1, 0, 2, 3]), fill([2, 2, 3, 3])])
        );
        assert_eq!(seen["widths"], json!([150, 150, 150]));
    }
}
