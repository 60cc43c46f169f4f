//! One cell: what was entered, what it shows, and its forms in JSON.
//!
//! Invariant: the entered value, the effective value and the shown text are
//! computed from the same content, so they never disagree.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, date};
use serde_json::{Map, Value, json};

use super::locale::Locale;

/// Google counts days from here (`dateTimeRenderOption`, SERIAL_NUMBER).
const SERIAL_EPOCH: Date = date(1899, 12, 30);
const SECONDS_PER_DAY: f64 = 86_400.0;
/// Whole numbers up to 2^53 are exact in an `f64`; they leave as JSON integers.
const EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The content of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing was entered.
    #[default]
    Empty,
    /// Text, never evaluated.
    Text(String),
    /// Text with looks of its own: what `CellData` says of it beside its value (`textFormatRuns`, `hyperlink`, `chipRuns`).
    Rich(String, Map<String, Value>),
    /// A number and how it is shown.
    Number(f64, NumberFormat),
    /// A logical value.
    Bool(bool),
    /// A formula (its text begins with `=`) and what it came to.
    Formula(String, Shown),
}

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberFormat {
    /// As it was typed.
    General,
    /// A serial day as the locale writes it: `dd.MM.yyyy`, `M/d/yyyy`.
    Date,
    /// The same with the time of day.
    DateTime,
    /// `#,##0`: groups of three, as the locale parts them.
    Thousands,
    /// `0.00E+00`.
    Scientific,
    /// Zeros in front, up to so many digits: `0000`.
    Padded(usize),
}

/// What a formula came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A text result.
    Text(String),
    /// A numeric result and how it is shown.
    Number(f64, NumberFormat),
    /// A logical result.
    Bool(bool),
    /// An error result.
    Error(CellError),
}

/// Errors that a formula may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellError {
    /// `#ERROR!`: the formula could not be parsed.
    Parse,
    /// `#N/A`.
    NotAvailable,
    /// `#REF!`.
    Reference,
    /// `#NAME?`.
    Name,
    /// `#VALUE!`.
    Value,
}

impl Cell {
    /// A plain number.
    #[must_use]
    pub fn number(value: f64) -> Self {
        Self::Number(value, NumberFormat::General)
    }

    /// Text; the empty string is an empty cell, as with Google.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text)
        }
    }

    /// Whether nothing stands here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// What a person sees (`FORMATTED_VALUE`).
    #[must_use]
    pub fn display(&self, locale: Locale) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Rich(text, _) => text.clone(),
            Self::Number(value, format) => locale.number(*value, *format),
            Self::Bool(value) => display_bool(*value),
            Self::Formula(_, shown) => shown.display(locale),
        }
    }

    /// `CellData` with the three value fields that the stand-in serves.
    pub(crate) fn cell_data(&self, locale: Locale) -> Value {
        let (entered, effective) = match self {
            Self::Empty => return json!({}),
            Self::Formula(source, shown) => (json!({"formulaValue": source}), shown.extended()),
            Self::Text(text) | Self::Rich(text, _) => twice(json!({"stringValue": text})),
            Self::Number(value, _) => twice(json!({"numberValue": number_json(*value)})),
            Self::Bool(value) => twice(json!({"boolValue": value})),
        };
        let mut data = json!({
            "userEnteredValue": entered,
            "effectiveValue": effective,
            "formattedValue": self.display(locale),
        });
        if let (Self::Rich(_, looks), Some(data)) = (self, data.as_object_mut()) {
            data.extend(looks.clone());
        }
        data
    }

    /// The value as calculated (`UNFORMATTED_VALUE`): dates are serial numbers.
    pub(crate) fn unformatted(&self) -> Value {
        match self {
            Self::Empty => json!(""),
            Self::Text(text) | Self::Rich(text, _) => json!(text),
            Self::Number(value, _) => number_json(*value),
            Self::Bool(value) => json!(value),
            Self::Formula(_, shown) => match shown {
                Shown::Text(text) => json!(text),
                Shown::Number(value, _) => number_json(*value),
                Shown::Bool(value) => json!(value),
                Shown::Error(error) => json!(error.text()),
            },
        }
    }

    /// The longest text that this cell holds, in UTF-16 units as Google counts.
    pub(crate) fn utf16_len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Rich(text, _) | Self::Formula(text, _) => {
                text.encode_utf16().count()
            }
            Self::Empty | Self::Number(..) | Self::Bool(_) => 0,
        }
    }
}

impl Shown {
    fn display(&self, locale: Locale) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(value, format) => locale.number(*value, *format),
            Self::Bool(value) => display_bool(*value),
            Self::Error(error) => error.text().to_owned(),
        }
    }

    fn extended(&self) -> Value {
        match self {
            Self::Text(text) => json!({"stringValue": text}),
            Self::Number(value, _) => json!({"numberValue": number_json(*value)}),
            Self::Bool(value) => json!({"boolValue": value}),
            Self::Error(error) => {
                json!({"errorValue": {"type": error.kind(), "message": error.text()}})
            }
        }
    }
}

impl CellError {
    /// What the cell shows.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Parse => "#ERROR!",
            Self::NotAvailable => "#N/A",
            Self::Reference => "#REF!",
            Self::Name => "#NAME?",
            Self::Value => "#VALUE!",
        }
    }

    /// `ErrorValue.type` of the discovery document.
    fn kind(self) -> &'static str {
        match self {
            Self::Parse => "ERROR",
            Self::NotAvailable => "N_A",
            Self::Reference => "REF",
            Self::Name => "NAME",
            Self::Value => "VALUE",
        }
    }
}

/// Days since 1899-12-30, with the time of day as the fraction.
pub(crate) fn serial(moment: DateTime) -> f64 {
    let since = moment.duration_since(SERIAL_EPOCH.to_datetime(jiff::civil::Time::midnight()));
    since.as_secs_f64() / SECONDS_PER_DAY
}

fn twice(value: Value) -> (Value, Value) {
    (value.clone(), value)
}

fn display_bool(value: bool) -> String {
    if value { "TRUE" } else { "FALSE" }.to_owned()
}

/// The moment of a serial number.
pub(super) fn moment(serial: f64) -> Option<DateTime> {
    let since = SignedDuration::try_from_secs_f64((serial * SECONDS_PER_DAY).round()).ok()?;
    let midnight = SERIAL_EPOCH.to_datetime(jiff::civil::Time::midnight());
    midnight.checked_add(since).ok()
}

fn number_json(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < EXACT_INTEGER {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number below 2^53 fits an i64 exactly"
        )]
        let whole = value as i64;
        json!(whole)
    } else {
        json!(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_serial_number_that_shows_as_a_date() {
        let value = serial(date(2025, 3, 9).at(12, 0, 0, 0));
        assert!((value - 45_725.5).abs() < 1e-9);
        let cell = Cell::Number(value.floor(), NumberFormat::Date);
        assert_eq!(cell.display(Locale::Russia), "09.03.2025");
        assert_eq!(cell.unformatted(), json!(45_725));
        let cell = Cell::Number(value, NumberFormat::DateTime);
        assert_eq!(cell.display(Locale::Russia), "09.03.2025 12:00:00");
    }

    #[test]
    fn a_formula_shows_its_result_and_keeps_its_source() {
        let cell = Cell::Formula("=+7 (912)".into(), Shown::Error(CellError::Parse));
        let data = cell.cell_data(Locale::Russia);
        assert_eq!(data["userEnteredValue"]["formulaValue"], "=+7 (912)");
        assert_eq!(data["effectiveValue"]["errorValue"]["type"], "ERROR");
        assert_eq!(data["formattedValue"], "#ERROR!");
        assert_eq!(cell.unformatted(), json!("#ERROR!"));
    }

    #[test]
    fn whole_numbers_leave_as_integers_and_fractions_with_a_comma() {
        assert_eq!(
            Cell::number(79_123_456_789.0).unformatted().to_string(),
            "79123456789"
        );
        assert_eq!(Cell::number(1.5).display(Locale::Russia), "1,5");
    }
}
