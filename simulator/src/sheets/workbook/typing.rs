//! How text becomes a cell when a person types it (`USER_ENTERED`).
//!
//! Invariant: only typing evaluates; text that arrives as `stringValue` never
//! passes through here. A `.` is taken for a decimal mark as well as a `,`,
//! unlike in a Russian locale, where `1.5` would be the first of May.

use jiff::civil::{Date, DateTime};

use super::cell::{Cell, CellError, NumberFormat, Shown, serial};

/// The cell that comes of typing `text`.
///
/// A leading `+` begins a formula too (the discovery document says so of
/// conditions, and it is where the `#ERROR!` phones in the workbooks come from),
/// unless the whole is a number.
#[must_use]
pub fn typed(text: &str) -> Cell {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Cell::Empty;
    }
    if let Some(rest) = text.strip_prefix('\'') {
        return Cell::text(rest);
    }
    if trimmed.len() > 1 && trimmed.starts_with('=') {
        return formula(trimmed.to_owned());
    }
    if let Some(value) = logical(trimmed) {
        return Cell::Bool(value);
    }
    if let Some(value) = number(trimmed) {
        return Cell::number(value);
    }
    if let Some(cell) = moment(trimmed) {
        return cell;
    }
    if trimmed.len() > 1 && trimmed.starts_with('+') {
        return formula(format!("={trimmed}"));
    }
    Cell::text(text)
}

/// Evaluates literals alone; whatever else is written comes to `#ERROR!`.
/// A test that needs another result states it (`Workbook::type_formula`).
pub(crate) fn formula(source: String) -> Cell {
    let body = source.trim_start_matches('=').trim();
    let quoted = body.strip_prefix('"').and_then(|b| b.strip_suffix('"'));
    let shown = match (quoted, logical(body), number(body)) {
        (Some(text), ..) if !text.contains('"') => Shown::Text(text.to_owned()),
        (_, Some(value), _) => Shown::Bool(value),
        (_, _, Some(value)) => Shown::Number(value, NumberFormat::General),
        _ => Shown::Error(CellError::Parse),
    };
    Cell::Formula(source, shown)
}

fn logical(text: &str) -> Option<bool> {
    match text.to_uppercase().as_str() {
        "TRUE" | "ИСТИНА" => Some(true),
        "FALSE" | "ЛОЖЬ" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once([',', '.']).unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    text.replace(',', ".").parse().ok()
}

fn moment(text: &str) -> Option<Cell> {
    for format in ["%d.%m.%Y", "%Y-%m-%d"] {
        if let Ok(day) = Date::strptime(format, text) {
            let value = serial(day.at(0, 0, 0, 0));
            return Some(Cell::Number(value, NumberFormat::Date));
        }
    }
    for format in ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S"] {
        if let Ok(moment) = DateTime::strptime(format, text) {
            return Some(Cell::Number(serial(moment), NumberFormat::DateTime));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_parsed_as_google_parses_it() {
        let error = |source: &str| Cell::Formula(source.into(), Shown::Error(CellError::Parse));
        let table = [
            ("", Cell::Empty),
            ("1043", Cell::number(1043.0)),
            ("007", Cell::number(7.0)),
            ("-1,5", Cell::number(-1.5)),
            ("+79123456789", Cell::number(79_123_456_789.0)),
            ("'+79123456789", Cell::Text("+79123456789".into())),
            ("+7 (912) 345-67-89", error("=+7 (912) 345-67-89")),
            ("8 912 345", Cell::Text("8 912 345".into())),
            ("П-1042", Cell::Text("П-1042".into())),
            ("ИСТИНА", Cell::Bool(true)),
            ("=СУММ(A1)", error("=СУММ(A1)")),
            (
                "=42",
                Cell::Formula("=42".into(), Shown::Number(42.0, NumberFormat::General)),
            ),
            ("09.03.2025", Cell::Number(45_725.0, NumberFormat::Date)),
            (
                "2025-03-09 12:00:00",
                Cell::Number(45_725.5, NumberFormat::DateTime),
            ),
            ("31.02.2025", Cell::Text("31.02.2025".into())),
            ("=", Cell::Text("=".into())),
        ];
        for (text, cell) in table {
            assert_eq!(typed(text), cell, "{text:?}");
        }
    }
}
