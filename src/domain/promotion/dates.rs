//! The days of a promotion: as people type them into cells, and as partners read them.
//!
//! Invariant: no date is guessed. The day comes first, unless the year does with four digits; what could be meant otherwise is not read.

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::domain::{
    session::Locale,
    text::{Text, fold, visible},
    wording::{Say, Wording},
};

/// A promotion begins within so many years, either way: any other year is a slip of the pen.
const YEARS: i64 = 3;
/// Nobody means an earlier year by two digits at the beginning of a date.
const EARLIEST_MEANT: i16 = 2025;
/// The beginnings of the months' names.
const MONTHS: [[&str; 2]; 12] = [
    ["янв", "jan"],
    ["фев", "feb"],
    ["мар", "mar"],
    ["апр", "apr"],
    ["ма", "may"],
    ["июн", "jun"],
    ["июл", "jul"],
    ["авг", "aug"],
    ["сен", "sep"],
    ["окт", "oct"],
    ["ноя", "nov"],
    ["дек", "dec"],
];

/// A day, and the time of day where one is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    date: Date,
    time: Option<Time>,
}

/// From when to when a promotion runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its first day.
    pub first: Day,
    /// Its last day.
    pub last: Day,
}

/// Why a cell holds no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// There is nothing in it.
    Blank,
    /// It is no date.
    Unreadable,
    /// It may be either.
    TwoWays(Date, Date),
}

impl Day {
    /// Reads `01.12.2026`, `1.12.26`, `1-12-2026`, `31/12/2026`, `2026-12-01`, `1 декабря 2026`, and a time behind it: `9:30`, `09:30:00`.
    ///
    /// # Errors
    /// Where there is no date, or more than one that could be meant.
    pub fn read(cell: &Text) -> Result<Self, Unread> {
        if cell.is_blank() {
            return Err(Unread::Blank);
        }
        let text = visible(cell.as_str()).replace(
            [
                '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}',
            ],
            "-",
        );
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let time = words.pop_if(|last| last.contains(':'));
        let time = time.map(clock).transpose()?;
        words.pop_if(|last| is_year_word(last));
        let date = match words[..] {
            [date] => numeric(date.trim_end_matches(',')),
            [day, month, year] if month_named(month).is_some() => spelled(day, month, year),
            [month, day, year] => spelled(day, month, year),
            _ => Err(Unread::Unreadable),
        }?;
        Ok(Self { date, time })
    }

    /// Its date.
    #[must_use]
    pub const fn date(self) -> Date {
        self.date
    }

    /// Its first moment.
    #[must_use]
    pub fn begins(self, zone: &TimeZone) -> Option<Timestamp> {
        moment(self.date, self.time.unwrap_or(Time::midnight()), zone)
    }

    /// The first moment after it: a last day without a time lasts until midnight.
    #[must_use]
    pub fn ends(self, zone: &TimeZone) -> Option<Timestamp> {
        match self.time {
            Some(time) => moment(self.date, time, zone),
            None => moment(self.date.tomorrow().ok()?, Time::midnight(), zone),
        }
    }

    /// As partners read it: `1 декабря 2026`.
    fn spoken(self, wording: &Wording, locale: Locale) -> String {
        let date = wording.say(locale, Say::Date(self.date));
        match self.time {
            Some(time) => format!("{date}, {}", time.strftime("%H:%M")),
            None => date,
        }
    }
}

impl Period {
    /// As partners read it.
    #[must_use]
    pub fn spoken(self, wording: &Wording, locale: Locale) -> String {
        let (first, last) = (
            self.first.spoken(wording, locale),
            self.last.spoken(wording, locale),
        );
        if first == last {
            first
        } else {
            format!("{first} – {last}")
        }
    }
}

/// Whether a promotion that begins then was given a wrong year.
#[must_use]
pub fn is_far(starts: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
    let now = now.to_zoned(zone.clone());
    let bounds = (
        now.checked_sub(YEARS.years()),
        now.checked_add(YEARS.years()),
    );
    let (Ok(earliest), Ok(latest)) = bounds else {
        return true;
    };
    !(earliest.timestamp()..=latest.timestamp()).contains(&starts)
}

fn moment(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = DateTime::from_parts(date, time)
        .to_zoned(zone.clone())
        .ok()?;
    Some(zoned.timestamp())
}

/// `9:30`, `09:30:00`.
fn clock(text: &str) -> Result<Time, Unread> {
    let parts = text.split(':');
    let numbers: Option<Vec<i8>> = parts.map(|it| number(it, 2)?.try_into().ok()).collect();
    let time = match numbers.as_deref() {
        Some(&[hour, minute]) => Time::new(hour, minute, 0, 0),
        Some(&[hour, minute, second]) => Time::new(hour, minute, second, 0),
        _ => return Err(Unread::Unreadable),
    };
    time.map_err(|_| Unread::Unreadable)
}

/// Three numbers and what stands between them.
fn numeric(text: &str) -> Result<Date, Unread> {
    let separator = text.chars().find(|c| !c.is_ascii_digit());
    let separator = separator.filter(|c| matches!(c, '.' | '-' | '/'));
    let text = text.trim_end_matches('.');
    let parts: Vec<&str> = separator
        .map(|separator| text.split(separator).collect())
        .unwrap_or_default();
    let [first, second, third] = parts[..] else {
        return Err(Unread::Unreadable);
    };
    let date =
        |year: Option<i16>, month: &str, day: &str| Date::new(year?, part(month)?, part(day)?).ok();
    if first.len() == 4 {
        return date(year(first), second, third).ok_or(Unread::Unreadable);
    }
    let day_first = date(year(third), second, first).ok_or(Unread::Unreadable)?;
    // A spreadsheet of an American writes the month first; some people, as computers do, the year.
    let month_first = date(year(third), first, second).filter(|_| separator == Some('/'));
    let year_first = date(
        year(first).filter(|&year| year >= EARLIEST_MEANT),
        second,
        third,
    )
    .filter(|_| separator != Some('.') && third.len() == 2);
    match month_first
        .into_iter()
        .chain(year_first)
        .find(|other| *other != day_first)
    {
        Some(other) => Err(Unread::TwoWays(day_first, other)),
        None => Ok(day_first),
    }
}

/// A month by its name.
fn spelled(day: &str, month: &str, year: &str) -> Result<Date, Unread> {
    let date = || {
        let day = part(day.trim_end_matches(','))?;
        let year = self::year(year.trim_end_matches(','))?;
        Date::new(year, month_named(month)?, day).ok()
    };
    date().ok_or(Unread::Unreadable)
}

fn month_named(word: &str) -> Option<i8> {
    let word = fold(word);
    let place = MONTHS
        .iter()
        .position(|names| names.iter().any(|name| word.starts_with(&fold(name))))?;
    i8::try_from(place + 1).ok()
}

fn is_year_word(word: &str) -> bool {
    matches!(fold(word).as_str(), "г" | "г." | "года")
}

/// A year of two or four digits; two are of this century.
fn year(text: &str) -> Option<i16> {
    match (text.len(), number(text, 4)?) {
        (2, year) => Some(2000 + year),
        (4, year) => Some(year),
        _ => None,
    }
}

fn part(text: &str) -> Option<i8> {
    number(text, 2)?.try_into().ok()
}

/// A number of at most so many digits, and nothing else.
fn number(text: &str, most: usize) -> Option<i16> {
    let plain = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str) -> String {
        let day = |date: Date| date.strftime("%d.%m.%Y").to_string();
        match Day::read(&Text::from(cell)) {
            Ok(Day { date, time: None }) => day(date),
            Ok(Day {
                date,
                time: Some(time),
            }) => format!("{} {time}", day(date)),
            Err(Unread::Blank) => "blank".to_owned(),
            Err(Unread::Unreadable) => "unreadable".to_owned(),
            Err(Unread::TwoWays(one, other)) => format!("{} or {}", day(one), day(other)),
        }
    }

    #[test]
    fn the_day_comes_first_and_nothing_is_guessed() {
        for (cell, expected) in [
            ("01.12.2026", "01.12.2026"),
            ("1.12.26", "01.12.2026"),
            ("26.12.10", "26.12.2010"),
            ("2026-12-01", "01.12.2026"),
            ("2026.12.01", "01.12.2026"),
            ("10-12-2027", "10.12.2027"),
            ("10-12-27", "10.12.2027"),
            ("10–12–27", "10.12.2027"),
            ("26-12-27", "26.12.2027 or 27.12.2026"),
            ("26-12-10", "26.12.2010 or 10.12.2026"),
            ("31/12/2026", "31.12.2026"),
            ("03/03/2026", "03.03.2026"),
            ("03/04/2026", "03.04.2026 or 04.03.2026"),
            ("10/12/27", "10.12.2027 or 12.10.2027"),
            ("12/31/2026", "unreadable"),
            ("1 декабря 2026", "01.12.2026"),
            ("1 Декабря 2026 г.", "01.12.2026"),
            ("5 мая 2026 года", "05.05.2026"),
            ("1 March 2026", "01.03.2026"),
            ("December 1, 2026", "01.12.2026"),
            ("01.12.2026 г.", "01.12.2026"),
            ("01.12.2026 9:30", "01.12.2026 09:30:00"),
            ("01.12.2026 9:30:00", "01.12.2026 09:30:00"),
            ("1 декабря 2026, 10:00", "01.12.2026 10:00:00"),
            (
                "\u{200e}01.12.2026\u{a0}\u{200b}10:00\u{feff}",
                "01.12.2026 10:00:00",
            ),
            ("01.12.2026 25:00", "unreadable"),
            ("01.12.2026 9:30:00:00", "unreadable"),
            ("01.12.2026 утром", "unreadable"),
            ("31.02.2026", "unreadable"),
            ("1.12", "unreadable"),
            ("01.12.226", "unreadable"),
            ("46357", "unreadable"),
            ("завтра", "unreadable"),
            ("-1.12.2026", "unreadable"),
            ("10:00", "unreadable"),
            (" \u{200b}", "blank"),
        ] {
            assert_eq!(read(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn partners_read_one_format() {
        let wording = Wording::built_in();
        let spoken = |first: &str, last: &str, locale| {
            let day = |text: &str| Day::read(&Text::from(text)).expect("a day");
            Period {
                first: day(first),
                last: day(last),
            }
            .spoken(&wording, locale)
        };
        assert_eq!(
            spoken("01.12.2026", "2027-01-31", Locale::Ru),
            "1 декабря 2026 – 31 января 2027"
        );
        assert_eq!(
            spoken("1.12.26 9:30:00", "31.12.2026", Locale::En),
            "1 December 2026, 09:30 – 31 December 2026"
        );
        assert_eq!(
            spoken("08.03.2026", "8 марта 2026", Locale::Ru),
            "8 марта 2026"
        );
        for month in 1..=12 {
            for locale in [Locale::Ru, Locale::En] {
                let date = Date::new(2026, month, 9).expect("a day");
                let words = wording.say(locale, Say::Date(date));
                assert_eq!(
                    Day::read(&Text(words)).map(|day| day.date),
                    Ok(date),
                    "what we write we read"
                );
            }
        }
    }

    #[test]
    fn a_start_years_off_is_a_slip() {
        let at = |text: &str| -> Timestamp { text.parse().expect("a moment") };
        let now = at("2026-03-10T12:00:00Z");
        for (starts, far) in [
            ("2010-12-27T00:00:00Z", true),
            ("2023-03-09T12:00:00Z", true),
            ("2023-03-11T00:00:00Z", false),
            ("2029-03-10T00:00:00Z", false),
            ("2029-03-11T00:00:00Z", true),
        ] {
            assert_eq!(is_far(at(starts), now, &TimeZone::UTC), far, "{starts}");
        }
    }
}
