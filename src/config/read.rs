//! From layers to typed values, one setting at a time.
//!
//! Invariant: a setting that yields no value has left its reason among the findings, so reading goes on to the end.

use std::path::{Path, PathBuf};

use figment::value::{Num, Value};

use super::error::{Findings, SettingsError, Source, Wrong, wrong};
use super::keys::{self, Key};
use super::layers::Layers;
use super::sheets;
use super::texts;
use super::values::FirmName;
use super::words::SheetWords;
use crate::domain::wording::{SettingsNote, Wording};

/// Reads settings and collects what is wrong with them.
pub(super) struct Reader {
    layers: Layers,
    findings: Findings,
    file: PathBuf,
}

/// What is under a name.
enum Lookup {
    Absent(Source),
    Text(String, Source),
    /// Not a text at all, and already reported.
    Unusable,
}

impl Reader {
    /// Reads from `layers`, and what has a file of its own from beside the settings file at `file`.
    pub(super) fn new(layers: Layers, findings: Findings, file: PathBuf) -> Self {
        Self {
            layers,
            findings,
            file,
        }
    }

    /// What was found, once all is read.
    pub(super) fn into_findings(self) -> Findings {
        self.findings
    }

    /// The value of a setting that must have one; `None` if something is wrong with it.
    pub(super) fn required<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let key = keys::key(path);
        match self.look_up(key) {
            Lookup::Text(text, source) => self.parsed(key, &text, source, parse),
            Lookup::Absent(source) => {
                self.report_missing(key, source);
                None
            }
            Lookup::Unusable => None,
        }
    }

    /// The value of a setting that may be left out: `Some(None)` if it is, `None` if it is wrong.
    pub(super) fn optional<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<Option<T>> {
        let key = keys::key(path);
        match self.look_up(key) {
            Lookup::Text(text, source) => self.parsed(key, &text, source, parse).map(Some),
            Lookup::Absent(_) => Some(None),
            Lookup::Unusable => None,
        }
    }

    /// The words of the sheets; `None` if something is wrong with them.
    pub(super) fn words(&mut self) -> Option<SheetWords> {
        self.beside(|file| sheets::load(&file.with_file_name(sheets::FILE_NAME)))
    }

    /// What the bot says to partners in the name of `firm`; `None` if something is wrong with it.
    pub(super) fn texts(&mut self, firm: Option<&FirmName>) -> Option<Wording> {
        self.beside(|file| texts::load(file, firm))
    }

    fn beside<T>(
        &mut self,
        load: impl FnOnce(&Path) -> Result<T, Vec<SettingsError>>,
    ) -> Option<T> {
        load(&self.file)
            .map_err(|faults| self.findings.errors.extend(faults))
            .ok()
    }

    /// Reports a fault that only shows when several settings are seen together.
    pub(super) fn reject(&mut self, path: &str, fault: Wrong) {
        let found = self.layers.find(path);
        let source = found.map_or(Source::NotSet, |(_, source)| source);
        self.findings.add(path, source, fault);
    }

    fn look_up(&mut self, key: &Key) -> Lookup {
        if self.findings.knows(&key.path) {
            return Lookup::Unusable;
        }
        let Some((value, source)) = self.layers.find(&key.path) else {
            return Lookup::Absent(Source::NotSet);
        };
        match (key.secret, value) {
            (true, Value::String(_, text)) if text.is_empty() => Lookup::Absent(source),
            // A secret is taken as it is: surrounding characters may be part of it.
            (true, Value::String(_, text)) => Lookup::Text(text, source),
            (true, _) => {
                let fault = wrong(SettingsNote::SecretNoText, SettingsNote::Quote);
                self.findings.add(&key.path, source, fault);
                Lookup::Unusable
            }
            (false, value) => match scalar(&value) {
                Some(text) if text.is_empty() => Lookup::Absent(source),
                Some(text) => Lookup::Text(text, source),
                None => {
                    let fault = wrong(SettingsNote::List, SettingsNote::SetTo(key.meaning));
                    self.findings.add(&key.path, source, fault);
                    Lookup::Unusable
                }
            },
        }
    }

    fn parsed<T>(
        &mut self,
        key: &Key,
        text: &str,
        source: Source,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        parse(text)
            .map_err(|fault| self.findings.add(&key.path, source, fault))
            .ok()
    }

    fn report_missing(&mut self, key: &Key, source: Source) {
        // What is missing may be in the file that could not be read: that fault comes first.
        if self.findings.file_lost && source == Source::NotSet {
            return;
        }
        let (path, variable, meaning) = (&key.path, &key.variable(), key.meaning);
        let file = key.file_variable();
        let remedy = match &file {
            Some(file) => SettingsNote::NeededSecret {
                variable,
                file,
                path,
                meaning,
            },
            None => SettingsNote::Needed {
                variable,
                path,
                meaning,
            },
        };
        let fault = wrong(SettingsNote::Missing, remedy);
        self.findings.add(path, source, fault);
    }
}

/// A single value as the text that a person would have written for it.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.trim().to_owned()),
        Value::Char(_, letter) => Some(letter.to_string()),
        Value::Bool(_, flag) => Some(flag.to_string()),
        Value::Num(_, number) => Some(number_text(*number)),
        Value::Empty(..) => Some(String::new()),
        Value::Dict(..) | Value::Array(..) => None,
    }
}

fn number_text(number: Num) -> String {
    number
        .to_i128()
        .map(|n| n.to_string())
        .or_else(|| number.to_u128().map(|n| n.to_string()))
        .or_else(|| number.to_f64().map(|n| n.to_string()))
        .unwrap_or_default()
}
