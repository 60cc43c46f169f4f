//! Rows that are sorted under our writes: what lands in a wrong row is put right at once.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use sheetdesk::{
    clock,
    testbed::{APPEALS, BOOK},
};
use simulator::{
    sheets::{Visit, Workbook},
    telegram::Person,
};
use tokio::time::sleep;

use crate::play::{PATIENCE, Play, hears};

/// Rows, and how often they are sorted.
const PARTNERS: i64 = 12;
const ROUNDS: usize = 8;
/// How long somebody else's words may stand in a row once nobody sorts any more.
const LONGEST: Duration = Duration::from_secs(3);

/// Words that only one partner's row may show.
fn words(partner: usize) -> String {
    format!("письмо-{partner:02}")
}

/// Whose words each row shows beside those of its own partner, and whose own words it lacks.
fn foreign(play: &Play, partners: &[Person]) -> Vec<String> {
    let table = play.testbed.sheets.with(BOOK, |book| book.table(APPEALS));
    let table = table.expect("the tab stands");
    let column = |header: &str| table[0].iter().position(|known| known == header);
    let telegram = column("telegram_id").expect("the column stands");
    let history = column("текст_обращений").expect("the column stands");
    let mut found = Vec::new();
    for row in &table[1..] {
        for (nth, partner) in partners.iter().enumerate() {
            let theirs = row[telegram] == partner.id().0.to_string();
            if row[history].contains(&words(nth)) != theirs {
                found.push(format!("{} | {}", row[telegram], row[history]));
            }
        }
    }
    found
}

/// Turns the whole tab upside down.
fn turn(book: &mut Workbook, descending: bool) {
    let rows = book.table(APPEALS).expect("the tab stands").len();
    let column = book.column(APPEALS, "№").expect("the column stands");
    book.sort(APPEALS, &format!("A2:J{rows}"), &column, descending)
        .expect("it sorts");
}

#[tokio::test]
async fn rows_sorted_under_every_write_show_nobody_elses_words_for_long() {
    let play = Play::set().await;
    let partners = play.enlists(PARTNERS);
    let service = play.start().await;
    for (nth, partner) in partners.iter().enumerate() {
        partner.write(&format!("Первое {}", words(nth)));
        hears(partner, "Приняли").await;
    }
    play.settled().await;
    let sorts: Arc<Mutex<Vec<tokio::time::Instant>>> = Arc::default();
    for round in 0..ROUNDS {
        let sorts = Arc::clone(&sorts);
        let act = move |book: &mut Workbook| {
            turn(book, round % 2 == 0);
            sorts.lock().expect("not poisoned").push(clock::monotonic());
        };
        play.testbed
            .sheets
            .visit(BOOK, Visit::BeforeWrite(Box::new(act)));
    }
    for (nth, partner) in partners.iter().enumerate() {
        partner.write(&format!("Второе {}", words(nth)));
    }
    for number in [3, 6, 9] {
        play.types(number, "специалист_ответ", &format!("Ответ {number}"))
            .await;
    }
    let since_last_sort = || {
        let sorts = sorts.lock().expect("not poisoned");
        sorts
            .last()
            .filter(|_| sorts.len() == ROUNDS)
            .map(tokio::time::Instant::elapsed)
    };
    let began = clock::monotonic();
    while since_last_sort().is_none() {
        assert!(began.elapsed() < 3 * PATIENCE, "eight writes");
        sleep(Duration::from_millis(20)).await;
    }
    while !foreign(&play, &partners).is_empty() {
        let since = since_last_sort().expect("they are over");
        assert!(
            since < LONGEST,
            "{since:?}: {:#?}",
            foreign(&play, &partners)
        );
        sleep(Duration::from_millis(20)).await;
    }
    play.settled().await;
    assert!(foreign(&play, &partners).is_empty());
    for (nth, partner) in partners.iter().enumerate() {
        let number = u32::try_from(nth).expect("few") + 2;
        let history = play.testbed.appeal_cell(number, "текст_обращений");
        for begins in ["Первое ", "Второе "] {
            assert_eq!(history.matches(begins).count(), 1, "№ {number}: {history}");
        }
        let answers = partner.messages().into_iter();
        let answers: Vec<_> = answers
            .map(|message| message.content.text)
            .filter(|text| text.contains("Ответ "))
            .collect();
        assert_eq!(
            answers.len(),
            usize::from([3, 6, 9].contains(&number)),
            "{answers:?}"
        );
    }
    play.ends(service).await;
}
