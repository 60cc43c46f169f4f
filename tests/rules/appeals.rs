//! Appeals: one row per open appeal, its number, its closing.

use sheetdesk::domain::{
    appeal::Status,
    event::{Event, RowEvent, RowMark, RowResult},
    ids::Number,
    tab::Tab,
};

use crate::table::{ADMIN, ANNA, Table, cells};

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
        ["line 1: Уже неделю", "7001: Добавили к обращению № 1.", "dirty appeal 6"]
    );
}

#[test]
fn before_the_tab_was_seen_the_receipt_has_no_number_and_the_number_follows() {
    let mut table = Table::empty();
    table.lists("П-1", "Анна", "8 912 345 67 89");
    table.looked(Tab::Partners);
    table.text(ANNA, "П-1");
    table.contact(ANNA, "79123456789", true);
    assert!(table.text(ANNA, "Вопрос")[1].starts_with("7001: Приняли ваше обращение. Номер пришлём следом"));
    let looked = sheetdesk::domain::event::Looked {
        tab: Tab::Appeals,
        began: table.now,
        highest: Some(Number(40)),
    };
    assert_eq!(
        table.event(&Event::Looked(looked)),
        ["7001: Номер вашего обращения: 41.", "dirty appeal 5"]
    );
}

#[test]
fn a_closing_reaches_the_partner_once_and_the_next_message_opens_a_new_row() {
    let mut table = Table::with_appeal();
    assert_eq!(
        table.row(1, Status::Resolved, ""),
        [
            "7001: Обращение № 1 решено. Если вопрос остался, просто напишите – откроем новое.",
            "dirty appeal 6"
        ]
    );
    assert_eq!(table.row(1, Status::Resolved, ""), [""; 0], "the same row again is no news");
    assert!(table.text(ANNA, "Ещё вопрос")[1].starts_with("7001: Приняли, обращение № 2."));
}

#[test]
fn a_row_found_closed_only_at_the_moment_of_writing_is_reopened_without_a_notice() {
    let mut table = Table::with_appeal();
    table.text(ANNA, "И ещё одно");
    assert_eq!(table.row(1, Status::Resolved, ""), ["dirty appeal 6"]);
    assert_eq!(table.appeal(1).status, Status::New);
    assert_eq!(table.appeal(1).seen.status, Some(Status::Resolved));
}

#[test]
fn a_status_of_the_people_s_own_is_kept() {
    let mut table = Table::with_appeal();
    let own = Status::Other("Думаем".into());
    assert_eq!(table.row(1, own.clone(), ""), ["dirty appeal 6"]);
    assert_eq!(table.appeal(1).status, own);
}

#[test]
fn a_row_that_is_gone_is_reported_once_and_the_next_message_opens_a_new_one() {
    let mut table = Table::with_appeal();
    let missing = Event::Row(RowEvent::Missing(RowMark::Appeal(Number(1))));
    assert_eq!(
        table.event(&missing),
        [format!("{ADMIN}: Обращение № 1: остановлено: строки нет в таблице")]
    );
    assert_eq!(table.event(&missing), [""; 0]);
    assert!(table.text(ANNA, "Ау")[1].contains("№ 2"));
    table.row(1, Status::New, "");
    assert_eq!(table.appeal(1).stopped, None, "an undone deletion goes on");
}

#[test]
fn a_row_whose_account_is_another_is_stopped_and_nothing_of_it_is_believed() {
    let mut table = Table::with_appeal();
    let mut foreign = cells(1, Status::Resolved, "Чужой ответ");
    foreign.chat = sheetdesk::domain::event::TelegramCell::Id(crate::table::BORIS);
    let decision = table.event(&Event::Row(RowEvent::Appeal(foreign)));
    assert_eq!(
        decision,
        [format!(
            "{ADMIN}: Обращение № 1: остановлено: № и telegram_id в строке не подходят друг к другу"
        )]
    );
    assert_eq!(table.appeal(1).status, Status::New);
}

#[test]
fn rows_that_moved_while_we_wrote_are_stopped_in_words_until_a_person_clears_them() {
    let mut table = Table::with_appeal();
    table.text(ANNA, "И ещё");
    let decision = table.wrote(1, RowResult::Moved);
    assert!(decision.contains(&"dirty appeal 6".to_owned()), "{decision:?}");
    let mut row = cells(1, Status::New, "");
    table.event(&Event::Row(RowEvent::Appeal(row.clone())));
    assert!(table.appeal(1).stopped.is_some(), "the words do not stand there yet");
    row.delivery = "остановлено: …".into();
    table.event(&Event::Row(RowEvent::Appeal(row.clone())));
    assert!(table.appeal(1).stopped.is_some());
    row.delivery = "".into();
    assert_eq!(table.event(&Event::Row(RowEvent::Appeal(row))), ["dirty appeal 6"]);
    assert_eq!(table.appeal(1).stopped, None);
}

#[test]
fn the_list_shows_numbers_dates_and_states() {
    let mut table = Table::registered();
    assert_eq!(
        table.text(ANNA, "/appeals"),
        ["7001: Обращений пока нет. Напишите вопрос обычным сообщением."]
    );
    table.text(ANNA, "Вопрос");
    table.placed(1);
    table.row(1, Status::Resolved, "");
    table.text(ANNA, "Другой вопрос");
    assert_eq!(
        table.text(ANNA, "/appeals"),
        ["7001: Ваши обращения: / № 2 от 02.03.2026 – новое / № 1 от 02.03.2026 – решено"]
    );
}

#[test]
fn a_number_beyond_the_counter_is_never_given_again() {
    let mut table = Table::sighted();
    let looked = sheetdesk::domain::event::Looked {
        tab: Tab::Appeals,
        began: table.now,
        highest: Some(Number(500)),
    };
    table.event(&Event::Looked(looked));
    table.text(ANNA, "П-1");
    table.contact(ANNA, "79123456789", true);
    assert!(table.text(ANNA, "Вопрос")[1].contains("№ 501"));
}
