//! What the rows of each tab tell the journal between two reads.
//!
//! Invariant: rows are compared by key, never by place; the previous snapshot only filters, so that a repeat does no harm
//! and a missing previous snapshot loses nothing.

pub(super) mod appeals;
pub mod partners;
pub(super) mod promotions;

use super::look::{Row, TabSnapshot};
use crate::domain::{
    event::{Event, Looked, RowEvent},
    row::Column,
};

/// The events of a read, its end included.
pub(super) fn events(now: &TabSnapshot, rows: Vec<RowEvent>) -> Vec<Event> {
    let looked = Looked {
        tab: now.tab,
        began: now.began,
        highest: now.highest(),
    };
    let rows = rows.into_iter().map(Event::Row);
    rows.chain([Event::Looked(looked)]).collect()
}

/// Whether a row shows in these columns what it showed before.
fn unchanged(
    (previous, old): (&TabSnapshot, &Row),
    (now, row): (&TabSnapshot, &Row),
    watched: &[Column],
) -> bool {
    let same = |&column: &Column| {
        previous.text(old, column).unwrap_or_default() == now.text(row, column).unwrap_or_default()
    };
    !old.stale && !old.unread && old.telegram == row.telegram && watched.iter().all(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{ids::Number, tab::Tab},
        sheets::{
            layout::tests::appeals,
            look::plan::{
                HistoryRange,
                tests::{HEADERS, snapshot},
            },
        },
    };

    #[test]
    fn a_look_ends_with_its_end() {
        let now = snapshot(&appeals(), &[HEADERS, "5|700|||||"], HistoryRange::Skip);
        let looked = Looked {
            tab: Tab::Appeals,
            began: now.began,
            highest: Some(Number(5)),
        };
        assert_eq!(events(&now, Vec::new()), [Event::Looked(looked)]);
    }
}
