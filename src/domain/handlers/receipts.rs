//! The receipt: the one message of an appeal that says how it stands, and outside working hours when people are back.
//!
//! Invariant: it is changed only where it would tell something else; when people are back is said with a new appeal alone, and stands until
//! they are, or until an answer is there.

use jiff::Timestamp;

use crate::domain::{
    appeal::{Appeal, Receipt, Status},
    context::DecisionContext,
    effect::{Entity, MessageForm},
    ids::{AppealId, MessageId},
    session::Session,
    wording::{OpeningWords, Say},
};

/// The first words in answer to an appeal, or to a message with which one goes on that has none (any more).
pub(super) fn give(
    ctx: &mut DecisionContext<'_>,
    session: &Session,
    appeal: &mut Appeal,
    fresh: bool,
) {
    let number = appeal.number;
    let rules = ctx.rules;
    let reopens = rules.hours.reopens(&rules.time_zone, ctx.now);
    appeal.receipt = Some(Receipt {
        message: None,
        number,
        status: appeal.status.clone(),
        reopens: reopens.filter(|_| fresh),
    });
    appeal.dialogue.heard = appeal.dialogue.lines;
    let say = if fresh {
        Say::Receipt(number)
    } else {
        Say::Added(number)
    };
    tell(ctx, session, appeal, say, MessageForm::Receipt);
}

/// Lets the receipt tell how the appeal stands, where it tells something else.
pub(super) fn refresh(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let receipt = appeal.receipt.as_ref();
    let Some(message) = receipt.and_then(|receipt| receipt.message) else {
        return;
    };
    let Some(session) = ctx.session(appeal.chat) else {
        return;
    };
    let (number, status) = (appeal.number, appeal.status.told().clone());
    let told = Receipt {
        message: Some(message),
        number,
        status: status.clone(),
        reopens: awaited(ctx, appeal),
    };
    if appeal.receipt.as_ref() == Some(&told) {
        return;
    }
    appeal.receipt = Some(told);
    let form = MessageForm::Edit(message);
    match number {
        Some(number) if status != Status::New => {
            let status = ctx.text(&session, Say::StatusWord(&status));
            let say = Say::ReceiptNow {
                number,
                status: &status,
            };
            tell(ctx, &session, appeal, say, form);
        }
        Some(_) | None => tell(ctx, &session, appeal, Say::Receipt(number), form),
    }
}

/// Telegram has the receipt: from now on it can be changed.
pub(super) fn arrived(ctx: &mut DecisionContext<'_>, id: AppealId, message: MessageId) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    if let Some(receipt) = &mut appeal.receipt {
        receipt.message = Some(message);
        refresh(ctx, &mut appeal);
        ctx.put(Entity::Appeal(appeal));
    }
}

/// When people are back, where the receipt says so and somebody still waits for that.
fn awaited(ctx: &DecisionContext<'_>, appeal: &Appeal) -> Option<Timestamp> {
    let reopens = appeal.receipt.as_ref()?.reopens?;
    let is_answered = appeal.delivery.sent.is_some() || appeal.status.is_closed();
    (reopens > ctx.now && !is_answered).then_some(reopens)
}

/// Says it, and when people are back where nobody is there.
fn tell(
    ctx: &mut DecisionContext<'_>,
    session: &Session,
    appeal: &Appeal,
    say: Say<'_>,
    form: MessageForm,
) {
    let mut text = ctx.text(session, say);
    let receipt = appeal.receipt.as_ref();
    if let Some(at) = receipt.and_then(|receipt| receipt.reopens) {
        text.push('\n');
        text.push_str(&promise(ctx, session, at));
    }
    ctx.tell_about(session, appeal.id, &text, form);
}

/// When an answer can be expected, as people say it.
fn promise(ctx: &DecisionContext<'_>, session: &Session, at: Timestamp) -> String {
    let date = ctx.rules.date(at);
    let days = date.duration_since(ctx.rules.date(ctx.now)).as_hours() / 24;
    let day = ctx.text(session, Say::Opening(OpeningWords::Day { days, date }));
    let answered = OpeningWords::Answered {
        day: &day,
        time: &ctx.rules.time_of_day(at),
    };
    ctx.text(session, Say::Opening(answered))
}
