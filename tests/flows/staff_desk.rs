//! Specialists at work in their chat: they take an appeal, answer it there, mend what they said, take it back and close.

use sheetdesk::testbed::{APPEALS, BOOK, Service};
use simulator::{
    sheets::Workbook,
    telegram::{Attachment, FileKind, Group, MessageId, Person, Profile, SentMessage},
};

use crate::play::{PATIENCE, Play, told};

const STAFF: i64 = -4242;
const IVANOVA: i64 = 700_009_001;

/// Marina's appeal № 2 stands in the chat of the specialists; answers rest for so many seconds.
async fn heard_of(grace: &str) -> (Play, Service, Group, Person, MessageId) {
    let mut play = Play::set().await;
    let group = play.testbed.telegram.group(STAFF, "Специалисты");
    let ivanova = play.testbed.telegram.person(Profile::new(IVANOVA, "Ira"));
    play.testbed.configure("STAFF__CHAT", &STAFF.to_string());
    play.testbed
        .configure("STAFF__NAMES", &format!("{IVANOVA}=Иванова"));
    play.testbed.configure("APPEALS__GRACE", grace);
    group.add_bot(&ivanova);
    let column = |book: &mut Workbook| {
        book.insert_columns(APPEALS, "B", 1)?;
        book.type_in(APPEALS, "B1", "Ответственный")
    };
    play.testbed
        .sheets
        .with(BOOK, column)
        .expect("there is room");
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    let head = told(&group, "№ 2 · ").await.message_id;
    (play, service, group, ivanova, head)
}

/// What the button of a message means that bears this label.
pub(crate) fn button(message: &SentMessage, label: &str) -> String {
    let markup = message.content.reply_markup.as_ref().expect("buttons");
    let rows = markup["inline_keyboard"].as_array().expect("rows");
    let mut buttons = rows.iter().flat_map(|row| row.as_array().expect("a row"));
    let named = buttons.find(|button| button["text"] == label);
    let data = named.and_then(|button| button["callback_data"].as_str());
    data.expect("there is such a button").to_owned()
}

#[tokio::test]
async fn an_appeal_is_taken_answered_and_solved_in_the_chat() {
    let (play, service, group, ivanova, head) = heard_of("0").await;
    let first = told(&group, "№ 2 · ").await;
    group
        .press(&ivanova, head, &button(&first, "Беру"))
        .expect("it is pressed");
    told(&group, "В работе: Иванова").await;
    play.shows(2, "Ответственный", |text| text == "Иванова")
        .await;
    play.shows(2, "статус", |text| text == "В работе").await;
    group
        .reply(&ivanova, head, "Отправили заново")
        .expect("it is there");
    play.hears("Отправили заново").await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Специалист (Иванова): Отправили заново")
    })
    .await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    told(&group, "Доставлено в ").await;
    let first = told(&group, "№ 2 · ").await;
    group
        .press(&ivanova, head, &button(&first, "Решено"))
        .expect("it is pressed");
    play.hears("Обращение № 2 решено").await;
    told(&group, "Решено: Иванова").await;
    play.shows(2, "статус", |text| text == "Решено").await;
    play.settled().await;
    assert_eq!(play.heard("Отправили заново"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_photo_and_a_voice_reach_the_partner() {
    let (play, service, group, ivanova, head) = heard_of("0").await;
    for (kind, part) in [
        (
            FileKind::Photo,
            Attachment::photo(b"a scheme".as_slice()).caption("Схема"),
        ),
        (FileKind::Voice, Attachment::voice(b"a voice".as_slice())),
    ] {
        group
            .reply_with_files(&ivanova, head, vec![part])
            .expect("it is there");
        let is = |message: &SentMessage| {
            let media = message.content.media.as_ref();
            media.is_some_and(|media| media.kind == kind)
        };
        play.marina
            .await_message(is, PATIENCE)
            .await
            .expect("it arrives");
    }
    play.hears("Схема").await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Специалист (Иванова): Голосовое сообщение")
    })
    .await;
    play.ends(service).await;
}

#[tokio::test]
async fn an_edited_reply_edits_the_message_and_the_button_takes_it_back() {
    let (play, service, group, ivanova, head) = heard_of("1").await;
    let reply = group
        .reply(&ivanova, head, "Отправли")
        .expect("it is there");
    let reply = group.message_of(reply).expect("it is there");
    let first = play.hears("Отправли").await;
    told(&group, "Доставлено в ").await;
    group.edit(&ivanova, reply, "Отправили").expect("it is his");
    let mended = play.hears("Отправили").await;
    assert_eq!(mended.message_id, first.message_id);
    let note = told(&group, "Исправлено у партнёра в ").await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Отправили") && text.contains("было: Отправли")
    })
    .await;
    group
        .press(&ivanova, note.message_id, &button(&note, "Отозвать"))
        .expect("it is pressed");
    told(&group, "Отозвано в ").await;
    play.shows(2, "Доставка", |text| text.starts_with("отозвано"))
        .await;
    assert_eq!(play.heard("Отправили"), 0);
    play.ends(service).await;
}

#[tokio::test]
async fn a_text_that_waits_in_the_cell_is_held_when_another_answers_in_the_chat() {
    let (play, service, group, ivanova, head) = heard_of("20").await;
    play.types(2, "специалист_ответ", "Из таблицы").await;
    play.shows(2, "Доставка", |text| text.starts_with("ждёт до"))
        .await;
    group.reply(&ivanova, head, "Из чата").expect("it is there");
    told(&group, "В таблице стоит другой ответ").await;
    play.hears("Из чата").await;
    play.shows(2, "Доставка", |text| {
        text.starts_with("доставлено") && text.contains("этот текст не отправлен")
    })
    .await;
    play.settled().await;
    assert_eq!(play.heard("Из таблицы"), 0);
    assert_eq!(
        play.testbed.appeal_cell(2, "специалист_ответ"),
        "Из таблицы"
    );
    play.types(2, "специалист_ответ", "Из таблицы, иначе").await;
    play.hears("Из таблицы, иначе").await;
    play.ends(service).await;
}
