//! Rows that the journal does not know: from before our time, made by hand, or numbered by a journal that was lost.
//!
//! Invariant: a row is adopted as it stands: its history is journalled, its status is no news, an answer in it is held, unless the row was
//! made since first sight and has neither number nor dialogue: then it is a message that somebody writes first.

use std::collections::BTreeSet;

use crate::domain::{
    appeal::{Appeal, Author, Delivery, Status, row::Lacks},
    archive,
    context::DecisionContext,
    effect::Entity,
    event::{AnswerCell, AppealCells, NewAppeal},
    identity::highest_plausible,
    ids::{Number, RowKey},
    tab::Tab,
    text::Text,
};

use super::{answers, appeals, listing};

/// A row of an appeal that the journal does not know.
pub(super) fn new(ctx: &mut DecisionContext<'_>, found: &NewAppeal) {
    let cells = &found.cells;
    let history = cells.history.clone().unwrap_or_default();
    let mut appeal = adopted(ctx, found, &history);
    match found.number {
        Some(number) => {
            keep_number(ctx, &mut appeal, number, &history);
            appeal.row.seen_mut().delivery.clone_from(&cells.delivery);
            if appeal.delivery.state == Delivery::Empty {
                appeal.delivery.state = Delivery::Adopted;
            } else {
                ctx.dirty(RowKey::Appeal(appeal.id));
            }
        }
        None => {
            appeal.row.found_by(history);
            let highest = found.highest.filter(|&highest| is_plausible(ctx, highest));
            appeal.number = Some(appeals::next_number(ctx, highest));
            ctx.dirty(RowKey::Appeal(appeal.id));
            if found.by_code {
                appeal.row.lack(Lacks::Account);
            }
        }
    }
    if !ctx.is_unseen(Tab::Appeals) {
        made_since(ctx, &mut appeal, found);
    }
    ctx.put(Entity::Appeal(appeal));
}

/// A row that somebody has made since first sight: what he wrote into a new one goes to the partner. A number or a dialogue says that it is
/// a copy of another, or another journal's: then somebody has to say that it should.
fn made_since(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, found: &NewAppeal) {
    let is_blank = found.cells.history.as_ref().is_none_or(Text::is_blank);
    let AnswerCell::Text(text) = &found.cells.answer else {
        appeal.delivery.copied = appeal.delivery.holds;
        return;
    };
    if found.number.is_some() || !is_blank {
        appeal.delivery.copied = true;
        return;
    }
    let listed = appeal.partner.as_ref().and_then(|code| ctx.partner(code));
    if listed.is_none() {
        appeal.partner = ctx.session(appeal.chat).and_then(|session| session.partner);
    }
    appeal.row.lack(Lacks::Names);
    appeal.stamp = Some(ctx.now);
    appeal.delivery.state = Delivery::Empty;
    answers::cell::typed(ctx, appeal, text.clone(), &found.cells.styles);
}

/// Messages beside a code alone that stand there already; nobody meant that they should go out now.
pub(super) fn standing(ctx: &mut DecisionContext<'_>, messages: &BTreeSet<String>) {
    let mut tab = ctx.appeals_tab();
    tab.standing = Some(messages.clone());
    ctx.put_tab(tab);
}

/// The counter goes on above a number that another journal gave.
fn keep_number(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, number: Number, history: &Text) {
    appeal.number = Some(number);
    appeal.dialogue.shelf = archive::told(ctx.rules, number, history);
    let mut tab = ctx.appeals_tab();
    tab.next_number = tab.next_number.max(Number(number.0.saturating_add(1)));
    ctx.put_tab(tab);
}

/// Whether a `№` may be one that we gave.
pub(super) fn is_plausible(ctx: &DecisionContext<'_>, number: Number) -> bool {
    number <= highest_plausible(ctx.appeals_tab().next_number)
}

/// Somebody has emptied the `№` of a row that we know: it is found by its history until the number is there again.
pub(super) fn number_lost(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, cells: &AppealCells) {
    // An answer that we know is in the row still: it is not typed anew.
    if let (AnswerCell::Text(text), Some(answer)) = (&cells.answer, &appeal.delivery.answer)
        && answer.text == *text
    {
        appeal.row.seen_mut().answer = Some(text.clone());
    }
    appeal
        .row
        .found_by(cells.history.clone().unwrap_or_default());
    ctx.dirty(RowKey::Appeal(appeal.id));
}

fn adopted(ctx: &mut DecisionContext<'_>, found: &NewAppeal, history: &Text) -> Appeal {
    let cells = &found.cells;
    if let Some(code) = (cells.partner.as_ref()).filter(|_| ctx.is_unseen(Tab::Appeals)) {
        listing::confirm(ctx, found.chat, code);
    }
    let mut appeal = appeals::blank(ctx, found.chat);
    appeal.partner.clone_from(&cells.partner);
    appeal.status = cells.status.clone().unwrap_or(Status::New);
    if ctx.rules.orders.of(&appeal.status).is_some() {
        // There is nothing of ours yet to which it could apply.
        appeal.status = Status::InWork;
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    appeal.row.seen_mut().status.clone_from(&cells.status);
    appeal.row.seen_mut().updated.clone_from(&cells.updated);
    appeal.rating.clone_from(&cells.rating);
    appeal.row.found(ctx.seq);
    match &cells.answer {
        AnswerCell::Blank => {}
        AnswerCell::Text(text) => {
            appeal.row.seen_mut().answer = Some(text.clone());
            appeal.delivery.state = Delivery::Held;
        }
        AnswerCell::Unready(shown) => {
            appeal.delivery.state = Delivery::Unready(shown.clone());
            appeal.delivery.holds = true;
        }
    }
    if !history.is_blank() {
        appeals::add_line(ctx, &mut appeal, Author::Adopted, ctx.now, history.clone());
    }
    appeal.dialogue.written = appeal.dialogue.lines;
    appeal
}
