//! Telegram: updates into events, messages out at the pace that Telegram allows.
//!
//! Invariant: this room knows Telegram's wire forms, the domain's types and the journal; no other room of Sheetdesk.

mod lossy_json;

pub mod button;
pub mod decode;
pub mod encode;

pub mod accepted;
pub mod answer;
pub mod client;
mod prefetch;
pub mod refusal;
pub mod transfer;
pub mod updates;
pub mod webhook;

pub mod best_effort;
pub mod governor;
pub mod outbox;
pub mod polling;

#[cfg(test)]
mod fake;

/// A file of the collected protocol samples, which are kept beside the repository; `None` if they are not available.
#[cfg(test)]
fn fixture(name: &str) -> Option<String> {
    let path = std::path::Path::new(&std::env::var_os("CARGO_MANIFEST_DIR")?)
        .join("../shared/fixtures")
        .join(name);
    let lines = std::fs::read_to_string(&path).ok();
    if lines.is_none() {
        println!("no samples at {}: skipped", path.display());
    }
    lines
}
