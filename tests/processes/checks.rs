//! What `check` tries beyond reading: ports, the right to write, every way out, messages, a file with the newest version.
//!
//! Invariant: nothing that it does is left behind but the messages of `--send`.

use std::net::TcpListener as StdListener;

use rustix::process::Signal;
use serde_json::{Value, json};
use sheetdesk::{clock, testbed::BOOK};
use simulator::sheets::{Role, SERVICE_ACCOUNT_EMAIL};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::{
    child::{Child, Exit, run, run_with},
    play::{PATIENCE, Play, hears},
};

/// The line of the report about this.
fn line<'e>(exit: &'e Exit, verdict: &str, about: &str) -> &'e str {
    let is_it = |line: &&str| {
        line.strip_prefix(verdict)
            .is_some_and(|rest| rest.trim_start().starts_with(about))
    };
    let found = exit.out.lines().find(is_it);
    found.unwrap_or_else(|| panic!("no {verdict} {about} in {}{}", exit.out, exit.err))
}

fn ends_with(exit: &Exit, words: &str) {
    assert_eq!(exit.out.lines().last(), Some(words), "{}", exit.out);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_its_setting_once() {
    let play = Play::set().await;
    let taken = StdListener::bind(play.testbed.address()).expect("it is free");
    let exit = run(&play.testbed, &["check"]).await;
    assert_eq!(exit.code, Some(1));
    let told = line(&exit, "WRONG", "ports");
    for words in ["somebody else listens there", "http.listen"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(exit.out.matches("WRONG").count(), 1, "{}", exit.out);
    ends_with(
        &exit,
        "Wrong: 1. Mend it as said above, and check again: sheetdesk check",
    );
    let serve = run(&play.testbed, &["serve"]).await;
    assert_eq!(serve.code, Some(1));
    let address = play.testbed.address().to_string();
    let named = serve.err.lines().filter(|line| line.contains(&address));
    assert_eq!(named.count(), 1, "{}", serve.err);
    drop(taken);
    let child = Child::serve(&play.testbed).await;
    let exit = run(&play.testbed, &["check"]).await;
    assert!(!exit.out.contains("ports"), "{}", exit.out);
    ends_with(&exit, "Next: sheetdesk status");
    child.stop(Signal::TERM).await;
}

#[tokio::test]
async fn the_right_to_write_is_tried_and_nothing_stays() {
    let play = Play::set().await;
    let exit = run(&play.testbed, &["check"]).await;
    assert!(
        line(&exit, "ok", "writing").contains("1 tried"),
        "{}",
        exit.out
    );
    let lookup = json!({"developerMetadataLookup": {"metadataKey": "sheetdesk.fence"}});
    let delete = json!({"requests": [{"deleteDeveloperMetadata": {"dataFilter": lookup}}]});
    let found = play.testbed.sheets.with(BOOK, |book| book.apply(&delete));
    let found = found.expect("the stand-in looks");
    assert_eq!(found["replies"], json!([{"deleteDeveloperMetadata": {}}]));
    play.testbed
        .sheets
        .with(BOOK, |book| book.share(SERVICE_ACCOUNT_EMAIL, Role::Reader));
    let exit = run(&play.testbed, &["check"]).await;
    assert_eq!(exit.code, Some(1));
    let told = line(&exit, "WRONG", "writing");
    for words in [BOOK, "press “Share” and let", SERVICE_ACCOUNT_EMAIL] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[tokio::test]
async fn a_network_that_fails_is_not_laid_at_the_token_s_door() {
    let play = Play::set().await;
    let away = [("TELEGRAM__API_URL", "http://127.0.0.1:1")];
    let exit = run_with(&play.testbed, &away, &["check"]).await;
    assert_eq!(exit.code, Some(1));
    let told = line(&exit, "WRONG", "Telegram");
    for words in [
        "nobody listens there",
        "The token has nothing to do with it",
        "telegram.proxy",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let away = [("SHEETS__API_URL", "http://127.0.0.1:1")];
    let exit = run_with(&play.testbed, &away, &["check"]).await;
    let told = line(&exit, "WRONG", "appeals");
    assert!(told.contains("sheets.proxy"), "{told}");
    let token = [(
        "TELEGRAM__TOKEN",
        "7654321:AAHqTzOfAnotherBotThatNobodyKnows12345",
    )];
    let exit = run_with(&play.testbed, &token, &["check"]).await;
    let told = line(&exit, "WRONG", "Telegram");
    assert!(told.contains("@BotFather"), "{told}");
}

#[tokio::test]
async fn every_proxy_is_tried_and_the_one_that_serves_is_named() {
    let play = Play::set().await;
    let telegram = play.testbed.telegram.url();
    let telegram = telegram.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = listener.local_addr().expect("an address");
    // A whole address in the first line is understood by every server, so a pipe is a proxy.
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let server = telegram.clone();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await?;
                copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    let both = format!("http://127.0.0.1:1,http://desk:secret@{proxy}");
    let exit = run_with(&play.testbed, &[("TELEGRAM__PROXY", &both)], &["check"]).await;
    assert_eq!(exit.code, Some(0), "{}{}", exit.out, exit.err);
    let told = line(&exit, "note", "way to Telegram");
    assert!(
        told.contains("through http://127.0.0.1:1: nobody listens there"),
        "{told}"
    );
    let served = format!("it answers through http://{proxy}, and the service goes that way");
    for words in [served.as_str(), "it answers without a proxy as well"] {
        assert!(exit.out.contains(words), "{words}: {}", exit.out);
    }
    assert!(!exit.out.contains("secret"), "{}", exit.out);
    let dead = [
        ("TELEGRAM__PROXY", "http://127.0.0.1:1"),
        ("SHEETS__PROXY", "socks5h://127.0.0.1:1"),
    ];
    let exit = run_with(&play.testbed, &dead, &["check"]).await;
    assert_eq!(exit.code, Some(1));
    for about in ["way to Telegram", "way to Google"] {
        assert!(line(&exit, "WRONG", about).contains("127.0.0.1:1"));
        assert!(line(&exit, "note", about).contains("it answers without a proxy alone"));
    }
}

#[tokio::test]
async fn where_telegram_does_not_reach_us_polling_is_named() {
    let mut play = Play::set().await;
    let set = run(&play.testbed, &["setup", "webhook"]).await;
    assert_eq!(set.code, Some(0), "{}", set.err);
    play.marina.write("Никто не слышит");
    let begun = clock::monotonic();
    let exit = loop {
        let exit = run(&play.testbed, &["check"]).await;
        if exit.out.contains("failed:") || begun.elapsed() > PATIENCE {
            break exit;
        }
    };
    let told = line(&exit, "note", "updates");
    assert!(told.contains("telegram.mode = \"polling\""), "{told}");
    play.testbed.configure("TELEGRAM__MODE", "polling");
    let exit = run(&play.testbed, &["check"]).await;
    assert!(line(&exit, "WRONG", "updates").contains("setup webhook --delete"));
}

#[tokio::test]
async fn a_message_is_sent_where_that_is_asked_for() {
    let play = Play::set().await;
    let exit = run(&play.testbed, &["check", "--send"]).await;
    assert_eq!(exit.code, Some(0), "{}{}", exit.out, exit.err);
    hears(&play.operator, "A trial: the help desk can write here.").await;
    assert!(line(&exit, "ok", "admin chat").contains("a message went to"));
    let nowhere = [("STAFF__CHAT", "-100555")];
    let exit = run_with(&play.testbed, &nowhere, &["check", "--send"]).await;
    assert_eq!(exit.code, Some(1));
    assert!(line(&exit, "WRONG", "staff chat").contains("-100555"));
}

#[tokio::test]
async fn a_newer_version_is_told_by_the_file_that_is_named() {
    let play = Play::set().await;
    let file = play.testbed.directory().join("version");
    let check = ["check", "--offline", "--version-file", "version"];
    for (text, verdict, words) in [
        (Some("v99.0.1\n"), "note", "99.0.1 is out"),
        (Some("0.0.1 old"), "ok", "there is no newer one"),
        (Some("<html>"), "note", "names no version"),
        (None, "note", "nothing is there"),
    ] {
        match text {
            Some(text) => std::fs::write(&file, text).expect("written"),
            None => std::fs::remove_file(&file).expect("removed"),
        }
        let exit = run(&play.testbed, &check).await;
        assert_eq!(exit.code, Some(0), "{}", exit.err);
        let told = line(&exit, verdict, "version");
        assert!(told.contains(words), "{words}: {told}");
        ends_with(&exit, "Next: sheetdesk check");
    }
    let json = [&check[..], &["--format", "json"]].concat();
    let exit = run(&play.testbed, &json).await;
    let findings: Value = serde_json::from_str(&exit.out).expect("JSON");
    assert_eq!(findings[1]["about"], "version");
}
