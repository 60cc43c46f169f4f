//! Keys as cells show them: numbers with separated thousands, no-break spaces, a float's `.0`.
//!
//! Invariant: a key that cannot be read with certainty is no key.

use crate::domain::{
    event::TelegramCell,
    ids::{ChatId, Number, PartnerCode},
    text::whole_number,
};

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
}
