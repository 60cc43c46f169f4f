//! One spreadsheet, held in memory and changed by plain calls.
//!
//! Invariant: nothing here waits, reads a clock or does I/O, so a property test
//! can interleave people, crashes and batches in one thread.
//!
//! Written after the discovery document and Google's guides. Where these are
//! silent, the stricter reading is served: what passes here should pass there.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::ApiError;
use address::{A1, GridRange};
use tab::Tab;

mod address;
mod batch;
mod cell;
mod cells;
mod decorations;
mod dimensions;
mod filters;
mod find_replace;
mod formats;
mod grid;
mod locale;
mod looks;
mod metadata;
mod moves;
mod people;
mod read;
mod rules;
mod sample;
mod seen;
mod tab;
mod tables;
mod typing;
mod values;
mod views;
mod whole_tabs;

pub use address::{Dimension, SheetId};
pub use batch::KNOWN_REQUESTS;
pub use cell::{Cell, CellError, NumberFormat, Shown};
pub use locale::Locale;
pub use looks::Look;
pub use read::GetQuery;
pub use sample::{TOUR_PARTNER, TourPartner, sample_workbook};
pub(crate) use seen::corner;
pub use typing::typed;
pub use values::{DateRender, Render, ValuesQuery};

/// The size of a new tab, as in a new spreadsheet of Google's.
pub const DEFAULT_ROWS: usize = 1000;
/// See [`DEFAULT_ROWS`].
pub const DEFAULT_COLUMNS: usize = 26;

/// A spreadsheet with its tabs, metadata and sharing.
#[derive(Clone, Debug, PartialEq)]
pub struct Workbook {
    id: String,
    title: String,
    locale: Locale,
    tabs: Vec<Tab>,
    metadata: BTreeMap<i32, Value>,
    shares: BTreeMap<String, Role>,
    multiline_find: bool,
    closed: Option<Closed>,
    most_cells: Option<usize>,
}

/// Why nothing at all can be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is an .xlsx that lies on the Drive.
    OfficeFile,
    /// The project of whoever calls has the Sheets API switched off.
    ServiceDisabled,
}

/// What an account may do with a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads and writes.
    Writer,
    /// Reads only.
    Reader,
    /// Neither: every call answers 403.
    None,
}

impl Workbook {
    /// An empty workbook without tabs, shared with nobody.
    #[must_use]
    pub fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            locale: Locale::default(),
            tabs: Vec::new(),
            metadata: BTreeMap::new(),
            shares: BTreeMap::new(),
            multiline_find: true,
            closed: None,
            most_cells: None,
        }
    }

    /// The same workbook, where `findReplace` never finds text with line breaks.
    ///
    /// How Google matches them is not documented; a client must survive either.
    #[must_use]
    pub fn without_multiline_find(mut self) -> Self {
        self.multiline_find = false;
        self
    }

    /// The spreadsheet's ID, as in its URL.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The spreadsheet's title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Gives the spreadsheet another locale («File», «Settings»): what stands in it stays, and is shown otherwise.
    pub fn set_locale(&mut self, locale: Locale) {
        self.locale = locale;
    }

    /// Shares the workbook with an account, or takes the share away.
    pub fn share(&mut self, email: &str, role: Role) {
        self.shares.insert(email.to_owned(), role);
    }

    /// Makes every call fail, or, with none, lets them through again.
    pub fn close(&mut self, closed: Option<Closed>) {
        self.closed = closed;
    }

    pub(super) fn closed(&self) -> Option<Closed> {
        self.closed
    }

    /// How many cells it may have, as if Google's ten millions were near.
    pub fn limit_cells(&mut self, most: Option<usize>) {
        self.most_cells = most;
    }

    /// Whether a call may make the grids larger by so many cells.
    fn check_growth(&self, cells: usize) -> Result<(), ApiError> {
        let all: usize = self
            .tabs
            .iter()
            .map(|tab| tab.grid.row_count() * tab.grid.column_count())
            .sum();
        match self.most_cells {
            Some(most) if cells > 0 && all + cells > most => Err(ApiError::too_many_cells(most)),
            Some(_) | None => Ok(()),
        }
    }

    /// What an account may do here.
    #[must_use]
    pub fn role(&self, email: &str) -> Role {
        self.shares.get(email).copied().unwrap_or(Role::None)
    }

    fn properties_json(&self) -> Value {
        json!({
            "title": self.title,
            "locale": self.locale.name(),
            "timeZone": "Europe/Moscow",
            "autoRecalc": "ON_CHANGE",
        })
    }

    /// A tab by title; Google compares titles without regard to case.
    fn position(&self, title: &str) -> Option<usize> {
        let title = title.to_lowercase();
        self.tabs
            .iter()
            .position(|tab| tab.title.to_lowercase() == title)
    }

    /// The tab that a request speaks of.
    fn tab_with_id(&mut self, id: SheetId) -> Result<&mut Tab, ApiError> {
        self.tabs
            .iter_mut()
            .find(|tab| tab.id == id)
            .ok_or_else(|| ApiError::invalid(format!("No grid with id: {}", id.0)))
    }

    /// The tab and cells that A1 notation speaks of; without a title it is the
    /// first tab, unless the whole text is a tab's title.
    fn locate(&self, text: &str) -> Result<(usize, GridRange), ApiError> {
        if let Some(index) = self.position(text) {
            return Ok((index, GridRange::default()));
        }
        let unparsed = || ApiError::invalid(format!("Unable to parse range: {text}"));
        let A1 { title, range } = A1::parse(text).ok_or_else(unparsed)?;
        let index = match title {
            None => 0,
            Some(title) => self.position(&title).ok_or_else(unparsed)?,
        };
        if index >= self.tabs.len() {
            return Err(unparsed());
        }
        Ok((index, range))
    }
}
