//! The end of a batch of writes: what is confirmed counts as seen, the rest stays dirty or is stopped.
//!
//! Invariant: a cell counts as changed by us only when the read-back says so.

use super::rows::{gone, stop};
use crate::domain::{
    appeal::{Appeal, Status},
    effect::{Effect, Entity},
    event::{RowResult, WriteReport, WrittenRow},
    ids::{AppealId, PartnerCode, RowKey},
    partner::RowTrouble,
    tab::Tab,
    text::Text,
    turn::Turn,
    view::View,
    wording::Note,
};

pub(in crate::domain) fn wrote(turn: &mut Turn<'_, impl View>, report: &WriteReport) {
    if let Some(fence) = report.fence {
        turn.settle(report.spreadsheet.clone(), fence);
    }
    for row in &report.rows {
        match &row.key {
            RowKey::Appeal(id) => appeal(turn, *id, row),
            RowKey::Partner(code) => partner(turn, code, row),
            RowKey::Promotion(_) => turn.clean(row.key.clone(), row.dirtied),
        }
    }
}

fn appeal(turn: &mut Turn<'_, impl View>, id: AppealId, row: &WrittenRow) {
    let Some(mut appeal) = turn.appeal(id) else {
        return turn.clean(row.key.clone(), row.dirtied);
    };
    match &row.result {
        RowResult::Confirmed { status, cleared, lines } => {
            confirm(turn, &mut appeal, status.as_ref(), cleared.as_ref(), *lines);
            turn.clean(row.key.clone(), row.dirtied);
        }
        RowResult::Contested => turn.then(Effect::Look(Tab::Appeals)),
        RowResult::Moved => {
            appeal.stale = true;
            turn.dirty(row.key.clone());
            turn.then(Effect::Look(Tab::Appeals));
            // A row that has no number yet could not be found to say so: it is simply written again.
            if appeal.adopted.is_none() {
                stop(turn, &mut appeal, RowTrouble::Moved);
            }
        }
        RowResult::Absent => {
            turn.clean(row.key.clone(), row.dirtied);
            gone(turn, &mut appeal);
        }
        RowResult::Refused(words) => {
            if let Some(number) = appeal.number {
                turn.report(Note::AdminRowRefused(number, words));
            }
            turn.clean(row.key.clone(), row.dirtied);
        }
    }
    turn.put(Entity::Appeal(appeal));
}

fn confirm(turn: &Turn<'_, impl View>, appeal: &mut Appeal, status: Option<&Status>, cleared: Option<&Text>, lines: u32) {
    appeal.placed = true;
    if let Some(trouble) = appeal.stopped {
        // Only the words were written.
        appeal.seen.delivery = Text(turn.rules.wording.note(Note::Stopped(trouble)));
        return;
    }
    appeal.adopted = None;
    appeal.stale = false;
    appeal.lines_written = appeal.lines_written.max(lines);
    if let Some(status) = status {
        appeal.seen.status = Some(status.clone());
    }
    if let Some(cleared) = cleared {
        appeal.seen.answer = None;
        if appeal.answer.as_ref().is_some_and(|answer| answer.text == *cleared) {
            appeal.answer = None;
        }
    }
}

fn partner(turn: &mut Turn<'_, impl View>, code: &PartnerCode, row: &WrittenRow) {
    match &row.result {
        RowResult::Contested => turn.then(Effect::Look(Tab::Partners)),
        RowResult::Moved => {
            turn.dirty(row.key.clone());
            turn.then(Effect::Look(Tab::Partners));
        }
        RowResult::Absent => {
            // The list is being rewritten; the row is written once its code stands there again.
            if let Some(mut partner) = turn.partner(code) {
                partner.stopped = Some(RowTrouble::Missing);
                turn.put(Entity::Partner(partner));
            }
            turn.clean(row.key.clone(), row.dirtied);
        }
        RowResult::Confirmed { .. } => turn.clean(row.key.clone(), row.dirtied),
        RowResult::Refused(words) => {
            turn.report(Note::AdminPartnerRefused(code, words));
            turn.clean(row.key.clone(), row.dirtied);
        }
    }
}
