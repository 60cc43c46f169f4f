//! When people are back, as a partner reads it who writes outside working hours.
//!
//! Invariant: a day is named as people name it, and the language puts it into its case.

use jiff::civil::Date;

use super::declare::{Argument as _, Phrase};

texts! {
    /// When an answer can be expected, or a part of that.
    OpeningWords<'a> -> Phrase<'a> {
        /// All of it.
        Answered {
            /// On which day.
            day: &'a str,
            /// From which time on; of a whole day midnight.
            time: &'a str,
        } = answered,
        /// The day.
        Day {
            /// In so many days.
            days: i64,
            /// Which.
            date: Date,
        } = day,
    }
}

choices! {
    answered(day: &'a str, time: &'a str) {
        (day, "00:00") => "opening-by-day" (day),
        (day, time) => "opening" (day, time),
    }

    day(days: i64, date: Date) {
        (0, _) => "opening-today",
        (1, _) => "opening-tomorrow",
        (2..=6, date) => "opening-weekday" (weekday = date.weekday().to_monday_one_offset()),
        (_, date) => "opening-date" (day = date.day(), month = date.month()),
    }
}
