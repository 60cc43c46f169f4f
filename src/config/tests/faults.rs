//! What every fault is called, and that no secret is ever shown.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

#[test]
fn everything_missing_is_named_at_once_with_what_to_do() {
    let mut environment = Environment {
        variables: BTreeMap::new(),
        ..Environment::new()
    };
    environment.variable("LANG", "en_US.UTF-8");
    let faults = environment.faults();
    let keys: Vec<&str> = faults
        .errors
        .iter()
        .map(|error| error.key.as_str())
        .collect();
    let expected = [
        "telegram.token",
        "telegram.webhook_secret",
        "sheets.credentials",
        "sheets.callback_secret",
        "sheets.partners.spreadsheet",
        "sheets.appeals.spreadsheet",
    ];
    assert_eq!(keys, expected);
    assert!(
        faults
            .errors
            .iter()
            .all(|error| error.from == Source::NotSet)
    );
    let text = faults.words();
    assert!(
        text.starts_with(
            "6 things are wrong with the settings:\n\n  1. telegram.token (not set anywhere)\n"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "SHEETDESK_TELEGRAM__TOKEN (or SHEETDESK_TELEGRAM__TOKEN_FILE to a file that holds it)"
        ),
        "{text}"
    );
    assert!(text.contains("@BotFather"), "{text}");
}

#[test]
fn polling_needs_no_webhook_secret_but_checks_the_one_given() {
    let mut environment = Environment::new();
    environment.set("telegram.mode", "polling");
    environment.unset("telegram.webhook_secret");
    assert!(matches!(
        environment.settings().telegram.mode,
        Mode::Polling
    ));
    environment.set("telegram.webhook_secret", "short");
    assert_eq!(environment.fault().key, "telegram.webhook_secret");
}

#[test]
fn each_fault_has_its_key_source_and_words() {
    let mut environment = Environment::new();
    environment.set("sheets.promotions.spreadsheet", "promotions-book");
    for (path, value, words) in [
        ("time_zone", "Moscow", "There is no time zone \"Moscow\"."),
        ("firm", "Дом\nи сад", "does not fit into a sentence"),
        ("language", "fr", "not one of the choices"),
        ("log.format", "xml", "not one of the choices"),
        ("log.filter", "info,=", "not a filter"),
        (
            "http.listen",
            "8080",
            "\"8080\" is not an address to listen on.",
        ),
        (
            "http.admin_listen",
            "0.0.0.0:8080",
            "two things cannot listen in one place",
        ),
        ("http.public_url", "http://desk.example.org", "only https"),
        ("http.max_connections", "0", "a number of connections"),
        ("http.request_timeout_s", "61", "a number of seconds"),
        ("telegram.token", "token", "no colon"),
        ("telegram.api_url", "telegram", "is not an address"),
        ("telegram.mode", "both", "not one of the choices"),
        (
            "telegram.webhook_secret",
            "a b c",
            "characters that Telegram does not take",
        ),
        ("telegram.admin_chat", "@desk", "not the number of a chat"),
        ("staff.chat", "42", "not the number of a group"),
        ("staff.names", "Ира", "not an account with its name"),
        (
            "telegram.rate_per_second",
            "-1",
            "a number of messages per second",
        ),
        ("telegram.register_webhook", "yes", "not one of the choices"),
        ("sheets.api_url", "ftp://sheets", "does not begin with"),
        ("sheets.credentials", "no-such-key.json", "cannot be read"),
        ("sheets.callback_secret", "whsec_AAEC", "has 3 bytes"),
        (
            "sheets.partners.spreadsheet",
            "my book",
            "neither a spreadsheet's ID nor its address",
        ),
        ("sheets.promotions.tab", "a\tb", "not the name of a tab"),
        ("schedule.health", "hourly", "not a schedule"),
        ("promotions.legacy_secret", "changeme", "an example"),
        ("promotions.quiet_hours", "at night", "not quiet hours"),
        ("promotions.hold_if_later_than", "0", "a number of hours"),
        ("promotions.resend_unknown", "1", "not one of the choices"),
        ("appeals.grace", "1m", "a number of seconds"),
        ("files.lifetime", "0", "a number of days"),
    ] {
        let previous = environment.variables.clone();
        environment.set(path, value);
        let fault = environment.fault();
        assert_eq!((fault.key.as_str(), &fault.from), (path, &variable(path)));
        let told = fault.english();
        assert!(told.contains(words), "{path}: {told}");
        environment.variables = previous;
    }
}

#[test]
fn one_tab_cannot_be_two() {
    let mut environment = Environment::new();
    environment.set("sheets.appeals.spreadsheet", "partners-book");
    assert!(
        environment.load().is_ok(),
        "one spreadsheet with several tabs is fine"
    );
    environment.set("sheets.appeals.tab", "список сотрудников для авторизации");
    let fault = environment.fault();
    assert_eq!(fault.key, "sheets.appeals.tab");
    let told = fault.english();
    assert!(told.contains("sheets.partners.tab"), "{told}");
}

#[test]
fn faults_of_all_sources_are_found_together() {
    let mut environment = Environment::new();
    let file = environment.write(
        "sheetdesk.toml",
        "time_zone = \"Nowhere\"\n[telegram]\ntokne = \"x\"\nmode = [\"webhook\"]\n[appeals]\ngrace = -1\n",
    );
    let words = environment.write("sheets.toml", "[appeals.fills]\nnew = \"red\"\n");
    let secret = environment.path("absent");
    environment.set("http.listen", "nowhere");
    environment.unset("telegram.token");
    environment.variable(
        "SHEETDESK_TELEGRAM__TOKEN_FILE",
        &secret.display().to_string(),
    );
    let found: Vec<(String, Source)> = environment
        .faults()
        .errors
        .into_iter()
        .map(|error| (error.key, error.from))
        .collect();
    let in_file = || Source::File(file.clone());
    let absent = Source::SecretFile {
        path: secret,
        variable: "SHEETDESK_TELEGRAM__TOKEN_FILE".to_owned(),
    };
    let expected = [
        ("telegram.tokne", in_file()),
        ("telegram.token", absent),
        ("time_zone", in_file()),
        ("http.listen", variable("http.listen")),
        ("telegram.mode", in_file()),
        ("appeals.grace", in_file()),
        ("appeals.fills.new", Source::File(words)),
    ];
    assert_eq!(
        found,
        expected.map(|(key, source)| (key.to_owned(), source))
    );
}

#[test]
fn unknown_names_are_told_with_the_nearest_known() {
    let mut environment = Environment::new();
    environment.variable("SHEETDESK_PORT", "tcp://10.0.0.1:80");
    environment.variable("SHEETDESK_TELEGRAM_TOKEN", TOKEN);
    environment.variable("SHEETDESK_HTTP__LISTEN_FILE", "/run/listen");
    let (_, warnings) = environment.load().expect("warnings are no errors");
    let names: Vec<&str> = warnings
        .iter()
        .map(|warning| warning.variable.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "SHEETDESK_HTTP__LISTEN_FILE",
            "SHEETDESK_PORT",
            "SHEETDESK_TELEGRAM_TOKEN"
        ]
    );
    assert_eq!(warnings[2].nearest, "SHEETDESK_TELEGRAM__TOKEN");
    assert!(!format!("{:?}", warnings[2]).contains(TOKEN));

    for (text, key, words) in [
        (
            "[telegram]\napi_ur = \"x\"\n",
            "telegram.api_ur",
            "nearest known one is telegram.api_url:",
        ),
        (
            "[telegrm]\ntoken = \"x\"\n",
            "telegrm",
            "nearest known one is telegram:",
        ),
        (
            "token = \"x\"\n",
            "token",
            "nearest known one is telegram.token:",
        ),
        ("telegram = \"x\"\n", "telegram", "Write [telegram]"),
        ("[data_dir]\nx = 1\n", "data_dir", "Write `name = value`"),
    ] {
        let file = environment.write("sheetdesk.toml", text);
        let fault = environment.fault();
        let told = fault.english();
        assert_eq!(
            (fault.key.as_str(), fault.from),
            (key, Source::File(file)),
            "{text}"
        );
        assert!(told.contains(words), "{told}");
    }

    environment.unset("telegram.token");
    environment.set("language", "en");
    let text = environment.faults().words();
    assert!(
        text.contains("The environment variable SHEETDESK_TELEGRAM_TOKEN is unknown"),
        "warnings explain: {text}"
    );
}

#[test]
fn a_named_file_must_be_there_and_valid() {
    let mut environment = Environment {
        variables: BTreeMap::new(),
        ..Environment::new()
    };
    let missing = environment.path("missing.toml");
    let load = |environment: &Environment, path: &Path| {
        Settings::load(Some(path), environment.variables.clone().into_iter())
            .expect_err("a faulty file")
            .errors
    };
    let errors = load(&environment, &missing);
    assert_eq!(
        errors.len(),
        1,
        "what is missing may stand in the file: {errors:#?}"
    );
    assert_eq!(errors[0].from, Source::File(missing));
    let told = errors[0].english();
    assert!(told.contains("cannot be read"), "{told}");

    let broken = environment.write(
        "broken.toml",
        &format!("data_dir = \"x\"\n[telegram]\ntoken = {TOKEN}\n"),
    );
    environment.set("http.listen", "nowhere");
    let errors = load(&environment, &broken);
    assert_eq!(
        errors.len(),
        2,
        "what is known to be wrong is told: {errors:#?}"
    );
    let told = errors[0].english();
    assert!(told.contains("in line 3"), "{told}");
    assert!(!format!("{errors:?}").contains("AAHq"), "{errors:?}");

    let good = environment.write("good.toml", "data_dir = \"elsewhere\"\n");
    let whole = Environment::new();
    let loaded = Settings::load(Some(&good), whole.variables.into_iter());
    assert_eq!(
        loaded.expect("good settings").0.data_dir,
        Path::new("elsewhere")
    );
}

#[test]
fn secrets_are_never_printed() {
    let mut environment = Environment::new();
    environment.set("promotions.legacy_secret", LEGACY_SECRET);
    let printed = format!("{:?}", environment.settings());
    for secret in [
        TOKEN,
        WEBHOOK_SECRET,
        CALLBACK_SECRET,
        LEGACY_SECRET,
        "AAECAwQFBgc",
    ] {
        assert!(!printed.contains(secret), "{printed}");
    }
    // A fault in a secret, and a secret in the wrong place.
    environment.set("telegram.token", "7654321-AAHqTz-4kWn0_xYb8LmPpRsUv");
    environment.set("telegram.webhook_secret", "wH7k2 pQ9 zX4mN8 and more");
    environment.set("sheets.callback_secret", "whsec_AAECAwQFBgcICQoLDA0O");
    environment.set("promotions.legacy_secret", "lEg4cy s3cr3t");
    environment.set("http.listen", TOKEN);
    environment.set("sheets.credentials", KEY_FILE);
    environment.set("sheets.appeals.tab", "\u{7}whsec_AAECAwQFBgcICQoLDA0O");
    let faults = environment.faults();
    assert_eq!(faults.errors.len(), 7);
    let printed = format!("{} {faults:?}", faults.words());
    for part in ["AAHq", "wH7k2", "AAECA", "lEg4cy"] {
        assert!(!printed.contains(part), "{part}: {printed}");
    }
}

#[test]
fn a_secret_in_place_of_its_files_path_is_not_shown() {
    for (path, secret) in [
        ("telegram.token", TOKEN),
        ("telegram.webhook_secret", WEBHOOK_SECRET),
        ("sheets.callback_secret", CALLBACK_SECRET),
    ] {
        let mut environment = Environment::new();
        environment.set("language", "en");
        environment.unset(path);
        let name = key(path).file_variable().expect("a secret");
        environment.variable(&name, secret);
        let faults = environment.faults();
        assert_eq!(faults.errors.len(), 1);
        assert_eq!(faults.errors[0].from, Source::Variable(name));
        let told = faults.words();
        assert!(told.contains("not the secret itself"), "{told}");
        assert!(!format!("{told} {faults:?}").contains(secret), "{told}");
    }
}

#[test]
fn a_secret_must_be_quoted() {
    let mut environment = Environment::new();
    environment.unset("telegram.webhook_secret");
    environment.write(
        "sheetdesk.toml",
        "[telegram]\nwebhook_secret = 1234567890123456\n",
    );
    let fault = environment.fault();
    assert_eq!(
        (fault.key.as_str(), fault.english().as_str()),
        (
            "telegram.webhook_secret",
            "A secret must be a text. Write it in \"quotes\"."
        )
    );
}
