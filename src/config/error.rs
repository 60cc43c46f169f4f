//! What can be wrong with the settings, in words for the person who wrote them.
//!
//! Invariant: no text in here ever holds a secret's value; [`shown`] is the only way a value gets in.

use std::path::PathBuf;

use crate::domain::session::Locale;
use crate::domain::wording::{Saying, SettingsNote, ShownValue, Wording};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The settings that are built into the program.
    EmbeddedDefaults,
    /// A settings file.
    File(PathBuf),
    /// An environment variable, by name.
    Variable(String),
    /// A file with one secret in it, named by an environment variable.
    SecretFile {
        /// The file.
        path: PathBuf,
        /// The `…_FILE` variable that names it.
        variable: String,
    },
    /// Nowhere: the setting has no default and nobody gave a value.
    NotSet,
}

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The setting, as `section.key`; empty for a file as a whole.
    pub key: String,
    /// Where the faulty value is.
    pub from: Source,
    /// What is wrong, as a sentence.
    pub problem: Saying,
    /// What to do, as a sentence.
    pub remedy: Saying,
}

/// An environment variable that looks like ours but is not. It is ignored.
///
/// It is not an error because Kubernetes puts `SHEETDESK_PORT` and the like into the environment
/// wherever a Service has that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The unknown variable.
    pub variable: String,
    /// The known variable whose name is nearest.
    pub nearest: String,
}

/// Everything that is wrong with the settings, at once.
#[derive(Debug)]
pub struct SettingsErrors {
    /// The faults, at least one.
    pub errors: Vec<SettingsError>,
    /// What was noticed besides: an unknown variable often explains a missing setting.
    pub warnings: Vec<Warning>,
    /// The language of whoever hears of them.
    pub language: Locale,
}

/// Why a text is not a value of its kind; the setting's name and source are added by the reader.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) problem: Saying,
    pub(super) remedy: Saying,
}

/// What a load has found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) errors: Vec<SettingsError>,
    pub(super) warnings: Vec<Warning>,
    /// The language of whoever hears of them.
    pub(super) language: Locale,
    /// A settings file could not be read, so what is missing may well be in it.
    pub(super) file_lost: bool,
    /// A file with variables that this user may not read, so what is missing may well be in it.
    pub(super) unreadable: Option<PathBuf>,
}

impl Findings {
    pub(super) fn add(&mut self, key: &str, from: Source, wrong: Wrong) {
        self.errors.push(SettingsError {
            key: key.to_owned(),
            from,
            problem: wrong.problem,
            remedy: wrong.remedy,
        });
    }

    /// Whether something is already known to be wrong with this setting.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.errors.iter().any(|error| error.key == key)
    }

    /// The value if nothing is wrong, otherwise everything that is.
    pub(super) fn conclude<T>(
        mut self,
        value: Option<T>,
    ) -> Result<(T, Vec<Warning>), SettingsErrors> {
        if let Some(value) = value.filter(|_| self.errors.is_empty()) {
            return Ok((value, self.warnings));
        }
        if let Some(file) = self.unreadable.take() {
            let fault = wrong(SettingsNote::NotForThisUser, SettingsNote::WithSudo);
            self.add("", Source::File(file), fault);
        }
        Err(SettingsErrors {
            errors: self.errors,
            warnings: self.warnings,
            language: self.language,
        })
    }
}

pub(super) fn wrong<'a>(problem: SettingsNote<'a>, remedy: SettingsNote<'a>) -> Wrong {
    Wrong {
        problem: Saying::of(problem),
        remedy: Saying::of(remedy),
    }
}

/// A faulty value for its author, hidden where it looks like a secret that was put in the wrong place.
pub(super) fn shown(text: &str) -> ShownValue<'_> {
    match looks_secret(text) {
        true => ShownValue::Hidden,
        false => ShownValue::Value(text),
    }
}

/// Bot tokens, signing secrets, private keys, and passwords within an address.
pub(super) fn looks_secret(text: &str) -> bool {
    let password_in_address = text.split_once("://").is_some_and(|(_, rest)| {
        rest.split('/')
            .next()
            .is_some_and(|host| host.contains('@'))
    });
    password_in_address
        || text.contains("whsec_")
        || text.contains("PRIVATE KEY")
        || text
            .match_indices(':')
            .any(|(at, _)| is_token_colon(text, at))
}

/// Whether the colon at `at` has a bot's number before it and a long word after it.
fn is_token_colon(text: &str, at: usize) -> bool {
    /// Shorter numbers are ports and hours.
    const DIGITS: usize = 6;
    /// Real tokens have 35; a mistyped one is a secret too.
    const LETTERS: usize = 12;
    let digits = text[..at]
        .chars()
        .rev()
        .take_while(char::is_ascii_digit)
        .count();
    let letters = text[at + 1..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        .count();
    digits >= DIGITS && letters >= LETTERS
}

impl SettingsErrors {
    /// A numbered list of it all.
    #[must_use]
    pub fn words(&self) -> String {
        let wording = Wording::built_in();
        let tell = |note: SettingsNote<'_>| wording.tell(self.language, note);
        let mut text = tell(SettingsNote::Head(self.errors.len())) + "\n";
        for (index, error) in self.errors.iter().enumerate() {
            let key = match error.key.as_str() {
                "" => tell(SettingsNote::WholeFile),
                key => key.to_owned(),
            };
            let from = wording.tell(self.language, &error.from.said());
            let problem = wording.tell(self.language, &error.problem);
            let remedy = wording.tell(self.language, &error.remedy);
            let number = index + 1;
            text += &format!("\n{number:>3}. {key} ({from})\n     {problem}\n     {remedy}\n");
        }
        if !self.warnings.is_empty() {
            text += &format!("\n{}\n", tell(SettingsNote::Besides));
        }
        for warning in &self.warnings {
            text += &format!("  -  {}\n", tell(warning.note()));
        }
        text
    }
}

impl Source {
    fn said(&self) -> Saying {
        match self {
            Self::EmbeddedDefaults => Saying::of(SettingsNote::Embedded),
            Self::File(path) => Saying::of(SettingsNote::InFile(&path.display().to_string())),
            Self::Variable(name) => Saying::of(SettingsNote::InVariable(name)),
            Self::SecretFile { path, variable } => Saying::of(SettingsNote::InSecretFile {
                path: &path.display().to_string(),
                variable,
            }),
            Self::NotSet => Saying::of(SettingsNote::Nowhere),
        }
    }
}

impl Warning {
    /// In words.
    #[must_use]
    pub fn note(&self) -> SettingsNote<'_> {
        let Self { variable, nearest } = self;
        SettingsNote::UnknownVariable { variable, nearest }
    }
}

#[cfg(test)]
impl SettingsError {
    /// What is wrong, and what to do, in English.
    pub(super) fn english(&self) -> String {
        english(&self.problem, &self.remedy)
    }
}

#[cfg(test)]
impl Wrong {
    /// What is wrong, and what to do, in English.
    pub(super) fn english(&self) -> String {
        english(&self.problem, &self.remedy)
    }
}

#[cfg(test)]
fn english(problem: &Saying, remedy: &Saying) -> String {
    let tell = |saying: &Saying| Wording::built_in().tell(Locale::En, saying);
    tell(problem) + " " + &tell(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_look_secret_are_not_repeated() {
        for secret in [
            "https://api.telegram.org/bot7654321:AAH5YkoiEuPk8-FZa32h/",
            "whsec_abcdefgh",
            "{\"private_key\": \"-----BEGIN PRIVATE KEY-----\"}",
            "https://user:password@example.com/path",
        ] {
            assert_eq!(shown(secret), ShownValue::Hidden);
            let told = wrong(SettingsNote::NoUrl(shown(secret)), SettingsNote::UrlForm).english();
            let expected = "(not shown: it looks like a secret) is not an address. ";
            assert!(told.starts_with(expected), "{told}");
        }
    }

    #[test]
    fn other_values_are_repeated_in_quotes_and_cut() {
        let told = |value: &str| {
            let words = wrong(SettingsNote::NoUrl(shown(value)), SettingsNote::UrlForm).english();
            let (told, _) = words.split_once(" is not").expect("a value");
            told.to_owned()
        };
        assert_eq!(told("0.0.0.0:99999"), "\"0.0.0.0:99999\"");
        assert_eq!(told("Акции\n"), "\"Акции\\n\"");
        let address = "https://example.com/@user";
        assert_eq!(told(address), format!("{address:?}"));
        assert_eq!(told(&"я".repeat(200)).chars().count(), 83);
    }

    #[test]
    fn the_list_is_numbered_and_says_what_to_do() {
        let errors = |language| SettingsErrors {
            errors: vec![SettingsError {
                key: "http.listen".to_owned(),
                from: Source::Variable("SHEETDESK_HTTP__LISTEN".to_owned()),
                problem: Saying::of(SettingsNote::NoListen(shown("nowhere"))),
                remedy: Saying::of(SettingsNote::OwnPort),
            }],
            warnings: vec![Warning {
                variable: "SHEETDESK_PORT".to_owned(),
                nearest: "SHEETDESK_HTTP__LISTEN".to_owned(),
            }],
            language,
        };
        assert_eq!(
            errors(Locale::En).words(),
            "One thing is wrong with the settings:\n\
             \n  1. http.listen (environment variable SHEETDESK_HTTP__LISTEN)\
             \n     \"nowhere\" is not an address to listen on.\n     Give it a port of its own.\n\
             \nNoticed besides:\n  -  The environment variable SHEETDESK_PORT is unknown and ignored; \
             the nearest known one is SHEETDESK_HTTP__LISTEN.\n"
        );
        assert_eq!(
            errors(Locale::Ru).words(),
            "В настройках 1 ошибка:\n\
             \n  1. http.listen (переменная окружения SHEETDESK_HTTP__LISTEN)\
             \n     \"nowhere\" – не адрес, на котором можно слушать.\n     Дайте ему свой порт.\n\
             \nЗаметили ещё:\n  -  Переменная окружения SHEETDESK_PORT нам не знакома, её не учитываем; \
             самая похожая из известных – SHEETDESK_HTTP__LISTEN.\n"
        );
    }
}
