//! The five-minute check: it reads the levels that `/readyz` and the metrics show, and tells the admin chat what is wrong.
//!
//! Invariant: it only reports; nothing that is merely quiet is ever started again.

use std::{collections::BTreeSet, iter, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    clock,
    config::Mode,
    domain::{
        alerts::Trouble,
        chat::KnownChat,
        event::{Command, Heartbeat, Notice},
        ids::ChatId,
        tab::Tab,
        tally,
        wording::VerdictItem,
    },
    health::Health,
    schedule::Schedule,
};

use super::{Console, report::StatusReport, verdict::verdict};

/// A read is old once so many turns of its schedule have passed since …
const TURNS: usize = 3;
/// … and the time that a read may take.
const LOOK_TAKES: SignedDuration = SignedDuration::from_mins(5);
/// A loop that has run for so long since it was started again is well.
const RESTARTED_LATELY: Duration = Duration::from_secs(3_600);
/// Below this a disk is nearly full.
const ROOM: u64 = 200_000_000;

/// Asks Telegram how it is, and says what is wrong by now.
async fn look(console: &Console) -> BTreeSet<Trouble> {
    if let Err(error) = console.telegram.me().await {
        tracing::warn!(%error, "Telegram does not answer");
    }
    let webhook = match &console.settings.telegram.mode {
        Mode::Webhook { .. } => console.telegram.webhook_info().await.ok(),
        Mode::Polling => None,
    };
    if let Some(info) = &webhook {
        console.noted.webhook.record(info);
        if console.settings.http.public_url.is_none() {
            console.noted.webhook.stands_without_address(info);
        }
    }
    let status = console.status();
    let mut found = found(&status, console.sheets.health());
    if !found.contains(&Trouble::Sheets) && has_old_look(console, &status) {
        found.insert(Trouble::Looks);
    }
    if console.noted.webhook.is_lacking() {
        // That is certain, where what Telegram cannot bring may pass.
        found.remove(&Trouble::Webhook);
        found.insert(Trouble::NoWebhook);
    }
    let known = console.journal.snapshot().alerts();
    let staff = console.rules.staff.as_ref().map(|staff| staff.chat);
    for (trouble, settings, chat) in [
        (
            Trouble::AdminChatState,
            console.rules.admin_chat,
            &known.admin_chat,
        ),
        (Trouble::StaffChat, staff, &known.staff.place),
    ] {
        if is_shut_out(console, settings, chat).await {
            found.insert(trouble);
        }
    }
    let fresh = |at: tokio::time::Instant| clock::monotonic().duration_since(at) < RESTARTED_LATELY;
    let loops = console.supervisor.states();
    if loops.iter().any(|it| it.restarted.is_some_and(fresh)) {
        found.insert(Trouble::Loops);
    }
    if rustix::fs::statvfs(&console.settings.data_dir)
        .is_ok_and(|stat| stat.f_bavail.saturating_mul(stat.f_frsize) < ROOM)
    {
        found.insert(Trouble::Disk);
    }
    found
}

/// Whether a chat of the settings has refused the last message, and would refuse another.
async fn is_shut_out(console: &Console, settings: Option<ChatId>, known: &KnownChat) -> bool {
    match settings.filter(|_| known.refused.is_some()) {
        Some(chat) => console.telegram.show_typing(known.of(chat)).await.is_err(),
        None => false,
    }
}

/// Checks, and tells the admin chat which troubles have begun and which are over.
pub async fn check(console: &Console) -> BTreeSet<Trouble> {
    let _alone = console.noted.checks.lock().await;
    let found = look(console).await;
    // Of the journal itself the chat is told past the journal.
    let mut told = found.clone();
    told.remove(&Trouble::Journal);
    // Where nothing is wrong, and nothing was, there is nothing to decide.
    let known = console.journal.snapshot().alerts();
    let shut = known.admin_chat.refused.is_some() || known.staff.place.refused.is_some();
    if !told.is_empty() || !known.standing.is_empty() || shut {
        tell(console, Command::Checked(told)).await;
    }
    found
}

/// Gives the admin chat a sign of life.
pub async fn heartbeat(console: &Console) {
    let snapshot = console.journal.snapshot();
    let day = tally::last_24_hours(snapshot.view(), snapshot.appeals(), clock::now());
    let status = console.status();
    let heartbeat = Heartbeat {
        hours: status.uptime_s / 3600,
        messages: day.messages,
        answers: day.answers,
        waiting: status.outbox.pending + status.outbox.sending,
    };
    if snapshot.intact() {
        tell(console, Command::Notify(Notice::Heartbeat(heartbeat))).await;
    }
}

async fn tell(console: &Console, command: Command) {
    if let Err(error) = console.apply(command).await {
        tracing::warn!(%error, "the admin chat is not told");
    }
}

/// What the figures say.
fn found(status: &StatusReport, sheets: Health) -> BTreeSet<Trouble> {
    let told = verdict(status).into_iter().filter_map(trouble);
    // In the figures a tab that cannot be used hides that Google is away.
    let sheets = (sheets == Health::Down).then_some(Trouble::Sheets);
    told.chain(sheets).collect()
}

/// What an item is among the troubles that are told once.
fn trouble(item: VerdictItem<'_>) -> Option<Trouble> {
    Some(match item {
        VerdictItem::JournalDown(_) => Trouble::Journal,
        VerdictItem::Barred(_) => Trouble::Bot,
        VerdictItem::TelegramDown => Trouble::Telegram,
        VerdictItem::SheetsDown => Trouble::Sheets,
        VerdictItem::Webhook(_) => Trouble::Webhook,
        VerdictItem::StaffTopics(_) => Trouble::StaffTopics,
        VerdictItem::InboxLate(_) => Trouble::Inbox,
        VerdictItem::OutboxLate(_) => Trouble::Outbox,
        VerdictItem::Quarantined(_) => Trouble::Quarantine,
        VerdictItem::Unknown(_) => Trouble::Unknown,
        VerdictItem::TabDown(_)
        | VerdictItem::Silent(_)
        | VerdictItem::AdminChat(_)
        | VerdictItem::AdminMoved(_)
        | VerdictItem::StaffMoved(_)
        | VerdictItem::StaffChat(_)
        | VerdictItem::Throttled(_)
        | VerdictItem::Refused(_)
        | VerdictItem::Held { .. }
        | VerdictItem::Failed(_) => return None,
    })
}

/// Whether a tab was not looked at for long, by the schedules of the settings. One that cannot be used is told of by its synchroniser.
fn has_old_look(console: &Console, status: &StatusReport) -> bool {
    let (settings, now) = (&console.settings, clock::now());
    let schedules = [
        (Tab::Appeals, &settings.schedule.appeals),
        (Tab::Partners, &settings.schedule.partners),
        (Tab::Promotions, &settings.schedule.promotions),
    ];
    schedules.into_iter().any(|(tab, cron)| {
        let look = status.looks.get(tab.name());
        let look = look.filter(|look| look.trouble.is_none());
        let age = look.and_then(|look| i64::try_from(look.age_s?).ok());
        let schedule = Schedule::new(tab.name(), cron.clone(), settings.time_zone.clone());
        age.is_some_and(|age| is_old(&schedule, now - SignedDuration::from_secs(age), now))
    })
}

fn is_old(schedule: &Schedule, looked: Timestamp, now: Timestamp) -> bool {
    let mut turns = iter::successors(Some(looked), |&at| schedule.next_after(at));
    turns.nth(TURNS).is_some_and(|due| due + LOOK_TAKES < now)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_look_is_old_by_its_own_schedule() {
        let is_old = |cron: &str, looked: &str, now: &str| {
            let schedule = Schedule::new("test", cron.parse().unwrap(), TimeZone::UTC);
            is_old(&schedule, looked.parse().unwrap(), now.parse().unwrap())
        };
        for (cron, looked, now, expected) in [
            (
                "0 * * * * *",
                "2026-03-02T10:00:01Z",
                "2026-03-02T10:08:00Z",
                false,
            ),
            (
                "0 * * * * *",
                "2026-03-02T10:00:01Z",
                "2026-03-02T10:08:01Z",
                true,
            ),
            (
                "0 0 * * * *",
                "2026-03-02T10:00:01Z",
                "2026-03-02T13:05:00Z",
                false,
            ),
            (
                "0 0 * * * *",
                "2026-03-02T10:00:01Z",
                "2026-03-02T13:05:01Z",
                true,
            ),
            // Nobody looks at night.
            (
                "0 0 9-18 * * *",
                "2026-03-02T17:00:01Z",
                "2026-03-03T09:30:00Z",
                false,
            ),
            (
                "0 0 9-18 * * *",
                "2026-03-02T17:00:01Z",
                "2026-03-03T10:05:01Z",
                true,
            ),
        ] {
            assert_eq!(
                is_old(cron, looked, now),
                expected,
                "{cron}, looked at {looked}, now {now}"
            );
        }
    }
}
