//! The verdict of `status`, and its figures, a line each.
//!
//! Invariant: the first lines say in plain words how things are.

use super::watch::{self, span};
use crate::{
    cli::words::{Words, faults},
    domain::{
        ids::ChatId,
        wording::{FiguresNote, LinkState, ReadIn, Wording},
    },
    health::Health,
    operator::{LookStatus, StatusReport, verdict},
};

/// The verdict, and after an empty line the figures.
pub(super) fn describe(words: &Words, status: &StatusReport) -> String {
    let wording = Wording::built_in().speaking(words.language());
    let mut lines = verdict::lines(&wording, ReadIn::Shell, status);
    lines.push(String::new());
    let mut tell = |note: FiguresNote<'_>| lines.push(words.tell(note));
    if !status.journal.storing && status.journal.figures_age_s > 0 {
        tell(FiguresNote::Old(&span(status.journal.figures_age_s)));
    }
    tell(FiguresNote::Uptime {
        age: &span(status.uptime_s),
        restarts: status.restarts,
    });
    services(words, status, &mut tell);
    queues(words, status, &mut tell);
    let partners = &status.partners;
    tell(FiguresNote::Partners {
        registered: partners.registered,
        blocked: partners.blocked,
        silent: partners.silent,
    });
    for broadcast in &status.broadcasts {
        tell(FiguresNote::Promotion(&watch::line(words, broadcast)));
    }
    lines.extend(
        status
            .looks
            .iter()
            .map(|(tab, seen)| look(words, tab, seen)),
    );
    lines.join("\n") + "\n"
}

fn services(words: &Words, status: &StatusReport, tell: &mut impl FnMut(FiguresNote<'_>)) {
    let health = |name: &str| {
        status
            .links
            .get(name)
            .copied()
            .map_or(LinkState::Unknown, link)
    };
    let telegram = &status.telegram;
    let barred = telegram.barred.map(faults::barred);
    let more = [
        telegram
            .silent_until
            .as_deref()
            .map(FiguresNote::SilentUntil),
        telegram.webhook.as_deref().map(FiguresNote::NoUpdates),
        telegram.admin_chat.as_deref().map(FiguresNote::AdminChat),
        telegram
            .admin_chat_moved
            .map(|chat| FiguresNote::AdminMoved(ChatId(chat))),
        telegram.staff_chat.as_deref().map(FiguresNote::StaffChat),
        telegram
            .staff_chat_moved
            .map(|chat| FiguresNote::StaffMoved(ChatId(chat))),
        telegram
            .staff_topics
            .as_deref()
            .map(FiguresNote::StaffTopics),
    ];
    let barred = barred.map(|remedy| words.tell(remedy));
    let more = more.into_iter().flatten().map(|note| words.tell(note));
    let more = barred.into_iter().chain(more);
    let more: String = more.map(|words| format!(" – {words}")).collect();
    tell(FiguresNote::Telegram {
        health: health("telegram"),
        more: &more,
    });
    tell(FiguresNote::Sheets {
        health: health("sheets"),
        reads: status.quota.reads,
        writes: status.quota.writes,
    });
}

fn queues(words: &Words, status: &StatusReport, tell: &mut impl FnMut(FiguresNote<'_>)) {
    let (inbox, outbox, desk) = (&status.inbox, &status.outbox, &status.desk);
    let since = |seconds: Option<u64>| {
        let oldest = seconds.map(|seconds| words.tell(FiguresNote::Oldest(&span(seconds))));
        oldest.unwrap_or_default()
    };
    tell(FiguresNote::Inbox {
        pending: inbox.pending,
        aside: inbox.quarantined,
        oldest: &since(inbox.oldest_s),
    });
    tell(FiguresNote::Outbox {
        pending: outbox.pending,
        sending: outbox.sending,
        unknown: outbox.unknown,
        failed: outbox.failed,
        oldest: &since(outbox.oldest_s),
    });
    tell(FiguresNote::Rows {
        dirty: desk.dirty,
        open: desk.intents,
        held: desk.held,
    });
}

fn look(words: &Words, tab: &str, look: &LookStatus) -> String {
    let age = match look.age_s {
        Some(age) => words.tell(FiguresNote::Seen {
            age: &span(age),
            rows: look.rows,
        }),
        None => words.tell(FiguresNote::Unseen),
    };
    let trouble = look.trouble.as_ref();
    let trouble = trouble.map_or_else(String::new, |words| format!(" – {words}"));
    format!("  {:<12}{age}{trouble}", words.tell(FiguresNote::Tab(tab)))
}

fn link(health: Health) -> LinkState {
    match health {
        Health::Ok => LinkState::Ok,
        Health::Down => LinkState::Down,
        Health::Throttled => LinkState::Throttled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock,
        domain::{
            row::CellValue,
            rules::Rules,
            session::Locale,
            wording::{Note, VerdictNote},
        },
        operator::{
            ConsoleReply, chat_text, state_tab,
            verdict::tests::{CASES, after},
        },
    };

    #[test]
    fn the_terminal_the_admin_chat_and_the_status_tab_name_the_same() {
        let rules = Rules::default();
        for (happens, items) in CASES {
            let status = after(*happens);
            let terminal = describe(&Words::of(Locale::En), &status);
            let reply = ConsoleReply::Status(Box::new(status.clone()));
            let chat = chat_text::reply(&rules.wording, &reply);
            let tab = state_tab::head(&rules, &status, None, clock::now());
            let tab: String = tab.iter().flatten().map(words).collect();
            let names = |note: &dyn Fn(ReadIn) -> VerdictNote<'static>, named: bool| {
                let says = |place| rules.wording.every_note(Note::Verdict(note(place)));
                let ([_, shell], [ru, _]) = (says(ReadIn::Shell), says(ReadIn::Chat));
                let all = [(&terminal, &shell), (&chat, &ru), (&tab, &ru)];
                for (place, words) in all {
                    assert_eq!(place.contains(words), named, "«{words}» in {place}");
                }
            };
            for item in *items {
                names(&|place| VerdictNote::Item(*item, place), true);
            }
            names(&|_| VerdictNote::Well, items.is_empty());
        }
    }

    fn words(cell: &CellValue) -> &str {
        match cell {
            CellValue::Text(words) => words.as_str(),
            CellValue::Number(_) => "",
        }
    }
}
