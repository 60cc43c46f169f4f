//! That the settings file and the page of all settings say what is declared.
//!
//! Invariant: neither can name a setting that does not exist, or lack one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;
use crate::config::KEYS;
use crate::config::read::scalar;
use crate::domain::session::Locale;
use crate::domain::wording::Wording;

const FILE: &str = include_str!("../../../migrations-free-config/sheetdesk.toml");
const PAGE: &str = include_str!("../../../docs/SETTINGS.md");

#[test]
fn the_shipped_files_on_disk_change_nothing() {
    let environment = Environment::new();
    let before = format!("{:?}", environment.settings());
    environment.write("sheetdesk.toml", FILE);
    environment.write(
        "sheets.toml",
        include_str!("../../../migrations-free-config/sheets.toml"),
    );
    std::fs::create_dir(environment.path("texts")).expect("a directory");
    let texts = [
        (
            "texts/ru.ftl",
            include_str!("../../../migrations-free-config/texts/ru.ftl"),
        ),
        (
            "texts/en.ftl",
            include_str!("../../../migrations-free-config/texts/en.ftl"),
        ),
    ];
    for (name, text) in texts {
        environment.write(name, text);
    }
    assert_eq!(format!("{:?}", environment.settings()), before);
}

#[test]
fn the_shipped_file_names_every_setting_with_its_default() {
    let layers = Layers::default().with(Source::EmbeddedDefaults, layers::parse_embedded(FILE));
    let all = layers::parse_embedded(&with_examples());
    let examples = Layers::default().with(Source::EmbeddedDefaults, all);
    for key in KEYS.iter() {
        let value = layers.find(&key.path).and_then(|(value, _)| scalar(&value));
        assert_eq!(value.as_deref(), key.default, "{}", key.path);
        assert!(examples.find(&key.path).is_some(), "{}", key.path);
    }
}

#[test]
fn the_examples_of_the_shipped_file_are_refused() {
    let environment = Environment {
        variables: BTreeMap::new(),
        ..Environment::new()
    };
    environment.write("sheetdesk.toml", &with_examples());
    let errors = environment.faults().errors;
    let is_unknown = |error: &SettingsError| error.english().contains("no such");
    assert!(!errors.iter().any(is_unknown));
    // A proxy's address is kept like a secret, but need not hold one.
    let made = |key: &&Key| key.secret && !key.path.ends_with(".proxy");
    for key in KEYS.iter().filter(made) {
        let told = errors.iter().find(|error| error.key == key.path);
        let expected = "This is an example, known to everybody, and no secret.";
        let told = told.map_or_else(String::new, SettingsError::english);
        assert!(told.starts_with(expected), "{}: {told}", key.path);
    }
}

#[test]
fn the_page_lists_every_setting() {
    let mut table = String::from(
        "| setting | environment | default | set it to | what it is |\n|---|---|---|---|---|\n",
    );
    for key in KEYS.iter() {
        let (path, variable) = (&key.path, key.variable());
        let file = if key.secret { " (or `…_FILE`)" } else { "" };
        let default = key
            .default
            .map_or_else(String::new, |text| format!("`{text}`"));
        let meaning = Wording::built_in().tell(Locale::En, key.meaning);
        let about = key.about;
        let _ = writeln!(
            table,
            "| `{path}` | `{variable}`{file} | {default} | {meaning} | {about} |"
        );
    }
    let listed = &PAGE[PAGE.find("| setting").expect("a table")..];
    assert!(listed == table, "docs/SETTINGS.md must end with:\n{table}");
}

/// The shipped file with its examples switched on.
fn with_examples() -> String {
    let example = |line: &'static str| {
        let example = line.strip_prefix("# ")?;
        let (name, _) = example.split_once(" = ")?;
        (!name.contains(' ')).then_some(example)
    };
    let lines = FILE.lines().map(|line| example(line).unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}
