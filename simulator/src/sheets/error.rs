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

    pub(crate) fn protected() -> Self {
        Self::invalid(
            "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you \
             need to edit.",
        )
    }

    pub(crate) fn too_many_cells(limit: usize) -> Self {
        Self::invalid(format!(
            "This action would increase the number of cells in the workbook above the limit of {limit} cells."
        ))
    }

    pub(crate) fn office_file() -> Self {
        Self::new(
            400,
            "FAILED_PRECONDITION",
            "The document must not be an Office file.",
        )
    }

    pub(crate) fn service_disabled() -> Self {
        let project = "100000000042";
        let page = format!(
            "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project={project}"
        );
        let mut error = Self::forbidden(&format!(
            "Google Sheets API has not been used in project {project} before or it is disabled. Enable it by visiting {page} then retry."
        ));
        error.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "SERVICE_DISABLED",
            "domain": "googleapis.com",
            "metadata": { "service": "sheets.googleapis.com", "consumer": format!("projects/{project}"), "activationUrl": page },
        }));
        error
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
        Self::new(
            501,
            "UNIMPLEMENTED",
            format!("{what} is not simulated by this stand-in"),
        )
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
