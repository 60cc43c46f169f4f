//! That the files of texts hold what is declared, and nothing else.
//!
//! Invariant: no text is rendered here; what each says is for the tests of the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AlertNote, BroadcastNote, EN, Note, OpeningWords, PromotionNote, RU, Say, StaffNote, StateNote,
    StatusNote, VerdictItem, alert, declare::Declared, note, opening, promotion, staff, status,
};

/// What a text has in braces: arguments with their `$`, and other texts by their ids.
type Placed<'a> = BTreeSet<&'a str>;

#[test]
fn both_files_hold_every_text_of_the_bot() {
    let said = declared(&[
        Say::DECLARED,
        VerdictItem::DECLARED,
        OpeningWords::DECLARED,
        super::CHOICES,
        opening::CHOICES,
    ]);
    compare("en.ftl", EN, &said);
    let noted = declared(&[
        Note::DECLARED,
        PromotionNote::DECLARED,
        BroadcastNote::DECLARED,
        StateNote::DECLARED,
        StatusNote::DECLARED,
        AlertNote::DECLARED,
        StaffNote::DECLARED,
        note::CHOICES,
        promotion::CHOICES,
        status::CHOICES,
        alert::CHOICES,
        staff::CHOICES,
    ]);
    compare("ru.ftl", RU, &[said, noted].concat());
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
            let known = argument.is_none_or(|argument| arguments.contains(&argument));
            assert!(known, "{name}: {id} uses {placed}, which it is not given");
        }
    }
    let unused: Vec<_> = texts.keys().filter(|id| !used.contains(*id)).collect();
    assert!(unused.is_empty(), "{name}: nobody says {unused:?}");
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
