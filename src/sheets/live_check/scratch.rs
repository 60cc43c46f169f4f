//! The tab on which Google is tried.
//!
//! Invariant: every change names this tab.

use google_sheets4::api;

use crate::{
    clock,
    domain::{
        ids::{BatchToken, SpreadsheetId},
        row::CellValue,
    },
    sheets::{
        client::SheetsClient,
        requests::by_hand,
        wire::{Batch, Change, ReadBack, SheetId, SheetsError, Span},
    },
};

/// Columns that the trials use.
const COLUMNS: u32 = 4;

pub(super) struct Scratch<'a> {
    pub(super) client: &'a SheetsClient,
    pub(super) hasty: &'a SheetsClient,
    pub(super) spreadsheet: &'a SpreadsheetId,
    pub(super) title: String,
    pub(super) sheet: SheetId,
    /// An id that no batch of the service has borne: those of the service are of other moments.
    pub(super) token: BatchToken,
}

/// What one call showed.
pub(super) struct ScratchCells {
    sheet: SheetId,
    pub(super) back: ReadBack,
}

impl<'a> Scratch<'a> {
    pub(super) async fn make(
        client: &'a SheetsClient,
        hasty: &'a SheetsClient,
        spreadsheet: &'a SpreadsheetId,
    ) -> Result<Self, SheetsError> {
        let tabs = client.structure(spreadsheet).await?.tabs;
        let after = tabs
            .iter()
            .map(|tab| tab.sheet.0)
            .max()
            .map_or(0, |last| last.saturating_add(1));
        let seconds = i32::try_from(clock::now().as_second()).unwrap_or(i32::MAX);
        let scratch = Self {
            client,
            hasty,
            spreadsheet,
            title: format!("sheetdesk проверка {seconds}"),
            sheet: SheetId(after),
            token: BatchToken(seconds),
        };
        let add = Change::AddTab {
            sheet: scratch.sheet,
            title: scratch.title.clone(),
        };
        let batch = Batch {
            changes: vec![add],
            read_back: Vec::new(),
        };
        client.write(spreadsheet, &batch).await?;
        Ok(scratch)
    }

    pub(super) async fn delete(self) -> Result<(), SheetsError> {
        self.ask(by_hand::delete_tab(self.sheet)).await
    }

    /// Writes, and reads the rows from this one on back in the same call.
    pub(super) async fn write(
        &self,
        changes: Vec<Change>,
        rows: (u32, u32),
    ) -> Result<ScratchCells, SheetsError> {
        let span = Span {
            sheet: self.sheet,
            rows,
            columns: (0, COLUMNS),
        };
        let batch = Batch {
            changes,
            read_back: vec![(self.title.clone(), span)],
        };
        let back = self.client.write(self.spreadsheet, &batch).await?;
        Ok(ScratchCells {
            sheet: self.sheet,
            back,
        })
    }

    /// Makes a request that the service itself never makes.
    pub(super) async fn ask(&self, request: api::Request) -> Result<(), SheetsError> {
        self.client.ask(self.spreadsheet, request).await
    }

    pub(super) fn set(&self, row: u32, values: &[&str]) -> Change {
        let texts = values.iter().map(|text| CellValue::Text((*text).into()));
        self.put(row, texts.collect())
    }

    pub(super) fn put(&self, row: u32, values: Vec<CellValue>) -> Change {
        Change::Set {
            sheet: self.sheet,
            row,
            column: 0,
            values,
        }
    }

    pub(super) fn exchange(&self, row: u32, expect: &str, set: &str) -> Change {
        Change::CompareAndSet {
            sheet: self.sheet,
            row,
            column: 0,
            expect: expect.to_owned(),
            set: set.to_owned(),
        }
    }
}

impl ScratchCells {
    /// What a cell shows.
    pub(super) fn cell(&self, row: u32, column: u32) -> &str {
        let block = self
            .back
            .cells
            .iter()
            .find(|block| block.sheet == self.sheet && block.row <= row);
        let cell = block.and_then(|block| {
            block
                .rows
                .get((row - block.row) as usize)?
                .get((column - block.column) as usize)
        });
        cell.map_or("", String::as_str)
    }

    pub(super) fn is_formula(&self, row: u32, column: u32) -> bool {
        let mut formulas = self.back.cells.iter().flat_map(|block| &block.formulas);
        formulas.any(|&place| place == (row, column))
    }

    /// How many cells the n-th change, a compare-and-set, has changed.
    pub(super) fn changed(&self, change: usize) -> u32 {
        self.back
            .occurrences
            .get(change)
            .copied()
            .flatten()
            .unwrap_or(0)
    }
}
