//! The client against a Google of a few lines: each outcome that a call can have.
//!
//! Invariant: whatever the client asks is written down by the fake, so that a test sees what was sent and how often.

mod fake;

use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use serde_json::json;
use tokio::net::TcpListener;

use self::fake::{Fake, Reply, key, refusal};
use super::*;
use crate::{
    clock,
    domain::{row::CellValue, text::Text},
    proxies::Proxies,
    sheets::wire::{Change, SheetId, Span},
};

/// A client whose Google cannot be reached.
pub(in crate::sheets) async fn nowhere() -> SheetsClient {
    // Port 9 (discard) has no listener where tests run.
    client("http://127.0.0.1:9", "http://127.0.0.1:9/token").await
}

async fn client(api_url: &str, token_url: &str) -> SheetsClient {
    patient(api_url, token_url, Timeouts::default()).await
}

async fn patient(api_url: &str, token_url: &str, patience: Timeouts) -> SheetsClient {
    SheetsClient::new(
        api_url,
        key(token_url),
        patience,
        Proxies::new(None),
        clock::now,
    )
    .await
    .unwrap()
}

fn book() -> SpreadsheetId {
    SpreadsheetId("book-1_A".to_owned())
}

/// Two changes and one range to read back.
fn batch() -> Batch {
    let append = Change::Append {
        sheet: SheetId(0),
        values: vec![
            Some(CellValue::Text(Text::from("a"))),
            None,
            Some(CellValue::Number(3)),
        ],
    };
    let span = Span {
        sheet: SheetId(0),
        rows: (1, 2),
        columns: (0, 3),
    };
    Batch {
        changes: vec![Change::Token(BatchToken(9)), append],
        read_back: vec![("обращения".to_owned(), span)],
    }
}

/// What a write that went well answers.
fn written() -> Reply {
    let sheet = json!({"properties": {"sheetId": 0, "title": "обращения"}});
    Reply::Json(
        200,
        json!({"replies": [{}, {}], "updatedSpreadsheet": {"sheets": [sheet]}}),
    )
}

fn structured() -> Reply {
    Reply::Json(
        200,
        json!({"sheets": [{"properties": {"sheetId": 0, "title": "обращения"}}]}),
    )
}

/// One write and one read, each met by the same reply.
async fn both(
    reply: impl Fn() -> Reply,
) -> (
    Result<ReadBack, SheetsError>,
    Result<Structure, SheetsError>,
    SheetsClient,
) {
    let (_fake, client) = Fake::with(vec![reply(), reply()]).await;
    let write = client.write(&book(), &batch()).await;
    // A silence that Google asks for concerns its own kind of calls alone, so the read goes out in any case.
    let read = client.structure(&book()).await;
    (write, read, client)
}

fn is_unknown<T>(outcome: &Result<T, SheetsError>) -> bool {
    matches!(outcome, Err(SheetsError::Unknown(_)))
}

fn is_unavailable<T>(outcome: &Result<T, SheetsError>) -> bool {
    matches!(outcome, Err(SheetsError::Unavailable(_)))
}

#[tokio::test]
async fn a_write_says_what_it_should_and_loses_no_empty_cell() {
    let (fake, client) = Fake::with(vec![written()]).await;
    let read = client.write(&book(), &batch()).await.unwrap();
    assert_eq!(read.occurrences, [None, None]);
    let asked = fake.asked().remove(0);
    assert!(
        asked
            .target
            .starts_with("/v4/spreadsheets/book-1_A:batchUpdate?"),
        "{}",
        asked.target
    );
    assert!(
        asked.target.contains("fields=replies%28findReplace"),
        "{}",
        asked.target
    );
    assert_eq!(asked.token, "Bearer token-1");
    assert!(!asked.body.to_string().contains("null"));
    assert_eq!(asked.body["responseRanges"], json!(["'обращения'!A2:C2"]));
    let cells = &asked.body["requests"][1]["appendCells"]["rows"][0]["values"];
    assert_eq!(cells.as_array().unwrap().len(), 3);
    assert_eq!(cells[1], json!({}));
    assert_eq!(client.health(), Health::Ok);
}

#[tokio::test]
async fn a_read_encodes_its_ranges_once() {
    let answer = json!({"valueRanges": [{"values": [["код"]]}, {}]});
    let (fake, client) = Fake::with(vec![Reply::Json(200, answer)]).await;
    let ranges = ["'50% #1? a/b'!A:A", "'Акции'!B1:B9"].map(str::to_owned);
    let read = client.read(&book(), &ranges).await.unwrap();
    assert_eq!(read, [vec![vec!["код".to_owned()]], vec![]]);
    let target = fake.asked().remove(0).target;
    assert!(
        target.contains("ranges=%2750%25+%231%3F+a%2Fb%27%21A%3AA&ranges="),
        "{target}"
    );
    assert!(
        target.contains("majorDimension=COLUMNS")
            && target.contains("valueRenderOption=FORMATTED_VALUE"),
        "{target}"
    );
}

#[tokio::test]
async fn what_is_stored_is_asked_for_by_its_rendering_and_dates_as_serial_numbers() {
    let answer = || Reply::Json(200, json!({"valueRanges": [{"values": [["0123", 5e8]]}]}));
    let (fake, client) = Fake::with(vec![answer(), answer()]).await;
    let before = client.quota().reads;
    for (rendering, name) in [
        (Rendering::Typed, "valueRenderOption=FORMULA"),
        (Rendering::Valued, "valueRenderOption=UNFORMATTED_VALUE"),
    ] {
        let read = client.stored(&book(), &["A:A".to_owned()], rendering).await;
        let cells = vec![
            UnformattedValue::Text("0123".to_owned()),
            UnformattedValue::Number(5e8),
        ];
        assert_eq!(read, Ok(vec![vec![cells]]));
        let target = fake.asked().pop().expect("asked").target;
        assert!(
            target.contains(name) && target.contains("dateTimeRenderOption=SERIAL_NUMBER"),
            "{target}"
        );
    }
    assert_eq!(client.quota().reads, before - 2);
}

#[tokio::test]
async fn nothing_to_do_is_no_call() {
    let (fake, client) = Fake::with(vec![]).await;
    assert_eq!(client.read(&book(), &[]).await, Ok(vec![]));
    assert_eq!(
        client.write(&book(), &Batch::default()).await,
        Ok(ReadBack::default())
    );
    let strange = SpreadsheetId("a/b?c".to_owned());
    assert_eq!(client.structure(&strange).await, Err(SheetsError::NotFound));
    assert!(fake.asked().is_empty());
}

#[tokio::test]
async fn too_many_requests_are_throttled_and_the_next_waits() {
    let before = clock::now();
    let (fake, client) = Fake::with(vec![Reply::RetryAfter(429, "40"), structured()]).await;
    let Err(SheetsError::Throttled { until: Some(until) }) = client.write(&book(), &batch()).await
    else {
        panic!("throttled");
    };
    let wait = before.duration_until(until).as_secs();
    assert!((40..50).contains(&wait), "{wait}");
    assert_eq!(client.health(), Health::Throttled);
    assert_eq!(
        client.write(&book(), &batch()).await,
        Err(SheetsError::Throttled { until: Some(until) })
    );
    assert_eq!(fake.asked().len(), 1, "the second was not sent");
    assert_eq!(client.quota().writes, 0);
    assert!(
        client.structure(&book()).await.is_ok(),
        "reads have a quota of their own"
    );
    assert_eq!(client.health(), Health::Ok);
}

#[tokio::test]
async fn unavailable_leaves_a_write_unknown_in_json_too() {
    let (write, read, client) =
        both(|| Reply::Json(503, refusal(503, "The service is currently unavailable."))).await;
    assert!(
        is_unknown(&write) && is_unavailable(&read),
        "{write:?} {read:?}"
    );
    assert_eq!(client.health(), Health::Down);
}

#[tokio::test]
async fn a_page_instead_of_an_answer_leaves_a_write_unknown() {
    let (write, read, _) = both(|| Reply::Html(502)).await;
    assert!(
        is_unknown(&write) && is_unavailable(&read),
        "{write:?} {read:?}"
    );
}

#[tokio::test]
async fn a_cut_or_hollow_success_leaves_a_write_unknown() {
    for reply in [
        || Reply::Cut,
        || Reply::Json(200, json!({})),
        || Reply::Html(200),
    ] {
        let (write, read, _) = both(reply).await;
        assert!(
            is_unknown(&write) && is_unavailable(&read),
            "{write:?} {read:?}"
        );
    }
}

#[tokio::test]
async fn silence_leaves_a_write_unknown() {
    let fake = Arc::new(Fake {
        replies: Mutex::new([Reply::Silence, Reply::Silence].into()),
        ..Fake::default()
    });
    let url = fake.serve().await;
    let patience = Timeouts {
        read: Duration::from_millis(300),
        write: Duration::from_millis(300),
        ..Timeouts::default()
    };
    let client = patient(&url, &url, patience).await;
    assert!(is_unknown(&client.write(&book(), &batch()).await));
    assert!(is_unavailable(&client.structure(&book()).await));
}

#[tokio::test]
async fn a_broken_connection_leaves_a_write_unknown_and_a_refused_one_does_not() {
    let url = Arc::new(Fake::default()).serve().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let broken = format!("http://{}/", listener.local_addr().unwrap());
    let breaking = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.readable().await.unwrap();
        // The listener goes too: from here on this address refuses.
    });
    let client = client(&broken, &url).await;
    let outcome = client.write(&book(), &batch()).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    breaking.await.unwrap();
    let outcome = client.write(&book(), &batch()).await;
    assert_eq!(
        outcome,
        Err(SheetsError::Unavailable("no connection".to_owned()))
    );
}

#[tokio::test]
async fn a_refusal_names_the_change_if_there_is_such_a_change() {
    let named = |index: usize| {
        Reply::Json(
            400,
            refusal(
                400,
                &format!("Invalid requests[{index}].appendCells: No grid with id: 0"),
            ),
        )
    };
    let (_fake, client) = Fake::with(vec![
        named(1),
        named(2),
        Reply::Json(400, refusal(400, "Unable to parse range: x")),
    ])
    .await;
    let words = "No grid with id: 0".to_owned();
    assert_eq!(
        client.write(&book(), &batch()).await,
        Err(SheetsError::Refused { change: 1, words })
    );
    assert!(is_unknown(&client.write(&book(), &batch()).await));
    assert_eq!(
        client.read(&book(), &["x".to_owned()]).await,
        Err(SheetsError::BadRange("Unable to parse range: x".to_owned()))
    );
    assert_eq!(client.health(), Health::Ok, "a refusal is an answer");
}

#[tokio::test]
async fn a_fence_alone_tells_what_became_of_the_batch() {
    let accepted =
        json!({"replies": [{"createDeveloperMetadata": {"developerMetadata": {"metadataId": 9}}}]});
    let invalid = |words: &str| {
        Reply::Json(
            400,
            refusal(
                400,
                &format!("Invalid requests[0].createDeveloperMetadata: {words}"),
            ),
        )
    };
    let replies = vec![
        Reply::Json(200, accepted),
        invalid("Developer metadata with ID 9 already exists."),
        invalid("Too much metadata."),
        Reply::Json(200, json!({})),
    ];
    let (fake, client) = Fake::with(replies).await;
    assert_eq!(
        client.token(&book(), BatchToken(9)).await,
        Ok(TokenFate::Accepted)
    );
    assert_eq!(
        client.token(&book(), BatchToken(9)).await,
        Ok(TokenFate::Used)
    );
    let other = client.token(&book(), BatchToken(9)).await;
    assert!(
        matches!(other, Err(SheetsError::Refused { change: 0, .. })),
        "{other:?}"
    );
    assert!(is_unknown(&client.token(&book(), BatchToken(9)).await));
    assert!(
        !fake.asked()[0]
            .body
            .to_string()
            .contains("includeSpreadsheetInResponse")
    );
}

#[tokio::test]
async fn access_and_absence_are_told_apart() {
    let (write, read, _) =
        both(|| Reply::Json(403, refusal(403, "The caller does not have permission"))).await;
    let denied = SheetsError::Denied("The caller does not have permission".to_owned());
    assert_eq!((write, read), (Err(denied.clone()), Err(denied)));
    let (write, read, _) =
        both(|| Reply::Json(404, refusal(404, "Requested entity was not found."))).await;
    assert_eq!(
        (write, read),
        (Err(SheetsError::NotFound), Err(SheetsError::NotFound))
    );
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let refused = || {
        Reply::Json(
            401,
            refusal(401, "Request had invalid authentication credentials."),
        )
    };
    let (fake, client) = Fake::with(vec![refused(), written(), refused(), refused()]).await;
    assert!(client.write(&book(), &batch()).await.is_ok());
    let sent: Vec<_> = fake.asked().into_iter().map(|asked| asked.token).collect();
    assert_eq!(sent, ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(client.quota().writes, 53, "both were calls");
    assert!(is_unavailable(&client.write(&book(), &batch()).await));
    assert_eq!(fake.asked().len(), 2);
    assert_eq!(fake.tokens(), 3);
}

#[tokio::test]
async fn many_calls_share_one_token() {
    let (fake, client) = Fake::with((0..20).map(|_| structured()).collect()).await;
    let calls = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.structure(&book()).await })
    });
    for outcome in join_all(calls).await {
        assert!(outcome.unwrap().is_ok());
    }
    assert_eq!((fake.tokens(), fake.asked().len()), (1, 20));
}

#[tokio::test]
async fn many_calls_share_one_failure_which_shows_no_secret() {
    let (fake, client) = Fake::with(vec![structured()]).await;
    fake.refusals.store(1, Ordering::SeqCst);
    let book = book();
    let calls = (0..20).map(|_| client.structure(&book));
    for outcome in join_all(calls).await {
        let words = "no token: the token endpoint refuses: invalid_grant: bad …".to_owned();
        assert_eq!(outcome, Err(SheetsError::Unavailable(words)));
    }
    assert_eq!((fake.tokens(), fake.asked().len()), (1, 0));
    assert_eq!(client.quota().reads, 55, "no call was made");
    assert!(
        client.structure(&book).await.is_ok(),
        "the next call asks anew"
    );
}

#[tokio::test]
async fn the_quota_is_kept_without_google_s_help() {
    let (fake, client) = Fake::with((0..55).map(|_| structured()).collect()).await;
    let began = clock::now();
    for _ in 0..55 {
        client.structure(&book()).await.unwrap();
    }
    let Err(SheetsError::Throttled { until: Some(until) }) = client.structure(&book()).await else {
        panic!("throttled");
    };
    assert!(until >= began + Duration::from_secs(60));
    assert_eq!(fake.asked().len(), 55);
    assert_eq!(
        client.quota(),
        QuotaLeft {
            reads: 0,
            writes: 55
        }
    );
    assert_eq!(client.health(), Health::Throttled);
}

#[tokio::test]
async fn wrong_settings_are_said_at_once() {
    let mistaken = |url: &'static str| {
        SheetsClient::new(
            url,
            key("http://localhost"),
            Timeouts::default(),
            Proxies::new(None),
            clock::now,
        )
    };
    for url in [
        "sheets.googleapis.com",
        "ftp://a.b",
        "http://a.b/?c",
        "http://host:99999",
    ] {
        assert!(
            matches!(mistaken(url).await, Err(ClientError::ApiUrl)),
            "{url}"
        );
    }
    let file =
        json!({"private_key": "-----BEGIN", "client_email": "a", "token_uri": "http://a.b/"})
            .to_string();
    let client = SheetsClient::new(
        "http://a.b",
        AccountKey::parse(&file).unwrap(),
        Timeouts::default(),
        Proxies::new(None),
        clock::now,
    )
    .await;
    assert!(matches!(
        client,
        Err(ClientError::Key(KeyError::Field("private_key")))
    ));
}
