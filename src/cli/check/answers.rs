//! Answers that no specialist may have meant to send: those that stand in the sheet before the first start, and those that are held since.
//!
//! Invariant: they are told by place, never by their text.

use super::{Finding, note, running, wrong};
use crate::{
    cli::words::faults,
    config::Settings,
    domain::{
        ids::SpreadsheetId,
        row::Column,
        text::Text,
        wording::{CheckLabel, CheckNote, Saying},
    },
    sheets::{
        client::SheetsClient,
        read_once,
        table::{
            layout::{Layout, words::TabWords},
            read_plan::{HistoryRange, ReadPlan},
            snapshot::{Row, TabSnapshot},
        },
        wire::TabInfo,
    },
};

/// How many rows are named.
pub(super) const NAMED: usize = 20;

/// The first of these, and how many more there are.
pub(super) fn first(rows: &[u32]) -> (String, usize) {
    let named = rows.iter().take(NAMED).map(ToString::to_string);
    let named: Vec<_> = named.collect();
    (named.join(", "), rows.len().saturating_sub(NAMED))
}

/// A tab that can be read, and what is known of it.
pub(super) struct Readable {
    pub(super) spreadsheet: SpreadsheetId,
    pub(super) words: TabWords,
    pub(super) info: TabInfo,
    pub(super) layout: Layout,
}

/// What waits, or will wait from the first start on, for `release answers`; `None` if nothing does.
pub(super) async fn waiting(
    settings: &Settings,
    sheets_client: &SheetsClient,
    tab: &Readable,
) -> Option<Finding> {
    if let Some(status) = running(settings).await {
        let (count, held) = (status.desk.held, &status.desk.held_numbers);
        let (numbers, _) = first(held);
        let named = u64::try_from(held.len().min(NAMED)).unwrap_or(u64::MAX);
        let words = CheckNote::AnswersHeld {
            count,
            numbers: &numbers,
            more: count.saturating_sub(named),
        };
        return (count > 0).then(|| note(CheckLabel::Answers, words));
    }
    // A journal that exists has seen the tab, or is about to; what it holds is known to its service alone.
    if settings.data_dir.join(crate::journal::DATA_FILE).exists() {
        return None;
    }
    match typed(settings, sheets_client, tab).await {
        Ok(rows) if rows.is_empty() => None,
        Ok(rows) => {
            let (numbers, more) = first(&rows);
            let words = CheckNote::AnswersStand {
                count: rows.len(),
                numbers: &numbers,
                more,
            };
            Some(note(CheckLabel::Answers, words))
        }
        Err(words) => Some(wrong(CheckLabel::Answers, &words)),
    }
}

/// The rows, as people count them, in which an answer stands beside a telegram_id.
async fn typed(
    settings: &Settings,
    sheets_client: &SheetsClient,
    tab: &Readable,
) -> Result<Vec<u32>, Saying> {
    let snapshot = snapshot(settings, sheets_client, tab).await?;
    let answered = |row: &&Row| {
        let answer = snapshot.text(row, Column::Answer);
        row.telegram.chat().is_some() && answer.is_some_and(|text| !Text::from(text).is_blank())
    };
    let rows = snapshot.rows.iter().filter(answered);
    Ok(rows.map(|row| row.row + 1).collect())
}

/// One read of a tab.
pub(super) async fn snapshot(
    settings: &Settings,
    sheets_client: &SheetsClient,
    tab: &Readable,
) -> Result<TabSnapshot, Saying> {
    let plan = ReadPlan::new(tab.words.tab, &tab.info, &tab.layout, HistoryRange::Skip);
    let read = read_once::snapshot(sheets_client, &tab.spreadsheet, &plan, &tab.words);
    let account = settings.sheets.credentials.client_email();
    read.await
        .map_err(|error| faults::read_once(&error, account))
}
