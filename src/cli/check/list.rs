//! Rows of the staff list that cannot be taken as they stand.
//!
//! Invariant: they are told by row and code, never by name or phone.

use super::{
    Finding,
    answers::{self, NAMED, Readable, numbers},
    note, wrong,
};
use crate::{
    domain::{ids::PartnerCode, listing::ListFault},
    sheets::{client::SheetsClient, tabs::partners},
};

/// What stands in the list now; `None` if every row can be taken.
pub(super) async fn faults(sheets_client: &SheetsClient, tab: &Readable) -> Option<Finding> {
    let snapshot = match answers::snapshot(sheets_client, tab).await {
        Ok(snapshot) => snapshot,
        Err(words) => return Some(wrong("partners", words)),
    };
    let faults = partners::faults(&snapshot);
    if faults.is_empty() {
        return None;
    }
    let mut told: Vec<String> = faults.iter().take(NAMED).map(words).collect();
    told.extend((faults.len() > NAMED).then(|| format!("and {} more", faults.len() - NAMED)));
    Some(note("partners", told.join("; ")))
}

fn words(fault: &ListFault) -> String {
    let all = |rows: &[u32]| numbers(rows, u64::try_from(rows.len()).unwrap_or(u64::MAX));
    let of = |code: &PartnerCode| code.as_str().to_owned();
    match fault {
        ListFault::TelegramDoubled(rows) => {
            let each = rows
                .iter()
                .map(|(row, code)| format!("{row} ({})", of(code)));
            let each: Vec<String> = each.collect();
            format!(
                "rows {} show one and the same Telegram ID: fine where one person has several codes; else keep it in one of them",
                each.join(", ")
            )
        }
        ListFault::CodeDoubled(rows, code) => {
            format!(
                "rows {} hold one and the same code {}: nobody can register by it, keep one row",
                all(rows),
                of(code)
            )
        }
        ListFault::Code(row, _) => format!(
            "row {row}: what stands in the code's cell can be none (one word of up to 20 characters)"
        ),
        ListFault::NoCode(row) => format!("row {row}: a name and a phone without a code"),
        ListFault::Phone(row, code) => format!(
            "row {row}, code {}: the phone cannot be read, nobody can register by it",
            of(code)
        ),
        ListFault::Telegram(row, code) => format!(
            "row {row}, code {}: the Telegram ID is no number, empty the cell",
            of(code)
        ),
    }
}
