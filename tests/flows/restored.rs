//! A journal that is lost, or restored from a copy of yesterday, on a workbook that went on.
//!
//! Invariant: no number is used twice, and nothing that was sent is sent again; at most it waits for the operator's word.

use std::fs;

use sheetdesk::app::Ended;

use crate::play::{Play, hears};

const ANSWER: &str = "специалист_ответ";

/// Marina's № 2 is copied with the journal; afterwards it is answered, and № 3 is opened; an answer to that is typed while nobody runs.
async fn gone_on() -> (Play, std::path::PathBuf) {
    let (play, service) = Play::with_appeal().await;
    play.settled().await;
    assert_eq!(service.stop().await, Ended::Stopped);
    let copy = play.testbed.directory().join("copy.redb");
    fs::copy(play.testbed.data_dir().join("journal.redb"), &copy).expect("copied");
    let service = play.start().await;
    play.types(2, ANSWER, "Отчёт отправили").await;
    play.hears("Отчёт отправили").await;
    play.types(2, "статус", "Решено").await;
    play.hears("Обращение № 2 решено").await;
    play.marina.write("А где второй отчёт?");
    play.hears("Приняли, обращение № 3").await;
    play.settled().await;
    assert_eq!(service.stop().await, Ended::Stopped);
    play.testbed
        .type_in(3, ANSWER, "Пока считаем")
        .expect("there is such a cell");
    (play, copy)
}

/// What the new process must and must not do.
async fn goes_on(play: Play, history: [String; 2]) {
    let told = play.marina.messages().len();
    let service = play.start().await;
    play.shows(3, "Доставка", |text| {
        text.starts_with("ждёт: ответ стоял здесь до запуска")
    })
    .await;
    play.settled().await;
    assert_eq!(play.marina.messages().len(), told, "nothing is said twice");
    assert_eq!(
        [2, 3].map(|number| play.testbed.appeal_cell(number, "текст_обращений")),
        history
    );
    play.marina.write("И ещё вопрос");
    play.hears("Добавили к обращению № 3").await;
    play.shows(3, "текст_обращений", |text| {
        text.contains("И ещё вопрос") && text.contains("А где второй отчёт?")
    })
    .await;
    play.types(3, "статус", "Решено").await;
    play.hears("Обращение № 3 решено").await;
    play.marina.write("Новый вопрос");
    play.hears("Приняли, обращение № 4").await;
    play.ends(service).await;
}

fn histories(play: &Play) -> [String; 2] {
    [2, 3].map(|number| play.testbed.appeal_cell(number, "текст_обращений"))
}

#[tokio::test]
async fn a_copy_of_yesterday_takes_over_what_the_sheet_shows() {
    let (play, copy) = gone_on().await;
    fs::copy(copy, play.testbed.data_dir().join("journal.redb")).expect("restored");
    let history = histories(&play);
    let operator = play.operator.clone();
    goes_on(play, history).await;
    hears(&operator, "Журнал старше таблицы").await;
}

#[tokio::test]
async fn a_lost_journal_takes_over_what_the_sheet_shows() {
    let (play, _) = gone_on().await;
    for name in ["journal.redb", "journal.lock"] {
        fs::remove_file(play.testbed.data_dir().join(name)).expect("lost");
    }
    let history = histories(&play);
    goes_on(play, history).await;
}
