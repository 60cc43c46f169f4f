//! A play: the testbed and the people of the sample workbook, for the flows within this process and for those with real ones.
//!
//! Invariant: nothing in it knows whether the service runs in this process or in a child.

use std::time::Duration;

use sheetdesk::{
    operator::StatusReport,
    testbed::{ADMIN_CHAT, APPEALS, BOOK, PARTNERS, Testbed},
};
use simulator::{
    sheets::{Quotas, SheetsOptions, TOUR_PARTNER},
    telegram::{Group, Limits, Person, Profile, SentMessage, TelegramOptions},
};

/// How long anything may take before a test fails; far longer than anything does: four hundred partners take a minute on a machine with ten
/// times as much to do as it can.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);
/// How many calls are kept to be judged at the end; more than any play makes.
const RECORDED: usize = 20_000;
/// What Marina's appeal begins with.
pub(crate) const FIRST_QUESTION: &str = "Не приходит отчёт";

pub(crate) struct Play {
    pub(crate) testbed: Testbed,
    pub(crate) marina: Person,
    pub(crate) operator: Person,
}

impl Play {
    /// The testbed is set; nothing runs yet. Limits and quotas are off, so that only the flow takes time.
    pub(crate) async fn set() -> Self {
        let retry = [0, 20].map(Duration::from_millis).into();
        let telegram = TelegramOptions {
            limits: Limits::off(),
            webhook_retry: retry,
            record: RECORDED,
            ..TelegramOptions::default()
        };
        let sheets = SheetsOptions {
            quotas: Quotas::off(),
            record: RECORDED,
            ..SheetsOptions::default()
        };
        let mut testbed = Testbed::set(telegram, sheets)
            .await
            .expect("the testbed is set");
        testbed.configure("TELEGRAM__RATE_PER_SECOND", "0");
        // The sample has a phone that Sheets took for a formula; here nobody has to hear of it.
        let phone = testbed.type_into(
            PARTNERS,
            ("Код партнера", "П-1046"),
            "Телефон партнера",
            "'+7 (903) 555-01-02",
        );
        phone.expect("the row is there");
        let operator = testbed
            .telegram
            .person(Profile::new(ADMIN_CHAT, "Оператор"))
            .has_met_bot();
        let marina = testbed.telegram.person(Profile::new(700_001_042, "Марина"));
        Self {
            testbed,
            marina,
            operator,
        }
    }

    /// So many people are registered partners, by the staff list that the service will see first.
    pub(crate) fn enlists(&self, count: i64) -> Vec<Person> {
        let person = |n| {
            self.testbed
                .telegram
                .person(Profile::new(700_002_000 + n, "Партнёр"))
                .has_met_bot()
        };
        let people: Vec<_> = (0..count).map(person).collect();
        self.testbed.enlist(&people).expect("the list has room");
        people
    }

    /// Marina registers with the running service.
    pub(crate) async fn registers(&self) {
        self.marina.write(TOUR_PARTNER.code);
        self.marina.share_contact("79123456789");
        self.hears("Готово").await;
        self.settled().await;
    }

    /// Marina, who is registered, opens appeal № 2 (№ 1 is an old row's).
    pub(crate) async fn opens_appeal(&self) {
        self.marina.write(FIRST_QUESTION);
        self.hears("Приняли, обращение № 2").await;
        self.settled().await;
    }

    /// Marina is told something with these words.
    pub(crate) async fn hears(&self, words: &str) -> SentMessage {
        hears(&self.marina, words).await
    }

    /// How often Marina was told something with these words.
    pub(crate) fn heard(&self, words: &str) -> usize {
        self.marina
            .messages()
            .iter()
            .filter(|message| message.content.text.contains(words))
            .count()
    }

    /// Nothing is left to do.
    pub(crate) async fn settled(&self) -> StatusReport {
        self.testbed
            .settled(PATIENCE)
            .await
            .expect("everything is done")
    }

    /// A specialist types, and the script calls.
    pub(crate) async fn types(&self, number: u32, header: &str, text: &str) {
        self.testbed
            .type_in(number, header, text)
            .expect("there is such a cell");
        self.calls().await;
    }

    /// The script of the appeals' tab calls.
    pub(crate) async fn calls(&self) {
        let called = self.testbed.callback(APPEALS).await;
        called.expect("the callback is taken");
    }

    /// A specialist adds rows below all others that show these cells.
    pub(crate) fn adds(&self, rows: &[&[(&str, &str)]]) {
        let added = self.testbed.sheets.with(BOOK, |book| {
            let table = book.table(APPEALS)?;
            let row = |cells: &&[(&str, &str)]| -> Vec<String> {
                let cell = |header: &String| {
                    let found = cells.iter().find(|(known, _)| known == header);
                    found.map_or(String::new(), |(_, text)| (*text).to_owned())
                };
                table[0].iter().map(cell).collect()
            };
            let rows: Vec<_> = rows.iter().map(row).collect();
            book.paste(APPEALS, &format!("A{}", table.len() + 1), &rows)
        });
        added.expect("the rows are added");
    }

    /// A cell of the appeals tab comes to hold what is wanted.
    pub(crate) async fn shows(
        &self,
        number: u32,
        header: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> String {
        self.testbed
            .appeal_cell_where(number, header, wanted, PATIENCE)
            .await
            .expect("the cell is as wanted")
    }
}

/// The chat is told something with these words.
pub(crate) async fn told(group: &Group, words: &str) -> SentMessage {
    let says = |message: &SentMessage| message.content.text.contains(words);
    group
        .await_message(says, PATIENCE)
        .await
        .expect("it is told")
}

pub(crate) async fn hears(person: &Person, words: &str) -> SentMessage {
    person
        .await_message(|message| message.content.text.contains(words), PATIENCE)
        .await
        .expect("the words arrive")
}
