//! What the settings want the spreadsheets to be provisioned with.
//!
//! Invariant: the words to choose from are those that the service understands, each in the spelling in which it writes them.

use crate::{
    config::Settings,
    domain::{
        ids::SpreadsheetId,
        row::Column,
        word::Word,
        wording::{Note, TableNote},
    },
    sheets::{
        provision::{Protect, TabSpec, ViewSpec},
        table::layout::words::TabWords,
        wire::look::CellTest,
    },
};

use super::words;

/// One spreadsheet, and how its tabs should be.
#[derive(Debug, Clone)]
pub struct ProvisionPlan {
    /// The spreadsheet.
    pub spreadsheet: SpreadsheetId,
    /// Its tabs.
    pub specs: Vec<TabSpec>,
}

/// What every spreadsheet of the settings should have.
#[must_use]
pub fn provision_plans(settings: &Settings) -> Vec<ProvisionPlan> {
    let (sheets, known) = (&settings.sheets, &settings.words);
    let mut specs = vec![
        (&sheets.partners.spreadsheet, partners(settings)),
        (&sheets.appeals.spreadsheet, appeals(settings)),
    ];
    if let Some(address) = &sheets.promotions {
        specs.push((
            &address.spreadsheet,
            promotions(settings, address.tab.as_str()),
        ));
    }
    let templates = words::templates(&known.templates);
    let templates = spec(settings, templates, Vec::new(), &[]);
    specs.push((&sheets.appeals.spreadsheet, templates));
    let state = TabSpec {
        title: known.state.tab.as_str().to_owned(),
        words: None,
        offers: Vec::new(),
        protect: Protect::All,
        warning: warning(settings),
        views: Vec::new(),
        overdue: None,
    };
    specs.push((&sheets.appeals.spreadsheet, state));
    let mut books: Vec<ProvisionPlan> = Vec::new();
    for (spreadsheet, spec) in specs {
        match books
            .iter_mut()
            .find(|book| book.spreadsheet == *spreadsheet)
        {
            Some(book) => book.specs.push(spec),
            None => books.push(ProvisionPlan {
                spreadsheet: spreadsheet.clone(),
                specs: vec![spec],
            }),
        }
    }
    books
}

/// The staff list belongs to its script: nobody is warned there.
fn partners(settings: &Settings) -> TabSpec {
    let statuses = &settings.words.partners.statuses;
    let words = words::partners(
        settings.sheets.partners.tab.as_str(),
        &settings.words.partners,
    );
    let offers = vec![(
        Column::Access,
        written(&[&statuses.not_authorized, &statuses.authorized]),
    )];
    spec(settings, words, offers, &[])
}

fn appeals(settings: &Settings) -> TabSpec {
    let words = words::appeals(
        settings.sheets.appeals.tab.as_str(),
        &settings.words.appeals,
        &settings.texts,
    );
    let orders = &settings.words.appeals.orders;
    let statuses = words.statuses.iter().map(|(_, word, _)| word);
    let statuses = statuses.chain([&orders.correct, &orders.send_again]);
    let statuses = statuses.map(|word| word.written().to_owned()).collect();
    let ours = [
        Column::Telegram,
        Column::History,
        Column::Updated,
        Column::Number,
        Column::Delivery,
        Column::Waiting,
        Column::Rating,
    ];
    let counts = settings.appeals.answer_within.is_some();
    let overdue = settings.words.appeals.marks.overdue.written();
    TabSpec {
        views: views(settings),
        overdue: counts.then(|| overdue.to_owned()),
        ..spec(settings, words, vec![(Column::Status, statuses)], &ours)
    }
}

/// The filters of the appeals; who waits longest stands on top.
fn views(settings: &Settings) -> Vec<ViewSpec> {
    let known = &settings.words.appeals;
    let view = |title: &Word, shows, sort| ViewSpec {
        title: title.written().to_owned(),
        shows,
        sort,
    };
    let waits = || (Column::Waiting, CellTest::Filled);
    let late = CellTest::Ends(known.marks.overdue.written().to_owned());
    let closed = CellTest::Is(known.statuses.solved.written().to_owned());
    let longest = Some(Column::Waiting);
    let mut views = vec![view(&known.views.waiting, vec![waits()], longest)];
    if settings.appeals.answer_within.is_some() {
        let shows = vec![(Column::Waiting, late)];
        views.push(view(&known.views.overdue, shows, longest));
    }
    views.push(view(
        &known.views.closed,
        vec![(Column::Status, closed)],
        None,
    ));
    let nobody_s = vec![(Column::Responsible, CellTest::Blank), waits()];
    views.push(view(&known.views.unassigned, nobody_s, longest));
    views
}

fn promotions(settings: &Settings, tab: &str) -> TabSpec {
    let (statuses, actions) = (
        &settings.words.promotions.statuses,
        &settings.words.promotions.actions,
    );
    let statuses = written(&[&statuses.waiting, &statuses.active, &statuses.ended]);
    let actions = written(&[
        &actions.publish,
        &actions.test,
        &actions.pause,
        &actions.resume,
        &actions.cancel,
        &actions.end,
    ]);
    let words = words::promotions(tab, &settings.words.promotions);
    let offers = vec![(Column::Status, statuses), (Column::Action, actions)];
    spec(settings, words, offers, &[Column::Key, Column::Mailing])
}

fn spec(
    settings: &Settings,
    words: TabWords,
    offers: Vec<(Column, Vec<String>)>,
    ours: &[Column],
) -> TabSpec {
    TabSpec {
        title: words.title.clone(),
        words: Some(words),
        offers,
        protect: Protect::Columns(ours.to_vec()),
        warning: warning(settings),
        views: Vec::new(),
        overdue: None,
    }
}

/// What is said of ranges that only the service writes.
fn warning(settings: &Settings) -> String {
    settings.texts.note(Note::Table(TableNote::Protection))
}

fn written(words: &[&Word]) -> Vec<String> {
    words.iter().map(|word| word.written().to_owned()).collect()
}
