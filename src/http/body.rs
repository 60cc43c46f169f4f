//! Request bodies: read whole, within a limit, as one JSON object.
//!
//! Invariant: [`whole`] is the only way to a body, so none is ever larger in memory than its route's limit.

use axum::{
    body::Body,
    http::{HeaderMap, header::CONTENT_TYPE},
};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;
use serde::Deserialize;

use super::problem::Problem;

/// Bytes; the outside contract promises 413 beyond it. Telegram's updates stay far below.
pub(super) const LIMIT: usize = 1024 * 1024;

/// The whole body, of `limit` bytes at most. A declared length over the limit is refused before a byte of it is read.
pub(super) async fn whole(body: Body, limit: usize) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Problem::TooLarge);
    }
    match Limited::new(body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::TooLarge),
        Err(_) => Err(Problem::Malformed),
    }
}

/// Whether the headers declare JSON, with or without parameters.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads one JSON object. Serde alone would also take an array for a struct, and leave the text of unknown fields unchecked.
pub(super) fn object<'a, T: Deserialize<'a>>(raw: &'a [u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(raw).map_err(|_| Problem::Malformed)?;
    if !text.trim_start().starts_with('{') {
        return Err(Problem::Malformed);
    }
    serde_json::from_str(text).map_err(|_| Problem::Malformed)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct One {
        n: i64,
    }

    #[test]
    fn only_an_object_of_valid_text_is_read() {
        assert_eq!(
            object(br#" {"n": 1, "more": {"deep": [[[]]]}}"#),
            Ok(One { n: 1 })
        );
        for raw in [
            &b"[1]"[..],
            b"",
            b"{",
            b"null",
            br#"{"n":1}x"#,
            br#"{"n":1.0}"#,
            br#"{"n":"1"}"#,
            b"{\"n\":1,\"s\":\"\xff\"}",
        ] {
            assert_eq!(object::<One>(raw), Err(Problem::Malformed), "{raw:?}");
        }
    }

    #[test]
    fn json_is_told_by_its_essence() {
        for (value, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("application/jsonp", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
            assert_eq!(is_json(&headers), json, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
