//! The status tab, for people who work in the spreadsheet.
//!
//! Invariant: only this tab is written, and only where it is; nothing reads it, so its writes need no turn with the synchroniser,
//! and one that is lost is made good by the next.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    clock,
    domain::{
        event::Rated,
        ids::RowKey,
        partner::RowTrouble,
        refusal::WriteRefusal,
        row::CellValue,
        rules::Rules,
        tab::Tab,
        tally,
        wording::{Note, StateNote},
    },
    journal::Snapshot,
    sheets::{
        table::read_plan::find_tab,
        wire::{Batch, Change, SheetsError, TabInfo},
    },
};

use super::{Console, chat_text, report::StatusReport};

/// How many rows and columns are ours to write, whatever they held before.
const HEIGHT: usize = 60;
/// See [`HEIGHT`].
const WIDTH: usize = 4;
/// How many stopped rows are named.
const NAMED: usize = 20;

type Row = Vec<CellValue>;

/// Writes the tab anew, if it is there; what fails is tried again at the next turn of the schedule.
pub async fn write(console: &Arc<Console>) {
    if let Err(error) = try_to_write(console).await {
        tracing::debug!(%error, "the state's tab is not written this time");
    }
}

async fn try_to_write(console: &Arc<Console>) -> Result<(), SheetsError> {
    let settings = &console.settings;
    let spreadsheet = settings.sheets.appeals.spreadsheet.clone();
    let structure = console.sheets.structure(&spreadsheet).await?;
    let Some(info) = find_tab(&structure.tabs, settings.words.state.tab.as_str()) else {
        return Ok(());
    };
    let shared = Arc::clone(console);
    // All appeals are looked through: too long for a thread of the runtime.
    let composing = tokio::task::spawn_blocking(move || compose(&shared, clock::now()));
    let Ok(Some(rows)) = composing.await else {
        return Ok(());
    };
    let batch = Batch {
        changes: changes(info, rows),
        read_back: Vec::new(),
    };
    console.sheets.write(&spreadsheet, &batch).await.map(drop)
}

/// Every cell of ours: what is left of a longer state before this one goes.
fn changes(info: &TabInfo, mut rows: Vec<Row>) -> Vec<Change> {
    rows.resize(HEIGHT.min(info.rows as usize), Row::new());
    let set = |(row, mut values): (u32, Row)| {
        values.resize(WIDTH.min(info.columns as usize), text(""));
        Change::Set {
            sheet: info.sheet,
            row,
            column: 0,
            values,
        }
    };
    (0..).zip(rows).map(set).collect()
}

/// The rows of the tab; `None` if the journal could not be read.
fn compose(console: &Console, now: Timestamp) -> Option<Vec<Row>> {
    let (rules, snapshot) = (&console.rules, console.journal.snapshot());
    let (status, pushed) = (console.status(), console.noted.pushed());
    let mut rows = head(rules, &status, pushed, now);
    rows.extend(stopped(rules, &snapshot));
    rows.push(Row::new());
    rows.extend(days(rules, &snapshot, now));
    snapshot.intact().then_some(rows)
}

/// How things are, in the words that the admin chat hears as well.
#[must_use]
pub fn head(
    rules: &Rules,
    status: &StatusReport,
    pushed: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Row> {
    let say = |note: StateNote<'_>| rules.wording.note(Note::State(note));
    let mut lines = vec![say(StateNote::Title(&rules.date_time(now)))];
    lines.extend(chat_text::lines(&rules.wording, status));
    lines.push(match pushed {
        Some(at) => say(StateNote::Push(&rules.date_time(at))),
        None => say(StateNote::NoPush),
    });
    lines.extend(status.broadcasts.iter().map(|broadcast| {
        let done = broadcast.sent + broadcast.failed + broadcast.unknown;
        say(StateNote::Mailing {
            title: &broadcast.title,
            done,
            all: done + broadcast.waiting,
        })
    }));
    lines.push(String::new());
    lines.iter().map(|line| vec![text(line)]).collect()
}

/// The rows that are left alone, and why.
fn stopped(rules: &Rules, snapshot: &Snapshot) -> Vec<Row> {
    let say = |note: StateNote<'_>| rules.wording.note(Note::State(note));
    let why = |trouble: RowTrouble| text(&rules.wording.note(Note::Stopped(trouble)));
    let appeals = snapshot.appeals().filter_map(|appeal| {
        let number = appeal.number?;
        let reason = match appeal.row.trouble() {
            _ if appeal.mixed => text(&rules.wording.note(Note::DeliveryMixed)),
            trouble => why(trouble?),
        };
        Some(vec![text(&say(StateNote::StoppedAppeal(number))), reason])
    });
    let partners = snapshot.partners().filter_map(|partner| {
        // Codes in several rows are named with the list's other faults.
        let trouble = partner
            .stopped
            .filter(|trouble| *trouble != RowTrouble::Doubled)?;
        Some(vec![
            text(&say(StateNote::StoppedPartner(&partner.code))),
            why(trouble),
        ])
    });
    let list = snapshot.view().partners_tab().faults;
    let unread = list.iter().map(|fault| {
        let bound = fault.bound(|code| {
            let partner = snapshot.view().partner(code);
            partner.is_some_and(|partner| partner.binding.is_some())
        });
        vec![
            text(&say(StateNote::StoppedList)),
            text(&rules.wording.note(Note::ListFault(fault, bound))),
        ]
    });
    let mut rows = refused(rules, snapshot);
    rows.extend(unread.chain(appeals).chain(partners));
    if rows.is_empty() {
        return vec![vec![text(&say(StateNote::StoppedNone))]];
    }
    let more = rows.len().saturating_sub(NAMED);
    rows.truncate(NAMED);
    rows.insert(0, vec![text(&say(StateNote::StoppedHeading))]);
    if more > 0 {
        let count = u64::try_from(more).unwrap_or(u64::MAX);
        rows.push(vec![text(&say(StateNote::StoppedMore(count)))]);
    }
    rows
}

/// The rows that Google does not let us write, and why.
fn refused(rules: &Rules, snapshot: &Snapshot) -> Vec<Row> {
    let say = |note: StateNote<'_>| text(&rules.wording.note(Note::State(note)));
    let tabs = [Tab::Appeals, Tab::Partners, Tab::Promotions]
        .map(|tab| snapshot.view().tab(tab).reads().refused.clone());
    let named = tabs.into_iter().flatten().filter_map(|row| {
        let name = match &row.key {
            RowKey::Appeal(id) => say(StateNote::StoppedAppeal(
                snapshot.view().appeal(*id)?.number?,
            )),
            RowKey::Partner(code) => say(StateNote::StoppedPartner(code)),
            RowKey::Promotion(key) => say(StateNote::StoppedPromotion(
                snapshot.view().promotion(key)?.row.offer.title.as_str(),
            )),
        };
        let why = rules
            .wording
            .note(Note::Refusal(WriteRefusal::of(&row.words)));
        Some(vec![name, say(StateNote::Refused(&why))])
    });
    named.collect()
}

/// The last days, today first.
fn days(rules: &Rules, snapshot: &Snapshot, now: Timestamp) -> Vec<Row> {
    let say = |note: StateNote<'_>| text(&rules.wording.note(Note::State(note)));
    let heads = [
        StateNote::Day,
        StateNote::Messages,
        StateNote::Answers,
        StateNote::Announced,
    ];
    let mut rated = Rated::default();
    let since = now - tally::SPAN;
    let appeals = snapshot.appeals();
    let appeals = appeals.inspect(|appeal| tally::rate(&mut rated, appeal, since));
    let days = tally::days(rules, snapshot.view(), appeals, snapshot.broadcasts(), now);
    let (up, down) = (rated.up, rated.down);
    let rated = (up + down > 0).then(|| vec![say(StateNote::Rated { up, down })]);
    let mut rows: Vec<Row> = rated.into_iter().collect();
    rows.push(heads.into_iter().map(say).collect());
    let number = |count: u32| CellValue::Number(count.into());
    rows.extend(days.into_iter().rev().map(|(date, day)| {
        vec![
            text(&date.strftime("%d.%m.%Y").to_string()),
            number(day.messages),
            number(day.answers),
            number(day.announced),
        ]
    }));
    rows
}

fn text(words: &str) -> CellValue {
    CellValue::Text(words.into())
}
