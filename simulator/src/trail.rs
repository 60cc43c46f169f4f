//! What travels between people, the stand-ins and the program that is tried: one mark for each thing, with its time.
//! Invariant: the numbers of all marks of a process rise, so that the trails of both stand-ins can be put in order.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use tokio::sync::broadcast;

use crate::clock::Moment;
use crate::record::Ring;

/// Marks that are kept.
const KEPT: usize = 200;
/// Characters of a text that a mark shows.
const SHOWN: usize = 60;

/// The number of the last mark.
static LAST: AtomicU64 = AtomicU64::new(0);

/// Which stand-in saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Telegram's.
    Telegram,
    /// Google's.
    Sheets,
}

/// Which way it travels, as the program that is tried sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// To the program.
    In,
    /// From it.
    Out,
}

/// What travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A person has done something.
    Update,
    /// The program has taken an update, or has failed to.
    Delivered,
    /// A message.
    Send,
    /// A message that is changed, or taken away.
    Edit,
    /// A reaction, or the answer to a pressed button.
    React,
    /// A file.
    Upload,
    /// A read of a workbook.
    Look,
    /// A change of a workbook.
    Write,
    /// The signed call after somebody has edited a workbook.
    Callback,
    /// A token is asked for.
    Token,
}

/// Something that has travelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Its number; later marks have greater ones.
    pub n: u64,
    /// When.
    #[serde(serialize_with = "in_milliseconds")]
    pub at: Timestamp,
    /// Which stand-in saw it.
    pub side: Side,
    /// Which way it went.
    pub way: Way,
    /// What it was.
    pub what: What,
    /// How it begins, or what it asks for.
    pub text: String,
    /// The chat that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<i64>,
    /// The tab that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tab: Option<String>,
    /// Whether it went well.
    pub ok: bool,
    /// What happened to it: `429`, `cut`, `answer lost`, `late 2 s`, `503`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Mark {
    /// Something that went well.
    pub(crate) fn new(side: Side, way: Way, what: What, text: &str) -> Self {
        Self {
            n: 0,
            at: Timestamp::UNIX_EPOCH,
            side,
            way,
            what,
            text: beginning(text),
            chat: None,
            tab: None,
            ok: true,
            note: None,
        }
    }

    pub(crate) fn chat(mut self, chat: Option<i64>) -> Self {
        self.chat = chat;
        self
    }

    pub(crate) fn tab(mut self, tab: Option<String>) -> Self {
        self.tab = tab;
        self
    }

    /// It went otherwise than it should have, though perhaps well.
    pub(crate) fn noted(mut self, ok: bool, note: Option<String>) -> Self {
        (self.ok, self.note) = (ok, note);
        self
    }
}

/// The last marks of a stand-in, and whoever listens for new ones.
#[derive(Debug)]
pub(crate) struct Trail {
    kept: Ring<Mark>,
    listeners: broadcast::Sender<Mark>,
}

impl Default for Trail {
    fn default() -> Self {
        Self {
            kept: Ring::new(KEPT),
            listeners: broadcast::Sender::new(KEPT),
        }
    }
}

impl Trail {
    /// Keeps a mark under the next number, as of now, and tells everybody who listens.
    pub(crate) fn add(&mut self, mark: Mark) {
        let n = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        let at = Moment::now().wall;
        let mark = Mark { n, at, ..mark };
        self.kept.push(|| mark.clone());
        // An error means that nobody listens.
        let _ = self.listeners.send(mark);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Mark> {
        self.listeners.subscribe()
    }

    pub(crate) fn kept(&self) -> Vec<Mark> {
        self.kept.all()
    }
}

fn in_milliseconds<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{at:.3}"))
}

/// The beginning of a text, on one line.
fn beginning(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut short = String::new();
    let mut room = SHOWN;
    // Word by word, so that nobody goes through all of a long text.
    while let Some(word) = words.next().filter(|_| room > 0) {
        let gap = usize::from(!short.is_empty());
        if gap == 1 {
            short.push(' ');
        }
        short.extend(word.chars().take(room - gap.min(room)));
        room = room.saturating_sub(gap + word.chars().take(SHOWN).count());
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_shows_how_a_text_begins() {
        assert_eq!(beginning("  два \n слова "), "два слова");
        assert_eq!(beginning(&"я".repeat(300)), "я".repeat(SHOWN));
        assert!(beginning(&"слово ".repeat(50)).chars().count() <= SHOWN + 1);
        let mut trail = Trail::default();
        let mut heard = trail.listen();
        for _ in 0..2 * KEPT {
            trail.add(Mark::new(Side::Sheets, Way::Out, What::Look, "A1"));
        }
        let kept = trail.kept();
        assert_eq!(kept.len(), KEPT);
        assert!(kept.is_sorted_by_key(|mark| mark.n));
        assert!(heard.try_recv().is_err(), "who is too slow is told so");
        let mark = Mark {
            at: Timestamp::from_millisecond(1_700_000_000_005).unwrap(),
            ..kept[0].clone()
        };
        let shown = serde_json::to_value(mark).unwrap();
        assert_eq!(shown["at"], "2023-11-14T22:13:20.005Z");
    }
}
