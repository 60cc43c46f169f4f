//! Promotions, from a cell to every partner: over real HTTP, between the two stand-ins.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use sheetdesk::testbed::{BOOK, PROMOTIONS};
use simulator::{
    sheets::{Shown, Workbook},
    telegram::{Fault, FaultKind},
};

use crate::play::{PATIENCE, Play, hears};

/// The row of the sample that lacks only its action.
const READY: (&str, &str) = ("Название", "Двойное вознаграждение");

impl Play {
    /// Somebody chooses an action in a row, and the script calls.
    async fn chooses(&self, key: (&str, &str), action: &str) {
        self.testbed
            .type_into(PROMOTIONS, key, "Действие", action)
            .expect("there is such a row");
        self.testbed
            .callback(PROMOTIONS)
            .await
            .expect("the call is taken");
    }

    /// A cell of the promotions tab comes to hold what is wanted.
    async fn says(&self, key: (&str, &str), header: &str, wanted: impl Fn(&str) -> bool) -> String {
        let cell = self
            .testbed
            .cell_where(PROMOTIONS, key, header, wanted, PATIENCE)
            .await;
        cell.expect("the cell is as wanted")
    }
}

#[tokio::test]
async fn a_promotion_published_in_the_sheet_reaches_the_partner_once() {
    let (play, service) = Play::registered().await;
    play.testbed
        .callback(PROMOTIONS)
        .await
        .expect("the call is taken");
    // Two of the sample's partners are registered, and have never met this bot.
    play.says(READY, "Рассылка", |text| {
        text == "готово: 3 получателя, меньше секунды"
    })
    .await;
    let key = play.says(READY, "Ключ", |text| !text.is_empty()).await;
    play.chooses(READY, "Опубликовать").await;
    let message = play.hears("Двойное вознаграждение").await;
    assert!(
        message.content.text.contains("двойная комиссия"),
        "{}",
        message.content.text
    );
    play.says(READY, "Рассылка", |text| {
        text.starts_with("разослана ") && text.ends_with(": 1 из 3; не доставлено 2")
    })
    .await;
    assert_eq!(
        ["Действие", "Статус", "NOTIFICATION_STATUS", "Ключ"]
            .map(|header| play.testbed.cell(PROMOTIONS, READY, header)),
        ["", "Активна", "SENT", &key]
    );
    hears(
        &play.operator,
        "Рассылаем «Двойное вознаграждение»: 3 получателя.",
    )
    .await;
    hears(
        &play.operator,
        "«Двойное вознаграждение» разослана. Получили – 1, не доставлено – 2",
    )
    .await;
    play.testbed
        .type_into(PROMOTIONS, READY, "Описание", "Исправили опечатку.")
        .expect("the row is there");
    play.chooses(READY, "Опубликовать").await;
    play.says(READY, "Рассылка", |text| {
        text.contains("уже объявлена")
    })
    .await;
    play.marina.write("/promotions");
    play.hears("Исправили опечатку.").await;
    play.settled().await;
    assert_eq!(play.heard("двойная комиссия"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_description_looks_as_the_buttons_of_the_spreadsheet_have_made_it() {
    let (play, service) = Play::registered().await;
    let called = play.testbed.callback(PROMOTIONS).await;
    called.expect("the call is taken");
    play.says(READY, "Рассылка", |text| {
        text.starts_with("готово: ")
    })
    .await;
    let looks = json!({"textFormatRuns": [
        {"startIndex": 10, "format": {"bold": true}},
        {"startIndex": 13, "format": {}},
    ], "chipRuns": [
        {"chip": {}},
        {"startIndex": 15, "chip": {"richLinkProperties": {"uri": "https://a.example/p"}}},
    ]});
    let cell = (PROMOTIONS, READY, "Описание");
    play.types_rich(cell, "Скидка на всё: прайс", &looks).await;
    play.chooses(READY, "Опубликовать").await;
    let message = play.hears("Скидка на всё: прайс").await;
    let html = "Скидка на <b>всё</b>: <a href=\"https://a.example/p\">прайс</a>";
    assert!(
        message.content.html.contains(html),
        "{}",
        message.content.html
    );
    play.says(READY, "Рассылка", |text| {
        text.starts_with("разослана ")
    })
    .await;
    play.ends(service).await;
}

#[tokio::test]
async fn what_is_missing_is_said_while_the_row_is_typed() {
    let (play, service) = Play::registered().await;
    play.testbed
        .type_into(PROMOTIONS, READY, "Дата окончания", "")
        .expect("the row is there");
    play.chooses(READY, "Опубликовать").await;
    let says = play
        .says(READY, "Рассылка", |text| text.contains("нет"))
        .await;
    assert_eq!(says, "ещё не готово: нет даты окончания");
    play.says(READY, "Действие", str::is_empty).await;
    play.settled().await;
    assert_eq!(play.heard("Двойное"), 0);
    play.ends(service).await;
}

#[tokio::test]
async fn rows_sorted_without_our_columns_get_their_keys_back_and_announce_nothing() {
    let (play, service) = Play::registered().await;
    play.chooses(READY, "Опубликовать").await;
    play.says(READY, "Рассылка", |text| {
        text.starts_with("разослана")
    })
    .await;
    play.settled().await;
    let old = ("Название", "Зимняя ипотека");
    let keys = [READY, old].map(|row| play.testbed.cell(PROMOTIONS, row, "Ключ"));
    play.testbed
        .sheets
        .with(BOOK, |book| book.sort(PROMOTIONS, "A2:J3", "B", false))
        .expect("it sorts");
    assert_ne!(
        [READY, old].map(|row| play.testbed.cell(PROMOTIONS, row, "Ключ")),
        keys,
        "the keys have stayed where they were"
    );
    play.testbed
        .callback(PROMOTIONS)
        .await
        .expect("the call is taken");
    play.says(READY, "Ключ", |text| text == keys[0]).await;
    play.says(old, "Ключ", |text| text == keys[1]).await;
    play.settled().await;
    assert_eq!(play.heard("двойная комиссия"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn an_answer_overtakes_a_broadcast_and_the_row_counts_up() {
    let mut play = Play::set().await;
    play.testbed.configure("TELEGRAM__RATE_PER_SECOND", "5");
    let people = play.enlists(40);
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    play.chooses(READY, "Опубликовать").await;
    play.says(READY, "Рассылка", |text| {
        text.contains(" из 43, осталось")
    })
    .await;
    let before = people
        .iter()
        .filter(|person| !person.messages().is_empty())
        .count();
    assert!(before < 30, "the broadcast is under way");
    play.types(2, "специалист_ответ", "Выслали заново").await;
    play.hears("Выслали заново").await;
    let after = people
        .iter()
        .filter(|person| !person.messages().is_empty())
        .count();
    assert!(after < 40, "the answer has overtaken it");
    play.says(READY, "Рассылка", |text| {
        text.starts_with("разослана ") && text.ends_with(": 41 из 43; не доставлено 2")
    })
    .await;
    assert!(people.iter().all(|person| person.messages().len() == 1));
    play.ends(service).await;
}

/// A picture as a cell holds it: longer than any address, so that looks tell it by its digest.
fn picture() -> String {
    let bytes = [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 3000]].concat();
    format!("data:image/png;base64,{}", BASE64_STANDARD.encode(bytes))
}

#[tokio::test]
async fn a_picture_is_uploaded_once_and_everybody_has_it() {
    let play = Play::set().await;
    let people = play.enlists(20);
    let service = play.start().await;
    play.registers().await;
    play.testbed
        .type_into(PROMOTIONS, READY, "Контент", &picture())
        .expect("the row is there");
    play.chooses(READY, "Тест").await;
    let shown = hears(&play.operator, "двойная комиссия").await;
    let media = shown.content.media.expect("with its picture");
    assert_eq!(media.bytes.map(|bytes| bytes.len()), Some(3008));
    hears(
        &play.operator,
        "Это проверка: так акцию увидят 23 получателя",
    )
    .await;
    play.says(READY, "Действие", str::is_empty).await;
    assert!(
        people.iter().all(|person| person.messages().is_empty()),
        "a test is for the admin chat alone"
    );
    play.chooses(READY, "Опубликовать").await;
    play.says(READY, "Рассылка", |text| {
        text.contains(": 21 из 23")
    })
    .await;
    for person in people.iter().chain([&play.marina]) {
        let got: Vec<_> = person
            .messages()
            .into_iter()
            .filter_map(|message| message.content.media)
            .collect();
        assert_eq!(got.len(), 1);
        assert_eq!(got[0].file_id, media.file_id, "by its id");
    }
    assert_eq!(play.testbed.telegram.calls().uploads, 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_picture_that_is_none_stops_the_broadcast_until_it_is_taken_away() {
    let (play, service) = Play::registered().await;
    play.testbed
        .type_into(
            PROMOTIONS,
            READY,
            "Контент",
            "http://127.0.0.1:9/inside.png",
        )
        .expect("the row is there");
    play.chooses(READY, "Опубликовать").await;
    play.says(READY, "Рассылка", |text| {
        text.starts_with("не разослана: по этому адресу")
    })
    .await;
    hears(&play.operator, "«Двойное вознаграждение» не рассылаем").await;
    assert_eq!(play.heard("Двойное"), 0);
    play.testbed
        .type_into(PROMOTIONS, READY, "Контент", "")
        .expect("the row is there");
    play.chooses(READY, "Опубликовать").await;
    play.hears("Двойное вознаграждение").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_picture_that_a_formula_draws_is_named_and_nothing_goes_out_without_it() {
    let (play, service) = Play::registered().await;
    let draws = |book: &mut Workbook| {
        let cell = book.address(PROMOTIONS, READY, "Контент")?;
        book.type_formula(
            PROMOTIONS,
            &cell,
            "=IMAGE(\"https://a.example/x.png\")",
            Shown::Text(String::new()),
        )
    };
    play.testbed
        .sheets
        .with(BOOK, draws)
        .expect("the row is there");
    play.chooses(READY, "Опубликовать").await;
    let says = play
        .says(READY, "Рассылка", |text| {
            text.contains("в «Контенте»")
        })
        .await;
    assert!(
        says.contains("=IMAGE") && says.contains("вставьте саму ссылку"),
        "{says}"
    );
    play.says(READY, "Действие", str::is_empty).await;
    play.settled().await;
    assert_eq!(play.heard("Двойное"), 0);
    play.testbed
        .type_into(PROMOTIONS, READY, "Контент", "")
        .expect("the row is there");
    play.chooses(READY, "Опубликовать").await;
    play.hears("Двойное вознаграждение").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_refusal_of_everything_for_a_while_drops_nobody() {
    let mut play = Play::set().await;
    play.testbed.configure("TELEGRAM__RATE_PER_SECOND", "100");
    let people = play.enlists(60);
    let service = play.start().await;
    play.registers().await;
    play.testbed
        .telegram
        .fault(Fault::next(3, FaultKind::TooMany { retry_after: 2 }).of("sendMessage"));
    play.chooses(READY, "Опубликовать").await;
    play.says(READY, "Рассылка", |text| {
        text.contains(": 61 из 63")
    })
    .await;
    assert!(people.iter().all(|person| person.messages().len() == 1));
    play.ends(service).await;
}

#[tokio::test]
async fn a_button_that_telegram_refuses_halts_at_the_first_and_goes_on_after_the_mend() {
    let (play, service) = Play::registered().await;
    play.testbed
        .callback(PROMOTIONS)
        .await
        .expect("the call is taken");
    play.says(READY, "Рассылка", |text| text.starts_with("готово"))
        .await;
    let body = serde_json::json!({"ok": false, "error_code": 400, "description": "Bad Request: BUTTON_URL_INVALID"});
    let refused = Fault::next(1, FaultKind::answer(400, body.to_string()));
    play.testbed.telegram.fault(refused.to(play.marina.id()));
    play.chooses(READY, "Опубликовать").await;
    play.says(READY, "Рассылка", |text| {
        text.contains("не принял ссылку для кнопки")
    })
    .await;
    assert_eq!(play.heard("Двойное вознаграждение"), 0);
    play.chooses(READY, "Опубликовать").await;
    play.hears("Двойное вознаграждение").await;
    play.says(READY, "Рассылка", |text| {
        text.starts_with("разослана ")
    })
    .await;
    play.settled().await;
    assert_eq!(play.heard("Двойное вознаграждение"), 1);
    play.ends(service).await;
}
