//! What a desk is to do when there is time.
//!
//! Invariant: a wish for a tab that is not the desk's is none.

use std::collections::BTreeSet;

use crate::domain::tab::Tab;

/// Tabs, by what is wished of them.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// To be looked at.
    pub(super) looks: BTreeSet<Tab>,
    /// To be looked at, since somebody outside says that they may have changed.
    pub(super) hints: BTreeSet<Tab>,
    /// Rows of theirs may be dirty.
    pub(super) dirty: BTreeSet<Tab>,
}

impl Wishes {
    /// Lets go what is none.
    pub(super) fn retain(&mut self, is_ours: impl Fn(Tab) -> bool) {
        let Self {
            looks,
            hints,
            dirty,
        } = self;
        for wishes in [looks, hints, dirty] {
            wishes.retain(|&tab| is_ours(tab));
        }
    }
}
