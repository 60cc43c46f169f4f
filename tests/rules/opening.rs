//! What a partner reads who writes outside working hours: when an answer can be expected.

use jiff::{Timestamp, civil::DateTime};
use sheetdesk::domain::{
    appeal::Status,
    event::{AnswerCell, Event, Looked, Outcome, Update},
    hours::Shift,
    ids::{MessageId, Number, OutboxId, Seq},
    message::{Content, Context, Message, Reply},
    rules::Rules,
    session::Locale,
    tab::Tab,
};

use crate::table::{ANNA, SheetRow, Table, bare};

const RECEIPT: OutboxId = OutboxId::Reply(Seq(6), 0);
const MONDAY: &str = "2026-03-02T20:00";

/// A moment of Moscow's clocks.
fn at(rules: &Rules, text: &str) -> Timestamp {
    let local: DateTime = text.parse().expect("a moment");
    let zoned = local.to_zoned(rules.time_zone.clone());
    zoned.expect("it is on the clock").timestamp()
}

/// From nine to six on these days of the week, Monday being 0; Anna is registered, and it is this moment.
fn office(days: &[usize], now: &str) -> Table {
    works(Table::registered(), days, now)
}

fn works(mut table: Table, days: &[usize], now: &str) -> Table {
    let time = |text: &str| text.parse().expect("a time");
    let shift = Shift {
        from: time("09:00"),
        until: time("18:00"),
    };
    let of_day = |day| {
        let works = days.contains(&day);
        works.then_some(shift).into_iter().collect()
    };
    table.rules.hours.week = std::array::from_fn(of_day);
    table.now = at(&table.rules, now);
    table
}

const WEEK: [usize; 5] = [0, 1, 2, 3, 4];

/// What stands beneath the receipt of Anna's appeal.
fn promised(table: &mut Table, locale: Locale) -> String {
    let message = Message {
        chat: ANNA,
        message: MessageId(900),
        at: table.now,
        locale,
        content: Content::Text("Не приходит отчёт".into()),
        context: Context::default(),
    };
    let told = table.event(&Event::Update(Update::Message(message)));
    let receipt = told.iter().find(|line| line.starts_with("7001: "));
    let receipt = receipt.expect("a receipt").split_once(" / ");
    receipt.map_or_else(String::new, |(_, promise)| promise.to_owned())
}

#[test]
fn the_day_is_named_as_people_name_it() {
    let cases: [(&[usize], &str, &str, &str); 10] = [
        (&[1], MONDAY, "завтра", "tomorrow"),
        (&[0], "2026-03-02T05:30", "сегодня", "today"),
        (&[0], "2026-03-06T18:00", "в понедельник", "on Monday"),
        (&[1], "2026-03-06T18:00", "во вторник", "on Tuesday"),
        (&[2], MONDAY, "в среду", "on Wednesday"),
        (&[3], MONDAY, "в четверг", "on Thursday"),
        (&[4], MONDAY, "в пятницу", "on Friday"),
        (&[5], MONDAY, "в субботу", "on Saturday"),
        (&[6], MONDAY, "в воскресенье", "on Sunday"),
        (&[0], MONDAY, "9 марта", "on 9 March"),
    ];
    for (days, now, russian, english) in cases {
        let told = promised(&mut office(days, now), Locale::Ru);
        assert_eq!(told, format!("Ответим {russian} после 09:00."), "{now}");
        let told = promised(&mut office(days, now), Locale::En);
        assert_eq!(told, format!("We will answer {english} after 09:00."));
    }
}

#[test]
fn holidays_are_no_working_days_and_a_day_without_hours_is_named_alone() {
    let holidays = |days: &[&str]| {
        let days = days.iter();
        days.map(|day| day.parse().expect("a day")).collect()
    };
    let mut table = office(&WEEK, "2026-12-31T18:30");
    table.rules.hours.holidays = holidays(&["2027-01-01", "2027-01-04", "2027-01-05"]);
    assert_eq!(
        promised(&mut table, Locale::Ru),
        "Ответим в среду после 09:00."
    );
    let mut table = Table::registered();
    table.rules.hours.holidays = holidays(&["2026-03-02"]);
    assert_eq!(promised(&mut table, Locale::Ru), "Ответим завтра.");
}

#[test]
fn while_people_are_there_or_where_nobody_counts_hours_nothing_is_said() {
    for mut table in [
        office(&WEEK, "2026-03-02T09:00"),
        office(&WEEK, "2026-03-02T17:59"),
        office(&[], MONDAY),
        Table::registered(),
    ] {
        assert_eq!(promised(&mut table, Locale::Ru), "");
    }
}

#[test]
fn it_is_said_once_and_stands_until_people_are_back() {
    let mut table = office(&WEEK, MONDAY);
    assert_eq!(
        promised(&mut table, Locale::Ru),
        "Ответим завтра после 09:00."
    );
    let told = table.text(ANNA, "Ау").join("\n");
    assert!(!told.contains("Ответим"), "{told}");
    table.sent(&RECEIPT, Outcome::Delivered(MessageId(50)));
    table.placed(1);
    table.now = at(&table.rules, "2026-03-03T00:30");
    let told = table.row(1, Status::Forwarded, "");
    let words = "Обращение № 1 – передано специалисту. / Ответим сегодня после 09:00. [edits 50]";
    assert_eq!(told[0], format!("7001: {words}"));
    table.now = at(&table.rules, "2026-03-03T09:00");
    let told = table.row(1, Status::InWork, "");
    assert_eq!(told[0], "7001: Обращение № 1 – в работе. [edits 50]");
}

#[test]
fn a_number_that_comes_later_leaves_it_and_an_answer_does_not() {
    let mut table = Table::empty();
    table.lists("П-1", "Анна", "8 912 345 67 89");
    table.looked(Tab::Partners);
    table.text(ANNA, "П-1");
    table.contact(ANNA, "79123456789", true);
    let mut table = works(table, &WEEK, MONDAY);
    promised(&mut table, Locale::Ru);
    table.sent(
        &OutboxId::Reply(Seq(5), 0),
        Outcome::Delivered(MessageId(50)),
    );
    let looked = Looked {
        tab: Tab::Appeals,
        began: table.now,
        highest: Some(Number(40)),
        sheet: None,
    };
    let told = table.event(&Event::Looked(looked));
    let words = "Приняли, обращение № 41. Ответим здесь же. / Ответим завтра после 09:00.";
    assert_eq!(told[0], format!("7001: {words} [edits 50]"));
    table.placed(41);
    table.row(41, Status::InWork, "");
    table.row(41, Status::InWork, "Отправили");
    let told = table.sent(
        &table.answer_id(41, 1, 0),
        Outcome::Delivered(MessageId(60)),
    );
    let changed = "7001: Обращение № 41 – в работе. [edits 50]".to_owned();
    assert!(told.contains(&changed), "{told:?}");
}

#[test]
fn whoever_has_been_answered_or_was_written_to_first_is_promised_nothing() {
    let mut table = office(&WEEK, "2026-03-02T12:00");
    table.text(ANNA, "Не приходит отчёт");
    table.placed(1);
    table.row(1, Status::New, "Отправили");
    table.sent(&table.answer_id(1, 1, 0), Outcome::Delivered(MessageId(60)));
    table.placed(1);
    table.row(1, Status::Resolved, "");
    table.now = at(&table.rules, MONDAY);
    let context = Context {
        reply: Some(Reply {
            message: Some(MessageId(60)),
            quote: "Отправили".into(),
        }),
        ..Context::default()
    };
    let told = table.message_in(ANNA, Content::Text("Не вижу".into()), context);
    assert_eq!(told[1], "7001: Добавили к обращению № 1.", "{told:?}");
    let mut table = office(&WEEK, MONDAY);
    table.shows(vec![SheetRow {
        status: None,
        answer: AnswerCell::Text("Привет".into()),
        ..bare("")
    }]);
    table.sent(&table.answer_id(1, 1, 0), Outcome::Delivered(MessageId(60)));
    table.placed(1);
    let told = table.text(ANNA, "Здравствуйте!").join("\n");
    assert!(!told.contains("Ответим"), "{told}");
}
