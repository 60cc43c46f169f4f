//! `forget`: one person leaves the journal, and does not come back by himself.
//!
//! Invariant: what is checked is the file itself: no key and no value speaks of the person any more.

use rustix::process::Signal;
use sheetdesk::{
    journal::{ClosedJournal, CopyError},
    testbed::{APPEALS, BOOK, PARTNERS},
};
use simulator::{
    sheets::{CallKind, Side, TOUR_PARTNER},
    telegram::{Attachment, FileKind},
};

use crate::{
    child::{Child, run},
    play::{FIRST_QUESTION, Play, hears},
};

const ID: i64 = 700_001_042;

/// Everything that the journal of a service that has ended still holds of Marina.
fn traces(play: &Play) -> Vec<String> {
    let journal = ClosedJournal::open(&play.testbed.data_dir()).expect("nobody has it");
    // As keys hold it: big-endian, with the sign bit turned over.
    let mark = (ID.cast_unsigned() ^ (1 << 63)).to_be_bytes();
    let id = ID.to_string();
    let mut traces = Vec::new();
    let told = journal.source().each(|table, key, value| {
        let text = String::from_utf8_lossy(value);
        let words = [
            id.as_str(),
            FIRST_QUESTION,
            TOUR_PARTNER.name,
            TOUR_PARTNER.code,
            "9123456789",
            "отчёт-соколовой",
            "Отчёт отправили",
            "345-67-89",
        ];
        let word = words
            .iter()
            .find(|word| text.contains(**word) || String::from_utf8_lossy(key).contains(**word));
        traces.extend(word.map(|word| format!("{table}: {word} in {text}")));
        traces.extend(
            key.windows(8)
                .any(|part| part == mark)
                .then(|| format!("{table}: the id in a key")),
        );
        Ok::<_, CopyError>(())
    });
    told.expect("it can be read");
    traces
}

/// Deletes the row whose column holds this.
fn deletes(play: &Play, tab: &str, column: &str, text: &str) {
    play.testbed.sheets.with(BOOK, |book| {
        let cell = book
            .address(tab, (column, text), column)
            .expect("the row is there");
        let row = cell
            .trim_start_matches(char::is_alphabetic)
            .parse()
            .expect("a row");
        book.delete_rows(tab, row, 1).expect("it goes");
    });
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story from beginning to end")]
async fn whoever_is_forgotten_leaves_no_trace_and_can_begin_anew() {
    let play = Play::set().await;
    let service = Child::serve(&play.testbed).await;
    play.registers().await;
    play.opens_appeal().await;
    play.marina.send_file(Attachment::of_size(
        FileKind::Document,
        "отчёт-соколовой.pdf",
        "application/pdf",
        1_000,
    ));
    play.shows(2, "текст_обращений", |text| {
        text.contains("отчёт-соколовой.pdf")
    })
    .await;
    play.types(2, "специалист_ответ", "Отчёт отправили").await;
    play.hears("Отчёт отправили").await;
    play.settled().await;

    let asked = run(&play.testbed, &["forget", TOUR_PARTNER.code]).await;
    assert_eq!(asked.code, Some(1), "{}", asked.out);
    assert!(asked.err.contains("nothing was erased"), "{}", asked.err);
    for words in [
        "the Telegram account 700001042",
        "the row of code П-1042",
        "“обращения”: No. 2 (name",
    ] {
        assert!(asked.out.contains(words), "{words}: {}", asked.out);
    }
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;

    let erased = run(&play.testbed, &["forget", TOUR_PARTNER.code, "--yes"]).await;
    assert_eq!(
        (erased.code, erased.err.as_str()),
        (Some(0), ""),
        "{}",
        erased.out
    );
    assert!(
        erased.out.contains("The staff list still holds the person"),
        "{}",
        erased.out
    );
    play.settled().await;
    let of_marina = ("Код партнера", TOUR_PARTNER.code);
    assert_eq!(
        play.testbed.cell(PARTNERS, of_marina, "Telegram ID"),
        "",
        "we show nobody's account any more"
    );
    assert!(
        !play
            .testbed
            .cell(APPEALS, ("№", "2"), "текст_обращений")
            .is_empty(),
        "the row is the people's"
    );

    // A restart sees the row as for the first time, and leaves it alone.
    service.stop(Signal::TERM).await;
    let service = Child::serve(&play.testbed).await;
    play.settled().await;
    service.stop(Signal::TERM).await;
    let left: Vec<String> = traces(&play)
        .into_iter()
        .filter(|trace| !trace.starts_with("partners") && !trace.starts_with("inbox"))
        .collect();
    assert_eq!(
        left,
        Vec::<String>::new(),
        "but for the line of the staff list"
    );

    // The rows go, and so does the rest.
    let service = Child::serve(&play.testbed).await;
    deletes(&play, PARTNERS, "Код партнера", TOUR_PARTNER.code);
    play.testbed.callback(PARTNERS).await.expect("it is taken");
    let gone = |status: &sheetdesk::operator::StatusReport| {
        status
            .looks
            .get("partners")
            .is_some_and(|look| look.rows == 7)
    };
    play.testbed
        .status_where("the row is gone", gone, crate::play::PATIENCE)
        .await
        .expect("it is");
    play.settled().await;
    // A read that is under way has seen the appeal's row; it is thrown away.
    let hold = play.testbed.sheets.hold(CallKind::Read, Side::After);
    play.types(2, "специалист_ответ", "Отчёт отправили ещё раз")
        .await;
    hold.arrived().await;
    deletes(&play, APPEALS, "№", "2");
    let erased = run(&play.testbed, &["forget", TOUR_PARTNER.code, "--yes"]).await;
    assert_eq!(
        (erased.code, erased.err.as_str()),
        (Some(0), ""),
        "{}",
        erased.out
    );
    assert!(
        !erased.out.contains("still holds the person"),
        "{}",
        erased.out
    );
    hold.release();
    play.testbed.callback(APPEALS).await.expect("it is taken");
    play.settled().await;
    let unknown = run(&play.testbed, &["forget", TOUR_PARTNER.code, "--yes"]).await;
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown.err.contains("о «П-1042» ничего не хранится"),
        "{}",
        unknown.err
    );
    service.stop(Signal::TERM).await;
    assert_eq!(traces(&play), Vec::<String>::new());

    let service = Child::serve(&play.testbed).await;
    play.marina.write("Здравствуйте, это снова я");
    hears(&play.marina, "код").await;
    service.stop(Signal::TERM).await;
}
