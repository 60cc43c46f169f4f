//! The end of a batch of writes: what is confirmed counts as seen, the rest stays dirty or is stopped.
//!
//! Invariant: a cell counts as changed by us only when the read-back says so.

use super::{answers, refusals, rows::gone, staff};
use crate::domain::{
    appeal::{
        Appeal, Status,
        row::{Lacks, RowLink},
    },
    archive,
    context::DecisionContext,
    effect::{Effect, Entity},
    event::{RowResult, WriteReport, WrittenRow},
    ids::{AppealId, PartnerCode, PromotionKey, RowKey, Seq},
    partner::RowTrouble,
    tab::Tab,
    text::Text,
};

pub(in crate::domain) fn wrote(ctx: &mut DecisionContext<'_>, report: &WriteReport) {
    if let Some(token) = report.token {
        ctx.finish_batch(report.spreadsheet.clone(), token);
    }
    if let Some(misplaced) = &report.misplaced {
        ctx.misplaced(report.spreadsheet.clone(), misplaced.clone());
    }
    for row in &report.rows {
        match &row.result {
            // It stays due: the synchroniser tries again.
            RowResult::Refused(words) => {
                refusals::refused(ctx, &row.key, words);
                continue;
            }
            RowResult::Confirmed { .. } | RowResult::Idle | RowResult::Absent => {
                refusals::over(ctx, &row.key)
            }
            RowResult::Contested | RowResult::Moved => {}
        }
        match &row.key {
            RowKey::Appeal(id) => appeal(ctx, *id, row),
            RowKey::Partner(code) => partner(ctx, code, row),
            RowKey::Promotion(key) => promotion(ctx, key, row),
        }
    }
}

fn appeal(ctx: &mut DecisionContext<'_>, id: AppealId, row: &WrittenRow) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return ctx.clean(row.key.clone(), row.dirtied);
    };
    match &row.result {
        RowResult::Confirmed {
            status,
            cleared,
            filled,
            lines,
            parts,
            formula,
        } => {
            ctx.clean(row.key.clone(), row.dirtied);
            settle(ctx, &mut appeal, row);
            confirm(
                ctx,
                &mut appeal,
                status.as_ref(),
                cleared.as_ref(),
                (*lines, row.dirtied),
            );
            answers::cell::filled(ctx, &mut appeal, filled.as_ref(), row.dirtied);
            archive::confirm(ctx.rules, ctx.view, &mut appeal, *parts);
            if appeal.row.trouble().is_none() && appeal.dialogue.written < appeal.dialogue.lines {
                // Not everything went into one batch.
                ctx.dirty(row.key.clone());
            }
            if appeal.row.lacks().is_some() && !appeal.row.is_left_alone() {
                ctx.dirty(row.key.clone());
            }
            if let Some(formula) = formula {
                answers::cell::formula(ctx, &mut appeal, *formula);
            }
        }
        RowResult::Idle => return ctx.clean(row.key.clone(), row.dirtied),
        RowResult::Contested => ctx.then(Effect::Look(Tab::Appeals)),
        RowResult::Moved => {
            // What is in the row is not known; it is found again by its key, and written whole.
            appeal.row.distrust();
            appeal.row.lack(Lacks::Names);
            ctx.dirty(row.key.clone());
            ctx.then(Effect::Look(Tab::Appeals));
        }
        RowResult::Absent => {
            ctx.clean(row.key.clone(), row.dirtied);
            gone(ctx, &mut appeal);
        }
        RowResult::Refused(_) => return,
    }
    ctx.put(Entity::Appeal(appeal));
}

/// Whoever has taken the appeal is named in its row by now, and another code of its partner's stands there, or a person has put something
/// else there.
fn settle(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, row: &WrittenRow) {
    let was_there = appeal.row.is_placed() && !appeal.row.is_left_alone();
    let is_written = |since: Seq| was_there && row.dirtied >= since;
    let mut left = false;
    if let Some(responsible) = appeal.responsible.as_mut().filter(|it| !it.written) {
        responsible.written = is_written(responsible.since);
        left |= !responsible.written;
    }
    let recoded = appeal.recoded.as_ref();
    // A row that was given its number or its account back was shown nothing else (`project`).
    let shows_code =
        *appeal.row.link() == RowLink::Numbered && appeal.row.lacks() != Some(Lacks::Account);
    if recoded.is_some_and(|recoded| shows_code && is_written(recoded.since)) {
        appeal.recoded = None;
    }
    if left || appeal.recoded.is_some() {
        ctx.dirty(row.key.clone());
    }
}

fn confirm(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    status: Option<&Status>,
    cleared: Option<&Text>,
    (lines, dirtied): (u32, Seq),
) {
    if appeal.row.is_left_alone() {
        // Only words were written.
        return;
    }
    appeal
        .row
        .written(ctx.seq, appeal.dialogue.changed > dirtied);
    show_written(ctx, appeal, lines);
    appeal.dialogue.written = appeal.dialogue.written.max(lines);
    if let Some(status) = status {
        appeal.row.seen_mut().status = Some(status.clone());
    }
    if let Some(cleared) = cleared {
        appeal.row.seen_mut().answer = None;
        if appeal
            .delivery
            .answer
            .as_ref()
            .is_some_and(|answer| answer.text == *cleared)
        {
            appeal.delivery.answer = None;
        }
    }
}

/// The partner sees at each of his messages that it is in the sheet now.
fn show_written(ctx: &mut DecisionContext<'_>, appeal: &Appeal, lines: u32) {
    if appeal.mixed {
        // Its messages are of several chats.
        return;
    }
    let mut written = ctx.view.lines(appeal.id, appeal.dialogue.unwritten());
    written.retain(|line| (appeal.dialogue.written..lines).contains(&line.index));
    for message in written.into_iter().rev().filter_map(|line| line.message) {
        ctx.then(Effect::React(appeal.chat, message));
    }
}

fn partner(ctx: &mut DecisionContext<'_>, code: &PartnerCode, row: &WrittenRow) {
    match &row.result {
        RowResult::Contested => ctx.then(Effect::Look(Tab::Partners)),
        RowResult::Moved => {
            ctx.dirty(row.key.clone());
            ctx.then(Effect::Look(Tab::Partners));
        }
        RowResult::Absent => {
            // The list is being rewritten; the row is written once its code is there again.
            staff::stop(ctx, code, RowTrouble::Missing);
            ctx.clean(row.key.clone(), row.dirtied);
        }
        RowResult::Confirmed { .. } => {
            staff::written(ctx, code, row.dirtied);
            ctx.clean(row.key.clone(), row.dirtied);
        }
        RowResult::Idle => ctx.clean(row.key.clone(), row.dirtied),
        RowResult::Refused(_) => {}
    }
}

fn promotion(ctx: &mut DecisionContext<'_>, key: &PromotionKey, row: &WrittenRow) {
    match &row.result {
        RowResult::Confirmed {
            status, cleared, ..
        } => {
            ctx.clean(row.key.clone(), row.dirtied);
            if let Some(mut promotion) = ctx.promotion(key) {
                promotion.row.key = Text(key.0.clone());
                if let Some(Status::Other(status)) = status {
                    promotion.row.status.clone_from(status);
                }
                if cleared.as_ref() == Some(&promotion.row.action) {
                    promotion.row.action = Text::default();
                    promotion.taken = false;
                }
                ctx.put(Entity::Promotion(Box::new(promotion)));
            }
        }
        RowResult::Idle => ctx.clean(row.key.clone(), row.dirtied),
        RowResult::Contested => ctx.then(Effect::Look(Tab::Promotions)),
        RowResult::Moved => {
            ctx.dirty(row.key.clone());
            ctx.then(Effect::Look(Tab::Promotions));
        }
        RowResult::Absent => ctx.clean(row.key.clone(), row.dirtied),
        RowResult::Refused(_) => {}
    }
}
