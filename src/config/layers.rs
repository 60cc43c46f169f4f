//! Where values come from: embedded defaults, then the language of the locale, then a file, then the environment.
//!
//! Invariant: each value keeps its [`Source`], and nothing unknown or ill-shaped gets in.

use std::collections::BTreeMap;
use std::path::Path;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider};

use super::error::{Findings, Source, Warning, Wrong, looks_secret, wrong};
use super::keys::{self, Key, inside};
use super::{INSTALLED_DATA, INSTALLED_FILE, KEYS, language};
use crate::domain::session::Locale;
use crate::domain::wording::{SettingsNote, cause};

/// The values of all sources, the later source winning.
#[derive(Default)]
pub(super) struct Layers {
    figment: Figment,
    sources: BTreeMap<String, Source>,
}

impl Layers {
    /// The layers with one more on top.
    pub(super) fn with(mut self, source: Source, values: Dict) -> Self {
        let name = format!("{source:?}");
        self.sources.insert(name.clone(), source);
        self.figment = self.figment.merge(Layer { name, values });
        self
    }

    /// What the settings are if nobody sets them in `file` or elsewhere.
    pub(super) fn defaults(file: &Path) -> Self {
        let given = |key: &'static Key| Some(nest(&key.path, key.default?.to_owned()));
        let installed = (file == Path::new(INSTALLED_FILE))
            .then(|| nest("data_dir", INSTALLED_DATA.to_owned()));
        KEYS.iter()
            .filter_map(given)
            .chain(installed)
            .fold(Self::default(), |layers, values| {
                layers.with(Source::EmbeddedDefaults, values)
            })
    }

    /// The layers with the language of an environment of these variables, which counts where no settings name one.
    pub(super) fn localized(self, variables: &[(String, String)]) -> Self {
        let (source, language) = match language::of_locale(variables) {
            Some((variable, language)) => (Source::Variable(variable.to_owned()), language),
            None => (Source::EmbeddedDefaults, Locale::default()),
        };
        self.with(source, nest("language", language.tag().to_owned()))
    }

    /// The winning value of a setting.
    pub(super) fn find(&self, path: &str) -> Option<(Value, Source)> {
        let value = self.figment.find_value(path).ok()?;
        let metadata = self.figment.get_metadata(value.tag())?;
        let source = self.sources.get(metadata.name.as_ref())?.clone();
        Some((value, source))
    }
}

/// What a file with settings is found to be.
pub(super) enum FileText {
    /// It was read.
    Text(String),
    /// There is none, and nobody asked for it.
    Absent,
    /// It could not be read; this is already among the findings.
    Lost,
}

/// Reads a file with settings; `needed` says that somebody named it.
pub(super) fn read_file(path: &Path, needed: bool, findings: &mut Findings) -> FileText {
    match std::fs::read_to_string(path) {
        Ok(text) => FileText::Text(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !needed => FileText::Absent,
        Err(error) => {
            let why = cause(error);
            let unread = SettingsNote::FileUnread(&why);
            lose(path, wrong(unread, SettingsNote::CheckPath), findings);
            FileText::Lost
        }
    }
}

/// Parses a settings file and keeps what is known of it; faults go to the findings.
pub(super) fn parse_file(path: &Path, text: &str, known: &[&str], findings: &mut Findings) -> Dict {
    match Toml::from_str::<Dict>(text) {
        Ok(values) => sift(values, "", known, &Source::File(path.to_owned()), findings),
        Err(error) => {
            // Only the parser's message is repeated: its full text quotes the line, secrets included.
            let words = &error.message().lines().collect::<Vec<_>>().join(", ");
            let unclear = match error.span() {
                Some(span) => SettingsNote::FileUnclearAt {
                    line: line_of(text, span.start),
                    words,
                },
                None => SettingsNote::FileUnclear(words),
            };
            lose(path, wrong(unclear, SettingsNote::FileForm), findings);
            Dict::new()
        }
    }
}

/// Parses a file that is built into the program.
pub(super) fn parse_embedded(text: &str) -> Dict {
    Toml::from_str(text).expect("the embedded file is valid TOML, as a test checks")
}

/// Puts each known environment variable on top, and warns of the unknown.
pub(super) fn add_environment(
    mut layers: Layers,
    mut ours: BTreeMap<String, String>,
    findings: &mut Findings,
) -> Layers {
    for key in KEYS.iter() {
        if let Some((value, source)) = given(key, &mut ours, findings) {
            layers = layers.with(source, nest(&key.path, value));
        }
    }
    findings
        .warnings
        .extend(ours.into_keys().map(|variable| Warning {
            nearest: keys::nearest_variable(&variable),
            variable,
        }));
    layers
}

/// One source as figment wants it.
struct Layer {
    name: String,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

fn lose(path: &Path, fault: Wrong, findings: &mut Findings) {
    findings.file_lost = true;
    findings.add("", Source::File(path.to_owned()), fault);
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

/// What the environment says of one setting, taken out of `ours`.
fn given(
    key: &Key,
    ours: &mut BTreeMap<String, String>,
    findings: &mut Findings,
) -> Option<(String, Source)> {
    let name = key.variable();
    let direct = ours.remove(&name).filter(|value| !value.is_empty());
    let file = key
        .file_variable()
        .and_then(|variable| Some((ours.remove(&variable)?, variable)))
        .filter(|(path, _)| !path.is_empty());
    match (direct, file) {
        (None, None) => None,
        (Some(value), None) => Some((value, Source::Variable(name))),
        (None, Some((path, variable))) => read_secret(key, &path, variable, findings),
        (Some(_), Some((_, variable))) => {
            let twice = SettingsNote::GivenTwice(&variable);
            let fault = wrong(twice, SettingsNote::GivenTwiceCure);
            findings.add(&key.path, Source::Variable(name), fault);
            None
        }
    }
}

/// The content of a secret's file without the line break that editors put at its end.
fn read_secret(
    key: &Key,
    path: &str,
    variable: String,
    findings: &mut Findings,
) -> Option<(String, Source)> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let path = path.into();
            let text = text.trim_end_matches(['\r', '\n']).to_owned();
            Some((text, Source::SecretFile { path, variable }))
        }
        Err(error) => {
            let why = cause(error);
            // If the two variables are mixed up, the secret is where a path should be.
            let (source, unread) = if path.starts_with(['/', '.']) && !looks_secret(path) {
                let path = path.into();
                let source = Source::SecretFile { path, variable };
                (source, SettingsNote::SecretUnread(&why))
            } else {
                let source = Source::Variable(variable);
                (source, SettingsNote::SecretInPlaceOfPath)
            };
            let fault = wrong(unread, SettingsNote::CheckPath);
            findings.add(&key.path, source, fault);
            None
        }
    }
}

fn nest(path: &str, value: String) -> Dict {
    match path.split_once('.') {
        None => Dict::from([(path.to_owned(), Value::from(value))]),
        Some((section, rest)) => Dict::from([(section.to_owned(), Value::from(nest(rest, value)))]),
    }
}

/// Keeps the known settings; names the rest with the nearest known setting.
fn sift(
    values: Dict,
    section: &str,
    known: &[&str],
    source: &Source,
    findings: &mut Findings,
) -> Dict {
    let mut kept = Dict::new();
    for (name, value) in values {
        let path = inside(section, &name);
        let is_section = known.iter().any(|key| key.starts_with(&inside(&path, "")));
        match value {
            Value::Dict(_, values) if is_section => {
                let inner = sift(values, &path, known, source, findings);
                kept.insert(name, Value::from(inner));
            }
            value if known.contains(&path.as_str()) && value.as_dict().is_none() => {
                kept.insert(name, value);
            }
            _ => findings.add(&path, source.clone(), misplaced(&path, is_section, known)),
        }
    }
    kept
}

fn misplaced(path: &str, is_section: bool, known: &[&str]) -> Wrong {
    if is_section {
        return wrong(SettingsNote::IsSection, SettingsNote::SectionForm(path));
    }
    if known.contains(&path) {
        return wrong(SettingsNote::IsSetting, SettingsNote::SettingForm);
    }
    let sections = known
        .iter()
        .filter_map(|key| key.rsplit_once('.'))
        .map(|(section, _)| section);
    let nearest = keys::nearest(path, ".", known.iter().copied().chain(sections));
    wrong(SettingsNote::Unknown, SettingsNote::UnknownCure(nearest))
}
