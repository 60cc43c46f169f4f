//! The settings: declared defaults (of the language: the locale's), overridden by a file, overridden by the environment.
//!
//! Invariant: [`Settings`] exist only if every single setting is right; otherwise every fault is named at once.
//!
//! The rules are the service's outside contract: a setting `section.key` of the file is
//! `SHEETDESK_SECTION__KEY` in the environment, a secret may also be named by `…_FILE`, an unknown
//! key in a file is an error, and an unknown variable a warning. An empty value is no value.

mod addresses;
mod credentials;
mod declare;
mod env_file;
mod error;
mod keys;
mod language;
mod layers;
mod read;
mod secrets;
mod settings;
mod sheets;
mod texts;
mod values;
mod words;
mod working;
mod zones;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub use self::addresses::{BaseUrl, TabName};
pub use self::credentials::Credentials;
pub use self::env_file::ENV_FILE;
pub use self::error::{SettingsError, SettingsErrors, Source, Warning};
pub use self::keys::{is_secret, variable_of};
pub use self::language::of_environment;
pub use self::secrets::{BotId, BotToken, CallbackSecret};
pub use self::settings::{
    Appeals, Files, Hours, Http, Local, Log, Mode, Promotions, Schedules, Settings, Sheets,
    TabAddress, Telegram,
};
pub use self::sheets::Fill;
pub use self::values::{AdminChatId, FirmName, LogFilter, QuietHours, StaffChatId, StaffNames};
pub use self::words::{
    AppealColumns, AppealFills, AppealMarks, AppealStatuses, AppealViews, AppealWords,
    ArchiveColumns, ArchiveWords, PartnerColumns, PartnerStatuses, PartnerWords, PromotionActions,
    PromotionColumns, PromotionNotifications, PromotionStatuses, PromotionWords, SheetWords,
    StateWords, TemplateColumns, TemplateWords,
};

use self::declare::{Declaration as _, Section};
use self::error::Findings;
use self::keys::Key;
use self::layers::{FileText, Layers};

/// The settings file that is used if nobody names one and it is there.
pub const DEFAULT_FILE: &str = "migrations-free-config/sheetdesk.toml";
/// The settings file of a machine on which the program was installed, used if neither is there.
pub const INSTALLED_FILE: &str = "/etc/sheetdesk/sheetdesk.toml";
/// The data directory of that machine.
const INSTALLED_DATA: &str = "/var/lib/sheetdesk";

/// All settings, in the order of the settings file.
static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| Section::<Settings>.keys("", ""));

/// The machine's settings file, if there is no [`DEFAULT_FILE`] here and it is there.
#[must_use]
pub fn installed_file() -> Option<PathBuf> {
    let file = Path::new(INSTALLED_FILE);
    (!Path::new(DEFAULT_FILE).exists() && file.exists()).then(|| file.to_owned())
}

impl Settings {
    /// Reads the settings from `file` (by default [`DEFAULT_FILE`], if it is there) and `variables`,
    /// and from beside that file, if they are there, more variables ([`ENV_FILE`]), the sheets' words (`sheets.toml`) and the firm's texts
    /// (`texts/ru.ftl`, `texts/en.ftl`).
    ///
    /// # Errors
    ///
    /// Everything that is wrong, in one list; a `file` that cannot be read is an error as well.
    pub fn load(
        file: Option<&Path>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<(Self, Vec<Warning>), SettingsErrors> {
        load(file, Path::new(DEFAULT_FILE), variables)
    }
}

impl Local {
    /// Reads the few settings that a command beside the running service needs; it asks for no secret.
    ///
    /// # Errors
    ///
    /// What is wrong with these settings, or with the file as a whole.
    pub fn load(
        file: Option<&Path>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsErrors> {
        let mut reader = reader(file, Path::new(DEFAULT_FILE), variables);
        let local = Self::read(&mut reader);
        reader
            .into_findings()
            .conclude(local)
            .map(|(local, _)| local)
    }
}

fn load(
    named: Option<&Path>,
    default: &Path,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(Settings, Vec<Warning>), SettingsErrors> {
    let mut reader = reader(named, default, variables);
    let settings = Section::<Settings>.read(&mut reader, "");
    reader.into_findings().conclude(settings)
}

/// The layers of one start, ready to be read setting by setting.
fn reader(
    named: Option<&Path>,
    default: &Path,
    variables: impl Iterator<Item = (String, String)>,
) -> read::Reader {
    let mut findings = Findings::default();
    let variables: Vec<(String, String)> = variables.collect();
    let file = named.unwrap_or(default);
    let known: Vec<&str> = KEYS.iter().map(|key| key.path.as_str()).collect();
    let mut layers = Layers::defaults(file).localized(&variables);
    if let FileText::Text(text) = layers::read_file(file, named.is_some(), &mut findings) {
        let values = layers::parse_file(file, &text, &known, &mut findings);
        layers = layers.with(Source::File(file.to_owned()), values);
    }
    // Whatever is wrong is said in a language, also where the setting is what is wrong.
    let of_locale = of_environment(&variables);
    let variables = env_file::with_env_file(file, variables.into_iter(), &mut findings);
    let layers = layers::add_environment(layers, variables, &mut findings);
    let named = (layers.find("language")).and_then(|(value, _)| read::scalar(&value));
    let language = named.and_then(|text| values::language(&text).ok());
    findings.language = language.unwrap_or(of_locale);
    read::Reader::new(layers, findings, file.to_owned())
}
