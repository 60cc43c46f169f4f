//! The signature against the published vectors, and against vectors of our own.

use std::path::Path;

use axum::http::{HeaderName, HeaderValue};
use serde::Deserialize;

use super::*;

const KEY: &[u8] = b"a key of our own, 24+ bytes";
const SENT: i64 = 1_750_000_000;

#[derive(Deserialize)]
struct Vector {
    id: String,
    timestamp: i64,
    payload: String,
    signature: String,
    now: i64,
    expect: String,
    source: String,
    secret_base64: String,
}

fn headers(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
    [
        ("webhook-id", id),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signature),
    ]
    .into_iter()
    .map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        )
    })
    .collect()
}

fn verify(
    headers: &HeaderMap,
    body: &[u8],
    key: &SigningKey,
    now: i64,
) -> Result<(), SignatureError> {
    let signed = SignedHeaders::read(headers)?;
    signed.is_fresh(Timestamp::from_second(now).unwrap())?;
    signed.signs(body, key)
}

fn signature(id: &str, timestamp: &str, body: &[u8], key: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[test]
fn the_published_vectors_hold() {
    // Read when the test runs: the fixtures are beside the repository, and not everywhere.
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".to_owned());
    let file = Path::new(&root).join("../shared/fixtures/webhook_signature_vectors.jsonl");
    let Ok(lines) = std::fs::read_to_string(file) else {
        println!("the published vectors are not here; skipped");
        return;
    };
    let mut checked = 0;
    // Lines with a provider are of other schemes.
    for line in lines.lines().filter(|line| !line.contains("\"provider\"")) {
        let vector: Vector = serde_json::from_str(line).unwrap();
        let expected = match vector.expect.as_str() {
            "valid" => Ok(()),
            "invalid" => Err(SignatureError::Wrong),
            "timestamp_too_old" | "timestamp_too_new" => Err(SignatureError::Stale),
            "missing_header" => Err(SignatureError::Absent),
            other => panic!("an expectation that this test does not know: {other}"),
        };
        let key = SigningKey::new(STANDARD.decode(&vector.secret_base64).unwrap());
        let headers = headers(&vector.id, &vector.timestamp.to_string(), &vector.signature);
        let verdict = verify(&headers, vector.payload.as_bytes(), &key, vector.now);
        assert_eq!(verdict, expected, "{}", vector.source);
        checked += 1;
    }
    assert!(checked >= 10, "only {checked} vectors");
}

#[test]
fn only_the_keys_fresh_signature_over_these_very_bytes_is_trusted() {
    let body = "{\"spreadsheet_id\":\"s\",\"tab\":\"обращения\"}".as_bytes();
    let timestamp = SENT.to_string();
    let good = signature("m1", &timestamp, body, KEY);
    let foreign = signature("m1", &timestamp, body, b"somebody else's key 24+ b");
    let (bare, other_scheme) = (good.replace("v1,", ""), good.replace("v1,", "v1a,"));
    let several = format!("{foreign} v1a,AAAA v1,???  {good}");
    for (name, id, signature, signed, now, verdict) in [
        ("good", "m1", &good, body, SENT, Ok(())),
        ("one of several", "m1", &several, body, SENT, Ok(())),
        ("five minutes old", "m1", &good, body, SENT + 300, Ok(())),
        ("five minutes ahead", "m1", &good, body, SENT - 300, Ok(())),
        (
            "too old",
            "m1",
            &good,
            body,
            SENT + 301,
            Err(SignatureError::Stale),
        ),
        (
            "too far ahead",
            "m1",
            &good,
            body,
            SENT - 301,
            Err(SignatureError::Stale),
        ),
        (
            "foreign key",
            "m1",
            &foreign,
            body,
            SENT,
            Err(SignatureError::Wrong),
        ),
        (
            "no scheme",
            "m1",
            &bare,
            body,
            SENT,
            Err(SignatureError::Wrong),
        ),
        (
            "other scheme",
            "m1",
            &other_scheme,
            body,
            SENT,
            Err(SignatureError::Wrong),
        ),
        (
            "other id",
            "m2",
            &good,
            body,
            SENT,
            Err(SignatureError::Wrong),
        ),
        (
            "other body",
            "m1",
            &good,
            b"{}",
            SENT,
            Err(SignatureError::Wrong),
        ),
        ("no id", "", &good, body, SENT, Err(SignatureError::Absent)),
        (
            "no signature",
            "m1",
            &String::new(),
            body,
            SENT,
            Err(SignatureError::Absent),
        ),
    ] {
        let headers = headers(id, &timestamp, signature);
        let key = SigningKey::new(KEY.to_vec());
        assert_eq!(verify(&headers, signed, &key, now), verdict, "{name}");
    }
}

#[test]
fn a_timestamp_is_a_whole_number_and_part_of_what_is_signed() {
    let key = SigningKey::new(KEY.to_vec());
    let signed = signature("m1", &SENT.to_string(), b"{}", KEY);
    for (timestamp, verdict) in [
        (SENT.to_string(), Ok(())),
        ((SENT + 1).to_string(), Err(SignatureError::Wrong)),
        (format!("0{SENT}"), Err(SignatureError::Wrong)),
        (format!("{SENT}.0"), Err(SignatureError::Stale)),
        ("9223372036854775807".to_owned(), Err(SignatureError::Stale)),
        (
            "-9223372036854775808".to_owned(),
            Err(SignatureError::Stale),
        ),
        ("yesterday".to_owned(), Err(SignatureError::Stale)),
        (String::new(), Err(SignatureError::Absent)),
    ] {
        assert_eq!(
            verify(&headers("m1", &timestamp, &signed), b"{}", &key, SENT),
            verdict,
            "{timestamp}"
        );
    }
}
