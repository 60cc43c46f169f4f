//! Rows of the staff list that cannot be taken as they stand.
//!
//! Invariant: they are told by row and code, never by name or phone.

use super::{
    Finding,
    answers::{self, NAMED, Readable},
    note, wrong,
};
use crate::{
    config::Settings,
    domain::{
        listing::ListFault,
        wording::{CheckLabel, CheckNote, Note, Saying},
    },
    sheets::{client::SheetsClient, tabs::partners},
};

/// What stands in the list now; `None` if every row can be taken.
pub(super) async fn faults(
    settings: &Settings,
    sheets_client: &SheetsClient,
    tab: &Readable,
) -> Option<Finding> {
    let snapshot = match answers::snapshot(settings, sheets_client, tab).await {
        Ok(snapshot) => snapshot,
        Err(words) => return Some(wrong(CheckLabel::Partners, &words)),
    };
    let faults = partners::faults(&snapshot);
    let told = faults.iter().take(NAMED).map(said);
    let more = faults.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| Saying::of(CheckNote::MoreFaults(more)));
    let all = told.chain(more).reduce(|one, other| {
        Saying::of(CheckNote::Both {
            one: &one,
            other: &other,
        })
    });
    all.map(|words| note(CheckLabel::Partners, &words))
}

/// Neither what stands in a code's cell is told, since it may be a name, nor whose account one is.
fn said(fault: &ListFault) -> Saying {
    match fault {
        ListFault::TelegramDoubled(rows) => {
            let each = rows
                .iter()
                .map(|(row, code)| format!("{row} ({})", code.as_str()));
            let each: Vec<String> = each.collect();
            Saying::of(CheckNote::OneAccount(&each.join(", ")))
        }
        ListFault::Code(row, _) => Saying::of(CheckNote::NoCode(*row)),
        ListFault::CodeDoubled(..)
        | ListFault::NoCode(_)
        | ListFault::Phone(..)
        | ListFault::Telegram(..) => Saying::of(Note::ListFault(fault, None)),
    }
}
