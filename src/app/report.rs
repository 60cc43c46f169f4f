//! How things are: for `/readyz`, `status` and the metrics.
//!
//! Invariant: a report only reads; it never waits for anybody.

use std::{collections::BTreeMap, num::NonZeroU32, sync::PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::{
    clock,
    domain::{
        alerts::Alerts,
        broadcast::{self, BroadcastState},
        ids::ChatId,
        tab::Tab,
        view::View,
    },
    health::Health,
    journal::{Figures, Snapshot},
    telegram::refusal::ServiceRefusal,
};

use super::{Parts, words};

/// What `status` shows; the JSON form is part of the outside contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// Whether anything can be stored.
    pub journal: JournalStatus,
    /// Updates and events.
    pub inbox: Inbox,
    /// Messages.
    pub outbox: Outbox,
    /// Rows.
    pub desk: SpreadsheetReport,
    /// Announcements under way.
    pub broadcasts: Vec<BroadcastReport>,
    /// Registered partners.
    pub partners: Partners,
    /// The tabs, by name.
    pub looks: BTreeMap<String, LookStatus>,
    /// Calls to Google Sheets left within the minute.
    pub quota: QuotaReport,
    /// How Telegram and Google treat us.
    pub links: BTreeMap<String, Health>,
    /// What Telegram does not let us do.
    #[serde(default)]
    pub telegram: TelegramStatus,
    /// Seconds since the start.
    pub uptime_s: u64,
    /// Restarts of loops since the start.
    pub restarts: u64,
}

/// What Telegram does not let us do; nothing, where all is well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelegramStatus {
    /// Why it does not serve the bot at all.
    pub barred: Option<ServiceRefusal>,
    /// Until when it wants silence, as people read it.
    pub silent_until: Option<String>,
    /// Why it does not bring the updates.
    pub webhook: Option<String>,
    /// Why it lets us write nothing into the admin chat.
    pub admin_chat: Option<String>,
    /// The number that the admin chat bears by now, where it is another than in the settings.
    pub admin_chat_moved: Option<i64>,
}

/// The journal itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalStatus {
    /// Whether it takes what comes.
    pub storing: bool,
    /// Why not, and what to do.
    pub trouble: Option<String>,
    /// How many seconds old the figures of this report are: more than none while the journal cannot even be read.
    pub figures_age_s: u64,
}

/// Records in the inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// Stored, not decided yet.
    pub pending: u64,
    /// Set aside.
    pub quarantined: u64,
    /// For how many seconds the oldest record waits to be decided.
    pub oldest_s: Option<u64>,
}

/// Messages in the outbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// To be sent.
    pub pending: u64,
    /// Being sent.
    pub sending: u64,
    /// Outcome lost for good.
    pub unknown: u64,
    /// Refused for good.
    pub failed: u64,
    /// For how many seconds the message waits that goes next.
    pub oldest_s: Option<u64>,
}

/// Rows and batches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpreadsheetReport {
    /// Rows to write.
    pub dirty: u64,
    /// Batches whose outcome is open.
    pub intents: u64,
    /// Answers that wait for `release answers`.
    pub held: u64,
    /// The `№` of the first of them, at most 20.
    pub held_numbers: Vec<u32>,
    /// Rows that Google refuses, as many as are named in the spreadsheet's own report.
    #[serde(default)]
    pub refused: u64,
}

/// One announcement that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastReport {
    /// The promotion's key.
    pub key: String,
    /// Its name.
    pub title: String,
    /// Its state.
    pub state: BroadcastState,
    /// Partners who have not got it yet.
    pub waiting: u32,
    /// Partners who have it.
    pub sent: u32,
    /// Partners who will never get it.
    pub failed: u32,
    /// Partners of whom nobody knows.
    pub unknown: u32,
    /// Partners who get none: they have blocked the bot, or asked for no promotions.
    pub skipped: u32,
    /// Seconds that the rest will take at the configured rate; `None` without a limit.
    pub left_s: Option<u32>,
}

/// Registered partners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partners {
    /// All of them.
    pub registered: u32,
    /// Those who have blocked the bot, or are gone from Telegram.
    pub blocked: u32,
    /// Those who have asked for no promotions.
    pub silent: u32,
}

/// One tab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookStatus {
    /// Seconds since the last complete read began; none before the first.
    pub age_s: Option<u64>,
    /// Rows that it saw.
    pub rows: u64,
    /// What is wrong with the tab, in words.
    pub trouble: Option<String>,
}

/// Calls left within the minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaReport {
    /// Reads.
    pub reads: u32,
    /// Writes.
    pub writes: u32,
}

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

/// The levels of now, or of the last moment at which they could be read, with that moment: an unread journal is no empty one.
fn levels(parts: &Parts) -> (Levels, Instant) {
    let snapshot = parts.journal.snapshot();
    let now = (
        Levels::of(&snapshot, parts.settings.telegram.rate_per_second),
        clock::monotonic(),
    );
    let mut last = parts.levels.lock().unwrap_or_else(PoisonError::into_inner);
    if !snapshot.is_lost() {
        *last = now;
    }
    last.clone()
}

/// The admin chat by the number that it bears now, also while the journal cannot be read.
pub(super) fn admin_chat(parts: &Parts) -> Option<ChatId> {
    let chat = words::admin_chat(&parts.settings)?;
    Some(levels(parts).0.alerts.admin_chat.of(chat))
}

pub(super) fn status(parts: &Parts) -> StatusReport {
    let (levels, read) = levels(parts);
    let left = parts.sheets_client.quota();
    let admin = levels.alerts.admin_chat;
    let settings_chat = words::admin_chat(&parts.settings);
    let restarts = parts
        .supervisor
        .states()
        .iter()
        .map(|state| state.restarts)
        .sum();
    StatusReport {
        journal: JournalStatus {
            storing: parts.journal.healthy(),
            trouble: parts.journal.failure(),
            figures_age_s: read.elapsed().as_secs(),
        },
        inbox: levels.inbox,
        outbox: levels.outbox,
        desk: levels.desk,
        broadcasts: levels.broadcasts,
        partners: levels.partners,
        looks: parts.spreadsheets.looks(),
        quota: QuotaReport {
            reads: left.reads,
            writes: left.writes,
        },
        links: BTreeMap::from([
            ("telegram".to_owned(), telegram_health(parts)),
            ("sheets".to_owned(), sheets_health(parts)),
        ]),
        telegram: TelegramStatus {
            barred: parts.telegram.service_refusal(),
            silent_until: silent_until(parts),
            webhook: parts.registration.trouble(),
            admin_chat: admin.refused.as_ref().map(words::refusal),
            admin_chat_moved: admin
                .moved
                .filter(|(from, _)| settings_chat == Some(*from))
                .map(|(_, to)| to.0),
        },
        uptime_s: clock::monotonic().duration_since(parts.started).as_secs(),
        restarts,
    }
}

fn refused(snapshot: &Snapshot) -> u64 {
    let tabs = [Tab::Partners, Tab::Appeals, Tab::Promotions]
        .map(|tab| snapshot.view().tab(tab).refused.len());
    tabs.into_iter()
        .map(|rows| u64::try_from(rows).unwrap_or(u64::MAX))
        .sum()
}

fn described(broadcast: broadcast::Broadcast, rate: Option<NonZeroU32>) -> BroadcastReport {
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

/// Throttled also after a restart, as long as the silence lasts that Telegram has asked for.
pub(super) fn telegram_health(parts: &Parts) -> Health {
    match *parts.telegram.health().borrow() {
        Health::Ok if silence(parts).is_some() => Health::Throttled,
        health => health,
    }
}

/// Until when all sending rests because Telegram has asked for it.
fn silence(parts: &Parts) -> Option<Timestamp> {
    parts
        .journal
        .snapshot()
        .silent_until()
        .filter(|until| *until > clock::now())
}

pub(super) fn silent_until(parts: &Parts) -> Option<String> {
    let zone = parts.settings.time_zone.clone();
    silence(parts).map(|until| {
        until
            .to_zoned(zone)
            .strftime("%Y-%m-%d %H:%M:%S %:z")
            .to_string()
    })
}

/// Down as well where a tab cannot be used: then only its feature stops, and this says so.
pub(super) fn sheets_health(parts: &Parts) -> Health {
    match parts.sheets_client.health() {
        Health::Ok if parts.spreadsheets.are_well() => Health::Ok,
        Health::Ok | Health::Down => Health::Down,
        Health::Throttled => Health::Throttled,
    }
}
