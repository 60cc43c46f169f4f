//! Tabs that should be looked at soon: marks, set by whoever has a reason, taken away by the desk that looks.
//!
//! Invariant: setting a mark never waits and no mark is lost, however many come at once; a second one for a tab says nothing new.

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{Mutex, PoisonError},
};

use tokio::sync::Notify;

use crate::domain::tab::Tab;

/// The marks.
#[derive(Debug, Default)]
pub struct Nudges {
    marked: Mutex<BTreeSet<Tab>>,
    changed: Notify,
}

impl Nudges {
    /// Asks for a look at a tab.
    pub fn mark(&self, tab: Tab) {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner).insert(tab);
        self.changed.notify_waiters();
    }

    /// Waits until some of these tabs are marked, and takes those marks away. Dropping the future loses none.
    pub async fn wanted(&self, of: &[Tab]) -> BTreeSet<Tab> {
        loop {
            let mut changed = pin!(self.changed.notified());
            // From here on a mark is heard, even one that is set before the wait below.
            changed.as_mut().enable();
            let taken = self.take(of);
            if !taken.is_empty() {
                return taken;
            }
            changed.await;
        }
    }

    fn take(&self, of: &[Tab]) -> BTreeSet<Tab> {
        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        of.iter().copied().filter(|tab| marked.remove(tab)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn marks_are_merged_kept_and_taken_by_whom_they_concern() {
        let nudges = Arc::new(Nudges::default());
        for _ in 0..1000 {
            nudges.mark(Tab::Appeals);
        }
        nudges.mark(Tab::Partners);
        assert_eq!(nudges.wanted(&[Tab::Appeals]).await, BTreeSet::from([Tab::Appeals]));
        let waiting = tokio::spawn({
            let nudges = Arc::clone(&nudges);
            async move { nudges.wanted(&[Tab::Appeals]).await }
        });
        assert_eq!(
            nudges.wanted(&[Tab::Partners, Tab::Promotions]).await,
            BTreeSet::from([Tab::Partners])
        );
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "the marks of others wake nobody");
        nudges.mark(Tab::Appeals);
        let heard = timeout(Duration::from_secs(10), waiting).await.expect("in time").expect("no panic");
        assert_eq!(heard, BTreeSet::from([Tab::Appeals]));
    }
}
