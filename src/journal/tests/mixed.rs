//! Whose is what: a journal that an earlier version has mixed up, and decisions that would mix it up anew.

use super::*;
use crate::{
    domain::{appeal::Appeal, effect::Entity, ids::Revision, message::Post},
    journal::{apply::apply, disk::DATA_FILE, error::TableError, records},
};

const OTHER: ChatId = ChatId(CHAT.0 + 1);

/// An appeal of one chat, as the first version wrote it, with a message of another; and the answer that waits to be sent.
fn mixed_up(dir: &Path) -> AppealId {
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/journal-v1/appeal.json");
    let appeal: Appeal = records::decode(&fs::read(fixture).unwrap()).unwrap();
    let (id, answer) = (appeal.id, OutboxId::Answer(appeal.id, Revision(2), 1));
    let post = |chat| {
        Entity::Post(Post {
            chat,
            message: MessageId(5),
            appeal: id,
            line: Some(0),
            said: None,
            held: None,
        })
    };
    let decision = Decision {
        puts: vec![Entity::Appeal(appeal), post(CHAT), post(OTHER)],
        effects: vec![Effect::Send(Send::talk(
            answer,
            CHAT,
            Html::escape("ответ"),
        ))],
        ..Decision::default()
    };
    let database = Database::create(dir.join(DATA_FILE)).unwrap();
    disk::transact::<_, TableError>(&database, |tables| {
        apply(tables, Seq(1), decision.clone(), Timestamp::UNIX_EPOCH)
    })
    .unwrap();
    id
}

#[tokio::test]
async fn a_mixed_up_appeal_is_found_at_the_first_start_and_sends_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let id = mixed_up(dir.path());
    for _ in 0..2 {
        let (signals, _heard) = signals();
        let journal = Journal::open(
            dir.path(),
            Rules::default(),
            interpret(open_gate()),
            signals,
        )
        .unwrap();
        let snapshot = journal.snapshot();
        let appeal = snapshot.view().appeal(id).expect("it is there");
        assert!(appeal.mixed && appeal.delivery.answer.is_none());
        assert_eq!(snapshot.view().unsent(), []);
        assert_eq!(
            (snapshot.figures().held, snapshot.held_numbers(9)),
            (1, vec![41])
        );
        drop(snapshot);
        journal.close().await;
    }
}

#[tokio::test]
async fn a_decision_that_gives_one_identity_to_two_is_set_aside_alone() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for (update, text) in (1..).zip(["one", "to two", "three"]) {
        accept(&journal, update, text).await;
    }
    until("the others are decided", || {
        decided(&journal) == ["one", "three"]
    })
    .await;
    let aside = journal.snapshot().quarantined(9);
    let reasons: Vec<&str> = aside.iter().map(|record| record.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["ошибка самой службы (one identity for two messages)"]
    );
    assert_eq!(journal.snapshot().view().unsent(), []);
    journal.close().await;
}

fn open_gate() -> Gate {
    let gate = Gate::default();
    gate.open();
    gate
}
