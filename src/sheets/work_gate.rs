//! A gate that stops all synchronisers between two passes.
//!
//! Invariant: what a synchroniser has seen before that moment it forgets; it begins anew with what the journal holds then.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
};

use tokio::sync::{RwLock, RwLockReadGuard};
use tokio_util::sync::CancellationToken;

/// Stops all synchronisers for a moment.
#[derive(Debug, Default)]
pub struct WorkGate {
    /// Every synchroniser at work shares it; whoever wants them to stand still has it alone.
    at_work: RwLock<()>,
    /// Ends what the synchronisers have in hand.
    end: Mutex<CancellationToken>,
}

/// A synchroniser is at work until this is dropped.
pub(super) struct WorkPermit<'a> {
    _shared: RwLockReadGuard<'a, ()>,
    /// The work must end.
    pub(super) end: CancellationToken,
}

impl WorkGate {
    /// Ends the work of all synchronisers as a stop does, acts while they stand still, and lets them begin anew.
    pub async fn while_closed<T>(&self, act: impl Future<Output = T>) -> T {
        let renewal = Renewal(self);
        self.end().cancel();
        let _alone = self.at_work.write().await;
        drop(renewal);
        act.await
    }

    /// Begins work, once nobody wants the synchronisers to stand still.
    pub(super) async fn work(&self) -> WorkPermit<'_> {
        WorkPermit {
            _shared: self.at_work.read().await,
            end: self.end(),
        }
    }

    fn end(&self) -> CancellationToken {
        self.end
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Lets work begin anew, also where whoever waited for the synchronisers has given up.
struct Renewal<'a>(&'a WorkGate);

impl Drop for Renewal<'_> {
    fn drop(&mut self) {
        let mut end = self.0.end.lock().unwrap_or_else(PoisonError::into_inner);
        // One that still holds may be in the hands of a synchroniser, which must go on hearing of the next rest.
        if end.is_cancelled() {
            *end = CancellationToken::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn whoever_gives_up_waiting_leaves_the_desks_able_to_work() {
        let rest = WorkGate::default();
        let busy = rest.work().await;
        let given_up = timeout(Duration::ZERO, rest.while_closed(async {})).await;
        assert!(given_up.is_err() && busy.end.is_cancelled());
        let next = rest.work().await;
        assert!(
            !next.end.is_cancelled(),
            "it would end at once, again and again"
        );
        drop(busy);
        let still = rest.while_closed(async {});
        tokio::pin!(still);
        assert!(timeout(Duration::ZERO, &mut still).await.is_err());
        assert!(next.end.is_cancelled(), "the next rest is heard of");
        drop(next);
        still.await;
        assert!(!rest.work().await.end.is_cancelled());
    }
}
