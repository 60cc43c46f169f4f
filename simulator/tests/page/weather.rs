//! What goes wrong at a switch, on either side.

use serde_json::{Value, json};
use simulator::clock::Moment;
use simulator::sheets::SERVICE_ACCOUNT_EMAIL;
use simulator::telegram::TelegramWeather;

use crate::support::{APPEALS, BOOK, MARINA, SOON, Stage, answer, stage};

/// A token of Google's stand-in.
async fn token(stage: &Stage) -> String {
    use base64::Engine as _;
    let part =
        |value: Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "iss": SERVICE_ACCOUNT_EMAIL, "aud": stage.sheets.token_url(), "scope": "https://www.googleapis.com/auth/spreadsheets" });
    let assertion = format!("{}.{}.c2ln", part(json!({ "alg": "RS256" })), part(claims));
    let form = format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}"
    );
    let request = stage.browser.post(stage.sheets.token_url()).body(form);
    let (_, body) = answer(request.send().await.expect("answered")).await;
    let token = body["access_token"].as_str();
    token.expect("a token").to_owned()
}

/// Writes a text into A3 of the appeals.
async fn put(stage: &Stage, token: &str, text: &str) -> reqwest::Result<u16> {
    let body = json!({ "requests": [{ "updateCells": {
        "start": { "sheetId": 1, "rowIndex": 2, "columnIndex": 0 },
        "rows": [{ "values": [{ "userEnteredValue": { "stringValue": text } }] }],
        "fields": "userEnteredValue" } }] });
    let url = format!("{}/v4/spreadsheets/{BOOK}:batchUpdate", stage.sheets.url());
    let request = stage.browser.post(url).bearer_auth(token).json(&body);
    Ok(request.send().await?.status().as_u16())
}

async fn read(stage: &Stage, token: &str) -> reqwest::Result<u16> {
    let url = format!("{}/v4/spreadsheets/{BOOK}", stage.sheets.url());
    let request = stage.browser.get(url).bearer_auth(token);
    Ok(request.send().await?.status().as_u16())
}

fn cell(stage: &Stage, cell: &str) -> String {
    stage
        .sheets
        .with(BOOK, |book| book.shown(APPEALS, cell).expect("a cell"))
}

fn notes(marks: &[simulator::Mark]) -> Vec<&str> {
    marks
        .iter()
        .filter_map(|mark| mark.note.as_deref())
        .collect()
}

#[tokio::test]
async fn telegram_is_down_slow_refusing_and_forgetful() {
    let stage = stage().await;
    let send = |text: &str| stage.call("sendMessage", json!({ "chat_id": MARINA, "text": text }));
    let texts = || {
        let messages = stage.telegram.messages(simulator::telegram::ChatId(MARINA));
        messages
            .into_iter()
            .map(|message| message.content.text)
            .collect::<Vec<_>>()
    };
    stage.switch(json!({ "telegram": "down" })).await;
    assert!(send("нет").await.is_err());
    stage
        .act("/telegram/people/101/write", json!({ "text": "Есть кто?" }))
        .await;
    assert!(stage.call("getUpdates", json!({})).await.is_err());
    assert_eq!(texts(), Vec::<String>::new());
    stage.switch(json!({ "telegram": "too_many" })).await;
    let (status, body) = send("много").await.unwrap();
    assert_eq!(
        (status, &body["parameters"]["retry_after"]),
        (429, &json!(3))
    );
    stage.switch(json!({ "telegram": "lossy" })).await;
    let mut came = Vec::new();
    for text in ["1", "2", "3", "4"] {
        came.push(send(text).await.is_ok());
        stage.call("getMe", json!({})).await.unwrap();
    }
    assert_eq!(came, [true, true, false, true]);
    assert_eq!(
        texts(),
        ["1", "2", "3", "4"],
        "what lost its answer was done"
    );
    stage.switch(json!({ "telegram": "slow" })).await;
    let started = Moment::now().steady;
    send("поздно").await.unwrap();
    assert!(started.elapsed().as_millis() >= 1900);
    stage.switch(json!({ "telegram": "calm" })).await;
    send("снова").await.unwrap();
    let updates = stage.call("getUpdates", json!({})).await.unwrap().1;
    assert_eq!(updates["result"][0]["message"]["text"], "Есть кто?");
    let seen = stage.telegram.marks();
    assert_eq!(notes(&seen), ["cut", "429", "answer lost", "late 2 s"]);
}

#[tokio::test]
async fn a_waiting_poll_breaks_when_telegram_goes_down() {
    let stage = stage().await;
    let poll = stage.call("getUpdates", json!({ "timeout": 30 }));
    let switch = async {
        stage.telegram.await_held(0, SOON).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        stage.telegram.weather(TelegramWeather::Down);
    };
    let (polled, ()) = tokio::join!(tokio::time::timeout(SOON, poll), switch);
    assert!(polled.expect("at once").is_err());
}

#[tokio::test]
async fn the_sheet_is_down_refusing_and_forgetful() {
    let stage = stage().await;
    let token = token(&stage).await;
    stage.switch(json!({ "sheets": "down" })).await;
    assert!(read(&stage, &token).await.is_err());
    assert!(put(&stage, &token, "нет").await.is_err());
    stage.switch(json!({ "sheets": "too_many" })).await;
    assert_eq!(put(&stage, &token, "нет").await.unwrap(), 429);
    assert_eq!(cell(&stage, "A3"), "");
    stage.switch(json!({ "sheets": "lossy" })).await;
    let mut came = Vec::new();
    for text in ["1", "2", "3"] {
        came.push(put(&stage, &token, text).await.is_ok());
        read(&stage, &token).await.unwrap();
    }
    assert_eq!(
        (came, cell(&stage, "A3")),
        (vec![true, true, false], "3".to_owned())
    );
    let marks = stage.sheets.marks();
    assert_eq!(notes(&marks), ["cut", "cut", "429", "answer lost"]);
    let written = marks
        .iter()
        .filter(|mark| mark.tab.as_deref() == Some(APPEALS));
    assert_eq!(written.count(), 5);
    let (status, _) = stage.post("/api/weather", &json!({})).await;
    assert_eq!(status, 405);
    let url = format!("{}/api/weather", stage.page.url());
    let request = stage.browser.put(url).json(&json!({ "sheets": "sunny" }));
    assert_eq!(request.send().await.unwrap().status(), 422);
}

#[tokio::test]
async fn somebody_sorts_under_every_write() {
    let stage = stage().await;
    let token = token(&stage).await;
    let rows = [["1"], ["9"], ["5"]];
    stage.sheets.with(BOOK, |book| {
        book.clear(APPEALS, "A2:H2").unwrap();
        book.paste(APPEALS, "A4", &rows).unwrap();
    });
    stage.switch(json!({ "sorting": true })).await;
    assert_eq!(put(&stage, &token, "x").await.unwrap(), 200);
    let shown = ["A2", "A3", "A4", "A5"].map(|at| cell(&stage, at));
    assert_eq!(shown, ["9", "x", "1", ""], "sorted first, then written");
    stage.switch(json!({ "sorting": false })).await;
    assert_eq!(put(&stage, &token, "y").await.unwrap(), 200);
    assert_eq!(cell(&stage, "A3"), "y");
    assert_eq!(stage.seen("/api/state").await["weather"]["sorting"], false);
}
