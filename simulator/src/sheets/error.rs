//! What the stand-in refuses, in the shape of Google's error body.
//!
//! Invariant: every refusal carries the HTTP code and the canonical status that
//! belong together, so that a client may branch on either.

use serde_json::{Value, json};

/// A refusal: `{"error":{"code","message","status","details"}}` on the wire.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{status} ({code}): {message}")]
pub struct ApiError {
    /// HTTP status code.
    pub code: u16,
    /// Canonical status name, such as `INVALID_ARGUMENT`.
    pub status: &'static str,
    /// What is wrong, in words.
    pub message: String,
    /// `google.rpc` details; empty for most refusals.
    pub details: Vec<Value>,
}

impl ApiError {
    /// The body that Google sends along with the code.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "status": self.status,
        });
        if !self.details.is_empty() {
            error["details"] = json!(self.details);
        }
        json!({ "error": error })
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message)
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials. Expected an OAuth 2 access token.",
        )
    }

    pub(crate) fn forbidden(message: &str) -> Self {
        Self::new(403, "PERMISSION_DENIED", message)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "Requested entity was not found.")
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(503, "UNAVAILABLE", "The service is currently unavailable.")
    }

    /// `what` is something that Google serves and this stand-in does not.
    pub(crate) fn not_simulated(what: &str) -> Self {
        Self::new(501, "UNIMPLEMENTED", format!("{what} is not simulated by this stand-in"))
    }

    /// `limit` is the quota's name, such as `ReadRequestsPerMinutePerUser`.
    pub(crate) fn exhausted(limit: &str) -> Self {
        let mut error = Self::new(
            429,
            "RESOURCE_EXHAUSTED",
            format!("Quota exceeded for limit '{limit}' of service 'sheets.googleapis.com'."),
        );
        error.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": { "service": "sheets.googleapis.com", "quota_limit": limit },
        }));
        error
    }

    /// Names the request of a batch that was refused, as Google does.
    pub(crate) fn in_request(mut self, index: usize, kind: &str) -> Self {
        self.message = match self.code {
            501 => format!("requests[{index}].{kind}: {}", self.message),
            _ => format!("Invalid requests[{index}].{kind}: {}", self.message),
        };
        self
    }

    fn new(code: u16, status: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            status,
            message: message.into(),
            details: Vec::new(),
        }
    }
}
