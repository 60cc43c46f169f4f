//! How the settings are put together, section by section.
//!
//! Invariant: a section reads all its settings before it gives up, so that every fault is found at once.

use std::net::SocketAddr;

use super::addresses;
use super::credentials::credentials;
use super::error::{Wrong, wrong};
use super::read::Reader;
use super::secrets;
use super::settings::{
    Appeals, Files, Http, Local, Log, Mode, Promotions, Schedules, Settings, Sheets, TabAddress,
    Telegram,
};
use super::values::{self, UpdateSource};
use super::words::SheetWords;

/// More sockets than a process is ever given are a slip of the finger.
const MOST_CONNECTIONS: u32 = 65_535;
/// Telegram waits 60 s for an answer.
const LONGEST_REQUEST_S: u32 = 60;
/// A month: later than that nobody remembers the promotion.
const LONGEST_HOLD_H: u32 = 720;
/// A day: a longer rest would look like a fault to those who wait.
const LONGEST_GRACE_S: u32 = 86_400;
/// Ten years.
const LONGEST_LIFETIME_D: u32 = 3_650;

/// Everything but the words, with what shows only when sections are seen together.
pub(super) fn settings(r: &mut Reader, words: Option<SheetWords>) -> Option<Settings> {
    let data_dir = r.required("data_dir", values::path);
    let time_zone = r.required("time_zone", values::time_zone);
    let (log, http, telegram) = (log(r), http(r), telegram(r));
    let (sheets, schedule) = (sheets(r), schedule(r));
    let (promotions, appeals, files) = (promotions(r), appeals(r), files(r));
    Some(Settings {
        data_dir: data_dir?,
        time_zone: time_zone?,
        log: log?,
        http: http?,
        telegram: telegram?,
        sheets: sheets?,
        schedule: schedule?,
        promotions: promotions?,
        appeals: appeals?,
        files: files?,
        words: words?,
    })
}

/// What a command beside the running service needs.
pub(super) fn local(r: &mut Reader) -> Option<Local> {
    let data_dir = r.required("data_dir", values::path);
    let listen = r.required("http.listen", addresses::address);
    Some(Local {
        data_dir: data_dir?,
        listen: listen?,
    })
}

fn log(r: &mut Reader) -> Option<Log> {
    let format = r.required("log.format", values::log_format);
    let filter = r.required("log.filter", values::log_filter);
    Some(Log {
        format: format?,
        filter: filter?,
    })
}

fn http(r: &mut Reader) -> Option<Http> {
    let listen = r.required("http.listen", addresses::address);
    let admin_listen = r.required("http.admin_listen", addresses::address);
    let public_url = r.optional("http.public_url", addresses::public_url);
    let max_connections = r.required("http.max_connections", |text| {
        values::whole(text, 1..=MOST_CONNECTIONS, "connections")
    });
    let request_timeout = r.required("http.request_timeout_s", |text| {
        values::seconds(text, 1..=LONGEST_REQUEST_S)
    });
    if listen
        .zip(admin_listen)
        .is_some_and(|(one, other)| collide(one, other))
    {
        let problem = "It is the address of http.listen: two things cannot listen in one place.";
        r.reject(
            "http.admin_listen",
            wrong(problem, "Give it a port of its own."),
        );
    }
    Some(Http {
        listen: listen?,
        admin_listen: admin_listen?,
        public_url: public_url?,
        max_connections: usize::try_from(max_connections?).ok()?,
        request_timeout: request_timeout?,
    })
}

fn telegram(r: &mut Reader) -> Option<Telegram> {
    let token = r.required("telegram.token", secrets::bot_token);
    let api_url = r.required("telegram.api_url", addresses::base_url);
    let mode = mode(r);
    let admin_chat = r.optional("telegram.admin_chat", values::admin_chat);
    let rate_per_second = r.required("telegram.rate_per_second", values::rate);
    let register_webhook = r.required("telegram.register_webhook", values::flag);
    Some(Telegram {
        token: token?,
        api_url: api_url?,
        mode: mode?,
        admin_chat: admin_chat?,
        rate_per_second: rate_per_second?,
        register_webhook: register_webhook?,
    })
}

/// The webhook's secret is needed only for the webhook, but checked wherever it is given.
fn mode(r: &mut Reader) -> Option<Mode> {
    const SECRET: &str = "telegram.webhook_secret";
    match r.required("telegram.mode", values::intake) {
        Some(UpdateSource::Webhook) => r
            .required(SECRET, secrets::webhook_secret)
            .map(|secret| Mode::Webhook { secret }),
        Some(UpdateSource::Polling) => r
            .optional(SECRET, secrets::webhook_secret)
            .map(|_| Mode::Polling),
        None => {
            r.optional(SECRET, secrets::webhook_secret);
            None
        }
    }
}

fn sheets(r: &mut Reader) -> Option<Sheets> {
    let api_url = r.required("sheets.api_url", addresses::base_url);
    let credentials = r.required("sheets.credentials", credentials);
    let callback_secret = r.required("sheets.callback_secret", secrets::callback_secret);
    let partners = tab_address(r, "sheets.partners.spreadsheet", "sheets.partners.tab");
    let appeals = tab_address(r, "sheets.appeals.spreadsheet", "sheets.appeals.tab");
    let spreadsheet = r.optional("sheets.promotions.spreadsheet", addresses::spreadsheet);
    let tab = r.required("sheets.promotions.tab", addresses::tab);
    let promotions = spreadsheet
        .zip(tab)
        .map(|(spreadsheet, tab)| spreadsheet.map(|spreadsheet| TabAddress { spreadsheet, tab }));
    let places = [
        ("sheets.partners.tab", partners.as_ref()),
        ("sheets.appeals.tab", appeals.as_ref()),
        (
            "sheets.promotions.tab",
            promotions.as_ref().and_then(Option::as_ref),
        ),
    ];
    for (index, (key, place)) in places.iter().enumerate() {
        let earlier = places[..index]
            .iter()
            .find(|(_, other)| place.is_some() && other == place);
        if let Some((other, _)) = earlier {
            r.reject(key, same_tab(other));
        }
    }
    Some(Sheets {
        api_url: api_url?,
        credentials: credentials?,
        callback_secret: callback_secret?,
        partners: partners?,
        appeals: appeals?,
        promotions: promotions?,
    })
}

fn schedule(r: &mut Reader) -> Option<Schedules> {
    let appeals = r.required("schedule.appeals", values::cron);
    let partners = r.required("schedule.partners", values::cron);
    let promotions = r.required("schedule.promotions", values::cron);
    let health = r.required("schedule.health", values::cron);
    let digest = r.required("schedule.digest", values::cron_or_none);
    let heartbeat = r.required("schedule.heartbeat", values::cron_or_none);
    Some(Schedules {
        appeals: appeals?,
        partners: partners?,
        promotions: promotions?,
        health: health?,
        digest: digest?,
        heartbeat: heartbeat?,
    })
}

fn promotions(r: &mut Reader) -> Option<Promotions> {
    let legacy_secret = r.optional("promotions.legacy_secret", secrets::legacy_secret);
    let quiet_hours = r.required("promotions.quiet_hours", values::quiet_hours);
    let hold_if_later_than = r.required("promotions.hold_if_later_than", |text| {
        values::hours_or_none(text, 1..=LONGEST_HOLD_H)
    });
    let resend_unknown = r.required("promotions.resend_unknown", values::flag);
    Some(Promotions {
        legacy_secret: legacy_secret?,
        quiet_hours: quiet_hours?,
        hold_if_later_than: hold_if_later_than?,
        resend_unknown: resend_unknown?,
    })
}

fn appeals(r: &mut Reader) -> Option<Appeals> {
    let grace = r.required("appeals.grace", |text| {
        values::seconds(text, 0..=LONGEST_GRACE_S)
    });
    let resend_unknown = r.required("appeals.resend_unknown", values::flag);
    Some(Appeals {
        grace: grace?,
        resend_unknown: resend_unknown?,
    })
}

fn files(r: &mut Reader) -> Option<Files> {
    let lifetime = r.required("files.lifetime", |text| {
        values::days(text, 1..=LONGEST_LIFETIME_D)
    });
    Some(Files {
        lifetime: lifetime?,
    })
}

fn tab_address(r: &mut Reader, spreadsheet: &str, tab: &str) -> Option<TabAddress> {
    let spreadsheet = r.required(spreadsheet, addresses::spreadsheet);
    let tab = r.required(tab, addresses::tab);
    Some(TabAddress {
        spreadsheet: spreadsheet?,
        tab: tab?,
    })
}

fn same_tab(other: &str) -> Wrong {
    let problem = format!("It is the same tab of the same spreadsheet as {other}.");
    wrong(
        problem,
        "Partners, appeals and promotions each need a tab of their own.",
    )
}

/// Whether both cannot be listened on at once; port 0 is a new port each time.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let overlap =
        one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && one.port() != 0 && overlap
}
