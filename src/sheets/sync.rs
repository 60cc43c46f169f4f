//! The synchroniser of one spreadsheet: what people type becomes events, what the journal wants becomes cells.
//!
//! Invariant: `run` waits, `pass` does one round, `SheetIo` is all that they know of the world.

mod announce;
mod append;
mod archive;
mod find;
mod live_io;
mod memory;
mod outcome;
mod pacing;
mod pass;
mod places;
mod planner;
pub(super) mod prepare;
mod read_back;
mod reading;
mod reasons;
mod refusals;
mod repair;
mod rows;
mod run;
mod shared_cells;
mod tab_memory;
mod take_in;
mod task;
mod templates;
mod verify;
mod write_plan;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use super::{
    client::TokenFate,
    table::{layout::words::TabWords, snapshot::KnownRow},
    wire::{
        Batch, Columns, ReadBack, Rendering, SheetsError, Span, Structure, StyledCell,
        UnformattedValue,
    },
};
use crate::{
    domain::{
        event::{Event, Misplaced, RowMark},
        identity::{AppealIndex, Asked},
        ids::{BatchToken, Seq, SpreadsheetId},
        row::DesiredRow,
        tab::Tab,
        template::Template,
        wording::Wording,
    },
    journal::{Intent, Marked, StoreError, Touched},
};
pub use live_io::{Observer, SyncContext};
pub use places::AppealPlaces;
pub use task::run_until_stopped;

/// What the synchroniser asks of the world: Google, the journal, the clock.
///
/// A future that is dropped at one of these calls is a crash; an error is an outage; before and after each, people act.
trait SheetIo {
    /// Now, by the steady clock.
    fn now(&self) -> Timestamp;
    /// Reads what the spreadsheet consists of.
    async fn structure(&mut self) -> Result<Structure, SheetsError>;
    /// Reads cells as people see them.
    async fn read(&mut self, ranges: Vec<String>) -> Result<Vec<Columns>, SheetsError>;
    /// Reads cells as they are stored.
    async fn stored(
        &mut self,
        ranges: Vec<String>,
        rendering: Rendering,
    ) -> Result<Vec<Columns<UnformattedValue>>, SheetsError>;
    /// Reads what the texts in some cells of one tab look like.
    async fn styles(&mut self, cells: Vec<(String, Span)>) -> Result<Vec<StyledCell>, SheetsError>;
    /// Has the journal store and decide these events, in order, and after them that the rows with these keys have moved: we have
    /// written over them. All of it in one commit: were the process to die after half of it, nobody would write those rows again.
    async fn apply(
        &mut self,
        events: Vec<Event>,
        overwritten: Vec<RowMark>,
    ) -> Result<(), StoreError>;
    /// What the journal knows of the appeals that rows may belong to.
    async fn index(&mut self, asked: Asked) -> Result<AppealIndex, StoreError>;
    /// The dirty rows of some tabs as they should be.
    async fn project(&mut self, tabs: &[Tab]) -> Vec<Wanted>;
    /// Commits that these rows are about to be written.
    async fn intend(&mut self, touched: Vec<Touched>) -> Result<Intended, StoreError>;
    /// Writes.
    async fn write(&mut self, batch: &Batch) -> Result<ReadBack, SheetsError>;
    /// Sends the token of an earlier batch alone: then that batch can land no more.
    async fn resolve(&mut self, token: BatchToken) -> Result<TokenFate, SheetsError>;
    /// Waits for news, or until a moment; `None` at the stop.
    async fn wait(&mut self, until: Option<Timestamp>) -> Option<Wake>;
    /// Tells how the synchronisation goes.
    fn publish(&mut self, status: SyncStatus);
    /// Tells what a batch is about to do, if anybody wants to hear it.
    fn announce(&mut self, lines: impl FnOnce() -> Vec<String>);
}

/// Why a pass ended early. What it has not done is kept in the memory, with the moment of the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interrupted {
    /// The journal took something not in.
    Journal,
    /// Google did not answer, or refused.
    Google,
    /// The spreadsheet has gone on without this journal: everything is to be seen anew.
    Restored,
}

/// Why a wait has ended.
#[derive(Debug)]
enum Wake {
    /// Tabs are to be read, or may have changed.
    Nudge(Marked),
    /// Rows of these tabs may be dirty.
    Dirty(BTreeSet<Tab>),
    /// The moment has come.
    Time,
}

/// A dirty row as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    /// The row.
    row: DesiredRow,
    /// The generation of its dirty mark.
    dirtied: Seq,
}

/// A committed intent.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Intended {
    /// It.
    intent: Intent,
    /// Tokens of this spreadsheet that are no longer needed.
    old_tokens: Vec<BatchToken>,
}

/// What a synchroniser starts from.
#[derive(Debug, Clone)]
struct Start {
    /// Which spreadsheet.
    spreadsheet: SpreadsheetId,
    /// Its tabs.
    tabs: Vec<TabWords>,
    /// The tab to which the oldest part of a long dialogue moves.
    archive: TabWords,
    /// The tab with the templates of answers, and what the journal knows of it.
    templates: (TabWords, Option<Vec<Template>>),
    /// The rows that the journal knows to stand in each tab that was seen before.
    known: BTreeMap<Tab, Vec<KnownRow>>,
    /// Batches whose outcome is not known.
    open: Vec<Intent>,
    /// What stands where it should not.
    misplaced: Vec<Misplaced>,
    /// The token that the journal has given last; `None` if it has never given one.
    last_token: Option<BatchToken>,
    /// The e-mail address with which people share the spreadsheet.
    account: String,
    /// What people are told.
    wording: Wording,
}

/// How the synchronisation of a spreadsheet goes, for `status` and the probes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncStatus {
    /// Its tabs.
    pub tabs: Vec<TabReport>,
    /// Shared cells that were changed without comparing, since the start.
    pub plain_writes: u64,
    /// It is certain that the journal is not older than the spreadsheet, or it knows that it is: before, what waits to be sent
    /// may have been sent already.
    pub checked: bool,
    /// Where the rows of its appeals stand, once they were read.
    pub places: Option<Arc<AppealPlaces>>,
}

/// How the synchronisation of a tab goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabReport {
    /// Which.
    pub tab: Tab,
    /// When the last complete reading began, by the steady clock.
    pub looked: Option<Timestamp>,
    /// The rows that it found.
    pub rows: usize,
    /// What is wrong with it, in words.
    pub trouble: Option<String>,
}
