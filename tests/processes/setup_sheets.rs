//! `setup sheets`: an empty spreadsheet becomes one in which people can work; one in use keeps all that is theirs.
//!
//! Invariant: a second run changes nothing, a dry run not even the first time.

use serde_json::Value;
use sheetdesk::testbed::{APPEALS, BOOK, PROMOTIONS};
use simulator::sheets::{GetQuery, Look, Role, SERVICE_ACCOUNT_EMAIL, Workbook};

use crate::{
    child::run,
    play::{PATIENCE, Play},
};

/// What the service adds to the appeals.
const OURS: [&str; 3] = ["№", "Доставка", "Ждёт с"];

/// The spreadsheet as it stands.
fn seen(play: &Play) -> Value {
    let query = GetQuery {
        include_grid_data: false,
        ..GetQuery::default()
    };
    play.testbed
        .sheets
        .with(BOOK, |book| book.get(&query))
        .expect("it is there")
}

/// The first row of a tab.
fn first_row(play: &Play, tab: &str) -> Vec<String> {
    let table = play
        .testbed
        .sheets
        .with(BOOK, |book| book.table(tab))
        .expect("the tab is there");
    table.into_iter().next().unwrap_or_default()
}

/// The validation rule of a cell.
fn offered(play: &Play, tab: &str, cell: &str) -> Vec<String> {
    let query = GetQuery {
        ranges: vec![format!("'{tab}'!{cell}")],
        include_grid_data: true,
    };
    let seen = play
        .testbed
        .sheets
        .with(BOOK, |book| book.get(&query))
        .expect("the tab is there");
    let cell = &seen["sheets"][0]["data"][0]["rowData"][0]["values"][0];
    let values = cell["dataValidation"]["condition"]["values"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let word = |value: &Value| {
        value["userEnteredValue"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    values.iter().map(word).collect()
}

#[tokio::test]
async fn an_empty_spreadsheet_is_furnished_and_serves() {
    let play = Play::set().await;
    let mut empty = Workbook::new(BOOK, "Новая таблица");
    empty.add_tab("Лист1").expect("a first tab");
    empty.share(SERVICE_ACCOUNT_EMAIL, Role::Writer);
    play.testbed.sheets.insert_workbook(empty);
    let bare = seen(&play);

    let exit = run(&play.testbed, &["setup", "sheets", "--dry-run"]).await;
    assert_eq!(exit.code, Some(0), "{} {}", exit.out, exit.err);
    assert!(
        exit.out.contains("обращения: add the tab “обращения”"),
        "{}",
        exit.out
    );
    assert!(
        exit.out
            .contains("Состояние: warn whoever types in this tab"),
        "{}",
        exit.out
    );
    assert!(exit.out.contains("Nothing was changed"), "{}", exit.out);
    assert_eq!(seen(&play), bare);

    let exit = run(&play.testbed, &["setup", "sheets"]).await;
    assert_eq!(exit.code, Some(0), "{} {}", exit.out, exit.err);
    assert_eq!(
        first_row(&play, APPEALS).join("|"),
        "код|телефон|ФИО|telegram_id|текст_обращений|статус|специалист_ответ|время_обновления|№|Доставка|Ждёт с"
    );
    assert!(first_row(&play, PROMOTIONS).contains(&"Действие".to_owned()));
    assert_eq!(first_row(&play, "Шаблоны"), ["имя", "текст"]);
    assert_eq!(
        offered(&play, APPEALS, "F2"),
        [
            "Новое",
            "В работе",
            "Передано специалисту",
            "Ответ ИИ",
            "Решено",
            "Исправить ответ",
            "Отправить снова"
        ]
    );
    let provisioned = seen(&play);
    let shown = play
        .testbed
        .sheets
        .with(BOOK, |book| book.tab_seen(APPEALS))
        .expect("the tab is there");
    assert_eq!(shown["frozen_rows"], 1);
    let widths = &shown["widths"];
    assert_eq!((&widths[4], &widths[8]), (&420.into(), &55.into()));
    let views: Vec<&Value> = (shown["views"].as_array().expect("views").iter())
        .map(|view| &view["title"])
        .collect();
    assert_eq!(views, ["Ждут ответа", "Просрочены", "Закрытые"]);
    let exit = run(&play.testbed, &["setup", "sheets"]).await;
    assert_eq!(exit.code, Some(0), "{} {}", exit.out, exit.err);
    assert!(
        exit.out.contains("Everything stands as it should"),
        "{}",
        exit.out
    );
    assert_eq!(seen(&play), provisioned);
    let exit = run(&play.testbed, &["check"]).await;
    assert_eq!(exit.code, Some(0), "{}", exit.out);
}

#[tokio::test]
async fn whoever_counts_and_shares_the_work_has_filters_for_it() {
    let mut play = Play::set().await;
    play.testbed.configure("APPEALS__ANSWER_WITHIN", "240");
    let added = play.testbed.sheets.with(BOOK, |book| {
        book.insert_columns(APPEALS, "A", 1)?;
        book.type_in(APPEALS, "A1", "Ответственный")
    });
    added.expect("the tab is there");
    let exit = run(&play.testbed, &["setup", "sheets"]).await;
    assert_eq!(exit.code, Some(0), "{} {}", exit.out, exit.err);
    let shown = play
        .testbed
        .sheets
        .with(BOOK, |book| book.tab_seen(APPEALS))
        .expect("the tab is there");
    let headers = first_row(&play, APPEALS);
    let column = |index: &Value| {
        let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
        headers[index.unwrap_or_default()].as_str()
    };
    let views = shown["views"].as_array().expect("views").iter();
    let told = views.map(|view| {
        let specs = view["filterSpecs"].as_array().expect("specs").iter();
        let shows = specs.map(|spec| {
            let condition = &spec["filterCriteria"]["condition"];
            let word = condition["values"][0]["userEnteredValue"].as_str();
            let kind = condition["type"].as_str().expect("a type");
            format!(
                "{} {kind} {}",
                column(&spec["columnIndex"]),
                word.unwrap_or_default()
            )
        });
        let sort = view["sortSpecs"].as_array().into_iter().flatten();
        let sort = sort.map(|sort| format!("by {}", column(&sort["dimensionIndex"])));
        let all: Vec<String> = shows.chain(sort).collect();
        format!(
            "{}: {}",
            view["title"].as_str().expect("a title"),
            all.join(", ")
        )
    });
    let told: Vec<String> = told.collect();
    assert_eq!(
        told,
        [
            "Ждут ответа: Ждёт с NOT_BLANK , by Ждёт с",
            "Просрочены: Ждёт с TEXT_ENDS_WITH просрочено, by Ждёт с",
            "Закрытые: статус TEXT_EQ Решено",
            "Без ответственного: Ответственный BLANK , Ждёт с NOT_BLANK , by Ждёт с",
        ]
    );
}

#[tokio::test]
async fn a_workbook_in_use_keeps_what_people_have_made() {
    let play = Play::set().await;
    let actions = |words: &[&str]| {
        let values: Vec<Value> = words
            .iter()
            .map(|word| serde_json::json!({"userEnteredValue": word}))
            .collect();
        let tab = seen(&play)["sheets"]
            .as_array()
            .expect("tabs")
            .iter()
            .find(|sheet| sheet["properties"]["title"] == PROMOTIONS)
            .expect("it is there")["properties"]["sheetId"]
            .clone();
        let at = first_row(&play, PROMOTIONS)
            .iter()
            .position(|header| header == "Действие")
            .expect("a column");
        let rule = serde_json::json!({"requests": [{"setDataValidation": {
            "range": {"sheetId": tab, "startRowIndex": 1, "startColumnIndex": at, "endColumnIndex": at + 1},
            "rule": {"condition": {"type": "ONE_OF_LIST", "values": values}, "showCustomUi": true},
        }}]});
        play.testbed
            .sheets
            .with(BOOK, |book| book.apply(&rule))
            .expect("it can be set");
        simulator_column(at)
    };
    let column = actions(&["Опубликовать", "Завершить", "Обсудить"]);
    play.testbed
        .sheets
        .with(BOOK, |book| {
            book.rename_header(APPEALS, "статус", "статусс")
        })
        .expect("renamed");
    let before = play
        .testbed
        .sheets
        .with(BOOK, |book| book.table(APPEALS))
        .expect("there");

    let exit = run(&play.testbed, &["setup", "sheets"]).await;
    assert_eq!(exit.code, Some(1), "{}", exit.out);
    assert!(
        exit.out
            .contains("there is no column “статус” (one like it is “статусс”)"),
        "{}",
        exit.out
    );
    assert_eq!(
        play.testbed
            .sheets
            .with(BOOK, |book| book.table(APPEALS))
            .expect("there"),
        before
    );
    let said = "“Действие” does not offer “Тест”, “Пауза”, “Продолжить”, “Отменить”: --extend-lists adds it to your list";
    assert!(exit.out.contains(said), "{}", exit.out);
    let cell = format!("{column}2");
    assert_eq!(
        offered(&play, PROMOTIONS, &cell),
        ["Опубликовать", "Завершить", "Обсудить"]
    );

    let exit = run(&play.testbed, &["setup", "sheets", "--extend-lists"]).await;
    assert_eq!(exit.code, Some(1), "{}", exit.out);
    let offers = [
        "Опубликовать",
        "Завершить",
        "Обсудить",
        "Тест",
        "Пауза",
        "Продолжить",
        "Отменить",
    ];
    assert_eq!(offered(&play, PROMOTIONS, &cell), offers);

    play.testbed
        .sheets
        .with(BOOK, |book| {
            book.rename_header(APPEALS, "статусс", "статус")
        })
        .expect("renamed");
    let exit = run(&play.testbed, &["setup", "sheets"]).await;
    assert_eq!(exit.code, Some(0), "{} {}", exit.out, exit.err);
    assert!(first_row(&play, APPEALS).ends_with(&OURS.map(str::to_owned)));
    let service = play.testbed.open().await.expect("it starts");
    play.testbed.settled(PATIENCE).await.expect("it settles");
    drop(service);
}

#[tokio::test]
async fn what_people_have_chosen_is_never_changed_back() {
    let play = Play::set().await;
    let look = |play: &Play| {
        let shown = play
            .testbed
            .sheets
            .with(BOOK, |book| book.tab_seen(APPEALS));
        shown.expect("the tab is there")
    };
    // The sample is dressed by people: of its columns some have a width of their own.
    let before = look(&play);
    assert_eq!(
        (&before["widths"][3], &before["widths"][4]),
        (&100.into(), &360.into())
    );
    let exit = run(&play.testbed, &["setup", "sheets"]).await;
    assert_eq!(exit.code, Some(0), "{} {}", exit.out, exit.err);
    let after = look(&play);
    assert_eq!(
        (&after["widths"][3], &after["widths"][4]),
        (&115.into(), &360.into())
    );
    let header = |tab: &Value| tab["fills"][0]["background"].clone();
    assert_eq!(
        header(&after),
        header(&before),
        "the header's colour is theirs"
    );

    let narrower = Look {
        width: Some(77),
        background: Some("#ffeeaa"),
        ..Look::default()
    };
    let chosen = play.testbed.sheets.with(BOOK, |book| {
        book.look(APPEALS, "I:J", narrower)?;
        book.freeze(APPEALS, 2)
    });
    chosen.expect("people may");
    let chosen = look(&play);
    let exit = run(&play.testbed, &["setup", "sheets"]).await;
    assert!(
        exit.out.contains("Everything stands as it should"),
        "{} {}",
        exit.out,
        exit.err
    );
    assert_eq!(look(&play), chosen);
}

#[tokio::test]
async fn what_a_table_or_a_protection_refuses_is_left_out_alone() {
    let play = Play::set().await;
    let made = play.testbed.sheets.with(BOOK, |book| {
        let rows = book.table(APPEALS)?.len();
        let typed = serde_json::json!({
            "name": "Обращения",
            "columnProperties": [{"columnIndex": 5, "columnType": "TEXT"}],
        });
        book.convert_to_table(APPEALS, &format!("A1:H{rows}"), &typed)?;
        let below = serde_json::json!({"name": "Справа"});
        book.convert_to_table(PROMOTIONS, "A2:C4", &below)?;
        book.protect(PROMOTIONS, Some("A1:Z1"))
    });
    made.expect("tables and a protection");
    assert_eq!(first_row(&play, APPEALS)[5], "статус");

    let exit = run(&play.testbed, &["setup", "sheets"]).await;
    assert_eq!(exit.code, Some(1), "{} {}", exit.out, exit.err);
    for said in [
        "обращения: widen the table over our columns",
        "“статус” has a type in the table “Обращения”, which stays",
        "Left out of the steps above: 1, as Google refuses them.\nDone.",
        "left out: write the headers “Ключ”, “Рассылка”. Google: ",
    ] {
        assert!(exit.out.contains(said), "{said}: {}", exit.out);
    }
    assert!(first_row(&play, APPEALS).ends_with(&OURS.map(str::to_owned)));
    assert_eq!(offered(&play, APPEALS, "F2"), [""; 0]);
    let headers = first_row(&play, PROMOTIONS);
    let action = headers.iter().position(|header| header == "Действие");
    let action = format!("{}2", simulator_column(action.expect("a column")));
    assert_eq!(offered(&play, PROMOTIONS, &action).len(), 6, "{}", exit.out);

    let exit = run(&play.testbed, &["check"]).await;
    let said = "the table “Справа” does not begin with the tab's first row";
    assert!(exit.out.contains(said), "{}", exit.out);
}

/// The letter of one of the first columns.
fn simulator_column(at: usize) -> char {
    char::from(b'A' + u8::try_from(at).expect("one of the first"))
}
