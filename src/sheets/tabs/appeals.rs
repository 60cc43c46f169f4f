//! The appeals tab between two reads: whose each row is, and what people did in it.
//!
//! Invariant: a row that stands alone beside the telegram_id with which it was known is its appeal's still; the journal is asked about
//! all others.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compared, News, Stray, Unplaced, unchanged};
use crate::{
    domain::{
        appeal::{Status, rating::Rating},
        event::{AnswerCell, AppealCells, RowEvent, RowMark, TelegramCell},
        identity::{
            AppealIndex, Asked, Assignment, Owner, RowKeys, Standing, matching::assign,
            news::AppealsRead,
        },
        ids::{AppealId, Number, PartnerCode},
        partner::{RowTrouble, Unaddressed},
        row::Column,
        tab::Tab,
        text::{Text, fingerprint},
        unready::{self, is_unready},
    },
    sheets::table::{
        layout::{cells, words::TabWords},
        snapshot::{Row, TabSnapshot},
    },
};

/// Cells that make an event when they change.
const WATCHED: [Column; 5] = [
    Column::Status,
    Column::Answer,
    Column::Delivery,
    Column::Updated,
    Column::Waiting,
];

/// Gives the rows that are as they were their appeals of before.
pub(super) fn compare(
    previous: Option<&TabSnapshot>,
    now: &mut TabSnapshot,
    unplaced: &Unplaced,
) -> Compared {
    let before = previous.map(TabSnapshot::index);
    let mut compared = Compared {
        changed: vec![true; now.rows.len()],
        asked: Asked::default(),
        strays: (unplaced.strays.iter())
            .map(|(appeal, strays)| (*appeal, strays.len()))
            .collect(),
    };
    let Compared { changed, asked, .. } = &mut compared;
    let keyed = keyed(now);
    let mut owned = Vec::new();
    for group in keyed.chunk_by(|(one, _), (other, _)| one == other) {
        let Some(&(number, first)) = group.first() else {
            continue;
        };
        let old: Vec<&Row> = (before.iter())
            .flat_map(|index| index.rows(&RowMark::Appeal(number)))
            .collect();
        let rows: Vec<&Row> = group.iter().map(|&(_, at)| &now.rows[at]).collect();
        let same = unchanged((previous, &old), (now, &rows), &WATCHED);
        group.iter().for_each(|&(_, at)| changed[at] = !same);
        match (rows.as_slice(), old.as_slice()) {
            ([row], [old]) if old.telegram == row.telegram && old.owner.is_some() => {
                owned.push((first, old.owner));
            }
            _ => {
                let chats = rows.iter().map(|row| row.telegram.chat());
                asked.rows.extend(chats.map(|chat| (Some(number), chat)));
            }
        }
    }
    let before = before.iter().flat_map(|index| index.iter());
    let before = before.filter_map(|(key, _)| number(key));
    let stands = |number: &Number| keyed.binary_search_by_key(number, |&(key, _)| key).is_ok();
    asked.gone = (before.chain(unplaced.displaced.iter().copied()))
        .filter(|number| !stands(number))
        .collect();
    let bare = now.rows.iter().filter(|row| row.key.is_none());
    let bare = bare.filter_map(|row| bare_keys(now, row));
    asked
        .rows
        .extend(bare.map(|keys| (None, keys.telegram.chat())));
    let first = now.rows.iter().filter(|row| now.is_written_first(row));
    asked.codes = first.filter_map(|row| code(now, row)).collect();
    for (at, owner) in owned {
        now.rows[at].owner = owner;
    }
    compared
}

/// What people did, and whose rows they are.
pub(super) fn news(
    words: &TabWords,
    now: &mut TabSnapshot,
    compared: &Compared,
    index: &AppealIndex,
) -> News {
    let mut events = Vec::new();
    let unaddressed = address(now, index, &mut events);
    let (mut places, mut keys) = (Vec::new(), Vec::new());
    for (at, row) in now.rows.iter().enumerate() {
        if let Some(appeal) = row.owner {
            if compared.changed[at] {
                let cells = appeal_cells(words, now, row, None);
                events.push(RowEvent::Appeal { cells, appeal });
            }
        } else if !unaddressed.contains_key(&row.row)
            && let Some(asked) = row_keys(now, row)
        {
            places.push(at);
            keys.push(asked);
        }
    }
    let assignment = assign(&keys, &compared.asked.gone, index);
    let changed: Vec<bool> = places.iter().map(|&at| compared.changed[at]).collect();
    let by_code = places.iter().map(|&at| now.rows[at].addressee.is_some());
    let by_code: Vec<bool> = by_code.collect();
    let reading = AppealsRead {
        rows: &keys,
        changed: &changed,
        strays: &compared.strays,
        cells: |at: usize| appeal_cells(words, now, &now.rows[places[at]], keys[at].history),
        by_code: &by_code,
        highest: now.highest(),
    };
    events.extend(reading.events(&assignment, index));
    for (&at, owner) in places.iter().zip(&assignment.owners) {
        now.rows[at].unread = *owner == Owner::Unread;
    }
    let strays = strays(&assignment, |at| now.rows[places[at]].row);
    for (&appeal, standing) in &assignment.standings {
        if let Standing::Own(at) = *standing
            && !strays.contains_key(&appeal)
        {
            now.rows[places[at]].owner = Some(appeal);
        }
    }
    News {
        rows: events,
        unplaced: Unplaced {
            strays,
            unaddressed,
            displaced: assignment.displaced,
        },
    }
}

/// The strays of each appeal, by the places of their rows.
fn strays(assignment: &Assignment, place: impl Fn(usize) -> u32) -> BTreeMap<AppealId, Vec<Stray>> {
    let stray = |(at, why): (usize, RowTrouble)| Stray {
        row: place(at),
        why,
    };
    let strays = assignment.strays().into_iter();
    strays
        .map(|(appeal, rows)| (appeal, rows.into_iter().map(stray).collect()))
        .collect()
}

/// Finds out to whom messages go that somebody has written first; those that cannot go to anybody yet. What stands there when anybody
/// looks for such for the first time is told to the journal.
fn address(
    now: &mut TabSnapshot,
    index: &AppealIndex,
    events: &mut Vec<RowEvent>,
) -> BTreeMap<u32, Unaddressed> {
    let (mut unaddressed, mut standing) = (BTreeMap::new(), BTreeSet::new());
    for at in 0..now.rows.len() {
        let row = &now.rows[at];
        let place = row.row;
        let found = if now.is_written_first(row) {
            code(now, row).and_then(|code| {
                let answer = now.text(row, Column::Answer).unwrap_or_default();
                let message = fingerprint(&format!("{}\n{answer}", code.as_str()));
                match &index.standing {
                    Some(known) if !known.contains(&message) => index.codes.get(&code).copied(),
                    _ => {
                        standing.insert(message);
                        Some(Err(Unaddressed::Standing))
                    }
                }
            })
        } else {
            is_a_stranger_s(now, row, index).then_some(Err(Unaddressed::Unregistered))
        };
        match found {
            Some(Ok(chat)) => now.rows[at].addressee = Some(chat),
            Some(Err(why)) => drop(unaddressed.insert(place, why)),
            None => {}
        }
    }
    if index.standing.is_none() && !standing.is_empty() {
        events.push(RowEvent::Standing(standing));
    }
    unaddressed
}

/// Whether a row holds a message for somebody who is no partner.
fn is_a_stranger_s(now: &TabSnapshot, row: &Row, index: &AppealIndex) -> bool {
    let Some(keys) = bare_keys(now, row) else {
        return false;
    };
    let chat = keys.telegram.chat();
    let is_blank = |history: &str| history.trim().is_empty();
    chat.is_some_and(|chat| index.strangers.contains(&chat))
        && keys.history.is_some_and(is_blank)
        && matches!(answer(keys.said[1].into()), AnswerCell::Text(_))
}

fn code(snapshot: &TabSnapshot, row: &Row) -> Option<PartnerCode> {
    cells::code(snapshot.text(row, Column::Code)?)
}

/// Marks rows whose history is wanted and was not read, besides those of which the journal knows nothing: those whose `№` no read has
/// shown before, and, as long as they can be given one, those without. The next read reads it.
pub(in crate::sheets) fn mark_unread(
    previous: Option<&TabSnapshot>,
    now: &mut TabSnapshot,
    writable: bool,
) {
    if now.tab != Tab::Appeals {
        return;
    }
    let index = previous.map(TabSnapshot::index);
    let is_new = |row: &Row| match (&index, &row.key, row.telegram) {
        (Some(index), Some(key), _) => index.rows(key).all(|old| old.unread),
        (_, None, TelegramCell::Id(_) | TelegramCell::Doubled(_)) => row.keyless && writable,
        (_, None, TelegramCell::Empty) => row.addressee.is_some() && writable,
        (None, Some(_), _) | (_, None, TelegramCell::Unreadable) => false,
    };
    for row in &mut now.rows {
        row.unread = row.history.is_none() && (row.unread || is_new(row));
    }
}

/// Whether rows have come up whose histories were not read yet.
#[must_use]
pub(in crate::sheets) fn wants_histories(now: &TabSnapshot) -> bool {
    now.rows.iter().any(|row| row.unread)
}

/// The rows that bear a number, by numbers, then from above.
fn keyed(now: &TabSnapshot) -> Vec<(Number, usize)> {
    let keyed = now.rows.iter().enumerate();
    let keyed = keyed.filter_map(|(at, row)| Some((number(row.key.as_ref()?)?, at)));
    let mut keyed: Vec<(Number, usize)> = keyed.collect();
    keyed.sort_unstable();
    keyed
}

fn number(key: &RowMark) -> Option<Number> {
    match key {
        RowMark::Appeal(number) => Some(*number),
        RowMark::Partner(_) | RowMark::Promotion(_) => None,
    }
}

/// What a row says of whose it is; nothing where it cannot be told.
fn row_keys<'a>(snapshot: &'a TabSnapshot, row: &'a Row) -> Option<RowKeys<'a>> {
    match &row.key {
        Some(key) => Some(keys(snapshot, row, number(key))),
        None => bare_keys(snapshot, row),
    }
}

/// A row without a number whose history is known.
fn bare_keys<'a>(snapshot: &'a TabSnapshot, row: &'a Row) -> Option<RowKeys<'a>> {
    let keys = keys(snapshot, row, None);
    (row.keyless && keys.history.is_some() && keys.telegram.chat().is_some()).then_some(keys)
}

fn keys<'a>(snapshot: &'a TabSnapshot, row: &'a Row, number: Option<Number>) -> RowKeys<'a> {
    let said = [Column::Status, Column::Answer, Column::Code];
    let history = row.history.as_deref();
    RowKeys {
        number,
        telegram: row.addressee.map_or(row.telegram, TelegramCell::Id),
        history: history.filter(|history| number.is_some() || !is_unready(history)),
        said: said.map(|column| snapshot.text(row, column).unwrap_or_default()),
    }
}

fn appeal_cells(
    words: &TabWords,
    snapshot: &TabSnapshot,
    row: &Row,
    history: Option<&str>,
) -> AppealCells {
    let text = |column| Text::from(snapshot.text(row, column).unwrap_or_default());
    AppealCells {
        status: status(words, &text(Column::Status)),
        answer: answer(text(Column::Answer)),
        styles: snapshot.styles.get(&row.row).cloned().unwrap_or_default(),
        delivery: text(Column::Delivery),
        updated: text(Column::Updated),
        waiting: snapshot.text(row, Column::Waiting).map(Text::from),
        rating: Rating::read(text(Column::Rating).as_str()),
        partner: history.and_then(|_| cells::code(text(Column::Code).as_str())),
        history: history.map(Text::from),
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
            appeal::row::RowLink,
            identity::AppealLink,
            ids::{ChatId, Seq},
        },
        sheets::table::{
            layout::tests::appeals,
            read_plan::{
                HistoryRange,
                tests::{HEADERS, snapshot},
            },
        },
    };

    /// A journal in which appeal `number` is of the chat `699 + number`, may have shown this history, and was stopped by these events.
    fn journal(asked: &Asked, stopped: &[RowEvent]) -> AppealIndex {
        let trouble = |number: Number| {
            stopped.iter().find_map(|event| match event {
                RowEvent::Stopped { trouble, appeal } if appeal.seq.0 == u64::from(number.0) => {
                    Some(*trouble)
                }
                _ => None,
            })
        };
        let link = |number: Number| AppealLink {
            id: AppealId::first(Seq(number.0.into())),
            chat: ChatId(699 + i64::from(number.0)),
            number: Some(number),
            row: RowLink::Numbered,
            trouble: trouble(number),
            lacks: None,
            code: None,
            answer: None,
            shows: vec!["история".to_owned()],
        };
        let mut index = AppealIndex::default();
        for (number, chat) in &asked.rows {
            index
                .numbered
                .extend(number.map(|number| (number, Some(link(number)))));
            let of_chat = chat.and_then(|chat| u32::try_from(chat.0 - 699).ok());
            let known = of_chat.filter(|&number| number < 9);
            index
                .of_chats
                .extend(known.and_then(|number| Some(((*chat)?, vec![link(Number(number))]))));
        }
        let gone = asked.gone.iter();
        index
            .numbered
            .extend(gone.map(|&number| (number, Some(link(number)))));
        index
    }

    /// What a snapshot tells after another one.
    fn told(
        previous: Option<&TabSnapshot>,
        now: &mut TabSnapshot,
        stopped: &[RowEvent],
    ) -> Vec<RowEvent> {
        told_after((previous, &Unplaced::default()), now, stopped).rows
    }

    fn told_after(
        (previous, unplaced): (Option<&TabSnapshot>, &Unplaced),
        now: &mut TabSnapshot,
        stopped: &[RowEvent],
    ) -> News {
        let compared = compare(previous, now, unplaced);
        let index = journal(&compared.asked, stopped);
        news(&appeals(), now, &compared, &index)
    }

    fn marks(events: &[RowEvent]) -> Vec<String> {
        let words = |event: &RowEvent| match event {
            RowEvent::Appeal { appeal, .. } => format!("appeal {appeal}"),
            RowEvent::NewAppeal(new) => {
                let history = new.cells.history.clone().unwrap_or_default();
                format!("new {} {}", new.chat, history.as_str())
            }
            RowEvent::NumberLost { appeal, .. } => format!("number lost {appeal}"),
            RowEvent::Stopped { trouble, appeal } => format!("{trouble:?} {appeal}"),
            RowEvent::Strays { appeal } => format!("strays {appeal}"),
            other => format!("{other:?}"),
        };
        events.iter().map(words).collect()
    }

    fn seen(rows: &[&str], histories: HistoryRange) -> TabSnapshot {
        let mut seen = snapshot(&appeals(), &[&[HEADERS], rows].concat(), histories);
        told(None, &mut seen, &[]);
        seen
    }

    fn between(before: &[&str], after: &[&str], histories: HistoryRange) -> Vec<String> {
        let headed = |rows: &[&str]| snapshot(&appeals(), &[&[HEADERS], rows].concat(), histories);
        let (mut before, mut after) = (headed(before), headed(after));
        let known = told_after((None, &Unplaced::default()), &mut before, &[]);
        let previous = (Some(&before), &known.unplaced);
        marks(&told_after(previous, &mut after, &known.rows).rows)
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
            (
                vec![row[0], "2|702||Новое|||"],
                vec!["Mismatched 2", "strays 2"],
            ),
            (vec![row[0]], vec!["Missing 2"]),
            (vec![row[0], row[0], row[1]], vec!["Doubled 1", "strays 1"]),
            (
                vec![row[0], row[1], "|709|своя|Новое|||"],
                vec!["new 709 своя"],
            ),
            (
                vec![row[0], row[1], "|||Новое|ответ||", "|нет|||||"],
                vec![],
            ),
            (vec!["|700|история|Новое|||", row[1]], vec!["number lost 1"]),
        ] {
            assert_eq!(between(&row, &after, HistoryRange::All), told, "{after:?}");
        }
        assert!(between(&row, &[row[0], row[1], "|709|своя||||"], HistoryRange::Skip).is_empty());
        assert!(between(&[row[0], row[0]], &[row[0], row[0]], HistoryRange::Skip).is_empty());
        assert_eq!(
            between(&[row[0], row[0]], &[row[0]], HistoryRange::Skip),
            ["appeal 1"]
        );
        assert_eq!(
            between(&[row[0], row[0]], &[], HistoryRange::Skip),
            ["Missing 1"]
        );
    }

    #[test]
    fn rows_without_number_ask_for_their_histories() {
        let wants = |previous: Option<&TabSnapshot>, now: &mut TabSnapshot, writable| {
            mark_unread(previous, now, writable);
            wants_histories(now)
        };
        let (mut bare, mut pasted) = (
            seen(&["1|700|||||"], HistoryRange::Skip),
            seen(&["1|700|||||", "|709|своя|||"], HistoryRange::Skip),
        );
        assert!(!wants(None, &mut bare, true));
        assert!(
            !wants(Some(&bare), &mut pasted.clone(), false),
            "they could get no number"
        );
        assert!(wants(None, &mut pasted.clone(), true));
        assert!(wants(Some(&bare), &mut pasted, true));
        assert!(
            wants(Some(&pasted), &mut pasted.clone(), true),
            "as long as it was not read"
        );
        let mut read = seen(&["1|700|||||", "|709|своя|||"], pasted.histories_needed());
        assert!(!wants(Some(&bare), &mut read, true));
        assert_eq!(
            marks(&told(Some(&pasted), &mut read, &[])),
            ["new 709 своя"]
        );
    }

    #[test]
    fn a_row_that_we_wrote_is_always_news() {
        let rows = [HEADERS, "1|700||Новое|да||"];
        let mut before = seen(&rows[1..], HistoryRange::Skip);
        before.distrust(Some(&RowMark::Appeal(Number(1))), None);
        before.distrust(Some(&RowMark::Appeal(Number(8))), None);
        before.remember(&RowMark::Appeal(Number(9)));
        let mut now = snapshot(&appeals(), &rows, HistoryRange::Skip);
        let events = told(Some(&before), &mut now, &[]);
        assert_eq!(marks(&events), ["appeal 1", "Missing 9"]);
        let RowEvent::Appeal { cells, .. } = &events[0] else {
            panic!("an appeal")
        };
        assert_eq!(
            cells,
            &AppealCells {
                status: Some(Status::New),
                answer: AnswerCell::Text("да".into()),
                styles: Vec::new(),
                delivery: Text::default(),
                updated: Text::default(),
                waiting: None,
                rating: None,
                partner: None,
                history: None,
            }
        );
    }

    prop_compose! {
        /// A sheet of numbered rows with any texts, in any order.
        fn sheet()(texts in prop::collection::vec(("[а-в]{0,2}", "[а-в]{0,2}"), 1..8)) -> Vec<String> {
            let row = |(at, (status, answer)): (usize, &(String, String))| format!("{}|{}||{status}|{answer}||", at + 1, 700 + at);
            texts.iter().enumerate().map(row).collect()
        }
    }

    fn texts(rows: &[String]) -> Vec<&str> {
        rows.iter().map(String::as_str).collect()
    }

    proptest! {
        #[test]
        fn permuting_rows_tells_nothing((before, after) in sheet().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))) {
            let told = between(&texts(&before), &texts(&after), HistoryRange::Skip);
            prop_assert_eq!(told, Vec::<String>::new());
        }

        #[test]
        fn an_edit_tells_of_its_row_alone(before in sheet(), at in any::<prop::sample::Index>(), column in 0..3usize) {
            let at = at.index(before.len());
            let mut after = before.clone();
            let mut cells: Vec<&str> = before[at].split('|').collect();
            cells[[3, 4, 6][column]] = "правка";
            after[at] = cells.join("|");
            let told = between(&texts(&before), &texts(&after), HistoryRange::Skip);
            prop_assert_eq!(told, [format!("appeal {}", at + 1)]);
        }

        #[test]
        fn a_doubled_number_never_makes_an_appeal_event(rows in sheet(), at in any::<prop::sample::Index>(), known in any::<bool>()) {
            let copy = &rows[at.index(rows.len())];
            let after = [rows.as_slice(), std::slice::from_ref(copy)].concat();
            let before = if known { texts(&rows) } else { Vec::new() };
            let told = between(&before, &texts(&after), HistoryRange::Skip);
            let number = at.index(rows.len()) + 1;
            let (doubled, appeal) = (format!("Doubled {number}"), format!("appeal {number}"));
            prop_assert_eq!(told.iter().filter(|words| **words == doubled).count(), 1);
            prop_assert!(!told.contains(&appeal));
        }
    }
}
