//! Several codes, one account: each is kept, added in the chat by the phone that was proved, and lost alone.

use sheetdesk::domain::{
    appeal::Status,
    effect::Button,
    event::{
        Command, ErasedPerson, Event, Mixed, Outcome, RowEvent, RowResult, TelegramCell,
        WriteReport, WrittenRow,
    },
    ids::{BatchToken, ChatId, CodeMark, MessageId, RowKey, Seq, SpreadsheetId},
    listing::ListFault,
    message::{Content, Context},
    partner::RowTrouble,
    row::{CellValue, Column, SharedCell},
    tab::Tab,
    view::View,
};

use crate::{
    staff_chat::{pass, shown, staffed, takes},
    table::{ANNA, BORIS, SheetRow, Table, bare, code},
};

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

/// Anna writes under this code from now on.
fn chooses(table: &mut Table, written: &str) -> Vec<String> {
    let button = Button::Code(CodeMark::of(&code(written)));
    table.press(ANNA, None, Some(button))
}

/// From which codes one is to be changed in a row, and into which.
type Change = (Vec<String>, String);

/// The codes and names that are to be written into the row of № 1, and the code that is to be changed there.
fn wanted(table: &Table) -> (Vec<(Column, String)>, Option<Change>) {
    let row = table.project(&RowKey::Appeal(table.appeal(1).id));
    let row = row.expect("a row");
    let of_partner = |column| matches!(column, Column::Code | Column::Name | Column::Phone);
    let cells = row.ours.into_iter();
    let cells = cells.filter_map(|(column, value)| match value {
        CellValue::Text(text) if of_partner(column) => Some((column, text.0)),
        CellValue::Text(_) | CellValue::Number(_) => None,
    });
    let mut shared = row.shared.into_iter();
    let code = shared.find_map(|cell| match cell {
        SharedCell::Code { before, set } => {
            let before = before.iter().map(|code| code.as_str().to_owned());
            Some((before.collect(), set.0))
        }
        _ => None,
    });
    (cells.collect(), code)
}

#[test]
fn an_open_appeal_that_nobody_has_answered_follows_the_code() {
    let mut table = listed();
    table.lists("П-2", "Анна Петрова", "8 912 345-67-89, 8 916 000-00-01");
    table.text(ANNA, "П-2");
    table.text(ANNA, "Вопрос");
    table.placed(1);
    assert_eq!(wanted(&table), (vec![], None));
    let told = chooses(&mut table, "П-1");
    assert_eq!(
        told[..2],
        ["line 1: Код изменён: П-2 → П-1", "button answered"]
    );
    assert_eq!(
        told[2],
        "7001: Обращение № 1 теперь под кодом П-1, новые тоже пишем под ним. Сменить: [Писать под кодом П-2]"
    );
    assert!(told[3].starts_with("dirty appeal"), "{told:?}");
    let of_anna = |name: &str, phone: &str| {
        let names = [(Column::Phone, phone), (Column::Name, name)];
        names
            .map(|(column, text)| (column, text.to_owned()))
            .to_vec()
    };
    let change = |before: &[&str], set: &str| {
        let before = before.iter().map(|code| (*code).to_owned());
        Some((before.collect(), set.to_owned()))
    };
    assert_eq!(
        wanted(&table),
        (
            of_anna("Анна", "8 (912) 345-67-89"),
            change(&["П-2"], "П-1")
        )
    );
    table.text(ANNA, "п 2");
    assert_eq!(
        wanted(&table),
        (
            of_anna("Анна Петрова", "8 912 345-67-89, 8 916 000-00-01"),
            change(&["П-2", "П-1"], "П-2")
        ),
        "whichever of them is in the row by now"
    );
    table.placed(1);
    assert_eq!(wanted(&table), (vec![], None), "it is written");
    assert_eq!(chooses(&mut table, "П-2").len(), 2, "it is under that one");
}

#[test]
fn a_row_that_is_just_being_made_shows_the_code_in_the_end() {
    let mut table = both();
    table.text(ANNA, "Вопрос");
    let begun = table.appeal(1).id.seq;
    chooses(&mut table, "П-1");
    let (cells, change) = wanted(&table);
    assert!(
        cells.contains(&(Column::Code, "П-1".to_owned())),
        "{cells:?}"
    );
    assert_eq!(change, None);
    let confirms = |table: &mut Table, dirtied: Seq| {
        let result = RowResult::Confirmed {
            status: Some(Status::New),
            cleared: None,
            filled: None,
            lines: 1,
            parts: 0,
            formula: None,
        };
        let report = WriteReport {
            spreadsheet: SpreadsheetId("book".into()),
            token: Some(BatchToken(1)),
            rows: vec![WrittenRow {
                key: RowKey::Appeal(table.appeal(1).id),
                dirtied,
                result,
            }],
            misplaced: None,
        };
        table.event(&Event::Wrote(report))
    };
    // The batch that made the row was composed before.
    let told = confirms(&mut table, begun);
    assert!(told.iter().any(|line| line.starts_with("dirty appeal")));
    let change = wanted(&table).1.expect("a change");
    assert_eq!(change, (vec!["П-2".to_owned()], "П-1".to_owned()));
    table.placed(1);
    assert_eq!(wanted(&table).1, None);
}

#[test]
fn an_appeal_that_is_being_answered_keeps_its_code_and_he_is_told_so() {
    let later = "7001: Со следующего обращения пишем под кодом П-1. На обращение № 1 уже отвечают, оно остаётся под кодом П-2. Сменить: [Писать под кодом П-2]";
    let mut table = both();
    table.rules.grace = jiff::SignedDuration::from_secs(15);
    table.text(ANNA, "Вопрос");
    table.placed(1);
    table.row(1, Status::New, "Какой магазин?");
    let mut sent = table.clone();
    assert_eq!(chooses(&mut table, "П-1"), ["button answered", later]);
    assert_eq!(
        (of_newest(&table).as_str(), wanted(&table).1),
        ("П-2", None)
    );
    sent.rules.grace = jiff::SignedDuration::ZERO;
    sent.row(1, Status::New, "Какой?");
    sent.sent(&sent.answer_id(1, 2, 0), Outcome::Delivered(MessageId(9)));
    sent.placed(1);
    assert_eq!(chooses(&mut sent, "П-1"), ["button answered", later]);
    sent.row(1, Status::Resolved, "");
    let told = chooses(&mut sent, "П-2");
    assert!(
        told[1].starts_with("7001: Новые обращения пишем под кодом П-2."),
        "{told:?}"
    );
}

#[test]
fn the_specialists_see_under_which_code_it_is() {
    let mut table = staffed();
    table.lists("П-2", "Анна", PHONE);
    table.text(ANNA, "П-2");
    table.text(ANNA, "Вопрос");
    takes(&mut table, 0, 501);
    table.placed(1);
    let told = chooses(&mut table, "П-1");
    assert_eq!(
        shown(&told),
        ["№ 1 · Анна · П-1 / Вопрос [Беру | Решено] [edits 501]"]
    );
    assert_eq!(
        shown(&pass(&mut table, 4)),
        ["Код изменён: П-2 → П-1 [replies to 501]"]
    );
}

#[test]
fn a_row_that_holds_several_partners_messages_owes_no_code() {
    let mut table = listed();
    table.text(ANNA, "П-2");
    table.text(ANNA, "Вопрос");
    table.placed(1);
    chooses(&mut table, "П-1");
    assert!(table.appeal(1).recoded.is_some());
    table.event(&Event::Mixed(Mixed {
        appeal: table.appeal(1).id,
        others: [BORIS].into(),
    }));
    assert_eq!(wanted(&table), (vec![], None));
    table.lists("П-2", "Анна", PHONE);
    chooses(&mut table, "П-2");
    assert_eq!(wanted(&table), (vec![], None));
}
