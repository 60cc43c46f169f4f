//! Answers that were written in the staff chat: the same way as those of the cell, one after another.
//!
//! Invariant: while such an answer waits or is on its way, nothing of the cell is sent; a text that stands there meanwhile is held until
//! it is changed, and both sides are told.

mod albums;

use super::{
    Answer, correction, dispatch, follow_up, has_lasted, is_on_its_way, notes, rest, take_back,
};
use crate::domain::{
    appeal::{
        Appeal, Delivery, RejectReason,
        correction::{Correction, SentAnswer},
        staff::{ChatOrder, ChatReply},
    },
    context::DecisionContext,
    effect::Entity,
    handlers::staff_chat,
    ids::{MessageId, Revision, RowKey},
    tab::Tab,
    text::Text,
    wording::{Note, StaffNote},
};

/// So many earlier answers can be corrected.
const REMEMBERED: usize = 20;

/// A specialist has answered in the chat.
pub(in crate::domain::handlers) fn answered(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    reply: ChatReply,
) {
    let Some(reply) = notes::take_out(ctx, appeal, reply) else {
        return;
    };
    if albums::joined(ctx, appeal, &reply) {
        return;
    }
    hold_cell(ctx, appeal);
    let order = ChatOrder::Answer(reply, ctx.now);
    appeal.delivery.orders.push(order);
    next(ctx, appeal);
}

/// The answer under way, while it rests.
fn resting(appeal: &mut Appeal) -> Option<&mut Answer> {
    let answer = appeal.delivery.answer.as_mut();
    answer.filter(|answer| answer.parts.is_empty())
}

/// Whether an answer of the chat waits, or is on its way.
pub(super) fn is_busy(appeal: &Appeal) -> bool {
    let answer = appeal.delivery.answer.as_ref();
    let of_chat = answer.is_some_and(|answer| answer.reply.is_some());
    !appeal.delivery.orders.is_empty() || (of_chat && is_on_its_way(appeal))
}

/// The cell shows a text while the chat answers: it is held. Whether it is.
pub(super) fn holds(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, text: &Text) -> bool {
    appeal.delivery.aside = is_busy(appeal).then(|| text.clone());
    let held = appeal.delivery.aside.is_some();
    if held {
        staff_chat::tell(ctx, appeal, StaffNote::CellHeld(text.as_str()));
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    held
}

/// A text that rests in the cell is held, since the chat has answered.
fn hold_cell(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let rests = resting(appeal).is_some_and(|answer| answer.reply.is_none());
    let Some(text) = appeal.row.seen().answer.clone().filter(|_| rests) else {
        return;
    };
    if appeal.delivery.correction.is_none() && take_back(ctx, appeal) {
        appeal.delivery.aside = Some(text.clone());
        appeal.delivery.state = Delivery::Empty;
        staff_chat::tell(ctx, appeal, StaffNote::CellHeld(text.as_str()));
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
}

/// Begins what is wanted next, once nothing else is under way.
pub(super) fn next(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    // Until a restored journal has seen the row, nobody knows what has gone out since.
    let unknown = ctx.is_unseen(Tab::Appeals);
    if appeal.delivery.orders.is_empty() || is_on_its_way(appeal) || appeal.mixed || unknown {
        return;
    }
    if appeal.delivery.correction.is_some() {
        // Nobody has changed anything yet; what is in the cell for it is cleared.
        correction::end(ctx, appeal);
    }
    match appeal.delivery.orders.remove(0) {
        ChatOrder::Answer(reply, at) => begin(ctx, appeal, (reply, at)),
        ChatOrder::Correct(reply) => correct(ctx, appeal, reply),
        ChatOrder::Withdraw(message) => take_away(ctx, appeal, message),
    }
}

fn begin(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    (reply, at): (ChatReply, jiff::Timestamp),
) {
    if let Some(mut session) = ctx.session(appeal.chat).filter(|session| session.blocked) {
        session.undelivered.insert(appeal.id);
        ctx.put(Entity::Session(session));
        return wait_for_partner(ctx, appeal, (reply, at));
    }
    set_out(appeal, &reply, at);
    if ctx.rules.grace.is_zero() || has_lasted(at, ctx.now, ctx.rules.grace) {
        return dispatch(ctx, appeal);
    }
    let until = rest(ctx, appeal, at, |until| Delivery::Grace { until });
    let time = ctx.rules.time_with_seconds(until);
    staff_chat::says(
        ctx,
        appeal,
        (reply.message, true),
        StaffNote::Sending(&time),
    );
}

/// The partner has blocked the bot: the answer waits for him.
fn wait_for_partner(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    (reply, at): (ChatReply, jiff::Timestamp),
) {
    appeal.delivery.state = Delivery::Blocked;
    ctx.dirty(RowKey::Appeal(appeal.id));
    let words = ctx
        .rules
        .wording
        .note(Note::DeliveryRefused(&RejectReason::Blocked));
    staff_chat::says(ctx, appeal, (reply.message, true), StaffNote::Plain(&words));
    appeal
        .delivery
        .orders
        .insert(0, ChatOrder::Answer(reply, at));
}

fn set_out(appeal: &mut Appeal, reply: &ChatReply, at: jiff::Timestamp) {
    appeal.delivery.revision = Revision(appeal.delivery.revision.0 + 1);
    let shown = appeal.thread.as_ref().map(|thread| thread.shown);
    appeal.delivery.answer = Some(Answer {
        covers: shown.filter(|shown| *shown > 0),
        reply: Some(Box::new(reply.clone())),
        ..Answer::new(appeal.delivery.revision, reply.text.clone(), at)
    });
}

/// The partner's messages of this answer are changed, after a rest of their own.
fn correct(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, reply: ChatReply) {
    let Some(before) = recall(appeal, reply.message) else {
        return staff_chat::says(
            ctx,
            appeal,
            (reply.message, false),
            StaffNote::NotCorrectable,
        );
    };
    if before.words == reply.words {
        return next(ctx, appeal);
    }
    let message = reply.message;
    open(ctx, appeal);
    // Other files than the partner has were not sent.
    let text = lines_after(&before, &reply);
    let reply = ChatReply {
        files: before.files,
        text,
        ..reply
    };
    set_out(appeal, &reply, ctx.now);
    if ctx.rules.grace.is_zero() {
        return dispatch(ctx, appeal);
    }
    let until = rest(ctx, appeal, ctx.now, |until| Delivery::CorrectingSoon {
        until,
        withdraws: false,
    });
    let time = ctx.rules.time_with_seconds(until);
    staff_chat::says(ctx, appeal, (message, true), StaffNote::Correcting(&time));
}

/// The dialogue's words of a changed answer: what its files are stays.
fn lines_after(before: &ChatReply, after: &ChatReply) -> Text {
    let files = before.text.as_str().replacen(before.words.as_str(), "", 1);
    let parts = [after.words.as_str(), files.trim()];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    Text(parts.collect::<Vec<_>>().join("\n"))
}

/// The partner's messages of this answer go: whoever presses the button has thought about it.
fn take_away(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, message: MessageId) {
    let Some(before) = recall(appeal, message) else {
        return staff_chat::says(ctx, appeal, (message, false), StaffNote::NotCorrectable);
    };
    open(ctx, appeal);
    let gone = ChatReply {
        words: Text::default(),
        text: Text::default(),
        ..before
    };
    set_out(appeal, &gone, ctx.now);
    dispatch(ctx, appeal);
}

fn open(ctx: &DecisionContext<'_>, appeal: &mut Appeal) {
    appeal.delivery.correction = Some(Correction {
        since: ctx.now,
        shown: true,
        steps: Vec::new(),
    });
}

/// The answer of this message becomes the last one, if the partner has it, so that it is the one that is corrected.
fn recall(appeal: &mut Appeal, message: MessageId) -> Option<ChatReply> {
    let is_it = |sent: &SentAnswer| {
        let reply = sent.reply.as_ref();
        reply.is_some_and(|reply| reply.message == message) && !sent.messages.is_empty()
    };
    let delivery = &mut appeal.delivery;
    if !delivery.sent.as_ref().is_some_and(is_it) {
        let at = delivery.earlier.iter().position(is_it)?;
        let wanted = delivery.earlier.remove(at);
        delivery.earlier.extend(delivery.sent.replace(wanted));
    }
    let sent = delivery.sent.as_ref()?;
    sent.reply.as_deref().cloned()
}

/// A further answer has arrived: the one before can still be corrected in the chat.
pub(super) fn succeed(appeal: &mut Appeal, sent: SentAnswer) {
    let before = appeal.delivery.sent.replace(sent);
    let earlier = &mut appeal.delivery.earlier;
    earlier.extend(before.filter(|before| before.reply.is_some()));
    let beyond = earlier.len().saturating_sub(REMEMBERED);
    earlier.drain(..beyond);
}

/// A specialist has changed his message in the chat.
pub(in crate::domain::handlers) fn edited(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    reply: ChatReply,
) {
    let message = reply.message;
    // What it was before stays with the partner where nothing but notes is left.
    let Some(reply) = notes::without(reply) else {
        return;
    };
    let orders = appeal.delivery.orders.iter_mut();
    let mut waiting = orders.filter(|order| order.message() == message);
    match waiting.next_back() {
        Some(ChatOrder::Answer(known, _) | ChatOrder::Correct(known)) => {
            // It is said in the new words when its turn comes.
            *known = reply;
            return;
        }
        Some(ChatOrder::Withdraw(_)) => return,
        None => {}
    }
    if is_of(appeal, message) {
        if appeal.delivery.correction.is_none() && take_back(ctx, appeal) {
            return answered(ctx, appeal, reply);
        }
        let rests = resting(appeal).is_some();
        if rests && appeal.delivery.correction.is_some() {
            (appeal.delivery.answer, appeal.delivery.correction) = (None, None);
        }
        appeal.delivery.orders.push(ChatOrder::Correct(reply));
        return next(ctx, appeal);
    }
    if is_known(appeal, message) {
        appeal.delivery.orders.push(ChatOrder::Correct(reply));
        return next(ctx, appeal);
    }
    answered(ctx, appeal, reply);
}

/// A specialist takes his answer back.
pub(in crate::domain::handlers) fn withdrawn(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    message: MessageId,
) {
    let before = appeal.delivery.orders.len();
    let orders = &mut appeal.delivery.orders;
    orders.retain(|order| order.message() != message);
    let was_waiting = orders.len() < before;
    if is_of(appeal, message) {
        if appeal.delivery.correction.is_none() && take_back(ctx, appeal) {
            appeal.delivery.state = Delivery::Empty;
            ctx.dirty(RowKey::Appeal(appeal.id));
            unsent(ctx, appeal, message);
            return follow_up(ctx, appeal, &Text::default());
        }
        if resting(appeal).is_some() {
            (appeal.delivery.answer, appeal.delivery.correction) = (None, None);
        }
    } else if !is_known(appeal, message) {
        if was_waiting {
            unsent(ctx, appeal, message);
        }
        return;
    }
    appeal.delivery.orders.push(ChatOrder::Withdraw(message));
    next(ctx, appeal);
}

fn unsent(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, message: MessageId) {
    let time = ctx.rules.time_of_day(ctx.now);
    staff_chat::says(ctx, appeal, (message, false), StaffNote::Withdrew(&time));
}

/// The journal was restored from a copy: what was under way, or wanted, may have gone out since. Who has written it in the chat is told.
pub(in crate::domain::handlers) fn drop_all(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let answer = appeal.delivery.answer.take();
    appeal.delivery.correction = None;
    let orders = std::mem::take(&mut appeal.delivery.orders);
    let under_way = answer.filter(Answer::is_under_way);
    let under_way = under_way.and_then(|answer| Some(answer.reply?.message));
    let wanted = orders.iter().map(ChatOrder::message);
    for message in under_way.into_iter().chain(wanted).collect::<Vec<_>>() {
        staff_chat::says(ctx, appeal, (message, false), StaffNote::NotSent);
    }
}

/// Whether the answer under way is that of this message.
fn is_of(appeal: &Appeal, message: MessageId) -> bool {
    let answer = appeal.delivery.answer.as_ref();
    let reply = answer.and_then(|answer| answer.reply.as_ref());
    is_on_its_way(appeal) && reply.is_some_and(|reply| reply.message == message)
}

/// Whether the partner has the answer of this message.
fn is_known(appeal: &Appeal, message: MessageId) -> bool {
    let sent = appeal.delivery.sent.iter().chain(&appeal.delivery.earlier);
    let mut replies = sent.filter_map(|sent| sent.reply.as_ref());
    replies.any(|reply| reply.message == message)
}

/// An answer of the chat has arrived, or what became of it.
pub(super) fn arrived(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, answer: &Answer) {
    let Some(reply) = &answer.reply else {
        return;
    };
    let time = ctx.rules.time_of_day(ctx.now);
    let (note, more) = match &appeal.delivery.state {
        Delivery::Corrected {
            withdrawn: true, ..
        } => (StaffNote::Withdrew(&time), false),
        Delivery::Corrected { .. } => (StaffNote::CorrectedAt(&time), true),
        _ => (StaffNote::Delivered(&time), true),
    };
    staff_chat::says(ctx, appeal, (reply.message, more), note);
}

/// What the partner has of an answer could not be changed.
pub(super) fn unchanged(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, why: &RejectReason) {
    let answer = appeal.delivery.answer.take_if(|it| it.reply.is_some());
    if let Some(reply) = answer.and_then(|answer| answer.reply) {
        appeal.delivery.state = correction::as_sent(appeal);
        let words = ctx.rules.wording.note(Note::Unchangeable(why));
        let note = StaffNote::Unchanged(&words);
        staff_chat::says(ctx, appeal, (reply.message, true), note);
    }
}

/// An answer of the chat has not arrived.
pub(super) fn failed(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    answer: &Answer,
    words: &str,
) {
    let Some(reply) = answer.reply.as_deref().cloned() else {
        return;
    };
    if appeal.delivery.state == Delivery::Blocked {
        appeal.delivery.answer = None;
        return wait_for_partner(ctx, appeal, (reply, answer.at));
    }
    staff_chat::says(ctx, appeal, (reply.message, false), StaffNote::Plain(words));
}
