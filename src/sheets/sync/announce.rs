//! What a batch is about to do, in the words of whoever reads the sheet.
//!
//! Invariant: it tells places, columns and statuses, never what people wrote.

use std::collections::BTreeSet;

use super::{
    memory::SyncMemory,
    tab_memory::TabMemory,
    write_plan::{ChangeOwner, PlannedRow, Sent, TabAfter, WritePlan},
};
use crate::{
    domain::{
        event::RowMark,
        row::{CellValue, Column},
        tab::Tab,
        text::Text,
        wording::{ForesightNote, Note, Wording},
    },
    sheets::wire::{Batch, Change},
};

/// How many rows are told one by one.
const TOLD: usize = 20;

/// What this batch does.
pub(super) fn lines(memory: &SyncMemory, sent: &Sent, batch: &Batch) -> Vec<String> {
    let wording = &memory.wording;
    let mut lines = Vec::new();
    for (&tab, after) in &sent.plan.tabs_after {
        let tab_memory = memory.tab_memories.iter().find(|known| known.tab() == tab);
        let Some(tab_memory) = tab_memory else {
            continue;
        };
        lines.extend(prepared(wording, sent, batch, tab, after));
        let rows = sent.plan.rows.iter().filter(|row| row.tab == tab);
        let title = &after.title;
        let line = |row| told(wording, title, tab_memory, row);
        lines.extend(rows.clone().take(TOLD).map(line));
        let more = rows.count().saturating_sub(TOLD);
        if more > 0 {
            lines.push(say(wording, ForesightNote::MoreRows { title, more }));
        }
    }
    lines.extend(archived(wording, &sent.plan, batch));
    lines
}

fn say(wording: &Wording, note: ForesightNote<'_>) -> String {
    wording.note(Note::Foresight(note))
}

/// What is done to the tab itself.
fn prepared(
    wording: &Wording,
    sent: &Sent,
    batch: &Batch,
    tab: Tab,
    after: &TabAfter,
) -> BTreeSet<String> {
    let of_tab = |owner: &ChangeOwner| matches!(owner, ChangeOwner::Tab(known, _) if *known == tab);
    let changes = batch.changes.iter().skip(sent.head).zip(&sent.plan.owners);
    let changes = changes.filter(|(_, owner)| of_tab(owner));
    let title = &after.title;
    let line = |(change, _): (&Change, &ChangeOwner)| match change {
        Change::Set { values, .. } => {
            let headers = &headers(wording, values);
            Some(say(wording, ForesightNote::Columns { title, headers }))
        }
        Change::SetFilter { .. } => Some(say(wording, ForesightNote::Filter(title))),
        Change::SetTable { .. } => Some(say(wording, ForesightNote::Table(title))),
        Change::AddFill { .. } => Some(say(wording, ForesightNote::Fills(title))),
        Change::Offer { .. }
        | Change::Protect { .. }
        | Change::Look(_)
        | Change::CompareAndSet { .. }
        | Change::InsertRows { .. }
        | Change::Append { .. }
        | Change::AddTab { .. }
        | Change::AddColumns { .. }
        | Change::Token(_)
        | Change::DropToken(_) => None,
    };
    changes.filter_map(line).collect()
}

fn headers(wording: &Wording, values: &[CellValue]) -> String {
    let header = |value: &CellValue| match value {
        CellValue::Text(text) => say(wording, ForesightNote::Quoted(text.as_str())),
        CellValue::Number(number) => number.to_string(),
    };
    values.iter().map(header).collect::<Vec<_>>().join(", ")
}

/// What is done in a row.
fn told(wording: &Wording, title: &str, tab_memory: &TabMemory, row: &PlannedRow) -> String {
    let whose = &say(
        wording,
        match &row.mark {
            Some(RowMark::Appeal(number)) => ForesightNote::OfAppeal(*number),
            Some(RowMark::Partner(code)) => ForesightNote::OfPartner(code),
            Some(RowMark::Promotion(key)) => ForesightNote::OfPromotion(key),
            None => ForesightNote::Unnumbered,
        },
    );
    let Some(at) = row.row else {
        return say(wording, ForesightNote::NewRow { title, whose });
    };
    let name = |column: Column| tab_memory.words.header(column).unwrap_or_default();
    let mut deeds = Vec::new();
    if !row.wrote.is_empty() {
        let quoted = |(column, _): &(Column, Text)| {
            let name = name(*column);
            say(wording, ForesightNote::Quoted(name))
        };
        let columns: Vec<String> = row.wrote.iter().map(quoted).collect();
        deeds.push(say(wording, ForesightNote::Write(&columns.join(", "))));
    }
    for write in &row.shared {
        let (column, value) = (name(write.column), write.left.as_str());
        let deed = match write.left.is_empty() {
            true => ForesightNote::Clear(column),
            false => ForesightNote::Change { column, value },
        };
        deeds.push(say(wording, deed));
    }
    let line = ForesightNote::Row {
        title,
        row: at + 1,
        whose,
        deeds: &deeds.join("; "),
    };
    say(wording, line)
}

/// What moves to the archive.
fn archived(wording: &Wording, plan: &WritePlan, batch: &Batch) -> Option<String> {
    let archive = plan.archive.as_ref()?;
    let is_part = |change: &&Change| matches!(change, Change::Append { sheet, .. } if *sheet == archive.sheet);
    let note = ForesightNote::Archive {
        title: &archive.title,
        parts: batch.changes.iter().filter(is_part).count(),
        is_new: archive.prepared,
    };
    Some(say(wording, note))
}
