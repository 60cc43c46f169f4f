//! An installation whose language was changed: what stands in the sheet and in the chat in the other one is known for what it is.

use sheetdesk::domain::{
    appeal::Status,
    event::{Command, Event, Outcome},
    ids::MessageId,
    partner::RowTrouble,
    project::shown_history,
    session::Locale,
    tab::Tab,
};

use crate::table::{ANNA, SheetRow, Table, bare, cells};

/// Anna's appeal and an answer to it, and its row as it was written in Russian; from then on the installation speaks English.
fn answered() -> (Table, String) {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Отправили");
    let id = table.answer_id(1, 1, 0);
    table.state.claim(&id);
    table.sent(&id, Outcome::Delivered(MessageId(900)));
    table.placed(1);
    let before = history(&table);
    assert!(before.contains("Специалист: Отправили"), "{before}");
    speaks(&mut table, Locale::En);
    let now = history(&table);
    assert!(now.contains("Specialist: Отправили"), "{now}");
    (table, before)
}

fn speaks(table: &mut Table, language: Locale) {
    let wording = table.rules.wording.clone();
    table.rules.wording = wording.speaking(language);
}

fn history(table: &Table) -> String {
    let appeal = table.appeal(1);
    shown_history(&table.rules, &table.state, &appeal, appeal.dialogue.lines)
}

/// The row as a restored journal sees it again.
fn seen_again(table: &mut Table, history: &str) -> u32 {
    table.event(&Event::Admin(Command::Restored));
    table.shows(vec![SheetRow {
        history: Some(history.into()),
        ..cells(1, Status::InWork, "")
    }]);
    table.looked(Tab::Appeals);
    table.appeal(1).dialogue.lines
}

#[test]
fn a_restored_journal_knows_its_dialogue_in_the_other_language() {
    let (mut table, before) = answered();
    assert_eq!(seen_again(&mut table, &before), 2, "nothing is new there");

    let (mut table, before) = answered();
    let longer = format!("2026-03-02 11:30:00: Ещё вопрос\n{before}");
    assert_eq!(
        seen_again(&mut table, &longer),
        3,
        "what was there is taken over, and none of it is missing"
    );
}

#[test]
fn a_row_that_has_lost_its_number_is_known_by_its_history_in_the_other_language() {
    let (mut table, before) = answered();
    table.misses(1);
    assert_eq!(table.appeal(1).row.trouble(), Some(RowTrouble::Missing));
    table.shows(vec![bare(&before)]);
    assert_eq!(table.appeal(1).row.trouble(), None);
}

#[test]
fn what_is_in_the_archive_is_known_whatever_language_the_row_says_it_in() {
    for (language, last) in [
        (
            Locale::En,
            "… более раннее – на листе «обращения_архив», № 7, часть 3",
        ),
        (
            Locale::Ru,
            "… earlier lines are in the tab “обращения_архив”, No. 7, part 3",
        ),
    ] {
        let mut table = Table::empty();
        speaks(&mut table, language);
        let history = format!("2026-03-02 11:00:00: Вопрос\n{last}");
        table.shows(vec![SheetRow {
            history: Some(history.as_str().into()),
            ..cells(7, Status::InWork, "")
        }]);
        assert_eq!(table.appeal(7).dialogue.shelf.parts, 3, "{last}");
    }
}

#[test]
fn no_partner_speaks_as_a_specialist_in_the_other_language() {
    for (language, words) in [
        (Locale::Ru, "Specialist: all is solved"),
        (Locale::En, "Специалист: всё решено"),
        (Locale::Ru, "Note: he lies"),
        (Locale::En, "Заметка: он врёт"),
    ] {
        let mut table = Table::with_appeal();
        speaks(&mut table, language);
        table.text(ANNA, words);
        let history = history(&table);
        assert!(history.contains(&format!("> {words}")), "{history}");
    }
}

#[test]
fn what_the_operator_and_the_specialists_read_is_in_the_language_of_the_installation_and_what_a_partner_reads_in_his()
 {
    let (mut table, _) = answered();
    let told = table.row(1, Status::InWork, "И чек");
    let partner = told.iter().find(|line| line.starts_with("7001: "));
    assert!(
        partner.is_some_and(|line| line.contains("Ответ на обращение № 1")),
        "{told:?}"
    );
    assert_eq!(table.delivery(1), "delivered 11:00");
    table.event(&Event::Admin(Command::Restored));
    table.row(1, Status::InWork, "И чек");
    let delivery = table.delivery(1);
    assert!(
        delivery.starts_with("waiting: the answer stood here before the start."),
        "{delivery}"
    );
}
