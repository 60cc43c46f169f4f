//! Settings, right and wrong, as the person at the terminal meets them.
//!
//! Invariant: wrong settings end with 64 and every fault at once, and no secret is ever repeated.

use std::fs;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::{
    child::{Child, Exit, run, run_with},
    play::Play,
};

/// What nobody can guess for the operator.
const NEEDED: [&str; 6] = [
    "TELEGRAM__TOKEN",
    "TELEGRAM__WEBHOOK_SECRET",
    "SHEETS__CREDENTIALS",
    "SHEETS__CALLBACK_SECRET",
    "SHEETS__PARTNERS__SPREADSHEET",
    "SHEETS__APPEALS__SPREADSHEET",
];

#[tokio::test]
async fn without_settings_everything_that_is_missing_is_named_at_once() {
    for arguments in [
        &["serve"][..],
        &["check", "--offline"],
        &["setup", "webhook"],
    ] {
        let exit = alone(&[], arguments).await;
        assert_eq!(
            (exit.code, exit.out.as_str()),
            (Some(64), ""),
            "{arguments:?}"
        );
        assert!(
            exit.err.starts_with("6 things are wrong with the settings"),
            "{}",
            exit.err
        );
        for name in NEEDED {
            assert!(
                exit.err.contains(&format!("SHEETDESK_{name}")),
                "{name}: {}",
                exit.err
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_is_named_and_never_shown() {
    let secrets = [
        ("SHEETDESK_TELEGRAM__TOKEN", "7654321-AAHqTzWithoutItsColon"),
        (
            "SHEETDESK_TELEGRAM__WEBHOOK_SECRET",
            "сорок-две-тайны-нелатинские",
        ),
        (
            "SHEETDESK_SHEETS__CALLBACK_SECRET",
            "c2VjcmV0IHdpdGhvdXQgaXRzIHByZWZpeA==",
        ),
        // Put where an address belongs.
        (
            "SHEETDESK_HTTP__LISTEN",
            "7654321:AAHqTz-4kWn0_xYb8LmPpRsUv",
        ),
    ];
    let exit = alone(&secrets, &["serve"]).await;
    assert_eq!(exit.code, Some(64), "{}", exit.err);
    for (variable, secret) in secrets {
        assert!(exit.err.contains(variable), "{variable}: {}", exit.err);
        assert!(
            !exit.err.contains(secret),
            "{variable} is shown: {}",
            exit.err
        );
    }
}

#[tokio::test]
async fn an_unknown_key_in_the_file_is_an_error_that_names_the_nearest() {
    let play = Play::set().await;
    let file = play.testbed.directory().join("slip.toml");
    fs::write(
        &file,
        "[http]\nlistne = \"127.0.0.1:8080\"\n\n[appeals]\ngarce = 30\n",
    )
    .expect("the file is written");
    let exit = run(
        &play.testbed,
        &["check", "--offline", "--config", "slip.toml"],
    )
    .await;
    assert_eq!(
        (exit.code, exit.out.as_str()),
        (Some(64), ""),
        "{}",
        exit.err
    );
    assert!(exit.err.starts_with("2 things are wrong"), "{}", exit.err);
    for (slip, nearest) in [
        ("http.listne", "http.listen"),
        ("appeals.garce", "appeals.grace"),
    ] {
        assert!(
            exit.err.contains(&format!("{slip} (file slip.toml)")),
            "{}",
            exit.err
        );
        assert!(
            exit.err
                .contains(&format!("The nearest known one is {nearest}")),
            "{}",
            exit.err
        );
    }
}

#[tokio::test]
async fn a_firm_says_it_in_its_own_words_and_hears_what_is_wrong_with_them() {
    let play = Play::set().await;
    let texts = play
        .testbed
        .directory()
        .join("migrations-free-config/texts");
    fs::create_dir_all(&texts).expect("a directory");
    let wrong = "wellcome = Добро пожаловать!\nreceipt = Приняли, ответим.\n";
    fs::write(texts.join("ru.ftl"), wrong).expect("the file is written");
    for arguments in [&["check", "--offline"][..], &["serve"]] {
        let exit = run(&play.testbed, arguments).await;
        assert_eq!(exit.code, Some(64), "{}", exit.err);
        for words in [
            "2 things are wrong",
            "wellcome (file migrations-free-config/texts/ru.ftl)",
            "The nearest known one is welcome",
            "It leaves out what it should tell: { $number }.",
        ] {
            assert!(exit.err.contains(words), "{words}: {}", exit.err);
        }
    }
    let right = "firm = «Ромашка»\nbutton-appeals = Мои вопросы\n";
    fs::write(texts.join("ru.ftl"), right).expect("the file is written");
    let child = Child::serve(&play.testbed).await;
    play.marina.write("/start");
    play.hears("Здравствуйте! Это «Ромашка».").await;
    play.registers().await;
    play.marina.write("Мои вопросы");
    play.hears("Обращений пока нет").await;
    child.stop(Signal::TERM).await;
}

#[tokio::test]
async fn an_unknown_variable_is_a_warning_and_no_more() {
    let play = Play::set().await;
    let kubernetes = [
        ("PORT", "tcp://10.0.0.7:8080"),
        ("HTTP__LISTNE", "127.0.0.1:1"),
    ];
    let exit = run_with(&play.testbed, &kubernetes, &["check", "--offline"]).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    assert_eq!(exit.err.lines().count(), 2, "{}", exit.err);
    for words in [
        "SHEETDESK_PORT is unknown and ignored",
        "SHEETDESK_HTTP__LISTNE is unknown",
        "SHEETDESK_HTTP__LISTEN.",
    ] {
        assert!(exit.err.contains(words), "{words}: {}", exit.err);
    }
}

#[tokio::test]
async fn right_settings_pass_without_a_word_to_telegram_or_google() {
    let play = Play::set().await;
    let exit = run(&play.testbed, &["check", "--offline"]).await;
    assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""));
    assert_eq!(
        exit.out,
        "ok     settings    complete and readable\n\nNext: sheetdesk check\n"
    );
    assert!(play.testbed.telegram.calls().by_method.is_empty());
    assert_eq!(play.testbed.sheets.calls().tokens, 0);
}

/// Runs a command in an empty directory with this environment alone, on a machine that speaks English.
async fn alone(variables: &[(&str, &str)], arguments: &[&str]) -> Exit {
    let directory = TempDir::new().expect("a directory");
    let variables: Vec<_> = [&[("LANG", "en_US.UTF-8")], variables]
        .concat()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Child::start(directory.path(), &variables, arguments)
        .ended()
        .await
}

#[tokio::test]
async fn a_command_line_that_cannot_be_understood_is_bad_usage() {
    let play = Play::set().await;
    for (words, code) in [
        (&["sreve"][..], 64),
        (&["serve", "--fast"], 64),
        (&[], 64),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        let exit = run(&play.testbed, words).await;
        assert_eq!(exit.code, Some(code), "{words:?}: {}", exit.err);
    }
}
