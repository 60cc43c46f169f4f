//! The sample's specialists: two of them, their group, and the columns that they have made for themselves in the appeals' tab.
//!
//! Invariant: all of it is a firm's own choice; without it the service works in the sheet alone.

use simulator::telegram::{Group, Person, Profile};

use super::{APPEALS, BOOK, Testbed, TestbedError};

/// The group in which the specialists hear of appeals.
pub const SPECIALISTS: i64 = -1_001_000_000_002;
/// Telegram's number of the specialist whom the tour plays.
const OLGA: i64 = 700_003_001;
/// Telegram's number of another one.
const DMITRY: i64 = 700_003_002;
/// Where their columns begin: behind those of the sample workbook.
const BEHIND: &str = "I";
/// Who takes care of an appeal, and how its partner rates it.
const COLUMNS: [&str; 2] = ["Ответственный", "Оценка"];
/// So many minutes may a partner wait: soon enough for whoever stays, and longer than a storm takes.
const ANSWER_WITHIN: &str = "5";

impl Testbed {
    /// The specialists have their group, with the bot in it, and their columns; the service is told of them. Before the workbook is furnished.
    ///
    /// # Errors
    /// When the tab has no room.
    pub fn seat_specialists(&mut self) -> Result<(), TestbedError> {
        let dmitry = self.specialist(DMITRY, "Дмитрий");
        let group = self.specialists().has_member(&dmitry);
        group.add_bot(&self.olga());
        self.configure("STAFF__CHAT", &SPECIALISTS.to_string());
        let names = format!("{OLGA}=Ольга Крылова; {DMITRY}=Дмитрий Седов");
        self.configure("STAFF__NAMES", &names);
        self.configure("APPEALS__ANSWER_WITHIN", ANSWER_WITHIN);
        let made = self.sheets.with(BOOK, |book| {
            book.insert_columns(APPEALS, BEHIND, COLUMNS.len())?;
            book.paste(APPEALS, &format!("{BEHIND}1"), &[COLUMNS])
        });
        made.map_err(|error| TestbedError::Call(error.to_string()))
    }

    /// The specialist whom the tour plays.
    #[must_use]
    pub fn olga(&self) -> Person {
        self.specialist(OLGA, "Ольга")
    }

    fn specialist(&self, id: i64, name: &str) -> Person {
        let profile = Profile::new(id, name).language("ru");
        self.telegram.person(profile)
    }

    /// The group of the specialists.
    #[must_use]
    pub fn specialists(&self) -> Group {
        self.telegram.group(SPECIALISTS, "Специалисты")
    }
}
