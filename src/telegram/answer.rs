//! What an answer of Telegram's means: for the message that was sent, for the pace, for the service's health.
//!
//! Invariant: every way in which a call can end is one of delivered, refused for good, surely not sent, or unknown; what may
//! have arrived is never called unsent.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};

use super::accepted::Accepted;
use crate::{
    domain::{
        appeal::Why,
        event::{Outcome, RetryAfter},
    },
    health::Health,
};

/// How a call failed. No variant holds the address of the call, since the token is part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Telegram answered in its own words.
    #[error("Telegram refused ({code}): {description}")]
    Refused {
        /// `error_code`, equal to the HTTP status.
        code: u16,
        /// `description`: outside text, for people and never for the log of a send.
        description: String,
        /// `parameters.retry_after`, in whole seconds.
        retry_after: Option<u64>,
    },
    /// The request has surely not reached the Bot API.
    #[error("Telegram was not reached: {0}")]
    NotSent(String),
    /// The request may have arrived; nobody knows.
    #[error("Telegram's answer was lost: {0}")]
    Lost(String),
}

/// How long all sending rests after a failure that is not the message's own: one try a second finds Telegram again soon enough.
pub const OUTAGE_PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// The rest after a 429 that does not say how long.
const FLOOD_DEFAULT: u64 = 5;

/// The longest rest that is believed, in seconds: beyond a day an answer is more likely broken than meant.
const FLOOD_LIMIT: u64 = 24 * 60 * 60;

const TOO_MANY_REQUESTS: u16 = 429;

/// Reads an HTTP answer to a call (Bot API: "Making requests").
///
/// # Errors
/// When it is a refusal, or no answer of Telegram's at all.
pub fn read<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, CallError> {
    match serde_json::from_slice::<Reply>(body) {
        Ok(Reply { ok: true, result, .. }) => result
            .and_then(|result| serde_json::from_str(result.get()).ok())
            .ok_or_else(|| CallError::Lost(format!("HTTP {status} without the promised result"))),
        Ok(Reply {
            ok: false,
            error_code: Some(code),
            description,
            parameters,
            ..
        }) => Err(CallError::Refused {
            code,
            description: description.unwrap_or_default(),
            retry_after: parameters.and_then(|parameters| parameters.retry_after),
        }),
        Ok(_) | Err(_) => Err(foreign(status)),
    }
}

/// What became of a message that was sent.
#[must_use]
pub fn outcome(result: Result<&Accepted, &CallError>, now: Timestamp) -> Outcome {
    match result {
        Ok(Accepted { message, media: None }) => Outcome::Delivered(*message),
        Ok(Accepted {
            message,
            media: Some(media),
        }) => Outcome::Uploaded(*message, media.clone()),
        Err(CallError::NotSent(_)) => Outcome::Retry(RetryAfter::Schedule),
        Err(CallError::Lost(_)) => Outcome::Unknown,
        Err(error @ CallError::Refused { code, description, .. }) => match *code {
            TOO_MANY_REQUESTS => Outcome::Retry(error.silence(now).map_or(RetryAfter::Schedule, RetryAfter::At)),
            // The bot itself is refused: its token is wrong or was revoked. The message is as good as before.
            _ if error.is_about_the_bot() => Outcome::Retry(RetryAfter::Schedule),
            500.. => Outcome::Retry(RetryAfter::Schedule),
            _ => Outcome::Rejected(why(*code, description)),
        },
    }
}

impl CallError {
    /// Until when all sending should rest because of this answer, if it should.
    #[must_use]
    pub fn silence(&self, now: Timestamp) -> Option<Timestamp> {
        let rest = match self {
            Self::Refused {
                code: TOO_MANY_REQUESTS,
                retry_after,
                ..
            } => {
                let seconds = retry_after.unwrap_or(FLOOD_DEFAULT).clamp(1, FLOOD_LIMIT);
                SignedDuration::from_secs(i64::try_from(seconds).expect("clamped to a day"))
            }
            // A lost answer may be one message's bad luck, but in an outage each further message would lose its own.
            Self::NotSent(_) | Self::Lost(_) | Self::Refused { code: 500.., .. } => OUTAGE_PAUSE,
            Self::Refused { .. } if self.is_about_the_bot() => OUTAGE_PAUSE,
            Self::Refused { .. } => return None,
        };
        Some(now + rest)
    }

    /// What this failure tells of Telegram as a whole; one that does not know our token is as good as down.
    #[must_use]
    pub fn health(&self) -> Health {
        match self {
            Self::Refused {
                code: TOO_MANY_REQUESTS, ..
            } => Health::Throttled,
            Self::Refused { code: 500.., .. } | Self::NotSent(_) | Self::Lost(_) => Health::Down,
            Self::Refused { .. } if self.is_about_the_bot() => Health::Down,
            Self::Refused { .. } => Health::Ok,
        }
    }

    /// Whether Telegram cannot read the message's mark-up.
    #[must_use]
    pub fn is_about_markup(&self) -> bool {
        self.is_a_bad_request_that_says(&["can't parse entities"])
    }

    /// Whether the `file_id` is of another type than the method sends.
    #[must_use]
    pub fn is_about_the_type(&self) -> bool {
        // The second is what older servers say.
        self.is_a_bad_request_that_says(&["can't use file of type", "type of file mismatch"])
    }

    /// Whether Telegram cannot show the picture as one: it is too long, too narrow, broken.
    #[must_use]
    pub fn is_about_the_picture(&self) -> bool {
        self.is_a_bad_request_that_says(&["PHOTO_", "IMAGE_PROCESS_FAILED", "Photo"])
    }

    fn is_a_bad_request_that_says(&self, words: &[&str]) -> bool {
        match self {
            Self::Refused {
                code: 400, description, ..
            } => words.iter().any(|words| description.contains(words)),
            Self::Refused { .. } | Self::NotSent(_) | Self::Lost(_) => false,
        }
    }

    /// Whether Telegram does not know this bot: 401 `Unauthorized` for a revoked token, 404 `Not Found` for a malformed one.
    /// (A 401 with more words is about the recipient.)
    #[must_use]
    pub fn is_about_the_bot(&self) -> bool {
        match self {
            Self::Refused {
                code: 401, description, ..
            } => description == "Unauthorized",
            Self::Refused { code, .. } => *code == 404,
            Self::NotSent(_) | Self::Lost(_) => false,
        }
    }
}

/// Telegram's envelope around every answer.
#[derive(Deserialize)]
struct Reply<'a> {
    ok: bool,
    #[serde(borrow)]
    result: Option<&'a serde_json::value::RawValue>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

/// The part of `ResponseParameters` that concerns private chats.
#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

/// An answer that Telegram did not write: a proxy's page, or its own cut short.
fn foreign(status: u16) -> CallError {
    let words = format!("HTTP {status} that is not Telegram's");
    match status {
        TOO_MANY_REQUESTS => CallError::Refused {
            code: status,
            description: words,
            retry_after: None,
        },
        // A redirect is not followed, and a request refused on the way was not passed on.
        300..=499 => CallError::NotSent(words),
        _ => CallError::Lost(words),
    }
}

fn why(code: u16, description: &str) -> Why {
    let says = |words: &str| description.contains(words);
    match code {
        403 if says("bot was blocked by the user") => Why::Blocked,
        403 if says("user is deactivated") => Why::Deactivated,
        400 if says("chat not found") => Why::ChatNotFound,
        _ => Why::Refused(description.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::domain::{
        ids::MessageId,
        media::{Media, MediaKind},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn judged(status: u16, body: &str) -> (Outcome, Option<i64>) {
        let result = read::<Accepted>(status, body.as_bytes());
        let silence = result.as_ref().err().and_then(|error| error.silence(NOW));
        let outcome = outcome(result.as_ref(), NOW);
        (outcome, silence.map(Timestamp::as_second))
    }

    fn refusal(code: u16, description: &str) -> String {
        serde_json::json!({"ok": false, "error_code": code, "description": description}).to_string()
    }

    fn at(seconds: i64) -> Outcome {
        Outcome::Retry(RetryAfter::At(Timestamp::from_second(seconds).unwrap()))
    }

    const LATER: Outcome = Outcome::Retry(RetryAfter::Schedule);

    #[test]
    fn every_answer_has_one_meaning() {
        let flood = r#"{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":35}}"#;
        let endless = flood.replace("35", "99999999999");
        for (status, body, outcome, silence) in [
            (
                200,
                r#"{"ok":true,"result":{"message_id":9,"x":1}}"#,
                Outcome::Delivered(MessageId(9)),
                None,
            ),
            (
                200,
                r#"{"ok":true,"result":{"message_id":9,"video":{"file_id":"v"}}}"#,
                Outcome::Uploaded(
                    MessageId(9),
                    Media {
                        kind: MediaKind::Video,
                        file: "v".to_owned(),
                    },
                ),
                None,
            ),
            (200, r#"{"ok":true,"result":{}}"#, Outcome::Unknown, Some(1)),
            (200, r#"{"ok":true,"result":{"mess"#, Outcome::Unknown, Some(1)),
            (200, "", Outcome::Unknown, Some(1)),
            (429, flood, at(35), Some(35)),
            (429, &endless, at(86_400), Some(86_400)),
            (429, "<html>", at(5), Some(5)),
            (500, &refusal(500, "Internal Server Error: Request aborted"), LATER, Some(1)),
            (502, "<html>Bad Gateway</html>", Outcome::Unknown, Some(1)),
            (401, &refusal(401, "Unauthorized"), LATER, Some(1)),
            (404, &refusal(404, "Not Found"), LATER, Some(1)),
            (404, "<html>", LATER, Some(1)),
            (302, "", LATER, Some(1)),
            (
                403,
                &refusal(403, "Forbidden: bot was blocked by the user"),
                Outcome::Rejected(Why::Blocked),
                None,
            ),
            (
                403,
                &refusal(403, "Forbidden: user is deactivated"),
                Outcome::Rejected(Why::Deactivated),
                None,
            ),
            (
                400,
                &refusal(400, "Bad Request: chat not found"),
                Outcome::Rejected(Why::ChatNotFound),
                None,
            ),
        ] {
            assert_eq!(judged(status, body), (outcome, silence), "{status} {body}");
        }
    }

    #[test]
    fn what_never_got_an_answer_is_unsent_only_if_it_surely_is() {
        assert_eq!(outcome(Err(&CallError::NotSent("refused".to_owned())), NOW), LATER);
        assert_eq!(outcome(Err(&CallError::Lost("time-out".to_owned())), NOW), Outcome::Unknown);
    }

    #[test]
    fn health_follows_the_answer() {
        for (status, body, health) in [
            (429, refusal(429, "Too Many Requests: retry after 3"), Health::Throttled),
            (400, refusal(400, "Bad Request: chat not found"), Health::Ok),
            (401, refusal(401, "Unauthorized"), Health::Down),
            (500, refusal(500, "Internal Server Error"), Health::Down),
            (502, "<html>".to_owned(), Health::Down),
        ] {
            let error = read::<Accepted>(status, body.as_bytes()).unwrap_err();
            assert_eq!(error.health(), health, "{body}");
        }
    }

    #[test]
    fn every_collected_refusal_is_final_or_retried_as_its_code_says() {
        let Some(lines) = super::super::fixture("telegram_errors.jsonl") else {
            return;
        };
        for line in lines.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let response = &record["response"];
            let code = u16::try_from(response["error_code"].as_u64().unwrap()).unwrap();
            let description = response["description"].as_str().unwrap();
            let expected = match (code, description) {
                (429, _) => at(response["parameters"]["retry_after"].as_i64().unwrap()),
                (500.., _) | (404, _) | (401, "Unauthorized") => LATER,
                (403, "Forbidden: bot was blocked by the user") => Outcome::Rejected(Why::Blocked),
                (403, "Forbidden: user is deactivated") => Outcome::Rejected(Why::Deactivated),
                (400, "Bad Request: chat not found" | "Bad Request: private chat not found") => Outcome::Rejected(Why::ChatNotFound),
                _ => Outcome::Rejected(Why::Refused(description.to_owned())),
            };
            assert_eq!(judged(code, &response.to_string()).0, expected, "{description}");
        }
    }
}
