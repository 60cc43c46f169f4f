//! Several codes, one account: each is kept, added in the chat by the phone that was proved, and lost alone.

use sheetdesk::domain::{
    effect::Button,
    event::{Command, ErasedPerson, Event, RowEvent, TelegramCell},
    ids::{ChatId, CodeMark},
    listing::ListFault,
    message::{Content, Context},
    partner::RowTrouble,
    tab::Tab,
    view::View,
};

use crate::table::{ANNA, BORIS, SheetRow, Table, bare, code};

const PHONE: &str = "8 912 345-67-89";
const BELOW: &str = "[below: Мои обращения | Акции]";

/// Anna is registered by П-1, and the list has П-2 with the same phone.
fn listed() -> Table {
    let mut table = Table::registered();
    table.lists("П-2", "Анна", PHONE);
    table.looked(Tab::Partners);
    table
}

/// Anna has both.
fn both() -> Table {
    let mut table = listed();
    table.text(ANNA, "П-2");
    table
}

fn codes(table: &Table) -> Vec<String> {
    let session = table.state.session(ANNA).expect("a session");
    for code in session.codes() {
        let partner = table.state.partner(code).expect("a line");
        let chat = partner.binding.map(|binding| binding.chat);
        assert_eq!(chat, Some(ANNA), "{}", code.as_str());
    }
    session
        .codes()
        .map(|code| code.as_str().to_owned())
        .collect()
}

/// The code of the newest appeal.
fn of_newest(table: &Table) -> String {
    let newest = table.state.appeals_of(ANNA, 1).remove(0);
    newest.partner.expect("a code").as_str().to_owned()
}

#[test]
fn a_further_code_with_the_proved_phone_is_added_by_writing_it() {
    let mut table = listed();
    assert_eq!(
        table.text(ANNA, "п 2"),
        [
            "partner П-2 bound to Some(7001)".to_owned(),
            format!(
                "7001: Готово, добавили код П-2. Новые обращения пишем под ним; сменить – /code {BELOW}"
            ),
            "dirty partner П-2".to_owned()
        ]
    );
    assert_eq!(codes(&table), ["П-2", "П-1"]);
    table.text(ANNA, "Вопрос");
    assert_eq!(of_newest(&table), "П-2", "under the code written last");
}

#[test]
fn a_code_of_somebody_else_s_phone_or_account_is_a_message_and_nobody_learns_why() {
    let mut table = listed();
    table.lists("П-3", "Борис", "8 900 000-00-01");
    for text in ["П-3", "П-4", "1045"] {
        let told = table.text(ANNA, text);
        assert_eq!(told[0], format!("line {}: {text}", told_before(&table)));
        assert_eq!(codes(&table), ["П-1"]);
    }
    table.lists("П-5", "Борис", PHONE);
    table.text(BORIS, "П-5");
    table.contact(BORIS, "79123456789", true);
    assert!(table.text(ANNA, "П-5")[0].starts_with("7001: Этот код уже привязан"));
    assert_eq!(codes(&table), ["П-1"]);
    let context = Context {
        forwarded: Some("Борис".into()),
        ..Context::default()
    };
    let forwarded = table.message_in(ANNA, Content::Text("П-2".into()), context);
    assert!(forwarded[0].starts_with("line"), "{forwarded:?}");
}

/// How many lines Anna's appeal had before the last message.
fn told_before(table: &Table) -> u32 {
    table.appeal(1).dialogue.lines - 1
}

#[test]
fn whoever_was_adopted_proves_the_phone_first() {
    let mut table = Table::empty();
    table.lists_bound("П-1", "Анна", PHONE, TelegramCell::Id(ANNA));
    table.lists("П-2", "Анна", PHONE);
    table.looked(Tab::Partners);
    table.looked(Tab::Appeals);
    let asked = table.text(ANNA, "П-2").remove(0);
    assert!(asked.starts_with("7001: Код записали."), "{asked}");
    assert!(asked.ends_with("[share: Отправить мой номер]"), "{asked}");
    let mut other = table.clone();
    let refused = other.contact(ANNA, "79990001122", true).remove(0);
    assert!(refused.starts_with("7001: Такой пары кода и телефона в списке нет."));
    assert!(refused.ends_with(BELOW), "{refused}");
    assert_eq!(codes(&other), ["П-1"]);
    let mut later = table.clone();
    assert!(later.text(ANNA, "Вопрос")[0].starts_with("line 0: Вопрос"));
    let contact = later.contact(ANNA, "79123456789", true);
    assert!(
        contact[0].starts_with("line 1: Контакт"),
        "the question is over"
    );
    let added = table.contact(ANNA, "79123456789", true);
    assert!(
        added[1].starts_with("7001: Готово, добавили код П-2."),
        "{added:?}"
    );
    assert_eq!(codes(&table), ["П-2", "П-1"]);
}

#[test]
fn the_code_is_changed_by_a_button_or_by_writing_it() {
    let mut table = listed();
    assert_eq!(
        table.text(ANNA, "/code"),
        [
            "look partners",
            "7001: Ваш код – П-1. Есть ещё один? Просто пришлите его сюда."
        ]
    );
    assert!(
        table.text(ANNA, "П-1")[0].starts_with("line 0"),
        "of a single code a message"
    );
    table.text(ANNA, "П-2");
    assert_eq!(
        table.text(ANNA, "/code"),
        [
            "look partners",
            "7001: Новые обращения пишем под кодом П-2. Сменить: [Писать под кодом П-1]"
        ]
    );
    let first = Button::Code(CodeMark::of(&code("П-1")));
    let told = table.press(ANNA, None, Some(first));
    assert_eq!(
        told[1],
        "7001: Новые обращения пишем под кодом П-1. Сменить: [Писать под кодом П-2]"
    );
    assert_eq!(codes(&table), ["П-1", "П-2"]);
    table.text(ANNA, "п-2");
    assert_eq!(codes(&table), ["П-2", "П-1"]);
    let foreign = Button::Code(CodeMark::of(&code("П-9")));
    table.press(ANNA, None, Some(foreign));
    assert_eq!(codes(&table), ["П-2", "П-1"]);
    let stranger = table.press(ChatId(7003), None, Some(first));
    assert_eq!(stranger, ["button answered"]);
}

#[test]
fn a_person_in_several_rows_is_adopted_with_all_of_them_and_that_is_no_fault() {
    let mut table = Table::empty();
    for (code, phone) in [("П-1", PHONE), ("П-2", "8 916 000 00 01")] {
        table.lists_bound(code, "Анна", phone, TelegramCell::Doubled(ANNA));
    }
    let rows = vec![(4, code("П-2")), (7, code("П-1"))];
    let doubled = Event::Row(RowEvent::Listed(vec![ListFault::TelegramDoubled(rows)]));
    assert_eq!(table.event(&doubled), [""; 0], "nobody is alarmed");
    assert_eq!(codes(&table), ["П-2", "П-1"], "the upper one first");
    table.looked(Tab::Partners);
    for row in ["П-1", "П-2"] {
        table.lists_bound(row, "Анна", PHONE, TelegramCell::Doubled(ANNA));
    }
    assert_eq!(codes(&table), ["П-2", "П-1"], "later reads change nothing");
    table.shows(vec![SheetRow {
        partner: Some(code("П-1")),
        status: None,
        ..bare("Вопрос")
    }]);
    assert_eq!(codes(&table), ["П-1", "П-2"], "his appeals name the one");
}

#[test]
fn a_code_is_lost_alone_and_access_with_the_last() {
    let mut table = both();
    let refused = |table: &mut Table, written: &str| {
        table.event(&Event::Row(RowEvent::Partner(
            sheetdesk::domain::event::PartnerCells {
                code: code(written),
                written_code: written.into(),
                name: "Анна".into(),
                phone: PHONE.into(),
                authorized: false,
                refused: true,
                telegram: TelegramCell::Doubled(ANNA),
                since: "".into(),
            },
        )))
    };
    for written in ["П-1", "П-2"] {
        table.lists_bound(written, "Анна", PHONE, TelegramCell::Doubled(ANNA));
    }
    let told = refused(&mut table, "П-2").join("\n");
    assert!(
        told.contains("7001: Код П-2 больше не привязан к этому чату, остальные"),
        "{told}"
    );
    assert_eq!(codes(&table), ["П-1"]);
    table.text(ANNA, "Вопрос");
    assert_eq!(of_newest(&table), "П-1");
    let told = refused(&mut table, "П-1").join("\n");
    assert!(told.contains("7001: Ваш код больше не привязан"), "{told}");
    let session = table.state.session(ANNA).expect("a session");
    assert_eq!((session.codes().count(), session.phone), (0, None));
}

#[test]
fn an_account_that_is_emptied_out_of_one_row_is_doubted_there_alone() {
    let mut table = both();
    for written in ["П-1", "П-2"] {
        table.lists_bound(written, "Анна", PHONE, TelegramCell::Doubled(ANNA));
    }
    table.lists_bound("П-1", "Анна", PHONE, TelegramCell::Id(ANNA));
    table.lists("П-2", "Анна", PHONE);
    let doubted = |table: &Table, written| {
        let partner = table.state.partner(&code(written)).expect("a line");
        (partner.doubted_since.is_some(), partner.astray)
    };
    assert_eq!(doubted(&table, "П-1"), (false, None));
    assert_eq!(doubted(&table, "П-2"), (true, None));
    let gone = RowEvent::PartnerStopped(code("П-1"), RowTrouble::Missing);
    table.event(&Event::Row(gone));
    assert_eq!(codes(&table), ["П-2", "П-1"], "nobody is lost in haste");
}

#[test]
fn a_forgotten_person_leaves_none_of_his_codes() {
    let mut table = both();
    let person = ErasedPerson {
        chat: Some(ANNA),
        code: Some(code("П-2")),
        others: [code("П-1")].into(),
    };
    let told = table.event(&Event::Admin(Command::Erase(person)));
    assert!(told.contains(&"a person is erased".to_owned()), "{told:?}");
    for written in ["П-1", "П-2"] {
        assert!(
            told.contains(&format!("partner {written} bound to None")),
            "{told:?}"
        );
        assert!(
            told.contains(&format!("dirty partner {written}")),
            "{told:?}"
        );
    }
    assert!(table.state.session(ANNA).is_none());
}
