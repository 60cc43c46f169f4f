//! A moment in which no desk has anything in hand.
//!
//! Invariant: what a desk has seen before that moment it forgets; it begins anew with what the journal holds then.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
};

use tokio::sync::{RwLock, RwLockReadGuard};
use tokio_util::sync::CancellationToken;

/// Lets all desks stand still.
#[derive(Debug, Default)]
pub struct Rest {
    /// Every desk at work shares it; whoever wants them to stand still has it alone.
    at_work: RwLock<()>,
    /// Ends what the desks have in hand.
    end: Mutex<CancellationToken>,
}

/// A desk is at work until this is dropped.
pub(super) struct AtWork<'a> {
    _shared: RwLockReadGuard<'a, ()>,
    /// The work must end.
    pub(super) end: CancellationToken,
}

impl Rest {
    /// Ends the work of all desks as a stop does, acts while they stand still, and lets them begin anew.
    pub async fn while_still<T>(&self, act: impl Future<Output = T>) -> T {
        self.end().cancel();
        let _alone = self.at_work.write().await;
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = CancellationToken::new();
        act.await
    }

    /// Begins work, once nobody wants the desks to stand still.
    pub(super) async fn work(&self) -> AtWork<'_> {
        AtWork {
            _shared: self.at_work.read().await,
            end: self.end(),
        }
    }

    fn end(&self) -> CancellationToken {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
