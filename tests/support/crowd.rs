//! A crowd that writes before the service has seen any sheet: partners by the staff list, and strangers.
//!
//! Invariant: in the end each partner has one row with his own words, the number of his own receipt, and his own answer; nobody else's.

use std::collections::BTreeSet;

use sheetdesk::testbed::{APPEALS, BOOK};
use simulator::telegram::{MessageId, Person, Profile, SentMessage};

use crate::play::{PATIENCE, Play, hears};

/// How a receipt begins that names a number.
const RECEIPT: &str = "Приняли, обращение № ";

pub(crate) struct Crowd {
    partners: Vec<Person>,
    strangers: Vec<Person>,
    /// The first message of each partner.
    written: Vec<MessageId>,
}

/// A partner with what he wrote first, and the number that his receipt names.
struct Case<'a> {
    person: &'a Person,
    first: MessageId,
    receipt: MessageId,
    number: u32,
}

impl Crowd {
    /// So many partners and strangers; nobody has written yet, and the service has seen nothing.
    pub(crate) fn of(play: &Play, partners: i64, strangers: i64) -> Self {
        let stranger = |n| {
            play.testbed
                .telegram
                .person(Profile::new(700_009_000 + n, "Прохожий"))
        };
        Self {
            partners: play.enlists(partners),
            strangers: (0..strangers).map(stranger).collect(),
            written: Vec::new(),
        }
    }

    /// Everybody writes one message.
    pub(crate) fn writes(&mut self) {
        let write = |person: &Person| {
            let update = person.write(&question(person));
            person.message_of(update).expect("the message is there")
        };
        self.written = self.partners.iter().map(write).collect();
        for stranger in &self.strangers {
            stranger.write(&question(stranger));
        }
    }

    /// Telegram has brought all of it, and the service has stored it.
    pub(crate) async fn is_accepted(&self, play: &Play) {
        play.testbed
            .telegram
            .await_idle(PATIENCE)
            .await
            .expect("all is accepted");
        let decided = |status: &sheetdesk::operator::StatusReport| status.inbox.pending == 0;
        play.testbed
            .status_where("all is decided", decided, PATIENCE)
            .await
            .expect("it is");
    }

    /// All of the invariant; of so many partners a reply to the receipt, a changed message and an answer as well.
    pub(crate) async fn is_served(&self, play: &Play, followed: usize) {
        let mut cases = Vec::new();
        for (person, first) in self.partners.iter().zip(&self.written) {
            cases.push(Case::of(person, *first).await);
        }
        for stranger in &self.strangers {
            hears(stranger, "Сообщение сохранили").await;
        }
        let numbers: BTreeSet<u32> = cases.iter().map(|case| case.number).collect();
        assert_eq!(
            numbers.len(),
            cases.len(),
            "everybody has a number of his own"
        );
        play.settled().await;
        for case in &cases {
            case.stands(play, &question(case.person));
        }
        assert_eq!(
            rows_of_the_crowd(play),
            cases.len(),
            "and nobody has two rows"
        );
        let followed = &cases[..followed.min(cases.len())];
        for case in followed {
            case.goes_on();
        }
        for case in followed {
            let wanted = |text: &str| {
                text.contains(&addition(case.person)) && text.contains(&correction(case.person))
            };
            play.shows(case.number, "текст_обращений", wanted).await;
            play.testbed
                .type_in(case.number, "специалист_ответ", &answer(case.person))
                .expect("the row is there");
        }
        play.testbed.callback(APPEALS).await.expect("it is taken");
        for case in followed {
            hears(case.person, &answer(case.person)).await;
        }
        play.settled().await;
        for person in self.partners.iter().chain(&self.strangers) {
            let answers: Vec<_> = person.messages().into_iter().filter(is_answer).collect();
            let own = followed.iter().any(|case| case.person.id() == person.id());
            assert_eq!(answers.len(), usize::from(own));
            assert!(
                answers
                    .iter()
                    .all(|told| told.content.text.contains(&answer(person))),
                "{answers:?}"
            );
        }
        assert_eq!(rows_of_the_crowd(play), cases.len());
    }
}

impl<'a> Case<'a> {
    /// Waits until the receipt names its number.
    async fn of(person: &'a Person, first: MessageId) -> Self {
        let receipt = hears(person, RECEIPT).await;
        let told = person.messages();
        let numbers: BTreeSet<u32> = told
            .iter()
            .filter_map(|told| number_in(&told.content.text))
            .collect();
        assert_eq!(numbers.len(), 1, "one message, one number: {told:?}");
        Self {
            person,
            first,
            receipt: receipt.message_id,
            number: numbers.into_iter().next().expect("there is one"),
        }
    }

    fn stands(&self, play: &Play, words: &str) {
        let cell = |header| play.testbed.appeal_cell(self.number, header);
        assert_eq!(cell("telegram_id"), self.person.id().0.to_string());
        let history = cell("текст_обращений");
        assert!(
            history.contains(words) && history.lines().count() == 1,
            "{history}"
        );
    }

    /// He replies to his receipt, and changes his first message.
    fn goes_on(&self) {
        self.person
            .reply(self.receipt, &addition(self.person))
            .expect("it can be replied to");
        self.person
            .edit(self.first, &correction(self.person))
            .expect("it can be changed");
    }
}

fn number_in(receipt: &str) -> Option<u32> {
    let (_, named) = receipt.split_once(RECEIPT)?;
    let digits: String = named.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn question(person: &Person) -> String {
    format!("Вопрос от {}", person.id().0)
}

fn addition(person: &Person) -> String {
    format!("Дополнение от {}", person.id().0)
}

fn correction(person: &Person) -> String {
    format!("Поправка от {}", person.id().0)
}

fn answer(person: &Person) -> String {
    format!("Ответ для {}", person.id().0)
}

fn is_answer(told: &SentMessage) -> bool {
    told.content.text.contains("Ответ для ")
}

fn rows_of_the_crowd(play: &Play) -> usize {
    let table = play
        .testbed
        .sheets
        .with(BOOK, |book| book.table(APPEALS))
        .expect("the tab");
    let theirs = |row: &&Vec<String>| row.iter().any(|cell| cell.contains("Вопрос от "));
    table.iter().filter(theirs).count()
}
