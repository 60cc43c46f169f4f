//! Clients that others wrote, in Python, drive the stand-ins.
//! Invariant: they need packages from outside, so they run only where `SHEETDESK_CLIENTS_PYTHON` names
//! a Python that has those of `requirements.txt`; elsewhere a line says that they were skipped.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use simulator::conformance::{self, BotApi, Discovery, Violation};
use simulator::sheets::{
    Quotas, Role, SERVICE_ACCOUNT_EMAIL, Sheets, SheetsOptions, sample_workbook, service_account,
};
use simulator::telegram::{FileSource, Limits, Profile, Telegram, TelegramOptions};

fn python() -> Option<PathBuf> {
    let python = std::env::var_os("SHEETDESK_CLIENTS_PYTHON").map(PathBuf::from);
    if python.is_none() {
        println!("skipped: SHEETDESK_CLIENTS_PYTHON names no Python with the clients' packages");
    }
    python
}

/// Runs a script to its end; what it prints is told if it fails.
async fn run(python: &Path, script: &str, variables: &[(&str, String)]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(script);
    let mut command = Command::new(python);
    command
        .arg("-B")
        .arg(&script)
        .env("NO_PROXY", "127.0.0.1")
        .env("PYTHONUTF8", "1");
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null());
    // The stand-in goes on meanwhile; the scripts themselves wait for nothing without an end.
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    let output = output
        .expect("the task does not panic")
        .expect("there is such a Python");
    let told =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(
        output.status.success(),
        "{}: {}\n{}{}",
        script.display(),
        output.status,
        told[0],
        told[1]
    );
}

fn fixture(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/fixtures")
        .join(name);
    path.exists().then_some(path)
}

fn none(violations: &[Violation]) {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn python_telegram_bot_finds_a_bot_api() {
    let Some(python) = python() else { return };
    let options = TelegramOptions {
        limits: Limits::off(),
        record: 1000,
        ..TelegramOptions::default()
    };
    let telegram = Telegram::start(options).await.expect("loopback is there");
    let anna = telegram.person(Profile::new(101, "Анна").username("anna").language("ru"));
    let variables = [
        ("STAND_IN", telegram.url()),
        ("TOKEN", telegram.token().to_owned()),
    ];
    run(&python, "telegram_bot.py", &variables).await;
    let messages = anna.messages();
    let photo = messages
        .iter()
        .find_map(|message| message.content.media.as_ref())
        .expect("a photo was sent");
    assert_eq!(
        (photo.size, &photo.source),
        (Some(2048), &FileSource::Upload)
    );
    assert!(
        messages
            .iter()
            .any(|message| message.content.text == "эхо: привет")
    );
    assert_eq!(anna.button_answers().len(), 1);
    if let Some(description) = fixture("botapi.json") {
        let api = BotApi::load(description).expect("the description can be read");
        none(&conformance::telegram(&api, &telegram));
    }
}

async fn google() -> Sheets {
    let options = SheetsOptions {
        quotas: Quotas::off(),
        record: 1000,
        ..SheetsOptions::default()
    };
    let sheets = Sheets::start(options).await.expect("loopback is there");
    sheets.insert_workbook(sample_workbook("book"));
    let mut hidden = sample_workbook("hidden");
    hidden.share(SERVICE_ACCOUNT_EMAIL, Role::None);
    sheets.insert_workbook(hidden);
    sheets
}

async fn google_client(script: &str) {
    let Some(python) = python() else { return };
    let sheets = google().await;
    let key: Value = service_account(&sheets.token_url());
    let variables = [
        ("STAND_IN", sheets.url()),
        ("SERVICE_ACCOUNT", key.to_string()),
    ];
    run(&python, script, &variables).await;
    let shown = sheets.with("book", |book| book.shown("Акции", "A1"));
    assert_eq!(shown.expect("the tab is there"), "Дата релиза");
    if let Some(document) = fixture("sheets.v4.json") {
        let discovery = Discovery::load(document).expect("the document can be read");
        none(&conformance::sheets(&discovery, &sheets));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gspread_finds_google_sheets() {
    google_client("gspread_client.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn googles_own_client_finds_google_sheets() {
    google_client("google_client.py").await;
}
