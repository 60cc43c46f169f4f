//! Rows that a batch may have hit whose answer was lost: there is no read-back to tell.
//!
//! Invariant: where a written row does not stand at its place any more, it and whoever stands there now are written anew.
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
}

impl Doubt {
    pub(super) fn new(look: &Look, rows: &[Planned]) -> Self {
        let mine = rows.iter().filter(|row| row.tab == look.tab);
        Self {
            tab: look.tab,
            written: mine.filter_map(|row| Some((row.row?, row.mark.clone()?))).collect(),
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
        let hit = self.written.iter().filter(|written| moved(written));
        let here_now = |row: &u32| by_place.get(row).map(|mark| (*mark).clone());
        hit.flat_map(|(row, mark)| [Some(mark.clone()), here_now(row)]).flatten().collect()
    }
}

fn places(look: &Look) -> BTreeMap<RowMark, u32> {
    look.rows.iter().filter_map(|row| Some((row.key.clone()?, row.row))).collect()
}
