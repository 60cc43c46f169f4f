//! Tables for ranges and parsing, and the reads that other tests start from.
//!
//! Invariant: answers are made as Google makes them: by ranges, trailing empty cells left out.

use jiff::Timestamp;

use super::*;
use crate::{
    domain::{
        event::{RowMark, TelegramCell},
        ids::{ChatId, Number, PartnerCode, PromotionKey},
    },
    sheets::{
        a1::letters,
        table::{
            answer::{ReadError, TabAnswer, Tie},
            layout::{
                tests::{appeals, partners, promotions, row},
                words::TabWords,
            },
            snapshot::TabSnapshot,
        },
        wire::{Rendering, UnformattedValue},
    },
};

/// A grid as Google would show it to a plan's ranges. Its formulas show nothing; `5E+08≡500000000` shows one thing and stores another.
pub(in crate::sheets) fn answer(ranges: &[String], grid: &[Vec<String>]) -> Vec<Columns> {
    cells(ranges, grid, |cell| match cell.split_once('≡') {
        Some((shown, _)) => shown.to_owned(),
        None if cell.starts_with('=') => String::new(),
        None => cell.to_owned(),
    })
}

/// The same grid as it is stored.
pub(in crate::sheets) fn stored(
    ranges: &[String],
    grid: &[Vec<String>],
    rendering: Rendering,
) -> Vec<Columns<UnformattedValue>> {
    cells(ranges, grid, |cell| match cell.split_once('≡') {
        Some((_, number)) => UnformattedValue::Number(number.parse().expect("a number")),
        None if cell.starts_with('=') && rendering == Rendering::Valued => {
            UnformattedValue::Text(String::new())
        }
        None => UnformattedValue::Text(cell.to_owned()),
    })
}

fn cells<T>(ranges: &[String], grid: &[Vec<String>], read: impl Fn(&str) -> T) -> Vec<Columns<T>> {
    let column = |at: usize, rows: std::ops::Range<usize>| {
        let cell = |row: usize| grid.get(row).and_then(|cells| cells.get(at));
        let last = rows
            .clone()
            .rfind(|&row| cell(row).is_some_and(|cell| !cell.is_empty()));
        let rows = rows.start..last.map_or(rows.start, |last| last + 1);
        rows.map(|row| read(cell(row).map_or("", String::as_str)))
            .collect()
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
        .map(|range| {
            let (_, cells) = range.rsplit_once('!').expect("named");
            let (first, last) = cells.split_once(':').expect("two ends");
            let rows = of_row(first).map_or(0, |row| row - 1)..of_row(last).unwrap_or(grid.len());
            let columns = of_letter(first).filter(|_| first != "1").unwrap_or(0)
                ..=of_letter(last).filter(|_| last != "1").unwrap_or(width);
            columns.map(|at| column(at, rows.clone())).collect()
        })
        .collect()
}

/// What a plan makes of a grid that becomes another one after the first call.
pub(in crate::sheets) fn read(
    plan: &ReadPlan,
    words: &TabWords,
    grids: [&[Vec<String>]; 2],
    before: Option<&Tie>,
) -> Result<TabSnapshot, ReadError> {
    let shown = answer(&plan.ranges(), grids[0]);
    let mut answer = TabAnswer::new(plan, words, Timestamp::UNIX_EPOCH, shown)?;
    for rendering in [Rendering::Typed, Rendering::Valued] {
        let wanted = answer.wants(rendering);
        answer.take(rendering, stored(&wanted, grids[1], rendering));
    }
    answer.snapshot(before)
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
        tables: Vec::new(),
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
    read(&plan, words, [&grid, &grid], None).expect("whole")
}

pub(in crate::sheets) const HEADERS: &str =
    "№|telegram_id|текст_обращений|статус|специалист_ответ|код|Доставка";

#[test]
fn only_what_is_needed_is_read() {
    let layout = Layout::read(&appeals(), &row(HEADERS)).expect("headers");
    let ranges =
        |histories| ReadPlan::new(Tab::Appeals, &info("обр'я", 26), &layout, histories).ranges();
    let asked = |title: &str, cells: &[&str]| -> Vec<String> {
        let asked = cells.iter().map(|cells| format!("'{title}'!{cells}"));
        asked.collect()
    };
    let named = |cells: &[&str]| asked("обр''я", cells);
    assert_eq!(
        ranges(HistoryRange::Skip),
        named(&[
            "1:1", "A:A", "B:B", "A:A", "B:B", "D:D", "E:E", "F:F", "G:G", "A:A", "B:B"
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
    let look = read(&plan, &promotions(), [&grid, &grid], None);
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
    let look = read(&plan, &promotions(), [&grid, &grid], None);
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
    for (after, torn) in [
        (before.as_slice(), false),
        (&swapped, true),
        (&inserted, true),
        (&deleted, true),
        // A key that somebody calculates tells nothing.
        (&formula, false),
    ] {
        let look = read(&plan, &promotions(), [&before, after], None);
        assert_eq!(
            matches!(look, Err(ReadError::Untied(_))),
            torn,
            "{after:?}: {look:?}"
        );
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
    let new = |answer| TabAnswer::new(&plan, &words, Timestamp::UNIX_EPOCH, answer).map(drop);
    assert_eq!(new(torn), Err(ReadError::Torn));
    let mut short = answer(&plan.ranges(), &before);
    short.pop();
    assert_eq!(new(short), Err(ReadError::Torn));
    let after: Vec<Vec<String>> = before
        .iter()
        .map(|row| [vec!["новый".to_owned()], row.clone()].concat())
        .collect();
    let spoiled = new(answer(&plan.ranges(), &after));
    assert!(
        matches!(spoiled, Err(ReadError::Rearranged(layout)) if layout.position(Column::Number) == Some(1))
    );
    let bare = grid(&["№|telegram_id"]);
    let spoiled = new(answer(&plan.ranges(), &bare));
    assert!(matches!(spoiled, Err(ReadError::Headless(error)) if error.missing.len() == 3));
}

#[test]
fn keys_are_read_as_values_where_they_may_be_others_than_are_shown() {
    let words = partners();
    let list = |code: &str, telegram: &str, phone: &str| {
        row(&format!("{code}|Анна|{phone}|авторизован|{telegram}|"))
    };
    let headers = row(
        "Код партнера|ФИО партнера|Телефон партнера|Статус авторизации|Telegram ID|Дата авторизации",
    );
    let layout = Layout::read(&words, &headers).expect("headers");
    let plan = ReadPlan::new(
        Tab::Partners,
        &info("список", 6),
        &layout,
        HistoryRange::Skip,
    );
    let plain = [
        headers.clone(),
        list("0123", "700100200≡700100200", "+7 912 345-67-89"),
    ];
    let formatted = [
        headers,
        list(
            "20,011≡20011",
            "500,000,000≡500000000",
            "7,91E+10≡79123456789",
        ),
        list("0123", "5.00E+08≡500000001", "8 912 345-67-89"),
        list("20,01≡20.01", "20,011≡20.011", ""),
    ];
    let wanted = |grid: &[Vec<String>]| {
        let shown = answer(&plan.ranges(), grid);
        let answer = TabAnswer::new(&plan, &words, Timestamp::UNIX_EPOCH, shown).expect("whole");
        answer.wants(Rendering::Valued)
    };
    assert_eq!(wanted(&plain), [""; 0], "what is plain costs no call");
    assert_eq!(
        wanted(&formatted),
        ["A:A", "C:C", "E:E"].map(|cells| format!("'список'!{cells}"))
    );
    let read = |grids, before| read(&plan, &words, grids, before);
    let Err(ReadError::Untied(tie)) = read([&formatted, &formatted], None) else {
        panic!("a power of ten may be any number")
    };
    let look = read([&formatted, &formatted], Some(&tie)).expect("seen twice");
    let keys: Vec<_> = look
        .rows
        .iter()
        .map(|row| (row.key.clone(), row.telegram))
        .collect();
    let code = |code: &str| PartnerCode::fold(code).map(RowMark::Partner);
    let id = |id| TelegramCell::Id(ChatId(id));
    assert_eq!(
        keys,
        [
            (code("20011"), id(500_000_000)),
            (code("0123"), id(500_000_001)),
            (code("20,01"), TelegramCell::Unreadable)
        ]
    );
    let phone = |at: usize| look.text(&look.rows[at], Column::Phone);
    assert_eq!(
        [phone(0), phone(1)],
        [Some("79123456789"), Some("8 912 345-67-89")]
    );
    let moved = [
        formatted[0].clone(),
        formatted[2].clone(),
        formatted[1].clone(),
        formatted[3].clone(),
    ];
    for (shown, stored) in [(&formatted, &moved), (&moved, &formatted)] {
        let look = read([shown, stored], Some(&tie));
        assert!(matches!(look, Err(ReadError::Untied(_))), "{look:?}");
    }
}

#[test]
fn a_day_is_read_as_a_value_and_a_text_as_it_stands() {
    let dates = |starts: &str, ends: &str| row(&format!("А|о||{starts}|{ends}||||||"));
    let plan = promoted_plan();
    let read_dates = |starts: &str, ends: &str| {
        let grid = [row(PROMOTED), dates(starts, ends)];
        let look = read(&plan, &promotions(), [&grid, &grid], None).expect("whole");
        let text = |column| look.text(&look.rows[0], column).expect("read").to_owned();
        [text(Column::Starts), text(Column::Ends)]
    };
    for (starts, ends, read) in [
        ("1.12.26", "12/31/2026≡46387", ["1.12.26", "31.12.2026"]),
        ("12/1/2026≡46357", "1.1.27≡46388", ["01.12.2026", "1.1.27"]),
        ("12/1/2026", "скоро", ["12/1/2026", "скоро"]),
    ] {
        assert_eq!(read_dates(starts, ends), read);
    }
}
