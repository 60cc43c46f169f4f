//! The first start on a workbook that people have lived in for years.
//!
//! Invariant: our columns, the end of the filter, three colours and what they say are all that changes; not one other cell.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sheetdesk::testbed::{APPEALS, BOOK, PARTNERS, PROMOTIONS};
use simulator::{
    sheets::{ApiError, GetQuery, Shown, Workbook},
    telegram::Profile,
};

use crate::play::{Play, hears};

const HEADERS: [&str; 9] = [
    "код",
    "телефон",
    "ФИО",
    "telegram_id",
    "текст_обращений",
    "статус",
    "специалист_ответ",
    "время_обновления",
    "заметка",
];

/// A tab of appeals as years leave it behind: a column of people's own, a filter, formulas, empty rows, words of their own, answers half done.
fn live(book: &mut Workbook) {
    book.delete_tab(APPEALS).expect("it stands");
    book.add_tab_sized(APPEALS, 40, 9).expect("room");
    let rows: [[&str; 9]; 9] = [
        HEADERS,
        [
            "1043",
            "8 922 110-20-30",
            "Орлов Павел",
            "700001043",
            "2025-03-03 09:58:10: Где договор?",
            "Решено",
            "",
            "'2025-03-03 10:21:44",
            "готово",
        ],
        [
            "1043",
            "8 922 110-20-30",
            "Орлов Павел",
            "700001043",
            "2025-05-01 08:00:00: Когда выплата?",
            "Новое",
            "В пятницу",
            "01.05.2025 8:00",
            "",
        ],
        ["", "", "", "", "", "", "", "", "здесь пусто"],
        [
            "П-1044",
            "79031234567",
            "Громова Алла",
            "700001044",
            "старый текст без даты",
            "Ждём банк",
            "",
            "",
            "звонить после обеда",
        ],
        [
            "П-1044",
            "79031234567",
            "Громова Алла",
            "7,00001044E8",
            "вставлено из другой таблицы",
            "Новое",
            "не отправлять",
            "",
            "",
        ],
        [
            "",
            "",
            "Прохожий",
            "",
            "без telegram_id",
            "Новое",
            "не нам",
            "",
            "",
        ],
        [
            "777",
            "",
            "Чужой",
            "700009999",
            "2025-06-01 10:00:00: Я не в списке",
            "закрыто",
            "",
            "",
            "",
        ],
        [
            "П-1044",
            "79031234567",
            "Громова Алла",
            "700001044",
            "2025-07-01 10:00:00: Ещё вопрос",
            "В работе",
            "Ответ\nв две строки",
            "",
            "",
        ],
    ];
    book.paste(APPEALS, "A1", &rows).expect("room");
    book.type_formula(APPEALS, "I2", "=F2", Shown::Text("Решено".to_owned()))
        .expect("a cell");
    let grid = book.get(&GetQuery::default()).expect("readable");
    let sheets = grid["sheets"].as_array().expect("tabs");
    let id = sheets
        .iter()
        .find(|sheet| sheet["properties"]["title"] == APPEALS)
        .expect("stands")["properties"]["sheetId"]
        .clone();
    let filter = json!({"setBasicFilter": {"filter": {
            "range": {"sheetId": id, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 9},
            "criteria": {"5": {"hiddenValues": ["закрыто"]}},
    }}});
    book.apply(&json!({"requests": [filter]}))
        .expect("a filter");
}

/// Every cell with all that is known of it, and everything about the tabs beside cells.
fn all(play: &Play) -> (BTreeMap<(String, usize, usize), Value>, Value) {
    let query = GetQuery {
        include_grid_data: true,
        ..GetQuery::default()
    };
    let mut whole = play
        .testbed
        .sheets
        .with(BOOK, |book| book.get(&query))
        .expect("readable");
    let mut cells = BTreeMap::new();
    for sheet in whole["sheets"].as_array_mut().expect("tabs") {
        let title = sheet["properties"]["title"]
            .as_str()
            .expect("a name")
            .to_owned();
        let data = sheet["data"].take();
        for (row, values) in data[0]["rowData"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            for (column, cell) in values["values"]
                .as_array()
                .into_iter()
                .flatten()
                .enumerate()
            {
                if cell.as_object().is_some_and(|cell| !cell.is_empty()) {
                    cells.insert((title.clone(), row, column), cell.clone());
                }
            }
        }
    }
    whole
        .as_object_mut()
        .expect("an object")
        .remove("developerMetadata");
    (cells, whole)
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one account of the whole workbook")]
async fn nothing_but_ours_changes_in_the_whole_workbook() {
    let play = Play::set().await;
    let lived = play.testbed.sheets.with(BOOK, |book| {
        live(book);
        Ok::<_, ApiError>(())
    });
    lived.expect("the workbook is there");
    let [pavel, alla] = [(700_001_043, "Павел"), (700_001_044, "Алла")].map(|(id, name)| {
        play.testbed
            .telegram
            .person(Profile::new(id, name))
            .has_met_bot()
    });
    let (before, about_before) = all(&play);

    let service = play.start().await;
    let held = "ждёт: ответ стоял здесь до запуска";
    play.shows(2, "Доставка", |text| text.starts_with(held))
        .await;
    let status = play.settled().await;
    assert_eq!(
        (status.desk.held, status.desk.held_numbers.clone()),
        (2, vec![2, 5])
    );

    let (after, mut about) = all(&play);
    let new_in = |wanted: &str| -> BTreeMap<(usize, usize), &str> {
        let changed = after
            .iter()
            .filter(|(at, cell)| before.get(*at) != Some(*cell));
        let here = changed.filter(|((tab, ..), _)| tab == wanted);
        here.map(|((_, row, column), cell)| {
            (
                (*row, *column),
                cell["formattedValue"].as_str().unwrap_or_default(),
            )
        })
        .collect()
    };
    assert_eq!(new_in(PARTNERS), BTreeMap::new());
    let new = new_in(APPEALS);
    let waits = "ждёт: ответ стоял здесь до запуска. Чтобы отправить, измените текст или попросите администратора";
    let expected: BTreeMap<(usize, usize), &str> = [
        ((0, 9), "№"),
        ((0, 10), "Доставка"),
        ((1, 9), "1"),
        ((2, 9), "2"),
        ((2, 10), waits),
        ((4, 9), "3"),
        ((7, 9), "4"),
        ((8, 9), "5"),
        ((8, 10), waits),
    ]
    .into();
    assert_eq!(new, expected);
    let keys = [
        ((0, 10), "Ключ"),
        ((0, 11), "Рассылка"),
        ((1, 10), "1-пх"),
        ((2, 10), "2-дт"),
    ];
    let ready = ((2, 11), "готово: 2 получателя, меньше секунды");
    assert_eq!(
        new_in(PROMOTIONS),
        keys.into_iter().chain([ready]).collect()
    );
    let lost: Vec<_> = before
        .keys()
        .filter(|at| !after.contains_key(*at))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");

    // Beside the cells: two columns more, the filter reaches over them, and the statuses have colours.
    let sheets = about["sheets"].as_array_mut().expect("tabs");
    let appeals = sheets
        .iter_mut()
        .find(|sheet| sheet["properties"]["title"] == APPEALS)
        .expect("stands");
    assert_eq!(
        appeals["properties"]["gridProperties"]["columnCount"].take(),
        json!(11)
    );
    assert_eq!(
        appeals["basicFilter"]["range"]["endColumnIndex"].take(),
        json!(11)
    );
    assert_eq!(
        appeals["basicFilter"]["criteria"],
        json!({"5": {"hiddenValues": ["закрыто"]}})
    );
    assert_eq!(
        appeals["conditionalFormats"]
            .take()
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    appeals["properties"]["gridProperties"]["columnCount"] = json!(9);
    appeals["basicFilter"]["range"]["endColumnIndex"] = json!(9);
    appeals
        .as_object_mut()
        .expect("an object")
        .remove("conditionalFormats");
    assert_eq!(about, about_before);

    // The partners of old are served as ever; what was typed goes out when the operator says so.
    assert_eq!(
        (pavel.messages(), alla.messages()),
        (Vec::new(), Vec::new())
    );
    play.releases().await;
    hears(&pavel, "В пятницу").await;
    hears(&alla, "Ответ\nв две строки").await;
    play.shows(5, "специалист_ответ", str::is_empty).await;
    play.shows(2, "специалист_ответ", str::is_empty).await;
    pavel.write("Спасибо, получил");
    hears(&pavel, "Добавили к обращению № 2").await;
    play.shows(2, "текст_обращений", |text| {
        text.ends_with("2025-05-01 08:00:00: Когда выплата?") && text.contains("Спасибо")
    })
    .await;
    play.settled().await;
    assert_eq!([pavel.messages().len(), alla.messages().len()], [2, 1]);
    assert_eq!(
        play.testbed
            .cell(PARTNERS, ("Код партнера", "1043"), "Статус авторизации"),
        "authorized"
    );
    play.ends(service).await;
}
