//! What an answer of Telegram's means: for the message that was sent, for the pace, for the service's health.
//!
//! Invariant: every way in which a call can end is one of delivered, refused for good, surely not sent, or unknown; what may
//! have arrived is never called unsent. Any 5xx may hide a message that was taken, whoever wrote it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    accepted::SentMessage,
    governor::Pause,
    refusal::{self, ServiceRefusal},
};
use crate::{
    domain::{
        appeal::{RejectReason, Unfetched},
        event::{Outcome, RetryAfter},
    },
    health::Health,
};

/// How a call failed. No variant holds the address of the call, since the token is part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TelegramError {
    /// Telegram answered in its own words.
    #[error("Telegram refused ({code}): {description}")]
    Refused {
        /// `error_code`, equal to the HTTP status.
        code: u16,
        /// `description`: outside text, for people and never for the log of a send.
        description: String,
        /// `parameters.retry_after`, in whole seconds.
        retry_after: Option<u64>,
        /// `parameters.migrate_to_chat_id`: the group is a supergroup now.
        moved_to: Option<i64>,
    },
    /// The request has surely not reached the Bot API.
    #[error("Telegram was not reached: {0}")]
    NotSent(String),
    /// The request could not be put together: a file of ours is not to be had any more.
    #[error("the request could not be made: {0}")]
    Unmade(String),
    /// The request may have arrived; nobody knows.
    #[error("Telegram's answer was lost: {0}")]
    Lost(String),
}

/// The rest after a 429 that does not say how long.
const FLOOD_DEFAULT: u64 = 5;

/// The longest rest that is believed, in seconds: beyond a day an answer is more likely broken than meant.
const FLOOD_LIMIT: u64 = 24 * 60 * 60;

const TOO_LARGE: u16 = 413;
const TOO_MANY_REQUESTS: u16 = 429;

/// From here on the server has failed, perhaps after it had done what was asked.
const SERVER_ERRORS: u16 = 500;

/// Reads an HTTP answer to a call (Bot API: "Making requests").
///
/// # Errors
/// When it is a refusal, or no answer of Telegram's at all.
pub fn read<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, TelegramError> {
    match serde_json::from_slice::<Reply>(body) {
        Ok(Reply {
            ok: true, result, ..
        }) => {
            let lost = || TelegramError::Lost(format!("HTTP {status} without the promised result"));
            let result = result.and_then(|result| serde_json::from_str(result.get()).ok());
            result.ok_or_else(lost)
        }
        Ok(Reply {
            ok: false,
            error_code: Some(code),
            description,
            parameters,
            ..
        }) => {
            let description = description.unwrap_or_default();
            if code.max(status) >= SERVER_ERRORS {
                return Err(TelegramError::Lost(format!("HTTP {status}: {description}")));
            }
            let Parameters {
                retry_after,
                migrate_to_chat_id: moved_to,
            } = parameters.unwrap_or_default();
            Err(TelegramError::Refused {
                code,
                description,
                retry_after,
                moved_to,
            })
        }
        Ok(_) | Err(_) => Err(foreign(status)),
    }
}

/// What became of a message that was sent.
#[must_use]
pub fn outcome(result: Result<&SentMessage, &TelegramError>, now: Timestamp) -> Outcome {
    match result {
        Ok(SentMessage { message, media, .. }) => match media {
            Some(media) => Outcome::Uploaded(*message, media.clone()),
            None => Outcome::Delivered(*message),
        },
        Err(TelegramError::NotSent(_)) => Outcome::Retry(RetryAfter::Schedule),
        Err(TelegramError::Unmade(_)) => {
            Outcome::Rejected(RejectReason::File(Unfetched::Unreachable))
        }
        Err(TelegramError::Lost(_)) => Outcome::Unknown,
        Err(
            error @ TelegramError::Refused {
                code,
                description,
                moved_to,
                ..
            },
        ) => match error.pause(now) {
            Pause::Flood(until) => Outcome::Retry(RetryAfter::At(until)),
            // The bot itself is refused. The message is as good as before.
            Pause::Away => Outcome::Retry(RetryAfter::Schedule),
            Pause::None => Outcome::Rejected(refusal::reject_reason(*code, description, *moved_to)),
        },
    }
}

impl TelegramError {
    /// What this failure means for the messages after it.
    #[must_use]
    pub fn pause(&self, now: Timestamp) -> Pause {
        match self {
            Self::Refused {
                code: TOO_MANY_REQUESTS,
                retry_after,
                ..
            } => {
                let seconds = retry_after.unwrap_or(FLOOD_DEFAULT).clamp(1, FLOOD_LIMIT);
                let seconds = i64::try_from(seconds).expect("clamped to a day");
                Pause::Flood(now + SignedDuration::from_secs(seconds))
            }
            // A lost answer may be one message's bad luck, but in an outage each further message would lose its own.
            Self::NotSent(_) | Self::Lost(_) => Pause::Away,
            Self::Refused { .. } if self.service_refusal().is_some() => Pause::Away,
            Self::Refused { .. } | Self::Unmade(_) => Pause::None,
        }
    }

    /// What this failure tells of Telegram as a whole; one that does not serve the bot is as good as down.
    #[must_use]
    pub fn health(&self) -> Health {
        match self {
            Self::Refused {
                code: TOO_MANY_REQUESTS,
                ..
            } => Health::Throttled,
            Self::NotSent(_) | Self::Lost(_) => Health::Down,
            Self::Refused { .. } if self.service_refusal().is_some() => Health::Down,
            Self::Refused { .. } | Self::Unmade(_) => Health::Ok,
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

    /// Whether Telegram cannot show the picture as one: it is too long, too narrow, broken. That the chat takes no pictures is another thing.
    #[must_use]
    pub fn is_about_the_picture(&self) -> bool {
        let Self::Refused {
            code,
            description,
            moved_to,
            ..
        } = self
        else {
            return false;
        };
        let why = refusal::reject_reason(*code, description, *moved_to);
        matches!(why, RejectReason::Content(_))
            && self.is_a_bad_request_that_says(&["photo", "image_process_failed"])
    }

    /// Whether the message says already what it should, or the topic is open, or closed, as it should be.
    #[must_use]
    pub fn is_about_nothing_new(&self) -> bool {
        self.is_a_bad_request_that_says(&["message is not modified", "topic_not_modified"])
    }

    /// Whether the message has no file beneath which there could be words.
    #[must_use]
    pub fn is_about_no_caption(&self) -> bool {
        self.is_a_bad_request_that_says(&["no caption in the message to edit"])
    }

    /// Whether the message that should go is gone.
    #[must_use]
    pub fn is_about_nothing_to_delete(&self) -> bool {
        self.is_a_bad_request_that_says(&["message to delete not found"])
    }

    fn is_a_bad_request_that_says(&self, words: &[&str]) -> bool {
        let says = |description: &str| words.iter().any(|it| refusal::says(description, it));
        matches!(self, Self::Refused { code: 400, description, .. } if says(description))
    }

    /// Why Telegram does not serve the bot, if that is what it says.
    #[must_use]
    pub fn service_refusal(&self) -> Option<ServiceRefusal> {
        match self {
            Self::Refused {
                code, description, ..
            } => ServiceRefusal::of(*code, description),
            Self::NotSent(_) | Self::Unmade(_) | Self::Lost(_) => None,
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

/// Bot API: `ResponseParameters`.
#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

/// An answer that Telegram did not write: a proxy's page, or its own cut short.
fn foreign(status: u16) -> TelegramError {
    let refused = |description| TelegramError::Refused {
        code: status,
        description,
        retry_after: None,
        moved_to: None,
    };
    let words = format!("HTTP {status} that is not Telegram's");
    match status {
        TOO_MANY_REQUESTS => refused(words),
        // The same message will be as large the next time.
        TOO_LARGE => refused(format!("Request Entity Too Large: {words}")),
        // A redirect is not followed, and a request refused on the way was not passed on.
        300..=499 => TelegramError::NotSent(words),
        _ => TelegramError::Lost(words),
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

    fn classified(status: u16, body: &str) -> (Outcome, Pause) {
        let result = read::<SentMessage>(status, body.as_bytes());
        let pause = result
            .as_ref()
            .err()
            .map_or(Pause::None, |error| error.pause(NOW));
        (outcome(result.as_ref(), NOW), pause)
    }

    fn refusal(code: u16, description: &str) -> String {
        serde_json::json!({"ok": false, "error_code": code, "description": description}).to_string()
    }

    fn second(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn at(seconds: i64) -> Outcome {
        Outcome::Retry(RetryAfter::At(second(seconds)))
    }

    fn flood(seconds: i64) -> Pause {
        Pause::Flood(second(seconds))
    }

    const LATER: Outcome = Outcome::Retry(RetryAfter::Schedule);

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table of all answers")]
    fn every_answer_has_one_meaning() {
        let throttled = r#"{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":35}}"#;
        let endless = throttled.replace("35", "99999999999");
        for (status, body, outcome, pause) in [
            (
                200,
                r#"{"ok":true,"result":{"message_id":9,"x":1}}"#,
                Outcome::Delivered(MessageId(9)),
                Pause::None,
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
                Pause::None,
            ),
            (
                200,
                r#"{"ok":true,"result":{}}"#,
                Outcome::Unknown,
                Pause::Away,
            ),
            (
                200,
                r#"{"ok":true,"result":{"mess"#,
                Outcome::Unknown,
                Pause::Away,
            ),
            (200, "", Outcome::Unknown, Pause::Away),
            (429, throttled, at(35), flood(35)),
            (429, &endless, at(86_400), flood(86_400)),
            (429, "<html>", at(5), flood(5)),
            (
                500,
                &refusal(500, "Internal Server Error: restart"),
                Outcome::Unknown,
                Pause::Away,
            ),
            (
                502,
                &refusal(502, "Bad Gateway"),
                Outcome::Unknown,
                Pause::Away,
            ),
            (
                200,
                &refusal(502, "Bad Gateway"),
                Outcome::Unknown,
                Pause::Away,
            ),
            (500, "<html>", Outcome::Unknown, Pause::Away),
            (
                401,
                &refusal(401, "Unauthorized: invalid token specified"),
                LATER,
                Pause::Away,
            ),
            (400, &refusal(400, "Logged out"), LATER, Pause::Away),
            (
                409,
                &refusal(409, "Conflict: terminated by other getUpdates request"),
                LATER,
                Pause::Away,
            ),
            (
                421,
                &refusal(421, "Misdirected Request"),
                LATER,
                Pause::Away,
            ),
            (
                502,
                "<html>Bad Gateway</html>",
                Outcome::Unknown,
                Pause::Away,
            ),
            (401, &refusal(401, "Unauthorized"), LATER, Pause::Away),
            (404, &refusal(404, "Not Found"), LATER, Pause::Away),
            (404, "<html>", LATER, Pause::Away),
            (302, "", LATER, Pause::Away),
            (
                413,
                "<html>Request Entity Too Large</html>",
                Outcome::Rejected(RejectReason::Content(
                    "Request Entity Too Large: HTTP 413 that is not Telegram's".to_owned(),
                )),
                Pause::None,
            ),
            (
                403,
                &refusal(403, "Forbidden: bot was blocked by the user"),
                Outcome::Rejected(RejectReason::Blocked),
                Pause::None,
            ),
            (
                403,
                &refusal(403, "Forbidden: user is deactivated"),
                Outcome::Rejected(RejectReason::Deactivated),
                Pause::None,
            ),
            (
                400,
                &refusal(400, "Bad Request: chat not found"),
                Outcome::Rejected(RejectReason::ChatNotFound),
                Pause::None,
            ),
        ] {
            assert_eq!(
                classified(status, body),
                (outcome, pause),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn what_never_got_an_answer_is_unsent_only_if_it_surely_is() {
        assert_eq!(
            outcome(Err(&TelegramError::NotSent("refused".to_owned())), NOW),
            LATER
        );
        assert_eq!(
            outcome(Err(&TelegramError::Lost("time-out".to_owned())), NOW),
            Outcome::Unknown
        );
    }

    #[test]
    fn health_follows_the_answer() {
        for (status, body, health) in [
            (
                429,
                refusal(429, "Too Many Requests: retry after 3"),
                Health::Throttled,
            ),
            (400, refusal(400, "Bad Request: chat not found"), Health::Ok),
            (401, refusal(401, "Unauthorized"), Health::Down),
            (500, refusal(500, "Internal Server Error"), Health::Down),
            (502, "<html>".to_owned(), Health::Down),
        ] {
            let error = read::<SentMessage>(status, body.as_bytes()).unwrap_err();
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
                (500.., _) => Outcome::Unknown,
                (401 | 404 | 409, _) => LATER,
                (403, "Forbidden: bot was blocked by the user") => {
                    Outcome::Rejected(RejectReason::Blocked)
                }
                (403, "Forbidden: user is deactivated") => {
                    Outcome::Rejected(RejectReason::Deactivated)
                }
                (400, "Bad Request: chat not found" | "Bad Request: private chat not found") => {
                    Outcome::Rejected(RejectReason::ChatNotFound)
                }
                _ => {
                    // Of whom it speaks, the tests of `refusal` tell.
                    assert!(
                        matches!(
                            classified(code, &response.to_string()).0,
                            Outcome::Rejected(_)
                        ),
                        "{description}"
                    );
                    continue;
                }
            };
            assert_eq!(
                classified(code, &response.to_string()).0,
                expected,
                "{description}"
            );
        }
    }
}
