//! A copy of the journal, made beside a running service and put back while none runs.
//!
//! Invariant: the copy is whole whatever goes on meanwhile, and putting it back sends nothing twice.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _};

use rustix::process::Signal;
use sheetdesk::journal::{ClosedJournal, CopyError};
use simulator::telegram::Person;

use crate::{
    child::{Child, run},
    play::{Play, hears},
};

const ANSWER: &str = "специалист_ответ";

#[tokio::test]
async fn a_copy_of_the_running_journal_is_put_back_and_sends_nothing_twice() {
    let play = Play::set().await;
    let service = Child::serve(&play.testbed).await;
    play.registers().await;
    play.opens_appeal().await;
    let saved = run(&play.testbed, &["backup", "copy.redb"]).await;
    assert_eq!(
        (saved.code, saved.err.as_str()),
        (Some(0), ""),
        "{}",
        saved.out
    );
    for words in [
        "A copy of the journal is in copy.redb: ",
        " MB. It holds personal data",
        "sheetdesk restore copy.redb",
    ] {
        assert!(saved.out.contains(words), "{words}: {}", saved.out);
    }
    let file = play.testbed.directory().join("copy.redb");
    let copy = fs::read(&file).expect("it is there");
    assert_eq!(
        fs::metadata(&file)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    let again = run(&play.testbed, &["backup", "copy.redb"]).await;
    assert_eq!((again.code, again.out.as_str()), (Some(1), ""));
    assert!(again.err.contains("choose another name"), "{}", again.err);
    assert_eq!(fs::read(&file).expect("it is there"), copy);
    let refused = run(&play.testbed, &["restore", "copy.redb"]).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(
        refused.err.contains("only while no service runs: stop it"),
        "{}",
        refused.err
    );

    play.types(2, ANSWER, "Отчёт отправили").await;
    play.hears("Отчёт отправили").await;
    play.settled().await;
    service.stop(Signal::TERM).await;
    let told = play.marina.messages().len();
    let restored = run(&play.testbed, &["restore", "copy.redb"]).await;
    assert_eq!(
        (restored.code, restored.err.as_str()),
        (Some(0), ""),
        "{}",
        restored.out
    );
    for words in [
        "The journal is restored: ",
        "is kept as",
        "sheetdesk release answers",
        "sheetdesk serve",
    ] {
        assert!(restored.out.contains(words), "{words}: {}", restored.out);
    }

    let service = Child::serve(&play.testbed).await;
    play.settled().await;
    play.marina.write("А где второй отчёт?");
    play.shows(2, "текст_обращений", |text| {
        text.contains("А где второй отчёт?") && text.contains("Отчёт отправили")
    })
    .await;
    play.settled().await;
    assert_eq!(play.heard("Отчёт отправили"), 1);
    assert!(
        play.marina.messages().len() <= told + 1,
        "at most the new message has an answer"
    );
    service.stop(Signal::TERM).await;
}

#[tokio::test]
async fn copies_made_under_load_each_hold_one_moment_and_are_put_back() {
    let play = Play::set().await;
    let people = play.enlists(20);
    let service = Child::serve(&play.testbed).await;
    let before = |person: &Person| format!("До копии от {}.", person.id().0);
    let later = |person: &Person, round| format!("Сообщение {round} от {}.", person.id().0);
    for person in &people {
        person.write(&before(person));
    }
    play.settled().await;
    // Everybody writes on while the copies are made.
    for round in 0..5 {
        for person in &people {
            person.write(&later(person, round));
        }
        let name = format!("copy-{round}.redb");
        let saved = run(&play.testbed, &["backup", &name]).await;
        assert_eq!(
            (saved.code, saved.err.as_str()),
            (Some(0), ""),
            "{}",
            saved.out
        );
    }
    play.settled().await;
    service.stop(Signal::TERM).await;
    for round in 0..5 {
        let name = format!("copy-{round}.redb");
        let restored = run(&play.testbed, &["restore", &name]).await;
        assert_eq!(restored.code, Some(0), "{name}: {}", restored.err);
        let (mut inbox, mut next) = (BTreeMap::new(), None);
        let closed =
            ClosedJournal::open(&play.testbed.data_dir()).expect("what was restored opens");
        let read = closed.source().each(|table, key, value| {
            match (table, key) {
                ("inbox", key) => {
                    drop(inbox.insert(number(key), String::from_utf8_lossy(value).into_owned()))
                }
                ("meta", b"next_seq") => next = Some(number(value)),
                _ => {}
            }
            Ok::<(), CopyError>(())
        });
        read.expect("it is read to its end");
        // An event of the service itself that led to nothing is not kept; an update is.
        let last = inbox.keys().last().copied();
        assert!(last < next, "{name}: {last:?}, and {next:?} is next");
        let holds = |text: &str| inbox.values().any(|record| record.contains(text));
        for person in &people {
            assert!(holds(&before(person)), "{name} misses {}", before(person));
            let held: Vec<bool> = (0..5).map(|round| holds(&later(person, round))).collect();
            assert!(
                held.is_sorted_by(|one, next| one >= next),
                "{name} has a gap: {held:?}"
            );
        }
    }
    let service = Child::serve(&play.testbed).await;
    people[0].write("После копии");
    hears(&people[0], "Приняли").await;
    service.stop(Signal::TERM).await;
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().expect("a number of eight bytes"))
}

#[tokio::test]
async fn without_a_service_the_closed_journal_is_copied() {
    let play = Play::set().await;
    let nothing = run(&play.testbed, &["backup", "copy.redb"]).await;
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(1), ""));
    assert!(
        nothing.err.contains("there is no journal in"),
        "{}",
        nothing.err
    );
    let service = Child::serve(&play.testbed).await;
    play.registers().await;
    // A dead one's socket stays behind.
    service.kill().await;
    let saved = run(&play.testbed, &["backup", "copy.redb"]).await;
    assert_eq!(
        (saved.code, saved.err.as_str()),
        (Some(0), ""),
        "{}",
        saved.out
    );
    let left: Vec<_> = fs::read_dir(play.testbed.directory())
        .expect("a directory")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.starts_with(".sheetdesk-"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    fs::remove_dir_all(play.testbed.data_dir()).expect("the machine is lost");
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
    let foreign = run(&play.testbed, &["restore", "service-account.json"]).await;
    assert_eq!((foreign.code, foreign.out.as_str()), (Some(1), ""));
    assert!(
        foreign.err.contains("nothing was changed"),
        "{}",
        foreign.err
    );
}
