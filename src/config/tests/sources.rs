//! Which source wins: defaults, file, environment, files with secrets.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::config::KEYS;

#[test]
fn defaults_are_the_contract() {
    let mut environment = Environment::new();
    environment.variable("PATH", "/bin");
    let (settings, warnings) = environment.load().expect("good settings");
    assert_eq!(warnings, []);
    assert_eq!(settings.data_dir, Path::new("./data"));
    assert_eq!(settings.time_zone.iana_name(), Some("Europe/Moscow"));
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.http.admin_listen.to_string(), "127.0.0.1:9090");
    assert_eq!(settings.http.public_url, None);
    assert_eq!(settings.http.max_connections, 512);
    assert_eq!(
        settings.telegram.api_url.as_str(),
        "https://api.telegram.org"
    );
    assert_eq!(settings.telegram.token.bot().number(), 7_654_321);
    assert!(
        matches!(&settings.telegram.mode, Mode::Webhook { secret } if secret.matches(WEBHOOK_SECRET.as_bytes()))
    );
    assert_eq!(settings.telegram.rate_per_second.map(u32::from), Some(30));
    assert!(settings.telegram.register_webhook);
    assert_eq!(
        settings.sheets.api_url.as_str(),
        "https://sheets.googleapis.com"
    );
    assert_eq!(
        settings.sheets.credentials.client_email(),
        "desk@project.example"
    );
    assert_eq!(
        settings.sheets.partners.tab.as_str(),
        "список сотрудников для авторизации"
    );
    assert_eq!(settings.sheets.appeals.tab.as_str(), "обращения");
    assert_eq!(settings.sheets.promotions, None);
    let schedule = [
        settings.schedule.appeals.as_str(),
        settings.schedule.partners.as_str(),
        settings.schedule.promotions.as_str(),
        settings.schedule.health.as_str(),
    ];
    assert_eq!(
        schedule,
        [
            "0 * * * * *",
            "0 */5 * * * *",
            "0 */15 * * * *",
            "0 */5 * * * *"
        ]
    );
    assert!(settings.promotions.legacy_secret.is_none());
    assert!(settings.promotions.quiet_hours.is_some());
    assert!(!settings.promotions.resend_unknown);
    assert_eq!(settings.appeals.grace, Duration::from_secs(15));
    assert!(settings.appeals.resend_unknown);
    assert_eq!(
        settings.appeals.answer_within,
        Some(Duration::from_hours(4))
    );
    assert_eq!((settings.hours.week, settings.hours.holidays), (None, None));
    assert!(settings.appeals.rating);
    assert_eq!(settings.files.lifetime, Duration::from_hours(30 * 24));
}

/// One setting, another value for it, and how the loaded settings show that it arrived.
type Override = (
    &'static str,
    &'static str,
    fn(&Settings) -> String,
    &'static str,
);

/// Every setting but the credentials, whose value is a path of the test's own.
const OVERRIDES: &[Override] = &[
    (
        "data_dir",
        "/srv/desk",
        |s| s.data_dir.display().to_string(),
        "/srv/desk",
    ),
    (
        "time_zone",
        "Asia/Omsk",
        |s| s.time_zone.iana_name().unwrap_or_default().to_owned(),
        "Asia/Omsk",
    ),
    (
        "firm",
        "Агентство «Дом»",
        |s| s.firm.as_ref().map_or("", |firm| firm.as_str()).to_owned(),
        "Агентство «Дом»",
    ),
    (
        "language",
        "en",
        |s| format!("{:?} {:?}", s.language, s.texts.language()),
        "En En",
    ),
    (
        "log.format",
        "json",
        |s| format!("{:?}", s.log.format),
        "Json",
    ),
    (
        "log.filter",
        "warn",
        |s| s.log.filter.as_str().to_owned(),
        "warn",
    ),
    (
        "http.listen",
        "0.0.0.0:80",
        |s| s.http.listen.to_string(),
        "0.0.0.0:80",
    ),
    (
        "http.admin_listen",
        "0.0.0.0:81",
        |s| s.http.admin_listen.to_string(),
        "0.0.0.0:81",
    ),
    (
        "http.public_url",
        "https://desk.example.org/",
        |s| format!("{:?}", s.http.public_url),
        "Some(BaseUrl(\"https://desk.example.org\"))",
    ),
    (
        "http.max_connections",
        "7",
        |s| s.http.max_connections.to_string(),
        "7",
    ),
    (
        "http.request_timeout_s",
        "7",
        |s| format!("{:?}", s.http.request_timeout_s),
        "7s",
    ),
    (
        "telegram.proxy",
        "socks5h://me:word@one.example, http://two.example:3128",
        |s| format!("{:?}", s.telegram.proxy),
        "Some(ProxyList([socks5h://one.example:1080, http://two.example:3128]))",
    ),
    (
        "sheets.proxy",
        "none",
        |s| format!("{:?}", s.sheets.proxy),
        "Some(ProxyList([]))",
    ),
    (
        "telegram.token",
        "99:BBHqTz-4kWn0_xYb8LmPpRsUv",
        |s| s.telegram.token.secret().expose().to_owned(),
        "99:BBHqTz-4kWn0_xYb8LmPpRsUv",
    ),
    (
        "telegram.api_url",
        "http://bot-api:8081/",
        |s| s.telegram.api_url.to_string(),
        "http://bot-api:8081",
    ),
    (
        "telegram.mode",
        "polling",
        |s| format!("{:?}", s.telegram.mode),
        "Polling",
    ),
    (
        "telegram.webhook_secret",
        "nEw-9_zX4mN8wH7k2",
        |s| webhook_secret(s).to_owned(),
        "nEw-9_zX4mN8wH7k2",
    ),
    (
        "telegram.admin_chat",
        "-100",
        |s| format!("{:?}", s.telegram.admin_chat),
        "Some(AdminChatId(-100))",
    ),
    (
        "staff.chat",
        "-100",
        |s| format!("{:?}", s.staff.chat),
        "Some(StaffChatId(-100))",
    ),
    (
        "staff.topics",
        "true",
        |s| s.staff.topics.to_string(),
        "true",
    ),
    (
        "staff.names",
        "7 = Ира ;8=Пётр",
        |s| format!("{:?}", s.staff.names),
        "Some(StaffNames({7: \"Ира\", 8: \"Пётр\"}))",
    ),
    (
        "telegram.rate_per_second",
        "0",
        |s| format!("{:?}", s.telegram.rate_per_second),
        "None",
    ),
    (
        "telegram.register_webhook",
        "false",
        |s| s.telegram.register_webhook.to_string(),
        "false",
    ),
    (
        "sheets.api_url",
        "http://sheets:80",
        |s| s.sheets.api_url.to_string(),
        "http://sheets",
    ),
    (
        "sheets.callback_secret",
        "whsec_/v38+/r5+Pf29fTz8vHw7+7t7Ovq6ejn5uXk4+Lh4N8=",
        |s| s.sheets.callback_secret.key()[0].to_string(),
        "254",
    ),
    (
        "sheets.partners.spreadsheet",
        "book-1",
        |s| s.sheets.partners.spreadsheet.to_string(),
        "book-1",
    ),
    (
        "sheets.partners.tab",
        "tab 1",
        |s| s.sheets.partners.tab.to_string(),
        "tab 1",
    ),
    (
        "sheets.appeals.spreadsheet",
        "book-2",
        |s| s.sheets.appeals.spreadsheet.to_string(),
        "book-2",
    ),
    (
        "sheets.appeals.tab",
        "tab 2",
        |s| s.sheets.appeals.tab.to_string(),
        "tab 2",
    ),
    (
        "sheets.promotions.spreadsheet",
        "book-3",
        |s| promotions(s, |p| p.spreadsheet.to_string()),
        "book-3",
    ),
    (
        "sheets.promotions.tab",
        "tab 3",
        |s| promotions(s, |p| p.tab.to_string()),
        "tab 3",
    ),
    (
        "schedule.appeals",
        "1 * * * * *",
        |s| s.schedule.appeals.as_str().to_owned(),
        "1 * * * * *",
    ),
    (
        "schedule.partners",
        "2 * * * * *",
        |s| s.schedule.partners.as_str().to_owned(),
        "2 * * * * *",
    ),
    (
        "schedule.promotions",
        "3 * * * * *",
        |s| s.schedule.promotions.as_str().to_owned(),
        "3 * * * * *",
    ),
    (
        "schedule.health",
        "4 * * * * *",
        |s| s.schedule.health.as_str().to_owned(),
        "4 * * * * *",
    ),
    (
        "schedule.heartbeat",
        "none",
        |s| format!("{:?}", s.schedule.heartbeat.is_some()),
        "false",
    ),
    (
        "schedule.digest",
        "none",
        |s| format!("{:?}", s.schedule.digest.is_some()),
        "false",
    ),
    (
        "promotions.legacy_secret",
        LEGACY_SECRET,
        |s| {
            s.promotions
                .legacy_secret
                .as_ref()
                .is_some_and(|l| l.matches(LEGACY_SECRET.as_bytes()))
                .to_string()
        },
        "true",
    ),
    (
        "promotions.quiet_hours",
        "none",
        |s| format!("{:?}", s.promotions.quiet_hours),
        "None",
    ),
    (
        "promotions.hold_if_later_than",
        "2",
        |s| format!("{:?}", s.promotions.hold_if_later_than),
        "Some(7200s)",
    ),
    (
        "promotions.resend_unknown",
        "true",
        |s| s.promotions.resend_unknown.to_string(),
        "true",
    ),
    (
        "appeals.grace",
        "30",
        |s| format!("{:?}", s.appeals.grace),
        "30s",
    ),
    (
        "appeals.resend_unknown",
        "false",
        |s| s.appeals.resend_unknown.to_string(),
        "false",
    ),
    (
        "appeals.rating",
        "false",
        |s| s.appeals.rating.to_string(),
        "false",
    ),
    (
        "appeals.answer_within",
        "90",
        |s| format!("{:?}", s.appeals.answer_within),
        "Some(5400s)",
    ),
    (
        "hours.week",
        "sun 10:00-12:00",
        |s| {
            s.hours
                .week
                .as_ref()
                .map_or(0, |week| week[6].len())
                .to_string()
        },
        "1",
    ),
    (
        "hours.holidays",
        "2027-01-01",
        |s| format!("{:?}", s.hours.holidays),
        "Some({2027-01-01})",
    ),
    (
        "files.lifetime",
        "1",
        |s| format!("{:?}", s.files.lifetime),
        "86400s",
    ),
];

fn promotions(settings: &Settings, show: fn(&TabAddress) -> String) -> String {
    settings
        .sheets
        .promotions
        .as_ref()
        .map(show)
        .unwrap_or_default()
}

#[test]
fn the_environment_overrides_every_setting() {
    let mut environment = Environment::new();
    environment.set("sheets.promotions.spreadsheet", "promotions-book");
    let before = environment.settings();
    for (path, value, show, expected) in OVERRIDES {
        let previous = environment.variables.clone();
        environment.set(path, value);
        assert_ne!(
            show(&before),
            *expected,
            "{path} must differ from its default"
        );
        assert_eq!(show(&environment.settings()), *expected, "{path}");
        environment.variables = previous;
    }
    let mut covered: Vec<&str> = OVERRIDES.iter().map(|(path, ..)| *path).collect();
    covered.push("sheets.credentials");
    covered.sort_unstable();
    let mut all: Vec<&str> = KEYS.iter().map(|key| key.path.as_str()).collect();
    all.sort_unstable();
    assert_eq!(covered, all);
}

#[test]
fn the_file_lies_between_defaults_and_environment() {
    let mut environment = Environment::new();
    let text = "data_dir = \"from-file\"\ntime_zone = \"Asia/Omsk\"\n[telegram]\nrate_per_second = 5\nadmin_chat = -77\n";
    environment.write("sheetdesk.toml", text);
    environment.set("data_dir", "from-environment");
    environment.set("time_zone", "");
    let settings = environment.settings();
    assert_eq!(settings.data_dir, Path::new("from-environment"));
    assert_eq!(
        settings.time_zone.iana_name(),
        Some("Asia/Omsk"),
        "an empty variable is no value"
    );
    assert_eq!(settings.telegram.rate_per_second.map(u32::from), Some(5));
    assert_eq!(
        settings.telegram.admin_chat.map(AdminChatId::number),
        Some(-77)
    );
    assert!(
        settings.telegram.register_webhook,
        "what the file leaves out stays"
    );
}

#[test]
fn secrets_from_files() {
    let mut environment = Environment::new();
    for (path, secret) in [
        ("telegram.token", TOKEN),
        ("telegram.webhook_secret", WEBHOOK_SECRET),
        ("sheets.callback_secret", CALLBACK_SECRET),
        ("promotions.legacy_secret", LEGACY_SECRET),
    ] {
        let file = environment.write(path, &format!("{secret}\r\n"));
        let name = key(path).file_variable().expect("a secret");
        environment.unset(path);
        environment.variable(&name, &file.display().to_string());
    }
    let settings = environment.settings();
    assert_eq!(settings.telegram.token.secret().expose(), TOKEN);
    assert_eq!(webhook_secret(&settings), WEBHOOK_SECRET);
    assert_eq!(settings.sheets.callback_secret.key(), Vec::from_iter(0..32));
    assert!(
        settings
            .promotions
            .legacy_secret
            .is_some_and(|secret| secret.matches(LEGACY_SECRET.as_bytes()))
    );

    environment.set("telegram.token", TOKEN);
    let fault = environment.fault();
    assert_eq!(
        (fault.key.as_str(), fault.from),
        ("telegram.token", variable("telegram.token"))
    );
    let told = environment.fault().english();
    assert!(
        told.contains("SHEETDESK_TELEGRAM__TOKEN_FILE is set as well"),
        "{told}"
    );

    environment.unset("telegram.token");
    environment.write("telegram.token", "not a token\n");
    let told = environment.faults().words();
    assert!(
        told.contains("он назван в SHEETDESK_TELEGRAM__TOKEN_FILE"),
        "{told}"
    );
    environment.write("telegram.token", "\n");
    assert!(environment.fault().english().contains("none is given"));
}

#[test]
fn variables_beside_the_settings_count_where_the_environment_says_nothing() {
    let mut environment = Environment::new();
    for path in ["telegram.token", "telegram.webhook_secret", "time_zone"] {
        environment.unset(path);
    }
    environment.write("sheetdesk.toml", "time_zone = \"Asia/Omsk\"\n");
    environment.write(
        ENV_FILE,
        &format!(
            "# Secrets\n\nSHEETDESK_TELEGRAM__TOKEN='{TOKEN}'\nexport SHEETDESK_TELEGRAM__WEBHOOK_SECRET=\"{WEBHOOK_SECRET}\"\n\
             SHEETDESK_DATA_DIR=beside\nSHEETDESK_SHEETS__CALLBACK_SECRET=of nobody\nPATH=/bin\n"
        ),
    );
    let settings = environment.settings();
    assert_eq!(settings.telegram.token.secret().expose(), TOKEN);
    assert_eq!(webhook_secret(&settings), WEBHOOK_SECRET);
    assert_eq!(settings.data_dir, Path::new("beside"));
    assert_eq!(settings.time_zone.iana_name(), Some("Asia/Omsk"));
    assert_eq!(settings.sheets.callback_secret.key(), Vec::from_iter(0..32));

    environment.set("data_dir", "");
    let settings = environment.settings();
    assert_eq!(settings.data_dir, Path::new("./data"), "emptied for once");
    assert_eq!(settings.telegram.token.secret().expose(), TOKEN);

    // A secret's file that the environment names wins as well, and is not "given twice".
    let file = environment.write("token", "7654322:AAHqTz-4kWn0_xYb8LmPpRsUv\n");
    let name = key("telegram.token").file_variable().expect("a secret");
    environment.variable(&name, &file.display().to_string());
    assert_eq!(
        environment.settings().telegram.token.bot().number(),
        7_654_322
    );

    environment.set("telegram.webhook_secret", WEBHOOK_SECRET);
    environment.write(ENV_FILE, "SHEETDESK_DATA_DIR\n");
    let fault = environment.fault();
    assert_eq!(fault.from, Source::File(environment.path(ENV_FILE)));
    let told = fault.english();
    assert!(told.contains("Line 1"), "{told}");
}

#[test]
fn an_installed_service_keeps_its_data_where_the_system_does() {
    let value = |file: &str| {
        let (value, source) = Layers::defaults(Path::new(file)).find("data_dir")?;
        Some((value.into_string()?, source))
    };
    assert_eq!(
        value(INSTALLED_FILE),
        Some(("/var/lib/sheetdesk".to_owned(), Source::EmbeddedDefaults))
    );
    assert_eq!(
        value("sheetdesk.toml"),
        Some(("./data".to_owned(), Source::EmbeddedDefaults))
    );
}
