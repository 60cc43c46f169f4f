//! What we have changed by mistake and Google does not let us put right.
//!
//! Invariant: what stood there is kept until it stands there again or people have written something else; it is tried ever less often, it
//! holds back no row for long, and the operator hears of it once.

use jiff::Timestamp;

use super::Repair;
use crate::domain::{
    event::{Command, Event, Notice},
    tab::Tab,
    wording::TableNote,
};
use crate::sheets::sync::{
    memory::{SyncMemory, mended},
    refusals::{OTHERS_FIRST, rest_after},
    tab_memory::TabMemory,
};

impl SyncMemory {
    /// Google has refused to have something put right. Of several in a tab the first is told.
    pub(in crate::sheets::sync) fn repair_refused(
        &mut self,
        repair: &Repair,
        words: &str,
        now: Timestamp,
    ) {
        self.repairs.refused(repair, now);
        let tab = repair.tab();
        let (why, row) = (&self.reason(words), repair.at.map_or(0, |row| row + 1));
        let Some(tab_memory) = self
            .tab_memory(tab)
            .filter(|tab_memory| !tab_memory.unmended_told)
        else {
            return;
        };
        tab_memory.unmended_told = true;
        let title = &tab_memory.words.title.clone();
        let words = self.say(TableNote::Astray { title, row, why });
        self.report(Event::Admin(Command::Notify(Notice::TabUnusable {
            tab,
            words,
        })));
    }

    /// Where nothing of it is left, it is told; where the tab has another trouble, the end of that one is told.
    pub(in crate::sheets::sync) fn tell_of_repairs(&mut self) {
        let is_over = |tab_memory: &&TabMemory| {
            tab_memory.unmended_told
                && !self
                    .repairs
                    .of(tab_memory.tab())
                    .any(|repair| repair.again.is_refused())
        };
        let over: Vec<Tab> = self
            .tab_memories
            .iter()
            .filter(is_over)
            .map(TabMemory::tab)
            .collect();
        for tab in over {
            let untroubled = self.tab_memory(tab).is_some_and(|tab_memory| {
                tab_memory.unmended_told = false;
                tab_memory.trouble.is_none()
            });
            if untroubled {
                self.report(mended(tab));
            }
        }
    }
}

/// When something that is to be put right is tried again: no row speaks for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::sheets::sync) struct Again {
    at: Option<Timestamp>,
    times: u32,
}

impl Again {
    /// Google has refused it.
    pub(in crate::sheets::sync) fn refused(&mut self, now: Timestamp) {
        self.at = Some(now + rest_after(self.times));
        self.times = self.times.saturating_add(1);
    }

    /// Another was refused.
    pub(in crate::sheets::sync) fn lets_others_first(&mut self, now: Timestamp) {
        self.at = self.at.max(Some(now + OTHERS_FIRST));
    }

    /// Whether Google has ever refused it.
    pub(in crate::sheets::sync) fn is_refused(self) -> bool {
        self.times > 0
    }

    /// When that is, if it was refused.
    pub(in crate::sheets::sync) fn at(self) -> Option<Timestamp> {
        self.at
    }

    /// Whether it is not to be tried now.
    pub(in crate::sheets::sync) fn rests(self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| at > now)
    }
}
