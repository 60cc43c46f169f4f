//! `kill -9` in the middle of a correction, at every call of it.
//!
//! Invariant: whatever the moment, the partner has the corrected answer once, the dialogue keeps both, and the cell is empty.

use rustix::process::Signal;
use simulator::{
    sheets::{CallKind, Side},
    telegram::{Fault, FaultKind},
};
use tokio::time::timeout;

use crate::{
    child::Child,
    moments::{NEVER, until},
    play::{PATIENCE, Play},
};

const ANSWER: &str = "специалист_ответ";

/// When the service dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// The batch that puts the text back is held on this side.
    Filling(Side),
    /// The change is on its way to Telegram; whether it arrives.
    Changing { arrives: bool },
    /// The batch that writes both versions and empties the cell is held on this side.
    Writing(Side),
}

#[tokio::test]
async fn a_correction_survives_every_death() {
    let play = Play::set().await;
    let mut child = Child::serve(&play.testbed).await;
    play.registers().await;
    play.opens_appeal().await;
    play.types(2, ANSWER, "Версия 0").await;
    play.hears("Версия 0").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    let deaths = [
        Death::Filling(Side::Before),
        Death::Filling(Side::After),
        Death::Changing { arrives: true },
        Death::Changing { arrives: false },
        Death::Writing(Side::Before),
        Death::Writing(Side::After),
    ];
    for (round, death) in deaths.into_iter().enumerate() {
        let (before, after) = (format!("Версия {round}"), format!("Версия {}", round + 1));
        child = correct(&play, child, death, &before, &after).await;
        let has = play.marina.messages();
        let has = has.iter().filter(|it| it.content.text.contains("Версия"));
        let has: Vec<_> = has.map(|it| it.content.text.as_str()).collect();
        assert_eq!(has.len(), 1, "{death:?}: {has:?}");
        assert!(has[0].ends_with(&after), "{death:?}: {has:?}");
        let history = play.testbed.appeal_cell(2, "текст_обращений");
        let told = format!("Специалист: {after}\n(изменено в ");
        assert_eq!(history.matches(&told).count(), 1, "{death:?}: {history}");
        assert!(history.contains(&format!("было: {before}")), "{history}");
        assert_eq!(
            play.testbed.appeal_cell(2, "статус"),
            "В работе",
            "{death:?}"
        );
    }
    child.stop(Signal::TERM).await;
}

/// One correction, in whose middle the service dies.
async fn correct(play: &Play, child: Child, death: Death, before: &str, after: &str) -> Child {
    // A synchroniser that has just begun may write at once.
    child.stop(Signal::TERM).await;
    let mut child = Child::serve(&play.testbed).await;
    play.settled().await;
    let order = ("статус", "Исправить ответ");
    if let Death::Filling(side) = death {
        child = dies_writing(play, child, side, order).await;
    } else {
        play.types(2, order.0, order.1).await;
    }
    play.shows(2, ANSWER, |text| text == before).await;
    play.settled().await;
    match death {
        Death::Filling(_) => play.types(2, ANSWER, after).await,
        Death::Changing { arrives } => {
            let fate = if arrives {
                FaultKind::Hold
            } else {
                FaultKind::delay(NEVER)
            };
            let telegram = &play.testbed.telegram;
            let asked = || telegram.calls().of("editMessageText");
            let known = asked();
            telegram.fault(Fault::next(1, fate).of("editMessageText"));
            play.types(2, ANSWER, after).await;
            until("the message is changed", || asked() > known).await;
            child.kill().await;
            child = Child::serve(&play.testbed).await;
            telegram.release();
        }
        Death::Writing(side) => child = dies_writing(play, child, side, (ANSWER, after)).await,
    }
    play.hears(after).await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.shows(2, "Доставка", |text| {
        text.starts_with("доставлено: исправлено")
    })
    .await;
    play.settled().await;
    child
}

/// The service dies while the batch that this change leads to is held on this side, and begins anew.
async fn dies_writing(
    play: &Play,
    child: Child,
    side: Side,
    (header, typed): (&str, &str),
) -> Child {
    let held = play.testbed.sheets.hold(CallKind::Write, side);
    play.types(2, header, typed).await;
    timeout(PATIENCE, held.arrived())
        .await
        .expect("the batch comes");
    child.kill().await;
    drop(held);
    Child::serve(&play.testbed).await
}
