//! What can be wrong with the settings, in words for the person who wrote them.
//!
//! Invariant: no text in here ever holds a secret's value; [`shown`] is the only way a value gets in.

use std::fmt;
use std::path::PathBuf;

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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} ({source}): {problem} {remedy}", source = self.from)]
pub struct SettingsError {
    /// The setting, as `section.key`.
    pub key: String,
    /// Where the faulty value is.
    pub from: Source,
    /// What is wrong, as a sentence.
    pub problem: String,
    /// What to do, as a sentence.
    pub remedy: String,
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
#[derive(Debug, thiserror::Error)]
#[error("{}", numbered(.errors, .warnings))]
pub struct SettingsErrors {
    /// The faults, at least one.
    pub errors: Vec<SettingsError>,
    /// What was noticed besides: an unknown variable often explains a missing setting.
    pub warnings: Vec<Warning>,
}

/// Why a text is not a value of its kind; the setting's name and source are added by the reader.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) problem: String,
    pub(super) remedy: String,
}

/// What a load has found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) errors: Vec<SettingsError>,
    pub(super) warnings: Vec<Warning>,
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
            let problem = "The file may not be read by the user who runs this command, so what it says is missing.";
            let remedy = "Run the command as the user who may, or with sudo.";
            self.add(
                "(the whole file)",
                Source::File(file),
                wrong(problem, remedy),
            );
        }
        Err(SettingsErrors {
            errors: self.errors,
            warnings: self.warnings,
        })
    }
}

pub(super) fn wrong(problem: impl Into<String>, remedy: impl Into<String>) -> Wrong {
    Wrong {
        problem: problem.into(),
        remedy: remedy.into(),
    }
}

/// How much of a faulty value is repeated to its author.
const SHOWN_CHARACTERS: usize = 80;

/// A faulty value in quotes, or a mask where it looks like a secret that was put in the wrong place.
pub(super) fn shown(text: &str) -> String {
    if looks_secret(text) {
        return "(not shown: it looks like a secret)".to_owned();
    }
    let mut cut: String = text.chars().take(SHOWN_CHARACTERS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("{cut:?}")
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

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmbeddedDefaults => f.write_str("embedded defaults"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::SecretFile { path, variable } => {
                write!(f, "secret file {}, named by {variable}", path.display())
            }
            Self::NotSet => f.write_str("not set anywhere"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, nearest } = self;
        write!(
            f,
            "The environment variable {variable} is unknown and ignored; the nearest known one is {nearest}."
        )
    }
}

fn numbered(errors: &[SettingsError], warnings: &[Warning]) -> String {
    let mut text = match errors.len() {
        1 => "One thing is wrong with the settings:\n".to_owned(),
        n => format!("{n} things are wrong with the settings:\n"),
    };
    for (index, error) in errors.iter().enumerate() {
        let SettingsError {
            key,
            from,
            problem,
            remedy,
        } = error;
        text += &format!(
            "\n{:>3}. {key} ({from})\n     {problem}\n     {remedy}\n",
            index + 1
        );
    }
    if !warnings.is_empty() {
        text += "\nNoticed besides:\n";
    }
    for warning in warnings {
        text += &format!("  -  {warning}\n");
    }
    text
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
            assert_eq!(shown(secret), "(not shown: it looks like a secret)");
        }
    }

    #[test]
    fn other_values_are_repeated_in_quotes_and_cut() {
        assert_eq!(shown("0.0.0.0:99999"), "\"0.0.0.0:99999\"");
        assert_eq!(shown("Акции\n"), "\"Акции\\n\"");
        assert_eq!(
            shown("https://example.com/@user"),
            "\"https://example.com/@user\""
        );
        assert_eq!(
            shown(&"я".repeat(200)).chars().count(),
            SHOWN_CHARACTERS + 3
        );
    }

    #[test]
    fn the_list_is_numbered_and_says_what_to_do() {
        let errors = SettingsErrors {
            errors: vec![SettingsError {
                key: "http.listen".to_owned(),
                from: Source::Variable("SHEETDESK_HTTP__LISTEN".to_owned()),
                problem: "It is not an address.".to_owned(),
                remedy: "Write one.".to_owned(),
            }],
            warnings: vec![Warning {
                variable: "SHEETDESK_PORT".to_owned(),
                nearest: "SHEETDESK_HTTP__LISTEN".to_owned(),
            }],
        };
        assert_eq!(
            errors.to_string(),
            "One thing is wrong with the settings:\n\
             \n  1. http.listen (environment variable SHEETDESK_HTTP__LISTEN)\
             \n     It is not an address.\n     Write one.\n\
             \nNoticed besides:\n  -  The environment variable SHEETDESK_PORT is unknown and ignored; \
             the nearest known one is SHEETDESK_HTTP__LISTEN.\n"
        );
    }
}
