//! A damaged file: pages that lost what they held, bits that turned, a file that is empty or gone, a store that panics.
//!
//! Invariant: what cannot be trusted is refused with the cure, and whatever is read is what was written.

use std::collections::BTreeMap;

use redb::Builder;

use super::*;
use crate::journal::{ClosedJournal, CopyError, CopySource, OpenError, disk::LOCK_FILE};

/// The size of the store's pages.
const PAGE: usize = 4096;
/// Every record, by table and key.
type Records = BTreeMap<(String, Vec<u8>), Vec<u8>>;

fn records(source: &CopySource) -> Records {
    let mut records = Records::new();
    let read = source.each(|table, key, value| {
        // The mark of a regular end goes with the next start, which notes what the clock says then.
        if table != "meta" || ![&b"clean"[..], b"clock"].contains(&key) {
            records.insert((table.to_owned(), key.to_vec()), value.to_vec());
        }
        Ok::<(), CopyError>(())
    });
    read.expect("what opens is read to its end");
    records
}

/// The file of a journal that was closed in good order, with what it holds.
async fn whole() -> (Vec<u8>, Records) {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for update in 1..=120 {
        let text = if update % 3 == 0 {
            "send"
        } else {
            "Не пришёл отчёт за март"
        };
        accept(&journal, update, text).await;
    }
    until("all is decided", || decided(&journal).len() == 120).await;
    journal.close().await;
    let held = records(ClosedJournal::open(dir.path()).unwrap().source());
    (fs::read(dir.path().join("journal.redb")).unwrap(), held)
}

fn try_to_open(dir: &Path) -> Result<Journal, OpenError> {
    let parts = Parts {
        lock: disk::own(dir).unwrap(),
        open: disk::in_directory(dir),
        rules: Rules::default(),
        interpret: interpret(Gate::default()),
        decide: script,
        signals: signals().0,
    };
    Journal::start(dir, parts)
}

/// Every page in use emptied, a bit of every page turned, every bit of the file's first words turned.
fn damages(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let in_use = |page: &usize| {
        file[page * PAGE..(page + 1) * PAGE]
            .iter()
            .any(|byte| *byte != 0)
    };
    let pages: Vec<usize> = (0..file.len() / PAGE).filter(in_use).collect();
    let damaged = |what: String, damage: &dyn Fn(&mut [u8])| {
        let mut file = file.to_vec();
        damage(&mut file);
        (what, file)
    };
    let mut cases = Vec::new();
    for &page in &pages {
        let bytes = page * PAGE..(page + 1) * PAGE;
        cases.push(damaged(format!("page {page} is empty"), &|file| {
            file[bytes.clone()].fill(0)
        }));
        // Within what the page holds, elsewhere in each.
        let held: Vec<usize> = bytes.clone().filter(|at| file[*at] != 0).collect();
        let (at, bit) = (held[page * 31 % held.len()], page % 8);
        cases.push(damaged(
            format!("bit {bit} of byte {at} is turned"),
            &|file| file[at] ^= 1 << bit,
        ));
    }
    for at in 0..32 {
        cases.push(damaged(
            format!("byte {at} of the header is turned"),
            &|file| file[at] ^= 1 << (at % 8),
        ));
    }
    cases
}

#[tokio::test]
async fn a_damaged_file_is_refused_or_read_rightly() {
    let (file, held) = whole().await;
    assert!(held.len() > 400, "{} records", held.len());
    let (mut refused, mut opened) = (0, 0);
    for (what, damaged) in damages(&file) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("journal.redb"), &damaged).unwrap();
        match try_to_open(dir.path()) {
            Ok(journal) => {
                let found = records(&journal.source().unwrap());
                let other =
                    |(key, _): &(&(String, Vec<u8>), &Vec<u8>)| found.get(*key) != held.get(*key);
                let others: Vec<_> = held
                    .iter()
                    .chain(&found)
                    .filter(other)
                    .map(|(key, _)| key)
                    .collect();
                assert!(others.is_empty(), "{what}: {others:?}");
                journal.close().await;
                opened += 1;
            }
            Err(first) => {
                // What was refused once is not taken the second time.
                let second = try_to_open(dir.path()).err().expect(&what);
                for error in [first, second] {
                    assert!(matches!(error, OpenError::Damaged(..)), "{what}: {error}");
                    assert!(
                        error.to_string().contains("sheetdesk restore FILE"),
                        "{error}"
                    );
                }
                refused += 1;
            }
        }
    }
    println!("{refused} refused, {opened} opened and right");
    assert!(
        refused + opened >= 60 && refused > opened,
        "{refused} refused, {opened} opened"
    );
}

#[tokio::test]
async fn an_empty_or_missing_file_is_a_loss_and_no_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("journal.redb");
    for how in ["missing", "empty"] {
        open(dir.path()).close().await;
        let held = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        if how == "empty" {
            fs::File::create(&file).unwrap();
        }
        let error = try_to_open(dir.path()).err().expect("refused").to_string();
        for words in [how, "sheetdesk restore FILE", "journal.lock"] {
            assert!(error.contains(words), "{words}: {error}");
        }
        fs::write(&file, held).unwrap();
    }
    // Without the lock nobody knows of an earlier journal, but an empty file is none that was made here.
    fs::remove_file(dir.path().join(LOCK_FILE)).unwrap();
    fs::File::create(&file).unwrap();
    assert!(matches!(
        try_to_open(dir.path()).err(),
        Some(OpenError::Gone(_, "empty"))
    ));
    fs::remove_file(&file).unwrap();
    fs::remove_file(dir.path().join(LOCK_FILE)).unwrap();
    try_to_open(dir.path()).expect("a beginning").close().await;
}

#[tokio::test]
async fn a_lock_of_an_earlier_version_learns_of_its_journal() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).close().await;
    fs::write(dir.path().join(LOCK_FILE), "").unwrap();
    open(dir.path()).close().await;
    fs::remove_file(dir.path().join("journal.redb")).unwrap();
    assert!(matches!(
        try_to_open(dir.path()).err(),
        Some(OpenError::Gone(_, "missing"))
    ));
}

/// Reads everything from the disk each time, so that what the disk does to a page is met.
fn without_cache(memory: &Memory) -> OpenDatabase {
    let memory = memory.clone();
    Box::new(move |_| {
        let mut builder = Builder::new();
        builder.set_cache_size(0);
        Ok(builder.create_with_backend(memory.clone())?)
    })
}

#[tokio::test]
async fn a_panic_of_the_store_in_the_middle_of_a_decision_is_the_disk_s_and_no_fault_of_the_record()
{
    let (dir, memory, gate) = (
        tempfile::tempdir().unwrap(),
        Memory::default(),
        Gate::default(),
    );
    let (journal, _heard) = open_with(dir.path(), gate.clone(), without_cache(&memory));
    accept(&journal, 1, "before").await;
    until("it is decided", || decided(&journal) == ["before"]).await;
    accept(&journal, 2, "wait").await;
    gate.wait_until_reached();
    memory.panics_left.store(1, Ordering::SeqCst);
    gate.open();
    until("it is decided all the same", || {
        lines(&journal.snapshot()) == ["before", "wait"]
    })
    .await;
    assert_eq!(journal.snapshot().figures().inbox_quarantined, 0);
    journal.close().await;
}

#[tokio::test]
async fn a_reader_that_stumbles_over_the_store_has_the_journal_refuse_until_it_is_checked() {
    let (dir, memory) = (tempfile::tempdir().unwrap(), Memory::default());
    let (journal, _heard) = open_with(dir.path(), Gate::default(), without_cache(&memory));
    accept(&journal, 1, "before").await;
    until("it is decided", || decided(&journal) == ["before"]).await;
    let snapshot = journal.snapshot();
    memory.panics_left.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(snapshot.view().lines(DECIDED, 9).len(), 0);
    assert!(!snapshot.intact());
    drop(snapshot);
    assert!(!journal.healthy(), "nobody goes on as if nothing was");
    let refused = journal.accept(key(2), Bytes::from_static(b"refused")).await;
    let words = refused.expect_err("not stored").to_string();
    assert!(words.contains("sheetdesk restore FILE"), "{words}");
    memory.panics_left.store(0, Ordering::SeqCst);
    until("it stores again", || journal.healthy()).await;
    accept(&journal, 2, "after").await;
    until("it goes on", || decided(&journal) == ["before", "after"]).await;
    journal.close().await;
}
