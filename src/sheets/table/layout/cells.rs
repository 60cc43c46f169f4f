//! Keys as cells show them (numbers with separated thousands, no-break spaces, a float's `.0`) and as they are stored behind that.
//!
//! Invariant: a key that cannot be read with certainty is no key; where a number is known, it decides, not what its format shows.

use jiff::{
    SignedDuration,
    civil::{Date, DateTime, Time, date},
};

use crate::{
    domain::{
        event::TelegramCell,
        ids::{ChatId, Number, PartnerCode},
        phone::Phone,
        promotion::dates::{Day, Unread},
        row::Column,
        text::{Text, whole_number},
    },
    sheets::wire::UnformattedValue,
};

/// A spreadsheet counts days from here.
const EPOCH: Date = date(1899, 12, 30);
/// A number in a date's place is a day only within these years.
const YEARS: std::ops::Range<i16> = 2000..2200;
/// Up to here a 64-bit float holds whole numbers exactly.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads `№`.
#[must_use]
pub fn number(cell: &str) -> Option<Number> {
    whole_number(cell).unwrap_or_default().parse().ok()
}

/// Reads a Telegram ID; whether it is elsewhere too is for the read to say.
#[must_use]
pub fn telegram(cell: &str) -> TelegramCell {
    if cell.trim().is_empty() {
        return TelegramCell::Empty;
    }
    whole_number(cell)
        .and_then(|digits| digits.parse::<ChatId>().ok())
        .map_or(TelegramCell::Unreadable, TelegramCell::Id)
}

/// Reads a partner code; one that is all digits may be shown with thousands spaces.
#[must_use]
pub fn code(cell: &str) -> Option<PartnerCode> {
    match whole_number(cell) {
        Some(digits) => PartnerCode::fold(&digits),
        None => PartnerCode::fold(cell),
    }
}

/// Reads a whole number that is not negative.
#[must_use]
pub fn integer(cell: &str) -> Option<i64> {
    whole_number(cell)?.parse().ok()
}

/// Whether a cell shows digits alone. Such a number is what it shows; zeros in front of a code belong to it, typed or formatted.
#[must_use]
pub fn is_plain(shown: &str) -> bool {
    !shown.is_empty() && shown.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a cell of this column may be stored as another key than it shows, so that its value has to be read.
#[must_use]
pub fn is_doubtful(column: Column, shown: &str) -> bool {
    if is_plain(shown) || !shown.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match column {
        Column::Number | Column::Telegram => true,
        Column::Code => is_numeric(shown),
        Column::Phone => is_numeric(shown) && Phone::every(shown).is_empty(),
        Column::Starts | Column::Ends => matches!(
            Day::read(&Text::from(shown)),
            Err(Unread::Unreadable | Unread::TwoWays(..))
        ),
        _ => false,
    }
}

/// Makes of what a cell shows a text that is read as the number that it holds; where that is read so already, or is no key, it stays.
pub fn read_value(column: Column, shown: &mut String, number: f64) {
    let text = match column {
        Column::Number | Column::Telegram if digits(shown) == Some(number) => {
            return shown.retain(|c| c.is_ascii_digit());
        }
        Column::Number | Column::Telegram => Some(UnformattedValue::Number(number).text()),
        Column::Code | Column::Phone => whole(number).filter(|_| !is_plain(shown)),
        Column::Starts | Column::Ends => day(shown, number),
        _ => None,
    };
    if let Some(text) = text {
        *shown = text;
    }
}

/// Whether one cell may show and store this. Formats can hide any number, so `false` does not say that these are two cells.
#[must_use]
pub fn agree(shown: &str, stored: &UnformattedValue) -> bool {
    match stored {
        UnformattedValue::Text(text) => text.trim() == shown.trim(),
        UnformattedValue::Number(number) => {
            digits(shown) == Some(*number)
                || whole_number(shown).is_some_and(|digits| digits.parse() == Ok(*number))
                || shown.replace(',', ".").parse() == Ok(*number)
        }
    }
}

/// Digits with what formats and locales put between, before and behind them, or as a power of ten.
fn is_numeric(shown: &str) -> bool {
    let shown = shown.replace("E+", "");
    let between =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, ',' | '.' | '\'' | '’');
    shown.chars().all(between)
}

/// The digits of a text as one number, if a float holds it exactly.
fn digits(shown: &str) -> Option<f64> {
    let mut digits = shown.bytes().filter(u8::is_ascii_digit).peekable();
    digits.peek()?;
    let number = digits.try_fold(0_u64, |number, digit| {
        number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })?;
    let number = number as f64;
    (number < LARGEST_EXACT).then_some(number)
}

fn whole(number: f64) -> Option<String> {
    (number.fract() == 0.0 && number.abs() < LARGEST_EXACT).then(|| format!("{number}"))
}

/// The day of a serial number, unless what is shown is read as that day already.
fn day(shown: &str, serial: f64) -> Option<String> {
    let since = SignedDuration::try_from_secs_f64((serial * 86_400.0).round()).ok()?;
    let moment: DateTime = EPOCH
        .to_datetime(Time::midnight())
        .checked_add(since)
        .ok()?;
    let same = |day: Day| day.date() == moment.date();
    if !YEARS.contains(&moment.year()) || Day::read(&Text::from(shown)).is_ok_and(same) {
        return None;
    }
    // A time of day that nobody sees is not meant.
    let pattern = if shown.contains(':') {
        "%d.%m.%Y %H:%M"
    } else {
        "%d.%m.%Y"
    };
    Some(moment.strftime(pattern).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_people_see_them() {
        for (cell, read) in [
            ("41", Some(41)),
            ("41.0", Some(41)),
            ("1\u{a0}041", Some(1041)),
            ("1\u{202f}041,00", Some(1041)),
            ("1,041", Some(1041)),
            ("1.041,00", Some(1041)),
            ("20,01", None),
            (" 7 ", Some(7)),
            ("0", None),
            ("", None),
            ("12а", None),
            ("4,5", None),
            ("-3", None),
        ] {
            assert_eq!(number(cell), read.map(Number), "{cell}");
        }
        assert_eq!(
            telegram("700 100 200"),
            TelegramCell::Id(ChatId(700_100_200))
        );
        for shown in [
            "500,000,000",
            "500\u{a0}000\u{a0}000",
            "500.000.000",
            "500'000'000",
            "500,000,000.00",
        ] {
            assert_eq!(
                telegram(shown),
                TelegramCell::Id(ChatId(500_000_000)),
                "{shown}"
            );
        }
        assert_eq!(telegram("5E+08"), TelegramCell::Unreadable);
        assert_eq!(telegram(" \u{a0}"), TelegramCell::Empty);
        assert_eq!(telegram("@ivanov"), TelegramCell::Unreadable);
        for (cell, folded) in [
            ("1\u{a0}043", Some("1043")),
            ("20,011", Some("20011")),
            ("20 011", Some("20011")),
            ("п-1042", Some("П-1042")),
            ("два слова", None),
            ("#ERROR!", None),
        ] {
            assert_eq!(
                code(cell).as_ref().map(PartnerCode::as_str),
                folded,
                "{cell}"
            );
        }
    }

    #[test]
    fn what_may_be_another_key_than_it_shows() {
        use Column::{Code, Ends, Number, Phone, Starts, Telegram, Title};
        for (column, shown, doubtful) in [
            (Number, "41", false),
            (Number, "1,041", true),
            (Number, "№ 41", true),
            (Telegram, "500000000", false),
            (Telegram, "500,000,000", true),
            (Telegram, "5E+08", true),
            (Telegram, "@ivanov", false),
            (Telegram, "", false),
            (Code, "0123", false),
            (Code, "20,011", true),
            (Code, "2,0011E+4", true),
            (Code, "П-1042", false),
            (Code, "12-345", false),
            (Phone, "79123456789", false),
            (Phone, "79,123,456,789", false),
            (Phone, "7,91235E+10", true),
            (Phone, "8 912 345-67-89 (жена)", false),
            (Starts, "01.12.2026", false),
            (Starts, "1.12.26", false),
            (Starts, "12/1/2026", true),
            (Ends, "46357", false),
            (Ends, "скоро", false),
            (Title, "1,000", false),
        ] {
            assert_eq!(is_doubtful(column, shown), doubtful, "{column:?} {shown}");
        }
    }

    #[test]
    fn a_number_decides_not_its_format() {
        use Column::{Code, Ends, Number, Phone, Starts, Telegram, Title};
        for (column, shown, number, text) in [
            (Telegram, "500,000,000", 5e8, Some("500000000")),
            (Telegram, "5E+08", 500_000_001.0, Some("500000001")),
            (Number, "20,011", 20.011, Some("2.0011e1")),
            (Code, "20,011", 20_011.0, Some("20011")),
            (Code, "20,011", 20.011, None),
            (Code, "0123", 123.0, None),
            (Phone, "7,91235E+10", 79_123_456_789.0, Some("79123456789")),
            (Starts, "12/1/2026", 46_357.0, Some("01.12.2026")),
            (
                Starts,
                "12/1/2026 9:30:00",
                46_357.395_833_333_336,
                Some("01.12.2026 09:30"),
            ),
            (Starts, "1.12.26", 46_357.0, None),
            (Ends, "12.01.2026", 46_357.0, Some("01.12.2026")),
            (Ends, "1 декабря 2026", 46_357.5, None),
            (Ends, "2026", 2026.0, None),
            (Title, "50%", 0.5, None),
        ] {
            let mut read = shown.to_owned();
            read_value(column, &mut read, number);
            assert_eq!(read, text.unwrap_or(shown), "{column:?} {shown}");
        }
        assert_eq!(number("2.0011e1"), None);
        assert_eq!(telegram("2.0011e1"), TelegramCell::Unreadable);
    }

    #[test]
    fn what_one_cell_may_show_and_store() {
        let text = |text: &str| UnformattedValue::Text(text.to_owned());
        for (shown, stored, agrees) in [
            ("0123", text("0123"), true),
            ("", text(""), true),
            ("П-1", text("П-2"), false),
            ("500\u{a0}000\u{a0}000", UnformattedValue::Number(5e8), true),
            ("41.00", UnformattedValue::Number(41.0), true),
            ("41,5", UnformattedValue::Number(41.5), true),
            (
                "+7 (912) 345-67-89",
                UnformattedValue::Number(79_123_456_789.0),
                true,
            ),
            ("42", UnformattedValue::Number(41.0), false),
            ("5E+08", UnformattedValue::Number(5e8), true),
            ("5E+08", UnformattedValue::Number(500_000_001.0), false),
            ("", UnformattedValue::Number(5.0), false),
        ] {
            assert_eq!(agree(shown, &stored), agrees, "{shown} {stored:?}");
        }
    }
}
