//! Takes the figures of a report.
//!
//! Invariant: it only reads, and never waits for anybody; an unread journal is no empty one.

use std::{collections::BTreeMap, num::NonZeroU32, sync::PoisonError};

use jiff::Timestamp;
use tokio::time::Instant;

use super::{
    Console,
    report::{
        BroadcastReport, Inbox, JournalStatus, LookStatus, Outbox, Partners, QuotaReport,
        SpreadsheetReport, StatusReport, TelegramStatus,
    },
    webhook_status::Lacking,
};
use crate::{
    clock,
    domain::{
        alerts::Alerts,
        appeal::RejectReason,
        broadcast::Broadcast,
        chat::KnownChat,
        ids::ChatId,
        tab::Tab,
        wording::{FailureNote, Note, VerdictNote},
    },
    health::Health,
    journal::{Figures, Snapshot},
    sheets::sync::TabReport,
};

/// How many held answers are named.
const HELD_NAMED: usize = 20;

/// What the journal tells of.
#[derive(Clone, Default)]
pub(super) struct Levels {
    inbox: Inbox,
    outbox: Outbox,
    desk: SpreadsheetReport,
    broadcasts: Vec<BroadcastReport>,
    partners: Partners,
    alerts: Alerts,
}

impl Levels {
    fn of(snapshot: &Snapshot, rate: Option<NonZeroU32>) -> Self {
        let figures: Figures = snapshot.figures();
        let oldest = snapshot.oldest();
        let age = |since: Option<Timestamp>| {
            since.map(|since| {
                u64::try_from(clock::now().duration_since(since).as_secs()).unwrap_or(0)
            })
        };
        Self {
            inbox: Inbox {
                pending: figures.inbox_pending,
                quarantined: figures.inbox_quarantined,
                oldest_s: age(oldest.0),
            },
            outbox: Outbox {
                pending: figures.outbox_pending,
                sending: figures.outbox_sending,
                unknown: figures.outbox_unknown,
                failed: figures.outbox_failed,
                oldest_s: age(oldest.1),
            },
            desk: SpreadsheetReport {
                dirty: figures.dirty,
                intents: figures.intents,
                held: figures.held,
                held_numbers: snapshot.held_numbers(HELD_NAMED),
                refused: refused(snapshot),
            },
            broadcasts: snapshot
                .broadcasts()
                .filter(|broadcast| broadcast.ended.is_none())
                .map(|broadcast| described(broadcast, rate))
                .collect(),
            partners: partners(snapshot),
            alerts: snapshot.alerts(),
        }
    }
}

impl Console {
    /// How things are now.
    pub(super) fn status(&self) -> StatusReport {
        let (levels, read) = self.levels();
        let left = self.sheets.quota();
        let (admin, staff) = (levels.alerts.admin_chat, levels.alerts.staff);
        let topics = self.rules.staff.as_ref().is_some_and(|staff| staff.topics);
        let in_settings = self.rules.staff.as_ref().map(|staff| staff.chat);
        let loops = self.supervisor.states();
        StatusReport {
            journal: JournalStatus {
                storing: self.journal.healthy(),
                trouble: self.failure(),
                figures_age_s: read.elapsed().as_secs(),
            },
            inbox: levels.inbox,
            outbox: levels.outbox,
            desk: levels.desk,
            broadcasts: levels.broadcasts,
            partners: levels.partners,
            looks: self.looks(),
            quota: QuotaReport {
                reads: left.reads,
                writes: left.writes,
            },
            links: BTreeMap::from([
                ("telegram".to_owned(), self.telegram_health()),
                ("sheets".to_owned(), self.sheets_health()),
            ]),
            telegram: TelegramStatus {
                barred: self.telegram.service_refusal(),
                silent_until: self.silent_until(),
                webhook: self.webhook_trouble(),
                admin_chat: admin.refused.as_ref().map(|why| self.shut(why)),
                admin_chat_moved: moved(&admin, self.rules.admin_chat),
                staff_chat_moved: moved(&staff.place, in_settings),
                staff_chat: staff.place.refused.as_ref().map(|why| self.shut(why)),
                staff_topics: (staff.topics_refused().filter(|_| topics)).map(|why| self.shut(why)),
            },
            uptime_s: clock::monotonic().duration_since(self.started).as_secs(),
            restarts: loops.iter().map(|state| state.restarts).sum(),
        }
    }

    /// The admin chat by the number that it bears now, also while the journal cannot be read.
    pub(super) fn admin_chat(&self) -> Option<ChatId> {
        let chat = self.rules.admin_chat?;
        Some(self.levels().0.alerts.admin_chat.of(chat))
    }

    /// The levels of now, or of the last moment at which they could be read, with that moment.
    fn levels(&self) -> (Levels, Instant) {
        let rate = NonZeroU32::new(self.rules.rate);
        let now = (self.journal).try_read(|snapshot| Levels::of(snapshot, rate));
        let last = &self.noted.levels;
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(now) = now {
            *last = Some((now, clock::monotonic()));
        }
        last.clone().unwrap_or((Levels::default(), self.started))
    }

    /// What is known of the tabs, by their names.
    #[must_use]
    pub fn looks(&self) -> BTreeMap<String, LookStatus> {
        let now = clock::steady();
        let age =
            |began: Timestamp| u64::try_from(now.duration_since(began).as_secs()).unwrap_or(0);
        let mut looks = BTreeMap::new();
        for status in &self.sync_statuses {
            for tab in &status.borrow().tabs {
                let look = LookStatus {
                    age_s: tab.looked.map(age),
                    rows: u64::try_from(tab.rows).unwrap_or(u64::MAX),
                    trouble: tab.trouble.clone(),
                };
                looks.insert(tab.tab.name().to_owned(), look);
            }
        }
        looks
    }

    /// The tabs that cannot be used, by their names.
    #[must_use]
    pub fn tabs_down(&self) -> Vec<String> {
        let looks = self.looks().into_iter();
        let down = looks.filter(|(_, look)| look.trouble.is_some());
        down.map(|(tab, _)| tab).collect()
    }

    /// How Telegram treats us: throttled also after a restart, as long as the silence lasts that it has asked for.
    #[must_use]
    pub fn telegram_health(&self) -> Health {
        match *self.telegram.health().borrow() {
            Health::Ok if self.silence().is_some() => Health::Throttled,
            health => health,
        }
    }

    /// How Google treats us: down as well where a tab cannot be used, for then only its feature stops, and this says so.
    #[must_use]
    pub fn sheets_health(&self) -> Health {
        let is_well = |tab: &TabReport| tab.trouble.is_none();
        let mut statuses = self.sync_statuses.iter();
        match self.sheets.health() {
            Health::Ok if !statuses.all(|status| status.borrow().tabs.iter().all(is_well)) => {
                Health::Down
            }
            health => health,
        }
    }

    /// Until when Telegram wants silence, as people read it.
    #[must_use]
    pub fn silent_until(&self) -> Option<String> {
        let until = self.silence()?.to_zoned(self.rules.time_zone.clone());
        Some(until.strftime("%Y-%m-%d %H:%M:%S %:z").to_string())
    }

    /// Why a chat takes nothing from us.
    pub(super) fn shut(&self, why: &RejectReason) -> String {
        let note = VerdictNote::Shut(why);
        self.rules.wording.note(Note::Verdict(note))
    }

    /// Why the updates are not brought, in words.
    fn webhook_trouble(&self) -> Option<String> {
        let webhook = &self.noted.webhook;
        match webhook.lacking() {
            Some(Lacking::Address) => Some(self.fails(FailureNote::NoAddress)),
            Some(Lacking::Refused(words)) => Some(words),
            None => webhook.undelivered(),
        }
    }

    /// Until when all sending rests because Telegram has asked for it.
    fn silence(&self) -> Option<Timestamp> {
        let until = self.journal.snapshot().silent_until();
        until.filter(|until| *until > clock::now())
    }
}

/// The number that a chat of the settings bears by now, where it is another.
fn moved(chat: &KnownChat, settings: Option<ChatId>) -> Option<i64> {
    let moved = chat.moved.filter(|(from, _)| settings == Some(*from));
    moved.map(|(_, to)| to.0)
}

fn refused(snapshot: &Snapshot) -> u64 {
    let tabs = [Tab::Partners, Tab::Appeals, Tab::Promotions]
        .map(|tab| snapshot.view().tab(tab).reads().refused.len());
    tabs.into_iter()
        .map(|rows| u64::try_from(rows).unwrap_or(u64::MAX))
        .sum()
}

pub(super) fn described(broadcast: Broadcast, rate: Option<NonZeroU32>) -> BroadcastReport {
    let (counts, waiting) = (broadcast.counts, broadcast.remaining());
    BroadcastReport {
        key: broadcast.key.0,
        title: broadcast.title.0,
        state: broadcast.state,
        waiting,
        sent: counts.sent,
        failed: counts.failed,
        unknown: counts.unknown,
        skipped: counts.skipped,
        left_s: rate.map(|rate| waiting.div_ceil(rate.get())),
    }
}

fn partners(snapshot: &Snapshot) -> Partners {
    let mut partners = Partners::default();
    for session in snapshot
        .sessions()
        .filter(|session| session.partner.is_some())
    {
        partners.registered += 1;
        partners.blocked += u32::from(session.blocked);
        partners.silent += u32::from(session.silent);
    }
    partners
}
