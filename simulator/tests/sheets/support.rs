//! A small client of the Sheets API for these tests.
//!
//! Invariant: it never retries and never reuses a connection, so that every call
//! is seen exactly as it went.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails like a test")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use simulator::sheets::{Quotas, SERVICE_ACCOUNT_EMAIL, Sheets, SheetsOptions, sample_workbook};

/// The ID of the workbook that every stand-in of these tests holds.
pub(crate) const BOOK: &str = "demo-book";
const SCOPE: &str = "https://www.googleapis.com/auth/spreadsheets";

/// A stand-in and a client that holds a token of it.
pub(crate) struct Setup {
    pub(crate) sheets: Sheets,
    pub(crate) client: Client,
}

#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

pub(crate) async fn setup(quotas: Quotas) -> Setup {
    let options = SheetsOptions {
        quotas,
        ..SheetsOptions::default()
    };
    let sheets = Sheets::start(options).await.unwrap();
    sheets.insert_workbook(sample_workbook(BOOK));
    let mut client = Client::new(&sheets);
    client.token = client.fetch_token(SERVICE_ACCOUNT_EMAIL, SCOPE).await;
    Setup { sheets, client }
}

impl Client {
    fn new(sheets: &Sheets) -> Self {
        // Another test of this process may have installed it already.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self {
            http,
            base: sheets.url(),
            token: String::new(),
        }
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) async fn fetch_token(&self, account: &str, scope: &str) -> String {
        let claims = json!({"iss": account, "aud": format!("{}/token", self.base), "scope": scope});
        let response = self.post_token(JWT_BEARER, &assertion(&claims)).await;
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["expires_in"], 3600);
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn post_token(&self, grant_type: &str, assertion: &str) -> Response {
        let grant_type = grant_type.replace(':', "%3A");
        self.http
            .post(format!("{}/token", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("grant_type={grant_type}&assertion={assertion}"))
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Response, reqwest::Error> {
        let request = self.http.get(format!("{}{path}", self.base));
        request.bearer_auth(&self.token).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Response, reqwest::Error> {
        let request = self.http.post(format!("{}{path}", self.base));
        request.bearer_auth(&self.token).json(body).send().await
    }

    /// Reads the spreadsheet's properties.
    pub(crate) async fn read(&self) -> Result<Response, reqwest::Error> {
        self.get(&format!("/v4/spreadsheets/{BOOK}")).await
    }

    /// Writes one text into a cell of the appeals tab; rows count from 0.
    pub(crate) async fn write(&self, row: usize, text: &str) -> Result<Response, reqwest::Error> {
        let body = json!({"requests": [{"updateCells": {
            "start": {"sheetId": 1, "rowIndex": row, "columnIndex": 0},
            "rows": [{"values": [{"userEnteredValue": {"stringValue": text}}]}],
            "fields": "userEnteredValue",
        }}]});
        let path = format!("/v4/spreadsheets/{BOOK}:batchUpdate");
        self.post(&path, &body).await
    }
}

impl Setup {
    /// What stands in a cell of the appeals tab.
    pub(crate) fn shown(&self, cell: &str) -> String {
        let seen = |book: &mut simulator::sheets::Workbook| book.shown("обращения", cell);
        self.sheets.with(BOOK, seen).unwrap()
    }
}

pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// An assertion of three parts whose signature nobody looks at.
pub(crate) fn assertion(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(&json!({"alg": "RS256", "typ": "JWT"}));
    format!("{header}.{}.c2lnbmF0dXJl", part(claims))
}

/// The status and the body of an answer.
pub(crate) async fn outcome(response: Result<Response, reqwest::Error>) -> (StatusCode, Value) {
    let response = response.unwrap();
    let status = response.status();
    (status, response.json().await.unwrap())
}

/// Asserts Google's error shape and answers its message.
pub(crate) async fn refused(
    response: Result<Response, reqwest::Error>,
    code: u16,
    status: &str,
) -> String {
    let (http, body) = outcome(response).await;
    assert_eq!(http.as_u16(), code, "{body}");
    assert_eq!(body["error"]["code"], code);
    assert_eq!(body["error"]["status"], status);
    body["error"]["message"].as_str().unwrap().to_owned()
}
