//! Calls and answers as they went, for whoever wants to judge them afterwards.
//! Invariant: only what the stand-in answered by itself is kept, never a scripted answer.

use serde::Serialize;
use serde_json::Value;

/// A call that was carried out or refused, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exchange {
    /// The method, as the bot wrote it.
    pub method: String,
    /// The parameters by name; a file that came along is `attach://` and the name of its part.
    pub params: Value,
    /// Whether all parameters came as text: in a form or in the query.
    pub as_text: bool,
    /// How many files came along with their bytes; one that is named by its id does not.
    pub files: usize,
    /// HTTP status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub body: Value,
}
