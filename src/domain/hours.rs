//! Working hours: when people are there, and how much of a time they are.
//!
//! Invariant: hours are those of clocks on the wall, so a day on which clocks change is as long as they make it.

use std::collections::BTreeSet;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

/// How far ahead work is looked for: none for longer is a mistake in the settings, or the end of the calendar.
const HORIZON_DAYS: usize = 1_500;

/// When people work; round the clock, every day, where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingHours {
    /// The hours of each day of the week, Monday first.
    pub week: [Vec<Shift>; 7],
    /// Days on which nobody works.
    pub holidays: BTreeSet<Date>,
}

/// Hours of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// The first moment of work.
    pub from: Time,
    /// The first moment after it; midnight is the end of the day.
    pub until: Time,
}

impl Shift {
    /// The whole day.
    pub const DAY: Self = Self {
        from: Time::midnight(),
        until: Time::midnight(),
    };
}

impl Default for WorkingHours {
    fn default() -> Self {
        Self {
            week: std::array::from_fn(|_| vec![Shift::DAY]),
            holidays: BTreeSet::new(),
        }
    }
}

impl WorkingHours {
    /// When people come back, if nobody is there at this moment; nothing where nobody ever comes.
    #[must_use]
    pub fn reopens(&self, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
        let (from, _) = self.spans(zone, at).next()?;
        (from > at).then_some(from)
    }

    /// When so much working time has passed since a moment.
    #[must_use]
    pub fn after(&self, zone: &TimeZone, at: Timestamp, work: SignedDuration) -> Timestamp {
        let mut left = work;
        let mut last = at;
        for (from, until) in self.spans(zone, at) {
            let span = until.duration_since(from);
            if left <= span {
                return from.saturating_add(left).unwrap_or(until);
            }
            left = left.saturating_sub(span);
            last = until;
        }
        last.saturating_add(left).unwrap_or(last)
    }

    /// The spans of work from a moment on, the first cut at it.
    fn spans<'a>(
        &'a self,
        zone: &'a TimeZone,
        at: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + 'a {
        let first = at.to_zoned(zone.clone()).date();
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        let shifts = days.take(HORIZON_DAYS).flat_map(|day| {
            let shifts = self.of_day(day).iter();
            shifts.map(move |shift| (day, shift))
        });
        let spans = shifts.filter_map(move |(day, shift)| {
            let end = if shift.until == Time::midnight() {
                day.tomorrow().ok()?
            } else {
                day
            };
            let moment = |day: Date, time: Time| {
                let zoned = day.to_datetime(time).to_zoned(zone.clone()).ok()?;
                Some(zoned.timestamp())
            };
            Some((moment(day, shift.from)?.max(at), moment(end, shift.until)?))
        });
        spans.filter(|(from, until)| from < until)
    }

    fn of_day(&self, day: Date) -> &[Shift] {
        if self.holidays.contains(&day) {
            return &[];
        }
        let weekday = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
        self.week.get(weekday).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(from: i8, until: i8) -> Shift {
        Shift {
            from: Time::constant(from, 0, 0, 0),
            until: Time::constant(until, 0, 0, 0),
        }
    }

    /// Every working day, with an hour for lunch; short on Saturdays.
    fn office() -> WorkingHours {
        let day = vec![shift(9, 13), shift(14, 18)];
        let mut week = std::array::from_fn(|_| day.clone());
        week[5] = vec![shift(10, 12)];
        week[6] = Vec::new();
        WorkingHours {
            week,
            holidays: BTreeSet::from([Date::constant(2026, 12, 31)]),
        }
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    /// A moment of the zone's clocks.
    fn at(zone: &TimeZone, text: &str) -> Timestamp {
        let local: jiff::civil::DateTime = text.parse().unwrap();
        local.to_zoned(zone.clone()).unwrap().timestamp()
    }

    #[test]
    fn work_goes_on_when_people_come_back() {
        let moscow = zone("Europe/Moscow");
        // 2026-12-30 is a Wednesday, the day after it a holiday.
        for (now, reopens) in [
            ("2026-12-30T08:59:59", Some("2026-12-30T09:00")),
            ("2026-12-30T09:00", None),
            ("2026-12-30T13:00", Some("2026-12-30T14:00")),
            ("2026-12-30T17:59:59", None),
            ("2026-12-30T18:00", Some("2027-01-01T09:00")),
            ("2027-01-01T20:00", Some("2027-01-02T10:00")),
            ("2027-01-02T12:00", Some("2027-01-04T09:00")),
        ] {
            let found = office().reopens(&moscow, at(&moscow, now));
            assert_eq!(found, reopens.map(|text| at(&moscow, text)), "{now}");
        }
    }

    #[test]
    fn working_time_is_counted_over_nights_weekends_and_holidays() {
        let moscow = zone("Europe/Moscow");
        for (from, hours, until) in [
            ("2026-12-28T10:00", 3, "2026-12-28T13:00"),
            ("2026-12-28T10:00", 4, "2026-12-28T15:00"),
            ("2026-12-28T16:00", 4, "2026-12-29T11:00"),
            ("2026-12-28T09:00", 8, "2026-12-28T18:00"),
            ("2026-12-30T17:00", 2, "2027-01-01T10:00"),
            ("2027-01-01T17:00", 4, "2027-01-04T10:00"),
            ("2027-01-02T12:00", 1, "2027-01-04T10:00"),
        ] {
            let (from, until) = (at(&moscow, from), at(&moscow, until));
            let work = SignedDuration::from_hours(hours);
            assert_eq!(office().after(&moscow, from, work), until);
        }
    }

    #[test]
    fn clocks_that_change_make_a_day_shorter_or_longer() {
        let berlin = zone("Europe/Berlin");
        let night = WorkingHours {
            week: std::array::from_fn(|_| vec![shift(0, 6)]),
            ..WorkingHours::default()
        };
        for (day, hours) in [("2026-03-29", 5), ("2026-10-25", 7), ("2026-06-01", 6)] {
            let (from, until) = (
                at(&berlin, &format!("{day}T00:00")),
                at(&berlin, &format!("{day}T06:00")),
            );
            let work = SignedDuration::from_hours(hours);
            assert_eq!(night.after(&berlin, from, work), until, "{day}");
        }
    }

    #[test]
    fn round_the_clock_every_hour_counts() {
        let utc = TimeZone::UTC;
        let (from, day) = (at(&utc, "2026-12-31T23:00"), SignedDuration::from_hours(30));
        let always = WorkingHours::default();
        assert_eq!(always.reopens(&utc, from), None);
        assert_eq!(always.after(&utc, from, day), from + day);
        let never = WorkingHours {
            week: std::array::from_fn(|_| Vec::new()),
            ..always
        };
        assert_eq!(never.reopens(&utc, from), None, "nobody ever comes");
    }
}
