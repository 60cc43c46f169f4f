//! The arrows between the rooms, and the heading of every file.

use std::{
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
            let product = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or(&text);
            for imported in imports(product) {
                let within_tests = file.components().any(|part| part.as_os_str() == "tests")
                    || file.ends_with("tests.rs");
                if imported != room && !allowed.contains(&imported.as_str()) && !within_tests {
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
