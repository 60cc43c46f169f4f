//! The arrows between the rooms and within them, the names of types, and the heading of every file.

mod modules;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use modules::{Modules, Names};

/// Who may import whom, or which modules of it; a room that is not named here may be imported by everybody named on the left of `app`.
const ARROWS: [(&str, &[&str]); 18] = [
    ("domain", &[]),
    ("journal", &["domain", "clock"]),
    (
        "http",
        &[
            "journal",
            "domain",
            "secret",
            "clock",
            "health",
            "accept_loop",
        ],
    ),
    (
        "telegram",
        &[
            "journal", "domain", "secret", "clock", "health", "fetch", "proxies",
        ],
    ),
    (
        "sheets",
        &["journal", "domain", "secret", "clock", "health", "proxies"],
    ),
    ("config", &["domain", "logs", "proxies", "secret"]),
    (
        "operator",
        &[
            "journal",
            "domain",
            "config",
            "telegram::answer",
            "telegram::client",
            "telegram::decode",
            "telegram::encode",
            "telegram::refusal",
            "sheets::client",
            "sheets::table::read_plan::find_tab",
            "sheets::sync",
            "sheets::wire",
            "sheets::work_gate",
            "clock",
            "health",
            "accept_loop",
            "schedule",
            "shutdown",
            "supervisor",
        ],
    ),
    ("accept_loop", &[]),
    ("clock", &[]),
    ("fetch", &["accept_loop"]),
    ("health", &[]),
    ("proxies", &["clock"]),
    ("secret", &[]),
    ("logs", &[]),
    ("schedule", &[]),
    ("shutdown", &[]),
    ("supervisor", &["clock", "shutdown"]),
    ("watchdog", &["clock", "supervisor"]),
];

#[test]
fn every_room_imports_only_what_it_may() {
    let modules = Modules::read();
    let mut offences = Vec::new();
    for (room, allowed) in ARROWS {
        let of_room = |names: &Names| names.first().is_some_and(|name| name == room);
        assert!(
            modules.each().any(|(names, _)| of_room(names)),
            "there is no room {room}"
        );
        for (names, module) in modules.each().filter(|(names, _)| of_room(names)) {
            for imported in modules.named(names) {
                let is_within = |home: &str| {
                    let rest = imported.strip_prefix(home);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
                };
                if !is_within(room) && !allowed.iter().any(|home| is_within(home)) {
                    offences.push(format!("{} imports {imported}", module.file.display()));
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn no_files_import_one_another_in_a_circle() {
    let modules = Modules::read();
    let beside: BTreeMap<&Names, BTreeSet<&Names>> = modules
        .each()
        .map(|(names, _)| (names, modules.beside(names)))
        .collect();
    assert!(
        beside.values().map(BTreeSet::len).sum::<usize>() > 500,
        "the paths were found"
    );
    let reached: BTreeMap<_, _> = beside
        .keys()
        .map(|&names| (names, reached(&beside, names)))
        .collect();
    let in_circles: Vec<String> = beside
        .iter()
        .flat_map(|(&from, named)| named.iter().map(move |&to| (from, to)))
        .filter(|&(from, to)| reached[to].contains(from))
        .map(|(from, to)| format!("{} imports {}", from.join("::"), to.join("::")))
        .collect();
    assert!(in_circles.is_empty(), "{}", in_circles.join("\n"));
}

/// All that a module imports, by whatever detour.
fn reached<'m>(
    beside: &BTreeMap<&'m Names, BTreeSet<&'m Names>>,
    from: &'m Names,
) -> BTreeSet<&'m Names> {
    let (mut reached, mut new) = (BTreeSet::new(), vec![from]);
    while let Some(next) = new.pop() {
        new.extend(beside[next].iter().filter(|&&named| reached.insert(named)));
    }
    reached
}

#[test]
fn the_domain_knows_neither_tokio_nor_any_input_or_output() {
    for file in files_of("domain") {
        let text = fs::read_to_string(&file).expect("a source file is readable");
        for forbidden in [
            "tokio",
            "std::fs",
            "std::net",
            "std::time::SystemTime",
            "reqwest",
            "redb",
        ] {
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            assert!(
                !code.into_iter().any(|line| line.contains(forbidden)),
                "{} uses {forbidden}",
                file.display()
            );
        }
    }
}

#[test]
fn every_type_has_a_name_of_its_own() {
    let mut files_by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in rust_files(Path::new("src")) {
        if is_test(&file) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source file is readable");
        for name in public_types(without_tests(&text)) {
            let files = files_by_name.entry(name).or_default();
            files.push(file.display().to_string());
        }
    }
    assert!(files_by_name.len() > 100, "the types were found");
    let doubled: Vec<String> = files_by_name
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(name, files)| format!("{name} is defined in {}", files.join(" and ")))
        .collect();
    assert!(doubled.is_empty(), "{}", doubled.join("\n"));
}

#[test]
fn the_simulator_knows_nothing_of_the_service() {
    for file in rust_files(Path::new("simulator/src")) {
        let text = fs::read_to_string(&file).expect("a source file is readable");
        assert!(
            !text.contains("sheetdesk::"),
            "{} imports the service",
            file.display()
        );
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut files = rust_files(Path::new("src"));
    files.extend(rust_files(Path::new("simulator/src")));
    files.extend(rust_files(Path::new("tests")));
    assert!(files.len() > 50, "the sources were found");
    let silent: Vec<_> = files
        .iter()
        .filter(|file| {
            !fs::read_to_string(file)
                .expect("a source file is readable")
                .starts_with("//! ")
        })
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

/// A room is a file, a folder, or both.
fn files_of(room: &str) -> Vec<PathBuf> {
    let mut files = rust_files(&Path::new("src").join(room));
    let file = Path::new("src").join(format!("{room}.rs"));
    if file.exists() {
        files.push(file);
    }
    assert!(!files.is_empty(), "there is no room {room}");
    files
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("a folder is readable").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Whether a file holds tests alone.
fn is_test(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs")
}

/// What comes before the tests at the end of a file.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

/// The names of the types that a file defines with `pub` or `pub(…)`; a re-export defines none.
fn public_types(text: &str) -> Vec<String> {
    let name = |line: &str| {
        let rest = line.trim_start().strip_prefix("pub")?;
        let rest = match rest.strip_prefix('(') {
            Some(restricted) => restricted.split_once(')')?.1,
            None => rest,
        };
        let (kind, name) = rest.strip_prefix(' ')?.split_once(' ')?;
        ["struct", "enum", "type", "trait", "union"]
            .contains(&kind)
            .then(|| leading_name(name))
            // In a macro that declares types it is a variable.
            .filter(|name| !name.is_empty())
    };
    text.lines().filter_map(name).collect()
}

fn leading_name(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}
