//! What becomes of a promotion: by the actions of the marketer, and by its dates.
//!
//! Invariant: every action has a visible end: what was asked for, or words beside the row that say why not.

use jiff::Timestamp;

use crate::domain::{
    appeal::Why,
    broadcast::{Broadcast, Picture},
    effect::{Effect, Entity, Form, Lane, Send},
    ids::{OutboxId, PromotionKey, RowKey},
    media::Media,
    promotion::{
        Action, Promotion, PromotionStatus, Refusal, Stage,
        offer::{self, Plan},
        words,
    },
    rules::Rules,
    session::{Locale, Session},
    tab::Tab,
    text::Text,
    turn::Turn,
    view::View,
    wording::{BroadcastNote, Note},
};

use super::broadcasts;

/// What stands in the action cell is done, or refused in words. The cell is emptied in either case, unless nobody knows the word.
pub(super) fn act(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion) {
    let Some(action) = turn.rules.promotions.action(&promotion.row.action) else {
        promotion.refusal = Some(Refusal::UnknownAction(promotion.row.action.clone()));
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
        Action::Publish => publish(turn, promotion),
        Action::Test => test(turn, promotion),
        Action::Pause => something(broadcasts::pause(turn, &promotion.key)),
        Action::Resume => something(broadcasts::resume(turn, &promotion.key)),
        Action::Cancel => something(cancel(turn, promotion)),
        Action::End => something(end_by_action(turn, promotion)),
    };
    promotion.refusal = done.err();
}

/// A promotion ends: whoever has not heard of it will not.
pub(super) fn end(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion) {
    broadcasts::cancel(turn, &promotion.key);
    if matches!(promotion.stage, Stage::Scheduled(_) | Stage::Held(_)) {
        promotion.stage = Stage::Draft;
    }
}

/// What the dates bring now.
pub(super) fn by_date(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion) {
    match promotion.stage {
        Stage::Scheduled(due) => scheduled(turn, promotion, due),
        Stage::Announced(_) | Stage::Adopted => {
            let over =
                offer::end(turn.rules, &promotion.row.offer).is_some_and(|ends| ends <= turn.now);
            if over && promotion.standing(&turn.rules.promotions) == Some(PromotionStatus::Active) {
                promotion.status = Some(PromotionStatus::Ended);
                end(turn, promotion);
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
pub(super) fn unshown(turn: &mut Turn<'_, impl View>, key: &PromotionKey, form: &Form, why: Why) {
    if let Form::Picture(source) = form {
        broadcasts::prepared(turn, key, source, Err(why.clone()));
    }
    let tested = |promotion: &Promotion| !matches!(promotion.stage, Stage::Announced(_));
    if let Some(mut promotion) = turn.promotion(key).filter(tested) {
        promotion.refusal = Some(Refusal::TestFailed(why));
        turn.dirty(RowKey::Promotion(key.clone()));
        turn.put(Entity::Promotion(Box::new(promotion)));
    }
}

/// Telegram has the picture that was made from this source; the row may hold another by now.
pub(super) fn uploaded(
    turn: &mut Turn<'_, impl View>,
    key: &PromotionKey,
    source: &Text,
    media: &Media,
) {
    let still = |promotion: &Promotion| promotion.content().as_str().trim() == source.as_str();
    if let Some(mut promotion) = turn.promotion(key).filter(still) {
        promotion.media = Some((promotion.row.offer.content.clone(), media.clone()));
        turn.put(Entity::Promotion(Box::new(promotion)));
    }
    broadcasts::uploaded(turn, key, source, media);
    broadcasts::prepared(turn, key, source, Ok(media.clone()));
}

fn something(done: bool) -> Result<(), Refusal> {
    if done {
        Ok(())
    } else {
        Err(Refusal::NothingToDo)
    }
}

fn publish(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion) -> Result<(), Refusal> {
    let announced = match promotion.stage {
        Stage::Adopted => Some(None),
        Stage::Announced(at) => {
            let again = turn
                .broadcast(&promotion.key)
                .is_none_or(|broadcast| broadcast.may_begin_anew());
            (!again).then_some(Some(at))
        }
        Stage::Draft | Stage::Scheduled(_) | Stage::Held(_) => None,
    };
    if let Some(at) = announced {
        return Err(Refusal::Announced(at));
    }
    let plan = plan(turn, promotion)?;
    if !knows_partners(turn) {
        return Err(Refusal::NoList);
    }
    if plan.starts > turn.now {
        promotion.stage = Stage::Scheduled(plan.starts);
        promotion.status = Some(PromotionStatus::Waiting);
    } else {
        announce(turn, promotion, plan);
    }
    Ok(())
}

/// Before the first look at the staff list an announcement would reach nobody.
fn knows_partners(turn: &Turn<'_, impl View>) -> bool {
    turn.tab(Tab::Partners).sighted.is_some()
}

fn plan(turn: &Turn<'_, impl View>, promotion: &Promotion) -> Result<Plan, Refusal> {
    offer::plan(
        turn.rules,
        &promotion.row.offer,
        promotion.content(),
        turn.now,
    )
    .map_err(|_| Refusal::Faulty)
}

/// It waits for its first day: as the row says by now. Whether it is whole matters only when the day has come.
fn scheduled(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion, before: Timestamp) {
    let starts = offer::start(turn.rules, &promotion.row.offer, turn.now).unwrap_or(before);
    promotion.stage = Stage::Scheduled(starts);
    if starts > turn.now || !knows_partners(turn) {
        return;
    }
    if promotion.row.offer.is_loading() {
        // It goes out when the value has come.
        return;
    }
    let Ok(plan) = plan(turn, promotion) else {
        promotion.stage = Stage::Draft;
        promotion.refusal = Some(Refusal::Faulty);
        return turn.report(Note::Broadcast(BroadcastNote::Unfit(
            promotion.row.offer.title.as_str(),
        )));
    };
    let possible = turn
        .rules
        .quiet
        .and_then(|quiet| quiet.ends(turn.rules, plan.starts))
        .unwrap_or(plan.starts);
    let late = turn.now.duration_since(possible);
    if turn
        .rules
        .hold_if_later_than
        .is_some_and(|most| late > most)
    {
        promotion.stage = Stage::Held(plan.starts);
        turn.report(Note::Broadcast(BroadcastNote::Late(
            promotion.row.offer.title.as_str(),
            late.as_hours(),
        )));
    } else {
        announce(turn, promotion, plan);
    }
}

fn announce(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion, plan: Plan) {
    promotion.stage = Stage::Announced(turn.now);
    promotion.status = Some(PromotionStatus::Active);
    let broadcast = broadcast(turn, promotion, plan);
    let uploads =
        matches!(broadcast.picture, Some(Picture::Source(_))) && show(turn, promotion, &broadcast);
    broadcasts::start(turn, broadcast, uploads);
}

fn broadcast(turn: &Turn<'_, impl View>, promotion: &Promotion, plan: Plan) -> Broadcast {
    let kept = promotion
        .media
        .as_ref()
        .filter(|(content, _)| *content == promotion.row.offer.content);
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
        ..Broadcast::new(promotion.key.clone(), title, plan.words, turn.now)
    }
}

/// Sends it to the admin chat as partners see it; whether there is one.
fn show(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion, broadcast: &Broadcast) -> bool {
    let Some(chat) = turn.admin_chat() else {
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
    for send in broadcasts::messages(turn, broadcast, (id(1), id(0)), &session) {
        turn.then(Effect::Send(Send {
            lane: Lane::Talk,
            ..send
        }));
    }
    true
}

fn test(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion) -> Result<(), Refusal> {
    let plan = plan(turn, promotion)?;
    let broadcast = broadcast(turn, promotion, plan);
    if !show(turn, promotion, &broadcast) {
        return Err(Refusal::NoAdminChat);
    }
    let count = turn.tab(Tab::Partners).bound;
    let time = words::duration(turn.rules, count);
    turn.report(Note::Broadcast(if knows_partners(turn) {
        BroadcastNote::Tested(count.into(), &time)
    } else {
        BroadcastNote::TestedUncounted
    }));
    Ok(())
}

/// An announcement under way ends here; one that waits for its day does not happen.
fn cancel(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion) -> bool {
    match promotion.stage {
        Stage::Scheduled(_) | Stage::Held(_) => {
            promotion.stage = Stage::Draft;
            promotion.status = Some(PromotionStatus::Ended);
            true
        }
        Stage::Announced(_) => broadcasts::cancel(turn, &promotion.key),
        Stage::Draft | Stage::Adopted => false,
    }
}

fn end_by_action(turn: &mut Turn<'_, impl View>, promotion: &mut Promotion) -> bool {
    if promotion.stage == Stage::Draft && promotion.row.status.is_blank() {
        return false;
    }
    promotion.status = Some(PromotionStatus::Ended);
    end(turn, promotion);
    true
}
