//! `kill -9` while a message goes out that a specialist has written first, at every call of it.
//!
//! Invariant: whatever the moment, the partner has it once (twice at most, where it was on its way), and one row of its own tells of it.

use rustix::process::Signal;
use simulator::{
    sheets::{CallKind, Side, TOUR_PARTNER},
    telegram::{Fault, FaultKind},
};
use tokio::time::timeout;

use sheetdesk::{
    operator::StatusReport,
    testbed::{APPEALS, BOOK},
};

use crate::{
    child::Child,
    moments::{NEVER, until},
    play::{PATIENCE, Play},
};

const ANSWER: &str = "специалист_ответ";

/// When the service dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// The batch that writes the number is held on this side.
    Numbering(Side),
    /// The message is on its way to Telegram; whether it arrives.
    Sending { arrives: bool },
    /// The batch that completes the row is held on this side.
    Completing(Side),
}

#[tokio::test]
async fn a_first_word_survives_every_death() {
    let play = Play::set().await;
    let mut child = Child::serve(&play.testbed).await;
    play.registers().await;
    let deaths = [
        Death::Numbering(Side::Before),
        Death::Numbering(Side::After),
        Death::Sending { arrives: true },
        Death::Sending { arrives: false },
        Death::Completing(Side::Before),
        Death::Completing(Side::After),
    ];
    for (number, death) in (2..).zip(deaths) {
        let text = format!("Письмо {number}");
        child = write_first(&play, child, death, number, &text).await;
        let most = if matches!(death, Death::Sending { arrives: true }) {
            2
        } else {
            1
        };
        let cell = |header: &str| play.testbed.appeal_cell(number, header);
        let heard = play.heard(&text);
        assert!(
            (1..=most).contains(&heard),
            "{death:?}: {heard}, {}",
            cell("Доставка")
        );
        assert_eq!(cell("telegram_id"), "700001042", "{death:?}");
        assert_eq!(cell("код"), TOUR_PARTNER.code, "{death:?}");
        assert!(!cell("ФИО").is_empty(), "{death:?}");
        assert_eq!(cell("статус"), "В работе", "{death:?}");
        assert_eq!(rows_with(&play, &text), 1, "{death:?}");
    }
    child.stop(Signal::TERM).await;
}

/// How many rows tell of a message.
fn rows_with(play: &Play, text: &str) -> usize {
    let table = play.testbed.sheets.with(BOOK, |book| book.table(APPEALS));
    let table = table.expect("the tab stands");
    let tells = |row: &&Vec<String>| row.iter().any(|cell| cell.contains(text));
    table.iter().filter(tells).count()
}

/// No message is on its way to Telegram.
async fn rests(play: &Play) {
    let rests = |status: &StatusReport| status.outbox.pending + status.outbox.sending == 0;
    let testbed = &play.testbed;
    let status = testbed.status_where("all is sent", rests, PATIENCE).await;
    status.expect("all is sent");
}

/// One message, in whose middle the service dies.
async fn write_first(play: &Play, child: Child, death: Death, number: u32, text: &str) -> Child {
    // A synchroniser that has just begun may write at once.
    child.stop(Signal::TERM).await;
    let child = Child::serve(&play.testbed).await;
    play.settled().await;
    let adds = async || {
        play.adds(&[&[("код", TOUR_PARTNER.code), (ANSWER, text)]]);
        play.calls().await;
    };
    let (sheets, telegram) = (&play.testbed.sheets, &play.testbed.telegram);
    let child = match death {
        Death::Numbering(side) => {
            let held = sheets.hold(CallKind::Write, side);
            adds().await;
            let arrived = timeout(PATIENCE, held.arrived()).await;
            arrived.expect("the batch comes");
            rests(play).await;
            child.kill().await;
            drop(held);
            Child::serve(&play.testbed).await
        }
        Death::Sending { arrives } => {
            let fate = if arrives {
                FaultKind::Hold
            } else {
                FaultKind::delay(NEVER)
            };
            let asked = || telegram.calls().of("sendMessage");
            let known = asked();
            telegram.fault(Fault::next(1, fate).of("sendMessage"));
            adds().await;
            until("the message is sent", || asked() > known).await;
            child.kill().await;
            let child = Child::serve(&play.testbed).await;
            telegram.release();
            child
        }
        Death::Completing(side) => {
            let first = sheets.hold(CallKind::Write, Side::After);
            adds().await;
            let arrived = timeout(PATIENCE, first.arrived()).await;
            arrived.expect("the first batch comes");
            let second = sheets.hold(CallKind::Write, side);
            first.release();
            let arrived = timeout(PATIENCE, second.arrived()).await;
            arrived.expect("the second batch comes");
            rests(play).await;
            child.kill().await;
            drop(second);
            Child::serve(&play.testbed).await
        }
    };
    play.hears(text).await;
    play.shows(number, ANSWER, str::is_empty).await;
    play.shows(number, "ФИО", |name| !name.is_empty()).await;
    play.shows(number, "Доставка", |words| {
        words.starts_with("доставлено")
    })
    .await;
    play.settled().await;
    child
}
