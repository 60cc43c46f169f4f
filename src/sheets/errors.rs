//! Errors of calls: whether a write may have been applied, by Google's response or its absence.
//!
//! Invariant: "not applied" is said only where Google itself, or the lack of a connection, confirms it; everything else is unknown for a write.

use std::time::Duration;

use google_sheets4::common;
use jiff::{Timestamp, fmt::rfc2822};
use serde_json::Value;

use super::{
    quota::{Kind, LONGEST_SILENCE},
    wire::SheetsError,
};

/// As much of Google's words as a cell or a report can hold.
const LONGEST_WORDS: usize = 300;

/// What the delegate of a call has observed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CallTrace {
    /// Whether a request was handed to the network and no answer has come.
    pub(super) in_flight: bool,
    /// The HTTP status of the last refusal.
    pub(super) status: Option<u16>,
    /// The end of the silence that Google asks for.
    pub(super) until: Option<Timestamp>,
}

/// The error of a failed call.
pub(super) fn failed(kind: Kind, trace: CallTrace, error: &common::Error) -> SheetsError {
    match (error, trace.status) {
        (common::Error::BadRequest(body), Some(status)) => {
            refused(kind, status, Some(body), trace.until)
        }
        (common::Error::Failure(response), _) => {
            refused(kind, response.status().as_u16(), None, trace.until)
        }
        (common::Error::HttpError(error), _) if error.is_connect() => {
            SheetsError::Unavailable("no connection".to_owned())
        }
        (common::Error::HttpError(_) | common::Error::Io(_), _) => {
            lost(kind, "the connection broke".to_owned())
        }
        (common::Error::MissingToken(error), _) => {
            SheetsError::Unavailable(format!("no token: {error}"))
        }
        // The text is not passed on: it holds cells.
        (common::Error::JsonDecodeError(..), _) => lost(kind, NONSENSE.to_owned()),
        _ => lost(kind, "the call failed".to_owned()),
    }
}

/// The error of a call that timed out.
pub(super) fn timed_out(kind: Kind, trace: CallTrace) -> SheetsError {
    let words = "no answer in time".to_owned();
    if trace.in_flight {
        lost(kind, words)
    } else {
        SheetsError::Unavailable(words)
    }
}

/// The error of a success without a complete body.
pub(super) fn nonsense(kind: Kind) -> SheetsError {
    lost(kind, NONSENSE.to_owned())
}

/// The rest that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds or a date), within reason.
pub(super) fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    let rest = match header.parse::<u32>() {
        Ok(seconds) => Duration::from_secs(seconds.into()),
        Err(_) => {
            let date = rfc2822::DateTimeParser::new()
                .parse_timestamp(header)
                .ok()?;
            Duration::try_from(date.duration_since(now)).unwrap_or_default()
        }
    };
    Some(rest.min(LONGEST_SILENCE))
}

/// Words from outside made fit for one line: no control characters, no more than a reader needs.
pub(super) fn one_line(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let inert: String = line.chars().filter(|c| !c.is_control()).collect();
    match inert.char_indices().nth(LONGEST_WORDS) {
        Some((cut, _)) => format!("{}…", &inert[..cut]),
        None => inert,
    }
}

/// Whether Google refused an id because it exists. Its wording for developer metadata is not documented, so other words are left to the caller.
pub(super) fn says_taken(words: &str) -> bool {
    let words = words.to_lowercase();
    ["already", "exists", "duplicate", "in use"]
        .iter()
        .any(|hint| words.contains(hint))
}

/// The words for an answer that cannot be understood.
const NONSENSE: &str = "the answer is empty, cut off or not Google's";

/// By these words Google says that the file is none of its own spreadsheets.
const NO_SPREADSHEET: [&str; 2] = [
    "must not be an Office file",
    "not supported for this document",
];

/// Where the Sheets API is switched on.
const API_PAGE: &str = "https://console.cloud.google.com/apis/library/sheets.googleapis.com";

/// What a refusal means, by its status and, if it is Google's own, its body.
fn refused(kind: Kind, status: u16, body: Option<&Value>, until: Option<Timestamp>) -> SheetsError {
    let said = body.and_then(Said::of);
    match (status, said) {
        (429, _) => SheetsError::Throttled { until },
        (401, _) => SheetsError::Unavailable("a fresh token was refused".to_owned()),
        (
            403,
            Some(Said {
                api_off: Some(enable),
                ..
            }),
        ) => SheetsError::ApiOff { enable },
        (403, Some(said)) => SheetsError::Denied(said.words),
        (404, Some(_)) => SheetsError::NotFound,
        (400, Some(said)) => bad_request(kind, said),
        (_, Some(said)) if !said.words.is_empty() => {
            lost(kind, format!("HTTP {status}: {}", said.words))
        }
        (_, _) => lost(kind, format!("HTTP {status}")),
    }
}

/// What Google's own 400 means: a write was not applied only where it names the change that is at fault, or where there is nothing to write into.
fn bad_request(kind: Kind, said: Said) -> SheetsError {
    if NO_SPREADSHEET.iter().any(|hint| said.words.contains(hint)) {
        return SheetsError::NotASpreadsheet;
    }
    match (kind, said.change) {
        (Kind::Read, _) => SheetsError::BadRange(said.words),
        (Kind::Write, Some(change)) => SheetsError::Refused {
            change,
            words: said.words,
        },
        (Kind::Write, None) => SheetsError::Unknown(said.words),
    }
}

/// A call without a clear answer: a read has no effect, a write may have.
fn lost(kind: Kind, words: String) -> SheetsError {
    match kind {
        Kind::Read => SheetsError::Unavailable(words),
        Kind::Write => SheetsError::Unknown(words),
    }
}

/// An error in Google's own form: `{"error": {"code", "message", "status"}}`.
struct Said {
    words: String,
    /// The `i` of a message that names `requests[i]`.
    change: Option<usize>,
    /// Where the API is switched on, if it is off.
    api_off: Option<String>,
}

impl Said {
    fn of(body: &Value) -> Option<Self> {
        let error = body.get("error")?.as_object()?;
        let words = error
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or_default();
        error.get("code").filter(|code| code.is_i64())?;
        Some(Self {
            words: one_line(without_prefix(words)),
            change: named_change(words),
            api_off: api_off(error),
        })
    }
}

/// Google's reason without the request that it is about: `Invalid requests[0].appendDimension: …` speaks of no dimension.
fn without_prefix(words: &str) -> &str {
    let named = words
        .strip_prefix("Invalid requests[")
        .and_then(|rest| rest.split_once("]"));
    named
        .and_then(|(_, rest)| rest.split_once(':'))
        .map_or(words, |(_, reason)| reason)
}

/// Where the API is switched on, if Google says that it is off.
fn api_off(error: &serde_json::Map<String, Value>) -> Option<String> {
    let details = error.get("details").and_then(Value::as_array)?;
    let is_off =
        |detail: &&Value| detail.get("reason").and_then(Value::as_str) == Some("SERVICE_DISABLED");
    let detail = details.iter().find(is_off)?;
    let consumer = detail
        .pointer("/metadata/consumer")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let project = consumer.strip_prefix("projects/").unwrap_or_default();
    let is_plain = project
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    Some(match project {
        "" => API_PAGE.to_owned(),
        project if is_plain => format!("{API_PAGE}?project={project}"),
        _ => API_PAGE.to_owned(),
    })
}

/// The first `requests[i]` of Google's words.
fn named_change(words: &str) -> Option<usize> {
    words
        .split("requests[")
        .skip(1)
        .find_map(|rest| rest.split_once(']')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn google(code: u16, message: &str) -> Value {
        json!({"error": {"code": code, "message": message, "status": "WORD"}})
    }

    fn unknown(words: &str) -> SheetsError {
        SheetsError::Unknown(words.to_owned())
    }

    fn unavailable(words: &str) -> SheetsError {
        SheetsError::Unavailable(words.to_owned())
    }

    fn switched_off(consumer: &str) -> Value {
        let mut body = google(
            403,
            "Google Sheets API has not been used in project 42 before or it is disabled.",
        );
        body["error"]["details"] =
            json!([{"reason": "SERVICE_DISABLED", "metadata": {"consumer": consumer}}]);
        body
    }

    fn api_off(project: &str) -> SheetsError {
        SheetsError::ApiOff {
            enable: format!("{API_PAGE}{project}"),
        }
    }

    #[test]
    fn a_write_is_not_applied_only_where_google_says_so() {
        let refused_change = SheetsError::Refused {
            change: 12,
            words: "too long".to_owned(),
        };
        let table = [
            (429, None, SheetsError::Throttled { until: Some(at(7)) }),
            (401, None, unavailable("a fresh token was refused")),
            (503, Some(google(503, "later")), unknown("HTTP 503: later")),
            (503, None, unknown("HTTP 503")),
            (503, Some(json!({"oops": 1})), unknown("HTTP 503")),
            (503, Some(json!({"error": "invalid"})), unknown("HTTP 503")),
            (
                500,
                Some(google(500, "internal")),
                unknown("HTTP 500: internal"),
            ),
            (
                504,
                Some(google(504, "deadline")),
                unknown("HTTP 504: deadline"),
            ),
            (
                400,
                Some(google(400, "Invalid requests[12].updateCells:\n too long")),
                refused_change,
            ),
            (
                400,
                Some(google(400, "Invalid requests[]")),
                unknown("Invalid requests[]"),
            ),
            (
                400,
                Some(google(
                    400,
                    "Invalid requests[0].appendDimension: You are trying to edit a protected cell or object.",
                )),
                SheetsError::Refused {
                    change: 0,
                    words: "You are trying to edit a protected cell or object.".to_owned(),
                },
            ),
            (
                400,
                Some(google(400, "The document must not be an Office file.")),
                SheetsError::NotASpreadsheet,
            ),
            (
                400,
                Some(google(400, "Unable to parse range: x")),
                unknown("Unable to parse range: x"),
            ),
            (400, None, unknown("HTTP 400")),
            (
                403,
                Some(google(403, "no")),
                SheetsError::Denied("no".to_owned()),
            ),
            (
                403,
                Some(switched_off("projects/42")),
                api_off("?project=42"),
            ),
            (403, Some(switched_off("projects/4 2")), api_off("")),
            (403, None, unknown("HTTP 403")),
            (404, Some(google(404, "gone")), SheetsError::NotFound),
            (404, None, unknown("HTTP 404")),
            (302, None, unknown("HTTP 302")),
        ];
        for (status, body, expected) in table {
            assert_eq!(
                refused(Kind::Write, status, body.as_ref(), Some(at(7))),
                expected,
                "{status} {body:?}"
            );
        }
    }

    #[test]
    fn a_read_is_never_unknown() {
        let table = [
            (502, None, unavailable("HTTP 502")),
            (
                500,
                Some(google(500, "internal")),
                unavailable("HTTP 500: internal"),
            ),
            (
                400,
                Some(google(400, "The document must not be an Office file.")),
                SheetsError::NotASpreadsheet,
            ),
            (
                400,
                Some(google(400, "Unable to parse range: x")),
                SheetsError::BadRange("Unable to parse range: x".to_owned()),
            ),
        ];
        for (status, body, expected) in table {
            assert_eq!(refused(Kind::Read, status, body.as_ref(), None), expected);
        }
    }

    #[test]
    fn patience_that_ends_before_a_request_leaves_no_doubt() {
        let trace = CallTrace::default();
        assert_eq!(
            timed_out(Kind::Write, trace),
            unavailable("no answer in time")
        );
        let trace = CallTrace {
            in_flight: true,
            ..trace
        };
        assert_eq!(timed_out(Kind::Write, trace), unknown("no answer in time"));
        assert_eq!(
            timed_out(Kind::Read, trace),
            unavailable("no answer in time")
        );
    }

    #[test]
    fn a_taken_id_is_told_from_other_refusals() {
        assert!(says_taken(
            "Invalid requests[0].createDeveloperMetadata: metadata with ID 7 already exists."
        ));
        assert!(says_taken("Duplicate id 7"));
        assert!(!says_taken(
            "Invalid requests[0].createDeveloperMetadata: the location does not exist"
        ));
        assert!(!says_taken(
            "The storage for developer metadata is exceeded"
        ));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_within_reason() {
        let now = Timestamp::from_second(1_445_412_480).unwrap();
        let later = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(retry_after("7", now), later(7));
        assert_eq!(retry_after("4000000000", now), later(900));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:30 GMT", now), later(30));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:00:00 GMT", now), later(0));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn words_from_outside_are_one_short_line() {
        assert_eq!(one_line("a\r\n b\u{7}c\tд"), "a bc д");
        assert_eq!(one_line(&"ы".repeat(301)), format!("{}…", "ы".repeat(300)));
    }
}
