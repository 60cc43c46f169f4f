//! Tabs as Google would show them, and what people do in them.

use serde_json::{Value, json};
use simulator::sheets::Edit;

use crate::support::{APPEALS, BOOK, Stage, stage};

const TAB: &str = "/api/tabs/%D0%BE%D0%B1%D1%80%D0%B0%D1%89%D0%B5%D0%BD%D0%B8%D1%8F";

async fn act(stage: &Stage, name: &str, mut body: Value) {
    body["tab"] = json!(APPEALS);
    let path = format!("/sheets/workbooks/{BOOK}/{name}");
    stage.act(&path, body).await;
}

/// A list, a condition and a warning on the appeals, as a service sets them.
fn decorations() -> Value {
    let range =
        json!({ "sheetId": 1, "startRowIndex": 1, "startColumnIndex": 5, "endColumnIndex": 6 });
    let words: Vec<Value> = ["Новое", "Решено"]
        .map(|word| json!({ "userEnteredValue": word }))
        .into();
    let rule = json!({ "condition": { "type": "ONE_OF_LIST", "values": words }, "strict": false });
    let fill = json!({ "ranges": [{ "sheetId": 1, "startRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 3 }], "booleanRule": {
        "condition": { "type": "CUSTOM_FORMULA", "values": [{ "userEnteredValue": "=$F2=\"Решено\"" }] },
        "format": { "backgroundColor": { "red": 1.0, "green": 1.0, "blue": 1.0 } } } });
    let warning = json!({ "range": { "sheetId": 1, "startColumnIndex": 7, "endColumnIndex": 8 }, "description": "не трогать", "warningOnly": true });
    json!({ "requests": [
        { "setDataValidation": { "range": range, "rule": rule } },
        { "addConditionalFormatRule": { "rule": fill } },
        { "addProtectedRange": { "protectedRange": warning } },
    ] })
}

#[tokio::test]
async fn a_tab_is_seen_with_all_that_google_would_show() {
    let stage = stage().await;
    let requests = decorations();
    stage.sheets.with(BOOK, |book| {
        book.apply(&requests).unwrap();
        book.protect(APPEALS, Some("A1:H1")).unwrap();
    });
    act(
        &stage,
        "type",
        json!({ "cell": "G2", "text": "=IMAGE(\"https://example.com/x.png\")" }),
    )
    .await;
    let seen = stage.seen(TAB).await;
    assert_eq!(
        (&seen["rows"], &seen["columns"], &seen["frozen_rows"]),
        (&json!(200), &json!(8), &json!(1))
    );
    assert_eq!(
        (&seen["used_rows"], &seen["cells"][1][5]),
        (&json!(2), &json!("Решено"))
    );
    assert_eq!(
        seen["formulas"],
        json!({ "G2": "=IMAGE(\"https://example.com/x.png\")" })
    );
    assert_eq!(
        seen["lists"],
        json!([{ "range": [1, 5, 200, 6], "values": ["Новое", "Решено"], "strict": false }])
    );
    let fills = seen["fills"].as_array().unwrap();
    assert!(
        fills.contains(&json!({ "range": [1, 0, 2, 3], "background": "#ffffff" })),
        "{fills:?}"
    );
    assert!(fills.iter().any(|fill| fill["bold"] == true), "the header");
    assert_eq!(
        seen["warnings"],
        json!([{ "range": [0, 7, 200, 8], "words": "не трогать" }])
    );
    assert_eq!(seen["locked"], json!([[0, 0, 1, 8]]));
    assert_eq!(
        seen["filter"],
        json!({ "range": [0, 0, 200, 8], "hidden": {}, "table": false })
    );
    assert_eq!(seen["widths"][4], 360);
    assert!(
        seen["wraps"]
            .as_array()
            .unwrap()
            .contains(&json!([0, 4, 200, 5]))
    );
    assert_eq!(stage.get("/api/tabs/none").await.0, 404);
}

#[tokio::test]
async fn a_table_is_seen_with_its_lists() {
    let stage = stage().await;
    let table = json!({ "name": "Обращения", "columnProperties": [{ "columnIndex": 5, "columnType": "DROPDOWN",
        "dataValidationRule": { "condition": { "type": "ONE_OF_LIST", "values": [{ "userEnteredValue": "Новое" }] } } }] });
    stage.sheets.with(BOOK, |book| {
        book.convert_to_table(APPEALS, "A1:H5", &table).unwrap()
    });
    let seen = stage.seen(TAB).await;
    assert_eq!(
        seen["tables"],
        json!([{ "name": "Обращения", "range": [0, 0, 5, 8] }])
    );
    assert_eq!(
        seen["lists"],
        json!([{ "range": [1, 5, 5, 6], "values": ["Новое"], "strict": true }])
    );
    assert_eq!(seen["filter"]["table"], true);
}

#[tokio::test]
async fn people_copy_and_filter_and_every_act_is_announced() {
    let stage = stage().await;
    let mut edits = stage.sheets.edits();
    act(&stage, "copy", json!({ "range": "A2:F2", "to": "A3" })).await;
    act(
        &stage,
        "filter",
        json!({ "column": "F", "hidden": ["Решено"] }),
    )
    .await;
    let seen = stage.seen(TAB).await;
    assert_eq!(seen["cells"][1][2], seen["cells"][2][2]);
    assert_eq!(seen["filter"]["hidden"], json!({ "5": ["Решено"] }));
    act(&stage, "filter", json!({ "column": "F", "hidden": null })).await;
    assert_eq!(stage.seen(TAB).await["filter"]["hidden"], json!({}));
    let edit = Edit {
        workbook: BOOK.to_owned(),
        tab: APPEALS.to_owned(),
    };
    for _ in 0..3 {
        assert_eq!(edits.try_recv(), Ok(edit.clone()));
    }
    let path = format!("/sheets/workbooks/{BOOK}/filter");
    let (status, _) = stage
        .post(&path, &json!({ "tab": "none", "column": "A" }))
        .await;
    assert_eq!(status, 400);
    assert!(
        edits.try_recv().is_err(),
        "what was not done is not announced"
    );
    let direct = format!("{}/sim/workbooks", stage.sheets.url());
    let response = stage.browser.get(direct).send().await.unwrap();
    assert_eq!(
        response.status(),
        200,
        "the stand-in serves the same itself"
    );
}
