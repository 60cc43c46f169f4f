//! The storm's account: what was written and typed, and what became of it.
//!
//! Invariant: while it is on nothing counts as lost, since it may still be on its way.

use serde::Serialize;

use crate::{
    cli::demo::{
        bilingual::Bilingual,
        crowd::Crowd,
        tally::{Tallies, Tally},
    },
    cli::page::DOUBTS,
    testbed::{APPEALS, BOOK, Testbed},
};

/// What is left to do all the same.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Batches whose rows the service has not made sure of.
    pub(super) open: u64,
    /// What kept it from resting.
    pub(super) late: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Report {
    partners: usize,
    /// Messages of partners, and those that stand in the sheet.
    wrote: usize,
    arrived: usize,
    lost: usize,
    messages_twice: usize,
    /// Rows that say themselves that nobody knows.
    unknown: usize,
    /// Texts that were typed into answer cells, and those that are in the chats.
    answers_typed: usize,
    answers_arrived: usize,
    answers_lost: usize,
    answers_twice: usize,
    restarts: u32,
    words: Bilingual,
}

impl Report {
    /// What can be said while it is on.
    pub(super) fn so_far(testbed: &Testbed, crowd: &Crowd) -> Self {
        let mut report = Self::counted(testbed, crowd);
        report.words = Bilingual::new(
            format!(
                "Написано {}, в таблице уже {}.",
                report.wrote, report.arrived
            ),
            format!(
                "{} written, {} in the sheet so far.",
                report.wrote, report.arrived
            ),
        );
        (report.lost, report.answers_lost) = (0, 0);
        report
    }

    /// The account, once nothing is left to do, or whoever waited for that has given up.
    pub(super) fn at_the_end(testbed: &Testbed, crowd: &Crowd, left: Left) -> Self {
        let mut report = Self::counted(testbed, crowd);
        report.words = report.tell();
        if left.open > 0 {
            report.words.ru += &format!(
                " Записей в таблицу, в которых сервис ещё не уверен: {}.",
                left.open
            );
            report.words.en += &format!(
                " Batches that the service is not sure of yet: {}.",
                left.open
            );
        }
        if let Some(late) = left.late {
            report.words.ru += &format!(" Работа ещё не кончилась: {late}.");
            report.words.en += &format!(" There is still work left: {late}.");
        }
        report
    }

    /// It could not be carried out.
    pub(super) fn failed(why: &str) -> Self {
        let words = Bilingual::new(
            format!("Буря не состоялась: {why}"),
            format!("The storm could not be carried out: {why}"),
        );
        Self::of(0, &Tallies::default(), 0, 0, words)
    }

    pub(super) fn words(&self) -> &Bilingual {
        &self.words
    }

    fn counted(testbed: &Testbed, crowd: &Crowd) -> Self {
        let counts = Tallies::of(testbed, crowd);
        let doubted = doubted(testbed, crowd);
        let words = Bilingual::new("", "");
        Self::of(crowd.people().len(), &counts, doubted, crowd.killed, words)
    }

    fn of(
        partners: usize,
        counts: &Tallies,
        unknown: usize,
        restarts: u32,
        words: Bilingual,
    ) -> Self {
        let arrived = |tally: &Tally| tally.once + tally.doubled;
        let (messages, answers) = (&counts.messages, &counts.answers);
        Self {
            partners,
            wrote: messages.of,
            arrived: arrived(messages),
            lost: messages.lost,
            messages_twice: messages.doubled,
            unknown,
            answers_typed: answers.of,
            answers_arrived: arrived(answers),
            answers_lost: answers.lost,
            answers_twice: answers.doubled,
            restarts,
            words,
        }
    }

    fn tell(&self) -> Bilingual {
        let nothing = self.lost + self.messages_twice + self.answers_lost == 0;
        let (ru, en) = match nothing {
            true => ("Ничего не потеряно.", "Nothing is lost."),
            false => ("Не сошлось!", "It does not add up!"),
        };
        let Self {
            partners,
            wrote,
            arrived,
            lost,
            messages_twice: twice,
            answers_typed: answers,
            answers_arrived: had,
            answers_lost: answers_gone,
            answers_twice: doubled,
            unknown,
            restarts,
            words: _,
        } = self;
        Bilingual::new(
            format!(
                "{ru} Партнёров {partners}, сообщений {wrote}: в таблице {arrived}, потеряно {lost}, дважды {twice}. \
                 Ответов {answers}: у партнёров {had}, потеряно {answers_gone}, дважды {doubled}. \
                 Строк, где сервис сам признаёт, что не знает, – {unknown}. Убивали и запускали снова: {restarts}."
            ),
            format!(
                "{en} {partners} partners, {wrote} messages: {arrived} in the sheet, {lost} lost, {twice} twice. \
                 {answers} answers: {had} with the partners, {answers_gone} lost, {doubled} twice. \
                 Rows in which the service itself admits a doubt: {unknown}. Killed and started again: {restarts}."
            ),
        )
    }
}

/// Rows of the crowd's that admit a doubt.
fn doubted(testbed: &Testbed, crowd: &Crowd) -> usize {
    let table = testbed.sheets.look(BOOK, |book| book.table(APPEALS));
    let table = table.unwrap_or_default();
    let Some((headers, rows)) = table.split_first() else {
        return 0;
    };
    let column = |name: &str| headers.iter().position(|header| header == name);
    let (Some(delivery), Some(owner)) = (column("Доставка"), column("telegram_id")) else {
        return 0;
    };
    let is_theirs = |id: &str| {
        let mut people = crowd.people().iter();
        people.any(|person| person.id().0.to_string() == id)
    };
    let doubts = |row: &&Vec<String>| {
        let said = row.get(delivery).map_or("", String::as_str);
        let id = row.get(owner).map_or("", String::as_str);
        DOUBTS.iter().any(|doubt| said.contains(doubt)) && is_theirs(id)
    };
    rows.iter().filter(doubts).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_told_in_both_languages_and_admits_what_is_lost() {
        let mut counts = Tallies::default();
        for (mark, found) in [("в-0.", 1), ("в-1.", 1)] {
            counts.messages.count(mark, found);
        }
        counts.answers.count("о-0.", 2);
        let report = Report::of(60, &counts, 1, 2, Bilingual::new("", ""));
        let words = report.tell();
        assert!(words.ru.starts_with(
            "Ничего не потеряно. Партнёров 60, сообщений 2: в таблице 2, потеряно 0, дважды 0. Ответов 1: у партнёров 1, потеряно 0, дважды 1."
        ));
        assert!(
            words
                .en
                .starts_with("Nothing is lost. 60 partners, 2 messages")
        );
        counts.messages.count("в-2.", 0);
        let words = Report::of(60, &counts, 1, 2, Bilingual::new("", "")).tell();
        assert!(words.en.starts_with("It does not add up!"), "{}", words.en);
    }
}
