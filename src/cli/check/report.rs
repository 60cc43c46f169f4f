//! How findings are printed: for people in the language of the installation, for programs with what they are about in English.
//!
//! Invariant: both name every finding, in the same order.

use std::io::IsTerminal as _;

use serde_json::json;

use super::{Finding, Verdict};
use crate::{
    cli::words::Words,
    domain::{
        session::Locale,
        wording::{CheckLabel, CheckMark},
    },
    logs,
};

/// How wide the names of what findings are about are at least.
const NAMES: usize = 10;

/// For people.
pub(super) fn text(words: &Words, findings: &[Finding]) {
    let colour = logs::is_coloured(std::io::stdout().is_terminal());
    let marks = [CheckMark::Fine, CheckMark::Note, CheckMark::Wrong];
    let marks = widest(marks.iter().map(|mark| words.tell(*mark)));
    let names = findings.iter().map(|finding| words.tell(finding.about));
    let names = widest(names).max(NAMES);
    for finding in findings {
        let (mark, code) = match finding.verdict {
            Verdict::Fine => (CheckMark::Fine, "32"),
            Verdict::Note => (CheckMark::Note, "33"),
            Verdict::Wrong => (CheckMark::Wrong, "31"),
        };
        let mark = format!("{:<marks$}", words.tell(mark));
        let mark = match colour {
            true => format!("\u{1b}[{code}m{mark}\u{1b}[0m"),
            false => mark,
        };
        let (about, told) = (words.tell(finding.about), words.tell(&finding.words));
        println!("{mark}  {about:<names$}  {told}");
    }
}

/// For programs.
pub(super) fn json(words: &Words, findings: &[Finding]) -> serde_json::Result<String> {
    let about = |label: CheckLabel| Words::of(Locale::En).tell(label);
    let findings = findings.iter().map(|finding| {
        json!({
            "about": about(finding.about),
            "verdict": finding.verdict,
            "words": words.tell(&finding.words),
        })
    });
    serde_json::to_string_pretty(&findings.collect::<Vec<_>>())
}

fn widest(words: impl Iterator<Item = String>) -> usize {
    words.map(|word| word.chars().count()).max().unwrap_or(0)
}
