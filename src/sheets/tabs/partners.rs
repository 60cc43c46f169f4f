//! The staff list between two reads, and which of its rows cannot be used as they are.
//!
//! Invariant: every row that holds a person is either a partner's or named among the faults.

use std::collections::BTreeMap;

use super::unchanged;
use crate::{
    domain::{
        event::{PartnerCells, RowEvent, RowMark, TelegramCell},
        ids::{ChatId, PartnerCode},
        listing::ListFault,
        partner::RowTrouble,
        phone::Phone,
        row::Column,
        text::Text,
        unready,
    },
    sheets::table::{
        layout::words::TabWords,
        snapshot::{Row, TabSnapshot},
    },
};

/// More than these are not named: the list is then no list of partners.
const MOST: usize = 200;

/// Cells that make an event when they change.
const WATCHED: [Column; 5] = [
    Column::Code,
    Column::Name,
    Column::Phone,
    Column::Access,
    Column::Since,
];

/// What differs from the previous snapshot; everything without one.
#[must_use]
pub fn diff(words: &TabWords, previous: Option<&TabSnapshot>, now: &TabSnapshot) -> Vec<RowEvent> {
    let (index, before) = (now.index(), previous.map(TabSnapshot::index));
    let mut events = Vec::new();
    for (key, rows) in index.iter() {
        let RowMark::Partner(code) = key else {
            continue;
        };
        let old: Vec<_> = before.iter().flat_map(|index| index.rows(key)).collect();
        if unchanged((previous, &old), (now, &rows), &WATCHED) {
            continue;
        }
        match rows.as_slice() {
            [row] => events.push(RowEvent::Partner(cells(words, now, row, code))),
            rows => {
                if let Some(upper) = rows.first()
                    && previous.is_none()
                    && is_one_line(rows)
                {
                    events.push(RowEvent::Partner(cells(words, now, upper, code)));
                }
                let doubled = RowEvent::PartnerStopped(code.clone(), RowTrouble::Doubled);
                events.push(doubled);
            }
        }
    }
    let before = before.iter().flat_map(|index| index.iter());
    let gone = before.filter(|(key, _)| index.rows(key).next().is_none());
    events.extend(gone.filter_map(|(key, _)| match key {
        RowMark::Partner(code) => Some(RowEvent::PartnerStopped(code.clone(), RowTrouble::Missing)),
        RowMark::Appeal(_) | RowMark::Promotion(_) => None,
    }));
    events.extend(new_faults(previous, now));
    events
}

fn cells(words: &TabWords, snapshot: &TabSnapshot, row: &Row, code: &PartnerCode) -> PartnerCells {
    let text = |column| Text::from(snapshot.text(row, column).unwrap_or_default());
    PartnerCells {
        code: code.clone(),
        written_code: text(Column::Code),
        name: text(Column::Name),
        phone: text(Column::Phone),
        authorized: words.is_authorized(text(Column::Access).as_str()),
        refused: words.is_refused(text(Column::Access).as_str()),
        telegram: row.telegram,
        since: text(Column::Since),
    }
}

/// The faults, if they are not those of the previous snapshot; of rows that the journal remembers nothing is known.
fn new_faults(previous: Option<&TabSnapshot>, now: &TabSnapshot) -> Option<RowEvent> {
    if previous.is_some_and(|previous| previous.is_read() && lists_the_same(previous, now)) {
        return None;
    }
    let faults = faults(now);
    let same = match previous {
        None => faults.is_empty(),
        Some(previous) => previous.is_read() && self::faults(previous) == faults,
    };
    (!same).then_some(RowEvent::Listed(faults))
}

/// Whether all that makes a fault stands where it stood: to read every phone again would take longer than all the rest of a pass.
fn lists_the_same(previous: &TabSnapshot, now: &TabSnapshot) -> bool {
    let columns = [Column::Code, Column::Name, Column::Phone];
    let same = |(old, new): (&Row, &Row)| {
        let stands = |row: &Row| (row.row, row.keyless, row.telegram);
        let shows = |column| previous.text(old, column) == now.text(new, column);
        stands(old) == stands(new) && columns.into_iter().all(shows)
    };
    previous.rows.len() == now.rows.len() && previous.rows.iter().zip(&now.rows).all(same)
}

/// Whether all rows of a code show one account: then it is the same line twice.
fn is_one_line(rows: &[&Row]) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheets::table::{
        layout::tests::partners,
        read_plan::{HistoryRange, tests::snapshot},
    };

    const STAFF: &str = "Код партнера|ФИО|Телефон партнера|Статус|Telegram ID|Дата авторизации";

    fn seen(rows: &[&str]) -> TabSnapshot {
        snapshot(&partners(), &[&[STAFF], rows].concat(), HistoryRange::Skip)
    }

    fn marks(events: &[RowEvent]) -> Vec<String> {
        let words = |event: &RowEvent| match event {
            RowEvent::Partner(cells) => {
                format!("partner {} {:?}", cells.code.as_str(), cells.telegram)
            }
            RowEvent::PartnerStopped(code, trouble) => format!("{trouble:?} {}", code.as_str()),
            other => format!("{other:?}"),
        };
        events.iter().map(words).collect()
    }

    #[test]
    fn what_people_do_to_the_staff_list() {
        let rows = [
            "п1|Анна|1|авторизован|700|вчера",
            "п2|Борис|2|||",
            "#ERROR!|||||",
        ];
        let told = |after: &[&str]| {
            let events = diff(&partners(), Some(&seen(&rows)), &seen(after));
            marks(
                &events
                    .into_iter()
                    .filter(|event| !matches!(event, RowEvent::Listed(_)))
                    .collect::<Vec<_>>(),
            )
        };
        assert!(told(&[rows[1], rows[0]]).is_empty());
        assert_eq!(
            told(&[rows[0], "п2|Борис|2||700|"]),
            [
                "partner П1 Doubled(ChatId(700))",
                "partner П2 Doubled(ChatId(700))"
            ]
        );
        assert_eq!(told(&[rows[0], "п2|Борис|3|||"]), ["partner П2 Empty"]);
        assert_eq!(
            told(&[rows[0], "П2|Борис|2|||", "п3|Вера|||-|"]),
            ["partner П2 Empty", "partner П3 Unreadable"]
        );
        assert_eq!(told(&[rows[0]]), ["Missing П2"]);
        assert_eq!(told(&[rows[0], rows[1], rows[1]]), ["Doubled П2"]);
        let first = diff(&partners(), None, &seen(&rows));
        assert_eq!(first.len(), 3);
        let RowEvent::Partner(cells) = &first[0] else {
            panic!("a partner")
        };
        assert_eq!(
            (&cells.code, cells.authorized),
            (&PartnerCode::fold("П1").expect("a code"), true)
        );
    }

    #[test]
    fn rows_of_the_staff_list_that_cannot_be_taken_are_named() {
        let code = |text: &str| PartnerCode::fold(text).expect("a code");
        let good = ["п1|Анна|89123456789|авторизован|700|", "п2|Борис|||||"];
        let bad = seen(&[
            good[0],
            "п3|Вера|нет|||",
            "п4|Глеб|+79160000001|авторизован|700|",
            "п5|Дина|||@dina|",
            "п5|Дина||||",
            "|Егор|89160000002|||",
            "Отдел продаж|||||",
            "два слова|Жанна|89160000003|||",
        ]);
        let expected = [
            ListFault::TelegramDoubled(vec![(2, code("п1")), (4, code("п4"))]),
            ListFault::CodeDoubled(vec![5, 6], code("п5")),
            ListFault::Code(9, Text::from("два слова")),
            ListFault::NoCode(7),
            ListFault::Phone(3, code("п3")),
            ListFault::Telegram(5, code("п5")),
        ];
        assert_eq!(faults(&bad), expected);
        assert_eq!(
            new_faults(Some(&seen(&good)), &bad),
            Some(RowEvent::Listed(expected.into()))
        );
        assert_eq!(new_faults(Some(&bad), &bad), None);
        assert_eq!(
            new_faults(Some(&bad), &seen(&good)),
            Some(RowEvent::Listed(Vec::new()))
        );
        assert_eq!(new_faults(None, &seen(&good)), None);
        let known = TabSnapshot::of_known(&partners(), Vec::new());
        assert_eq!(
            new_faults(Some(&known), &seen(&good)),
            Some(RowEvent::Listed(Vec::new()))
        );
    }

    #[test]
    fn a_line_that_stands_twice_is_still_its_partner_s_at_first_sight() {
        let row = "п1|Анна|89123456789|авторизован|700|";
        let told = |rows: &[&str]| marks(&diff(&partners(), None, &seen(rows)));
        assert_eq!(
            told(&[row, row])[..2],
            ["partner П1 Doubled(ChatId(700))", "Doubled П1"]
        );
        assert_eq!(
            told(&[row, "п1|Анна|89123456789|авторизован|701|"])[0],
            "Doubled П1"
        );
    }
}
