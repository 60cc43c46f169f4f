//! What we have changed by mistake and Google does not let us put right.
//!
//! Invariant: what stood there is kept until it stands there again or people have written something else; it is tried ever less often, it
//! holds back no row for long, and the operator hears of it once.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Desk, draft::Planned, looking::mended, refusals::Again, spill::Spill, station::Station,
};
use crate::domain::{
    event::{Command, Event, Notice},
    tab::Tab,
};

impl Desk {
    /// All that is to be put right.
    pub(super) fn all_mends(&self) -> impl Iterator<Item = Again> + '_ {
        let amends = self.amends.iter().map(|amend| amend.again);
        amends.chain(self.spills.iter().map(|spill| spill.again))
    }

    /// What is to be put right in a tab.
    pub(super) fn mends(&self, tab: Tab) -> impl Iterator<Item = Again> + '_ {
        let amends = self.amends.iter().filter(move |amend| amend.tab() == tab);
        let spills = self.spills.iter().filter(move |spill| spill.tab == tab);
        amends
            .map(|amend| amend.again)
            .chain(spills.map(|spill| spill.again))
    }

    /// Rows that Google does not let us empty.
    pub(super) fn unmended_rows(&self, tab: Tab) -> BTreeSet<u32> {
        let refused = self
            .spills
            .iter()
            .filter(|spill| spill.tab == tab && spill.again.is_refused());
        refused
            .filter_map(|spill| Some(spill.found.as_ref()?.0))
            .collect()
    }

    /// Google has refused to have something put right. Of several in a tab the first is told.
    pub(super) fn mending_refused(&mut self, row: &Planned, words: &str, now: Timestamp) {
        let wiped = |spill: &Spill| row.wipes && spill.found.as_ref().map(|(at, _)| *at) == row.row;
        let amends = self
            .amends
            .iter_mut()
            .filter(|amend| amend.tab() == row.tab);
        let amends = amends.map(|amend| (row.amend.as_ref() == Some(&*amend), &mut amend.again));
        let spills = self.spills.iter_mut().filter(|spill| spill.tab == row.tab);
        let spills = spills.map(|spill| (wiped(spill), &mut spill.again));
        for (is_it, again) in amends.chain(spills) {
            if is_it {
                again.refused(now);
            } else {
                again.lets_others_first(now);
            }
        }
        let (why, place) = (self.reason(words), row.row.map_or(0, |row| row + 1));
        let Some(station) = self
            .station(row.tab)
            .filter(|station| !station.unmended_told)
        else {
            return;
        };
        station.unmended_told = true;
        let words = format!(
            "Лист «{}», строка {place}: сервис по ошибке записал не туда и не может вернуть, как было. {why} \
             Попробуем снова через минуту, дальше реже; как получится – скажем.",
            station.words.title
        );
        self.owe(Event::Admin(Command::Notify(Notice::TabUnusable {
            tab: row.tab,
            words,
        })));
    }

    /// Where nothing of it is left, it is told; where the tab has another trouble, the end of that one is told.
    pub(super) fn tell_of_mending(&mut self) {
        let is_over = |station: &&Station| {
            station.unmended_told && !self.mends(station.tab()).any(Again::is_refused)
        };
        let over: Vec<Tab> = self
            .stations
            .iter()
            .filter(is_over)
            .map(Station::tab)
            .collect();
        for station in self
            .stations
            .iter_mut()
            .filter(|station| over.contains(&station.tab()))
        {
            station.unmended_told = false;
            if station.trouble.is_none() {
                self.owed.events.push(mended(station.tab()));
            }
        }
    }
}
