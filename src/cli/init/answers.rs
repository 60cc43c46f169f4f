//! The answers so far, as variables of the environment, and the two files that they become.
//!
//! Invariant: the file with secrets reads alike for systemd, Docker, shells and ourselves: names and bare values; what is no secret never stands in it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rustls::crypto::ring;

use crate::{
    cli::{Failure, words::Words},
    config::{Settings, is_secret, variable_of},
    domain::wording::InitNote,
};

/// What else the trials need, where the environment says it: then the service needs it as well.
const OUTSIDE: [&str; 4] = [
    "telegram.api_url",
    "telegram.proxy",
    "sheets.api_url",
    "sheets.proxy",
];
/// When nobody calls, every tab is looked at each minute.
const EACH_MINUTE: &str = "0 * * * * *";

/// Answers so far.
#[derive(Clone)]
pub(super) struct Answers(Vec<(&'static str, String)>);

impl Answers {
    /// The secrets that nobody has to think up, and the language that is spoken already.
    pub(super) fn new(words: &Words) -> Result<Self, Failure> {
        let mut random = [[0_u8; 32]; 2];
        for secret in &mut random {
            let filled = ring::default_provider().secure_random.fill(secret);
            filled.map_err(|_| words.failure(InitNote::NoRandom))?;
        }
        let hex: String = random[0].iter().map(|byte| format!("{byte:02x}")).collect();
        let language = words.language().tag();
        let outside = OUTSIDE.into_iter().filter_map(|key| {
            let value = std::env::var(variable_of(key)).ok()?;
            (!value.is_empty()).then_some((key, value))
        });
        let made = vec![
            ("language", language.to_owned()),
            ("telegram.webhook_secret", hex),
            (
                "sheets.callback_secret",
                format!("whsec_{}", BASE64_STANDARD.encode(random[1])),
            ),
        ];
        Ok(Self(made.into_iter().chain(outside).collect()))
    }

    /// Takes an answer down, and what follows from it.
    pub(super) fn take(&mut self, key: &'static str, answer: &str) {
        let answer = match (key, answer.to_lowercase().as_str()) {
            ("sheets.promotions.spreadsheet", "нет" | "no") => return,
            ("sheets.appeals.spreadsheet" | "sheets.promotions.spreadsheet", "") => {
                let partners = self.of("sheets.partners.spreadsheet");
                partners.unwrap_or_default().to_owned()
            }
            ("http.public_url", "") => return self.poll(),
            (_, "") => return,
            ("sheets.credentials", _) if !answer.starts_with('{') => absolute(answer),
            (_, _) => answer.to_owned(),
        };
        self.0.push((key, answer));
    }

    /// Nobody can call us.
    fn poll(&mut self) {
        self.0.push(("telegram.mode", "polling".to_owned()));
        let announces = self.of("sheets.promotions.spreadsheet").is_some();
        let tabs = [
            ("schedule.appeals", true),
            ("schedule.partners", true),
            ("schedule.promotions", announces),
        ];
        let looked_at = tabs.into_iter().filter(|(_, is_there)| *is_there);
        let each = looked_at.map(|(key, _)| (key, EACH_MINUTE.to_owned()));
        self.0.extend(each);
    }

    /// All of them as variables, for the settings.
    pub(super) fn variables(&self) -> impl Iterator<Item = (String, String)> {
        let all = self.0.iter();
        all.map(|(key, value)| (variable_of(key), value.clone()))
    }

    pub(super) fn of(&self, key: &str) -> Option<&str> {
        let answer = self.0.iter().find(|(known, _)| *known == key)?;
        Some(answer.1.as_str())
    }

    /// What is wrong with one setting, or with any.
    pub(super) fn check(&self, words: &Words, key: Option<&str>) -> Result<(), String> {
        let Err(faults) = Settings::load(None, self.variables()) else {
            return Ok(());
        };
        let concerns = |known: &str| key.is_none_or(|key| key == known);
        let mut errors = faults.errors;
        errors.retain(|error| concerns(&error.key));
        let told = errors.iter().map(|error| {
            let (problem, remedy) = (words.tell(&error.problem), words.tell(&error.remedy));
            format!("{problem} {remedy}")
        });
        match told.collect::<Vec<_>>() {
            told if told.is_empty() => Ok(()),
            told => Err(told.join("\n  ")),
        }
    }

    pub(super) fn settings(&self, words: &Words) -> String {
        let mut lines = vec![format!("# {}", words.tell(InitNote::SettingsHead))];
        let mut section = "";
        let mut plain: Vec<_> = self.0.iter().filter(|(key, _)| !is_secret(key)).collect();
        // What is in no section stands above the first.
        plain.sort_by_key(|(key, _)| place(key));
        for (key, value) in plain {
            let (of, name) = place(key);
            if of != section {
                lines.push(format!("\n[{of}]"));
                section = of;
            }
            let number = *key == "telegram.admin_chat";
            // A JSON string is a TOML string.
            let value = if number {
                value.clone()
            } else {
                serde_json::Value::from(value.as_str()).to_string()
            };
            lines.push(format!("{name} = {value}"));
        }
        lines.join("\n") + "\n"
    }

    pub(super) fn secrets(&self, words: &Words) -> String {
        let secrets = self.0.iter().filter(|(key, _)| is_secret(key));
        let lines: String = secrets
            .map(|(key, value)| format!("{}={value}\n", variable_of(key)))
            .collect();
        format!("# {}\n{lines}", words.tell(InitNote::SecretsHead))
    }
}

/// The section of a setting, and its name there.
fn place(key: &'static str) -> (&'static str, &'static str) {
    key.rsplit_once('.').unwrap_or(("", key))
}

/// A path that is the same from everywhere.
fn absolute(path: &str) -> String {
    let home = path.strip_prefix("~/").zip(std::env::var("HOME").ok());
    let path = home.map_or_else(|| path.to_owned(), |(rest, home)| format!("{home}/{rest}"));
    match std::path::absolute(&path) {
        Ok(whole) => whole.display().to_string(),
        Err(_) => path,
    }
}
