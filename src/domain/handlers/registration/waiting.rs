//! Registrations that wait for a fresh read of the staff list.
//!
//! Invariant: whoever waits comes up again, with the read or by a timer, and hears within a few seconds that it takes a moment.

use jiff::SignedDuration;

use super::conclude;
use crate::domain::{
    context::DecisionContext,
    effect::{Effect, Entity, Wake},
    ids::ChatId,
    session::{Parked, Session},
    tab::Tab,
    wording::Say,
};

/// When a waiting person is told that it takes a moment: he must hear within 5 s (invariant 7), and the send takes time too.
const PATIENCE: SignedDuration = SignedDuration::from_secs(4);
/// How many registrations one read may decide; the others are taken up by their timers.
const PARKED: usize = 1000;
/// When a registration that found no place is taken up again.
const PARK_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// Waits for one fresh read before anybody is refused.
pub(super) fn park(ctx: &mut DecisionContext<'_>, mut session: Session) {
    let (chat, since) = (session.chat, ctx.now);
    let before = session.registration.parked;
    let told = before.is_some_and(|parked| parked.told);
    session.registration.parked = Some(Parked { since, told });
    ctx.put(Entity::Session(session));
    ctx.wake(ctx.now + PATIENCE, Wake::Session(chat));
    join_queue(ctx, chat);
}

/// Takes a place among those whom the next read decides, or comes back later.
fn join_queue(ctx: &mut DecisionContext<'_>, chat: ChatId) {
    let mut tab = ctx.partners_tab();
    if tab.parked.len() < PARKED || tab.parked.contains(&chat) {
        tab.parked.insert(chat);
        ctx.put_tab(tab);
        ctx.then(Effect::Look(Tab::Partners));
    } else {
        ctx.wake(ctx.now + PARK_AGAIN, Wake::Session(chat));
    }
}

/// Comes back to a registration with the next read; the first time also after a while. The person has been told that it takes a moment,
/// or is told now.
pub(super) fn wait_longer(ctx: &mut DecisionContext<'_>, mut session: Session, told: bool) {
    session.registration.parked = Some(Parked {
        since: ctx.now,
        told: true,
    });
    ctx.put(Entity::Session(session.clone()));
    let mut tab = ctx.partners_tab();
    let has_place = tab.parked.len() < PARKED;
    if has_place {
        tab.parked.insert(session.chat);
        ctx.put_tab(tab);
    }
    if !told {
        ctx.say(&session, Say::Shortly);
    }
    if !told || !has_place {
        ctx.wake(ctx.now + PARK_AGAIN, Wake::Session(session.chat));
    }
}

/// A fresh read of the staff list has ended: whoever waited for it is answered, each by a decision of his own.
pub(in crate::domain::handlers) fn after_look(ctx: &mut DecisionContext<'_>) {
    let mut tab = ctx.partners_tab();
    let waiting = std::mem::take(&mut tab.parked);
    ctx.put_tab(tab);
    for chat in waiting {
        ctx.wake(ctx.now, Wake::Parked(chat));
    }
}

/// The read has ended for which this registration waited; one that began before it waits for the next.
pub(in crate::domain) fn looked(ctx: &mut DecisionContext<'_>, chat: ChatId) {
    let Some(mut session) = ctx.session(chat) else {
        return;
    };
    let Some(parked) = session.registration.parked else {
        return;
    };
    let clock_was_set_back = parked.since > ctx.now;
    let read = ctx.partners_tab().reads.looked;
    if clock_was_set_back || read.is_some_and(|began| parked.since <= began) {
        session.registration.parked = None;
        conclude(ctx, session, parked.told);
    } else {
        join_queue(ctx, chat);
    }
}

/// A registration has waited for a while.
pub(in crate::domain) fn waited(ctx: &mut DecisionContext<'_>, chat: ChatId) {
    let Some(mut session) = ctx.session(chat) else {
        return;
    };
    let Some(parked) = &mut session.registration.parked else {
        return;
    };
    let first = !std::mem::replace(&mut parked.told, true);
    ctx.put(Entity::Session(session.clone()));
    join_queue(ctx, chat);
    if first {
        ctx.say(&session, Say::Shortly);
    }
}
