//! All settings: what each is, how it is read, what it may be set to, and what it is if nobody sets it.
//!
//! Invariant: a setting exists exactly if it is declared here; `section.key` is the path of its field.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use croner::Cron;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::addresses::{self, BaseUrl, TabName};
use super::credentials::{Credentials, credentials};
use super::declare::{Declaration, Section, Setting, setting, settings};
use super::error::wrong;
use super::keys::{Key, inside};
use super::read::Reader;
use super::secrets::{self, BotToken, CallbackSecret};
use super::values::{
    self, AdminChatId, FirmName, LogFilter, QuietHours, StaffChatId, StaffNames, UpdateSource,
};
use super::words::SheetWords;
use super::working;
use crate::domain::hours::Shift;
use crate::domain::ids::SpreadsheetId;
use crate::domain::session::Locale;
use crate::domain::wording::{Meaning, SettingsNote, Wording};
use crate::logs;
use crate::proxies::ProxyList;
use crate::secret::Secret;

// Commands beside the running service read these alone.
const DATA_DIR: Setting<PathBuf> = setting(values::path, Meaning::Directory).or("./data");
const LISTEN: Setting<SocketAddr> =
    setting(addresses::address, Meaning::Address).or("127.0.0.1:8080");
const LANGUAGE: Setting<Locale> = setting(values::language, Meaning::Language);

settings! {
    /// All settings of the service.
    Settings {
        /// Where the journal lives.
        data_dir: PathBuf = DATA_DIR,
        /// The zone of schedules, quiet hours and everything that people read.
        time_zone: TimeZone =
            setting(values::time_zone, Meaning::TimeZone).or("Europe/Moscow"),
        /// What the firm calls itself to its partners.
        firm: Option<FirmName> = setting(values::firm, Meaning::Firm).optional(),
        /// The language of all that specialists, marketers and the operator read; without it the environment's locale counts (LC_ALL, LC_MESSAGES, LANG), and ru where that is neither. A partner is answered in that of his Telegram.
        language: Locale = LANGUAGE,
        /// The log.
        log: Log = Section::<Log>,
        /// The addresses that we listen on.
        http: Http = Section::<Http>,
        /// The bot.
        telegram: Telegram = Section::<Telegram>,
        /// The spreadsheets.
        sheets: Sheets = Section::<Sheets>,
        /// When tabs are read without being asked.
        schedule: Schedules = Section::<Schedules>,
        /// Announcements.
        promotions: Promotions = Section::<Promotions>,
        /// Answers.
        appeals: Appeals = Section::<Appeals>,
        /// The chat of the specialists.
        staff: Staff = Section::<Staff>,
        /// Working hours.
        hours: Hours = Section::<Hours>,
        /// Links to files.
        files: Files = Section::<Files>,
        /// Headers and statuses of the tabs.
        words: SheetWords = WordsBeside,
        /// What the bot says.
        texts: Wording = TextsBeside,
    }

    /// How the log is written.
    Log {
        /// For people or for machines.
        format: logs::Format = setting(values::log_format, Meaning::LogFormat).or("pretty"),
        /// How much is told.
        filter: LogFilter = setting(values::log_filter, Meaning::Level).or("info"),
    }

    /// Where we listen.
    Http {
        /// For Telegram's and the sheets' calls.
        listen: SocketAddr = LISTEN,
        /// For the metrics.
        admin_listen: SocketAddr =
            setting(addresses::address, Meaning::AdminAddress).or("127.0.0.1:9090"),
        /// Our address as the internet sees it; https, except on loopback.
        public_url: Option<BaseUrl> = setting(
            addresses::public_url,
            Meaning::PublicUrl,
        ).optional(),
        /// How many connections may be open at once.
        // More sockets than a process is ever given are a slip of the finger.
        max_connections: usize =
            setting(values::connections::<1, 65_535>, Meaning::Whole).or("512"),
        /// When an unanswered request is given up.
        request_timeout_s: Duration =
            setting(values::seconds::<1, 60>, Meaning::WholeSeconds).or("10"),
    } => differ(listen, admin_listen)

    /// The bot and how it talks to Telegram.
    Telegram {
        /// The bot's token.
        token: BotToken =
            setting(secrets::bot_token, Meaning::Token).secret(),
        /// The Bot API server.
        api_url: BaseUrl = setting(addresses::base_url, Meaning::TelegramUrl)
            .or("https://api.telegram.org"),
        /// The proxies on the way there, tried in this order; without them HTTPS_PROXY counts, as far as NO_PROXY lets it.
        proxy: Option<ProxyList> = setting(addresses::proxies, Meaning::Proxies).secret().optional(),
        /// How updates reach us.
        mode: Mode = ModeAndSecret,
        /// Where alerts go.
        admin_chat: Option<AdminChatId> =
            setting(values::admin_chat, Meaning::AdminChat).optional(),
        /// Messages per second over all chats; 0 is no limit of ours.
        rate_per_second: Option<NonZeroU32> =
            setting(values::rate::<10_000>, Meaning::Rate).or("30"),
        /// Whether `serve` registers the webhook itself.
        register_webhook: bool = setting(values::flag, Meaning::Flag).or("true"),
    }

    /// The spreadsheets and how we reach them.
    Sheets {
        /// The Sheets API.
        api_url: BaseUrl = setting(addresses::base_url, Meaning::SheetsUrl)
            .or("https://sheets.googleapis.com"),
        /// The proxies on the way there, as `telegram.proxy`.
        proxy: Option<ProxyList> = setting(addresses::proxies, Meaning::Proxies).secret().optional(),
        /// Who we are there.
        credentials: Credentials = setting(
            credentials,
            Meaning::KeyFile,
        ),
        /// Signs the sheets' calls.
        callback_secret: CallbackSecret = setting(
            secrets::callback_secret,
            Meaning::CallbackSecret,
        ).secret(),
        /// The tab with the partners.
        partners: TabAddress = TabOf("список сотрудников для авторизации"),
        /// The tab with the appeals.
        appeals: TabAddress = TabOf("обращения"),
        /// The tab with the promotions; without a spreadsheet promotions are switched off.
        promotions: Option<TabAddress> = OptionalTab(TabOf("Акции")),
    } => distinct(partners, appeals, promotions)

    /// When tabs are read without being asked, in the configured time zone.
    Schedules {
        /// Reads the appeals.
        appeals: Cron = setting(values::cron, Meaning::Schedule).or("0 * * * * *"),
        /// Reads the partners.
        partners: Cron = setting(values::cron, Meaning::Schedule).or("0 */5 * * * *"),
        /// Reads the promotions.
        promotions: Cron = setting(values::cron, Meaning::Schedule).or("0 */15 * * * *"),
        /// Questions to Telegram and Sheets whether they are there.
        health: Cron = setting(values::cron, Meaning::Schedule).or("0 */5 * * * *"),
        /// The digest for the admin chat; `none` is never.
        digest: Option<Cron> =
            setting(|text| values::or_none(text, values::cron), Meaning::Schedule).or("0 0 9 * * *"),
        /// The sign of life for the admin chat; `none` is never.
        heartbeat: Option<Cron> =
            setting(|text| values::or_none(text, values::cron), Meaning::Schedule).or("0 0 */6 * * *"),
    }

    /// How promotions are announced.
    Promotions {
        /// The predecessor's `X-Webhook-Secret`; without it its push is switched off.
        legacy_secret: Option<Secret> =
            setting(secrets::legacy_secret, Meaning::LegacySecret).secret().optional(),
        /// When nobody is written to.
        quiet_hours: Option<QuietHours> =
            setting(values::quiet_hours, Meaning::QuietHours).or("21:00-09:00"),
        /// From which delay on a promotion waits for a person; `none` is never.
        // After a month nobody remembers the promotion.
        hold_if_later_than: Option<Duration> = setting(
            |text| values::or_none(text, values::hours::<1, 720>),
            Meaning::HoursOrNone,
        ).or("24"),
        /// Whether to send again what may have arrived.
        resend_unknown: bool = setting(values::flag, Meaning::Flag).or("false"),
    }

    /// How answers are delivered.
    Appeals {
        /// How long an answer rests in its cell before it is sent.
        // More than a day would look like a fault to those who wait.
        grace: Duration = setting(values::seconds::<0, 86_400>, Meaning::WholeSeconds).or("15"),
        /// Whether to send once more what may have arrived.
        resend_unknown: bool = setting(values::flag, Meaning::Flag).or("true"),
        /// Whether to ask partners how a closed appeal went.
        rating: bool = setting(values::flag, Meaning::Flag).or("true"),
        /// How long a partner may wait for an answer, in minutes of working time, before his row says so; 0 is for ever.
        // After a month nobody waits any more.
        answer_within: Option<Duration> =
            setting(values::minutes::<43_200>, Meaning::WholeMinutes).or("240"),
    }

    /// When people work, in the configured time zone.
    Hours {
        /// The working hours of a week, outside which receipts say when people are back; without them people work round the clock.
        week: Option<[Vec<Shift>; 7]> = setting(
            working::week,
            Meaning::Week,
        ).optional(),
        /// Days on which nobody works.
        holidays: Option<BTreeSet<Date>> =
            setting(working::holidays, Meaning::Holidays).optional(),
    }

    /// The chat in which specialists hear of appeals.
    Staff {
        /// Where the specialists are shown appeals; without it they work in the sheet alone.
        chat: Option<StaffChatId> =
            setting(values::staff_chat, Meaning::StaffChat).optional(),
        /// Whether each appeal has a topic of its own there, which is closed with it; the group needs topics, and the bot the right to manage them.
        topics: bool = setting(values::flag, Meaning::Flag).or("false"),
        /// What specialists are called; whoever is not named here goes by the name in Telegram.
        names: Option<StaffNames> =
            setting(values::staff_names, Meaning::StaffNames).optional(),
    }

    /// Links to files that partners sent.
    Files {
        /// How long a link works.
        lifetime: Duration = setting(values::days::<1, 3_650>, Meaning::WholeDays).or("30"),
    }
}

/// Where the running service is found, by commands beside it.
#[derive(Debug)]
pub struct Local {
    /// Where the journal and the admin socket live.
    pub data_dir: PathBuf,
    /// Where the probes are answered.
    pub listen: SocketAddr,
    /// What the command speaks.
    pub language: Locale,
}

impl Local {
    pub(super) fn read(r: &mut Reader) -> Option<Self> {
        let (data_dir, listen) = (DATA_DIR.read(r, "data_dir"), LISTEN.read(r, "http.listen"));
        let language = LANGUAGE.read(r, "language");
        Some(Self {
            data_dir: data_dir?,
            listen: listen?,
            language: language?,
        })
    }
}

/// How updates reach us.
#[derive(Debug)]
pub enum Mode {
    /// Telegram calls us.
    Webhook {
        /// The `secret_token` that it repeats with every call.
        secret: Secret,
    },
    /// We ask Telegram.
    Polling,
}

/// `mode`, and `webhook_secret` beside it, which is needed only for the webhook but checked wherever it is given.
struct ModeAndSecret;

impl ModeAndSecret {
    const PATH: &str = "telegram.webhook_secret";
    const MODE: Setting<UpdateSource> = setting(values::intake, Meaning::Intake).or("webhook");
    const SECRET: Setting<Secret> =
        setting(secrets::webhook_secret, Meaning::WebhookSecret).secret();
}

impl Declaration for ModeAndSecret {
    type Value = Mode;

    fn keys(&self, path: &str, about: &'static str) -> Vec<Key> {
        let mut keys = Self::MODE.keys(path, about);
        keys.extend(Self::SECRET.keys(Self::PATH, "What Telegram repeats with every call."));
        keys
    }

    fn read(&self, r: &mut Reader, path: &str) -> Option<Mode> {
        let mode = Self::MODE.read(r, path);
        if let Some(UpdateSource::Webhook) = mode {
            let secret = Self::SECRET.read(r, Self::PATH)?;
            return Some(Mode::Webhook { secret });
        }
        let secret = Self::SECRET.optional().read(r, Self::PATH);
        mode.and(secret).map(|_| Mode::Polling)
    }
}

/// One tab of one spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TabAddress {
    /// The spreadsheet.
    pub spreadsheet: SpreadsheetId,
    /// The tab in it.
    pub tab: TabName,
}

/// A spreadsheet and the tab in it, which has this name if nobody gives another.
struct TabOf(&'static str);

/// The same, where the spreadsheet may be left out.
struct OptionalTab(TabOf);

const SPREADSHEET: Setting<SpreadsheetId> = setting(addresses::spreadsheet, Meaning::Spreadsheet);

impl TabOf {
    fn tab(&self) -> Setting<TabName> {
        setting(addresses::tab, Meaning::Tab).or(self.0)
    }

    fn both<D: Declaration>(
        &self,
        spreadsheet: &D,
        r: &mut Reader,
        path: &str,
    ) -> Option<(D::Value, TabName)> {
        let spreadsheet = spreadsheet.read(r, &inside(path, "spreadsheet"));
        spreadsheet.zip(self.tab().read(r, &inside(path, "tab")))
    }
}

impl Declaration for TabOf {
    type Value = TabAddress;

    fn keys(&self, path: &str, about: &'static str) -> Vec<Key> {
        let mut keys = SPREADSHEET.keys(&inside(path, "spreadsheet"), about);
        keys.extend(self.tab().keys(&inside(path, "tab"), about));
        keys
    }

    fn read(&self, r: &mut Reader, path: &str) -> Option<TabAddress> {
        let (spreadsheet, tab) = self.both(&SPREADSHEET, r, path)?;
        Some(TabAddress { spreadsheet, tab })
    }
}

impl Declaration for OptionalTab {
    type Value = Option<TabAddress>;

    fn keys(&self, path: &str, about: &'static str) -> Vec<Key> {
        self.0.keys(path, about)
    }

    fn read(&self, r: &mut Reader, path: &str) -> Option<Option<TabAddress>> {
        let (spreadsheet, tab) = self.0.both(&SPREADSHEET.optional(), r, path)?;
        Some(spreadsheet.map(|spreadsheet| TabAddress { spreadsheet, tab }))
    }
}

/// The words of the sheets, in a file beside the settings.
struct WordsBeside;

impl Declaration for WordsBeside {
    type Value = SheetWords;

    fn keys(&self, _: &str, _: &'static str) -> Vec<Key> {
        Vec::new()
    }

    fn read(&self, r: &mut Reader, _: &str) -> Option<SheetWords> {
        r.words()
    }
}

/// What the bot says, in the language of the installation, with the files in which a firm says otherwise what partners read.
struct TextsBeside;

impl Declaration for TextsBeside {
    type Value = Wording;

    fn keys(&self, _: &str, _: &'static str) -> Vec<Key> {
        Vec::new()
    }

    fn read(&self, r: &mut Reader, _: &str) -> Option<Wording> {
        let language = LANGUAGE.read(r, "language");
        let firm = r.optional("firm", values::firm)?;
        let texts = r.texts(firm.as_ref())?;
        language.map(|language| texts.speaking(language))
    }
}

/// Refuses two addresses that cannot both be listened on; port 0 is a new port each time.
fn differ(r: &mut Reader, one: Option<&SocketAddr>, other: Option<&SocketAddr>) {
    let collide = one.zip(other).is_some_and(|(one, other)| {
        let overlap =
            one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
        one.port() == other.port() && one.port() != 0 && overlap
    });
    if collide {
        let fault = wrong(SettingsNote::SameAddress, SettingsNote::OwnPort);
        r.reject("http.admin_listen", fault);
    }
}

/// Refuses one tab for two things.
fn distinct(
    r: &mut Reader,
    partners: Option<&TabAddress>,
    appeals: Option<&TabAddress>,
    promotions: Option<&Option<TabAddress>>,
) {
    let tabs = [
        ("sheets.partners.tab", partners),
        ("sheets.appeals.tab", appeals),
        ("sheets.promotions.tab", promotions.and_then(Option::as_ref)),
    ];
    for (index, (path, tab)) in tabs.iter().enumerate() {
        let mut earlier = tabs[..index].iter();
        if let Some((other, _)) = earlier.find(|(_, other)| tab.is_some() && other == tab) {
            let fault = wrong(SettingsNote::SameTab(other), SettingsNote::OwnTab);
            r.reject(path, fault);
        }
    }
}
