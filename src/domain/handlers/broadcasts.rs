//! Announcements, from their start to the last partner.
//!
//! Invariant: messages are made in chunks by a cursor, in the same decision that moves it, so that no crash makes one twice or leaves
//! one out; whoever blocks the bot or asks for silence before his turn is passed over.

use crate::domain::{
    appeal::Why,
    broadcast::{Announced, Broadcast, BroadcastState, Counts, Fate},
    effect::{Effect, Entity, Keyboard, Lane, Send},
    event::{Announcement, Wake},
    ids::{ChatId, OutboxId, PromotionKey},
    session::Session,
    tab::Tab,
    turn::Turn,
    view::View,
    wording::Note,
};

/// Messages that wait in the outbox at a time, at most: seconds of sending, so that whoever leaves is passed over soon.
const CHUNK: u32 = 200;

/// How a message of a broadcast ended.
pub(super) enum End {
    Sent,
    Failed(Why),
    Unknown,
}

/// An announcement begins, unless this promotion was announced before.
pub(super) fn start(turn: &mut Turn<'_, impl View>, announcement: &Announcement) {
    if turn.broadcast(&announcement.key).is_some() {
        return;
    }
    let mut broadcast = Broadcast {
        key: announcement.key.clone(),
        words: announcement.words.clone(),
        button: announcement.button.clone(),
        started: turn.now,
        state: BroadcastState::Running,
        cursor: None,
        exhausted: false,
        audience: turn.tab(Tab::Partners).bound,
        counts: Counts::default(),
    };
    turn.report(Note::BroadcastBegins {
        key: &broadcast.key.0,
        count: broadcast.audience.into(),
    });
    go_on(turn, &mut broadcast);
    turn.put(Entity::Broadcast(broadcast));
}

/// A quiet time is over.
pub(in crate::domain) fn woken(turn: &mut Turn<'_, impl View>, key: &PromotionKey) {
    change(turn, key, |turn, broadcast| go_on(turn, broadcast));
}

/// The broadcast rests; what was not sent yet is taken back.
pub(super) fn pause(turn: &mut Turn<'_, impl View>, key: &PromotionKey) {
    change(turn, key, |turn, broadcast| {
        if broadcast.state == BroadcastState::Running {
            broadcast.state = BroadcastState::Paused;
            take_back(turn, broadcast);
        }
    });
}

/// The broadcast goes on with whoever has not got it.
pub(super) fn resume(turn: &mut Turn<'_, impl View>, key: &PromotionKey) {
    change(turn, key, |turn, broadcast| {
        if broadcast.state == BroadcastState::Paused {
            broadcast.state = BroadcastState::Running;
            go_on(turn, broadcast);
        }
    });
}

/// The broadcast ends here.
pub(super) fn cancel(turn: &mut Turn<'_, impl View>, key: &PromotionKey) {
    change(turn, key, |turn, broadcast| match broadcast.state {
        BroadcastState::Running | BroadcastState::Paused => {
            broadcast.state = BroadcastState::Cancelled;
            take_back(turn, broadcast);
        }
        BroadcastState::Cancelled | BroadcastState::Over => {}
    });
}

/// A message has come to its end.
pub(super) fn ended(turn: &mut Turn<'_, impl View>, key: &PromotionKey, chat: ChatId, end: End) {
    change(turn, key, |turn, broadcast| {
        let counts = &mut broadcast.counts;
        let fate = match end {
            End::Sent => {
                counts.sent += 1;
                Fate::Sent
            }
            End::Failed(why) => {
                counts.failed += 1;
                Fate::Failed(why)
            }
            End::Unknown => {
                counts.unknown += 1;
                Fate::Unknown
            }
        };
        remember(turn, key, chat, fate);
        go_on(turn, broadcast);
    });
}

/// A partner asks for silence: what waits for him is taken back.
pub(super) fn silence(turn: &mut Turn<'_, impl View>, chat: ChatId) {
    for id in turn.view.unsent() {
        let OutboxId::Promotion(key, to) = &id else { continue };
        if *to == chat {
            turn.then(Effect::Withdraw(id.clone()));
            change(turn, key, |turn, broadcast| {
                broadcast.counts.made = broadcast.counts.made.saturating_sub(1);
                broadcast.counts.skipped += 1;
                remember(turn, key, chat, Fate::Withdrawn);
                go_on(turn, broadcast);
            });
        }
    }
}

fn change<V: View>(turn: &mut Turn<'_, V>, key: &PromotionKey, step: impl FnOnce(&mut Turn<'_, V>, &mut Broadcast)) {
    if let Some(mut broadcast) = turn.broadcast(key) {
        step(turn, &mut broadcast);
        turn.put(Entity::Broadcast(broadcast));
    }
}

/// Makes the next messages where few are left, and ends where none are.
fn go_on(turn: &mut Turn<'_, impl View>, broadcast: &mut Broadcast) {
    if broadcast.state != BroadcastState::Running {
        return;
    }
    if !broadcast.exhausted && broadcast.counts.outstanding() <= CHUNK / 2 {
        match turn.rules.quiet.and_then(|quiet| quiet.ends(turn.rules, turn.now)) {
            Some(at) => turn.then(Effect::Then {
                at,
                wake: Wake::Promotion(broadcast.key.clone()),
            }),
            None => make_chunk(turn, broadcast),
        }
    }
    if broadcast.exhausted && broadcast.counts.outstanding() == 0 {
        broadcast.state = BroadcastState::Over;
        let Counts { sent, failed, unknown, .. } = broadcast.counts;
        turn.report(Note::BroadcastOver {
            key: &broadcast.key.0,
            sent: sent.into(),
            failed: failed.into(),
            unknown: unknown.into(),
        });
    }
}

fn make_chunk(turn: &mut Turn<'_, impl View>, broadcast: &mut Broadcast) {
    let wanted = usize::try_from(CHUNK - CHUNK / 2).unwrap_or_default();
    let next = turn.view.audience_after(broadcast.cursor, wanted);
    broadcast.exhausted = next.len() < wanted;
    for session in next {
        broadcast.cursor = Some(session.chat);
        if !is_meant(turn, broadcast, &session) {
            continue;
        }
        if session.blocked || session.silent {
            broadcast.counts.skipped += 1;
            continue;
        }
        broadcast.counts.made += 1;
        remember(turn, &broadcast.key, session.chat, Fate::Waiting);
        let id = OutboxId::Promotion(broadcast.key.clone(), session.chat);
        let keyboard = broadcast
            .button
            .clone()
            .map_or(Keyboard::Keep, |(label, url)| Keyboard::Link(label, url));
        turn.then(Effect::Send(Send {
            lane: Lane::Announcement,
            keyboard,
            ..Send::talk(id, session.chat, broadcast.words.clone())
        }));
    }
}

/// Whether the partner was one when it began, and no message was made for him yet.
fn is_meant(turn: &Turn<'_, impl View>, broadcast: &Broadcast, session: &Session) -> bool {
    let partner = session.partner.as_ref().and_then(|code| turn.partner(code));
    let bound = partner
        .and_then(|partner| partner.binding)
        .filter(|binding| binding.chat == session.chat);
    let in_time = bound.is_some_and(|binding| binding.at <= broadcast.started);
    let fate = turn.view.announced(&broadcast.key, session.chat).map(|announced| announced.fate);
    in_time && fate.is_none_or(|fate| fate == Fate::Withdrawn)
}

/// Takes back what waits, and begins again with the first partner: the ledger tells who has got it.
fn take_back(turn: &mut Turn<'_, impl View>, broadcast: &mut Broadcast) {
    for id in turn.view.unsent() {
        let OutboxId::Promotion(key, chat) = &id else { continue };
        if *key == broadcast.key {
            turn.then(Effect::Withdraw(id.clone()));
            broadcast.counts.made = broadcast.counts.made.saturating_sub(1);
            remember(turn, key, *chat, Fate::Withdrawn);
        }
    }
    (broadcast.cursor, broadcast.exhausted, broadcast.counts.skipped) = (None, false, 0);
}

fn remember(turn: &mut Turn<'_, impl View>, key: &PromotionKey, chat: ChatId, fate: Fate) {
    turn.put(Entity::Announced(Announced {
        key: key.clone(),
        chat,
        fate,
    }));
}
