//! Working hours, as settings have them.
//!
//! Invariant: a day or an hour that is written wrongly is refused, never left out.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};

use super::error::{Wrong, shown, wrong};
use super::values::clock;
use crate::domain::hours::Shift;
use crate::domain::wording::SettingsNote;

/// The days of a week, as the settings name them.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The hours of every day of the week, Monday first: `mon-fri 09:00-18:00; sat 10:00-14:00`.
pub(super) fn week(text: &str) -> Result<[Vec<Shift>; 7], Wrong> {
    let fault = || {
        let problem = SettingsNote::NoWorkingHours(shown(text));
        wrong(problem, SettingsNote::WorkingHoursForm)
    };
    let mut week: [Vec<Shift>; 7] = Default::default();
    for part in text.split(';') {
        let (days, hours) = part.trim().split_once(' ').ok_or_else(fault)?;
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        let day = |name: &str| DAYS.iter().position(|day| name.eq_ignore_ascii_case(day));
        let days = day(first).zip(day(last));
        let (first, last) = days.filter(|(a, b)| a <= b).ok_or_else(fault)?;
        let shift = shift(hours).ok_or_else(fault)?;
        week[first..=last]
            .iter_mut()
            .for_each(|day| day.push(shift));
    }
    for day in &mut week {
        day.sort_unstable();
        let overlaps = |pair: &[Shift]| pair[1].from < pair[0].until || ends_the_day(pair[0]);
        if day.windows(2).any(overlaps) {
            let overlap = SettingsNote::Overlap(shown(text));
            return Err(wrong(overlap, SettingsNote::OverlapCure));
        }
    }
    Ok(week)
}

fn shift(hours: &str) -> Option<Shift> {
    let (from, until) = hours.split_once('-')?;
    let until = match until.trim() {
        "24:00" => Time::midnight(),
        until => clock(until)?,
    };
    let from = clock(from)?;
    let shift = Shift { from, until };
    (from < until || ends_the_day(shift)).then_some(shift)
}

fn ends_the_day(shift: Shift) -> bool {
    shift.until == Time::midnight()
}

/// Days: `2027-01-01, 2027-01-02`.
pub(super) fn holidays(text: &str) -> Result<BTreeSet<Date>, Wrong> {
    let days = text.split(',').map(|day| {
        day.trim().parse().map_err(|_| {
            let problem = SettingsNote::NoDay(shown(day.trim()));
            wrong(problem, SettingsNote::DayForm)
        })
    });
    days.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_of_a_week() {
        let spans = |text: &str| {
            let week = week(text)?.map(|day| {
                let spans = day.iter();
                let spans =
                    spans.map(|shift| format!("{}-{}", shift.from.hour(), shift.until.hour()));
                spans.collect::<Vec<_>>().join(" ")
            });
            Ok::<_, Wrong>(week.join("|"))
        };
        for (text, told) in [
            ("mon-fri 09:00-18:00", "9-18|9-18|9-18|9-18|9-18||"),
            ("Sat 10:00 - 24:00", "|||||10-0|"),
            (
                "mon-tue 14:00-18:00; mon 9:00-13:00;sun 0:00-24:00",
                "9-13 14-18|14-18|||||0-0",
            ),
        ] {
            assert_eq!(spans(text).as_deref(), Ok(told), "{text}");
        }
        for bad in [
            "",
            "mon-fri",
            "09:00-18:00",
            "fri-mon 09:00-18:00",
            "mon 18:00-09:00",
            "mon 09:00-25:00",
            "monday 09:00-18:00",
            "mon 09:00-18:00;",
            "mon 09:00-14:00; mon 13:00-18:00",
            "mon 09:00-24:00; mon 13:00-18:00",
        ] {
            assert!(week(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_of_a_year() {
        let new_year = BTreeSet::from([Date::constant(2027, 1, 1)]);
        assert_eq!(holidays("2027-01-01"), Ok(new_year));
        for bad in ["01.01.2027", "2027-02-30", ",", "none"] {
            assert!(holidays(bad).is_err(), "{bad}");
        }
    }
}
