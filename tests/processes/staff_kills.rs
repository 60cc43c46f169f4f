//! `kill -9` between what a specialist answers in his chat and what is shown there of it.
//!
//! Invariant: the partner has the answer once, and once more only where the response to its sending was lost; the dialogue holds it once.

use std::time::Duration;

use simulator::telegram::{Fault, FaultKind, Profile};

use crate::{
    child::Child,
    moments::until,
    play::{Play, told},
};

const STAFF: i64 = -4242;

/// When the service dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// The answer is on its way to the partner; whether it arrives.
    Answering { arrives: bool },
    /// The partner has it, and the chat is being told so; whether that arrives.
    Telling { arrives: bool },
}

#[tokio::test]
async fn an_answer_of_the_chat_survives_every_death() {
    let mut play = Play::set().await;
    let group = play.testbed.telegram.group(STAFF, "Специалисты");
    let ivanova = play
        .testbed
        .telegram
        .person(Profile::new(700_009_001, "Ира"));
    play.testbed.configure("STAFF__CHAT", &STAFF.to_string());
    play.testbed.configure("APPEALS__GRACE", "0");
    group.add_bot(&ivanova);
    let mut child = Child::serve(&play.testbed).await;
    play.registers().await;
    play.opens_appeal().await;
    let head = told(&group, "№ 2 · ").await.message_id;
    let deaths = [
        Death::Answering { arrives: true },
        Death::Answering { arrives: false },
        Death::Telling { arrives: true },
        Death::Telling { arrives: false },
    ];
    for (round, death) in deaths.into_iter().enumerate() {
        let answer = format!("Ответ {round}");
        let (Death::Answering { arrives } | Death::Telling { arrives }) = death;
        let fate = if arrives {
            FaultKind::Hold
        } else {
            FaultKind::delay(Duration::from_secs(3600))
        };
        let telegram = &play.testbed.telegram;
        let asked = || telegram.calls().of("sendMessage");
        // The answer is the first call, the note about it the second.
        let (chat, nth) = match death {
            Death::Answering { .. } => (play.marina.id(), 1),
            Death::Telling { .. } => (group.id(), 2),
        };
        let known = asked();
        telegram.fault(Fault::next(1, fate).of("sendMessage").to(chat));
        group.reply(&ivanova, head, &answer).expect("it is there");
        until("the service is in the middle", || asked() >= known + nth).await;
        child.kill().await;
        child = Child::serve(&play.testbed).await;
        telegram.release();
        play.hears(&answer).await;
        play.shows(2, "текст_обращений", |text| {
            text.contains(&answer)
        })
        .await;
        play.settled().await;
        let times = play.heard(&answer);
        let may_double = matches!(death, Death::Answering { arrives: true });
        let most = 1 + usize::from(may_double);
        assert!((1..=most).contains(&times), "{death:?}: {times}");
        let history = play.testbed.appeal_cell(2, "текст_обращений");
        let line = format!("Специалист (Ира): {answer}");
        assert_eq!(history.matches(&line).count(), 1, "{death:?}: {history}");
        let notes = group.messages();
        let notes = notes
            .iter()
            .filter(|it| it.content.text.starts_with("Доставлено"));
        assert!(notes.count() > round, "{death:?}: the chat knows");
    }
    child.stop(rustix::process::Signal::TERM).await;
}
