//! `serve --observe`: it looks, says what it would do, and does nothing.
//!
//! Invariant: the workbook is the same to the last bit, and Telegram has not been called once.

use rustix::process::Signal;
use sheetdesk::testbed::{APPEALS, BOOK};
use simulator::{sheets::Workbook, telegram::Profile};

use crate::{
    child::{Child, run},
    play::Play,
};

fn book(play: &Play) -> Workbook {
    play.testbed
        .sheets
        .with(BOOK, |book| {
            Ok::<_, simulator::sheets::ApiError>(book.clone())
        })
        .expect("it is there")
}

fn type_in(play: &Play, telegram: &str, header: &str, text: &str) {
    let typed = play.testbed.sheets.with(BOOK, |book| {
        let address = book.address(APPEALS, ("telegram_id", telegram), header)?;
        book.type_in(APPEALS, &address, text)
    });
    typed.expect("the row is there");
}

#[tokio::test]
async fn a_first_start_is_told_and_not_done() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__APPEALS", "* * * * * *");
    play.testbed
        .telegram
        .person(Profile::new(700_001_043, "Павел"))
        .has_met_bot();
    type_in(&play, "700001043", "специалист_ответ", "Тайный ответ");
    let before = book(&play);
    let child = Child::start(
        play.testbed.directory(),
        play.testbed.variables(),
        &["serve", "--observe"],
    );
    for words in [
        "ничего не пишем и не отправляем",
        "Лист «список сотрудников для авторизации» прочитан: строк с ключом или telegram_id – 8",
        "Лист «обращения» прочитан: строк с ключом или telegram_id – 1",
        "Лист «обращения»: добавить справа столбцы «№», «Доставка»",
        "Лист «обращения»: раскрасить статусы",
        "Лист «обращения», строка 2 (№ 1): записать «№», «Доставка»",
        "Ответов, которые стояли до запуска, – 1.",
    ] {
        child.tells(words).await;
    }
    assert!(book(&play) == before, "nothing is written");

    let (exit, _) = child.stop(Signal::TERM).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    assert!(
        exit.out.ends_with("Ничего не записано и не отправлено.\n"),
        "{}",
        exit.out
    );
    assert!(
        !exit.out.contains("Тайный"),
        "nobody's words are told: {}",
        exit.out
    );
    let told = exit
        .out
        .lines()
        .filter(|line| line.contains("строка 2"))
        .count();
    assert!(told <= 2, "each thing is told once: {}", exit.out);
    assert_eq!(
        play.testbed.telegram.calls().by_method.len(),
        0,
        "Telegram is not called"
    );
    assert!(
        !play.testbed.data_dir().join("journal.redb").exists(),
        "no journal is left behind"
    );
}

#[tokio::test]
async fn it_is_told_in_the_language_of_the_installation() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__APPEALS", "* * * * * *");
    play.testbed.configure("LANGUAGE", "en");
    let child = Child::start(
        play.testbed.directory(),
        play.testbed.variables(),
        &["serve", "--observe"],
    );
    for words in [
        "nothing is written and nothing is sent",
        "The tab “обращения” is read: rows with a key or a telegram_id – 1",
        "The tab “обращения”: add at the right the columns “№”, “Доставка”",
        "The tab “обращения”, row 2 (No. 1): write “№”, “Доставка”",
    ] {
        child.tells(words).await;
    }
    let (exit, _) = child.stop(Signal::TERM).await;
    let said = exit.out.lines().map(|line| {
        let quoted = line.split(['“', '”']).step_by(2);
        // The key of a promotion is a word of the sheet.
        quoted
            .collect::<String>()
            .replace("1-пх", "")
            .replace("2-дт", "")
    });
    let is_russian = |c: char| matches!(c, 'А'..='я' | 'Ё' | 'ё');
    let russian: Vec<String> = said.filter(|line| line.contains(is_russian)).collect();
    assert!(russian.is_empty(), "{russian:?}");
}

#[tokio::test]
async fn what_a_stopped_service_would_go_on_with_is_told() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__APPEALS", "* * * * * *");
    let child = Child::serve(&play.testbed).await;
    play.shows(1, "№", |text| text == "1").await;
    play.settled().await;
    child.stop(Signal::TERM).await;
    let file = play.testbed.data_dir().join("journal.redb");
    let journal = std::fs::read(&file).expect("a journal");
    type_in(&play, "700001043", "специалист_ответ", "Тайный ответ");
    let before = book(&play);
    let calls = play.testbed.telegram.calls();

    let child = Child::start(
        play.testbed.directory(),
        play.testbed.variables(),
        &["serve", "--observe"],
    );
    child
        .tells("Отправить партнёру ответ на обращение № 1")
        .await;
    let (exit, _) = child.stop(Signal::TERM).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    assert!(book(&play) == before, "nothing is written");
    assert_eq!(play.testbed.telegram.calls(), calls, "nothing is sent");
    assert!(
        std::fs::read(&file).expect("a journal") == journal,
        "the journal is not touched"
    );
}

#[tokio::test]
async fn beside_a_running_service_it_says_where_to_look() {
    let play = Play::set().await;
    let child = Child::serve(&play.testbed).await;
    let exit = run(&play.testbed, &["serve", "--observe"]).await;
    assert_eq!(exit.code, Some(1));
    assert!(
        exit.err
            .contains("a Sheetdesk is running with the data directory"),
        "{}",
        exit.err
    );
    child.stop(Signal::TERM).await;
}
