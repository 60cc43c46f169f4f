//! What we have written into wrong rows, until it is put right.
//!
//! Invariant: what stood there is kept until it stands there again, or people have written something else; the journal sees the rows as if
//! nothing had happened.

mod cell;
mod refused;
mod row;
mod suspect;

use std::collections::BTreeSet;

use jiff::Timestamp;

use self::suspect::Suspect;
pub(super) use self::{cell::WrongCell, refused::Again, row::WrongRow};
use crate::{
    domain::{event::RowMark, row::Column, tab::Tab},
    journal::Touched,
    sheets::table::snapshot::TabSnapshot,
};

/// Something that is to be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repair {
    pub(super) what: Misplaced,
    /// The row in which the snapshot of this pass shows it.
    pub(super) at: Option<u32>,
    /// When it is tried again, once Google has refused it.
    pub(super) again: Again,
}

/// What stands where it should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Misplaced {
    /// In a cell that people write too, or as another row's key.
    Cell(WrongCell),
    /// In the cells of a row without a whole key that only we write.
    Row(WrongRow),
}

/// All that is to be put right in a spreadsheet, and the batches that may have hit more.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    /// Cells before rows.
    repairs: Vec<Repair>,
    suspects: Vec<Suspect>,
}

impl Repair {
    fn new(what: Misplaced) -> Self {
        Self {
            what,
            at: None,
            again: Again::default(),
        }
    }

    pub(super) fn tab(&self) -> Tab {
        match &self.what {
            Misplaced::Cell(cell) => cell.tab(),
            Misplaced::Row(row) => row.tab,
        }
    }

    fn is_cell(&self) -> bool {
        matches!(self.what, Misplaced::Cell(_))
    }

    /// Finds it in a snapshot.
    fn find(&mut self, previous: Option<&TabSnapshot>, snapshot: &TabSnapshot) {
        match &mut self.what {
            Misplaced::Cell(cell) => self.at = cell.find(snapshot).map(|row| row.row),
            Misplaced::Row(row) => self.at = row.find(previous, snapshot),
        }
    }

    /// Shows what stood there before.
    fn cover(&self, snapshot: &mut TabSnapshot) {
        let place = snapshot
            .rows
            .iter()
            .position(|row| Some(row.row) == self.at);
        let Some(place) = place else {
            return;
        };
        match &self.what {
            Misplaced::Cell(cell) => snapshot.overlay(place, cell.column, &cell.was),
            // Its history is not its own.
            Misplaced::Row(_) => snapshot.rows[place].history = None,
        }
    }
}

impl Repairs {
    /// These batches may have landed, and nobody has read back what they hit.
    pub(super) fn suspect(&mut self, touched: &[Touched]) {
        self.suspects.extend(Suspect::of(touched));
    }

    /// A cell is to be put back; once, however often it was hit.
    pub(super) fn put_back(&mut self, cell: WrongCell) {
        let is_it = |known: &Repair| matches!(&known.what, Misplaced::Cell(known) if known.is_same_cell(&cell));
        let known = self.repairs.iter().position(is_it);
        let known = known.map(|at| self.repairs.remove(at));
        let mut repair = Repair::new(Misplaced::Cell(cell));
        if let Some(known) = known {
            repair.again = known.again;
        }
        let cells = self.repairs.partition_point(Repair::is_cell);
        self.repairs.insert(cells, repair);
    }

    /// A row is to be emptied of what we left there.
    pub(super) fn empty(&mut self, row: Option<WrongRow>) {
        let repair = row.map(|row| Repair::new(Misplaced::Row(row)));
        self.repairs.extend(repair);
    }

    /// Finds in a fresh snapshot what is to be put right, and forgets what people have changed since.
    pub(super) fn find_in(&mut self, previous: Option<&TabSnapshot>, snapshot: &mut TabSnapshot) {
        let tab = snapshot.tab;
        let suspects = std::mem::take(&mut self.suspects);
        for suspect in suspects.iter().filter(|suspect| suspect.tab == tab) {
            if let Some(previous) = previous {
                let cells = suspect.cells(previous, snapshot).into_iter();
                cells.for_each(|cell| self.put_back(cell));
            }
            let rows = suspect.rows(previous, snapshot).into_iter();
            rows.for_each(|row| self.empty(Some(row)));
        }
        self.suspects = suspects;
        // Cells first: a number that is not the row's own hides that the row has none.
        let cells = self.repairs.partition_point(Repair::is_cell);
        let (cells, rows) = self.repairs.split_at_mut(cells);
        for repairs in [cells, rows] {
            for repair in repairs.iter_mut().filter(|repair| repair.tab() == tab) {
                repair.find(previous, snapshot);
            }
            for repair in repairs.iter().filter(|repair| repair.tab() == tab) {
                repair.cover(snapshot);
            }
        }
        let gone = |repair: &Repair| repair.tab() == tab && repair.at.is_none();
        self.repairs.retain(|repair| !gone(repair));
    }

    /// The keys of rows that suspected batches may have hit.
    pub(super) fn suspected(&self, snapshot: &TabSnapshot) -> Vec<RowMark> {
        let suspects = self
            .suspects
            .iter()
            .filter(|suspect| suspect.tab == snapshot.tab);
        suspects.flat_map(|suspect| suspect.hit(snapshot)).collect()
    }

    /// No batch of a tab is suspected any more.
    pub(super) fn clear_suspects(&mut self, tab: Tab) {
        self.suspects.retain(|suspect| suspect.tab != tab);
    }

    /// These are done, or need not be done after all.
    pub(super) fn done<'a>(&mut self, done: impl IntoIterator<Item = &'a Repair>) {
        for done in done {
            self.repairs.retain(|repair| repair != done);
        }
    }

    /// What is to be put right in a tab: cells, then rows.
    pub(super) fn of(&self, tab: Tab) -> impl Iterator<Item = &Repair> {
        let repairs = self.repairs.iter();
        repairs.filter(move |repair| repair.tab() == tab)
    }

    /// A cell that is to be put back.
    pub(super) fn cell(&self, tab: Tab, at: u32, column: Column) -> Option<&WrongCell> {
        self.of(tab).find_map(|repair| match &repair.what {
            Misplaced::Cell(cell) if repair.at == Some(at) && cell.column == column => Some(cell),
            Misplaced::Cell(_) | Misplaced::Row(_) => None,
        })
    }

    /// Nothing is left of what batches have hit by mistake.
    pub(super) fn is_empty(&self) -> bool {
        self.repairs.is_empty() && self.suspects.is_empty()
    }

    /// Nothing is left but what Google does not let us put right.
    pub(super) fn are_refused(&self) -> bool {
        self.repairs.iter().all(|repair| repair.again.is_refused())
    }

    /// Rows that Google does not let us empty.
    pub(super) fn unemptied(&self, tab: Tab) -> BTreeSet<u32> {
        let refused = self
            .of(tab)
            .filter(|repair| !repair.is_cell() && repair.again.is_refused());
        refused.filter_map(|repair| repair.at).collect()
    }

    /// Google has refused one; the others of the tab let the rows go first.
    fn refused(&mut self, refused: &Repair, now: Timestamp) {
        let tab = refused.tab();
        for repair in self.repairs.iter_mut().filter(|repair| repair.tab() == tab) {
            if repair == refused {
                repair.again.refused(now);
            } else {
                repair.again.lets_others_first(now);
            }
        }
    }
}
