//! Everything that partners send, and what comes back: over real HTTP, to the last byte.

use reqwest::{StatusCode, header};
use serde_json::json;
use sheetdesk::testbed::APPEALS;
use simulator::telegram::{Attachment, FileKind, MessageId, Origin};

use crate::play::Play;

const HISTORY: &str = "текст_обращений";

/// The first link to a file in a text.
fn link(text: &str) -> &str {
    let from = text.find("http://127.0.0.1").expect("a link");
    text[from..].split_whitespace().next().expect("a word")
}

async fn get(link: &str) -> reqwest::Response {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    client.get(link).send().await.expect("an answer")
}

#[tokio::test]
async fn a_picture_is_a_link_in_the_row_that_opens_and_never_runs() {
    let (play, service) = Play::registered().await;
    let bytes = b"\x89PNG and so on".to_vec();
    let photo = Attachment::photo(bytes.clone()).caption("не горит лампа");
    let sent = play.marina.send_file(photo);
    let text = play
        .shows(2, HISTORY, |text| text.contains("не горит лампа"))
        .await;
    assert!(text.contains(": Фото, "), "{text}");
    play.sees_reaction(play.marina.message_of(sent).expect("the message is there"))
        .await;
    let response = get(link(&text)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "image/jpeg");
    assert!(
        response.headers()[header::CONTENT_DISPOSITION]
            .to_str()
            .expect("text")
            .starts_with("attachment;")
    );
    assert_eq!(response.bytes().await.expect("the bytes"), bytes);
    assert_eq!(
        get(&format!("{}x", link(&text))).await.status(),
        StatusCode::NOT_FOUND
    );
    assert!(!text.contains(play.testbed.telegram.token()));
    play.ends(service).await;
}

#[tokio::test]
async fn a_file_over_twenty_megabytes_is_named_without_a_link() {
    let (play, service) = Play::registered().await;
    play.marina.send_file(Attachment::of_size(
        FileKind::Video,
        "склад.mp4",
        "video/mp4",
        25_000_000,
    ));
    let text = play.shows(2, HISTORY, |text| !text.is_empty()).await;
    assert!(
        text.contains("Видео «склад.mp4», 25,0 МБ (ссылки нет: файлы больше 20 МБ"),
        "{text}"
    );
    play.ends(service).await;
}

#[tokio::test]
async fn an_album_is_one_entry_and_one_receipt() {
    let (play, service) = Play::registered().await;
    let photo = |n: u8| Attachment::photo(vec![n; 10]);
    play.marina.send_album((0..10).map(photo).collect());
    let text = play
        .shows(2, HISTORY, |text| text.matches("/files/").count() == 10)
        .await;
    assert_eq!(text.lines().count(), 10, "{text}");
    play.settled().await;
    assert_eq!((play.heard("Приняли"), play.heard("Добавили")), (1, 0));
    play.ends(service).await;
}

#[tokio::test]
async fn places_contacts_polls_and_forwards_are_legible() {
    let (play, service) = Play::registered().await;
    play.marina.send_venue(55.75, 37.62, "Склад", "Лесная, 5");
    play.marina
        .share_foreign_contact("+79001112233", "Иван", None);
    play.marina.send_poll("Когда?", &["Сегодня", "Завтра"]);
    play.marina
        .forward(&Origin::Hidden("Пётр".into()), "Счёт готов");
    let text = play
        .shows(2, HISTORY, |text| text.contains("Счёт готов"))
        .await;
    for part in [
        "Место: Склад, Лесная, 5, https://maps.google.com/maps?q=55.750000,37.620000",
        "Контакт: Иван, +79001112233",
        "Опрос: Когда?\n– Сегодня\n– Завтра",
        "Переслано (Пётр): Счёт готов",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    play.ends(service).await;
}

#[tokio::test]
async fn a_changed_message_is_marked_and_a_reply_quotes_and_finds_its_appeal() {
    let (play, service) = Play::with_appeal().await;
    let message = play.writes("Почта прежняя");
    play.shows(2, HISTORY, |text| text.contains("Почта прежняя"))
        .await;
    play.marina
        .edit(message, "Почта новая")
        .expect("her message");
    play.shows(2, HISTORY, |text| {
        text.contains("Почта новая\n(изменено в ") && text.contains("было: Почта прежняя)")
    })
    .await;
    play.types(2, "специалист_ответ", "Отправили на новую")
        .await;
    let answer = play.hears("Отправили на новую").await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.types(2, "статус", "Решено").await;
    play.hears("Обращение № 2 решено").await;
    play.marina
        .reply(answer.message_id, "Не пришло")
        .expect("a message of the bot's");
    play.shows(2, HISTORY, |text| {
        text.contains("В ответ на «Ответ на обращение № 2 Отправили на новую»: Не пришло")
    })
    .await;
    play.shows(2, "статус", |text| text == "Новое").await;
    play.ends(service).await;
}

#[tokio::test]
async fn the_receipt_follows_the_appeal_and_stays_one_message() {
    let (play, service) = Play::with_appeal().await;
    let receipt = play.hears("Приняли, обращение № 2").await;
    play.settled().await;
    play.types(2, "специалист_ответ", "Смотрим").await;
    let in_work = play.hears("Обращение № 2 – в работе.").await;
    assert_eq!(in_work.message_id, receipt.message_id);
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.types(2, "статус", "Решено").await;
    let resolved = play.hears("Обращение № 2 – решено.").await;
    assert_eq!(resolved.message_id, receipt.message_id);
    assert_eq!(resolved.earlier.len(), 2);
    play.ends(service).await;
}

#[tokio::test]
async fn an_answer_is_formatted_as_it_was_typed() {
    let (play, service) = Play::with_appeal().await;
    play.types(
        2,
        "специалист_ответ",
        "*Важно*: [прайс](https://a.example/p) и 2*2=4 <b>",
    )
    .await;
    let answer = play.hears("Важно: прайс и 2*2=4 <b>").await;
    let kinds: Vec<_> = answer
        .content
        .entities
        .iter()
        .map(|entity| entity["type"].as_str().expect("a type"))
        .collect();
    assert_eq!(kinds, ["bold", "text_link"]);
    play.ends(service).await;
}

#[tokio::test]
async fn an_answer_looks_as_the_buttons_of_the_spreadsheet_have_made_it() {
    let (play, service) = Play::with_appeal().await;
    let looks = json!({"textFormatRuns": [
        {"format": {"bold": true}},
        {"startIndex": 5, "format": {}},
        {"startIndex": 15, "format": {"italic": true, "link": {"uri": "https://a.example/p"}}},
    ]});
    let cell = (APPEALS, ("№", "2"), "специалист_ответ");
    play.types_rich(cell, "Важно 👍 *вот* прайс", &looks).await;
    let answer = play.hears("Важно 👍 вот прайс").await;
    let html = "<b>Важно</b> 👍 <b>вот</b> <a href=\"https://a.example/p\"><i>прайс</i></a>";
    assert!(
        answer.content.html.ends_with(html),
        "{}",
        answer.content.html
    );
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_file_is_never_fetched_from_inside() {
    let (play, service) = Play::with_appeal().await;
    for (inside, words) in [
        ("http://127.0.0.1:1/x.png", "Раз"),
        ("http://169.254.169.254/", "Два"),
        ("http://localhost/x.png", "Три"),
    ] {
        play.types(2, "специалист_ответ", &format!("Вот она\n{inside}"))
            .await;
        play.shows(2, "Доставка", |text| {
            text.starts_with("не доставлено: по этому адресу файл взять нельзя")
        })
        .await;
        play.types(2, "специалист_ответ", words).await;
        play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
            .await;
    }
    play.ends(service).await;
}

#[tokio::test]
async fn a_group_hears_once_that_the_bot_works_in_private_and_a_channel_nothing() {
    let (play, service) = Play::registered().await;
    let group = play.testbed.telegram.group(-1001, "Партнёры");
    group.add_bot(&play.marina);
    group.write(&play.marina, "/start");
    group.write(&play.marina, "/appeals");
    play.settled().await;
    let told: Vec<_> = group
        .messages()
        .into_iter()
        .map(|message| message.content.text)
        .collect();
    assert_eq!(
        told,
        [
            "Здравствуйте! Я отвечаю только в личном чате: откройте мой профиль и нажмите «Написать»."
        ]
    );
    let calls = play.testbed.telegram.calls();
    let post = serde_json::json!({"channel_post": {"message_id": 1, "date": 0, "chat": {"id": -9, "type": "channel", "title": "К"}, "text": "?"}});
    play.testbed.telegram.update(post).expect("an update");
    play.settled().await;
    assert_eq!(play.testbed.telegram.calls().by_method, calls.by_method);
    assert!(play.marina.reactions(MessageId(1)).is_empty());
    play.ends(service).await;
}
