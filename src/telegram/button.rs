//! The wire form of inline buttons.
//!
//! Invariant: a form once sent keeps its meaning for ever, since old messages keep their buttons.

use crate::domain::{
    effect::Button,
    ids::{AppealId, MessageId, Seq},
};

/// What is before the page in the button of a list of promotions.
const PROMOTIONS: &str = "promotions:";

/// What is before the appeal in the buttons of the staff chat.
const TAKE: &str = "take:";
const SOLVE: &str = "solve:";
/// What is before the appeal, and the message behind it, in the button that takes an answer back.
const WITHDRAW: &str = "back:";

/// What is in `callback_data` (Bot API: 1–64 bytes).
#[must_use]
pub fn to_wire(button: Button) -> String {
    match button {
        Button::SendKept => "kept:send".to_owned(),
        Button::DropKept => "kept:drop".to_owned(),
        Button::CheckAgain => "check:again".to_owned(),
        Button::Promotions(page) => format!("{PROMOTIONS}{page}"),
        Button::Take(appeal) => format!("{TAKE}{appeal}"),
        Button::Solve(appeal) => format!("{SOLVE}{appeal}"),
        Button::Withdraw(appeal, MessageId(message)) => format!("{WITHDRAW}{appeal}:{message}"),
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
            let of_appeal = |before: &str| data.strip_prefix(before).and_then(appeal);
            let page = |text: &str| text.parse().ok().map(Button::Promotions);
            (data.strip_prefix(PROMOTIONS).and_then(page))
                .or_else(|| of_appeal(TAKE).map(Button::Take))
                .or_else(|| of_appeal(SOLVE).map(Button::Solve))
                .or_else(|| data.strip_prefix(WITHDRAW).and_then(withdraw))
        }
    }
}

fn withdraw(text: &str) -> Option<Button> {
    let (of, message) = text.split_once(':')?;
    Some(Button::Withdraw(
        appeal(of)?,
        MessageId(message.parse().ok()?),
    ))
}

/// An appeal as [`to_wire`] writes it: `12`, or `12-1`.
fn appeal(text: &str) -> Option<AppealId> {
    let (seq, n) = text.split_once('-').unwrap_or((text, "0"));
    Some(AppealId {
        seq: Seq(seq.parse().ok()?),
        n: n.parse().ok()?,
    })
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
            Button::Take(AppealId::first(Seq(12))),
            Button::Withdraw(AppealId::first(Seq(12)), MessageId(i64::MAX)),
            Button::Solve(AppealId {
                seq: Seq(u64::MAX),
                n: u16::MAX,
            }),
        ] {
            assert_eq!(from_wire(&to_wire(button)), Some(button));
            assert!((1..=DATA_LIMIT).contains(&to_wire(button).len()));
        }
        assert_eq!(from_wire("somebody else's"), None);
        assert_eq!(from_wire("promotions:-1"), None);
    }
}
