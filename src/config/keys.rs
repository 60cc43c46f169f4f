//! The names of all settings.
//!
//! Invariant: the names are those of the declared settings, in their order; the environment's follow from them.

use super::KEYS;
use crate::domain::wording::Meaning;

/// One setting.
#[derive(Debug)]
pub(super) struct Key {
    /// Its place in the settings file, as `section.key`.
    pub(super) path: String,
    /// Whether its value must never be shown, and may be read from a file of its own.
    pub(super) secret: bool,
    /// What it is, to complete "set it to …".
    pub(super) meaning: Meaning,
    /// What it is if nobody sets it.
    pub(super) default: Option<&'static str>,
    /// What it is for.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "docs/SETTINGS.md alone tells it")
    )]
    pub(super) about: &'static str,
}

/// What the names of our environment variables begin with.
pub(super) const PREFIX: &str = "SHEETDESK_";
/// What the variable ends with that names a file with a secret in it.
const FILE_SUFFIX: &str = "_FILE";

/// The environment variable that overrides the setting with this path (`section.key`).
#[must_use]
pub fn variable_of(path: &str) -> String {
    format!("{PREFIX}{}", path.to_uppercase().replace('.', "__"))
}

/// The path of a setting in the section with that path; the outermost has none.
pub(super) fn inside(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

/// Whether the setting with this path is a secret.
#[must_use]
pub fn is_secret(path: &str) -> bool {
    KEYS.iter().any(|key| key.path == path && key.secret)
}

impl Key {
    /// The environment variable that overrides this setting.
    pub(super) fn variable(&self) -> String {
        variable_of(&self.path)
    }

    /// The environment variable that names a file with this secret in it.
    pub(super) fn file_variable(&self) -> Option<String> {
        self.secret.then(|| self.variable() + FILE_SUFFIX)
    }
}

/// The setting of that path.
pub(super) fn key(path: &str) -> &'static Key {
    KEYS.iter()
        .find(|key| key.path == path)
        .expect("every setting that is read is declared")
}

/// The environment variable of ours whose name is most like `unknown`.
pub(super) fn nearest_variable(unknown: &str) -> String {
    let known: Vec<String> = KEYS
        .iter()
        .flat_map(|key| [Some(key.variable()), key.file_variable()])
        .flatten()
        .collect();
    // What all names have in common would make long names alike.
    let bare = |name| str::strip_prefix(name, PREFIX).unwrap_or(name);
    let names = known.iter().map(|name| bare(name));
    format!("{PREFIX}{}", nearest(bare(unknown), "__", names))
}

/// The known name most like `unknown`, where `separator` parts sections from keys.
///
/// The last part counts as much as the whole, so that a key in the wrong section finds its place.
pub(super) fn nearest<'a>(
    unknown: &str,
    separator: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> &'a str {
    let last = |name: &str| name.rsplit(separator).next().map(str::to_owned);
    let likeness = |name: &str| {
        let whole = strsim::normalized_damerau_levenshtein(unknown, name);
        let tails = last(unknown).zip(last(name));
        whole + tails.map_or(0.0, |(a, b)| strsim::normalized_damerau_levenshtein(&a, &b))
    };
    known
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .expect("there is at least one known name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_of_typos_and_misplaced_keys() {
        for (unknown, expected) in [
            ("telegram.tokne", "telegram.token"),
            ("token", "telegram.token"),
            ("telegram_token", "telegram.token"),
            ("http.quiet_hours", "promotions.quiet_hours"),
            ("sheets.appeal.tab", "sheets.appeals.tab"),
            ("datadir", "data_dir"),
        ] {
            assert_eq!(
                nearest(unknown, ".", KEYS.iter().map(|k| k.path.as_str())),
                expected
            );
        }
    }

    #[test]
    fn nearest_variables() {
        for (unknown, expected) in [
            ("SHEETDESK_TELEGRAM_TOKEN", "SHEETDESK_TELEGRAM__TOKEN"),
            (
                "SHEETDESK_TELEGRAM__TOKEN_FIEL",
                "SHEETDESK_TELEGRAM__TOKEN_FILE",
            ),
            ("SHEETDESK_TIMEZONE", "SHEETDESK_TIME_ZONE"),
            ("SHEETDESK_ADMIN_LISTEN", "SHEETDESK_HTTP__ADMIN_LISTEN"),
        ] {
            assert_eq!(nearest_variable(unknown), expected);
        }
    }
}
