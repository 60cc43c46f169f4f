//! A kill at the worst moment: the file is copied while the journal runs, and the copy is opened.

use std::thread;

use super::*;
use crate::journal::{Accepted, error::TableError, inbox};

/// Opens a copy whose recovery comes to the gate; leaves the file as a kill at that moment would.
fn die_at_the_gate(dir: &Path) -> TempDir {
    let gate = Gate::default();
    let opening = thread::spawn({
        let (gate, dir) = (gate.clone(), dir.to_owned());
        move || drop(open_with(&dir, gate, disk::in_directory(&dir)))
    });
    gate.wait_until_reached();
    let copy = copy_of(dir);
    gate.open();
    opening.join().unwrap();
    copy
}

/// A file with two records that are stored and not decided; the first comes to the gate.
fn undecided() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let db = disk::in_directory(dir.path())(&Database::builder()).unwrap();
    disk::transact::<_, TableError>(&db, |tables| {
        inbox::accept(tables, &key(1), b"wait", Timestamp::UNIX_EPOCH)?;
        inbox::accept(tables, &key(2), b"innocent", Timestamp::UNIX_EPOCH)
    })
    .unwrap();
    dir
}

fn open_gate() -> Gate {
    let gate = Gate::default();
    gate.open();
    gate
}

#[tokio::test]
async fn what_was_acknowledged_is_decided_after_a_kill() {
    let (dir, gate) = (tempfile::tempdir().unwrap(), Gate::default());
    let (journal, _heard) = open_with(dir.path(), gate.clone(), disk::in_directory(dir.path()));
    accept(&journal, 1, "wait").await;
    gate.wait_until_reached();
    let copy = copy_of(dir.path());
    gate.open();
    journal.close().await;

    let (journal, _heard) = open_with(copy.path(), open_gate(), disk::in_directory(copy.path()));
    assert_eq!(decided(&journal), ["wait"]);
    assert_eq!(accept(&journal, 1, "wait").await, Accepted::Duplicate);
    journal.close().await;
}

#[tokio::test]
async fn the_third_death_over_a_record_sets_it_aside() {
    let once = die_at_the_gate(undecided().path());
    let twice = die_at_the_gate(once.path());
    let thrice = open(twice.path());
    let aside = thrice.snapshot().quarantined(10);
    let told: Vec<_> = aside
        .iter()
        .map(|record| (record.seq, record.reason.as_str()))
        .collect();
    assert_eq!(told, [(Seq(1), "служба трижды падала на этой записи")]);
    assert_eq!(decided(&thrice), ["innocent"], "the rest goes on");
    thrice.close().await;

    let journal = open(twice.path());
    assert_eq!(journal.snapshot().figures().inbox_quarantined, 1);
    assert_eq!(decided(&journal), ["innocent"]);
    journal.close().await;
}

#[tokio::test]
async fn a_record_that_saw_deaths_is_decided_in_its_turn_if_it_can_be() {
    let once = die_at_the_gate(undecided().path());
    let (journal, _heard) = open_with(once.path(), open_gate(), disk::in_directory(once.path()));
    assert_eq!(decided(&journal), ["wait", "innocent"]);
    assert_eq!(journal.snapshot().figures().inbox_quarantined, 0);
    journal.close().await;
}
