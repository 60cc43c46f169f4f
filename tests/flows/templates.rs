//! Templates: a tab of names and texts beside the appeals, called from the answer cell.

use serde_json::json;
use sheetdesk::testbed::BOOK;

use crate::play::Play;

const TEMPLATES: &str = "Шаблоны";
const ANSWER: &str = "специалист_ответ";

/// The tab shows these rows from its second on.
fn writes(play: &Play, rows: &[[String; 2]]) {
    let written = play.testbed.sheets.with(BOOK, |book| {
        if book.table(TEMPLATES).is_err() {
            book.add_tab(TEMPLATES)?;
            book.paste(TEMPLATES, "A1", &[["имя".to_owned(), "текст".to_owned()]])?;
        }
        book.paste(TEMPLATES, "A2", rows)
    });
    written.expect("the tab is written");
}

fn row(name: &str, text: &str) -> [String; 2] {
    [name.to_owned(), text.to_owned()]
}

#[tokio::test]
async fn a_name_in_the_answer_cell_becomes_its_text() {
    let play = Play::set().await;
    writes(
        &play,
        &[row("адрес", "{имя}, по обращению {номер}: Невский, 1")],
    );
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    play.types(2, ANSWER, "/адрес\nЖдём").await;
    let heard = play.hears("Невский, 1").await;
    assert!(
        heard
            .content
            .text
            .ends_with("по обращению 2: Невский, 1\nЖдём"),
        "{}",
        heard.content.text
    );
    assert!(!heard.content.text.contains("{имя}"));
    play.shows(2, ANSWER, str::is_empty).await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("Невский, 1") && !text.contains("/адрес")
    })
    .await;

    // The text of this very moment counts, and a name that is not there is said.
    writes(&play, &[row("адрес", "Переехали на Лиговский")]);
    play.types(2, ANSWER, "/адерс").await;
    play.shows(2, "Доставка", |text| {
        text.starts_with("ждёт: шаблона «/адерс» нет, похожий – «/адрес»")
    })
    .await;
    play.types(2, ANSWER, "/адрес").await;
    play.hears("Переехали на Лиговский").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    assert_eq!(play.heard("адерс"), 0);
    assert_eq!(play.heard("Переехали"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_text_looks_as_the_buttons_of_the_spreadsheet_have_made_it() {
    let play = Play::set().await;
    writes(&play, &[row("адрес", "пока нет"), row("пусто", "")]);
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    let looks = json!({"textFormatRuns": [
        {"format": {"bold": true}},
        {"startIndex": 4, "format": {}},
        {"startIndex": 8, "format": {"italic": true, "link": {"uri": "https://a.example/map"}}},
    ]});
    let typed = play.testbed.sheets.with(BOOK, |book| {
        let looks = looks.as_object().expect("fields of a cell").clone();
        book.type_rich(TEMPLATES, "B2", "Офис на карте, {номер}", looks)
    });
    typed.expect("it is typed");
    play.types(2, ANSWER, "/адрес\nЖдём").await;
    let heard = play.hears("Офис на карте, 2").await;
    let link = "<a href=\"https://a.example/map\"><i>карте, 2</i></a>";
    let html = format!("<b>Офис</b> на {link}\nЖдём");
    let html = heard.content.html.ends_with(&html);
    assert!(html, "{}", heard.content.html);
    play.shows(2, ANSWER, str::is_empty).await;
    play.ends(service).await;
}
