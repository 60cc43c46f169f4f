//! Tables for ranges and parsing, and the reads that other tests start from.
//!
//! Invariant: answers are made as Google makes them: by ranges, trailing empty cells left out.

use super::*;
use crate::{
    domain::ids::{ChatId, Number},
    sheets::{
        a1::letters,
        layout::tests::{appeals, partners, promotions, row},
        wire::Rendering,
    },
};

/// A grid as Google would answer a plan's ranges; its formulas show nothing.
pub(in crate::sheets) fn answer(ranges: &[RangeRequest], grid: &[Vec<String>]) -> Vec<Columns> {
    let column = |at: usize, rows: std::ops::Range<usize>, rendering: Rendering| {
        let shown = |cell: &&String| rendering == Rendering::Typed || !cell.starts_with('=');
        let cell = |row: usize| grid.get(row).and_then(|cells| cells.get(at)).filter(shown);
        let mut cells: Vec<String> = rows
            .map(|row| cell(row).cloned().unwrap_or_default())
            .collect();
        cells.truncate(
            cells
                .iter()
                .rposition(|cell| !cell.is_empty())
                .map_or(0, |last| last + 1),
        );
        cells
    };
    let width = grid.iter().map(Vec::len).max().unwrap_or_default();
    let of_letter = |text: &str| {
        (0..200)
            .find(|&at| letters(at) == text.trim_end_matches(char::is_numeric))
            .map(|at| at as usize)
    };
    let of_row = |text: &str| {
        text.trim_start_matches(char::is_alphabetic)
            .parse::<usize>()
            .ok()
    };
    ranges
        .iter()
        .map(|asked| {
            let (_, cells) = asked.range.rsplit_once('!').expect("named");
            let (first, last) = cells.split_once(':').expect("two ends");
            let rows = of_row(first).map_or(0, |row| row - 1)..of_row(last).unwrap_or(grid.len());
            let columns = of_letter(first).filter(|_| first != "1").unwrap_or(0)
                ..=of_letter(last).filter(|_| last != "1").unwrap_or(width);
            columns
                .map(|at| column(at, rows.clone(), asked.rendering))
                .collect()
        })
        .collect()
}

pub(in crate::sheets) fn grid(rows: &[&str]) -> Vec<Vec<String>> {
    rows.iter().map(|cells| row(cells)).collect()
}

pub(in crate::sheets) fn info(title: &str, columns: u32) -> TabInfo {
    TabInfo {
        sheet: SheetId(7),
        title: title.to_owned(),
        rows: 1000,
        columns,
        filter: None,
        fill_formulas: Vec::new(),
    }
}

pub(in crate::sheets) fn snapshot(
    words: &TabWords,
    rows: &[&str],
    histories: HistoryRange,
) -> TabSnapshot {
    let grid = grid(rows);
    let layout = Layout::read(words, &grid[0]).expect("headers");
    let plan = ReadPlan::new(words.tab, &info(&words.title, 26), &layout, histories);
    plan.parse(words, Timestamp::UNIX_EPOCH, answer(&plan.ranges(), &grid))
        .expect("whole")
}

pub(in crate::sheets) const HEADERS: &str =
    "№|telegram_id|текст_обращений|статус|специалист_ответ|код|Доставка";

#[test]
fn only_what_is_needed_is_read() {
    let layout = Layout::read(&appeals(), &row(HEADERS)).expect("headers");
    let ranges =
        |histories| ReadPlan::new(Tab::Appeals, &info("обр'я", 26), &layout, histories).ranges();
    let asked = |title: &str, cells: &[&str]| -> Vec<RangeRequest> {
        cells
            .iter()
            .map(|cells| RangeRequest::shown(format!("'{title}'!{cells}")))
            .collect()
    };
    let named = |cells: &[&str]| asked("обр''я", cells);
    assert_eq!(
        ranges(HistoryRange::Skip),
        named(&[
            "1:1", "A:A", "B:B", "A:A", "B:B", "D:D", "E:E", "G:G", "A:A", "B:B"
        ])
    );
    assert_eq!(
        ranges(HistoryRange::Between(4, 6)),
        named(&[
            "1:1", "A:A", "B:B", "A:A", "B:B", "D:D", "E:E", "F:F", "G:G", "C5:C6", "A:A", "B:B"
        ])
    );
    let layout = Layout::read(
        &partners(),
        &row("Код партнера|Телефон партнера|Статус|Telegram ID"),
    )
    .expect("headers");
    let plan = ReadPlan::new(
        Tab::Partners,
        &info("список", 4),
        &layout,
        HistoryRange::Skip,
    );
    assert_eq!(
        plan.ranges(),
        asked("список", &["1:1", "A:A", "A:D", "A:A"])
    );
    let layout = Layout::read(&promotions(), &row(PROMOTED)).expect("headers");
    let plan = ReadPlan::new(
        Tab::Promotions,
        &info("Акции", 26),
        &layout,
        HistoryRange::Skip,
    );
    let typed: Vec<RangeRequest> = plan
        .ranges()
        .into_iter()
        .filter(|asked| asked.rendering == Rendering::Typed)
        .collect();
    assert_eq!(
        typed,
        ["'Акции'!F:F", "'Акции'!J:J"].map(|range| RangeRequest::typed(range.to_owned()))
    );
}

const PROMOTED: &str = "Название|Описание|Статус|Дата начала|Дата окончания|Контент|Ссылка|Действие|NOTIFICATION_STATUS|Ключ|Рассылка";

/// A row of the promotions tab: its name, its content, its key.
fn promoted(title: &str, content: &str, key: &str) -> Vec<String> {
    row(&format!("{title}|||||{content}||||{key}|"))
}

fn promoted_plan() -> ReadPlan {
    let layout = Layout::read(&promotions(), &row(PROMOTED)).expect("headers");
    ReadPlan::new(
        Tab::Promotions,
        &info("Акции", 26),
        &layout,
        HistoryRange::Skip,
    )
}

#[test]
fn a_content_that_shows_nothing_is_told_from_an_empty_one() {
    let cases = [
        ("", false),
        ("https://a.example/x.png", false),
        ("картинка", false),
        ("=IMAGE(\"https://a.example/x.png\")", true),
        ("=ИЗОБРАЖЕНИЕ(A1)", true),
        ("=IF(A1=\"\";\"\";B1)", true),
    ];
    let rows = cases
        .iter()
        .map(|(content, _)| promoted("Скидка", content, ""));
    let grid: Vec<_> = std::iter::once(row(PROMOTED)).chain(rows).collect();
    let plan = promoted_plan();
    let look = plan.parse(
        &promotions(),
        Timestamp::UNIX_EPOCH,
        answer(&plan.ranges(), &grid),
    );
    let unshown: Vec<bool> = look
        .expect("whole")
        .rows
        .iter()
        .map(|row| row.unshown)
        .collect();
    assert_eq!(unshown, cases.map(|(_, unshown)| unshown));
}

#[test]
fn a_formula_alone_makes_no_row() {
    let plan = promoted_plan();
    let grid = [row(PROMOTED), promoted("", "=IMAGE(A1)", "")];
    let look = plan.parse(
        &promotions(),
        Timestamp::UNIX_EPOCH,
        answer(&plan.ranges(), &grid),
    );
    assert_eq!(look.expect("whole").rows, []);
}

#[test]
fn rows_that_moved_between_the_two_calls_are_a_torn_look() {
    let plan = promoted_plan();
    let [one, two] = [1, 2].map(|number| PromotionKey::numbered(number).0);
    let before = [
        row(PROMOTED),
        promoted("А", "=IMAGE(A1)", &one),
        promoted("Б", "", &two),
    ];
    let swapped = [before[0].clone(), before[2].clone(), before[1].clone()];
    let inserted = [
        before[0].clone(),
        promoted("В", "", ""),
        before[1].clone(),
        before[2].clone(),
    ];
    let deleted = [before[0].clone(), before[1].clone()];
    let formula = [
        before[0].clone(),
        promoted("А", "=IMAGE(A1)", "=J9"),
        before[2].clone(),
    ];
    let split = plan
        .ranges()
        .iter()
        .filter(|asked| asked.rendering == Rendering::Shown)
        .count();
    for (after, torn) in [
        (before.as_slice(), false),
        (&swapped, true),
        (&inserted, true),
        (&deleted, true),
        // A key that somebody calculates tells nothing.
        (&formula, false),
    ] {
        let mut answered = answer(&plan.ranges()[..split], &before);
        answered.extend(answer(&plan.ranges()[split..], after));
        let look = plan.parse(&promotions(), Timestamp::UNIX_EPOCH, answered);
        assert_eq!(look.err(), torn.then_some(ReadError::Torn), "{after:?}");
    }
}

#[test]
fn rows_are_parsed_once() {
    let look = snapshot(
        &appeals(),
        &[
            HEADERS,
            "1|700|старое|Новое||п1|",
            "|701|история|Новое|ответ|п2|",
            "|||||нет ключа|",
            "х|702|не наша||||",
        ],
        HistoryRange::All,
    );
    let marks: Vec<_> = look
        .rows
        .iter()
        .map(|row| (row.row, row.key.clone(), row.history.as_deref()))
        .collect();
    assert_eq!(
        marks,
        [
            (1, Some(RowMark::Appeal(Number(1))), Some("старое")),
            (2, None, Some("история")),
            (4, None, Some("не наша"))
        ]
    );
    assert_eq!(
        look.unnumbered()
            .map(|(row, chat)| (row.row, chat))
            .collect::<Vec<_>>(),
        [(2, ChatId(701))]
    );
    assert_eq!(
        (look.end, look.free_column, look.highest()),
        (5, 7, Some(Number(1)))
    );
    assert_eq!(look.histories_needed(), HistoryRange::Between(2, 3));
    assert_eq!(look.text(&look.rows[1], Column::Answer), Some("ответ"));
    assert_eq!(look.text(&look.rows[1], Column::Phone), None);
}

#[test]
fn our_columns_go_right_of_everything() {
    let look = snapshot(
        &appeals(),
        &[
            "telegram_id|текст_обращений|статус|специалист_ответ",
            "700||||заметка без заголовка",
        ],
        HistoryRange::All,
    );
    assert_eq!(look.free_column, 5);
}

#[test]
fn torn_and_rearranged_looks_are_thrown_away() {
    let words = appeals();
    let before = grid(&[HEADERS, "1|700|||ответ||", "2|701|||||"]);
    let plan = ReadPlan::new(
        Tab::Appeals,
        &info("обращения", 7),
        &Layout::read(&words, &before[0]).expect("headers"),
        HistoryRange::Skip,
    );
    let mut torn = answer(&plan.ranges(), &before);
    torn.last_mut().expect("keys")[0].swap(1, 2);
    assert_eq!(
        plan.parse(&words, Timestamp::UNIX_EPOCH, torn),
        Err(ReadError::Torn)
    );
    let mut short = answer(&plan.ranges(), &before);
    short.pop();
    assert_eq!(
        plan.parse(&words, Timestamp::UNIX_EPOCH, short),
        Err(ReadError::Torn)
    );
    let after: Vec<Vec<String>> = before
        .iter()
        .map(|row| [vec!["новый".to_owned()], row.clone()].concat())
        .collect();
    let spoiled = plan.parse(
        &words,
        Timestamp::UNIX_EPOCH,
        answer(&plan.ranges(), &after),
    );
    assert!(
        matches!(spoiled, Err(ReadError::Rearranged(layout)) if layout.position(Column::Number) == Some(1))
    );
    let bare = grid(&["№|telegram_id"]);
    let spoiled = plan.parse(&words, Timestamp::UNIX_EPOCH, answer(&plan.ranges(), &bare));
    assert!(matches!(spoiled, Err(ReadError::Headless(error)) if error.missing.len() == 3));
}
