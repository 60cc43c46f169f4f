//! A disk that refuses, and one that has lost what it held.
//!
//! Invariant: nobody is left to believe that all is well; once the cause is gone, everything goes on.

use std::fs;

use rustix::process::{Resource, Rlimit, Signal, prlimit};

use crate::{
    child::{Child, run},
    play::{PATIENCE, Play, hears},
};

/// The service hears that a file may not grow as an error, as it hears of a full disk; by default it would be ended.
const HEARS_ERRORS: [&str; 3] = ["/bin/sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""];

/// Whether files may be written, or nothing beyond their first byte.
fn lets_write(service: &Child, lets: bool) {
    let limit = Rlimit {
        current: (!lets).then_some(1),
        maximum: None,
    };
    prlimit(Some(service.pid()), Resource::Fsize, limit).expect("a limit can be set");
}

async fn metrics(play: &Play) -> String {
    let name = "SHEETDESK_HTTP__ADMIN_LISTEN";
    let address = play
        .testbed
        .variables()
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value);
    let url = format!("http://{}/metrics", address.expect("the testbed sets it"));
    let answer = reqwest::get(url).await.expect("somebody answers");
    answer.text().await.expect("it is text")
}

#[tokio::test]
async fn while_the_disk_refuses_everybody_is_told_and_afterwards_all_goes_on() {
    let play = Play::set().await;
    let service = Child::serve_by(&HEARS_ERRORS, &play.testbed).await;
    play.registers().await;
    play.opens_appeal().await;
    let registered = play.settled().await.partners.registered;
    assert!(registered > 0);
    lets_write(&service, false);
    play.marina.write("А где второй отчёт?");
    let refuses = |status: &sheetdesk::operator::StatusReport| !status.journal.storing;
    play.testbed
        .status_where("it says so", refuses, PATIENCE)
        .await
        .expect("it is seen");

    let told = run(&play.testbed, &["status"]).await;
    let first = told.out.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("The journal cannot store, so nothing new is accepted"),
        "{first}"
    );
    // Why is said by the service, which speaks Russian here.
    assert!(first.contains("увеличьте предел"), "{first}");
    let checked = run(&play.testbed, &["check"]).await;
    assert!(
        checked
            .out
            .contains("it cannot store, so nothing new is accepted: "),
        "{}",
        checked.out
    );
    hears(&play.operator, "Журнал не может записывать").await;
    // It has been opened anew in vain several times by now, and cannot even be read.
    let status = play.testbed.status().await.expect("it answers");
    let known = status.partners.registered;
    assert!(
        known >= registered,
        "what was known is not said to be nothing: {status:?}"
    );
    let metrics = metrics(&play).await;
    let partners = format!("sheetdesk_partners{{state=\"registered\"}} {known}");
    for line in ["sheetdesk_journal_up 0", &partners] {
        assert!(
            metrics.lines().any(|said| said == line),
            "{line}: {metrics}"
        );
    }
    let released = run(&play.testbed, &["release", "answers"]).await;
    assert_eq!(
        (released.code, released.out.as_str()),
        (Some(1), ""),
        "{}",
        released.err
    );

    lets_write(&service, true);
    hears(&play.operator, "Журнал снова записывает").await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("А где второй отчёт?")
    })
    .await;
    let status = play.settled().await;
    assert!(status.journal.storing && status.journal.trouble.is_none());
    let told = play.operator.messages();
    let of_it = told
        .iter()
        .filter(|message| message.content.text.contains("Журнал"));
    assert_eq!(
        of_it.count(),
        2,
        "once when it begins, once when it is over"
    );
    service.stop(Signal::TERM).await;
}

#[tokio::test]
async fn a_damaged_or_lost_journal_is_refused_in_words_and_a_copy_mends_it() {
    let play = Play::set().await;
    let service = Child::serve(&play.testbed).await;
    play.registers().await;
    let saved = run(&play.testbed, &["backup", "copy.redb"]).await;
    assert_eq!(saved.code, Some(0), "{}", saved.err);
    service.stop(Signal::TERM).await;
    let file = play.testbed.data_dir().join("journal.redb");
    let mut damaged = fs::read(&file).expect("it is there");
    damaged[4096..].fill(0);
    for (left, said) in [
        (Some(damaged), "is damaged"),
        (Some(Vec::new()), "is empty"),
        (None, "is missing"),
    ] {
        match left {
            Some(bytes) => fs::write(&file, bytes).expect("it can be written"),
            None => fs::remove_file(&file).expect("it was there"),
        }
        let refused = run(&play.testbed, &["serve"]).await;
        assert_eq!(refused.code, Some(1), "{}", refused.err);
        for words in [said, "sheetdesk restore FILE"] {
            assert!(refused.err.contains(words), "{words}: {}", refused.err);
        }
    }
    let restored = run(&play.testbed, &["restore", "copy.redb"]).await;
    assert_eq!(
        (restored.code, restored.err.as_str()),
        (Some(0), ""),
        "{}",
        restored.out
    );
    let service = Child::serve(&play.testbed).await;
    play.opens_appeal().await;
    service.stop(Signal::TERM).await;
}
