//! A journal that was restored from a copy: the spreadsheet and Telegram have gone on without it.
//!
//! Invariant: what the copy wanted to send may have been sent since, so nothing of it goes out by itself; what the sheet shows is newer
//! than what the journal knows, so it is taken over silently.

use std::collections::BTreeSet;

use crate::domain::{
    appeal::{Appeal, Author, Delivery, Line, rating::Rating},
    archive,
    context::DecisionContext,
    effect::{Effect, Entity, FinalState},
    event::{AnswerCell, AppealCells, Restored},
    ids::{AppealId, Number, OutboxId, RowKey},
    project::shown_history,
    rules::Rules,
    tab::{Tab, TabState},
    wording::Note,
};

use super::{
    answers, appeals,
    broadcasts::{self, End},
    staff_chat,
};

pub(in crate::domain) fn restored(ctx: &mut DecisionContext<'_>, restored: &Restored) {
    ctx.given_elsewhere(restored.token);
    let others = distrust(ctx, &restored.tabs);
    ctx.report(Note::AdminRestored(others));
}

/// Somebody has put a copy in the journal's place, and was told what follows. Where the spreadsheet has gone on, its batch token says so later.
pub(super) fn from_copy(ctx: &mut DecisionContext<'_>) {
    distrust(ctx, &[Tab::Partners, Tab::Appeals, Tab::Promotions]);
}

/// Everything counts as seen for the first time, and nothing that waits goes out; how many messages there were beside answers.
fn distrust(ctx: &mut DecisionContext<'_>, tabs: &[Tab]) -> usize {
    for &tab in tabs {
        let mut state = ctx.tab(tab);
        let reads = state.reads_mut();
        (reads.sighted, reads.restored) = (None, ctx.seq);
        if let TabState::Appeals(appeals) = &mut state {
            appeals.standing = None;
        }
        ctx.put_tab(state);
    }
    let mut templates = ctx.templates();
    templates.awaited.clear();
    ctx.put(Entity::Templates(templates));
    let (mut answers, mut others) = (BTreeSet::new(), 0_usize);
    staff_chat::room::restored(ctx);
    for promotion in ctx.view.promotions() {
        broadcasts::doubt(ctx, &promotion.key);
    }
    for id in ctx.view.unsent() {
        match id {
            OutboxId::Answer(appeal, ..) => {
                answers.insert(appeal);
                ctx.then(Effect::Withdraw(id));
            }
            OutboxId::Reply(..)
            | OutboxId::Promotion(..)
            | OutboxId::Cover(..)
            | OutboxId::Preview(..)
            | OutboxId::Thread(..)
            | OutboxId::Staff(..) => {
                others += 1;
                match &id {
                    OutboxId::Promotion(key, chat) => {
                        broadcasts::ended(ctx, key, *chat, End::Unknown);
                    }
                    OutboxId::Thread(appeal, _) => staff_chat::restored(ctx, *appeal),
                    _ => {}
                }
                ctx.then(Effect::Finish(id, FinalState::Unknown));
            }
        }
    }
    answers.into_iter().for_each(|appeal| hold(ctx, appeal));
    others
}

/// An answer that the copy was about to send.
fn hold(ctx: &mut DecisionContext<'_>, id: AppealId) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    answers::chat::drop_all(ctx, &mut appeal);
    appeal.delivery.state = if appeal.row.seen().answer.is_some() {
        Delivery::Held
    } else {
        Delivery::Empty
    };
    ctx.dirty(RowKey::Appeal(id));
    ctx.put(Entity::Appeal(appeal));
}

/// The row of an appeal that the journal knows, at first sight of its tab: as it is there, so it is.
pub(super) fn seen_again(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, cells: &AppealCells) {
    appeal.row.found(ctx.seq);
    appeal.stamp = None;
    appeal.row.seen_mut().delivery.clone_from(&cells.delivery);
    appeal.row.seen_mut().updated.clone_from(&cells.updated);
    appeal.row.seen_mut().status.clone_from(&cells.status);
    if let Some(rating) = &cells.rating
        && appeal.rating.as_ref().map(Rating::shown) != Some(rating.shown())
    {
        appeal.rating = Some(rating.clone());
    }
    match &cells.status {
        // Who has asked for that has not seen what follows.
        Some(status) if ctx.rules.orders.of(status).is_some() => {
            ctx.dirty(RowKey::Appeal(appeal.id));
        }
        Some(status) => appeal.status = status.clone(),
        None => {}
    }
    // A later answer may have gone out since, which is not ours to change.
    answers::chat::drop_all(ctx, appeal);
    appeal.delivery.sent = None;
    (appeal.delivery.aside, appeal.delivery.leftover) = (None, None);
    appeal.delivery.earlier.clear();
    appeal.row.seen_mut().styles.clear();
    (appeal.row.seen_mut().answer, appeal.delivery.state) = match &cells.answer {
        AnswerCell::Blank => (None, Delivery::Adopted),
        AnswerCell::Unready(shown) => (None, Delivery::Unready(shown.clone())),
        AnswerCell::Text(text) => (Some(text.clone()), Delivery::Held),
    };
    appeal.delivery.holds = matches!(appeal.delivery.state, Delivery::Unready(_));
    if appeal.delivery.state != Delivery::Adopted {
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
    take_over(ctx, appeal, cells);
    staff_chat::caught_up(appeal);
}

/// The history that is in the row, and behind it what only the journal knows.
fn take_over(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, cells: &AppealCells) {
    let Some(history) = &cells.history else {
        return;
    };
    let known = |rules: &Rules| {
        let shown = shown_history(rules, ctx.view, appeal, appeal.dialogue.lines);
        shown == history.as_str()
    };
    if ctx.rules.in_every_language().iter().any(known) {
        appeal.dialogue.written = appeal.dialogue.lines;
        return;
    }
    let ours: Vec<Line> = ctx.view.lines(appeal.id, usize::MAX);
    let number = appeal.number.unwrap_or(Number(0));
    let shelf = archive::told(ctx.rules, number, history);
    // What has moved to the archive since is not missing; nor is a line of which a part has.
    let from = if shelf.parts > appeal.dialogue.shelf.parts {
        appeal.dialogue.written
    } else {
        appeal.dialogue.shown_from + u32::from(appeal.dialogue.shelf.kept.is_some())
    };
    let unknown_there =
        |line: &&Line| line.index >= from && !archive::holds(ctx.rules, history, line);
    let missing: Vec<Line> = ours.iter().filter(unknown_there).cloned().collect();
    appeal.dialogue.shown_from = appeal.dialogue.lines;
    appeal.dialogue.shelf = shelf;
    if !history.is_blank() {
        appeals::add_line(ctx, appeal, Author::Adopted, ctx.now, history.clone());
    }
    appeal.dialogue.written = appeal.dialogue.lines;
    for line in missing.into_iter().rev() {
        match line.by {
            Some(by) => {
                appeals::add_answer(ctx, appeal, line.at, (line.text, Some(by)), None);
            }
            None => appeals::add_line(ctx, appeal, line.author, line.at, line.text),
        }
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
}
