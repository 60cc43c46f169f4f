//! Announcements, from their start to the last partner.
//!
//! Invariant: messages are made in chunks by a cursor, in the same decision that moves it, so that no crash makes one twice or leaves
//! one out; whoever blocks the bot or asks for silence before his turn is passed over. Nobody gets words whose picture cannot be had.

use jiff::SignedDuration;

use crate::domain::{
    appeal::RejectReason,
    broadcast::{Announced, AnnouncementState, Broadcast, BroadcastState, Picture},
    context::DecisionContext,
    effect::{Effect, Entity, Keyboard, Lane, MessageForm, Send, Wake},
    ids::{ChatId, OutboxId, PromotionKey, RowKey},
    media::Media,
    promotion::offer,
    session::Session,
    spans::has_lasted,
    tab::Tab,
    text::{Html, Text},
    view::View,
    wording::{BroadcastNote, Note, Say},
};

/// Messages that wait in the outbox at a time, at most: seconds of sending, so that whoever leaves is passed over soon.
const CHUNK: u32 = 200;
/// Partners that are looked at in one decision, at most; the next goes on from there.
const SCANNED: u32 = 2000;
/// How often a row says how far its broadcast is.
const TOLD_EVERY: SignedDuration = SignedDuration::from_secs(3);

/// How a message of a broadcast ended.
pub(super) enum End {
    Sent,
    Failed(RejectReason),
    Unknown,
}

/// An announcement begins, unless this promotion was announced before; where the admin chat uploads its picture, once that is done.
/// One that was halted goes on as it is worded now, with everybody who has got nothing yet.
pub(super) fn start(
    ctx: &mut DecisionContext<'_, impl View>,
    mut broadcast: Broadcast,
    uploads: bool,
) {
    match ctx.broadcast(&broadcast.key) {
        Some(known) if !known.may_begin_anew() => return,
        Some(known) if !known.reached_nobody() => {
            (broadcast.started, broadcast.audience, broadcast.counts) =
                (known.started, known.audience, known.counts);
        }
        Some(_) | None => {
            broadcast.started = ctx.now;
            broadcast.audience = ctx.tab(Tab::Partners).bound;
        }
    }
    if uploads {
        broadcast.state = BroadcastState::Preparing;
    } else {
        run(ctx, &mut broadcast);
    }
    ctx.put(Entity::Broadcast(broadcast));
}

/// The picture from this source has come to the admin chat, or has not.
pub(super) fn prepared(
    ctx: &mut DecisionContext<'_, impl View>,
    key: &PromotionKey,
    source: &Text,
    media: Result<Media, RejectReason>,
) {
    change(ctx, key, |ctx, broadcast| {
        // What was tested before may have been another picture.
        let waits = broadcast.state == BroadcastState::Preparing
            && broadcast
                .picture
                .as_ref()
                .is_some_and(|it| it.is_of(source));
        match media {
            _ if !waits => {}
            Ok(media) => {
                broadcast.picture = Some(Picture::Kept(media));
                run(ctx, broadcast);
            }
            // That the admin chat takes no pictures is no fault of this one: the first partner's message uploads it.
            Err(why) if why.is_the_recipient_s() => run(ctx, broadcast),
            Err(why) => halt(ctx, broadcast, why),
        }
    });
}

/// A quiet time is over.
pub(super) fn woken(ctx: &mut DecisionContext<'_, impl View>, key: &PromotionKey) {
    change(ctx, key, |ctx, broadcast| go_on(ctx, broadcast));
}

/// The broadcast rests; what was not sent yet is taken back. Whether there was anything to pause.
pub(super) fn pause(ctx: &mut DecisionContext<'_, impl View>, key: &PromotionKey) -> bool {
    change(ctx, key, |ctx, broadcast| {
        let running = broadcast.state == BroadcastState::Running;
        if running {
            broadcast.state = BroadcastState::Paused;
            take_back(ctx, broadcast);
        }
        running
    })
    .unwrap_or_default()
}

/// The broadcast goes on with whoever has not got it. Whether there was anything to go on with.
pub(super) fn resume(ctx: &mut DecisionContext<'_, impl View>, key: &PromotionKey) -> bool {
    change(ctx, key, |ctx, broadcast| {
        let paused = broadcast.state == BroadcastState::Paused;
        if paused {
            broadcast.lost = false;
            broadcast.state = BroadcastState::Running;
            go_on(ctx, broadcast);
        }
        paused
    })
    .unwrap_or_default()
}

/// The row is gone: the broadcast rests until it is back. Whether it was under way.
pub(super) fn lose(ctx: &mut DecisionContext<'_, impl View>, key: &PromotionKey) -> bool {
    change(ctx, key, |ctx, broadcast| match broadcast.state {
        BroadcastState::Running => {
            (broadcast.state, broadcast.lost) = (BroadcastState::Paused, true);
            take_back(ctx, broadcast);
            true
        }
        BroadcastState::Preparing => {
            broadcast.state = BroadcastState::Halted;
            true
        }
        BroadcastState::Halted
        | BroadcastState::Paused
        | BroadcastState::Cancelled
        | BroadcastState::Over => false,
    })
    .unwrap_or_default()
}

/// The row is back.
pub(super) fn found(ctx: &mut DecisionContext<'_, impl View>, key: &PromotionKey) {
    change(ctx, key, |ctx, broadcast| {
        if std::mem::take(&mut broadcast.lost) && broadcast.state == BroadcastState::Paused {
            broadcast.state = BroadcastState::Running;
            go_on(ctx, broadcast);
        }
    });
}

/// The journal was restored from a copy: who has got it since, nobody knows, so somebody has to say whether it goes on.
pub(super) fn doubt(ctx: &mut DecisionContext<'_, impl View>, key: &PromotionKey) {
    change(ctx, key, |_, broadcast| match broadcast.state {
        BroadcastState::Running => broadcast.state = BroadcastState::Paused,
        BroadcastState::Preparing => broadcast.state = BroadcastState::Halted,
        BroadcastState::Halted
        | BroadcastState::Paused
        | BroadcastState::Cancelled
        | BroadcastState::Over => {}
    });
}

/// The broadcast ends here. Whether there was anything to end.
pub(super) fn cancel(ctx: &mut DecisionContext<'_, impl View>, key: &PromotionKey) -> bool {
    change(ctx, key, |ctx, broadcast| match broadcast.state {
        BroadcastState::Preparing
        | BroadcastState::Halted
        | BroadcastState::Running
        | BroadcastState::Paused => {
            broadcast.state = BroadcastState::Cancelled;
            broadcast.ended = Some(ctx.now);
            take_back(ctx, broadcast);
            true
        }
        BroadcastState::Cancelled | BroadcastState::Over => false,
    })
    .unwrap_or_default()
}

/// A message has come to its end.
pub(super) fn ended(
    ctx: &mut DecisionContext<'_, impl View>,
    key: &PromotionKey,
    chat: ChatId,
    end: End,
) {
    change(ctx, key, |ctx, broadcast| {
        if let End::Failed(why) = &end
            && broadcast.nobody_would_get(why)
        {
            withdrawn(ctx, broadcast, chat);
            return halt(ctx, broadcast, why.clone());
        }
        let counts = &mut broadcast.counts;
        let fate = match end {
            End::Sent => {
                counts.sent += 1;
                AnnouncementState::Sent
            }
            End::Failed(why) => {
                counts.failed += 1;
                AnnouncementState::Failed(why)
            }
            End::Unknown => {
                counts.unknown += 1;
                AnnouncementState::Unknown
            }
        };
        remember(ctx, key, chat, fate);
        tell(ctx, broadcast);
        go_on(ctx, broadcast);
    });
}

/// The picture that goes before the words could not be sent.
pub(super) fn cover_failed(
    ctx: &mut DecisionContext<'_, impl View>,
    key: &PromotionKey,
    why: &RejectReason,
) {
    change(ctx, key, |ctx, broadcast| {
        if broadcast.nobody_would_get(why) {
            halt(ctx, broadcast, why.clone());
        }
    });
}

/// Whether a message was refused because of what all are to get.
pub(super) fn is_obstacle(
    ctx: &DecisionContext<'_, impl View>,
    id: &OutboxId,
    why: &RejectReason,
) -> bool {
    let broadcast = announcement(id).and_then(|(key, _)| ctx.broadcast(key));
    broadcast.is_some_and(|broadcast| broadcast.nobody_would_get(why))
}

/// Telegram has the picture from this source: from now on it is sent by its id.
pub(super) fn uploaded(
    ctx: &mut DecisionContext<'_, impl View>,
    key: &PromotionKey,
    source: &Text,
    media: &Media,
) {
    change(ctx, key, |_, broadcast| {
        let is_it = broadcast.state != BroadcastState::Preparing
            && broadcast
                .picture
                .as_ref()
                .is_some_and(|it| it.is_of(source));
        if is_it {
            broadcast.picture = Some(Picture::Kept(media.clone()));
        }
    });
}

/// A partner asks for silence: what waits for him is taken back.
pub(super) fn silence(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId) {
    for id in ctx.view.unsent() {
        let Some((key, to)) = announcement(&id).filter(|(_, to)| *to == chat) else {
            continue;
        };
        ctx.then(Effect::Withdraw(id.clone()));
        if matches!(id, OutboxId::Promotion(..)) {
            change(ctx, key, |ctx, broadcast| {
                withdrawn(ctx, broadcast, to);
                broadcast.counts.skipped += 1;
                go_on(ctx, broadcast);
            });
        }
    }
}

/// A person is erased: his message counts as passed over, and no announcement is recorded for his account. It goes on by a later event, since
/// this one still sees him.
pub(super) fn part_with(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId) {
    for promotion in ctx.view.promotions() {
        let key = promotion.key;
        let fate = ctx
            .view
            .announced(&key, chat)
            .map(|announced| announced.fate);
        let waits = fate == Some(AnnouncementState::Waiting);
        let stands_here = ctx
            .broadcast(&key)
            .is_some_and(|broadcast| broadcast.cursor == Some(chat));
        if !waits && !stands_here {
            continue;
        }
        change(ctx, &key, |ctx, broadcast| {
            if waits {
                withdrawn(ctx, broadcast, chat);
                broadcast.counts.skipped += 1;
            }
            if stands_here {
                // Nobody stands between the two, once his session is gone.
                broadcast.cursor = Some(ChatId(chat.0.saturating_sub(1)));
            }
        });
        let (at, wake) = (ctx.now, Wake::Promotion(key));
        ctx.then(Effect::Then { at, wake });
    }
}

/// The message of an announcement as one partner gets it, in one piece or two.
pub(super) fn messages(
    ctx: &DecisionContext<'_, impl View>,
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
    let form = broadcast
        .picture
        .as_ref()
        .map_or(MessageForm::Message, |picture| match picture {
            Picture::Source(source) => MessageForm::Picture(source.clone()),
            Picture::Kept(media) => MessageForm::Kept(media.clone()),
        });
    let words = Send {
        keyboard,
        ..message(
            id,
            offer::announcement(
                &broadcast.words,
                broadcast.period,
                &ctx.rules.wording,
                session.locale,
            ),
        )
    };
    if broadcast.apart {
        let picture = message(cover.clone(), Html::escape(""));
        let words = Send {
            after: Some(cover),
            ..words
        };
        vec![Send { form, ..picture }, words]
    } else {
        vec![Send { form, ..words }]
    }
}

fn change<V: View, X>(
    ctx: &mut DecisionContext<'_, V>,
    key: &PromotionKey,
    step: impl FnOnce(&mut DecisionContext<'_, V>, &mut Broadcast) -> X,
) -> Option<X> {
    let mut broadcast = ctx.broadcast(key)?;
    let before = broadcast.state;
    let result = step(ctx, &mut broadcast);
    if broadcast.state != before {
        ctx.dirty(RowKey::Promotion(key.clone()));
    }
    ctx.put(Entity::Broadcast(broadcast));
    Some(result)
}

fn run(ctx: &mut DecisionContext<'_, impl View>, broadcast: &mut Broadcast) {
    broadcast.state = BroadcastState::Running;
    ctx.report(Note::Broadcast(BroadcastNote::Begins(
        broadcast.title.as_str(),
        broadcast.audience.into(),
    )));
    go_on(ctx, broadcast);
}

/// Nobody gets anything until the marketer has decided.
fn halt(ctx: &mut DecisionContext<'_, impl View>, broadcast: &mut Broadcast, why: RejectReason) {
    if broadcast.state != BroadcastState::Halted {
        broadcast.state = BroadcastState::Halted;
        ctx.report(Note::Broadcast(BroadcastNote::Halted(
            broadcast.title.as_str(),
        )));
    }
    broadcast.obstacle = Some(why);
    take_back(ctx, broadcast);
}

/// The row says how far it is, every few seconds.
fn tell(ctx: &mut DecisionContext<'_, impl View>, broadcast: &mut Broadcast) {
    if broadcast
        .told
        .is_none_or(|told| has_lasted(told, ctx.now, TOLD_EVERY))
    {
        broadcast.told = Some(ctx.now);
        ctx.dirty(RowKey::Promotion(broadcast.key.clone()));
    }
}

/// Makes the next messages where few are left, and ends where none are.
fn go_on(ctx: &mut DecisionContext<'_, impl View>, broadcast: &mut Broadcast) {
    if broadcast.state != BroadcastState::Running {
        return;
    }
    // One uploads the picture for all.
    let (few, wanted) = match broadcast.picture {
        Some(Picture::Source(_)) => (0, 1),
        Some(Picture::Kept(_)) | None => (CHUNK / 2, CHUNK - CHUNK / 2),
    };
    if !broadcast.exhausted && broadcast.counts.outstanding() <= few {
        match ctx
            .rules
            .quiet
            .and_then(|quiet| quiet.ends(&ctx.rules.time_zone, ctx.now))
        {
            Some(at) => {
                ctx.then(Effect::Then {
                    at,
                    wake: Wake::Promotion(broadcast.key.clone()),
                });
                ctx.dirty(RowKey::Promotion(broadcast.key.clone()));
            }
            None => make_chunk(ctx, broadcast, wanted),
        }
    }
    if broadcast.exhausted && broadcast.counts.outstanding() == 0 {
        broadcast.state = BroadcastState::Over;
        broadcast.ended = Some(ctx.now);
        ctx.dirty(RowKey::Promotion(broadcast.key.clone()));
        ctx.report(Note::Broadcast(BroadcastNote::Over(
            broadcast.title.as_str(),
            broadcast.counts,
        )));
    }
}

/// Makes so many messages, or fewer where so many partners are not left.
fn make_chunk(ctx: &mut DecisionContext<'_, impl View>, broadcast: &mut Broadcast, wanted: u32) {
    let (mut made, mut scanned) = (0, 0);
    while made < wanted && !broadcast.exhausted {
        if scanned >= SCANNED {
            return ctx.then(Effect::Then {
                at: ctx.now,
                wake: Wake::Promotion(broadcast.key.clone()),
            });
        }
        let most = wanted - made;
        let next = ctx
            .view
            .audience_after(broadcast.cursor, usize::try_from(most).unwrap_or_default());
        broadcast.exhausted = next.len() < usize::try_from(most).unwrap_or_default();
        scanned += most;
        for session in next {
            broadcast.cursor = Some(session.chat);
            made += u32::from(make_for(ctx, broadcast, &session));
        }
    }
}

/// Makes the message for one partner; whether he gets one.
fn make_for(
    ctx: &mut DecisionContext<'_, impl View>,
    broadcast: &mut Broadcast,
    session: &Session,
) -> bool {
    if !is_meant(ctx, broadcast, session) {
        return false;
    }
    if session.blocked || session.silent {
        broadcast.counts.skipped += 1;
        return false;
    }
    broadcast.counts.made += 1;
    remember(
        ctx,
        &broadcast.key,
        session.chat,
        AnnouncementState::Waiting,
    );
    let key = || broadcast.key.clone();
    let ids = (
        OutboxId::Promotion(key(), session.chat),
        OutboxId::Cover(key(), session.chat),
    );
    for send in messages(ctx, broadcast, ids, session) {
        ctx.then(Effect::Send(send));
    }
    true
}

/// Whether the partner was one when it began, and no message was made for him yet.
fn is_meant(
    ctx: &DecisionContext<'_, impl View>,
    broadcast: &Broadcast,
    session: &Session,
) -> bool {
    let partner = session.partner.as_ref().and_then(|code| ctx.partner(code));
    let bound = partner
        .and_then(|partner| partner.binding)
        .filter(|binding| binding.chat == session.chat);
    // Who seems to become one later than now was one before the clock was set back.
    let in_time =
        bound.is_some_and(|binding| binding.at <= broadcast.started || binding.at > ctx.now);
    let fate = ctx
        .view
        .announced(&broadcast.key, session.chat)
        .map(|announced| announced.fate);
    in_time && fate.is_none_or(|fate| fate == AnnouncementState::Withdrawn)
}

/// Takes back what waits, and begins again with the first partner: the ledger tells who has got it.
fn take_back(ctx: &mut DecisionContext<'_, impl View>, broadcast: &mut Broadcast) {
    for id in ctx.view.unsent() {
        let Some((_, chat)) = announcement(&id).filter(|(key, _)| **key == broadcast.key) else {
            continue;
        };
        ctx.then(Effect::Withdraw(id.clone()));
        if matches!(id, OutboxId::Promotion(..)) {
            withdrawn(ctx, broadcast, chat);
        }
    }
    (
        broadcast.cursor,
        broadcast.exhausted,
        broadcast.counts.skipped,
    ) = (None, false, 0);
}

/// A message that will not go out now may be made again.
fn withdrawn(ctx: &mut DecisionContext<'_, impl View>, broadcast: &mut Broadcast, chat: ChatId) {
    broadcast.counts.made = broadcast.counts.made.saturating_sub(1);
    remember(ctx, &broadcast.key, chat, AnnouncementState::Withdrawn);
}

/// Of which promotion a message is, and for whom.
fn announcement(id: &OutboxId) -> Option<(&PromotionKey, ChatId)> {
    match id {
        OutboxId::Promotion(key, chat) | OutboxId::Cover(key, chat) => Some((key, *chat)),
        OutboxId::Reply(..) | OutboxId::Answer(..) | OutboxId::Preview(..) => None,
    }
}

fn remember(
    ctx: &mut DecisionContext<'_, impl View>,
    key: &PromotionKey,
    chat: ChatId,
    fate: AnnouncementState,
) {
    ctx.put(Entity::Announced(Announced {
        key: key.clone(),
        chat,
        fate,
    }));
}
