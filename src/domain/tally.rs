//! Figures of the last days: messages of partners, answers, announcements.
//!
//! Invariant: it only counts what the journal holds, and reads no more than the newest lines of what changed within these days.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{
    appeal::{
        Appeal, Author, Line,
        rating::{Rating, Thumb},
    },
    broadcast::Broadcast,
    event::Rated,
    rules::Rules,
    view::View,
};

/// How many days are told, today among them.
const DAYS: i64 = 7;
/// The same as a span.
pub const SPAN: SignedDuration = SignedDuration::from_hours(24 * DAYS);
/// How many appeals with a thumb down are named.
const NAMED: usize = 10;
/// Lines of one dialogue that are counted at most: nobody writes more within a week.
const LINES: usize = 500;

/// One day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayTally {
    /// Messages that partners wrote.
    pub messages: u32,
    /// Answers that reached them.
    pub answers: u32,
    /// Partners who got an announcement that began on this day.
    pub announced: u32,
}

/// The last days by date, in the zone of the rules; a day on which nothing happened is there as well.
#[must_use]
pub fn days(
    rules: &Rules,
    view: &dyn View,
    appeals: impl Iterator<Item = Appeal>,
    broadcasts: impl Iterator<Item = Broadcast>,
    now: Timestamp,
) -> BTreeMap<Date, DayTally> {
    let date = |at: Timestamp| at.to_zoned(rules.time_zone.clone()).date();
    let told = (0..DAYS).map(|back| {
        (
            date(now - SignedDuration::from_hours(24 * back)),
            DayTally::default(),
        )
    });
    let mut days: BTreeMap<Date, DayTally> = told.collect();
    for line in lines(view, appeals, now - SPAN) {
        if let Some(day) = days.get_mut(&date(line.at)) {
            day.count(line.author);
        }
    }
    for broadcast in broadcasts {
        if let Some(day) = days.get_mut(&date(broadcast.started)) {
            day.announced += broadcast.counts.sent;
        }
    }
    days
}

/// Messages and answers of the last 24 hours.
#[must_use]
pub fn last_24_hours(
    view: &dyn View,
    appeals: impl Iterator<Item = Appeal>,
    now: Timestamp,
) -> DayTally {
    let since = now - SignedDuration::from_hours(24);
    let mut day = DayTally::default();
    for line in lines(view, appeals, since).filter(|line| line.at >= since) {
        day.count(line.author);
    }
    day
}

/// Counts an appeal's rating, if there is one since that moment.
pub fn rate(rated: &mut Rated, appeal: &Appeal, since: Timestamp) {
    let recent = |rating: &&Rating| rating.at.is_some_and(|at| at >= since);
    let (Some(number), Some(rating)) = (appeal.number, appeal.rating.as_ref().filter(recent))
    else {
        return;
    };
    match rating.thumb {
        Thumb::Up => rated.up += 1,
        Thumb::Down => {
            rated.down += 1;
            let named = rated.numbers.len() < NAMED;
            rated.numbers.extend(named.then_some(number));
        }
    }
}

/// The newest lines of the appeals that changed since a moment.
fn lines(
    view: &dyn View,
    appeals: impl Iterator<Item = Appeal>,
    since: Timestamp,
) -> impl Iterator<Item = Line> {
    let changed = appeals.filter(move |appeal| appeal.stamp.is_some_and(|stamp| stamp >= since));
    changed.flat_map(|appeal| view.lines(appeal.id, LINES))
}

impl DayTally {
    fn count(&mut self, author: Author) {
        match author {
            Author::Partner => self.messages += 1,
            Author::Specialist => self.answers += 1,
            Author::Note | Author::Adopted => {}
        }
    }
}
