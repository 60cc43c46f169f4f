//! Messages that the partner has of an answer that failed: they are not sent again with the corrected one.
//!
//! Invariant: a message is known by what is in it.

use super::{Planned, parts};
use crate::domain::{
    appeal::{Answer, Appeal, DeliveredPart, PartState},
    context::DecisionContext,
};

/// How many messages of failed answers are remembered: more than anybody corrects.
const REMEMBERED: usize = 32;

/// A part, unless the partner has it from an answer that failed.
pub(super) fn lacking(appeal: &Appeal, part: parts::Part) -> Planned {
    let fingerprint = part.fingerprint();
    let mut had = appeal.delivery.had.iter();
    let had = had.find(|had| had.fingerprint == fingerprint);
    had.map_or(Ok(part), |had| {
        Err(PartState::Delivered {
            maybe_twice: had.maybe_twice,
            arrived: had.arrived,
        })
    })
}

/// Remembers which parts of a failed answer the partner has, for when its corrected text comes.
pub(super) fn remember(ctx: &DecisionContext<'_>, appeal: &mut Appeal, answer: &Answer) {
    let messages = parts::of(ctx, appeal, answer);
    for (part, state) in messages.iter().zip(&answer.parts) {
        let PartState::Delivered {
            maybe_twice,
            arrived,
        } = *state
        else {
            continue;
        };
        let (fingerprint, had) = (part.fingerprint(), &mut appeal.delivery.had);
        if !had.iter().any(|had| had.fingerprint == fingerprint) {
            had.push(DeliveredPart {
                fingerprint,
                maybe_twice,
                arrived,
            });
        }
    }
    let beyond = appeal.delivery.had.len().saturating_sub(REMEMBERED);
    appeal.delivery.had.drain(..beyond);
}
