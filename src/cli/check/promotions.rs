//! Promotions that a first start will not announce by itself, and those that it will.
//!
//! Invariant: they are told by row, never by their text; once there is a journal, its service knows better.

use super::{
    Finding,
    answers::{self, NAMED, Readable, numbers},
    note, wrong,
};
use crate::{
    config::Settings,
    domain::{promotion::PromotionStatus, row::Column, text::Text},
    sheets::client::SheetsClient,
};

/// What waits before the first start; `None` if nothing does.
pub(super) async fn waiting(
    settings: &Settings,
    sheets_client: &SheetsClient,
    tab: &Readable,
) -> Option<Finding> {
    if settings.data_dir.join(crate::journal::DATA_FILE).exists() {
        return None;
    }
    let words = crate::app::words::vocabulary(&settings.words.promotions);
    let snapshot = match answers::snapshot(sheets_client, tab).await {
        Ok(snapshot) => snapshot,
        Err(words) => return Some(wrong("promotions", words)),
    };
    let rows = |wanted: &dyn Fn(&Text, &Text) -> bool| -> Vec<u32> {
        let text = |row, column| Text::from(snapshot.text(row, column).unwrap_or_default());
        let rows = snapshot.rows.iter();
        rows.filter(|row| wanted(&text(row, Column::Status), &text(row, Column::Action)))
            .map(|row| row.row + 1)
            .collect()
    };
    let asked = rows(&|_, action| !action.is_blank());
    let coming = rows(&|status, _| words.status(status) == Some(PromotionStatus::Waiting));
    let told = |rows: &[u32], what| {
        let all = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let numbers = numbers(&rows[..rows.len().min(NAMED)], all);
        (all > 0).then(|| format!("{numbers} {what}"))
    };
    let asked = told(
        &asked,
        "an action stands already: the first start does not take it, choose it anew then",
    );
    let coming = told(&coming, "wait for their day, and will be announced on it");
    let words = [
        asked.map(|words| format!("in rows {words}")),
        coming.map(|words| format!("rows {words}")),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| note("promotions", words.join("; ")))
}
