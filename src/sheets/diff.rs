//! What people did between two reads, as events.
//!
//! Invariant: rows are compared by key, never by place; the previous snapshot only filters, so that a repeat does no harm
//! and a missing previous snapshot loses nothing.

pub(super) mod promotions;
pub mod staff;

use std::collections::BTreeMap;

use super::{
    layout::words::TabWords,
    look::{Row, TabSnapshot},
};
use crate::domain::{
    appeal::Status,
    event::{
        AnswerCell, AppealCells, Event, Looked, PartnerCells, RowEvent, RowMark, TelegramCell,
        UnnumberedCells,
    },
    ids::{ChatId, Number, PartnerCode},
    row::Column,
    tab::Tab,
    text::Text,
    unready::{self, is_unready},
};

/// What differs from the previous snapshot; everything without one.
#[must_use]
pub fn diff(words: &TabWords, previous: Option<&TabSnapshot>, now: &TabSnapshot) -> Vec<RowEvent> {
    if now.tab == Tab::Promotions {
        return promotions::diff(previous, now).into_iter().collect();
    }
    let (index, before) = (
        now.index(),
        previous.map(|previous| (previous, previous.index())),
    );
    let mut events = Vec::new();
    for (key, rows) in index.iter() {
        let old: Vec<_> = before
            .iter()
            .flat_map(|(_, index)| index.rows(key))
            .collect();
        let known = |row: &&Row| {
            previous
                .is_some_and(|previous| old.iter().any(|old| unchanged(previous, old, now, row)))
        };
        if rows.len() == old.len() && rows.iter().all(known) {
            continue;
        }
        if let (RowMark::Partner(code), [upper, _, ..]) = (key, rows.as_slice())
            && previous.is_none()
            && staff::is_one_line(&rows)
        {
            events.push(RowEvent::Partner(partner(words, now, upper, code)));
        }
        // A number that was there before is known to the journal; of a new one it wants to know all.
        let new = old.iter().all(|old| old.unread);
        events.push(match (key, rows.as_slice()) {
            (RowMark::Partner(code), [row]) => RowEvent::Partner(partner(words, now, row, code)),
            (RowMark::Partner(_) | RowMark::Promotion(_), _) => RowEvent::Doubled(key.clone()),
            (&RowMark::Appeal(number), [row]) => {
                RowEvent::Appeal(appeal(words, now, row, number, new))
            }
            (&RowMark::Appeal(number), rows) => RowEvent::Several(
                rows.iter()
                    .map(|row| appeal(words, now, row, number, new))
                    .collect(),
            ),
        });
    }
    if let Some((_, before)) = &before {
        let gone = before
            .iter()
            .filter(|(key, _)| index.rows(key).next().is_none());
        events.extend(gone.map(|(key, _)| RowEvent::Missing(key.clone())));
    }
    if now.tab == Tab::Partners {
        events.extend(staff::diff(previous, now));
    }
    // They are told again until they have their numbers: of rows alike in every way one gets its number after the other.
    let highest = now.highest();
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for row in now.unnumbered() {
        *counts.entry(whole(now, row)).or_default() += 1;
    }
    let told = |row: &Row| {
        row.history
            .as_deref()
            .is_some_and(|history| !is_unready(history))
    };
    for (row, chat) in now.unnumbered().filter(|(row, _)| told(row)) {
        let alike = counts.get(&whole(now, (row, chat))).copied().unwrap_or(1);
        events.push(RowEvent::Unnumbered(UnnumberedCells {
            alike,
            ..unnumbered(words, now, row, chat, highest)
        }));
    }
    events
}

/// The events of a read, its end included.
#[must_use]
pub fn events(words: &TabWords, previous: Option<&TabSnapshot>, now: &TabSnapshot) -> Vec<Event> {
    let looked = Looked {
        tab: now.tab,
        began: now.began,
        highest: now.highest(),
    };
    let rows = diff(words, previous, now).into_iter().map(Event::Row);
    rows.chain([Event::Looked(looked)]).collect()
}

/// Marks rows whose history is wanted and was not read: those whose `№` no read has shown before, and, as long as they can be given one,
/// those without. The next read reads it.
pub fn mark_unread(previous: Option<&TabSnapshot>, now: &mut TabSnapshot, writable: bool) {
    let index = previous.map(TabSnapshot::index);
    let is_new = |row: &Row| match (&index, &row.key, row.telegram) {
        (Some(index), Some(key @ RowMark::Appeal(_)), _) => index.rows(key).all(|old| old.unread),
        (_, None, TelegramCell::Id(_) | TelegramCell::Doubled(_)) => row.keyless && writable,
        (None, Some(RowMark::Appeal(_)), _)
        | (_, Some(RowMark::Partner(_) | RowMark::Promotion(_)), _) => false,
        (_, None, TelegramCell::Empty | TelegramCell::Unreadable) => false,
    };
    let appeals = now.tab == Tab::Appeals;
    for row in &mut now.rows {
        row.unread = appeals && row.history.is_none() && is_new(row);
    }
}

/// Whether rows have come up whose histories were not read yet.
#[must_use]
pub fn wants_histories(now: &TabSnapshot) -> bool {
    now.rows.iter().any(|row| row.unread)
}

/// Cells that make an event when they change.
fn watched(tab: Tab) -> &'static [Column] {
    match tab {
        Tab::Partners => &[
            Column::Code,
            Column::Name,
            Column::Phone,
            Column::Access,
            Column::Since,
        ],
        Tab::Appeals => &[
            Column::Status,
            Column::Answer,
            Column::Delivery,
            Column::Updated,
        ],
        Tab::Promotions => &[],
    }
}

fn unchanged(previous: &TabSnapshot, old: &Row, now: &TabSnapshot, row: &Row) -> bool {
    let same = |&column: &Column| {
        previous.text(old, column).unwrap_or_default() == now.text(row, column).unwrap_or_default()
    };
    !old.stale && !old.unread && old.telegram == row.telegram && watched(now.tab).iter().all(same)
}

/// Everything that an event about a row without `№` says, for comparing.
fn whole<'a>(
    snapshot: &'a TabSnapshot,
    (row, chat): (&'a Row, ChatId),
) -> (ChatId, [Option<&'a str>; 4]) {
    let text = |column| snapshot.text(row, column);
    (
        chat,
        [
            row.history.as_deref(),
            text(Column::Status),
            text(Column::Answer),
            text(Column::Code),
        ],
    )
}

fn partner(
    words: &TabWords,
    snapshot: &TabSnapshot,
    row: &Row,
    code: &PartnerCode,
) -> PartnerCells {
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

fn appeal(
    words: &TabWords,
    snapshot: &TabSnapshot,
    row: &Row,
    number: Number,
    whole: bool,
) -> AppealCells {
    let text = |column| Text::from(snapshot.text(row, column).unwrap_or_default());
    let history = row.history.as_deref().filter(|_| whole);
    AppealCells {
        number,
        chat: row.telegram,
        status: status(words, &text(Column::Status)),
        answer: answer(text(Column::Answer)),
        delivery: text(Column::Delivery),
        updated: text(Column::Updated),
        partner: history.and_then(|_| super::layout::cells::code(text(Column::Code).as_str())),
        history: history.map(Text::from),
    }
}

fn unnumbered(
    words: &TabWords,
    snapshot: &TabSnapshot,
    row: &Row,
    chat: ChatId,
    highest: Option<Number>,
) -> UnnumberedCells {
    let text = |column| Text::from(snapshot.text(row, column).unwrap_or_default());
    UnnumberedCells {
        chat,
        partner: super::layout::cells::code(text(Column::Code).as_str()),
        status: status(words, &text(Column::Status)),
        answer: answer(text(Column::Answer)),
        history: text(Column::History),
        updated: text(Column::Updated),
        highest,
        alike: 1,
    }
}

/// A status cell whose formula has failed says nothing.
fn status(words: &TabWords, text: &Text) -> Option<Status> {
    unready::own(text).and_then(|text| words.status(text.as_str()))
}

/// The text stays as it was read, to the letter: clearing it compares with it.
fn answer(text: Text) -> AnswerCell {
    if text.is_blank() {
        AnswerCell::Blank
    } else if is_unready(text.as_str()) {
        AnswerCell::Unready(text)
    } else {
        AnswerCell::Text(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        domain::{
            event::TelegramCell,
            ids::{Number, PartnerCode},
            listing::ListFault,
        },
        sheets::{
            layout::tests::{appeals, partners},
            look::plan::{
                HistoryRange,
                tests::{HEADERS, snapshot},
            },
        },
    };

    fn marks(events: &[RowEvent]) -> Vec<String> {
        let name = |mark: &RowMark| match mark {
            RowMark::Partner(code) => code.as_str().to_owned(),
            RowMark::Appeal(number) => number.to_string(),
            RowMark::Promotion(key) => key.0.clone(),
        };
        let words = |event: &RowEvent| match event {
            RowEvent::Partner(cells) => {
                format!("partner {} {:?}", cells.code.as_str(), cells.telegram)
            }
            RowEvent::Appeal(cells) => format!("appeal {}", cells.number),
            RowEvent::Unnumbered(cells) => {
                format!("unnumbered {} {}", cells.chat, cells.history.as_str())
            }
            RowEvent::Missing(mark) => format!("missing {}", name(mark)),
            RowEvent::Doubled(mark) => format!("doubled {}", name(mark)),
            RowEvent::Several(rows) => format!("several {}", rows[0].number),
            RowEvent::Promotions(rows) => format!("{} promotions", rows.len()),
            RowEvent::Listed(faults) => format!("{faults:?}"),
        };
        events.iter().map(words).collect()
    }

    fn between(before: &[&str], after: &[&str], histories: HistoryRange) -> Vec<String> {
        let headed = |rows: &[&str]| snapshot(&appeals(), &[&[HEADERS], rows].concat(), histories);
        marks(&diff(&appeals(), Some(&headed(before)), &headed(after)))
    }

    #[test]
    fn what_people_do_to_appeals() {
        let row = ["1|700|история|Новое|||", "2|701||Новое|||"];
        for (after, told) in [
            (vec![row[1], row[0]], vec![]),
            (
                vec![row[0], "2|701||Новое|Здравствуйте||"],
                vec!["appeal 2"],
            ),
            (vec![row[0], "2|702||Новое|||"], vec!["appeal 2"]),
            (vec![row[0]], vec!["missing 2"]),
            (vec![row[0], row[0], row[1]], vec!["several 1"]),
            (
                vec![row[0], row[1], "|703|своя|Новое|||"],
                vec!["unnumbered 703 своя"],
            ),
            (
                vec![row[0], row[1], "|||Новое|ответ||", "|нет|||||"],
                vec![],
            ),
            (
                vec!["|700|история|Новое|||", row[1]],
                vec!["missing 1", "unnumbered 700 история"],
            ),
        ] {
            assert_eq!(between(&row, &after, HistoryRange::All), told, "{after:?}");
        }
        assert!(between(&row, &[row[0], row[1], "|703|своя||||"], HistoryRange::Skip).is_empty());
        assert!(between(&[row[0], row[0]], &[row[0], row[0]], HistoryRange::Skip).is_empty());
        assert_eq!(
            between(&[row[0], row[0]], &[row[0]], HistoryRange::Skip),
            ["appeal 1"]
        );
        assert_eq!(
            between(&[row[0], row[0]], &[], HistoryRange::Skip),
            ["missing 1"]
        );
    }

    #[test]
    fn rows_without_number_ask_for_their_histories() {
        let seen = |rows: &[&str], histories| {
            snapshot(&appeals(), &[&[HEADERS], rows].concat(), histories)
        };
        let wants = |previous: Option<&TabSnapshot>, now: &mut TabSnapshot, writable| {
            mark_unread(previous, now, writable);
            wants_histories(now)
        };
        let (mut bare, mut pasted) = (
            seen(&["1|700|||||"], HistoryRange::Skip),
            seen(&["1|700|||||", "|701|своя|||"], HistoryRange::Skip),
        );
        assert!(!wants(None, &mut bare, true));
        assert!(wants(None, &mut pasted, true));
        assert!(
            !wants(Some(&bare), &mut pasted.clone(), false),
            "they could get no number"
        );
        assert!(wants(Some(&bare), &mut pasted, true));
        assert!(
            wants(Some(&pasted), &mut pasted.clone(), true),
            "as long as it was not read"
        );
        let mut read = seen(&["1|700|||||", "|701|своя|||"], pasted.histories_needed());
        assert!(!wants(Some(&bare), &mut read, true));
        assert_eq!(
            marks(&diff(&appeals(), Some(&pasted), &read)),
            ["unnumbered 701 своя"]
        );
    }

    #[test]
    fn a_row_that_we_wrote_is_always_news() {
        let rows = [HEADERS, "1|700||Новое|да||"];
        let mut before = snapshot(&appeals(), &rows, HistoryRange::Skip);
        before.distrust(Some(&RowMark::Appeal(Number(1))), None);
        before.distrust(Some(&RowMark::Appeal(Number(8))), None);
        before.remember(&RowMark::Appeal(Number(9)));
        let events = diff(
            &appeals(),
            Some(&before),
            &snapshot(&appeals(), &rows, HistoryRange::Skip),
        );
        assert_eq!(marks(&events), ["appeal 1", "missing 9"]);
        let RowEvent::Appeal(cells) = &events[0] else {
            panic!("an appeal")
        };
        assert_eq!(
            cells,
            &AppealCells {
                number: Number(1),
                chat: TelegramCell::Id(ChatId(700)),
                status: Some(Status::New),
                answer: AnswerCell::Text("да".into()),
                delivery: Text::default(),
                updated: Text::default(),
                partner: None,
                history: None,
            }
        );
    }

    #[test]
    fn what_people_do_to_the_staff_list() {
        const STAFF: &str = "Код партнера|ФИО|Телефон партнера|Статус|Telegram ID|Дата авторизации";
        let seen =
            |rows: &[&str]| snapshot(&partners(), &[&[STAFF], rows].concat(), HistoryRange::Skip);
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
        assert_eq!(told(&[rows[0]]), ["missing П2"]);
        assert_eq!(told(&[rows[0], rows[1], rows[1]]), ["doubled П2"]);
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
        const STAFF: &str = "Код партнера|ФИО|Телефон партнера|Статус|Telegram ID|Дата авторизации";
        let seen =
            |rows: &[&str]| snapshot(&partners(), &[&[STAFF], rows].concat(), HistoryRange::Skip);
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
        let faults = [
            ListFault::TelegramDoubled(vec![(2, code("п1")), (4, code("п4"))]),
            ListFault::CodeDoubled(vec![5, 6], code("п5")),
            ListFault::Code(9, Text::from("два слова")),
            ListFault::NoCode(7),
            ListFault::Phone(3, code("п3")),
            ListFault::Telegram(5, code("п5")),
        ];
        assert_eq!(staff::faults(&bad), faults);
        assert_eq!(
            staff::diff(Some(&seen(&good)), &bad),
            Some(RowEvent::Listed(faults.into()))
        );
        assert_eq!(staff::diff(Some(&bad), &bad), None);
        assert_eq!(
            staff::diff(Some(&bad), &seen(&good)),
            Some(RowEvent::Listed(Vec::new()))
        );
        assert_eq!(staff::diff(None, &seen(&good)), None);
        let known = TabSnapshot::of_known(&partners(), Vec::new());
        assert_eq!(
            staff::diff(Some(&known), &seen(&good)),
            Some(RowEvent::Listed(Vec::new()))
        );
    }

    #[test]
    fn a_line_that_stands_twice_is_still_its_partner_s_at_first_sight() {
        const STAFF: &str = "Код партнера|ФИО|Телефон партнера|Статус|Telegram ID|Дата авторизации";
        let seen =
            |rows: &[&str]| snapshot(&partners(), &[&[STAFF], rows].concat(), HistoryRange::Skip);
        let row = "п1|Анна|89123456789|авторизован|700|";
        let told = |rows: &[&str]| marks(&diff(&partners(), None, &seen(rows)));
        assert_eq!(
            told(&[row, row])[..2],
            ["partner П1 Doubled(ChatId(700))", "doubled П1"]
        );
        assert_eq!(
            told(&[row, "п1|Анна|89123456789|авторизован|701|"])[0],
            "doubled П1"
        );
    }

    #[test]
    fn a_look_ends_with_its_end() {
        let now = snapshot(&appeals(), &[HEADERS, "5|700|||||"], HistoryRange::Skip);
        let looked = Looked {
            tab: Tab::Appeals,
            began: now.began,
            highest: Some(Number(5)),
        };
        assert_eq!(
            events(&appeals(), Some(&now), &now),
            [Event::Looked(looked)]
        );
    }

    prop_compose! {
        /// A sheet of numbered rows with any texts, in any order.
        fn sheet()(texts in prop::collection::vec(("[а-в]{0,2}", "[а-в]{0,2}"), 1..8)) -> Vec<String> {
            let row = |(at, (status, answer)): (usize, &(String, String))| format!("{}|{}||{status}|{answer}||", at + 1, 700 + at);
            texts.iter().enumerate().map(row).collect()
        }
    }

    fn seen(rows: &[String]) -> TabSnapshot {
        let rows: Vec<&str> = std::iter::once(HEADERS)
            .chain(rows.iter().map(String::as_str))
            .collect();
        snapshot(&appeals(), &rows, HistoryRange::Skip)
    }

    proptest! {
        #[test]
        fn permuting_rows_tells_nothing((before, after) in sheet().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))) {
            prop_assert_eq!(diff(&appeals(), Some(&seen(&before)), &seen(&after)), []);
        }

        #[test]
        fn an_edit_tells_of_its_row_alone(before in sheet(), at in any::<prop::sample::Index>(), column in 0..3usize) {
            let at = at.index(before.len());
            let mut after = before.clone();
            let mut cells: Vec<&str> = before[at].split('|').collect();
            cells[[3, 4, 6][column]] = "правка";
            after[at] = cells.join("|");
            let told = marks(&diff(&appeals(), Some(&seen(&before)), &seen(&after)));
            prop_assert_eq!(told, [format!("appeal {}", at + 1)]);
        }

        #[test]
        fn a_doubled_number_never_makes_an_appeal_event(rows in sheet(), at in any::<prop::sample::Index>(), known in any::<bool>()) {
            let copy = &rows[at.index(rows.len())];
            let after = [rows.as_slice(), std::slice::from_ref(copy)].concat();
            let before = seen(&rows);
            let told = marks(&diff(&appeals(), known.then_some(&before), &seen(&after)));
            let number = at.index(rows.len()) + 1;
            let (doubled, appeal) = (format!("several {number}"), format!("appeal {number}"));
            prop_assert_eq!(told.iter().filter(|words| **words == doubled).count(), 1);
            prop_assert!(!told.contains(&appeal));
        }
    }
}
