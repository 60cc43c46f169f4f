//! `init` asks what only its reader knows, makes the secrets itself, and writes settings that `check` can try.
//!
//! Invariant: no file is ever overwritten, and what is written has passed the same checks as at a start.

use std::{
    fs,
    io::{self, BufRead, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    process::ExitCode,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rustls::crypto::ring;

use super::{Failure, words::Words};
use crate::{
    config::{Settings, is_secret, variable_of},
    domain::wording::{InitNote, cause},
};

/// How often one question is asked.
const TRIES: usize = 5;
/// Settings, without any secret.
const SETTINGS: &str = "sheetdesk.toml";
/// Secrets, for this user alone.
const SECRETS: &str = "sheetdesk.env";

/// One question.
struct Question {
    /// The setting.
    key: &'static str,
    asks: InitNote<'static>,
    /// Whether nothing is an answer, too.
    may_be_empty: bool,
}

const QUESTIONS: [Question; 7] = [
    Question {
        key: "telegram.token",
        asks: InitNote::Token,
        may_be_empty: false,
    },
    Question {
        key: "sheets.credentials",
        asks: InitNote::KeyFile,
        may_be_empty: false,
    },
    Question {
        key: "sheets.partners.spreadsheet",
        asks: InitNote::Partners,
        may_be_empty: false,
    },
    Question {
        key: "sheets.appeals.spreadsheet",
        asks: InitNote::Appeals,
        may_be_empty: true,
    },
    Question {
        key: "sheets.promotions.spreadsheet",
        asks: InitNote::Promotions,
        may_be_empty: true,
    },
    Question {
        key: "http.public_url",
        asks: InitNote::PublicUrl,
        may_be_empty: true,
    },
    Question {
        key: "telegram.admin_chat",
        asks: InitNote::AdminChat,
        may_be_empty: true,
    },
];

/// Answers so far, as variables of the environment.
struct Answers(Vec<(&'static str, String)>);

/// Asks, checks each answer, and writes both files into the directory.
pub(super) fn init(words: &Words, directory: &Path) -> Result<ExitCode, Failure> {
    let [settings, secrets] = [SETTINGS, SECRETS].map(|name| directory.join(name));
    for file in [&settings, &secrets] {
        if file.exists() {
            let file = file.display().to_string();
            return Err(words.failure(InitNote::Exists(&file)));
        }
    }
    let mut answers = Answers::new(words)?;
    let mut input = io::stdin().lock();
    for question in &QUESTIONS {
        let answer = ask(words, question, &answers, &mut input)?;
        answers.take(question.key, answer);
    }
    answers.check(words, None).map_err(Failure::Told)?;
    write(words, &settings, 0o644, &answers.settings(words))?;
    write(words, &secrets, 0o600, &answers.secrets(words))?;
    let (settings, secrets) = (
        settings.display().to_string(),
        secrets.display().to_string(),
    );
    let done = InitNote::Done {
        settings: &settings,
        secrets: &secrets,
    };
    println!("\n{}", words.tell(done));
    println!(
        "{}\n  set -a; . {secrets}; set +a",
        words.tell(InitNote::Next)
    );
    for command in ["setup sheets --dry-run", "setup sheets", "check", "serve"] {
        println!("  sheetdesk {command} --config {settings}");
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(
    words: &Words,
    question: &Question,
    answers: &Answers,
    input: &mut impl BufRead,
) -> Result<String, Failure> {
    for _ in 0..TRIES {
        println!("{}:", words.tell(question.asks));
        let mut line = String::new();
        let read = input.read_line(&mut line);
        let unread = |error| words.failure(InitNote::Unread(&cause(error)));
        if read.map_err(unread)? == 0 {
            return Err(words.failure(InitNote::Ended));
        }
        let answer = line.trim().to_owned();
        if answer.is_empty() && !question.may_be_empty {
            println!("  {}", words.tell(InitNote::AnswerNeeded));
            continue;
        }
        let mut tried = Answers(answers.0.clone());
        tried.take(question.key, answer.clone());
        match tried.check(words, Some(question.key)) {
            Ok(()) => return Ok(answer),
            Err(wrong) => println!("  {wrong}"),
        }
    }
    Err(words.failure(InitNote::NotUnderstood {
        key: question.key,
        tries: TRIES,
    }))
}

impl Answers {
    /// The secrets that nobody has to think up, and the language that is spoken already.
    fn new(words: &Words) -> Result<Self, Failure> {
        let mut random = [[0_u8; 32]; 2];
        for secret in &mut random {
            let filled = ring::default_provider().secure_random.fill(secret);
            filled.map_err(|_| words.failure(InitNote::NoRandom))?;
        }
        let hex: String = random[0].iter().map(|byte| format!("{byte:02x}")).collect();
        let language = words.language().tag();
        Ok(Self(vec![
            ("language", language.to_owned()),
            ("telegram.webhook_secret", hex),
            (
                "sheets.callback_secret",
                format!("whsec_{}", BASE64_STANDARD.encode(random[1])),
            ),
        ]))
    }

    /// Takes an answer down, and what follows from it.
    fn take(&mut self, key: &'static str, answer: String) {
        let partners = || {
            self.of("sheets.partners.spreadsheet")
                .unwrap_or_default()
                .to_owned()
        };
        let answer = match (key, answer.to_lowercase().as_str()) {
            ("sheets.promotions.spreadsheet", "нет" | "no") => return,
            ("sheets.appeals.spreadsheet" | "sheets.promotions.spreadsheet", "") => partners(),
            ("http.public_url", "") => return self.0.push(("telegram.mode", "polling".to_owned())),
            (_, "") => return,
            (_, _) => answer,
        };
        self.0.push((key, answer));
    }

    fn of(&self, key: &str) -> Option<&str> {
        let answer = self.0.iter().find(|(known, _)| *known == key)?;
        Some(answer.1.as_str())
    }

    /// What is wrong with one setting, or with any.
    fn check(&self, words: &Words, key: Option<&str>) -> Result<(), String> {
        let variables = self
            .0
            .iter()
            .map(|(key, value)| (variable_of(key), value.clone()));
        let Err(faults) = Settings::load(None, variables) else {
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

    fn settings(&self, words: &Words) -> String {
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

    fn secrets(&self, words: &Words) -> String {
        let secrets = self.0.iter().filter(|(key, _)| is_secret(key));
        let lines: String = secrets
            .map(|(key, value)| format!("{}='{value}'\n", variable_of(key)))
            .collect();
        format!("# {}\n{lines}", words.tell(InitNote::SecretsHead))
    }
}

/// The section of a setting, and its name there.
fn place(key: &'static str) -> (&'static str, &'static str) {
    key.rsplit_once('.').unwrap_or(("", key))
}

fn write(words: &Words, file: &Path, mode: u32, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(mode).open(file);
    let written = opened.and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|error| {
        words.failure(InitNote::Unmade {
            file: &file.display().to_string(),
            cause: &cause(error),
        })
    })
}
