//! Appeals: one row per open appeal, its number, its closing.

use sheetdesk::domain::{
    appeal::Status,
    event::{Event, Outcome, RowResult},
    ids::{MessageId, Number, OutboxId, RowKey, Seq},
    row::Find,
    tab::Tab,
};

use crate::table::{ADMIN, ANNA, Table};

#[test]
fn a_first_message_opens_a_row_and_the_next_joins_it() {
    let mut table = Table::registered();
    assert_eq!(
        table.text(ANNA, "Не приходит отчёт"),
        [
            "line 0: Не приходит отчёт",
            "7001: Приняли, обращение № 1. Ответим здесь же.",
            "dirty appeal 6"
        ]
    );
    assert_eq!(
        table.text(ANNA, "Уже неделю"),
        ["line 1: Уже неделю", "wake in 4 s", "dirty appeal 6"]
    );
}

#[test]
fn before_the_tab_was_seen_the_receipt_has_no_number_and_gets_it_later() {
    let mut table = Table::empty();
    table.lists("П-1", "Анна", "8 912 345 67 89");
    table.looked(Tab::Partners);
    table.text(ANNA, "П-1");
    table.contact(ANNA, "79123456789", true);
    assert!(
        table.text(ANNA, "Вопрос")[1]
            .starts_with("7001: Приняли ваше обращение. Номер появится здесь")
    );
    table.sent(
        &OutboxId::Reply(Seq(5), 0),
        Outcome::Delivered(MessageId(900)),
    );
    let looked = sheetdesk::domain::event::Looked {
        tab: Tab::Appeals,
        began: table.now,
        highest: Some(Number(40)),
        sheet: None,
    };
    assert_eq!(
        table.event(&Event::Looked(looked)),
        [
            "7001: Приняли, обращение № 41. Ответим здесь же. [edits 900]",
            "dirty appeal 5"
        ]
    );
}

#[test]
fn a_closing_reaches_the_partner_once_and_the_next_message_opens_a_new_row() {
    let mut table = Table::with_appeal();
    assert_eq!(
        table.row(1, Status::Resolved, ""),
        [
            "7001: Обращение № 1 решено. Если вопрос остался, просто напишите – откроем новое. [👍 | 👎]",
            "dirty appeal 6"
        ]
    );
    assert_eq!(
        table.row(1, Status::Resolved, ""),
        [""; 0],
        "the same row again is no news"
    );
    assert!(table.text(ANNA, "Ещё вопрос")[1].starts_with("7001: Приняли, обращение № 2."));
}

#[test]
fn a_row_found_closed_only_at_the_moment_of_writing_is_reopened_without_a_notice() {
    let mut table = Table::with_appeal();
    table.text(ANNA, "И ещё одно");
    assert_eq!(table.row(1, Status::Resolved, ""), ["dirty appeal 6"]);
    assert_eq!(table.appeal(1).status, Status::New);
    assert_eq!(table.appeal(1).row.seen().status, Some(Status::Resolved));
}

#[test]
fn a_status_of_the_people_s_own_is_kept() {
    let mut table = Table::with_appeal();
    let own = Status::Other("Думаем".into());
    assert_eq!(table.row(1, own.clone(), ""), ["dirty appeal 6"]);
    assert_eq!(table.appeal(1).status, own);
    let listed = table.text(ANNA, "/appeals").concat();
    assert!(
        listed.contains("в работе") && !listed.contains("Думаем"),
        "{listed}"
    );
    table.row(1, Status::Resolved, "");
    assert!(
        table.text(ANNA, "/appeals").concat().contains("решено"),
        "it follows the row"
    );
}

#[test]
fn a_row_that_is_gone_is_reported_once_and_the_next_message_opens_a_new_one() {
    let mut table = Table::with_appeal();
    assert_eq!(
        table.misses(1),
        [""; 0],
        "the operator hears of all rows of a look at once"
    );
    let told = table.looked(Tab::Appeals);
    assert_eq!(
        told,
        [format!(
            "{ADMIN}: Обращения № 1 – остановлено: строка пропала, её можно вернуть через историю версий таблицы"
        )]
    );
    table.misses(1);
    assert_eq!(table.looked(Tab::Appeals), [""; 0], "and once");
    assert!(table.text(ANNA, "Ау")[1].contains("№ 2"));
    table.row(1, Status::New, "");
    assert_eq!(
        table.appeal(1).row.trouble(),
        None,
        "an undone deletion goes on"
    );
}

#[test]
fn rows_that_moved_while_we_wrote_are_written_whole_again() {
    let mut table = Table::with_appeal();
    table.placed(1);
    assert_eq!(
        table.wrote(1, RowResult::Moved),
        ["look appeals", "dirty appeal 6", "settle 1"]
    );
    assert!(
        table.appeal(1).row.is_stale(),
        "nobody knows what stands in it"
    );
    assert_eq!(
        table.appeal(1).row.trouble(),
        None,
        "it is found by its key"
    );
}

#[test]
fn a_number_beyond_the_counter_is_never_given_again() {
    let mut table = Table::sighted();
    let looked = sheetdesk::domain::event::Looked {
        tab: Tab::Appeals,
        began: table.now,
        highest: Some(Number(500)),
        sheet: None,
    };
    table.event(&Event::Looked(looked));
    table.text(ANNA, "П-1");
    table.contact(ANNA, "79123456789", true);
    assert!(table.text(ANNA, "Вопрос")[1].contains("№ 501"));
}

#[test]
fn an_unwritten_message_outlives_the_deletion_of_its_row() {
    let mut table = Table::with_appeal();
    table.text(ANNA, "И ещё одно");
    assert_eq!(table.misses(1), ["dirty appeal 6"]);
    let appeal = table.appeal(1);
    assert!(
        !appeal.row.is_placed() && appeal.row.trouble().is_none(),
        "the row is appended again, with all that was said"
    );
    assert!(
        table
            .project(&RowKey::Appeal(appeal.id))
            .is_some_and(|row| matches!(row.find, Find::Pending(..)))
    );
}

#[test]
fn a_closing_after_an_answer_that_is_not_written_yet_is_no_reopening() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Готово");
    table.sent(&table.answer_id(1, 1, 0), Outcome::Delivered(MessageId(1)));
    assert!(table.row(1, Status::Resolved, "Готово")[0].starts_with("7001: Обращение № 1 решено."));
    assert_eq!(table.appeal(1).status, Status::Resolved);
}

#[test]
fn closed_rows_may_be_tidied_away_without_a_word() {
    let mut table = Table::with_appeal();
    table.row(1, Status::Resolved, "");
    table.misses(1);
    assert_eq!(table.looked(Tab::Appeals), [""; 0]);
}
