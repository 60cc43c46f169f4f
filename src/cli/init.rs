//! `init` asks what only its reader knows, makes the secrets itself, and writes settings that `check` can try.
//!
//! Invariant: no file is ever overwritten, and what is written has passed the same checks as at a start.

use std::{
    fs,
    io::{self, BufRead, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, anyhow};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use rustls::crypto::ring;

use super::Failure;
use crate::config::{Settings, is_secret, variable_of};

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
    asks: &'static str,
    /// What is taken if nothing is typed; `None` if an answer is needed.
    default: Option<&'static str>,
}

const QUESTIONS: [Question; 7] = [
    Question {
        key: "telegram.token",
        asks: "Токен бота от @BotFather / The bot's token from @BotFather",
        default: None,
    },
    Question {
        key: "sheets.credentials",
        asks: "Файл ключа сервисного аккаунта Google (JSON) / The service account's key file (JSON)",
        default: None,
    },
    Question {
        key: "sheets.partners.spreadsheet",
        asks: "Адрес таблицы со списком партнёров / The address of the spreadsheet with the partners",
        default: None,
    },
    Question {
        key: "sheets.appeals.spreadsheet",
        asks: "Адрес таблицы с обращениями (Enter – та же) / The one with the appeals (Enter: the same)",
        default: Some(""),
    },
    Question {
        key: "sheets.promotions.spreadsheet",
        asks: "Адрес таблицы с акциями (Enter – та же, «нет» – без акций) / The one with the promotions (Enter: the same, \"no\": none)",
        default: Some(""),
    },
    Question {
        key: "http.public_url",
        asks: "Адрес сервиса в интернете, https://… (Enter – нет, будем опрашивать Telegram) / The service's public address (Enter: none, polling)",
        default: Some(""),
    },
    Question {
        key: "telegram.admin_chat",
        asks: "Чат администратора, число (Enter – без него) / The admin chat, a number (Enter: none)",
        default: Some(""),
    },
];

/// Answers so far, as variables of the environment.
struct Answers(Vec<(&'static str, String)>);

/// Asks, checks each answer, and writes both files into the directory.
pub(super) fn init(directory: &Path) -> Result<ExitCode, Failure> {
    let [settings, secrets] = [SETTINGS, SECRETS].map(|name| directory.join(name));
    for file in [&settings, &secrets] {
        if file.exists() {
            return Err(anyhow!(
                "{} is there already; move it away, or name another directory by --directory",
                file.display()
            )
            .into());
        }
    }
    let mut answers = Answers::new()?;
    let mut input = io::stdin().lock();
    for question in &QUESTIONS {
        let answer = ask(question, &answers, &mut input)?;
        answers.take(question.key, answer);
    }
    answers.check(None).map_err(|words| anyhow!(words))?;
    write(&settings, 0o644, &answers.settings())?;
    write(&secrets, 0o600, &answers.secrets())?;
    println!(
        "\nГотово / Done: {}, {}",
        settings.display(),
        secrets.display()
    );
    println!("Дальше / Next:\n  set -a; . {}; set +a", secrets.display());
    for command in ["setup sheets --dry-run", "setup sheets", "check", "serve"] {
        println!("  sheetdesk {command} --config {}", settings.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(
    question: &Question,
    answers: &Answers,
    input: &mut impl BufRead,
) -> Result<String, Failure> {
    for _ in 0..TRIES {
        println!("{}:", question.asks);
        let mut line = String::new();
        if input
            .read_line(&mut line)
            .context("the answer cannot be read")?
            == 0
        {
            return Err(
                anyhow!("the answers ended before the questions; nothing was written").into(),
            );
        }
        let answer = match (line.trim(), question.default) {
            ("", Some(default)) => default.to_owned(),
            (answer, _) => answer.to_owned(),
        };
        let mut tried = Answers(answers.0.clone());
        tried.take(question.key, answer.clone());
        match tried.check(Some(question.key)) {
            Ok(()) => return Ok(answer),
            Err(words) => println!("  {words}"),
        }
    }
    Err(anyhow!(
        "{} was not understood {TRIES} times; nothing was written",
        question.key
    )
    .into())
}

impl Answers {
    /// The secrets that nobody has to think up.
    fn new() -> Result<Self, Failure> {
        let mut random = [[0_u8; 32]; 2];
        for secret in &mut random {
            let filled = ring::default_provider().secure_random.fill(secret);
            filled.map_err(|_| anyhow!("this machine gives no random numbers"))?;
        }
        let hex: String = random[0].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(vec![
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
    fn check(&self, key: Option<&str>) -> Result<(), String> {
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
        let words = errors
            .iter()
            .map(|error| format!("{} {}", error.problem, error.remedy));
        match words.collect::<Vec<_>>() {
            words if words.is_empty() => Ok(()),
            words => Err(words.join("\n  ")),
        }
    }

    fn settings(&self) -> String {
        let mut lines = vec![
            "# Made by `sheetdesk init`. Every other setting has its default; what there is to set: sheetdesk.toml of the program."
                .to_owned(),
        ];
        let mut section = "";
        let mut plain: Vec<_> = self.0.iter().filter(|(key, _)| !is_secret(key)).collect();
        plain.sort();
        for (key, value) in plain {
            let (of, name) = key.rsplit_once('.').unwrap_or(("", key));
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

    fn secrets(&self) -> String {
        let secrets = self.0.iter().filter(|(key, _)| is_secret(key));
        let lines: String = secrets
            .map(|(key, value)| format!("{}='{value}'\n", variable_of(key)))
            .collect();
        format!(
            "# Secrets: whoever reads this can speak as the bot. For `EnvironmentFile=`, `--env-file`, or: set -a; . this file\n{lines}"
        )
    }
}

fn write(file: &PathBuf, mode: u32, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(mode).open(file);
    let mut opened = opened.with_context(|| format!("{} cannot be made", file.display()))?;
    opened
        .write_all(text.as_bytes())
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(())
}
