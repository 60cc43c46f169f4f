//! The arrows between the rooms, the names of types, and the heading of every file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Who may import whom; a room that is not named here may be imported by everybody named on the left of `app`.
const ARROWS: [(&str, &[&str]); 16] = [
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
        &["journal", "domain", "secret", "clock", "health", "fetch"],
    ),
    (
        "sheets",
        &["journal", "domain", "secret", "clock", "health"],
    ),
    ("config", &["domain", "logs", "secret"]),
    ("accept_loop", &[]),
    ("clock", &[]),
    ("fetch", &["accept_loop"]),
    ("health", &[]),
    ("secret", &[]),
    ("logs", &[]),
    ("schedule", &[]),
    ("shutdown", &[]),
    ("supervisor", &["clock", "shutdown"]),
    ("watchdog", &["clock", "supervisor"]),
];

#[test]
fn every_room_imports_only_what_it_may() {
    let mut offences = Vec::new();
    for (room, allowed) in ARROWS {
        for file in files_of(room) {
            let text = fs::read_to_string(&file).expect("a source file is readable");
            for imported in imports(without_tests(&text)) {
                if imported != room && !allowed.contains(&imported.as_str()) && !is_test(&file) {
                    offences.push(format!("{} imports {imported}", file.display()));
                }
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
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

/// The rooms named by `crate::…` paths, single or in braces.
fn imports(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => rooms.extend(top_level_names(list)),
            None => rooms.push(leading_name(rest)),
        }
    }
    rooms
}

/// The first name of each entry of a braced list, whatever is in inner braces.
fn top_level_names(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (0_usize, Vec::new(), true);
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            character if fresh && depth == 0 && !character.is_whitespace() => {
                names.push(leading_name(&list[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn leading_name(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}
