//! A cron table turned into calls.
//! Invariant: ticks of one schedule never overlap and never pile up: whatever the clock does, a
//! moment that has passed is worth one tick at most.

use std::pin::Pin;
use std::time::Duration;

use croner::Cron;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

/// The longest sleep. The wall clock may be set while we sleep; no longer than this do we not notice.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// When something has to be done.
#[derive(Clone, Debug)]
pub struct Schedule {
    name: &'static str,
    cron: Cron,
    zone: TimeZone,
}

impl Schedule {
    /// A schedule by a cron pattern in the civil time of `zone`.
    pub fn new(name: &'static str, cron: Cron, zone: TimeZone) -> Self {
        Self { name, cron, zone }
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
    pub async fn run<Tick, Run>(
        &self,
        stop: CancellationToken,
        now: impl Fn() -> Timestamp,
        tick: Tick,
    ) where
        Tick: Fn() -> Run,
        Run: Future<Output = ()>,
    {
        let mut course = Course::new(self, now());
        let mut in_hand: Option<Pin<Box<Run>>> = None;
        loop {
            let (due, sleep) = course.step(now());
            if due && in_hand.is_some() {
                tracing::warn!(schedule.name = self.name, "still running, tick left out");
            } else if due {
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

/// Waits for the current tick and takes it; for ever if there is none.
async fn finished<Run: Future<Output = ()>>(in_hand: &mut Option<Pin<Box<Run>>>) {
    match in_hand {
        Some(tick) => tick.await,
        None => std::future::pending().await,
    }
    *in_hand = None;
}

/// The state of a schedule: without a clock or a sleep, so that tests set the time.
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
        let left = self
            .due
            .and_then(|due| Duration::try_from(due.duration_since(now)).ok());
        (
            ticks,
            left.map_or(LONGEST_SLEEP, |left| left.min(LONGEST_SLEEP)),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use jiff::SignedDuration;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::clock;

    fn schedule(pattern: &str, zone: &str) -> Schedule {
        Schedule::new(
            "test",
            pattern.parse().unwrap(),
            TimeZone::get(zone).unwrap(),
        )
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
            [
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:00:00Z",
                "2026-10-25T01:30:00Z"
            ]
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
        assert_eq!(
            course.step(at("2026-05-04T03:00:00Z")),
            (true, LONGEST_SLEEP)
        );
        assert_eq!(
            course.step(at("2026-05-04T03:00:00Z")),
            (false, LONGEST_SLEEP)
        );
    }

    #[tokio::test]
    async fn a_tick_is_left_out_while_the_one_before_runs() {
        let each_second = schedule("* * * * * *", "UTC");
        let stop = CancellationToken::new();
        let (gate, begun, done) = (Semaphore::new(0), Cell::new(0), Cell::new(0));
        // A clock of our own, a little before the second, so that little real time passes.
        let (began, start) = (clock::monotonic(), at("2026-05-01T12:00:00.990Z"));
        let read = Cell::new(start);
        let now = || {
            read.set(start + SignedDuration::try_from(clock::monotonic() - began).unwrap());
            read.get()
        };
        let run = each_second.run(stop.clone(), now, || async {
            begun.set(begun.get() + 1);
            gate.acquire().await.unwrap().forget();
            done.set(done.get() + 1);
        });
        let test = async {
            // The schedule acts on what it reads before anybody else gets a turn.
            while read.get() < at("2026-05-01T12:00:02Z") {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!((begun.get(), done.get()), (1, 0));
            stop.cancel();
            gate.add_permits(1);
        };
        let both = async { tokio::join!(run, test) };
        tokio::time::timeout(Duration::from_secs(10), both)
            .await
            .unwrap();
        assert_eq!(
            (begun.get(), done.get()),
            (1, 1),
            "the tick in hand ended first"
        );
    }
}
