//! What a batch is about to do, in the words of whoever reads the sheet.
//!
//! Invariant: it tells places, columns and statuses, never what people wrote.

use std::collections::BTreeSet;

use super::{
    Desk, Phase, Sent,
    draft::{Canvas, Draft, Owner, Planned},
    station::Station,
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

impl Desk {
    /// What this batch does, which was asked for last; nothing where none is under way.
    #[must_use]
    pub fn intention(&self, batch: &Batch) -> Vec<String> {
        let Phase::Writing(sent) = &self.phase else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for (&tab, canvas) in &sent.draft.canvases {
            let Some(station) = self.stations.iter().find(|station| station.tab() == tab) else {
                continue;
            };
            lines.extend(prepared(sent, batch, tab, canvas));
            let rows: Vec<&Planned> = sent
                .draft
                .rows
                .iter()
                .filter(|row| row.tab == tab)
                .collect();
            let title = &canvas.title;
            lines.extend(
                rows.iter()
                    .take(TOLD)
                    .map(|row| format!("Лист «{title}», {}", told(station, row))),
            );
            if rows.len() > TOLD {
                lines.push(format!(
                    "Лист «{title}»: и так же ещё в {} строках",
                    rows.len() - TOLD
                ));
            }
        }
        lines.extend(archived(&sent.draft, batch));
        lines
    }
}

/// What is done to the tab itself.
fn prepared(sent: &Sent, batch: &Batch, tab: Tab, canvas: &Canvas) -> Vec<String> {
    let of_tab = |owner: &Owner| matches!(owner, Owner::Tab(known, _) if *known == tab);
    let changes = batch.changes.iter().skip(sent.head).zip(&sent.draft.owners);
    let changes = changes.filter(|(_, owner)| of_tab(owner));
    let title = &canvas.title;
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
            Change::Offer { .. } | Change::Protect { .. } => None,
            Change::AddFill { .. } => Some(format!("Лист «{title}»: раскрасить статусы")),
            Change::CompareAndSet { .. }
            | Change::Append { .. }
            | Change::AddTab { .. }
            | Change::AddColumns { .. }
            | Change::Fence(_)
            | Change::DropFence(_) => None,
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

fn told(station: &Station, row: &Planned) -> String {
    let name = |column: Column| station.words.header(column).unwrap_or_default().to_owned();
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
fn archived(draft: &Draft, batch: &Batch) -> Option<String> {
    let archive = draft.archive.as_ref()?;
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
