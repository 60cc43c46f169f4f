//! What a specialist asks for by the status: to correct the last answer, or to send one again.
//!
//! Invariant: the status goes back to what it was, and an order that is not followed says why; nothing is sent that nobody meant.

use super::{begin, chat, correction, is_on_its_way, take_back};
use crate::domain::{
    appeal::{
        Appeal, Delivery,
        orders::{AnswerOrder, DeclinedOrder},
    },
    context::DecisionContext,
    ids::RowKey,
};

/// The status cell holds an order.
pub(in crate::domain::handlers) fn follow(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    order: AnswerOrder,
) {
    // The word gives way to the status.
    ctx.dirty(RowKey::Appeal(appeal.id));
    if appeal.mixed {
        return;
    }
    let declined = match order {
        AnswerOrder::Correct => correct(ctx, appeal),
        AnswerOrder::SendAgain => send_again(ctx, appeal),
    };
    if let Err(why) = declined {
        appeal.delivery.state = Delivery::Declined(why);
    }
}

fn correct(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) -> Result<(), DeclinedOrder> {
    if appeal.delivery.correction.is_some() {
        correction::renew(ctx, appeal);
        return Ok(());
    }
    if chat::is_busy(appeal) {
        return Err(DeclinedOrder::OnItsWay);
    }
    if is_on_its_way(appeal) {
        // A text that only rests may be what was meant for the correction: it does not go out as an answer of its own.
        let rests = take_back(ctx, appeal);
        return Err(if rests {
            DeclinedOrder::Occupied
        } else {
            DeclinedOrder::OnItsWay
        });
    }
    if is_occupied(appeal) {
        return if speaks_of_the_cell(&appeal.delivery.state) {
            Ok(())
        } else {
            Err(DeclinedOrder::Occupied)
        };
    }
    let sent = appeal.delivery.sent.as_ref();
    if sent.is_none_or(|sent| sent.messages.is_empty()) {
        return Err(DeclinedOrder::NothingToCorrect);
    }
    correction::open(ctx, appeal);
    Ok(())
}

/// Whether a text stands in the answer cell that the partner does not have.
fn is_occupied(appeal: &Appeal) -> bool {
    let seen = appeal.row.seen().answer.as_ref();
    let delivered = appeal.delivered_answer().map(|answer| &answer.text);
    appeal.delivery.formula
        || matches!(appeal.delivery.state, Delivery::Unready(_))
        || (seen.is_some() && seen != delivered)
}

fn send_again(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) -> Result<(), DeclinedOrder> {
    if appeal.delivery.correction.is_some() {
        return Ok(());
    }
    if is_on_its_way(appeal) {
        let rests = matches!(appeal.delivery.state, Delivery::Grace { .. });
        return if rests {
            Ok(())
        } else {
            Err(DeclinedOrder::OnItsWay)
        };
    }
    let standing = appeal.row.seen().answer.clone();
    match standing.filter(|_| appeal.delivered_answer().is_none()) {
        Some(text) if !appeal.delivery.formula => begin(ctx, appeal, text),
        Some(_) | None => match appeal.delivery.state {
            Delivery::Delivered { at, .. } => return Err(DeclinedOrder::Delivered(at)),
            Delivery::Corrected {
                at,
                withdrawn: false,
                ..
            } => return Err(DeclinedOrder::Delivered(at)),
            _ => return Err(DeclinedOrder::NothingToSend),
        },
    }
    Ok(())
}

/// Whether the words of a row tell already what becomes of the text in its cell.
fn speaks_of_the_cell(state: &Delivery) -> bool {
    matches!(
        state,
        Delivery::Held
            | Delivery::Blocked
            | Delivery::Failed(_)
            | Delivery::Unknown { .. }
            | Delivery::Unready(_)
            | Delivery::Formula
            | Delivery::NoTemplate(_)
            | Delivery::Uncorrected { .. }
    )
}
