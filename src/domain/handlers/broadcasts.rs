//! Announcements, from their start to the last partner.
//!
//! Invariant: nobody gets an announcement twice, or words whose picture cannot be had.

pub(super) mod chunks;

use jiff::SignedDuration;

use self::chunks::{announcement, go_on, remember, take_back, withdrawn};
use crate::domain::{
    appeal::RejectReason,
    broadcast::{AnnouncementState, Broadcast, BroadcastState, Picture},
    context::DecisionContext,
    effect::{Effect, Entity, Wake},
    ids::{ChatId, OutboxId, PromotionKey, RowKey},
    media::Media,
    spans::has_lasted,
    text::Text,
    wording::{BroadcastNote, Note},
};

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
pub(super) fn start(ctx: &mut DecisionContext<'_>, mut broadcast: Broadcast, uploads: bool) {
    match ctx.broadcast(&broadcast.key) {
        Some(known) if !known.may_begin_anew() => return,
        Some(known) if !known.reached_nobody() => {
            (broadcast.started, broadcast.audience, broadcast.counts) =
                (known.started, known.audience, known.counts);
        }
        Some(_) | None => {
            broadcast.started = ctx.now;
            broadcast.audience = ctx.partners_tab().bound;
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
    ctx: &mut DecisionContext<'_>,
    key: &PromotionKey,
    source: &Text,
    media: Result<Media, RejectReason>,
) {
    change(ctx, key, |ctx, broadcast| {
        // What was tested before may have been another picture.
        let waits = broadcast.state == BroadcastState::Preparing && is_of(broadcast, source);
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
pub(super) fn woken(ctx: &mut DecisionContext<'_>, key: &PromotionKey) {
    change(ctx, key, go_on);
}

/// The broadcast rests; what was not sent yet is taken back. Whether there was anything to pause.
pub(super) fn pause(ctx: &mut DecisionContext<'_>, key: &PromotionKey) -> bool {
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
pub(super) fn resume(ctx: &mut DecisionContext<'_>, key: &PromotionKey) -> bool {
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
pub(super) fn lose(ctx: &mut DecisionContext<'_>, key: &PromotionKey) -> bool {
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
pub(super) fn found(ctx: &mut DecisionContext<'_>, key: &PromotionKey) {
    change(ctx, key, |ctx, broadcast| {
        if std::mem::take(&mut broadcast.lost) && broadcast.state == BroadcastState::Paused {
            broadcast.state = BroadcastState::Running;
            go_on(ctx, broadcast);
        }
    });
}

/// The journal was restored from a copy: who has got it since, nobody knows, so somebody has to say whether it goes on.
pub(super) fn doubt(ctx: &mut DecisionContext<'_>, key: &PromotionKey) {
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
pub(super) fn cancel(ctx: &mut DecisionContext<'_>, key: &PromotionKey) -> bool {
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
pub(super) fn ended(ctx: &mut DecisionContext<'_>, key: &PromotionKey, chat: ChatId, end: End) {
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
pub(super) fn cover_failed(ctx: &mut DecisionContext<'_>, key: &PromotionKey, why: &RejectReason) {
    change(ctx, key, |ctx, broadcast| {
        if broadcast.nobody_would_get(why) {
            halt(ctx, broadcast, why.clone());
        }
    });
}

/// Whether a message was refused because of what all are to get.
pub(super) fn is_obstacle(ctx: &DecisionContext<'_>, id: &OutboxId, why: &RejectReason) -> bool {
    let broadcast = announcement(id).and_then(|(key, _)| ctx.broadcast(key));
    broadcast.is_some_and(|broadcast| broadcast.nobody_would_get(why))
}

/// Telegram has the picture from this source: from now on it is sent by its id.
pub(super) fn uploaded(
    ctx: &mut DecisionContext<'_>,
    key: &PromotionKey,
    source: &Text,
    media: &Media,
) {
    change(ctx, key, |_, broadcast| {
        if broadcast.state != BroadcastState::Preparing && is_of(broadcast, source) {
            broadcast.picture = Some(Picture::Kept(media.clone()));
        }
    });
}

/// A partner asks for silence: what waits for him is taken back.
pub(super) fn silence(ctx: &mut DecisionContext<'_>, chat: ChatId) {
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
pub(super) fn part_with(ctx: &mut DecisionContext<'_>, chat: ChatId) {
    for promotion in ctx.view.promotions() {
        let key = promotion.key;
        let announced = ctx.view.announced(&key, chat);
        let waits = announced.is_some_and(|it| it.fate == AnnouncementState::Waiting);
        let broadcast = ctx.broadcast(&key);
        let stands_here = broadcast.is_some_and(|broadcast| broadcast.cursor == Some(chat));
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
        ctx.wake(ctx.now, Wake::Promotion(key));
    }
}

fn change<X>(
    ctx: &mut DecisionContext<'_>,
    key: &PromotionKey,
    step: impl FnOnce(&mut DecisionContext<'_>, &mut Broadcast) -> X,
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

fn is_of(broadcast: &Broadcast, source: &Text) -> bool {
    let picture = broadcast.picture.as_ref();
    picture.is_some_and(|picture| picture.is_of(source))
}

fn run(ctx: &mut DecisionContext<'_>, broadcast: &mut Broadcast) {
    broadcast.state = BroadcastState::Running;
    let begins = BroadcastNote::Begins(broadcast.title.as_str(), broadcast.audience.into());
    ctx.report(Note::Broadcast(begins));
    go_on(ctx, broadcast);
}

/// Nobody gets anything until the marketer has decided.
fn halt(ctx: &mut DecisionContext<'_>, broadcast: &mut Broadcast, why: RejectReason) {
    if broadcast.state != BroadcastState::Halted {
        broadcast.state = BroadcastState::Halted;
        let halted = BroadcastNote::Halted(broadcast.title.as_str());
        ctx.report(Note::Broadcast(halted));
    }
    broadcast.obstacle = Some(why);
    take_back(ctx, broadcast);
}

/// The row says how far it is, every few seconds.
fn tell(ctx: &mut DecisionContext<'_>, broadcast: &mut Broadcast) {
    let is_due = |told| has_lasted(told, ctx.now, TOLD_EVERY);
    if broadcast.told.is_none_or(is_due) {
        broadcast.told = Some(ctx.now);
        ctx.dirty(RowKey::Promotion(broadcast.key.clone()));
    }
}
