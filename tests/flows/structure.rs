//! What people do to the sheet itself: headers, columns, tabs, rights.
//!
//! Invariant: only the feature concerned stops; whoever can mend it is told what and where, once when it begins and once when it ends;
//! it goes on by itself.

use sheetdesk::testbed::{APPEALS, BOOK, PARTNERS};
use simulator::sheets::{ApiError, Role, SERVICE_ACCOUNT_EMAIL, Workbook};

use crate::play::{PATIENCE, Play, hears};

const MENDED: &str = "Лист «обращения» снова в порядке";

/// A person acts on the workbook, and the script calls.
async fn edit(play: &Play, act: impl FnOnce(&mut Workbook) -> Result<(), ApiError>) {
    play.testbed.sheets.with(BOOK, act).expect("it can be done");
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
}

fn told(play: &Play, words: &str) -> usize {
    let messages = play.operator.messages();
    messages
        .iter()
        .filter(|message| message.content.text.contains(words))
        .count()
}

/// The appeals are in trouble, in these words; the staff list is not.
async fn appeals_are_stopped(play: &Play, words: &str) {
    hears(&play.operator, words).await;
    let status = play
        .testbed
        .status_where(
            "the appeals tab is in trouble",
            |status| {
                status
                    .looks
                    .get("appeals")
                    .is_some_and(|look| look.trouble.is_some())
            },
            PATIENCE,
        )
        .await
        .expect("`status` says so");
    assert!(
        status.looks["appeals"]
            .trouble
            .as_ref()
            .is_some_and(|trouble| trouble.contains(words)),
        "{status:?}"
    );
    assert_eq!(status.looks["partners"].trouble, None);
    // Several looks later nobody has been told again, and partners are served.
    for _ in 0..3 {
        play.testbed
            .callback(APPEALS)
            .await
            .expect("the callback is taken");
    }
    play.marina.write(&format!("Вопрос, пока {words}"));
    play.hears("обращению № 2").await;
    assert_eq!(told(play, words), 1, "{words}");
}

/// It is mended, and what waited is written.
async fn and_go_on(play: &Play, words: &str) {
    hears(&play.operator, MENDED).await;
    play.shows(2, "текст_обращений", |text| {
        text.contains(words)
    })
    .await;
    play.settled().await;
    assert_eq!((told(play, words), told(play, MENDED)), (1, 1));
}

/// A trouble from its beginning to its end.
async fn trouble(
    begin: impl FnOnce(&mut Workbook) -> Result<(), ApiError>,
    words: &str,
    end: impl FnOnce(&mut Workbook) -> Result<(), ApiError>,
) {
    let (play, service) = Play::with_appeal().await;
    edit(&play, begin).await;
    appeals_are_stopped(&play, words).await;
    edit(&play, end).await;
    and_go_on(&play, words).await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_renamed_header_is_named_with_the_one_like_it() {
    trouble(
        |book| book.rename_header(APPEALS, "статус", "статусы"),
        "Лист «обращения»: нет столбца «статус» (есть похожий: «статусы»)",
        |book| book.rename_header(APPEALS, "статусы", "статус"),
    )
    .await;
}

#[tokio::test]
async fn a_doubled_header_is_named() {
    trouble(
        |book| {
            book.insert_columns(APPEALS, "A", 1)?;
            book.type_in(APPEALS, "A1", "статус")
        },
        "столбец «статус» встречается несколько раз",
        |book| book.delete_columns(APPEALS, "A", 1),
    )
    .await;
}

#[tokio::test]
async fn a_deleted_header_is_named_and_its_column_is_found_again() {
    trouble(
        |book| {
            let column = book.column(APPEALS, "специалист_ответ")?;
            book.clear(APPEALS, &format!("{column}1"))
        },
        "нет столбца «специалист_ответ»",
        |book| {
            let status: String = book.column(APPEALS, "статус")?;
            let next = char::from(status.as_bytes().first().copied().unwrap_or(b'A') + 1);
            book.type_in(APPEALS, &format!("{next}1"), "специалист_ответ")
        },
    )
    .await;
}

#[tokio::test]
async fn a_renamed_tab_is_named() {
    trouble(
        |book| book.rename_tab(APPEALS, "обращения 2025"),
        "В таблице нет листа «обращения»",
        |book| book.rename_tab("обращения 2025", APPEALS),
    )
    .await;
}

#[tokio::test]
async fn columns_that_are_moved_or_inserted_are_found_by_their_headers() {
    let (play, service) = Play::with_appeal().await;
    edit(&play, |book| {
        book.insert_columns(APPEALS, "C", 2)?;
        let last = book.column(APPEALS, "Доставка")?;
        book.cut(APPEALS, &format!("{last}1:{last}50"), "C1")
    })
    .await;
    play.types(2, "специалист_ответ", "Столбцы переставили")
        .await;
    play.hears("Столбцы переставили").await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    play.settled().await;
    assert!(
        play.operator.messages().is_empty(),
        "nobody has to do anything"
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_tab_that_is_deleted_and_comes_back_as_a_copy_goes_on_where_it_was() {
    let (play, service) = Play::with_appeal().await;
    let table = play
        .testbed
        .sheets
        .with(BOOK, |book| book.table(APPEALS))
        .expect("the tab");
    edit(&play, |book| book.delete_tab(APPEALS)).await;
    hears(&play.operator, "В таблице нет листа «обращения»").await;
    let cells: Vec<Vec<String>> = table
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| {
                    if cell.contains(':') {
                        format!("'{cell}")
                    } else {
                        cell.clone()
                    }
                })
                .collect()
        })
        .collect();
    edit(&play, |book| {
        book.add_tab(APPEALS)?;
        book.paste(APPEALS, "A1", &cells)
    })
    .await;
    hears(&play.operator, MENDED).await;
    play.types(2, "специалист_ответ", "Из копии").await;
    play.hears("Из копии").await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_sheet_that_we_may_only_read_still_brings_answers_and_says_with_whom_to_share_it() {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .sheets
        .with(BOOK, |book| book.share(SERVICE_ACCOUNT_EMAIL, Role::Reader));
    play.types(2, "специалист_ответ", "Читать ещё можно").await;
    play.hears("Читать ещё можно").await;
    let words = format!("Дайте {SERVICE_ACCOUNT_EMAIL} право «Редактор»");
    hears(&play.operator, &words).await;
    play.testbed
        .sheets
        .with(BOOK, |book| book.share(SERVICE_ACCOUNT_EMAIL, Role::Writer));
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    hears(&play.operator, "снова в порядке").await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    assert_eq!(play.heard("Читать ещё можно"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_spreadsheet_that_is_not_shared_any_more_says_with_whom_to_share_it_and_partners_are_answered()
 {
    let (play, service) = Play::with_appeal().await;
    play.testbed
        .sheets
        .with(BOOK, |book| book.share(SERVICE_ACCOUNT_EMAIL, Role::None));
    play.testbed
        .callback(PARTNERS)
        .await
        .expect("the callback is taken");
    let words = format!(
        "Лист «обращения»: таблица закрыта для сервиса. Откройте её для {SERVICE_ACCOUNT_EMAIL}"
    );
    hears(&play.operator, &words).await;
    play.marina.write("А так дойдёт?");
    play.hears("Добавили к обращению № 2").await;
    play.testbed
        .sheets
        .with(BOOK, |book| book.share(SERVICE_ACCOUNT_EMAIL, Role::Writer));
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    hears(&play.operator, MENDED).await;
    play.shows(2, "текст_обращений", |text| {
        text.contains("А так дойдёт?")
    })
    .await;
    assert_eq!(told(&play, &words), 1);
    play.ends(service).await;
}
