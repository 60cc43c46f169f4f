//! `kill -9` under everything at once: messages, edits, answers, announcements, and lost responses of both services.
//!
//! `SHEETDESK_LONG_KILLS=160` makes it so many kills, and prints the account.
//!
//! Invariant: no message, row or announcement is lost or doubled; an answer is doubled at most where its sending was in flight at a kill or
//! its response was lost, and one that did not arrive says so.

use std::{collections::BTreeMap, time::Duration};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use rustix::process::Signal;
use sheetdesk::testbed::{APPEALS, BOOK, PROMOTIONS};
use simulator::{
    sheets::{CallKind, Fault as SheetsFault, Trouble},
    telegram::{Fault, FaultKind, MessageId, Person, Profile, UpdateId},
};

use crate::{
    child::Child,
    play::{PATIENCE, Play},
};

/// The row of the sample that lacks only its action.
const READY: (&str, &str) = ("Название", "Двойное вознаграждение");
/// Partners who write; each has one appeal.
const PARTNERS: i64 = 12;
/// What happens before a kill, at most.
const STEPS: u32 = 36;
/// The longest pause between two of them.
const PAUSE_MS: u64 = 15;
/// One in so many kills strikes an announcement.
const ANNOUNCED_EVERY: usize = 27;
/// After the storm everything is made good; a lost response has its own patience.
const CALM: Duration = Duration::from_secs(120);

#[tokio::test]
async fn kills_under_everything_at_once_lose_and_double_nothing_but_what_was_in_flight() {
    let long = std::env::var("SHEETDESK_LONG_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok());
    let mut storm = Storm::begin().await;
    for kill in 0..long.unwrap_or(6) {
        storm.round(kill).await;
    }
    let account = storm.ends().await;
    if long.is_some() {
        println!("{account:#?}");
    }
}

/// What happened and what became of it.
#[derive(Debug, Default)]
struct Account {
    kills: usize,
    messages: usize,
    edits: usize,
    answers: usize,
    announcements: usize,
    lost_responses: usize,
    answers_twice: usize,
    answers_undelivered: usize,
    announcements_undelivered: usize,
}

/// Somebody who writes.
struct Partner {
    person: Person,
    written: Vec<Written>,
    answers: Vec<String>,
}

/// A message: what it said, and what it says now.
struct Written {
    update: UpdateId,
    first: String,
    edited: Option<String>,
}

struct Storm {
    play: Play,
    partners: Vec<Partner>,
    titles: Vec<String>,
    chance: StdRng,
    account: Account,
    next: u32,
    /// How many calls there were when the response of the next one was to be lost.
    send_is_cut: Option<u64>,
    write_is_cut: Option<u64>,
}

impl Storm {
    async fn begin() -> Self {
        let mut play = Play::set().await;
        play.testbed.configure("APPEALS__GRACE", "0");
        // Those of the sample's history hear the announcements too.
        for id in [700_001_043, 700_001_044] {
            play.testbed
                .telegram
                .person(Profile::new(id, "Партнёр"))
                .has_met_bot();
        }
        let partners = play.enlists(PARTNERS).into_iter();
        let partners = partners.map(|person| Partner {
            person,
            written: Vec::new(),
            answers: Vec::new(),
        });
        let mut storm = Self {
            partners: partners.collect(),
            play,
            titles: Vec::new(),
            chance: StdRng::seed_from_u64(29),
            account: Account::default(),
            next: 0,
            send_is_cut: None,
            write_is_cut: None,
        };
        let child = Child::serve(&storm.play.testbed).await;
        let known = format!("готово: {} получателей", PARTNERS + 2);
        let ready = |text: &str| text.replace('\u{a0}', " ").starts_with(&known);
        let seen = storm
            .play
            .testbed
            .cell_where(PROMOTIONS, READY, "Рассылка", ready, PATIENCE)
            .await;
        seen.expect("the list was looked at");
        storm.play.settled().await;
        for partner in 0..storm.partners.len() {
            storm.writes(partner);
        }
        storm.play.settled().await;
        child.stop(Signal::TERM).await;
        storm
    }

    /// Everything at once, and a kill in it.
    async fn round(&mut self, kill: usize) {
        let child = Child::serve(&self.play.testbed).await;
        if kill % 2 == 1 {
            // Else no answer would ever be written off its cell, and none could follow it.
            self.play
                .testbed
                .settled(CALM)
                .await
                .expect("everything is done");
        }
        if kill % ANNOUNCED_EVERY == 2 {
            self.announces();
        }
        for _ in 0..self.chance.gen_range(4..STEPS) {
            let partner = self.chance.gen_range(0..self.partners.len());
            match self.chance.gen_range(0..20) {
                0..=11 => self.writes(partner),
                12..=13 => self.edits(partner),
                14..=17 => self.answers(partner).await,
                _ => self.loses_a_response(),
            }
            let pause = self.chance.gen_range(0..PAUSE_MS);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        let killed = child.kill().await;
        assert_eq!(killed.signal, Some(Signal::KILL.as_raw()), "{}", killed.err);
        self.account.kills += 1;
        self.counts_losses();
        // What has not struck would only pile up.
        self.play.testbed.telegram.clear_faults();
        self.play.testbed.sheets.clear_faults();
        (self.send_is_cut, self.write_is_cut) = (None, None);
    }

    /// A mark that stands nowhere else, not even as a part.
    fn mark(&mut self, letter: char) -> String {
        self.next += 1;
        format!("{letter}{:05}", self.next)
    }

    fn writes(&mut self, partner: usize) {
        let first = self.mark('м');
        let partner = &mut self.partners[partner];
        let update = partner.person.write(&first);
        partner.written.push(Written {
            update,
            first,
            edited: None,
        });
        self.account.messages += 1;
    }

    fn edits(&mut self, partner: usize) {
        let words = self.mark('п');
        let partner = &mut self.partners[partner];
        let Some(written) = partner
            .written
            .iter_mut()
            .rev()
            .find(|written| written.edited.is_none())
        else {
            return;
        };
        let message: MessageId = partner
            .person
            .message_of(written.update)
            .expect("it was written");
        partner.person.edit(message, &words).expect("it is theirs");
        written.edited = Some(words);
        self.account.edits += 1;
    }

    /// A specialist answers where the cell is free, or where what is in it did not arrive for certain.
    async fn answers(&mut self, partner: usize) {
        let id = self.partners[partner].person.id().0.to_string();
        let cell = |header| {
            self.play
                .testbed
                .cell(APPEALS, ("telegram_id", &id), header)
        };
        if !cell("специалист_ответ").is_empty() && !cell("Доставка").starts_with("неизвестно")
        {
            return;
        }
        let words = self.mark('о');
        let typed =
            self.play
                .testbed
                .type_into(APPEALS, ("telegram_id", &id), "специалист_ответ", &words);
        typed.expect("the row is there");
        self.partners[partner].answers.push(words);
        self.account.answers += 1;
        // Where the service is just being killed, the next read finds it.
        let _ = self.play.testbed.callback(APPEALS).await;
    }

    /// The next response of one of the services is lost; one of each at a time.
    fn loses_a_response(&mut self) {
        self.counts_losses();
        let sheets = self.chance.gen_bool(0.5);
        if sheets && self.write_is_cut.is_none() {
            let late = Trouble::LandLater { millis: 200 };
            let trouble = if self.chance.gen_bool(0.5) {
                Trouble::CutAfter
            } else {
                late
            };
            self.play
                .testbed
                .sheets
                .fault(SheetsFault::once(CallKind::Write, trouble));
            self.write_is_cut = Some(self.writes_made());
        } else if !sheets && self.send_is_cut.is_none() {
            let fault = Fault::next(1, FaultKind::CutAfter).of("sendMessage");
            self.play.testbed.telegram.fault(fault);
            self.send_is_cut = Some(self.sends_made());
        }
    }

    /// Counts what was indeed lost since the faults were laid out.
    fn counts_losses(&mut self) {
        let (sends, writes) = (self.sends_made(), self.writes_made());
        for (cut, made) in [
            (&mut self.send_is_cut, sends),
            (&mut self.write_is_cut, writes),
        ] {
            if cut.is_some_and(|before| made > before) {
                *cut = None;
                self.account.lost_responses += 1;
            }
        }
    }

    fn sends_made(&self) -> u64 {
        let calls = self.play.testbed.telegram.calls();
        calls.of("sendMessage")
    }

    fn writes_made(&self) -> u64 {
        self.play.testbed.sheets.calls().writes
    }

    /// A marketer publishes one more promotion.
    fn announces(&mut self) {
        let title = self.mark('а');
        let row = [
            "01.06.2026",
            &title,
            "Слова",
            "",
            "01.06.2026",
            "31.12.2035",
            "",
            "",
            "Опубликовать",
            "",
        ];
        let pasted = self.play.testbed.sheets.with(BOOK, |book| {
            let below = format!("A{}", book.table(PROMOTIONS)?.len() + 1);
            book.paste(PROMOTIONS, &below, &[row])
        });
        pasted.expect("the tab has room");
        self.titles.push(title);
        self.account.announcements += 1;
    }

    /// The last start makes everything good; then it is counted.
    async fn ends(mut self) -> Account {
        let child = Child::serve(&self.play.testbed).await;
        for title in &self.titles {
            let over = |text: &str| text.starts_with("разослана");
            let told = self
                .play
                .testbed
                .cell_where(PROMOTIONS, ("Название", title), "Рассылка", over, CALM)
                .await;
            told.expect("the announcement comes to its end");
        }
        let status = self
            .play
            .testbed
            .settled(CALM)
            .await
            .expect("everything is done");
        assert_eq!(
            (status.inbox.quarantined, status.outbox.failed),
            (0, 0),
            "{:?}",
            self.account
        );
        let rows = self.rows();
        for partner in &self.partners {
            let id = partner.person.id().0.to_string();
            let own: Vec<_> = rows.iter().filter(|row| row.owner == id).collect();
            assert_eq!(own.len(), 1, "{id} has one row");
            let strange: String = rows
                .iter()
                .filter(|row| row.owner != id)
                .map(|row| row.history.as_str())
                .collect();
            let history = &own[0].history;
            for written in &partner.written {
                let marks = [Some(&written.first), written.edited.as_ref()]
                    .into_iter()
                    .flatten();
                for mark in marks {
                    assert_eq!(
                        history.matches(mark.as_str()).count(),
                        1,
                        "{mark} stands once in the row of its partner:\n{history}"
                    );
                    assert!(
                        !strange.contains(mark.as_str()),
                        "{mark} stands in another's row"
                    );
                }
            }
        }
        self.counts_answers();
        self.counts_announcements(status.outbox.unknown);
        let (exit, _) = child.stop(Signal::TERM).await;
        assert_eq!(exit.code, Some(0), "{}", exit.err);
        self.account
    }

    fn counts_answers(&mut self) {
        for partner in &self.partners {
            let id = partner.person.id().0.to_string();
            let delivery = self
                .play
                .testbed
                .cell(APPEALS, ("telegram_id", &id), "Доставка");
            for (number, answer) in partner.answers.iter().enumerate() {
                let copies = |person: &Person| {
                    let messages = person.messages();
                    messages
                        .iter()
                        .filter(|message| message.content.text.contains(answer.as_str()))
                        .count()
                };
                let strangers = self
                    .partners
                    .iter()
                    .filter(|other| other.person.id() != partner.person.id());
                assert_eq!(
                    strangers.map(|other| copies(&other.person)).sum::<usize>(),
                    0,
                    "{answer} is nobody else's"
                );
                match copies(&partner.person) {
                    0 => {
                        let last = number + 1 == partner.answers.len();
                        assert!(
                            !last || delivery.starts_with("неизвестно"),
                            "{answer} did not arrive: {delivery}"
                        );
                        self.account.answers_undelivered += 1;
                    }
                    1 => {}
                    2 => self.account.answers_twice += 1,
                    more => panic!("{answer} arrived {more} times"),
                }
            }
        }
        let (twice, undelivered) = (self.account.answers_twice, self.account.answers_undelivered);
        let doubtful = self.account.lost_responses + self.account.kills;
        assert!(twice + undelivered <= doubtful, "{:?}", self.account);
    }

    /// Nobody has two; and whoever has none is counted as unknown.
    fn counts_announcements(&mut self, unknown: u64) {
        for title in &self.titles {
            let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
            for partner in &self.partners {
                let messages = partner.person.messages();
                let heard = messages
                    .iter()
                    .filter(|message| message.content.text.contains(title.as_str()))
                    .count();
                *copies.entry(heard).or_default() += 1;
            }
            self.account.announcements_undelivered += copies.remove(&0).unwrap_or_default();
            copies.remove(&1);
            assert!(copies.is_empty(), "nobody has {title} twice: {copies:?}");
        }
        let (missing, answers) = (
            self.account.announcements_undelivered,
            self.account.answers_undelivered,
        );
        assert!(
            (missing + answers) as u64 <= unknown,
            "{unknown} unknown, {:?}",
            self.account
        );
    }

    /// The rows of the appeals tab that belong to somebody.
    fn rows(&self) -> Vec<Row> {
        let table = self
            .play
            .testbed
            .sheets
            .with(BOOK, |book| book.table(APPEALS))
            .expect("the tab is there");
        let column = |header: &str| {
            table[0]
                .iter()
                .position(|title| title == header)
                .expect("the column is there")
        };
        let (owner, history) = (column("telegram_id"), column("текст_обращений"));
        let row = |cells: &Vec<String>| Row {
            owner: cells[owner].clone(),
            history: cells[history].clone(),
        };
        table[1..].iter().map(row).collect()
    }
}

/// A row of the appeals tab.
struct Row {
    owner: String,
    history: String,
}
