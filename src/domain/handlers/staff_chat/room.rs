//! The chat itself: whether it takes messages, where it is by now, and how much of it may be taken up.
//!
//! Invariant: an appeal of which something could not be shown waits here until it is shown or named; while the chat takes nothing, one
//! message at a time tries it.

use jiff::Timestamp;

use crate::domain::{
    appeal::{Appeal, RejectReason},
    context::DecisionContext,
    effect::{Effect, Entity, Lane, Send, Wake},
    ids::{AppealId, ChatId, OutboxId},
    text::Html,
    thread::StaffRoom,
    wording::{AlertNote, Note, StaffNote},
};

use super::{caught_up, show, words};
use crate::domain::handlers::ending::PartEnd;

/// So many appeals are named in a summary.
const NAMED: usize = 30;

/// Whether a thread may be added to now; if not, it waits.
pub(super) fn admits(ctx: &mut DecisionContext<'_>, appeal: AppealId) -> bool {
    let mut room = ctx.alerts().staff;
    if room.is_open(ctx.now) {
        return true;
    }
    room.waiting.insert(appeal);
    let wake = room.pause(ctx.now);
    rest(ctx, room, wake);
    false
}

/// A message is made for the chat.
pub(super) fn note(ctx: &mut DecisionContext<'_>) {
    let mut room = ctx.alerts().staff;
    room.note(ctx.now);
    keep(ctx, room);
}

/// What has waited is shown: one by one where that is not too much, else named in one message.
pub(in crate::domain) fn woken(ctx: &mut DecisionContext<'_>) {
    let mut room = ctx.alerts().staff;
    if room.rests_until.is_some_and(|until| until > ctx.now) {
        // Another wake-up is set for that moment.
        return;
    }
    room.rests_until = None;
    let waiting = std::mem::take(&mut room.waiting);
    let shut = room.place.refused.is_some();
    let space = if shut { 1 } else { room.room(ctx.now) };
    if waiting.len() > space && !shut {
        // It goes on for another minute.
        let wake = room.pause(ctx.now);
        rest(ctx, room, wake);
        return summarize(ctx, waiting.into_iter().collect());
    }
    let mut waiting = waiting.into_iter();
    let first: Vec<_> = waiting.by_ref().take(space).collect();
    room.waiting = waiting.collect();
    keep(ctx, room);
    for id in first {
        if let Some(mut appeal) = ctx.appeal(id) {
            show(ctx, &mut appeal);
            ctx.put(Entity::Appeal(appeal));
        }
    }
    if shut {
        try_later(ctx);
    }
}

/// The journal was restored from a copy: what waited there may have been shown since.
pub(in crate::domain::handlers) fn restored(ctx: &mut DecisionContext<'_>) {
    let mut room = ctx.alerts().staff;
    let waiting = std::mem::take(&mut room.waiting);
    keep(ctx, room);
    waiting.into_iter().for_each(|id| super::restored(ctx, id));
}

/// Many appeals in one message. What is new in them is told by it; the next words of a partner begin a thread of his own.
fn summarize(ctx: &mut DecisionContext<'_>, waiting: Vec<AppealId>) {
    let Some(chat) = ctx.staff_chat() else {
        return;
    };
    let appeals: Vec<Appeal> = waiting
        .into_iter()
        .filter_map(|id| ctx.appeal(id))
        .collect();
    let mut lines = vec![words::note(ctx, StaffNote::Summary(appeals.len()))];
    let named = appeals.iter().take(NAMED);
    lines.extend(named.map(|appeal| words::in_a_line(ctx, appeal)));
    let more = appeals.len().saturating_sub(NAMED);
    if more > 0 {
        lines.push(words::note(ctx, StaffNote::SummaryMore(more)));
    }
    let text = Html::escape(&words::short(&lines.join("\n")));
    let text = match words::address(ctx) {
        Some(address) => {
            let label = Html::link(&address, &words::note(ctx, StaffNote::OpenSheet));
            Html::join(&[text, Html::escape("\n"), label])
        }
        None => text,
    };
    note(ctx);
    ctx.then(Effect::Send(Send {
        lane: Lane::Staff,
        ..Send::talk(OutboxId::Staff(ctx.seq, 0), chat, text)
    }));
    for mut appeal in appeals {
        caught_up(&mut appeal);
        ctx.put(Entity::Appeal(appeal));
    }
}

/// A summary has ended. One that the chat did not take is not made again: the sheet holds all of it.
pub(in crate::domain::handlers) fn ended(
    ctx: &mut DecisionContext<'_>,
    sent: &Send,
    end: &PartEnd,
) {
    if let PartEnd::Rejected(why) = end
        && why.is_the_recipient_s()
    {
        shut(ctx, sent.to, why);
    }
}

/// The chat did not take a message of this thread.
pub(super) fn refused(
    ctx: &mut DecisionContext<'_>,
    chat: ChatId,
    why: &RejectReason,
    appeal: AppealId,
) {
    let mut room = ctx.alerts().staff;
    room.waiting.insert(appeal);
    keep(ctx, room);
    shut(ctx, chat, why);
}

/// The chat would not take a message.
pub(in crate::domain::handlers) fn shut_out(
    ctx: &mut DecisionContext<'_>,
    chat: ChatId,
    why: &RejectReason,
) {
    if ctx.staff_chat() == Some(chat) {
        shut(ctx, chat, why);
    }
}

fn shut(ctx: &mut DecisionContext<'_>, chat: ChatId, why: &RejectReason) {
    if let RejectReason::Moved(to) = why {
        moved(ctx, chat, *to);
    }
    if ctx.staff_chat() != Some(chat) {
        // It speaks of a chat from before: what waits goes to the one of now.
        return is_back(ctx);
    }
    let mut room = ctx.alerts().staff;
    room.place.refused = Some(why.clone());
    keep(ctx, room);
    try_later(ctx);
}

fn try_later(ctx: &mut DecisionContext<'_>) {
    let mut room = ctx.alerts().staff;
    let wake = room.try_later(ctx.now);
    rest(ctx, room, wake);
}

/// The chat has taken a message.
pub(in crate::domain::handlers) fn reached(ctx: &mut DecisionContext<'_>, chat: ChatId) {
    if ctx.staff_chat() != Some(chat) {
        return;
    }
    let mut room = ctx.alerts().staff;
    if room.place.refused.is_some() {
        room.place.refused = None;
        keep(ctx, room);
        is_back(ctx);
    }
}

/// The bot may be able to write there again: what waits is tried now.
pub(in crate::domain::handlers) fn is_back(ctx: &mut DecisionContext<'_>) {
    let mut room = ctx.alerts().staff;
    let waits = room.rests_until.take().is_some() || !room.waiting.is_empty();
    if let Some(refused) = &mut room.topics {
        refused.until = ctx.now;
    }
    keep(ctx, room);
    if waits {
        ctx.wake(ctx.now, Wake::StaffRoom);
    }
}

/// The chat gives topics, or says why it does not.
pub(super) fn gives_topics(
    ctx: &mut DecisionContext<'_>,
    chat: ChatId,
    refused: Option<&RejectReason>,
) {
    if ctx.staff_chat() != Some(chat) {
        return;
    }
    let mut room = ctx.alerts().staff;
    match refused {
        Some(why) => room.refuse_topics(why.clone(), ctx.now),
        None => room.topics = None,
    }
    keep(ctx, room);
}

/// A group became a supergroup, under another id: where it is the specialists', it is followed there. Its messages have other numbers now, so that
/// every thread begins anew when there is something to say.
pub(in crate::domain::handlers) fn moved(ctx: &mut DecisionContext<'_>, from: ChatId, to: ChatId) {
    let Some(settings) = ctx.rules.staff.as_ref().map(|staff| staff.chat) else {
        return;
    };
    if ctx.staff_chat() != Some(from) || from == to {
        return;
    }
    let mut room = ctx.alerts().staff;
    (room.place.moved, room.place.refused) = (Some((settings, to)), None);
    keep(ctx, room);
    is_back(ctx);
    ctx.report(Note::Alert(AlertNote::StaffChatMoved(to)));
}

fn rest(ctx: &mut DecisionContext<'_>, room: StaffRoom, wake: Option<Timestamp>) {
    keep(ctx, room);
    if let Some(at) = wake {
        ctx.wake(at, Wake::StaffRoom);
    }
}

fn keep(ctx: &mut DecisionContext<'_>, room: StaffRoom) {
    let mut alerts = ctx.alerts();
    if alerts.staff != room {
        alerts.staff = room;
        ctx.put(Entity::Alerts(alerts));
    }
}
