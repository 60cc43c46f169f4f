//! Rows that a batch may have hit whose answer was lost: there is no read-back to tell.
//!
//! Invariant: unless every row stands where it stood before the batch, whatever moved is written anew.
//! Rows that moved and came back in between go unnoticed: nothing in a sheet tells of them.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Planned;
use crate::{
    domain::{event::RowMark, tab::Tab},
    sheets::look::Look,
};

/// One tab of a batch whose answer was lost.
#[derive(Debug)]
pub(super) struct Doubt {
    pub(super) tab: Tab,
    /// The places that were to be written, and for whom.
    written: Vec<(u32, RowMark)>,
    /// Where every key stood in the look before.
    places: BTreeMap<RowMark, u32>,
}

impl Doubt {
    pub(super) fn new(look: &Look, rows: &[Planned]) -> Self {
        let mine = rows.iter().filter(|row| row.tab == look.tab);
        Self {
            tab: look.tab,
            written: mine.filter_map(|row| Some((row.row?, row.mark.clone()?))).collect(),
            places: places(look),
        }
    }

    /// The keys that the batch may have hit, as a fresh look shows the tab; none where nothing has moved.
    pub(super) fn hit(&self, look: &Look) -> BTreeSet<RowMark> {
        let now = places(look);
        let by_place: BTreeMap<u32, &RowMark> = now.iter().map(|(mark, &row)| (row, mark)).collect();
        let moved = |(row, mark): &(u32, RowMark)| {
            let elsewhere = now.get(mark).is_some_and(|place| place != row);
            elsewhere || by_place.get(row).is_some_and(|here| *here != mark)
        };
        if !self.written.iter().any(moved) {
            return BTreeSet::new();
        }
        let changed = now.iter().filter(|(mark, row)| self.places.get(mark) != Some(row));
        changed.map(|(mark, _)| mark.clone()).collect()
    }
}

fn places(look: &Look) -> BTreeMap<RowMark, u32> {
    look.rows.iter().filter_map(|row| Some((row.key.clone()?, row.row))).collect()
}
