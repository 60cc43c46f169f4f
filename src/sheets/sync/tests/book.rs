//! A spreadsheet with one tab, as Google would treat it: batches are atomic, a token is good once.
//!
//! Invariant: nothing outside the grid can be written or read back.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::{RowMark, TelegramCell},
        ids::{AppealId, BatchToken, Number, Seq},
        row::CellValue,
    },
    sheets::{
        client::TokenFate,
        table::{
            read_plan::tests::{answer, info, stored},
            snapshot::KnownRow,
        },
        wire::{
            Batch, Block, Change, Columns, Filter, ReadBack, Rendering, SheetId, SheetsError, Span,
            Structure, StyledCell, TabInfo, UnformattedValue,
        },
    },
};

pub(super) const SHEET: SheetId = SheetId(7);

const PROTECTED: &str = "You are trying to edit a protected cell or object.";

#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) title: String,
    /// Every row as wide as the grid.
    pub(super) cells: Vec<Vec<String>>,
    pub(super) filter: Option<Filter>,
    pub(super) fills: Vec<String>,
    pub(super) tokens: BTreeSet<i32>,
    /// A text that a compare-and-set never finds.
    pub(super) unfindable: Option<String>,
    /// Cells that only their owner may change.
    pub(super) protected: BTreeSet<(usize, usize)>,
}

impl Book {
    pub(super) fn new(title: &str, rows: &[&str], size: (usize, usize)) -> Self {
        let mut cells: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.split('|').map(str::to_owned).collect())
            .collect();
        cells.resize(size.0.max(cells.len()), Vec::new());
        for row in &mut cells {
            row.resize(size.1, String::new());
        }
        Self {
            title: title.to_owned(),
            cells,
            filter: None,
            fills: Vec::new(),
            tokens: BTreeSet::new(),
            unfindable: None,
            protected: BTreeSet::new(),
        }
    }

    /// The rows that a journal would know: those with numbers, wherever № stands.
    pub(super) fn known(&self) -> Vec<KnownRow> {
        let column = |name: &str| self.cells[0].iter().position(|header| header == name);
        let known = |row: &Vec<String>| {
            let number: Number = row.get(column("№")?)?.parse().ok()?;
            let chat = row.get(column("telegram_id")?)?.parse().ok()?;
            Some(KnownRow {
                mark: RowMark::Appeal(number),
                owner: Some(AppealId::first(Seq(number.0.into()))),
                telegram: TelegramCell::Id(chat),
                status: None,
                answer: None,
            })
        };
        self.cells.iter().filter_map(known).collect()
    }

    pub(super) fn structure(&self) -> Structure {
        let columns = u32::try_from(self.cells[0].len()).expect("small");
        let tab = TabInfo {
            sheet: SHEET,
            rows: u32::try_from(self.cells.len()).expect("small"),
            filter: self.filter.clone(),
            fill_formulas: self.fills.clone(),
            ..info(&self.title, columns)
        };
        Structure {
            tabs: vec![tab],
            newest_token: self.tokens.last().map(|&token| BatchToken(token)),
        }
    }

    pub(super) fn read(&self, ranges: &[String]) -> Vec<Columns> {
        answer(ranges, &self.cells)
    }

    pub(super) fn stored(
        &self,
        ranges: &[String],
        rendering: Rendering,
    ) -> Vec<Columns<UnformattedValue>> {
        stored(ranges, &self.cells, rendering)
    }

    /// Nobody has given them any looks.
    pub(super) fn styles(&self, cells: &[(String, Span)]) -> Vec<StyledCell> {
        let cell = |(_, span): &(String, Span)| {
            let at = (span.rows.0, span.columns.0);
            let text = self.cells[at.0 as usize][at.1 as usize].clone();
            StyledCell {
                at,
                text,
                styles: Vec::new(),
            }
        };
        cells.iter().map(cell).collect()
    }

    pub(super) fn token(&mut self, token: BatchToken) -> TokenFate {
        if self.tokens.insert(token.0) {
            TokenFate::Accepted
        } else {
            TokenFate::Used
        }
    }

    pub(super) fn write(&mut self, batch: &Batch) -> Result<ReadBack, SheetsError> {
        let mut after = self.clone();
        let mut occurrences = Vec::new();
        for (change, request) in batch.changes.iter().enumerate() {
            let refused = |words: &str| SheetsError::Refused {
                change,
                words: words.to_owned(),
            };
            occurrences.push(after.change(request).map_err(refused)?);
        }
        let cells = batch
            .read_back
            .iter()
            .map(|(title, span)| after.block(title, *span))
            .collect();
        *self = after;
        Ok(ReadBack { occurrences, cells })
    }

    pub(super) fn row(&self, at: usize) -> String {
        self.cells[at].join("|").trim_end_matches('|').to_owned()
    }

    fn change(&mut self, change: &Change) -> Result<Option<u32>, &'static str> {
        match change {
            Change::Set {
                row,
                column,
                values,
                ..
            } => {
                for (offset, value) in values.iter().enumerate() {
                    if self
                        .protected
                        .contains(&(*row as usize, *column as usize + offset))
                    {
                        return Err(PROTECTED);
                    }
                    let row = self
                        .cells
                        .get_mut(*row as usize)
                        .ok_or("Attempting to write row beyond the grid")?;
                    let cell = row
                        .get_mut(*column as usize + offset)
                        .ok_or("Attempting to write column beyond the grid")?;
                    *cell = shown(value)?;
                }
            }
            Change::CompareAndSet {
                row,
                column,
                expect,
                set,
                ..
            } => {
                let row = self.cells.get_mut(*row as usize).ok_or("no such range")?;
                let cell = row.get_mut(*column as usize).ok_or("no such range")?;
                let found = cell == expect && self.unfindable.as_ref() != Some(expect);
                if found {
                    cell.clone_from(set);
                }
                return Ok(Some(u32::from(found)));
            }
            Change::InsertRows { row, count, .. } => {
                let (row, width) = (*row as usize, self.cells[0].len());
                if row >= self.cells.len() {
                    return Err("range.startIndex must be less than the grid size");
                }
                let rows = (0..*count).map(|_| vec![String::new(); width]);
                self.cells.splice(row..row, rows);
            }
            Change::Append { values, .. } => {
                let width = self.cells[0].len();
                let mut row = values
                    .iter()
                    .map(|value| value.as_ref().map_or(Ok(String::new()), shown))
                    .collect::<Result<Vec<_>, _>>()?;
                row.resize(width, String::new());
                let end = self
                    .cells
                    .iter()
                    .rposition(|row| row.iter().any(|cell| !cell.is_empty()))
                    .map_or(0, |last| last + 1);
                if end == self.cells.len() {
                    self.cells.push(row);
                } else {
                    self.cells[end] = row;
                }
            }
            Change::AddTab { .. } => return Err("there is one tab"),
            Change::AddColumns { count, .. } => {
                let width = self.cells[0].len() + *count as usize;
                self.cells
                    .iter_mut()
                    .for_each(|row| row.resize(width, String::new()));
            }
            Change::SetFilter { filter, .. } => self.filter = Some(filter.clone()),
            Change::Offer { .. }
            | Change::Protect { .. }
            | Change::Look(_)
            | Change::SetTable { .. } => {
                return Err("the synchroniser provisions nothing");
            }
            Change::AddFill { formula, .. } => self.fills.push(formula.clone()),
            Change::Token(token) => {
                if !self.tokens.insert(token.0) {
                    return Err("metadataId is used");
                }
            }
            Change::DropToken(token) => {
                self.tokens.remove(&token.0);
            }
        }
        Ok(None)
    }

    fn block(&self, title: &str, span: Span) -> Block {
        assert_eq!((title, span.sheet), (self.title.as_str(), SHEET));
        assert!(
            span.rows.1 as usize <= self.cells.len(),
            "read back beyond the grid: {span:?}"
        );
        assert!(
            span.columns.1 as usize <= self.cells[0].len(),
            "read back beyond the grid: {span:?}"
        );
        let rows = &self.cells[span.rows.0 as usize..span.rows.1 as usize];
        Block {
            sheet: span.sheet,
            row: span.rows.0,
            column: span.columns.0,
            formulas: Vec::new(),
            numbers: Vec::new(),
            rows: rows
                .iter()
                .map(|row| row[span.columns.0 as usize..span.columns.1 as usize].to_vec())
                .collect(),
        }
    }
}

fn shown(value: &CellValue) -> Result<String, &'static str> {
    match value {
        CellValue::Text(text) if text.as_str().chars().count() > 50_000 => {
            Err("Your input contains more than the maximum of 50000 characters in a single cell.")
        }
        CellValue::Text(text) => Ok(text.as_str().to_owned()),
        CellValue::Number(number) => Ok(number.to_string()),
    }
}
