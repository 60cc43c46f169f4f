//! What a read found in a row.
//!
//! Invariant: a row event states what is there; deciding it twice changes nothing the second time.

use crate::domain::{
    appeal::{Appeal, Author, Delivery, Status, orders::AnswerOrder},
    context::DecisionContext,
    effect::Entity,
    event::{AnswerCell, AppealCells, RowEvent},
    ids::{AppealId, Number, RowKey},
    partner::RowTrouble,
    project,
    text::Text,
};

use super::{
    adopt, answers, appeals, listing, promotions, ratings, receipts, restoring, staff, staff_chat,
    stopping::{stop, tell_later},
    templates, waits,
};

pub(in crate::domain) fn row(ctx: &mut DecisionContext<'_>, event: &RowEvent) {
    match event {
        RowEvent::Partner(cells) => staff::row(ctx, cells),
        RowEvent::PartnerStopped(code, trouble) => staff::stop(ctx, code, *trouble),
        RowEvent::Listed(faults) => listing::found(ctx, faults),
        RowEvent::Promotions(rows) => promotions::rows(ctx, rows),
        RowEvent::NewAppeal(found) => adopt::new(ctx, found),
        RowEvent::Unusable { number, trouble } => tell_later(ctx, *number, *trouble),
        RowEvent::Appeal { cells, appeal } => of(ctx, *appeal, |ctx, appeal| {
            own_row(ctx, appeal, cells);
        }),
        RowEvent::NumberLost { cells, appeal } => of(ctx, *appeal, |ctx, appeal| {
            adopt::number_lost(ctx, appeal, cells);
        }),
        RowEvent::Traded { shown, appeal } => of(ctx, *appeal, |ctx, appeal| {
            traded(ctx, appeal, *shown);
        }),
        RowEvent::NumberTaken { appeal } => of(ctx, *appeal, appeals::take_number),
        RowEvent::Stopped { trouble, appeal } => of(ctx, *appeal, |ctx, appeal| {
            stopped(ctx, appeal, *trouble);
        }),
        RowEvent::Standing(messages) => adopt::standing(ctx, messages),
        RowEvent::Templates(all) => templates::found(ctx, all.as_ref()),
        // The rows say what is wrong.
        RowEvent::Strays { appeal } => ctx.dirty(RowKey::Appeal(*appeal)),
        RowEvent::Outdated(_) => {}
    }
}

/// Changes an appeal, unless it was erased meanwhile.
fn of(
    ctx: &mut DecisionContext<'_>,
    id: AppealId,
    change: impl FnOnce(&mut DecisionContext<'_>, &mut Appeal),
) {
    if let Some(mut appeal) = ctx.appeal(id) {
        change(ctx, &mut appeal);
        ctx.put(Entity::Appeal(appeal));
    }
}

/// The row bears the number of another appeal: its own goes back.
fn traded(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, shown: Number) {
    appeal.row.trade(shown);
    ctx.dirty(RowKey::Appeal(appeal.id));
}

/// Which row is the appeal's cannot be told, or it is gone.
fn stopped(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, trouble: RowTrouble) {
    if trouble == RowTrouble::Missing {
        return gone(ctx, appeal);
    }
    stop(ctx, appeal, trouble);
}

fn own_row(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, cells: &AppealCells) {
    let reads = ctx.appeals_tab().reads;
    let seen = appeal.id.seq.max(appeal.row.seen_at());
    if reads.sighted.is_none() || seen < reads.restored {
        return restoring::seen_again(ctx, appeal, cells);
    }
    if appeal.row.found(ctx.seq) {
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    heal(ctx, appeal, cells);
    match &cells.answer {
        AnswerCell::Blank => {
            if appeal.row.seen().answer.is_some()
                || matches!(appeal.delivery.state, Delivery::Unready(_))
            {
                answers::cell::emptied(ctx, appeal);
            }
        }
        AnswerCell::Text(text) => {
            if appeal.row.seen().answer.as_ref() != Some(text) {
                if asks_to_correct(ctx, appeal, cells) {
                    answers::cell::stands(appeal, text.clone());
                } else {
                    answers::cell::typed(ctx, appeal, text.clone(), &cells.styles);
                }
            }
        }
        AnswerCell::Unready(shown) => answers::cell::unready(ctx, appeal, shown),
    }
    if cells.status != appeal.row.seen().status {
        status_changed(ctx, appeal, cells.status.clone());
    }
    waits::found(ctx, appeal, cells);
}

/// Whether the same read brings the wish to correct the last answer: what was typed along with it is no answer of its own.
fn asks_to_correct(ctx: &DecisionContext<'_>, appeal: &Appeal, cells: &AppealCells) -> bool {
    let news = cells
        .status
        .as_ref()
        .filter(|_| cells.status != appeal.row.seen().status);
    let order = news.and_then(|status| ctx.rules.orders.of(status));
    order == Some(AnswerOrder::Correct) && appeal.delivery.correction.is_none()
}

/// A cell of ours has changed, and not into what we would write: whoever did that (we ourselves, where rows moved and an answer of
/// Google was lost) may have written over the history too, which no read reads. All of the row is written anew.
fn heal(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, cells: &AppealCells) {
    let foreign = |shown: &Text, seen: &Text, ours: &str| shown != seen && shown.as_str() != ours;
    let delivery = foreign(
        &cells.delivery,
        &appeal.row.seen().delivery,
        &project::delivery(ctx.rules, appeal),
    );
    let updated = foreign(
        &cells.updated,
        &appeal.row.seen().updated,
        project::updated(ctx.rules, appeal).as_str(),
    );
    if delivery || updated {
        appeal.row.distrust();
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    appeal.row.seen_mut().delivery.clone_from(&cells.delivery);
    if appeal.stamp.is_some() {
        appeal.row.seen_mut().updated.clone_from(&cells.updated);
    }
}

/// A person has changed the status.
fn status_changed(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, status: Option<Status>) {
    appeal.row.seen_mut().status.clone_from(&status);
    let Some(status) = status else { return };
    if let Some(order) = ctx.rules.orders.of(&status) {
        return answers::orders::follow(ctx, appeal, order);
    }
    if status != appeal.status {
        answers::correction::left(ctx, appeal);
    }
    let closes = status.is_closed() && !appeal.status.is_closed();
    if closes && has_unread_lines(ctx, appeal) {
        // The partner wrote before anybody could know of the closing: the appeal goes on, and the row will say so.
        appeal.status = Status::New;
        return ctx.dirty(RowKey::Appeal(appeal.id));
    }
    turn(ctx, appeal, status);
}

/// The status is another from now on; of a closing the partner hears.
pub(super) fn turn(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, status: Status) {
    let closes = status.is_closed() && !appeal.status.is_closed();
    appeal.status = status;
    appeal.stamp = Some(ctx.now);
    receipts::refresh(ctx, appeal);
    staff_chat::news(ctx, appeal);
    ctx.dirty(RowKey::Appeal(appeal.id));
    if closes {
        // An answer typed with the closing goes first, even where it would still rest.
        answers::hurry(ctx, appeal);
        let session = ctx.session(appeal.chat).filter(|session| !session.blocked);
        if let (Some(number), Some(session)) = (appeal.number, session) {
            let last = answers::last_under_way(appeal);
            ratings::ask(ctx, &session, appeal, number, last);
        }
    }
}

/// The row is not there any more. What the partner wrote and nobody has read yet goes into a new one.
pub(super) fn gone(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    if has_unread_lines(ctx, appeal) {
        appeal.row.append_again();
        ctx.dirty(RowKey::Appeal(appeal.id));
    } else {
        answers::row_gone(ctx, appeal);
        stop(ctx, appeal, RowTrouble::Missing);
    }
}

/// Whether the partner wrote something that is not in the row yet.
fn has_unread_lines(ctx: &DecisionContext<'_>, appeal: &Appeal) -> bool {
    ctx.view
        .lines(appeal.id, appeal.dialogue.unwritten())
        .iter()
        .any(|line| line.author == Author::Partner)
}
