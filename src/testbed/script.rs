//! The script in the sample workbook: what people edit through `/sim` is told to the service, as Apps Script tells it.
//!
//! Invariant: a call is only a hint; one that fails is noted in the trail and not made again.

use std::{
    collections::BTreeSet,
    sync::{Arc, Weak},
    time::Duration,
};

use simulator::sheets::Edit;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{sleep, timeout},
};

use super::{BOOK, Testbed};

/// Edits of so long become one call; the real script gathers for two seconds.
const GATHER: Duration = Duration::from_millis(500);
/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Tabs of one gathering; more people than a workbook has tabs do not edit at once.
const TABS: usize = 50;

impl Testbed {
    /// Plays the script for as long as the testbed lives.
    pub fn play_script(self: &Arc<Self>) {
        let edits = self.sheets.edits();
        tokio::spawn(play(Arc::downgrade(self), edits));
    }
}

async fn play(testbed: Weak<Testbed>, mut edits: Receiver<Edit>) {
    loop {
        let mut tabs = BTreeSet::new();
        match edits.recv().await {
            Ok(edit) => note(&mut tabs, edit),
            // What was missed is only hints; the service looks by itself as well.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        }
        sleep(GATHER).await;
        while let Ok(edit) = edits.try_recv() {
            note(&mut tabs, edit);
        }
        let Some(testbed) = testbed.upgrade() else {
            return;
        };
        for tab in tabs {
            // The outcome is in the trail; while the service is away nobody hears the script.
            let _ = timeout(PATIENCE, testbed.callback(&tab)).await;
        }
    }
}

fn note(tabs: &mut BTreeSet<String>, edit: Edit) {
    if edit.workbook == BOOK && tabs.len() < TABS {
        tabs.insert(edit.tab);
    }
}
