//! `init`: a few answers become settings that a start accepts.
//!
//! Invariant: what is wrong is asked again, and nothing is ever overwritten.

use std::{
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::play::Play;

/// Runs `init` in this directory, on an English terminal, with these answers.
fn init(directory: &Path, answers: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sheetdesk"))
        .args(["init", "--directory"])
        .arg(directory)
        .env_clear()
        .env("LANG", "en_US.UTF-8")
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

#[tokio::test]
async fn a_few_answers_become_settings_that_a_start_accepts() {
    let play = Play::set().await;
    let value = |name: &str| {
        let found = play
            .testbed
            .variables()
            .iter()
            .find(|(known, _)| known.ends_with(name));
        found
            .map(|(_, value)| value.clone())
            .expect("the testbed sets it")
    };
    let (token, key) = (value("TELEGRAM__TOKEN"), value("SHEETS__CREDENTIALS"));
    let directory = tempfile::tempdir().expect("a directory");
    let book =
        "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef/edit";
    let answers = format!("wrong\n{token}\n{key}\n{book}\n\nнет\n\n-100123\n");
    let told = init(directory.path(), &answers);
    let out = String::from_utf8_lossy(&told.stdout);
    assert!(
        told.status.success(),
        "{out} {}",
        String::from_utf8_lossy(&told.stderr)
    );
    assert!(
        out.contains("This does not look like a bot's token"),
        "{out}"
    );

    let settings =
        std::fs::read_to_string(directory.path().join("sheetdesk.toml")).expect("written");
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
    let mode = std::fs::metadata(&secrets)
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
    let told = init(directory.path(), "");
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stderr).contains("nothing was written"));
    assert_eq!(
        std::fs::read_dir(directory.path()).expect("there").count(),
        0
    );
}
