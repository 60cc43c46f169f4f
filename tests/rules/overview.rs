//! `/appeals`: the list and the dialogues behind its buttons; the buttons that stay below the chat.

use sheetdesk::domain::{
    appeal::Status,
    effect::Button,
    event::{Event, Mixed, Outcome},
    ids::{AppealId, ChatId, MessageId, Seq},
    session::Locale,
};

use crate::table::{ANNA, BORIS, Table, bare};

/// The message that bears the buttons.
const SHOWN: MessageId = MessageId(70);

/// Anna presses a button of a message.
fn press(table: &mut Table, button: Button) -> String {
    let told = table.press(ANNA, Some(SHOWN), Some(button));
    assert_eq!(told[0], "button answered");
    assert_eq!(told.len(), 2, "{told:?}");
    told[1].clone()
}

/// Anna's appeal № 1 has this answer.
fn answered(text: &str) -> Table {
    let mut table = Table::with_appeal();
    table.later(300);
    table.row(1, Status::New, text);
    let id = table.answer_id(1, 1, 0);
    table.sent(&id, Outcome::Delivered(MessageId(50)));
    table.placed(1);
    table.row(1, Status::InWork, "");
    table
}

#[test]
fn the_list_has_number_day_state_and_first_words_and_a_button_for_each() {
    let mut table = Table::registered();
    assert_eq!(
        table.text(ANNA, "/appeals"),
        ["7001: Обращений пока нет. Напишите вопрос обычным сообщением."]
    );
    table.text(ANNA, "Не приходит\nотчёт за февраль");
    table.placed(1);
    table.row(1, Status::Resolved, "");
    table.text(ANNA, "Другой вопрос");
    assert_eq!(
        table.text(ANNA, "/appeals"),
        [
            "7001: Ваши обращения: / № 2 от 02.03.2026 – новое / Другой вопрос / № 1 от 02.03.2026 – решено / Не приходит отчёт за февраль [№ 2 · Другой вопрос / № 1 · Не приходит отчёт за фев…]"
        ]
    );
}

#[test]
fn a_long_list_has_pages_in_one_message() {
    let mut table = Table::registered();
    for number in 1..=12 {
        table.text(ANNA, &format!("Вопрос {number}"));
        table.placed(number);
        table.row(number, Status::Resolved, "");
    }
    let first = table.text(ANNA, "/appeals").remove(0);
    assert!(first.ends_with("/ № 8 · Вопрос 8 / Ещё ›]"), "{first}");
    let second = press(&mut table, Button::Appeals(1));
    assert!(
        second.contains("№ 7 от") && second.contains("№ 3 от"),
        "{second}"
    );
    assert!(
        second.ends_with("/ ‹ Новее | Ещё ›] [edits 70]"),
        "{second}"
    );
    for beyond in [2, 3, u16::MAX] {
        let last = press(&mut table, Button::Appeals(beyond));
        assert!(
            last.contains("№ 2 от") && !last.contains("№ 3 от"),
            "{last}"
        );
        assert!(last.ends_with("/ ‹ Новее] [edits 70]"), "{last}");
    }
}

#[test]
fn a_dialogue_opens_in_place_of_the_list_with_the_newest_line_last() {
    let mut table = answered("Отчёт *выслали*");
    let id = table.appeal(1).id;
    assert_eq!(
        press(&mut table, Button::Dialogue(id, 0)),
        "7001: <b>№ 1 от 02.03.2026 – в работе</b> / <i>Вы, 02.03.2026 11:00</i> / Не приходит отчёт / <i>Специалист, 02.03.2026 11:05</i> / Отчёт <b>выслали</b> [К списку] [edits 70]"
    );
    for line in 2..=11 {
        table.text(ANNA, &format!("Строка {line} <1>"));
    }
    let newest = press(&mut table, Button::Dialogue(id, 0));
    assert!(newest.contains("(страница 1 из 3)"), "{newest}");
    assert!(newest.contains("Строка 7 &lt;1&gt; / "), "{newest}");
    assert!(
        newest.ends_with("Строка 11 &lt;1&gt; [‹ Раньше / К списку] [edits 70]"),
        "{newest}"
    );
    let middle = press(&mut table, Button::Dialogue(id, 1));
    assert!(
        middle.ends_with("[‹ Раньше | Позже › / К списку] [edits 70]"),
        "{middle}"
    );
    for beyond in [2, u16::MAX] {
        let oldest = press(&mut table, Button::Dialogue(id, beyond));
        assert!(oldest.contains("Не приходит отчёт"), "{oldest}");
        assert!(
            oldest.ends_with("[Позже › / К списку] [edits 70]"),
            "{oldest}"
        );
    }
    let told = table.press(ANNA, None, Some(Button::Dialogue(id, 0)));
    assert!(
        !told[1].contains("[edits"),
        "a message that Telegram has forgotten is not changed"
    );
}

#[test]
fn long_lines_are_cut_so_that_a_page_fits_into_a_message() {
    let mut table = Table::registered();
    for _ in 0..5 {
        table.text(ANNA, &"<слово> ".repeat(400));
    }
    let id = table.appeal(1).id;
    let page = press(&mut table, Button::Dialogue(id, 0));
    assert_eq!(page.matches('…').count(), 5);
    let shown = page.replace("&lt;", "<").replace("&gt;", ">");
    assert!(shown.encode_utf16().count() < 4096);
}

#[test]
fn what_was_taken_back_is_shown_no_more_and_what_was_corrected_as_it_is_now() {
    let correct = || Status::Other("Исправить ответ".into());
    let mut table = answered("Код от двери 1234");
    let id = table.appeal(1).id;
    table.row(1, correct(), "");
    table.placed(1);
    table.row(1, Status::InWork, "Код у охраны");
    let change = table.answer_id(1, 2, 0);
    table.sent(&change, Outcome::Delivered(MessageId(50)));
    table.placed(1);
    let corrected = press(&mut table, Button::Dialogue(id, 0));
    assert!(corrected.contains("Код у охраны"), "{corrected}");
    assert!(!corrected.contains("1234"), "{corrected}");
    table.row(1, Status::InWork, "");
    table.row(1, correct(), "");
    table.placed(1);
    table.row(1, Status::InWork, "");
    let wake = table.answer_id(1, 3, 0);
    table.sent(&wake, Outcome::Delivered(MessageId(50)));
    let withdrawn = press(&mut table, Button::Dialogue(id, 0));
    assert!(!withdrawn.contains("Код"), "{withdrawn}");
    assert!(withdrawn.contains("Не приходит отчёт"), "{withdrawn}");
}

#[test]
fn nobody_opens_an_appeal_that_is_not_his_alone() {
    let mut table = answered("Выслали");
    let id = table.appeal(1).id;
    table.lists("П-2", "Борис", "79123456780");
    table.text(BORIS, "П-2");
    table.contact(BORIS, "79123456780", true);
    table.looked(sheetdesk::domain::tab::Tab::Partners);
    for unknown in [id, AppealId::first(Seq(9_999))] {
        let told = table.press(BORIS, Some(SHOWN), Some(Button::Dialogue(unknown, 0)));
        assert_eq!(
            told[1],
            "7002: Обращений пока нет. Напишите вопрос обычным сообщением."
        );
    }
    for button in [Button::Dialogue(id, 0), Button::Appeals(0)] {
        let stranger = table.press(ChatId(7003), Some(SHOWN), Some(button));
        assert_eq!(stranger, ["button answered"]);
    }
    let others = [BORIS].into();
    table.event(&Event::Mixed(Mixed { appeal: id, others }));
    let list = press(&mut table, Button::Dialogue(id, 0));
    assert_eq!(
        list,
        "7001: Ваши обращения: / № 1 от 02.03.2026 – в работе [] [edits 70]"
    );
}

#[test]
fn what_stood_in_a_row_before_our_time_is_not_shown() {
    let mut table = Table::registered();
    table.shows(vec![bare("2026-02-01 10:00:00: Вопрос, не звонить ему!")]);
    let id = table.appeal(1).id;
    let list = table.text(ANNA, "/appeals").remove(0);
    assert_eq!(list, "7001: Ваши обращения: / № 1 – новое [№ 1]");
    let page = press(&mut table, Button::Dialogue(id, 0));
    assert!(
        page.contains("Более ранняя переписка есть у специалиста."),
        "{page}"
    );
    assert!(!page.contains("не звонить"), "{page}");
}

#[test]
fn the_buttons_below_the_chat_are_commands_and_never_an_appeal() {
    let mut table = Table::sighted();
    table.text(ANNA, "П-1");
    let registered = table.contact(ANNA, "79123456789", true);
    assert!(
        registered[1].ends_with(" [below: Мои обращения | Акции]"),
        "{registered:?}"
    );
    for (label, told) in [
        ("Мои обращения", "7001: Обращений пока нет."),
        ("акции", "7001: Сейчас акций нет."),
        ("My appeals", "7001: Обращений пока нет."),
        ("Promotions ", "7001: Сейчас акций нет."),
    ] {
        let answer = table.text(ANNA, label);
        assert!(answer[0].starts_with(told), "{label}: {answer:?}");
        assert_eq!(answer.len(), 1, "{label}: {answer:?}");
    }
    assert!(
        table.text(ANNA, "/help")[0].ends_with(" [below: Мои обращения | Акции]"),
        "whoever was registered before has them from the next hint on"
    );
    let stranger = table.text(ChatId(7003), "Мои обращения").remove(0);
    assert!(stranger.starts_with("7003: Здравствуйте!"), "{stranger}");
    let own = "button-appeals = Мои вопросы".to_owned();
    table
        .rules
        .wording
        .take(Locale::Ru, own, None)
        .expect("a good text");
    for label in ["Мои вопросы", "Мои обращения"] {
        assert!(table.text(ANNA, label)[0].starts_with("7001: Обращений пока нет."));
    }
    assert!(table.text(ANNA, "Мои обращения где?")[0].starts_with("line 0"));
}
