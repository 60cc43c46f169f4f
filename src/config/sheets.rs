//! How the words of the sheets are read: headers, statuses, fills.
//!
//! Invariant: within one group no word stands for two things, so a cell has at most one meaning.

use std::collections::BTreeMap;
use std::path::Path;

use figment::value::{Dict, Value};

use super::addresses::{self, TabName};
use super::error::{Findings, SettingsError, Source, Wrong, shown, wrong};
use super::keys::inside;
use super::layers::{self, FileText, Layers};
use crate::domain::text::fold;
use crate::domain::word::Word;
use crate::domain::wording::SettingsNote;

/// The background of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
}

/// The file of this name beside the settings file replaces words.
pub(super) const FILE_NAME: &str = "sheets.toml";

const EMBEDDED: &str = include_str!("../../migrations-free-config/sheets.toml");

/// The embedded words with those of the file at `path`, if it is there, on top.
pub(super) fn load<T: FromWords>(path: &Path) -> Result<T, Vec<SettingsError>> {
    let embedded = layers::parse_embedded(EMBEDDED);
    let mut known = Vec::new();
    leaves(&embedded, "", &mut known);
    let mut layers = Layers::default().with(Source::EmbeddedDefaults, embedded);
    let mut findings = Findings::default();
    if let FileText::Text(text) = layers::read_file(path, false, &mut findings) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let values = layers::parse_file(path, &text, &known, &mut findings);
        layers = layers.with(Source::File(path.to_owned()), values);
    }
    let mut words = WordReader { layers, findings };
    let read = T::read(&mut words, "");
    words.refuse_doubles(&known);
    match read {
        Some(read) if words.findings.errors.is_empty() => Ok(read),
        _ => Err(words.findings.errors),
    }
}

/// What is read from one of the words, or from a section of them.
pub(super) trait FromWords: Sized {
    /// `None` if something is wrong with it, once all is read.
    fn read(words: &mut WordReader, path: &str) -> Option<Self>;
}

/// The words of all sources, and what is wrong with them.
pub(super) struct WordReader {
    layers: Layers,
    findings: Findings,
}

impl WordReader {
    /// The value of a setting; `None` if something is wrong with it.
    fn read<T>(&mut self, path: &str, parse: impl FnOnce(&Value) -> Result<T, Wrong>) -> Option<T> {
        let (value, source) = self.layers.find(path)?;
        parse(&value)
            .map_err(|fault| self.findings.add(path, source, fault))
            .ok()
    }

    /// Refuses a word that is twice in one group, such as one header for two columns.
    fn refuse_doubles(&mut self, known: &[String]) {
        let mut owners: BTreeMap<(&str, String), &str> = BTreeMap::new();
        for path in known {
            let Some((value, source)) = self.layers.find(path) else {
                continue;
            };
            let group = path.rsplit_once('.').map_or("", |(group, _)| group);
            for word in value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                let Some(other) = owners.insert((group, fold(word)), path) else {
                    continue;
                };
                let twice = SettingsNote::WordTwice {
                    value: shown(word),
                    other,
                };
                let fault = wrong(twice, SettingsNote::DeleteOne);
                self.findings.add(path, source.clone(), fault);
            }
        }
    }
}

impl FromWords for Word {
    fn read(words: &mut WordReader, path: &str) -> Option<Self> {
        let fault = |problem| wrong(problem, SettingsNote::WordListForm);
        words.read(path, |value| {
            let list = value.as_array();
            let spellings: Option<Vec<&str>> =
                list.and_then(|list| list.iter().map(Value::as_str).collect());
            let spellings = spellings.ok_or_else(|| fault(SettingsNote::NoWordList))?;
            let word = Self::new(spellings);
            if word.understood().is_empty() || word.understood().iter().any(String::is_empty) {
                return Err(fault(SettingsNote::WordEmpty));
            }
            Ok(word)
        })
    }
}

impl FromWords for Fill {
    fn read(words: &mut WordReader, path: &str) -> Option<Self> {
        words.read(path, |value| {
            let hex = value.as_str().and_then(|text| text.strip_prefix('#'));
            let hex = hex
                .filter(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let number = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
            let [_, red, green, blue] = number
                .ok_or_else(|| wrong(SettingsNote::NoColour, SettingsNote::ColourForm))?
                .to_be_bytes();
            Ok(Self { red, green, blue })
        })
    }
}

impl FromWords for TabName {
    fn read(words: &mut WordReader, path: &str) -> Option<Self> {
        words.read(path, |value| {
            addresses::tab(value.as_str().unwrap_or_default().trim())
        })
    }
}

fn leaves(values: &Dict, section: &str, found: &mut Vec<String>) {
    for (name, value) in values {
        let path = inside(section, name);
        match value {
            Value::Dict(_, inner) => leaves(inner, &path, found),
            Value::String(..)
            | Value::Char(..)
            | Value::Bool(..)
            | Value::Num(..)
            | Value::Empty(..)
            | Value::Array(..) => found.push(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::words::SheetWords;

    fn with(text: &str) -> Result<SheetWords, Vec<SettingsError>> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join(FILE_NAME);
        std::fs::write(&path, text).expect("a written file");
        load(&path)
    }

    fn embedded() -> SheetWords {
        with("").expect("the embedded words are good")
    }

    fn understands(names: &Word, cell: &str) -> bool {
        names.is(cell)
    }

    #[test]
    fn the_predecessors_words_are_understood() {
        let words = embedded();
        assert_eq!(load(Path::new("no/such/sheets.toml")), Ok(words.clone()));
        let SheetWords {
            partners,
            appeals,
            archive,
            templates,
            promotions,
            state,
        } = words;
        assert!(understands(&partners.columns.code, "partner_code"));
        assert!(understands(&partners.columns.status, " статус "));
        assert!(understands(&partners.statuses.authorized, "Authorized"));
        assert_eq!(partners.statuses.authorized.written(), "авторизован");
        assert!(!understands(
            &partners.statuses.authorized,
            "не авторизован"
        ));
        assert!(understands(&appeals.columns.phone, "Телефон партнёра"));
        assert_eq!(appeals.columns.number.written(), "№");
        assert_eq!(appeals.columns.delivery.written(), "Доставка");
        assert!(understands(&appeals.statuses.solved, "ЗАКРЫТО"));
        assert_eq!(
            appeals.fills.new,
            Fill {
                red: 0xf3,
                green: 0xcc,
                blue: 0xcc
            }
        );
        assert_eq!(archive.tab.as_str(), "обращения_архив");
        assert_eq!(templates.tab.as_str(), "Шаблоны");
        assert_eq!(templates.columns.name.written(), "имя");
        assert_eq!(state.tab.as_str(), "Состояние");
        assert_eq!(promotions.columns.broadcast.written(), "Рассылка");
        assert_eq!(promotions.notifications.sent.written(), "SENT");
    }

    #[test]
    fn a_file_replaces_only_what_it_names() {
        let words = with("[appeals.columns]\nanswer = [\"Ответ\"]\n").expect("good words");
        assert_eq!(words.appeals.columns.answer.written(), "Ответ");
        assert!(!understands(
            &words.appeals.columns.answer,
            "специалист_ответ"
        ));
        assert_eq!(
            words.appeals.columns.status,
            embedded().appeals.columns.status
        );
        assert_eq!(words.partners, embedded().partners);
    }

    #[test]
    fn faults_have_their_key_and_words() {
        for (text, key, words) in [
            (
                "[appeals.columns]\nanswr = [\"Ответ\"]\n",
                "appeals.columns.answr",
                "no such setting",
            ),
            (
                "[appeals.columns]\nanswer = \"Ответ\"\n",
                "appeals.columns.answer",
                "not a list of words",
            ),
            (
                "[appeals.columns]\nanswer = [1]\n",
                "appeals.columns.answer",
                "not a list of words",
            ),
            (
                "[appeals.columns]\nanswer = []\n",
                "appeals.columns.answer",
                "is empty",
            ),
            (
                "[appeals.columns]\nanswer = [\"Ответ\", \" \"]\n",
                "appeals.columns.answer",
                "is empty",
            ),
            (
                "[appeals.columns]\nstatus = [\"ТЕЛЕФОН\"]\n",
                "appeals.columns.status",
                "a word of appeals.columns.phone as well",
            ),
            (
                "[appeals.fills]\nnew = \"#f3ccc\"\n",
                "appeals.fills.new",
                "not a colour",
            ),
            (
                "[appeals.fills]\nnew = \"#+3cccc\"\n",
                "appeals.fills.new",
                "not a colour",
            ),
            (
                "[archive]\ntab = \" \"\n",
                "archive.tab",
                "not the name of a tab",
            ),
            ("[archive\n", "", "in line 1"),
        ] {
            let errors = with(text).expect_err(text);
            assert_eq!(errors.len(), 1, "{errors:#?}");
            assert_eq!(errors[0].key, key);
            assert!(matches!(&errors[0].from, Source::File(path) if path.ends_with(FILE_NAME)));
            let told = errors[0].english();
            assert!(told.contains(words), "{told}");
        }
    }
}
