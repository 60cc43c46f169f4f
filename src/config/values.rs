//! The typed values of settings that are not secret, and how each is read from a text.
//!
//! Invariant: a value of these types is well-formed; every refusal says what would be right.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::error::{Wrong, shown, wrong};
use super::zones;
use crate::domain::session::Locale;
use crate::domain::wording::{Saying, SettingsNote, Unit};
use crate::logs::Format;

/// Directives for the log's filter, known to be well-formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

/// The chat that alerts go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdminChatId(i64);

/// The group of the specialists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffChatId(i64);

/// What the firm calls whoever has one of these Telegram accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffNames(pub BTreeMap<i64, String>);

/// What the firm calls itself: one line that fits into a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirmName(String);

/// Hours of the day in which promotions wait, in the zone of the settings.
///
/// `until` is the first moment that is not quiet. It may be earlier than `from`: over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// The first quiet moment.
    pub from: Time,
    /// The first moment that is not quiet any more.
    pub until: Time,
}

/// How updates reach us, as the settings name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UpdateSource {
    Webhook,
    Polling,
}

impl LogFilter {
    /// The directives.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FirmName {
    /// The longest name, in characters.
    const LONGEST: usize = 60;

    /// As the settings write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AdminChatId {
    /// The number as the Bot API writes it; groups have negative ones.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

impl StaffChatId {
    /// The number as the Bot API writes it, below zero.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

pub(super) fn path(text: &str) -> Result<PathBuf, Wrong> {
    Ok(PathBuf::from(text))
}

pub(super) fn time_zone(text: &str) -> Result<TimeZone, Wrong> {
    TimeZone::get(text).map_err(|_| {
        let nearest = zones::nearest_to(text);
        let problem = SettingsNote::NoZone(shown(text));
        wrong(problem, SettingsNote::NearestZone(&nearest))
    })
}

/// Cron with optional seconds; a schedule that never comes is refused as well.
pub(super) fn cron(text: &str) -> Result<Cron, Wrong> {
    let remedy = SettingsNote::ScheduleForm;
    let parser = CronParser::builder()
        .seconds(Seconds::Optional)
        .year(Year::Disallowed)
        .build();
    let cron = parser
        .parse(text)
        .map_err(|_| wrong(SettingsNote::NoSchedule(shown(text)), remedy))?;
    // Any fixed day will do: the search goes on for more years than any calendar rule needs.
    let someday = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    if cron.find_next_occurrence(&someday, false).is_err() {
        return Err(wrong(SettingsNote::NeverComes(shown(text)), remedy));
    }
    Ok(cron)
}

/// What is parsed, or `none`.
pub(super) fn or_none<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, Wrong>,
) -> Result<Option<T>, Wrong> {
    if text == NONE {
        return Ok(None);
    }
    let with_none = |fault: Wrong| Wrong {
        problem: fault.problem,
        remedy: Saying::of(SettingsNote::OrNone(&fault.remedy)),
    };
    parse(text).map(Some).map_err(with_none)
}

pub(super) fn quiet_hours(text: &str) -> Result<Option<QuietHours>, Wrong> {
    if text == NONE {
        return Ok(None);
    }
    let fault = || {
        let problem = SettingsNote::NoQuietHours(shown(text));
        wrong(problem, SettingsNote::QuietHoursForm)
    };
    let (from, until) = text.split_once('-').ok_or_else(fault)?;
    let hours = clock(from)
        .zip(clock(until))
        .filter(|(from, until)| from != until);
    hours
        .map(|(from, until)| Some(QuietHours { from, until }))
        .ok_or_else(fault)
}

/// A whole number from `LEAST` to `MOST`; `unit` is what it counts.
fn whole<const LEAST: u32, const MOST: u32>(text: &str, unit: Unit) -> Result<u32, Wrong> {
    let number = text.parse().ok();
    number
        .filter(|number| (LEAST..=MOST).contains(number))
        .ok_or_else(|| {
            let value = shown(text);
            let bounds = SettingsNote::NumberForm {
                unit,
                least: LEAST,
                most: MOST,
            };
            wrong(SettingsNote::NoNumber { value, unit }, bounds)
        })
}

pub(super) fn connections<const LEAST: u32, const MOST: u32>(text: &str) -> Result<usize, Wrong> {
    let number = whole::<LEAST, MOST>(text, Unit::Connections)?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}

pub(super) fn seconds<const LEAST: u32, const MOST: u32>(text: &str) -> Result<Duration, Wrong> {
    whole::<LEAST, MOST>(text, Unit::Seconds).map(|n| Duration::from_secs(n.into()))
}

/// Minutes; 0 is none at all.
pub(super) fn minutes<const MOST: u32>(text: &str) -> Result<Option<Duration>, Wrong> {
    let minutes = whole::<0, MOST>(text, Unit::Minutes)?;
    Ok((minutes > 0).then(|| Duration::from_mins(minutes.into())))
}

pub(super) fn hours<const LEAST: u32, const MOST: u32>(text: &str) -> Result<Duration, Wrong> {
    whole::<LEAST, MOST>(text, Unit::Hours).map(|n| Duration::from_hours(n.into()))
}

pub(super) fn days<const LEAST: u32, const MOST: u32>(text: &str) -> Result<Duration, Wrong> {
    whole::<LEAST, MOST>(text, Unit::Days).map(|n| Duration::from_hours(u64::from(n) * 24))
}

/// Messages per second; 0 is no limit.
pub(super) fn rate<const MOST: u32>(text: &str) -> Result<Option<NonZeroU32>, Wrong> {
    whole::<0, MOST>(text, Unit::Messages).map(NonZeroU32::new)
}

pub(super) fn flag(text: &str) -> Result<bool, Wrong> {
    choice(text, [("true", true), ("false", false)])
}

pub(super) fn log_format(text: &str) -> Result<Format, Wrong> {
    choice(text, [("pretty", Format::Pretty), ("json", Format::Json)])
}

pub(super) fn language(text: &str) -> Result<Locale, Wrong> {
    choice(text, Locale::ALL.map(|language| (language.tag(), language)))
}

pub(super) fn intake(text: &str) -> Result<UpdateSource, Wrong> {
    choice(
        text,
        [
            ("webhook", UpdateSource::Webhook),
            ("polling", UpdateSource::Polling),
        ],
    )
}

pub(super) fn log_filter(text: &str) -> Result<LogFilter, Wrong> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(LogFilter(text.to_owned())),
        Err(_) => {
            let problem = SettingsNote::NoFilter(shown(text));
            Err(wrong(problem, SettingsNote::FilterForm))
        }
    }
}

pub(super) fn firm(text: &str) -> Result<FirmName, Wrong> {
    let name = text.trim();
    // Braces would be places to fill in.
    let fits = |letter: char| !letter.is_control() && !matches!(letter, '{' | '}');
    if name.chars().count() <= FirmName::LONGEST && name.chars().all(fits) {
        return Ok(FirmName(name.to_owned()));
    }
    let form = SettingsNote::FirmNameForm(FirmName::LONGEST);
    Err(wrong(SettingsNote::NoFirmName, form))
}

pub(super) fn admin_chat(text: &str) -> Result<AdminChatId, Wrong> {
    let number = text.parse().ok().filter(|number| *number != 0);
    number
        .map(AdminChatId)
        .ok_or_else(|| wrong(SettingsNote::NoChat(shown(text)), SettingsNote::ChatForm))
}

pub(super) fn staff_chat(text: &str) -> Result<StaffChatId, Wrong> {
    let number = text.parse().ok().filter(|number| *number < 0);
    number
        .map(StaffChatId)
        .ok_or_else(|| wrong(SettingsNote::NoGroup(shown(text)), SettingsNote::GroupForm))
}

/// `700000001 = Иванова; 700000002 = Петров`.
pub(super) fn staff_names(text: &str) -> Result<StaffNames, Wrong> {
    let entries = text.split(';').filter(|entry| !entry.trim().is_empty());
    let named = |entry: &str| {
        let (account, name) = entry.split_once('=')?;
        let account: i64 = account.trim().parse().ok().filter(|account| *account > 0)?;
        let name = name.trim();
        (!name.is_empty()).then(|| (account, name.to_owned()))
    };
    let names = entries.map(|entry| {
        named(entry)
            .ok_or_else(|| wrong(SettingsNote::NoNames(shown(entry)), SettingsNote::NamesForm))
    });
    names.collect::<Result<_, _>>().map(StaffNames)
}

/// What switches a setting off whose value is otherwise a number or hours.
pub(super) const NONE: &str = "none";

/// One of two words.
fn choice<T: Copy>(text: &str, choices: [(&str, T); 2]) -> Result<T, Wrong> {
    let found = choices.iter().find(|(word, _)| *word == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let [(one, _), (other, _)] = choices;
        let remedy = SettingsNote::Choices { one, other };
        wrong(SettingsNote::NoChoice(shown(text)), remedy)
    })
}

/// Hours and minutes as people write them: 9:00, 21:30.
pub(super) fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two_digits = |part: &str| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !two_digits(hour) || minute.len() != 2 || !two_digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<T>(result: Result<T, Wrong>) -> String {
        result
            .err()
            .map_or_else(String::new, |fault| fault.english())
    }

    #[test]
    fn zones_come_from_the_binary() {
        let zone = time_zone("Asia/Yekaterinburg").expect("a known zone");
        assert_eq!(zone.iana_name(), Some("Asia/Yekaterinburg"));
        assert!(
            problem(time_zone("Europe/Moskow")).contains("nearest known one is Europe/Moscow.")
        );
        let bundled = jiff::tz::TimeZoneDatabase::bundled();
        assert!(
            bundled.get("Europe/Moscow").is_ok(),
            "a bare container has no zones of its own"
        );
    }

    #[test]
    fn schedules() {
        for good in [
            "0 * * * * *",
            "*/15 * * * *",
            "0 0 6 * * MON-FRI",
            "0 0 0 29 2 *",
        ] {
            assert!(cron(good).is_ok(), "{good}");
        }
        for bad in [
            "every minute",
            "* * * *",
            "0 0 6 * * * 2030",
            "60 * * * * *",
            "0 0 25 * * *",
        ] {
            let told = problem(cron(bad));
            assert!(
                told.contains("is not a schedule") && told.contains("six fields"),
                "{bad}: {told}"
            );
        }
        assert!(problem(cron("0 0 0 31 2 *")).contains("never comes"));
    }

    #[test]
    fn quiet_hours_in_words() {
        let hours = quiet_hours("21:30-9:00")
            .expect("good hours")
            .expect("not none");
        assert_eq!(
            (hours.from, hours.until),
            (Time::constant(21, 30, 0, 0), Time::constant(9, 0, 0, 0))
        );
        assert_eq!(quiet_hours("none"), Ok(None));
        for bad in [
            "21-09",
            "21:00",
            "24:00-09:00",
            "09:00-09:00",
            "21:0-9:00",
            "+9:00-10:00",
            "",
        ] {
            assert!(
                problem(quiet_hours(bad)).contains("21:00-09:00, or none"),
                "{bad}"
            );
        }
    }

    #[test]
    fn numbers_keep_their_bounds() {
        assert_eq!(whole::<1, 7>("7", Unit::Days), Ok(7));
        for bad in ["0", "8", "-1", "1.5", "seven", "99999999999"] {
            assert!(
                problem(whole::<1, 7>(bad, Unit::Days))
                    .ends_with("whole number of days from 1 to 7."),
                "{bad}"
            );
        }
        assert_eq!(seconds::<0, 100>("90"), Ok(Duration::from_secs(90)));
        assert_eq!(days::<0, 100>("2"), Ok(Duration::from_hours(48)));
        assert_eq!(hours::<0, 100>("3"), Ok(Duration::from_hours(3)));
        assert_eq!(or_none("none", cron), Ok(None));
        assert!(problem(or_none("daily", cron)).ends_with("Or write none."));
        assert_eq!(rate::<100>("0"), Ok(None));
        assert_eq!(rate::<100>("30"), Ok(NonZeroU32::new(30)));
    }

    #[test]
    fn choices_filters_and_chats() {
        assert_eq!(intake("polling"), Ok(UpdateSource::Polling));
        assert!(problem(intake("Webhook")).ends_with("Write webhook or polling."));
        assert_eq!(log_format("json"), Ok(Format::Json));
        assert_eq!(flag("false"), Ok(false));
        assert!(problem(flag("no")).ends_with("Write true or false."));
        assert_eq!(language("en"), Ok(Locale::En));
        assert!(problem(language("de")).ends_with("Write ru or en."));
        assert_eq!(
            log_filter("info,sheetdesk=debug").map(|f| f.as_str().to_owned()),
            Ok("info,sheetdesk=debug".to_owned())
        );
        assert!(problem(log_filter("info,=,debug")).contains("not a filter"));
        assert_eq!(
            admin_chat("-1001234567890").map(AdminChatId::number),
            Ok(-1_001_234_567_890)
        );
        for bad in ["@channel", "0", "1 000"] {
            assert!(
                problem(admin_chat(bad)).contains("not the number of a chat"),
                "{bad}"
            );
        }
    }
}
