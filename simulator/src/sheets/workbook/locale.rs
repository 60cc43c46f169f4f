//! A spreadsheet's locale: how numbers and dates are shown.
//!
//! Invariant: a locale changes what is shown, never what is stored.

use super::cell::{NumberFormat, moment};

/// Where a spreadsheet is at home.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// `ru_RU`: `1 234,5` with a no-break space, `31.12.2026`.
    #[default]
    Russia,
    /// `en_US`: `1,234.5`, `12/31/2026`.
    UnitedStates,
}

impl Locale {
    /// `SpreadsheetProperties.locale`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Russia => "ru_RU",
            Self::UnitedStates => "en_US",
        }
    }

    /// What a number shows.
    pub(super) fn number(self, value: f64, format: NumberFormat) -> String {
        let (thousands, decimal) = match self {
            Self::Russia => ("\u{a0}", ","),
            Self::UnitedStates => (",", "."),
        };
        let plain = || format!("{value}").replace('.', decimal);
        match format {
            NumberFormat::General => plain(),
            NumberFormat::Thousands => grouped(value, thousands),
            NumberFormat::Padded(digits) => format!("{value:0digits$.0}"),
            NumberFormat::Scientific => scientific(value).replace('.', decimal),
            NumberFormat::Date | NumberFormat::DateTime => {
                let pattern = match (self, format) {
                    (Self::Russia, NumberFormat::Date) => "%d.%m.%Y",
                    (Self::Russia, _) => "%d.%m.%Y %H:%M:%S",
                    (Self::UnitedStates, NumberFormat::Date) => "%-m/%-d/%Y",
                    (Self::UnitedStates, _) => "%-m/%-d/%Y %-H:%M:%S",
                };
                let moment = moment(value);
                moment.map_or_else(plain, |moment| moment.strftime(pattern).to_string())
            }
        }
    }
}

fn grouped(value: f64, between: &str) -> String {
    let digits = format!("{:.0}", value.abs());
    let first = (digits.len() + 2) % 3 + 1;
    let mut groups = vec![&digits[..first]];
    let mut rest = &digits[first..];
    while !rest.is_empty() {
        let (group, others) = rest.split_at(3);
        groups.push(group);
        rest = others;
    }
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", groups.join(between))
}

fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (number, power) = text.split_once('e').unwrap_or((&text, "0"));
    let sign = if power.starts_with('-') { '-' } else { '+' };
    format!("{number}E{sign}{:0>2}", power.trim_start_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_by_format_and_locale() {
        use Locale::{Russia, UnitedStates};
        use NumberFormat::{Date, DateTime, General, Padded, Scientific, Thousands};
        for (locale, value, format, shown) in [
            (Russia, 1.5, General, "1,5"),
            (UnitedStates, 1.5, General, "1.5"),
            (Russia, 5e8, Thousands, "500\u{a0}000\u{a0}000"),
            (UnitedStates, 5e8, Thousands, "500,000,000"),
            (UnitedStates, 41.0, Thousands, "41"),
            (UnitedStates, -1041.0, Thousands, "-1,041"),
            (UnitedStates, 500_123_456.0, Scientific, "5.00E+08"),
            (Russia, 0.05, Scientific, "5,00E-02"),
            (Russia, 123.0, Padded(6), "000123"),
            (Russia, 46_357.0, Date, "01.12.2026"),
            (UnitedStates, 46_357.0, Date, "12/1/2026"),
            (
                UnitedStates,
                46_357.395_833_333_336,
                DateTime,
                "12/1/2026 9:30:00",
            ),
        ] {
            assert_eq!(locale.number(value, format), shown, "{locale:?} {format:?}");
        }
    }
}
