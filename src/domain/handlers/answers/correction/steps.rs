//! What is done to each message of an answer so that the partner has the corrected one.
//!
//! Invariant: a message that says already what it is to say is left alone.

use jiff::{SignedDuration, Timestamp};

use super::super::{Planned, parts};
use crate::domain::{
    appeal::{
        PartState,
        correction::{Becomes, CorrectionStep, SentPart},
    },
    effect::MessageForm,
    spans::has_lasted,
    text::{Html, Text},
};

/// A little less than the 48 hours after which Telegram deletes no message (Bot API: `deleteMessage`): its clock is not ours.
const DELETABLE: SignedDuration = SignedDuration::from_hours(47);

/// Which message becomes which part: words in their order, files by their addresses; then what is too many, then what is new.
pub(super) fn of(
    old: Vec<SentPart>,
    new: Vec<parts::Part>,
) -> Vec<(Option<SentPart>, Option<parts::Part>)> {
    let (mut old_files, old_words): (Vec<_>, Vec<_>) =
        old.into_iter().partition(|part| part.file.is_some());
    let (new_files, new_words): (Vec<_>, Vec<_>) =
        new.into_iter().partition(|part| part.identity().is_some());
    let (mut old_words, mut new_words) = (old_words.into_iter(), new_words.into_iter());
    let mut kept = Vec::new();
    let both = old_words.len().min(new_words.len());
    let pairs = old_words
        .by_ref()
        .take(both)
        .zip(new_words.by_ref().take(both));
    kept.extend(pairs.map(|(was, part)| (Some(was), Some(part))));
    let mut added: Vec<_> = new_words.collect();
    for part in new_files {
        let file = part.identity();
        let same = |was: &SentPart| was.file == file;
        match old_files.iter().position(same) {
            Some(at) => kept.push((Some(old_files.remove(at)), Some(part))),
            None => added.push(part),
        }
    }
    let removed = old_words.chain(old_files).map(|was| (Some(was), None));
    kept.extend(removed);
    kept.extend(added.into_iter().map(|part| (None, Some(part))));
    kept
}

pub(super) fn change(was: &SentPart, part: parts::Part) -> (CorrectionStep, Planned) {
    let step = CorrectionStep {
        becomes: Some(becomes(&part)),
        was: Some(was.clone()),
        too_old: false,
    };
    let message = was.arrived.message;
    let planned = if was.fingerprint == part.fingerprint() {
        Err(PartState::Delivered {
            maybe_twice: false,
            arrived: Some(was.arrived),
        })
    } else {
        let form = match (part.file(), part.identity()) {
            (Some(address), _) => MessageForm::Caption(message, address.clone()),
            (None, Some(_)) => MessageForm::Caption(message, Text::default()),
            (None, None) => MessageForm::Edit(message),
        };
        Ok(parts::Part { form, ..part })
    };
    (step, planned)
}

/// Takes a message away, or puts words in its place where Telegram deletes it no more.
pub(super) fn remove(was: SentPart, now: Timestamp, words: Html) -> (CorrectionStep, Planned) {
    let message = was.arrived.message;
    let too_old = has_lasted(was.arrived.at, now, DELETABLE);
    let part = match (too_old, &was.file) {
        (false, _) => parts::Part {
            text: Html::escape(""),
            form: MessageForm::Delete(message),
        },
        (true, None) => parts::Part {
            text: words,
            form: MessageForm::Edit(message),
        },
        (true, Some(_)) => parts::Part {
            text: words,
            form: MessageForm::Caption(message, Text::default()),
        },
    };
    let step = CorrectionStep {
        was: Some(was),
        becomes: None,
        too_old,
    };
    (step, Ok(part))
}

pub(super) fn add(part: &parts::Part) -> CorrectionStep {
    CorrectionStep {
        was: None,
        becomes: Some(becomes(part)),
        too_old: false,
    }
}

fn becomes(part: &parts::Part) -> Becomes {
    Becomes {
        file: part.identity(),
        fingerprint: part.fingerprint(),
    }
}
