//! What Prometheus reads: counters where things happen, and here the levels, taken anew for each scrape.
//!
//! Invariant: a label takes one of a few known values, never a text from outside; every name bears its unit.

use std::sync::OnceLock;

use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{
    Console,
    report::{BroadcastReport, StatusReport},
};
use crate::{
    clock,
    domain::{broadcast::BroadcastState, effect::Lane},
    health::Health,
    supervisor::LoopPhase,
};

/// Durations from a commit's to a time-out's, in seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

/// What a metric is.
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

macro_rules! metrics {
    ($($kind:ident $name:ident: $about:literal;)*) => {
        &[$((Kind::$kind, stringify!($name), $about)),*]
    };
}

/// What each metric tells.
const METRICS: &[(Kind, &str, &str)] = metrics! {
    Histogram sheetdesk_ack_seconds: "From the last byte of an update to its answer, stored";
    Histogram sheetdesk_send_seconds: "Calls to Telegram that send something";
    Histogram sheetdesk_sheets_call_seconds: "Calls to Google Sheets, by kind";
    Histogram sheetdesk_job_seconds: "Runs of scheduled jobs";
    Counter sheetdesk_sends_total: "Messages by lane and by how the call ended";
    Counter sheetdesk_sheets_calls_total: "Calls to Google Sheets by kind and by how they ended";
    Gauge sheetdesk_build_info: "Always 1; the version is a label";
    Gauge sheetdesk_uptime_seconds: "Since the start";
    Gauge sheetdesk_journal_up: "1 while the journal can store";
    Gauge sheetdesk_journal_figures_age_seconds: "How old the journal's figures are: more than none while it cannot be read";
    Gauge sheetdesk_inbox_records: "Records to decide, and records set aside";
    Gauge sheetdesk_inbox_oldest_seconds: "How long the oldest record waits to be decided";
    Gauge sheetdesk_outbox_messages: "Messages that wait, by lane";
    Gauge sheetdesk_outbox_oldest_seconds: "How long the oldest message waits, by lane";
    Gauge sheetdesk_outbox_ended: "Messages that are sending, unknown or failed, and still listed";
    Gauge sheetdesk_desk_rows: "Rows to write";
    Gauge sheetdesk_desk_batches: "Batches whose outcome is open";
    Gauge sheetdesk_answers_held: "Answers that wait to be released";
    Gauge sheetdesk_look_age_seconds: "Since the last complete look at a tab began";
    Gauge sheetdesk_look_rows: "Rows that the last look found";
    Gauge sheetdesk_tab_usable: "1 while a tab can be used";
    Gauge sheetdesk_sheets_quota_left: "Calls to Google Sheets left within the minute";
    Gauge sheetdesk_link_up: "1 while a service answers, 0.5 while it asks for patience";
    Gauge sheetdesk_loop_up: "1 while a loop runs";
    Gauge sheetdesk_loop_restarts: "How often a loop was started again";
    Gauge sheetdesk_partners: "Registered partners, and how many of them cannot or will not hear of promotions";
    Gauge sheetdesk_broadcast_partners: "Partners of the announcements under way, by what became of their message";
    Gauge sheetdesk_broadcasts: "Announcements that are not over, by state";
};

/// The recorder of the process's metrics; one for all, however many services a process runs.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let builder =
                builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS);
            let recorder = builder
                .unwrap_or_else(|_| PrometheusBuilder::new())
                .build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is in place");
            }
            describe();
            handle
        })
        .clone()
}

/// The text of a scrape.
pub fn render(console: &Console, handle: &PrometheusHandle) -> String {
    take(console);
    handle.render()
}

fn describe() {
    for (kind, name, about) in METRICS {
        match kind {
            Kind::Counter => describe_counter!(*name, *about),
            Kind::Gauge => describe_gauge!(*name, *about),
            Kind::Histogram => describe_histogram!(*name, *about),
        }
    }
}

fn take(console: &Console) {
    let status = console.status();
    let (inbox, outbox, desk) = (&status.inbox, &status.outbox, &status.desk);
    gauge!("sheetdesk_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    gauge!("sheetdesk_uptime_seconds").set(float(status.uptime_s));
    gauge!("sheetdesk_journal_up").set(u8::from(status.journal.storing));
    gauge!("sheetdesk_journal_figures_age_seconds").set(float(status.journal.figures_age_s));
    let records = |state, n| gauge!("sheetdesk_inbox_records", "state" => state).set(float(n));
    records("pending", inbox.pending);
    records("quarantined", inbox.quarantined);
    gauge!("sheetdesk_inbox_oldest_seconds").set(float(inbox.oldest_s.unwrap_or(0)));
    let ended = |state, n| gauge!("sheetdesk_outbox_ended", "state" => state).set(float(n));
    ended("sending", outbox.sending);
    ended("unknown", outbox.unknown);
    ended("failed", outbox.failed);
    gauge!("sheetdesk_desk_rows").set(float(desk.dirty));
    gauge!("sheetdesk_desk_batches").set(float(desk.intents));
    gauge!("sheetdesk_answers_held").set(float(desk.held));
    lanes(console);
    services(console, &status);
    announcements(&status);
}

/// How many messages wait in each lane, and how long.
fn lanes(console: &Console) {
    let (mut talk, mut announcement) = ((0_u64, None), (0_u64, None));
    let read = console.journal.try_read(|snapshot| {
        for entry in snapshot.waiting() {
            let lane = match entry.send.lane {
                Lane::Talk | Lane::Staff => &mut talk,
                Lane::Announcement => &mut announcement,
            };
            lane.0 += 1;
            lane.1 = Some(
                lane.1
                    .map_or(entry.born, |oldest: jiff::Timestamp| oldest.min(entry.born)),
            );
        }
    });
    if read.is_err() {
        // The gauges stay as they were: nobody knows of the messages, so they are not said to be none.
        return;
    }
    let now = clock::now();
    for (lane, (count, oldest)) in [("talk", talk), ("announcement", announcement)] {
        let age = oldest.map_or(0.0, |oldest| {
            now.duration_since(oldest).as_secs_f64().max(0.0)
        });
        gauge!("sheetdesk_outbox_messages", "lane" => lane).set(float(count));
        gauge!("sheetdesk_outbox_oldest_seconds", "lane" => lane).set(age);
    }
}

/// The services behind us, the tabs, our own loops.
fn services(console: &Console, status: &StatusReport) {
    for (link, health) in &status.links {
        let up = match health {
            Health::Ok => 1.0,
            Health::Throttled => 0.5,
            Health::Down => 0.0,
        };
        gauge!("sheetdesk_link_up", "link" => link.clone()).set(up);
    }
    for (tab, look) in &status.looks {
        // Before the first read it is as old as the process.
        let age = look.age_s.unwrap_or(status.uptime_s);
        gauge!("sheetdesk_look_age_seconds", "tab" => tab.clone()).set(float(age));
        gauge!("sheetdesk_look_rows", "tab" => tab.clone()).set(float(look.rows));
        let usable = u8::from(look.trouble.is_none());
        gauge!("sheetdesk_tab_usable", "tab" => tab.clone()).set(usable);
    }
    let left = |kind, n| gauge!("sheetdesk_sheets_quota_left", "kind" => kind).set(n);
    left("read", status.quota.reads);
    left("write", status.quota.writes);
    for state in console.supervisor.states() {
        let runs = u8::from(state.phase == LoopPhase::Running);
        gauge!("sheetdesk_loop_up", "loop" => state.name.clone()).set(runs);
        gauge!("sheetdesk_loop_restarts", "loop" => state.name).set(float(state.restarts));
    }
}

fn announcements(status: &StatusReport) {
    let partners = |state, n| gauge!("sheetdesk_partners", "state" => state).set(n);
    partners("registered", status.partners.registered);
    partners("blocked", status.partners.blocked);
    partners("silent", status.partners.silent);
    let all = status.broadcasts.iter();
    let count = |word, state| {
        let meant = all.clone().filter(|broadcast| broadcast.state == state);
        gauge!("sheetdesk_broadcasts", "state" => word).set(float(meant.count() as u64));
    };
    count("preparing", BroadcastState::Preparing);
    count("halted", BroadcastState::Halted);
    count("running", BroadcastState::Running);
    count("paused", BroadcastState::Paused);
    let messages = |word, of: fn(&BroadcastReport) -> u32| {
        let sum = all.clone().map(|broadcast| u64::from(of(broadcast))).sum();
        gauge!("sheetdesk_broadcast_partners", "state" => word).set(float(sum));
    };
    messages("waiting", |it| it.waiting);
    messages("sent", |it| it.sent);
    messages("failed", |it| it.failed);
    messages("unknown", |it| it.unknown);
    messages("skipped", |it| it.skipped);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus counts in floats; what is counted here stays far below 2^53"
)]
fn float(count: u64) -> f64 {
    count as f64
}
