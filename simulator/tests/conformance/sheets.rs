//! The stand-in of Google Sheets against the discovery document.
//! Invariant: every method and every kind of request that it serves is exercised, and nothing of it
//! is amiss.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use simulator::conformance;
use simulator::sheets::{Quotas, SERVICE_ACCOUNT_EMAIL, Sheets, SheetsOptions, sample_workbook};

use crate::support::{discovery, none};

const BOOK: &str = "/v4/spreadsheets/book";

struct Stage {
    sheets: Sheets,
    client: reqwest::Client,
    token: String,
}

async fn stage(quotas: Quotas) -> Stage {
    let options = SheetsOptions {
        quotas,
        record: 1000,
        ..SheetsOptions::default()
    };
    let sheets = Sheets::start(options).await.expect("loopback is there");
    sheets.insert_workbook(sample_workbook("book"));
    // Another test of this process may have installed it already.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a plain client can be built");
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"iss": SERVICE_ACCOUNT_EMAIL, "aud": "a", "scope": "https://www.googleapis.com/auth/spreadsheets"});
    let assertion = format!("{}.{}.c2ln", part(json!({"alg": "RS256"})), part(claims));
    let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    let request = client
        .post(sheets.token_url())
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = request
        .body(format!("{grant}&assertion={assertion}"))
        .send()
        .await
        .expect("answered");
    let answer: Value = answer.json().await.expect("JSON");
    let token = answer["access_token"].as_str().expect("a token").to_owned();
    Stage {
        sheets,
        client,
        token,
    }
}

impl Stage {
    async fn get(&self, path: &str) {
        let request = self.client.get(format!("{}{path}", self.sheets.url()));
        request
            .bearer_auth(&self.token)
            .send()
            .await
            .expect("answered");
    }

    async fn write(&self, body: &Value) {
        let request = self
            .client
            .post(format!("{}{BOOK}:batchUpdate", self.sheets.url()));
        request
            .bearer_auth(&self.token)
            .json(body)
            .send()
            .await
            .expect("answered");
    }
}

/// One of each kind, in an order in which all of them can be done.
fn requests() -> Value {
    let columns = |from: u32| json!({"sheetId": 77, "dimension": "COLUMNS", "startIndex": from, "endIndex": from + 1});
    let row = |text: &str| json!({"values": [{"userEnteredValue": {"stringValue": text}}, {"userEnteredValue": {"numberValue": 1.5}}, {"userEnteredValue": {"boolValue": true}}, {}]});
    let rule = json!({
        "ranges": [{"sheetId": 77, "startColumnIndex": 0, "endColumnIndex": 1}],
        "booleanRule": {"condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": "a"}]}, "format": {"backgroundColor": {"red": 1.0}}},
    });
    let metadata = |location: Value| {
        json!({"createDeveloperMetadata": {"developerMetadata": {
            "metadataKey": "ключ", "metadataValue": "1", "location": location, "visibility": "PROJECT",
        }}})
    };
    json!([
        {"addSheet": {"properties": {"sheetId": 77, "title": "Новый", "gridProperties": {"rowCount": 9, "columnCount": 4, "frozenRowCount": 1}}}},
        {"updateCells": {"start": {"sheetId": 77, "rowIndex": 0, "columnIndex": 0}, "rows": [row("a"), row("b")], "fields": "userEnteredValue"}},
        {"appendCells": {"sheetId": 77, "rows": [row("c")], "fields": "userEnteredValue"}},
        {"findReplace": {"find": "b", "replacement": "d", "matchCase": true, "matchEntireCell": true, "range": {"sheetId": 77, "startRowIndex": 1, "endRowIndex": 2}}},
        {"setBasicFilter": {"filter": {"range": {"sheetId": 77}}}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"setDataValidation": {"range": {"sheetId": 77, "startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}, "rule": {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}, "showCustomUi": true}}},
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 77, "startColumnIndex": 1, "endColumnIndex": 2}, "description": "наше", "warningOnly": true}}},
        metadata(json!({"spreadsheet": true})),
        metadata(json!({"sheetId": 77})),
        {"appendDimension": {"sheetId": 77, "dimension": "ROWS", "length": 2}},
        {"insertDimension": {"range": columns(1), "inheritFromBefore": true}},
        {"repeatCell": {"range": {"sheetId": 77, "startRowIndex": 1}, "cell": {"userEnteredFormat": {"backgroundColor": {"red": 0.5}, "wrapStrategy": "WRAP", "verticalAlignment": "TOP", "numberFormat": {"type": "NUMBER", "pattern": "0"}, "textFormat": {"bold": true}}}, "fields": "userEnteredFormat(backgroundColor,wrapStrategy,verticalAlignment,numberFormat,textFormat.bold)"}},
        {"updateDimensionProperties": {"range": columns(0), "properties": {"pixelSize": 321}, "fields": "pixelSize"}},
        {"updateSheetProperties": {"properties": {"sheetId": 77, "gridProperties": {"frozenRowCount": 2}}, "fields": "gridProperties.frozenRowCount"}},
        {"addFilterView": {"filter": {"title": "Ждут", "range": {"sheetId": 77}, "filterSpecs": [{"columnIndex": 0, "filterCriteria": {"condition": {"type": "NOT_BLANK"}}}], "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}}},
        {"sortRange": {"range": {"sheetId": 77, "startRowIndex": 0}, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}},
        {"deleteDimension": {"range": columns(1)}},
    ])
}

#[tokio::test]
async fn every_answer_keeps_to_the_discovery_document() {
    let Some(discovery) = discovery() else { return };
    let stage = stage(Quotas::off()).await;
    stage
        .write(&json!({
            "requests": requests(),
            "includeSpreadsheetInResponse": true,
            "responseIncludeGridData": true,
            "responseRanges": ["'Новый'!A1:D4"],
        }))
        .await;
    assert_eq!(
        stage.sheets.exchanges()[0].status,
        200,
        "{}",
        stage.sheets.exchanges()[0].response
    );
    stage.get(BOOK).await;
    stage
        .get(&format!(
            "{BOOK}?includeGridData=true&alt=json&prettyPrint=false"
        ))
        .await;
    stage
        .get(&format!(
            "{BOOK}?ranges=A1:B2&fields=sheets(properties,data.rowData.values.formattedValue)"
        ))
        .await;
    for render in ["FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"] {
        let query = format!(
            "ranges=A1:Z99&ranges=%27%D0%9D%D0%BE%D0%B2%D1%8B%D0%B9%27!A:B&valueRenderOption={render}"
        );
        stage
            .get(&format!(
                "{BOOK}/values:batchGet?{query}&majorDimension=ROWS&dateTimeRenderOption=SERIAL_NUMBER"
            ))
            .await;
    }
    stage
        .get(&format!(
            "{BOOK}/values/%27%D0%9D%D0%BE%D0%B2%D1%8B%D0%B9%27?majorDimension=COLUMNS"
        ))
        .await;
    let cleanup = json!({"requests": [
        {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": "ключ"}}}},
        {"deleteSheet": {"sheetId": 77}},
    ]});
    stage.write(&cleanup).await;
    assert!(
        stage
            .sheets
            .exchanges()
            .iter()
            .all(|exchange| exchange.status == 200)
    );
    stage.write(&cleanup).await;
    stage.get(&format!("{BOOK}?ranges=%27nowhere%27!A1")).await;
    stage.get("/v4/spreadsheets/elsewhere").await;
    let refused: Vec<u16> = stage
        .sheets
        .exchanges()
        .iter()
        .map(|e| e.status)
        .filter(|status| *status != 200)
        .collect();
    assert_eq!(refused, [400, 400, 404]);
    none(&conformance::sheets(&discovery, &stage.sheets));
    assert_eq!(stage.sheets.exchanges().len(), 12);
}

#[tokio::test]
async fn what_a_client_does_wrong_is_seen() {
    let Some(discovery) = discovery() else { return };
    let stage = stage(Quotas::off()).await;
    stage
        .write(&json!({"requests": [{"deleteSheet": {"sheetId": "0"}}]}))
        .await;
    let found = conformance::sheets(&discovery, &stage.sheets);
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    let words = "spreadsheets.batchUpdate.requests[0].deleteSheet.sheetId: expected integer (int32), found \"0\"";
    assert_eq!(found, [words]);
}
