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

pub(super) use self::refused::Again;
use crate::{
    domain::{
        event::{Misplaced, RowMark, WrongCell, WrongRow},
        row::Column,
        tab::Tab,
    },
    journal::Touched,
    sheets::table::snapshot::{Row, TabSnapshot},
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

/// All that is to be put right in a spreadsheet, and the batches that may have hit more.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    /// Cells before rows.
    repairs: Vec<Repair>,
    /// Rows of batches that nobody has read back.
    suspects: Vec<Touched>,
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
        self.what.tab()
    }

    fn is_cell(&self) -> bool {
        matches!(self.what, Misplaced::Cell(_))
    }

    /// Finds a row in a snapshot.
    fn find_row(&mut self, previous: Option<&TabSnapshot>, snapshot: &TabSnapshot) {
        if let Misplaced::Row(row) = &mut self.what {
            self.at = row.find(previous, snapshot);
        }
    }

    /// Shows what stood in a cell before.
    fn cover_cell(&self, snapshot: &mut TabSnapshot) {
        if let (Misplaced::Cell(cell), Some(place)) = (&self.what, self.place(snapshot)) {
            snapshot.overlay(place, cell.column, cell.was.as_str());
        }
    }

    /// Shows what we left in a cell: it may stay.
    pub(super) fn uncover(&self, snapshot: &mut TabSnapshot) {
        if let (Misplaced::Cell(cell), Some(place)) = (&self.what, self.place(snapshot)) {
            snapshot.overlay(place, cell.column, cell.left.as_str());
        }
    }

    /// The history of a row is not its own.
    fn cover_row(&self, snapshot: &mut TabSnapshot) {
        if let (Misplaced::Row(_), Some(place)) = (&self.what, self.place(snapshot)) {
            snapshot.rows[place].history = None;
        }
    }

    fn place(&self, snapshot: &TabSnapshot) -> Option<usize> {
        let at = self.at?;
        snapshot.rows.iter().position(|row| row.row == at)
    }
}

impl Repairs {
    /// What the journal knows to stand where it should not.
    pub(super) fn of_known(known: Vec<Misplaced>) -> Self {
        Self {
            repairs: known.into_iter().map(Repair::new).collect(),
            suspects: Vec::new(),
        }
    }

    /// All that stands where it should not.
    pub(super) fn misplaced(&self) -> Vec<Misplaced> {
        self.repairs
            .iter()
            .map(|repair| repair.what.clone())
            .collect()
    }

    /// What was known of a spreadsheet that has gone on without us holds no more.
    pub(super) fn forget(&mut self) {
        self.repairs.clear();
    }

    /// Batches may have hit rows that nobody has read back.
    pub(super) fn suspects_any(&self) -> bool {
        !self.suspects.is_empty()
    }

    /// These batches may have landed, and nobody has read back what they hit.
    pub(super) fn suspect(&mut self, touched: &[Touched]) {
        self.suspects.extend_from_slice(touched);
    }

    /// A cell is to be put back; once, however often it was hit, and to what stood there before the first time.
    pub(super) fn put_back(&mut self, mut cell: WrongCell) {
        let is_it = |known: &Repair| matches!(&known.what, Misplaced::Cell(known) if known.is_same_cell(&cell));
        let known = self.repairs.iter().position(is_it);
        let known = known.map(|at| self.repairs.remove(at));
        let mut again = Again::default();
        if let Some(known) = known {
            again = known.again;
            if let Misplaced::Cell(known) = known.what
                && known.left == cell.was
            {
                cell.was = known.was;
            }
        }
        if cell.was == cell.left {
            return;
        }
        let mut repair = Repair::new(Misplaced::Cell(cell));
        repair.again = again;
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
        self.find_cells(snapshot);
        let touched = self.suspects_of(tab);
        let rows = suspect::rows(&touched, previous, snapshot);
        let is_known = |row: &Row, column| self.cell(tab, row.row, column).is_some();
        let cells = previous.map(|previous| suspect::cells(&touched, previous, snapshot, is_known));
        cells
            .into_iter()
            .flatten()
            .for_each(|cell| self.put_back(cell));
        rows.into_iter().for_each(|row| self.empty(Some(row)));
        self.find_cells(snapshot);
        // Cells first: a number that is not the row's own hides that the row has none.
        self.of(tab).for_each(|repair| repair.cover_cell(snapshot));
        for repair in self.repairs.iter_mut().filter(|repair| repair.tab() == tab) {
            repair.find_row(previous, snapshot);
        }
        self.of(tab).for_each(|repair| repair.cover_row(snapshot));
        let gone = |repair: &Repair| repair.tab() == tab && repair.at.is_none();
        self.repairs.retain(|repair| !gone(repair));
    }

    fn find_cells(&mut self, snapshot: &TabSnapshot) {
        for repair in &mut self.repairs {
            if let Misplaced::Cell(cell) = &repair.what
                && cell.tab() == snapshot.tab
            {
                repair.at = cell.find(snapshot).map(|row| row.row);
            }
        }
    }

    /// The keys of rows that suspected batches may have hit.
    pub(super) fn suspected(&self, snapshot: &TabSnapshot) -> BTreeSet<RowMark> {
        suspect::hit(&self.suspects_of(snapshot.tab), snapshot)
    }

    fn suspects_of(&self, tab: Tab) -> Vec<&Touched> {
        let suspects = self.suspects.iter();
        suspects.filter(|touched| touched.tab == tab).collect()
    }

    /// No batch of a tab is suspected any more.
    pub(super) fn clear_suspects(&mut self, tab: Tab) {
        self.suspects.retain(|touched| touched.tab != tab);
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
