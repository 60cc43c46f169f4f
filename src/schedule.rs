//! A cron table turned into calls.
//! Invariant: ticks of one schedule never overlap and never pile up: whatever the clock does, a
//! moment that has passed is worth one tick at most.

use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use croner::Cron;
use croner::errors::CronError;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

/// The longest sleep. The wall clock may be set while we sleep; no longer than this do we not notice.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// When something has to be done.
#[derive(Clone, Debug)]
pub struct Schedule {
    name: String,
    cron: Cron,
    zone: TimeZone,
    counts: Arc<Counts>,
}

/// How often a schedule was due.
#[derive(Debug, Default)]
struct Counts {
    ticks: AtomicU64,
    skipped: AtomicU64,
}

/// A pattern that can't be understood.
#[derive(Debug, thiserror::Error)]
#[error("schedule {name:?}: the cron pattern {pattern:?} can't be understood: {source}")]
pub struct ScheduleError {
    /// Whose pattern it is.
    pub name: String,
    /// The pattern as given.
    pub pattern: String,
    /// What is wrong with it.
    pub source: CronError,
}

impl Schedule {
    /// A schedule by a cron pattern, with or without seconds, in the civil time of `zone`.
    ///
    /// # Errors
    /// If the pattern can't be understood.
    pub fn parse(name: impl Into<String>, pattern: &str, zone: TimeZone) -> Result<Self, ScheduleError> {
        let name = name.into();
        match Cron::from_str(pattern) {
            Ok(cron) => Ok(Self {
                name,
                cron,
                zone,
                counts: Arc::default(),
            }),
            Err(source) => Err(ScheduleError {
                name,
                pattern: pattern.to_owned(),
                source,
            }),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many ticks were carried out, by all clones together.
    pub fn ticks(&self) -> u64 {
        self.counts.ticks.load(Ordering::Relaxed)
    }

    /// How many ticks were left out because the one before still ran.
    pub fn skipped(&self) -> u64 {
        self.counts.skipped.load(Ordering::Relaxed)
    }

    /// The first moment after `now` at which it is due; `None` if there is none.
    /// A time that the clock change leaves out counts at its end, one that comes twice counts
    /// once, at its first coming; patterns with wildcards count each coming.
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        let now = now.to_zoned(self.zone.clone());
        let next = self.cron.find_next_occurrence(&now, false).ok()?;
        Some(next.timestamp())
    }

    /// Calls `tick` whenever it is due by `now`, until `stop`; a tick in hand then ends first.
    pub async fn run<Tick, Run>(&self, stop: CancellationToken, now: impl Fn() -> Timestamp, tick: Tick)
    where
        Tick: Fn() -> Run,
        Run: Future<Output = ()>,
    {
        let mut course = Course::new(self, now());
        let mut in_hand: Option<Pin<Box<Run>>> = None;
        loop {
            let (due, sleep) = course.step(now());
            if due && in_hand.is_some() {
                self.counts.skipped.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(schedule.name = self.name, "still running, tick left out");
            } else if due {
                self.counts.ticks.fetch_add(1, Ordering::Relaxed);
                in_hand = Some(Box::pin(tick()));
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = finished(&mut in_hand) => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
        if let Some(tick) = in_hand {
            tick.await;
        }
    }
}

/// Waits for the tick in hand and lets it go; for ever if there is none.
async fn finished<Run: Future<Output = ()>>(in_hand: &mut Option<Pin<Box<Run>>>) {
    match in_hand {
        Some(tick) => tick.await,
        None => std::future::pending().await,
    }
    *in_hand = None;
}

/// Where a schedule stands: no clock and no sleep in it, so that tests can set the time as they like.
struct Course<'a> {
    schedule: &'a Schedule,
    due: Option<Timestamp>,
}

impl<'a> Course<'a> {
    fn new(schedule: &'a Schedule, now: Timestamp) -> Self {
        Self {
            schedule,
            due: schedule.next_after(now),
        }
    }

    /// Whether a tick is due, and how long to sleep before the next step.
    fn step(&mut self, now: Timestamp) -> (bool, Duration) {
        let ticks = self.due.is_some_and(|due| due <= now);
        // Reckoned anew each time: after the clock was set back the next moment is nearer than
        // the one that we waited for, after it was set forward all that was passed is one.
        self.due = self.schedule.next_after(now);
        let left = self.due.and_then(|due| Duration::try_from(due.duration_since(now)).ok());
        (ticks, left.map_or(LONGEST_SLEEP, |left| left.min(LONGEST_SLEEP)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use jiff::SignedDuration;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::clock;

    fn schedule(pattern: &str, zone: &str) -> Schedule {
        Schedule::parse("test", pattern, TimeZone::get(zone).unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The first moments after `from`.
    fn moments(schedule: &Schedule, from: &str, count: usize) -> Vec<String> {
        let first = schedule.next_after(at(from));
        std::iter::successors(first, |&moment| schedule.next_after(moment))
            .take(count)
            .map(|moment| moment.to_string())
            .collect()
    }

    #[test]
    fn civil_time_of_moscow() {
        let nightly = schedule("0 0 1 * * *", "Europe/Moscow");
        assert_eq!(
            moments(&nightly, "2026-03-28T22:00:00Z", 2),
            ["2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"]
        );
        let often = schedule("*/30 * * * * *", "Europe/Moscow");
        assert_eq!(
            moments(&often, "2026-03-28T23:59:30.5Z", 2),
            ["2026-03-29T00:00:00Z", "2026-03-29T00:00:30Z"]
        );
    }

    #[test]
    fn clock_changes_of_berlin() {
        // At 02:00 the clock goes to 03:00: 02:30 does not exist and counts at 03:00.
        let nightly = schedule("0 30 2 * * *", "Europe/Berlin");
        assert_eq!(
            moments(&nightly, "2026-03-28T12:00:00Z", 2),
            ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        );
        // At 03:00 the clock goes back to 02:00: 02:30 comes twice and counts once.
        assert_eq!(
            moments(&nightly, "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
        let half_hourly = schedule("0 */30 * * * *", "Europe/Berlin");
        assert_eq!(
            moments(&half_hourly, "2026-10-25T00:10:00Z", 3),
            ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"]
        );
    }

    #[test]
    fn patterns_that_mean_nothing_are_refused_by_name() {
        let error = Schedule::parse("appeals", "every minute", TimeZone::UTC).unwrap_err();
        let words = error.to_string();
        assert!(
            words.starts_with("schedule \"appeals\": the cron pattern \"every minute\""),
            "{words}"
        );
    }

    #[test]
    fn a_clock_that_jumps_is_worth_one_tick_at_most() {
        let hourly = schedule("0 0 * * * *", "UTC");
        let start = at("2026-05-01T12:10:00Z");
        let mut course = Course::new(&hourly, start);
        assert_eq!(course.step(start), (false, LONGEST_SLEEP));
        let near = at("2026-05-01T12:59:40Z");
        assert_eq!(course.step(near), (false, Duration::from_secs(20)));
        // Forward by days: one tick, and the next one at the next hour.
        let later = at("2026-05-04T07:59:30Z");
        assert_eq!(course.step(later), (true, Duration::from_secs(30)));
        // Back by hours: no tick now, and none is waited for longer than the pattern says.
        let back = at("2026-05-04T02:59:50Z");
        assert_eq!(course.step(back), (false, Duration::from_secs(10)));
        assert_eq!(course.step(at("2026-05-04T03:00:00Z")), (true, LONGEST_SLEEP));
        assert_eq!(course.step(at("2026-05-04T03:00:00Z")), (false, LONGEST_SLEEP));
    }

    #[tokio::test]
    async fn a_tick_is_left_out_while_the_one_before_runs() {
        let each_second = schedule("* * * * * *", "UTC");
        let stop = CancellationToken::new();
        let (gate, done) = (Semaphore::new(0), AtomicI64::new(0));
        // A clock of our own, a little before the second, so that little real time passes.
        let (began, start) = (clock::monotonic(), at("2026-05-01T12:00:00.990Z"));
        let now = || {
            let passed = SignedDuration::try_from(clock::monotonic() - began).unwrap();
            start + passed
        };
        let run = each_second.run(stop.clone(), now, || async {
            gate.acquire().await.unwrap().forget();
            done.fetch_add(1, Ordering::SeqCst);
        });
        let test = async {
            while each_second.skipped() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!((each_second.ticks(), done.load(Ordering::SeqCst)), (1, 0));
            stop.cancel();
            gate.add_permits(1);
        };
        let both = async { tokio::join!(run, test) };
        tokio::time::timeout(Duration::from_secs(10), both).await.unwrap();
        assert_eq!(done.load(Ordering::SeqCst), 1, "the tick in hand ended first");
    }
}
