//! The tab of the templates, which is read along with the appeals.
//!
//! Invariant: what it shows is told to the journal before the answers that were read with it.

use crate::{
    domain::{
        event::{Event, RowEvent},
        row::Column,
        template::Template,
        unready::is_unready,
    },
    sheets::{
        a1::a1_columns,
        table::{
            layout::{Layout, words::TabWords},
            read_plan::{find_tab, headers},
        },
        wire::{Columns, TabInfo},
    },
};

/// Names and texts stand within so many columns.
const WIDTH: u32 = 12;

/// What is known of the tab.
#[derive(Debug)]
pub(super) struct TemplatesTab {
    words: TabWords,
    /// What the journal knows.
    told: Option<Vec<Template>>,
    /// What was read last.
    read: Option<Vec<Template>>,
}

impl TemplatesTab {
    pub(super) fn new(words: TabWords, told: Option<Vec<Template>>) -> Self {
        let read = told.clone();
        Self { words, told, read }
    }

    /// What is to be read of it, where it is there.
    pub(super) fn range(&self, tabs: &[TabInfo]) -> Option<String> {
        let info = find_tab(tabs, &self.words.title)?;
        Some(a1_columns(&info.title, (0, info.columns.min(WIDTH))))
    }

    /// Takes in what was read; `None` where the tab is not there.
    pub(super) fn take(&mut self, columns: Option<&Columns>) {
        self.read = columns.map(|columns| self.templates(columns));
    }

    /// What the journal does not know yet.
    pub(super) fn news(&self) -> Option<Event> {
        let is_news = self.read != self.told;
        is_news.then(|| Event::Row(RowEvent::Templates(self.read.clone())))
    }

    /// The journal has taken it in.
    pub(super) fn was_told(&mut self) {
        self.told.clone_from(&self.read);
    }

    fn templates(&self, columns: &Columns) -> Vec<Template> {
        let layout = Layout::read(&self.words, &headers(columns)).unwrap_or_default();
        let cells = |column| {
            let at = layout.position(column)? as usize;
            columns.get(at)
        };
        let (Some(names), Some(texts)) = (cells(Column::Title), cells(Column::Description)) else {
            return Vec::new();
        };
        let rows = names.iter().zip(texts).skip(1);
        let ready = rows.filter(|(name, text)| !is_unready(name) && !is_unready(text));
        ready
            .filter_map(|(name, text)| Template::of(name, text))
            .collect()
    }
}
