//! The promotions tab: which row is which promotion, what people ask for in it, and what its dates bring.
//!
//! Invariant: a promotion is announced by an action or a date of its own, never because a row moved, was copied or was seen anew.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::domain::{
    context::DecisionContext,
    effect::{Effect, Entity, Wake},
    ids::{Number, PromotionKey, RowKey},
    promotion::{
        Promotion, PromotionRefusal, PromotionRow, PromotionStatus, Stage,
        identity::{self, RowOwner},
        offer,
    },
    tab::Tab,
    wording::{BroadcastNote, Note},
};

use super::{broadcasts, publishing};

/// The ledger of a promotion whose row is gone is kept for so long, in case somebody puts the row back.
const LEDGER_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What a read found in the tab.
pub(super) fn rows(ctx: &mut DecisionContext<'_>, rows: &[PromotionRow]) {
    let known = ctx.view.promotions();
    let owners = identity::owners(&known, rows);
    let mut standing = BTreeSet::new();
    for (at, (row, owner)) in rows.iter().zip(owners).enumerate() {
        let same = |other: &&PromotionRow| other.key == row.key && other.offer == row.offer;
        let nth = rows[..at].iter().filter(same).count();
        let nth = u32::try_from(nth).unwrap_or(u32::MAX);
        let new = |key| Promotion {
            nth,
            ..Promotion::new(key)
        };
        match owner {
            RowOwner::Known(place) => {
                standing.insert(known[place].key.clone());
                again(ctx, &known[place], nth, row);
            }
            RowOwner::Lost => {
                let promotion = new(lost_key(ctx, row));
                first(ctx, promotion, row, true);
            }
            // What is left of a key in an empty row is taken away along with the next write of whose it is.
            RowOwner::New { .. } if row.offer.is_blank() && row.action.is_blank() => {
                let key = PromotionKey::read(row.key.as_str());
                key.into_iter()
                    .for_each(|key| ctx.dirty(RowKey::Promotion(key)));
            }
            RowOwner::New { copy } => {
                let mut promotion = new(next_key(ctx));
                promotion.refusal = copy
                    .then_some(PromotionRefusal::Copied)
                    .filter(|_| !row.action.is_blank());
                let adopts = ctx.is_unseen(Tab::Promotions) && !copy;
                first(ctx, promotion, row, adopts);
            }
        }
    }
    for promotion in known {
        if promotion.gone.is_none() && !standing.contains(&promotion.key) {
            vanished(ctx, promotion);
        }
    }
}

/// The end of a read: rows that can be published tell for how many, and a delivery list that nobody needs is dropped.
pub(super) fn looked(ctx: &mut DecisionContext<'_>) {
    let mut tab = ctx.promotions_tab();
    let audience = ctx.partners_tab().bound;
    let changed = std::mem::replace(&mut tab.audience, audience) != audience;
    ctx.put_tab(tab);
    for promotion in ctx.view.promotions() {
        if changed && promotion.stage == Stage::Draft && promotion.gone.is_none() {
            ctx.dirty(RowKey::Promotion(promotion.key.clone()));
        }
        let is_old = |gone| ctx.now.duration_since(gone) > LEDGER_KEPT;
        let old = promotion.gone.is_some_and(is_old);
        let over = || {
            ctx.broadcast(&promotion.key)
                .is_some_and(|broadcast| broadcast.ended.is_some())
        };
        if old && !promotion.unledgered && over() {
            ctx.then(Effect::DropLedger(promotion.key.clone()));
            ctx.put(Entity::Promotion(Box::new(Promotion {
                unledgered: true,
                ..promotion
            })));
        }
    }
}

/// The staff list has been seen for the first time: what waited for that goes on, and rows can tell for how many.
pub(super) fn partners_known(ctx: &mut DecisionContext<'_>) {
    let mut promotions = ctx.view.promotions();
    promotions.retain(|promotion| promotion.gone.is_none());
    for promotion in promotions {
        if promotion.stage == Stage::Draft {
            ctx.dirty(RowKey::Promotion(promotion.key.clone()));
        }
        settle(ctx, promotion.clone(), Some(&promotion));
    }
}

/// A moment has come at which dates change something, or a quiet time is over.
pub(in crate::domain) fn woken(ctx: &mut DecisionContext<'_>, key: &PromotionKey) {
    let promotion = ctx.promotion(key);
    if let Some(mut promotion) = promotion.filter(|promotion| promotion.gone.is_none()) {
        promotion.alarm = None;
        settle(ctx, promotion, None);
    }
    broadcasts::woken(ctx, key);
}

/// A row is seen for the first time.
fn first(
    ctx: &mut DecisionContext<'_>,
    mut promotion: Promotion,
    row: &PromotionRow,
    adopts: bool,
) {
    take_in(&mut promotion, row);
    if adopts {
        adopt(ctx, &mut promotion);
    }
    if !row.action.is_blank() {
        if promotion.refusal.is_some() {
            promotion.taken = true;
        } else {
            publishing::act(ctx, &mut promotion);
        }
    }
    settle(ctx, promotion, None);
}

/// The row of a promotion that the journal knows.
fn again(ctx: &mut DecisionContext<'_>, known: &Promotion, nth: u32, row: &PromotionRow) {
    let mut promotion = known.clone();
    promotion.nth = nth;
    let before = &known.row;
    let returned = promotion.gone.take().is_some();
    let news = row.action != before.action && !row.action.is_blank();
    if news || row.offer != before.offer {
        promotion.refusal = None;
    }
    promotion.taken &= row.action == before.action;
    take_in(&mut promotion, row);
    if ctx.is_unseen(Tab::Promotions) {
        // The journal was restored: what is in the sheet is newer than what it knows.
        return seen_anew(ctx, promotion);
    }
    if before.status != row.status {
        status_changed(ctx, &mut promotion);
    }
    if returned {
        broadcasts::found(ctx, &promotion.key);
    }
    // An action waits for cells whose formulas were not ready.
    let waits =
        !row.action.is_blank() && !promotion.taken && before.offer.unready().next().is_some();
    if news || (waits && row.offer != before.offer) {
        publishing::act(ctx, &mut promotion);
    }
    settle(ctx, promotion, Some(known));
}

/// What the row shows now; the whole content and the looks are told only when they are new.
fn take_in(promotion: &mut Promotion, row: &PromotionRow) {
    let same = promotion.row.offer.content == row.offer.content;
    let before = promotion.picture.take().filter(|_| same);
    promotion.picture = row.picture.clone().or(before);
    let same = promotion.row.offer.description == row.offer.description;
    let before = std::mem::take(&mut promotion.styles);
    let before = if same { before } else { Vec::new() };
    promotion.styles = row.styles.clone().unwrap_or(before);
    promotion.row = PromotionRow {
        picture: None,
        styles: None,
        ..row.clone()
    };
}

/// As it is there, so it is: what runs was announced before our time, what waits is announced in its time, an action is to be asked again.
fn adopt(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion) {
    let words = &ctx.rules.promotions;
    let announced = words.sent.is(promotion.row.notified.as_str());
    promotion.stage = match words.status(&promotion.row.status) {
        Some(PromotionStatus::Active | PromotionStatus::Ended) => Stage::Adopted,
        Some(PromotionStatus::Waiting) | None if announced => Stage::Adopted,
        Some(PromotionStatus::Waiting) => {
            match offer::start(ctx.rules, &promotion.row.offer, ctx.now) {
                Some(starts) if starts > ctx.now => Stage::Scheduled(starts),
                starts => Stage::Held(starts.unwrap_or(ctx.now)),
            }
        }
        None => Stage::Draft,
    };
    if !promotion.row.action.is_blank() {
        promotion.refusal = Some(PromotionRefusal::BeforeOurTime);
        promotion.taken = true;
    }
}

/// At first sight after the journal was restored from a copy.
fn seen_anew(ctx: &mut DecisionContext<'_>, mut promotion: Promotion) {
    let never = matches!(
        promotion.stage,
        Stage::Draft | Stage::Scheduled(_) | Stage::Held(_)
    );
    promotion.status = None;
    if never {
        adopt(ctx, &mut promotion);
    } else if !promotion.row.action.is_blank() {
        promotion.refusal = Some(PromotionRefusal::BeforeOurTime);
        promotion.taken = true;
    }
    settle(ctx, promotion, None);
}

/// A person has set the status: so be it. What a person ends is told to nobody any more.
fn status_changed(ctx: &mut DecisionContext<'_>, promotion: &mut Promotion) {
    let Some(status) = ctx.rules.promotions.status(&promotion.row.status) else {
        return;
    };
    if promotion.stage != Stage::Draft {
        promotion.status = Some(status);
    } else if promotion.status != Some(status) {
        // What we once made of it is no more than what is there now.
        promotion.status = None;
    }
    if status == PromotionStatus::Ended {
        publishing::end(ctx, promotion);
    }
}

/// The row is not there any more: what goes out rests until it is back.
fn vanished(ctx: &mut DecisionContext<'_>, mut promotion: Promotion) {
    promotion.gone = Some(ctx.now);
    promotion.alarm = None;
    if broadcasts::lose(ctx, &promotion.key) {
        ctx.report(Note::Broadcast(BroadcastNote::Vanished(
            promotion.row.offer.title.as_str(),
        )));
    }
    ctx.put(Entity::Promotion(Box::new(promotion)));
}

/// What the dates bring, and the timer for what they will bring next. Most rows are as they were known: then nothing is stored.
fn settle(ctx: &mut DecisionContext<'_>, mut promotion: Promotion, known: Option<&Promotion>) {
    publishing::by_date(ctx, &mut promotion);
    if known == Some(&promotion) {
        return;
    }
    let next = publishing::next_moment(ctx.rules, &promotion, ctx.now);
    if next != promotion.alarm {
        promotion.alarm = next;
        if let Some(at) = next {
            ctx.then(Effect::Then {
                at,
                wake: Wake::Promotion(promotion.key.clone()),
            });
        }
    }
    ctx.dirty(RowKey::Promotion(promotion.key.clone()));
    ctx.put(Entity::Promotion(Box::new(promotion)));
}

fn next_key(ctx: &mut DecisionContext<'_>) -> PromotionKey {
    let mut tab = ctx.promotions_tab();
    let key = PromotionKey::numbered(tab.next_number.0);
    tab.next_number = Number(tab.next_number.0.saturating_add(1));
    ctx.put_tab(tab);
    key
}

/// A key that a later journal gave: ours go on above it.
fn lost_key(ctx: &mut DecisionContext<'_>, row: &PromotionRow) -> PromotionKey {
    let Some(key) = PromotionKey::read(row.key.as_str()) else {
        return next_key(ctx);
    };
    let mut tab = ctx.promotions_tab();
    let next = Number(key.number().unwrap_or_default().saturating_add(1));
    tab.next_number = tab.next_number.max(next);
    ctx.put_tab(tab);
    key
}
