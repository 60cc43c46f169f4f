//! What is wrong with a tab, or with all of a spreadsheet, told once.
//!
//! Invariant: the words name the tab, the cause as Google gives it, and what to do.

use jiff::Timestamp;

use super::{Desk, station::Hinders};
use crate::domain::{
    event::{Command, Event, Notice},
    tab::Tab,
};

impl Desk {
    /// A tab cannot be used; told once.
    pub(super) fn trouble(&mut self, tab: Tab, hinders: Hinders, words: String, now: Timestamp) {
        let told = words.clone();
        if self
            .station(tab)
            .is_some_and(|station| station.fails(hinders, words, now))
        {
            self.owe(Event::Admin(Command::Notify(Notice::TabUnusable {
                tab,
                words: told,
            })));
        }
    }

    /// A trouble of the whole spreadsheet, told of one of its tabs.
    pub(super) fn trouble_of_all(
        &mut self,
        tab: Tab,
        hinders: Hinders,
        words: &str,
        now: Timestamp,
    ) {
        let title = self
            .station(tab)
            .map(|station| station.words.title.clone())
            .unwrap_or_default();
        self.trouble(tab, hinders, format!("Лист «{title}»: {words}"), now);
    }
}
