//! The variables in `sheetdesk.env` beside the settings file, as `init` writes them.
//!
//! Invariant: what the process was given itself wins, an empty variable too, which leaves the setting unset; a file that this user may not read counts as none, since whoever started the service may have handed its content over already.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use super::error::{Findings, Source, wrong};
use super::keys::PREFIX;
use crate::domain::wording::{SettingsNote, cause};

/// The file with secrets that `init` writes beside the settings.
pub const ENV_FILE: &str = "sheetdesk.env";

/// Ends the name of a variable that names a file with a secret.
const FILE_SUFFIX: &str = "_FILE";

/// `variables`, and those of the file beside `settings` of which they say nothing.
pub(super) fn with_env_file(
    settings: &Path,
    variables: impl Iterator<Item = (String, String)>,
    findings: &mut Findings,
) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = variables
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    let file = settings.with_file_name(ENV_FILE);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return all,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            findings.unreadable = Some(file);
            return all;
        }
        Err(error) => {
            let why = cause(error);
            let unread = SettingsNote::FileUnread(&why);
            let fault = wrong(unread, SettingsNote::CheckText);
            findings.add("", Source::File(file), fault);
            return all;
        }
    };
    let given = |name: &str| {
        let stem = name.strip_suffix(FILE_SUFFIX).unwrap_or(name);
        let is_set = |name: &str| all.get(name).is_some_and(|value| !value.is_empty());
        all.contains_key(name) || is_set(stem) || is_set(&format!("{stem}{FILE_SUFFIX}"))
    };
    let mut added = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        // What is not ours may be written as others read it.
        if !line.starts_with(PREFIX) {
            continue;
        }
        match assignment(line) {
            Some((name, _)) if given(name) => {}
            Some((name, value)) => added.push((name.to_owned(), value.to_owned())),
            None => {
                let problem = SettingsNote::NoVariable(index + 1);
                let fault = wrong(problem, SettingsNote::VariableForm);
                findings.add("", Source::File(file.clone()), fault);
            }
        }
    }
    all.extend(added);
    all
}

/// Name and value of one line as shells and systemd read it.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let bare = ['\'', '"']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value);
    is_name.then_some((name, bare))
}
