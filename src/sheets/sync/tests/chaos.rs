//! People do everything that people do to a live sheet, at any moment, while calls get lost and the process dies.
//!
//! Invariant: every answer reaches its own partner once, or waits in its cell with words beside it; what is ours ends as the journal wants it;
//! what is not ours ends as people left it; and in the end there is silence.

use std::collections::BTreeMap;

use proptest::prelude::*;
use simulator::sheets::{NumberFormat, Workbook};

use super::{
    bench::spreadsheet,
    crowd::{Act, CHATS, Crowd, HEADERS, act, rows, set, telegram_of, text, texts},
    script::{Script, config, script},
    world::{APPEALS, World},
};
use crate::domain::{
    appeal::{Appeal, ArchiveState, Author, Delivery, Dialogue, Line},
    ids::{ChatId, OutboxId, RowKey},
    project::{project, shown_history},
    row::{CellValue, Column},
    rules::Rules,
    view::View,
};

/// How long things may take to come to rest.
const ROUNDS: usize = 80;

/// Three partners; one has a row from before our time.
fn workbook() -> Workbook {
    let mut book = Workbook::new("книга", "Обращения партнёров");
    book.add_tab_sized(APPEALS, 60, 26).expect("room");
    book.paste(APPEALS, "A1", &[HEADERS]).expect("room");
    let old = [
        "п703",
        "8",
        "Вера",
        "703",
        "2025-01-01 10:00:00: Старый вопрос",
        "В работе",
        "",
        "'2025-01-01 10:00:00",
        "n703",
    ];
    book.paste(APPEALS, "A2", &[old]).expect("room");
    book
}

/// The world, the notes in it and what partners have written.
type Settled = (World, BTreeMap<String, usize>, Vec<(i64, String)>);

/// The state once everybody has a row with a number and a note.
fn settled() -> Settled {
    let mut world = World::new(workbook());
    let mut written = Vec::new();
    world.round(&mut Crowd::new(&Script::QUIET), 7);
    for chat in CHATS {
        world.register(ChatId(chat));
        let text = format!("вопрос от {chat}");
        world.writes_to_us(ChatId(chat), &text);
        written.push((chat, text));
    }
    for _ in 0..6 {
        world.round(&mut Crowd::new(&Script::QUIET), 7);
    }
    assert!(world.is_quiet(), "it settles");
    let mut notes = BTreeMap::from([("n703".to_owned(), 1)]);
    for (row, _) in rows(&world.book) {
        if text(&world.book, row, "заметка").is_empty() {
            let note = format!("n{}", text(&world.book, row, "№"));
            set(&mut world.book, row, "заметка", &note);
            notes.insert(note, 1);
        }
    }
    world.count_anew();
    world.sent.clear();
    (world, notes, written)
}

pub(super) fn play(script: &Script<Act>) -> Result<(), TestCaseError> {
    play_from(settled(), script)
}

/// The keys are shown as powers of ten: each pass reads values, and cannot tie them to what is shown but by reading twice.
pub(super) fn play_with_formats(script: &Script<Act>) -> Result<(), TestCaseError> {
    let (mut world, notes, written) = settled();
    for header in ["№", "telegram_id"] {
        let column = world.book.column(APPEALS, header).expect("stands");
        let cells = format!("{column}2:{column}60");
        let formatted = world.book.format(APPEALS, &cells, NumberFormat::Scientific);
        formatted.expect("a range");
    }
    let calls = world.log.len();
    world.round(&mut Crowd::new(&Script::QUIET), 61);
    assert!(world.log.len() > calls + 1, "values are read");
    world.count_anew();
    play_from((world, notes, written), script)
}

fn play_from(
    (mut world, notes, written): Settled,
    script: &Script<Act>,
) -> Result<(), TestCaseError> {
    world.copies();
    let mut crowd = Crowd {
        notes,
        written,
        ..Crowd::new(script)
    };
    let seconds = |round| if round < ROUNDS / 2 { 7 } else { 61 };
    let rests = world.comes_to_rest(&mut crowd, ROUNDS, seconds, |world| world.is_past_acts(4));
    prop_assert!(world.is_past_acts(0), "everything has happened");
    prop_assert!(
        rests,
        "it never ends: dirty {:?}, open {:?}, misplaced {:?}",
        world.journal.store.dirty(),
        world.journal.intents(),
        world.journal.misplaced(&spreadsheet())
    );
    let checks = [
        check_answers(&world, &crowd),
        check_rows(&world, &crowd, script.restores()),
        // What was never written to the sheet is gone with its journal.
        if script.restores() {
            Ok(())
        } else {
            check_dialogues(&world, &crowd)
        },
        check_notes(&world, &crowd),
    ];
    for check in checks {
        prop_assert!(check.is_ok(), "{:?}\n{}", check, shown(&world.book));
    }
    Ok(())
}

/// The tab, for whoever reads a failure.
fn shown(book: &Workbook) -> String {
    let table = book.table(APPEALS).expect("stands");
    let lines = (1..)
        .zip(&table)
        .filter(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
    lines
        .map(|(row, cells)| format!("{row}: {}\n", cells.join(" | ").replace('\n', " / ")))
        .collect()
}

/// Every answer went to its own partner, once; or it waits, and its row says so; or its author took it back.
fn check_answers(world: &World, crowd: &Crowd<'_>) -> Result<(), TestCaseError> {
    let answers: Vec<(i64, &str)> = world
        .sent
        .iter()
        .filter(|(_, id, _)| matches!(id, OutboxId::Answer(..)))
        .map(|(chat, _, text)| (chat.0, text.rsplit("\n\n").next().unwrap_or_default()))
        .collect();
    for (chat, text) in &answers {
        let theirs = crowd
            .typed
            .iter()
            .filter(|(whose, typed)| *whose == Some(*chat) && typed == text)
            .count();
        let sent = answers.iter().filter(|one| *one == &(*chat, *text)).count();
        // The stated bound: a sort that leaves our column out may trade two rows of one partner, and nothing tells.
        let several = world
            .journal
            .store
            .appeals()
            .iter()
            .filter(|appeal| appeal.chat.0 == *chat)
            .count()
            > 1;
        // And one more: a copy without a number that changes places with its row while it gets one.
        let traded = (several && crowd.sorts_theirs()) || (crowd.duplicates() && crowd.unnumbers());
        let theirs = if traded { theirs + 1 } else { theirs };
        prop_assert!(
            sent <= theirs,
            "«{}» went {} times to {}, typed for it {} times",
            text,
            sent,
            chat,
            theirs
        );
    }
    let standing = texts(&world.book, "специалист_ответ");
    for (_, text) in crowd
        .typed
        .iter()
        .filter(|(_, text)| !text.trim().is_empty())
    {
        let somewhere = standing.contains(text)
            || crowd.removed.contains(text)
            || answers.iter().any(|(_, sent)| sent == text);
        prop_assert!(somewhere, "«{}» is swallowed", text);
    }
    Ok(())
}

/// Rows that are whole show what the journal wants; the others say what is wrong with them; what has no key holds nothing of ours.
fn check_rows(world: &World, crowd: &Crowd<'_>, restored: bool) -> Result<(), TestCaseError> {
    let rows = rows(&world.book);
    let keys: Vec<_> = rows
        .iter()
        .map(|(row, _)| (text(&world.book, *row, "№"), telegram_of(&world.book, *row)))
        .collect();
    for ((row, cells), key) in rows.iter().zip(&keys) {
        let show = |header| text(&world.book, *row, header);
        let (number, chat) = key;
        if number.is_empty() {
            prop_assert!(chat.is_none(), "row {} has no number: {:?}", row, cells);
            // What stands in «Доставка» may be left of a row whose number a person has emptied.
            let ours = ["текст_обращений", "время_обновления"].map(show);
            // What a batch has hit is known to its own journal alone.
            let clean = restored || ours.iter().all(String::is_empty);
            prop_assert!(clean, "row {} has no key, and holds {:?}", row, ours);
            continue;
        }
        let Ok(number) = number.parse() else {
            return Err(TestCaseError::fail(format!(
                "row {row}: {number} is no number: {cells:?}"
            )));
        };
        let appeal = world
            .journal
            .store
            .numbered(number)
            .and_then(|id| world.journal.store.appeal(id));
        let Some(appeal) = appeal else {
            // The operator is told of numbers that the copy cannot know and that stand beside nobody, or twice.
            let twice = keys
                .iter()
                .filter(|(other, _)| other.parse() == Ok(number))
                .count()
                > 1;
            if restored && (chat.is_none() || twice) {
                continue;
            }
            return Err(TestCaseError::fail(format!("№ {number} is unknown")));
        };
        let once = keys.iter().filter(|other| *other == key).count() == 1;
        if !once || *chat != Some(appeal.chat.0) {
            prop_assert!(
                show("Доставка").starts_with("остановлено"),
                "row {} says nothing: {:?}",
                row,
                cells
            );
            continue;
        }
        // The stated bound: a row and its copy that such a sort has traded whole.
        if crowd.duplicates() && crowd.sorts_theirs() {
            continue;
        }
        prop_assert_eq!(
            appeal.row.trouble(),
            None,
            "row {} of № {} is whole",
            row,
            number
        );
        let desired = project(
            &world.rules,
            &world.journal.store,
            &RowKey::Appeal(appeal.id),
        )
        .expect("a row");
        for (column, value) in desired.ours {
            let header = match column {
                Column::Delivery => "Доставка",
                Column::Updated => "время_обновления",
                Column::Number => "№",
                _ => continue,
            };
            let wanted = match value {
                CellValue::Text(text) => text.0,
                CellValue::Number(number) => number.to_string(),
            };
            prop_assert_eq!(show(header), wanted, "row {}, {}", row, header);
        }
        prop_assert_eq!(&desired.shared, &[], "row {}: nothing is left to do", row);
        if appeal.delivery.state == Delivery::Held {
            continue;
        }
        let waits = matches!(appeal.delivery.state, Delivery::Held | Delivery::Formula)
            || appeal.delivery.formula;
        prop_assert!(
            waits || show("специалист_ответ").trim().is_empty(),
            "row {} keeps its answer: {:?}",
            row,
            cells
        );
    }
    Ok(())
}

/// Whether a line says this, or said it before it was changed: a changed message keeps its old words, and where its line could not be
/// changed, the new ones are a line of their own.
fn says(held: &str, text: &str) -> bool {
    held.match_indices(text).any(|(at, _)| {
        let (before, after) = (&held[..at], &held[at + text.len()..]);
        let begins = before.is_empty()
            || before.ends_with("было: ")
            || before.ends_with("Изменённое сообщение: ");
        begins && (after.is_empty() || after.starts_with("\n(") || after.starts_with(')'))
    })
}

/// Every message is in one dialogue, and every whole row shows its dialogue.
fn check_dialogues(world: &World, crowd: &Crowd<'_>) -> Result<(), TestCaseError> {
    for (chat, text) in &crowd.written {
        let holders = world
            .journal
            .store
            .appeals()
            .into_iter()
            .filter(|appeal| appeal.chat.0 == *chat);
        let lines = holders.flat_map(|appeal| world.journal.store.lines(appeal.id, usize::MAX));
        // A history that was taken over as a whole is one more copy.
        let holds = |line: &Line| line.author == Author::Partner && says(line.text.as_str(), text);
        prop_assert_eq!(lines.filter(holds).count(), 1, "{}", text);
    }
    for appeal in &world.journal.store.appeals() {
        let number = appeal.number.expect("given").to_string();
        let whole: Vec<_> = rows(&world.book)
            .into_iter()
            .map(|(row, _)| row)
            .filter(|row| {
                text(&world.book, *row, "№") == number
                    && telegram_of(&world.book, *row) == Some(appeal.chat.0)
            })
            .collect();
        // The stated bound again: two rows of one partner, or a row and its copy, that such a sort has traded whole.
        let several = world
            .journal
            .store
            .appeals()
            .iter()
            .filter(|other| other.chat == appeal.chat)
            .count()
            > 1;
        if (several || crowd.duplicates()) && crowd.sorts_theirs() {
            continue;
        }
        if let [row] = whole.as_slice() {
            let history = text(&world.book, *row, "текст_обращений");
            let wanted = shown_history(
                &world.rules,
                &world.journal.store,
                appeal,
                appeal.dialogue.lines,
            );
            prop_assert_eq!(&history, &wanted, "№ {}", number);
            check_archive(world, appeal, &history)?;
            prop_assert_eq!(appeal.dialogue.lines, appeal.dialogue.written);
        }
    }
    Ok(())
}

/// Cell and archive together show every line once, from the newest to the oldest.
fn check_archive(world: &World, appeal: &Appeal, history: &str) -> Result<(), TestCaseError> {
    let number = appeal.number.expect("given").to_string();
    let archive = world.book.table(&world.rules.archive.0).unwrap_or_default();
    let mut parts: Vec<(u32, &str)> = archive
        .iter()
        .skip(1)
        .filter(|row| row[0] == number)
        .map(|row| (row[1].parse().expect("a part"), row[2].as_str()))
        .collect();
    parts.sort_unstable();
    let places: Vec<u32> = parts.iter().map(|(part, _)| *part).collect();
    prop_assert_eq!(
        places,
        (1..=appeal.dialogue.shelf.parts).collect::<Vec<_>>(),
        "№ {}: each part once",
        number
    );
    let pointed = appeal.dialogue.shelf.parts > appeal.dialogue.shelf.told;
    let shown = if pointed {
        history.rsplit_once('\n').map_or("", |(shown, _)| shown)
    } else {
        history
    };
    let all: String = [shown]
        .into_iter()
        .chain(parts.iter().rev().map(|(_, text)| *text))
        .collect();
    let whole = shown_history(
        &Rules {
            cell: usize::MAX,
            ..world.rules.clone()
        },
        &world.journal.store,
        &Appeal {
            dialogue: Dialogue {
                shown_from: 0,
                shelf: ArchiveState::default(),
                ..appeal.dialogue
            },
            ..appeal.clone()
        },
        appeal.dialogue.lines,
    );
    let tight = |text: &str| text.split_whitespace().collect::<String>();
    prop_assert_eq!(tight(&all), tight(&whole), "№ {}", number);
    Ok(())
}

/// What people keep in a column of their own is as they left it.
fn check_notes(world: &World, crowd: &Crowd<'_>) -> Result<(), TestCaseError> {
    for (note, count) in crowd.notes.iter().filter(|(note, _)| !note.is_empty()) {
        let stands = rows(&world.book)
            .iter()
            .filter(|(row, _)| text(&world.book, *row, "заметка") == *note)
            .count();
        prop_assert_eq!(stands, *count, "{}", note);
    }
    Ok(())
}

fn cases() -> ProptestConfig {
    config(1_000, 41)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn whatever_people_do_every_answer_reaches_its_own_partner(script in script(act())) {
        play(&script)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases().cases.div_ceil(5), ..cases() })]

    #[test]
    fn nor_does_it_matter_how_keys_are_shown(script in script(act())) {
        play_with_formats(&script)?;
    }
}
