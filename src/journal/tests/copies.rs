//! Copies: of a running journal, of a closed one, and back; a journal of the first version makes the whole way.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf};

use super::*;
use crate::{
    domain::{
        appeal::Delivery,
        ids::{Number, PartnerCode, Revision},
    },
    journal::{
        ClosedJournal, Copied, CopyError, CopySource, NewCopy, RestoreError,
        error::TableError,
        keys, outbox,
        records::{self, VERSION},
        recovery::FORMAT,
        restore,
        store::{TableId, file::definition},
    },
};

fn copy(source: &CopySource, file: &Path) -> Result<Copied, CopyError> {
    let mut copy = NewCopy::begin(file)?;
    source.each(|table, key, value| copy.add(table, key, value))?;
    copy.finish()
}

fn put_back(file: &Path, dir: &Path) -> Result<crate::journal::RestoreReport, RestoreError> {
    restore(file, dir, |_, _| {})
}

/// The names in a directory.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A directory with a closed journal that has decided these texts, and a copy of it beside.
async fn closed(texts: &[&str]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for (update, text) in (1..).zip(texts) {
        accept(&journal, update, text).await;
    }
    until("all is decided", || decided(&journal).len() == texts.len()).await;
    journal.close().await;
    let file = dir.path().join("copy");
    copy(ClosedJournal::open(dir.path()).unwrap().source(), &file).unwrap();
    (dir, file)
}

#[tokio::test]
async fn a_copy_holds_one_moment_and_holds_nobody_up() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let journal = open(dir.path());
    accept(&journal, 1, "before").await;
    until("it is decided", || decided(&journal) == ["before"]).await;
    let source = journal.source().unwrap();
    accept(&journal, 2, "meanwhile").await;
    until("it is decided, too", || decided(&journal).len() == 2).await;
    let file = other.path().join("journal.redb");
    let copied = copy(&source, &file).unwrap();
    assert_eq!(
        (copied.records, copied.bytes),
        (
            source.records().unwrap(),
            fs::metadata(&file).unwrap().len()
        )
    );
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    drop(source);
    journal.close().await;
    let journal = open(other.path());
    assert_eq!(decided(&journal), ["before"]);
    journal.close().await;
}

#[tokio::test]
async fn a_copy_takes_nobody_s_place_and_leaves_nothing_half_done() {
    let (dir, file) = closed(&["one"]).await;
    let before = (names(dir.path()), fs::read(&file).unwrap());
    let closed = ClosedJournal::open(dir.path()).unwrap();
    assert!(matches!(
        copy(closed.source(), &file),
        Err(CopyError::Exists(_))
    ));
    let mut half = NewCopy::begin(&dir.path().join("half")).unwrap();
    half.add("meta", b"key", b"value").unwrap();
    drop(half);
    assert_eq!((names(dir.path()), fs::read(&file).unwrap()), before);
    assert!(
        matches!(ClosedJournal::open(dir.path()), Err(CopyError::Open(_))),
        "it has an owner"
    );
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(
        ClosedJournal::open(empty.path()),
        Err(CopyError::Missing(_))
    ));
}

#[tokio::test]
async fn a_copy_is_put_back_and_the_journal_kept_aside() {
    let (dir, file) = closed(&["one"]).await;
    let journal = open(dir.path());
    accept(&journal, 2, "since").await;
    until("it is decided", || decided(&journal).len() == 2).await;
    assert!(matches!(
        put_back(&file, dir.path()),
        Err(RestoreError::Running(_))
    ));
    journal.close().await;
    let (since, copied) = (
        fs::read(dir.path().join("journal.redb")).unwrap(),
        fs::read(&file).unwrap(),
    );

    // However the copy was kept: the journal is private.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let restored = put_back(&file, dir.path()).unwrap();
    let kept = restored.kept.expect("there was one");
    let name = kept.file_name().unwrap().to_str().unwrap();
    assert!(
        name.starts_with("journal-until-20") && name.ends_with("Z.redb"),
        "{name}"
    );
    assert_eq!(
        (fs::read(&kept).unwrap(), fs::read(&file).unwrap()),
        (since, copied)
    );
    let mode = fs::metadata(dir.path().join("journal.redb"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let journal = open(dir.path());
    assert_eq!(decided(&journal), ["one", "Admin(Restored)"]);
    journal.close().await;

    let again = put_back(&file, dir.path())
        .unwrap()
        .kept
        .expect("there was one");
    assert_ne!(again, kept);
    assert_eq!(names(dir.path()).len(), 5, "{:?}", names(dir.path()));
}

#[tokio::test]
async fn what_is_no_journal_of_ours_changes_nothing() {
    let (dir, file) = closed(&["one", "two"]).await;
    let whole = fs::read(&file).unwrap();
    let present = (
        fs::read(dir.path().join("journal.redb")).unwrap(),
        names(dir.path()),
    );
    let refused = |change: &dyn Fn(&Path)| {
        fs::write(&file, &whole).unwrap();
        change(&file);
        let error = put_back(&file, dir.path())
            .expect_err("it cannot be read")
            .to_string();
        assert!(error.contains("nothing was changed"), "{error}");
        assert_eq!(
            fs::read(dir.path().join("journal.redb")).unwrap(),
            present.0,
            "{error}"
        );
        error
    };
    let changed = |change: fn(&mut WriteTables<'_>) -> Result<(), TableError>| {
        move |file: &Path| disk::transact(&Database::open(file).unwrap(), change).unwrap()
    };
    for (words, error) in [
        (
            "cannot be read",
            refused(&|file| fs::remove_file(file).unwrap()),
        ),
        (
            "no journal",
            refused(&|file| fs::write(file, "not a journal").unwrap()),
        ),
        (
            "no journal",
            refused(&|file| fs::write(file, &whole[..8 * 1024]).unwrap()),
        ),
        (
            "table appeals: appeal: written by a newer",
            refused(&changed(|tables| {
                tables.put(TableId::Appeals, &[1], br#"{"v":2,"appeal":{}}"#)
            })),
        ),
        (
            "written by a newer Sheetdesk",
            refused(&changed(|tables| {
                tables.put(TableId::Meta, FORMAT, &(VERSION + 1).to_be_bytes())
            })),
        ),
        (
            "none of ours: later",
            refused(&|file| {
                let database = Database::open(file).unwrap();
                let tx = database.begin_write().unwrap();
                tx.open_table(redb::TableDefinition::<&[u8], &[u8]>::new("later"))
                    .unwrap();
                tx.commit().unwrap();
            }),
        ),
        (
            "which version",
            refused(&changed(|tables| {
                tables.remove(TableId::Meta, FORMAT).map(drop)
            })),
        ),
    ] {
        assert!(error.contains(words), "{words}: {error}");
    }
    fs::write(&file, &whole).unwrap();
    assert_eq!(names(dir.path()), present.1);
}

/// The tables of the first version.
const FIRST: [TableId; 24] = [
    TableId::Meta,
    TableId::Inbox,
    TableId::Pending,
    TableId::Quarantine,
    TableId::Dedup,
    TableId::Partners,
    TableId::Sessions,
    TableId::Appeals,
    TableId::Numbered,
    TableId::AppealsOf,
    TableId::Held,
    TableId::Lines,
    TableId::Tabs,
    TableId::Outbox,
    TableId::Waiting,
    TableId::Sending,
    TableId::Ended,
    TableId::Failed,
    TableId::Unknown,
    TableId::Timers,
    TableId::Dirty,
    TableId::DirtyByAge,
    TableId::Intents,
    TableId::Tokens,
];

/// A closed journal as the first version left it: its tables, and one record of each kind to the letter.
fn of_the_first_version(dir: &Path) {
    let fixture = |name: &str| {
        fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/fixtures/journal-v1")
                .join(name),
        )
        .unwrap()
    };
    let message: records::QueuedMessage = records::decode(&fixture("message.json")).unwrap();
    let id = keys::of(&message.entry.send.id).unwrap();
    let code = PartnerCode::fold("П-1042").unwrap();
    let (appeal, number) = (AppealId::first(Seq(12)), Number(41));
    let timer = keys::at(
        Timestamp::from_second(1_760_000_006).unwrap(),
        &keys::of(&Wake::Appeal(appeal)).unwrap(),
    );
    let records: Vec<(TableId, Vec<u8>, Vec<u8>)> = vec![
        (
            TableId::Meta,
            FORMAT.to_vec(),
            VERSION.to_be_bytes().to_vec(),
        ),
        (
            TableId::Meta,
            b"next_seq".to_vec(),
            keys::seq(Seq(100)).to_vec(),
        ),
        (
            TableId::Inbox,
            keys::seq(Seq(77)).to_vec(),
            fixture("inbox-raw.json"),
        ),
        (
            TableId::Inbox,
            keys::seq(Seq(78)).to_vec(),
            fixture("inbox-bytes.json"),
        ),
        (
            TableId::Inbox,
            keys::seq(Seq(79)).to_vec(),
            fixture("inbox-event.json"),
        ),
        (
            TableId::Quarantine,
            keys::seq(Seq(80)).to_vec(),
            fixture("quarantined.json"),
        ),
        (
            TableId::Partners,
            code.as_str().as_bytes().to_vec(),
            fixture("partner.json"),
        ),
        (
            TableId::Sessions,
            keys::chat(CHAT).to_vec(),
            fixture("session.json"),
        ),
        (
            TableId::Appeals,
            keys::appeal(appeal),
            fixture("appeal.json"),
        ),
        (
            TableId::Numbered,
            keys::number(number).to_vec(),
            keys::appeal(appeal),
        ),
        (
            TableId::AppealsOf,
            keys::appeal_of(CHAT, appeal),
            Vec::new(),
        ),
        (TableId::Lines, keys::line(appeal, 3), fixture("line.json")),
        (TableId::Tabs, b"appeals".to_vec(), fixture("tab.json")),
        (TableId::Outbox, id.clone(), fixture("message.json")),
        (
            TableId::Waiting,
            keys::waiting(Lane::Talk, message.order),
            id,
        ),
        (TableId::Timers, timer, fixture("timer.json")),
        (
            TableId::Intents,
            keys::intent(crate::domain::ids::BatchToken(9)).to_vec(),
            fixture("intent.json"),
        ),
    ];
    let database = Database::create(dir.join("journal.redb")).unwrap();
    let tx = database.begin_write().unwrap();
    for id in FIRST {
        let mut table = tx.open_table(definition(id)).unwrap();
        for (_, key, value) in records.iter().filter(|(of, ..)| *of == id) {
            table.insert(&key[..], &value[..]).unwrap();
        }
    }
    tx.commit().unwrap();
}

#[tokio::test]
async fn a_journal_of_the_first_version_goes_through_a_copy_and_starts() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    of_the_first_version(old.path());
    let file = new.path().join("copy.redb");
    let copied = copy(ClosedJournal::open(old.path()).unwrap().source(), &file).unwrap();
    assert_eq!(copied.records, 17);
    let restored = put_back(&file, new.path()).unwrap();
    assert_eq!(
        (restored.kept, restored.records, restored.unsent),
        (None, 17, 1)
    );

    let (signals, _heard) = signals();
    let journal = Journal::open(
        new.path(),
        Rules::default(),
        interpret(open_gate()),
        signals,
    )
    .unwrap();
    let snapshot = journal.snapshot();
    let view = snapshot.view();
    let partner = view
        .partner(&PartnerCode::fold("П-1042").unwrap())
        .expect("the partner");
    assert_eq!(
        (
            partner.name.as_str(),
            partner.binding.map(|binding| binding.chat)
        ),
        ("Иванов Иван", Some(CHAT))
    );
    let session = view.session(CHAT).expect("the session");
    assert_eq!((session.kept.len(), session.blocked), (1, true));
    let appeal = view
        .appeal(view.numbered(Number(41)).expect("its number"))
        .expect("the appeal");
    // The answer was about to be sent: it waits for the operator's word.
    assert_eq!(
        (appeal.delivery.answer, appeal.delivery.state),
        (None, Delivery::Held)
    );
    assert_eq!(
        view.outbox(&OutboxId::Answer(appeal.id, Revision(2), 0)),
        None
    );
    assert_eq!(view.lines(appeal.id, 9).len(), 1);
    assert_eq!(view.appeals_tab().next_number, Number(42));
    assert_eq!(
        view.tab(Tab::Appeals).reads().sighted,
        None,
        "the sheet is seen for the first time"
    );
    assert_eq!(snapshot.quarantined(9).len(), 1);
    assert!(snapshot.intact());
    drop(snapshot);
    journal.close().await;
}

/// A file whose last owner died while it was sending: who restores it sends nothing of that either.
#[tokio::test]
async fn what_was_being_sent_is_not_sent_by_the_copy() {
    let dir = tempfile::tempdir().unwrap();
    let id = OutboxId::Reply(Seq(7), 0);
    let database = Database::create(dir.path().join("journal.redb")).unwrap();
    disk::transact::<_, TableError>(&database, |tables| {
        tables.put(TableId::Meta, FORMAT, &VERSION.to_be_bytes())?;
        let Effect::Send(send) = send(id.clone(), Lane::Talk) else {
            unreachable!()
        };
        outbox::put(tables, send, (Seq(7), 0), Timestamp::UNIX_EPOCH)?;
        outbox::claim(tables, &id).map(drop)
    })
    .unwrap();
    drop(database);
    let file = dir.path().join("copy.redb");
    copy(ClosedJournal::open(dir.path()).unwrap().source(), &file).unwrap();
    assert_eq!(put_back(&file, dir.path()).unwrap().unsent, 1);
    let (signals, _heard) = signals();
    let journal = Journal::open(
        dir.path(),
        Rules::default(),
        interpret(open_gate()),
        signals,
    )
    .unwrap();
    let figures = journal.snapshot().figures();
    assert_eq!(
        [
            figures.outbox_pending,
            figures.outbox_sending,
            figures.outbox_unknown
        ],
        [0, 0, 1]
    );
    journal.close().await;
}

fn open_gate() -> Gate {
    let gate = Gate::default();
    gate.open();
    gate
}
