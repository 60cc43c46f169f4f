//! How an outside service treats us: one word for the rooms that speak with it, the probes and the reports.
//!
//! Invariant: the words are part of the outside contract, `"ok"`, `"down"`, `"throttled"`.

use serde::{Deserialize, Serialize};

/// What the calls to an outside service tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It answers.
    Ok,
    /// It does not answer, or not as it should.
    Down,
    /// It asked us to wait.
    Throttled,
}
