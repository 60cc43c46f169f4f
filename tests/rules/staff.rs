//! The staff list under the hands of people and scripts: who is in, who is out, and whose account is where.
//!
//! Invariant: the right person is bound, and nobody loses access for a moment's emptiness.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sheetdesk::domain::{
    effect::Wake,
    event::{Command, ErasedPerson, Event, PartnerCells, RowEvent, RowResult, TelegramCell},
    ids::{ChatId, RowKey},
    partner::RowTrouble,
    row::{CellValue, Column},
    tab::Tab,
    text::Text,
    view::View,
};

use crate::table::{ADMIN, ANNA, BORIS, Table, code};

const MINUTE: i64 = 60;

/// What a row of the list shows.
struct Line {
    telegram: TelegramCell,
    refused: bool,
}

const EMPTY: Line = Line {
    telegram: TelegramCell::Empty,
    refused: false,
};

fn shows(table: &mut Table, written: &str, phone: &str, line: &Line) -> Vec<String> {
    table.event(&Event::Row(RowEvent::Partner(PartnerCells {
        code: code(written),
        written_code: Text::from(written),
        name: Text::from(written),
        phone: Text::from(phone),
        authorized: !line.refused && line.telegram != TelegramCell::Empty,
        refused: line.refused,
        telegram: line.telegram,
        since: Text::default(),
    })))
}

fn anna(table: &mut Table, line: &Line) -> Vec<String> {
    shows(table, "П-1", "79123456789", line)
}

fn is_in(table: &Table, chat: ChatId) -> bool {
    table
        .state
        .session(chat)
        .is_some_and(|session| session.partner.is_some())
}

fn missing(table: &mut Table, written: &str) {
    let missing = RowEvent::PartnerStopped(code(written), RowTrouble::Missing);
    table.event(&Event::Row(missing));
}

/// Minutes pass, with a read every five, and the timers go off.
fn pass(table: &mut Table, minutes: i64) -> Vec<String> {
    let mut told = Vec::new();
    for minute in 1..=minutes {
        table.later(MINUTE);
        if minute % 5 == 0 {
            told.extend(table.looked(Tab::Partners));
        }
        told.extend(due(table));
    }
    told
}

/// The timers go off whose moment has come.
fn due(table: &mut Table) -> Vec<String> {
    let due: Vec<_> = table
        .state
        .timers()
        .into_iter()
        .filter(|(at, _)| *at <= table.now)
        .collect();
    let told = due.into_iter().flat_map(|timer| {
        table.state.remove_timer(&timer);
        table.event(&Event::Due(timer.1))
    });
    told.collect()
}

fn access(table: &Table, written: &str) -> Option<(String, String)> {
    let row = table.project(&RowKey::Partner(code(written)))?;
    let text = |wanted: Column| {
        let value = row
            .ours
            .iter()
            .find(|(column, _)| *column == wanted)
            .map(|(_, value)| value);
        match value {
            Some(CellValue::Text(text)) => text.as_str().to_owned(),
            Some(CellValue::Number(number)) => number.to_string(),
            None => String::new(),
        }
    };
    Some((text(Column::Access), text(Column::Telegram)))
}

fn at_home() -> Line {
    Line {
        telegram: TelegramCell::Id(ANNA),
        ..EMPTY
    }
}

#[test]
fn an_account_that_is_gone_for_a_moment_is_nobody_s_loss() {
    let mut table = Table::registered();
    anna(&mut table, &at_home());
    anna(&mut table, &EMPTY);
    pass(&mut table, 9);
    anna(&mut table, &at_home());
    assert_eq!(pass(&mut table, 30), [""; 0]);
    assert!(is_in(&table, ANNA));
}

#[test]
fn an_account_that_stands_nowhere_in_two_looks_ten_minutes_apart_is_let_go_and_told() {
    let mut table = Table::registered();
    anna(&mut table, &at_home());
    anna(&mut table, &EMPTY);
    let told = pass(&mut table, 16);
    assert!(
        told.contains(
            &"7001: Ваш код больше не привязан к этому чату. Если это ошибка, напишите вашему менеджеру, а потом пришлите код ещё раз. [no keyboard]"
                .to_owned()
        ),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|line| line.starts_with(&format!("{ADMIN}: Код П-1 отвязан"))),
        "{told:?}"
    );
    assert!(!is_in(&table, ANNA));
    assert_eq!(
        access(&table, "П-1"),
        Some(("не авторизован".to_owned(), String::new()))
    );
    table.text(ANNA, "П-1");
    table.contact(ANNA, "79123456789", true);
    assert!(is_in(&table, ANNA), "and may register again");
    assert_eq!(access(&table, "П-1").expect("a row").0, "авторизован");
}

#[test]
fn a_code_that_is_gone_for_ten_minutes_takes_its_access_along_and_one_that_returns_keeps_it() {
    for (minutes, stays) in [(9, true), (16, false)] {
        let mut table = Table::registered();
        anna(&mut table, &at_home());
        missing(&mut table, "П-1");
        pass(&mut table, minutes);
        let told = anna(&mut table, &EMPTY);
        assert_eq!(is_in(&table, ANNA), stays, "{minutes} minutes");
        assert_eq!(
            told.contains(&"dirty partner П-1".to_owned()),
            stays,
            "its account is put back: {told:?}"
        );
    }
}

#[test]
fn the_word_beside_the_intact_pair_ends_it_at_once() {
    let mut table = Table::registered();
    anna(&mut table, &at_home());
    let refused = Line {
        refused: true,
        ..at_home()
    };
    anna(&mut table, &refused);
    assert!(!is_in(&table, ANNA));
    let mut table = Table::registered();
    anna(
        &mut table,
        &Line {
            refused: true,
            ..EMPTY
        },
    );
    assert!(
        is_in(&table, ANNA),
        "the word alone is what stood there before"
    );
}

#[test]
fn how_an_account_is_shown_ends_nothing() {
    let mut table = Table::registered();
    anna(&mut table, &at_home());
    for telegram in [TelegramCell::Unreadable, TelegramCell::Doubled(ANNA)] {
        anna(&mut table, &Line { telegram, ..EMPTY });
        pass(&mut table, 30);
        assert!(is_in(&table, ANNA), "{telegram:?}");
    }
}

#[test]
fn an_account_beside_another_code_is_put_back_and_binds_nobody() {
    let mut table = Table::registered();
    anna(&mut table, &at_home());
    shows(&mut table, "П-2", "79000000000", &EMPTY);
    // The script has moved the columns that people fill down by one row.
    anna(&mut table, &EMPTY);
    shows(&mut table, "П-2", "79000000000", &at_home());
    let told = pass(&mut table, 16);
    assert!(
        told.contains(&"dirty partner П-1".to_owned())
            && told.contains(&"dirty partner П-2".to_owned()),
        "{told:?}"
    );
    assert!(is_in(&table, ANNA));
    assert_eq!(access(&table, "П-1").expect("bound").1, ANNA.to_string());
    assert_eq!(
        access(&table, "П-2"),
        Some(("не авторизован".to_owned(), String::new()))
    );
    shows(&mut table, "П-2", "79000000000", &EMPTY);
    assert_eq!(access(&table, "П-2"), None, "and then it is left alone");
}

#[test]
fn a_list_that_loses_too_many_at_once_is_held_and_told_once() {
    let mut table = Table::sighted();
    for (at, written) in ["П-1", "П-2", "П-3"].into_iter().enumerate() {
        let chat = ChatId(7_001 + i64::try_from(at).expect("small"));
        let phone = format!("7912345678{at}");
        shows(&mut table, written, &phone, &EMPTY);
        table.text(chat, written);
        table.contact(chat, &phone, true);
        assert!(is_in(&table, chat), "{written}");
    }
    for written in ["П-1", "П-2"] {
        missing(&mut table, written);
    }
    let told = pass(&mut table, 40);
    let held = |told: &[String]| {
        told.iter()
            .filter(|line| line.contains("пропали сразу 2 из 3"))
            .count()
    };
    assert_eq!(held(&told), 1, "{told:?}");
    assert!(is_in(&table, ANNA) && is_in(&table, BORIS));
    for written in ["П-1", "П-2"] {
        shows(&mut table, written, "79123456780", &EMPTY);
    }
    let told = pass(&mut table, 5);
    assert!(
        told.contains(&format!("{ADMIN}: Список партнёров снова в порядке.")),
        "{told:?}"
    );
}

#[test]
fn a_changed_phone_and_name_are_followed() {
    let mut table = Table::sighted();
    shows(&mut table, "П-1", "79000000001", &EMPTY);
    table.text(ANNA, "П-1");
    table.contact(ANNA, "79000000001", true);
    assert!(is_in(&table, ANNA), "the new phone counts");
}

#[test]
fn a_registration_in_the_middle_of_a_rewriting_waits_for_its_line() {
    let mut table = Table::sighted();
    table.text(ANNA, "П-1");
    missing(&mut table, "П-1");
    table.looked(Tab::Partners);
    table.contact(ANNA, "79123456789", true);
    let mut told = table.looked(Tab::Partners);
    // The script takes a while, and reads go on.
    for _ in 0..20 {
        table.later(3);
        told.extend(table.looked(Tab::Partners));
        told.extend(due(&mut table));
    }
    let shortly = told
        .iter()
        .filter(|line| line.starts_with("7001: Проверяем."))
        .count();
    assert_eq!(
        shortly, 1,
        "she hears that it takes a moment, once: {told:?}"
    );
    assert!(
        !told.iter().any(|line| line.contains("Такой пары")),
        "{told:?}"
    );
    let timers = table
        .state
        .timers()
        .into_iter()
        .filter(|(_, wake)| *wake == Wake::Session(ANNA));
    assert!(timers.count() <= 1, "{:?}", table.state.timers());
    anna(&mut table, &EMPTY);
    let told = pass(&mut table, 6);
    assert!(
        told.iter().any(|line| line.starts_with("7001: Готово")),
        "{told:?}"
    );
    assert!(is_in(&table, ANNA));
}

/// One step of a script that rewrites the list, or of a partner.
#[derive(Debug, Clone)]
enum Step {
    Gone(usize),
    Back(usize),
    Registers(usize),
    Looks,
    Passes(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..6_usize).prop_map(Step::Gone),
        3 => (0..6_usize).prop_map(Step::Back),
        3 => (0..6_usize).prop_map(Step::Registers),
        2 => Just(Step::Looks),
        1 => (1..60_i64).prop_map(Step::Passes),
    ]
}

proptest! {
    #[test]
    fn while_a_list_is_rewritten_everybody_is_bound_to_his_own_code_and_nobody_is_lost(steps in prop::collection::vec(step(), 1..40)) {
        let mut table = Table::empty();
        let (chat, written, phone) = (
            |at: usize| ChatId(7_001 + i64::try_from(at).expect("small")),
            |at: usize| format!("П-{at}"),
            |at: usize| format!("7912345678{at}"),
        );
        for at in 0..6 {
            shows(&mut table, &written(at), &phone(at), &EMPTY);
        }
        table.looked(Tab::Partners);
        let (mut gone, mut bound) = (BTreeMap::new(), [false; 6]);
        for step in steps {
            match step {
                Step::Gone(at) => {
                    missing(&mut table, &written(at));
                    gone.entry(at).or_insert(table.now);
                }
                Step::Back(at) => {
                    shows(&mut table, &written(at), &phone(at), &EMPTY);
                    gone.remove(&at);
                }
                Step::Registers(at) => {
                    table.text(chat(at), &written(at));
                    table.contact(chat(at), &phone(at), true);
                }
                Step::Looks => {
                    table.looked(Tab::Partners);
                }
                Step::Passes(seconds) => table.later(seconds),
            }
            for (at, bound) in bound.iter_mut().enumerate() {
                let partner = table.state.partner(&code(&written(at))).and_then(|partner| partner.binding);
                prop_assert!(partner.as_ref().is_none_or(|binding| binding.chat == chat(at)), "{at} is bound to another");
                prop_assert!(partner.is_some() || !*bound, "{at} has lost access");
                *bound = partner.is_some();
            }
        }
    }
}

#[test]
fn a_wake_that_nobody_needs_any_more_does_nothing() {
    let mut table = Table::registered();
    assert_eq!(
        table.event(&Event::Due(Wake::Partner(code("П-1")))),
        [""; 0]
    );
    assert_eq!(
        table.event(&Event::Due(Wake::Partner(code("П-9")))),
        [""; 0]
    );
}

#[test]
fn a_code_that_is_spelled_anew_keeps_its_account() {
    for (before, after, name, phone, keeps) in [
        ("20,011", "20011", "Анна", "8 912 345-67-89", true),
        ("А-104", "A-104", "Анна", "8 912 345-67-89", true),
        ("\u{200b}П-7", "П-7", "Анна", "", true),
        ("П-7", "П 7", "Анна Петрова", "+7 912 345-67-89", true),
        ("П-7", "П 7", "Борис", "+7 916 000-00-01", false),
        ("П-7", "П-8", "Анна", "8 912 345-67-89", false),
    ] {
        let mut table = Table::empty();
        table.lists_bound(before, "Анна", "8 912 345-67-89", TelegramCell::Id(ANNA));
        table.looked(Tab::Partners);
        table.lists_bound(after, name, phone, TelegramCell::Id(ANNA));
        missing(&mut table, before);
        table.looked(Tab::Partners);
        let holder = table
            .state
            .session(ANNA)
            .and_then(|session| session.partner);
        assert_eq!(holder == Some(code(after)), keeps, "{before} as {after}");
        assert_eq!(
            (bound_at(&table, after), bound_at(&table, before)),
            (keeps, !keeps),
            "{before} as {after}"
        );
        assert_eq!(table.state.partners_tab().doubted, u32::from(!keeps));
        if keeps {
            // Somebody takes it back: the code of before is known by now.
            missing(&mut table, after);
            table.lists_bound(before, name, phone, TelegramCell::Id(ANNA));
            let told = pass(&mut table, 30);
            assert!(
                !told.iter().any(|line| line.starts_with("7001")),
                "{told:?}"
            );
            assert_eq!(
                (bound_at(&table, before), bound_at(&table, after)),
                (true, false),
                "{after} as {before}"
            );
            assert_eq!(table.state.partners_tab().doubted, 0);
        }
    }
}

fn bound_at(table: &Table, written: &str) -> bool {
    table
        .state
        .partner(&code(written))
        .is_some_and(|partner| partner.binding.is_some())
}

/// A write of Anna's row ends.
fn wrote(table: &mut Table, result: RowResult) -> Vec<String> {
    table.wrote_row(RowKey::Partner(code("П-1")), result)
}

fn refused() -> RowResult {
    RowResult::Refused("You are trying to edit a protected cell or object.".to_owned())
}

#[test]
fn nobody_s_access_depends_on_a_write_of_ours() {
    let mut table = Table::registered();
    let told = wrote(&mut table, refused());
    assert!(
        told.iter()
            .any(|line| line
                .contains("Строка партнёра П-1 не записывается: лист или ячейки защищены")),
        "{told:?}"
    );
    assert!(
        !told.iter().any(|line| line.starts_with("clean")),
        "it stays due: {told:?}"
    );
    let somebody_s = Line {
        telegram: TelegramCell::Id(BORIS),
        ..EMPTY
    };
    for line in [
        EMPTY,
        Line {
            refused: true,
            ..EMPTY
        },
        somebody_s,
    ] {
        let told = anna(&mut table, &line);
        assert!(told.contains(&"dirty partner П-1".to_owned()), "{told:?}");
        pass(&mut table, 40);
        assert!(is_in(&table, ANNA));
    }
    assert_eq!(wrote(&mut table, refused()), ["settle 1"], "told once");
    let told = wrote(&mut table, confirmed());
    assert!(
        told.iter()
            .any(|line| line.contains("всё, чего Google не давал записать, записано")),
        "{told:?}"
    );
    // What was written and is gone again was taken away by a person.
    anna(&mut table, &EMPTY);
    pass(&mut table, 16);
    assert!(!is_in(&table, ANNA));
}

#[test]
fn of_many_refused_rows_each_reason_is_told_once() {
    let mut table = Table::registered();
    let refuse = |table: &mut Table, at: u32, words: &str| {
        let key = RowKey::Partner(code(&format!("Р-{at}")));
        let told = table.wrote_row(key, RowResult::Refused(words.to_owned()));
        told.iter()
            .filter(|line| line.starts_with(&format!("{ADMIN}:")))
            .count()
    };
    let told: usize = (0..150)
        .map(|at| refuse(&mut table, at, "A protected range"))
        .sum();
    assert_eq!(told, 1);
    assert_eq!(
        [0, 1, 2].map(|_| refuse(&mut table, 150, "The text has an invalid character")),
        [1, 0, 0]
    );
    assert_eq!(
        refuse(&mut table, 151, "The text has an invalid character"),
        0,
        "nor of another row"
    );
    assert_eq!(refuse(&mut table, 149, "A protected range"), 0);
    assert_eq!(
        table.state.tab(Tab::Partners).reads().refused.len(),
        100,
        "as many as can be named"
    );
}

#[test]
fn nothing_of_somebody_forgotten_stays_refused_or_under_an_old_spelling() {
    let mut table = Table::empty();
    for (written, chat) in [("А-104", ANNA), ("Б-2", BORIS)] {
        table.lists_bound(written, "Имя", "8 912 345-67-89", TelegramCell::Id(chat));
    }
    table.looked(Tab::Partners);
    table.looked(Tab::Appeals);
    table.text(ANNA, "Не приходит отчёт");
    table.wrote(1, refused());
    // The code is spelled anew twice; somebody else's is only gone.
    for (before, after) in [("А-104", "A-104"), ("A-104", "A 104")] {
        table.wrote_row(RowKey::Partner(code(before)), refused());
        table.lists_bound(after, "Имя", "8 912 345-67-89", TelegramCell::Id(ANNA));
        missing(&mut table, before);
    }
    missing(&mut table, "Б-2");
    let told = table.event(&Event::Admin(Command::Erase(ErasedPerson {
        chat: Some(ANNA),
        code: Some(code("A 104")),
        others: [].into(),
    })));
    let over = told
        .iter()
        .filter(|line| line.contains("всё, чего Google не давал записать, записано"));
    assert_eq!(over.count(), 2, "nobody waits for either tab: {told:?}");
    let known = ["А-104", "A-104", "A 104", "Б-2"]
        .map(|written| table.state.partner(&code(written)).is_some());
    assert_eq!(
        known,
        [false, false, true, true],
        "the list holds the third, and the fourth is another's"
    );
    for tab in [Tab::Partners, Tab::Appeals] {
        assert_eq!(table.state.tab(tab).reads().refused, []);
    }
}

fn confirmed() -> RowResult {
    RowResult::Confirmed {
        status: None,
        cleared: None,
        filled: None,
        lines: 0,
        parts: 0,
        formula: None,
    }
}

#[test]
fn a_word_that_we_could_not_replace_does_not_shut_out_whoever_registers_again() {
    let mut table = Table::registered();
    wrote(&mut table, confirmed());
    anna(&mut table, &at_home());
    let denied = Line {
        refused: true,
        ..at_home()
    };
    anna(&mut table, &denied);
    assert!(!is_in(&table, ANNA));
    wrote(&mut table, refused());
    table.text(ANNA, "П-1");
    table.contact(ANNA, "79123456789", true);
    wrote(&mut table, refused());
    anna(&mut table, &denied);
    pass(&mut table, 40);
    assert!(is_in(&table, ANNA), "the word is from before");
    let mut respelled = table.clone();
    missing(&mut respelled, "П-1");
    shows(&mut respelled, "П 1", "79123456789", &denied);
    pass(&mut respelled, 40);
    assert!(bound_at(&respelled, "П 1"), "also beside a new spelling");
    wrote(&mut table, confirmed());
    anna(&mut table, &at_home());
    anna(&mut table, &denied);
    assert!(!is_in(&table, ANNA), "and a new one counts");
}
