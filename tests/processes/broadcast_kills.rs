//! `kill -9` in the middle of a broadcast to a thousand partners, twenty times, at instants spread over all of it.
//!
//! `SHEETDESK_LONG_KILLS=N` makes it N kills, at a rate and at instants of chance, over as many broadcasts as that takes.
//!
//! Invariant: after the last start it comes to its end by itself; nobody has two copies, and whoever has none is counted as unknown.

use std::{collections::BTreeMap, time::Duration};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use rustix::process::Signal;
use sheetdesk::testbed::PROMOTIONS;
use simulator::{
    sheets::{CallKind, Side},
    telegram::{Fault, FaultKind, Person, Profile},
};
use tokio::time::timeout;

use crate::{
    child::Child,
    play::{PATIENCE, Play},
};

/// The row of the sample that lacks only its action.
const READY: (&str, &str) = ("Название", "Двойное вознаграждение");
/// Partners beside the two of the sample workbook.
const PARTNERS: i64 = 1_000;
/// Slow enough that many messages are under way at a kill.
const ANSWERS_AFTER: Duration = Duration::from_millis(30);
/// How often a condition is looked at that nobody announces.
const GLANCE: Duration = Duration::from_millis(1);

/// What strikes besides the kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Also {
    Nothing,
    /// The next responses of Telegram are lost; the messages arrive.
    Lost(u32),
    /// Telegram asks for a second of patience.
    Patience,
    /// The row is being written.
    Writing,
}

#[tokio::test]
async fn twenty_kills_in_a_broadcast_double_nobody_and_forget_nobody() {
    let kinds = [
        Also::Nothing,
        Also::Lost(3),
        Also::Writing,
        Also::Nothing,
        Also::Patience,
    ];
    let kills: Vec<(u64, Also)> = (0..20)
        .map(|kill| {
            (
                1 + kill * 48,
                kinds[usize::try_from(kill % 5).expect("small")],
            )
        })
        .collect();
    let mut siege = Siege::begin("0").await;
    siege.broadcast(&kills).await;
}

/// Behind a flag: see the head of this file.
#[tokio::test]
async fn many_kills_by_chance() {
    let wanted = std::env::var("SHEETDESK_LONG_KILLS")
        .ok()
        .and_then(|wanted| wanted.parse::<usize>().ok());
    let Some(wanted) = wanted else { return };
    let mut chance = StdRng::seed_from_u64(7);
    let mut done = 0;
    while done < wanted {
        let mut at: Vec<u64> = (0..40).map(|_| chance.gen_range(1..990)).collect();
        at.sort_unstable();
        let also = |roll: u32| match roll {
            0 => Also::Lost(5),
            1 => Also::Patience,
            2 => Also::Writing,
            _ => Also::Nothing,
        };
        let kills: Vec<_> = at
            .into_iter()
            .map(|at| (at, also(chance.gen_range(0..6))))
            .collect();
        let rate = if done.is_multiple_of(80) { "0" } else { "200" };
        let mut siege = Siege::begin(rate).await;
        done += siege.broadcast(&kills).await;
        println!("{done} kills");
    }
}

struct Siege {
    play: Play,
    people: Vec<Person>,
}

impl Siege {
    /// A thousand registered partners, and a promotion that is about to be published.
    async fn begin(rate: &str) -> Self {
        let mut play = Play::set().await;
        play.testbed.configure("TELEGRAM__RATE_PER_SECOND", rate);
        let mut people = play.enlists(PARTNERS);
        let old = [700_001_043, 700_001_044].map(|id| {
            play.testbed
                .telegram
                .person(Profile::new(id, "Партнёр"))
                .has_met_bot()
        });
        people.extend(old);
        let child = Child::serve(&play.testbed).await;
        let ready = |text: &str| text.starts_with("готово: 1\u{a0}002 получателя");
        play.testbed
            .cell_where(PROMOTIONS, READY, "Рассылка", ready, PATIENCE)
            .await
            .expect("it is ready");
        play.settled().await;
        let (exit, _) = child.stop(Signal::TERM).await;
        assert_eq!(exit.code, Some(0), "{}", exit.err);
        play.testbed
            .telegram
            .fault(Fault::next(u32::MAX, FaultKind::delay(ANSWERS_AFTER)).of("sendMessage"));
        play.testbed
            .type_into(PROMOTIONS, READY, "Действие", "Опубликовать")
            .expect("the row is there");
        Self { play, people }
    }

    /// Publishes, kills at these instants as far as it lasts, and lets it end; how many kills there were.
    async fn broadcast(&mut self, kills: &[(u64, Also)]) -> usize {
        let mut struck = 0;
        for (at, also) in kills {
            let child = Child::serve(&self.play.testbed).await;
            let reached = self.reaches(*at).await;
            if !reached {
                let (exit, _) = child.stop(Signal::TERM).await;
                assert_eq!(exit.code, Some(0), "{}", exit.err);
                break;
            }
            self.also(*also).await;
            let killed = child.kill().await;
            assert_eq!(
                (killed.code, killed.signal),
                (None, Some(Signal::KILL.as_raw()))
            );
            struck += 1;
        }
        let _child = Child::serve(&self.play.testbed).await;
        self.ends_well().await;
        struck
    }

    /// Waits until so many partners have their message; false where it is over before.
    async fn reaches(&self, wanted: u64) -> bool {
        let deadline = sheetdesk::clock::monotonic() + PATIENCE;
        loop {
            if self.sent() >= wanted {
                return true;
            }
            if self.mailing().starts_with("разослана") {
                return false;
            }
            assert!(
                sheetdesk::clock::monotonic() < deadline,
                "it does not go on: {} of {wanted}, {}",
                self.sent(),
                self.mailing()
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn also(&self, also: Also) {
        let telegram = &self.play.testbed.telegram;
        match also {
            Also::Nothing => {}
            Also::Lost(responses) => {
                telegram.fault(Fault::next(responses, FaultKind::CutAfter).of("sendMessage"));
                let wanted = self.sent() + u64::from(responses);
                self.reaches(wanted).await;
            }
            Also::Patience => telegram
                .fault(Fault::next(1, FaultKind::TooMany { retry_after: 1 }).of("sendMessage")),
            Also::Writing => {
                let hold = self.play.testbed.sheets.hold(CallKind::Write, Side::Before);
                timeout(PATIENCE, hold.arrived())
                    .await
                    .expect("the row is told how far it is");
            }
        }
    }

    fn sent(&self) -> u64 {
        self.play.testbed.telegram.calls().of("sendMessage")
    }

    fn mailing(&self) -> String {
        self.play.testbed.cell(PROMOTIONS, READY, "Рассылка")
    }

    async fn ends_well(&self) {
        let over = |text: &str| text.starts_with("разослана");
        let told = self
            .play
            .testbed
            .cell_where(PROMOTIONS, READY, "Рассылка", over, PATIENCE)
            .await;
        let told = told.expect("it comes to its end");
        let status = self.play.settled().await;
        let mut copies: BTreeMap<usize, u64> = BTreeMap::new();
        for person in &self.people {
            *copies.entry(person.messages().len()).or_default() += 1;
        }
        let (none, once) = (
            copies.remove(&0).unwrap_or_default(),
            copies.remove(&1).unwrap_or_default(),
        );
        assert!(copies.is_empty(), "nobody has two copies: {copies:?}");
        assert_eq!(none + once, self.people.len() as u64);
        let told = told.replace('\u{a0}', "");
        let counted = told
            .rsplit_once("неизвестно ")
            .and_then(|(_, count)| count.parse::<u64>().ok());
        let unknown = counted.unwrap_or_default();
        assert!(none <= unknown, "{none} have none: {told}");
        let sent = self.people.len() as u64 - unknown;
        assert!(told.contains(&format!(": {sent} из 1002")), "{told}");
        // What the operator is told at the start and at the end may have been under way at two kills, too.
        let others = status.outbox.unknown.checked_sub(unknown);
        assert!(
            others.is_some_and(|others| others <= 2),
            "{told}, {} unknown in all",
            status.outbox.unknown
        );
        assert_eq!(status.outbox.failed, 0);
    }
}
