//! That the figures alone say what is wrong.
//!
//! Invariant: every item is among the cases, which the tests of the places that show the verdict use as well.

use std::{collections::HashSet, mem::discriminant};

use serde_json::json;

use super::*;
use crate::{operator::report::LookStatus, telegram::refusal::ServiceRefusal};

/// What happens to a service that was well, and what is said then.
pub(crate) type Case = (fn(&mut StatusReport), &'static [VerdictItem<'static>]);

/// Each item alone, and what hides another.
pub(crate) const CASES: &[Case] = {
    use VerdictItem::*;
    &[
        (|_| {}, &[]),
        (
            |status| status.journal.storing = false,
            &[JournalDown(None)],
        ),
        (
            |status| {
                status.journal.storing = false;
                status.journal.trouble = Some("the disk is full".into());
            },
            &[JournalDown(Some("the disk is full"))],
        ),
        (|status| tab_down(status, "appeals"), &[TabDown("appeals")]),
        (
            |status| link(status, "telegram", Health::Down),
            &[TelegramDown],
        ),
        (
            |status| {
                link(status, "telegram", Health::Down);
                status.telegram.barred = Some(ServiceRefusal::Frozen);
            },
            &[Barred("frozen")],
        ),
        (|status| link(status, "sheets", Health::Down), &[SheetsDown]),
        (
            |status| {
                link(status, "telegram", Health::Throttled);
                status.telegram.silent_until = Some("2026-03-02 15:00:00 +03:00".into());
            },
            &[Silent("2026-03-02 15:00:00 +03:00")],
        ),
        (
            |status| status.telegram.webhook = Some("Connection refused".into()),
            &[Webhook("Connection refused")],
        ),
        (|status| status.inbox.oldest_s = Some(120), &[]),
        (|status| status.inbox.oldest_s = Some(121), &[InboxLate(2)]),
        (|status| status.outbox.oldest_s = Some(300), &[]),
        (
            |status| status.outbox.oldest_s = Some(600),
            &[OutboxLate(10)],
        ),
        (
            |status| {
                link(status, "telegram", Health::Down);
                status.outbox.oldest_s = Some(600);
            },
            &[TelegramDown],
        ),
        (
            |status| status.telegram.admin_chat = Some("the bot is blocked there".into()),
            &[AdminChat("the bot is blocked there")],
        ),
        (
            |status| status.telegram.admin_chat_moved = Some(-1_009),
            &[AdminMoved(-1_009)],
        ),
        (
            |status| status.telegram.staff_chat = Some("the bot was kicked".into()),
            &[StaffChat("the bot was kicked")],
        ),
        (
            |status| status.telegram.staff_chat_moved = Some(-1_008),
            &[StaffMoved(-1_008)],
        ),
        (
            |status| status.telegram.staff_topics = Some("the chat is not a forum".into()),
            &[StaffTopics("the chat is not a forum")],
        ),
        (
            |status| link(status, "telegram", Health::Throttled),
            &[Throttled("telegram")],
        ),
        (
            |status| link(status, "sheets", Health::Throttled),
            &[Throttled("sheets")],
        ),
        (|status| status.desk.refused = 2, &[Refused(2)]),
        (|status| status.inbox.quarantined = 3, &[Quarantined(3)]),
        (
            |status| {
                status.desk.held = 5;
                status.desk.held_numbers = vec![41, 42];
            },
            &[Held {
                count: 5,
                numbers: &[41, 42],
                more: 3,
            }],
        ),
        (|status| status.outbox.unknown = 6, &[Unknown(6)]),
        (|status| status.outbox.failed = 7, &[Failed(7)]),
        (
            |status| {
                status.outbox.failed = 1;
                status.inbox.quarantined = 1;
                tab_down(status, "partners");
                tab_down(status, "appeals");
                status.journal.storing = false;
            },
            &[
                JournalDown(None),
                TabDown("appeals"),
                TabDown("partners"),
                Quarantined(1),
                Failed(1),
            ],
        ),
    ]
};

/// A service that is well, after something has happened to it.
pub(crate) fn after(happens: fn(&mut StatusReport)) -> StatusReport {
    let well = json!({
        "journal": {"storing": true, "trouble": null, "figures_age_s": 0},
        "inbox": {"pending": 0, "quarantined": 0, "oldest_s": null},
        "outbox": {"pending": 0, "sending": 0, "unknown": 0, "failed": 0, "oldest_s": null},
        "desk": {"dirty": 0, "intents": 0, "held": 0, "held_numbers": []},
        "broadcasts": [],
        "partners": {"registered": 2, "blocked": 0, "silent": 0},
        "looks": {"appeals": {"age_s": 12, "rows": 40, "trouble": null}},
        "quota": {"reads": 50, "writes": 60},
        "links": {"telegram": "ok", "sheets": "ok"},
        "uptime_s": 60,
        "restarts": 0,
    });
    let mut status = serde_json::from_value(well).expect("a report");
    happens(&mut status);
    status
}

fn link(status: &mut StatusReport, name: &str, health: Health) {
    status.links.insert(name.to_owned(), health);
}

fn tab_down(status: &mut StatusReport, tab: &str) {
    let look = LookStatus {
        trouble: Some("нет столбца «статус»".to_owned()),
        ..LookStatus::default()
    };
    status.looks.insert(tab.to_owned(), look);
    link(status, "sheets", Health::Down);
}

#[test]
fn the_figures_alone_say_what_is_wrong() {
    for (happens, items) in CASES {
        let status = after(*happens);
        assert_eq!(verdict(&status), *items, "{status:?}");
    }
    let items = CASES.iter().flat_map(|(_, items)| items.iter());
    let kinds: HashSet<_> = items.map(discriminant).collect();
    let texts = include_str!("../../../migrations-free-config/texts/en.ftl").lines();
    let texts = texts.filter(|line| line.starts_with("verdict-")).count();
    let others = ["verdict-well", "verdict-at-work", "verdict-journal-doubted"];
    let items = texts - others.len();
    assert_eq!(kinds.len(), items, "each item is among the cases");
}
