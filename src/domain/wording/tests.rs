//! That the files of texts hold what is declared, the same in both languages, and nothing else.
//!
//! Invariant: no text is rendered here; what each says is for the tests of the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AlertNote, AsideNote, BroadcastNote, FailureNote, FileNote, ForesightNote, Note, OpeningWords,
    PromotionNote, Say, StaffNote, StateNote, StatusNote, SystemNote, TableNote, Term, VerdictItem,
    VerdictNote, alert, command,
    declare::Declared,
    file,
    files::{EN, RU},
    foresight, note, opening, own, promotion, settings, staff, status, table, verdict,
};

/// What a text has in braces: arguments with their `$`, and other texts by their ids.
type Placed<'a> = BTreeSet<&'a str>;

/// What partners read.
const SAID: &[&[Option<Declared>]] = &[
    Say::DECLARED,
    OpeningWords::DECLARED,
    super::CHOICES,
    opening::CHOICES,
];
/// What everybody else reads.
const NOTED: &[&[Option<Declared>]] = &[
    Note::DECLARED,
    PromotionNote::DECLARED,
    BroadcastNote::DECLARED,
    StateNote::DECLARED,
    StatusNote::DECLARED,
    AlertNote::DECLARED,
    StaffNote::DECLARED,
    FileNote::DECLARED,
    TableNote::DECLARED,
    ForesightNote::DECLARED,
    FailureNote::DECLARED,
    AsideNote::DECLARED,
    VerdictNote::DECLARED,
    VerdictItem::DECLARED,
    note::CHOICES,
    promotion::CHOICES,
    status::CHOICES,
    alert::CHOICES,
    staff::CHOICES,
    file::CHOICES,
    table::CHOICES,
    foresight::CHOICES,
    verdict::CHOICES,
];

/// All of it, with what commands say.
fn every() -> Vec<Declared> {
    let system: &[&[Option<Declared>]] = &[SystemNote::DECLARED];
    declared(&[SAID, NOTED, settings::DECLARED, command::DECLARED, system].concat())
}

#[test]
fn both_files_hold_every_text() {
    let all = every();
    compare("en.ftl", EN, &all);
    compare("ru.ftl", RU, &all);
}

#[test]
fn what_one_language_is_told_the_other_is_told_too() {
    let (russian, english) = (texts(RU), texts(EN));
    let arguments = |mut placed: Placed<'static>| {
        placed.retain(|it| it.starts_with('$'));
        placed
    };
    for (id, _) in every() {
        let [ru, en] = [everything(&russian, id), everything(&english, id)].map(arguments);
        assert_eq!(ru, en, "{id}");
    }
}

#[test]
fn each_language_has_its_own_quotes_and_number_sign() {
    for (name, file, foreign) in [("ru.ftl", RU, ['“', '”']), ("en.ftl", EN, ['«', '№'])] {
        let mixed = file.lines().find(|line| line.contains(foreign));
        assert_eq!(mixed, None, "{name}");
    }
}

#[test]
fn a_firm_may_say_otherwise_whatever_partners_read_and_nothing_else() {
    let english = texts(EN);
    let mut said = BTreeSet::new();
    for (id, _) in declared(SAID) {
        said.insert(id);
        said.extend(everything(&english, id));
    }
    said.retain(|placed| !placed.starts_with('$'));
    let names = own::names();
    assert!(said.iter().eq(&names), "{said:?}, but {names:?}");
    let (russian, _) = RU.split_once("\n## Слова в таблице\n").expect("a heading");
    assert!(said.iter().eq(texts(russian).keys()), "{russian}");
}

fn declared(tables: &[&[Option<Declared>]]) -> Vec<Declared> {
    tables.concat().into_iter().flatten().collect()
}

/// Each declared text is in the file and uses only its arguments; each text of the file is declared, or part of another.
fn compare(name: &str, file: &str, declared: &[Declared]) {
    let texts = texts(file);
    let mut used: BTreeSet<&str> = texts.values().flatten().copied().collect();
    for (id, arguments) in declared {
        used.insert(id);
        assert!(texts.contains_key(id), "{name} lacks {id}");
        for placed in everything(&texts, id) {
            let argument = placed.strip_prefix('$');
            let known = argument.is_none_or(|it| arguments.contains(&it) || is_common(id, it));
            assert!(known, "{name}: {id} uses {placed}, which it is not given");
        }
    }
    let unused: Vec<_> = texts.keys().filter(|id| !used.contains(*id)).collect();
    assert!(unused.is_empty(), "{name}: nobody says {unused:?}");
}

/// Whether an argument is given to all texts of a kind.
fn is_common(id: &str, argument: &str) -> bool {
    let term = Term::ALL.iter().any(|term| term.name() == argument);
    term || (argument == "place" && id.starts_with("verdict-"))
}

/// What a text places, and what the texts place that it is made of.
fn everything<'a>(texts: &BTreeMap<&'a str, Placed<'a>>, id: &str) -> Placed<'a> {
    let own = &texts[id];
    let parts = own.iter().filter(|placed| texts.contains_key(*placed));
    let inner = parts.flat_map(|part| everything(texts, part));
    inner.chain(own.iter().copied()).collect()
}

fn texts(file: &str) -> BTreeMap<&str, Placed<'_>> {
    let mut texts: BTreeMap<&str, Placed<'_>> = BTreeMap::new();
    let mut id = "";
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let head = line.split_once('=').map_or("", |(head, _)| head.trim_end());
        if line.starts_with(|c: char| c.is_ascii_lowercase()) && !head.is_empty() {
            id = head;
            assert!(
                texts.insert(id, Placed::new()).is_none(),
                "{id} stands twice"
            );
        }
        let braces = line.split('{').skip(1).filter_map(|rest| {
            let end = rest.find(['}', '-']).unwrap_or(rest.len());
            let end = if rest[end..].starts_with("->") {
                end
            } else {
                rest.find('}').unwrap_or(end)
            };
            Some(rest[..end].trim()).filter(|placed| !placed.is_empty())
        });
        if let Some(placed) = texts.get_mut(id) {
            placed.extend(braces);
        }
    }
    texts
}
