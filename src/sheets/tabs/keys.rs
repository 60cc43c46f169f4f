//! By what a row of each tab is recognised.
//!
//! Invariant: a key that cannot be read with certainty is no key.

use crate::{
    domain::{event::RowMark, ids::PromotionKey, row::Column, tab::Tab},
    sheets::table::layout::cells,
};

/// The column in which a tab's keys stand.
#[must_use]
pub(in crate::sheets) const fn column(tab: Tab) -> Column {
    match tab {
        Tab::Partners => Column::Code,
        Tab::Appeals => Column::Number,
        Tab::Promotions => Column::Key,
    }
}

/// The columns by which a read and a read-back notice that rows have moved.
#[must_use]
pub(in crate::sheets) const fn columns(tab: Tab) -> &'static [Column] {
    match tab {
        Tab::Partners => &[Column::Code],
        Tab::Appeals => &[Column::Number, Column::Telegram],
        Tab::Promotions => &[Column::Title, Column::Key],
    }
}

/// Reads a key.
#[must_use]
pub(in crate::sheets) fn read(tab: Tab, cell: &str) -> Option<RowMark> {
    match tab {
        Tab::Partners => cells::code(cell).map(RowMark::Partner),
        Tab::Appeals => cells::number(cell).map(RowMark::Appeal),
        Tab::Promotions => PromotionKey::read(cell).map(RowMark::Promotion),
    }
}
