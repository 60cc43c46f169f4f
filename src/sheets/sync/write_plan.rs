//! A batch in the making: the changes, whom each belongs to, and where the read-back must find which key.
//!
//! Invariant: every row that is changed is also read back.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        event::{Misplaced, RowMark, RowResult, WrittenRow},
        ids::{BatchToken, ChatId, RowKey, Seq},
        row::{CellValue, Column, DesiredRow, SharedCell},
        tab::Tab,
        text::Text,
    },
    journal::{Exchanged, Touched},
    sheets::{
        table::layout::Layout,
        tabs::keys,
        wire::{Change, SheetId, Span},
    },
};

use super::{Wanted, repair::Repair};

/// A batch stays below the 2 MB that Google advises; Cyrillic takes two bytes a character, and cells have JSON around them.
pub(in crate::sheets) const MOST_CHARACTERS: usize = 700_000;

/// What each cell costs beside its text, about.
const CELL_COST: usize = 40;

/// Rows between two touched ones that are read back along with them: a longer range costs less than one more range.
const READ_BACK_GAP: u32 = 8;

/// What tells rows without number and telegram_id apart.
pub(super) const WITNESSES: [Column; 2] = [Column::Code, Column::Answer];

/// A batch in the making.
#[derive(Debug, Default)]
pub(super) struct WritePlan {
    pub(super) changes: Vec<Change>,
    /// Whose change it is, one entry a change.
    pub(super) owners: Vec<ChangeOwner>,
    pub(super) rows: Vec<PlannedRow>,
    /// Rows whose result needs no write.
    pub(super) finished: Vec<WrittenRow>,
    pub(super) tabs_after: BTreeMap<Tab, TabAfter>,
    /// Tabs with rows for another pass.
    pub(super) left: BTreeSet<Tab>,
    /// Rows without `№` could not be told apart, or not all were reached: the next snapshot reads their histories.
    pub(super) unread: bool,
    /// Rows without `№` to which this batch gives one; rows alike get theirs one after the other.
    pub(super) numbered: BTreeSet<u32>,
    /// The archive, if the batch moves something there.
    pub(super) archive: Option<TabAfter>,
    /// Something is to be moved to the archive, of which nothing is known yet.
    pub(super) wants_archive: bool,
    /// Cells that need not be put back after all: their rows are to show what we left there.
    pub(super) righted: Vec<Repair>,
    /// Shared cells that are changed without comparing.
    pub(super) plain: u64,
    /// Characters that the batch carries, about.
    pub(super) size: usize,
}

/// Which step of the preparation a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PreparationStep {
    /// Our columns: without them no row can be written.
    Columns,
    /// The filter and the colours: a help, never a condition.
    Decoration,
}

/// Whose change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChangeOwner {
    /// A tab's preparation.
    Tab(Tab, PreparationStep),
    /// A row, by its place in [`WritePlan::rows`].
    Row(usize),
    /// The archive.
    Archive,
}

/// A tab as the batch will leave it.
#[derive(Debug)]
pub(super) struct TabAfter {
    pub(super) sheet: SheetId,
    pub(super) title: String,
    pub(super) layout: Layout,
    pub(super) prepared: bool,
    /// Where the first new row lands.
    pub(super) end: u32,
    pub(super) appended: u32,
    /// Rows of the grid.
    pub(super) rows: u32,
    /// The place among the changes of the one that makes room for new rows.
    pub(super) insertion: Option<usize>,
}

/// A row that is being written.
#[derive(Debug)]
pub(super) struct PlannedRow {
    /// Whom to report it to; `None` if we only put right what we have changed by mistake.
    pub(super) report: Option<(RowKey, Seq)>,
    pub(super) tab: Tab,
    /// Its place; `None` if it is appended.
    pub(super) row: Option<u32>,
    /// The key that must stand there; `None` if a number that we wrote by mistake is taken away.
    pub(super) mark: Option<RowMark>,
    /// The Telegram ID that must stand beside `№`.
    pub(super) chat: Option<ChatId>,
    /// What must stand beside a key that is written only now: a promotion's name; code and answer where a row has no Telegram ID.
    pub(super) witness: Option<Box<str>>,
    /// What is reported if all goes well.
    pub(super) result: RowResult,
    pub(super) shared: Vec<SharedWrite>,
    /// Its `№` is among what is written.
    pub(super) numbers: bool,
    /// What it puts right.
    pub(super) repair: Option<Repair>,
    /// Some shared cell was left alone.
    pub(super) contested: bool,
    /// Whether its answer cell holds a formula is to be found out.
    pub(super) asks_formula: bool,
    /// The cells that only we write, as they are afterwards; of the history only that it is written.
    pub(super) wrote: Vec<(Column, Text)>,
    /// Only trouble is reported: another row of the batch tells how it went with the key.
    pub(super) quiet: bool,
}

/// A change of a shared cell.
#[derive(Debug)]
pub(super) struct SharedWrite {
    pub(super) column: Column,
    /// Its place in [`WritePlan::changes`].
    pub(super) change: usize,
    /// What it was compared with; none for a plain change.
    pub(super) expect: Option<String>,
    /// What it leaves in the cell.
    pub(super) left: String,
}

/// A batch on its way.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) plan: WritePlan,
    pub(super) token: BatchToken,
    /// Changes of tokens before those of the plan.
    pub(super) head: usize,
}

impl WritePlan {
    pub(super) fn add(
        &mut self,
        mut planned: PlannedRow,
        write: impl FnOnce(&mut Self, ChangeOwner) -> Vec<SharedWrite>,
    ) {
        planned.shared = write(self, ChangeOwner::Row(self.rows.len()));
        self.rows.push(planned);
    }

    pub(super) fn finish(&mut self, wanted: Wanted, result: RowResult) {
        self.finished.push(WrittenRow {
            key: wanted.row.key,
            dirtied: wanted.dirtied,
            result,
        });
    }

    pub(super) fn push(&mut self, change: Change, owner: ChangeOwner) -> usize {
        self.changes.push(change);
        self.owners.push(owner);
        self.changes.len() - 1
    }

    /// Sets cells of one row, neighbours together.
    pub(super) fn set(
        &mut self,
        sheet: SheetId,
        row: u32,
        cells: BTreeMap<u32, CellValue>,
        owner: ChangeOwner,
    ) {
        let mut runs: Vec<(u32, Vec<CellValue>)> = Vec::new();
        for (column, value) in cells {
            match runs.last_mut() {
                Some((first, run)) if *first as usize + run.len() == column as usize => {
                    run.push(value)
                }
                _ => runs.push((column, vec![value])),
            }
        }
        for (column, values) in runs {
            self.push(
                Change::Set {
                    sheet,
                    row,
                    column,
                    values,
                },
                owner,
            );
        }
    }

    /// The tabs that it writes, and those that it leaves for another pass.
    pub(super) fn tabs(&self) -> impl Iterator<Item = Tab> + '_ {
        self.tabs_after.keys().chain(&self.left).copied()
    }

    /// What the intent tells.
    pub(super) fn touched(&self) -> Vec<Touched> {
        self.rows.iter().filter_map(PlannedRow::touched).collect()
    }

    /// The rows of a tab that are written, in runs.
    fn touched_rows(&self, tab: Tab) -> Vec<(u32, u32)> {
        let places: BTreeSet<u32> = (self.rows.iter())
            .filter(|row| row.tab == tab)
            .filter_map(|row| row.row)
            .collect();
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for row in places {
            match runs.last_mut() {
                Some((_, end)) if row <= *end + READ_BACK_GAP => *end = row + 1,
                _ => runs.push((row, row + 1)),
            }
        }
        runs
    }

    /// What to read back: the header row, the key cells of the touched rows, and the tail where new rows land.
    /// All of it lies within the grid: touched rows were seen there, and appending makes room for the tail.
    pub(super) fn read_back(&self) -> Vec<(String, Span)> {
        let mut spans = Vec::new();
        for (&tab, after) in &self.tabs_after {
            let mut span = |rows, columns| {
                let span = Span {
                    sheet: after.sheet,
                    rows,
                    columns,
                };
                spans.push((after.title.clone(), span));
            };
            span((0, 1), (0, after.layout.width()));
            let shared = self
                .rows
                .iter()
                .filter(|row| row.tab == tab)
                .flat_map(PlannedRow::read_back);
            let positions = |columns: BTreeSet<Column>| -> BTreeSet<u32> {
                columns
                    .into_iter()
                    .filter_map(|column| after.layout.position(column))
                    .collect()
            };
            let keys: BTreeSet<Column> = keys::columns(tab).iter().copied().collect();
            let columns = positions(keys.iter().copied().chain(shared).collect());
            for rows in self.touched_rows(tab) {
                columns
                    .iter()
                    .for_each(|&column| span(rows, (column, column + 1)));
            }
            if after.appended > 0 {
                let tail = (after.end, after.end + after.appended);
                positions(keys)
                    .into_iter()
                    .for_each(|column| span(tail, (column, column + 1)));
            }
        }
        // One that is made by the batch stands as it was made.
        if let Some(archive) = self.archive.as_ref().filter(|archive| !archive.prepared) {
            let header = Span {
                sheet: archive.sheet,
                rows: (0, 1),
                columns: (0, archive.layout.width()),
            };
            spans.push((archive.title.clone(), header));
        }
        spans
    }
}

impl PlannedRow {
    /// A row to which nothing is done yet.
    pub(super) fn new(tab: Tab, row: u32) -> Self {
        Self {
            report: None,
            tab,
            row: Some(row),
            mark: None,
            chat: None,
            witness: None,
            result: RowResult::Contested,
            shared: Vec::new(),
            numbers: false,
            repair: None,
            contested: false,
            asks_formula: false,
            wrote: Vec::new(),
            quiet: false,
        }
    }

    /// What it changes; nothing that could be hit instead where it is appended.
    pub(super) fn touched(&self) -> Option<Touched> {
        let exchanged = |write: &SharedWrite| Exchanged {
            column: write.column,
            expect: write.expect.clone().map(Text),
            left: Text(write.left.clone()),
        };
        Some(Touched {
            tab: self.tab,
            row: self.row?,
            mark: self.mark.clone(),
            wrote: self.wrote.clone(),
            exchanged: self.shared.iter().map(exchanged).collect(),
        })
    }

    /// Whether it empties a row without a key, which nothing can tell from the read-back.
    pub(super) fn empties(&self) -> bool {
        let what = self.repair.as_ref().map(|repair| &repair.what);
        matches!(what, Some(Misplaced::Row(_)))
    }

    /// Shared cells that are read back: a compare-and-set passes over a formula.
    pub(super) fn looked_into(&self) -> impl Iterator<Item = Column> + '_ {
        let asked = self.asks_formula.then_some(Column::Answer);
        self.shared.iter().map(|write| write.column).chain(asked)
    }

    /// Columns that are read back beside the keys.
    fn read_back(&self) -> impl Iterator<Item = Column> + '_ {
        let witnesses = match (self.tab, &self.witness) {
            (Tab::Appeals, Some(_)) => &WITNESSES[..],
            (Tab::Appeals | Tab::Partners | Tab::Promotions, _) => &[],
        };
        self.looked_into().chain(witnesses.iter().copied())
    }
}

/// The characters that a row adds to a batch, about.
pub(in crate::sheets) fn size(row: &DesiredRow) -> usize {
    let text = |(_, value): &(Column, CellValue)| match value {
        CellValue::Text(text) => text.as_str().chars().count() + CELL_COST,
        CellValue::Number(_) => CELL_COST,
    };
    let shared = row.shared.iter().map(|cell| match cell {
        SharedCell::Status { .. } | SharedCell::Account(_) => CELL_COST,
        SharedCell::Clear { expect: text, .. }
        | SharedCell::Fill(text)
        | SharedCell::Code { set: text, .. }
        | SharedCell::Assign { set: text, .. } => text.as_str().chars().count() + CELL_COST,
    });
    let parts = row
        .parts()
        .iter()
        .map(|(_, part)| part.as_str().chars().count() + CELL_COST);
    row.ours.iter().map(text).chain(shared).chain(parts).sum()
}
