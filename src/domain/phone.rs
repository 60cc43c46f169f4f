//! Phone numbers as people write them in a staff list, compared as E.164.
//!
//! Invariant: two spellings of one number are equal, and a number never prints whole in a log.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, enums::Region};
use serde::{Deserialize, Serialize};

use super::text::{visible, whole_number};

/// The region whose national spelling (`8 912 …`) a number without `+` is read in.
const DEFAULT_REGION: Region = Region::RU;

/// Fewer digits are no whole number where several numbers are in a row.
const DIGITS: usize = 10;
/// As many groups of digits as two numbers have, and some more: what goes on longer is no phone cell.
const GROUPS: usize = 20;

/// A possible phone number in E.164 (`+79123456789`).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Phone(String);

impl Phone {
    /// Reads any spelling by libphonenumber's rules; `None` where the text is no possible number
    /// (`#ERROR!`, too few or too many digits).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // A number cell is shown with separated thousands, or as a float, whose `.0` would be read as one more digit.
        let number = whole_number(text);
        let text = number.as_deref().unwrap_or(text).trim();
        let number = PHONE_NUMBER_UTIL.parse(text, Some(DEFAULT_REGION)).ok()?;
        let possible = PHONE_NUMBER_UTIL.is_possible_number(&number);
        possible.then(|| {
            Self(
                PHONE_NUMBER_UTIL
                    .format(&number, PhoneNumberFormat::E164)
                    .into_owned(),
            )
        })
    }

    /// Every number in a cell, whatever is beside them: `8 912 345-67-89 (жена), WhatsApp +7 916 000-00-01`.
    #[must_use]
    pub fn every(cell: &str) -> Vec<Self> {
        let cell = visible(cell);
        if let Some(number) = whole_number(&cell).and_then(|digits| Self::parse(&digits)) {
            return vec![number];
        }
        if is_scientific(&cell) {
            return Vec::new();
        }
        // A plus begins another number.
        let apart = cell.replace('+', " +");
        let spoken = |c: char| {
            c.is_ascii_digit()
                || "+().-".contains(c)
                || is_dash(c)
                || (c.is_whitespace() && c != '\n')
        };
        apart.split(|c| !spoken(c)).flat_map(Self::run).collect()
    }

    /// The numbers in a row of digits and what people put between them: one, or several that follow one another.
    fn run(text: &str) -> Vec<Self> {
        let groups: Vec<String> = text
            .split_whitespace()
            .map(|group| group.replace(is_dash, "-"))
            .take(GROUPS)
            .collect();
        let number = |from: usize, end: usize| Self::parse(&groups[from..end].join(" "));
        if let Some(whole) = number(0, groups.len()) {
            return vec![whole];
        }
        let (mut numbers, mut from) = (Vec::new(), 0);
        while from < groups.len() {
            let long = |end: &usize| {
                groups[from..*end]
                    .iter()
                    .flat_map(|group| group.chars())
                    .filter(char::is_ascii_digit)
                    .count()
                    >= DIGITS
            };
            let shortest = (from + 1..=groups.len())
                .filter(long)
                .find_map(|end| Some((number(from, end)?, end)));
            from = shortest.as_ref().map_or(from + 1, |(_, end)| *end);
            numbers.extend(shortest.map(|(number, _)| number));
        }
        numbers
    }

    /// Whether somebody has typed a number in place of a code, as far as its looks tell: with its country, or as a mobile number of ours.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        let text = visible(text);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let bare = !text.contains(char::is_alphabetic);
        let national = matches!(
            (digits.len(), digits.as_bytes().first()),
            (11, Some(b'7' | b'8')) | (10, Some(b'9'))
        );
        bare && (national || text.trim().starts_with('+')) && !Self::every(&text).is_empty()
    }

    /// Reads the number of a shared contact, which Telegram gives with its country code but often without `+`.
    #[must_use]
    pub fn of_contact(text: &str) -> Option<Self> {
        if text.starts_with('+') {
            Self::parse(text)
        } else {
            Self::parse(&format!("+{text}")).or_else(|| Self::parse(text))
        }
    }

    /// The number in E.164.
    #[must_use]
    pub fn as_e164(&self) -> &str {
        &self.0
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// `7.9123456789E+10`: how a sheet shows a number that it has no room for; its last digits are lost.
fn is_scientific(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let power = word.split_once(['E', 'e', 'Е', 'е']);
        power.is_some_and(|(number, power)| {
            number.ends_with(|c: char| c.is_ascii_digit())
                && power.starts_with(|c: char| c.is_ascii_digit() || c == '+')
        })
    })
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Phone {
    /// Masked: the first digit, and the last two.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.0.len().saturating_sub(2);
        write!(
            f,
            "{}…{}",
            self.0.get(..2).unwrap_or(""),
            self.0.get(tail..).unwrap_or("")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_staff_list_is_one_number() {
        for text in [
            "+7 (912) 345-67-89",
            "8 912 345 67 89",
            "79123456789",
            "9123456789",
            "79123456789.0",
            "79,123,456,789",
            "79\u{a0}123\u{a0}456\u{a0}789",
            " +7-912-345-67-89 ",
        ] {
            assert_eq!(
                Phone::parse(text).as_ref().map(Phone::as_e164),
                Some("+79123456789"),
                "{text}"
            );
        }
        for text in [
            "#ERROR!",
            "",
            "112",
            "7.9123456789E10",
            "нет",
            "891612345678",
        ] {
            assert_eq!(Phone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_number_of_a_cell_counts() {
        let (anna, boris) = ("+79123456789", "+79160000001");
        for (cell, numbers) in [
            ("+7 (912) 345-67-89", vec![anna]),
            ("79123456789.0", vec![anna]),
            ("79,123,456,789", vec![anna]),
            ("79 123 456 789", vec![anna]),
            ("8–912–345–67–89", vec![anna]),
            ("\u{202a}+7 912 345-67-89\u{202c}", vec![anna]),
            ("+7 912 345-67-89 (жена)", vec![anna]),
            ("WhatsApp: 8 912 345 67 89", vec![anna]),
            ("89123456789 WhatsApp", vec![anna]),
            ("8 912 345-67-89, 8 916 000-00-01", vec![anna, boris]),
            ("8 912 345 67 89 8 916 000 00 01", vec![anna, boris]),
            ("89123456789/+79160000001", vec![anna, boris]),
            ("+79123456789+79160000001", vec![anna, boris]),
            ("89123456789\n89160000001", vec![anna, boris]),
            (
                "раб. 9123456789; дом. (916) 000-00-01 после 18",
                vec![anna, boris],
            ),
            ("+375 29 123-45-67 Минск", vec!["+375291234567"]),
            ("7.9123456789E10", vec![]),
            ("7,9123456789E+10", vec![]),
            ("#ERROR!", vec![]),
            ("нет, с 01.02.2026", vec![]),
            ("112", vec![]),
            ("", vec![]),
        ] {
            let read = Phone::every(cell);
            assert_eq!(
                read.iter().map(Phone::as_e164).collect::<Vec<_>>(),
                numbers,
                "{cell}"
            );
        }
    }

    #[test]
    fn a_number_typed_is_known_from_a_code() {
        for (text, meant) in [
            ("+7 912 345-67-89", true),
            ("8 (912) 345 67 89", true),
            ("9123456789", true),
            ("+375291234567", true),
            ("10005", false),
            ("7707083893", false),
            ("П-1042", false),
            ("код 89123456789", false),
            ("+", false),
        ] {
            assert_eq!(Phone::is_meant(text), meant, "{text}");
        }
    }

    #[test]
    fn a_contact_without_plus_keeps_its_country() {
        assert_eq!(
            Phone::of_contact("375291234567")
                .as_ref()
                .map(Phone::as_e164),
            Some("+375291234567")
        );
        assert_eq!(
            Phone::of_contact("79123456789")
                .as_ref()
                .map(Phone::as_e164),
            Some("+79123456789")
        );
    }

    #[test]
    fn a_number_prints_masked() {
        let phone = Phone::parse("+7 912 345-67-89").expect("possible");
        assert_eq!(format!("{phone} {phone:?}"), "+7…89 +7…89");
    }
}
