//! What the snapshots of a pass mean to the journal, and which tabs may be written then.
//!
//! Invariant: nothing is written of a tab before the journal has taken in what people did there.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    AppealPlaces, Interrupted, SheetIo,
    memory::{SyncMemory, Unreported, mended},
    tab_memory::{Blocks, TabMemory},
};
use crate::{
    domain::{event::Event, identity::AppealIndex, tab::Tab},
    sheets::{
        table::{read_plan::HistoryRange, snapshot::TabSnapshot},
        tabs::{self, Compared, appeals},
    },
};

/// Tells the journal what the snapshots show; returns the tabs that may be written.
pub(super) async fn take_in(
    io: &mut impl SheetIo,
    memory: &mut SyncMemory,
    mut snapshots: Vec<TabSnapshot>,
) -> Result<Vec<Tab>, Interrupted> {
    if snapshots.is_empty() {
        return Ok(Vec::new());
    }
    let compared = memory.compare(&mut snapshots);
    let index = if compared.asked.is_empty() {
        Ok(AppealIndex::default())
    } else {
        io.index(compared.asked.clone()).await
    };
    let told = match index {
        Ok(index) => {
            let news = memory.news(&mut snapshots, &compared, &index);
            io.apply(news.events, news.overwritten).await
        }
        Err(error) => Err(error),
    };
    if told.is_err() {
        memory.pace.store.failed(None, io.now());
        memory.put_off(&snapshots);
        return Err(Interrupted::Journal);
    }
    memory.pace.store.over();
    memory.templates.was_told();
    let appeals = snapshots.iter().find(|it| it.tab == Tab::Appeals);
    memory.places = appeals
        .map(|it| Arc::new(AppealPlaces::of(it)))
        .or(memory.places.take());
    let tabs = memory.keep(snapshots, io.now());
    let writable = memory.open.is_empty() && memory.pace.write_gate(io.now()) <= io.now();
    if !writable {
        return Ok(Vec::new());
    }
    memory.dirty.retain(|tab| !tabs.contains(tab));
    Ok(tabs)
}

impl SyncMemory {
    /// Compares the snapshots with the last ones. They then show what stood there before we changed it by mistake.
    fn compare(&mut self, snapshots: &mut [TabSnapshot]) -> Compared {
        let mut compared = Compared::default();
        for snapshot in snapshots {
            let known = |known: &&TabMemory| known.tab() == snapshot.tab;
            let Some(tab_memory) = self.tab_memories.iter().find(known) else {
                continue;
            };
            let previous = tab_memory.previous();
            self.repairs.find_in(previous, snapshot);
            let of_tab = tabs::compare(previous, snapshot, &tab_memory.unplaced);
            if snapshot.tab == Tab::Appeals {
                compared = of_tab;
            }
        }
        compared
    }

    /// What people did since the last snapshots, and which rows our batches may have hit meanwhile.
    fn news(
        &mut self,
        snapshots: &mut [TabSnapshot],
        compared: &Compared,
        index: &AppealIndex,
    ) -> Unreported {
        let mut news = Unreported::default();
        news.events.extend(self.templates.news());
        for snapshot in snapshots.iter_mut() {
            let Some(tab_memory) = self.tab_memory(snapshot.tab) else {
                continue;
            };
            if tab_memory.would_end(Blocks::Looks) {
                news.events.push(mended(snapshot.tab));
            }
            let (words, previous) = (&tab_memory.words, tab_memory.previous());
            let found = tabs::news(words, previous, snapshot, (compared, index));
            tab_memory.unplaced = found.unplaced;
            news.events.extend(found.rows.into_iter().map(Event::Row));
            news.events.push(tabs::looked(snapshot));
        }
        for snapshot in snapshots.iter() {
            news.overwritten.extend(self.repairs.suspected(snapshot));
        }
        news
    }

    /// Remembers the snapshots that the journal has taken in; returns the tabs that no trouble keeps from being written.
    fn keep(&mut self, snapshots: Vec<TabSnapshot>, now: Timestamp) -> Vec<Tab> {
        let mut tabs = Vec::new();
        for mut snapshot in snapshots {
            let tab = snapshot.tab;
            if self.open.is_empty() {
                self.repairs.clear_suspects(tab);
            }
            let unmended = self.repairs.unemptied(tab);
            let unprepared = !snapshot.layout.to_add().is_empty();
            let Some(tab_memory) = self.tab_memory(tab) else {
                continue;
            };
            if tab_memory.would_end(Blocks::Looks) {
                tab_memory.trouble = None;
            }
            let writable = tab_memory.unwritable_until().is_none();
            let changed = |before| snapshot.shows_other_than(before);
            if !tab_memory.refusals.is_empty() && tab_memory.previous().is_none_or(changed) {
                tab_memory.refusals.may_be_over(now);
            }
            let untold = tab_memory.is_untold(&snapshot);
            appeals::mark_unread(tab_memory.previous(), &mut snapshot, writable);
            for row in snapshot
                .rows
                .iter_mut()
                .filter(|row| unmended.contains(&row.row))
            {
                // Its history is ours until it is put right: to ask for it again and again would tell nothing.
                row.unread = false;
            }
            snapshot.forget_told_histories();
            let wants = appeals::wants_histories(&snapshot);
            tab_memory.histories = if writable {
                snapshot.histories_needed()
            } else {
                HistoryRange::Skip
            };
            tab_memory.snapshot = Some(snapshot);
            tab_memory.known = None;
            if tab_memory
                .unwritable_until()
                .is_none_or(|until| until <= now)
            {
                tabs.push(tab);
            }
            if wants {
                self.due.insert(tab);
            }
            if unprepared || untold {
                self.dirty.insert(tab);
            }
        }
        tabs
    }
}
