//! The people of a soak or a storm: partners who write, a specialist who answers, a marketer who publishes, somebody who sorts rows.
//!
//! Invariant: everything said bears a mark of its own, so that each can be looked for afterwards; nobody deletes anything.

use simulator::telegram::{Person, Profile};

use crate::{
    cli::Failure,
    clock,
    testbed::{APPEALS, BOOK, PROMOTIONS, Testbed},
};

/// So many partners write in a soak; each well below the pace at which one is asked for patience.
const PARTNERS: i64 = 1_500;
/// The columns by which people sort, one after the other.
const SORTED_BY: [&str; 4] = ["время_обновления", "статус", "код", "время_обновления"];
/// How many rows are tried for one whose answer cell is empty.
const TRIES: u32 = 20;
/// Neighbours in this order are far apart in the list.
const STRIDE: usize = 7_919;

/// How much shall happen within the whole time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) messages: f64,
    pub(super) answers: f64,
    pub(super) promotions: f64,
    /// How often somebody sorts.
    pub(super) sorts: f64,
}

pub(super) struct Crowd {
    people: Vec<Person>,
    wanted: Wanted,
    /// Sets the marks of this crowd apart from those of others before it.
    series: String,
    /// The highest `№` among which rows to answer are looked for.
    numbers: usize,
    said: usize,
    published: usize,
    sorted: usize,
    /// To whom each answer was typed, in order.
    pub(super) answers: Vec<Person>,
    /// Responses of Telegram's that got lost.
    pub(super) lost: u32,
    /// Deaths of the service without a word.
    pub(super) killed: u32,
}

impl Crowd {
    /// Everybody is on the staff list and registered already.
    pub(super) fn gather(testbed: &Testbed, wanted: Wanted) -> Result<Self, Failure> {
        let person = |n| {
            testbed
                .telegram
                .person(Profile::new(700_100_000 + n, "Партнёр"))
                .has_met_bot()
        };
        let people: Vec<_> = (0..PARTNERS).map(person).collect();
        testbed.enlist(&people)?;
        Ok(Self::of(people, wanted, String::new(), 0))
    }

    /// Partners who are registered already; so many appeals there are before theirs.
    pub(super) fn of(people: Vec<Person>, wanted: Wanted, series: String, appeals: usize) -> Self {
        Self {
            numbers: appeals + people.len(),
            people,
            wanted,
            series,
            said: 0,
            published: 0,
            sorted: 0,
            answers: Vec::new(),
            lost: 0,
            killed: 0,
        }
    }

    /// Everything that is due at this part of the whole time.
    pub(super) async fn act(&mut self, testbed: &Testbed, part: f64) -> Result<(), Failure> {
        let by_now = |whole: f64| count(whole * part);
        while self.said < by_now(self.wanted.messages) {
            let person = &self.people[self.said * STRIDE % self.people.len()];
            person.write(&format!("Вопрос {}", self.mark('в', self.said)));
            self.said += 1;
        }
        let mut changed = Vec::new();
        if self.answers.len() < by_now(self.wanted.answers) {
            self.answer(testbed, by_now(self.wanted.answers));
            changed.push(APPEALS);
        }
        if self.published < by_now(self.wanted.promotions) {
            self.publish(testbed)?;
            changed.push(PROMOTIONS);
        }
        if self.sorted < by_now(self.wanted.sorts) {
            self.sort(testbed);
            changed.push(APPEALS);
        }
        for tab in changed {
            // While the service is away its script is not heard; the next read sees it all the same.
            let _ = testbed.callback(tab).await;
        }
        Ok(())
    }

    /// How many messages were written.
    pub(super) fn said(&self) -> usize {
        self.said
    }

    /// A mark that is no part of another one.
    pub(super) fn mark(&self, kind: char, number: usize) -> String {
        format!("{kind}{}-{number}.", self.series)
    }

    /// How many promotions were published.
    pub(super) fn published(&self) -> usize {
        self.published
    }

    /// Everybody who gets promotions.
    pub(super) fn people(&self) -> &[Person] {
        &self.people
    }

    /// The specialist types where a cell is empty; whoever has no row yet is answered later.
    fn answer(&mut self, testbed: &Testbed, due: usize) {
        let mut tries = 0;
        while self.answers.len() < due && tries < TRIES {
            tries += 1;
            let (number, text) = (
                self.row(tries),
                format!("Ответ {}", self.mark('о', self.answers.len())),
            );
            let key = ("№", number.as_str());
            let Ok(id) = testbed.cell(APPEALS, key, "telegram_id").parse::<i64>() else {
                continue;
            };
            let Some(person) = self.people.iter().find(|person| person.id().0 == id) else {
                continue;
            };
            let is_free = testbed.cell(APPEALS, key, "специалист_ответ").is_empty();
            if is_free
                && testbed
                    .type_into(APPEALS, key, "специалист_ответ", &text)
                    .is_ok()
            {
                self.answers.push(person.clone());
            }
        }
    }

    /// The `№` of a row, another one each time.
    fn row(&self, turn: u32) -> String {
        let row = (self.answers.len() + turn as usize) * STRIDE % self.numbers;
        (row + 2).to_string()
    }

    fn publish(&mut self, testbed: &Testbed) -> Result<(), Failure> {
        let day = |days: i64| {
            let at = clock::now() + jiff::SignedDuration::from_hours(24 * days);
            format!("'{}", at.strftime("%d.%m.%Y"))
        };
        let (name, from, to) = (
            format!("Акция {}", self.mark('а', self.published)),
            day(-1),
            day(30),
        );
        let published = testbed.sheets.with(BOOK, |book| {
            let table = book.table(PROMOTIONS)?;
            let cell = |header: &String| match header.as_str() {
                "Название" => name.clone(),
                "Описание" => "Двойное вознаграждение за каждую сделку.".to_owned(),
                "Дата начала" => from.clone(),
                "Дата окончания" => to.clone(),
                "Действие" => "Опубликовать".to_owned(),
                _ => String::new(),
            };
            let row: Vec<String> = table[0].iter().map(cell).collect();
            book.paste(PROMOTIONS, &format!("A{}", table.len() + 1), &[row])
        });
        published.map_err(|error| anyhow::anyhow!("the promotion cannot be published: {error}"))?;
        self.published += 1;
        Ok(())
    }

    /// Somebody sorts all rows, our columns included, by another column each time.
    fn sort(&mut self, testbed: &Testbed) {
        let header = SORTED_BY[self.sorted % SORTED_BY.len()];
        let descending = self.sorted.is_multiple_of(2);
        self.sorted += 1;
        testbed.sheets.with(BOOK, |book| {
            let table = book.table(APPEALS).unwrap_or_default();
            let column = |header: &str| book.column(APPEALS, header).ok();
            let last = table.first().and_then(|headers| column(headers.last()?));
            let (Some(last), Some(by)) = (last, column(header)) else {
                return;
            };
            let whole = format!("A2:{last}{}", table.len());
            // Before the first appeals there is nothing to sort.
            let _ = book.sort(APPEALS, &whole, &by, descending);
        });
    }
}

/// As many whole things as a share comes to.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share is never below nothing, and what is beyond it does not count yet"
)]
fn count(share: f64) -> usize {
    share as usize
}
