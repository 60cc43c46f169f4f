//! What the operator is answered in the admin chat.
//!
//! Invariant: short enough for one message; what is longer says how much is left out.

use super::{
    reply::{ConsoleReply, RefusedDelivery, UnknownDelivery},
    report::StatusReport,
    verdict,
};
use crate::{
    domain::wording::{AlertNote, Note, ReadIn, StatusNote, Wording},
    journal::SetAside,
};

/// How many things one message names.
const NAMED: usize = 15;

/// The answer in words.
pub fn reply(wording: &Wording, reply: &ConsoleReply) -> String {
    let note = |note: Note<'_>| wording.note(note);
    match reply {
        ConsoleReply::Status(status) => lines(wording, status).join("\n"),
        ConsoleReply::Checked(found) if found.is_empty() => note(Note::Alert(AlertNote::AllWell)),
        ConsoleReply::Checked(found) => {
            let each = found
                .iter()
                .map(|trouble| note(Note::Alert(AlertNote::Begun(*trouble))));
            each.collect::<Vec<_>>().join("\n\n")
        }
        ConsoleReply::Released(count) => note(Note::OperatorReleased(*count)),
        ConsoleReply::SilenceEnded => note(Note::OperatorSilenceEnded),
        ConsoleReply::Quarantine(records) => list(
            wording,
            records,
            Note::OperatorQuarantine,
            |record: &SetAside| format!("{} – {}", record.seq, record.reason),
        ),
        ConsoleReply::Unknown(messages) => list(
            wording,
            messages,
            Note::OperatorUnknown,
            |delivery: &UnknownDelivery| {
                note(Note::OperatorUnknownLine {
                    name: &delivery.name,
                    at: &delivery.at,
                    number: delivery.number,
                })
            },
        ),
        ConsoleReply::Refused { messages, more } => refused(wording, messages, *more),
        ConsoleReply::Done(count) => note(Note::OperatorDone(*count)),
        ConsoleReply::Help
        | ConsoleReply::Person(_)
        | ConsoleReply::Replayed { .. }
        | ConsoleReply::Announcement(_)
        | ConsoleReply::Copying(_) => note(Note::OperatorHelp),
        ConsoleReply::Failed(words) => note(Note::OperatorFailed(words)),
    }
}

/// The first messages that were refused for good, and how many there are.
fn refused(wording: &Wording, messages: &[RefusedDelivery], more: u64) -> String {
    let note = |note: StatusNote<'_>| wording.note(Note::Status(note));
    let line = |delivery: &RefusedDelivery| refused_line(wording, delivery);
    let count = u64::try_from(messages.len()).unwrap_or(u64::MAX) + more;
    let mut lines = vec![note(StatusNote::RefusedMessages(count))];
    lines.extend(messages.iter().take(NAMED).map(line));
    if messages.len() > NAMED || more > 0 {
        lines.push("…".to_owned());
    }
    lines.join("\n")
}

/// A message that was refused for good: to whom it was to go, what it is of, and why it was refused, as far as that is known.
#[must_use]
pub fn refused_line(wording: &Wording, delivery: &RefusedDelivery) -> String {
    let note = |note: StatusNote<'_>| wording.note(Note::Status(note));
    let appeal = delivery.number.map(StatusNote::RefusedAppeal);
    let promotion = delivery.promotion.as_deref();
    let promotion = promotion.map(StatusNote::RefusedPromotion);
    let why = delivery.why.as_deref().map(StatusNote::RefusedWhy);
    let parts = [appeal, promotion, why].into_iter().flatten();
    let about: String = parts.map(note).collect();
    note(StatusNote::RefusedMessage {
        name: &delivery.name,
        at: &delivery.at,
        to: &delivery.to,
        about: &about,
    })
}

fn list<T>(
    wording: &Wording,
    all: &[T],
    heading: fn(u64) -> Note<'static>,
    line: impl Fn(&T) -> String,
) -> String {
    let count = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let mut lines = vec![wording.note(heading(count))];
    lines.extend(all.iter().take(NAMED).map(line));
    if all.len() > NAMED {
        lines.push("…".to_owned());
    }
    lines.join("\n")
}

/// How things are, line by line.
pub(super) fn lines(wording: &Wording, status: &StatusReport) -> Vec<String> {
    let note = |note: StatusNote<'_>| wording.note(Note::Status(note));
    let mut lines = verdict::lines(wording, ReadIn::Chat, status);
    lines.push(String::new());
    let outbox = &status.outbox;
    lines.push(note(StatusNote::Queues {
        inbox: status.inbox.pending,
        outbox: outbox.pending + outbox.sending,
        rows: status.desk.dirty,
    }));
    if let Some(seconds) = status.inbox.oldest_s.max(outbox.oldest_s) {
        lines.push(note(StatusNote::Oldest(seconds)));
    }
    lines.push(note(StatusNote::Troubles {
        quarantined: status.inbox.quarantined,
        unknown: outbox.unknown,
        failed: outbox.failed,
        held: status.desk.held,
    }));
    for (tab, look) in &status.looks {
        lines.push(note(StatusNote::Look {
            tab,
            age: look.age_s,
            trouble: look.trouble.as_deref(),
        }));
    }
    lines.push(note(StatusNote::Quota {
        reads: status.quota.reads,
        writes: status.quota.writes,
    }));
    lines.push(note(StatusNote::Uptime {
        hours: status.uptime_s / 3600,
        minutes: status.uptime_s / 60 % 60,
        restarts: status.restarts,
    }));
    lines
}
