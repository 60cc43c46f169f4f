//! Messages that a specialist writes first: a row with a code and a text becomes an appeal.

use std::fs;

use serde_json::json;
use sheetdesk::testbed::{APPEALS, BOOK};
use simulator::sheets::TOUR_PARTNER;

use crate::play::{PATIENCE, Play, hears};

const ANSWER: &str = "специалист_ответ";
const FIRST: &str = "Вам пишет служба поддержки партнёров";

#[tokio::test]
async fn a_row_with_a_code_and_a_text_opens_an_appeal_to_which_the_partner_replies() {
    let (play, service) = Play::registered().await;
    let code = ("код", TOUR_PARTNER.code);
    play.adds(&[&[code]]);
    let looks =
        json!({"textFormatRuns": [{"format": {"bold": true}}, {"startIndex": 9, "format": {}}]});
    play.types_rich((APPEALS, code, ANSWER), "Подпишите акт", &looks)
        .await;
    let heard = play.hears(FIRST).await;
    assert!(heard.content.text.contains("№ 2"), "{}", heard.content.text);
    assert!(heard.content.html.ends_with("<b>Подпишите</b> акт"));
    play.shows(2, ANSWER, str::is_empty).await;
    play.shows(2, "ФИО", |text| !text.is_empty()).await;
    play.settled().await;
    let cell = |header: &str| play.testbed.appeal_cell(2, header);
    assert_eq!(cell("telegram_id"), "700001042");
    assert_eq!(cell("код"), TOUR_PARTNER.code);
    assert!(!cell("телефон").is_empty());
    assert_eq!(cell("статус"), "В работе");
    assert!(
        cell("Доставка").starts_with("доставлено"),
        "{}",
        cell("Доставка")
    );
    assert!(cell("текст_обращений").contains("Подпишите акт"));

    play.marina.write("Подписала");
    play.shows(2, "текст_обращений", |text| {
        text.contains("Подписала")
    })
    .await;
    play.settled().await;
    assert_eq!(play.heard(FIRST), 1);
    assert_eq!(play.testbed.appeal_cell(3, "код"), "", "no row of its own");
    play.ends(service).await;
}

#[tokio::test]
async fn a_code_that_leads_to_nobody_is_said_and_goes_on_once_it_is_mended() {
    let (play, service) = Play::registered().await;
    play.adds(&[
        &[("код", "Ы-404"), (ANSWER, "Первое")],
        &[("код", "П-1046"), (ANSWER, "Второе")],
    ]);
    play.calls().await;
    let says = |text: &'static str, words: &'static str| {
        let key = (ANSWER, text);
        let shows = move |shown: &str| shown.contains(words);
        play.testbed
            .cell_where(APPEALS, key, "Доставка", shows, PATIENCE)
    };
    says("Первое", "такого кода нет").await.expect("it is said");
    says("Второе", "партнёр ещё не зарегистрировался")
        .await
        .expect("it is said");
    play.settled().await;
    assert_eq!(play.heard(FIRST), 0);
    play.testbed
        .type_into(APPEALS, (ANSWER, "Первое"), "код", TOUR_PARTNER.code)
        .expect("the row is there");
    play.calls().await;
    play.hears("Первое").await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    play.testbed
        .type_into(APPEALS, (ANSWER, "Второе"), ANSWER, "")
        .expect("the row is there");
    play.calls().await;
    let told = play.testbed.cell_where(
        APPEALS,
        ("код", "П-1046"),
        "Доставка",
        str::is_empty,
        PATIENCE,
    );
    told.await.expect("nothing is left to say");
    play.settled().await;
    assert_eq!((play.heard("Первое"), play.heard("Второе")), (1, 0));
    play.ends(service).await;
}

#[tokio::test]
async fn what_was_written_while_the_service_was_away_goes_out_in_the_firms_name() {
    let (mut play, service) = Play::registered().await;
    service.stop().await;
    play.testbed.configure("FIRM", "Агентство «Дом»");
    play.adds(&[&[("telegram_id", "700001042"), (ANSWER, "Пока нас не было")]]);
    let service = play.start().await;
    let heard = play.hears("Пока нас не было").await;
    assert!(
        (heard.content.text).starts_with("Вам пишет Агентство «Дом», обращение № 2."),
        "{}",
        heard.content.text
    );
    play.shows(2, "код", |text| text == TOUR_PARTNER.code).await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    assert_eq!(play.heard("Пока нас не было"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn two_rows_alike_are_two_messages_and_a_copy_with_its_number_is_none() {
    let (play, service) = Play::registered().await;
    let row: &[(&str, &str)] = &[("код", TOUR_PARTNER.code), (ANSWER, "Дважды")];
    play.adds(&[row, row]);
    play.calls().await;
    for number in [2, 3] {
        play.hears(&format!("обращение № {number}")).await;
        play.shows(number, "telegram_id", |text| text == "700001042")
            .await;
        play.shows(number, ANSWER, str::is_empty).await;
    }
    play.settled().await;
    assert_eq!(play.heard("Дважды"), 2);

    let copied = play.testbed.sheets.with(BOOK, |book| {
        let end = book.table(APPEALS)?.len();
        book.copy(APPEALS, &format!("A{end}:J{end}"), &format!("A{}", end + 1))
    });
    copied.expect("the row is copied");
    let typed = play
        .testbed
        .type_into(APPEALS, ("№", "3"), ANSWER, "В одну из двух");
    typed.expect("the row is there");
    play.calls().await;
    play.shows(3, "Доставка", |text| {
        text.starts_with("остановлено")
    })
    .await;
    play.settled().await;
    assert_eq!(play.heard("В одну из двух"), 0);
    play.ends(service).await;
}

#[tokio::test]
async fn what_stood_there_before_the_first_start_goes_out_once_it_is_changed() {
    let play = Play::set().await;
    play.adds(&[&[("код", TOUR_PARTNER.code), (ANSWER, "Давнее")]]);
    let service = play.start().await;
    play.registers().await;
    play.calls().await;
    let old = (ANSWER, "Давнее");
    let held = |shown: &str| shown.starts_with("ждёт: ответ стоял здесь до запуска");
    let told = play
        .testbed
        .cell_where(APPEALS, old, "Доставка", held, PATIENCE);
    told.await.expect("it is said");
    play.settled().await;
    assert_eq!(play.heard("Давнее"), 0);
    play.testbed
        .type_into(APPEALS, old, ANSWER, "Свежее")
        .expect("the row is there");
    play.calls().await;
    play.hears("Свежее").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_journal_of_yesterday_sends_no_message_that_may_have_gone_out() {
    let (play, service) = Play::registered().await;
    service.stop().await;
    let journal = play.testbed.data_dir().join("journal.redb");
    let copy = play.testbed.directory().join("copy.redb");
    fs::copy(&journal, &copy).expect("copied");
    let service = play.start().await;
    let code = ("код", TOUR_PARTNER.code);
    play.adds(&[&[code, (ANSWER, "Ушло вчера")]]);
    play.calls().await;
    play.hears("Ушло вчера").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    service.stop().await;

    // One is there again as if its number had never been written, and one was typed since.
    play.adds(&[
        &[code, (ANSWER, "Ушло вчера")],
        &[("telegram_id", "700001042"), (ANSWER, "Новое")],
    ]);
    fs::copy(&copy, &journal).expect("restored");
    let service = play.start().await;
    let says = |text: &'static str| {
        let held = |shown: &str| shown.starts_with("ждёт: ответ стоял здесь до запуска");
        play.testbed
            .cell_where(APPEALS, (ANSWER, text), "Доставка", held, PATIENCE)
    };
    says("Ушло вчера").await.expect("it is said");
    says("Новое").await.expect("it is said");
    play.settled().await;
    assert_eq!((play.heard("Ушло вчера"), play.heard("Новое")), (1, 0));
    play.ends(service).await;
}

#[tokio::test]
async fn rows_sorted_under_every_write_are_completed_each_for_its_own_partner() {
    let play = Play::set().await;
    let people = play.enlists(4);
    let service = play.start().await;
    play.settled().await;
    for person in &people[..2] {
        person.write("Вопрос");
        hears(person, "Приняли").await;
    }
    play.settled().await;
    play.testbed.sheets.sort_under_writes(true);
    let codes: Vec<String> = (people.iter())
        .map(|person| format!("К-{}", person.id().0))
        .collect();
    let texts: Vec<String> = codes.iter().map(|code| format!("лично {code}")).collect();
    let rows: Vec<[(&str, &str); 2]> = (codes.iter().zip(&texts))
        .map(|(code, text)| [("код", code.as_str()), (ANSWER, text.as_str())])
        .collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(<[_; 2]>::as_slice).collect();
    play.adds(&rows);
    play.calls().await;
    for (person, text) in people.iter().zip(&texts) {
        hears(person, text).await;
    }
    play.testbed.sheets.sort_under_writes(false);
    play.calls().await;
    play.settled().await;
    for (person, text) in people.iter().zip(&texts) {
        let heard = person.messages();
        let all = heard
            .iter()
            .filter(|message| message.content.text.contains("лично"));
        assert_eq!(all.count(), 1, "{text}");
        let table = play.testbed.sheets.with(BOOK, |book| book.table(APPEALS));
        let table = table.expect("the tab stands");
        let column = |header: &str| table[0].iter().position(|known| known == header);
        let (telegram, history) = (column("telegram_id"), column("текст_обращений"));
        let (telegram, history) = (telegram.expect("there"), history.expect("there"));
        let id = person.id().0.to_string();
        let rows: Vec<_> = (table[1..].iter())
            .filter(|row| row[history].contains(text.as_str()))
            .collect();
        assert_eq!(rows.len(), 1, "{text}: {table:?}");
        assert_eq!(rows[0][telegram], id, "{text}: {table:?}");
    }
    play.ends(service).await;
}
