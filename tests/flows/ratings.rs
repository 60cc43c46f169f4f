//! A closed appeal: rated by a thumb and a word; thanked for without a new one.

use std::time::Duration;

use sheetdesk::testbed::{APPEALS, BOOK};
use simulator::telegram::SentMessage;

use crate::play::{PATIENCE, Play};

/// The tab has a column for ratings, and Marina's appeal is closed.
async fn closed(play: &Play) -> SentMessage {
    play.types(2, "статус", "Решено").await;
    let told = play.hears("Обращение № 2 решено").await;
    play.settled().await;
    told
}

/// The meaning of the button with this label.
fn button(message: &SentMessage, label: &str) -> String {
    let markup = message.content.reply_markup.as_ref().expect("buttons");
    let rows = markup["inline_keyboard"].as_array().expect("lines");
    let mut buttons = rows.iter().filter_map(|row| row.as_array()).flatten();
    let button = buttons.find(|button| button["text"] == label);
    let data = button.and_then(|button| button["callback_data"].as_str());
    data.expect("the button is there").to_owned()
}

fn press(play: &Play, message: &SentMessage, label: &str) {
    let pressed = play
        .marina
        .press(message.message_id, &button(message, label));
    pressed.expect("it is pressed");
}

/// Somebody wants ratings in the sheet.
fn wants_ratings(play: &Play) {
    let made = play.testbed.sheets.with(BOOK, |book| {
        book.insert_columns(APPEALS, "A", 1)?;
        book.type_in(APPEALS, "A1", "Оценка")
    });
    made.expect("there is room");
}

#[tokio::test]
async fn a_thumb_and_a_word_come_into_the_sheet_where_the_column_stands() {
    let (play, service) = Play::with_appeal().await;
    wants_ratings(&play);
    let message = closed(&play).await;
    press(&play, &message, "👎");
    let rated = play.hears("Ваша оценка: 👎").await;
    assert_eq!(
        rated.message_id, message.message_id,
        "it is the same message"
    );
    play.shows(2, "Оценка", |text| text == "👎").await;
    press(&play, &rated, "Добавить пару слов");
    play.hears("Напишите одним сообщением").await;
    play.marina.write("Долго ждали");
    play.hears("Спасибо, передали").await;
    play.shows(2, "Оценка", |text| text == "👎 Долго ждали")
        .await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Оценка 👎: Долго ждали")
    })
    .await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "Решено");
    assert_eq!(play.testbed.appeal_cell(3, "№"), "", "no new appeal");
    assert_eq!(play.testbed.appeal_cell(1, "Оценка"), "");
    play.ends(service).await;
}

#[tokio::test]
async fn without_the_column_the_sheet_gets_none_and_what_others_keep_there_stays() {
    let (play, service) = Play::with_appeal().await;
    let message = closed(&play).await;
    press(&play, &message, "👍");
    play.hears("Ваша оценка: 👍").await;
    play.settled().await;
    let header = play.testbed.sheets.look(BOOK, |book| book.table(APPEALS));
    assert!(!header.expect("the tab")[0].contains(&"Оценка".to_owned()));
    wants_ratings(&play);
    play.types(1, "Оценка", "наша пятёрка").await;
    play.marina.write("Ещё вопрос");
    play.hears("обращение № 3").await;
    play.types(1, "статус", "В работе").await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(1, "Оценка"), "наша пятёрка");
    play.ends(service).await;
}

#[tokio::test]
async fn thanks_open_no_appeal_and_a_question_does() {
    let (play, service) = Play::with_appeal().await;
    closed(&play).await;
    let thanks = play.marina.write("Спасибо большое!");
    let message = play.marina.message_of(thanks).expect("it is there");
    let reaction = play.testbed.reaction(&play.marina, message, PATIENCE);
    reaction.await.expect("it is seen");
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(3, "№"), "");
    play.marina.write("Спасибо, а когда пришлёте акт?");
    play.hears("Приняли, обращение № 3").await;
    play.ends(service).await;
}

#[tokio::test]
async fn the_figures_are_on_the_status_tab() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__HEALTH", "* * * * * *");
    play.testbed
        .sheets
        .with(BOOK, |book| book.add_tab("Состояние").expect("a tab"));
    let service = play.testbed.open().await.expect("it starts");
    play.registers().await;
    play.opens_appeal().await;
    let message = closed(&play).await;
    press(&play, &message, "👍");
    let shown = async {
        loop {
            let table = play
                .testbed
                .sheets
                .look(BOOK, |book| book.table("Состояние"));
            let mut cells = table.unwrap_or_default().into_iter().flatten();
            if cells.any(|cell| cell == "Оценки за эти дни: 👍 1, 👎 0") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let shown = tokio::time::timeout(PATIENCE, shown).await;
    shown.expect("the figures are there");
    play.ends(service).await;
}
