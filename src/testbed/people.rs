//! People to begin with, for whoever tries things by hand: two partners, a group, the operator.
//!
//! Invariant: they are those of the sample workbook; one of them is registered in it, and one is not.

use simulator::telegram::Profile;

use super::{MARINA, Testbed};

/// Telegram's number of a partner who is registered in the sample workbook.
pub const PAVEL: i64 = 700_001_043;
/// A group in which the bot is.
pub const GROUP: i64 = -1_001_000_000_001;

impl Testbed {
    /// Introduces them to Telegram's stand-in.
    pub fn introduce_people(&self) {
        let telegram = &self.telegram;
        telegram.person(Profile::new(MARINA, "Марина").language("ru"));
        let pavel = telegram.person(Profile::new(PAVEL, "Павел").language("ru"));
        let pavel = pavel.has_met_bot();
        telegram.group(GROUP, "Отдел продаж").add_bot(&pavel);
    }
}
