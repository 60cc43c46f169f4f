//! The cell into which a specialist types: what its content means for the answer.
//!
//! Invariant: what the cell shows while the answer in it is with Telegram changes nothing before its outcome is known.

use super::{begin, chat, correction, is_on_its_way, take_back};
use crate::domain::{
    appeal::{Appeal, Delivery, orders::DeclinedOrder},
    context::DecisionContext,
    ids::{RowKey, Seq},
    styled::StyledRange,
    text::Text,
};

/// The answer cell shows this text, which is not the one seen before.
pub(in crate::domain::handlers) fn typed(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    text: Text,
    styles: &[StyledRange],
) {
    let seen = appeal.row.seen_mut();
    (seen.answer, seen.styles) = (Some(text.clone()), styles.to_vec());
    if chat::holds(ctx, appeal, &text) {
        return;
    }
    if correction::is_leftover(appeal, &text) {
        return correction::clear_away(ctx, appeal);
    }
    if std::mem::take(&mut appeal.delivery.holds) {
        // It may have been here all along, without a value to show.
        appeal.delivery.state = Delivery::Held;
        return ctx.dirty(RowKey::Appeal(appeal.id));
    }
    if appeal.delivery.formula {
        // Either its value has changed, or a person has written over it: the write of these words finds out which.
        appeal.delivery.state = Delivery::Waiting;
        return ctx.dirty(RowKey::Appeal(appeal.id));
    }
    if is_on_its_way(appeal) && !take_back(ctx, appeal) {
        // The one before is already with Telegram; this one follows when its outcome is known.
        return;
    }
    begin(ctx, appeal, text);
}

/// The answer cell shows this text, which is not to be sent as it stands.
pub(in crate::domain::handlers) fn stands(appeal: &mut Appeal, text: Text) {
    appeal.row.seen_mut().answer = Some(text);
    if !is_on_its_way(appeal) {
        (appeal.delivery.answer, appeal.delivery.state) = (None, Delivery::Empty);
    }
}

/// The answer cell is empty.
pub(in crate::domain::handlers) fn emptied(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    appeal.row.seen_mut().answer = None;
    appeal.delivery.holds = false;
    if std::mem::take(&mut appeal.delivery.formula) {
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    if appeal.delivery.aside.take().is_some() {
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    if chat::is_busy(appeal) {
        return;
    }
    if is_on_its_way(appeal) {
        take_back(ctx, appeal);
    } else {
        appeal.delivery.answer = None;
    }
    if appeal.delivery.correction.is_some() {
        return correction::emptied(ctx, appeal);
    }
    let speaks_of_the_cell = match appeal.delivery.state {
        Delivery::Held
        | Delivery::Blocked
        | Delivery::Waiting
        | Delivery::Grace { .. }
        | Delivery::Formula
        | Delivery::NoTemplate(_)
        | Delivery::Unready(_)
        | Delivery::Correcting { .. }
        | Delivery::CorrectingSoon { .. }
        | Delivery::Declined(DeclinedOrder::Occupied) => true,
        Delivery::Empty
        | Delivery::Adopted
        | Delivery::Noted { .. }
        | Delivery::Delivered { .. }
        | Delivery::Failed(_)
        | Delivery::Unknown { .. }
        | Delivery::Corrected { .. }
        | Delivery::Uncorrected { .. }
        | Delivery::Declined(_) => false,
    };
    if speaks_of_the_cell && appeal.delivery.answer.is_none() {
        appeal.delivery.state = Delivery::Empty;
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
}

/// The answer cell shows that a formula has failed or that its value has not come yet: that is no answer. One that is on its way or has
/// arrived stays what it is: the same value may come back in a moment. One that was held is held again when it does.
pub(in crate::domain::handlers) fn unready(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    shown: &Text,
) {
    if chat::is_busy(appeal) {
        appeal.row.seen_mut().answer = None;
        return;
    }
    let resting = is_on_its_way(appeal) && take_back(ctx, appeal);
    if appeal.delivery.correction.is_some() {
        return correction::unready(ctx, appeal);
    }
    if appeal.delivery.formula || (appeal.delivery.answer.is_some() && !resting) {
        return;
    }
    appeal.row.seen_mut().answer = None;
    appeal.delivery.holds |= appeal.delivery.state == Delivery::Held && !resting;
    appeal.delivery.state = Delivery::Unready(shown.clone());
    ctx.dirty(RowKey::Appeal(appeal.id));
}

/// A write that stands was made on the grounds of this event; it may have put a text back into the answer cell, or emptied it so that one can be.
pub(in crate::domain::handlers) fn filled(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    text: Option<&Text>,
    dirtied: Seq,
) {
    match text {
        Some(text) => correction::filled(ctx, appeal, text),
        None if appeal.text_to_correct().is_some() => ctx.dirty(RowKey::Appeal(appeal.id)),
        None => {}
    }
    correction::settled(appeal, dirtied);
}

/// A write has shown whether the answer cell holds a formula.
pub(in crate::domain::handlers) fn formula(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    holds: bool,
) {
    let asked = std::mem::replace(&mut appeal.delivery.formula, holds)
        && appeal.delivery.state == Delivery::Waiting;
    match (holds, asked) {
        (true, true) => {
            appeal.delivery.state = Delivery::Formula;
            ctx.dirty(RowKey::Appeal(appeal.id));
        }
        (true, false) => {
            // It stays in its cell, and the row says so.
            appeal
                .delivery
                .answer
                .take_if(|answer| answer.is_delivered());
            ctx.dirty(RowKey::Appeal(appeal.id));
        }
        (false, true) => {
            if let Some(text) = appeal.row.seen().answer.clone() {
                begin(ctx, appeal, text);
            }
        }
        (false, false) => {}
    }
}
