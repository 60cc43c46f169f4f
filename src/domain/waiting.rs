//! Since when a partner waits for an answer, and when that lasts too long.
//!
//! Invariant: it follows from the lines and the status alone; an answer ends the wait for those lines that its author could read, until it is
//! taken back.

use jiff::Timestamp;

use super::{
    appeal::{Appeal, Author, Line, Status},
    rules::Rules,
    view::View,
};

/// The newest lines that are read at first: few dialogues have more without an answer among them.
const FIRST: usize = 8;

/// Since when the partner waits: his first line that no answer covers, unless the appeal is closed.
#[must_use]
pub fn since(view: &dyn View, appeal: &Appeal) -> Option<Timestamp> {
    if appeal.status.is_closed() {
        return None;
    }
    let mut most = FIRST;
    loop {
        let lines = view.lines(appeal.id, most);
        let whole = lines.len() < most;
        let covered = lines.iter().find_map(|line| covered(appeal, line));
        let bound = covered.unwrap_or(0);
        if whole || lines.last().is_some_and(|oldest| oldest.index <= bound) {
            let mut open = lines.iter().rev().filter(|line| line.index >= bound);
            return open.find(|line| asks(line)).map(|line| line.at);
        }
        most = most.saturating_mul(4);
    }
}

/// What `Ждёт с` says.
pub(super) fn words(rules: &Rules, view: &dyn View, appeal: &Appeal) -> String {
    let Some(since) = since(view, appeal) else {
        return String::new();
    };
    let moment = rules.short_moment(since);
    if rules.answer_within.is_some() && appeal.overdue == Some(since) {
        format!("{moment} {}", rules.overdue.as_str())
    } else {
        moment
    }
}

/// When a wait that begins at this moment lasts too long, where anybody counts.
#[must_use]
pub fn deadline(rules: &Rules, since: Timestamp) -> Option<Timestamp> {
    let within = rules.answer_within?;
    Some(rules.hours.after(&rules.time_zone, since, within))
}

/// The lines that are answered, where this one is an answer. A history that was adopted tells by its status whether it was.
fn covered(appeal: &Appeal, line: &Line) -> Option<u32> {
    match line.author {
        Author::Specialist => Some(line.covers.unwrap_or(line.index)).filter(|it| *it > 0),
        Author::Adopted => match appeal.status {
            Status::New | Status::Forwarded => Some(line.index),
            Status::InWork | Status::AiAnswer | Status::Resolved | Status::Other(_) => {
                Some(line.index + 1)
            }
        },
        Author::Partner | Author::Note => None,
    }
}

fn asks(line: &Line) -> bool {
    match line.author {
        Author::Partner | Author::Adopted => true,
        Author::Specialist | Author::Note => false,
    }
}
