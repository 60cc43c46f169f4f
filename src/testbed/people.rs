//! People to begin with, for whoever tries things by hand: three partners, a group, the operator.
//!
//! Invariant: they are those of the sample workbook; one of them is registered in it, and two are not.

use simulator::telegram::{Person, Profile};

use super::{BOOK, MARINA, PARTNERS, Testbed};
use crate::domain::phone::Phone;

/// Telegram's number of a partner who is registered in the sample workbook.
pub const PAVEL: i64 = 700_001_043;
/// Telegram's number of another one who is.
pub const ALLA: i64 = 700_001_044;
/// Telegram's number of a partner who is not, and has no part in the tour.
pub const IVAN: i64 = 700_001_045;
/// A group in which the bot is.
pub const GROUP: i64 = -1_001_000_000_001;

/// Words of the staff list for somebody who is registered.
const REGISTERED: [&str; 2] = ["авторизован", "authorized"];

/// Somebody of the staff list who has yet to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// The partner code.
    pub code: String,
    /// The full name.
    pub name: String,
    /// The phone, as Telegram shares it.
    pub phone: String,
}

impl Testbed {
    /// Introduces them to Telegram's stand-in.
    pub fn introduce_people(&self) {
        let telegram = &self.telegram;
        let person = |id, name| telegram.person(Profile::new(id, name).language("ru"));
        person(MARINA, "Марина");
        person(IVAN, "Иван");
        let pavel = person(PAVEL, "Павел").has_met_bot();
        telegram.group(GROUP, "Отдел продаж").add_bot(&pavel);
    }

    /// A partner has a question, so that somebody waits from the beginning.
    pub fn somebody_asks(&self) {
        let alla = Profile::new(ALLA, "Алла").language("ru");
        let alla = self.telegram.person(alla).has_met_bot();
        alla.write("Добрый день! Какая сейчас комиссия по «Берёзовой роще»?");
    }

    /// Everybody on the staff list who has no account and a phone that can be read, as it stands now.
    #[must_use]
    pub fn newcomers(&self) -> Vec<Newcomer> {
        let headers = [
            "Код партнера",
            "ФИО партнера",
            "Телефон партнера",
            "Telegram ID",
        ];
        let rows = self.staff(headers).into_iter();
        let newcomers = rows.filter_map(|[code, name, phone, account]| {
            let phone = Phone::parse(&phone).filter(|_| account.is_empty())?;
            let phone = phone.as_e164().trim_start_matches('+').to_owned();
            Some(Newcomer { code, name, phone })
        });
        newcomers.collect()
    }

    /// Everybody with a phone here who is registered by the staff list, as it stands now.
    #[must_use]
    pub fn registered(&self) -> Vec<Person> {
        let rows = self
            .staff(["Статус авторизации", "Telegram ID"])
            .into_iter();
        let accounts: Vec<String> = rows
            .filter(|[status, _]| REGISTERED.contains(&status.as_str()))
            .map(|[_, account]| account)
            .collect();
        let is_one = |person: &Person| accounts.contains(&person.id().to_string());
        let mut people = self.telegram.people();
        people.retain(is_one);
        people
    }

    /// These columns of the staff list, row by row.
    fn staff<const N: usize>(&self, headers: [&str; N]) -> Vec<[String; N]> {
        let table = self.sheets.look(BOOK, |book| book.table(PARTNERS));
        let table = table.unwrap_or_default();
        let Some((first, rows)) = table.split_first() else {
            return Vec::new();
        };
        let places = headers.map(|wanted| first.iter().position(|header| header == wanted));
        let cells = |row: &Vec<String>| {
            places.map(|place| {
                place
                    .and_then(|at| row.get(at))
                    .cloned()
                    .unwrap_or_default()
            })
        };
        rows.iter().map(cells).collect()
    }
}

#[cfg(test)]
mod tests {
    use simulator::{sheets::SheetsOptions, telegram::TelegramOptions};

    use super::*;

    #[tokio::test]
    async fn the_sample_has_people_who_can_register_and_people_who_have() {
        let (telegram, sheets) = (TelegramOptions::default(), SheetsOptions::default());
        let testbed = Testbed::set(telegram, sheets).await.unwrap();
        testbed.introduce_people();
        let newcomers = testbed.newcomers();
        let codes: Vec<&str> = newcomers.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes, ["П-1042", "1045", "1047", "П-1048"]);
        assert_eq!(newcomers[1].name, "Лебедев Иван Сергеевич");
        assert_eq!(newcomers[1].phone, "79161112233");
        let registered = testbed.registered();
        let registered: Vec<i64> = registered.iter().map(|person| person.id().0).collect();
        assert_eq!(registered, [PAVEL], "only he has a phone here");
        let people = testbed.telegram.people().into_iter();
        let people: Vec<String> = people
            .map(|person| person.profile().first_name.clone())
            .collect();
        assert_eq!(people, ["Марина", "Павел", "Иван", "Оператор"]);
    }
}
