//! The five-minute check: it looks at the levels that `/readyz` and the metrics show, and tells the admin chat what is wrong.
//!
//! Invariant: it only reports; nothing that is merely quiet is ever started again.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    clock,
    config::Mode,
    domain::{
        alerts::Trouble,
        event::{Command, Heartbeat, Notice},
        tab::Tab,
        tally,
    },
    health::Health,
};

use super::{Parts, Status, operator, report};

/// Records are decided within milliseconds; so long they wait only where the journal cannot store.
const INBOX_LATE_S: u64 = 120;
/// A reply is due within seconds; so long it waits only where Telegram refuses.
const OUTBOX_LATE_S: u64 = 300;
/// A loop that has run for so long since it was started again is well.
const RESTARTED_LATELY: Duration = Duration::from_secs(3_600);
/// Below this a disk is nearly full.
const ROOM: u64 = 200_000_000;

/// Asks Telegram how it is, and says what is wrong by now.
async fn look(parts: &Parts) -> BTreeSet<Trouble> {
    if let Err(error) = parts.telegram.me().await {
        tracing::warn!(%error, "Telegram does not answer");
    }
    let webhook = match &parts.settings.telegram.mode {
        Mode::Webhook { .. } => parts.telegram.webhook_info().await.ok(),
        Mode::Polling => None,
    };
    let status = report::status(parts);
    let mut found = found(&status, parts.hub.health());
    let stuck = |info: &crate::telegram::client::WebhookInfo| info.last_error_message.is_some() && info.pending_update_count > 0;
    if webhook.as_ref().is_some_and(stuck) {
        found.insert(Trouble::Webhook);
    }
    let fresh = |at: tokio::time::Instant| clock::monotonic().duration_since(at) < RESTARTED_LATELY;
    if parts.supervisor.states().iter().any(|state| state.restarted.is_some_and(fresh)) {
        found.insert(Trouble::Loops);
    }
    if rustix::fs::statvfs(&parts.settings.data_dir).is_ok_and(|stat| stat.f_bavail.saturating_mul(stat.f_frsize) < ROOM) {
        found.insert(Trouble::Disk);
    }
    found
}

/// Looks, and has the admin chat told what has begun and what is over.
pub(super) async fn check(parts: &Parts) -> BTreeSet<Trouble> {
    let found = look(parts).await;
    // Where nothing is wrong, and nothing was, there is nothing to decide.
    if !found.is_empty() || !parts.journal.snapshot().alerts().standing.is_empty() {
        tell(parts, Command::Checked(found.clone())).await;
    }
    found
}

/// Gives the admin chat a sign of life.
pub(super) async fn heartbeat(parts: &Parts) {
    let snapshot = parts.journal.snapshot();
    let day = tally::last_24_hours(snapshot.view(), snapshot.appeals(), clock::now());
    let status = report::status(parts);
    let heartbeat = Heartbeat {
        hours: status.uptime_s / 3600,
        messages: day.messages,
        answers: day.answers,
        waiting: status.outbox.pending + status.outbox.sending,
    };
    if snapshot.intact() {
        tell(parts, Command::Notify(Notice::Heartbeat(heartbeat))).await;
    }
}

async fn tell(parts: &Parts, command: Command) {
    if let Err(error) = operator::apply(parts, command).await {
        tracing::warn!(error, "the admin chat is not told");
    }
}

/// What the levels say. A tab that cannot be used is told by its desk, with the reason.
fn found(status: &Status, sheets: Health) -> BTreeSet<Trouble> {
    let telegram_down = status.links.get("telegram") == Some(&Health::Down);
    let sheets_down = sheets == Health::Down;
    let late = |waits: Option<u64>, limit: u64| waits.is_some_and(|seconds| seconds > limit);
    let old = |(tab, look): (&String, &report::LookStatus)| late(look.age_s, longest(tab)) && look.trouble.is_none();
    let all = [
        (Trouble::Telegram, telegram_down),
        (Trouble::Sheets, sheets_down),
        (Trouble::Looks, !sheets_down && status.looks.iter().any(old)),
        (Trouble::Inbox, late(status.inbox.oldest_s, INBOX_LATE_S)),
        (
            Trouble::Outbox,
            !telegram_down && late(status.outbox.oldest_s, OUTBOX_LATE_S) && status.broadcasts.is_empty(),
        ),
        (Trouble::Quarantine, status.inbox.quarantined > 0),
        (Trouble::Unknown, status.outbox.unknown > 0),
    ];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(trouble, _)| trouble).collect()
}

/// Seconds after which a look is too old: several turns of its usual schedule.
fn longest(tab: &str) -> u64 {
    if tab == Tab::Appeals.name() {
        600
    } else if tab == Tab::Partners.name() {
        1_800
    } else {
        5_400
    }
}
