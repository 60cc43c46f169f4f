//! What a row should show: entity → desired row.

use super::{ids::RowKey, row::DesiredRow, rules::Rules, view::View};

/// The row as the journal wants it; `None` where there is nothing to show (yet).
#[must_use]
pub fn project(rules: &Rules, view: &impl View, key: &RowKey) -> Option<DesiredRow> {
    let _ = (rules, view.held(), key);
    None
}
