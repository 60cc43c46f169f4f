//! `kill -9` between a topic of the specialists' chat and what is to stand in it.
//!
//! Invariant: an appeal stands in a topic, once, and once more only where the response to its sending was lost; a lost response leaves one empty
//! topic behind at most.

use std::time::Duration;

use simulator::telegram::{Fault, FaultKind};

use crate::{
    child::Child,
    moments::until,
    play::{PATIENCE, Play, told},
};

const FORUM: i64 = -1_000_004_343;

/// When the service dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// The topic is being made; whether the call arrives.
    Making { arrives: bool },
    /// The topic is there, and its first message on its way; whether that arrives.
    Filling { arrives: bool },
}

#[tokio::test]
async fn an_appeal_is_in_its_topic_after_every_death() {
    let mut play = Play::set().await;
    let group = play.testbed.telegram.group(FORUM, "Специалисты");
    play.testbed.configure("STAFF__CHAT", &FORUM.to_string());
    play.testbed.configure("STAFF__TOPICS", "true");
    group.add_bot(&play.operator);
    group.becomes_forum();
    group.lets_manage_topics(&play.operator, true);
    let mut child = Child::serve(&play.testbed).await;
    play.registers().await;
    let deaths = [
        Death::Making { arrives: true },
        Death::Making { arrives: false },
        Death::Filling { arrives: true },
        Death::Filling { arrives: false },
    ];
    for (death, number) in deaths.into_iter().zip(2..) {
        let question = format!("Вопрос {number}");
        let (Death::Making { arrives } | Death::Filling { arrives }) = death;
        let fate = if arrives {
            FaultKind::Hold
        } else {
            FaultKind::delay(Duration::from_secs(3600))
        };
        // The partner's receipt is the first message.
        let (method, nth) = match death {
            Death::Making { .. } => ("createForumTopic", 1),
            Death::Filling { .. } => ("sendMessage", 2),
        };
        let telegram = &play.testbed.telegram;
        let asked = || telegram.calls().of(method);
        let (known, topics) = (asked(), group.topics().len());
        telegram.fault(Fault::next(1, fate).of(method).to(group.id()));
        play.marina.write(&question);
        until("the service is in the middle", || asked() >= known + nth).await;
        child.kill().await;
        child = Child::serve(&play.testbed).await;
        telegram.release();
        let head = told(&group, &question).await;
        assert!(head.topic.is_some(), "{death:?}: {head:?}");
        play.settled().await;
        let heads = group.messages();
        let heads = heads
            .iter()
            .filter(|it| it.content.text.contains(&question));
        let may_double = matches!(death, Death::Filling { arrives: true });
        let most = 1 + usize::from(may_double);
        assert!((1..=most).contains(&heads.count()), "{death:?}");
        let may_stay_empty = matches!(death, Death::Making { arrives: true });
        let most = 1 + usize::from(may_stay_empty);
        let made = group.topics().len() - topics;
        assert!((1..=most).contains(&made), "{death:?}: {made}");
        play.types(number, "статус", "Решено").await;
        let closed = group.await_topic(|it| Some(it.id) == head.topic && it.closed, PATIENCE);
        closed.await.expect("it is closed with its appeal");
        play.settled().await;
    }
    child.stop(rustix::process::Signal::TERM).await;
}
