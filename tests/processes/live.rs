//! `check --live-sheet` against the stand-in: as Google is taken to be, and as it may turn out to be.
//!
//! Invariant: the spreadsheet is afterwards what it was before.

use sheetdesk::testbed::BOOK;
use simulator::sheets::{ApiError, Role, SERVICE_ACCOUNT_EMAIL, Workbook};

use crate::{
    child::{Exit, run},
    play::Play,
};

const SCRATCH: &str = "book-for-trials-that-nobody-needs-0000000000";

/// Runs the trials on a spreadsheet; afterwards it is as it was.
async fn tried(play: &Play, spreadsheet: &str) -> Exit {
    let book = || {
        play.testbed
            .sheets
            .with(spreadsheet, |book| Ok::<_, ApiError>(book.clone()))
            .expect("it is there")
    };
    let before = book();
    let exit = run(&play.testbed, &["check", "--live-sheet", spreadsheet]).await;
    assert!(
        book() == before,
        "it is as it was: {:?}",
        book().tab_titles()
    );
    exit
}

#[tokio::test]
async fn a_google_that_is_as_assumed_passes_and_keeps_nothing() {
    let play = Play::set().await;
    let exit = tried(&play, BOOK).await;
    assert_eq!(exit.code, Some(0), "{}{}", exit.out, exit.err);
    assert_eq!(
        exit.out
            .lines()
            .filter(|line| line.starts_with("so     "))
            .count(),
        18,
        "{}",
        exit.out
    );
    assert!(
        exit.out.contains("All is as reckoned: 18 trials."),
        "{}",
        exit.out
    );
}

#[tokio::test]
async fn a_google_that_does_not_find_line_breaks_is_told_with_what_follows() {
    let play = Play::set().await;
    let mut book = Workbook::new(SCRATCH, "Для проб").without_multiline_find();
    book.add_tab("Лист").expect("a tab");
    book.share(SERVICE_ACCOUNT_EMAIL, Role::Writer);
    play.testbed.sheets.insert_workbook(book);
    let exit = tried(&play, SCRATCH).await;
    assert_eq!(exit.code, Some(1), "{}{}", exit.out, exit.err);
    let words = "OTHER  an answer with line breaks, too\n         found: cells changed: 0, the cell holds “да⏎и ещё⏎⏎да”\n         then: the service looks again";
    assert!(exit.out.contains(words), "{}", exit.out);
    assert!(
        exit.out.contains("Otherwise than reckoned: 1 of 18."),
        "{}",
        exit.out
    );
}

#[tokio::test]
async fn a_spreadsheet_that_may_only_be_read_is_named() {
    let play = Play::set().await;
    let mut book = Workbook::new(SCRATCH, "Для проб");
    book.add_tab("Лист").expect("a tab");
    book.share(SERVICE_ACCOUNT_EMAIL, Role::Reader);
    play.testbed.sheets.insert_workbook(book);
    let exit = tried(&play, SCRATCH).await;
    assert_eq!(exit.code, Some(1));
    assert!(
        exit.err.contains("a new tab: the call failed (no access"),
        "{}",
        exit.err
    );
}
