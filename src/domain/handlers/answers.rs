//! A specialist's answer: from the cell to the partner, into the dialogue, out of the cell.
//!
//! Invariant: each answer revision is sent once (twice at most, where a response was lost), and its text leaves the cell only
//! after Telegram has every part of it. Parts of a failed answer that the partner already has are not sent again with the corrected one.

pub(super) mod calls;
pub(super) mod cell;
pub(super) mod chat;
pub(super) mod correction;
mod had;
mod notes;
pub(super) mod orders;
mod parts;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    appeal::{
        Answer, Appeal, Delivery, PartState, RejectReason, Status,
        correction::{Arrived, SentAnswer, SentPart},
    },
    context::DecisionContext,
    effect::{Effect, Entity, OutboxState, Send, Wake},
    ids::{AppealId, OutboxId, Revision, RowKey},
    project,
    spans::has_lasted,
    styled::Styled,
    tab::Tab,
    text::Text,
};

use super::{appeals, ending::PartEnd, receipts, staff_chat};

/// How long an answer may be on its way before its row says so: most are delivered sooner, and a write is saved.
const SAY_WAITING_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Sends what is in the cell of an appeal whose answer was held or could not be delivered.
pub(super) fn send_again(ctx: &mut DecisionContext<'_>, id: AppealId) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    if !appeal.delivery.orders.is_empty() {
        chat::next(ctx, &mut appeal);
        ctx.put(Entity::Appeal(appeal));
    } else if let Some(text) = appeal.row.seen().answer.clone()
        && appeal.delivery.aside.as_ref() != Some(&text)
        && !is_on_its_way(&appeal)
    {
        begin(ctx, &mut appeal, text);
        ctx.put(Entity::Appeal(appeal));
    }
}

/// Sends an answer that still rests.
pub(super) fn hurry(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let answer = appeal.delivery.answer.as_ref();
    if answer.is_some_and(|answer| answer.parts.is_empty()) {
        dispatch(ctx, appeal);
    }
}

/// The message of an answer under way behind which whatever belongs after it has to wait.
pub(super) fn last_under_way(appeal: &Appeal) -> Option<OutboxId> {
    let answer = appeal.delivery.answer.as_ref()?;
    waiting(appeal.id, answer).last()
}

/// The grace of an answer is over, or it has been on its way for a while, or the time to correct the last one is over.
pub(in crate::domain) fn waited(ctx: &mut DecisionContext<'_>, id: AppealId) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    let Some(answer) = &appeal.delivery.answer else {
        correction::waited(ctx, &mut appeal);
        return ctx.put(Entity::Appeal(appeal));
    };
    if answer.parts.is_empty() {
        if ctx.is_unseen(Tab::Appeals) {
            // The journal was restored: what rested in the copy may have gone out since, and is held when its row is seen.
            return;
        }
        if !has_lasted(answer.at, ctx.now, ctx.rules.grace) {
            // The timer was an earlier answer's, or the clock was set back a little.
            return ctx.wake(answer.at + ctx.rules.grace, Wake::Appeal(id));
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
    ctx: &mut DecisionContext<'_>,
    id: AppealId,
    revision: Revision,
    part: u8,
    end: PartEnd,
) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    let answer = appeal.delivery.answer.as_mut();
    let Some(answer) = answer.filter(|answer| answer.revision == revision) else {
        return;
    };
    let Some(state) = answer.parts.get_mut(usize::from(part)) else {
        return;
    };
    match end {
        PartEnd::Delivered {
            message,
            maybe_twice,
        } => {
            let at = ctx.now;
            *state = PartState::Delivered {
                maybe_twice,
                arrived: Some(Arrived { message, at }),
            };
            if answer.is_delivered() {
                finish(ctx, &mut appeal);
            }
        }
        PartEnd::Rejected(why) => {
            *state = PartState::Failed;
            if appeal.delivery.correction.is_some() {
                uncorrected(ctx, &mut appeal, &why);
            } else {
                fail(ctx, &mut appeal, refusal(why));
            }
        }
        PartEnd::Unknown { twice } => {
            *state = PartState::Failed;
            if appeal.delivery.correction.is_some() {
                uncorrected(ctx, &mut appeal, &RejectReason::GaveUp);
            } else {
                fail(ctx, &mut appeal, Delivery::Unknown { twice });
            }
        }
    }
    ctx.put(Entity::Appeal(appeal));
}

/// A message could not be changed.
fn uncorrected(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, why: &RejectReason) {
    correction::fail(ctx, appeal, why.clone());
    chat::unchanged(ctx, appeal, why);
    chat::next(ctx, appeal);
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
        | RejectReason::TopicGone
        | RejectReason::Topics(_)
        | RejectReason::File(_)
        | RejectReason::Gone
        | RejectReason::Fixed => Delivery::Failed(why),
    }
}

/// Nothing of this appeal goes out any more; what Telegram has already leaves its cell as ever.
pub(super) fn withhold(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let answer = &mut appeal.delivery.answer;
    if let Some(answer) = answer.take_if(|answer| !answer.is_delivered()) {
        for (id, _) in messages(appeal.id, &answer) {
            ctx.then(Effect::Withdraw(id));
        }
    }
    appeal.delivery.correction = None;
    appeal.delivery.orders.clear();
    if appeal.delivery.answer.is_none() && appeal.row.seen().answer.is_some() {
        appeal.delivery.state = Delivery::Held;
    }
    ctx.dirty(RowKey::Appeal(appeal.id));
}

/// Starts the way of a text: at once, after its grace, or when the partner comes back.
fn begin(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, text: Text) {
    if appeal.mixed {
        return withhold(ctx, appeal);
    }
    if notes::is_only_notes(&text) {
        // A correction ends without a change.
        correction::close(ctx, appeal);
        return notes::keep(ctx, appeal, text);
    }
    if appeal.delivery.correction.is_some() {
        return correction::begin(ctx, appeal, text);
    }
    if let Some(mut session) = ctx.session(appeal.chat).filter(|session| session.blocked) {
        session.undelivered.insert(appeal.id);
        ctx.put(Entity::Session(session));
        appeal.delivery.state = Delivery::Blocked;
        return ctx.dirty(RowKey::Appeal(appeal.id));
    }
    let typed = typed(appeal, &text);
    let Ok(called) = calls::text(ctx, appeal, &typed) else {
        return;
    };
    // The same words have rested before.
    let before = appeal.delivery.answer.as_ref();
    let rested = before.is_some_and(|answer| answer.text == text && !answer.is_delivered());
    set_out(ctx, appeal, &typed, called.as_ref());
    if ctx.rules.grace.is_zero() || rested {
        dispatch(ctx, appeal);
    } else {
        rest(ctx, appeal, ctx.now, |until| Delivery::Grace { until });
    }
}

/// A text of the answer cell with the looks that were read with it.
fn typed(appeal: &Appeal, text: &Text) -> Styled {
    let seen = appeal.row.seen();
    let is_seen = seen.answer.as_ref() == Some(text);
    let styles: &[_] = if is_seen { &seen.styles } else { &[] };
    Styled::new(text.as_str(), styles)
}

/// From now on this is the answer under way, and this what goes out in its place, if it calls a template.
fn set_out(
    ctx: &DecisionContext<'_>,
    appeal: &mut Appeal,
    typed: &Styled,
    called: Option<&Styled>,
) {
    let revision = Revision(appeal.delivery.revision.0 + 1);
    appeal.delivery.revision = revision;
    appeal.delivery.aside = None;
    let said = called.unwrap_or(typed);
    appeal.delivery.answer = Some(Answer {
        styles: said.ranges().to_vec(),
        called: called.map(|called| called.as_str().into()),
        covers: Some(appeal.dialogue.written),
        ..Answer::new(revision, typed.as_str().into(), ctx.now)
    });
}

/// It rests for its grace, from when it was seen on, and its row says so; until when.
fn rest(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    since: Timestamp,
    words: impl FnOnce(Timestamp) -> Delivery,
) -> Timestamp {
    let until = since + ctx.rules.grace;
    appeal.delivery.state = words(until);
    ctx.dirty(RowKey::Appeal(appeal.id));
    ctx.wake(until, Wake::Appeal(appeal.id));
    until
}

/// Puts the messages of an answer into the outbox, less those that the partner already has. None is sent before all its files are fetched.
fn dispatch(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let Some(answer) = appeal.delivery.answer.clone() else {
        return;
    };
    let messages = if appeal.delivery.correction.is_some() {
        correction::messages(ctx, appeal, &answer)
    } else {
        let parts = parts::of(ctx, appeal, &answer).into_iter();
        parts.map(|part| had::lacking(appeal, part)).collect()
    };
    let Some(answer) = &mut appeal.delivery.answer else {
        return;
    };
    answer.parts = messages.iter().map(Result::as_ref).map(state).collect();
    let numbered = (0_u8..).zip(messages);
    let waiting: Vec<_> = numbered
        .filter_map(|(at, it)| Some((at, it.ok()?)))
        .collect();
    for (at, (index, part)) in waiting.iter().enumerate() {
        let id = OutboxId::Answer(appeal.id, answer.revision, *index);
        let later = waiting[at + 1..].iter();
        ctx.then(Effect::Send(Send {
            form: part.form.clone(),
            about: Some(appeal.id),
            files: later.filter_map(|(_, part)| part.file().cloned()).collect(),
            ..Send::talk(id, appeal.chat, part.text.clone())
        }));
    }
    if waiting.is_empty() {
        return finish(ctx, appeal);
    }
    ctx.wake(ctx.now + SAY_WAITING_AFTER, Wake::Appeal(appeal.id));
}

/// A message to be sent, or how the partner has it already.
type Planned = Result<parts::Part, PartState>;

fn state(planned: Result<&parts::Part, &PartState>) -> PartState {
    planned.map_or_else(|state| *state, |_| PartState::Waiting)
}

fn is_on_its_way(appeal: &Appeal) -> bool {
    let answer = appeal.delivery.answer.as_ref();
    answer.is_some_and(Answer::is_under_way)
}

/// The messages of an answer that was dispatched.
fn messages(appeal: AppealId, answer: &Answer) -> impl Iterator<Item = (OutboxId, PartState)> {
    let parts = (0_u8..).zip(&answer.parts);
    parts.map(move |(at, part)| (OutboxId::Answer(appeal, answer.revision, at), *part))
}

/// Those of them that wait for their outcome.
fn waiting(appeal: AppealId, answer: &Answer) -> impl Iterator<Item = OutboxId> {
    messages(appeal, answer).filter_map(|(id, part)| (part == PartState::Waiting).then_some(id))
}

/// A message that somebody wrote first is taken back with its row, unless it is on its way already; it goes on if the row comes back.
pub(super) fn row_gone(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    if appeal.dialogue.lines == 0 && is_on_its_way(appeal) && take_back(ctx, appeal) {
        appeal.delivery.state = Delivery::Empty;
        (appeal.row.seen_mut().answer, appeal.row.seen_mut().styles) = (None, Vec::new());
    }
}

/// Takes an answer back if no message of it was ever claimed; whether it could be.
fn take_back(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) -> bool {
    let Some(answer) = &appeal.delivery.answer else {
        return true;
    };
    let untouched = messages(appeal.id, answer).all(|(id, part)| match ctx.view.outbox(&id) {
        Some(entry) => entry.tries == 0 && matches!(entry.state, OutboxState::Waiting(_)),
        // What the partner had before was not put into the outbox for this answer.
        None => matches!(part, PartState::Delivered { .. }),
    });
    if untouched {
        waiting(appeal.id, answer).for_each(|id| ctx.then(Effect::Withdraw(id)));
        appeal.delivery.answer = None;
    }
    untouched
}

/// Telegram has every part: into the dialogue, and out of the cell.
fn finish(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let Some(answer) = appeal.delivery.answer.clone() else {
        return;
    };
    if appeal.delivery.correction.is_some() {
        correction::finish(ctx, appeal, &answer);
        chat::arrived(ctx, appeal, &answer);
        return match answer.reply {
            Some(_) => follow_up(ctx, appeal, &answer.text),
            None => chat::next(ctx, appeal),
        };
    }
    appeal.delivery.had.clear();
    notes::add(ctx, appeal, &answer.text);
    let sent = sent(ctx, appeal, &answer);
    let (at, maybe_twice) = (sent.at, sent.maybe_twice);
    let by = answer.reply.as_ref().map(|reply| reply.by.clone());
    appeals::add_answer(ctx, appeal, at, (sent.text.clone(), by), answer.covers);
    chat::succeed(appeal, sent);
    appeal.delivery.state = Delivery::Delivered { at, maybe_twice };
    appeal.stamp = Some(at);
    if appeal.status.yields_to_work() {
        appeal.status = Status::InWork;
    }
    receipts::refresh(ctx, appeal);
    chat::arrived(ctx, appeal, &answer);
    staff_chat::news(ctx, appeal);
    ctx.dirty(RowKey::Appeal(appeal.id));
    if appeal.row.seen().answer.as_ref() != Some(&answer.text) {
        // It is out of its cell already: there is nothing left to clear, and the same text typed again is a new answer.
        appeal.delivery.answer = None;
    }
    follow_up(ctx, appeal, &answer.text);
}

/// What the partner has, message by message, so that it can be corrected.
fn sent(ctx: &DecisionContext<'_>, appeal: &Appeal, answer: &Answer) -> SentAnswer {
    let parts = parts::of(ctx, appeal, answer);
    let parts = parts.iter().zip(&answer.parts);
    let messages: Option<Vec<SentPart>> = parts.map(|(part, state)| part.sent(*state)).collect();
    SentAnswer {
        text: answer.words(),
        line: appeal.dialogue.lines,
        at: ctx.now,
        maybe_twice: answer.maybe_twice(),
        // Of one that an earlier version began not every message is known: none of it can be changed.
        messages: messages.unwrap_or_default(),
        reply: answer.reply.clone(),
    }
}

/// The answer stays in its cell, and the row says why.
fn fail(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, delivery: Delivery) {
    let Some(answer) = appeal.delivery.answer.clone() else {
        return;
    };
    had::remember(ctx, appeal, &answer);
    give_up(ctx, appeal);
    if delivery == Delivery::Blocked
        && let Some(mut session) = ctx.session(appeal.chat)
    {
        session.blocked = true;
        session.undelivered.insert(appeal.id);
        ctx.put(Entity::Session(session));
    }
    appeal.delivery.state = delivery;
    ctx.dirty(RowKey::Appeal(appeal.id));
    let words = project::delivery(ctx.rules, appeal);
    chat::failed(ctx, appeal, &answer, &words);
    follow_up(ctx, appeal, &answer.text);
}

/// Nothing more of an answer goes out.
fn give_up(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let Some(answer) = &mut appeal.delivery.answer else {
        return;
    };
    waiting(appeal.id, answer).for_each(|id| ctx.then(Effect::Withdraw(id)));
    let waiting = answer.parts.iter_mut();
    waiting
        .filter(|part| **part == PartState::Waiting)
        .for_each(|part| *part = PartState::Failed);
}

/// A text typed over the one that has just ended is an answer of its own, unless the chat has something to say first.
fn follow_up(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, ended: &Text) {
    let seen = appeal.row.seen().answer.clone();
    let newer = seen.filter(|seen| seen != ended && Some(seen) != appeal.delivery.aside.as_ref());
    match newer {
        Some(newer) if !chat::holds(ctx, appeal, &newer) => begin(ctx, appeal, newer),
        Some(_) | None => chat::next(ctx, appeal),
    }
}
