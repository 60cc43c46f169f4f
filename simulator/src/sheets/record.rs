//! Calls and answers as they went, for whoever wants to judge them afterwards.
//!
//! Invariant: only what the stand-in answered by itself is kept, never a scripted
//! trouble.

use serde::Serialize;
use serde_json::Value;

/// A call that was carried out or refused, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exchange {
    /// The method's ID in the discovery document, without its `sheets.`.
    pub method: String,
    /// The parameters in the query, in their order.
    pub query: Vec<(String, String)>,
    /// The body of the call; null if it had none.
    pub request: Value,
    /// HTTP status of the answer.
    pub status: u16,
    /// The body of the answer.
    pub response: Value,
}
