//! Tokens, rights, quotas, and what is read back.
//!
//! Invariant: each refusal is checked together with its canonical status.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::sheets::{Quotas, Role, SERVICE_ACCOUNT_EMAIL};

use crate::support::{BOOK, JWT_BEARER, assertion, outcome, refused, setup};

#[tokio::test]
async fn a_token_is_given_for_a_well_formed_assertion_only() {
    let setup = setup(Quotas::off()).await;
    let (client, claims) = (&setup.client, json!({"iss": "a@b", "aud": "c"}));
    for (grant_type, assertion, error) in [
        (JWT_BEARER, assertion(&claims), "invalid_grant"),
        (JWT_BEARER, "no-jwt".to_owned(), "invalid_grant"),
        ("password", assertion(&claims), "unsupported_grant_type"),
    ] {
        let response = client.post_token(grant_type, &assertion).await;
        assert_eq!(response.status(), 400);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"], error);
    }
    let readonly = "https://www.googleapis.com/auth/spreadsheets.readonly";
    let token = client.fetch_token(SERVICE_ACCOUNT_EMAIL, readonly).await;
    let reader = client.with_token(&token);
    assert_eq!(reader.read().await.unwrap().status(), 200);
    let words = refused(reader.write(5, "x").await, 403, "PERMISSION_DENIED").await;
    assert!(words.contains("scopes"), "{words}");
    assert_eq!(setup.sheets.calls().tokens, 5);
    setup.sheets.stop().await;
}

#[tokio::test]
async fn strangers_and_missing_spreadsheets_are_refused() {
    let setup = setup(Quotas::off()).await;
    let client = &setup.client;
    let share = |role| {
        let sharing =
            |book: &mut simulator::sheets::Workbook| book.share(SERVICE_ACCOUNT_EMAIL, role);
        setup.sheets.with(BOOK, sharing);
    };
    let nobody = client.with_token("sim-unknown");
    refused(nobody.read().await, 401, "UNAUTHENTICATED").await;
    let elsewhere = client.get("/v4/spreadsheets/elsewhere").await;
    refused(elsewhere, 404, "NOT_FOUND").await;
    share(Role::Reader);
    assert_eq!(client.read().await.unwrap().status(), 200);
    let words = refused(client.write(5, "x").await, 403, "PERMISSION_DENIED").await;
    assert_eq!(words, "The caller does not have permission");
    share(Role::None);
    refused(client.read().await, 403, "PERMISSION_DENIED").await;
    share(Role::Writer);
    assert_eq!(client.write(5, "x").await.unwrap().status(), 200);
    setup.sheets.revoke_tokens();
    refused(client.read().await, 401, "UNAUTHENTICATED").await;
    setup.sheets.stop().await;
}

#[tokio::test]
async fn other_methods_are_named() {
    let setup = setup(Quotas::off()).await;
    let path = format!("/v4/spreadsheets/{BOOK}/values/A1:append");
    let words = refused(
        setup.client.post(&path, &json!({})).await,
        501,
        "UNIMPLEMENTED",
    )
    .await;
    assert!(
        words.contains("POST") && words.contains("A1:append"),
        "{words}"
    );
    setup.sheets.stop().await;
}

#[tokio::test]
async fn quotas_are_per_direction_and_visible() {
    let quotas = Quotas {
        reads: Some(2),
        writes: Some(1),
        window: Duration::from_secs(3600),
    };
    let setup = setup(quotas).await;
    let client = &setup.client;
    assert_eq!(client.write(5, "x").await.unwrap().status(), 200);
    refused(client.write(5, "y").await, 429, "RESOURCE_EXHAUSTED").await;
    for _ in 0..2 {
        assert_eq!(client.read().await.unwrap().status(), 200);
    }
    let (status, body) = outcome(client.read().await).await;
    assert_eq!(status, 429);
    let detail = &body["error"]["details"][0];
    assert_eq!(detail["reason"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(
        detail["metadata"]["quota_limit"],
        "ReadRequestsPerMinutePerUser"
    );
    let (_, counters) = outcome(client.get("/sim/counters").await).await;
    assert_eq!(
        counters,
        json!({"reads": 2, "writes": 1, "tokens": 1, "throttled": 2,
            "methods": {"spreadsheets.batchUpdate": 1, "spreadsheets.get": 2},
            "minute": {"reads": 2, "writes": 1}})
    );
    setup.sheets.stop().await;
}

#[tokio::test]
async fn a_batch_is_read_back_in_the_same_call_under_a_mask() {
    let setup = setup(Quotas::off()).await;
    let body = json!({
        "requests": [
            {"findReplace": {"find": "Решено", "replacement": "В работе", "matchCase": true,
                "matchEntireCell": true,
                "range": {"sheetId": 1, "startRowIndex": 1, "endRowIndex": 2,
                    "startColumnIndex": 5, "endColumnIndex": 6}}},
        ],
        "includeSpreadsheetInResponse": true,
        "responseRanges": ["обращения!F2", "обращения!D2"],
    });
    let fields = "replies,updatedSpreadsheet.sheets(properties.sheetId,data(startRow,startColumn,\
                  rowData.values.userEnteredValue))";
    let path = format!("/v4/spreadsheets/{BOOK}:batchUpdate?alt=json&fields={fields}");
    let (status, answer) = outcome(setup.client.post(&path, &body).await).await;
    assert_eq!(status, 200, "{answer}");
    let value = |value: Value| json!([{"values": [{"userEnteredValue": value}]}]);
    assert_eq!(
        answer,
        json!({
            "replies": [{"findReplace": {"valuesChanged": 1, "rowsChanged": 1, "sheetsChanged": 1,
                "occurrencesChanged": 1}}],
            "updatedSpreadsheet": {"sheets": [{
                "properties": {"sheetId": 1},
                "data": [
                    {"startRow": 1, "startColumn": 5,
                        "rowData": value(json!({"stringValue": "В работе"}))},
                    {"startRow": 1, "startColumn": 3,
                        "rowData": value(json!({"numberValue": 700_001_043}))},
                ],
            }]},
        })
    );
    setup.sheets.stop().await;
}

#[tokio::test]
async fn values_and_sim_show_the_same_cells() {
    let setup = setup(Quotas::off()).await;
    let client = &setup.client;
    let typed = json!({"tab": "Акции", "cell": "I3", "text": "Опубликовать"});
    let acted = client
        .post(&format!("/sim/workbooks/{BOOK}/type"), &typed)
        .await;
    assert_eq!(acted.unwrap().status(), 200);
    let path = format!(
        "/v4/spreadsheets/{BOOK}/values:batchGet?ranges=%27%D0%90%D0%BA%D1%86%D0%B8%D0%B8%27!I2:I\
         &ranges=A1:A2&majorDimension=COLUMNS&valueRenderOption=UNFORMATTED_VALUE"
    );
    let (_, answer) = outcome(client.get(&path).await).await;
    assert_eq!(
        answer["valueRanges"],
        json!([
            {"range": "'Акции'!I2:I1000", "majorDimension": "COLUMNS",
                "values": [["", "Опубликовать"]]},
            {"range": "'список сотрудников для авторизации'!A1:A2",
                "majorDimension": "COLUMNS", "values": [["Код партнера", "П-1042"]]},
        ])
    );
    let path = format!("/sim/workbooks/{BOOK}/tabs/%D0%90%D0%BA%D1%86%D0%B8%D0%B8");
    let (_, table) = outcome(client.get(&path).await).await;
    assert_eq!(table["rows"][2][8], "Опубликовать");
    let (_, list) = outcome(client.get("/sim/workbooks").await).await;
    assert_eq!(list[0]["tabs"][1], "обращения");
    setup.sheets.stop().await;
}

#[tokio::test]
async fn acts_of_people_are_reachable_by_their_routes() {
    let setup = setup(Quotas::off()).await;
    let tab = "обращения";
    for (act, body) in [
        (
            "paste",
            json!({"tab": tab, "cell": "A3", "rows": [["1", "a"], ["2", "b"]]}),
        ),
        ("insert-rows", json!({"tab": tab, "row": 3})),
        ("move-rows", json!({"tab": tab, "row": 5, "to": 3})),
        (
            "sort",
            json!({"tab": tab, "range": "A3:B5", "column": "A", "descending": true}),
        ),
        ("cut", json!({"tab": tab, "range": "A3:B3", "to": "A6"})),
        ("delete-rows", json!({"tab": tab, "row": 3})),
        ("clear", json!({"tab": tab, "range": "B3"})),
        ("insert-columns", json!({"tab": tab, "column": "A"})),
        (
            "delete-columns",
            json!({"tab": tab, "column": "D", "count": 2}),
        ),
        (
            "rename-header",
            json!({"tab": tab, "from": "код", "to": "код партнера"}),
        ),
        ("add-tab", json!({"title": "Ещё"})),
        ("rename-tab", json!({"title": "Ещё", "to": "Другой"})),
        ("delete-tab", json!({"title": "Акции"})),
        ("share", json!({"email": "a@b", "role": "reader"})),
    ] {
        let path = format!("/sim/workbooks/{BOOK}/{act}");
        let (status, answer) = outcome(setup.client.post(&path, &body).await).await;
        assert_eq!(status, 200, "{act}: {answer}");
    }
    let rows = setup.sheets.with(BOOK, |book| book.table(tab)).unwrap();
    assert_eq!(rows[0][..3], ["", "код партнера", "телефон"]);
    assert_eq!(rows[2..], [vec!["", "1"], vec![], vec!["", "2", "b"]]);
    let titles = |book: &mut simulator::sheets::Workbook| book.tab_titles().join(", ");
    assert_eq!(
        setup.sheets.with(BOOK, titles),
        "список сотрудников для авторизации, обращения, Другой"
    );
    for (act, body) in [("type", json!({"tab": tab})), ("dance", json!({}))] {
        let path = format!("/sim/workbooks/{BOOK}/{act}");
        refused(
            setup.client.post(&path, &body).await,
            400,
            "INVALID_ARGUMENT",
        )
        .await;
    }
    setup.sheets.stop().await;
}
