//! A partner looks at his appeals: the list, the dialogues behind its buttons, the buttons that stay below the chat, the code of one.

use serde_json::{Value, json};
use sheetdesk::testbed::PARTNERS;
use simulator::{sheets::TOUR_PARTNER, telegram::SentMessage};

use crate::play::Play;

/// The labels and meanings of a message's buttons.
fn buttons(message: &SentMessage) -> Vec<(String, String)> {
    let rows = message.content.reply_markup.as_ref();
    let rows = rows.and_then(|markup| markup["inline_keyboard"].as_array());
    let buttons = rows.into_iter().flatten().filter_map(Value::as_array);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    buttons
        .flatten()
        .map(|button| (text(&button["text"]), text(&button["callback_data"])))
        .collect()
}

/// Marina presses the button with this label.
fn press(play: &Play, message: &SentMessage, label: &str) {
    let buttons = buttons(message);
    let button = buttons.iter().find(|(known, _)| known.starts_with(label));
    let (_, data) = button.unwrap_or_else(|| panic!("no «{label}» among {buttons:?}"));
    let pressed = play.marina.press(message.message_id, data);
    pressed.expect("the button is there");
}

#[tokio::test]
async fn the_buttons_below_the_chat_open_the_list_and_the_list_opens_the_dialogue() {
    let (play, service) = Play::with_appeal().await;
    let registered = play.hears("Готово").await;
    assert_eq!(
        registered.content.reply_markup,
        Some(json!({
            "keyboard": [[{"text": "Мои обращения"}, {"text": "Акции"}]],
            "resize_keyboard": true,
            "is_persistent": true,
        }))
    );
    play.types(2, "специалист_ответ", "Отчёт *выслали*").await;
    play.hears("Отчёт выслали").await;
    play.settled().await;
    play.marina.write("Мои обращения");
    let list = play.hears("Ваши обращения").await;
    assert!(
        list.content.text.contains("– в работе\nНе приходит отчёт"),
        "{}",
        list.content.text
    );
    press(&play, &list, "№ 2 · Не приходит отчёт");
    let dialogue = play.hears("Специалист, ").await;
    assert_eq!(
        dialogue.message_id, list.message_id,
        "it is the same message"
    );
    let text = &dialogue.content.text;
    let (asked, answered) = (text.find("Не приходит отчёт"), text.find("Отчёт выслали"));
    assert!(
        asked.is_some() && asked < answered,
        "the newest stands last: {text}"
    );
    press(&play, &dialogue, "К списку");
    let again = play
        .marina
        .await_message(
            |message| message.message_id == list.message_id && message.earlier.len() == 2,
            crate::play::PATIENCE,
        )
        .await
        .expect("the list is there again");
    assert!(again.content.text.starts_with("Ваши обращения"));
    play.marina.write("Акции");
    play.hears("акци").await;
    play.settled().await;
    let history = play.testbed.appeal_cell(2, "текст_обращений");
    for label in ["Мои обращения", "Акции"] {
        assert!(!history.contains(label), "{history}");
    }
    play.ends(service).await;
}

#[tokio::test]
async fn an_answer_that_was_taken_back_is_not_in_the_dialogue() {
    let (play, service) = Play::with_appeal().await;
    play.types(2, "специалист_ответ", "Код от двери 1234").await;
    play.hears("1234").await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.types(2, "статус", "Исправить ответ").await;
    play.shows(2, "специалист_ответ", |text| {
        text.contains("1234")
    })
    .await;
    play.types(2, "специалист_ответ", "").await;
    play.shows(2, "Доставка", |text| text.starts_with("отозвано"))
        .await;
    play.settled().await;
    play.marina.write("/appeals");
    let list = play.hears("Ваши обращения").await;
    press(&play, &list, "№ 2");
    let dialogue = play.hears("Вы, ").await;
    assert!(
        !dialogue.content.text.contains("1234"),
        "{}",
        dialogue.content.text
    );
    play.ends(service).await;
}

#[tokio::test]
async fn an_open_appeal_comes_under_the_chosen_code_unless_a_person_has_put_another_there() {
    let play = Play::set().await;
    let phone = play.testbed.type_into(
        PARTNERS,
        ("Код партнера", "П-1046"),
        "Телефон партнера",
        "'+7 (912) 345-67-89",
    );
    phone.expect("the row is there");
    let service = play.start().await;
    play.registers().await;
    play.marina.write("П-1046");
    play.hears("добавили код П-1046").await;
    play.opens_appeal().await;
    play.shows(2, "код", |code| code == "П-1046").await;
    play.marina.write("/code");
    let codes = play.hears("пишем под кодом П-1046").await;
    press(&play, &codes, "Писать под кодом");
    let told = play.hears("Обращение № 2 теперь под кодом").await;
    play.shows(2, "код", |code| code == TOUR_PARTNER.code).await;
    play.settled().await;
    let row = |header| play.testbed.appeal_cell(2, header);
    let key = ("Код партнера", TOUR_PARTNER.code);
    let listed = |header| play.testbed.cell(PARTNERS, key, header);
    assert_eq!(row("ФИО"), listed("ФИО партнера"));
    assert_eq!(row("телефон"), listed("Телефон партнера"));
    let dialogue = row("текст_обращений");
    let line = format!("Код изменён: П-1046 → {}", TOUR_PARTNER.code);
    assert!(dialogue.contains(&line), "{dialogue}");

    play.types(2, "код", "П-1045").await;
    press(&play, &told, "Писать под кодом П-1046");
    play.hears("теперь под кодом П-1046").await;
    play.settled().await;
    assert_eq!(row("код"), "П-1045", "a person knows better");
    assert_eq!(row("ФИО"), listed("ФИО партнера"));
    play.ends(service).await;
}
