//! Which rows of the staff list cannot be used as they are.
//!
//! Invariant: every row that holds a person is either a partner's or named here.

use std::collections::BTreeMap;

use crate::{
    domain::{
        event::{RowEvent, RowMark, TelegramCell},
        ids::{ChatId, PartnerCode},
        listing::ListFault,
        phone::Phone,
        row::Column,
        text::Text,
        unready,
    },
    sheets::look::{Row, TabSnapshot},
};

/// More than these are not named: the list is then no list of partners.
const MOST: usize = 200;

/// The faults, if they are not those of the previous snapshot; of rows that the journal remembers nothing is known.
pub(super) fn diff(previous: Option<&TabSnapshot>, now: &TabSnapshot) -> Option<RowEvent> {
    let faults = faults(now);
    let same = match previous {
        None => faults.is_empty(),
        Some(previous) => previous.is_read() && self::faults(previous) == faults,
    };
    (!same).then_some(RowEvent::Listed(faults))
}

/// Whether all rows of a code show one account: then it is the same line twice.
pub(super) fn is_one_line(rows: &[&Row]) -> bool {
    let shares = |row: &Row| matches!(row.telegram, TelegramCell::Doubled(_));
    rows.iter().all(|row| shares(row))
        && rows
            .windows(2)
            .all(|pair| pair[0].telegram == pair[1].telegram)
}

/// What is wrong with the list.
#[must_use]
pub fn faults(snapshot: &TabSnapshot) -> Vec<ListFault> {
    let mut accounts: BTreeMap<ChatId, Vec<(u32, PartnerCode)>> = BTreeMap::new();
    let mut codes: BTreeMap<&PartnerCode, Vec<u32>> = BTreeMap::new();
    let mut faults = Vec::new();
    for row in &snapshot.rows {
        let place = row.row + 1;
        let Some(RowMark::Partner(code)) = &row.key else {
            faults.extend(codeless(snapshot, row, place));
            continue;
        };
        codes.entry(code).or_default().push(place);
        let phone = snapshot.text(row, Column::Phone).unwrap_or_default().trim();
        if !phone.is_empty() && !unready::is_loading(phone) && Phone::every(phone).is_empty() {
            faults.push(ListFault::Phone(place, code.clone()));
        }
        match row.telegram {
            TelegramCell::Doubled(chat) => accounts
                .entry(chat)
                .or_default()
                .push((place, code.clone())),
            TelegramCell::Unreadable => faults.push(ListFault::Telegram(place, code.clone())),
            TelegramCell::Empty | TelegramCell::Id(_) => {}
        }
    }
    let several = |rows: &Vec<(u32, PartnerCode)>| {
        rows.iter()
            .any(|(_, code)| rows.first().is_some_and(|(_, first)| first != code))
    };
    faults.extend(
        accounts
            .into_values()
            .filter(several)
            .map(ListFault::TelegramDoubled),
    );
    let doubled = codes.into_iter().filter(|(_, rows)| rows.len() > 1);
    faults.extend(doubled.map(|(code, rows)| ListFault::CodeDoubled(rows, code.clone())));
    faults.sort();
    faults.truncate(MOST);
    faults
}

/// A row without a code that can be read, if it holds a person rather than a heading.
fn codeless(snapshot: &TabSnapshot, row: &Row, place: u32) -> Option<ListFault> {
    let holds = |column| {
        !snapshot
            .text(row, column)
            .unwrap_or_default()
            .trim()
            .is_empty()
    };
    let person = row.telegram != TelegramCell::Empty || holds(Column::Phone);
    match (person, row.keyless) {
        (false, _) => None,
        (true, true) => holds(Column::Name).then_some(ListFault::NoCode(place)),
        (true, false) => {
            let written = snapshot.text(row, Column::Code).unwrap_or_default().trim();
            (!unready::is_loading(written)).then(|| ListFault::Code(place, Text::from(written)))
        }
    }
}
