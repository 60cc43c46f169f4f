//! Promotions that a first start will not announce by itself, and those that it will.
//!
//! Invariant: they are told by row, never by their text; once there is a journal, its service knows better.

use super::{
    Finding,
    answers::{self, Readable, first},
    note, wrong,
};
use crate::{
    config::Settings,
    domain::{
        promotion::PromotionStatus,
        row::Column,
        text::Text,
        wording::{CheckLabel, CheckNote, Saying},
    },
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
    let snapshot = match answers::snapshot(settings, sheets_client, tab).await {
        Ok(snapshot) => snapshot,
        Err(words) => return Some(wrong(CheckLabel::Promotions, &words)),
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
    let (rows, more) = first(&asked);
    let asked = (!asked.is_empty()).then(|| {
        let rows = &rows;
        Saying::of(CheckNote::ActionStands { rows, more })
    });
    let (rows, more) = first(&coming);
    let coming = (!coming.is_empty()).then(|| {
        let rows = &rows;
        Saying::of(CheckNote::DayToCome { rows, more })
    });
    let words = match (&asked, &coming) {
        (Some(one), Some(other)) => Saying::of(CheckNote::Both { one, other }),
        (Some(words), None) | (None, Some(words)) => words.clone(),
        (None, None) => return None,
    };
    Some(note(CheckLabel::Promotions, &words))
}
