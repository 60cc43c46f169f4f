//! Addresses: A1 notation, `GridRange`, and rectangles on a grid.
//!
//! Invariant: indexes are zero-based and ends exclusive everywhere but in A1
//! text; an [`Area`] lies wholly on the grid that it was made for.

use serde::{Deserialize, Serialize};

/// Google's widest sheet ends at column `ZZZ`.
const MAX_COLUMN_LETTERS: usize = 3;

/// The ID of a tab (`sheetId`); 0 is a valid one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(transparent)]
pub struct SheetId(pub i32);

/// Rows or columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Dimension {
    /// Horizontal lines, numbered.
    Rows,
    /// Vertical lines, lettered.
    Columns,
}

/// A range on one tab as the API writes it; what is absent is unbounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GridRange {
    #[serde(default)]
    pub(crate) sheet_id: SheetId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start_row_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end_row_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start_column_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end_column_index: Option<usize>,
}

/// A rectangle of cells on a grid: `top..bottom` × `left..right`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) top: usize,
    pub(crate) bottom: usize,
    pub(crate) left: usize,
    pub(crate) right: usize,
}

/// A range in A1 notation whose tab is not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct A1 {
    /// The tab's title, if one was written.
    pub(crate) title: Option<String>,
    /// The cells; its `sheet_id` means nothing yet.
    pub(crate) range: GridRange,
}

impl GridRange {
    /// The rectangle on a grid of this size; ends beyond the grid are cut off.
    /// None if it begins outside the grid or is turned inside out.
    pub(crate) fn clipped(&self, rows: usize, columns: usize) -> Option<Area> {
        let area = Area {
            top: self.start_row_index.unwrap_or(0),
            bottom: self.end_row_index.unwrap_or(rows).min(rows),
            left: self.start_column_index.unwrap_or(0),
            right: self.end_column_index.unwrap_or(columns).min(columns),
        };
        (area.top < area.bottom && area.left < area.right).then_some(area)
    }

    /// The rectangle, if every stated bound lies on a grid of this size.
    pub(crate) fn within(&self, rows: usize, columns: usize) -> Option<Area> {
        let inside = self.end_row_index.is_none_or(|end| end <= rows)
            && self.end_column_index.is_none_or(|end| end <= columns);
        if inside {
            self.clipped(rows, columns)
        } else {
            None
        }
    }

    /// Follows `count` lines inserted before index `at`.
    pub(crate) fn insert(&mut self, dimension: Dimension, at: usize, count: usize) {
        let (start, end) = self.axis(dimension);
        if let Some(start) = start.as_mut().filter(|start| **start >= at) {
            *start += count;
        }
        if let Some(end) = end.as_mut().filter(|end| **end > at) {
            *end += count;
        }
    }

    /// Follows the deletion of lines `from..to`; false if nothing is left.
    pub(crate) fn delete(&mut self, dimension: Dimension, from: usize, to: usize) -> bool {
        let moved = |index: usize| match index {
            index if index <= from => index,
            index if index >= to => index - (to - from),
            _ => from,
        };
        let (start, end) = self.axis(dimension);
        *start = start.map(moved);
        *end = end.map(moved);
        end.is_none_or(|end| start.unwrap_or(0) < end)
    }

    fn axis(&mut self, dimension: Dimension) -> (&mut Option<usize>, &mut Option<usize>) {
        match dimension {
            Dimension::Rows => (&mut self.start_row_index, &mut self.end_row_index),
            Dimension::Columns => (&mut self.start_column_index, &mut self.end_column_index),
        }
    }
}

impl Area {
    /// Whether they have cells in common.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.top < other.bottom
            && other.top < self.bottom
            && self.left < other.right
            && other.left < self.right
    }

    /// A1 notation with the tab's title, as in `ValueRange.range`.
    pub(crate) fn a1(&self, title: &str) -> String {
        let from = format!("{}{}", column_name(self.left), self.top + 1);
        let to = format!("{}{}", column_name(self.right - 1), self.bottom);
        let cells = if from == to {
            from
        } else {
            format!("{from}:{to}")
        };
        let plain = title
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if plain && !title.is_empty() {
            format!("{title}!{cells}")
        } else {
            format!("'{}'!{cells}", title.replace('\'', "''"))
        }
    }
}

impl A1 {
    /// Parses `Tab`, `'Tab'!A1`, `Tab!A2:A`, `1:1`, `A1:C5`. None if it is neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (title, cells) = split_title(text)?;
        let range = match cells {
            None => GridRange::default(),
            Some(cells) => parse_cells(cells)?,
        };
        Some(Self { title, range })
    }
}

/// `0` → `A`, `26` → `AA`.
pub(crate) fn column_name(index: usize) -> String {
    let mut rest = index + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).expect("a remainder of 26 fits a byte");
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// `A` → `0`, `aa` → `26`.
pub(crate) fn column_index(letters: &str) -> Option<usize> {
    let fits = (1..=MAX_COLUMN_LETTERS).contains(&letters.len());
    if !fits || !letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let number = letters.bytes().fold(0, |number, letter| {
        number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    Some(number - 1)
}

/// The cells of A1 notation without a tab: `A1`, `A2:A`, `1:1`, `A1:C5`.
pub(crate) fn parse_cells(text: &str) -> Option<GridRange> {
    let (from, to) = match text.split_once(':') {
        Some((from, to)) => (corner(from)?, corner(to)?),
        None => {
            let (column, row) = corner(text)?;
            // A lone `A` or `1` is no range, it is somebody's tab.
            let cell = (Some(column?), Some(row?));
            (cell, cell)
        }
    };
    let (start_column_index, end_column_index) = bounds(from.0, to.0);
    let (start_row_index, end_row_index) = bounds(from.1, to.1);
    Some(GridRange {
        start_row_index,
        end_row_index,
        start_column_index,
        end_column_index,
        ..GridRange::default()
    })
}

/// Column and row of `$A$1`, `A` or `1`, zero-based.
fn corner(text: &str) -> Option<(Option<usize>, Option<usize>)> {
    let text = text.replace('$', "");
    let split = text
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(text.len());
    let (letters, digits) = text.split_at(split);
    let column = match letters {
        "" => None,
        letters => Some(column_index(letters)?),
    };
    let row = match digits {
        "" => None,
        digits => Some(digits.parse::<usize>().ok()?.checked_sub(1)?),
    };
    (column.is_some() || row.is_some()).then_some((column, row))
}

fn bounds(from: Option<usize>, to: Option<usize>) -> (Option<usize>, Option<usize>) {
    match (from, to) {
        (Some(from), Some(to)) => (Some(from.min(to)), Some(from.max(to) + 1)),
        (Some(from), None) => (Some(from), None),
        (None, Some(to)) => (None, Some(to + 1)),
        (None, None) => (None, None),
    }
}

/// Title and cells; cells alone if the text can be nothing but cells.
fn split_title(text: &str) -> Option<(Option<String>, Option<&str>)> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let end = closing_quote(quoted)?;
        let title = quoted[..end].replace("''", "'");
        return match &quoted[end + 1..] {
            "" => Some((Some(title), None)),
            rest => Some((Some(title), Some(rest.strip_prefix('!')?))),
        };
    }
    if let Some((title, cells)) = text.rsplit_once('!') {
        return (!title.is_empty()).then(|| (Some(title.to_owned()), Some(cells)));
    }
    if text.is_empty() {
        None
    } else if parse_cells(text).is_some() {
        Some((None, Some(text)))
    } else {
        Some((Some(text.to_owned()), None))
    }
}

/// The quote that ends the title; doubled quotes stand for one inside it.
fn closing_quote(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find('\'')?;
        if !text[at + 1..].starts_with('\'') {
            return Some(at);
        }
        from = at + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Bounds = [Option<usize>; 4];

    fn parsed(text: &str) -> Option<(Option<String>, Bounds)> {
        let A1 { title, range } = A1::parse(text)?;
        let bounds = [
            range.start_row_index,
            range.end_row_index,
            range.start_column_index,
            range.end_column_index,
        ];
        Some((title, bounds))
    }

    #[test]
    fn a1_notation_is_read_in_every_form_that_the_api_takes() {
        let some = |bounds: [usize; 4]| bounds.map(Some);
        let table: [(&str, Option<&str>, Bounds); 13] = [
            ("A1", None, some([0, 1, 0, 1])),
            ("$B$3", None, some([2, 3, 1, 2])),
            ("Tab!A1:C5", Some("Tab"), some([0, 5, 0, 3])),
            ("Tab!C5:A1", Some("Tab"), some([0, 5, 0, 3])),
            ("A2:A", None, [Some(1), None, Some(0), Some(1)]),
            ("A:A", None, [None, None, Some(0), Some(1)]),
            ("1:1", None, [Some(0), Some(1), None, None]),
            ("AA10:ab", None, [Some(9), None, Some(26), Some(28)]),
            ("обращения", Some("обращения"), [None; 4]),
            ("Sheet1", Some("Sheet1"), [None; 4]),
            (
                "'список сотрудников'!A:A",
                Some("список сотрудников"),
                [None, None, Some(0), Some(1)],
            ),
            (
                "'it''s ''here'''!1:2",
                Some("it's 'here'"),
                [Some(0), Some(2), None, None],
            ),
            ("'a!b'", Some("a!b"), [None; 4]),
        ];
        for (text, title, bounds) in table {
            assert_eq!(
                parsed(text),
                Some((title.map(str::to_owned), bounds)),
                "{text}"
            );
        }
        for text in [
            "", "'open!A1", "Tab!", "Tab!A", "Tab!A0", "Tab!1A", "'x'A1", "!A1",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn columns_are_named_as_in_a_sheet() {
        for (index, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_name(index), name);
            assert_eq!(column_index(name), Some(index));
        }
        assert_eq!(column_index("ABCD"), None);
    }

    #[test]
    fn ranges_follow_inserted_and_deleted_lines() {
        let mut range = parse_cells("B2:D5").unwrap();
        range.insert(Dimension::Columns, 4, 1);
        assert_eq!(range, parse_cells("B2:D5").unwrap(), "beside it");
        range.insert(Dimension::Columns, 2, 1);
        assert_eq!(range, parse_cells("B2:E5").unwrap(), "inside it");
        range.insert(Dimension::Rows, 1, 2);
        assert_eq!(range, parse_cells("B4:E7").unwrap(), "above it");
        assert!(range.delete(Dimension::Rows, 0, 4));
        assert_eq!(range, parse_cells("B1:E3").unwrap());
        assert!(!range.delete(Dimension::Columns, 0, 9));
    }
}
