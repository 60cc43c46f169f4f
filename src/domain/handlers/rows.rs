//! What a read found in a row.
//!
//! Invariant: a row event states what is there; deciding it twice changes nothing the second time.

use crate::domain::{
    appeal::{Appeal, Author, Delivery, Seen, Status},
    context::DecisionContext,
    effect::Entity,
    event::{AnswerCell, AppealCells, RowEvent, RowMark, TelegramCell},
    ids::{Number, RowKey},
    partner::RowTrouble,
    project,
    tab::Tab,
    text::Text,
    view::View,
    wording::Say,
};

use super::{
    adopt, answers, appeals, listing, promotions, restoring, staff, stopping::stop, trades,
};

pub(in crate::domain) fn row(ctx: &mut DecisionContext<'_, impl View>, event: &RowEvent) {
    match event {
        RowEvent::Partner(cells) => staff::row(ctx, cells),
        RowEvent::Appeal(cells) => numbered(ctx, cells.number, std::slice::from_ref(cells)),
        RowEvent::Several(rows) => {
            if let Some(first) = rows.first() {
                numbered(ctx, first.number, rows);
            }
        }
        RowEvent::Promotions(rows) => promotions::rows(ctx, rows),
        RowEvent::Listed(faults) => listing::found(ctx, faults),
        RowEvent::Unnumbered(cells) => adopt::unnumbered(ctx, cells),
        RowEvent::Missing(mark) => stop_marked(ctx, mark, RowTrouble::Missing),
        RowEvent::Doubled(mark) => stop_marked(ctx, mark, RowTrouble::Doubled),
    }
}

/// The rows that bear one `№`: the one beside its own telegram_id is the appeal's, any other is a stranger.
fn numbered(ctx: &mut DecisionContext<'_, impl View>, number: Number, rows: &[AppealCells]) {
    let Some(mut appeal) = ctx.numbered(number) else {
        // A number whose appeal was erased: its rows are the people's, until they delete them.
        if ctx.view.numbered(number).is_none() {
            adopt::numbered(ctx, number, rows);
        }
        return;
    };
    let chat = appeal.chat;
    let (own, strangers): (Vec<_>, Vec<_>) = rows.iter().partition(|cells| {
        [TelegramCell::Id(chat), TelegramCell::Doubled(chat)].contains(&cells.chat)
    });
    let of_another =
        |cells: &AppealCells| matches!(cells.chat, TelegramCell::Id(_) | TelegramCell::Doubled(_));
    if own.is_empty() && !appeal.placed && strangers.iter().any(|cells| of_another(cells)) {
        // The journal is older than the sheet: the number was given before, to somebody else.
        appeals::take_number(ctx, &mut appeal);
        ctx.put(Entity::Appeal(appeal));
        return adopt::numbered(ctx, number, rows);
    }
    trades::note(ctx, number, &strangers);
    match own.as_slice() {
        // Its own row is known by its history and still has to get the number, or is still to be appended.
        [] if appeal.adopted.is_some() || !appeal.placed => {}
        [] if strangers
            .iter()
            .any(|cells| cells.chat == TelegramCell::Unreadable) =>
        {
            stop(ctx, &mut appeal, RowTrouble::Unreadable)
        }
        [] => stop(ctx, &mut appeal, RowTrouble::Mismatched),
        [cells] => own_row(ctx, &mut appeal, cells),
        [_, _, ..] => {
            // The number is there: nobody has to know the row by its history any more.
            appeal.adopted = None;
            stop(ctx, &mut appeal, RowTrouble::Doubled);
        }
    }
    if appeal.stopped.is_some() || !strangers.is_empty() {
        appeal.unseen |= appeal.stopped.is_some() && ctx.tab(Tab::Appeals).sighted.is_none();
        // The rows say what is wrong.
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    ctx.put(Entity::Appeal(appeal));
}

fn own_row(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal, cells: &AppealCells) {
    if ctx.tab(Tab::Appeals).sighted.is_none() || appeal.unseen {
        return restoring::seen_again(ctx, appeal, cells);
    }
    appeal.placed = true;
    trades::is_found(ctx, appeal);
    appeal.adopted = None;
    if appeal.stopped.take().is_some() {
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    heal(ctx, appeal, cells);
    match &cells.answer {
        AnswerCell::Blank => {
            if appeal.seen.answer.is_some() || matches!(appeal.delivery, Delivery::Unready(_)) {
                answers::emptied(ctx, appeal);
            }
        }
        AnswerCell::Text(text) => {
            if appeal.seen.answer.as_ref() != Some(text) {
                answers::typed(ctx, appeal, text.clone());
            }
        }
        AnswerCell::Unready(shown) => answers::unready(ctx, appeal, shown),
    }
    if cells.status != appeal.seen.status {
        status_changed(ctx, appeal, cells.status.clone());
    }
}

/// A cell of ours has changed, and not into what we would write: whoever did that (we ourselves, where rows moved and an answer of
/// Google was lost) may have written over the history too, which no read reads. All of the row is written anew.
fn heal(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal, cells: &AppealCells) {
    let foreign = |shown: &Text, seen: &Text, ours: &str| shown != seen && shown.as_str() != ours;
    let delivery = foreign(
        &cells.delivery,
        &appeal.seen.delivery,
        &project::delivery(ctx.rules, appeal),
    );
    let updated = foreign(
        &cells.updated,
        &appeal.seen.updated,
        project::updated(ctx.rules, appeal).as_str(),
    );
    if delivery || updated {
        appeal.stale = true;
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    appeal.seen.delivery.clone_from(&cells.delivery);
    if appeal.stamp.is_some() {
        appeal.seen.updated.clone_from(&cells.updated);
    }
}

/// A person has changed the status.
fn status_changed(
    ctx: &mut DecisionContext<'_, impl View>,
    appeal: &mut Appeal,
    status: Option<Status>,
) {
    appeal.seen.status.clone_from(&status);
    let Some(status) = status else { return };
    let closes = status.is_closed() && !appeal.status.is_closed();
    if closes && has_unread_lines(ctx, appeal) {
        // The partner wrote before anybody could know of the closing: the appeal goes on, and the row will say so.
        appeal.status = Status::New;
        return ctx.dirty(RowKey::Appeal(appeal.id));
    }
    appeal.status = status;
    appeal.stamp = Some(ctx.now);
    appeals::refresh_receipt(ctx, appeal);
    ctx.dirty(RowKey::Appeal(appeal.id));
    if closes {
        // An answer typed with the closing goes first, even where it would still rest.
        answers::hurry(ctx, appeal);
        let session = ctx.session(appeal.chat).filter(|session| !session.blocked);
        if let (Some(number), Some(session)) = (appeal.number, session) {
            ctx.say_after(
                &session,
                appeal.id,
                Say::Closed(number),
                answers::last_under_way(appeal),
            );
        }
    }
}

/// What a read found wrong with a key.
fn stop_marked(ctx: &mut DecisionContext<'_, impl View>, mark: &RowMark, trouble: RowTrouble) {
    match mark {
        RowMark::Partner(code) => staff::stop(ctx, code, trouble),
        // All rows of their tab tell together which is missing or doubled.
        RowMark::Promotion(_) => {}
        RowMark::Appeal(number) => {
            trades::note(ctx, *number, &[]);
            if let Some(mut appeal) = ctx.numbered(*number) {
                match trouble {
                    // It is found by its history until its number is there.
                    RowTrouble::Missing if appeal.adopted.is_some() => return,
                    RowTrouble::Missing if trades::may_stand_elsewhere(ctx, appeal.chat) => {
                        stop(ctx, &mut appeal, RowTrouble::Mismatched)
                    }
                    RowTrouble::Missing => gone(ctx, &mut appeal),
                    RowTrouble::Doubled
                    | RowTrouble::Mismatched
                    | RowTrouble::Moved
                    | RowTrouble::Unknown
                    | RowTrouble::Unreadable => stop(ctx, &mut appeal, trouble),
                }
                ctx.put(Entity::Appeal(appeal));
            }
        }
    }
}

/// The row is not there any more. What the partner wrote and nobody has read yet goes into a new one.
pub(super) fn gone(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal) {
    trades::is_found(ctx, appeal);
    appeal.adopted = None;
    if has_unread_lines(ctx, appeal) {
        appeal.placed = false;
        appeal.stale = true;
        appeal.seen = Seen::default();
        ctx.dirty(RowKey::Appeal(appeal.id));
    } else {
        stop(ctx, appeal, RowTrouble::Missing);
    }
}

/// Whether the partner wrote something that is not in the row yet.
fn has_unread_lines(ctx: &DecisionContext<'_, impl View>, appeal: &Appeal) -> bool {
    let unwritten =
        usize::try_from(appeal.lines.saturating_sub(appeal.lines_written)).unwrap_or(usize::MAX);
    ctx.view
        .lines(appeal.id, unwritten)
        .iter()
        .any(|line| line.author == Author::Partner)
}
