//! The daily digest: what waits, since when, and what did not get through.
//!
//! Invariant: it only counts what the journal holds; where nothing waits, it says so in one sentence.

use jiff::{SignedDuration, Timestamp};

use super::{
    appeal::{Appeal, Delivery},
    event::{Digest, Rated},
    ids::Number,
    partner::RowTrouble,
    rules::Rules,
    spans::age,
    tally,
    view::View,
    waiting,
    wording::Note,
};

/// How many of the longest waits are named.
const LONGEST: usize = 5;
/// How many numbers are named.
const NAMED: usize = 10;
/// For how long ratings are told.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// Counts over all appeals.
#[must_use]
pub fn count(view: &dyn View, appeals: impl Iterator<Item = Appeal>, now: Timestamp) -> Digest {
    let (mut waits, mut named, mut failed) = (Vec::new(), Vec::new(), 0);
    let mut rated = Rated::default();
    for appeal in appeals {
        tally::rate(&mut rated, &appeal, now - A_DAY);
        let Some(number) = appeal
            .number
            .filter(|_| appeal.row.trouble() != Some(RowTrouble::Missing))
        else {
            continue;
        };
        if appeal.delivery.answer.is_some() && is_undelivered(&appeal.delivery.state) {
            failed += 1;
            named.extend((named.len() < NAMED).then_some(number));
        }
        if let Some(since) = waiting::since(view, &appeal) {
            waits.push((since, number));
        }
    }
    waits.sort_unstable();
    let hours = |&(since, number): &(Timestamp, Number)| (number, age(since, now).as_hours());
    let mut longest = waits.iter().take(LONGEST).map(hours);
    Digest {
        unanswered: u64::try_from(waits.len()).unwrap_or(u64::MAX),
        oldest: longest.next(),
        next: longest.collect(),
        failed: (named, failed),
        rated,
    }
}

/// In words, for the admin chat.
pub(super) fn words(rules: &Rules, digest: &Digest) -> String {
    let mut lines = vec![match digest.oldest {
        Some((number, hours)) => rules.wording.note(Note::DigestUnanswered {
            count: digest.unanswered,
            number,
            days: hours / 24,
            hours: hours % 24,
        }),
        None => rules.wording.note(Note::DigestQuiet),
    }];
    let next = digest.next.iter().map(|&(number, hours)| {
        let wait = Note::DigestWait(number, hours / 24, hours % 24);
        rules.wording.note(wait)
    });
    let next = next.collect::<Vec<_>>().join(", ");
    if !next.is_empty() {
        lines.push(rules.wording.note(Note::DigestNext(&next)));
    }
    let (named, failed) = &digest.failed;
    if *failed > 0 {
        let numbers: Vec<_> = named.iter().map(ToString::to_string).collect();
        lines.push(rules.wording.note(Note::DigestFailed {
            count: *failed,
            numbers: &numbers.join(", "),
        }));
    }
    lines.extend(rated(rules, &digest.rated));
    lines.join("\n")
}

fn rated(rules: &Rules, rated: &Rated) -> Option<String> {
    let numbers: Vec<_> = rated.numbers.iter().map(ToString::to_string).collect();
    let note = Note::DigestRated {
        up: rated.up,
        down: rated.down,
        numbers: &numbers.join(", "),
    };
    (rated.up + rated.down > 0).then(|| rules.wording.note(note))
}

fn is_undelivered(delivery: &Delivery) -> bool {
    match delivery {
        Delivery::Failed(_) | Delivery::Unknown { .. } | Delivery::Uncorrected { .. } => true,
        Delivery::Empty
        | Delivery::Adopted
        | Delivery::Grace { .. }
        | Delivery::Waiting
        | Delivery::Formula
        | Delivery::NoTemplate(_)
        | Delivery::Unready(_)
        | Delivery::Held
        | Delivery::Noted { .. }
        | Delivery::Delivered { .. }
        | Delivery::Blocked
        | Delivery::Correcting { .. }
        | Delivery::CorrectingSoon { .. }
        | Delivery::Corrected { .. }
        | Delivery::Declined(_) => false,
    }
}
