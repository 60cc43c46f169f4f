//! What becomes of a promotion: by the actions of the marketer, and by its dates.
//!
//! Invariant: every action has a visible end: what was asked for, or words beside the row that say why not.

use jiff::Timestamp;

use crate::domain::{
    appeal::RejectReason,
    broadcast::{Broadcast, Picture},
    context::DecisionContext,
    effect::{Effect, Entity, Lane, MessageForm, Send},
    ids::{OutboxId, PromotionKey, RowKey},
    media::Media,
    promotion::{
        Action, Promotion, PromotionRefusal, PromotionStatus, Stage,
        offer::{self, PromotionPlan},
        words,
    },
    rules::Rules,
    session::{Locale, Session},
    tab::Tab,
    text::Text,
    wording::{BroadcastNote, Note},
};

use super::broadcasts;

/// What is in the action cell is done, or refused in words. The cell is emptied in either case, unless nobody knows the word.
pub(super) fn act(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion) {
    let Some(action) = ctx.rules.promotions.action(&promotion.row.action) else {
        promotion.refusal = Some(PromotionRefusal::UnknownAction(
            promotion.row.action.clone(),
        ));
        return;
    };
    if matches!(action, Action::Publish | Action::Test)
        && promotion.row.offer.unready().next().is_some()
    {
        // A formula may be ready in a moment; the action stays in its cell until it is.
        return;
    }
    promotion.taken = true;
    let done = match action {
        Action::Publish => publish(ctx, promotion),
        Action::Test => test(ctx, promotion),
        Action::Pause => something(broadcasts::pause(ctx, &promotion.key)),
        Action::Resume => something(broadcasts::resume(ctx, &promotion.key)),
        Action::Cancel => something(cancel(ctx, promotion)),
        Action::End => something(end_by_action(ctx, promotion)),
    };
    promotion.refusal = done.err();
}

/// A promotion ends: whoever has not heard of it will not.
pub(super) fn end(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion) {
    broadcasts::cancel(ctx, &promotion.key);
    if matches!(promotion.stage, Stage::Scheduled(_) | Stage::Held(_)) {
        promotion.stage = Stage::Draft;
    }
}

/// What the dates bring now.
pub(super) fn by_date(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion) {
    match promotion.stage {
        Stage::Scheduled(due) => scheduled(ctx, promotion, due),
        Stage::Announced(_) | Stage::Adopted => {
            let over =
                offer::end(ctx.rules, &promotion.row.offer).is_some_and(|ends| ends <= ctx.now);
            if over && promotion.standing(&ctx.rules.promotions) == Some(PromotionStatus::Active) {
                promotion.status = Some(PromotionStatus::Ended);
                end(ctx, promotion);
            }
        }
        Stage::Draft | Stage::Held(_) => {}
    }
}

/// When the dates change something next.
pub(super) fn next_moment(
    rules: &Rules,
    promotion: &Promotion,
    now: Timestamp,
) -> Option<Timestamp> {
    let moment = match promotion.stage {
        Stage::Scheduled(due) => Some(due),
        Stage::Announced(_) | Stage::Adopted
            if promotion.standing(&rules.promotions) == Some(PromotionStatus::Active) =>
        {
            offer::end(rules, &promotion.row.offer)
        }
        Stage::Announced(_) | Stage::Adopted | Stage::Draft | Stage::Held(_) => None,
    };
    moment.filter(|&moment| moment > now)
}

/// A promotion could not be shown in the admin chat, in this form.
pub(super) fn unshown(
    ctx: &mut DecisionContext<'_>,
    key: &PromotionKey,
    form: &MessageForm,
    why: RejectReason,
) {
    if let MessageForm::Picture(source) = form {
        broadcasts::prepared(ctx, key, source, Err(why.clone()));
    }
    let tested = |promotion: &Promotion| !matches!(promotion.stage, Stage::Announced(_));
    if let Some(mut promotion) = ctx.promotion(key).filter(tested) {
        promotion.refusal = Some(PromotionRefusal::TestFailed(why));
        ctx.dirty(RowKey::Promotion(key.clone()));
        ctx.put(Entity::Promotion(Box::new(promotion)));
    }
}

/// Telegram has the picture that was made from this source; the row may hold another by now.
pub(super) fn uploaded(
    ctx: &mut DecisionContext<'_>,
    key: &PromotionKey,
    source: &Text,
    media: &Media,
) {
    let still = |promotion: &Promotion| promotion.content().as_str().trim() == source.as_str();
    if let Some(mut promotion) = ctx.promotion(key).filter(still) {
        promotion.media = Some((promotion.row.offer.content.clone(), media.clone()));
        ctx.put(Entity::Promotion(Box::new(promotion)));
    }
    broadcasts::uploaded(ctx, key, source, media);
    broadcasts::prepared(ctx, key, source, Ok(media.clone()));
}

fn something(done: bool) -> Result<(), PromotionRefusal> {
    if done {
        Ok(())
    } else {
        Err(PromotionRefusal::NothingToDo)
    }
}

fn publish(
    ctx: &mut DecisionContext<'_>,
    promotion: &mut Promotion,
) -> Result<(), PromotionRefusal> {
    let announced = match promotion.stage {
        Stage::Adopted => Some(None),
        Stage::Announced(at) => {
            let broadcast = ctx.broadcast(&promotion.key);
            let again = broadcast.is_none_or(|broadcast| broadcast.may_begin_anew());
            (!again).then_some(Some(at))
        }
        Stage::Draft | Stage::Scheduled(_) | Stage::Held(_) => None,
    };
    if let Some(at) = announced {
        return Err(PromotionRefusal::Announced(at));
    }
    let plan = plan(ctx, promotion)?;
    if !knows_partners(ctx) {
        return Err(PromotionRefusal::NoList);
    }
    if plan.starts > ctx.now {
        promotion.stage = Stage::Scheduled(plan.starts);
        promotion.status = Some(PromotionStatus::Waiting);
    } else {
        announce(ctx, promotion, plan);
    }
    Ok(())
}

/// Before the first read of the staff list an announcement would reach nobody.
fn knows_partners(ctx: &DecisionContext<'_>) -> bool {
    !ctx.is_unseen(Tab::Partners)
}

fn plan(
    ctx: &DecisionContext<'_>,
    promotion: &Promotion,
) -> Result<PromotionPlan, PromotionRefusal> {
    offer::plan(ctx.rules, promotion, ctx.now).map_err(|_| PromotionRefusal::Faulty)
}

/// It waits for its first day: as the row says by now. Whether it is whole matters only when the day has come.
fn scheduled(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion, before: Timestamp) {
    let starts = offer::start(ctx.rules, &promotion.row.offer, ctx.now).unwrap_or(before);
    promotion.stage = Stage::Scheduled(starts);
    if starts > ctx.now || !knows_partners(ctx) {
        return;
    }
    if promotion.row.offer.is_loading() {
        // It goes out when the value has come.
        return;
    }
    let Ok(plan) = plan(ctx, promotion) else {
        promotion.stage = Stage::Draft;
        promotion.refusal = Some(PromotionRefusal::Faulty);
        return ctx.report(Note::Broadcast(BroadcastNote::Unfit(
            promotion.row.offer.title.as_str(),
        )));
    };
    let possible = ctx.rules.quiet_until(plan.starts);
    let possible = possible.unwrap_or(plan.starts);
    let late = ctx.now.duration_since(possible);
    if ctx.rules.hold_if_later_than.is_some_and(|most| late > most) {
        promotion.stage = Stage::Held(plan.starts);
        ctx.report(Note::Broadcast(BroadcastNote::Late(
            promotion.row.offer.title.as_str(),
            late.as_hours(),
        )));
    } else {
        announce(ctx, promotion, plan);
    }
}

fn announce(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion, plan: PromotionPlan) {
    promotion.stage = Stage::Announced(ctx.now);
    promotion.status = Some(PromotionStatus::Active);
    let broadcast = broadcast(ctx, promotion, plan);
    let uploads =
        matches!(broadcast.picture, Some(Picture::Source(_))) && show(ctx, promotion, &broadcast);
    broadcasts::start(ctx, broadcast, uploads);
}

fn broadcast(ctx: &DecisionContext<'_>, promotion: &Promotion, plan: PromotionPlan) -> Broadcast {
    let kept = promotion.media.as_ref();
    let kept = kept.filter(|(content, _)| *content == promotion.row.offer.content);
    let picture = plan.picture.map(|source| match kept {
        Some((_, media)) => Picture::Kept(media.clone()),
        None => Picture::Source(source),
    });
    let title = Text::from(promotion.row.offer.title.as_str().trim());
    Broadcast {
        picture,
        period: Some(plan.period),
        link: plan.link,
        apart: plan.apart,
        ..Broadcast::new(promotion.key.clone(), title, plan.words, ctx.now)
    }
}

/// Sends it to the admin chat as partners see it; whether there is one.
fn show(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion, broadcast: &Broadcast) -> bool {
    let Some(chat) = ctx.admin_chat() else {
        return false;
    };
    promotion.previews = promotion.previews.wrapping_add(1);
    let id = |part: u32| {
        OutboxId::Preview(
            promotion.key.clone(),
            promotion.previews.wrapping_mul(2).wrapping_add(part),
        )
    };
    let session = Session::new(chat, Locale::default());
    // A cover goes first, under the lower number.
    for send in broadcasts::chunks::messages(ctx, broadcast, (id(1), id(0)), &session) {
        ctx.then(Effect::Send(Send {
            lane: Lane::Talk,
            ..send
        }));
    }
    true
}

fn test(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion) -> Result<(), PromotionRefusal> {
    let plan = plan(ctx, promotion)?;
    let broadcast = broadcast(ctx, promotion, plan);
    if !show(ctx, promotion, &broadcast) {
        return Err(PromotionRefusal::NoAdminChat);
    }
    let count = ctx.partners_tab().bound;
    let time = words::duration(ctx.rules, count);
    ctx.report(Note::Broadcast(if knows_partners(ctx) {
        BroadcastNote::Tested(count.into(), &time)
    } else {
        BroadcastNote::TestedUncounted
    }));
    Ok(())
}

/// An announcement under way ends here; one that waits for its day does not happen.
fn cancel(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion) -> bool {
    match promotion.stage {
        Stage::Scheduled(_) | Stage::Held(_) => {
            promotion.stage = Stage::Draft;
            promotion.status = Some(PromotionStatus::Ended);
            true
        }
        Stage::Announced(_) => broadcasts::cancel(ctx, &promotion.key),
        Stage::Draft | Stage::Adopted => false,
    }
}

fn end_by_action(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion) -> bool {
    if promotion.stage == Stage::Draft && promotion.row.status.is_blank() {
        return false;
    }
    promotion.status = Some(PromotionStatus::Ended);
    end(ctx, promotion);
    true
}
