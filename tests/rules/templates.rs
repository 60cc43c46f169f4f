//! Templates: a call becomes the template's text as it was when the answer was taken; what nobody knows is sent to nobody.

use sheetdesk::domain::{
    appeal::{Delivery, Status},
    event::{Command, Event, Outcome, RowEvent},
    ids::MessageId,
    styled::{Style, Styled, StyledRange},
    template::Template,
    view::View,
};

use crate::table::Table;

const DELIVERED: Outcome = Outcome::Delivered(MessageId(9));

/// The tab of the templates shows these names and texts; `None`: it is not there.
fn shows(table: &mut Table, rows: Option<&[(&str, &str)]>) -> Vec<String> {
    let rows = rows.map(|rows| {
        let rows = rows.iter();
        rows.filter_map(|(name, text)| Template::of(name, text))
            .collect()
    });
    table.event(&Event::Row(RowEvent::Templates(rows)))
}

fn with_address() -> Table {
    let mut table = Table::with_appeal();
    shows(
        &mut table,
        Some(&[("адрес", "{имя}, мы на Невском, 1 (№ {номер})")]),
    );
    table
}

#[test]
fn a_called_template_is_what_the_partner_and_the_dialogue_get() {
    let mut table = with_address();
    assert_eq!(
        table.row(1, Status::New, "/Адрес\nЖдём вас")[0],
        "7001: Ответ на обращение № 1 / Анна, мы на Невском, 1 (№ 1) / Ждём вас"
    );
    let told = table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    assert_eq!(
        told[0], "line 1: Анна, мы на Невском, 1 (№ 1)\nЖдём вас",
        "{told:?}"
    );
    let cleared = table.appeal(1).delivered_answer().cloned();
    assert_eq!(
        cleared.map(|answer| answer.text.0).as_deref(),
        Some("/Адрес\nЖдём вас"),
        "what the cell is emptied of is what was typed"
    );
}

#[test]
fn a_template_looks_as_the_buttons_of_the_spreadsheet_have_made_it() {
    let mut table = Table::with_appeal();
    let text = "{имя}, мы *переехали*";
    let bold = StyledRange {
        at: 0.."{имя}".len(),
        style: Style {
            bold: true,
            ..Style::default()
        },
    };
    let template = Template::of("адрес", text).expect("a template");
    let template = template.looking(&Styled::new(text, &[bold]));
    table.event(&Event::Row(RowEvent::Templates(Some(vec![template]))));
    assert_eq!(
        table.row(1, Status::New, "// звонили\n/адрес\nЖдём")[0],
        "7001: Ответ на обращение № 1 / <b>Анна</b>, мы <b>переехали</b> / Ждём"
    );
}

#[test]
fn the_text_counts_that_the_template_had_when_the_answer_was_taken() {
    let mut table = with_address();
    table.rules.grace = jiff::SignedDuration::from_secs(15);
    table.row(1, Status::New, "/адрес");
    shows(&mut table, Some(&[("адрес", "Переехали")]));
    table.later(15);
    let id = table.appeal(1).id;
    let told = table.event(&Event::Due(sheetdesk::domain::effect::Wake::Appeal(id)));
    assert_eq!(
        told[0],
        "7001: Ответ на обращение № 1 / Анна, мы на Невском, 1 (№ 1)"
    );
}

#[test]
fn an_unknown_name_says_the_nearest_sends_nothing_and_goes_out_once_there_is_one() {
    let mut table = with_address();
    assert_eq!(table.row(1, Status::New, "/адерс"), ["dirty appeal 6"]);
    assert_eq!(
        table.delivery(1),
        "ждёт: шаблона «/адерс» нет, похожий – «/адрес». Исправьте имя, а чтобы отправить как есть, поставьте перед «/» пробел"
    );
    assert_eq!(table.row(1, Status::New, "/адерс"), [""; 0], "said once");
    let told = shows(
        &mut table,
        Some(&[("адрес", "На Невском"), ("адерс", "Опечатка")]),
    );
    assert_eq!(told[0], "7001: Ответ на обращение № 1 / Опечатка");
    assert!(table.state.templates().awaited.is_empty());
}

#[test]
fn a_call_mended_or_taken_out_of_its_cell_is_no_more_than_that() {
    let mut table = with_address();
    table.row(1, Status::New, "/адерс");
    assert_eq!(table.row(1, Status::New, ""), ["dirty appeal 6"]);
    assert_eq!(table.appeal(1).delivery.state, Delivery::Empty);
    table.row(1, Status::New, "/адерс");
    let told = table.row(1, Status::New, "/адрес");
    assert_eq!(
        told[0],
        "7001: Ответ на обращение № 1 / Анна, мы на Невском, 1 (№ 1)"
    );
    assert_eq!(
        shows(&mut table, Some(&[("адерс", "Опечатка")])),
        [""; 0],
        "nobody waits for it any more"
    );
}

#[test]
fn without_the_tab_and_behind_a_blank_a_stroke_is_a_stroke() {
    for (rows, typed) in [
        (None, "/адрес"),
        (Some([("адрес", "На Невском")].as_slice()), " /адрес"),
    ] {
        let mut table = Table::with_appeal();
        shows(&mut table, rows);
        assert_eq!(
            table.row(1, Status::New, typed)[0],
            "7001: Ответ на обращение № 1 / /адрес"
        );
    }
}

#[test]
fn a_tab_that_is_emptied_or_gone_sends_no_name_in_place_of_its_text() {
    for rows in [Some([].as_slice()), None] {
        let mut table = with_address();
        shows(&mut table, rows);
        assert_eq!(table.row(1, Status::New, "/адрес"), ["dirty appeal 6"]);
        assert!(table.delivery(1).starts_with("ждёт: шаблона «/адрес» нет."));
        let told = shows(&mut table, Some(&[("адрес", "На Невском")]));
        assert_eq!(told[0], "7001: Ответ на обращение № 1 / На Невском");
    }
}

#[test]
fn a_restored_journal_sends_nothing_that_waited_for_its_template() {
    let mut table = with_address();
    table.row(1, Status::New, "/адерс");
    table.event(&Event::Admin(Command::Restored));
    let told = shows(&mut table, Some(&[("адерс", "Опечатка")]));
    assert_eq!(told, [""; 0]);
    table.row(1, Status::New, "/адерс");
    assert_eq!(table.appeal(1).delivery.state, Delivery::Held);
}
