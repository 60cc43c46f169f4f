//! The wire form of inline buttons.
//!
//! Invariant: a form once sent keeps its meaning for ever, since old messages keep their buttons.

use crate::domain::{
    appeal::rating::Thumb,
    effect::Button,
    ids::{AppealId, CodeMark, MessageId, Seq},
};

/// What is before the page in the button of a list of promotions.
const PROMOTIONS: &str = "promotions:";
/// The same in that of a list of appeals.
const APPEALS: &str = "appeals:";
/// What is before the appeal and the page in the button of a dialogue.
const DIALOGUE: &str = "dialogue:";
/// What is before the appeal in the buttons of its rating.
const UP: &str = "up:";
/// See [`UP`].
const DOWN: &str = "down:";
/// The same in the button for a word beside it.
const REMARK: &str = "remark:";
/// What is before the mark of a code in its button.
const CODE: &str = "code:";

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
        Button::Appeals(page) => format!("{APPEALS}{page}"),
        Button::Dialogue(appeal, page) => format!("{DIALOGUE}{appeal}:{page}"),
        Button::Rate(appeal, Thumb::Up) => format!("{UP}{appeal}"),
        Button::Rate(appeal, Thumb::Down) => format!("{DOWN}{appeal}"),
        Button::Remark(appeal) => format!("{REMARK}{appeal}"),
        Button::NoRemark => "remark".to_owned(),
        Button::Code(CodeMark(mark)) => format!("{CODE}{mark}"),
    }
}

/// Reads `callback_data`; `None` for a button that we do not know (any more).
#[must_use]
pub fn from_wire(data: &str) -> Option<Button> {
    match data {
        "kept:send" => Some(Button::SendKept),
        "kept:drop" => Some(Button::DropKept),
        "check:again" => Some(Button::CheckAgain),
        "remark" => Some(Button::NoRemark),
        _ => of_page(data)
            .or_else(|| of_appeal(data))
            .or_else(|| withdraw(data))
            .or_else(|| code(data)),
    }
}

fn of_page(data: &str) -> Option<Button> {
    if let Some(page) = data.strip_prefix(PROMOTIONS) {
        return page.parse().ok().map(Button::Promotions);
    }
    if let Some(page) = data.strip_prefix(APPEALS) {
        return page.parse().ok().map(Button::Appeals);
    }
    let (of, page) = data.strip_prefix(DIALOGUE)?.split_once(':')?;
    Some(Button::Dialogue(appeal(of)?, page.parse().ok()?))
}

fn of_appeal(data: &str) -> Option<Button> {
    let after = |kind| data.strip_prefix(kind).and_then(appeal);
    let take = || after(TAKE).map(Button::Take);
    let solve = || after(SOLVE).map(Button::Solve);
    let up = || Some(Button::Rate(after(UP)?, Thumb::Up));
    let down = || Some(Button::Rate(after(DOWN)?, Thumb::Down));
    let remark = || after(REMARK).map(Button::Remark);
    take()
        .or_else(solve)
        .or_else(up)
        .or_else(down)
        .or_else(remark)
}

fn withdraw(data: &str) -> Option<Button> {
    let (of, message) = data.strip_prefix(WITHDRAW)?.split_once(':')?;
    let message = MessageId(message.parse().ok()?);
    Some(Button::Withdraw(appeal(of)?, message))
}

fn code(data: &str) -> Option<Button> {
    let mark = data.strip_prefix(CODE)?.parse().ok()?;
    Some(Button::Code(CodeMark(mark)))
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
            Button::Appeals(3),
            Button::Rate(AppealId::first(Seq(u64::MAX)), Thumb::Up),
            Button::Rate(AppealId { seq: Seq(7), n: 1 }, Thumb::Down),
            Button::Remark(AppealId::first(Seq(7))),
            Button::NoRemark,
            Button::Code(CodeMark(u64::MAX)),
            Button::Dialogue(AppealId::first(Seq(12)), 0),
            Button::Dialogue(
                AppealId {
                    seq: Seq(u64::MAX),
                    n: u16::MAX,
                },
                u16::MAX,
            ),
        ] {
            assert_eq!(from_wire(&to_wire(button)), Some(button));
            assert!((1..=DATA_LIMIT).contains(&to_wire(button).len()));
        }
        assert_eq!(from_wire("somebody else's"), None);
        for data in [
            "promotions:-1",
            "appeals:",
            "dialogue:12",
            "dialogue:1:x",
            "up:",
            "remark:",
        ] {
            assert_eq!(from_wire(data), None, "{data}");
        }
    }
}
