//! Answers that no specialist may have meant to send: those that stand in the sheet before the first start, and those that are held since.
//!
//! Invariant: they are told by place, never by their text.

use super::{Finding, note, running, wrong};
use crate::{
    config::Settings,
    domain::{ids::SpreadsheetId, row::Column, text::Text},
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

/// The first numbers, and how many more there are.
pub(super) fn numbers(named: &[u32], all: u64) -> String {
    let list: Vec<_> = named.iter().map(ToString::to_string).collect();
    let list = list.join(", ");
    match all.saturating_sub(u64::try_from(named.len()).unwrap_or(u64::MAX)) {
        0 => list,
        more => format!("{list} and {more} more"),
    }
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
        let held = status.desk.held;
        let numbers = numbers(&status.desk.held_numbers, held);
        let words = format!(
            "{held} answers from before the first look are held: № {numbers}. To send them: sheetdesk release answers"
        );
        return (held > 0).then(|| note("answers", words));
    }
    // A journal that exists has seen the tab, or is about to; what it holds is known to its service alone.
    if settings.data_dir.join(crate::journal::DATA_FILE).exists() {
        return None;
    }
    match typed(sheets_client, tab).await {
        Ok(rows) if rows.is_empty() => None,
        Ok(rows) => {
            let named: Vec<u32> = rows.iter().take(NAMED).copied().collect();
            let all = u64::try_from(rows.len()).unwrap_or(u64::MAX);
            let words = format!(
                "{all} answers stand in the sheet already, in rows {}. The first start sends none of them by itself: \
                 empty the cells that are done with, or send them all later by: sheetdesk release answers",
                numbers(&named, all)
            );
            Some(note("answers", words))
        }
        Err(words) => Some(wrong("answers", words)),
    }
}

/// The rows, as people count them, in which an answer stands beside a telegram_id.
async fn typed(sheets_client: &SheetsClient, tab: &Readable) -> Result<Vec<u32>, String> {
    let snapshot = snapshot(sheets_client, tab).await?;
    let answered = |row: &&Row| {
        let answer = snapshot.text(row, Column::Answer);
        row.telegram.chat().is_some() && answer.is_some_and(|text| !Text::from(text).is_blank())
    };
    let rows = snapshot.rows.iter().filter(answered);
    Ok(rows.map(|row| row.row + 1).collect())
}

/// One read of a tab.
pub(super) async fn snapshot(
    sheets_client: &SheetsClient,
    tab: &Readable,
) -> Result<TabSnapshot, String> {
    let plan = ReadPlan::new(tab.words.tab, &tab.info, &tab.layout, HistoryRange::Skip);
    let read = read_once::snapshot(sheets_client, &tab.spreadsheet, &plan, &tab.words);
    read.await.map_err(|error| error.to_string())
}
