//! Whether requests, answers and updates keep to the published descriptions of both services.
//! Invariant: it judges by the machine-readable documents alone, which the caller names; it knows
//! nothing of the stand-ins' code nor of the service's.
//!
//! A stand-in keeps its exchanges if its options say so (`record`); [`telegram`] and [`sheets`]
//! judge all that a stand-in has kept.

mod bot_api;
mod discovery;
mod masks;
mod words;

use std::fmt;
use std::io;
use std::path::Path;

use serde_json::Value;

pub use self::bot_api::BotApi;
pub use self::discovery::Discovery;

use crate::sheets::Sheets;
use crate::telegram::Telegram;

/// One thing that is not as the description says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where it stands, such as `sendMessage.reply_markup.inline_keyboard[0][0].text`.
    pub at: String,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// Judges what Telegram's stand-in has kept: every exchange and every update that it made.
pub fn telegram(api: &BotApi, telegram: &Telegram) -> Vec<Violation> {
    let exchanges = telegram.exchanges();
    let updates = telegram.emitted();
    let exchanges = exchanges.iter().flat_map(|exchange| api.exchange(exchange));
    exchanges
        .chain(updates.iter().flat_map(|update| api.update(update)))
        .collect()
}

/// Judges every exchange that the stand-in of Google Sheets has kept.
pub fn sheets(discovery: &Discovery, sheets: &Sheets) -> Vec<Violation> {
    let exchanges = sheets.exchanges();
    exchanges
        .iter()
        .flat_map(|exchange| discovery.exchange(exchange))
        .collect()
}

/// What was found so far, and where the search stands.
#[derive(Debug, Default)]
struct Findings {
    path: String,
    found: Vec<Violation>,
}

impl Findings {
    fn at(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            found: Vec::new(),
        }
    }

    fn report(&mut self, what: impl Into<String>) {
        self.found.push(Violation {
            at: self.path.clone(),
            what: what.into(),
        });
    }

    /// Looks at something one step below.
    fn below(&mut self, step: &str, look: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        look(self);
        self.path.truncate(length);
    }

    /// Looks at each entry of an array.
    fn each(&mut self, entries: &[Value], mut look: impl FnMut(&mut Self, &Value)) {
        for (index, entry) in entries.iter().enumerate() {
            self.below(&format!("[{index}]"), |findings| look(findings, entry));
        }
    }

    /// Takes over the findings of the attempt that found least.
    fn least(&mut self, attempts: impl Iterator<Item = Vec<Violation>>) {
        if let Some(least) = attempts.min_by_key(Vec::len) {
            self.found.extend(least);
        }
    }
}

fn load(path: &Path) -> io::Result<Value> {
    serde_json::from_slice(&std::fs::read(path)?).map_err(io::Error::other)
}

/// What a value is, for a report; long ones are cut.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
