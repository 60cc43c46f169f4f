//! The wire form of inline buttons.
//!
//! Invariant: a form once sent keeps its meaning for ever, since old messages keep their buttons.

use crate::domain::effect::Button;

/// What is before the page in the button of a list of promotions.
const PROMOTIONS: &str = "promotions:";

/// What is in `callback_data` (Bot API: 1–64 bytes).
#[must_use]
pub fn to_wire(button: Button) -> String {
    match button {
        Button::SendKept => "kept:send".to_owned(),
        Button::DropKept => "kept:drop".to_owned(),
        Button::CheckAgain => "check:again".to_owned(),
        Button::Promotions(page) => format!("{PROMOTIONS}{page}"),
    }
}

/// Reads `callback_data`; `None` for a button that we do not know (any more).
#[must_use]
pub fn from_wire(data: &str) -> Option<Button> {
    match data {
        "kept:send" => Some(Button::SendKept),
        "kept:drop" => Some(Button::DropKept),
        "check:again" => Some(Button::CheckAgain),
        _ => {
            let page = data.strip_prefix(PROMOTIONS)?;
            page.parse().ok().map(Button::Promotions)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most that Telegram takes as `callback_data`, in bytes.
    const DATA_LIMIT: usize = 64;

    #[test]
    fn every_button_comes_back_and_fits() {
        for button in [
            Button::SendKept,
            Button::DropKept,
            Button::CheckAgain,
            Button::Promotions(0),
            Button::Promotions(u16::MAX),
        ] {
            assert_eq!(from_wire(&to_wire(button)), Some(button));
            assert!((1..=DATA_LIMIT).contains(&to_wire(button).len()));
        }
        assert_eq!(from_wire("somebody else's"), None);
        assert_eq!(from_wire("promotions:-1"), None);
    }
}
