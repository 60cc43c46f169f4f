//! The synchroniser as a task: from what the journal holds, until the stop.
//!
//! Invariant: a stop drops what is under way, which is as safe as a crash; only a write may end, and have its outcome stored, within a
//! grace.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    sync::{RwLock, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    Start, SyncStatus,
    live_io::{LiveIo, PLAIN_WRITES, SyncContext},
    memory::SyncMemory,
    run::run,
};
use crate::{domain::tab::Tab, journal::Snapshot, sheets::table::snapshot::KnownRow};

/// A write in hand may end within this time after the stop; the process is given 2 s.
const WRITE_GRACE: Duration = Duration::from_millis(1_200);

/// Synchronises one spreadsheet until the stop, anew after every rest; publishes how it goes.
pub async fn run_until_stopped(
    sync: SyncContext,
    status: &watch::Sender<SyncStatus>,
    stop: CancellationToken,
) {
    metrics::describe_counter!(PLAIN_WRITES, "Shared cells changed without comparing");
    while let Some(at_work) = stop.run_until_cancelled(sync.work_gate.work()).await {
        let end = stop.child_token();
        let work = work(&sync, status, end.clone());
        tokio::pin!(work);
        tokio::select! {
            () = &mut work => {}
            () = at_work.end.cancelled() => {
                end.cancel();
                work.await;
            }
        }
    }
}

/// Runs until this end: from what the journal holds now.
async fn work(sync: &SyncContext, status: &watch::Sender<SyncStatus>, end: CancellationToken) {
    // A tab that could not be read of would look as if nobody had ever seen it.
    let start = sync.journal.read(|snapshot| start(sync, snapshot));
    let Some(start) = end.run_until_cancelled(start).await else {
        return;
    };
    let mut io = LiveIo::new(sync, status, end.clone());
    let in_hand = Arc::clone(&io.in_hand);
    tokio::select! {
        () = run(&mut io, SyncMemory::new(start)) => {}
        () = stopped(&end, &in_hand) => {}
    }
}

/// The stop, once no write is in hand any more, or has been for too long.
async fn stopped(end: &CancellationToken, in_hand: &RwLock<()>) {
    end.cancelled().await;
    // Its intent makes even a write that is cut off safe.
    let _ = timeout(WRITE_GRACE, in_hand.write()).await;
}

fn start(sync: &SyncContext, snapshot: &Snapshot) -> Start {
    let mut known = BTreeMap::new();
    for tab in sync.tabs.iter().map(|words| words.tab) {
        if snapshot.view().tab(tab).reads().sighted.is_some() {
            known.insert(tab, known_rows(snapshot, tab));
        }
    }
    Start {
        known,
        // Whoever cannot write cannot resolve a batch either.
        open: if sync.observer.is_none() {
            snapshot.intents(&sync.spreadsheet)
        } else {
            Vec::new()
        },
        misplaced: snapshot.misplaced(&sync.spreadsheet),
        last_token: snapshot.last_token(),
        account: sync.account.clone(),
        wording: sync.rules.wording.clone(),
        spreadsheet: sync.spreadsheet.clone(),
        tabs: sync.tabs.clone(),
        archive: sync.archive.clone(),
        templates: (sync.templates.clone(), snapshot.view().templates().all),
    }
}

/// The rows that the journal knows to stand in a tab.
fn known_rows(snapshot: &Snapshot, tab: Tab) -> Vec<KnownRow> {
    match tab {
        Tab::Promotions => Vec::new(),
        Tab::Partners => snapshot
            .partners()
            .filter_map(KnownRow::of_partner)
            .collect(),
        Tab::Appeals => snapshot
            .appeals()
            .filter_map(|appeal| KnownRow::of(&appeal))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;
    use crate::{health::Health, sheets::sync::live_io::tests::context};

    #[tokio::test]
    async fn a_synchroniser_that_reaches_nobody_says_so_and_stops() {
        let ((context, _directory), stop) = (context().await, CancellationToken::new());
        let client = context.client.clone();
        let state = watch::Sender::new(SyncStatus::default());
        let seen = state.subscribe();
        let stopped = stop.clone();
        let running =
            tokio::spawn(async move { run_until_stopped(context, &state, stopped).await });
        let down = async {
            while client.health() != Health::Down {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(5), down)
            .await
            .expect("in time");
        assert_eq!(
            seen.borrow().tabs[0].trouble,
            None,
            "an outage is not the fault of a tab"
        );
        stop.cancel();
        timeout(Duration::from_secs(2), running)
            .await
            .expect("stops in time")
            .expect("no panic");
    }
}
