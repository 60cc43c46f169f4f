//! `init`: a few answers become settings that a start accepts.
//!
//! Invariant: what is wrong is asked again, and nothing is ever overwritten.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use sheetdesk::testbed::{ADMIN_CHAT, BOOK};
use simulator::sheets::SERVICE_ACCOUNT_EMAIL;

use crate::{child::run, play::Play};

/// What the settings of the testbed say.
fn value(play: &Play, name: &str) -> String {
    let mut all = play.testbed.variables().iter();
    let found = all.find(|(known, _)| known.ends_with(name));
    found.expect("the testbed sets it").1.clone()
}

/// `init` in a directory, where the stand-ins are what it reaches, in English.
fn beside(play: &Play, directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sheetdesk"));
    command
        .args(["init", "--directory"])
        .arg(directory)
        .current_dir(directory)
        .env_clear()
        .env("LANG", "en_US.UTF-8");
    for name in ["SHEETDESK_TELEGRAM__API_URL", "SHEETDESK_SHEETS__API_URL"] {
        command.env(name, value(play, name));
    }
    command
}

/// Runs it with these answers.
fn told(mut command: Command, answers: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built with this test");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(answers.as_bytes()).expect("it reads");
    drop(input);
    child.wait_with_output().expect("it ends")
}

/// Runs `init` in this directory, in English, with these answers, where nobody is reached.
fn init(directory: &Path, answers: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sheetdesk"));
    command
        .args(["init", "--directory"])
        .arg(directory)
        .env_clear()
        .env("LANG", "en_US.UTF-8");
    told(command, answers)
}

#[tokio::test]
async fn a_few_answers_become_settings_that_a_start_accepts() {
    let play = Play::set().await;
    let (token, key) = (
        value(&play, "TELEGRAM__TOKEN"),
        value(&play, "SHEETS__CREDENTIALS"),
    );
    let directory = tempfile::tempdir().expect("a directory");
    let book =
        "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef/edit";
    let answers = format!("wrong\n{token}\n{key}\n{book}\n\nнет\n\n-100123\n");
    let ended = init(directory.path(), &answers);
    let out = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success(),
        "{out} {}",
        String::from_utf8_lossy(&ended.stderr)
    );
    assert!(
        out.contains("This does not look like a bot's token"),
        "{out}"
    );

    let settings = fs::read_to_string(directory.path().join("sheetdesk.toml")).expect("written");
    for line in [
        "mode = \"polling\"",
        "admin_chat = -100123",
        &format!("spreadsheet = \"{book}\""),
    ] {
        assert!(settings.contains(line), "{line} in {settings}");
    }
    assert!(
        !settings.contains(&token) && !settings.contains("promotions"),
        "{settings}"
    );
    let secrets = directory.path().join("sheetdesk.env");
    let mode = fs::metadata(&secrets)
        .expect("written")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let checked = Command::new("sh")
        .args([
            "-c",
            "set -a; . ./sheetdesk.env; set +a; exec \"$0\" check --offline --config sheetdesk.toml",
        ])
        .arg(env!("CARGO_BIN_EXE_sheetdesk"))
        .current_dir(directory.path())
        .env_clear()
        .output()
        .expect("a shell");
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );

    let again = init(directory.path(), &answers);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
}

#[tokio::test]
async fn answers_that_end_too_soon_write_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let ended = init(directory.path(), "");
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("nothing was written"));
    assert_eq!(fs::read_dir(directory.path()).expect("there").count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_is_tried_and_what_is_wrong_is_asked_again() {
    let play = Play::set().await;
    let (token, key) = (
        value(&play, "TELEGRAM__TOKEN"),
        value(&play, "SHEETS__CREDENTIALS"),
    );
    let directory = tempfile::tempdir().expect("a directory");
    fs::copy(&key, directory.path().join("key.json")).expect("it is copied");
    let other = "7654321:AAHqTzOfAnotherBotThatNobodyKnows12345";
    let nowhere = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef";
    let answers = format!("{other}\n{token}\nkey.json\n{nowhere}\n{BOOK}\n\nno\n\n{ADMIN_CHAT}\n");
    let ended = told(beside(&play, directory.path()), &answers);
    let out = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(0), "{out}");
    for words in [
        "Telegram does not know this token",
        "this is the bot @",
        &format!("this is the account {SERVICE_ACCOUNT_EMAIL}"),
        "the spreadsheet opens; its tabs are “",
        &format!("{ADMIN_CHAT} can be written to"),
        "Next:\n  sheetdesk setup sheets --config ",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    for words in ["Press Enter", "SHEETDESK_"] {
        assert!(!out.contains(words), "{words}: {out}");
    }
    let settings = fs::read_to_string(directory.path().join("sheetdesk.toml")).expect("written");
    for line in [
        format!("admin_chat = {ADMIN_CHAT}"),
        format!(
            "credentials = \"{}\"",
            directory.path().join("key.json").display()
        ),
        "mode = \"polling\"".to_owned(),
        "partners = \"0 * * * * *\"".to_owned(),
    ] {
        assert!(settings.contains(&line), "{line} in {settings}");
    }
    let secrets = fs::read_to_string(directory.path().join("sheetdesk.env")).expect("written");
    assert!(secrets.contains(&format!("SHEETDESK_TELEGRAM__TOKEN={token}\n")));
    assert!(!secrets.contains(['\'', '"']), "{secrets}");
    let checked = Command::new(env!("CARGO_BIN_EXE_sheetdesk"))
        .args(["check", "--config", "sheetdesk.toml"])
        .current_dir(directory.path())
        .env_clear()
        .output()
        .expect("it runs");
    let out = String::from_utf8_lossy(&checked.stdout);
    assert!(
        out.contains("Next: sheetdesk serve --config sheetdesk.toml"),
        "{out}"
    );
}

#[tokio::test]
async fn whoever_is_not_reached_is_asked_later() {
    let play = Play::set().await;
    let (token, key) = (
        value(&play, "TELEGRAM__TOKEN"),
        value(&play, "SHEETS__CREDENTIALS"),
    );
    let directory = tempfile::tempdir().expect("a directory");
    let mut command = beside(&play, directory.path());
    for name in ["SHEETDESK_TELEGRAM__API_URL", "SHEETDESK_SHEETS__API_URL"] {
        command.env(name, "http://127.0.0.1:1");
    }
    let answers = format!("{token}\n{key}\n{BOOK}\n\n\nhttps://desk.example\n-100123\n");
    let ended = told(command, &answers);
    let out = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(0), "{out}");
    for words in [
        "The token is tried later",
        "The spreadsheets are tried later",
    ] {
        assert_eq!(out.matches(words).count(), 1, "{words}: {out}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_chat_makes_itself_known_by_a_word() {
    let play = Play::set().await;
    let (token, key) = (
        value(&play, "TELEGRAM__TOKEN"),
        value(&play, "SHEETS__CREDENTIALS"),
    );
    let group = play.testbed.telegram.group(-100_777, "Поддержка");
    let group = group.has_member(&play.operator);
    group.add_bot(&play.operator);
    let answers = format!("{token}\n{key}\n{BOOK}\n\nno\n\nword\n");
    let directory = tempfile::tempdir().expect("a directory");
    let mut child = beside(&play, directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program was built with this test");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(answers.as_bytes()).expect("it reads");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut lines = lines.map(|line| line.expect("text"));
    let says = lines
        .find(|line| line.contains("/here_"))
        .expect("the word");
    let command = says
        .split_whitespace()
        .find(|word| word.starts_with("/here_"));
    // Others write to the bot as well, and lose nothing by it.
    play.marina.write("Когда вы начнёте?");
    group.write(&play.operator, command.expect("the word"));
    let rest: Vec<_> = lines.collect();
    assert!(child.wait().expect("it ends").success(), "{rest:?}");
    let settings = fs::read_to_string(directory.path().join("sheetdesk.toml")).expect("written");
    assert!(settings.contains("admin_chat = -100777\n"), "{settings}");
    assert!(play.testbed.telegram.pending_updates() >= 1, "hers waits");

    let set = run(&play.testbed, &["setup", "webhook"]).await;
    assert_eq!(set.code, Some(0), "{}", set.err);
    let directory = tempfile::tempdir().expect("a directory");
    let ended = told(beside(&play, directory.path()), &(answers + "-100777\n"));
    let out = String::from_utf8_lossy(&ended.stdout);
    assert!(out.contains("a webhook takes the bot's messages"), "{out}");
    assert_eq!(ended.status.code(), Some(0), "{out}");
    let still = run(&play.testbed, &["check"]).await;
    assert!(!still.out.contains("none is set"), "{}", still.out);
}
