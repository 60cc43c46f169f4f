//! A1 notation: how a range is named in Google's requests.
//!
//! Invariant: a tab's name is always quoted, so no name can be taken for a cell or end early.

use super::wire::Span;

/// A rectangle of the tab with this name, such as `'Акции'!A2:C10`. A span without rows or columns names its first cell.
#[must_use]
pub fn a1(title: &str, span: Span) -> String {
    let (first_row, last_row) = ends(span.rows);
    let (first_column, last_column) = ends(span.columns);
    format!(
        "{}!{}{}:{}{}",
        quoted(title),
        letters(first_column),
        u64::from(first_row) + 1,
        letters(last_column),
        u64::from(last_row) + 1
    )
}

/// Whole columns of the tab with this name, from the first row to the last of the grid, such as `'Акции'!A:C`; the end is exclusive.
#[must_use]
pub fn a1_columns(title: &str, columns: (u32, u32)) -> String {
    let (first, last) = ends(columns);
    format!("{}!{}:{}", quoted(title), letters(first), letters(last))
}

/// The first and the last index of a half-open range.
fn ends((start, end): (u32, u32)) -> (u32, u32) {
    (start, end.saturating_sub(1).max(start))
}

/// A tab's name between apostrophes, those within it doubled.
pub(super) fn quoted(title: &str) -> String {
    format!("'{}'", title.replace('\'', "''"))
}

/// A column's letters: 0 is `A`, 26 is `AA`.
pub(super) fn letters(column: u32) -> String {
    let mut reversed = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        let place = u8::try_from(rest % 26).expect("a remainder of 26 fits into a byte");
        reversed.push(char::from(b'A' + place));
        rest /= 26;
    }
    reversed.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheets::wire::SheetId;

    fn span(rows: (u32, u32), columns: (u32, u32)) -> Span {
        Span {
            sheet: SheetId(0),
            rows,
            columns,
        }
    }

    #[test]
    fn letters_run_past_z() {
        let table = [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (52, "BA"),
            (701, "ZZ"),
            (702, "AAA"),
            (18_277, "ZZZ"),
        ];
        for (column, expected) in table {
            assert_eq!(letters(column), expected);
        }
        assert!(!letters(u32::MAX).is_empty());
    }

    #[test]
    fn ends_are_exclusive_and_counted_from_zero() {
        assert_eq!(a1("Акции", span((0, 1), (0, 10))), "'Акции'!A1:J1");
        assert_eq!(a1("Акции", span((4, 9), (26, 28))), "'Акции'!AA5:AB9");
        assert_eq!(a1("Акции", span((4, 4), (2, 2))), "'Акции'!C5:C5");
        assert_eq!(a1_columns("обращения", (3, 4)), "'обращения'!D:D");
        assert_eq!(a1_columns("обращения", (0, 6)), "'обращения'!A:F");
    }

    #[test]
    fn names_cannot_break_out() {
        assert_eq!(
            a1_columns("it's 'ours'!A1", (0, 1)),
            "'it''s ''ours''!A1'!A:A"
        );
        assert_eq!(a1_columns("A1", (0, 1)), "'A1'!A:A");
        assert_eq!(a1_columns("50% #1? a/b", (0, 1)), "'50% #1? a/b'!A:A");
    }
}
