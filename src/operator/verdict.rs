//! How the service is, by the figures of a report: all that is wrong with it, or needs attention.
//!
//! Invariant: whoever says how the service is says this; nothing else decides whether all is well.

#[cfg(test)]
pub(crate) mod tests;

use super::report::StatusReport;
use crate::{
    domain::wording::{Note, ReadIn, VerdictItem, VerdictNote, Wording},
    health::Health,
};

/// Records are decided within milliseconds; so long they wait only where something is badly wrong.
const INBOX_LATE_S: u64 = 120;
/// A reply is due within seconds; so long it waits only where Telegram refuses.
const OUTBOX_LATE_S: u64 = 300;

/// What is wrong, the worst first; empty if all is well.
pub(super) fn verdict(status: &StatusReport) -> Vec<VerdictItem<'_>> {
    let (inbox, outbox, desk) = (&status.inbox, &status.outbox, &status.desk);
    let telegram = &status.telegram;
    let is = |link: &str, health: Health| status.links.get(link) == Some(&health);
    let late = |oldest: Option<u64>, limit: u64| oldest.filter(|age| *age > limit);
    let some = |count: u64| (count > 0).then_some(count);

    let journal = VerdictItem::JournalDown(status.journal.trouble.as_deref());
    let tabs = status.looks.iter();
    let tabs = tabs.filter(|(_, look)| look.trouble.is_some());
    let tabs: Vec<_> = tabs.map(|(tab, _)| VerdictItem::TabDown(tab)).collect();
    let down = is("telegram", Health::Down);
    // A tab that cannot be used counts as a link that is down.
    let sheets_down = is("sheets", Health::Down) && tabs.is_empty();
    let silent = telegram.silent_until.as_deref();
    // While Telegram is away, or an announcement goes out, messages wait as they should.
    let sends_at_once = !down && status.broadcasts.is_empty();
    let others = [
        telegram.barred.map(|bar| VerdictItem::Barred(bar.name())),
        (down && telegram.barred.is_none()).then_some(VerdictItem::TelegramDown),
        sheets_down.then_some(VerdictItem::SheetsDown),
        silent.map(VerdictItem::Silent),
        telegram.webhook.as_deref().map(VerdictItem::Webhook),
        late(inbox.oldest_s, INBOX_LATE_S).map(|age| VerdictItem::InboxLate(age / 60)),
        late(outbox.oldest_s, OUTBOX_LATE_S)
            .filter(|_| sends_at_once)
            .map(|age| VerdictItem::OutboxLate(age / 60)),
        telegram.admin_chat.as_deref().map(VerdictItem::AdminChat),
        telegram.admin_chat_moved.map(VerdictItem::AdminMoved),
        telegram.staff_chat.as_deref().map(VerdictItem::StaffChat),
        telegram.staff_chat_moved.map(VerdictItem::StaffMoved),
        telegram
            .staff_topics
            .as_deref()
            .map(VerdictItem::StaffTopics),
        (is("telegram", Health::Throttled) && silent.is_none())
            .then_some(VerdictItem::Throttled("telegram")),
        is("sheets", Health::Throttled).then_some(VerdictItem::Throttled("sheets")),
        some(desk.refused).map(VerdictItem::Refused),
        some(inbox.quarantined).map(VerdictItem::Quarantined),
        some(desk.held).map(|count| VerdictItem::Held {
            count,
            numbers: &desk.held_numbers,
            more: count.saturating_sub(desk.held_numbers.len() as u64),
        }),
        some(outbox.unknown).map(VerdictItem::Unknown),
        some(outbox.failed).map(VerdictItem::Failed),
    ];
    let journal = (!status.journal.storing).then_some(journal);
    let first = journal.into_iter().chain(tabs);
    first.chain(others.into_iter().flatten()).collect()
}

/// The verdict in words, an item a line, for whoever reads it there.
#[must_use]
pub fn lines(wording: &Wording, place: ReadIn, status: &StatusReport) -> Vec<String> {
    let items = verdict(status);
    let say = |note: VerdictNote<'_>| wording.note(Note::Verdict(note));
    let item = |item: &VerdictItem<'_>| say(VerdictNote::Item(*item, place));
    let mut lines: Vec<_> = items.iter().map(item).collect();
    match items.first() {
        None => lines.push(say(VerdictNote::Well)),
        Some(first) if first.is_minor() => lines[0] = say(VerdictNote::AtWork(&lines[0])),
        Some(_) => {}
    }
    lines
}
