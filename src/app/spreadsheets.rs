//! One synchroniser for each spreadsheet, and what is known of their tabs.
//!
//! Invariant: every tab belongs to exactly one synchroniser.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;

use crate::{
    config::{Settings, TabAddress},
    domain::{
        ids::{Number, SpreadsheetId},
        rules::Rules,
        tab::Tab,
        text::fold,
    },
    sheets::{
        sync::{self, SyncContext, SyncStatus},
        table::layout::words::TabWords,
        work_gate::WorkGate,
    },
};

use super::{Parts, words};

/// The synchronisers of this service.
pub(super) struct Spreadsheets {
    rules: Rules,
    each: Vec<OneSpreadsheet>,
    /// Stops all synchronisers.
    pub(super) work_gate: Arc<WorkGate>,
}

/// One spreadsheet and its tabs.
struct OneSpreadsheet {
    spreadsheet: SpreadsheetId,
    tabs: Vec<TabWords>,
    state: watch::Sender<SyncStatus>,
}

impl Spreadsheets {
    /// Puts the tabs together by spreadsheet.
    pub(super) fn new(settings: &Settings, rules: Rules) -> Self {
        let (sheets, known) = (&settings.sheets, &settings.words);
        let tabs = [
            (
                &sheets.partners,
                words::partners(sheets.partners.tab.as_str(), &known.partners),
            ),
            (
                &sheets.appeals,
                words::appeals(sheets.appeals.tab.as_str(), &known.appeals, &rules.wording),
            ),
        ];
        let promotions = sheets.promotions.iter().map(|address| {
            let words = words::promotions(address.tab.as_str(), &known.promotions);
            (address, words)
        });
        let mut books: BTreeMap<&SpreadsheetId, Vec<TabWords>> = BTreeMap::new();
        for (TabAddress { spreadsheet, .. }, tab) in tabs.into_iter().chain(promotions) {
            books.entry(spreadsheet).or_default().push(tab);
        }
        let book = |(id, tabs): (&SpreadsheetId, _)| OneSpreadsheet {
            spreadsheet: id.clone(),
            tabs,
            state: watch::Sender::default(),
        };
        Self {
            rules,
            each: books.into_iter().map(book).collect(),
            work_gate: Arc::default(),
        }
    }

    /// The tab of this spreadsheet that people call so.
    pub(super) fn tab_called(&self, spreadsheet: &SpreadsheetId, title: &str) -> Option<Tab> {
        let mut books = self.each.iter();
        let book = books.find(|book| book.spreadsheet == *spreadsheet)?;
        let mut tabs = book.tabs.iter();
        let tab = tabs.find(|tab| fold(&tab.title) == fold(title))?;
        Some(tab.tab)
    }

    /// The address of an appeal's row as its tab was last read, or of what is known of the way there.
    pub(super) fn row_address(&self, number: Number) -> String {
        let is_appeals = |book: &&OneSpreadsheet| {
            let mut tabs = book.tabs.iter();
            tabs.any(|words| words.tab == Tab::Appeals)
        };
        let book = self.each.iter().find(is_appeals);
        let id = book.map_or("", |book| book.spreadsheet.0.as_str());
        let places = book.and_then(|book| book.state.borrow().places.clone());
        let fragment = places.map_or_else(String::new, |places| places.fragment(number));
        format!("https://docs.google.com/spreadsheets/d/{id}/edit#{fragment}")
    }

    /// How the synchronisers get on.
    pub(super) fn statuses(&self) -> Vec<watch::Receiver<SyncStatus>> {
        let books = self.each.iter();
        books.map(|book| book.state.subscribe()).collect()
    }

    /// Waits until every synchroniser knows whether the journal is older than its spreadsheet.
    pub(super) async fn checked(&self) {
        for book in &self.each {
            // The sender lives as long as the synchronisers, so this ends with news alone.
            let _ = book.state.subscribe().wait_for(|state| state.checked).await;
        }
    }
}

/// Starts the synchronisers.
pub(super) fn start(parts: &Arc<Parts>) {
    for (index, book) in parts.spreadsheets.each.iter().enumerate() {
        let shared = Arc::clone(parts);
        let name = format!(
            "desk-{}",
            book.tabs
                .iter()
                .map(|words| words.tab.name())
                .collect::<Vec<_>>()
                .join("-")
        );
        parts.supervisor.spawn(name, move |stop| {
            let parts = Arc::clone(&shared);
            async move {
                let book = &parts.spreadsheets.each[index];
                let sync = SyncContext {
                    spreadsheet: book.spreadsheet.clone(),
                    tabs: book.tabs.clone(),
                    archive: words::archive(&parts.settings.words.archive),
                    templates: words::templates(&parts.settings.words.templates),
                    rules: parts.spreadsheets.rules.clone(),
                    client: parts.sheets_client.clone(),
                    journal: parts.journal.clone(),
                    observer: parts.observer.clone(),
                    work_gate: Arc::clone(&parts.spreadsheets.work_gate),
                    account: parts.settings.sheets.credentials.client_email().to_owned(),
                };
                sync::run_until_stopped(sync, &book.state, stop).await;
            }
        });
    }
}
