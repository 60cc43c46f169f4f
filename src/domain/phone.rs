//! Phone numbers as people write them in a staff list, compared as E.164.
//!
//! Invariant: two spellings of one number are equal, and a number never prints whole in a log.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, enums::Region};
use serde::{Deserialize, Serialize};

/// The region whose national spelling (`8 912 …`) a number without `+` is read in.
const DEFAULT_REGION: Region = Region::RU;

/// A possible phone number in E.164 (`+79123456789`).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Phone(String);

impl Phone {
    /// Reads any spelling by libphonenumber's rules; `None` where the text is no possible number
    /// (`#ERROR!`, too few or too many digits).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // A sheet hands a number cell over as a float; its `.0` would be read as one more digit.
        let text = text.strip_suffix(".0").unwrap_or(text);
        let number = PHONE_NUMBER_UTIL.parse(text, Some(DEFAULT_REGION)).ok()?;
        let possible = PHONE_NUMBER_UTIL.is_possible_number(&number);
        possible.then(|| Self(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned()))
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

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Phone {
    /// Masked: the first digit, and the last two.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.0.len().saturating_sub(2);
        write!(f, "{}…{}", self.0.get(..2).unwrap_or(""), self.0.get(tail..).unwrap_or(""))
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
            " +7-912-345-67-89 ",
        ] {
            assert_eq!(Phone::parse(text).as_ref().map(Phone::as_e164), Some("+79123456789"), "{text}");
        }
        for text in ["#ERROR!", "", "112", "7.9123456789E10", "нет", "891612345678"] {
            assert_eq!(Phone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_contact_without_plus_keeps_its_country() {
        assert_eq!(
            Phone::of_contact("375291234567").as_ref().map(Phone::as_e164),
            Some("+375291234567")
        );
        assert_eq!(Phone::of_contact("79123456789").as_ref().map(Phone::as_e164), Some("+79123456789"));
    }

    #[test]
    fn a_number_prints_masked() {
        let phone = Phone::parse("+7 912 345-67-89").expect("possible");
        assert_eq!(format!("{phone} {phone:?}"), "+7…89 +7…89");
    }
}
