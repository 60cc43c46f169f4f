//! Partners who wait for an answer: their rows say so, and when it has lasted too long, somebody is reminded.
//!
//! Invariant: a wait that is counted has a timer where it would last too long, and is marked, and told, once.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    appeal::Appeal,
    context::DecisionContext,
    effect::{Entity, Wake},
    event::AppealCells,
    ids::{AppealId, RowKey},
    session::Kept,
    spans::has_lasted,
    waiting,
    wording::{Note, StaffNote},
};

use super::staff_chat;

/// Who has waited too long for longer than this was so before anybody counted, or while nobody could: rows and digest say it, and no reminder.
const REMINDED_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// A partner has written, and may wait from now on.
pub(super) fn may_begin(ctx: &mut DecisionContext<'_>, appeal: AppealId, messages: &[Kept]) {
    let first = messages.iter().map(|message| message.at).min();
    if let Some(at) = first.and_then(|at| waiting::deadline(ctx.rules, at)) {
        ctx.wake(at, Wake::Overdue(appeal));
    }
}

/// An answer was taken back: he waits again, maybe for too long already.
pub(super) fn begins_again(ctx: &mut DecisionContext<'_>, appeal: AppealId) {
    if ctx.rules.answer_within.is_some() {
        ctx.wake(ctx.now, Wake::Overdue(appeal));
    }
}

/// A partner may have waited too long.
pub(in crate::domain) fn woken(ctx: &mut DecisionContext<'_>, id: AppealId) {
    if let Some(mut appeal) = ctx.appeal(id) {
        check(ctx, &mut appeal);
        ctx.put(Entity::Appeal(appeal));
    }
}

/// A read brings the row: what it shows in `Ждёт с` is put right, where that column stands.
pub(super) fn found(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, cells: &AppealCells) {
    check(ctx, appeal);
    let seen = std::mem::replace(&mut appeal.row.seen_mut().waiting, cells.waiting.clone());
    let Some(shown) = cells.waiting.as_ref().filter(|_| seen != cells.waiting) else {
        return;
    };
    if shown.as_str() != waiting::words(ctx.rules, ctx.view, appeal) {
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
}

/// Marks a wait that has lasted too long; one that has not is looked at again when it would have.
fn check(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    if ctx.rules.answer_within.is_none() {
        // Nobody counts, so the lines need not be read.
        return;
    }
    let since = waiting::since(ctx.view, appeal).filter(|since| appeal.overdue != Some(*since));
    let Some((since, at)) =
        since.and_then(|since| Some((since, waiting::deadline(ctx.rules, since)?)))
    else {
        return;
    };
    if ctx.now < at {
        return ctx.wake(at, Wake::Overdue(appeal.id));
    }
    appeal.overdue = Some(since);
    ctx.dirty(RowKey::Appeal(appeal.id));
    if !has_lasted(at, ctx.now, REMINDED_WITHIN) {
        remind(ctx, appeal, since);
    }
}

/// The specialists are reminded in its thread, or, where there is none, the operator.
fn remind(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, since: Timestamp) {
    let time = ctx.rules.short_moment(since);
    let told = staff_chat::tell(ctx, appeal, StaffNote::Overdue(&time));
    if let Some(number) = appeal.number.filter(|_| !told) {
        ctx.report(Note::AdminOverdue(number, &time));
    }
}
