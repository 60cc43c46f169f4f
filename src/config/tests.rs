//! Whole loads, in a directory of their own.
//!
//! Invariant: nothing outside that directory is read or written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tempfile::TempDir;

use super::error::SettingsErrors;
use super::keys::key;
use super::*;

mod documents;
mod faults;
mod language;
mod sources;

const TOKEN: &str = "7654321:AAHqTz-4kWn0_xYb8LmPpRsUv";
const WEBHOOK_SECRET: &str = "wH7k2-pQ9_zX4mN8";
const CALLBACK_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const LEGACY_SECRET: &str = "lEg4cy!s3cr3t&word";
const KEY_FILE: &str = r#"{"type":"service_account","client_email":"desk@project.example",
    "private_key":"-----BEGIN PRIVATE KEY-----\nAAECAwQFBgc=\n-----END PRIVATE KEY-----\n",
    "token_uri":"https://oauth2.googleapis.com/token"}"#;

type Loaded = Result<(Settings, Vec<Warning>), SettingsErrors>;

/// A directory with a key file, and an environment in which everything is right.
struct Environment {
    directory: TempDir,
    variables: BTreeMap<String, String>,
}

impl Environment {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(directory.path().join("key.json"), KEY_FILE).expect("a written key file");
        let mut environment = Self {
            directory,
            variables: BTreeMap::new(),
        };
        let key_file = environment.path("key.json").display().to_string();
        for (path, value) in [
            ("telegram.token", TOKEN),
            ("telegram.webhook_secret", WEBHOOK_SECRET),
            ("sheets.credentials", &key_file),
            ("sheets.callback_secret", CALLBACK_SECRET),
            ("sheets.partners.spreadsheet", "partners-book"),
            ("sheets.appeals.spreadsheet", "appeals-book"),
        ] {
            environment.set(path, value);
        }
        environment
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a written file");
        path
    }

    fn set(&mut self, path: &str, value: &str) {
        self.variable(&key(path).variable(), value);
    }

    fn unset(&mut self, path: &str) {
        self.variables.remove(&key(path).variable());
    }

    fn variable(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Loads with the settings file of this directory if it was written.
    fn load(&self) -> Loaded {
        load(
            None,
            &self.path("sheetdesk.toml"),
            self.variables.clone().into_iter(),
        )
    }

    fn settings(&self) -> Settings {
        self.load().expect("good settings").0
    }

    fn faults(&self) -> SettingsErrors {
        self.load().expect_err("faulty settings")
    }

    /// The one fault that is found.
    fn fault(&self) -> SettingsError {
        let mut errors = self.faults().errors;
        assert_eq!(errors.len(), 1, "{errors:#?}");
        errors.remove(0)
    }
}

fn variable(path: &str) -> Source {
    Source::Variable(key(path).variable())
}

fn webhook_secret(settings: &Settings) -> &str {
    match &settings.telegram.mode {
        Mode::Webhook { secret } => secret.expose(),
        Mode::Polling => "",
    }
}
