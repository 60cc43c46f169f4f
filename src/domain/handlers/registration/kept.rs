//! What people write before they are registered: kept for a day, and passed on once they are.
//!
//! Invariant: nothing is passed on that its sender has not asked for, and nothing is kept for longer.

use jiff::SignedDuration;

use super::{ask, is_undecided, waiting::park};
use crate::domain::{
    context::DecisionContext,
    effect::{Button, Entity, Keyboard, Wake},
    handlers::{
        appeals,
        codes::{self, TextMeaning},
        lines,
    },
    ids::ChatId,
    session::{Kept, Session},
    text::Text,
    wording::{Note, Say},
};

/// How many messages of an unregistered person are kept (design, fine print).
const KEPT: usize = 10;
/// How long they are kept (design, fine print).
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Something to pass on once the person is registered. A further part of an album joins the first.
pub(in crate::domain::handlers) fn keep(
    ctx: &mut DecisionContext<'_>,
    mut session: Session,
    entry: Kept,
) {
    forget_old(ctx, &mut session);
    let album = session
        .kept
        .last_mut()
        .filter(|kept| entry.album.is_some() && kept.album == entry.album);
    if let Some(first) = album {
        first.said.get_or_insert_with(|| first.text.clone());
        first.text = Text(format!("{}\n{}", first.text.as_str(), entry.text.as_str()));
        return ctx.put(Entity::Session(session));
    }
    let (chat, full) = (session.chat, session.kept.len() >= KEPT);
    if !full {
        session.kept.push(entry);
    }
    if is_undecided(ctx) {
        // The answer waits for the first read.
        park(ctx, session);
    } else {
        let say = match full {
            true => Say::KeptIsFull(KEPT),
            false => Say::KeptBeforeRegistration,
        };
        ask(ctx, &session, say);
        ctx.put(Entity::Session(session));
    }
    if !full {
        ctx.wake(ctx.now + KEPT_FOR, Wake::Kept(chat));
    }
}

/// A message that has no line was changed. While it is kept, its new words are; a partner's is an ordinary message.
pub(in crate::domain::handlers) fn corrected(
    ctx: &mut DecisionContext<'_>,
    mut session: Session,
    entry: Kept,
) {
    if session.partner.is_some() {
        let note = Note::LineCorrected(entry.text.as_str());
        let text = Text(ctx.rules.wording.note(note));
        return appeals::receive(ctx, &mut session, None, &[Kept { text, ..entry }]);
    }
    let mut kept = session.kept.iter_mut();
    if let Some(kept) = kept.find(|kept| kept.message == entry.message) {
        let (old, said) = (kept.text.as_str(), kept.said.as_ref());
        if let Some(text) = lines::changed(ctx.rules, old, said, entry.text.as_str(), entry.at) {
            kept.text = Text(text);
        }
        (kept.said, kept.held) = (Some(entry.text), entry.held);
        ctx.put(Entity::Session(session));
    }
}

/// Drops what was kept for longer than a day, and what seems to come from more than a day ahead: the clock was set back since.
pub(in crate::domain::handlers) fn forget_old(ctx: &DecisionContext<'_>, session: &mut Session) {
    session
        .kept
        .retain(|kept| ctx.now.duration_since(kept.at).abs() < KEPT_FOR);
}

/// What a stranger wrote has been kept for a day, and goes.
pub(in crate::domain) fn outdated(ctx: &mut DecisionContext<'_>, chat: ChatId) {
    if let Some(mut session) = ctx.session(chat) {
        forget_old(ctx, &mut session);
        if let Some(first) = session.kept.iter().map(|kept| kept.at).min() {
            // A later message; or the clock was set back, or is behind Telegram's, and the timer came too early.
            ctx.wake(first + KEPT_FOR, Wake::Kept(chat));
        }
        ctx.put(Entity::Session(session));
    }
}

/// Before the first read nobody could say whether a word was a code or a partner's message; now it is the code of somebody new.
pub(super) fn take_code(ctx: &DecisionContext<'_>, session: &mut Session) {
    if session.registration.code.is_some() {
        return;
    }
    let mut newest_first = session.kept.iter().enumerate().rev();
    let code = newest_first.find_map(|(at, kept)| match codes::meaning_of(ctx, &kept.text) {
        TextMeaning::Code(code) => Some((at, code)),
        TextMeaning::Phone | TextMeaning::Words => None,
    });
    if let Some((at, code)) = code {
        session.kept.remove(at);
        session.registration.code = Some(code);
    }
}

/// Asks a person who has just been registered what is to become of it.
pub(super) fn offer(ctx: &mut DecisionContext<'_>, session: &Session) {
    let buttons = Keyboard::Inline(vec![
        (ctx.text(session, Say::KeptSend), Button::SendKept),
        (ctx.text(session, Say::KeptDrop), Button::DropKept),
    ]);
    ctx.say_with(session, Say::KeptOffer(session.kept.len()), buttons);
}
