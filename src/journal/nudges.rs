//! Tabs that should be looked at soon: marks, set by anybody with a reason, taken away by the synchroniser that reads. What waits for a read is
//! told apart from what somebody outside says, as often as it likes.
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
    marked: Mutex<Marked>,
    changed: Notify,
}

/// Marked tabs, by the reason for it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Something waits for the read: a decision, a schedule, an operator.
    pub wanted: BTreeSet<Tab>,
    /// Somebody outside says that the tab may have changed.
    pub hinted: BTreeSet<Tab>,
}

impl Nudges {
    /// Asks for a read of a tab for which something waits.
    pub fn mark(&self, tab: Tab) {
        self.note(|marked| marked.wanted.insert(tab));
    }

    /// Says that a tab may have changed.
    pub fn hint(&self, tab: Tab) {
        self.note(|marked| marked.hinted.insert(tab));
    }

    /// Waits until some of these tabs are marked, and takes those marks away; hints are left where they are not asked for.
    /// Dropping the future loses none.
    pub async fn taken(&self, of: &[Tab], hints: bool) -> Marked {
        loop {
            let mut changed = pin!(self.changed.notified());
            // From here on a mark is heard, even one that is set before the wait below.
            changed.as_mut().enable();
            let taken = self.take(of, hints);
            if taken != Marked::default() {
                return taken;
            }
            changed.await;
        }
    }

    fn note(&self, note: impl FnOnce(&mut Marked) -> bool) {
        // A mark that is there already was noticed by its reader.
        if note(&mut self.marked.lock().unwrap_or_else(PoisonError::into_inner)) {
            self.changed.notify_waiters();
        }
    }

    fn take(&self, of: &[Tab], hints: bool) -> Marked {
        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = Marked::default();
        for tab in of {
            taken.wanted.extend(marked.wanted.take(tab));
            if hints {
                taken.hinted.extend(marked.hinted.take(tab));
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn marks_are_merged_kept_and_taken_by_whom_they_concern() {
        let wanted = |tab| Marked {
            wanted: BTreeSet::from([tab]),
            ..Marked::default()
        };
        let nudges = Arc::new(Nudges::default());
        for _ in 0..1000 {
            nudges.mark(Tab::Appeals);
        }
        nudges.mark(Tab::Partners);
        assert_eq!(
            nudges.taken(&[Tab::Appeals], true).await,
            wanted(Tab::Appeals)
        );
        let waiting = tokio::spawn({
            let nudges = Arc::clone(&nudges);
            async move { nudges.taken(&[Tab::Appeals], true).await }
        });
        assert_eq!(
            nudges.taken(&[Tab::Partners, Tab::Promotions], true).await,
            wanted(Tab::Partners)
        );
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished(), "the marks of others wake nobody");
        nudges.mark(Tab::Appeals);
        let heard = timeout(Duration::from_secs(10), waiting)
            .await
            .expect("in time")
            .expect("no panic");
        assert_eq!(heard, wanted(Tab::Appeals));
    }

    #[tokio::test]
    async fn hints_wait_where_they_are_not_asked_for() {
        let nudges = Nudges::default();
        nudges.hint(Tab::Appeals);
        nudges.mark(Tab::Appeals);
        let first = nudges.taken(&[Tab::Appeals], false).await;
        assert_eq!((first.wanted.len(), first.hinted.len()), (1, 0));
        let second = nudges.taken(&[Tab::Appeals], true).await;
        assert_eq!((second.wanted.len(), second.hinted.len()), (0, 1));
    }
}
