//! A specialist's answer: from the cell to the partner, into the dialogue, out of the cell.
//!
//! Invariant: each answer revision is sent once (twice at most, where a response was lost), and its text leaves the cell only
//! after Telegram has every part of it. Parts of a failed answer that the partner already has are not sent again with the corrected one.

use jiff::SignedDuration;

use crate::domain::{
    appeal::{Answer, Appeal, Author, DeliveredPart, Delivery, PartState, RejectReason, Status},
    context::DecisionContext,
    effect::{Effect, Entity, OutboxState, Send, Wake},
    ids::{AppealId, OutboxId, Revision, RowKey},
    spans::has_lasted,
    text::Text,
    view::View,
};

use super::appeals;

mod parts;

/// How long an answer may be on its way before its row says so: most are delivered sooner, and a write is saved.
const SAY_WAITING_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// How many messages of failed answers are remembered: more than anybody corrects.
const REMEMBERED: usize = 32;

/// How one message of an answer ended.
pub(super) enum PartEnd {
    /// Telegram has it.
    Delivered { maybe_twice: bool },
    /// Telegram will never take it.
    Rejected(RejectReason),
    /// Nobody can say.
    Unknown { twice: bool },
}

/// The answer cell shows this text, which is not the one seen before.
pub(super) fn typed(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal, text: Text) {
    appeal.row.seen_mut().answer = Some(text.clone());
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

/// The answer cell is empty.
pub(super) fn emptied(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal) {
    appeal.row.seen_mut().answer = None;
    appeal.delivery.holds = false;
    if std::mem::take(&mut appeal.delivery.formula) {
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    if is_on_its_way(appeal) {
        take_back(ctx, appeal);
    } else {
        appeal.delivery.answer = None;
    }
    let speaks_of_the_cell = match appeal.delivery.state {
        Delivery::Held
        | Delivery::Blocked
        | Delivery::Waiting
        | Delivery::Grace { .. }
        | Delivery::Formula
        | Delivery::Unready(_) => true,
        Delivery::Empty
        | Delivery::Adopted
        | Delivery::Delivered { .. }
        | Delivery::Failed(_)
        | Delivery::Unknown { .. } => false,
    };
    if speaks_of_the_cell && appeal.delivery.answer.is_none() {
        appeal.delivery.state = Delivery::Empty;
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
}

/// The answer cell shows that a formula has failed or that its value has not come yet: that is no answer. One that is on its way or has
/// arrived stays what it is: the same value may come back in a moment. One that was held is held again when it does.
pub(super) fn unready(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal, shown: &Text) {
    let resting = is_on_its_way(appeal) && take_back(ctx, appeal);
    if appeal.delivery.formula || (appeal.delivery.answer.is_some() && !resting) {
        return;
    }
    appeal.row.seen_mut().answer = None;
    appeal.delivery.holds |= appeal.delivery.state == Delivery::Held && !resting;
    appeal.delivery.state = Delivery::Unready(shown.clone());
    ctx.dirty(RowKey::Appeal(appeal.id));
}

/// A write has shown whether the answer cell holds a formula.
pub(super) fn formula(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal, holds: bool) {
    let asked = std::mem::replace(&mut appeal.delivery.formula, holds)
        && appeal.delivery.state == Delivery::Waiting;
    match (holds, asked) {
        (true, true) => {
            appeal.delivery.state = Delivery::Formula;
            ctx.dirty(RowKey::Appeal(appeal.id));
        }
        (true, false) => {
            // It stays in its cell, and the row says so.
            appeal.delivery.answer = appeal
                .delivery
                .answer
                .take()
                .filter(|answer| !answer.is_delivered());
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

/// Sends what is in the cell of an appeal whose answer was held or could not be delivered.
pub(super) fn send_again(ctx: &mut DecisionContext<'_, impl View>, id: AppealId) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    if let Some(text) = appeal.row.seen().answer.clone()
        && !is_on_its_way(&appeal)
    {
        begin(ctx, &mut appeal, text);
        ctx.put(Entity::Appeal(appeal));
    }
}

/// Sends an answer that still rests.
pub(super) fn hurry(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal) {
    if appeal
        .delivery
        .answer
        .as_ref()
        .is_some_and(|answer| answer.parts.is_empty())
    {
        dispatch(ctx, appeal);
    }
}

/// The message of an answer under way behind which whatever belongs after it has to wait.
pub(super) fn last_under_way(appeal: &Appeal) -> Option<OutboxId> {
    let answer = appeal.delivery.answer.as_ref()?;
    let last = answer
        .parts
        .iter()
        .rposition(|part| *part == PartState::Waiting)?;
    Some(OutboxId::Answer(
        appeal.id,
        answer.revision,
        u8::try_from(last).ok()?,
    ))
}

/// The grace of an answer is over, or it has been on its way for a while.
pub(in crate::domain) fn waited(ctx: &mut DecisionContext<'_, impl View>, id: AppealId) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    let Some(answer) = &appeal.delivery.answer else {
        return;
    };
    if answer.parts.is_empty() {
        if !has_lasted(answer.at, ctx.now, ctx.rules.grace) {
            // The timer was an earlier answer's, or the clock was set back a little.
            let (at, wake) = (answer.at + ctx.rules.grace, Wake::Appeal(id));
            return ctx.then(Effect::Then { at, wake });
        }
        dispatch(ctx, &mut appeal);
    } else if answer.parts.contains(&PartState::Waiting)
        && appeal.delivery.state != Delivery::Waiting
    {
        appeal.delivery.state = Delivery::Waiting;
        ctx.dirty(RowKey::Appeal(id));
    }
    ctx.put(Entity::Appeal(appeal));
}

/// One message of an answer has come to its end.
pub(super) fn part_ended(
    ctx: &mut DecisionContext<'_, impl View>,
    id: AppealId,
    revision: Revision,
    part: u8,
    end: PartEnd,
) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    let Some(answer) = appeal
        .delivery
        .answer
        .as_mut()
        .filter(|answer| answer.revision == revision)
    else {
        return;
    };
    let Some(state) = answer.parts.get_mut(usize::from(part)) else {
        return;
    };
    match end {
        PartEnd::Delivered { maybe_twice } => {
            *state = PartState::Delivered { maybe_twice };
            if answer.is_delivered() {
                finish(ctx, &mut appeal);
            }
        }
        PartEnd::Rejected(why) => {
            *state = PartState::Failed;
            fail(ctx, &mut appeal, refusal(why));
        }
        PartEnd::Unknown { twice } => {
            *state = PartState::Failed;
            fail(ctx, &mut appeal, Delivery::Unknown { twice });
        }
    }
    ctx.put(Entity::Appeal(appeal));
}

fn refusal(why: RejectReason) -> Delivery {
    match why {
        RejectReason::Blocked => Delivery::Blocked,
        RejectReason::Deactivated
        | RejectReason::ChatNotFound
        | RejectReason::GaveUp
        | RejectReason::Refused(_)
        | RejectReason::Recipient(_)
        | RejectReason::Content(_)
        | RejectReason::Moved(_)
        | RejectReason::File(_) => Delivery::Failed(why),
    }
}

/// Nothing of this appeal goes out any more; what Telegram has already leaves its cell as ever.
pub(super) fn withhold(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal) {
    if let Some(answer) = appeal
        .delivery
        .answer
        .take_if(|answer| !answer.is_delivered())
    {
        for (part, _) in (0_u8..).zip(&answer.parts) {
            ctx.then(Effect::Withdraw(OutboxId::Answer(
                appeal.id,
                answer.revision,
                part,
            )));
        }
    }
    if appeal.delivery.answer.is_none() && appeal.row.seen().answer.is_some() {
        appeal.delivery.state = Delivery::Held;
    }
    ctx.dirty(RowKey::Appeal(appeal.id));
}

/// Starts the way of a text: at once, after its grace, or when the partner comes back.
fn begin(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal, text: Text) {
    if appeal.mixed {
        return withhold(ctx, appeal);
    }
    if let Some(mut session) = ctx.session(appeal.chat).filter(|session| session.blocked) {
        session.undelivered.insert(appeal.id);
        ctx.put(Entity::Session(session));
        appeal.delivery.state = Delivery::Blocked;
        return ctx.dirty(RowKey::Appeal(appeal.id));
    }
    // The same words have rested before.
    let rested = appeal
        .delivery
        .answer
        .as_ref()
        .is_some_and(|answer| answer.text == text && !answer.is_delivered());
    appeal.delivery.revision = Revision(appeal.delivery.revision.0 + 1);
    appeal.delivery.answer = Some(Answer {
        revision: appeal.delivery.revision,
        text,
        at: ctx.now,
        parts: Vec::new(),
    });
    if ctx.rules.grace.is_zero() || rested {
        dispatch(ctx, appeal);
    } else {
        let until = ctx.now + ctx.rules.grace;
        appeal.delivery.state = Delivery::Grace { until };
        ctx.dirty(RowKey::Appeal(appeal.id));
        ctx.then(Effect::Then {
            at: until,
            wake: Wake::Appeal(appeal.id),
        });
    }
}

/// Puts the messages of an answer into the outbox, less those that the partner already has. None is sent before all its files are fetched.
fn dispatch(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal) {
    let Some(answer) = &mut appeal.delivery.answer else {
        return;
    };
    let messages = parts::of(ctx, appeal.chat, appeal.number, &answer.text);
    let state = |part: &parts::Part| {
        let fingerprint = part.fingerprint();
        let had = appeal
            .delivery
            .had
            .iter()
            .find(|had| had.fingerprint == fingerprint);
        had.map_or(PartState::Waiting, |had| PartState::Delivered {
            maybe_twice: had.maybe_twice,
        })
    };
    answer.parts = messages.iter().map(state).collect();
    let waiting: Vec<_> = (0_u8..)
        .zip(messages)
        .zip(&answer.parts)
        .filter_map(|(numbered, state)| (*state == PartState::Waiting).then_some(numbered))
        .collect();
    for (at, (index, part)) in waiting.iter().enumerate() {
        let id = OutboxId::Answer(appeal.id, answer.revision, *index);
        ctx.then(Effect::Send(Send {
            form: part.form.clone(),
            about: Some(appeal.id),
            files: waiting[at + 1..]
                .iter()
                .filter_map(|(_, later)| later.file().cloned())
                .collect(),
            ..Send::talk(id, appeal.chat, part.text.clone())
        }));
    }
    if waiting.is_empty() {
        return finish(ctx, appeal);
    }
    ctx.then(Effect::Then {
        at: ctx.now + SAY_WAITING_AFTER,
        wake: Wake::Appeal(appeal.id),
    });
}

fn is_on_its_way(appeal: &Appeal) -> bool {
    appeal
        .delivery
        .answer
        .as_ref()
        .is_some_and(|answer| answer.parts.is_empty() || answer.parts.contains(&PartState::Waiting))
}

/// Takes an answer back if no message of it was ever claimed; whether it could be.
fn take_back(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal) -> bool {
    let Some(answer) = &appeal.delivery.answer else {
        return true;
    };
    let ids: Vec<_> = (0_u8..)
        .zip(&answer.parts)
        .map(|(part, _)| OutboxId::Answer(appeal.id, answer.revision, part))
        .collect();
    let untouched = ids
        .iter()
        .zip(&answer.parts)
        .all(|(id, part)| match ctx.view.outbox(id) {
            Some(entry) => entry.tries == 0 && matches!(entry.state, OutboxState::Waiting(_)),
            // What the partner had before was not put into the outbox for this answer.
            None => matches!(part, PartState::Delivered { .. }),
        });
    if untouched {
        let waiting = ids
            .into_iter()
            .zip(&answer.parts)
            .filter(|(_, part)| **part == PartState::Waiting);
        waiting.for_each(|(id, _)| ctx.then(Effect::Withdraw(id)));
        appeal.delivery.answer = None;
    }
    untouched
}

/// Telegram has every part: into the dialogue, and out of the cell.
fn finish(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal) {
    let Some(answer) = appeal.delivery.answer.clone() else {
        return;
    };
    appeal.delivery.had.clear();
    let maybe_twice = answer
        .parts
        .contains(&PartState::Delivered { maybe_twice: true });
    appeals::add_line(
        ctx,
        appeal,
        Author::Specialist,
        ctx.now,
        answer.text.clone(),
    );
    appeal.delivery.state = Delivery::Delivered {
        at: ctx.now,
        maybe_twice,
    };
    appeal.stamp = Some(ctx.now);
    if appeal.status.yields_to_work() {
        appeal.status = Status::InWork;
        appeals::refresh_receipt(ctx, appeal);
    }
    ctx.dirty(RowKey::Appeal(appeal.id));
    if appeal.row.seen().answer.as_ref() != Some(&answer.text) {
        // It is out of its cell already: there is nothing left to clear, and the same text typed again is a new answer.
        appeal.delivery.answer = None;
    }
    follow_up(ctx, appeal, &answer.text);
}

/// The answer stays in its cell, and the row says why.
fn fail(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal, delivery: Delivery) {
    let Some(answer) = appeal.delivery.answer.clone() else {
        return;
    };
    remember(ctx, appeal, &answer);
    for (part, state) in (0_u8..).zip(&answer.parts) {
        if *state == PartState::Waiting {
            ctx.then(Effect::Withdraw(OutboxId::Answer(
                appeal.id,
                answer.revision,
                part,
            )));
        }
    }
    if let Some(current) = &mut appeal.delivery.answer {
        current
            .parts
            .iter_mut()
            .filter(|part| **part == PartState::Waiting)
            .for_each(|part| *part = PartState::Failed);
    }
    if delivery == Delivery::Blocked
        && let Some(mut session) = ctx.session(appeal.chat)
    {
        session.blocked = true;
        session.undelivered.insert(appeal.id);
        ctx.put(Entity::Session(session));
    }
    appeal.delivery.state = delivery;
    ctx.dirty(RowKey::Appeal(appeal.id));
    follow_up(ctx, appeal, &answer.text);
}

/// Remembers which parts of a failed answer the partner has, for when its corrected text comes.
fn remember(ctx: &DecisionContext<'_, impl View>, appeal: &mut Appeal, answer: &Answer) {
    let messages = parts::of(ctx, appeal.chat, appeal.number, &answer.text);
    for (part, state) in messages.iter().zip(&answer.parts) {
        let PartState::Delivered { maybe_twice } = *state else {
            continue;
        };
        let fingerprint = part.fingerprint();
        if !appeal
            .delivery
            .had
            .iter()
            .any(|had| had.fingerprint == fingerprint)
        {
            appeal.delivery.had.push(DeliveredPart {
                fingerprint,
                maybe_twice,
            });
        }
    }
    let beyond = appeal.delivery.had.len().saturating_sub(REMEMBERED);
    appeal.delivery.had.drain(..beyond);
}

/// A text typed over the one that has just ended is an answer of its own.
fn follow_up(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal, ended: &Text) {
    if let Some(newer) = appeal
        .row
        .seen()
        .answer
        .clone()
        .filter(|seen| seen != ended)
    {
        begin(ctx, appeal, newer);
    }
}
