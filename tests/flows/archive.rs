//! A dialogue that outgrows its cell goes on in the archive, and nothing of it is lost or doubled on the way.
//!
//! Invariant: cell and archive change in one call, so whoever looks finds every line in one of them.

use sheetdesk::testbed::{APPEALS, BOOK};
use simulator::sheets::{CallKind, Fault, Trouble};

use crate::play::{Play, hears};

const ARCHIVE: &str = "обращения_архив";
const HISTORY: &str = "текст_обращений";

/// Marina has written as much as the cell holds; the next long message makes it overflow.
async fn full() -> (Play, sheetdesk::testbed::Service) {
    let (play, service) = Play::with_appeal().await;
    (0..11).for_each(|number| writes(&play, number));
    play.shows(2, HISTORY, |text| text.contains("сообщение 10"))
        .await;
    play.settled().await;
    (play, service)
}

fn writes(play: &Play, number: usize) {
    play.marina
        .write(&format!("сообщение {number:02} {}", "а".repeat(4_000)));
}

async fn says(play: &Play, number: usize) {
    writes(play, number);
    play.shows(2, HISTORY, |text| {
        text.contains(&format!("сообщение {number:02}"))
    })
    .await;
}

/// The archive as it stands; nothing where there is none.
fn archive(play: &Play) -> Vec<Vec<String>> {
    play.testbed
        .sheets
        .with(BOOK, |book| book.table(ARCHIVE))
        .unwrap_or_default()
}

/// Every message occurs once, from the newest to the oldest, the archived part below the cell's.
fn is_whole(play: &Play, messages: usize) {
    let table = archive(play);
    assert_eq!(table[0][..3], ["№", "часть", "текст"]);
    let parts: Vec<&Vec<String>> = table[1..].iter().filter(|row| !row[0].is_empty()).collect();
    let keys: Vec<(&str, &str)> = parts
        .iter()
        .map(|row| (row[0].as_str(), row[1].as_str()))
        .collect();
    assert_eq!(keys, [("2", "1")], "the part stands there once");
    let cell = play.testbed.appeal_cell(2, HISTORY);
    assert!(cell.encode_utf16().count() < 50_000);
    assert!(cell.ends_with("… более раннее – на листе «обращения_архив», № 2, часть 1"));
    let all = format!("{cell}\n{}", parts[0][2]);
    let said: Vec<&str> = all
        .lines()
        .filter_map(|line| Some(line.split_once("сообщение ")?.1.split_once(' ')?.0))
        .collect();
    let expected: Vec<String> = (0..messages)
        .rev()
        .map(|number| format!("{number:02}"))
        .collect();
    assert_eq!(said, expected);
    assert!(
        all.ends_with("Не приходит отчёт"),
        "the first question is at the very end"
    );
}

#[tokio::test]
async fn the_oldest_part_moves_to_a_tab_of_its_own() {
    let (play, service) = full().await;
    assert!(
        archive(&play).is_empty(),
        "there is no archive before it is needed"
    );
    says(&play, 11).await;
    play.settled().await;
    is_whole(&play, 12);
    says(&play, 12).await;
    play.settled().await;
    is_whole(&play, 13);
    play.ends(service).await;
}

#[tokio::test]
async fn a_lost_answer_of_google_leaves_the_part_there_once() {
    let (play, service) = full().await;
    play.testbed
        .sheets
        .fault(Fault::once(CallKind::Write, Trouble::CutAfter));
    says(&play, 11).await;
    play.settled().await;
    is_whole(&play, 12);
    play.ends(service).await;
}

#[tokio::test]
async fn an_archive_that_people_have_changed_is_named_and_its_rows_wait() {
    let (play, service) = full().await;
    let edit = |act: &dyn Fn(&mut simulator::sheets::Workbook)| {
        play.testbed.sheets.with(BOOK, |book| {
            act(book);
            Ok::<_, simulator::sheets::ApiError>(())
        })
    };
    edit(&|book| {
        book.add_tab(ARCHIVE).expect("it is not there");
        book.paste(ARCHIVE, "A1", &[["№", "заметка", "глава", "текст"]])
            .expect("room");
    })
    .expect("edited");
    writes(&play, 11);
    hears(
        &play.operator,
        "Лист «обращения_архив»: нет столбца «часть»",
    )
    .await;
    play.marina.write("Есть кто живой?");
    play.hears("Добавили к обращению № 2").await;
    assert!(
        !play
            .testbed
            .appeal_cell(2, HISTORY)
            .contains("сообщение 11"),
        "it waits"
    );
    edit(&|book| {
        book.type_in(ARCHIVE, "C1", "часть").expect("a cell");
    })
    .expect("edited");
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    play.shows(2, HISTORY, |text| {
        text.contains("сообщение 11") && text.contains("Есть кто живой?")
    })
    .await;
    let table = archive(&play);
    assert_eq!(
        (
            table[1][0].as_str(),
            table[1][1].as_str(),
            table[1][2].as_str()
        ),
        ("2", "", "1")
    );
    hears(&play.operator, "Лист «обращения» снова в порядке").await;
    play.ends(service).await;
}
