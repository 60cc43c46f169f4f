//! `kill -9` in the middle of an answer, twenty times, in one workbook with one journal.
//!
//! Invariant: after every round all that was typed and written is there once, in order, and nothing is left to do.

use std::time::Duration;

use rustix::process::Signal;
use simulator::sheets::{Side, TOUR_PARTNER};

use crate::{
    child::Child,
    moments::{Copies, Fate, Moment, rows},
    play::{FIRST_QUESTION, Play},
};

/// Marina's appeal; № 1 is an old row's.
const HERS: u32 = 2;
/// Stands in every text, in letters that not even a dump of bytes would hide from a search of the log.
const MARK: &str = "zqmark";
/// What precedes the specialist's words in a history.
const SPECIALIST: &str = "Специалист: ";

const MOMENTS: [Moment; 20] = [
    Moment::Sending(Fate::ArrivesLate),
    Moment::Sending(Fate::Arrives),
    Moment::Sending(Fate::Lost),
    Moment::Heard(0),
    Moment::Writing(Fate::ArrivesLate),
    Moment::Wrote,
    Moment::Called(0),
    Moment::Reading(0, Side::Before),
    Moment::Heard(1),
    Moment::Writing(Fate::Arrives),
    Moment::Cleared(0),
    Moment::Reading(2, Side::After),
    Moment::Sending(Fate::Arrives),
    Moment::Heard(3),
    Moment::Called(7),
    Moment::Writing(Fate::Lost),
    Moment::Reading(1, Side::After),
    Moment::Cleared(5),
    Moment::Heard(11),
    Moment::Sending(Fate::ArrivesLate),
];

#[tokio::test]
async fn twenty_kills_lose_nothing_and_double_only_what_was_in_flight() {
    let mut siege = Siege::begin().await;
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        siege.round(round, moment).await;
    }
    let told = siege.play.operator.messages();
    assert!(
        told.is_empty(),
        "the operator is bothered with nothing: {told:?}"
    );
    keeps_its_secrets(&siege.log, &siege.play);
}

/// One workbook and one journal, through all rounds.
struct Siege {
    play: Play,
    answers: Vec<String>,
    written: Vec<String>,
    log: String,
}

impl Siege {
    async fn begin() -> Self {
        let mut play = Play::set().await;
        play.testbed.configure("LOG__FILTER", "trace");
        let child = Child::serve(&play.testbed).await;
        play.registers().await;
        let mut siege = Self {
            play,
            answers: Vec::new(),
            written: vec![FIRST_QUESTION.to_owned()],
            log: String::new(),
        };
        siege.rests(child).await;
        let child = Child::serve(&siege.play.testbed).await;
        siege.play.opens_appeal().await;
        siege.rests(child).await;
        siege
    }

    /// An answer, a kill, and all that must hold when the service is back.
    async fn round(&mut self, round: usize, moment: Moment) {
        let answer = format!("Ответ {round:02} {MARK}");
        self.answers.push(answer.clone());
        let mut trap = moment.lay(&self.play);
        let child = self.begins_to_answer(&answer, moment).await;
        trap.springs(&self.play, HERS, &answer).await;
        if round.is_multiple_of(2) {
            self.writes(format!("Перед гибелью {round:02} {MARK}"));
        }
        let killed = child.kill().await;
        assert_eq!(
            (killed.code, killed.signal),
            (None, Some(Signal::KILL.as_raw())),
            "{moment:?}"
        );
        self.log += &killed.err;
        self.writes(format!("После гибели {round:02} {MARK}"));
        trap.lets_arrive(Fate::Arrives, &self.play, &answer).await;

        let child = Child::serve(&self.play.testbed).await;
        self.recovers().await;
        let recovered = rows(&self.play);
        trap.lets_arrive(Fate::ArrivesLate, &self.play, &answer)
            .await;
        assert_eq!(
            rows(&self.play),
            recovered,
            "{moment:?}: what comes late changes nothing"
        );
        self.holds(&answer, moment);
        self.rests(child).await;
    }

    /// The service starts, with an answer to be found; or it runs, and is about to be told of one.
    async fn begins_to_answer(&self, answer: &str, moment: Moment) -> Child {
        if moment.needs_a_call() {
            let child = Child::serve(&self.play.testbed).await;
            self.play.settled().await;
            return child;
        }
        let typed = self.play.testbed.type_in(HERS, "специалист_ответ", answer);
        typed.expect("there is such a cell");
        Child::serve(&self.play.testbed).await
    }

    fn writes(&mut self, text: String) {
        self.play.marina.write(&text);
        self.written.push(text);
    }

    /// The sheet shows all that was typed and written, and nothing is left to do.
    async fn recovers(&self) {
        let (answer, last) = (self.answers.last(), self.written.last());
        let ends = |history: &str| {
            [answer, last]
                .into_iter()
                .flatten()
                .all(|text| history.contains(text.as_str()))
        };
        self.play.shows(HERS, "текст_обращений", ends).await;
        self.play
            .shows(HERS, "специалист_ответ", str::is_empty)
            .await;
        let status = self.play.settled().await;
        assert_eq!(
            (
                status.outbox.unknown,
                status.outbox.failed,
                status.inbox.quarantined
            ),
            (0, 0, 0)
        );
    }

    fn holds(&self, answer: &str, moment: Moment) {
        let delivery = self.play.testbed.appeal_cell(HERS, "Доставка");
        assert!(
            delivery.starts_with("доставлено "),
            "{moment:?}: {delivery}"
        );
        let (heard, doubted) = (
            self.play.heard(answer),
            delivery.ends_with("возможно дважды"),
        );
        match moment.copies() {
            Copies::Once => assert_eq!((heard, doubted), (1, false), "{moment:?}"),
            Copies::Resent { arrived } => {
                assert_eq!((heard, doubted), (arrived, true), "{moment:?}")
            }
            Copies::Either => assert!(
                heard == 1 || (heard == 2 && doubted),
                "{moment:?}: {heard} times, {delivery}"
            ),
        }
        let history = self.play.testbed.appeal_cell(HERS, "текст_обращений");
        let (mut answers, mut written) = (Vec::new(), Vec::new());
        // Newest on top: a date, a colon, the text.
        for line in history.lines().rev() {
            let text = line.split_once(": ").map_or(line, |(_, text)| text);
            match text.strip_prefix(SPECIALIST) {
                Some(answer) => answers.push(answer),
                None => written.push(text),
            }
        }
        assert_eq!(answers, self.answers, "{moment:?}");
        assert_eq!(written, self.written, "{moment:?}");
    }

    /// A regular end, so that the next round begins with a synchroniser that may write at once.
    async fn rests(&mut self, child: Child) {
        let (exit, took) = child.stop(Signal::TERM).await;
        assert_eq!(exit.code, Some(0), "{}", exit.err);
        assert!(took < Duration::from_secs(2), "{took:?}");
        self.log += &exit.err;
    }
}

/// The log, at its most talkative, holds no secret, nobody's name or phone, and not a word that anybody wrote.
fn keeps_its_secrets(log: &str, play: &Play) {
    let value = |name: &str| {
        let name = format!("SHEETDESK_{name}");
        let found = play
            .testbed
            .variables()
            .iter()
            .find(|(known, _)| *known == name);
        found
            .map(|(_, value)| value.clone())
            .expect("the testbed sets it")
    };
    let token = value("TELEGRAM__TOKEN");
    let (_, letters) = token.split_once(':').expect("a token has a colon");
    let callback = value("SHEETS__CALLBACK_SECRET");
    let webhook = value("TELEGRAM__WEBHOOK_SECRET");
    let key = callback.trim_start_matches("whsec_");
    let names = TOUR_PARTNER.name.split(' ');
    let phones = ["9123456789", "912) 345", "9221102030", "922 110-20-30"];
    // How an access token of the stand-in and a signed assertion begin, and a private key.
    let tokens = ["sim-", "eyJ", "PRIVATE KEY"];
    let texts = [MARK, "гибел", FIRST_QUESTION];
    assert!(
        log.matches("serving").count() >= 2 * MOMENTS.len(),
        "the log is there"
    );
    for secret in [letters, &webhook, key]
        .into_iter()
        .chain(names)
        .chain(phones)
        .chain(tokens)
        .chain(texts)
    {
        let leak = log.lines().find(|line| line.contains(secret));
        assert_eq!(leak, None, "{secret}");
    }
}
