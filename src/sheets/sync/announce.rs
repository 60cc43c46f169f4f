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
    },
    sheets::wire::{Batch, Change},
};

/// How many rows are told one by one.
const TOLD: usize = 20;

/// What this batch does.
pub(super) fn lines(memory: &SyncMemory, sent: &Sent, batch: &Batch) -> Vec<String> {
    let mut lines = Vec::new();
    for (&tab, after) in &sent.plan.tabs_after {
        let tab_memory = memory.tab_memories.iter().find(|known| known.tab() == tab);
        let Some(tab_memory) = tab_memory else {
            continue;
        };
        lines.extend(prepared(sent, batch, tab, after));
        let rows = sent.plan.rows.iter().filter(|row| row.tab == tab);
        let title = &after.title;
        let line = |row| format!("Лист «{title}», {}", told(tab_memory, row));
        lines.extend(rows.clone().take(TOLD).map(line));
        let more = rows.count().saturating_sub(TOLD);
        if more > 0 {
            lines.push(format!("Лист «{title}»: и так же ещё в {more} строках"));
        }
    }
    lines.extend(archived(&sent.plan, batch));
    lines
}

/// What is done to the tab itself.
fn prepared(sent: &Sent, batch: &Batch, tab: Tab, after: &TabAfter) -> Vec<String> {
    let of_tab = |owner: &ChangeOwner| matches!(owner, ChangeOwner::Tab(known, _) if *known == tab);
    let changes = batch.changes.iter().skip(sent.head).zip(&sent.plan.owners);
    let changes = changes.filter(|(_, owner)| of_tab(owner));
    let title = &after.title;
    let mut lines = BTreeSet::new();
    for (change, _) in changes {
        lines.extend(match change {
            Change::Set { values, .. } => Some(format!(
                "Лист «{title}»: добавить справа столбцы {}",
                headers(values)
            )),
            Change::SetFilter { .. } => {
                Some(format!("Лист «{title}»: продлить фильтр на наши столбцы"))
            }
            Change::SetTable { .. } => Some(format!(
                "Лист «{title}»: продлить таблицу на наши столбцы и новые строки"
            )),
            Change::Offer { .. } | Change::Protect { .. } | Change::Look(_) => None,
            Change::AddFill { .. } => Some(format!("Лист «{title}»: раскрасить статусы")),
            Change::CompareAndSet { .. }
            | Change::InsertRows { .. }
            | Change::Append { .. }
            | Change::AddTab { .. }
            | Change::AddColumns { .. }
            | Change::Token(_)
            | Change::DropToken(_) => None,
        });
    }
    lines.into_iter().collect()
}

fn headers(values: &[CellValue]) -> String {
    let header = |value: &CellValue| match value {
        CellValue::Text(text) => format!("«{}»", text.as_str()),
        CellValue::Number(number) => number.to_string(),
    };
    values.iter().map(header).collect::<Vec<_>>().join(", ")
}

fn told(tab_memory: &TabMemory, row: &PlannedRow) -> String {
    let name = |column: Column| {
        tab_memory
            .words
            .header(column)
            .unwrap_or_default()
            .to_owned()
    };
    let whose = match &row.mark {
        Some(RowMark::Appeal(number)) => format!("№ {number}"),
        Some(RowMark::Partner(code)) => format!("код {}", code.as_str()),
        Some(RowMark::Promotion(key)) => format!("акция {}", key.0),
        None => "без №".to_owned(),
    };
    let Some(at) = row.row else {
        return format!("новая строка: {whose}");
    };
    let mut deeds = Vec::new();
    if !row.wrote.is_empty() {
        let columns: Vec<String> = row
            .wrote
            .iter()
            .map(|(column, _)| format!("«{}»", name(*column)))
            .collect();
        deeds.push(format!("записать {}", columns.join(", ")));
    }
    for write in &row.shared {
        let column = name(write.column);
        deeds.push(if write.left.is_empty() {
            format!("очистить «{column}»")
        } else {
            format!("«{column}» → «{}»", write.left)
        });
    }
    format!("строка {} ({whose}): {}", at + 1, deeds.join("; "))
}

/// What moves to the archive.
fn archived(plan: &WritePlan, batch: &Batch) -> Option<String> {
    let archive = plan.archive.as_ref()?;
    let is_part = |change: &&Change| matches!(change, Change::Append { sheet, .. } if *sheet == archive.sheet);
    let parts = batch.changes.iter().filter(is_part).count();
    let made = if archive.prepared {
        "завести его и "
    } else {
        ""
    };
    Some(format!(
        "Лист «{}»: {made}перенести туда частей длинных диалогов: {parts}",
        archive.title
    ))
}
