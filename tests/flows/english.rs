//! An installation that speaks English: specialists, marketers and the operator read English, partners their own language; and one whose
//! language is changed while work is on its way.

use serde_json::json;
use sheetdesk::{
    operator::StatusReport,
    testbed::{APPEALS, BOOK, PROMOTIONS, Service},
};
use simulator::telegram::SentMessage;

use crate::play::{FIRST_QUESTION, PATIENCE, Play, hears, told};

const ANSWER: &str = "специалист_ответ";
const DELIVERY: &str = "Доставка";
const HISTORY: &str = "текст_обращений";
const STATE: &str = "Состояние";
/// Words of the sheets, and what people wrote: they stay as they are in every language.
const THEIRS: [&str; 14] = [
    "Не приходит отчёт",
    "Отправили заново",
    "Отправили",
    "Соколова Марина Игоревна",
    "Марина",
    "Специалисты",
    "Опубликовать",
    "обращения_архив",
    "обращения",
    "Акции",
    "Состояние",
    "Двойное вознаграждение",
    "П-1042",
    "Рассылка",
];

/// The service runs in English, with these settings, and Marina is registered.
async fn english(settings: &[(&str, &str)]) -> (Play, Service) {
    let mut play = Play::set().await;
    play.testbed.configure("LANGUAGE", "en");
    for (name, value) in settings {
        play.testbed.configure(name, value);
    }
    let service = play.start().await;
    play.registers().await;
    (play, service)
}

/// Nothing in a text is Russian but what the sheets and people say.
fn is_english(text: &str) {
    let rest = THEIRS
        .iter()
        .fold(text.to_owned(), |rest, theirs| rest.replace(theirs, ""));
    let is_russian = |c: char| matches!(c, 'А'..='я' | 'Ё' | 'ё');
    assert!(!rest.contains(is_russian), "{text}");
}

fn are_english(messages: &[SentMessage]) {
    assert!(!messages.is_empty());
    for message in messages {
        is_english(&message.content.text);
        let markup = message.content.reply_markup.as_ref();
        is_english(&markup.map_or_else(String::new, ToString::to_string));
    }
}

#[tokio::test]
async fn an_appeal_is_answered_in_an_english_sheet_and_the_partner_reads_russian() {
    let (play, service) = english(&[]).await;
    play.opens_appeal().await;
    play.types(2, ANSWER, "Отправили").await;
    play.hears("Ответ на обращение № 2").await;
    let said = play
        .shows(2, DELIVERY, |text| text.starts_with("delivered "))
        .await;
    is_english(&said);
    let history = play
        .shows(2, HISTORY, |text| text.contains("Specialist: Отправили"))
        .await;
    is_english(&history);
    play.types(2, ANSWER, "// Марина").await;
    play.shows(2, HISTORY, |text| text.contains("Note: Марина"))
        .await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_promotion_that_cannot_go_says_so_in_english() {
    let (play, service) = english(&[]).await;
    let row = ("Название", "Двойное вознаграждение");
    let mailing = |words: &'static str| {
        let says = move |text: &str| text.starts_with(words);
        let cell = play
            .testbed
            .cell_where(PROMOTIONS, row, "Рассылка", says, PATIENCE);
        async move { cell.await.expect("it is said") }
    };
    let calls = async || {
        let called = play.testbed.callback(PROMOTIONS).await;
        called.expect("the call is taken");
    };
    let types = |header, text| {
        let typed = play.testbed.type_into(PROMOTIONS, row, header, text);
        typed.expect("there is such a row");
    };
    calls().await;
    is_english(&mailing("ready: 3 recipients").await);
    types("Описание", "");
    types("Ссылка", "сайт");
    types("Действие", "Опубликовать");
    calls().await;
    let said = mailing("not ready yet: there is no description; ").await;
    is_english(&said);
    assert!(said.contains("the link is no address of a site"), "{said}");
    play.ends(service).await;
}

#[tokio::test]
async fn the_operator_hears_english() {
    let mut play = Play::set().await;
    play.testbed.configure("LANGUAGE", "en");
    for name in [
        "SCHEDULE__HEALTH",
        "SCHEDULE__DIGEST",
        "SCHEDULE__HEARTBEAT",
    ] {
        play.testbed.configure(name, "* * * * * *");
    }
    let state = |book: &mut simulator::sheets::Workbook| book.add_tab(STATE);
    play.testbed.sheets.with(BOOK, state).expect("a tab");
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    hears(
        &play.operator,
        "Good morning! 1 appeal waits for an answer: No. 2",
    )
    .await;
    hears(&play.operator, "At work for 0 h.").await;
    let update = json!({"message": {"message_id": 1, "text": "без чата"}});
    play.testbed.telegram.update(update).expect("an update");
    hears(
        &play.operator,
        "A record could not be understood and was set aside",
    )
    .await;
    play.operator.write("/quarantine");
    hears(
        &play.operator,
        "message.chat is missing from Telegram’s update",
    )
    .await;
    play.operator.write("/status");
    hears(
        &play.operator,
        "At work. Records that could not be understood",
    )
    .await;
    play.operator.write("/unknown");
    hears(&play.operator, "The outcome of every message is known.").await;
    play.operator.write("/quarantine drop all");
    hears(&play.operator, "Done: 1.").await;
    hears(&play.operator, "No records are set aside any more.").await;
    play.operator.write("/operator");
    hears(&play.operator, "What you can ask:").await;
    are_english(&play.operator.messages());
    let written = |rows: &Vec<Vec<String>>| {
        rows.iter()
            .flatten()
            .any(|cell| cell.starts_with("How the service is."))
    };
    let tab = loop {
        let tab = play.testbed.sheets.with(BOOK, |book| book.table(STATE));
        let tab = tab.unwrap_or_default();
        if written(&tab) {
            break tab;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    tab.iter().flatten().for_each(|cell| is_english(cell));
    assert_eq!(service.stop().await, sheetdesk::app::Ended::Stopped);
}

#[tokio::test]
async fn a_tab_that_cannot_be_used_is_told_in_english() {
    let (play, service) = english(&[]).await;
    let header = play.testbed.sheets.with(BOOK, |book| book.table(APPEALS));
    let header = header.expect("the tab")[0].clone();
    let at = header
        .iter()
        .position(|it| it == "статус")
        .expect("a column");
    let cell = format!(
        "{}1",
        char::from(b'A' + u8::try_from(at).expect("few columns"))
    );
    let names = |text: &str| {
        let named = play
            .testbed
            .sheets
            .with(BOOK, |book| book.type_in(APPEALS, &cell, text));
        named.expect("a header");
    };
    names("state");
    play.calls().await;
    let heard = hears(&play.operator, "there is no column “статус”").await;
    is_english(&heard.content.text.replace("статус", ""));
    let unusable = |status: &StatusReport| {
        let look = status.looks.get("appeals");
        look.is_some_and(|look| look.trouble.is_some())
    };
    let waits = play.testbed.status_where("it is seen", unusable, PATIENCE);
    waits.await.expect("it is");
    names("статус");
    play.calls().await;
    hears(&play.operator, "The tab of the appeals is in order again.").await;
    play.ends(service).await;
}

#[tokio::test]
async fn the_specialists_hear_english_in_their_chat() {
    const STAFF: i64 = -4242;
    let mut play = Play::set().await;
    play.testbed.configure("LANGUAGE", "en");
    let group = play.testbed.telegram.group(STAFF, "Специалисты");
    play.testbed.configure("STAFF__CHAT", &STAFF.to_string());
    group.add_bot(&play.operator);
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    let head = told(&group, "No. 2 · ").await;
    assert!(head.content.text.contains(FIRST_QUESTION), "{head:?}");
    group
        .reply(&play.operator, head.message_id, "Отправили заново")
        .expect("it is there");
    play.hears("Отправили заново").await;
    told(&group, "Delivered at ").await;
    play.settled().await;
    play.types(2, "статус", "Решено").await;
    told(&group, "The appeal is closed.").await;
    play.hears("Обращение № 2 решено").await;
    play.settled().await;
    are_english(&group.messages());
    play.ends(service).await;
}

#[tokio::test]
async fn a_change_of_the_language_leaves_nothing_unknown() {
    let (mut play, service) = Play::registered().await;
    play.opens_appeal().await;
    play.types(2, ANSWER, "Отправили").await;
    play.hears("Отправили").await;
    play.settled().await;
    play.adds(&[&[("код", "Ы-404"), (ANSWER, "Кому это?")]]);
    play.calls().await;
    let key = ("код", "Ы-404");
    let said = play.testbed.cell_where(
        APPEALS,
        key,
        DELIVERY,
        |text| text.contains("такого кода нет"),
        PATIENCE,
    );
    said.await.expect("it is said");
    play.settled().await;
    service.stop().await;

    play.testbed.configure("LANGUAGE", "en");
    // What it was told in Russian is taken away as well, once there is nothing to say.
    play.testbed
        .type_into(APPEALS, key, ANSWER, "")
        .expect("the row is there");
    let service = play.start().await;
    play.calls().await;
    let gone = play
        .testbed
        .cell_where(APPEALS, key, DELIVERY, str::is_empty, PATIENCE);
    gone.await.expect("nothing is left to say");
    play.marina.write("Ещё вопрос");
    let history = play
        .shows(2, HISTORY, |text| text.contains("Ещё вопрос"))
        .await;
    assert!(history.contains("Specialist: Отправили"), "{history}");
    assert!(!history.contains("Специалист:"), "{history}");
    assert_eq!(history.matches("Отправили").count(), 1, "{history}");
    play.ends(service).await;
}
