//! What a request can be refused for, and the one shape in which we say so.
//!
//! Invariant: the words are constants of this file, so no answer can carry an internal error or an echo of the request.

use axum::{
    Json,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    /// The body is not what the route takes.
    Malformed,
    /// The secret or the signature is absent, wrong or too old.
    Unsigned,
    /// No such route.
    NotFound,
    /// The route takes another method.
    WrongMethod,
    /// The body exceeds the route's limit.
    TooLarge,
    /// The route takes JSON alone.
    WrongType,
    /// Too many requests are in hand.
    Overloaded,
    /// The request took too long, its body included.
    TimedOut,
    /// The journal did not store it.
    NotStored,
    /// The link's time is over.
    Expired,
    /// The file is not there any more.
    FileGone,
    /// The file's source does not answer.
    FileLater,
}

impl Problem {
    /// The word for programs; also the `result` label of the counters.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsigned => "unsigned",
            Self::NotFound => "not_found",
            Self::WrongMethod => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::WrongType => "unsupported_media_type",
            Self::Overloaded => "overloaded",
            Self::TimedOut => "timed_out",
            Self::NotStored => "not_stored",
            Self::Expired => "expired",
            Self::FileGone => "file_gone",
            Self::FileLater => "file_unavailable",
        }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unsigned => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Expired | Self::FileGone => StatusCode::GONE,
            Self::Overloaded | Self::TimedOut | Self::NotStored | Self::FileLater => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Malformed => "The body is not the JSON that is expected here.",
            Self::Unsigned => "The request carries no valid secret or signature.",
            Self::NotFound => "There is nothing at this address.",
            Self::WrongMethod => "This address takes another method.",
            Self::TooLarge => "The body is larger than this address takes.",
            Self::WrongType => "The content type must be application/json.",
            Self::Overloaded => "Too many requests at once; try again.",
            Self::TimedOut => "The request took too long; try again.",
            Self::NotStored => "The request could not be stored; try again.",
            Self::Expired => "The link has expired.",
            Self::FileGone => "The file is not there any more.",
            Self::FileLater => "The file cannot be had now; try again.",
        }
    }
}

/// Seconds: Telegram honours it, and a group commit takes milliseconds.
const TRY_AGAIN_AFTER: &str = "1";

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = Json(json!({"error": {"code": self.code(), "message": self.message()}}));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            (status, [(RETRY_AFTER, TRY_AGAIN_AFTER)], body).into_response()
        } else {
            (status, body).into_response()
        }
    }
}
