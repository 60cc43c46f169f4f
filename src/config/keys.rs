//! The names of all settings.
//!
//! Invariant: a setting exists exactly if it is in [`KEYS`]; its environment names follow from it.

/// One setting.
#[derive(Debug)]
pub(super) struct Key {
    /// Its place in the settings file, as `section.key`.
    pub(super) path: &'static str,
    /// Whether its value must never be shown, and may be read from a file of its own.
    pub(super) secret: bool,
    /// What it is, to complete "set it to …".
    pub(super) meaning: &'static str,
}

const fn plain(path: &'static str, meaning: &'static str) -> Key {
    Key {
        path,
        secret: false,
        meaning,
    }
}

const fn secret(path: &'static str, meaning: &'static str) -> Key {
    Key {
        path,
        secret: true,
        meaning,
    }
}

const SPREADSHEET: &str = "the spreadsheet's ID or its whole address from the browser";
const TAB: &str = "the name of a tab as it stands at the bottom of the spreadsheet";
const SCHEDULE: &str = "six fields, such as \"0 */5 * * * *\" for every five minutes";
const FLAG: &str = "true or false";

/// All settings, in the order of the settings file.
pub(super) const KEYS: &[Key] = &[
    plain("data_dir", "a directory that the service may write to"),
    plain("time_zone", "a time zone such as Europe/Moscow"),
    plain("log.format", "pretty or json"),
    plain("log.filter", "a level such as info"),
    plain("http.listen", "an address such as 127.0.0.1:8080"),
    plain("http.admin_listen", "an address such as 127.0.0.1:9090"),
    plain(
        "http.public_url",
        "the address of this service as the internet sees it",
    ),
    plain("http.max_connections", "a whole number"),
    plain("http.request_timeout_s", "a whole number of seconds"),
    secret(
        "telegram.token",
        "the token that @BotFather gave you for this bot",
    ),
    plain("telegram.api_url", "https://api.telegram.org"),
    plain("telegram.mode", "webhook or polling"),
    secret(
        "telegram.webhook_secret",
        "a word of your own that only Telegram will know, for example from `openssl rand -hex 32` \
         (it is needed because telegram.mode is webhook)",
    ),
    plain(
        "telegram.admin_chat",
        "the number of the chat that alerts go to",
    ),
    plain("telegram.rate_per_second", "a whole number; 0 is no limit"),
    plain("telegram.register_webhook", FLAG),
    plain("sheets.api_url", "https://sheets.googleapis.com"),
    plain(
        "sheets.credentials",
        "the path of the service account's key file, as Google Cloud lets you download it",
    ),
    secret(
        "sheets.callback_secret",
        "the word that signs the sheets' calls; make one with `echo \"whsec_$(openssl rand -base64 32)\"`",
    ),
    plain("sheets.partners.spreadsheet", SPREADSHEET),
    plain("sheets.partners.tab", TAB),
    plain("sheets.appeals.spreadsheet", SPREADSHEET),
    plain("sheets.appeals.tab", TAB),
    plain("sheets.promotions.spreadsheet", SPREADSHEET),
    plain("sheets.promotions.tab", TAB),
    plain("schedule.appeals", SCHEDULE),
    plain("schedule.partners", SCHEDULE),
    plain("schedule.promotions", SCHEDULE),
    plain("schedule.health", SCHEDULE),
    plain("schedule.digest", SCHEDULE),
    plain("schedule.heartbeat", SCHEDULE),
    secret(
        "promotions.legacy_secret",
        "the predecessor's X-Webhook-Secret",
    ),
    plain(
        "promotions.quiet_hours",
        "hours such as 21:00-09:00, or none",
    ),
    plain(
        "promotions.hold_if_later_than",
        "a whole number of hours, or none",
    ),
    plain("promotions.resend_unknown", FLAG),
    plain("appeals.grace", "a whole number of seconds"),
    plain("appeals.resend_unknown", FLAG),
    plain("files.lifetime", "a whole number of days"),
];

/// What the names of our environment variables begin with.
pub(super) const PREFIX: &str = "SHEETDESK_";
/// What the variable ends with that names a file with a secret in it.
const FILE_SUFFIX: &str = "_FILE";

/// The environment variable that overrides the setting with this path (`section.key`).
#[must_use]
pub fn variable_of(path: &str) -> String {
    format!("{PREFIX}{}", path.to_uppercase().replace('.', "__"))
}

/// Whether the setting with this path is a secret.
#[must_use]
pub fn is_secret(path: &str) -> bool {
    KEYS.iter().any(|key| key.path == path && key.secret)
}

impl Key {
    /// The environment variable that overrides this setting.
    pub(super) fn variable(&self) -> String {
        variable_of(self.path)
    }

    /// The environment variable that names a file with this secret in it.
    pub(super) fn file_variable(&self) -> Option<String> {
        self.secret.then(|| self.variable() + FILE_SUFFIX)
    }
}

/// The setting of that path; every path that the code asks for is in the table.
pub(super) fn key(path: &str) -> &'static Key {
    KEYS.iter()
        .find(|key| key.path == path)
        .expect("every setting that is read stands in the table")
}

/// The environment variable of ours whose name is most like `unknown`.
pub(super) fn nearest_variable(unknown: &str) -> String {
    let known: Vec<String> = KEYS
        .iter()
        .flat_map(|key| [Some(key.variable()), key.file_variable()])
        .flatten()
        .collect();
    // What all names have in common would make long names alike.
    let bare = |name| str::strip_prefix(name, PREFIX).unwrap_or(name);
    let names = known.iter().map(|name| bare(name));
    format!("{PREFIX}{}", nearest(bare(unknown), "__", names))
}

/// The known name most like `unknown`, where `separator` parts sections from keys.
///
/// The last part counts as much as the whole, so that a key in the wrong section finds its place.
pub(super) fn nearest<'a>(
    unknown: &str,
    separator: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> &'a str {
    let last = |name: &str| name.rsplit(separator).next().map(str::to_owned);
    let likeness = |name: &str| {
        let whole = strsim::normalized_damerau_levenshtein(unknown, name);
        let tails = last(unknown).zip(last(name));
        whole + tails.map_or(0.0, |(a, b)| strsim::normalized_damerau_levenshtein(&a, &b))
    };
    known
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .expect("there is at least one known name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_of_typos_and_misplaced_keys() {
        for (unknown, expected) in [
            ("telegram.tokne", "telegram.token"),
            ("token", "telegram.token"),
            ("telegram_token", "telegram.token"),
            ("http.quiet_hours", "promotions.quiet_hours"),
            ("sheets.appeal.tab", "sheets.appeals.tab"),
            ("datadir", "data_dir"),
        ] {
            assert_eq!(nearest(unknown, ".", KEYS.iter().map(|k| k.path)), expected);
        }
    }

    #[test]
    fn nearest_variables() {
        for (unknown, expected) in [
            ("SHEETDESK_TELEGRAM_TOKEN", "SHEETDESK_TELEGRAM__TOKEN"),
            (
                "SHEETDESK_TELEGRAM__TOKEN_FIEL",
                "SHEETDESK_TELEGRAM__TOKEN_FILE",
            ),
            ("SHEETDESK_TIMEZONE", "SHEETDESK_TIME_ZONE"),
            ("SHEETDESK_ADMIN_LISTEN", "SHEETDESK_HTTP__ADMIN_LISTEN"),
        ] {
            assert_eq!(nearest_variable(unknown), expected);
        }
    }
}
