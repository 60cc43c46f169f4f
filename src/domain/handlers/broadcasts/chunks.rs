//! The messages of a broadcast: made in chunks by a cursor, and taken back.
//!
//! Invariant: the cursor moves in the decision that makes the messages, so that no crash makes one twice or leaves one out; whoever
//! blocks the bot or asks for silence before his turn is passed over.

use crate::domain::{
    broadcast::{Announced, AnnouncementState, Broadcast, BroadcastState, Picture},
    context::DecisionContext,
    effect::{Effect, Entity, Keyboard, Lane, MessageForm, Send, Wake},
    ids::{ChatId, OutboxId, PromotionKey, RowKey},
    promotion::offer,
    session::Session,
    text::Html,
    wording::{BroadcastNote, Note, Say},
};

/// Messages that wait in the outbox at a time, at most: seconds of sending, so that whoever leaves is passed over soon.
const CHUNK: u32 = 200;
/// Partners that are looked at in one decision, at most; the next goes on from there.
const SCANNED: u32 = 2000;

/// Makes the next messages where few are left, and ends where none are.
pub(super) fn go_on(ctx: &mut DecisionContext<'_>, broadcast: &mut Broadcast) {
    if broadcast.state != BroadcastState::Running {
        return;
    }
    // One uploads the picture for all.
    let (few, wanted) = match broadcast.picture {
        Some(Picture::Source(_)) => (0, 1),
        Some(Picture::Kept(_)) | None => (CHUNK / 2, CHUNK - CHUNK / 2),
    };
    if !broadcast.exhausted && broadcast.counts.outstanding() <= few {
        match ctx.rules.quiet_until(ctx.now) {
            Some(at) => {
                ctx.wake(at, Wake::Promotion(broadcast.key.clone()));
                ctx.dirty(RowKey::Promotion(broadcast.key.clone()));
            }
            None => make_chunk(ctx, broadcast, wanted),
        }
    }
    if broadcast.exhausted && broadcast.counts.outstanding() == 0 {
        broadcast.state = BroadcastState::Over;
        broadcast.ended = Some(ctx.now);
        ctx.dirty(RowKey::Promotion(broadcast.key.clone()));
        let over = BroadcastNote::Over(broadcast.title.as_str(), broadcast.counts);
        ctx.report(Note::Broadcast(over));
    }
}

/// Makes so many messages, or fewer where so many partners are not left.
fn make_chunk(ctx: &mut DecisionContext<'_>, broadcast: &mut Broadcast, wanted: u32) {
    let (mut made, mut scanned) = (0, 0);
    while made < wanted && !broadcast.exhausted {
        if scanned >= SCANNED {
            return ctx.wake(ctx.now, Wake::Promotion(broadcast.key.clone()));
        }
        let most = wanted - made;
        scanned += most;
        let most = usize::try_from(most).unwrap_or_default();
        let next = ctx.view.audience_after(broadcast.cursor, most);
        broadcast.exhausted = next.len() < most;
        for session in next {
            broadcast.cursor = Some(session.chat);
            made += u32::from(make_for(ctx, broadcast, &session));
        }
    }
}

/// Makes the message for one partner; whether he gets one.
fn make_for(ctx: &mut DecisionContext<'_>, broadcast: &mut Broadcast, session: &Session) -> bool {
    if !is_meant(ctx, broadcast, session) {
        return false;
    }
    if session.blocked || session.silent {
        broadcast.counts.skipped += 1;
        return false;
    }
    broadcast.counts.made += 1;
    let (key, chat) = (&broadcast.key, session.chat);
    remember(ctx, key, chat, AnnouncementState::Waiting);
    let ids = (
        OutboxId::Promotion(key.clone(), chat),
        OutboxId::Cover(key.clone(), chat),
    );
    for send in messages(ctx, broadcast, ids, session) {
        ctx.then(Effect::Send(send));
    }
    true
}

/// Whether the partner was one when it began, and no message was made for him yet.
fn is_meant(ctx: &DecisionContext<'_>, broadcast: &Broadcast, session: &Session) -> bool {
    let bound = session
        .codes()
        .filter_map(|code| ctx.partner(code)?.binding);
    let mut bound = bound.filter(|binding| binding.chat == session.chat);
    // Who seems to become one later than now was one before the clock was set back.
    let in_time = bound.any(|binding| binding.at <= broadcast.started || binding.at > ctx.now);
    let announced = ctx.view.announced(&broadcast.key, session.chat);
    in_time && announced.is_none_or(|announced| announced.fate == AnnouncementState::Withdrawn)
}

/// The message of an announcement as one partner gets it, in one piece or two.
pub(in crate::domain::handlers) fn messages(
    ctx: &DecisionContext<'_>,
    broadcast: &Broadcast,
    (id, cover): (OutboxId, OutboxId),
    session: &Session,
) -> Vec<Send> {
    let keyboard = match &broadcast.link {
        Some(link) => Keyboard::Link(ctx.text(session, Say::PromotionButton), link.clone()),
        None => Keyboard::Keep,
    };
    let message = |id, text| Send {
        lane: Lane::Announcement,
        ..Send::talk(id, session.chat, text)
    };
    let form = match &broadcast.picture {
        Some(Picture::Source(source)) => MessageForm::Picture(source.clone()),
        Some(Picture::Kept(media)) => MessageForm::Kept(media.clone()),
        None => MessageForm::Message,
    };
    let (wording, locale) = (&ctx.rules.wording, session.locale);
    let text = offer::announcement(&broadcast.words, broadcast.period, wording, locale);
    let words = Send {
        keyboard,
        ..message(id, text)
    };
    if broadcast.apart {
        let picture = message(cover.clone(), Html::escape(""));
        let words = Send {
            after: Some(Box::new(cover)),
            ..words
        };
        vec![Send { form, ..picture }, words]
    } else {
        vec![Send { form, ..words }]
    }
}

/// Takes back what waits, and begins again with the first partner: what is recorded of each partner tells who has got it.
pub(super) fn take_back(ctx: &mut DecisionContext<'_>, broadcast: &mut Broadcast) {
    for id in ctx.view.unsent() {
        let Some((_, chat)) = announcement(&id).filter(|(key, _)| **key == broadcast.key) else {
            continue;
        };
        ctx.then(Effect::Withdraw(id.clone()));
        if matches!(id, OutboxId::Promotion(..)) {
            withdrawn(ctx, broadcast, chat);
        }
    }
    (broadcast.cursor, broadcast.exhausted) = (None, false);
    broadcast.counts.skipped = 0;
}

/// A message that will not go out now may be made again.
pub(super) fn withdrawn(ctx: &mut DecisionContext<'_>, broadcast: &mut Broadcast, chat: ChatId) {
    broadcast.counts.made = broadcast.counts.made.saturating_sub(1);
    remember(ctx, &broadcast.key, chat, AnnouncementState::Withdrawn);
}

/// Of which promotion a message is, and for whom.
pub(super) fn announcement(id: &OutboxId) -> Option<(&PromotionKey, ChatId)> {
    match id {
        OutboxId::Promotion(key, chat) | OutboxId::Cover(key, chat) => Some((key, *chat)),
        OutboxId::Reply(..)
        | OutboxId::Answer(..)
        | OutboxId::Preview(..)
        | OutboxId::Thread(..)
        | OutboxId::Staff(..) => None,
    }
}

/// Records what became of one partner's message.
pub(super) fn remember(
    ctx: &mut DecisionContext<'_>,
    key: &PromotionKey,
    chat: ChatId,
    fate: AnnouncementState,
) {
    let key = key.clone();
    ctx.put(Entity::Announced(Announced { key, chat, fate }));
}
